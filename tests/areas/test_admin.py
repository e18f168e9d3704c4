import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from areas.models import Area
from omradesatsing.journal.models import JournalEntry
from omradesatsing.loading.programme import load_programme
from tests.factories import create_coordinator, create_user

pytestmark = pytest.mark.django_db

MODELS = [
    model
    for app in ("areas", "coordinators")
    for model in apps.get_app_config(app).get_models()
    if model in admin.site._registry
]


@pytest.fixture
def staff(client):
    load_programme(timezone.now())
    client.force_login(create_user(is_staff=True, is_superuser=True))
    return client


def test_every_model_that_the_municipality_keeps_can_be_edited():
    assert sorted(model.__name__ for model in MODELS) == [
        "Agreement",
        "Appropriation",
        "Area",
        "Body",
        "Coordinator",
        "Department",
        "District",
        "Division",
        "Document",
        "Edition",
        "Effort",
        "Event",
        "Funder",
        "Indicator",
        "Link",
        "Partner",
        "PoliticalCase",
        "Population",
        "Project",
        "ProjectExample",
        "Succession",
        "Theme",
        "Zone",
    ]


def test_every_list_and_form_opens_with_the_note_of_the_row(staff):
    create_coordinator(areas=Area.objects.filter(slug="olsvik"))
    for model in MODELS:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages = [reverse(f"{name}_changelist") + "?q=a", reverse(f"{name}_add")]
        rows = model.objects.exclude(note="") if hasattr(model, "note") else None
        row = (rows if rows is not None and rows.exists() else model.objects).first()
        if row:
            pages.append(reverse(f"{name}_change", args=[row.pk]))

        answers = {page: staff.get(page).status_code for page in pages}

        assert answers == dict.fromkeys(pages, 200)
        if row and getattr(row, "note", ""):
            html = staff.get(pages[-1]).content.decode()
            assert 'name="note"' in html
            assert 'name="derived"' in html


def test_saving_an_area_unchanged_changes_nothing_but_the_journal(staff):
    area = Area.objects.get(slug="solheim-nord")
    page = reverse("admin:areas_area_change", args=[area.pk])
    form = staff.get(page).context["adminform"].form
    data = {
        name: form[name].value()
        for name in form.fields
        if form[name].value() is not None
    }
    data |= {"derived": ",".join(area.derived), "unchecked": "", "published_at_0": ""}
    local = timezone.localtime(area.published_at)
    data |= {
        "published_at_0": f"{local:%d.%m.%Y}",
        "published_at_1": f"{local:%H:%M:%S}",
    }
    for formset in staff.get(page).context["inline_admin_formsets"]:
        for bound in [formset.formset.management_form, *formset.formset.forms]:
            data |= {
                bound[name].html_name: bound[name].value()
                for name in bound.fields
                if bound[name].value() is not None
            }

    response = staff.post(page, data)

    assert response.status_code == 302
    fresh = Area.objects.get(pk=area.pk)
    fields = ["name", "summary", "goals", "office", "derived", "source_url", "note"]
    assert [getattr(fresh, f) for f in fields] == [getattr(area, f) for f in fields]
    assert JournalEntry.objects.about(area).count() == 1
