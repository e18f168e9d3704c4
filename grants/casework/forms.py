"""The forms of the case page. Each reads what one verb takes; the verb is the guard."""

from datetime import timedelta
from decimal import Decimal

from django import forms

from areas.models import Body
from grants.deadlines import next_working_day
from grants.models import (
    Advice,
    BodyDecision,
    Decision,
    DecisionFlag,
    Declaration,
    Delegation,
    InfoRequest,
    InternalNote,
    LateEntry,
    Membership,
    Outcome,
    Step,
)
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.fields import MoneyField, NorwegianDateField
from omradesatsing.ui.templatetags.ui import date_no


def textarea(rows):
    return forms.Textarea(attrs={"rows": rows})


class CaseForm(forms.Form):
    """A form about one case. Several stand on a page, so ids carry the form's name."""

    name = ""
    heading = ""
    button = ""
    draft_button = ""

    def __init__(self, data=None, files=None, *, case, **kwargs):
        self.case = case
        super().__init__(data, files, auto_id=f"id_{self.name}_%s", **kwargs)


class DeclareForm(CaseForm):
    name = "declare"
    optional_marks = False  # the ground is needed by one of the two answers

    HABIL, INHABIL = "habil", "inhabil"
    answer = forms.ChoiceField(
        label="Er du habil i saken?",
        choices=[
            (HABIL, "Ja, jeg er habil"),
            (INHABIL, "Nei, jeg er inhabil"),
        ],
        widget=forms.RadioSelect,
    )
    ground = forms.ChoiceField(
        label="Hva gjør deg inhabil?",
        help_text="Svar bare hvis du er inhabil.",
        choices=Declaration.Ground,
        widget=forms.RadioSelect,
        required=False,
    )

    def clean(self):
        data = super().clean()
        conflict = data.get("answer") == self.INHABIL
        if conflict and not data.get("ground"):
            self.add_error("ground", "Velg hva slags tilknytning det er.")
        if data.get("answer") == self.HABIL and data.get("ground"):
            self.add_error(
                "answer", "Du har valgt en tilknytning. Da er du inhabil i saken."
            )
        return data

    def declaration(self):
        """What the verb `declare` takes."""
        conflict = self.cleaned_data["answer"] == self.INHABIL
        return {
            "conflict": conflict,
            "ground": self.cleaned_data["ground"] if conflict else "",
        }


class HandOverForm(CaseForm):
    name = "hand_over"
    heading = "Gi saken til en annen"
    button = "Gi videre"

    to = forms.ModelChoiceField(
        label="Saksbehandler", queryset=User.objects.none(), empty_label="Velg"
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, case=case, **kwargs)
        self.fields["to"].queryset = (
            User.objects.filter(
                is_active=True,
                is_staff=True,
                groups__name=roles.CASEWORKER,
            )
            .exclude(pk__in=case.conflicted().values("pk"))
            .exclude(pk=case.caseworker_id)
            .order_by("name", "email")
        )


