"""Writing a draft step by step, and sending it: nothing is lost, nothing twice."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from grants.models import Application, Attachment, State
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import ParkedPost
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    create_area,
    create_closed_round,
    create_draft,
    create_draft_of,
    create_round,
    create_submitted,
    create_user,
)

pytestmark = pytest.mark.django_db


def url(draft, step):
    return reverse("grants:draft_step", args=[draft.key, step])


def hidden(client, draft, step):
    """The hidden fields of the step's page, as the browser sends them back."""
    context = client.get(url(draft, step)).context
    return {"_owner": context["owner"], "_seen": context["seen"]}


@pytest.fixture
def draft(client):
    draft = create_draft(filled=False, title="Hagen")
    client.force_login(draft.started_by)
    return draft


# --- steps ----------------------------------------------------------------------------


def test_a_step_with_holes_is_saved_and_the_next_one_opens(client, draft):
    fields = hidden(client, draft, "soker")

    response = client.post(
        url(draft, "soker"), fields | {"contact_name": "Kari", "next": "1"}
    )

    version = draft.working_copy()
    assert response.url == url(draft, "prosjekt")
    assert (version.contact_name, version.contact_email) == ("Kari", "")


def test_save_and_go_on_later_leads_to_the_overview(client, draft):
    response = client.post(url(draft, "soker"), {"contact_name": "K", "later": "1"})

    assert response.url == reverse("grants:draft_detail", args=[draft.key])


def test_what_cannot_be_read_is_shown_back_and_the_rest_is_saved(client, draft):
    fields = hidden(client, draft, "sted") | {
        "place": "x" * 201,
        "permission": "kanskje",
        "starts_on": "31.02.2027",
        "ends_on": "1.6.2027",
    }

    response = client.post(url(draft, "sted"), fields)

    version = draft.working_copy()
    assert set(response.context["form"].errors) == {"place", "permission", "starts_on"}
    assert "31.02.2027" in response.content.decode()
    assert "x" * 201 in response.content.decode()
    assert (version.place, version.permission) == ("", "")
    assert version.starts_on is None
    assert version.ends_on == date(2027, 6, 1)


def test_dates_that_do_not_agree_are_not_stored(client, draft):
    draft.versions.update(starts_on=date(2027, 6, 1), ends_on=date(2027, 6, 2))
    fields = hidden(client, draft, "sted")

    response = client.post(
        url(draft, "sted"),
        fields | {"starts_on": "5.6.2027", "ends_on": "4.6.2027"},
    )

    version = draft.working_copy()
    assert response.context["form"].errors == {
        "ends_on": ["Dere kan ikke være ferdige før dere begynner."]
    }
    assert (version.starts_on, version.ends_on) == (date(2027, 6, 1), date(2027, 6, 2))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1 234,50", Decimal("1234.50")),
        ("1.234,50", Decimal("1234.50")),
        ("1234.5", Decimal("1234.50")),
        ("10000,-", Decimal("10000.00")),
    ],
)
def test_amounts_are_read_as_people_write_them(client, draft, typed, stored):
    client.post(
        url(draft, "okonomi"),
        hidden(client, draft, "okonomi")
        | {"amount": typed, "cost_0_text": "Planter", "cost_0_amount": typed},
    )

    version = draft.working_copy()
    assert version.amount == stored
    assert list(version.budget_lines.values_list("kind", "text", "amount")) == [
        ("cost", "Planter", stored)
    ]


@pytest.mark.parametrize("typed", ["1e9", "-5", "0", "mye", "1,234,5", "9" * 16, "٣"])
def test_a_malformed_amount_is_refused_at_the_field_and_nothing_is_stored(
    client, draft, typed
):
    response = client.post(
        url(draft, "okonomi"),
        hidden(client, draft, "okonomi")
        | {"amount": typed, "cost_0_text": "Planter", "cost_0_amount": typed},
    )

    version = draft.working_copy()
    assert list(response.context["form"].errors) == ["amount", "cost_0_amount"]
    assert f'value="{typed}"' in response.content.decode()
    assert version.amount is None
    assert version.budget_lines.count() == 0


