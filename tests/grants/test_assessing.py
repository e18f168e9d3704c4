import io
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pypdf import PdfReader

from grants.case_file import case_file
from grants.casework.plans import Table
from grants.models import (
    Application,
    Assessment,
    AssessorSeat,
    Mark,
    Outcome,
    Plan,
    State,
)
from grants.staff import lacks_people
from grants.todo import tasks_for
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    create_applicant,
    create_caseworker,
    create_decider,
    create_in_review,
    create_reports_to,
    create_round,
    create_submitted,
    create_user,
    declare_impartial,
    finish,
    name_assessors,
)
from tests.grants.test_guards import refused

pytestmark = pytest.mark.django_db

SECRET = "Bare Anna har skrevet dette."


def create_shared(*, two_assessors_from=Decimal(20_000), blind=True, **fields):
    """A case of 20 000 kroner in a round with two assessors from that sum."""
    round = create_round(two_assessors_from=two_assessors_from, assessors_blind=blind)
    worker = create_caseworker(name="Berit")
    return create_in_review(round=round, caseworker=worker, **fields)


@pytest.fixture
def anna():
    return create_caseworker(name="Anna")


def recommend(case, **changed):
    facts = {"outcome": Outcome.GRANTED, "amount": Decimal(20_000), **REASONS}
    case.recommend(by=Actor(case.caseworker), now=timezone.now(), **facts | changed)


def facts_of(case, *verbs):
    entries = JournalEntry.objects.about(case).filter(verb__in=verbs).order_by("pk")
    return [(entry.verb, entry.facts) for entry in entries]


def numbers(case, mark, was=None):
    """The marks as the journal keeps them, the same for each criterion."""
    pks = case.round.criteria.values_list("pk", flat=True)
    facts = {f"mark_{pk}": mark for pk in pks}
    return facts | ({f"was_{pk}": was for pk in pks} if was else {})


# --- how many, and who ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("two_assessors_from", "wanted"),
    [(None, 1), (Decimal("20000.01"), 1), (Decimal(20_000), 2), (Decimal(0), 2)],
)
def test_two_assess_from_the_sum_that_the_round_says(two_assessors_from, wanted, anna):
    case = create_shared(two_assessors_from=two_assessors_from)
    name_assessors(case, case.caseworker)
    finish(case, case.caseworker)

    assert case.assessors_wanted() == wanted
    assert case.is_fully_assessed() == (wanted == 1)


def test_a_case_is_assessed_when_all_who_were_named_have_finished(anna):
    case = create_shared(two_assessors_from=None)
    name_assessors(case, case.caseworker, anna)

    finish(case, case.caseworker)
    before = case.is_fully_assessed()
    finish(case, anna)

    assert (before, case.is_fully_assessed()) == (False, True)


def test_the_helper_a_member_and_one_with_a_conflict_are_not_named(anna):
    case = create_shared()
    member = create_caseworker()
    own = create_in_review(
        user=member, applicant=create_applicant(user=member), round=case.round
    )
    anna_declares = {"conflict": True, "ground": "family"}
    case.declare(by=Actor(anna), now=timezone.now(), **anna_declares)
    reader = create_user(role="Leser", is_staff=True)

    for which, person, words in [
        (case, anna, "Anna kan ikke vurdere denne saken."),
        (own, member, f"{member} kan ikke vurdere denne saken."),
        (case, reader, "Bare en saksbehandler kan vurdere saken."),
    ]:
        with pytest.raises(Refused, match=words):
            name_assessors(which, person)
    assert AssessorSeat.objects.count() == 0


def test_a_leader_of_the_caseworker_names_and_another_decider_does_not(anna):
    case = create_shared()
    leader, other = create_decider(), create_decider()
    create_reports_to(user=case.caseworker, leader=leader)
    declare_impartial(case, leader, other)

    case.name_assessor(anna, by=Actor(leader), now=timezone.now())
    with pytest.raises(Refused, match="Bare en saksbehandler eller lederen"):
        case.name_assessor(case.caseworker, by=Actor(other), now=timezone.now())

    assert [seat.user for seat in case.seats.standing()] == [anna]


def test_named_twice_is_named_once(anna):
    case = create_shared()

    name_assessors(case, anna)
    name_assessors(case, anna)

    assert [seat.user for seat in case.seats.all()] == [anna]
    assert facts_of(case, "assessor_named") == [("assessor_named", {"to": anna.pk})]


