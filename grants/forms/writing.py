"""What every step of an application is: written by several, and never overwritten."""

import hashlib
import json

from django import forms

from grants.models import Step, Version
from grants.models.versions import NEEDED, plain_number


class StepForm(forms.ModelForm):
    """A step over the working copy. `instance` is the version being written.

    The hidden `_seen` says what was stored when the form was opened: a form from a
    stale tab is told, and overwrites nothing.
    """

    step: Step

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, _message in NEEDED[self.step]:
            # Drawn without «(valgfritt)», though a draft may lack it.
            self.fields[name].needed = True
        # Before validation puts what was typed on the instance.
        self.stored = self.stored_values()
        self.saved = False

    def stored_values(self):
        """What is stored for this step: {field: text}."""
        return {
            name: _as_text(self.instance, name)
            for name in self._meta.fields
            if name in self.fields
        }

    def seen(self):
        """The value of `_seen` for what is stored now."""
        text = json.dumps(self.stored, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def seen_to_render(self):
        """As posted while there are only errors; anew once the clash has been shown."""
        if self.saved:
            kept = type(self)(instance=Version.objects.get(pk=self.instance.pk))
            return kept.seen()
        if self.is_bound and "_seen" in self.data and not self.clashes():
            return self.data["_seen"]
        return self.seen()

    def is_stale(self):
        # What this very form has stored is no clash with it.
        return not self.saved and self.data.get("_seen", self.seen()) != self.seen()

    def clashes(self):
        """Where someone else stored something other than this: [(label, stored)]."""
        if not (self.is_bound and self.is_stale()):
            return []
        return [
            (self.fields[name].label, self.stored_display(name))
            for name, stored in self.stored.items()
            if self.typed_text(name) != stored
        ]

    def typed_text(self, name):
        """What was typed, written as `stored_values` writes it."""
        if name in self.errors:
            return None
        return _as_text(self.instance, name)

    def stored_display(self, name):
        """A stored value as a person reads it."""
        value = self.stored[name]
        choices = getattr(self.fields[name], "choices", None)
        if value and choices:
            return dict((str(key), label) for key, label in choices).get(value, value)
        return value

    def save_valid(self, *, by):
        """Store what could be read. Call it inside the lock of the application."""
        names = [name for name in self._meta.fields if name in self.cleaned_data]
        self.instance.edited_by = by.user
        self.instance.save(update_fields=[*names, "edited_by", "edited_at"])
        self.saved = True


def _as_text(version, name):
    value = getattr(version, version._meta.get_field(name).attname)
    if value is None:
        return ""
    if name == "amount":
        return f"{plain_number(value)} kr"
    if hasattr(value, "isoformat"):
        return f"{value.day:02}.{value.month:02}.{value.year}"
    # Browsers send line breaks as two characters, whatever they were given.
    return str(value).replace("\r\n", "\n")
