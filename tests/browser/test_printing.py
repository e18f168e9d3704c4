"""The print queue by keyboard, at 320 and 1280 px: mark a letter, then correct it."""

import pytest

from tests.browser.conftest import DESK, check, follow, log_in_staff

NARROW = {"width": 320, "height": 640}


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["320", "1280"])
def test_a_letter_is_marked_as_posted_and_corrected_by_keyboard(visit, size):
    page = visit(size)
    log_in_staff(page, "saksbehandler")
    page.goto("/admin/")
    follow(page, page.get_by_role("link", name="venter på å bli lagt i posten"))
    check(page)

    with page.expect_navigation():
        page.get_by_role("button", name="Merk de valgte som lagt i posten").focus()
        page.keyboard.press("Enter")
    check(page)
    assert "Velg minst ett brev." in page.locator("#content").inner_text()

    page.locator("[name=items]").first.focus()
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.get_by_role("button", name="Merk de valgte som lagt i posten").focus()
        page.keyboard.press("Enter")
    check(page)
    assert "1 brev er merket som lagt i posten." in page.locator("main").inner_text()

    follow(page, page.get_by_role("link", name="Rett når brevet til").first)
    check(page)
    page.get_by_label("Lagt i posten").fill("")
    page.get_by_label("Hvorfor rettes det?").focus()
    page.keyboard.type("Det lå igjen.")
    with page.expect_navigation():
        page.get_by_role("button", name="Rett", exact=True).focus()
        page.keyboard.press("Enter")
    check(page)
    # Back in the queue, for the next who comes.
    assert page.locator("[name=items]").count() == 1
