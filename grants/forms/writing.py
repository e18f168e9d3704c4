"""What is written by several, a step or an answer, and is never overwritten."""

import hashlib

from django import forms
from django.utils.translation import get_language

from grants.models import Step
from omradesatsing.ui.fields import amount_as_text

# Stored together or not at all, so they clash as one.
TOGETHER = [("starts_on", "ends_on")]


class SharedForm(forms.ModelForm):
    """A form that several write in, each on their own page.

    The hidden `_seen` says what was stored in each part when the form was opened. What
    someone else has stored since, in a part that is untouched here, stays. Where both
    have written, nothing is overwritten and `clashes()` asks which text to keep.

    A part is a field of the instance, or whatever else `stored_values` names: a table
    of rows, an answer. A form with such parts overrides `stored_values`, `typed_text`,
    `typed_as_sent`, `fields_of` and `label_of`, gives its own fields what is stored as
    `initial`, and when it saves stores only the parts that it `takes`.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Before validation puts what was typed on the instance.
        self.stored = self.stored_values()
        self._values = {
            name: getattr(self.instance, _attname(self.instance, name))
            for name in self._meta.fields
        }
        self.left = {}  # parts that stay as stored: {part: True when asked about}
        self.saved = False

    # --- the parts --------------------------------------------------------------------

    def stored_values(self):
        """What is stored of this form: {part: text}."""
        return {
            name: _as_text(self.instance, name)
            for name in self._meta.fields
            if name in self.fields
        }

    def typed_text(self, part):
        """What was typed, written as `stored_values` writes it; None if unreadable."""
        if part not in self.cleaned_data:
            return None
        return _as_text(self.instance, part)

    def typed_as_sent(self, part):
        """What was typed, as the person wrote it."""
        return self.data.get(self.add_prefix(part), "")

    def fields_of(self, part):
        """The names of the fields in which a part is written."""
        return [part]

    def label_of(self, part):
        return self.fields[part].label

    def display(self, part, text):
        """A part's text as a person reads it."""
        choices = getattr(self.fields.get(part), "choices", None)
        if text and choices:
            return dict((str(key), label) for key, label in choices).get(text, text)
        return text

    # --- seen, kept, asked ------------------------------------------------------------

    def seen(self):
        """The value of `_seen` for what is stored now."""
        stored = self.stored_values() if self.saved else self.stored
        return " ".join(f"{part}:{mark(text)}" for part, text in stored.items())

    def takes(self, part):
        """Whether what was typed in a part is to be stored."""
        return part not in self.left

    def clashes(self):
        """Where someone else has stored something other than what was typed here.

        A list of {"part", "label", "label_lang", "stored", "typed", "mark", "fields"};
        `mark` is of what was typed, so that choosing the stored text drops that and
        nothing later.
        """
        if not self.is_bound:
            return []
        self.full_clean_once()
        return [
            {
                "part": group[0],
                "label": " / ".join(str(self.label_of(part)) for part in group),
                "label_lang": getattr(
                    self.fields.get(group[0]), "label_lang", get_language()
                ),
                "stored": self._in_words(group, self.stored),
                "typed": self._in_words(group, self.typed),
                "mark": mark(self._sent(group)),
                "fields": [name for part in group for name in self.fields_of(part)],
            }
            for group in self._groups()
            if self.left.get(group[0])
        ]

    def put_back(self):
        """Parts that stay as stored without asking: {part: {field: value to show}}."""
        return {
            part: {name: self[name].value() or "" for name in self.fields_of(part)}
            for part, asked in self.left.items()
            if not asked
        }

    def unsaved_fields(self):
        """The names of the fields whose text is on the page only."""
        if not self.is_bound:
            return []
        self.full_clean_once()
        return [
            name
            for part in self.stored
            for name in self.fields_of(part)
            if self.typed[part] is None
            or self.left.get(part)
            or (not self.saved and self.typed[part] != self.stored[part])
        ]

    def full_clean_once(self):
        _ = self.errors

    def _post_clean(self):
        super()._post_clean()
        self.typed = {part: self.typed_text(part) for part in self.stored}
        opened = dict(
            pair.rsplit(":", 1)
            for pair in self.data.get("_seen", "").split()
            if ":" in pair
        )
        self.left = {}
        for group in self._groups():
            asked = self._asked(group, opened)
            if asked is not None:
                self._leave(group, asked=asked)

    def _asked(self, group, opened):
        """None when what was typed is taken; else whether to ask about it."""
        chosen = self.data.get(f"_keep_{group[0]}", "")
        if chosen == f"stored:{mark(self._sent(group))}":
            return False
        now = {part: mark(self.stored[part]) for part in group}
        if all(opened.get(part, now[part]) == now[part] for part in group):
            return None
        typed = {part: self.typed[part] for part in group}
        if typed == {part: self.stored[part] for part in group}:
            return None
        untouched = all(
            typed[part] is not None and mark(typed[part]) == opened.get(part, now[part])
            for part in group
        )
        return not untouched

    def _leave(self, group, *, asked):
        for part in group:
            self.left[part] = asked
            self.cleaned_data.pop(part, None)
            if part in self._values:
                setattr(
                    self.instance, _attname(self.instance, part), self._values[part]
                )
            if not asked:
                for name in self.fields_of(part):
                    self._show_stored(name)

    def _show_stored(self, name):
        """Let a field of this sent form show what is stored."""
        field = self.fields[name]
        value = field.prepare_value(self.get_initial_for_field(field, name))
        data = self.data = self.data.copy()
        if value is None or value is False:
            data.pop(self.add_prefix(name), None)
        elif isinstance(value, list | tuple):
            data.setlist(self.add_prefix(name), value)
        else:
            data[self.add_prefix(name)] = "on" if value is True else str(value)
        self._errors.pop(name, None)

    def _groups(self):
        """The parts, those that belong together as one."""
        pairs = [pair for pair in TOGETHER if all(part in self.stored for part in pair)]
        alone = {part for pair in pairs for part in pair}
        return pairs + [(part,) for part in self.stored if part not in alone]

    def _sent(self, group):
        return "\n".join(self.typed_as_sent(part) for part in group).replace("\r", "")

    def _in_words(self, group, texts):
        shown = [
            self.typed_as_sent(part)
            if texts[part] is None
            else str(self.display(part, texts[part]))
            for part in group
        ]
        return " – ".join(text for text in shown if text)


class StepForm(SharedForm):
    """A step over the working copy. `instance` is the version being written."""

    step: Step

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.instance.needed(self.step):
            # Drawn without «(valgfritt)», though a draft may lack it.
            if name in self.fields:  # the form may have changed size since it was sent
                self.fields[name].needed = True

    def save_valid(self, *, by):
        """Store what could be read. Call it inside the lock of the application."""
        names = [
            name
            for name in self._meta.fields
            if name in self.cleaned_data
            and name in self.stored
            and self.typed[name] != self.stored[name]
        ]
        if names:
            self.instance.edited_by = by.user
            self.instance.save(update_fields=[*names, "edited_by", "edited_at"])
        self.saved = True


def mark(text):
    """Tells one text from another, in few letters."""
    text = text.replace("\r\n", "\n")
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _attname(version, name):
    return version._meta.get_field(name).attname


def _as_text(version, name):
    value = getattr(version, _attname(version, name))
    if value is None:
        return ""
    if name == "amount":
        return f"{amount_as_text(value)} kr"
    if hasattr(value, "isoformat"):
        return f"{value.day:02}.{value.month:02}.{value.year}"
    # Browsers send line breaks as two characters, whatever they were given.
    return str(value).replace("\r\n", "\n")
