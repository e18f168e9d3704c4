"""A first application, from the round's page to the receipt, by each way of working.

What the applicant answers is counted, and so are the pages. The log-in is not an
answer: an address and a code, once.
"""

import re

import pytest

from grants.register_stand_in import (
    ACTIVE,
    DISSOLVING,
    HOUSING,
    NO_VOLUNTARY_ANSWER,
    UNKNOWN,
    VOLUNTARY,
)
from omradesatsing.files.checks import MAX_BYTES
from tests.browser.conftest import DESK, check

NARROW = {"width": 320, "height": 700}
# What is left of a desk of 1280 × 1024 when everything is four times as large.
ZOOMED = {"width": 320, "height": 256}
MOST_PAGES, MOST_QUESTIONS = 15, 10
CODE = r"(?m)^\s*([A-Z0-9]{3,}(?:-?[A-Z0-9]{3,})+)\s*$"
MAIN_BUTTON = "main form[method=post] .ds-button:not([data-variant])"
FOCUS_IS_SHOWN = """() => {
    const shown = (node, pseudo) => {
        const style = getComputedStyle(node, pseudo);
        return style.outlineStyle !== "none" || style.boxShadow !== "none";
    };
    return shown(document.activeElement) || shown(document.activeElement.parentElement);
}"""


class Hand:
    """Fills in with a mouse or a finger."""

    def __init__(self, page):
        self.page = page
        self.answered = []

    def write(self, name, text):
        self.answered.append(name)
        self.type(f"main [name='{name}']", text)

    def choose(self, name):
        """The first that there is to choose."""
        self.answered.append(name)
        self.tick(f"main [name='{name}']")

    def type(self, field, text):
        self.page.locator(field).fill(text)

    def tick(self, field):
        self.page.locator(field).first.check()

    def press(self, what=MAIN_BUTTON):
        with self.page.expect_navigation():
            self.page.locator(what).first.click()


class Keys(Hand):
    """Fills in with Tab, Space and Enter, and sees where the focus is."""

    def reach(self, what):
        wanted = self.page.locator(what).first
        for _press in range(150):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("node => node === document.activeElement"):
                assert self.page.evaluate(FOCUS_IS_SHOWN), f"no focus seen on {what}"
                return
        raise AssertionError(f"{what} is not reached by Tab on {self.page.url}")

    def type(self, field, text):
        self.reach(field)
        self.page.keyboard.type(text)

    def tick(self, field):
        self.reach(field)
        self.page.keyboard.press("Space")

    def press(self, what=MAIN_BUTTON):
        self.reach(what)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


def count_pages(page):
    """The addresses of all that the window comes to show, in order."""
    pages = []

    def note(frame):
        if frame == page.main_frame:
            pages.append(frame.url)

    page.on("framenavigated", note)
    return pages


def open_round(page, language=""):
    page.goto(f"{language}/tilskudd/")
    link = page.locator("main a[href*='naermiljotilskudd']").first
    return link.get_attribute("href")


def log_in(portal, page, hand, email, look):
    hand.type("main [name=email]", email)
    hand.press()
    look()
    code = portal.inbox.wait_for(email, CODE)[1]
    hand.type("main [name=code]", code)
    hand.press()


def apply(portal, page, hand, *, round, orgnr, email, look):
    """From the round's page to the receipt, by the way that the pages lead."""
    page.goto(round)
    look()
    hand.press("main a[href$='/sok/']")
    look()
    hand.choose("kind")
    hand.write("orgnr", orgnr)
    hand.choose("area")
    hand.write("title", "Sommerfest i gata")
    hand.press()
    look()
    log_in(portal, page, hand, email, look)
    look()
    hand.press()
    look()
    hand.write("amount", "15 000")
    hand.press()
    look()
    if page.url.rstrip("/").rsplit("/", 1)[1] != "soker":
        hand.press(".task-list a[href$='/soker/']")
        look()
    if not page.locator("main [name=contact_name]").input_value():
        hand.write("contact_name", "Kari Eksempel")
    hand.press()
    look()
    hand.write("description", "Vi pynter gata og griller for alle naboene.")
    hand.write("starts_on", "1.6.2027")
    hand.press()
    look()
    hand.write("cost_0_text", "Telt og mat")
    hand.press()
    look()
    while "/kontroll/" not in page.url:
        hand.press()
        look()
    hand.choose("declared")
    hand.press()
    look()


