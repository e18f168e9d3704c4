"""Applications on paper, by e-mail or by word of mouth, entered by a caseworker."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from grants.models import (
    Applicant,
    ApplicantKind,
    Application,
    PrintItem,
    PublicRecord,
    Received,
)
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry
from tests.factories import (
    REASONS,
    assess,
    create_caseworker,
    create_closed_round,
    create_decider,
    create_round,
    create_submitted,
    declare_impartial,
)
from tests.files.test_checks import picture

pytestmark = pytest.mark.django_db

OLGA = {
    "kind": "person",
    "name": "Olga Eksempel",
    "address": "Prøveveien 1",
    "postal_code": "5003",
    "city": "Bergen",
}
CONTENT = {
    "title": "Benk i parken",
    "amount": Decimal(4_000),
    "description": "En benk der det er sol.",
    "ends_on": date(2027, 6, 1),
}


@pytest.fixture
def caseworker():
    return create_caseworker()


def enter(caseworker, *, round=None, applicant=None, key="et-ark", **fields):
    round = round or create_round()
    now = fields.pop("now", None) or timezone.now()
    return Application.register_received(
        **{
            "round": round,
            "area": round.pots.first().areas.first(),
            "applicant": applicant or OLGA,
            "channel": "in_person",
            "received_on": timezone.localdate(now),
            "by": Actor(caseworker),
            "now": now,
            "key": key,
            **CONTENT,
            **fields,
        }
    )


def entered(caseworker, **fields):
    case, _new = enter(caseworker, **fields)
    return case


def test_what_came_on_paper_is_a_case_with_a_number_and_an_entry_in_the_journal(
    caseworker,
):
    round, now = create_round(), timezone.now()
    came_on = timezone.localdate(now) - timedelta(days=2)

    case = entered(caseworker, round=round, received_on=came_on, now=now)

    version = case.versions.sent().get()
    record = PublicRecord.objects.get(application=case)
    assert (case.state, case.number != "", case.caseworker) == ("submitted", True, None)
    assert (version.title, case.asked_amount) == (CONTENT["title"], CONTENT["amount"])
    assert timezone.localdate(case.submitted_at) == came_on
    assert (record.kind, record.direction, record.dated_on, record.exchanged_on) == (
        "application",
        "in",
        came_on,
        came_on,
    )
    assert record.party == "Olga Eksempel"
    assert JournalEntry.objects.about(case).filter(verb="received_entered").exists()
    assert case.late is None


def test_to_enter_it_twice_makes_one_case(caseworker):
    round = create_round()

    (one, first), (other, second) = [enter(caseworker, round=round) for _ in range(2)]

    assert (one, first, second) == (other, True, False)
    assert (Application.objects.count(), Applicant.objects.count()) == (1, 1)


def test_who_enters_it_may_treat_the_case_and_does_not_apply(caseworker):
    case = entered(caseworker)

    assert list(Application.objects.visible_to(caseworker)) == [case]
    assert list(Application.objects.of_applicants(caseworker)) == []
    declare_impartial(case, caseworker)
    case.take(by=Actor(caseworker))
    assert case.state == "in_review"


def test_the_day_it_came_decides_whether_it_is_late(caseworker):
    round = create_closed_round(closes_at=timezone.now() - timedelta(days=2))
    last_day = timezone.localdate(round.closes_at)

    in_time = entered(caseworker, round=round, received_on=last_day, key="a")
    late = entered(
        caseworker, round=round, received_on=last_day + timedelta(days=1), key="b"
    )

    assert in_time.late is None
    assert late.late.closed_at == round.closes_at
    assert late.late.awaits_ruling


@pytest.mark.parametrize(
    ("days", "words"), [(1, "i framtiden"), (-4000, "ikke åpen den dagen")]
)
def test_it_cannot_have_come_before_the_round_or_tomorrow(caseworker, days, words):
    came_on = timezone.localdate() + timedelta(days=days)

    with pytest.raises(Refused, match=words):
        enter(caseworker, received_on=came_on)

    assert Applicant.objects.count() == 0


def test_only_a_caseworker_enters_and_never_for_an_applicant_they_are_with(caseworker):
    own = create_submitted()
    own.applicant.memberships.update(user=caseworker)

    with pytest.raises(Refused, match="Bare en saksbehandler"):
        enter(create_decider())
    with pytest.raises(Refused, match="En annen må føre inn"):
        enter(caseworker, round=own.round, applicant=own.applicant)


def test_letters_go_by_post_and_the_money_waits_until_the_applicant_is_checked(
    caseworker,
):
    case, decider = entered(caseworker), create_decider()
    declare_impartial(case, caseworker, decider)
    case.take(by=Actor(caseworker))
    assess(case)
    now = timezone.now()
    given = {"outcome": "granted", "amount": CONTENT["amount"]} | REASONS
    case.recommend(by=Actor(caseworker), now=now, **given)
    case.decide(by=Actor(decider), now=now, **given)

    assert [item.addressee for item in PrintItem.objects.waiting()] == ["Olga Eksempel"]
    yes = {"by": Actor(caseworker), "now": now, "note": "Ringte 3. mars."}
    with pytest.raises(Refused, match="kan skrive under"):
        case.award.accept(**yes)

    case.prove_received(by=Actor(caseworker), now=now, proof_note="Viste førerkort.")
    case.award.accept(**yes)

    assert case.award.state == "accepted"
    with pytest.raises(Refused, match="alt skrevet"):
        case.prove_received(by=Actor(caseworker), now=now, proof_note="Igjen.")


# --- the page -------------------------------------------------------------------------


def posted(round, **fields):
    return {
        "round": round.pk,
        "area": round.pots.first().areas.first().pk,
        "channel": "paper",
        "received_on": timezone.localdate().strftime("%d.%m.%Y"),
        "title": "Benk i parken",
        "amount": "4 000",
        "description": "En benk der det er sol.",
        "ends_on": "01.06.2027",
        "scan": SimpleUploadedFile("soknad.png", picture("PNG")),
        **OLGA,
        **fields,
    }


def test_a_paper_is_entered_and_the_case_shows_what_came(client, caseworker):
    client.force_login(caseworker)

    response = client.post(reverse("admin:case_new"), posted(create_round()))

    case = Application.objects.get()
    assert response.url == case.get_case_url()
    declare_impartial(case, caseworker)
    page = client.get(case.get_case_url()).content.decode()
    assert "Kom på papir" in page
    scan = client.get(
        reverse("admin:case_scan", args=[case.year, case.number.split("/")[1]])
    )
    assert scan.status_code == 200
    assert StoredFile.objects.get() == case.received.scan


@pytest.mark.parametrize(
    ("lacks", "fault"),
    [
        ("scan", "Velg filen med den skannede søknaden."),
        ("name", "Skriv navnet på søkeren."),
        ("address", "Skriv hvor brevene skal sendes."),
        ("received_on", "Skriv når søknaden kom."),
        ("ends_on", "Skriv når de er ferdige."),
    ],
)
def test_what_is_lacking_is_told_and_nothing_typed_is_lost(
    client, caseworker, lacks, fault
):
    client.force_login(caseworker)
    fields = posted(create_round())
    del fields[lacks]

    response = client.post(reverse("admin:case_new"), fields)

    form = response.context["form"]
    assert [*form.errors] == [lacks]
    assert fault in form.errors[lacks][0]
    assert "En benk der det er sol." in response.content.decode()
    assert (Application.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_the_applicant_of_an_earlier_case_is_found_by_its_number(client, caseworker):
    earlier = create_submitted()
    client.force_login(caseworker)
    fields = posted(create_round(), earlier=earlier.number)
    for name in OLGA:
        fields.pop(name)

    client.post(reverse("admin:case_new"), fields)

    new = Application.objects.latest("pk")
    assert (new != earlier, new.applicant) == (True, earlier.applicant)
    assert new.applicant.kind == ApplicantKind.GROUP


def test_a_number_of_no_case_that_one_sees_opens_none(client, caseworker):
    client.force_login(caseworker)

    response = client.post(
        reverse("admin:case_new"), posted(create_round(), earlier="2026/9999")
    )

    assert list(response.context["form"].errors) == ["earlier"]
    assert Received.objects.count() == 0
