"""What is looked into before a case is judged, by the verbs."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from grants.deadlines import next_working_day
from grants.models import (
    AidCeiling,
    ApplicantKind,
    ChecklistItem,
    HeldFact,
    Letter,
    Outcome,
    State,
)
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    assess,
    create_applicant,
    create_in_review,
    create_round,
    create_user,
    publish,
)

pytestmark = pytest.mark.django_db

FACT = {"source": "Foretaksregisteret", "text": "Laget er meldt oppløst."}


def soon(days=10):
    return next_working_day(timezone.localdate() + timedelta(days=days))


def acting(case):
    return {"by": Actor(case.caseworker), "now": timezone.now()}


def hold_fact(case, **facts):
    today = timezone.localdate()
    return case.hold_fact(**acting(case), **{**FACT, "seen_on": today, **facts})


def recommend(case, *, now=None, outcome=Outcome.GRANTED):
    case.recommend(
        **acting(case) | ({"now": now} if now else {}),
        outcome=outcome,
        amount=case.current.amount if outcome == Outcome.GRANTED else Decimal(0),
        **REASONS,
    )


def create_organisation_case(**fields):
    user = create_user()
    applicant = create_applicant(
        user=user, kind=ApplicantKind.ORGANISATION, orgnr="310000019"
    )
    case = create_in_review(user=user, applicant=applicant, **fields)
    assess(case)
    return case


def verbs_about(case):
    return list(
        JournalEntry.objects.about(case).order_by("pk").values_list("verb", flat=True)
    )


# --- the checklist --------------------------------------------------------------------


def create_case_with_checklist():
    round = create_round(published=False)
    items = [
        ChecklistItem.objects.create(
            round=round, position=1, text="Budsjettet går opp", help="Rett summene."
        ),
        ChecklistItem.objects.create(round=round, position=2, text="Stedet er nevnt"),
    ]
    publish(round)
    return create_in_review(round=round), items


def test_what_is_found_is_kept_per_item_and_said_once():
    case, (budget, place) = create_case_with_checklist()
    found = {budget: ("fault", "Summen er 200 for høy."), place: ("ok", "")}

    case.check_form(found, **acting(case))
    case.check_form(found, **acting(case))

    assert [
        (row.item, row.result, row.note, row.found_by) for row in case.findings.all()
    ] == [
        (budget, "fault", "Summen er 200 for høy.", case.caseworker),
        (place, "ok", "", case.caseworker),
    ]
    assert case.findings.first().in_request() == (
        "Summen er 200 for høy. Rett summene."
    )
    assert verbs_about(case)[-2:] == ["form_checked", "form_checked"]
    assert verbs_about(case).count("form_checked") == 2


def test_a_fault_that_nobody_can_mend_is_refused():
    case, (_budget, place) = create_case_with_checklist()

    with pytest.raises(Refused, match="Skriv hva som mangler: Stedet er nevnt"):
        case.check_form({place: ("fault", " ")}, **acting(case))

    assert not case.findings.exists()


def test_another_rounds_item_is_refused():
    case, _items = create_case_with_checklist()
    _other, (foreign, _place) = create_case_with_checklist()

    with pytest.raises(Refused, match="Sjekklisten er endret"):
        case.check_form({foreign: ("ok", "")}, **acting(case))

    assert not case.findings.exists()


def test_the_checklist_is_frozen_with_the_round():
    _case, (budget, _place) = create_case_with_checklist()

    for change in (
        lambda: ChecklistItem.objects.filter(pk=budget.pk).update(text="Annet"),
        lambda: ChecklistItem.objects.create(round=budget.round, text="Nytt"),
        lambda: budget.delete(),
    ):
        with (
            pytest.raises(DatabaseError, match="round_is_frozen"),
            transaction.atomic(),
        ):
            change()


# --- facts from others ----------------------------------------------------------------


def test_a_fact_that_is_not_sent_stops_the_recommendation():
    case = create_in_review()
    assess(case)
    hold_fact(case)

    with pytest.raises(Refused, match="ikke har fått se"):
        recommend(case)

    case.refresh_from_db()
    assert case.state == State.IN_REVIEW


def test_a_fact_waits_for_its_deadline_and_no_longer():
    case = create_in_review()
    assess(case)
    hold_fact(case)
    due_on = soon()
    case.send_facts(**acting(case), due_on=due_on)
    last_day = timezone.now() + (due_on - timezone.localdate())

    with pytest.raises(Refused, match="Søkeren kan uttale seg"):
        recommend(case, now=last_day)
    recommend(case, now=last_day + timedelta(days=1))

    case.refresh_from_db()
    assert case.state == State.RECOMMENDED


def test_a_comment_lets_the_case_go_on():
    case = create_in_review()
    assess(case)
    fact = hold_fact(case)
    case.send_facts(**acting(case), due_on=soon())
    applicant = Actor(case.started_by)

    for _press in range(2):
        case.comment_on_fact(
            fact, by=applicant, now=timezone.now(), text="Det er en feil."
        )
    recommend(case)

    fact.refresh_from_db()
    assert (fact.comment, fact.commented_by) == ("Det er en feil.", case.started_by)
    assert case.records.filter(kind="answer").count() == 1
    assert case.state == State.RECOMMENDED


def test_only_the_applicant_comments():
    case = create_in_review()
    fact = hold_fact(case)
    case.send_facts(**acting(case), due_on=soon())

    with pytest.raises(Refused, match="for denne søkeren"):
        case.comment_on_fact(fact, **acting(case), text="Jeg svarer for dem.")

    fact.refresh_from_db()
    assert fact.commented_at is None


def test_facts_go_in_one_letter_with_a_notice():
    case = create_in_review()
    hold_fact(case)
    hold_fact(case, source="Naboen", text="Festen var lukket.")
    hold_fact(case, source="Naboen", text="Festen var lukket.")

    letter = case.send_facts(**acting(case), due_on=soon())

    assert list(case.held_facts.values_list("source", "letter", "due_on")) == [
        ("Foretaksregisteret", letter.pk, soon()),
        ("Naboen", letter.pk, soon()),
    ]
    assert (letter.kind, letter.title) == (
        Letter.Kind.HEARING,
        "Opplysninger du kan uttale deg om",
    )
    assert [section["heading"] for section in letter.parts] == [
        "Opplysninger du kan uttale deg om",
        "Fra Foretaksregisteret",
        "Fra Naboen",
    ]
    assert list(
        Notice.objects.filter(kind="letter_sent").values_list("recipient", flat=True)
    ) == [case.started_by_id]
    with pytest.raises(Refused, match="ingen nye opplysninger"):
        case.send_facts(**acting(case), due_on=soon())


def test_a_fact_that_is_dropped_stops_nothing_and_is_kept():
    case = create_in_review()
    assess(case)
    fact = hold_fact(case)

    case.drop_fact(fact, **acting(case), reason="Det gjaldt et annet lag.")
    recommend(case)

    fact.refresh_from_db()
    assert (fact.dropped_reason, fact.text) == (
        "Det gjaldt et annet lag.",
        FACT["text"],
    )
    assert case.state == State.RECOMMENDED


def test_what_was_seen_is_never_rewritten():
    fact = hold_fact(create_in_review())

    for change in (
        lambda: HeldFact.objects.filter(pk=fact.pk).update(text="Noe annet."),
        lambda: fact.delete(),
    ):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        ("hold_fact", FACT | {"seen_on": timezone.localdate()}),
        ("send_facts", {"due_on": timezone.localdate()}),
        ("check_form", {"findings": {}}),
    ],
)
def test_nothing_is_screened_after_the_recommendation(verb, options):
    case = create_in_review()
    assess(case)
    recommend(case)

    with pytest.raises(Refused, match="Saken er innstilt, avgjort eller trukket"):
        getattr(case, verb)(**acting(case), **options)


# --- state aid ------------------------------------------------------------------------


def note(case, **facts):
    return case.note_state_aid(
        **acting(case),
        **{"activity": "no", "reason": "De selger ingenting.", **facts},
    )


def test_no_organisation_is_recommended_money_before_the_note():
    case = create_organisation_case()

    with pytest.raises(Refused, match="Vurder statsstøtte"):
        recommend(case)
    note(case)
    recommend(case)

    case.refresh_from_db()
    assert case.state == State.RECOMMENDED


def test_an_organisation_is_refused_without_the_note():
    case = create_organisation_case()

    recommend(case, outcome=Outcome.REFUSED)

    case.refresh_from_db()
    assert case.state == State.RECOMMENDED


@pytest.mark.parametrize(
    ("others", "passes"), [(Decimal(2_980_000), True), (Decimal(2_980_001), False)]
)
def test_the_three_years_sum_with_this_grant_may_reach_the_ceiling(others, passes):
    case = create_organisation_case(amount=Decimal(20_000))
    note(
        case,
        activity="partly",
        reason="De leier ut salen.",
        others=others,
        rate=Decimal(10),
        rate_on=timezone.localdate(),
    )

    if not passes:
        with pytest.raises(Refused, match="mer enn 300000 euro"):
            recommend(case)
    else:
        recommend(case)

    case.refresh_from_db()
    assert (case.state == State.RECOMMENDED) is passes


def test_economic_activity_needs_a_rate():
    case = create_organisation_case()

    with pytest.raises(Refused, match="Skriv eurokursen"):
        note(case, activity="yes")

    assert not hasattr(case, "state_aid")


def test_the_ceiling_in_force_is_the_regulations():
    ceiling = AidCeiling.objects.in_force(timezone.localdate()).get()

    assert (ceiling.amount, ceiling.source) == (
        Decimal(300_000),
        "forordning (EU) 2023/2831 artikkel 3 nr. 2",
    )
