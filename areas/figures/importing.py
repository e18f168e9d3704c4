"""Reads figures from a file into an edition, all or nothing; undoes, and publishes.

All of it holds the edition's row while it works, so that two who load the same edition
see each other's figures.
"""

from collections import Counter
from decimal import Decimal

from django.db import transaction

from areas.figures.plans import (
    FIELDS,
    Known,
    Plan,
    as_json,
    check_privacy,
    existing_figures,
    place_key,
    plain,
    plan_import,
)
from areas.models import Alias, Edition, Figure, FigureChange, FileImport
from areas.models.figures import let_correct
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry


@transaction.atomic
def carry_out(edition, sheet, *, by, now, reason=""):
    """Read the sheet into the edition, all or nothing; returns the FileImport.

    A published edition takes corrections only: with a `reason` that everyone may read.
    Raises Refused when anything is wrong, or when there is nothing to do.
    """
    edition = _held(edition)
    is_correction = edition.published_at is not None
    if is_correction and not reason.strip():
        raise Refused(
            "Utgaven er publisert. Rett den med en innlesing som sier hvorfor."
        )
    plan = plan_import(edition, sheet)
    if plan.problems:
        raise Refused(str(plan.problems[0]))
    if not plan.is_possible:
        raise Refused("Filen endrer ingenting.")
    kind = FileImport.Kind.CORRECTION if is_correction else FileImport.Kind.FIGURES
    done = FileImport.objects.create(
        kind=kind,
        edition=edition,
        file_name=sheet.name[:200],
        digest=sheet.digest,
        reason=reason.strip()[:500],
        at=now,
        by=by.user,
        new=len(plan.new),
        changed=len(plan.changed),
        unchanged=plan.unchanged,
    )
    let_correct(edition)
    _write(edition, plan.new + plan.changed)
    FigureChange.objects.bulk_create(
        (
            FigureChange(
                file_import=done,
                indicator=indicator,
                **_of(place),
                before=before and as_json(before),
                after=as_json(values),
            )
            for indicator, place, before, values in plan.new + plan.changed
        ),
        batch_size=2000,
    )
    JournalEntry.record(
        "figures_imported",
        about=edition,
        by=by,
        file_import=done.pk,
        new=done.new,
        changed=done.changed,
        unchanged=done.unchanged,
    )
    return done


def _held(edition):
    return (
        Edition.objects.select_for_update(no_key=True, of=("self",))
        .select_related("division")
        .get(pk=edition.pk)
    )


def _of(place):
    kind, pk = place
    return {
        "zone_id": pk if kind == "zone" else None,
        "district_id": pk if kind == "district" else None,
    }


def _write(edition, rows):
    fresh = [row for row in rows if row[2] is None]
    Figure.objects.bulk_create(
        (
            Figure(edition=edition, indicator=indicator, **_of(place), **values)
            for indicator, place, _before, values in fresh
        ),
        batch_size=2000,
    )
    changed = {(row[0].pk, row[1]): row[3] for row in rows if row[2] is not None}
    if not changed:
        return
    indicators = {pk for pk, _place in changed}
    figures = []
    for figure in Figure.objects.filter(edition=edition, indicator__in=indicators):
        key = (figure.indicator_id, place_key(figure.zone_id, figure.district_id))
        if key in changed:
            for name, value in changed[key].items():
                setattr(figure, name, value)
            figures.append(figure)
    Figure.objects.bulk_update(figures, FIELDS, batch_size=500)


@transaction.atomic
def undo(file_import, *, by, now):
    """Take back the last import of an edition that is not published."""
    edition = _held(file_import.edition)
    # Read again: somebody else may have undone it, or read in another.
    last = edition.imports.filter(undone_at=None).order_by("-at", "-pk").first()
    if last is None or last.pk != file_import.pk:
        raise Refused("Bare den siste innlesingen kan angres.")
    if edition.published_at and last.kind != FileImport.Kind.CORRECTION:
        raise Refused("Utgaven er publisert. Rett den med en ny innlesing.")
    if edition.published_at:
        raise Refused(
            "En retting av en publisert utgave er lest av andre. Rett den på nytt."
        )
    changes = list(last.changes.select_related("indicator"))
    figures = {
        (f.indicator_id, place_key(f.zone_id, f.district_id)): f
        for f in Figure.objects.filter(edition=edition)
    }
    gone, back = [], []
    for change in changes:
        key = (change.indicator_id, place_key(change.zone_id, change.district_id))
        figure = figures[key]
        if change.before is None:
            gone.append(figure.pk)
            continue
        for name, value in change.before.items():
            setattr(figure, name, Decimal(value) if _is_number(name, value) else value)
        back.append(figure)
    Figure.objects.filter(pk__in=gone).delete()
    Figure.objects.bulk_update(back, FIELDS, batch_size=500)
    FileImport.objects.filter(pk=last.pk).update(undone_at=now)
    JournalEntry.record("figures_undone", about=edition, by=by, file_import=last.pk)


def _is_number(name, value):
    return value is not None and name in {"value", "value_to", "low", "high"}


@transaction.atomic
def publish(edition, *, by, now):
    """Open the edition's figures to everyone. Pressed twice, it is done once."""
    edition = _held(edition)
    if edition.published_at:
        return
    figures = Figure.objects.filter(edition=edition)
    if not figures.exists():
        raise Refused("Utgaven har ingen tall ennå.")
    known = Known.of(edition)
    plan = Plan(edition, None)
    # Zones may have moved to another district since the figures were read in.
    check_privacy(plan, known, existing_figures(edition))
    if plan.problems:
        raise Refused(str(plan.problems[0]))
    Edition.objects.filter(pk=edition.pk, published_at=None).update(published_at=now)
    JournalEntry.record("edition_published", about=edition, by=by)


def add_alias(edition, text, *, by, place=None, indicator=None):
    """Remember that this spelling means a place of the division, or an indicator."""
    values = {"zone": None, "district": None, "indicator": indicator}
    division = None
    if place is not None:
        kind, pk = place
        if kind not in {"zone", "district"}:
            raise Refused("Velg en sone eller en bydel.")
        values = {"indicator": None, **_of(place)}
        division = edition.division
    alias, made = Alias.objects.get_or_create(
        text=plain(text), division=division, defaults=values
    )
    if made:
        JournalEntry.record("alias_added", about=alias, by=by)
    return alias


def counted(edition):
    """How many figures the edition has of each status."""
    rows = Figure.objects.filter(edition=edition).values_list("status", flat=True)
    return Counter(rows)
