import re

import django_filters
from django.db.models import Q

from areas.models import Area
from coordinators.scope import areas_of
from grants.casework import wording
from grants.models import Application, LateEntry, Round
from grants.models.readers import reads_all_cases
from grants.models.states import WITH_STAFF

NUMBER = re.compile(r"([0-9]{4})[/-]([0-9]{1,9})")


class CaseFilter(django_filters.FilterSet):
    """Narrows the case list. Choices are those that the user's own scope can hold."""

    OPEN, LATE = "apen", "sen"
    STATUSES = [
        (OPEN, "alle som ikke er avgjort"),
        (LATE, "kom etter fristen, ikke tatt inn"),
        *((state, label) for state, (label, _tone) in wording.STATES.items()),
    ]

    q = django_filters.CharFilter(label="Søk", method="with_text", max_length=100)
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

    class Meta:
        model = Application
        fields = ["q", "status", "omrade", "utlysning", "saksbehandler"]

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["omrade"].queryset = areas_to_choose(self.request.user, today)
        self.form.optional_marks = False

    def with_text(self, cases, name, value):
        number = NUMBER.fullmatch(value.strip())
        if number:
            year, sequence = (int(part) for part in number.groups())
            return cases.filter(year=year, sequence=sequence)
        return cases.filter(
            Q(title__icontains=value) | Q(applicant__name__icontains=value)
        )

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


def areas_to_choose(user, today):
    """The areas that cases in the user's list can have."""
    if reads_all_cases(user):
        return Area.objects.by_name()
    return areas_of(user, today).by_name()
