"""A recipient reads the offer, thinks of saying no, and says yes by keyboard."""

from tests.browser.conftest import DESK, PHONE, check, follow, log_in_staff
from tests.browser.test_appeals import case_of


def test_a_recipient_answers_an_offer_by_keyboard(visit):
    page = visit(PHONE)
    log_in_staff(page, "soker")
    page.goto(case_of(page, "Språkkafé"))
    check(page)

    follow(page, page.get_by_role("link", name="Svar på tilsagnet"))
    check(page)
    follow(page, page.get_by_role("link", name="Nei takk"))
    check(page)
    page.go_back()
    page.get_by_role("button", name="Ja takk, vi tar imot").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    check(page)

    assert "Takk. Dere har tatt imot tilskuddet." in page.locator("main").inner_text()


def test_staff_note_an_answer_that_came_by_post(visit):
    page = visit(DESK)
    log_in_staff(page, "saksbehandler")
    page.goto("/admin/saker/?q=Språkkafé&vis=")
    page.get_by_role("link", name="Språkkafé").first.click()

    page.locator("#skjema-note_answer summary").click()
    check(page)
    follow(page, page.get_by_role("button", name="Før inn svaret", exact=True))
    check(page)
    assert "Velg et svar under" in page.locator("#content").inner_text()
