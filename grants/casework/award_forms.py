"""The forms about an award. The verbs are the guards."""

from django import forms

from grants.casework.forms import CaseForm, textarea
from grants.models import Award
from omradesatsing.ui.fields import NorwegianDateField


class NoteAnswerForm(CaseForm):
    name = "note_answer"
    heading = "Før inn et svar som kom på annen måte"
    button = "Før inn svaret"

    answer = forms.ChoiceField(
        label="Hva svarte de?",
        choices=[
            (Award.State.ACCEPTED, "Ja takk, de tar imot"),
            (Award.State.DECLINED, "Nei takk. Pengene går tilbake til rammen"),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="Hvordan og når kom svaret?",
        help_text="For eksempel «Brev fra lederen 3. mars». Søkeren kan få se det.",
        max_length=2000,
        widget=textarea(3),
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, case=case, **kwargs)
        if case.award.state == Award.State.ACCEPTED:
            yes, no = self.fields["answer"].choices
            self.fields["answer"].choices = [no]


class MoreTimeForm(CaseForm):
    name = "more_time"
    heading = "Gi lenger tid til å svare"
    button = "Flytt fristen"

    until = NorwegianDateField(label="Ny siste dag")