class RequestInfoForm(CaseForm):
    name = "request_info"
    heading = "Be søkeren om mer"
    button = "Send til søkeren"

    text = forms.CharField(
        label="Hva mangler, og hvordan kan søkeren rette det?",
        help_text="Søkeren leser dette. Skriv kort, ett punkt på hver linje.",
        max_length=InfoRequest._meta.get_field("text").max_length,
        widget=textarea(6),
    )
    due_on = NorwegianDateField(label="Svar innen")
    steps = forms.MultipleChoiceField(
        label="Hvilke deler kan søkeren endre?",
        help_text="Ingen: søkeren svarer bare med tekst.",
        choices=Step,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    # Long enough to ask a board; can be changed in the form.
    DAYS = timedelta(days=14)

    def __init__(self, *args, case, today, steps=None, **kwargs):
        self.today = today
        initial = {"due_on": next_working_day(today + self.DAYS)}
        super().__init__(*args, case=case, initial=initial, **kwargs)
        # A short form has fewer parts than a long one.
        self.fields["steps"].choices = [
            (step.value, step.label) for step in steps or case.current.steps
        ]

    def clean_due_on(self):
        due_on = self.cleaned_data["due_on"]
        try:
            InfoRequest.check_due(due_on, today=self.today)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return due_on


class AdviceForm(CaseForm):
    name = "advise"
    heading = "Gi råd fra området"
    button = "Lagre rådet"

    stance = forms.ChoiceField(
        label="Ditt råd", choices=Advice.Stance, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label="Begrunnelse",
        help_text="Hva betyr prosjektet for området, og hvordan passer det med resten? "
        "Fakta her kan søkeren få se.",
        max_length=Advice._meta.get_field("text").max_length,
        widget=textarea(5),
    )


class NoteForm(CaseForm):
    name = "note"
    heading = "Skriv et internt notat"
    button = "Lagre notatet"

    text = forms.CharField(
        label="Notat",
        help_text="Bare kommunen ser notatet. Fakta her kan søkeren få se.",
        max_length=InternalNote.MOST,
        widget=textarea(5),
    )


class ReasonsForm(CaseForm):
    """The reasons alone: what is written so far may be kept and gone on with."""

    name = "recommend"
    heading = "Skriv innstilling"
    button = "Innstill"
    draft_button = "Lagre begrunnelsen og fortsett senere"
    optional_marks = False  # what is needed depends on the outcome

    facts = forms.CharField(
        label="Fakta",
        help_text="Det som har hatt betydning, slik søkeren kjenner det igjen. Fakta, "
        "regler og vurdering kan bare stå tomme når hele beløpet innvilges.",
        max_length=4000,
        widget=textarea(4),
        required=False,
    )
    rules = forms.CharField(
        label="Regler",
        help_text="Hvilke regler som gjelder, og hva de sier.",
        max_length=4000,
        widget=textarea(4),
        required=False,
    )
    considerations = forms.CharField(
        label="Vurdering",
        help_text="Hva som var avgjørende, sett mot kriteriene.",
        max_length=4000,
        widget=textarea(6),
        required=False,
    )
    conditions = forms.CharField(
        label="Vilkår",
        help_text="Bare det som kommer i tillegg til utlysningen. Kan stå tomt.",
        max_length=2000,
        widget=textarea(3),
        required=False,
    )
    why_amount = forms.CharField(
        label="Hvorfor dette beløpet, eller hvor grensen gikk",
        help_text="Ved delvis innvilget: hvorfor summen ble slik. Ved avslag fordi "
        "pengene ikke rakk: hvor grensen gikk, og hvorfor søknaden falt under den. "
        "Ellers tomt.",
        max_length=2000,
        widget=textarea(3),
        required=False,
    )
    reasons_in_english = forms.CharField(
        label="Begrunnelsen på engelsk",
        help_text="Bare når søkeren leser engelsk. Det norske brevet er vedtaket. Er "
        "feltet tomt, står den norske begrunnelsen i oversettelsen.",
        max_length=8000,
        widget=textarea(3),
        required=False,
    )


class OutcomeForm(ReasonsForm):
    """An outcome with amount and reasons, for a recommendation or a decision."""

    draft_button = ""

    outcome = forms.ChoiceField(
        label="Resultat", choices=Outcome, widget=forms.RadioSelect
    )
    amount = MoneyField(
        label="Beløp",
        help_text="Trengs bare når søknaden innvilges delvis.",
        required=False,
    )
    field_order = ["outcome", "amount"]

    REASONS = {
        "facts": "Skriv hvilke fakta som har hatt betydning.",
        "rules": "Skriv hvilke regler som gjelder.",
        "considerations": "Skriv hva som var avgjørende.",
    }

    def __init__(self, *args, case, from_recommendation=None, **kwargs):
        earlier = from_recommendation
        initial = case.prepared_reasons()
        if earlier:
            told = [name for name in self.base_fields if hasattr(earlier, name)]
            initial = {name: getattr(earlier, name) for name in told}
            if earlier.outcome != Outcome.PARTLY:
                initial["amount"] = None
            draft = getattr(case, "reasons_draft", None)
            if draft and draft.written_at > earlier.recommended_at:
                initial |= case.prepared_reasons()
        super().__init__(*args, case=case, initial=initial, **kwargs)

    def clean(self):
        data = super().clean()
        outcome = data.get("outcome")
        if outcome and outcome != Outcome.GRANTED:
            for name, message in self.REASONS.items():
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, message)
        said_why = data.get("why_amount") or "why_amount" in self.errors
        if outcome == Outcome.PARTLY and not said_why:
            self.add_error("why_amount", "Skriv hvorfor beløpet ble slik.")
        if outcome == Outcome.PARTLY and not data.get("amount"):
            if "amount" not in self.errors:
                self.add_error("amount", "Skriv hvor mye som innvilges.")
        elif outcome and data.get("amount") is None:
            # The outcome alone says how much: all of it, or nothing.
            granted = outcome == Outcome.GRANTED
            data["amount"] = self.case.current.amount if granted else Decimal(0)
        return data


