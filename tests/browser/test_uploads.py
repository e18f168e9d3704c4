"""Files sent by script: several at once, one refused, one broken off and resent."""

import io
import os
import re

import pytest
from PIL import Image

from tests.browser.conftest import (
    DESK,
    PHONE,
    address_of,
    check,
    log_in_staff,
    start_drafts,
)
from tests.files.test_checks import picture


@pytest.fixture(scope="module")
def drafts(portal, worker_id):
    keys = ["flere", "brutt", "uten", "sakte"]
    start_drafts([f"filer-{key}" for key in keys], address_of(worker_id))


def address(key):
    return f"/min-side/kladder/filer-{key}/vedlegg/"


def open_files(visit, key, size=PHONE, *, script=True):
    page = visit(size, script=script)
    log_in_staff(page, "soker")
    page.goto(address(key))
    return page


def one(name, data, kind="application/pdf"):
    return {"name": name, "mimeType": kind, "buffer": data}


def png(name, width=20):
    return one(name, picture("PNG", size=(width, 20)), "image/png")


def noise():
    """A picture that no packing makes small."""
    out = io.BytesIO()
    Image.frombytes("RGB", (250, 200), os.urandom(150_000)).save(out, "PNG")
    return out.getvalue()


def choose(page, *files, label="Velg filer"):
    page.get_by_label(label).set_input_files(list(files))


def own(page):
    return page.locator("#filene .item-list__title").all_inner_texts()


def wait_for(page, name):
    page.locator("#filene .item-list__title", has_text=name).wait_for()


def test_several_files_are_sent_as_they_are_chosen_and_one_is_refused(drafts, visit):
    page = open_files(visit, "flere")
    spoken = page.locator("form[data-uploads] [role=status]")
    page.get_by_label("Hva viser filen?").fill("Skissen av hagen")
    check(page)

    choose(page, png("en.png"), one("cv.pdf", b"MZ" * 99))
    wait_for(page, "Skissen av hagen")
    fault = "Filen «cv.pdf» er ikke av et slag vi tar imot."
    row = page.locator(".upload-list li")
    check(page)

    assert own(page) == ["Skissen av hagen"]
    assert row.count() == 1
    assert row.inner_text().startswith(fault)
    assert spoken.inner_text().startswith(f"en.png er lagt ved. {fault}")
    assert page.get_by_label("Hva viser filen?").input_value() == ""
    # The next ones take the place of what has been told.
    choose(page, png("to.png", 30), png("tre.png", 40))
    wait_for(page, "tre.png")
    assert own(page) == ["Skissen av hagen", "to.png", "tre.png"]
    assert row.count() == 0


def test_how_far_a_slow_file_has_come_is_shown_and_one_may_go_on(drafts, visit):
    page = open_files(visit, "sakte", DESK)
    line = page.context.new_cdp_session(page)
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": 60_000,
        },
    )
    choose(page, one("plan.png", noise(), "image/png"))
    bar = page.get_by_role("progressbar", name="Laster opp plan.png")
    bar.wait_for()
    page.wait_for_function(
        "() => { const bar = document.querySelector('.upload-list progress');"
        " return bar && bar.value > 0 && bar.value < 1; }"
    )
    check(page)
    page.get_by_role("button", name="Lagre og gå videre").click()
    waits = page.get_by_text("Vi går videre når filene er lastet opp.").is_visible()
    page.wait_for_url("**/kontroll/")

    assert waits
    assert "plan.png" in page.locator("main").inner_text()


def test_scenario_23_a_line_that_broke_is_tried_again_and_gives_one_file(drafts, visit):
    page = open_files(visit, "brutt")
    again = page.get_by_role("button", name="Prøv igjen")

    # Once it breaks before the file is there, once before the answer is back.
    page.context.set_offline(True)
    choose(page, png("plan.png"))
    again.wait_for()
    check(page)
    page.context.set_offline(False)
    lost = []

    def lose_the_answer(route):
        if route.request.method == "POST":
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/vedlegg/", lose_the_answer)
    again.click()
    again.wait_for()
    page.unroute("**/vedlegg/")
    again.click()
    wait_for(page, "plan.png")
    page.complaints[:] = [text for text in page.complaints if "ERR_" not in text]

    assert lost == [200]
    assert own(page) == ["plan.png"]
    assert page.locator(".upload-list li").count() == 0


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_file_is_given_replaced_and_removed(drafts, visit, script):
    page = open_files(visit, "uten", script=script)
    give = page.get_by_role("button", name="Last opp")

    choose(page, png("en.png"), one("tom.pdf", b""))
    if not script:
        give.click()
        assert page.locator(".ds-error-summary a").all_inner_texts() == [
            "Filen «tom.pdf» er tom. Velg en fil med innhold."
        ]
    wait_for(page, "en.png")
    page.locator("summary", has_text="Erstatt").click()
    choose(page, png("ny.png", 30), label=re.compile("Ny fil i stedet for en.png"))
    check(page, script=script)
    page.get_by_role("button", name="Erstatt filen").click()
    wait_for(page, "ny.png")
    replaced = own(page)
    page.get_by_role("button", name="Fjern").click()
    page.get_by_text("Ingen filer er lagt ved.").wait_for()
    check(page, script=script)

    assert replaced == ["ny.png"]
    assert give.is_visible() is not script
