"""The pages of appeals: axe, width and console; and one that is lodged by keyboard."""

from tests.browser.conftest import DESK, check, follow, log_in_staff
from tests.browser.test_pages import walk

NARROW = {"width": 320, "height": 640}


def first_appeal(page):
    """The address of the appeal in the demo, as the one who is logged in reaches it."""
    return page.locator("main a[href*='/klager/']").first.get_attribute("href")


def case_of(page, title):
    """The address of the applicant's case of that title."""
    page.goto("/min-side/")
    link = page.get_by_role("link", name=title).first
    return link.get_attribute("href")


def test_anyone_appeals_on_a_narrow_screen(visit):
    page = visit(NARROW)
    walk(page, ["/klage/", "/nn/klage/"])
    page.goto("/klage/")

    follow(page, page.get_by_role("button", name="Send klagen"))
    check(page)
    page.get_by_label("Hvilken sak gjelder det?").fill("festen i parken")
    page.get_by_label("Hva ønsker du endret?").fill("Stans det.")
    page.get_by_label("Hvordan gjelder saken deg?").fill("Jeg bor der.")
    page.get_by_label("Navnet ditt").fill("Nabo Nabosen")
    page.get_by_label("Hvordan når vi deg?").fill("00 00 00 00")
    page.get_by_role("button", name="Send klagen").click()

    page.get_by_role("heading", name="Vi har fått klagen din").wait_for()
    check(page)

    desk = visit(DESK)
    log_in_staff(desk, "saksbehandler")
    desk.goto("/admin/klager/uten-sak/")
    check(desk)
    assert "festen i parken" in desk.locator("main, #content").first.inner_text()


def test_an_applicant_appeals_by_keyboard(visit):
    page = visit(NARROW)
    log_in_staff(page, "soker")
    page.goto(case_of(page, "Språkkafé"))
    follow(page, page.get_by_role("link", name="Klag på vedtaket"))
    check(page)

    page.get_by_label("Hva ønsker du endret?").focus()
    page.keyboard.type("Vi vil ha mer.")
    page.get_by_role("button", name="Send klagen").focus()
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Klagen din").wait_for()
    check(page)
    follow(page, page.get_by_role("link", name="Trekk klagen"))
    check(page)


def test_the_staffs_pages_of_an_appeal(visit):
    for size in (NARROW, DESK):
        page = visit(size)
        log_in_staff(page, "saksbehandler")
        page.goto("/admin/saker/2026/0004/")
        check(page)
        page.goto(first_appeal(page))
        check(page)


def test_the_appeal_bodys_pages(visit):
    for size, who in ((NARROW, "klage"), (DESK, "klage2")):
        page = visit(size)
        log_in_staff(page, who)
        page.goto("/admin/")
        check(page)
        page.goto("/admin/klager/")
        check(page)
        follow(page, page.locator(".item-list__title").first)
        page.get_by_label("Ja, jeg er habil").check()
        follow(page, page.locator("main form button[type=submit]").first)
        page.goto("/admin/klager/")
        follow(page, page.locator(".item-list__title").first)
        check(page)
        assert "Foreslå utfallet" in page.locator("#content").inner_text()
