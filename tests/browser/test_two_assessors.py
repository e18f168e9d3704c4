"""Two assess one case, neither sees the other's marks before both have finished."""

from tests.browser.conftest import DESK, check, log_in_staff
from tests.browser.test_case_walk import choose, open_parts, press

TITLE = "Scene ute i parken"
WRITTEN = "Gir folk et sted å møtes."


def section(page):
    return page.locator("section[aria-labelledby=vurdering]").inner_text()


def test_the_second_of_two_assesses_from_the_queue_and_sees_the_spread(visit):
    desk = visit(DESK)
    log_in_staff(desk, "saksbehandler2")

    # Named, and on the list of what to do; nothing of the first one's is seen.
    desk.goto("/admin/")
    check(desk)
    assert TITLE in desk.locator("main").inner_text()
    desk.goto("/admin/saker/?vis=vurder")
    check(desk)
    assert desk.locator("main tbody tr").count() == 1
    desk.get_by_role("link", name=TITLE).first.click()
    choose(desk, "answer", "habil")
    press(desk, "Lagre svaret")
    check(desk)
    assert "ferdig" in section(desk)
    assert WRITTEN not in desk.locator("main").inner_text()

    # Kept with gaps, and found again; finished with gaps, and told what is missing.
    first = desk.locator("textarea[name^=text_]").first
    mark = first.get_attribute("name").replace("text", "mark")
    first.fill("Scenen blir brukt av mange.")
    choose(desk, mark, "1")
    press(desk, "Lagre og fortsett senere")
    assert first.input_value() == "Scenen blir brukt av mange."
    press(desk, "Ferdig med vurderingen")
    check(desk)
    assert desk.locator("#feil li").count() == 6
    for box in desk.locator("textarea[name^=text_]").all()[1:]:
        box.fill("Ja, det er tegnet sammen med skolen.")
        choose(desk, box.get_attribute("name").replace("text", "mark"), "4")
    press(desk, "Ferdig med vurderingen")

    # Both have finished: side by side, in numbers and words.
    check(desk)
    assert WRITTEN in section(desk)
    assert "3 fra hverandre, snakk sammen" in section(desk)
    open_parts(desk)
    check(desk)