@pytest.mark.parametrize(
    ("typed", "stored"), [("40", 40), ("1 200", 1200), ("1.200", 1200), ("0", 0)]
)
def test_how_many_is_read_as_people_write_it(client, draft, typed, stored):
    fields = hidden(client, draft, "behov") | {"participant_count": typed}

    response = client.post(url(draft, "behov"), fields)
    again = client.post(
        url(draft, "behov"),
        hidden(client, draft, "behov") | {"participant_count": typed},
    )

    assert (response.status_code, again.status_code) == (302, 302)
    assert draft.working_copy().participant_count == stored


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("mange", "Skriv antallet med tall, for eksempel 40."),
        ("ca. 40", "Skriv antallet med tall, for eksempel 40."),
        ("40–50", "Skriv antallet med tall, for eksempel 40."),
        ("4,5", "Skriv et helt tall, for eksempel 40."),
        ("-5", "Tallet kan ikke være mindre enn 0."),
        ("1e9", "Skriv tallet med vanlige sifre, for eksempel 40."),
        (
            "99999999999999999999",
            "Tallet er for stort. Sjekk at du ikke har skrevet for mye.",
        ),
    ],
)
def test_an_odd_number_of_people_is_refused_with_what_to_write(
    client, draft, typed, said
):
    draft.versions.update(participant_count=7)
    fields = hidden(client, draft, "behov") | {"participant_count": typed}

    response = client.post(url(draft, "behov"), fields)

    assert response.context["form"].errors == {"participant_count": [said]}
    assert response.context["form"]["participant_count"].value() == typed
    assert draft.working_copy().participant_count == 7


def test_half_a_row_asks_for_the_other_half_and_empty_rows_are_nothing(client, draft):
    response = client.post(
        url(draft, "okonomi"),
        hidden(client, draft, "okonomi")
        | {
            "cost_0_text": "Planter",
            "cost_0_amount": "100",
            "cost_1_text": "",
            "cost_1_amount": "",
            "cost_2_text": "Jord",
            "cost_2_amount": "",
            "income_0_text": "",
            "income_0_amount": "50",
        },
    )

    assert response.context["form"].errors == {
        "cost_2_amount": ["Skriv et beløp, eller fjern teksten i linjen."],
        "income_0_text": ["Skriv hva beløpet gjelder."],
    }
    lines = draft.working_copy().budget_lines.values_list("text", "amount")
    assert list(lines) == [("Planter", Decimal("100.00"))]


def test_a_row_that_became_unreadable_keeps_what_was_stored(client, draft):
    draft.working_copy().budget_lines.create(kind="cost", text="Jord", amount=300)

    client.post(
        url(draft, "okonomi"),
        hidden(client, draft, "okonomi")
        | {"cost_0_text": "Jord", "cost_0_amount": "300x"},
    )

    lines = draft.working_copy().budget_lines.values_list("text", "amount")
    assert list(lines) == [("Jord", Decimal("300.00"))]


def test_one_more_row_is_a_button_that_saves(client, draft):
    response = client.post(
        url(draft, "okonomi"),
        hidden(client, draft, "okonomi")
        | {"income_0_text": "Loddsalg", "income_0_amount": "500", "more": "income"},
    )
    page = client.get(response.url)

    [income, _own_work] = page.context["form"].income_tables()
    assert response.url == f"{url(draft, 'okonomi')}?rad=income#budsjett-income"
    assert [text.value() for text, _amount in income["rows"]] == [
        "Loddsalg",
        "",
        "",
        "",
    ]


def test_the_page_says_whether_the_budget_adds_up(client, draft):
    version = draft.working_copy()
    draft.versions.update(amount=Decimal(1000))
    version.budget_lines.create(kind="cost", text="Jord", amount=1500)
    version.budget_lines.create(kind="own_work", text="Spaing", amount=300)

    context = client.get(url(draft, "okonomi")).context

    assert context["sums"]["missing"] == Decimal(200)
    assert context["faults"] == [
        "Budsjettet går ikke opp: kostnadene er 1\u00a0500 kr, og pengene som kommer "
        "inn med tilskuddet, er 1\u00a0300 kr."
    ]


