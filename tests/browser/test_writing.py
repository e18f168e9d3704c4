"""Writing with script: saved meanwhile, asked about, kept in the browser, warned."""

import re
from datetime import date

import pytest

from tests.browser.conftest import (
    DESK,
    PHONE,
    address_of,
    check,
    log_in_staff,
    run,
    start_drafts,
)

AGE = """
import django; django.setup()
from datetime import timedelta
from django.contrib.sessions.models import Session
from omradesatsing.accounts.sessions import SessionStore

for row in Session.objects.all():
    session = SessionStore(row.session_key)
    if "renewed_at" in session:
        session["renewed_at"] -= 7200 - 150
        session.save()
"""


# A draft in a round that counts words, and a case that waits for an answer.
MORE = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from grants.deadlines import next_working_day
from grants.models import Applicant, Application, NumberSeries
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from tests.factories import create_draft, create_in_review, create_question
from tests.factories import create_round, publish

user = User.objects.get(email="soker@demo.example")
applicant = Applicant.objects.acted_for_by(user).filter(kind="group").first()

round = create_round(published=False)
create_question(round=round, kind="long_text", text="Fortell", max_words=3)
draft = create_draft(user=user, round=publish(round), applicant=applicant)
Application.objects.filter(pk=draft.pk).update(key="prove-ord")

