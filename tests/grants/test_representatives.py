"""One with written authority gets the letters, and the party is told beside them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from grants.hints import hints_in
from grants.models import PrintItem, Representative, appeal_clocks, appeal_due
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    create_caseworker,
    create_decider,
    create_recommended,
    create_tie,
    declare_impartial,
)
from tests.files.test_checks import picture

pytestmark = pytest.mark.django_db

ROLF = {
    "name": "Rolf Eksempel",
    "address": "Prøveveien 2",
    "postal_code": "5003",
    "city": "Bergen",
}


def scan():
    upload = SimpleUploadedFile("fullmakt.png", picture("PNG"))
    return StoredFile.take(upload, by=Actor.system())


def enter(case, *, by=None, **fields):
    return Representative.enter(
        case,
        by=Actor(by or case.caseworker),
        now=timezone.now(),
        authority=scan(),
        **ROLF | fields,
    )


def decide(case):
    decider = create_decider()
    declare_impartial(case, decider)
    return case.decide(
        by=Actor(decider),
        now=timezone.now(),
        outcome="granted",
        amount=case.asked_amount,
        **REASONS,
    )


def end(row, **fields):
    row.end(
        **{
            "by": Actor(row.application.caseworker),
            "now": timezone.now(),
            "reason": "Trukket tilbake.",
            **fields,
        }
    )


def test_the_letters_go_to_them_by_post_and_to_the_party_as_before():
    case = create_recommended()
    row = enter(case)

    decision = decide(case)

    [item] = PrintItem.objects.waiting()
    assert (item.letter, item.representative, item.cause) == (
        decision.letter,
        row,
        "authority",
    )
    assert (item.addressee, item.address) == ("Rolf Eksempel, fullmektig", row)
    told = Notice.objects.filter(kind="decision_made").values_list("recipient")
    assert list(told) == [(case.started_by.pk,)]


def test_the_time_to_appeal_runs_for_each_and_ends_with_the_last():
    case = create_recommended()
    row = enter(case)
    decision = decide(case)
    before = appeal_due(decision)

    [item] = PrintItem.objects.waiting()
    later = timezone.now() + timedelta(days=5)
    PrintItem.mark_posted(
        [item.pk],
        by=Actor(case.caseworker),
        on=timezone.localdate(later),
        now=later,
    )

    assert before is None
    clocks = {clock.recipient: clock for clock in appeal_clocks(decision)}
    assert set(clocks) == {row, case.started_by}
    assert clocks[row].last_day > clocks[case.started_by].last_day
    assert appeal_due(decision) == clocks[row].last_day


def test_the_party_is_told_that_somebody_acts_for_them_and_that_it_is_over():
    case = create_recommended()

    row = enter(case)
    end(row)
    end(row)

    kinds = Notice.objects.about(row).order_by("pk").values_list("kind", "recipient")
    party = case.started_by.pk
    assert list(kinds) == [
        ("representative_entered", party),
        ("representative_ended", party),
    ]
    entries = JournalEntry.objects.about(case).filter(verb__startswith="representat")
    assert [entry.verb for entry in entries.order_by("pk")] == [
        "representative_entered",
        "representative_ended",
    ]


def test_after_it_has_ended_they_get_no_more_letters():
    case = create_recommended()
    end(enter(case))

    decide(case)

    assert list(PrintItem.objects.waiting()) == []


def test_a_case_has_one_at_a_time():
    case = create_recommended()
    row = enter(case)

    with pytest.raises(Refused, match="alt en fullmektig"):
        enter(case, name="Randi Eksempel")
    with pytest.raises(IntegrityError), transaction.atomic():
        Representative.objects.create(
            application=case,
            authority=row.authority,
            entered_at=timezone.now(),
            entered_by=case.caseworker,
            **ROLF,
        )


def test_the_party_can_end_it_and_an_outsider_neither_enters_nor_ends():
    case, outsider = create_recommended(), create_caseworker()

    with pytest.raises(Refused, match="habiliteten"):
        enter(case, by=outsider)
    row = enter(case)
    with pytest.raises(Refused, match="saksbehandler"):
        end(row, by=Actor(create_decider()))
    with pytest.raises(Refused, match="Skriv hvorfor"):
        end(row, reason=" ")
    end(row, by=Actor(case.started_by))

    assert row.ended_by == case.started_by


def test_a_tie_to_the_representative_is_a_hint():
    case = create_recommended()
    other = create_caseworker()
    create_tie(user=other, kind="family", person_name=ROLF["name"])
    enter(case)

    hints = hints_in(case, other, timezone.localdate())

    assert [hint.text for hint in hints if "fullmektig" in hint.text] != []


def test_the_caseworker_enters_and_ends_it_on_the_case_page(client):
    case = create_recommended()
    client.force_login(case.caseworker)
    args = [case.year, case.number.split("/")[1]]
    fields = {key: value for key, value in ROLF.items() if key != "name"}
    fields["person"] = ROLF["name"]
    upload = SimpleUploadedFile("fullmakt.png", picture("PNG"))

    without = client.post(reverse("admin:case_enter_representative", args=args), fields)
    client.post(
        reverse("admin:case_enter_representative", args=args), fields | {"file": upload}
    )

    row = Representative.objects.get()
    assert without.context["has_errors"]
    page = client.get(case.get_case_url()).content.decode()
    assert "Rolf Eksempel, Prøveveien 2, 5003 Bergen" in page
    authority = reverse("admin:case_authority", args=[*args, row.pk])
    assert client.get(authority).status_code == 200
    client.post(
        reverse("admin:case_end_representative", args=args), {"reason": "Trukket."}
    )
    row.refresh_from_db()
    assert row.why_ended == "Trukket."
