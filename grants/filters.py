import django_filters
from django.utils.translation import gettext_lazy as _

from grants.rounds import in_area
from omradesatsing.ui.fields import BokmalSelect


class PlainFilter(django_filters.FilterSet):
    """A filter by plain GET, in which nothing has to be chosen."""

    # Said at the field: mistyped, from elsewhere, or a place that has nothing.
    NOTHING = _("Vi fant ikke noe for «%(value)s». Velg fra listen.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for each in self.filters.values():
            each.extra["error_messages"] = {"invalid_choice": self.NOTHING}

    @property
    def qs(self):
        return super().qs if self.is_valid() else self.queryset.none()

    @property
    def form(self):
        form = super().form
        form.optional_marks = False
        return form


class RoundFilter(PlainFilter):
    omrade = django_filters.ChoiceFilter(
        label=_("Område"), method="in_area", empty_label=_("Alle områder")
    )

    def __init__(self, *args, areas, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["omrade"].extra["choices"] = areas

    def in_area(self, queryset, name, slug):
        return queryset.filter(in_area(area__slug=slug))


class AwardFilter(PlainFilter):
    """The filters of the award list. Choices are those that some award has."""

    omrade = django_filters.ChoiceFilter(
        label=_("Område"),
        field_name="application__area__slug",
        empty_label=_("Alle områder"),
    )
    ar = django_filters.ChoiceFilter(
        label=_("År"),
        field_name="decision__announced_at",
        lookup_expr="year",
        empty_label=_("Alle år"),
    )
    ordning = django_filters.ChoiceFilter(
        label=_("Ordning"),
        field_name="application__round__scheme__slug",
        empty_label=_("Alle ordninger"),
        widget=BokmalSelect,
    )

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        for name, pairs in choices.items():
            self.filters[name].extra["choices"] = pairs
