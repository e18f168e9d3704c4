from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _

from grants.models import Verdict
from omradesatsing.ui.templatetags.ui import BOKMAL, in_lang

# From best to worst: the worst answer gives the verdict.
ORDER = [Verdict.YES, Verdict.MAYBE, Verdict.NO]


class EligibilityForm(forms.Form):
    """«Kan vi søke?»: the round's own questions. Advises, stores nothing, stops nobody.

    `questions` are EligibilityQuestions with their answers prefetched.
    """

    def __init__(self, *args, questions, **kwargs):
        super().__init__(*args, **kwargs)
        self.answers = {
            str(answer.pk): (question, answer)
            for question in questions
            for answer in question.answers.all()
        }
        for question in questions:
            choices = [(str(a.pk), in_lang(a.text)) for a in question.answers.all()]
            field = forms.ChoiceField(
                label=question.text,
                help_text=in_lang(question.help),
                choices=choices,
                widget=forms.RadioSelect,
                error_messages={
                    "required": format_html(
                        _("Velg et svar på «{question}»"),
                        question=in_lang(question.text),
                    )
                },
            )
            field.label_lang = BOKMAL
            self.fields[f"q{question.pk}"] = field

    def chosen(self):
        """The questions with the answer given to each, in order."""
        return [self.answers[pk] for pk in self.cleaned_data.values()]

    def verdict(self):
        verdicts = [answer.verdict for _question, answer in self.chosen()]
        return Verdict(max(verdicts, key=ORDER.index, default=Verdict.YES))

    def flags(self):
        """The answers that speak against applying, or call for a talk first."""
        return [a for _question, a in self.chosen() if a.verdict != Verdict.YES]
