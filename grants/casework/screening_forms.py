"""The forms of screening on the case page. The verbs are the guards."""

from datetime import timedelta

from django import forms

from grants.casework.forms import CaseForm, RequestInfoForm, textarea
from grants.deadlines import added, next_working_day
from grants.models import Award, Finding, HeldFact, LegalTerm, StateAidNote
from omradesatsing.ui.fields import MoneyField, NorwegianDateField
from omradesatsing.ui.templatetags.ui import money


class CheckForm(CaseForm):
    """What was found for each item of the checklist."""

    name = "check_form"
    heading = "Gå gjennom sjekklisten"
    button = "Lagre sjekklisten"

    def __init__(self, *args, case, items, findings, **kwargs):
        super().__init__(*args, case=case, **kwargs)
        self.items = items
        found = {row.item_id: row for row in findings}
        for item in items:
            last = found.get(item.pk)
            self.fields[f"result_{item.pk}"] = forms.ChoiceField(
                label=item.text,
                help_text=item.reference,
                choices=Finding.Result,
                widget=forms.RadioSelect,
                required=False,
                initial=last and last.result,
            )
            self.fields[f"note_{item.pk}"] = forms.CharField(
                label=f"Hva mangler? ({item.text})",
                max_length=Finding._meta.get_field("note").max_length,
                required=False,
                initial=last and last.note,
            )

    def findings(self):
        """What the verb `check_form` takes; items without an answer are left out."""
        data = self.cleaned_data
        return {
            item: (data[f"result_{item.pk}"], data[f"note_{item.pk}"])
            for item in self.items
            if data[f"result_{item.pk}"]
        }


class ReplyForNowForm(CaseForm):
    """The interim reply. What is left out is said to be unknown, or told for all."""

    name = "reply_for_now"
    heading = "Send foreløpig svar"
    button = "Send foreløpig svar"

    expected_on = NorwegianDateField(
        label="Når regner du med å svare?",
        help_text="Skriv en dag du er trygg på. La feltet stå tomt hvis du ikke vet.",
        required=False,
    )
    reason = forms.CharField(
        label="Hvorfor tar det tid?",
        help_text="Står det tomt, skriver brevet at søknadene blir vurdert samlet.",
        max_length=1000,
        required=False,
        widget=textarea(3),
    )

    def __init__(self, *args, case, today, **kwargs):
        super().__init__(*args, case=case, **kwargs)
        answer_on = case.round.expected_answer_on
        if answer_on and answer_on > today:
            self.fields["expected_on"].initial = answer_on


class HoldFactForm(CaseForm):
    name = "hold_fact"
    heading = "Legg inn en opplysning fra andre"
    button = "Lagre opplysningen"

    source = forms.CharField(
        label="Hvor kommer den fra?",
        help_text="For eksempel Enhetsregisteret, eller hvem som ringte.",
        max_length=HeldFact._meta.get_field("source").max_length,
    )
    seen_on = NorwegianDateField(label="Når så du den?")
    text = forms.CharField(
        label="Hva sier den?",
        help_text="Søkeren får lese dette. Skriv bare det som betyr noe for saken.",
        max_length=HeldFact._meta.get_field("text").max_length,
        widget=textarea(4),
    )


class SendFactsForm(CaseForm):
    name = "send_facts"
    heading = "Send opplysningene til søkeren"
    button = "Send til søkeren"

    due_on = NorwegianDateField(label="Siste dag for å uttale seg")

    DAYS = timedelta(days=14)

    def __init__(self, *args, case, today, **kwargs):
        initial = {"due_on": next_working_day(today + self.DAYS)}
        super().__init__(*args, case=case, initial=initial, **kwargs)


class DropFactForm(CaseForm):
    name = "drop_fact"
    heading = "Legg bort en opplysning"
    button = "Legg bort"

    fact = forms.ModelChoiceField(
        label="Hvilken?", queryset=HeldFact.objects.none(), empty_label="Velg"
    )
    reason = forms.CharField(
        label="Hvorfor brukes den ikke?",
        max_length=HeldFact._meta.get_field("dropped_reason").max_length,
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, case=case, **kwargs)
        self.fields["fact"].queryset = case.held_facts.standing()


class StateAidForm(CaseForm):
    name = "note_state_aid"
    heading = "Vurder statsstøtte"
    button = "Lagre om statsstøtte"

    activity = forms.ChoiceField(
        label="Driver organisasjonen økonomisk aktivitet i prosjektet?",
        help_text="Selger den varer eller tjenester i et marked?",
        choices=StateAidNote.Activity,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="Hvorfor?",
        max_length=StateAidNote._meta.get_field("reason").max_length,
        widget=textarea(3),
    )
    declared = MoneyField(
        label="Bagatellmessig støtte de siste tre årene, oppgitt av søkeren",
        required=False,
    )
    own_awards = MoneyField(label="Tilskudd fra oss i samme tid", required=False)
    others = MoneyField(label="Annen støtte du kjenner til", required=False)
    rate = forms.DecimalField(
        label="Kroner for en euro",
        help_text="Norges Banks kurs, for eksempel 11,7350.",
        localize=True,
        min_value=1,
        max_digits=8,
        decimal_places=4,
        required=False,
    )
    rate_on = NorwegianDateField(label="Kursen gjelder", required=False)

    def __init__(self, *args, case, note=None, today, **kwargs):
        awards = awards_of_three_years(case, today)
        names = ["activity", "reason", "declared", "own_awards", "others"]
        names += ["rate", "rate_on"]
        version = case.current
        initial = (
            {name: getattr(note, name) for name in names}
            if note
            else {
                "activity": version.economic_activity,
                "reason": version.economic_reason,
                "declared": version.aid_received,
                "own_awards": sum(award.amount for award in awards) or None,
            }
        )
        super().__init__(*args, case=case, initial=initial, **kwargs)
        listed = [
            f"{award.application.number}: {money(award.amount)}" for award in awards
        ]
        self.fields["own_awards"].help_text = (
            f"Vi kjenner til disse: {', '.join(listed)}."
            if listed
            else "Vi kjenner ikke til noen."
        )


def awards_of_three_years(case, today):
    """What the organisation has got from us and not said no to, as anyone may know.

    By its number, whoever applied for it: the rule counts the undertaking.
    """
    if case.applicant.organisation_id is None:
        return []
    rows = Award.objects.filter(
        state__in=[Award.State.OFFERED, Award.State.ACCEPTED],
        decision__announced_at__isnull=False,
        offered_at__date__gt=added(today, -36, LegalTerm.Unit.MONTHS),
        application__applicant__organisation=case.applicant.organisation_id,
    ).exclude(application=case)
    return list(rows.select_related("application").order_by("offered_at", "pk"))


def prefilled_request(case, *, today, steps, findings):
    """The request to the applicant, with what the checklist says is missing."""
    faults = [row for row in findings if row.is_fault]
    form = RequestInfoForm(case=case, today=today, steps=steps)
    if faults:
        form.initial["text"] = "\n".join(row.in_request() for row in faults)
        form.initial["steps"] = [row.item.step for row in faults if row.item.step]
    return form
