"""Nothing that the law or the letters will need may be missing when a round opens."""

from datetime import timedelta

import pytest
from django.utils import timezone

from grants.models import Delegation, LegalTerm, LetterText, Pot, PotArea
from grants.staff import lacks_people
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.templatetags.ui import money
from tests.factories import create_caseworker, create_decider, create_round, create_user

pytestmark = pytest.mark.django_db


def change(thing, **values):
    """Set fields past every form, as an import or an old row may have them."""
    type(thing).objects.filter(pk=thing.pk).update(**values)


def end_on(rows, day):
    rows.update(valid_to=day)


LACKS = {
    "goal": (
        lambda round: change(round.scheme, goals=" \n"),
        "Mål mangler i ordningen.",
    ),
    "appeal body": (
        lambda round: change(round.scheme, appeal_body=None),
        "Klageinstans mangler i ordningen.",
    ),
    "retention class": (
        lambda round: change(round.scheme, retention_class=""),
        "Bevaringsklasse mangler i ordningen.",
    ),
    "criteria": (
        lambda round: round.criteria.all().delete(),
        "Utlysningen har ingen kriterier.",
    ),
    "guidance": (
        lambda round: change(round.criteria.first(), guidance=" \n "),
        "Hvert kriterium må ha en veiledning.",
    ),
    "report rule": (
        lambda round: change(round, report_rule="  "),
        "Krav til rapport mangler.",
    ),
    "delegation": (
        lambda round: Delegation.objects.all().delete(),
        "Ingen har fått myndighet til å avgjøre søknadene.",
    ),
    "delegation that lasts": (
        lambda round: end_on(
            Delegation.objects, round.expected_answer_on - timedelta(days=1)
        ),
        "Myndigheten til å avgjøre varer ikke til dagen da svaret ventes.",
    ),
    "areas": (
        lambda round: PotArea.objects.all().delete(),
        "Hver ramme må gjelde minst ett område.",
    ),
    "appeal period": (
        lambda round: end_on(
            LegalTerm.objects.filter(kind="appeal"), timezone.localdate()
        ),
        "Klagefristen mangler blant lovfristene for dagen da svaret ventes.",
    ),
    "interim reply": (
        lambda round: LegalTerm.objects.filter(kind="interim_reply").delete(),
        "Fristen for foreløpig svar mangler blant lovfristene for dagen da "
        "utlysningen åpner.",
    ),
    "a letter's text": (
        lambda round: end_on(
            LetterText.objects.filter(kind="access", language="nn"),
            timezone.localdate(),
        ),
        "Brevtekster mangler for dagen da svaret ventes: rett til innsyn (nn).",
    ),
}


@pytest.mark.parametrize("lack", LACKS)
def test_a_round_that_lacks_it_is_not_published(lack):
    spoil, message = LACKS[lack]
    round = create_round(published=False)
    spoil(round)
    round = type(round).objects.get()

    with pytest.raises(Refused) as refused:
        round.publish(by=Actor(create_user()), now=timezone.now())

    round.refresh_from_db()
    assert (str(refused.value), round.published_at) == (message, None)


def test_a_round_without_money_is_not_published():
    round = create_round(published=False, balance=None)

    with pytest.raises(Refused, match="Ingen ramme har fått penger."):
        round.publish(by=Actor(create_user()), now=timezone.now())

    round.refresh_from_db()
    assert round.published_at is None


def test_a_pot_without_money_is_warned_of():
    round = create_round(published=False)
    Pot.objects.create(round=round, name="Laksevåg")

    assert round.warnings() == ["Rammen «Laksevåg» har ikke fått penger."]


def test_the_highest_amount_is_warned_of_before_the_pots():
    round = create_round(published=False, max_amount=2_000_000)
    Pot.objects.create(round=round, name="Laksevåg")

    assert round.warnings() == [
        f"Ingen kan avgjøre søknader om så mye som {money(2_000_000)}, som er det "
        "høyeste beløpet her. Legg inn en delegering som rekker så langt.",
        "Rammen «Laksevåg» har ikke fått penger.",
    ]


def test_that_nobody_can_treat_or_decide_is_told():
    round = create_round(published=False)
    today = timezone.localdate()

    nobody = lacks_people(round, today)
    create_caseworker()
    one = lacks_people(round, today)
    create_decider()

    assert (nobody, one, lacks_people(round, today)) == (
        [
            "Ingen har rollen saksbehandler.",
            "Ingen beslutter har myndighet til å avgjøre søknadene.",
        ],
        ["Ingen beslutter har myndighet til å avgjøre søknadene."],
        [],
    )


def test_a_decider_the_authority_does_not_name_is_nobody():
    round = create_round(published=False)
    Delegation.objects.update(to_user=create_user(role=roles.READER))
    create_caseworker()
    create_decider()

    assert lacks_people(round, timezone.localdate()) == [
        "Ingen beslutter har myndighet til å avgjøre søknadene."
    ]
