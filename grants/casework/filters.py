"""The queue: which of the cases in a user's scope, and in which order.

What is chosen stands in the address alone, so that a list, its files, a saved filter
and «neste» in a case all mean the same.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import django_filters
from django import forms
from django.db.models import Q
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from areas.models import Area
from areas.search import read_query
from coordinators.scope import areas_of
from grants.casework import wording
from grants.casework.due import near, with_due_on, with_due_parts
from grants.models import (
    Application,
    AssessorSeat,
    LateEntry,
    Round,
    SavedFilter,
)
from grants.models.readers import reads_all_cases
from grants.models.states import WITH_STAFF, State

PAGE = 50
NUMBER = re.compile(r"([0-9]{4})[/-]([0-9]{1,9})")
DUE = "frist"
# A queue that nothing narrows, said aloud where an empty text would mean no queue.
ALL = "vis="


# --- the order ------------------------------------------------------------------------


def whole(text):
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise ValueError
    return int(text)


def instant(text):
    moment = datetime.fromisoformat(text)
    if timezone.is_naive(moment):
        raise ValueError
    return moment


def amount(text):
    if not re.fullmatch(r"[0-9]{1,10}\.[0-9]{2}", text):
        raise ValueError
    return Decimal(text)


@dataclass(frozen=True)
class Order:
    """An order that no two cases share a place in: by `field`, then by `tie`."""

    label: str
    field: str
    tie: str
    read: object  # text in an address to a value of the field
    falls: bool = False

    def place(self, case):
        """Where a case stands, as it is written in an address."""
        value = getattr(case, self.field)
        text = value if isinstance(value, (int, Decimal)) else value.isoformat()
        return f"{text}~{getattr(case, self.tie)}"

    def read_place(self, text):
        try:
            value, tie = text.split("~")
            return self.read(value), whole(tie)
        except (ValueError, OverflowError, InvalidOperation):
            raise Http404 from None

    def sorted(self, cases, *, backwards=False):
        sign = "-" if self.falls != backwards else ""
        return cases.order_by(f"{sign}{self.field}", f"{sign}{self.tie}")

    def beyond(self, cases, place, *, backwards=False):
        """The cases after a place; before it, when read backwards."""
        value, tie = self.read_place(place)
        way = "lt" if self.falls != backwards else "gt"
        return cases.filter(
            Q(**{f"{self.field}__{way}": value})
            | Q(**{self.field: value, f"{self.tie}__{way}": tie}),
            # The same once more, in a form that an index answers.
            **{f"{self.field}__{way}e": value},
        )


ORDERS = {
    "": Order("nummer, nyeste først", "year", "sequence", whole, falls=True),
    "nummer": Order("nummer, eldste først", "year", "sequence", whole),
    "alder": Order("ventet lengst", "submitted_at", "pk", instant),
    "-alder": Order("sendt sist", "submitted_at", "pk", instant, falls=True),
    DUE: Order("frist, den første først", "due_on", "pk", date.fromisoformat),
    "belop": Order("søkt beløp, minst først", "asked_amount", "pk", amount),
    "-belop": Order(
        "søkt beløp, størst først", "asked_amount", "pk", amount, falls=True
    ),
}


# --- the choice -----------------------------------------------------------------------


class CaseFilter(django_filters.FilterSet):
    """Narrows the case list. Choices are those that the user's own scope can hold."""

    OPEN, LATE = "apen", "sen"
    STATUSES = [
        (OPEN, "alle som ikke er avgjort"),
        (LATE, "kom etter fristen, ikke tatt inn"),
        *((state, label) for state, (label, _tone) in wording.STATES.items()),
    ]
    MINE, FREE, WAITING, NEAR, OVERDUE = "mine", "ledige", "venter", "naer", "over"
    NAMED = "vurder"
    TABS = [
        ("", "Alle"),
        (MINE, "Mine"),
        (NAMED, "Min vurdering"),
        (FREE, "Uten saksbehandler"),
        (WAITING, "Venter på søkeren"),
        (NEAR, "Nær en frist"),
        (OVERDUE, "Over fristen"),
    ]
    BY_DATE = {NEAR, OVERDUE}

    vis = django_filters.ChoiceFilter(
        label="Kø", choices=TABS[1:], method="on_tab", widget=forms.HiddenInput
    )
    q = django_filters.CharFilter(
        label="Søk",
        method="with_text",
        max_length=100,
        help_text="Nummer, prosjekt eller søker. Saker om helse, tro og etnisitet "
        "finner du bare på nummeret.",
    )
    status = django_filters.ChoiceFilter(
        label="Status", choices=STATUSES, method="with_status", empty_label="alle"
    )
    omrade = django_filters.ModelChoiceFilter(
        label="Område",
        queryset=Area.objects.none(),
        to_field_name="slug",
        method="in_area",
        empty_label="alle",
    )
    utlysning = django_filters.ModelChoiceFilter(
        label="Utlysning",
        queryset=Round.objects.exclude(published_at=None),
        field_name="round",
        to_field_name="slug",
        empty_label="alle",
    )
    saksbehandler = django_filters.ChoiceFilter(
        label="Saksbehandler",
        choices=[("meg", "meg"), ("ingen", "ingen")],
        method="with_caseworker",
        empty_label="alle",
    )
    sorter = django_filters.ChoiceFilter(
        label="Rekkefølge",
        choices=[(name, order.label) for name, order in ORDERS.items() if name],
        method="in_any_order",
        empty_label=ORDERS[""].label,
    )

    class Meta:
        model = Application
        fields = ["vis", "q", "status", "omrade", "utlysning", "saksbehandler"]

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.filters["omrade"].queryset = areas_to_choose(self.request.user, today)
        self.form.optional_marks = False

    def on_tab(self, cases, name, value):
        if value == self.FREE:
            return cases.untaken()
        if value == self.WAITING:
            return cases.filter(state=State.NEEDS_INFO)
        cases = cases.filter(state__in=WITH_STAFF)
        if value == self.NAMED:
            seats = AssessorSeat.objects.waiting().filter(user=self.request.user)
            return cases.filter(pk__in=seats.values("application"))
        if value == self.MINE:
            return cases.filter(caseworker=self.request.user)
        if value == self.NEAR:
            return cases.filter(near(self.today))
        return cases.filter(due_on__lt=self.today)

    def with_text(self, cases, name, value):
        number = NUMBER.fullmatch(value.strip())
        if number:
            year, sequence = (int(part) for part in number.groups())
            return cases.filter(year=year, sequence=sequence)
        # What may tell of health, faith or ethnicity is not to be found by a word.
        query = read_query(value)
        if query is None:
            return cases.none()
        return cases.filter(search=query, special_categories=False)

    def with_status(self, cases, name, value):
        if value == self.OPEN:
            return cases.filter(state__in=WITH_STAFF)
        if value == self.LATE:
            late = LateEntry.objects.filter(taken_in_at=None)
            return cases.filter(state__in=WITH_STAFF, pk__in=late.values("application"))
        return cases.filter(state=value)

    def in_area(self, cases, name, area):
        also_named = Application.other_areas.through.objects.filter(area=area)
        return cases.filter(Q(area=area) | Q(pk__in=also_named.values("application")))

    def with_caseworker(self, cases, name, value):
        user = self.request.user if value == "meg" else None
        return cases.filter(caseworker=user)

    def in_any_order(self, cases, name, value):
        # A date is counted only for what still waits for an answer.
        return cases.filter(state__in=WITH_STAFF) if value == DUE else cases


