"""The forms of the appeal pages; each reads what one verb takes."""

from django import forms

from grants.casework.forms import CaseForm, OutcomeForm, textarea
from grants.forms.appeals import FilesOfAppeal
from grants.models import Appeal
from omradesatsing.ui.fields import NorwegianDateField


class RegisterAppealForm(CaseForm, FilesOfAppeal):
    """An appeal on paper or by e-mail, as it came."""

    name = "register_appeal"
    heading = "Registrer en klage som kom utenom portalen"
    button = "Registrer klagen"

    channel = forms.ChoiceField(
        label="Hvordan kom klagen?",
        choices=[("letter", "Brev"), ("email", "E-post")],
        widget=forms.RadioSelect,
    )
    sent_on = NorwegianDateField(
        label="Når ble den sendt?",
        help_text="Poststempelet eller datoen på e-posten. Det er den som teller.",
    )
    by_party = forms.TypedChoiceField(
        label="Hvem klager?",
        choices=[("ja", "Søkeren"), ("nei", "Noen andre som er berørt")],
        coerce=lambda value: value == "ja",
        widget=forms.RadioSelect,
    )
    wanted = forms.CharField(
        label="Hva vil klageren ha endret?", max_length=4000, widget=textarea(4)
    )
    reasons = forms.CharField(
        label="Hvorfor?", max_length=8000, widget=textarea(5), required=False
    )
    wants_delay = forms.BooleanField(
        label="Klageren ber om utsatt iverksetting", required=False
    )
    appellant = forms.CharField(
        label="Navnet på den som klager", max_length=120, required=False
    )
    contact = forms.CharField(
        label="Adresse, e-post eller telefon", max_length=200, required=False
    )
    interest = forms.CharField(
        label="Hvordan er klageren berørt?",
        help_text="Bare når det ikke er søkeren som klager.",
        max_length=1000,
        widget=textarea(2),
        required=False,
    )

    def clean(self):
        data = super().clean()
        data["name"] = data.pop("appellant", "")
        if data.get("by_party") is False and not data["name"].strip():
            self.add_error("appellant", "Skriv hvem som klager.")
        return data


class ReasonForm(CaseForm):
    """One text, as a verb takes it under the name `takes`."""

    takes = "reason"
    text = forms.CharField(max_length=8000, widget=textarea(6))
    label = help_text = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = self.label
        self.fields["text"].help_text = self.help_text

    def verb_fields(self):
        return {self.takes: self.cleaned_data["text"]}


class TakeInLateForm(ReasonForm):
    name, heading, button = "ta-inn", "Ta inn den sene klagen", "Ta inn klagen"
    label = "Hvilken særlig grunn er det?"
    help_text = "Kan ikke klageren lastes for det, eller er det viktig å få den prøvd?"


class UpholdForm(ReasonForm):
    name, heading, button = "sta", "La vedtaket stå", "Lagre uttalelsen"
    takes = "statement"
    label = "Uttalelse til klageinstansen"
    help_text = (
        "Svar på det klagen sier, og skriv hvorfor vedtaket bør stå. Partene får den."
    )


class DismissForm(ReasonForm):
    name, heading, button = "avvis", "Avvis klagen", "Avvis klagen"
    takes = "reasons"
    label = "Hvorfor kan den ikke behandles?"
    help_text = "Et eget vedtak, som kan påklages. Klageren leser dette."


class RejectForm(ReasonForm):
    name, heading, button = "forkast", "Ikke endre vedtaket slik", "Send tilbake"
    label = "Hva må ses på igjen?"


class AskForm(CaseForm):
    name, heading, button = "spor", "Be om at klagen blir klarere", "Send til klageren"
    text = forms.CharField(
        label="Hva må klageren svare på?", max_length=2000, widget=textarea(4)
    )
    due_on = NorwegianDateField(label="Svar innen")

    def verb_fields(self):
        return self.cleaned_data


