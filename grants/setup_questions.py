"""How staff write the round's own questions, and see the form as applicants will."""

from django import forms

from grants.blank_form import blank_form, needed_count, sizes_of
from grants.models import Question

# What a first-time treasurer can be asked in the short form.
MOST_IN_SHORT = 10


class LinesField(forms.CharField):
    """A list of short texts, one on each line."""

    def __init__(self, **kwargs):
        kwargs.pop("base_field", None)
        kwargs.pop("max_length", None)
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), **kwargs)

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        lines = super().to_python(value).splitlines()
        # The same answer twice would be one answer that nobody can tell apart.
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def has_changed(self, initial, data):
        return self.to_python(data) != (initial or [])


class QuestionForm(forms.ModelForm):
    choices = LinesField(
        label="Svar å velge mellom",
        help_text="Bare for «ett valg». Ett svar på hver linje.",
        required=False,
    )

    class Meta:
        model = Question
        fields = [
            "position",
            "text",
            "kind",
            "choices",
            "help",
            "why",
            "needed",
            "max_length",
            "max_words",
            "long_form_only",
            "special_category",
            "only_after",
            "only_when",
        ]

    def clean_choices(self):
        choices = self.cleaned_data["choices"]
        limit = Question._meta.get_field("choices").base_field.max_length
        if any(len(choice) > limit for choice in choices):
            raise forms.ValidationError(f"Hvert svar kan ha høyst {limit} tegn.")
        return choices

    def clean(self):
        data = super().clean()
        choices = data.get("choices", [])
        if data.get("kind") == Question.Kind.CHOICE and len(choices) < 2:
            self.add_error("choices", "Skriv minst to svar å velge mellom.")
        if data.get("kind") != Question.Kind.CHOICE and choices:
            self.add_error("choices", "Bare «ett valg» har svar å velge mellom.")
        return data


class QuestionFormSet(forms.BaseInlineFormSet):
    """A question may hang on an earlier one of the same round, saved before it."""

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        self._offer_own(form)
        return form

    @property
    def empty_form(self):
        form = super().empty_form
        self._offer_own(form)
        return form

    def _offer_own(self, form):
        if "only_after" in form.fields:
            form.fields["only_after"].queryset = Question.objects.filter(
                round=self.instance.pk
            ).exclude(pk=form.instance.pk)

    def clean(self):
        super().clean()
        rows = [
            form
            for form in self.forms
            if form.is_valid() and not form.cleaned_data.get("DELETE")
        ]
        # Judged by what the rows will be, not by what they were.
        by_pk = {form.instance.pk: form.instance for form in rows if form.instance.pk}
        for form in rows:
            question = form.instance
            if question.only_after_id in by_pk:
                question.only_after = by_pk[question.only_after_id]
            question.round_id = self.instance.pk
            if fault := question.fault():
                form.add_error("only_after", fault)


def preview_context(round):
    """Every form of the round as applicants see it, and how many must be answered."""
    return {
        "round": round,
        "most": MOST_IN_SHORT,
        "forms": [
            {
                "size": size,
                "label": size.label,
                "sections": blank_form(round, size),
                "needed": needed_count(round, size),
            }
            for size in sizes_of(round)
        ],
    }
