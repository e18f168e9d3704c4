"""The caseworker's queue: narrow, by keyboard, without script; saving a filter."""

from tests.browser.conftest import DESK, check, follow, log_in_staff

NARROW = {"width": 320, "height": 640}
QUEUES = ["", "mine", "vurder", "ledige", "venter", "naer", "over"]


def titles(page):
    return page.locator("tbody th a").all_inner_texts()


def test_every_queue_holds_on_a_narrow_and_on_a_wide_screen(visit):
    for size in (NARROW, DESK):
        page = visit(size)
        log_in_staff(page, "saksbehandler")
        for queue in QUEUES:
            page.goto(f"/admin/saker/?vis={queue}")
            check(page)


def test_the_queue_is_searched_and_a_filter_kept_by_keyboard(visit):
    page = visit(DESK)
    log_in_staff(page, "saksbehandler")
    page.goto("/admin/saker/")
    everything = titles(page)

    page.get_by_label("Søk", exact=True).focus()
    page.keyboard.type("skøytekveld")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    found = titles(page)
    page.locator("summary", has_text="Lagre filteret").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Skøyter")
    check(page)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto("/admin/saker/")
    check(page)
    follow(page, page.get_by_role("link", name="Skøyter"))

    assert len(everything) > 1
    assert found == ["Skøytekveld for alle"]
    assert titles(page) == found


def test_the_queue_works_without_script(visit):
    page = visit(NARROW, script=False)
    log_in_staff(page, "saksbehandler")
    page.goto("/admin/saker/")

    page.get_by_label("Søk", exact=True).fill("skøytekveld")
    follow(page, page.get_by_role("button", name="Vis"))
    check(page, script=False)

    assert titles(page) == ["Skøytekveld for alle"]


def test_marked_cases_are_given_to_a_caseworker_by_keyboard(visit):
    page = visit(DESK)
    log_in_staff(page, "saksbehandler")
    page.goto("/admin/saker/?vis=ledige")
    first = page.locator("tbody tr").first
    title = first.locator("th a").inner_text()

    first.locator("input[type=checkbox]").focus()
    page.keyboard.press("Space")
    page.locator("summary", has_text="Gi de merkede").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Simen")
    check(page)
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    check(page)
    told = page.locator("tbody tr").inner_text()
    assert title in told
    assert "Gitt til Simen Saksbehandler" in told