WAYS = {
    "script": (Hand, DESK, 1, True, "", ACTIVE),
    "no-script-320px": (Hand, NARROW, 1, False, "", VOLUNTARY),
    "keyboard-400-percent": (Keys, ZOOMED, 4, True, "", HOUSING),
    "nynorsk": (Hand, NARROW, 1, True, "/nn", NO_VOLUNTARY_ANSWER),
    "english": (Hand, DESK, 1, True, "/en", DISSOLVING),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_first_application_is_short_and_goes_through(portal, visit, way):
    hands, size, zoom, script, language, orgnr = WAYS[way]
    page = visit(size, script=script, zoom=zoom)
    email = f"{way}@example.test"
    round = open_round(page, language)
    pages = count_pages(page)
    hand = hands(page)
    spoken = []

    def look():
        spoken.append(page.locator("html").get_attribute("lang"))
        check(page, script=script)

    apply(portal, page, hand, round=round, orgnr=orgnr, email=email, look=look)

    number = re.search(r"soknader/(\d{4}/\d{4})/kvittering/$", page.url)
    assert number, page.url
    assert number[1] in page.locator("main").inner_text()
    assert portal.inbox.wait_for(email, re.escape(number[1]))
    assert set(spoken) == {language.strip("/") or "nb"}
    assert len(pages) <= MOST_PAGES, pages
    assert len(hand.answered) <= MOST_QUESTIONS, hand.answered


def test_every_error_on_the_way_is_told_and_breaks_nothing(portal, visit):
    page = visit(NARROW)
    hand = Hand(page)
    email = "feil@example.test"

    def told(*fields):
        """These fields are faulted, each once; the page is as accessible as before."""
        links = page.locator(".ds-error-summary a").evaluate_all(
            "links => links.map(link => link.hash)"
        )
        assert links == [f"#id_{field}" for field in fields]
        for link in links:
            assert page.locator(link).count() == 1
        check(page)

    page.goto(open_round(page) + "sok/")
    hand.press()
    told("kind_0", "area_0", "title")
    hand.choose("kind")
    hand.press()
    told("orgnr", "area_0", "title")
    hand.choose("area")
    hand.write("title", "Hage for alle")
    hand.write("orgnr", "123 456 789")
    hand.press()
    told("orgnr")
    assert page.input_value("main [name=orgnr]") == "123 456 789"
    hand.write("orgnr", UNKNOWN)
    hand.press()
    log_in(portal, page, hand, email, lambda: None)
    told("orgnr", "name")
    hand.write("orgnr", ACTIVE)
    hand.press()
    hand.press()
    hand.write("amount", "mye")
    hand.press()
    told("amount")
    hand.write("amount", "15 000")
    hand.press()
    draft = re.match(r".*/min-side/kladder/[^/]+/", page.url)[0]

    page.goto(draft + "soker/")
    hand.write("contact_email", "kari")
    hand.press()
    told("contact_email")
    page.goto(draft + "prosjekt/")
    hand.write("starts_on", "31.2.2027")
    hand.press()
    told("starts_on")
    assert page.input_value("main [name=starts_on]") == "31.2.2027"
    page.goto(draft + "okonomi/")
    hand.write("cost_0_text", "Telt")
    hand.write("cost_0_amount", "tolv")
    hand.press()
    told("cost_0_amount")
    hand.write("cost_0_amount", "12 000")
    hand.press("main button[name=stay]:not([tabindex])")
    faults = page.locator("[data-sums-saved] li").all_inner_texts()
    assert len(faults) == 1
    check(page)

    page.goto(draft + "vedlegg/")
    large = {"name": "stor.pdf", "mimeType": "application/pdf"}
    page.set_input_files(
        "form[data-uploads] input[type=file]",
        [large | {"buffer": b"%PDF-1.7" + b"0" * MAX_BYTES}],
    )
    page.get_by_text("større enn 10 MB").first.wait_for()
    check(page)

    page.goto(draft + "kontroll/")
    missing = page.locator("#mangler ~ ul a").evaluate_all(
        "links => links.map(link => link.hash)"
    )
    assert "#id_description" in missing
    assert page.locator("main [name=declared]").count() == 0
    check(page)
    page.locator("#mangler ~ ul a").first.click()
    assert page.locator(f"main {missing[0]}").count() == 1
