from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from areas.filters import DocumentFilter
from areas.models import Document
from omradesatsing.pages.caching import public_page
from omradesatsing.pages.paging import page_of
from omradesatsing.ui.templatetags.ui import in_lang


@public_page
def document_list(request):
    now = request.arrived_at
    names = ArrayAgg(
        "areas__name", filter=Q(areas__isnull=False), order_by="areas__name_key"
    )
    documents = Document.objects.public(now).annotate(area_names=names)
    # A grouped query has no order of its own.
    documents = documents.order_by(*Document._meta.ordering)
    chosen = DocumentFilter(request.GET, documents, now=now)
    context = {
        "filter": chosen,
        "page": page_of(request, chosen.qs),
        "trail": [(_("Dokumentasjon"), "")],
    }
    return render(request, "areas/document_list.html", context)


@public_page
def document_detail(request, slug):
    now = request.arrived_at
    document = get_object_or_404(Document.objects.public(now), slug=slug)
    context = {
        "document": document,
        "areas": document.areas.public(now),
        "trail": [
            (_("Dokumentasjon"), reverse("areas:document_list")),
            (in_lang(document.title), ""),
        ],
    }
    return render(request, "areas/document_detail.html", context)
