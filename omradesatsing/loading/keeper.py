"""Writes loaded rows without ever undoing what somebody edited by hand."""

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Model

from omradesatsing.models import LoadedRow

NEW, CHANGED, UNCHANGED = "nye", "endret", "uendret"


class Keeper:
    """Keeps the last loaded value of every field, and compares before it writes.

    A field is changed only while it still holds what was last loaded. A row that
    somebody made or deleted by hand is left alone. Nothing is deleted.
    """

    def __init__(self):
        self.counts = defaultdict(Counter)
        self.left = []
        self._loaded = {(row.model, row.key): row for row in LoadedRow.objects.all()}
        self._objects = {}
        self._many = {}
        self._seen = set()
        self._new = []

    def keep(self, row, model, key, *, find, values, many=None, initial=None):
        """Load one object; returns it, or None when it was deleted by hand.

        `find` are the fields that identify it (None: nothing but `key` does), `values`
        the fields that the file decides, `many` the related objects per field,
        `initial` what is set only when it is made.
        """
        name = model._meta.label_lower
        if (name, key) in self._seen:
            raise row.bad("slug", f"«{key}» står to ganger.")
        self._seen.add((name, key))
        many = {
            field: {o.pk for o in found if o} for field, found in (many or {}).items()
        }
        loaded = self._loaded.get((name, key))
        objects = self._all(model)
        if loaded:
            obj = objects.get(loaded.object_id)
            if obj is None:
                self.left.append(f"{name} {key}: slettet for hånd, lages ikke igjen")
                return None
            return self._update(row, obj, loaded, values, many)
        for obj in objects.values() if find else []:
            if all(getattr(obj, field) == value for field, value in find.items()):
                self.left.append(f"{name} {key}: laget for hånd, er ikke rørt")
                return obj
        return self._create(row, model, key, find or {}, values, many, initial or {})

    def finish(self):
        """Write down what was loaded; call it once, last, in the same transaction."""
        LoadedRow.objects.bulk_create(self._new)

    def missing(self):
        """Rows that were loaded before and are no longer in the files."""
        return [
            f"{model} {key}: står ikke lenger i filene, er ikke rørt"
            for model, key in self._loaded.keys() - self._seen
        ]

    def _create(self, row, model, key, find, values, many, initial):
        obj = model(**find, **values, **initial)
        self._save(row, obj)
        for field, pks in many.items():
            getattr(obj, field).add(*pks)
        self._objects[model][obj.pk] = obj
        self.counts[model][NEW] += 1
        loaded = LoadedRow(model=model._meta.label_lower, key=key, object_id=obj.pk)
        loaded.values = self._wanted(values, many)
        self._new.append(loaded)
        return obj

    def _update(self, row, obj, loaded, values, many):
        wanted = self._wanted(values, many)
        kept, changed = dict(wanted), []
        for field, value in wanted.items():
            now = self._now(obj, field, is_many=field in many)
            # A field that is new in the files counts as loaded with what it holds.
            last = loaded.values.get(field, now)
            if now == value:
                continue
            if now == last:
                changed.append(field)
            else:
                kept[field] = last
                self.left.append(
                    f"{loaded.model} {loaded.key}: {field} endret for hånd"
                )
        for field in changed:
            if field in values:
                setattr(obj, field, values[field])
        if changed:
            self._save(row, obj)
        for field in changed:
            if field in many:
                getattr(obj, field).set(many[field])
        self.counts[type(obj)][CHANGED if changed else UNCHANGED] += 1
        if kept != loaded.values:
            loaded.values = kept
            loaded.save()
        return obj

    def _save(self, row, obj):
        # Objects that it points to come from earlier rows: no need to look for them.
        relations = [f.name for f in obj._meta.fields if f.is_relation]
        try:
            obj.clean_fields(exclude=relations)
            obj.save()
        except ValidationError as error:
            field, problems = next(iter(error.message_dict.items()))
            raise row.bad(row.columns.get(field, field), " ".join(problems)) from error
        except IntegrityError as error:
            raise self._broken(row, obj, error) from error

    def _broken(self, row, obj, error):
        """What a constraint of the database says, in the words of the model."""
        broken = error.__cause__.diag.constraint_name
        for constraint in obj._meta.constraints:
            if constraint.name == broken:
                field = (getattr(constraint, "fields", None) or ["slug"])[0]
                problem = constraint.get_violation_error_message()
                return row.bad(row.columns.get(field, field), problem)
        return row.bad("slug", str(error).splitlines()[0])

    def _all(self, model):
        if model not in self._objects:
            self._objects[model] = {obj.pk: obj for obj in model.objects.all()}
        return self._objects[model]

    def _wanted(self, values, many):
        wanted = {field: as_json(value) for field, value in values.items()}
        return wanted | {field: sorted(pks) for field, pks in many.items()}

    def _now(self, obj, field, *, is_many):
        if is_many:
            return sorted(self._related(type(obj), field)[obj.pk])
        return as_json(getattr(obj, obj._meta.get_field(field).attname))

    def _related(self, model, field):
        """Object's key to the keys of its related objects, for all in one query."""
        if (model, field) not in self._many:
            relation = model._meta.get_field(field)
            pairs = relation.remote_field.through.objects.values_list(
                relation.m2m_column_name(), relation.m2m_reverse_name()
            )
            related = defaultdict(set)
            for pk, other in pairs:
                related[pk].add(other)
            self._many[model, field] = related
        return self._many[model, field]


def as_json(value):
    """A field's value as it is kept in LoadedRow and compared."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, Decimal):
        # As many decimals as the column has: kroner two, figures three.
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
