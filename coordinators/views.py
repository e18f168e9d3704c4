from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.models import Area
from coordinators.contacts import contacts_for
from coordinators.filters import ProjectFilter
from coordinators.front import area_names
from coordinators.models import Project
from omradesatsing.pages.caching import public_page
from omradesatsing.pages.paging import page_of
from omradesatsing.ui.templatetags.ui import in_lang


@public_page
def project_list(request):
    now = request.arrived_at
    projects = (
        Project.objects.public(now)
        .select_related("theme", "district")
        .annotate(area_names=area_names())
        .order_by("title_key", "pk")
    )
    chosen = ProjectFilter(request.GET, projects, now=now)
    page = page_of(request, chosen.qs)
    context = {
        "filter": chosen,
        "page": page,
        "today": timezone.localdate(now),
        "trail": [(_("Prosjekter"), "")],
    }
    return render(request, "coordinators/project_list.html", context)


@public_page
def project_detail(request, slug):
    now = request.arrived_at
    projects = Project.objects.public(now).select_related("theme", "district")
    project = get_object_or_404(projects, slug=slug)
    context = {
        "project": project,
        "areas": project.areas.public(now),
        "partners": project.partners.all(),
        "funding": project.funding.select_related("funder"),
        "today": timezone.localdate(now),
        "trail": [
            (_("Prosjekter"), reverse("coordinators:project_list")),
            (in_lang(project.title), ""),
        ],
    }
    return render(request, "coordinators/project_detail.html", context)


@public_page
def coordinator_list(request):
    now = request.arrived_at
    day = timezone.localdate(now)
    areas = Area.objects.public(now).active_on(day).select_related("district").by_name()
    contacts = contacts_for(areas, day=day, now=now)
    context = {
        "areas": [(area, contacts[area.pk]) for area in areas],
        "trail": [(_("Koordinatorer"), "")],
    }
    return render(request, "coordinators/coordinator_list.html", context)