NumberSeries.objects.update(last=9000)
case = create_in_review(user=user, applicant=applicant)
case.request_info(
    by=Actor(case.caseworker),
    now=timezone.now(),
    text="Hvem eier plassen?",
    due_on=next_working_day(timezone.localdate() + timedelta(days=14)),
    steps=["prosjekt"],
)
"""
CASE = f"/min-side/soknader/{date.today().year}/9001"


@pytest.fixture(scope="module")
def database(portal, worker_id):
    address = address_of(worker_id)
    keys = ["lagres", "krasj", "borte", "penger-360", "penger-1280"]
    start_drafts([f"prove-{key}" for key in keys], address)
    run(MORE, address)
    return address


def address(key, step="prosjekt"):
    return f"/min-side/kladder/prove-{key}/{step}/"


def open_step(visit, key, step="prosjekt", *, login="soker", size=DESK, script=True):
    page = visit(size, script=script)
    log_in_staff(page, login)
    page.goto(address(key, step), wait_until="networkidle" if script else "load")
    return page


def status(page, words):
    page.locator("[data-status]", has_text=re.compile(words)).wait_for()


def kept(page):
    """What the browser keeps for this page, if anything."""
    return page.evaluate(
        "() => Object.keys(localStorage).filter((key) => key.startsWith('kladd:'))"
        ".map((key) => localStorage.getItem(key))"
    )


def test_what_is_typed_is_saved_and_there_on_another_device(database, visit):
    page = open_step(visit, "lagres")
    page.locator("#id_description").press_sequentially("Vi lager en hage")
    status(page, r"Lagret kl\. \d\d\.\d\d\.")
    check(page)
    phone = open_step(visit, "lagres", size=PHONE)

    assert phone.locator("#id_description").input_value() == "Vi lager en hage"
    assert kept(page) == []

    # What cannot be read is told as a hint, when one has left the field.
    page.locator("#id_description").fill("x" * 2501)
    page.locator("[name=title]").focus()
    page.locator(".field-hint").wait_for()
    assert "2501" in page.locator(".field-hint").inner_text()
    status(page, "ikke lagret")
    check(page)
    # It is no error to go on with; the page says so as before.
    page.get_by_role("button", name="Lagre og gå videre").click()
    page.locator(".ds-error-summary").wait_for()
    assert len(page.locator("#id_description").input_value()) == 2501


def test_scenario_08_a_second_tab_is_asked_and_nothing_is_overwritten(database, visit):
    one = open_step(visit, "krasj")
    two = open_step(visit, "krasj", login="soker2")
    one.locator("[name=title]").fill("Hagen ved skolen")
    one.locator("#id_description").fill("Fra den ene")
    status(one, "Lagret")

    two.locator("#id_description").fill("Fra den andre")
    status(two, "samme sted")
    notice = two.locator("[data-clash-of=description]")
    texts = [
        notice.locator(f"[data-{each}]").inner_text() for each in ("mine", "stored")
    ]
    check(two)
    brought = two.locator("[name=title]").input_value()
    notice.get_by_role("button", name="Behold det som er lagret").click()
    status(two, "Lagret")

    assert texts == ["Fra den andre", "Fra den ene"]
    assert brought == "Hagen ved skolen"
    assert two.locator("#id_description").input_value() == "Fra den ene"


def test_scenario_08_the_same_without_script(database, visit):
    one = open_step(visit, "krasj", script=False)
    two = open_step(visit, "krasj", script=False, size=PHONE)
    one.locator("#id_description").fill("Uten skript, én")
    one.get_by_role("button", name="Lagre og gå videre").click()

    two.locator("#id_description").fill("Uten skript, to")
    two.get_by_role("button", name="Lagre og gå videre").click()
    two.locator(".clash__words").first.wait_for()
    texts = two.locator(".clash__words").all_inner_texts()
    check(two, script=False)
    two.get_by_label("Behold det du skrev").check()
    two.get_by_role("button", name="Lagre og gå videre").click()
    one.goto(address("krasj"))

    assert texts == ["Uten skript, to", "Uten skript, én"]
    assert one.locator("#id_description").input_value() == "Uten skript, to"


def test_scenario_10_and_11_text_outlives_the_log_in_for_its_writer_only(
    database, visit
):
    page = open_step(visit, "borte")
    page.context.clear_cookies()
    page.locator("#id_description").fill("Ikke lagret ennå")
    page.get_by_role("heading", name="Du er logget ut").wait_for()
    check(page)
    blob = kept(page)
    page.complaints[:] = [
        text for text in page.complaints if not re.search("40[13]", text)
    ]

    # Another person in the same browser, who may read the same draft.
    log_in_staff(page, "soker2")
    page.goto(address("borte"), wait_until="networkidle")
    others = (
        page.locator("#id_description").input_value(),
        page.locator("[data-offer]").is_visible(),
    )
    page.context.clear_cookies()
    log_in_staff(page, "soker")
    page.goto(address("borte"), wait_until="networkidle")
    page.get_by_role("heading", name="Du har tekst som ikke ble lagret").wait_for()
    check(page)
    page.get_by_role("button", name="Hent den").click()
    status(page, "Lagret")

    assert len(blob) == 1
    assert "Ikke lagret" not in blob[0]
    assert others == ("", False)
    assert page.locator("#id_description").input_value() == "Ikke lagret ennå"
    assert kept(page) == []


def test_a_lost_line_keeps_the_page_and_the_text(database, visit):
    page = open_step(visit, "borte")
    page.context.set_offline(True)
    page.locator("[name=title]").fill("Skrevet uten nett")
    page.get_by_role("button", name="Lagre og gå videre").click()
    status(page, "trygg på denne maskinen")
    still_here = page.locator("[name=title]").input_value()
    page.context.set_offline(False)
    status(page, "Lagret")
    page.complaints[:] = [text for text in page.complaints if "ERR_" not in text]

    assert still_here == "Skrevet uten nett"


def test_a_chosen_log_out_saves_first_and_leaves_nothing(database, visit):
    page = open_step(visit, "borte")
    page.locator("[name=title]").fill("Rett før jeg går")
    page.get_by_role("button", name="Logg ut").first.click()
    page.wait_for_url(lambda url: url.count("/") == 3)
    left = kept(page)
    log_in_staff(page, "soker")
    page.goto(address("borte"))

    assert left == []
    assert page.locator("[name=title]").input_value() == "Rett før jeg går"


def test_the_log_in_is_extended_by_one_press(database, visit):
    page = open_step(visit, "lagres")
    page.locator("[name=title]").focus()
    run(AGE, database)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_role("heading", name="Du blir snart logget ut").wait_for()
    check(page)
    words = page.locator("p[data-left]").inner_text()
    focused = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.locator("#okt").wait_for(state="hidden")
    answer = page.context.request.get("/min-side/okt/").json()

    assert (words, focused) == ("Det er 3 minutter igjen.", "Fortsett")
    assert page.evaluate("document.activeElement.name") == "title"
    assert answer["left"] > 7000


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1280"])
def test_the_budget_adds_up_while_one_types(database, visit, size):
    page = open_step(visit, f"penger-{size['width']}", "okonomi", size=size)
    result = page.locator("[data-result]")

    def fill(name, value):
        page.locator(f"[name={name}]").fill(value)

    if page.locator("[name=amount]").count():
        fill("amount", "1.000")
    fill("cost_0_text", "Jord")
    fill("cost_0_amount", "1 234,50")
    fill("cost_1_text", "Frø")
    fill("cost_1_amount", "1000,-")
    short = result.inner_text()
    fill("income_0_text", "Loddsalg")
    fill("income_0_amount", "1.234,5")
    even = result.inner_text()
    fill("cost_1_amount", "1e9")
    unread = result.inner_text()
    fill("cost_1_amount", "1000")
    rows = page.locator("[name^=cost_][name$=_text]").count()
    page.locator("button[name=more][value=cost]").click()
    page.keyboard.type("Benk")
    check(page)
    status(page, "Lagret")

    assert short == "Det mangler 1\u00a0234,50\u00a0kr før budsjettet går opp."
    assert even == "Budsjettet går opp."
    assert unread == "Noen beløp kan ikke leses, så summen er ikke hel."
    assert page.locator(f"[name=cost_{rows}_text]").input_value() == "Benk"


def test_words_and_characters_are_counted_as_one_types(database, visit):
    page = open_step(visit, "ord", "sporsmal")
    story = page.get_by_label("Fortell")
    counter = page.locator(".field-limit")
    empty = counter.inner_text()

    story.fill("Ett to")
    within = counter.inner_text()
    story.fill("Ett to tre fire")
    over = counter.inner_text()
    page.get_by_text("1 ord for mye", exact=True).wait_for()
    check(page)
    status(page, "ikke lagret")

    assert empty == "Høyst 3 ord og 2000 tegn"
    assert within == "Høyst 3 ord og 2000 tegn (1 ord igjen, 1994 tegn igjen)"
    assert over == "Høyst 3 ord og 2000 tegn (1 ord for mye, 1985 tegn igjen)"


def test_an_answer_is_saved_as_one_types(database, visit):
    page = visit(PHONE)
    log_in_staff(page, "soker")
    page.goto(f"{CASE}/svar/", wait_until="networkidle")

    page.get_by_label("Svaret ditt").fill("Borettslaget eier plassen")
    status(page, r"Lagret kl\. \d\d\.\d\d\.")
    check(page)
    page.get_by_role("button", name="Endre").first.click()
    page.wait_for_url("**/svar/prosjekt/")
    page.go_back(wait_until="networkidle")
    page.reload()

    assert page.get_by_label("Svaret ditt").input_value() == "Borettslaget eier plassen"
    assert kept(page) == []


def test_a_message_is_kept_in_the_browser_until_it_is_sent(database, visit):
    page = visit(PHONE)
    log_in_staff(page, "soker")
    page.goto(f"{CASE}/meldinger/", wait_until="networkidle")
    field = page.get_by_label("Melding", exact=True)
    send = page.get_by_role("button", name="Send meldingen")

    field.fill("Vi flytter festen")
    page.wait_for_function("() => localStorage.length === 1")
    page.reload(wait_until="networkidle")
    page.get_by_role("button", name="Hent den").click()
    fetched = field.input_value()
    check(page)
    page.context.set_offline(True)
    send.click()
    status(page, "ingenting er sendt. Teksten er trygg på denne maskinen")
    page.context.set_offline(False)
    send.click()
    page.get_by_text("Meldingen er sendt.").wait_for()
    page.wait_for_load_state("networkidle")
    page.complaints[:] = [text for text in page.complaints if "ERR_" not in text]

    assert fetched == "Vi flytter festen"
    assert field.input_value() == ""
    assert page.get_by_role("heading", name="Du har tekst").count() == 0
    assert kept(page) == []


def test_a_message_outlives_the_log_in_for_its_writer_only(database, visit):
    page = visit(DESK)
    log_in_staff(page, "soker")
    page.goto(f"{CASE}/meldinger/", wait_until="networkidle")
    field = page.get_by_label("Melding", exact=True)
    field.fill("Skrevet uten å være logget inn")
    page.wait_for_function("() => localStorage.length === 1")
    blob = kept(page)
    page.context.clear_cookies()
    log_in_staff(page, "soker2")
    page.goto(f"{CASE}/meldinger/", wait_until="networkidle")
    others = (field.input_value(), page.locator("[data-offer]").is_visible())
    page.context.clear_cookies()
    log_in_staff(page, "soker")
    page.goto(f"{CASE}/meldinger/", wait_until="networkidle")
    page.get_by_role("button", name="Hent den").click()

    assert "Skrevet" not in blob[0]
    assert others == ("", False)
    assert field.input_value() == "Skrevet uten å være logget inn"
