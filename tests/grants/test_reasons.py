"""Reasons that a party asks for after an award, and the time to appeal meanwhile."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from grants.deadlines import due_date
from grants.models import (
    LegalTerm,
    Letter,
    Outcome,
    PublicRecord,
    ReasonsRequest,
    appeal_clock,
    appeal_due,
)
from grants.todo import tasks_for
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    create_caseworker,
    create_decided,
    create_decider,
    create_recommended,
    create_user,
    declare_impartial,
    lodge,
    propose,
    redecide,
)

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def decided(**fields):
    """A full award that was sent without reasons."""
    application = create_recommended(**fields)
    decider = create_decider()
    declare_impartial(application, decider)
    application.decide(
        by=Actor(decider),
        now=timezone.now(),
        outcome=Outcome.GRANTED,
        amount=application.versions.sent().last().amount,
        facts="",
        rules="",
        considerations="",
    )
    return application


def ask(application, *, by=None, now=None, note=""):
    return ReasonsRequest.ask(
        application.decision,
        by=Actor(by or application.started_by),
        now=now or timezone.now(),
        note=note,
    )


def answer(asked, *, by=None, now=None, **texts):
    case = asked.decision.application
    return asked.answer(
        by=Actor(by or case.caseworker),
        now=now or timezone.now(),
        **REASONS | texts,
    )


def url_of(application):
    return reverse("grants:reasons_ask", args=[application.year, application.sequence])


def test_reasons_are_asked_for_once_and_kept_with_who_and_when():
    application = decided()
    now = timezone.now()

    asked = [ask(application, now=now) for _press in range(2)]

    assert asked[0] == asked[1]
    assert (asked[0].asked_at, asked[0].asked_by) == (now, application.started_by)
    entries = JournalEntry.objects.about(application).filter(verb="reasons_asked")
    assert entries.count() == 1
    record = PublicRecord.objects.get(kind="reasons_asked")
    assert (record.application, record.direction) == (application, "in")


def test_what_was_sent_with_its_reasons_is_not_asked_for():
    application = create_decided()

    with pytest.raises(Refused, match="Begrunnelsen står i brevet om vedtaket."):
        ask(application)

    assert ReasonsRequest.objects.count() == 0


def test_only_a_party_asks_or_a_caseworker_who_says_how_it_came():
    application = decided()

    for stranger, words in [
        (create_user(), "Bare en med rollen saksbehandler kan gjøre dette."),
        (create_caseworker(), "Vurder habiliteten din før du åpner saken."),
        (application.caseworker, "Skriv hvordan og når kravet kom."),
    ]:
        with pytest.raises(Refused, match=words):
            ask(application, by=stranger)
    asked = ask(application, by=application.caseworker, note="E-post 3. mars")

    assert (asked.asked_by, asked.note) == (application.caseworker, "E-post 3. mars")


def test_reasons_are_asked_for_until_the_last_day_to_appeal():
    application = decided()
    due = appeal_due(application.decision, application.started_by)
    last = timezone.make_aware(timezone.datetime(due.year, due.month, due.day, 23, 59))

    with pytest.raises(Refused, match="Fristen for å be om begrunnelse var"):
        ask(application, now=last + MINUTE)
    ask(application, now=last)

    assert ReasonsRequest.objects.count() == 1


def test_the_time_to_appeal_stands_still_and_begins_anew_with_the_reasons():
    application = decided()
    decision = application.decision
    before = appeal_due(decision)
    asked = ask(application)
    decision.refresh_from_db()
    while_asked = appeal_clock(decision, application.started_by)
    much_later = timezone.now() + timedelta(days=60)

    letter = answer(asked, now=much_later)
    Notice.objects.about(letter).update(sent_at=much_later)

    decision.refresh_from_db()
    assert before is not None
    assert (while_asked.start, while_asked.last_day) == (None, None)
    clock = appeal_clock(decision, application.started_by)
    assert clock.start == much_later
    assert clock.last_day == due_date(LegalTerm.Kind.APPEAL, start=much_later)


def test_an_appeal_while_reasons_are_asked_for_is_never_late():
    application = decided()
    ask(application)

    appeal = lodge(application, now=timezone.now() + timedelta(days=90))

    assert (appeal.due_on, appeal.is_late) == (None, False)


def test_the_reasons_come_in_a_letter_and_a_notice():
    application = decided()
    asked = ask(application)

    letter = answer(asked)

    assert (letter.kind, letter.language) == (Letter.Kind.REASONS, "nb")
    text = str(letter.parts)
    for words in REASONS.values():
        assert words in text
    assert "Fristen for å klage begynner på nytt" in text
    [notice] = Notice.objects.about(letter)
    assert notice.recipient == application.started_by
    assert PublicRecord.objects.filter(kind="reasons").count() == 1
    with pytest.raises(Refused, match="alt sendt"):
        answer(asked)


def test_one_who_reads_english_gets_a_marked_translation_beside_the_letter():
    user = create_user(language="en")
    application = decided(user=user)
    asked = ask(application)

    letter = answer(asked, reasons_in_english="The party is open to all.")

    translation = letter.translation
    assert (letter.language, translation.language) == ("nb", "en")
    assert "The party is open to all." in str(translation.parts)
    assert "The party is open to all." not in str(letter.parts)
    assert translation.parts[0]["mark"].startswith("Translation.")


def test_reasons_are_given_by_an_impartial_caseworker_and_in_full():
    application = decided()
    asked = ask(application)

    with pytest.raises(Refused, match="saksbehandler"):
        answer(asked, by=create_decider())
    with pytest.raises(Refused, match="habiliteten"):
        answer(asked, by=create_caseworker())
    with pytest.raises(Refused, match="Skriv fakta, regler og vurdering."):
        answer(asked, rules=" ")

    asked.refresh_from_db()
    assert asked.letter is None


def test_reasons_for_a_decision_that_is_replaced_are_not_given_any_more():
    application, decider = decided(), create_decider()
    asked = ask(application)
    declare_impartial(application, decider)
    propose(application, kind="correction")
    redecide(application, decider)

    with pytest.raises(Refused, match="Et nyere vedtak"):
        answer(asked)

    assert list(ReasonsRequest.objects.open()) == []


def test_the_database_keeps_what_was_asked_and_answered():
    application = decided()
    asked = ask(application)
    rows = ReasonsRequest.objects.filter(pk=asked.pk)

    with (
        transaction.atomic(),
        pytest.raises(IntegrityError, match="reasons_request_is_answered_in_full"),
    ):
        rows.update(answered_by=application.caseworker)
    with transaction.atomic(), pytest.raises(DatabaseError, match="Cannot delete"):
        rows.delete()
    answer(asked)
    with transaction.atomic(), pytest.raises(DatabaseError, match="Cannot update"):
        rows.update(facts="Noe annet.")


# --- the pages ------------------------------------------------------------------------


def test_my_page_offers_them_while_there_is_time_and_then_says_what_comes(client):
    application = decided()
    client.force_login(application.started_by)
    letter_url = application.decision.letter.get_absolute_url()
    link = f'href="{url_of(application)}"'

    case = client.get(application.get_absolute_url()).content.decode()
    letter = client.get(letter_url).content.decode()
    done = client.post(url_of(application), follow=True)
    again = client.get(url_of(application))

    assert (link in case, link in letter) == (True, True)
    page = done.content.decode()
    assert "Du har bedt om begrunnelse." in page
    assert "Fristen for å klage begynner på nytt når du har fått den." in page
    assert link not in page
    assert again.url == application.get_absolute_url()


def test_a_letter_with_reasons_offers_none(client):
    application = create_decided()
    client.force_login(application.started_by)

    case = client.get(application.get_absolute_url()).content.decode()

    assert "Be om begrunnelse" not in case
    assert client.get(url_of(application)).url == application.get_absolute_url()


def test_the_caseworker_sees_the_task_writes_and_sends(client):
    application = decided()
    asked = ask(application)
    caseworker = application.caseworker
    client.force_login(caseworker)

    [task] = dict(tasks_for(caseworker, timezone.now()))["Begrunnelser det er bedt om"]
    case = client.get(application.get_case_url()).content.decode()
    sent = client.post(
        application.get_case_url() + "begrunnelse/", REASONS, follow=True
    ).content.decode()

    assert (task.url, task.due) == (application.get_case_url(), asked.aim)
    assert "Søkeren har bedt om begrunnelse" in case
    assert "Begrunnelsen er sendt. Klagefristen begynner på nytt." in sent
    asked.refresh_from_db()
    assert asked.letter.kind == Letter.Kind.REASONS
    assert "Begrunnelser det er bedt om" not in dict(
        tasks_for(caseworker, timezone.now())
    )


def test_a_request_by_post_is_entered_by_a_caseworker(client):
    application = decided()
    client.force_login(application.caseworker)
    url = application.get_case_url() + "begrunnelse/krav/"

    page = client.post(url, {"note": "Brev 3. mars"}, follow=True).content.decode()

    assert "Kravet er ført inn." in page
    assert ReasonsRequest.objects.get().note == "Brev 3. mars"
