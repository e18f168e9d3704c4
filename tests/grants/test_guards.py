"""What the database itself refuses, whatever road is taken."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from grants.models import (
    Application,
    Award,
    Criterion,
    Decision,
    EligibilityAnswer,
    EligibilityQuestion,
    LegalTerm,
    Letter,
    LetterText,
    Membership,
    Outcome,
    Pot,
    PotArea,
    PotRow,
    Round,
    Version,
)
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from tests.factories import (
    assess,
    create_area,
    create_caseworker,
    create_decided,
    create_delegation,
    create_draft,
    create_in_review,
    create_recommended,
    create_round,
    create_scheme,
    create_submitted,
    create_user,
    declare_impartial,
    propose,
    redecide,
)

pytestmark = pytest.mark.django_db

APPEND_ONLY = "Cannot update or delete rows"


def refused(guard, act):
    """The act must be stopped by the guard of that name, and by nothing else."""
    with pytest.raises(DatabaseError, match=guard), transaction.atomic():
        act()


def delete_row(row):
    """Delete by SQL, past what Django itself would protect."""
    row.__class__.objects.filter(pk=row.pk)._raw_delete("default")


def test_what_was_sent_is_frozen():
    application = create_submitted()
    version = application.current
    line = version.budget_lines.get()

    refused(
        APPEND_ONLY,
        lambda: Version.objects.filter(pk=version.pk).update(title="Noe annet"),
    )
    refused(APPEND_ONLY, lambda: delete_row(version))
    refused(
        "version_is_frozen",
        lambda: version.budget_lines.filter(pk=line.pk).update(amount=1),
    )
    refused("version_is_frozen", lambda: version.budget_lines.all().delete())
    refused(
        "version_is_frozen",
        lambda: version.budget_lines.create(kind="cost", text="Mer", amount=1),
    )


def test_there_is_one_working_copy():
    application = create_draft()

    refused(
        "version_one_working_copy",
        lambda: application.versions.create(number=2, edited_by=application.started_by),
    )


def test_a_case_has_a_number_from_when_it_is_sent():
    draft, sent = create_draft(), create_submitted()
    rows = Application.objects

    refused(
        "application_sent_has_number_and_time",
        lambda: rows.filter(pk=draft.pk).update(state="submitted"),
    )
    refused(
        "application_sent_has_number_and_time",
        lambda: rows.filter(pk=sent.pk).update(state="draft"),
    )
    refused(
        "application_number_is_unique",
        lambda: rows.filter(pk=draft.pk).update(
            state="submitted",
            submitted_at=timezone.now(),
            year=sent.year,
            sequence=sent.sequence,
        ),
    )


def test_what_was_sent_stays_with_its_applicant_round_and_area():
    sent, other = create_submitted(), create_submitted()
    row = Application.objects.filter(pk=sent.pk)

    for change in (
        {"applicant": other.applicant},
        {"round": other.round},
        {"area": other.area},
        {"key": "en-annen"},
        {"sequence": 9_999},
        {"submitted_at": timezone.now()},
    ):
        refused("application_is_as_sent", lambda change=change: row.update(**change))
    refused("application_is_as_sent", lambda: delete_row(sent))


def test_an_award_is_what_the_last_decision_gives():
    case, other = create_decided(), create_decided()
    row = Award.objects.filter(application=case)

    for change in (
        {"amount": 19_999},
        {"amount": 20_001},
        {"state": "lapsed"},
        {"application": other},
        {"decision": other.decision},
    ):
        refused(
            "award_says_what_was_decided", lambda change=change: row.update(**change)
        )
    refused("Cannot delete", lambda: delete_row(row.get()))


def test_an_award_that_was_declined_stays_so_until_a_new_decision():
    case = create_decided()
    case.award.decline(by=Actor(case.started_by), now=timezone.now())
    row = Award.objects.filter(application=case)
    unanswered = {"answered_at": None, "answered_by": None}

    refused(
        "award_says_what_was_decided", lambda: row.update(state="offered", **unanswered)
    )
    refused("award_says_what_was_decided", lambda: row.update(state="accepted"))


def test_withdrawn_has_a_time_and_nothing_else_has():
    sent = create_submitted()
    rows = Application.objects.filter(pk=sent.pk)

    refused(
        "application_withdrawn_at_fits_state", lambda: rows.update(state="withdrawn")
    )
    refused(
        "application_withdrawn_at_fits_state",
        lambda: rows.update(withdrawn_at=timezone.now()),
    )


def test_a_decision_is_immutable_but_for_its_announcement():
    decision = create_decided().decision
    rows = Decision.objects.filter(pk=decision.pk)

    refused("decision_is_immutable", lambda: rows.update(amount=1))
    refused("decision_is_immutable", lambda: rows.update(announced_at=timezone.now()))
    refused("decision_is_immutable", lambda: delete_row(decision))
    refused(APPEND_ONLY, lambda: decision.lines.update(mark=5))


def test_a_letter_is_immutable_but_for_its_pdf():
    letter = create_decided().letters.get()

    refused(
        "letter_is_immutable",
        lambda: Letter.objects.filter(pk=letter.pk).update(title="Et annet brev"),
    )


def test_pot_rows_are_only_added_to_and_keep_the_balance():
    pot = create_round(balance=Decimal(1_000)).pots.get()

    refused(APPEND_ONLY, lambda: pot.rows.update(amount=5))
    refused(APPEND_ONLY, lambda: pot.rows.all().delete())
    pot.rows.create(kind="allocated", amount=Decimal("0.50"))
    pot.refresh_from_db()

    assert pot.balance == Decimal("1000.50")


def test_a_pot_is_never_overdrawn_whatever_the_road():
    application = create_decided(round=create_round(balance=Decimal(20_000)))
    pot = application.round.pots.get()

    refused(
        "pot_is_not_overdrawn",
        lambda: PotRow.objects.create(
            pot=pot, kind="moved", amount=Decimal("-0.01"), reason="Prøve"
        ),
    )
    refused(
        "pot_row_awarded_once_per_decision",
        lambda: PotRow.objects.create(
            pot=pot, kind="awarded", amount=-1, decision=application.decision
        ),
    )
    refused(
        "pot_row_sign_fits_kind",
        lambda: PotRow.objects.create(pot=pot, kind="allocated", amount=-1),
    )
    refused(
        "pot_row_award_has_decision",
        lambda: PotRow.objects.create(pot=pot, kind="awarded", amount=-1),
    )


def test_the_balance_of_a_pot_changes_through_its_rows_only():
    pot = create_round(balance=Decimal(1_000), published=False).pots.get()
    pots = Pot.objects.filter(pk=pot.pk)
    guard = "pot_balance_follows_its_rows"

    refused(guard, lambda: pots.update(balance=5_000))
    refused(guard, lambda: pots.update(balance=0, name="Tom"))
    refused(guard, lambda: Pot.objects.create(round=pot.round, name="B", balance=1))

    assert pots.get().balance == Decimal(1_000)


def test_a_pot_that_is_renamed_keeps_what_came_meanwhile():
    pot = create_round(balance=Decimal(1_000), published=False).pots.get()
    pot.rows.create(kind="allocated", amount=Decimal(500))
    pot.name = "Møteplasser"

    pot.save()

    pot.refresh_from_db()
    assert (pot.name, pot.balance) == ("Møteplasser", Decimal(1_500))


def test_a_row_fits_what_its_decision_gives():
    case = create_decided(round=create_round(balance=Decimal(90_000)))
    pot, guard = case.round.pots.get(), "pot_row_fits_its_decision"

    def add(kind, amount, **fields):
        fields = {"pot": pot, "decision": case.decision, **fields}
        PotRow.objects.create(kind=kind, amount=Decimal(amount), **fields)

    refused(guard, lambda: add("declined", 1))
    refused(guard, lambda: add("declined", 20_001))
    refused(guard, lambda: add("withdrawn", 1))
    refused(guard, lambda: add("returned", 20_001))
    refused("pot_row_award_has_decision", lambda: add("allocated", 20_000))
    add("declined", 20_000)
    refused(guard, lambda: add("withdrawn", 20_000))

    assert case.money_taken() == 0


def test_a_row_takes_what_its_decision_gives_from_the_pot_of_the_case():
    case = create_decided(round=create_round(balance=Decimal(90_000)))
    elsewhere = create_round(balance=Decimal(90_000)).pots.get()
    first = case.made
    what = {"outcome": Outcome.PARTLY, "amount": Decimal(5_000)}
    propose(case, kind="reversal", **what)
    redecide(case, first.decided_by)

    def add(pot, decision, amount):
        PotRow.objects.create(
            kind="withdrawn", amount=Decimal(amount), pot=pot, decision=decision
        )

    guard = "pot_row_fits_its_decision"
    refused(guard, lambda: add(elsewhere, case.made, 5_000))
    refused(guard, lambda: add(case.round.pots.get(), first, 5_000))
    add(case.round.pots.get(), case.made, 5_000)

    assert case.money_taken() == 0


def test_money_that_is_moved_stays_in_the_round():
    pot = create_round(balance=Decimal(1_000)).pots.get()

    def lose():
        pot.rows.create(kind="moved", amount=Decimal(-400))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    refused("pot_row_moved_has_its_twin", lose)


def test_an_area_is_in_one_pot_of_a_round():
    area = create_area()
    round = create_round(areas=[area], published=False)
    second = Pot.objects.create(round=round, name="En til")

    refused(
        "pot_area_in_one_pot_of_a_round",
        lambda: PotArea.objects.create(pot=second, area=area),
    )


def test_money_moves_between_pots_of_one_round_only():
    round = create_round(balance=Decimal(100), published=False)
    first = round.pots.get()
    second = Pot.objects.create(round=round, name="En til")
    stranger = create_round(balance=Decimal(100)).pots.get()
    by = Actor(create_user())

    first.move(Decimal(40), second, by=by, reason="Mer til de unge")

    assert (first.balance, second.balance) == (Decimal(60), Decimal(40))
    with pytest.raises(Refused, match="ikke nok"):
        first.move(Decimal(61), second, by=by, reason="For mye")
    with pytest.raises(Refused, match="samme utlysning"):
        first.move(Decimal(1), stranger, by=by, reason="Feil sted")


def test_money_is_not_moved_without_a_reason():
    round = create_round(balance=Decimal(100), published=False)
    first = round.pots.get()
    second = Pot.objects.create(round=round, name="En til")

    with pytest.raises(Refused, match="Skriv hvorfor pengene flyttes."):
        first.move(Decimal(40), second, by=Actor(create_user()), reason="  ")

    first.refresh_from_db()
    assert (first.balance, second.rows.count()) == (Decimal(100), 0)


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": "Noe annet"},
        {"max_amount": Decimal(5)},
        {"applicant_kinds": ["person"]},
        {"slug": "ny-adresse"},
        {"published_at": None},
    ],
)
def test_a_published_round_is_frozen(change):
    round = create_round()

    refused(
        "round_is_frozen",
        lambda: Round.objects.filter(pk=round.pk).update(**change),
    )


def test_a_published_rounds_closing_can_only_move_later():
    round = create_round()
    rows = Round.objects.filter(pk=round.pk)

    refused(
        "round_is_frozen",
        lambda: rows.update(closes_at=round.closes_at - timedelta(seconds=1)),
    )
    refused("round_is_frozen", lambda: rows.update(closes_at=None))
    round.extend(
        round.closes_at + timedelta(days=1),
        by=Actor(create_user()),
        reason="Portalen var nede.",
    )

    assert rows.get().closing_moved_reason == "Portalen var nede."


def test_a_published_round_without_a_deadline_gets_none():
    round = create_round(closes_at=None)
    closes_at = timezone.now() + timedelta(days=1)

    refused(
        "round_is_frozen",
        lambda: Round.objects.filter(pk=round.pk).update(closes_at=closes_at),
    )
    assert Round.objects.get(pk=round.pk).closes_at is None


def test_the_parts_of_a_published_round_are_frozen():
    round = create_round()
    question = round.eligibility_questions.get()

    refused("round_is_frozen", lambda: round.criteria.update(guidance="Annet"))
    refused("round_is_frozen", lambda: round.criteria.first().delete())
    refused(
        "round_is_frozen",
        lambda: Criterion.objects.create(round=round, name="Ny", guidance="x"),
    )
    refused(
        "round_is_frozen",
        lambda: EligibilityQuestion.objects.create(round=round, text="Ny?"),
    )
    refused(
        "round_is_frozen",
        lambda: EligibilityAnswer.objects.create(
            question=question, text="Ny", verdict="yes"
        ),
    )
    refused("round_is_frozen", lambda: PotArea.objects.all().delete())
    refused("round_is_frozen", lambda: delete_row(round))


def test_a_round_is_not_published_before_it_is_complete():
    scheme = create_scheme(appeal_body=None, goals="", retention_class="")
    round = create_round(
        scheme=scheme,
        criteria=(),
        balance=0,
        published=False,
        expected_answer_on=None,
        contact_email="",
    )
    scheme.delegations.all().delete()
    round.eligibility_questions.all().delete()

    with pytest.raises(Refused):
        round.publish(by=Actor(create_user()), now=timezone.now())

    assert Round.objects.get(pk=round.pk).published_at is None
    assert round.missing() == [
        "Klageinstans mangler i ordningen.",
        "Mål mangler i ordningen.",
        "Bevaringsklasse mangler i ordningen.",
        "Utlysningen har ingen kriterier.",
        "Ingen ramme har fått penger.",
        "Spørsmålene i «Kan vi søke?» mangler.",
        "Kontakt mangler.",
        "Ingen har fått myndighet til å avgjøre søknadene.",
        "Skriv når søkerne kan vente svar.",
    ]


def test_a_round_needs_what_its_letters_will_say_on_the_day_of_the_answer():
    round = create_round(published=False)
    day_before = round.expected_answer_on - timedelta(days=1)
    LegalTerm.objects.filter(kind="appeal").update(valid_to=day_before)
    LetterText.objects.filter(kind="access", language="nn").update(valid_to=day_before)
    LetterText.objects.filter(kind="reasons", language="en").delete()

    assert round.missing() == [
        "Klagefristen mangler blant lovfristene for dagen da svaret ventes.",
        "Brevtekster mangler for dagen da svaret ventes: "
        "rett til innsyn (nn), rett til begrunnelse (en).",
    ]


@pytest.mark.parametrize(
    ("role", "missing"),
    [
        (roles.DECIDER, []),
        (roles.APPEALS, ["Ingen har fått myndighet til å avgjøre søknadene."]),
    ],
)
def test_authority_to_decide_counts_from_the_day_in_norway(role, missing):
    scheme = create_scheme()
    create_delegation(scheme=scheme, to_role=role, valid_from=date(2027, 6, 1))
    # The first of June here, the last of May in UTC.
    opens_at = datetime(2027, 5, 31, 22, tzinfo=UTC)
    round = create_round(
        scheme=scheme,
        published=False,
        opens_at=opens_at,
        closes_at=opens_at + timedelta(days=30),
        expected_answer_on=date(2027, 9, 1),
    )

    assert round.missing() == missing


def test_a_complete_round_is_published_once():
    round = create_round(published=False)
    now = timezone.now()
    by = Actor(create_user())

    round.publish(by=by, now=now)
    round.publish(by=by, now=now + timedelta(days=1))

    assert Round.objects.get(pk=round.pk).published_at == now
    assert list(Round.objects.open_at(now)) == [round]


def test_one_request_is_open_at_a_time():
    application = create_in_review()
    facts = {
        "asked_by": application.caseworker,
        "asked_at": timezone.now(),
        "text": "Kart?",
        "due_on": timezone.localdate(),
    }
    application.info_requests.create(**facts)

    refused("info_request_one_open", lambda: application.info_requests.create(**facts))


def test_one_recommendation_stands_and_gives_reasons():
    application = create_recommended()
    standing = application.recommendations.get()
    facts = {
        "assessment": standing.assessment,
        "outcome": "granted",
        "amount": 1,
        "recommended_by": standing.recommended_by,
        "recommended_at": timezone.now(),
    }

    refused(
        "recommendation_one_stands",
        lambda: application.recommendations.create(**facts),
    )
    refused(
        "recommendation_gives_reasons",
        lambda: application.recommendations.filter(pk=standing.pk).update(
            outcome="refused", amount=0, facts=""
        ),
    )


def test_one_assessment_of_each_person_counts_and_marks_stay():
    application = create_in_review()
    first = assess(application, mark=2)

    second = assess(application, mark=5)

    assert list(application.assessments.counting()) == [second]
    refused(APPEND_ONLY, lambda: first.marks.update(mark=5))
    refused(APPEND_ONLY, lambda: first.marks.all().delete())


def test_a_declaration_is_never_taken_back():
    application = create_submitted()
    caseworker = create_caseworker()
    declare_impartial(application, caseworker)

    refused(APPEND_ONLY, lambda: application.declarations.update(conflict=True))
    refused(APPEND_ONLY, lambda: application.declarations.all().delete())


def test_a_person_is_a_member_once_at_a_time():
    application = create_draft()

    refused(
        "membership_once",
        lambda: Membership.objects.create(
            applicant=application.applicant, user=application.started_by
        ),
    )


def test_two_users_cannot_share_an_address_in_any_case():
    create_user(email="kari@example.test")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("KARI@example.test")
    refused(
        "user_email_is_lower_case",
        lambda: User.objects.update(email="KARI@example.test"),
    )