class RecommendForm(OutcomeForm):
    """A recommendation; of a fault that was not mended in time, to dismiss it.

    `unmended` is the InfoRequest that nobody answered.
    """

    draft_button = ReasonsForm.draft_button

    def __init__(self, *args, unmended=None, **kwargs):
        super().__init__(*args, **kwargs)
        if unmended and not any(self.initial.values()):
            self.initial["outcome"] = Outcome.DISMISSED
            self.initial["facts"] = (
                f"Vi ba {date_no(unmended.asked_at)} om dette: {unmended.text} "
                f"Fristen var {date_no(unmended.due_on)}. Vi fikk ikke svar."
            )


class DecideForm(OutcomeForm):
    name = "decide"

    NOW, HOLD = "now", "hold"
    hold = forms.ChoiceField(
        label="Når skal søkeren få vite det?",
        help_text="Kjent nå: brevet og varselet går straks, og klagefristen begynner. "
        "Holdt tilbake: pengene er satt av, og søkeren ser «til vedtak» til noen gjør "
        "vedtakene i utlysningen kjent.",
        choices=[
            (NOW, "Gjør vedtaket kjent nå"),
            (HOLD, "Hold tilbake til alle gjøres kjent"),
        ],
        initial=NOW,
        widget=forms.RadioSelect,
        required=False,
    )

    def clean_hold(self):
        return self.cleaned_data["hold"] == self.HOLD


class ProposeChangeForm(OutcomeForm):
    """A new decision instead of one that is made, with what it changes."""

    name = "propose_change"

    kind = forms.ChoiceField(
        label="Hva er dette?",
        choices=[
            (Decision.Kind.CORRECTION, "Retting: noe ble skrevet eller regnet feil"),
            (Decision.Kind.REVERSAL, "Omgjøring: saken skal ha et annet resultat"),
        ],
        widget=forms.RadioSelect,
    )
    what_changed = forms.CharField(
        label="Hva er endret, og hvorfor?",
        help_text="Står i brevet til søkeren, rett etter resultatet.",
        max_length=2000,
        widget=textarea(3),
    )
    field_order = ["kind", "what_changed", "outcome", "amount"]

    def __init__(self, *args, case, decision, **kwargs):
        super().__init__(*args, case=case, **kwargs)
        told = set(self.fields) - {"kind", "what_changed"}
        self.initial |= {name: getattr(decision, name) for name in told}
        if decision.outcome != Outcome.PARTLY:
            self.initial["amount"] = None


class DecideChangeForm(DecideForm):
    name = "decide_change"

    what_changed = ProposeChangeForm.base_fields["what_changed"]
    field_order = ["what_changed", "outcome", "amount"]


class RejectChangeForm(CaseForm):
    name = "reject_change"
    heading = "La vedtaket stå"
    button = "La vedtaket stå"

    reason = forms.CharField(
        label="Hvorfor skal det stå?",
        help_text="Til den som foreslo det. Søkeren ser det ikke.",
        max_length=2000,
        widget=textarea(3),
    )


