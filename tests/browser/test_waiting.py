"""Money comes back to a pot, and a caseworker finds who waits for it, by keyboard."""

from tests.browser.conftest import DESK, PHONE, check, follow, log_in_staff
from tests.browser.test_appeals import case_of

NARROW = {"width": 320, "height": 640}


def test_money_that_comes_back_leads_to_those_who_wait(visit):
    page = visit(PHONE)
    log_in_staff(page, "soker")
    page.goto(case_of(page, "Språkkafé"))
    follow(page, page.get_by_role("link", name="Svar på tilsagnet"))
    follow(page, page.get_by_role("link", name="Nei takk"))
    with page.expect_navigation():
        page.get_by_role("button", name="Takk nei").focus()
        page.keyboard.press("Enter")
    assert "Dere har takket nei" in page.locator("main").inner_text()

    staff = visit(NARROW)
    log_in_staff(staff, "saksbehandler")
    staff.goto("/admin/")
    waiting = staff.get_by_role("region", name="Penger å gi til dem som venter")
    press(staff, waiting.get_by_role("link").first)
    check(staff)
    staff.set_viewport_size(DESK)
    check(staff)
    press(staff, staff.get_by_role("link", name="Foreslå nytt vedtak").first)
    check(staff)
    assert "Nytt vedtak: 2026/" in staff.locator("h1").inner_text()


def press(page, link):
    with page.expect_navigation():
        link.focus()
        page.keyboard.press("Enter")
