"""The first page of an application, before and after logging in."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from grants.models import Applicant, ApplicantKind, Application, EligibilityAnswer
from tests.factories import create_applicant, create_area, create_round, create_user

pytestmark = pytest.mark.django_db

VALID_ORGNR = "974760673"


def start_url(round):
    return reverse("grants:application_start", args=[round.slug])


def words(round, **changes):
    return {
        "title": "Hage for alle",
        "area": round.pots.get().areas.first().pk,
        "kind": "group",
        "name": "Naboene",
        "orgnr": "",
        "answerable_name": "Kari Eksempel",
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
        ({"area": ""}, {"area": ["Velg hvilket område prosjektet gjelder."]}),
        ({"kind": ""}, {"kind": ["Velg hva slags søker dere er."]}),
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


def test_an_organisation_number_is_read_with_spaces(client):
    round = create_round()
    client.force_login(create_user())

    posted(client, round, kind="organisation", orgnr="974 760 673", name="Idrettslaget")

    applicant = Applicant.objects.get()
    assert applicant.organisation.orgnr == VALID_ORGNR
    assert applicant.answerable_name == ""


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
