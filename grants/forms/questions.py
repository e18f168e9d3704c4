"""The step with the round's own questions, each of its own kind."""

from datetime import date
from decimal import Decimal

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from grants.forms.writing import StepForm
from grants.models import Answer, Question, Step, Version
from grants.models.steps import questions_of
from omradesatsing.ui.fields import (
    MoneyField,
    NorwegianDateField,
    WordLimit,
    amount_as_text,
)
from omradesatsing.ui.templatetags.ui import BOKMAL, in_lang

Kind = Question.Kind
# When the round sets no limit of its own.
LIMITS = {Kind.TEXT: 200, Kind.LONG_TEXT: 2000}
# A number as people write it may be large, not endless.
DIGITS = 9
YES_NO = [("yes", _("Ja")), ("no", _("Nei"))]


class NumberField(MoneyField):
    """A whole number; «1 200» is read as it is written."""

    suffix = ""
    decimal_places = 0
    default_error_messages = {
        "invalid": _("Skriv et helt tall med sifre, for eksempel 40."),
        "decimals": _("Skriv et helt tall, for eksempel 40."),
        "groups": _("Skriv et helt tall med sifre, for eksempel 1 200."),
        "negative": _("Tallet kan ikke være mindre enn 0."),
        "exponent": _("Skriv tallet med vanlige sifre, for eksempel 40."),
        "too_large": _("Tallet er for stort. Sjekk at du ikke har skrevet for mye."),
    }

    def __init__(self, **kwargs):
        super().__init__(max_digits=DIGITS, **kwargs)


class QuestionsForm(StepForm):
    """One field for each of the round's questions; files are asked for by themselves.

    A question that hangs on another is drawn right after it, with «bare hvis …». Its
    answer is kept whatever the other becomes, but sent only while it is asked.
    """

    step = Step.QUESTIONS

    class Meta:
        model = Version
        fields: list[str] = []

    def __init__(self, *args, size=None, **kwargs):
        """`size` is said for a form that has no version behind it."""
        super().__init__(*args, **kwargs)
        round = self.instance.application.round
        self.questions = {
            question.field_name: question
            for question in questions_of(round, size or self.instance.size)
            if question.is_written
        }
        answers = self.instance.given_answers()
        for name, question in self.questions.items():
            field = field_for(question)
            field.initial = read(question, answers.get(question.pk, ""))
            field.why = in_lang(question.why)
            field.label_lang = BOKMAL
            field.needed = question.needed
            if question.only_after:
                field.only_when = (
                    question.only_after.field_name,
                    question.only_value,
                )
                field.only_text = only_text(question)
            self.fields[name] = field
        self.stored = self.stored_values()

    def stored_values(self):
        answers = self.instance.given_answers()
        return {
            name: answers.get(question.pk, "")
            for name, question in getattr(self, "questions", {}).items()
        }

    def typed_text(self, part):
        if part not in self.cleaned_data:
            return None
        return written(self.cleaned_data[part])

    def display(self, part, text):
        return told(self.questions[part], text)

    def save_valid(self, *, by):
        super().save_valid(by=by)
        changed = [
            name
            for name in self.questions
            if self.takes(name)
            and self.typed.get(name) is not None
            and self.typed[name] != self.stored[name]
        ]
        if not changed:
            return
        version = self.instance
        version.edited_by = by.user
        version.save(update_fields=["edited_by", "edited_at"])
        for name in changed:
            question, value = self.questions[name], self.typed[name]
            if value:
                Answer.objects.update_or_create(
                    version=version, question=question, defaults={"value": value}
                )
            else:
                version.answers.filter(question=question).delete()


def only_text(question):
    """When a question that hangs on another is asked, in words."""
    return format_html(
        _("Bare hvis du svarte «{answer}» på «{text}»."),
        answer=in_lang(question.only_when),
        text=in_lang(question.only_after.text),
    )


def field_for(question):
    """The form field of one question."""
    options = {
        "label": question.text,
        "help_text": in_lang(question.help),
        "required": False,
    }
    if question.kind in LIMITS:
        return text_field(question, options)
    if question.kind == Kind.NUMBER:
        return NumberField(**options)
    if question.kind == Kind.MONEY:
        return MoneyField(**options)
    if question.kind == Kind.DATE:
        return NorwegianDateField(**options)
    if question.kind in {Kind.YES_NO, Kind.CHOICE}:
        choices = YES_NO
        if question.kind == Kind.CHOICE:
            choices = [(choice, in_lang(choice)) for choice in question.choices]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)
    return forms.FileField(**options)


def text_field(question, options):
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    if question.kind == Kind.LONG_TEXT:
        widget = forms.Textarea(attrs={"rows": 6})
    limit = question.max_length or LIMITS[question.kind]
    field = forms.CharField(max_length=limit, widget=widget, **options)
    if question.max_words:
        field.max_words = question.max_words
        field.validators.append(WordLimit(question.max_words))
    return field


def written(value):
    """A field's value as an Answer keeps it."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\r\n", "\n")


def read(question, value):
    """An Answer's value as its field takes it."""
    if not value:
        return value
    if question.kind in {Kind.NUMBER, Kind.MONEY}:
        return Decimal(value)
    if question.kind == Kind.DATE:
        return date.fromisoformat(value)
    return value


def told(question, value):
    """An Answer's value as a person reads it."""
    if not value:
        return ""
    if question.kind == Kind.YES_NO:
        return dict(YES_NO)[value]
    if question.kind == Kind.NUMBER:
        return amount_as_text(Decimal(value))
    if question.kind == Kind.MONEY:
        return f"{amount_as_text(Decimal(value))}\u00a0kr"
    if question.kind == Kind.DATE:
        day = date.fromisoformat(value)
        return f"{day.day:02}.{day.month:02}.{day.year}"
    return value
