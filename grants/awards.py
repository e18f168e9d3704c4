"""The public list of awards: what may be published of one, and nothing else."""

from django.db.models import OuterRef, Subquery
from django.db.models.functions import ExtractYear
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grants.models import ImportedAward, Version

# A list to read; who needs more asks for them by year.
MOST_IMPORTED = 500

# The columns of the CSV, in order. Keys are those of the JSON, and stay as they are.
COLUMNS = [
    ("awarded_on", _("Tildelt")),
    ("recipient", _("Mottaker")),
    ("project", _("Prosjekt")),
    ("area", _("Område")),
    ("scheme", _("Ordning")),
    ("round", _("Utlysning")),
    ("amount", _("Beløp i kroner")),
    ("changed_on", _("Endret")),
    ("example", _("Eksempel")),
]


def listed(awards):
    """Public awards, the newest first, with all that a row shows. One query."""
    last_sent = Version.objects.filter(
        application=OuterRef("application"), sent_at__isnull=False
    ).order_by("-number")
    return (
        awards.select_related(
            "decision",
            "application__area",
            "application__applicant",
            "application__round__scheme",
        )
        .annotate(project=Subquery(last_sent.values("title")[:1]))
        .order_by("-decision__announced_at", "-pk")
    )


def published(award):
    """What everyone may know of an award. Never a private person's name."""
    application = award.application
    return {
        "awarded_on": timezone.localdate(award.decision.announced_at),
        "recipient": str(application.applicant.public_name),
        "project": award.project,
        "area": application.area.name,
        "scheme": application.round.scheme.name,
        "round": application.round.title,
        "amount": award.amount,
        "changed_on": award.changed_at and timezone.localdate(award.changed_at),
        "example": application.round.scheme.example,
    }


def public_imports(now):
    """Awards of public rounds whose form is elsewhere."""
    return ImportedAward.objects.filter(round__published_at__lte=now)


def chosen_imports(awards, *, omrade="", ar="", ordning=""):
    """Imported awards, chosen as the list is."""
    if omrade:
        awards = awards.filter(area__slug=omrade)
    if ar:
        awards = awards.filter(awarded_on__year=int(ar))
    if ordning:
        awards = awards.filter(round__scheme__slug=ordning)
    return awards.select_related("area", "round__scheme")[:MOST_IMPORTED]


def published_import(award):
    """The same keys as `published`."""
    return {
        "awarded_on": award.awarded_on,
        "recipient": award.recipient or str(_("Privatperson")),
        "project": award.project,
        "area": award.area.name,
        "scheme": award.round.scheme.name,
        "round": award.round.title,
        "amount": award.amount,
        "changed_on": None,
        "example": award.round.scheme.example,
    }


def choices_of(awards, imports):
    """The areas, years and schemes that some award has, for the filters. One query."""
    own = awards.order_by().values_list(
        "application__area__name_key",
        "application__area__slug",
        "application__area__name",
        "application__round__scheme__slug",
        "application__round__scheme__name",
        ExtractYear("decision__announced_at"),
    )
    others = imports.order_by().values_list(
        "area__name_key",
        "area__slug",
        "area__name",
        "round__scheme__slug",
        "round__scheme__name",
        ExtractYear("awarded_on"),
    )
    found = set(own.union(others))
    areas = sorted({(row[0], row[1], row[2]) for row in found})
    return {
        "omrade": [(slug, name) for _sort, slug, name in areas],
        "ar": sorted({(str(row[5]), str(row[5])) for row in found}, reverse=True),
        "ordning": sorted({(row[3], row[4]) for row in found}, key=lambda x: x[1]),
    }