def test_who_is_not_named_does_not_assess_a_case_of_two(anna):
    case = create_shared()
    declare_impartial(case, anna)

    with pytest.raises(Refused, match="Du er ikke pekt ut til å vurdere den"):
        finish(case, anna)

    assert case.assessments.count() == 0


def test_one_who_is_freed_before_finishing_leaves_nothing_that_counts(anna):
    case = create_shared()
    name_assessors(case, anna)
    finish(case, anna, done=False)

    case.free_assessor(
        anna, by=Actor(case.caseworker), now=timezone.now(), reason="Syk."
    )

    seat = case.seats.get()
    assert (seat.freed_by, seat.freed_reason) == (case.caseworker, "Syk.")
    assert list(case.assessments.standing()) == []
    assert facts_of(case, "assessor_freed") == [("assessor_freed", {"user": anna.pk})]
    with pytest.raises(Refused, match="Du er ikke pekt ut"):
        finish(case, anna)


def test_one_who_has_finished_is_not_freed(anna):
    case = create_shared()
    name_assessors(case, anna)
    finish(case, anna)

    with pytest.raises(Refused, match="Anna er ferdig med vurderingen"):
        case.free_assessor(
            anna, by=Actor(case.caseworker), now=timezone.now(), reason="Syk."
        )
    assert case.seats.standing().count() == 1


def test_nobody_is_freed_without_a_reason(anna):
    case = create_shared()
    name_assessors(case, anna)

    with pytest.raises(Refused, match="Skriv hvorfor."):
        case.free_assessor(
            anna, by=Actor(case.caseworker), now=timezone.now(), reason=" "
        )
    refused(
        "assessor_seat_is_freed_with_reason",
        lambda: case.seats.update(freed_at=timezone.now(), freed_by=anna),
    )
    refused("assessor_seat_stays", lambda: case.seats.all().delete())


# --- finished or not ------------------------------------------------------------------


def test_what_is_kept_for_later_may_have_gaps_and_does_not_count(anna):
    case = create_shared()
    name_assessors(case, anna)
    first, second = case.round.criteria.all()

    case.assess(
        {first: (3, ""), second: (None, "Ikke tenkt ut ennå.")},
        by=Actor(anna),
        now=timezone.now(),
        comment="Mer kommer.",
        done=False,
    )

    kept = case.assessments.get()
    assert kept.given() == {first: (3, ""), second: (None, "Ikke tenkt ut ennå.")}
    assert (kept.comment, kept.completed_at) == ("Mer kommer.", None)
    assert list(case.assessments.counting()) == []


def test_what_is_finished_has_every_mark_and_reason(anna):
    case = create_shared()
    name_assessors(case, anna)
    first, second = case.round.criteria.all()

    for gap in [(None, "Fordi."), (4, " ")]:
        with pytest.raises(Refused, match="Gi hvert kriterium"):
            case.assess(
                {first: (4, "Fordi."), second: gap}, by=Actor(anna), now=timezone.now()
            )
    assert case.assessments.count() == 0


def test_what_is_finished_by_two_is_not_changed_without_opening_it(anna):
    case = create_shared()
    name_assessors(case, anna)
    first = finish(case, anna)

    with pytest.raises(Refused, match="Vurderingen din er ferdig."):
        finish(case, anna, mark=5)
    again = finish(case, anna)

    assert again == first
    assert case.assessments.get() == first


def test_the_only_assessor_changes_their_marks_until_it_is_recommended():
    case = create_in_review()
    finish(case, case.caseworker, mark=2)

    changed = finish(case, case.caseworker, mark=5)

    assert list(case.assessments.counting()) == [changed]
    assert facts_of(case, "case_assessed")[-1] == (
        "case_assessed",
        {"assessment": changed.pk} | numbers(case, 5, was=2),
    )


def test_the_database_locks_what_is_finished_or_recommended(anna):
    case = create_in_review()
    finished = finish(case, case.caseworker)
    criterion = case.round.criteria.first()
    begun = Assessment.objects.create(
        application=case, version=case.versions.get(), assessor=anna
    )
    recommend(case)

    for change in [
        lambda: finished.marks.create(criterion=criterion, mark=1, text="Nei."),
        lambda: begun.marks.create(criterion=criterion, mark=1, text="Nei."),
    ]:
        refused("mark_is_locked", change)
    for change in [
        lambda: Assessment.objects.filter(pk=finished.pk).update(comment="Nei."),
        lambda: Assessment.objects.filter(pk=finished.pk).update(completed_at=None),
        lambda: Assessment.objects.filter(pk=begun.pk).update(
            completed_at=timezone.now()
        ),
        lambda: Assessment.objects.create(
            application=case, version=begun.version, assessor=create_caseworker()
        ),
    ]:
        refused("assessment_is_locked", change)
    empty = Assessment.objects.filter(pk=begun.pk)
    refused("assessment_stays", lambda: empty._raw_delete(empty.db))


