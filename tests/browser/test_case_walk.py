"""One case, from a resident's first look to a published award, in a real browser.

The applicant and the readers go on a phone, once with script and once without; the
staff at a desk, with it.
"""

import re
from datetime import date, timedelta

import pytest

from grants.deadlines import next_working_day
from tests.browser.conftest import DESK, PHONE, check, log_in_staff

COSTS = [("Telt", "12 000"), ("Mat", "8.500,50")]
ASKED = "20 500,50"


def press(page, name):
    """Press a button of the page itself, not of its header."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).click()


def choose(page, name, value):
    page.locator(f"[name='{name}'][value='{value}']").check()


def write(page, **texts):
    for field, text in texts.items():
        page.fill(f"main [name={field}]", text)


def in_a_week():
    day = next_working_day(date.today() + timedelta(days=7))
    return f"{day:%d.%m.%Y}"


def open_parts(page):
    """Open every form on the case page."""
    closed = page.locator("details:not([open]) > summary")
    while closed.count():
        closed.first.click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_case_goes_from_first_look_to_published_award(portal, visit, script):
    email = f"ny{'-med' if script else '-uten'}-skript@example.test"
    title = f"Sommerfest {'med' if script else 'uten'} skript"
    phone = visit(PHONE, script=script)

    def look(page):
        check(page, script=script or page is not phone)

    # A resident looks around, finds the round and asks whether to apply.
    phone.goto("/")
    look(phone)
    phone.get_by_role("link", name=re.compile("nærmiljøtilskudd")).first.click()
    look(phone)
    round_url = phone.url
    phone.get_by_role("link", name="Kan vi søke?").first.click()
    look(phone)
    for group in phone.locator("main fieldset").all():
        group.locator("input[type=radio]").first.check()
    press(phone, "Se rådet")
    look(phone)
    phone.locator("main").get_by_role("link", name=re.compile("[Ss]øk")).first.click()

    # The draft is begun before there is a log-in, and follows through it.
    assert phone.url.startswith(round_url + "sok/")
    look(phone)
    phone.fill("main [name=title]", title)
    phone.get_by_label("Loddefjord").check()
    choose(phone, "kind", "group")
    phone.fill("main [name=name]", "Naboene i prøven")
    choose(phone, "answerable", "jeg")
    phone.fill("main [name=answerable_name]", "Kari Eksempel")
    press(phone, "Logg inn og gå videre")
    look(phone)
    phone.fill("main [name=email]", email)
    press(phone, "Send meg en kode")
    look(phone)
    code = portal.inbox.wait_for(
        email, r"(?m)^\s*([A-Z0-9]{3,}(?:-?[A-Z0-9]{3,})+)\s*$"
    )
    phone.fill("main [name=code]", code[1])
    press(phone, "Logg inn")
    assert phone.input_value("main [name=title]") == title
    look(phone)
    press(phone, "Begynn på søknaden")

    # The form, a part at a time; each part is saved.
    draft = re.match(r".*/min-side/kladder/[^/]+/", phone.url)[0]
    look(phone)
    phone.fill("main [name=amount]", ASKED)
    press(phone, "Gå videre")
    look(phone)
    phone.goto(draft + "soker/")
    phone.fill("main [name=contact_name]", "Kari Eksempel")
    phone.fill("main [name=contact_email]", email)
    look(phone)
    press(phone, "Lagre og gå videre")
    write(phone, summary="En fest for alle.", description="Vi pynter og griller.")
    press(phone, "Lagre og gå videre")
    write(
        phone,
        need="Få kjenner naboen sin.",
        participants="Alle som bor her.",
        participant_count="80",
    )
    choose(phone, "special_categories", "False")
    look(phone)
    press(phone, "Lagre og gå videre")
    write(phone, place="Parken", starts_on="1.6.2027", ends_on="tirsdag")
    phone.locator("[name=permission][value=have], [name=permission]").first.check()
    press(phone, "Lagre og gå videre")
    # What was wrong is said at the field and in the summary; nothing typed is lost.
    phone.locator(".ds-error-summary a[href='#id_ends_on']").wait_for()
    assert phone.input_value("main [name=ends_on]") == "tirsdag"
    assert phone.input_value("main [name=place]") == "Parken"
    look(phone)
    phone.fill("main [name=ends_on]", "2. juni 2027")
    press(phone, "Lagre og gå videre")
    for number, (text, amount) in enumerate(COSTS):
        phone.fill(f"main [name=cost_{number}_text]", text)
        phone.fill(f"main [name=cost_{number}_amount]", amount)
    look(phone)
    press(phone, "Lagre og gå videre")
    look(phone)
    # The round's own question that must be answered; the others may be left.
    phone.locator("main [type=radio][value=no]").first.check()
    press(phone, "Lagre og gå videre")
    phone.wait_for_url("**/vedlegg/")
    look(phone)
    phone.set_input_files(
        "form[data-uploads] [name=file]",
        {
            "name": "kart.exe",
            "mimeType": "application/pdf",
            "buffer": b"MZ" + b"\0" * 600,
        },
    )
    if not script:
        press(phone, "Last opp")
    refused = "main .ds-validation-message, main form li[data-tone=error]"
    phone.locator(refused).first.wait_for()
    look(phone)

    # Look over, confirm, send.
    phone.goto(draft + "kontroll/")
    look(phone)
    phone.locator("main input[type=checkbox]").check()
    press(phone, "Send inn")
    assert phone.url.endswith("/kvittering/")
    look(phone)
    number = re.search(r"soknader/(\d{4}/\d{4})/", phone.url)[1]
    case = f"/min-side/soknader/{number}/"
    assert number in phone.locator("main").inner_text()
    portal.inbox.wait_for(email, re.escape(number))
    phone.go_back()
    phone.goto("/min-side/")
    look(phone)

    # The caseworker: impartial first, then a question to the applicant.
    desk = visit(DESK)
    log_in_staff(desk, "saksbehandler")
    assert desk.url == f"{portal.url}/admin/"
    look(desk)
    desk.get_by_role("link", name=number).first.click()
    look(desk)
    assert "Få kjenner naboen sin." not in desk.content()
    choose(desk, "answer", "habil")
    press(desk, "Lagre svaret")
    assert "Få kjenner naboen sin." in desk.content()
    look(desk)
    press(desk, "Ta saken")
    open_parts(desk)
    desk.fill("form[action$='/be-om-mer/'] [name=text]", "Hvor i parken skal det være?")
    desk.fill("[name=due_on]", in_a_week())
    choose(desk, "steps", "sted")
    look(desk)
    press(desk, "Send til søkeren")
    look(desk)

    # The applicant answers with a changed place.
    phone.goto("/min-side/")
    phone.goto(case)
    look(phone)
    phone.get_by_role("link", name="Svar nå").click()
    look(phone)
    phone.fill("main [name=answer]", "Ved lekeplassen.")
    # The answer is saved before the page is left.
    with phone.expect_navigation():
        phone.locator("main button[name=change]").first.click()
    look(phone)
    phone.fill("main [name=place]", "Ved lekeplassen i parken")
    press(phone, "Lagre og gå videre")
    look(phone)
    assert phone.input_value("main [name=answer]") == "Ved lekeplassen."
    press(phone, "Send svaret")
    look(phone)

    # Marks and a recommendation; the coordinator advises.
    desk.goto(f"/admin/saker/{number}/")
    open_parts(desk)
    assert "Ved lekeplassen i parken" in desk.content()
    for box in desk.locator("textarea[name^=text_]").all():
        box.fill("Åpent for alle i området.")
        choose(desk, box.get_attribute("name").replace("text", "mark"), "4")
    press(desk, "Ferdig med vurderingen")
    look(desk)
    coordinator = visit(DESK)
    log_in_staff(coordinator, "koordinator.loddefjord")
    coordinator.goto(f"/admin/saker/{number}/")
    choose(coordinator, "answer", "habil")
    press(coordinator, "Lagre svaret")
    open_parts(coordinator)
    choose(coordinator, "stance", "support")
    coordinator.fill("form[action$='/rad/'] [name=text]", "Etterlyst på folkemøtet.")
    coordinator.locator("form[action$='/rad/'] button").last.click()
    look(coordinator)
    assert "Etterlyst på folkemøtet." in coordinator.content()
    open_parts(desk)
    choose(desk, "outcome", "partly")
    desk.fill("[name=amount]", "15 000")
    for field in ("facts", "rules", "considerations", "why_amount"):
        desk.fill(f"[name={field}]", f"Tekst om {field}.")
    look(desk)
    press(desk, "Innstill")
    look(desk)

    # The decision maker, who has prepared nothing, sees the letter and decides.
    chief = visit(DESK)
    log_in_staff(chief, "beslutter")
    chief.goto("/admin/")
    look(chief)
    chief.get_by_role("link", name=number).first.click()
    choose(chief, "answer", "habil")
    press(chief, "Lagre svaret")
    look(chief)
    chief.goto(f"/admin/saker/{number}/vedtak/")
    look(chief)
    press(chief, "Se brevet")
    look(chief)
    press(chief, "Gjør vedtaket og send brevet")
    look(chief)
    assert "avgjort" in chief.locator("main").inner_text()

    # The letter is in the inbox and as PDF, and the award is public.
    portal.inbox.wait_for(email, r"/min-side/|Min side")
    phone.goto("/min-side/")
    look(phone)
    phone.goto(case)
    look(phone)
    phone.get_by_role("link", name="Les brevet").first.click()
    look(phone)
    letter = phone.locator("main").inner_text()
    assert "15 000 kr" in letter.replace("\u00a0", " ")
    assert "klage" in letter.lower()
    pdf = wait_for_pdf(phone, phone.url + "pdf/")
    assert pdf[:5] == b"%PDF-"
    reader = visit(PHONE, script=script)
    reader.goto("/tilskudd/tildelinger/")
    check(reader, script=script)
    listed = reader.locator("main").inner_text()
    assert title in listed
    assert "Kari" not in listed


def wait_for_pdf(page, url):
    for _try in range(60):
        answer = page.context.request.get(url)
        if answer.status == 200:
            return answer.body()
        page.wait_for_timeout(250)
    raise AssertionError(f"No PDF at {url}: {answer.status}")


def test_a_clean_case_goes_from_the_queue_to_a_prepared_decision_in_few_pages(visit):
    desk = visit(DESK)
    log_in_staff(desk, "saksbehandler2")
    views = count_pages(desk)

    desk.goto("/admin/saker/?status=submitted")
    desk.locator("main tbody th a").first.click()
    choose(desk, "answer", "habil")
    press(desk, "Lagre svaret")
    press(desk, "Ta saken")
    open_parts(desk)
    for box in desk.locator("textarea[name^=text_]").all():
        box.fill("Åpent for alle i området.")
        choose(desk, box.get_attribute("name").replace("text", "mark"), "4")
    press(desk, "Ferdig med vurderingen")
    open_parts(desk)
    choose(desk, "activity", "no")
    desk.fill("#skjema-note_state_aid [name=reason]", "Laget selger ingenting.")
    press(desk, "Lagre om statsstøtte")
    open_parts(desk)
    choose(desk, "outcome", "granted")
    press(desk, "Innstill")

    assert "Saken er innstilt" in desk.locator("main").inner_text()
    assert len(views) <= 8, views


def count_pages(page):
    """The addresses of the pages shown from now on, one for each."""
    shown = []

    def look(response):
        is_page = response.request.is_navigation_request() and response.status == 200
        if is_page and response.frame == page.main_frame:
            shown.append(response.url)

    page.on("response", look)
    return shown
