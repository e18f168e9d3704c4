"""The pages of held letters, new decisions and bodies: axe, width and console."""

from tests.browser.conftest import DESK, check, log_in_staff


def decided_case(page):
    """The address of a case in the demo that is decided."""
    page.goto("/admin/saker/?vis=&status=decided")
    link = page.locator("a[href*='/admin/saker/20']").first
    return link.get_attribute("href").split("?")[0]


def test_a_new_decision_is_proposed_after_its_letter_is_seen(visit):
    desk = visit(DESK)
    log_in_staff(desk, "saksbehandler")
    address = decided_case(desk)
    desk.goto(address)
    if desk.locator("[name=answer][value=habil]").count():
        desk.locator("[name=answer][value=habil]").check()
        desk.get_by_role("button", name="Lagre svaret").click()

    desk.goto(f"{address}nytt-vedtak/")
    check(desk)
    desk.locator("[name=kind][value=correction]").check()
    desk.fill("[name=what_changed]", "Et tall var skrevet feil.")
    desk.get_by_role("button", name="Se brevet").click()

    desk.get_by_role("heading", name="Foreslå det nye vedtaket").wait_for()
    check(desk)
    assert "Vedtaket er rettet" in desk.locator(".letter").inner_text()
    desk.goto(f"{address}organvedtak/")
    check(desk)


def test_the_list_of_held_decisions_is_clean(visit):
    desk = visit(DESK)
    log_in_staff(desk, "beslutter")
    desk.goto("/admin/utlysninger/1/gjor-kjent/")

    check(desk)