# --- who sees what --------------------------------------------------------------------


def test_neither_sees_the_others_marks_until_both_are_finished(anna):
    case = create_shared()
    berit = case.caseworker
    name_assessors(case, anna, berit)
    decider = create_decider()
    annas = finish(case, anna)
    berits = finish(case, berit, mark=2, done=False)

    before = {who: set(case.marks_shown_to(who)) for who in [anna, berit, decider]}
    berits = finish(case, berit, mark=2)

    assert before == {
        anna: {annas},
        berit: {case.assessments.get(assessor=berit, completed_at=None)},
        decider: set(),
    }
    assert [set(case.marks_shown_to(who)) for who in [anna, berit, decider]] == [
        {annas, berits}
    ] * 3


def test_without_blindness_each_is_seen_when_it_is_finished(anna):
    case = create_shared(blind=False)
    name_assessors(case, anna, case.caseworker)
    annas = finish(case, anna)
    own = finish(case, case.caseworker, done=False)

    assert set(case.marks_shown_to(case.caseworker)) == {annas, own}
    assert set(case.marks_shown_to(anna)) == {annas}


def test_the_journal_tells_the_marks_when_they_are_open_to_all(anna):
    case = create_shared()
    berit = case.caseworker
    name_assessors(case, anna, berit)
    verbs = ["assessment_saved", "case_assessed", "marks_opened"]

    finish(case, anna, mark=1, done=False)
    annas = finish(case, anna, mark=3)
    before = [set(facts) for _verb, facts in facts_of(case, *verbs)]
    berits = finish(case, berit, mark=5)

    assert before == [{"assessment"}, {"assessment"}]
    assert facts_of(case, *verbs)[2:] == [
        ("case_assessed", {"assessment": berits.pk} | numbers(case, 5)),
        ("marks_opened", {"assessment": annas.pk} | numbers(case, 3, was=1)),
    ]


def test_the_marks_open_when_the_one_who_was_waited_for_is_freed(anna):
    case = create_shared(two_assessors_from=None)
    berit = case.caseworker
    name_assessors(case, anna, berit)
    finish(case, anna)
    before = list(case.marks_shown_to(berit))

    case.free_assessor(berit, by=Actor(berit), now=timezone.now(), reason="Ferie.")

    assert before == []
    assert [row.assessor for row in case.marks_shown_to(berit)] == [anna]
    assert [verb for verb, _facts in facts_of(case, "marks_opened")] == ["marks_opened"]


def pages_that_could_tell(client, case, plan):
    """Everything that somebody can read or fetch about the case, as one text."""
    texts = []
    for url in [
        case.get_case_url(),
        f"/admin/planer/{plan.pk}/",
        "/admin/saker/",
        "/admin/saker/?vis=vurder",
        "/admin/",
        "/admin/kontroll/",
        case.get_case_url() + "dokumenter/",
    ]:
        response = client.get(url)
        assert response.status_code == 200, url
        body = b"".join(response) if response.streaming else response.content
        texts.append(body.decode(errors="replace"))
    csv, xlsx = (
        b"".join(client.post("/admin/saker/fil/", {"slag": kind}))
        for kind in ("csv", "xlsx")
    )
    assert case.number in csv.decode()
    texts.append(csv.decode())
    with zipfile.ZipFile(io.BytesIO(xlsx)) as book:
        texts += [book.read(name).decode() for name in book.namelist()]
    return "\n".join(texts)


def test_nothing_of_the_others_marks_is_on_any_page_or_file(client, anna):
    case = create_shared()
    name_assessors(case, anna, case.caseworker)
    plan = Plan.make(
        case.round, name="Plan", by=Actor(case.caseworker), now=timezone.now()
    )
    finish(case, anna, mark=2, text=SECRET, comment=SECRET)
    told = {}

    for step in ["before", "after"]:
        if step == "after":
            finish(case, case.caseworker)
        client.force_login(case.caseworker)
        pages = pages_that_could_tell(client, case, plan)
        told[step] = (SECRET in pages, "2 – i noen grad" in strip_form(pages))

    assert told == {"before": (False, False), "after": (True, True)}