PAST = (
    "Datoen dere har skrevet, 2. juni 2025, er passert. Stemmer den? Vi gir ikke "
    "penger til noe som er ferdig før svaret kommer."
)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "warned"),
    [
        ("1.6.2025", "2.6.2025", True),
        ("2.6.2025", "", True),
        ("2.6.2025", "1.6.2099", False),
        ("1.6.2099", "", False),
        ("", "", False),
    ],
)
def test_dates_that_are_past_are_warned_of_and_stop_nothing(
    client, draft, starts_on, ends_on, warned
):
    fields = hidden(client, draft, "sted")

    saved = client.post(
        url(draft, "sted"), fields | {"starts_on": starts_on, "ends_on": ends_on}
    )
    after = client.get(saved.url).content.decode()
    review = client.get(reverse("grants:draft_review", args=[draft.key]))

    assert (PAST in after) is warned
    assert review.context["past_dates"] == (PAST if warned else "")
    assert (PAST in review.content.decode()) is warned


def test_an_application_with_past_dates_is_sent(client):
    draft = create_draft()
    draft.versions.update(starts_on=date(2025, 6, 1), ends_on=date(2025, 6, 2))
    client.force_login(draft.started_by)

    client.post(reverse("grants:draft_review", args=[draft.key]), {"declared": "on"})

    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED


# --- two tabs, log-out ----------------------------------------------------------------


def test_two_people_on_two_steps_are_both_saved(client, draft):
    what = hidden(client, draft, "sted")
    who = hidden(client, draft, "soker")

    client.post(url(draft, "soker"), who | {"contact_name": "Kari"})
    client.post(url(draft, "sted"), what | {"place": "Parken"})

    version = draft.working_copy()
    assert (version.contact_name, version.place) == ("Kari", "Parken")


def test_the_same_step_sent_twice_is_saved_once_without_a_clash(client, draft):
    fields = hidden(client, draft, "soker") | {"contact_name": "Kari", "next": "1"}

    responses = [client.post(url(draft, "soker"), fields) for _press in range(2)]

    assert [response.url for response in responses] == [url(draft, "prosjekt")] * 2


def test_what_was_typed_when_the_log_in_had_ended_is_given_back(client, draft):
    fields = hidden(client, draft, "behov")
    client.logout()

    sent = client.post(url(draft, "behov"), fields | {"need": "Mye å si"})
    client.force_login(draft.started_by)
    page = client.get(url(draft, "behov"))
    unsaved = draft.working_copy().need
    client.post(
        url(draft, "behov"),
        {"_seen": page.context["seen"], "need": "Mye å si"},
    )

    assert sent.url.endswith(f"?next={url(draft, 'behov')}")
    assert page.context["form"]["need"].value() == "Mye å si"
    assert "Du ble logget ut" in page.content.decode()
    assert (unsaved, draft.working_copy().need) == ("", "Mye å si")
    assert ParkedPost.objects.count() == 0


def test_what_one_person_typed_is_not_given_to_another(client, draft):
    fields = hidden(client, draft, "behov")
    client.logout()
    client.post(url(draft, "behov"), fields | {"need": "Mitt"})
    client.force_login(create_user())

    page = client.get(url(draft, "behov"))

    assert page.status_code == 404


# --- attachments ----------------------------------------------------------------------


def png(name="skisse.png", width=4):
    data = io.BytesIO()
    Image.new("RGB", (width, 4)).save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), content_type="image/png")


def test_a_file_is_attached_downloaded_and_removed(client, draft):
    client.post(
        url(draft, "vedlegg"), {"file": png(), "label": "Skisse", "upload": "1"}
    )
    attachment = Attachment.objects.get()
    download = reverse("grants:draft_attachment", args=[draft.key, attachment.pk])
    response = client.get(download)
    client.post(f"{download}fjern/")

    assert attachment.label == "Skisse"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert Attachment.objects.count() == 0
    assert StoredFile.objects.count() == 0


