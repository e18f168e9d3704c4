"""The first page of an application, before and after logging in."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from grants import register_stand_in as stand_in
from grants.models import Applicant, ApplicantKind, Application, EligibilityAnswer
from tests.factories import create_applicant, create_area, create_round, create_user

pytestmark = pytest.mark.django_db


def start_url(round):
    return reverse("grants:application_start", args=[round.slug])


def words(round, **changes):
    return {
        "title": "Hage for alle",
        "area": round.pots.get().areas.first().pk,
        "kind": "group",
        "name": "Naboene",
        "orgnr": "",
        "answerable": "jeg",
        "answerable_name": "Kari Eksempel",
        "answerable_email": "",
        "second_name": "",
        "svar": "",
    } | changes


def posted(client, round, **changes):
    """Post the form with the key that its page gave."""
    page = client.get(start_url(round))
    fields = words(round, **changes) | {"draft_key": page.context["draft_key"]}
    return client.post(start_url(round), fields), fields


def test_it_says_that_the_application_is_public_before_the_first_field(client):
    text = client.get(start_url(create_round())).content.decode()

    openness = text.index("Søknaden er som regel offentlig")
    health = text.index("Ikke skriv om helse eller andre personer.")
    assert openness < health < text.index('name="title"')


def test_a_draft_begun_before_log_in_follows(client):
    round = create_round()
    user = create_user()

    sent, _fields = posted(client, round)
    client.force_login(user)
    back = client.get(start_url(round))
    made, _fields = posted(client, round, applicant="ny")

    draft = Application.objects.get()
    assert sent.url == f"/logg-inn/?next=%2Ftilskudd%2F{round.slug}%2Fsok%2F"
    assert back.context["form"]["title"].value() == "Hage for alle"
    assert back.context["form"]["answerable_name"].value() == "Kari Eksempel"
    assert made.url == f"/min-side/kladder/{draft.key}/"
    assert (draft.started_by, draft.applicant.name) == (user, "Naboene")
    assert draft.working_copy().title == "Hage for alle"
    assert "Her er det du skrev" not in client.get(start_url(round)).content.decode()


def test_the_words_kept_for_one_round_are_not_shown_in_another(client):
    posted(client, create_round())

    other = client.get(start_url(create_round()))

    assert other.context["form"]["title"].value() is None


def test_the_same_form_sent_twice_makes_one_draft(client):
    round = create_round()
    client.force_login(create_user())

    first, fields = posted(client, round)
    second = client.post(start_url(round), fields)

    assert Application.objects.count() == 1
    assert Applicant.objects.count() == 1
    assert second.url == first.url


def test_someone_elses_key_gives_no_way_to_their_draft(client):
    round = create_round()
    client.force_login(create_user())
    first, fields = posted(client, round)
    stranger = create_user()
    client.force_login(stranger)

    second = client.post(start_url(round), fields | {"draft_key": "forged"})

    assert second.url != first.url
    assert Application.objects.of_applicants(stranger).count() == 1


def test_an_applicant_that_one_acts_for_is_chosen_not_typed(client):
    round = create_round()
    user = create_user()
    applicant = create_applicant(user=user, name="Velforeningen")
    create_applicant(user=create_user(), name="De andre")
    client.force_login(user)

    page = client.get(start_url(round))
    posted(client, round, applicant=applicant.pk, kind="", name="")

    choices = [label for _pk, label in page.context["form"].fields["applicant"].choices]
    assert choices == ["Velforeningen", "En ny søker"]
    assert Application.objects.get().applicant == applicant


def test_only_the_kinds_of_the_round_are_offered(client):
    round = create_round(applicant_kinds=[ApplicantKind.GROUP])

    form = client.get(start_url(round)).context["form"]

    assert [value for value, _label in form.fields["kind"].choices] == ["group"]
    assert "orgnr" not in form.fields


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"title": ""}, {"title": ["Gi prosjektet et navn."]}),
        ({"kind": ""}, {"kind": ["Velg hvem det er som søker."]}),
        ({"name": ""}, {"name": ["Skriv navnet på den som søker."]}),
        (
            {"answerable_name": ""},
            {"answerable_name": ["Skriv navnet på den som svarer for pengene."]},
        ),
        (
            {"kind": "organisation", "orgnr": ""},
            {
                "orgnr": [
                    "Skriv organisasjonsnummeret. Har dere ikke noe, er dere en gruppe."
                ]
            },
        ),
        (
            {"kind": "organisation", "orgnr": "974 760 674"},
            {
                "orgnr": [
                    "Organisasjonsnummeret stemmer ikke. Det har ni siffer, og det "
                    "siste kontrollerer de andre. Se etter en skrivefeil."
                ]
            },
        ),
    ],
)
def test_what_is_wrong_stands_at_the_field_and_nothing_is_made(client, changes, errors):
    round = create_round()
    client.force_login(create_user())

    response, _fields = posted(client, round, **changes)

    assert response.context["form"].errors == errors
    assert Applicant.objects.count() == 0


def test_an_area_of_another_round_is_refused(client):
    round = create_round()
    client.force_login(create_user())

    response, _fields = posted(client, round, area=create_area().pk)

    assert list(response.context["form"].errors) == ["area"]
    assert Application.objects.count() == 0


def organisation(**changes):
    return {
        "kind": "organisation",
        "orgnr": stand_in.VOLUNTARY,
        "name": "",
        "answerable": "",
        "answerable_name": "",
    } | changes


def test_an_organisation_is_shown_for_a_yes_and_nothing_is_made_before(
    client, register
):
    round = create_round()
    client.force_login(create_user())

    asked, fields = posted(client, round, **organisation(orgnr="310 000 027"))
    before = Applicant.objects.count()
    made = client.post(start_url(round), fields | {"confirmed": stand_in.VOLUNTARY})

    applicant = Applicant.objects.get()
    text = asked.content.decode()
    assert asked.context["form"].errors == {}
    assert "Er dette dere?" in text
    assert "EKSEMPEL SKOLEKORPS" in text
    assert "Eksempelgata 12, 5003 BERGEN" in text
    assert before == 0
    assert made.url == f"/min-side/kladder/{Application.objects.get().key}/"
    assert applicant.name == "EKSEMPEL SKOLEKORPS"
    assert applicant.organisation.standing == "active"
    assert applicant.organisation.in_voluntary_register is True
    assert applicant.memberships.confirmed().count() == 0


def test_a_yes_to_another_number_is_no_yes_to_this_one(client, register):
    round = create_round()
    client.force_login(create_user())

    asked, _fields = posted(client, round, **organisation(confirmed=stand_in.ACTIVE))

    assert "EKSEMPEL SKOLEKORPS" in asked.content.decode()
    assert Applicant.objects.count() == 0


def test_what_was_written_before_log_in_is_looked_up_when_it_comes_back(
    client, register
):
    round = create_round()

    posted(client, round, **organisation())
    before = list(register.asked)
    client.force_login(create_user())
    back = client.get(start_url(round)).content.decode()

    assert before == []
    assert "EKSEMPEL SKOLEKORPS" in back
    assert Applicant.objects.count() == 0


@pytest.mark.parametrize(
    ("orgnr", "words"),
    [
        (stand_in.DELETED, "Registeret sier at denne organisasjonen er slettet."),
        (stand_in.BANKRUPT, "Registeret sier at denne organisasjonen er konkurs."),
        (stand_in.DISSOLVING, "denne organisasjonen er under avvikling."),
        (stand_in.SUBUNIT, "Bruk nummeret til hovedenheten, 310\xa0000\xa0035,"),
    ],
)
def test_one_that_is_out_of_order_is_told_and_may_go_on(client, register, orgnr, words):
    round = create_round(contact_phone="+4755565556")
    client.force_login(create_user())

    told, fields = posted(client, round, **organisation(orgnr=orgnr))
    client.post(start_url(round), fields | {"confirmed": orgnr})

    [message] = told.context["form"].errors["orgnr"]
    assert words in message
    assert "Gå videre likevel" in told.content.decode()
    assert Application.objects.get().applicant.organisation.orgnr == orgnr


@pytest.mark.parametrize("orgnr", [stand_in.UNKNOWN, stand_in.GONE])
def test_one_that_the_register_does_not_know_types_its_name(client, register, orgnr):
    round = create_round()
    client.force_login(create_user())

    told, fields = posted(client, round, **organisation(orgnr=orgnr))
    again = client.post(start_url(round), fields | {"confirmed": orgnr})
    client.post(
        start_url(round), fields | {"confirmed": orgnr, "name": "Det nye laget"}
    )

    assert list(told.context["form"].errors) == ["orgnr", "name"]
    assert list(again.context["form"].errors) == ["orgnr", "name"]
    assert Applicant.objects.get().name == "Det nye laget"


def test_when_the_register_is_down_the_name_is_typed_and_staff_see_it(client, register):
    round = create_round()
    client.force_login(create_user())

    told, fields = posted(client, round, **organisation(orgnr=stand_in.FAILING))
    client.post(start_url(round), fields | {"name": "Laget vårt"})

    [message] = told.context["form"].errors["name"]
    assert message.startswith("Registeret svarer ikke akkurat nå.")
    page = told.content.decode()
    assert "Navnet på den som søker" in page
    assert "Navnet på gruppen, eller ditt eget navn." not in page
    organisation_ = Application.objects.get().applicant.organisation
    assert organisation_.name == "Laget vårt"
    assert organisation_.standing == "unchecked"
    assert organisation_.lookup_failed_at is not None


def test_the_number_of_an_applicant_one_acts_for_makes_no_second_one(client, register):
    round = create_round()
    user = create_user()
    applicant = create_applicant(
        user=user, kind="organisation", name="Korpset", orgnr=stand_in.VOLUNTARY
    )
    client.force_login(user)

    posted(client, round, **organisation(applicant="ny"))

    assert Applicant.objects.get() == applicant
    assert Application.objects.get().applicant == applicant


def test_an_identity_number_in_place_of_an_organisation_number_is_not_repeated(client):
    round = create_round()
    client.force_login(create_user())

    told, _fields = posted(client, round, **organisation(orgnr="010170 12345"))

    assert list(told.context["form"].errors) == ["orgnr"]
    assert told.context["form"]["orgnr"].value() == ""
    assert "010170" not in told.content.decode()


def test_a_group_may_name_another_grown_up_who_is_asked(client):
    round = create_round()
    client.force_login(create_user())

    refused, fields = posted(client, round, answerable="annen")
    client.post(
        start_url(round), fields | {"answerable_email": "kari@eksempel.example"}
    )

    assert list(refused.context["form"].errors) == ["answerable_email"]
    applicant = Applicant.objects.get()
    assert applicant.answerable_user is None
    assert [row.email for row in applicant.invitations.all()] == [
        "kari@eksempel.example"
    ]


def test_a_group_that_one_answers_for_oneself_is_confirmed_at_once(client):
    round = create_round()
    user = create_user()
    client.force_login(user)

    posted(client, round, second_name="Ola Eksempel")

    applicant = Applicant.objects.get()
    assert (applicant.answerable_user, applicant.second_name) == (user, "Ola Eksempel")
    assert applicant.has_proven_answerable


def test_what_can_be_answered_in_one_way_only_is_not_asked(client, register):
    round = create_round(applicant_kinds=[ApplicantKind.ORGANISATION])
    client.force_login(create_user())

    page = client.get(start_url(round))
    fields = {
        "title": "Hage",
        "orgnr": stand_in.ACTIVE,
        "confirmed": stand_in.ACTIVE,
        "draft_key": page.context["draft_key"],
    }
    client.post(start_url(round), fields)

    form = page.context["form"]
    asked = [
        field.name
        for field in form.visible_fields()
        if field.name != "name" or form.asks_name
    ]
    assert asked == ["orgnr", "title"]
    assert Application.objects.get().applicant.name == "EKSEMPEL VELFORENING"


def test_a_closed_round_answers_clearly_and_shows_what_was_written(client):
    now = timezone.now()
    round = create_round(
        opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1)
    )
    client.force_login(create_user())

    response = client.post(start_url(round), words(round))

    text = response.content.decode()
    assert "Fristen er ute" in text
    assert "Hage for alle" in text
    assert Application.objects.count() == 0


def test_what_can_we_apply_warned_of_follows_to_the_staff(client):
    round = create_round(published=False)
    question = round.eligibility_questions.get()
    maybe = EligibilityAnswer.objects.create(
        question=question, text="Litt utenfor", verdict="maybe", reason="Spør oss."
    )
    stranger = EligibilityAnswer.objects.create(
        question=create_round(published=False).eligibility_questions.get(),
        text="Fremmed",
        verdict="no",
        reason="Nei.",
    )
    round.published_at = round.opens_at
    round.save(update_fields=["published_at"])
    client.force_login(create_user())

    posted(client, round, svar=f"{maybe.pk},{stranger.pk},x,99999999999")

    assert Application.objects.get().advice_flags == [
        "Hvor skal det skje? Litt utenfor"
    ]
