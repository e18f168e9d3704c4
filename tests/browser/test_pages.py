"""Every kind of page: axe, width, console, and what the front page weighs."""

import html5lib
import pytest

from tests.browser.conftest import DESK, PHONE, check, follow, log_in_staff

PUBLIC = [
    "/",
    "/omrader/",
    "/omrader/loddefjord/",
    "/omrader/solheim-nord/",
    "/omrader/indre-laksevag/",
    "/soner/",
    "/soner/loddefjord/",
    "/soner/nordnes/",
    "/soner/?inndeling=oving",
    "/soner/ytre-arna/?inndeling=kommunens-57",
    "/soner/loddefjord/?utgave=2016",
    "/soner/loddefjord/utvikling/",
    "/soner/loddefjord/si-fra/",
    "/soner/finn/?q=arna",
    "/soner/finn/?q=xyzxyz",
    "/bydeler/arna/",
    "/bergen/",
    "/indikatorer/",
    "/indikatorer/god-helse/",
    "/indikatorer/god-helse/?sorter=verdi",
    "/indikatorer/god-helse/?utgave=2023",
    "/indikatorer/forventet-levealder/",
    "/sammenlign/",
    "/sammenlign/?soner=loddefjord,olsvik,sentrum,damsgard",
    "/utgaver/",
    "/utgaver/2016/",
    "/utgaver/oving-a/",
    "/soneinndelinger/kommunens-57/",
    "/soneinndelinger/oving/",
    "/om-tallene/",
    "/data/",
    "/en/soner/loddefjord/",
    "/nn/indikatorer/god-helse/",
    "/prosjekter/",
    "/prosjekter/?status=ongoing",
    "/prosjekter/lyshuset/",
    "/koordinatorer/",
    "/dokumentasjon/",
    "/dokumentasjon/plan-omradesatsing-2020-2024/",
    "/tilskudd/",
    "/tilskudd/tildelinger/",
    "/postjournal/",
    "/innsyn/?post=2026/000001-1",
    "/om/",
    "/personvern/",
    "/tilgjengelighet/",
    "/kontakt/",
    "/sok/?q=bibliotek",
    "/sok/?q=finnesikke",
    "/finnes-ikke/",
    "/logg-inn/",
    "/logg-inn/passord/",
    "/glemt-passord/",
    "/nn/",
    "/nn/tilskudd/",
    "/en/",
    "/en/omrader/loddefjord/",
    "/en/tilskudd/",
    "/en/postjournal/",
]
OWN = ["/min-side/", "/min-side/meldinger/", "/min-side/profil/", "/logg-ut/"]
STAFF = [
    "/admin/",
    "/admin/saker/",
    "/admin/bindinger/",
    "/admin/habilitet/",
    "/admin/kontroll/",
    "/passord/",
]
SET_UP = [
    "/admin/tilbakemeldinger/",
    "/admin/tall/",
    "/admin/grants/round/",
    "/admin/grants/round/add/",
    "/admin/grants/scheme/add/",
    "/admin/grants/pot/",
    "/admin/grants/delegation/add/",
    "/admin/areas/edition/add/",
    "/admin/areas/indicator/",
    "/admin/areas/area/",
    "/admin/areas/area/add/",
    "/admin/coordinators/project/",
    "/admin/coordinators/project/add/",
    "/admin/accounts/user/",
    "/admin/journal/journalentry/",
    "/admin/notices/notice/",
]


def walk(page, paths):
    for path in paths:
        page.goto(path)
        check(page)
        html = page.context.request.get(page.url).text()
        html5lib.HTMLParser(strict=True).parse(html)
        # What the browser says of a page that is meant to be missing.
        if path == "/finnes-ikke/":
            page.complaints.clear()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1280"])
def test_public_pages(visit, size):
    walk(visit(size), PUBLIC)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1280"])
def test_an_applicants_own_pages(visit, size):
    page = visit(size)
    log_in_staff(page, "soker")
    found = page.locator("main a[href*='/min-side/']")
    links = {link.get_attribute("href") for link in found.all()}

    walk(page, [*OWN[:-1], *sorted(links), OWN[-1]])


RECORDS = ["dokumenter/", "dokumenter/1/", "dokumenter/1/sladd/"]


def test_the_documents_of_a_case(visit):
    page = visit(PHONE)
    log_in_staff(page, "soker")
    own = "/min-side/soknader/2026/0001/dokumenter/"
    walk(page, [own, f"{own}be-om/"])

    page = visit(DESK)
    log_in_staff(page, "saksbehandler")
    walk(page, [f"/admin/saker/2026/0001/{part}" for part in RECORDS])
    page.goto("/admin/innsyn/")
    check(page)
    follow(page, page.locator("main .item-list__title").first)
    check(page)