class BodyDecisionForm(CaseForm):
    """What a body decided, as its minutes say."""

    name = "body_decision"
    button = "Før inn vedtaket"

    body = forms.ModelChoiceField(
        label="Organ", queryset=Body.objects.none(), empty_label="Velg"
    )
    meeting_on = NorwegianDateField(label="Møtedato")
    case_number = forms.CharField(
        label="Saksnummer",
        help_text="Slik det står i protokollen, for eksempel 123/26.",
        max_length=BodyDecision._meta.get_field("case_number").max_length,
    )
    outcome = OutcomeForm.base_fields["outcome"]
    amount = OutcomeForm.base_fields["amount"]
    stood_down = forms.CharField(
        label="Hvem gikk fra møtet?",
        help_text="Inhabile medlemmer, og hvorfor, slik protokollen sier det. Står "
        "ikke i brevet.",
        max_length=1000,
        widget=textarea(2),
        required=False,
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, case=case, **kwargs)
        holders = Delegation.objects.filter(scheme=case.round.scheme_id)
        self.fields["body"].queryset = Body.objects.filter(
            pk__in=holders.values("to_body")
        )

    def clean(self):
        data = super().clean()
        if data.get("outcome") and data.get("amount") is None:
            granted = data["outcome"] == Outcome.GRANTED
            data["amount"] = self.case.current.amount if granted else Decimal(0)
        return data


class TakeInForm(CaseForm):
    name = "take_in"
    heading = "Ta inn søknaden"
    button = "Ta inn"

    reason = forms.CharField(
        label="Hvorfor kan den bli vurdert?",
        help_text="Søkeren leser dette. Kan den ikke tas inn, innstiller du på "
        "avvisning; det er et vedtak som kan påklages.",
        max_length=LateEntry._meta.get_field("ruling").max_length,
        widget=textarea(4),
    )


class SendBackForm(CaseForm):
    name = "send_back"
    heading = "Send saken tilbake"
    button = "Send tilbake"

    reason = forms.CharField(
        label="Hva må ses på igjen?",
        help_text="Til saksbehandleren. Søkeren ser det ikke.",
        max_length=2000,
        widget=textarea(4),
    )


class SettleForm(CaseForm):
    name = "settle"
    heading = "Si hva det nye blikket førte til"
    button = "Lagre"

    reason = forms.CharField(
        label="Hva førte det nye blikket til?",
        help_text="For eksempel at vedtaket står, og hvorfor, eller at det er "
        "foreslått et nytt vedtak.",
        max_length=DecisionFlag._meta.get_field("settlement").max_length,
        widget=textarea(4),
    )


class ConfirmMemberForm(CaseForm):
    name = "confirm_member"
    heading = "Bekreft et medlem"
    button = "Bekreft medlemmet"

    membership = forms.ModelChoiceField(
        label="Hvem har du sjekket?",
        queryset=Membership.objects.none(),
        empty_label="Velg",
    )
    note = forms.CharField(
        label="Hvordan er det sjekket?",
        help_text="For eksempel: står som styreleder i Enhetsregisteret, ringte laget.",
        max_length=Membership._meta.get_field("proof_note").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, case=case, **kwargs)
        field = self.fields["membership"]
        field.queryset = (
            Membership.objects.active()
            .filter(applicant=case.applicant_id)
            .exclude(proof__in=Membership.SHOWN)
            .select_related("user")
        )
        field.label_from_instance = lambda membership: str(membership.user)


class ConfirmScanForm(CaseForm):
    name = "confirm_scan"
    heading = "Registrer underskrevet utskrift"
    button = "Registrer bekreftelsen"

    file = forms.FileField(
        label="Skannet utskrift med underskrift",
        help_text="PDF eller bilde. Brevene går i posten etterpå.",
    )


class ProveForm(CaseForm):
    name = "prove_received"
    heading = "Skriv hvordan det er sjekket hvem som søker"
    button = "Lagre"

    proof_note = forms.CharField(
        label="Hvordan er det sjekket?",
        help_text="For eksempel «Leder i registeret har skrevet under». Da kan "
        "pengene tas imot.",
        max_length=500,
        widget=textarea(2),
    )