def areas_to_choose(user, today):
    """The areas that cases in the user's list can have."""
    if reads_all_cases(user):
        return Area.objects.by_name()
    return areas_of(user, today).by_name()


# --- the queue ------------------------------------------------------------------------


class Queue:
    """The cases that an address chooses for a user, in its order, page by page.

    `query` is the choice as it stands in an address, without the page.
    """

    def __init__(self, params, request):
        chosen = choice(params)
        self.query = chosen.urlencode()
        self.text = self.query or ALL
        self.today = timezone.localdate(request.arrived_at)
        self.user = request.user
        self.tab = chosen.get("vis", "")
        self.order = ORDERS.get(chosen.get("sorter", ""), ORDERS[""])
        self.filter = CaseFilter(
            chosen, queryset=self.all_cases(), request=request, today=self.today
        )

    def all_cases(self):
        """Everything in the user's scope, with what the order and the list need."""
        cases = with_due_parts(
            Application.objects.visible_to(self.user).select_related(
                "applicant__organisation", "area", "caseworker", "late_entry"
            )
        ).with_current()
        if self.tab in CaseFilter.BY_DATE or self.order.field == "due_on":
            return with_due_on(cases, self.today)
        return cases

    @property
    def cases(self):
        """All of them, in order. An odd choice chooses nothing, rather than more."""
        if not self.filter.is_valid():
            return Application.objects.none()
        cases = self.filter.qs
        if self.order.field == "due_on":
            cases = cases.exclude(due_on=None)
        return self.order.sorted(cases)

    def page(self, *, after="", before=""):
        """(the cases of a page, the place to go on from, the place to go back from)."""
        if before:
            cases = self.order.beyond(self.cases, before, backwards=True)
            found = self._read(cases, backwards=True)
            rows = found[PAGE - 1 :: -1] if len(found) > PAGE else found[::-1]
            return rows, self._place(rows, -1), self._place(rows, 0, found)
        cases = self.order.beyond(self.cases, after) if after else self.cases
        found = self._read(cases)
        rows = found[:PAGE]
        return rows, self._place(rows, -1, found), self._place(rows, 0, after)

    def _read(self, cases, *, backwards=False):
        """The first of these, and one more: all that the list needs of only those."""
        first = self.order.sorted(cases, backwards=backwards).values("pk")[: PAGE + 1]
        rows = self.filter.queryset.filter(pk__in=first)
        return list(self.order.sorted(rows, backwards=backwards))

    def _place(self, rows, index, more=True):
        """The place of a row, when there is more to be read beyond it."""
        is_more = len(more) > PAGE if isinstance(more, list) else bool(more)
        return self.order.place(rows[index]) if rows and is_more else ""

    def next_after(self, case):
        """The case that stands next after one that is at hand, or None."""
        here = self.all_cases().filter(pk=case.pk).first()
        if here is None or getattr(here, self.order.field) is None:
            return None
        return self.order.beyond(self.cases, self.order.place(here)).first()


def choice(params):
    """What an address chooses, and nothing else that stands in it."""
    given = {name: params.get(name, "").strip() for name in CaseFilter.base_filters}
    chosen = QueryDict(mutable=True)
    chosen.update({name: value for name, value in given.items() if value})
    return chosen


def queue_text(request):
    """The choice that a case was opened from, or an empty text: from `ko`."""
    text = request.POST.get("ko") or request.GET.get("ko") or ""
    if len(text) > SavedFilter.LONGEST:
        return ""
    return choice(QueryDict(text)).urlencode() or (ALL if text else "")


def in_queue(url, queue):
    """An address with the queue that one is working through, if any."""
    return f"{url}?{urlencode({'ko': queue})}" if queue else url
