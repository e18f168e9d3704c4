"""Pages that put several apps together. Each states how many queries it may take."""

from django import forms
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.figures.files import COLUMNS, LICENCE
from areas.figures.reading import public_editions
from areas.models import (
    Agreement,
    Appropriation,
    Area,
    AreaPhase,
    Body,
    Department,
    Division,
    Document,
    Link,
    PoliticalCase,
)
from areas.models.programme import NOTICE_BEFORE_END, efforts_sentence
from areas.search import (
    read_query,
    search_areas,
    search_documents,
    search_indicators,
    search_zones,
)
from coordinators.contacts import contacts_for
from coordinators.front import coming_events, newest_projects
from coordinators.models import Event, Project
from coordinators.search import search_projects
from grants.awards import listed, published
from grants.models import Award
from grants.rounds import current_rounds
from grants.search import search_rounds
from omradesatsing.pages.caching import public_page
from omradesatsing.ui.fields import NorwegianDateField

LONGEST_QUERY = 200
AWARDS = 10


@public_page
def home(request):
    """Five queries: areas, contacts, projects, events, rounds."""
    now = request.arrived_at
    day = timezone.localdate(now)
    areas = list(Area.objects.public(now).active_on(day).by_name())
    contacts = contacts_for(areas, day=day, now=now)
    current, results = newest_projects(areas, now)
    events = coming_events(now)
    context = {
        "sentence": efforts_sentence(areas),
        "areas": [
            {
                "area": area,
                "contacts": contacts[area.pk],
                "project": current[area.pk],
                "event": next((e for e in events if area.pk in e.area_ids), None),
            }
            for area in areas
        ],
        "rounds": current_rounds(now)[:2],
        "next_event": events[0] if events else None,
        "results": results,
        "today": day,
        "now": now,
    }
    return render(request, "pages/home.html", context)


@public_page
def area_list(request):
    """Two queries: areas, contacts. `?dato=` shows which were active on that day."""
    now = request.arrived_at
    today = timezone.localdate(now)
    form = DayForm(request.GET if "dato" in request.GET else None)
    day = form.cleaned_data["dato"] if form.is_valid() else None
    day = day or today
    areas = Area.objects.public(now).with_span().with_status(day).by_name()
    areas = list(areas.select_related("district"))
    active = [area for area in areas if area.status in AreaPhase.CARRIED_OUT]
    # Who to talk to is a fact of today.
    contacts = contacts_for(active, day=day, now=now) if day == today else {}
    context = {
        "form": form,
        "day": None if day == today else day,
        "is_past": day < today,
        "sentence": efforts_sentence(active),
        "active": [(area, contacts.get(area.pk)) for area in active],
        "others": [area for area in areas if area not in active],
        "trail": [(_("Områder"), "")],
    }
    return render(request, "pages/area_list.html", context)


class DayForm(forms.Form):
    """A day in the life of the programme."""

    optional_marks = False

    dato = NorwegianDateField(label=gettext_lazy("Vis en annen dag"), required=False)