def strip_form(pages):
    """Without the choices of the form, which hold every mark."""
    return pages.replace("2 – i noen grad</label>", "")


def test_the_planner_has_marks_only_of_cases_that_are_assessed(anna):
    case = create_shared()
    berit = case.caseworker
    name_assessors(case, anna, berit)
    plan = Plan.make(case.round, name="Plan", by=Actor(berit), now=timezone.now())
    finish(case, anna, mark=2)

    before = Table(berit, plan).rows[0]
    finish(case, berit, mark=5)
    after = Table(berit, plan).rows[0]

    assert (before.average, before.apart) == (None, 0)
    assert (after.average, after.apart) == (3.5, 3)


def test_the_page_sets_the_marks_side_by_side_and_says_to_talk(client, anna):
    case = create_shared()
    berit = case.caseworker
    name_assessors(case, anna, berit)
    first, second = case.round.criteria.all()
    case.assess(
        {first: (2, "Nei."), second: (4, "Ja.")}, by=Actor(anna), now=timezone.now()
    )
    case.assess(
        {first: (4, "Ja."), second: (4, "Ja.")}, by=Actor(berit), now=timezone.now()
    )
    client.force_login(berit)

    response = client.get(case.get_case_url())

    spreads = response.context["assessing"].spreads
    assert [(row.criterion, row.marks, row.apart) for row in spreads] == [
        (first, [2, 4], 2),
        (second, [4, 4], 0),
    ]
    page = response.content.decode()
    assert "2 fra hverandre, snakk sammen" in page
    assert "snakker de som vurderte, sammen før innstillingen" in page


# --- what rests on it -----------------------------------------------------------------


def test_it_is_not_recommended_before_both_are_finished(anna):
    case = create_shared()
    berit = case.caseworker

    words = []
    for step in [
        lambda: None,
        lambda: name_assessors(case, anna, berit),
        lambda: finish(case, anna),
        lambda: finish(case, berit, done=False),
    ]:
        step()
        with pytest.raises(Refused) as refusal:
            recommend(case)
        words.append(str(refusal.value).split(".")[0])
    finish(case, berit)
    recommend(case)

    case.refresh_from_db()
    assert words == ["Det mangler 2 vurderinger"] * 2 + ["Det mangler én vurdering"] * 2
    assert case.state == State.RECOMMENDED


def test_a_case_may_be_dismissed_without_an_assessment():
    case = create_shared()

    recommend(case, outcome=Outcome.DISMISSED, amount=Decimal(0))

    case.refresh_from_db()
    assert case.state == State.RECOMMENDED


def test_the_decision_has_the_mean_and_what_both_wrote(anna):
    case = create_shared()
    berit, decider = case.caseworker, create_decider()
    name_assessors(case, anna, berit)
    finish(case, anna, mark=2, text="Annas grunn.")
    finish(case, berit, mark=5, text="Berits grunn.")
    recommend(case)
    declare_impartial(case, decider)

    decision = case.decide(
        by=Actor(decider),
        now=timezone.now(),
        outcome=Outcome.GRANTED,
        amount=Decimal(20_000),
        **REASONS,
    )

    lines = [(line.mark, line.text) for line in decision.lines.all()]
    assert lines == [(Decimal("3.5"), "Berits grunn.\nAnnas grunn.")] * 2
    table = next(part for part in decision.letter.parts if "lines" in part)
    assert [row[1] for row in table["lines"]] == ["3,5 av 5"] * 2


def test_opening_a_finished_one_undoes_the_recommendation_and_is_journaled(anna):
    case = create_shared()
    berit = case.caseworker
    name_assessors(case, anna, berit)
    first = finish(case, anna, mark=2)
    finish(case, berit)
    recommend(case)

    case.reopen_assessment(
        anna, by=Actor(anna), now=timezone.now(), reason="Jeg leste feil."
    )

    case.refresh_from_db()
    first.refresh_from_db()
    sent_back = case.recommendations.get()
    assert case.state == State.IN_REVIEW
    assert (sent_back.sent_back_by, sent_back.sent_back_reason) == (
        anna,
        "Jeg leste feil.",
    )
    assert (first.reopened_by, first.reopened_reason) == (anna, "Jeg leste feil.")
    assert {
        row.mark for row in case.assessments.get(completed_at=None).marks.all()
    } == {2}
    with pytest.raises(Refused, match="Det mangler én vurdering"):
        recommend(case)
    changed = finish(case, anna, mark=4)
    told = {"assessment": changed.pk} | numbers(case, 4, was=2)
    assert facts_of(case, "case_assessed")[-1] == ("case_assessed", told)


