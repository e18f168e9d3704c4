"""Interim replies: sent before the law's period ends, once, and never too early."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from grants.interim import AHEAD, send_interim_replies, without_interim_reply
from grants.models import Application, LegalTerm, Letter
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.notices.models import Notice
from tests.factories import (
    create_caseworker,
    create_decided,
    create_in_review,
    create_round,
    create_submitted,
    declare_impartial,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_weeks(db):
    """The period is two weeks, whatever the migrations have put in."""
    LegalTerm.objects.filter(kind=LegalTerm.Kind.INTERIM_REPLY).delete()
    LegalTerm.objects.create(
        kind=LegalTerm.Kind.INTERIM_REPLY,
        amount=2,
        unit=LegalTerm.Unit.WEEKS,
        source="forvaltningsloven § 11 a",
        valid_from=date(1970, 1, 1),
    )


def replies(case):
    return list(case.letters.filter(kind=Letter.Kind.INTERIM_REPLY))


def text_of(letter):
    return " ".join(line for part in letter.parts for line in part["paragraphs"])


def test_it_is_sent_by_itself_when_the_period_is_about_to_end_and_only_once():
    case = create_submitted()
    send_interim_replies(case.submitted_at + timedelta(days=5))
    early = replies(case)

    for days in (13, 13, 20):
        send_interim_replies(case.submitted_at + timedelta(days=days))

    assert early == []
    assert len(replies(case)) == 1
    assert Notice.objects.filter(kind="letter_sent").count() == 1


def test_it_tells_why_and_when_the_round_expects_to_answer():
    expected_on = timezone.localdate() + timedelta(days=60)
    case = create_submitted(round=create_round(expected_answer_on=expected_on))

    send_interim_replies(case.submitted_at + timedelta(days=13))

    words = text_of(*replies(case))
    assert "Alle søknadene i utlysningen blir vurdert opp mot hverandre" in words
    assert f"{expected_on.year}." in words


def test_a_day_that_has_passed_is_not_promised():
    today = timezone.localdate()
    case = create_submitted(round=create_round(expected_answer_on=today))

    send_interim_replies(case.submitted_at + timedelta(days=13))

    assert "Vi vet ikke ennå når svaret kommer." in text_of(*replies(case))


def test_an_answered_case_is_told_nothing():
    case = create_decided()

    send_interim_replies(case.submitted_at + timedelta(days=40))

    assert replies(case) == []


def test_the_caseworker_sends_it_with_words_of_their_own(client):
    case = create_in_review()
    client.force_login(case.caseworker)
    day = timezone.localdate() + timedelta(days=30)
    url = f"{case.get_case_url()}forelopig-svar/"
    form = {"expected_on": day.strftime("%d.%m.%Y"), "reason": "Vi venter på huseier."}

    client.post(url, form)
    client.post(url, form)

    (letter,) = replies(case)
    assert "Vi venter på huseier." in text_of(letter)
    assert letter.parts[0]["heading"] == "Svaret på søknaden din tar litt tid"


def test_a_day_that_is_past_is_refused_and_nothing_typed_is_lost(client):
    case = create_in_review()
    client.force_login(case.caseworker)
    url = f"{case.get_case_url()}forelopig-svar/"

    page = client.post(url, {"expected_on": "1.1.2020", "reason": "Vi venter."})

    assert "Velg en dag fram i tid." in page.content.decode()
    assert "Vi venter." in page.content.decode()
    assert replies(case) == []


def test_one_who_has_not_declared_themself_sends_none():
    case, other = create_in_review(), create_caseworker()

    with pytest.raises(Refused, match="Vurder habiliteten din"):
        case.reply_for_now(by=Actor(other), now=timezone.now())

    declare_impartial(case, other)
    case.reply_for_now(by=Actor(other), now=timezone.now())
    assert len(replies(case)) == 1


def test_those_who_wait_are_found_until_the_day_they_are_told():
    case = create_submitted()
    today = timezone.localdate(case.submitted_at)
    last_day = today + timedelta(weeks=2) + AHEAD
    cases = Application.objects.all()

    found = [
        list(without_interim_reply(cases, last_day=day))
        for day in (today + timedelta(days=13), last_day)
    ]
    case.reply_for_now(by=Actor.system(), now=timezone.now())

    assert found == [[], [case]]
    assert not without_interim_reply(cases, last_day=last_day).exists()
