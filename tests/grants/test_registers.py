"""The registers, asked over real HTTP: the in-repo register answers as they do."""

import time
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from grants import register_stand_in as stand_in
from grants import registers
from grants.models import Organisation
from grants.registers import Answer, Entry, Role
from grants.tasks import look_up_again
from omradesatsing.accounts.actors import Actor
from omradesatsing.journal.models import JournalEntry

pytestmark = pytest.mark.django_db

ADDRESS = {"address": "Eksempelveien 1", "postal_code": "5003", "city": "BERGEN"}
CLUB = "Forening/lag/innretning"


@pytest.mark.parametrize(
    ("orgnr", "entry"),
    [
        (
            stand_in.ACTIVE,
            {
                "answer": Answer.FOUND,
                "name": "EKSEMPEL VELFORENING",
                "form": CLUB,
                "in_voluntary_register": False,
            }
            | ADDRESS,
        ),
        (
            stand_in.VOLUNTARY,
            {
                "answer": Answer.FOUND,
                "name": "EKSEMPEL SKOLEKORPS",
                "form": CLUB,
                "in_voluntary_register": True,
            }
            | ADDRESS
            | {"address": "Eksempelgata 12"},
        ),
        (
            stand_in.DELETED,
            {
                "answer": Answer.DELETED,
                "name": "EKSEMPEL NEDLAGTE LAG",
                "form": CLUB,
                "in_voluntary_register": False,
                "deleted_on": date(2025, 6, 30),
            },
        ),
        (
            stand_in.BANKRUPT,
            {
                "answer": Answer.BANKRUPT,
                "name": "EKSEMPEL KAFÉ AS",
                "form": "Aksjeselskap",
                "in_voluntary_register": False,
            }
            | ADDRESS,
        ),
        (
            stand_in.DISSOLVING,
            {
                "answer": Answer.DISSOLVING,
                "name": "EKSEMPEL HOBBYKLUBB",
                "form": CLUB,
                "in_voluntary_register": False,
            }
            | ADDRESS,
        ),
        (
            stand_in.SUBUNIT,
            {
                "answer": Answer.FOUND,
                "name": "EKSEMPEL BORETTSLAG AVD GRENDEHUSET",
                "form": "Underenhet",
                "parent": stand_in.HOUSING,
            }
            | ADDRESS,
        ),
        # Frivillighetsregisteret is down: what Enhetsregisteret says of it stands.
        (
            stand_in.NO_VOLUNTARY_ANSWER,
            {
                "answer": Answer.FOUND,
                "name": "EKSEMPEL SANGKOR",
                "form": CLUB,
                "in_voluntary_register": True,
            }
            | ADDRESS,
        ),
        (stand_in.GONE, {"answer": Answer.GONE, "deleted_on": date(2026, 1, 15)}),
        (stand_in.UNKNOWN, {"answer": Answer.UNKNOWN}),
        (stand_in.FAILING, {"answer": Answer.UNANSWERED}),
        (stand_in.FLOODING, {"answer": Answer.UNANSWERED}),
        # A redirect is not followed.
        (stand_in.ELSEWHERE, {"answer": Answer.UNANSWERED}),
    ],
)
def test_each_answer_of_the_registers_is_read(register, orgnr, entry):
    assert registers.find(orgnr) == Entry(orgnr, **entry)


def test_one_that_is_out_of_order_is_asked_twice(register):
    registers.find(stand_in.FAILING)

    url = f"/enhetsregisteret/api/enheter/{stand_in.FAILING}"
    assert register.asked == [url, url]


def test_a_slow_register_is_waited_for_once_and_not_for_long(register, monkeypatch):
    monkeypatch.setattr(registers, "TIMEOUT", 0.3)
    begun = time.monotonic()

    entry = registers.find(stand_in.SLOW)

    assert entry == Entry(stand_in.SLOW, Answer.UNANSWERED)
    assert time.monotonic() - begun < 2
    assert len(register.asked) == 1


def test_after_silence_nobody_is_made_to_wait_for_a_while(register):
    registers.find(stand_in.FAILING)
    register.asked.clear()

    while_silent = registers.find(stand_in.ACTIVE)
    cache.delete(registers.SILENT)
    later = registers.find(stand_in.ACTIVE)

    assert while_silent == Entry(stand_in.ACTIVE, Answer.UNANSWERED)
    assert later.answer is Answer.FOUND


def test_an_answer_is_used_again_for_a_while(register):
    first = registers.find(stand_in.ACTIVE)
    asked = len(register.asked)

    assert registers.find(stand_in.ACTIVE) == first
    assert len(register.asked) == asked