def test_only_the_assessor_and_the_caseworker_open_it(anna):
    case = create_shared()
    name_assessors(case, anna, case.caseworker)
    finish(case, case.caseworker)

    with pytest.raises(Refused, match="Bare den som vurderte"):
        case.reopen_assessment(
            case.caseworker, by=Actor(anna), now=timezone.now(), reason="Feil."
        )
    with pytest.raises(Refused, match="Vurderingen er ikke ferdig"):
        case.reopen_assessment(
            anna, by=Actor(case.caseworker), now=timezone.now(), reason="Feil."
        )


def test_a_late_conflict_takes_out_the_marks_and_the_recommendation(anna):
    case = create_shared()
    berit = case.caseworker
    name_assessors(case, anna, berit)
    finish(case, anna)
    finish(case, berit)
    recommend(case)

    case.declare(by=Actor(anna), conflict=True, ground="family", now=timezone.now())

    case.refresh_from_db()
    assert case.state == State.IN_REVIEW
    assert [row.assessor for row in case.assessments.counting()] == [berit]
    assert [seat.user for seat in case.seats.standing()] == [berit]
    assert case.seats.get(user=anna).freed_reason == "Inhabil."
    with pytest.raises(Refused, match="Det mangler én vurdering"):
        recommend(case)


# --- panels ---------------------------------------------------------------------------


def test_a_panels_advice_is_kept_with_its_meeting_and_shown(client):
    case = create_in_review()
    today = timezone.localdate()
    given = {
        "body": "Ungdomsrådet (eksempel)",
        "met_on": f"{today:%d.%m.%Y}",
        "stood_down": "Lederen",
        "text": "Rådet anbefaler.",
    }
    client.force_login(case.caseworker)

    client.post(case.get_case_url() + "rad/panel/", given)
    client.post(case.get_case_url() + "rad/panel/", given)

    advice = case.panel_advice.get()
    assert (advice.body, advice.met_on, advice.stood_down, advice.text) == (
        "Ungdomsrådet (eksempel)",
        today,
        "Lederen",
        "Rådet anbefaler.",
    )
    page = client.get(case.get_case_url()).content.decode()
    assert "Gikk fra: Lederen" in page
    assert page.count("Fakta her kan søkeren få se.") == 2


def test_a_meeting_that_has_not_been_is_refused():
    case = create_in_review()

    with pytest.raises(Refused, match="Møtet har ikke vært ennå."):
        case.advise_from_panel(
            by=Actor(case.caseworker),
            now=timezone.now(),
            body="Rådet",
            met_on=timezone.localdate() + timedelta(days=1),
            text="Ja.",
        )


# --- pages ----------------------------------------------------------------------------


def test_two_assess_by_the_pages_and_the_queue_is_kept(client, anna):
    case = create_shared()
    other = create_submitted(round=case.round)
    name_assessors(other, anna)
    berit, url = case.caseworker, case.get_case_url()
    client.force_login(berit)
    for person in [anna, berit]:
        client.post(url + "vurdering/pek-ut/", {"user": person.pk})
    declare_impartial(case, anna)
    marks = {}
    for criterion in case.round.criteria.all():
        marks |= {f"mark_{criterion.pk}": "4", f"text_{criterion.pk}": "Fordi."}

    client.force_login(anna)
    queued = [
        row.url for row in dict(tasks_for(anna, timezone.now()))["Vurder kriteriene"]
    ]
    kept = client.post(url + "vurdering/", {"comment": "Mer.", "kladd": "ja"})
    done = client.post(
        url + "vurdering/",
        marks | {"neste": "ja", "ko": "vis=vurder&sorter=nummer"},
    )

    assert queued == [url, other.get_case_url()]
    assert kept.status_code == 302
    assert done["Location"] == (
        other.get_case_url() + "?ko=vis%3Dvurder%26sorter%3Dnummer"
    )
    assert [row.assessor for row in case.assessments.counting()] == [anna]
    assert "Vurder kriteriene" in dict(tasks_for(anna, timezone.now()))


