from django import forms
from django.utils.translation import gettext_lazy as _

from grants.forms.writing import SharedForm
from grants.models import InfoRequest


class AnswerForm(SharedForm):
    """The answer to what the caseworker asked for, until it is sent."""

    answer = forms.CharField(
        label=_("Svaret ditt"),
        help_text=_(
            "Skriv hva du har endret eller lagt ved, eller svar på spørsmålet."
        ),
        max_length=InfoRequest._meta.get_field("answer").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    class Meta:
        model = InfoRequest
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer"].initial = self.instance.unsent_answer

    def stored_values(self):
        return {"answer": self.instance.unsent_answer}

    def typed_text(self, part):
        typed = self.cleaned_data.get(part)
        return None if typed is None else typed.replace("\r\n", "\n")

    def save_valid(self):
        """Keep what could be read, unsent. Call it inside the lock of the request."""
        if self.takes("answer") and self.typed["answer"] is not None:
            self.instance.unsent_answer = self.typed["answer"]
            self.instance.save(update_fields=["unsent_answer"])
        self.saved = True
