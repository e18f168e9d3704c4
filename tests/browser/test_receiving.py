"""A caseworker enters an application from paper, with the keyboard and a file."""

import pytest

from tests.browser.conftest import DESK, check, follow, log_in_staff
from tests.files.test_checks import picture

NARROW = {"width": 320, "height": 640}


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["320", "1280"])
def test_a_paper_becomes_a_case(visit, size):
    page = visit(size)
    log_in_staff(page, "saksbehandler")
    page.goto("/admin/saker/")
    follow(page, page.get_by_role("link", name="Før inn en søknad"))
    check(page)
    follow(page, page.get_by_role("button", name="Før inn søknaden"))
    check(page)
    assert "Velg utlysningen." in page.locator("#content").inner_text()

    page.get_by_label("Utlysning").select_option(index=1)
    page.get_by_label("på papir").check()
    page.get_by_label("Når kom den?").fill(page.evaluate(TODAY))
    page.set_input_files(
        "[name=scan]",
        {"name": "ark.png", "mimeType": "image/png", "buffer": picture("PNG")},
    )
    page.get_by_label("privatperson").check()
    for name, words in TYPED.items():
        page.fill(f"[name={name}]", words)
    page.get_by_label("Område").select_option(label="Loddefjord")
    page.get_by_role("button", name="Før inn søknaden").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    check(page)

    assert "Søknaden er ført inn som sak" in page.locator("main").inner_text()


TODAY = "new Date().toLocaleDateString('nb-NO')"
TYPED = {
    "name": "Olga Eksempel",
    "address": "Prøveveien 1",
    "title": "Benk i parken",
    "amount": "4000",
    "description": "En benk der det er sol.",
    "ends_on": "01.06.2027",
}