def test_the_round_says_in_words_how_it_is_assessed():
    kinds = [
        create_round(two_assessors_from=None),
        create_round(two_assessors_from=Decimal(0)),
        create_round(two_assessors_from=Decimal(50_000), assessors_blind=False),
    ]

    assert [round.assessors_in_words() for round in kinds] == [
        "Én vurderer hver søknad, og en annen avgjør.",
        "To vurderer hver søknad, og ser ikke hverandres karakterer før begge er "
        "ferdige.",
        "To vurderer hver søknad på 50\u00a0000\u00a0kr eller mer, og ser hverandres "
        "karakterer etter hvert som de er ferdige. Under det er det én som vurderer, "
        "og en annen som avgjør.",
    ]


def test_how_it_is_assessed_is_frozen_when_the_round_is_published():
    round = create_round(two_assessors_from=Decimal(50_000))

    for change in [{"two_assessors_from": None}, {"assessors_blind": False}]:
        refused("round_is_frozen", lambda change=change: change_round(round, change))


def change_round(round, change):
    type(round).objects.filter(pk=round.pk).update(**change)


def test_a_finished_mark_is_one_to_five(anna):
    case = create_shared()
    name_assessors(case, anna)
    kept = finish(case, anna, done=False)
    criterion = case.round.criteria.first()

    assert Mark.objects.filter(assessment=kept, mark=None).count() == 0
    kept = Assessment.objects.create(
        application=case, version=case.versions.get(), assessor=case.caseworker
    )
    refused(
        "mark_is_one_to_five",
        lambda: kept.marks.create(criterion=criterion, mark=6, text="Nei."),
    )
    assert Application.objects.fully_assessed().count() == 0


def test_nothing_of_the_marks_is_in_what_a_party_is_given(anna):
    case = create_shared()
    name_assessors(case, anna, case.caseworker)
    finish(case, anna, text=SECRET, comment=SECRET)
    finish(case, case.caseworker, text=SECRET)

    with zipfile.ZipFile(case_file(case, now=timezone.now())) as archive:
        names = archive.namelist()
        reader = PdfReader(io.BytesIO(archive.read("0-saken.pdf")))
        words = " ".join(page.extract_text() for page in reader.pages)

    assert names == ["0-saken.pdf"]
    assert "Kommunens egne notater, råd, vurderinger og innstilling" in words
    assert SECRET not in words


def test_who_must_be_named_and_who_waits_is_on_the_list_of_what_to_do(anna):
    case = create_shared()
    berit = case.caseworker

    def headings(user):
        return [heading for heading, _tasks in tasks_for(user, timezone.now())]

    seen = [headings(berit)]
    for step in [
        lambda: name_assessors(case, anna, berit),
        lambda: finish(case, berit),
        lambda: finish(case, anna),
    ]:
        step()
        seen.append(headings(berit))

    assert seen == [
        ["Pek ut hvem som vurderer"],
        ["Vurder kriteriene"],
        [],
        ["Innstill"],
    ]


@pytest.mark.parametrize("finished", [False, True])
def test_the_page_of_a_case_with_two_asks_a_fixed_number_of_times(
    client, anna, finished, django_assert_num_queries
):
    case = create_shared()
    name_assessors(case, anna, case.caseworker)
    if finished:
        finish(case, anna)
        finish(case, case.caseworker)
    client.force_login(case.caseworker)
    client.get(case.get_case_url())

    with django_assert_num_queries(44 if finished else 43):
        client.get(case.get_case_url())


@pytest.mark.parametrize(
    ("people", "missing"),
    [(1, ["To skal vurdere, og bare én har rollen saksbehandler."]), (2, [])],
)
def test_a_round_with_two_assessors_needs_two_caseworkers(people, missing):
    round = create_round(two_assessors_from=Decimal(0))
    create_decider()
    for _number in range(people):
        create_caseworker(is_staff=True)

    assert lacks_people(round, timezone.localdate()) == missing


def test_a_sum_that_nobody_can_ask_for_is_warned_of():
    round = create_round(
        published=False, two_assessors_from=Decimal(70_000), max_amount=Decimal(60_000)
    )

    assert round.warnings() == [
        "Ingen søknad blir vurdert av to: det kan ikke søkes om så mye som "
        "70\u00a0000\u00a0kr."
    ]


def test_one_who_is_named_is_told_and_not_one_who_names_themself(anna):
    case = create_shared()

    name_assessors(case, case.caseworker, anna)
    name_assessors(case, anna)

    told = Notice.objects.filter(kind="assessor_named")
    assert [(notice.recipient, notice.about) for notice in told] == [(anna, case)]