@public_page
def area_detail(request, slug):
    """At most twelve queries, however much the area holds."""
    now = request.arrived_at
    day = timezone.localdate(now)
    partners = Area.objects.public(now).filter(effort=OuterRef("effort"))
    areas = Area.objects.public(now).with_span().with_status(day)
    areas = areas.select_related("district", "effort").annotate(
        theme_names=ArraySubquery(
            Area.themes.through.objects.filter(area=OuterRef("pk"))
            .order_by("theme_id")
            .values("theme__name")
        ),
        run_with=ArraySubquery(
            partners.exclude(pk=OuterRef("pk")).order_by("name_key").values("name")
        ),
    )
    area = get_object_or_404(areas, slug=slug)
    agreements = list(
        Agreement.objects.filter(areas=area)
        .annotate(funder_names=ArrayAgg("funders__name", order_by="funders__name"))
        .order_by("-starts_on", "pk")
    )
    projects = list(Project.objects.public(now).in_area(area)[:100])
    events = list(Event.objects.public(now).in_area(area).with_day().by_day()[:100])
    documents = Document.objects.public(now).filter(areas=area)
    context = {
        "area": area,
        "is_active": area.status in AreaPhase.CARRIED_OUT,
        "contacts": contacts_for([area], day=day, now=now)[area.pk],
        "area_zones": area.area_zones.select_related("zone").order_by("zone__name_key"),
        "under_way": [p for p in projects if p.is_open],
        "finished": [p for p in projects if p.status == Project.Status.COMPLETED],
        "supported": [p for p in projects if not p.status],
        "rounds": current_rounds(now, area=area),
        "awards": newest_awards([area], now),
        "coming": [event for event in reversed(events) if event.is_coming(day)],
        "held": [event for event in events if not event.is_coming(day)],
        "documents": documents[:50],
        "cases": PoliticalCase.objects.filter(areas=area).select_related("body"),
        "agreements": agreements,
        "ending": [a for a in agreements if a.ends_within(NOTICE_BEFORE_END, day)],
        "appropriations": Appropriation.objects.filter(areas=area).select_related(
            "funder"
        ),
        "today": day,
        "now": now,
        "trail": [(_("Områder"), reverse("pages:area_list")), (area.name, "")],
    }
    return render(request, "pages/area_detail.html", context)


@public_page
def search(request):
    """One query for each kind of hit."""
    now = request.arrived_at
    text = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    groups = []
    if read_query(text):
        found = [
            (_("Områder"), search_areas(text, now)),
            (_("Soner"), search_zones(text)),
            (_("Indikatorer"), search_indicators(text)),
            (_("Prosjekter"), search_projects(text, now)),
            (_("Dokumenter"), search_documents(text, now)),
            (_("Tilskudd"), search_rounds(text, now)),
        ]
        groups = [(heading, hits) for heading, hits in found if hits]
    context = {
        "q": text,
        "groups": groups,
        "count": sum(len(hits) for heading, hits in groups),
        "trail": [(_("Søk"), "")],
    }
    return render(request, "pages/search.html", context)


@public_page
def about(request):
    now = request.arrived_at
    day = timezone.localdate(now)
    areas = Area.objects.public(now).active_on(day).by_name()
    context = {
        "sentence": efforts_sentence(areas),
        "areas": areas,
        "bodies": Body.objects.all(),
        "departments": Department.objects.all(),
        "cases": PoliticalCase.objects.select_related("body").filter(areas=None),
        "appropriations": Appropriation.objects.select_related("funder", "district")
        .annotate(area_names=ArrayAgg("areas__name", filter=Q(areas__isnull=False)))
        .order_by("-year", "pk"),
        "links": Link.objects.all(),
        "zones_url": reverse("pages:zone_list"),
        "trail": [(_("Om områdesatsingen"), "")],
    }
    return render(request, "pages/about.html", context)


@public_page
def data(request):
    """Two queries: editions, divisions."""
    context = {
        "editions": public_editions(request.arrived_at),
        "divisions": Division.objects.all(),
        "columns": COLUMNS,
        "licence": LICENCE,
        "trail": [(_("Åpne data"), "")],
    }
    return render(request, "pages/data.html", context)


@public_page
def privacy(request):
    return render(request, "pages/privacy.html", {"trail": [(_("Personvern"), "")]})


@public_page
def accessibility(request):
    context = {"trail": [(_("Tilgjengelighet"), "")]}
    return render(request, "pages/accessibility.html", context)


@public_page
def contact(request):
    """Two queries: areas, contacts."""
    now = request.arrived_at
    day = timezone.localdate(now)
    areas = list(Area.objects.public(now).active_on(day).by_name())
    contacts = contacts_for(areas, day=day, now=now)
    context = {
        "areas": [(area, contacts[area.pk]) for area in areas],
        "trail": [(_("Kontakt"), "")],
    }
    return render(request, "pages/contact.html", context)


def newest_awards(areas, now):
    """What may be published of the newest awards in the areas. One query."""
    awards = Award.objects.public(now).filter(application__area__in=areas)
    return [published(award) for award in listed(awards)[:AWARDS]]