def test_a_renamed_program_is_refused_at_the_field(client, draft):
    program = SimpleUploadedFile(
        "plan.pdf", b"MZ\x90\x00" + b"\x00" * 200, content_type="application/pdf"
    )

    response = client.post(
        url(draft, "vedlegg"), {"file": program, "label": "Planen", "upload": "1"}
    )

    assert list(response.context["form"].errors) == ["file"]
    assert 'value="Planen"' in response.content.decode()
    assert Attachment.objects.count() == 0
    assert StoredFile.objects.count() == 0


def test_the_eleventh_file_is_refused(client, draft):
    for number in range(Attachment.MOST):
        client.post(
            url(draft, "vedlegg"),
            {"file": png(f"{number}.png", width=number + 5), "upload": "1"},
        )

    response = client.post(url(draft, "vedlegg"), {"file": png(), "upload": "1"})

    assert response.context["form"].errors == {
        "file": ["Det er plass til 10 filer. Fjern en før du legger ved en ny."]
    }
    assert Attachment.objects.count() == 10
    assert StoredFile.objects.count() == 10


def test_a_chosen_file_is_kept_also_when_one_goes_straight_on(client, draft):
    response = client.post(url(draft, "vedlegg"), {"file": png(), "next": "1"})

    assert response.url == reverse("grants:draft_review", args=[draft.key])
    assert Attachment.objects.count() == 1


# --- the overview, sending ------------------------------------------------------------


def test_the_overview_says_how_far_each_step_has_come(client, draft):
    client.post(url(draft, "soker"), {"contact_name": "K", "contact_email": "k@e.test"})

    page = client.get(reverse("grants:draft_detail", args=[draft.key]))

    assert [part["status"][0] for part in page.context["progress"]] == [
        "Ferdig",
        "2 ting mangler",
        "Ikke begynt",
        "Ikke begynt",
        "Ikke begynt",
        "Valgfritt",
    ]


def test_the_review_links_to_each_field_that_is_missing(client, draft):
    page = client.get(reverse("grants:draft_review", args=[draft.key]))

    assert page.context["missing"][0] == {
        "text": "Skriv hvem vi kan kontakte.",
        "url": f"{url(draft, 'soker')}#id_contact_name",
    }
    assert 'name="declared"' not in page.content.decode()


def test_sending_twice_gives_one_number_and_one_receipt(client):
    draft = create_draft()
    client.force_login(draft.started_by)
    review = reverse("grants:draft_review", args=[draft.key])

    first = client.post(review, {"declared": "on"})
    second = client.post(review, {"declared": "on"})
    back = client.get(review)
    receipt = client.get(first.url)

    draft.refresh_from_db()
    assert first.url == second.url == back.url
    assert first.url == f"/min-side/soknader/{draft.year}/0001/kvittering/"
    assert draft.number in receipt.content.decode()
    assert draft.versions.count() == 1
    assert Notice.objects.filter(kind="application_submitted").count() == 1


def test_nothing_is_sent_without_the_declaration(client):
    draft = create_draft()
    client.force_login(draft.started_by)

    response = client.post(reverse("grants:draft_review", args=[draft.key]))

    draft.refresh_from_db()
    assert response.context["form"].errors == {
        "declared": ["Kryss av for at du bekrefter, før du sender søknaden."]
    }
    assert draft.state == State.DRAFT


def test_a_round_that_closed_meanwhile_keeps_the_text_and_refuses_the_sending(client):
    draft = create_draft_of(create_closed_round())
    client.force_login(draft.started_by)

    saved = client.post(
        url(draft, "soker"),
        hidden(client, draft, "soker")
        | {"contact_name": "Skrevet for sent", "contact_email": "k@e.test"},
    )
    sent = client.post(
        reverse("grants:draft_review", args=[draft.key]), {"declared": "on"}
    )

    draft.refresh_from_db()
    assert saved.status_code == 302
    assert draft.state == State.DRAFT
    assert draft.working_copy().contact_name == "Skrevet for sent"
    assert sent.context["form"].non_field_errors() == [
        "Fristen er ute, så søknaden er ikke sendt. Det du har skrevet, er lagret. Du "
        "kan sende den inn for sent, og si hvorfor."
    ]


