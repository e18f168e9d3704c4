"""Address and account, kept once about an applicant; what staff see of the register."""

import pytest
from django.urls import reverse
from django.utils import timezone
from stdnum.no import fodselsnummer

from grants import register_stand_in as stand_in
from grants.forms.facts import ApplicantFactsForm
from grants.models import ApplicantKind, Helper, Version
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from tests.factories import (
    create_applicant,
    create_caseworker,
    create_draft,
    create_member,
    create_user,
    declare_impartial,
)

pytestmark = pytest.mark.django_db

ACCOUNT = "12345678903"
FACTS = {
    "address": "Eksempelveien 3",
    "postal_code": "5003",
    "city": "Bergen",
    "account_number": "1234.56.78903",
}


def test_facts_are_kept_and_the_journal_has_their_names_only():
    user, now = create_user(), timezone.now()
    applicant = create_applicant(user=user)
    form = ApplicantFactsForm(FACTS, instance=applicant)
    assert form.is_valid()

    changed = form.keep(by=Actor(user), now=now)
    again = applicant.keep_facts(by=Actor(user), now=timezone.now(), city="Bergen")

    applicant.refresh_from_db()
    assert changed == ["account_number", "address", "city", "postal_code"]
    assert again == []
    assert applicant.account_number == ACCOUNT
    assert applicant.account_changed_at == now
    [entry] = JournalEntry.objects.about(applicant).filter(verb="applicant_facts_kept")
    assert entry.facts == {"fields": changed}


def test_another_address_does_not_move_the_account():
    user = create_user()
    applicant = create_applicant(user=user)

    applicant.keep_facts(by=Actor(user), now=timezone.now(), city="Bergen")

    assert (applicant.city, applicant.account_changed_at) == ("Bergen", None)


def test_a_stranger_keeps_no_facts():
    applicant = create_applicant(user=create_user())

    with pytest.raises(Refused):
        applicant.keep_facts(
            by=Actor(create_user()), now=timezone.now(), account_number=ACCOUNT
        )

    applicant.refresh_from_db()
    assert applicant.account_number == ""


def test_a_number_gives_no_say_over_anothers_account():
    user = create_user()
    number = {"kind": ApplicantKind.ORGANISATION, "orgnr": stand_in.ACTIVE}
    theirs = create_applicant(user=create_user(), **number)
    own = create_applicant(user=user, **number)

    own.keep_facts(by=Actor(user), now=timezone.now(), account_number=ACCOUNT)

    theirs.refresh_from_db()
    assert (own.account_number, theirs.account_number) == (ACCOUNT, "")


def test_the_registers_address_is_filled_in_until_there_is_one(register):
    user = create_user()
    applicant = create_applicant(
        user=user, kind=ApplicantKind.ORGANISATION, orgnr=stand_in.ACTIVE
    )
    applicant.organisation.look_up(by=Actor(user), now=timezone.now())

    before = ApplicantFactsForm(instance=applicant)
    applicant.keep_facts(by=Actor(user), now=timezone.now(), address="Gata 1")
    after = ApplicantFactsForm(instance=applicant)

    names = ["address", "postal_code", "city"]
    assert [before[name].value() for name in names] == [
        "Eksempelveien 1",
        "5003",
        "BERGEN",
    ]
    assert [after[name].value() for name in names] == ["Gata 1", "", ""]


def test_an_identity_number_as_account_is_refused_and_not_shown_again():
    number = next(
        f"010170{serial:05}"
        for serial in range(100_000)
        if fodselsnummer.is_valid(f"010170{serial:05}")
    )

    form = ApplicantFactsForm(
        FACTS | {"account_number": number},
        instance=create_applicant(user=create_user()),
    )

    assert list(form.errors) == ["account_number"]
    assert number[6:] not in form.as_p()


@pytest.mark.parametrize(
    ("orgnr", "words"),
    [
        (stand_in.DELETED, "slettet 30.06.2025"),
        (stand_in.FAILING, "ikke slått opp i registeret"),
    ],
)
def test_the_queue_and_the_case_say_what_the_register_says(
    client, register, orgnr, words
):
    user = create_user()
    applicant = create_applicant(
        user=user, kind=ApplicantKind.ORGANISATION, orgnr=orgnr
    )
    applicant.organisation.look_up(by=Actor(user), now=timezone.now())
    case = create_draft(user=user, applicant=applicant)
    Version.objects.filter(application=case).update(economic_activity="no")
    case.submit(by=Actor(user), now=timezone.now(), declared=True)
    worker = create_caseworker()
    declare_impartial(case, worker)
    client.force_login(worker)

    queue = client.get(reverse("admin:case_list")).content.decode()
    page = client.get(case.get_case_url()).content.decode()

    assert f'<span class="meta">{words}</span>' in queue
    assert f'<span class="tag" data-tone="accent">{words}</span>' in page


def facts_url(applicant):
    return reverse("grants:applicant_facts", args=[applicant.pk])


def test_a_member_writes_address_and_account_once_for_all_cases(client):
    applicant = create_applicant(user=create_user())
    user = applicant.memberships.get().user
    client.force_login(user)

    client.post(facts_url(applicant), FACTS)
    page = client.get(facts_url(applicant)).content.decode()
    overview = client.get(applicant.get_absolute_url()).content.decode()

    applicant.refresh_from_db()
    assert applicant.account_number == ACCOUNT
    assert 'value="1234 56 78903"' in page
    assert ("slutter på 903" in overview, ACCOUNT in overview) == (True, False)


@pytest.mark.parametrize("who", ["stranger", "unproven", "helper"])
def test_the_account_is_shown_to_none_but_proven_members(client, who):
    user = create_user()
    applicant = create_applicant(user=user)
    applicant.keep_facts(by=Actor(user), now=timezone.now(), account_number=ACCOUNT)
    other = create_user()
    if who == "unproven":
        create_member(applicant=applicant, user=other, confirmed=False)
    if who == "helper":
        draft = create_draft(user=user, applicant=applicant)
        Helper.objects.create(
            application=draft, user=other, name="Hilde", role="library"
        )
    client.force_login(other)

    answer = client.get(facts_url(applicant))
    overview = client.get(applicant.get_absolute_url()).content.decode()

    assert answer.status_code == 404
    assert "903" not in overview


def test_a_wrong_account_is_shown_back_to_its_writer_and_not_kept(client):
    applicant = create_applicant(user=create_user())
    client.force_login(applicant.memberships.get().user)

    page = client.post(
        facts_url(applicant), FACTS | {"account_number": "1234 56 78904"}
    ).content.decode()

    applicant.refresh_from_db()
    assert (applicant.account_number, applicant.address) == ("", "")
    assert 'value="1234 56 78904"' in page
