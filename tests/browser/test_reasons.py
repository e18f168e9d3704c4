"""A party asks why by keyboard, and the caseworker answers with a letter."""

from tests.browser.conftest import DESK, PHONE, check, follow, log_in_staff
from tests.browser.test_appeals import case_of

NARROW = {"width": 320, "height": 640}
TITLE = "Blomster ved busstoppet"


def test_a_party_asks_for_the_reasons_and_reads_them(visit):
    page = visit(PHONE)
    log_in_staff(page, "soker")
    page.goto(case_of(page, TITLE))
    follow(page, page.get_by_role("link", name="Be om begrunnelse"))
    check(page)
    page.get_by_role("button", name="Be om begrunnelse").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    check(page)
    assert "Du ba om begrunnelse" in page.locator("main").inner_text()

    staff = visit(NARROW)
    log_in_staff(staff, "saksbehandler")
    staff.goto(f"/admin/saker/?q={TITLE}&vis=")
    follow(staff, staff.get_by_role("link", name=TITLE).first)
    check(staff)
    staff.set_viewport_size(DESK)
    check(staff)
    form = staff.locator("#skjema-give_reasons")
    for label in ("Fakta", "Regler", "Vurdering"):
        form.get_by_label(label).fill(f"{label} som søkeren kjenner igjen.")
    follow(staff, staff.get_by_role("button", name="Send begrunnelsen", exact=True))
    check(staff)
    assert "Begrunnelsen er sendt." in staff.locator("main").inner_text()

    page.reload()
    follow(page, page.get_by_role("link", name="Begrunnelse for vedtaket").first)
    check(page)
    letter = page.locator(".letter").inner_text()
    assert "Vurdering som søkeren kjenner igjen." in letter
