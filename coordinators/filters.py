import django_filters
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from areas.models import Area, Theme
from coordinators.models import Project
from omradesatsing.ui.fields import BokmalSelect


def choices_of(queryset):
    """Slug and name of each, read once: checking and drawing the field share them."""
    return list(queryset.values_list("slug", "name"))


class ProjectFilter(django_filters.FilterSet):
    """The filters of the project list. Unknown values are said, not ignored."""

    omrade = django_filters.ChoiceFilter(
        label=_("Område"), method="in_area", empty_label=_("Alle områder")
    )
    tema = django_filters.ChoiceFilter(
        label=_("Tema"),
        field_name="theme__slug",
        empty_label=_("Alle temaer"),
        widget=BokmalSelect,
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=Project.Status.choices, empty_label=_("Alle")
    )
    slag = django_filters.ChoiceFilter(
        label=_("Slag"),
        field_name="kind",
        choices=Project.Kind.choices,
        empty_label=_("Alle"),
    )

    class Meta:
        model = Project
        fields = ()

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, **kwargs)
        areas = Area.objects.public(now).by_name()
        self.filters["omrade"].extra["choices"] = choices_of(areas)
        self.filters["tema"].extra["choices"] = choices_of(Theme.objects.all())

    @property
    def form(self):
        form = super().form
        form.optional_marks = False
        return form

    def in_area(self, queryset, name, slug):
        through = Project.areas.through.objects.filter(
            project=OuterRef("pk"), area__slug=slug
        )
        return queryset.filter(Exists(through))
