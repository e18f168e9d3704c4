"""Forms of the administrator's set-up: a round, its closing, and money in pots."""

from datetime import datetime, time, timedelta

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.forms.utils import from_current_timezone
from django.utils import timezone

from areas.models import Appropriation
from grants.models import ApplicantKind, Pot, Round
from omradesatsing.ui.fields import MoneyField, NorwegianDateField

MINUTE = timedelta(minutes=1)
END_OF_DAY = time(23, 59)


class LastMinuteFields(forms.Form):
    """A closing as people say it: the last day and minute that is in time.

    The database holds the first instant that is too late, one minute on.
    """

    last_day = NorwegianDateField(label="Siste dag for å søke")
    last_minute = forms.TimeField(
        label="Klokken",
        required=False,
        initial=END_OF_DAY,
        input_formats=["%H.%M", "%H:%M", "%H"],
        widget=forms.TimeInput(format="%H.%M", attrs={"size": 6}),
        help_text="Dette minuttet er med: 23.59 vil si ut dagen.",
        error_messages={"invalid": "Skriv klokkeslettet slik: 23.59."},
    )

    def closes_at(self, data):
        """The exclusive end, or None without a last day."""
        if not data.get("last_day"):
            return None
        last = datetime.combine(data["last_day"], data.get("last_minute") or END_OF_DAY)
        return from_current_timezone(last) + MINUTE

    def clean(self):
        data = super().clean()
        try:
            self.closes_at(data)
        except forms.ValidationError:
            self.add_error(
                "last_minute",
                "Klokken stilles den natten, så dette minuttet finnes ikke eller "
                "finnes to ganger. Velg et annet.",
            )
            data.pop("last_day", None)
        return data

    @staticmethod
    def initial_from(closes_at):
        if closes_at is None:
            return {}
        last = timezone.localtime(closes_at - MINUTE)
        return {"last_day": last.date(), "last_minute": last.time()}


class RoundForm(LastMinuteFields, forms.ModelForm):
    """A round while it is set up."""

    last_day = NorwegianDateField(
        label="Siste dag for å søke",
        required=False,
        widget=AdminDateWidget,
        help_text="Tomt: løpende, uten frist.",
    )
    applicant_kinds = forms.MultipleChoiceField(
        label="Hvem kan stå som søker?",
        choices=ApplicantKind,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Round
        fields: list[str] = []  # the admin names them

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.update(self.initial_from(self.instance.closes_at))
        if "opens_at" in self.fields:
            day, minute = self.fields["opens_at"].widget.widgets
            day.format, minute.format = "%d.%m.%Y", "%H:%M"

    def clean(self):
        data = super().clean()
        if "last_day" not in self.fields:
            return data
        closes_at, opens_at = self.closes_at(data), data.get("opens_at")
        if closes_at and opens_at and closes_at <= opens_at:
            self.add_error("last_day", "Utlysningen må stenge etter at den åpner.")
        self.instance.closes_at = closes_at
        return data


class ExtendForm(LastMinuteFields):
    """A later closing for a published round."""

    reason = forms.CharField(
        label="Hvorfor flyttes fristen?",
        help_text="Står på utlysningen, så alle kan lese det.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, round, **kwargs):
        initial = self.initial_from(round.closes_at)
        super().__init__(*args, initial=initial, **kwargs)


class DowntimeForm(forms.Form):
    """When the portal was down. How much later it closes follows from that."""

    down_from = forms.DateTimeField(
        label="Nede fra",
        help_text="Slik: 15.01.2027 20.15",
        input_formats=["%d.%m.%Y %H.%M", "%d.%m.%Y %H:%M"],
        error_messages={"invalid": "Skriv dag og klokkeslett slik: 15.01.2027 20.15."},
    )
    down_to = forms.DateTimeField(
        label="Oppe igjen",
        help_text="Fristen flyttes like lenge som portalen var nede, og til minst ett "
        "døgn etter at den var oppe igjen.",
        input_formats=["%d.%m.%Y %H.%M", "%d.%m.%Y %H:%M"],
        error_messages={"invalid": "Skriv dag og klokkeslett slik: 15.01.2027 20.15."},
    )
    reason = forms.CharField(
        label="Hva står på utlysningen?",
        initial="Portalen var nede nær fristen.",
        max_length=300,
    )


class PotAreaFormSet(forms.BaseInlineFormSet):
    """The areas of a pot. Twice in one go is caught here, twice in all by the model."""

    def clean(self):
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.is_valid()]
        areas = [row["area"] for row in rows if row and not row.get("DELETE")]
        if len(areas) > len(set(areas)):
            raise forms.ValidationError("Samme område står to ganger.")


class AllocateForm(forms.Form):
    """Money into a pot."""

    amount = MoneyField(label="Beløp")
    appropriation = forms.ModelChoiceField(
        label="Bevilgning",
        queryset=Appropriation.objects.none(),
        required=False,
        empty_label="Ikke oppgitt",
        help_text="Hvor pengene kommer fra. Rapporten til den som ga dem, bygger på "
        "dette.",
    )
    reason = forms.CharField(label="Merknad", max_length=200, required=False)

    def __init__(self, *args, pot, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["appropriation"]
        field.queryset = Appropriation.objects.filter(
            kind=Appropriation.Kind.GRANTED
        ).select_related("funder")
        field.label_from_instance = lambda row: f"{row}: {row.purpose}"


class MoveForm(forms.Form):
    """Money from one pot to another of the same round."""

    amount = MoneyField(label="Beløp")
    to = forms.ModelChoiceField(
        label="Til rammen", queryset=Pot.objects.none(), empty_label="Velg"
    )
    reason = forms.CharField(label="Hvorfor flyttes pengene?", max_length=200)

    def __init__(self, *args, pot, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = pot.round.pots.exclude(pk=pot.pk)
