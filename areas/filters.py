import django_filters
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from areas.models import Area, Document


class DocumentFilter(django_filters.FilterSet):
    """The filters of the documentation list."""

    slag = django_filters.ChoiceFilter(
        label=_("Slag"),
        field_name="kind",
        choices=Document.Kind.choices,
        empty_label=_("Alle"),
    )
    ar = django_filters.ChoiceFilter(
        label=_("År"), field_name="year", empty_label=_("Alle år")
    )
    omrade = django_filters.ChoiceFilter(
        label=_("Område"), method="in_area", empty_label=_("Alle områder")
    )

    class Meta:
        model = Document
        fields = ()

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, **kwargs)
        documents = Document.objects.public(now).exclude(year=None)
        years = documents.order_by("-year").values_list("year", flat=True).distinct()
        self.filters["ar"].extra["choices"] = [(str(year), year) for year in years]
        areas = Area.objects.public(now).by_name().values_list("slug", "name")
        self.filters["omrade"].extra["choices"] = list(areas)

    @property
    def form(self):
        form = super().form
        form.optional_marks = False
        return form

    def in_area(self, queryset, name, slug):
        through = Document.areas.through.objects.filter(
            document=OuterRef("pk"), area__slug=slug
        )
        return queryset.filter(Exists(through))
