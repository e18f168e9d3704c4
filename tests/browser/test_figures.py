"""An administrator loads an edition from nothing, and a resident finds the figure."""

import pytest

from tests.browser.conftest import DESK, PHONE, check, log_in_staff

FILE = """sone;god-helse;Trives du her?
Loddefjord;71;80
Olsvik;:;81
Laksevåg;:;82
Laksewaag;76;83
bydel Laksevåg;74;
Bergen;76;82
"""


@pytest.mark.parametrize("screen", [DESK])
def test_an_edition_from_a_file_to_the_page_of_a_zone(visit, tmp_path, screen):
    file = tmp_path / "utgave.csv"
    file.write_text(FILE, encoding="utf-8")
    page = visit(screen)
    log_in_staff(page, "admin")
    page.goto("/admin/tall/")
    check(page)

    page.get_by_role("link", name="Ny utgave").click()
    page.fill("[name=slug]", "oving-d")
    page.fill("[name=title]", "Øving D")
    page.select_option("[name=division]", label="Kommunens 51 levekårssoner")
    page.check("[name=is_practice]")
    page.get_by_role("button", name="Lagre", exact=True).first.click()
    page.goto("/admin/tall/")
    page.get_by_role("link", name="Øving D").click()
    check(page)

    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Se over filen").click()
    page.get_by_text("«Laksewaag» er ikke et sted").wait_for()
    check(page)
    page.select_option("#indikator-1", label="Folk som trives i nabolaget")
    page.get_by_role("button", name="Husk «Trives du her?»").click()
    page.select_option("#sted-1", label="Gravdal (arbeidsnavn)")
    page.get_by_role("button", name="Husk «Laksewaag»").click()
    check(page)
    page.get_by_role("button", name="Les inn 11 nye og 0 endrede").click()
    page.get_by_text("Lest inn: 11 nye").wait_for()
    check(page)
    page.get_by_role("button", name="Publiser utgaven").click()
    page.get_by_text("Øving D er publisert.").wait_for()

    resident = visit(PHONE)
    resident.goto("/soner/loddefjord/?utgave=oving-d")
    text = resident.locator("main").inner_text().replace("\u00a0", " ")
    assert "71 prosent i Loddefjord, 76 prosent i Bergen. Kjent for 2 av 51." in text
    assert "Øving D: øvingstall." in text
    resident.goto("/soner/olsvik/?utgave=oving-d")
    check(resident)
    assert "vises ikke" in resident.locator("main").inner_text()


def test_a_resident_finds_the_zone_with_the_keyboard(visit):
    page = visit(PHONE)
    page.goto("/soner/")
    page.focus("#finn-q")
    page.keyboard.type("solheim")
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="2 soner passer – velg den rette").wait_for()
    page.get_by_role("link", name="Solheim nord").focus()
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Solheim nord", level=1).wait_for()


@pytest.mark.parametrize(
    "path",
    [
        "/soner/loddefjord/",
        "/indikatorer/god-helse/",
        "/sammenlign/?soner=loddefjord,olsvik,sentrum,damsgard",
        "/utgaver/oving-a/",
    ],
)
def test_a_page_fits_on_a4_paper(visit, path):
    page = visit({"width": 700, "height": 1000})
    page.emulate_media(media="print")
    page.goto(path)

    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    assert "øvingstall" in page.locator("main").inner_text()