class GoOnForm(CaseForm):
    name, heading, button = "videre", "Gå videre", "Gå videre"
    answer = forms.CharField(
        label="Svar som kom utenom portalen",
        help_text="Tomt: Klageren svarte ikke.",
        max_length=4000,
        widget=textarea(3),
        required=False,
    )

    def verb_fields(self):
        return self.cleaned_data


class DelayForm(CaseForm):
    name, heading, button = "utsett", "Avgjør utsatt iverksetting", "Lagre"
    granted = forms.TypedChoiceField(
        label="Skal vi vente med å gjennomføre vedtaket?",
        choices=[
            ("ja", "Ja, ingenting utbetales nå"),
            ("nei", "Nei, vedtaket gjelder"),
        ],
        coerce=lambda value: value == "ja",
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(
        label="Hvorfor?",
        help_text="Klageren leser dette.",
        max_length=2000,
        widget=textarea(3),
    )

    def verb_fields(self):
        return self.cleaned_data


class MoneyForm(CaseForm):
    name, heading, button = "penger", "Be om penger til rammen", "Lagre"
    asked_of = forms.CharField(
        label="Hvem er bedt om pengene?",
        help_text="For eksempel avdelingen som disponerer bevilgningen.",
        max_length=200,
    )

    def verb_fields(self):
        return self.cleaned_data


class NewDecisionForm(OutcomeForm):
    """A new decision in place of the one that stands."""

    name, heading, button = "omgjor", "Foreslå et nytt vedtak", "Foreslå vedtaket"
    what_changed = forms.CharField(
        label="Hva er endret, og hvorfor?",
        help_text="Står i brevet til søkeren.",
        max_length=2000,
        widget=textarea(3),
        required=False,
    )
    field_order = ["outcome", "amount", "what_changed"]

    def clean(self):
        data = super().clean()
        if not data.get("what_changed") and "outcome" in data:
            self.add_error("what_changed", "Skriv hva som er endret, og hvorfor.")
        return data

    def verb_fields(self):
        return self.cleaned_data


class ProposeForm(NewDecisionForm):
    """What the appeal body comes to; a new decision only when it changes the old."""

    name, heading, button = "foresla", "Foreslå utfallet", "Foreslå utfallet"
    result = forms.ChoiceField(
        label="Hva blir utfallet av klagen?",
        choices=[
            ("upheld", "Vedtaket står"),
            ("changed", "Vedtaket endres"),
            ("sent_back", "Saken sendes tilbake"),
            ("dismissed", "Klagen avvises"),
        ],
        widget=forms.RadioSelect,
    )
    result_reasons = forms.CharField(
        label="Begrunnelse for utfallet",
        help_text="Klageren leser dette.",
        max_length=8000,
        widget=textarea(8),
    )
    harm_interests = forms.CharField(
        label="Hensyn som veier tyngre",
        help_text="Bare når utfallet blir dårligere for klageren.",
        max_length=2000,
        widget=textarea(2),
        required=False,
    )
    field_order = ["result", "result_reasons", "harm_interests", "outcome", "amount"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].label = "Det nye vedtaket"
        self.fields["outcome"].help_text = "Fylles ut bare når vedtaket endres."
        self.fields["outcome"].required = False

    def clean(self):
        if self.cleaned_data.get("result") != Appeal.Result.CHANGED:
            self.cleaned_data["outcome"] = ""
            return self.cleaned_data
        if not self.cleaned_data.get("outcome"):
            self.add_error("outcome", "Velg hva det nye vedtaket går ut på.")
        return super().clean()

    def verb_fields(self):
        data = dict(self.cleaned_data)
        fields = {
            "result": data.pop("result"),
            "reasons": data.pop("result_reasons"),
            "harm_interests": data.pop("harm_interests"),
        }
        if fields["result"] == Appeal.Result.CHANGED:
            fields["decision"] = data
        return fields


class PlaceForm(forms.Form):
    number = forms.CharField(label="Saksnummer", max_length=20)