def test_what_an_applicant_writes_fits_a_phone(visit):
    page = visit(PHONE)
    log_in_staff(page, "soker")
    page.goto("/min-side/")
    page.locator("main a[href*='/min-side/kladder/']").first.click()
    draft = page.url.rstrip("/")
    page.goto(f"{draft}/prosjekt/")
    page.fill("main [name=title]", "W" * 60)
    page.fill("main [name=description]", "https://kart.example/" + "a" * 120)
    page.locator("main button[name=later]").click()
    page.wait_for_url(f"{draft}/")
    check(page)
    page.goto(f"{draft}/kontroll/")
    check(page)
    page.goto(f"{draft}/okonomi/")

    page.fill("main [name=cost_0_amount]", "123 456,50")

    hidden = page.locator("[name=cost_0_amount]").evaluate(
        "field => field.scrollWidth - field.clientWidth"
    )
    assert hidden == 0


def test_the_reasons_of_a_letter_are_in_sight_on_a_phone(visit):
    page = visit(PHONE)
    log_in_staff(page, "soker")
    page.goto("/min-side/soknader/2026/0002/")
    page.get_by_role("link", name="Les brevet").first.click()

    reason = page.locator(".letter tbody td").last.bounding_box()

    assert reason["x"] + reason["width"] <= PHONE["width"]
    check(page)


def test_the_staffs_pages(visit):
    page = visit(DESK)
    log_in_staff(page, "saksbehandler")

    walk(page, STAFF)


def test_the_pages_of_impartiality(visit):
    page = visit(DESK)
    log_in_staff(page, "saksbehandler2")
    page.goto("/admin/")
    round = page.locator("main a[href$='/habilitet/']").first.get_attribute("href")
    walk(page, ["/admin/bindinger/", round])
    follow(page, page.locator("main a[href*='/bindinger/']").first)
    check(page)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_a_round_is_rehearsed_from_its_own_page(visit, screen):
    page = visit(screen)
    log_in_staff(page, "admin")
    page.goto("/admin/grants/round/")
    page.locator("#result_list tbody th a").first.click()
    follow(page, page.get_by_role("link", name="Øv på utlysningen"))
    check(page)

    page.get_by_role("button", name="Øv nå").click()

    page.get_by_text("Alt gikk, fra søknad til brev.").wait_for()
    page.locator("summary", has_text="Bokmål").first.click()
    check(page)


def test_the_pages_of_one_who_rules(visit):
    page = visit(DESK)
    log_in_staff(page, "admin")
    page.goto("/admin/habilitet/")
    check(page)

    page.locator("main section .item-list__title").first.click()

    assert page.locator("h1").inner_text().startswith("Habilitet i sak ")
    check(page)


def test_the_set_up_pages(visit):
    page = visit(DESK)
    log_in_staff(page, "admin")

    walk(page, SET_UP)


def test_staff_pages_reflow_at_320_px(visit):
    page = visit({"width": 320, "height": 700})
    log_in_staff(page, "saksbehandler")

    walk(page, [*STAFF, "/admin/saker/2026/0006/"])


def test_the_front_page_weighs_little_and_sets_no_cookie(visit):
    page = visit(PHONE)
    answers = []
    page.on("requestfinished", lambda request: answers.append(request))

    page.goto("/", wait_until="networkidle")

    sizes = [answer.sizes() for answer in answers]
    weights = {
        answer.url: size["responseBodySize"] + size["responseHeadersSize"]
        for answer, size in zip(answers, sizes, strict=True)
    }
    html = page.context.request.get("/", headers={"Accept-Encoding": "identity"})
    assert len(weights) <= 6, weights
    assert sum(weights.values()) <= 60_000, weights
    assert len(html.body()) <= 20_000
    assert page.context.cookies() == []


def test_the_skip_link_and_the_menu_work_with_the_keyboard(visit):
    page = visit(PHONE)
    page.goto("/")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#innhold"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "innhold"


def test_an_error_summary_takes_focus_and_leads_to_the_field(visit):
    page = visit(PHONE)
    page.goto("/logg-inn/")
    page.fill("main [name=email]", "ikke en adresse")
    page.locator("main form button").first.click()

    summary = page.locator(".ds-error-summary")
    assert summary.evaluate("node => node.contains(document.activeElement)")
    assert page.title().startswith("Feil:")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "email"
