"""What the recipient says to an award, and what becomes of the money."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from grants.deadlines import next_working_day
from grants.models import (
    ApplicantKind,
    Application,
    Award,
    Decision,
    Outcome,
    PotRow,
    PublicRecord,
)
from grants.reminders import remind
from grants.todo import tasks_for
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    create_applicant,
    create_caseworker,
    create_decided,
    create_decider,
    create_in_review,
    create_recommended,
    create_user,
    declare_impartial,
    propose,
    redecide,
)

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
GONE = "Tilbudet gjelder ikke lenger. Last siden på nytt."


def say(application, verb, *, by=None, now=None, note=""):
    by = Actor(by or application.started_by)
    return getattr(award_of(application), verb)(
        by=by, now=now or timezone.now(), note=note
    )


def decided_for_an_organisation():
    """One that nobody has been shown to act for."""
    user = create_user()
    applicant = create_applicant(
        user=user, kind=ApplicantKind.ORGANISATION, orgnr="310000019"
    )
    return create_decided(user=user, applicant=applicant)


def award_of(application):
    return Award.objects.get(application=application)


def rows_of(application):
    """(kind, amount) of what the case has moved in its pot, in order."""
    rows = PotRow.objects.filter(decision__application=application).order_by("pk")
    return list(rows.values_list("kind", "amount"))


def said_in(application, verb):
    return JournalEntry.objects.about(application).filter(verb=verb).count()


def told(award, kind):
    return [n.recipient for n in Notice.objects.about(award).filter(kind=kind)]


def url_of(application, name):
    return reverse(f"grants:{name}", args=[application.year, application.sequence])


# --- yes ------------------------------------------------------------------------------


def test_an_offer_is_open_from_the_day_it_is_made_known_to_a_working_day():
    application = create_recommended()
    decider = create_decider()
    declare_impartial(application, decider)
    decided_at = datetime(2027, 4, 26, 12, tzinfo=OSLO)

    decision = application.decide(
        by=Actor(decider),
        now=decided_at,
        outcome=Outcome.GRANTED,
        amount=Decimal(20_000),
        hold=True,
        **REASONS,
    )
    held = award_of(application)
    with pytest.raises(Refused, match=GONE):
        say(application, "accept")
    with pytest.raises(Refused, match=GONE):
        say(application, "decline")
    decision.announce(by=Actor(decider), now=decided_at)

    assert (held.answer_by, held.is_open_to_answer) == (None, False)
    # Three weeks end on 17 May.
    assert award_of(application).answer_by == date(2027, 5, 18)
    assert award_of(application).is_open_to_answer


def test_a_yes_is_kept_once_with_who_and_when():
    application = create_decided()
    now = timezone.now()

    say(application, "accept", now=now)
    say(application, "accept", now=now + timedelta(days=1))

    award = award_of(application)
    assert (award.state, award.answered_at, award.answered_by) == (
        "accepted",
        now,
        application.started_by,
    )
    assert said_in(application, "award_accepted") == 1
    record = PublicRecord.objects.get(kind="award_accepted")
    assert (record.application, record.direction) == (application, "in")
    assert rows_of(application) == [("awarded", Decimal(-20_000))]


def test_only_the_recipient_answers_or_a_caseworker_who_says_how_it_came():
    application = create_decided()
    caseworker = application.caseworker
    other = create_caseworker()

    for stranger, words in [
        (create_user(), "Bare en med rollen saksbehandler kan gjøre dette."),
        (create_decider(), "Bare en med rollen saksbehandler kan gjøre dette."),
        (other, "Vurder habiliteten din før du åpner saken."),
        (caseworker, "Skriv hvordan og når svaret kom."),
    ]:
        for verb in ("accept", "decline"):
            with pytest.raises(Refused, match=words):
                say(application, verb, by=stranger)
    say(application, "accept", by=caseworker, note=" Brev 3. mars ")

    award = award_of(application)
    assert (award.answered_by, award.answer_note) == (caseworker, "Brev 3. mars")


def test_nobody_accepts_for_an_applicant_that_nobody_is_shown_to_act_for():
    application = decided_for_an_organisation()
    assert application.lacks_proof()

    with pytest.raises(Refused, match="kan skrive under"):
        say(application, "accept")
    say(application, "decline")

    assert award_of(application).state == "declined"


# --- no -------------------------------------------------------------------------------


def test_a_no_gives_all_of_it_back_to_the_pot_once():
    application = create_decided()
    now = timezone.now()

    for _press in range(2):
        say(application, "decline", now=now, note="Vi fikk ikke lokale.")

    award = award_of(application)
    assert (award.state, award.answered_at, award.answer_note) == (
        "declined",
        now,
        "Vi fikk ikke lokale.",
    )
    assert rows_of(application) == [
        ("awarded", Decimal(-20_000)),
        ("declined", Decimal(20_000)),
    ]
    assert application.round.pots.get().balance == Decimal(100_000)
    assert said_in(application, "award_declined") == 1
    assert told(award, "award_declined") == [application.started_by]
    assert list(Award.objects.public(timezone.now())) == []


def test_the_pot_gives_back_no_more_than_the_case_has_taken():
    decider = create_decider()
    application = create_decided()
    declare_impartial(application, decider)
    propose(
        application,
        outcome=Outcome.PARTLY,
        amount=Decimal(15_000),
        kind=Decision.Kind.REVERSAL,
    )
    redecide(application, decider)

    say(application, "decline")

    assert rows_of(application) == [
        ("awarded", Decimal(-20_000)),
        ("withdrawn", Decimal(5_000)),
        ("declined", Decimal(15_000)),
    ]
    assert application.round.pots.get().balance == Decimal(100_000)


def test_what_is_declined_is_not_accepted_afterwards():
    application = create_decided()
    say(application, "decline")

    with pytest.raises(Refused, match=GONE):
        say(application, "accept")

    assert award_of(application).state == "declined"


def test_a_correction_of_what_was_declined_takes_no_money():
    application, decider = create_decided(), create_decider()
    declare_impartial(application, decider)
    say(application, "decline")
    propose(application, outcome=Outcome.GRANTED, amount=Decimal(20_000))

    decision = redecide(application, decider)

    award = award_of(application)
    assert (award.state, award.decision) == ("declined", decision)
    assert application.round.pots.get().balance == Decimal(100_000)
    assert "Det er takket nei til tilskuddet." in str(decision.letter.parts)
    # A second no does nothing: there is nothing to give back.
    say(application, "decline")
    assert application.round.pots.get().balance == Decimal(100_000)


@pytest.mark.parametrize(
    ("kind", "outcome", "amount"),
    [
        (Decision.Kind.REVERSAL, Outcome.GRANTED, 20_000),
        (Decision.Kind.CORRECTION, Outcome.PARTLY, 12_000),
    ],
)
def test_a_new_decision_with_money_is_a_new_offer(kind, outcome, amount):
    application, decider = create_decided(), create_decider()
    declare_impartial(application, decider)
    say(application, "decline", note="Vi fikk ikke lokale.")
    propose(application, kind=kind, outcome=outcome, amount=Decimal(amount))

    redecide(application, decider)

    award = award_of(application)
    assert (award.state, award.amount) == ("offered", amount)
    assert (award.answered_at, award.answered_by, award.answer_note) == (None, None, "")
    assert award.is_open_to_answer
    assert application.round.pots.get().balance == 100_000 - amount
    say(application, "decline")
    assert application.round.pots.get().balance == Decimal(100_000)


def test_the_database_keeps_one_no_for_a_decision_and_an_answer_with_its_state():
    application = create_decided()
    say(application, "decline")
    row = PotRow.objects.get(kind="declined")

    with (
        transaction.atomic(),
        pytest.raises(IntegrityError, match="pot_row_declined_once_per_decision"),
    ):
        PotRow.objects.create(
            pot=row.pot, kind="declined", amount=1, decision=row.decision
        )
    for changes in ({"answered_by": None}, {"answered_at": None}):
        with (
            transaction.atomic(),
            pytest.raises(IntegrityError, match="award_answer_fits_state"),
        ):
            Award.objects.update(**changes)


# --- the pages ------------------------------------------------------------------------


def test_scenario_16_withdrawing_after_the_decision_gives_the_money_back(client):
    application = create_decided()
    client.force_login(application.started_by)
    say(application, "accept")

    to_decline = client.get(url_of(application, "withdraw"))
    answers = [
        client.post(to_decline.url, {"note": "Det ble ikke noe av."})
        for _press in range(2)
    ]

    assert to_decline.url == url_of(application, "award_decline")
    assert {answer.url for answer in answers} == {application.get_absolute_url()}
    award = award_of(application)
    assert (award.state, award.answer_note) == ("declined", "Det ble ikke noe av.")
    assert Application.objects.get(pk=application.pk).state == "decided"
    assert application.round.pots.get().balance == Decimal(100_000)
    assert told(award, "award_declined") == [application.started_by]
    page = client.get(application.get_absolute_url()).content.decode()
    assert "Dere har takket nei til 20\u00a0000\u00a0kr" in page


def test_the_case_asks_for_an_answer_until_it_has_one(client):
    application = create_decided()
    client.force_login(application.started_by)
    case_url, my_page = application.get_absolute_url(), reverse("pages:my_page")

    asked = client.get(case_url).content.decode()
    listed = client.get(my_page).content.decode()
    done = client.post(url_of(application, "award_accept"), follow=True)
    after = client.get(my_page).content.decode()

    link = f'href="{url_of(application, "award_accept")}"'
    assert link in asked
    assert "Venter på svar fra deg" in listed
    assert done.redirect_chain[-1][0] == case_url
    assert "Takk. Dere har tatt imot tilskuddet." in done.content.decode()
    assert link not in done.content.decode()
    assert "Dere tok imot tilskuddet" in done.content.decode()
    assert "Venter på svar fra deg" not in after


def test_a_page_about_money_is_not_there_before_it_is_promised(client):
    refused = create_decided(outcome=Outcome.REFUSED, amount_granted=Decimal(0))
    waiting = create_in_review()

    for application in (refused, waiting):
        client.force_login(application.started_by)
        for name in ("award_accept", "award_decline"):
            assert client.get(url_of(application, name)).status_code == 404


def test_one_who_is_not_shown_to_act_is_told_what_to_do(client):
    application = decided_for_an_organisation()
    client.force_login(application.started_by)
    url = url_of(application, "award_accept")

    page = client.get(url).content.decode()
    refused = client.post(url).content.decode()

    assert "Vi må først vite at du kan skrive under" in page
    assert "Ja takk, vi tar imot" not in page
    assert "Vi har ikke sett at noen kan skrive under for søkeren." in refused
    assert award_of(application).state == "offered"


def test_a_caseworker_notes_an_answer_that_came_by_post(client):
    application = create_decided()
    client.force_login(application.caseworker)
    url = application.get_case_url() + "tilsagn/svar/"

    empty = client.post(url, {"answer": "declined", "note": " "}).content.decode()
    yes = client.post(url, {"answer": "accepted", "note": "Brev"}, follow=True)
    again = client.post(url, {"answer": "accepted", "note": "Brev"}).content.decode()
    no = client.post(url, {"answer": "declined", "note": "Telefon 3. mai"}, follow=True)

    assert "Fyll ut «Hvordan og når kom svaret?»." in empty
    assert "Svaret er ført inn." in yes.content.decode()
    assert "Velg et gyldig valg" in again
    page = no.content.decode()
    assert "Tilskuddet er takket nei til" in page
    assert "Telefon 3. mai" in page
    assert award_of(application).answered_by == application.caseworker


def test_more_time_moves_the_last_day_forward_only(client):
    application = create_decided()
    award = award_of(application)
    later = next_working_day(award.answer_by + timedelta(days=14))
    client.force_login(application.caseworker)
    url = application.get_case_url() + "tilsagn/frist/"

    same = client.post(url, {"until": award.answer_by.isoformat()}).content.decode()
    done = client.post(url, {"until": later.isoformat()}, follow=True)

    assert "Velg en dag som er senere enn fristen nå" in same
    assert "Fristen er flyttet" in done.content.decode()
    award.refresh_from_db()
    assert award.answer_by == later
    assert told(award, "award_more_time") == [application.started_by]


# --- by when --------------------------------------------------------------------------


def test_who_has_not_answered_is_reminded_once_and_then_shown_to_the_caseworker():
    application, answered = create_decided(), create_decided()
    say(answered, "accept")
    award = award_of(application)
    last = datetime.combine(award.answer_by, datetime.min.time(), OSLO)
    caseworker = application.caseworker

    def overdue(now):
        groups = dict(tasks_for(caseworker, now))
        return [t.label for t in groups.get("Har ikke svart på tilsagnet", [])]

    for days in (8, 7, 6, 0):
        remind(last - timedelta(days=days))

    notices = Notice.objects.filter(kind="award_answer_due")
    assert [(n.recipient, n.occasion) for n in notices] == [
        (application.started_by, f"{award.answer_by:%Y%m%d}")
    ]
    assert overdue(last + timedelta(hours=23)) == []
    assert overdue(last + timedelta(hours=25)) == [
        f"{application.number} Sommerfest – Naboene"
    ]


def test_an_answer_that_is_late_may_still_be_given(client):
    application = create_decided()
    passed = date(2026, 1, 5)
    Award.objects.update(answer_by=passed)
    client.force_login(application.started_by)

    case = client.get(application.get_absolute_url()).content.decode()
    page = client.get(url_of(application, "award_accept")).content.decode()
    client.post(url_of(application, "award_accept"))

    assert "Fristen for å si ja eller nei takk var 5. januar 2026." in case
    assert "Fristen var 5. januar 2026, men du kan svare" in page
    assert award_of(application).state == "accepted"