def test_a_register_that_nobody_runs_has_not_answered(register):
    register.stop()

    assert registers.find(stand_in.ACTIVE) == Entry(stand_in.ACTIVE, Answer.UNANSWERED)


def test_without_an_address_nobody_is_asked(settings):
    settings.REGISTER_URL = ""

    assert registers.find(stand_in.ACTIVE) == Entry(stand_in.ACTIVE, Answer.UNANSWERED)
    assert registers.roles(stand_in.ACTIVE) is None


def test_roles_are_those_of_today_without_dates_of_birth(register):
    assert registers.roles(stand_in.ACTIVE) == [
        Role("LEDE", "Styrets leder", "Stine Eksempel"),
        Role("REGN", "Regnskapsfører", "EKSEMPEL BORETTSLAG", stand_in.HOUSING),
    ]
    assert registers.roles(stand_in.UNKNOWN) == []
    assert registers.roles(stand_in.FAILING) is None


def facts(organisation):
    names = [
        "name",
        "standing",
        "form",
        "address",
        "postal_code",
        "city",
        "in_voluntary_register",
        "deleted_on",
        "checked_at",
        "lookup_failed_at",
    ]
    return {name: getattr(organisation, name) for name in names}


def journalled(organisation):
    entries = JournalEntry.objects.about(organisation)
    return [(entry.verb, entry.facts) for entry in entries]


def test_what_the_register_says_is_stored_and_journalled(register):
    now = timezone.now()
    organisation = Organisation.of_number(stand_in.VOLUNTARY, "Korpset")

    organisation.look_up(by=Actor.system(), now=now)

    assert facts(organisation) == {
        "name": "EKSEMPEL SKOLEKORPS",
        "standing": "active",
        "form": CLUB,
        "in_voluntary_register": True,
        "deleted_on": None,
        "checked_at": now,
        "lookup_failed_at": None,
    } | ADDRESS | {"address": "Eksempelgata 12"}
    assert journalled(organisation) == [
        ("organisation_looked_up", {"standing": "active", "answer": "found"})
    ]


def test_without_an_answer_what_was_known_stays_and_the_lack_is_noted(register):
    now = timezone.now()
    organisation = Organisation.of_number(stand_in.FAILING, "Laget")

    organisation.look_up(by=Actor.system(), now=now)

    assert (organisation.name, organisation.standing) == ("Laget", "unchecked")
    assert organisation.lookup_failed_at == now
    assert organisation.needs_a_look
    assert journalled(organisation) == []


def test_of_two_answers_the_later_stands(register):
    now = timezone.now()
    organisation = Organisation.of_number(stand_in.ACTIVE, "Laget")
    stale = Organisation.objects.get(pk=organisation.pk)
    organisation.look_up(by=Actor.system(), now=now)

    earlier = now - timedelta(seconds=1)
    gone = Entry(stand_in.ACTIVE, Answer.GONE)
    stale.take_answer(gone, by=Actor.system(), now=earlier)
    silent = Entry(stand_in.ACTIVE, Answer.UNANSWERED)
    stale.take_answer(silent, by=Actor.system(), now=earlier)

    assert (stale.standing, stale.lookup_failed_at) == ("active", None)
    assert len(journalled(organisation)) == 1


def test_a_deleted_organisation_keeps_the_address_that_was_known(register):
    organisation = Organisation.of_number(stand_in.DELETED, "Laget")
    Organisation.objects.filter(pk=organisation.pk).update(address="Gamleveien 2")

    organisation.look_up(by=Actor.system(), now=timezone.now())

    assert organisation.address == "Gamleveien 2"
    assert organisation.standing == "deleted"
    assert organisation.deleted_on == date(2025, 6, 30)


def test_what_was_not_answered_is_asked_again_until_it_is(register, settings):
    url, settings.REGISTER_URL = settings.REGISTER_URL, "http://127.0.0.1:1"
    organisation = Organisation.of_number(stand_in.ACTIVE, "Laget")
    organisation.look_up(by=Actor.system(), now=timezone.now())
    assert organisation.lookup_failed_at is not None
    cache.delete(registers.SILENT)
    settings.REGISTER_URL = url

    look_up_again(0)
    look_up_again(0)

    organisation.refresh_from_db()
    assert (organisation.standing, organisation.lookup_failed_at) == ("active", None)
    assert not organisation.needs_a_look
    assert len(journalled(organisation)) == 1


def test_a_register_that_is_still_silent_is_not_asked_about_all_the_others(register):
    for number, name in [(stand_in.FAILING, "A"), (stand_in.ACTIVE, "B")]:
        Organisation.of_number(number, name)

    look_up_again(0)

    assert {path[-9:] for path in register.asked} == {stand_in.FAILING}
