"""The public journal, and the documents of a case for the one whose case it is."""

import csv

import django_filters
from django import forms
from django.http import FileResponse, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from areas.models import Area
from grants.case_file import case_file, shown_documents, withheld
from grants.filters import PlainFilter
from grants.models import AccessRequest, PublicRecord
from grants.public_journal import COLUMNS, MOST, as_xml, found, listed, published
from grants.views.applications import case_trail, own_case
from grants.views.awards import cell, nothing_found
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.pages.caching import public_page
from omradesatsing.pages.paging import page_of
from omradesatsing.ui.fields import NorwegianDateField


class NorwegianDateFilter(django_filters.Filter):
    field_class = NorwegianDateField


class JournalFilter(PlainFilter):
    q = django_filters.CharFilter(
        label=gettext_lazy("Søk"), method="in_words", max_length=100
    )
    omrade = django_filters.ChoiceFilter(
        label=gettext_lazy("Område"),
        field_name="application__area__slug",
        empty_label=gettext_lazy("Alle områder"),
    )
    fra = NorwegianDateFilter(
        label=gettext_lazy("Registrert fra og med"),
        field_name="registered_at",
        lookup_expr="date__gte",
    )
    til = NorwegianDateFilter(
        label=gettext_lazy("Registrert til og med"),
        field_name="registered_at",
        lookup_expr="date__lte",
    )

    def __init__(self, *args, areas, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now
        self.filters["omrade"].extra["choices"] = areas

    def in_words(self, records, name, text):
        return found(records, text, now=self.now)


def chosen_records(request):
    now = request.arrived_at
    areas = Area.objects.public(now).by_name()
    return JournalFilter(
        request.GET,
        PublicRecord.objects.public(now),
        areas=[(area.slug, area.name) for area in areas],
        now=now,
    )


@public_page
def journal(request):
    """The public journal: number, title, who, and what may not be seen and why."""
    chosen = chosen_records(request)
    page = page_of(request, listed(chosen.qs), per_page=30)
    context = {
        "filter": chosen,
        "page": page,
        "entries": [published(record) for record in page],
        "most": MOST,
        "trail": [(_("Postjournal"), "")],
    }
    return render(request, "grants/journal.html", context)


@public_page
def journal_csv(request):
    chosen, records = records_for_file(request)
    if records is None:
        return refused_file(chosen)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="postjournal.csv"'
    # So that Excel reads the Norwegian letters.
    response.write("\ufeff")
    rows = csv.writer(response, delimiter=";")
    rows.writerow([heading for _key, heading in COLUMNS])
    for entry in map(published, records):
        rows.writerow([cell(entry[key]) for key, _heading in COLUMNS])
    return response


@public_page
def journal_xml(request):
    chosen, records = records_for_file(request)
    if records is None:
        return refused_file(chosen)
    data = as_xml(map(published, records))
    response = HttpResponse(data, content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="postjournal.xml"'
    return response


def records_for_file(request):
    """The filter, and what it leaves; None when it is wrong, or leaves too much."""
    chosen = chosen_records(request)
    if not chosen.is_valid():
        return chosen, None
    records = list(listed(chosen.qs)[: MOST + 1])
    return chosen, None if len(records) > MOST else records


def refused_file(chosen):
    if not chosen.is_valid():
        return nothing_found(chosen)
    return HttpResponseBadRequest(
        ngettext(
            "Det er flere enn %(most)d oppføring. Velg en kortere periode.",
            "Det er flere enn %(most)d oppføringer. Velg en kortere periode.",
            MOST,
        )
        % {"most": MOST},
        content_type="text/plain; charset=utf-8",
    )


# --- the documents of one's own case --------------------------------------------------


@require_safe
def document_list(request, year, sequence):
    """«Dokumentene i saken»: what a party may see, and by which law not all."""
    application = own_case(request, year, sequence)
    context = {
        "application": application,
        "documents": shown_documents(application),
        "files": application.current.attachments.select_related("file"),
        "withheld": withheld(application),
        "asked": AccessRequest.objects.filter(
            party_case=application, asked_by=request.user
        ).order_by("-received_at"),
        "trail": case_trail(application, (_("Dokumentene i saken"), "")),
    }
    return render(request, "grants/document_list.html", context)


@require_safe
def document_bundle(request, year, sequence):
    """Everything that a party may see, in one file."""
    application = own_case(request, year, sequence)
    number = application.number.replace("/", "-")
    return FileResponse(
        case_file(application, now=request.arrived_at),
        as_attachment=True,
        filename=f"sak-{number}.zip",
        content_type="application/zip",
        headers={"Cache-Control": "private, no-store"},
    )


class PartyAccessForm(forms.Form):
    wanted = forms.CharField(
        label=gettext_lazy("Hva vil du se?"),
        help_text=gettext_lazy("Skriv hvilke dokumenter, eller hva du lurer på."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Skriv hva du vil se.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def document_ask(request, year, sequence):
    """A party asks for the rest of the documents in their case."""
    application = own_case(request, year, sequence)
    form = PartyAccessForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = AccessRequest.ask(
                records=[],
                by=Actor(request.user, application.applicant),
                now=request.arrived_at,
                language=request.user.language,
                party_case=application,
                **form.cleaned_data,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(asked)
    documents = reverse("grants:document_list", args=[year, sequence])
    context = {
        "application": application,
        "form": form,
        "withheld": withheld(application),
        "trail": case_trail(
            application,
            (_("Dokumentene i saken"), documents),
            (_("Be om å få se mer"), ""),
        ),
    }
    return render(request, "grants/document_ask.html", context)
