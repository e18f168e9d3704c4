"""The forms about what follows a decision. The verbs are the guards."""

from django import forms

from grants.casework.forms import CaseForm, ReasonsForm, textarea
from grants.models import Award
from omradesatsing.ui.fields import NorwegianDateField, PostalCodeField


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


class AskReasonsForm(CaseForm):
    name = "ask_reasons"
    heading = "Før inn et krav om begrunnelse som kom på annen måte"
    button = "Før inn kravet"

    note = forms.CharField(
        label="Hvordan og når kom kravet?",
        help_text="For eksempel «E-post 3. mars». Søkeren kan få se det.",
        max_length=2000,
        widget=textarea(2),
    )


class GiveReasonsForm(ReasonsForm):
    """The same reasons, all needed; nothing else that a decision says."""

    name = "give_reasons"
    heading = "Skriv begrunnelsen"
    button = "Send begrunnelsen"
    draft_button = ""
    optional_marks = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["conditions"], self.fields["why_amount"]
        for name in ["facts", "rules", "considerations"]:
            self.fields[name].required = True
        self.fields[
            "facts"
        ].help_text = "Det som hadde betydning, slik søkeren kjenner det igjen."


class RepresentativeForm(CaseForm):
    name = "enter_representative"
    heading = "Før inn en fullmektig"
    button = "Før inn"

    person = forms.CharField(label="Navn", max_length=120)
    address = forms.CharField(label="Adresse", max_length=200)
    postal_code = PostalCodeField(label="Postnummer")
    city = forms.CharField(label="Poststed", max_length=80)
    file = forms.FileField(
        label="Den skriftlige fullmakten",
        help_text="PDF eller bilde, underskrevet av søkeren.",
    )


class EndRepresentativeForm(CaseForm):
    name = "end_representative"
    heading = "Avslutt fullmakten"
    button = "Avslutt"

    reason = forms.CharField(
        label="Hvorfor?",
        help_text="For eksempel «Søkeren trakk den tilbake i brev 3. mars».",
        max_length=200,
    )