def test_a_tab_from_before_the_sending_gets_its_text_back(client):
    application = create_submitted()
    client.force_login(application.started_by)

    response = client.post(url(application, "behov"), {"need": "For sent ute"})

    assert response.status_code == 409
    assert "For sent ute" in response.content.decode()
    assert application.versions.count() == 1


def test_a_deleted_draft_is_gone_with_all_in_it(client, draft):
    client.post(url(draft, "vedlegg"), {"file": png(), "upload": "1"})

    asked = client.get(reverse("grants:draft_delete", args=[draft.key]))
    response = client.post(reverse("grants:draft_delete", args=[draft.key]))

    assert asked.status_code == 200
    assert response.url == reverse("pages:my_page")
    assert Application.objects.count() == 0
    assert Attachment.objects.count() == 0


@pytest.mark.parametrize("name", ["draft_review", "draft_delete", "soker", "vedlegg"])
def test_a_strangers_draft_is_not_there(client, name):
    draft = create_draft()
    client.force_login(create_user())
    address = (
        url(draft, name)
        if name in ("soker", "vedlegg")
        else reverse(f"grants:{name}", args=[draft.key])
    )

    overview = reverse("grants:draft_detail", args=[draft.key])
    assert client.get(overview).status_code == 404
    assert client.get(address).status_code == 404
    assert client.post(address, {"title": "Kapret"}).status_code == 404


def test_a_member_who_has_left_no_longer_reaches_the_draft(client, draft):
    draft.applicant.memberships.update(ended_at=timezone.now())

    response = client.get(reverse("grants:draft_detail", args=[draft.key]))

    assert response.status_code == 404


def test_the_journal_names_the_applicant_one_acted_for(client):
    draft = create_draft()
    client.force_login(draft.started_by)

    client.post(reverse("grants:draft_review", args=[draft.key]), {"declared": "on"})

    entry = JournalEntry.objects.get(verb="submit")
    assert (entry.actor, entry.on_behalf_of) == (draft.started_by, draft.applicant)


# --- where it is ----------------------------------------------------------------------


def test_the_area_is_changed_and_others_named_without_losing_a_word(client):
    areas = [create_area(name=name) for name in ("Bakken", "Lia", "Tunet")]
    draft = create_draft(round=create_round(areas=areas), area=areas[0])
    client.force_login(draft.started_by)
    place = reverse("grants:draft_area", args=[draft.key])

    client.post(place, {"area": areas[1].pk, "others": [areas[1].pk, areas[2].pk]})

    draft.refresh_from_db()
    assert (draft.area, list(draft.other_areas.all())) == (areas[1], [areas[2]])
    assert draft.working_copy().title == "Sommerfest"


def test_an_area_outside_the_round_is_refused(client):
    draft, outside = create_draft(), create_area()
    client.force_login(draft.started_by)
    place = reverse("grants:draft_area", args=[draft.key])

    response = client.post(place, {"area": outside.pk})

    assert "area" in response.context["form"].errors
    with pytest.raises(Refused, match="gjelder ikke dette området"):
        draft.place(outside, [], by=Actor(draft.started_by))


def test_what_is_sent_stays_where_it_was():
    case = create_submitted()

    with pytest.raises(Refused, match="kan ikke endres"):
        case.place(case.area, [], by=Actor(case.started_by))


def test_the_overview_leads_to_the_first_part_that_lacks_something(client):
    draft = create_draft()
    client.force_login(draft.started_by)
    overview = reverse("grants:draft_detail", args=[draft.key])
    full = client.get(overview).context["next_part"]
    draft.versions.update(summary="")

    lacking = client.get(overview).context["next_part"]

    review = reverse("grants:draft_review", args=[draft.key])
    assert full == ("Kontroller og send inn", review)
    label, url = lacking
    assert label.startswith("Fortsett med «")
    assert url == reverse("grants:draft_step", args=[draft.key, "prosjekt"])
