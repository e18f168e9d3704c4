"""The steps of an application. Each saves what it can read, whole or with holes.

What is missing is asked for when the application is checked, not while it is written.
"""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from areas.models import Theme
from grants.forms.questions import NumberField, QuestionsForm
from grants.forms.writing import StepForm
from grants.models import BudgetLine, Step, Version
from grants.models.steps import ASKED, Size
from omradesatsing.ui.fields import (
    BokmalSelect,
    MoneyField,
    NorwegianDateField,
    PhoneField,
    amount_as_text,
)


def long_text(rows):
    return forms.Textarea(attrs={"rows": rows})


# Why we ask, shown at each field. Short, and true.
WHY = {
    "contact_name": _("Saksbehandleren må vite hvem hun kan snakke med."),
    "contact_email": _("Dit sender vi beskjed når noe skjer med søknaden."),
    "contact_phone": _("Noen spørsmål går fortest på telefon."),
    "title": _("Vi bruker navnet i brev og lister, så alle snakker om det samme."),
    "summary": _("Den som avgjør, leser dette først."),
    "theme": _("Vi ser hvilke temaer pengene går til."),
    "description": _("Dette er det vi vurderer mot kriteriene."),
    "need": _("Pengene skal gå til det som trengs i området."),
    "participants": _("Prosjektet skal komme mange til gode."),
    "participant_count": _("Vi ser om beløpet står i forhold til hvor mange det er."),
    "special_categories": _(
        "Svarer du ja, er det færre hos oss som får lese søknaden."
    ),
    "place": _("Koordinatoren i området må vite hvor det er."),
    "permission": _("Uten lov fra eieren kan prosjektet stoppe opp."),
    "starts_on": _("Vi gir ikke penger til noe som er ferdig før svaret kommer."),
    "ends_on": _("Rapporten skal leveres etter denne dagen."),
    "amount": _(
        "Vi må vite hva vi skal ta stilling til. Beløpet bestemmer også hvor "
        "mye vi spør om."
    ),
    "economic_activity": _(
        "Støtte til den som selger i et marked, følger egne regler (statsstøtte)."
    ),
    "economic_reason": _("Vi må vurdere om reglene om statsstøtte gjelder."),
    "aid_received": _("Det er en øvre grense for slik støtte i løpet av tre år."),
}
HELP = {
    "contact_name": _("Den vi skal snakke med om søknaden. For eksempel kassereren."),
    "contact_email": _("For eksempel navn@eksempel.no."),
    "title": _(
        "For eksempel «Hage for alle». Navnet kan bli vist på nett hvis dere får "
        "tilskudd."
    ),
    "summary": _(
        "Én eller to setninger. For eksempel «Vi lager en felles hage med "
        "plantekasser og benker ved lekeplassen.»"
    ),
    "theme": _("Velg det som passer best. Er du usikker, lar du det stå tomt."),
    "description": _(
        "Fortell hva dere skal gjøre, steg for steg, og hvem som gjør hva. For "
        "eksempel «I april bygger vi ti plantekasser på dugnad. Velforeningen "
        "bestiller materialer.» Ikke skriv om helse eller andre personer."
    ),
    "need": _(
        "Hva mangler i dag, og hva blir bedre? For eksempel «Det er få steder å "
        "møtes ute. Hagen blir et sted for alle i gata.»"
    ),
    "participants": _(
        "For eksempel barn, eldre eller alle i borettslaget. Hvordan får folk "
        "vite om det, og hvordan har de vært med på å bestemme?"
    ),
    "participant_count": _("Et omtrentlig tall er nok. For eksempel 40."),
    "special_categories": _(
        "For eksempel hvis tilbudet er for en pasientgruppe eller et trossamfunn. "
        "Skriv aldri om enkeltpersoner."
    ),
    "place": _("Adresse eller navn på stedet. For eksempel «Lekeplassen bak skolen»."),
    "permission": _(
        "Skal noe bygges, settes opp eller arrangeres, må eieren si ja først."
    ),
    "economic_activity": _(
        "For eksempel kiosk, utleie av lokaler eller kurs mot betaling. "
        "Medlemskontingent, loddsalg og kakesalg på en fest er ikke det."
    ),
    "economic_reason": _(
        "Bare hvis ja eller delvis. For eksempel «Vi leier ut grendehuset til "
        "selskaper»."
    ),
}
WIDGETS: dict[str, forms.Widget | type[forms.Widget]] = {
    "contact_name": forms.TextInput(attrs={"autocomplete": "name"}),
    "contact_email": forms.EmailInput(attrs={"autocomplete": "email"}),
    "title": forms.TextInput(attrs={"autocomplete": "off"}),
    "summary": long_text(2),
    "theme": BokmalSelect,
    "description": long_text(10),
    "need": long_text(6),
    "participants": long_text(5),
    "permission": forms.RadioSelect,
    "economic_activity": forms.RadioSelect,
    "economic_reason": long_text(3),
}
DATE_HELP = _("Dag, måned og år, for eksempel 15.08.2027.")


class AskedForm(StepForm):
    """A step that asks for fields of the version, each with help and a reason."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.why = WHY.get(name, "")
        for name in {"permission", "economic_activity"} & set(self.fields):
            # Without the empty choice: what is not chosen is not chosen.
            self.fields[name].choices = Version._meta.get_field(name).choices


class DatesForm(AskedForm):
    """A step that asks when the project begins and ends."""

    starts_on = NorwegianDateField(
        label=_("Når begynner dere?"), help_text=DATE_HELP, required=False
    )
    ends_on = NorwegianDateField(
        label=_("Når er dere ferdige?"),
        help_text=_("Samme dag hvis alt skjer på én dag. For eksempel 15.08.2027."),
        required=False,
    )

    def clean(self):
        data = super().clean()
        starts = data.get("starts_on", self.instance.starts_on)
        ends = data.get("ends_on", self.instance.ends_on)
        if starts and ends and ends < starts:
            if "ends_on" not in self.errors and "starts_on" not in self.errors:
                self.add_error(
                    "ends_on", _("Dere kan ikke være ferdige før dere begynner.")
                )
            # They belong together: neither is stored until they agree.
            data.pop("starts_on", None)
            data.pop("ends_on", None)
        return data


def special_field():
    return forms.TypedChoiceField(
        label=_("Sier søknaden noe om helse, tro eller etnisitet?"),
        help_text=HELP["special_categories"],
        choices=[("True", _("Ja")), ("False", _("Nei"))],
        coerce=lambda value: value == "True",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )


class WhoForm(AskedForm):
    step = Step.WHO

    contact_phone = PhoneField(
        label=_("Telefon"),
        help_text=_("Så vi kan ringe hvis noe er uklart. For eksempel 55 56 55 56."),
        required=False,
    )

    class Meta:
        model = Version
        fields = ASKED[Size.LONG][Step.WHO]
        widgets = WIDGETS
        help_texts = HELP
        error_messages = {
            "contact_email": {
                "invalid": _(
                    "E-postadressen er ikke fullstendig. Skriv den som "
                    "navn@eksempel.no."
                )
            }
        }


class WhatForm(AskedForm):
    step = Step.WHAT

    class Meta:
        model = Version
        fields = ASKED[Size.LONG][Step.WHAT]
        widgets = WIDGETS
        help_texts = HELP

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["theme"].empty_label = _("Ikke valgt")
        self.fields["theme"].queryset = Theme.objects.all()


class ShortWhatForm(DatesForm):
    """The whole project on one page, for small amounts."""

    step = Step.WHAT

    special_categories = special_field()

    class Meta:
        model = Version
        fields = ASKED[Size.SHORT][Step.WHAT]
        widgets = WIDGETS | {"description": long_text(7)}
        labels = {"description": _("Hva vil dere gjøre?")}
        help_texts = HELP | {
            "description": _(
                "Fortell kort hva, hvor og for hvem. For eksempel «Vi pynter gata og "
                "griller for alle naboene ved lekeplassen.» Ikke skriv om helse eller "
                "andre personer."
            )
        }


class NeedForm(AskedForm):
    step = Step.NEED

    participant_count = NumberField(
        label=_("Omtrent hvor mange blir med?"),
        help_text=HELP["participant_count"],
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-width": "xs"}),
        error_messages={"invalid": _("Skriv antallet med tall, for eksempel 40.")},
    )
    special_categories = special_field()

    class Meta:
        model = Version
        fields = ASKED[Size.LONG][Step.NEED]
        widgets = WIDGETS
        help_texts = HELP

    def clean_participant_count(self):
        count = self.cleaned_data["participant_count"]
        return None if count is None else int(count)


class WhereForm(DatesForm):
    step = Step.WHERE

    class Meta:
        model = Version
        fields = ASKED[Size.LONG][Step.WHERE]
        widgets = WIDGETS
        help_texts = HELP


class SupportForm(AskedForm):
    """Whether the applicant sells in a market, for the rules on state aid."""

    step = Step.SUPPORT

    aid_received = MoneyField(
        label=_("Hvor mye offentlig støtte har dere fått de siste tre årene?"),
        help_text=_(
            "Tilskudd etter reglene om bagatellmessig støtte, i alt. Har dere ikke "
            "fått noe, skriver du 0."
        ),
        required=False,
    )

    class Meta:
        model = Version
        fields = ASKED[Size.LONG][Step.SUPPORT]
        widgets = WIDGETS
        help_texts = HELP

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["economic_reason"].only_when = ("economic_activity", "yes|partly")
        # Marked as a condition, not as optional: the help says when.
        self.fields["economic_reason"].needed = self.instance.size == Size.LONG


class AmountForm(AskedForm):
    """The amount alone, asked first: it decides which form there is to fill in."""

    step = Step.MONEY

    amount = MoneyField(label=_("Hvor mye søker dere om?"), required=False, min_value=1)

    class Meta:
        model = Version
        fields = ["amount"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].required = True
        self.fields["amount"].error_messages["required"] = _(
            "Skriv hvor mye dere søker om. Du kan endre det senere."
        )
        self.fields["amount"].help_text = amount_help(self.instance.application.round)


class MoneyForm(AskedForm):
    """The amount, and the budget as rows: three tables of what and how much."""

    step = Step.MONEY
    MOST_ROWS = 30
    LEAST_ROWS = {Size.SHORT: 1, Size.LONG: 3}
    # Folded away in the short form while there is none.
    INCOME = [BudgetLine.Kind.INCOME, BudgetLine.Kind.OWN_WORK]
    TITLES = {
        BudgetLine.Kind.COST: _("Hva koster det?"),
        BudgetLine.Kind.INCOME: _("Andre penger inn"),
        BudgetLine.Kind.OWN_WORK: _("Egen innsats"),
    }
    LABELS = {
        BudgetLine.Kind.COST: (_("Kostnad %d: hva"), _("Kostnad %d: beløp")),
        BudgetLine.Kind.INCOME: (_("Inntekt %d: hva"), _("Inntekt %d: beløp")),
        BudgetLine.Kind.OWN_WORK: (_("Innsats %d: hva"), _("Innsats %d: verdi")),
    }

    amount = MoneyField(label=_("Hvor mye søker dere om?"), required=False, min_value=1)

    class Meta:
        model = Version
        fields = ["amount"]

    def __init__(self, *args, more=None, **kwargs):
        """`more` is the kind of row that more empty rows are wanted of."""
        super().__init__(*args, **kwargs)
        self.more = more
        self.fields["amount"].help_text = amount_help(self.instance.application.round)
        for kind in BudgetLine.Kind:
            for number in range(self._row_count(kind, more)):
                self._add_row(kind, number)

    def stored_values(self):
        self.lines = {kind: [] for kind in BudgetLine.Kind}
        # The public copy of the form has no version behind it.
        stored = BudgetLine.objects.filter(version=self.instance.pk)
        for line in stored.order_by("position", "pk"):
            self.lines[line.kind].append((line.text, line.amount))
        as_text = {
            kind.value: _rows_as_text(lines) for kind, lines in self.lines.items()
        }
        return super().stored_values() | as_text

    def cost_table(self):
        return self._table(BudgetLine.Kind.COST)

    def income_tables(self):
        return [self._table(kind) for kind in self.INCOME]

    def has_income(self):
        """Whether anything is written, or more rows wanted, of what comes in."""
        return self.more in self.INCOME or any(
            self[name].value() or name in self.errors
            for kind in self.INCOME
            for name in self.fields_of(kind)
        )

    def _table(self, kind):
        """For the page: kind, its rows of two fields each, and its sum."""
        return {
            "kind": kind.value,
            "rows": [
                (self[f"{kind}_{number}_text"], self[f"{kind}_{number}_amount"])
                for number in range(self.row_counts[kind])
            ],
            "total": sum(amount for _text, amount in self.lines[kind]),
            "full": self.row_counts[kind] >= self.MOST_ROWS,
        }

    def clean(self):
        data = super().clean()
        for kind in BudgetLine.Kind:
            for number in range(self.row_counts[kind]):
                self._clean_row(f"{kind}_{number}")
        return data

    def _clean_row(self, row):
        text, amount = f"{row}_text", f"{row}_amount"
        offered = self.fields[text].offered
        if offered is not None and not self.cleaned_data.get(text):
            typed = self.cleaned_data.get(amount)
            # What we offered is ours, not half a row of theirs.
            self.cleaned_data[amount] = None if typed == offered else typed
        if text in self.errors or amount in self.errors:
            return
        has_amount = self.cleaned_data.get(amount) is not None
        if self.cleaned_data.get(text) and not has_amount:
            self.add_error(amount, _("Skriv et beløp, eller fjern teksten i linjen."))
        elif has_amount and not self.cleaned_data.get(text):
            self.add_error(text, _("Skriv hva beløpet gjelder."))

    def typed_text(self, part):
        if part not in self.TITLES:
            return super().typed_text(part)
        if any(name in self.errors for name in self.fields_of(part)):
            return None
        return _rows_as_text(self._readable_rows(BudgetLine.Kind(part)))

    def typed_as_sent(self, part):
        if part not in self.TITLES:
            return super().typed_as_sent(part)
        cells = [self.data.get(name, "").strip() for name in self.fields_of(part)]
        rows = zip(cells[::2], cells[1::2], strict=True)
        return "\n".join(": ".join(filter(None, row)) for row in rows if any(row))

    def fields_of(self, part):
        if part not in self.TITLES:
            return super().fields_of(part)
        return [
            f"{part}_{number}_{cell}"
            for number in range(self.row_counts[part])
            for cell in ("text", "amount")
        ]

    def label_of(self, part):
        return self.TITLES.get(part) or super().label_of(part)

    def save_valid(self, *, by):
        super().save_valid(by=by)
        version = self.instance
        rows = {
            kind: self._readable_rows(kind) if self.takes(kind) else self.lines[kind]
            for kind in BudgetLine.Kind
        }
        if rows == self.lines:
            return
        version.edited_by = by.user
        version.save(update_fields=["edited_by", "edited_at"])
        version.budget_lines.all().delete()
        BudgetLine.objects.bulk_create(
            BudgetLine(
                version=version, kind=kind, text=text, amount=amount, position=position
            )
            for kind, lines in rows.items()
            for position, (text, amount) in enumerate(lines)
        )

    def _readable_rows(self, kind):
        """The rows as typed; a row that cannot be read stays as it was stored.

        It is known again by the half that can be read: empty rows are not stored, so
        its number says nothing.
        """
        rows = []
        for number in range(self.row_counts[kind]):
            row = f"{kind}_{number}"
            text = self.cleaned_data.get(f"{row}_text")
            amount = self.cleaned_data.get(f"{row}_amount")
            if f"{row}_text" in self.errors or f"{row}_amount" in self.errors:
                rows.append((False, text, amount))
            elif text:
                rows.append((True, text, amount))
        spare = list(self.lines[kind])
        for readable, *line in rows:
            if readable and tuple(line) in spare:
                spare.remove(tuple(line))
        found = []
        for readable, text, amount in rows:
            if readable:
                found.append((text, amount))
                continue
            for line in spare:
                if line[0] == text or line[1] == amount:
                    spare.remove(line)
                    found.append(line)
                    break
        return found

    def _row_count(self, kind, more):
        if not hasattr(self, "row_counts"):
            self.row_counts = {}
        posted = [
            int(found[1]) + 1
            for name in self.data
            if (found := re.fullmatch(rf"{kind}_([0-9]{{1,3}})_text", name))
        ]
        spare = 3 if kind == more else 1
        # Of a sent form too there is room for what is stored, should it be shown back.
        stored = len(self.lines[kind])
        count = max([*posted, stored]) if posted else stored + spare
        if self.is_bound and kind == more:
            count += spare
        least = 1
        if kind == BudgetLine.Kind.COST:
            least = self.LEAST_ROWS[self.instance.size]
        self.row_counts[kind] = min(max(count, least), self.MOST_ROWS)
        return self.row_counts[kind]

    def _is_prefilled(self, kind, number):
        """Whether a row offers the whole amount: in the short form, as its one cost."""
        return (
            kind == BudgetLine.Kind.COST
            and number == 0
            and self.instance.size == Size.SHORT
            and not any(self.lines.values())
        )

    def _add_row(self, kind, number):
        stored = dict(enumerate(self.lines[kind])).get(number, ("", None))
        if self._is_prefilled(kind, number):
            stored = ("", self.instance.amount)
        text_label, amount_label = self.LABELS[kind]
        text = forms.CharField(
            label=text_label % (number + 1),
            required=False,
            max_length=BudgetLine._meta.get_field("text").max_length,
            initial=stored[0],
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        amount = MoneyField(
            label=amount_label % (number + 1),
            required=False,
            initial=stored[1],
            validators=[above_zero],
        )
        text.needed = amount.needed = True
        text.offered = stored[1] if self._is_prefilled(kind, number) else None
        self.fields[f"{kind}_{number}_text"] = text
        self.fields[f"{kind}_{number}_amount"] = amount


STEP_FORMS = {
    Step.WHO: WhoForm,
    Step.WHAT: WhatForm,
    Step.NEED: NeedForm,
    Step.WHERE: WhereForm,
    Step.MONEY: MoneyForm,
    Step.SUPPORT: SupportForm,
    Step.QUESTIONS: QuestionsForm,
}
SHORT_FORMS = STEP_FORMS | {Step.WHAT: ShortWhatForm}


def form_class(step, size):
    """The form of a step, in the short or the long application."""
    return (SHORT_FORMS if size == Size.SHORT else STEP_FORMS)[step]


def above_zero(amount):
    if amount is not None and amount <= 0:
        raise ValidationError(_("Beløpet må være over null."))


def amount_help(round):
    """What the round says of the amount, as the hint of the field."""
    least, most = round.min_amount, round.max_amount
    if least and most:
        text = _("Mellom %(least)s og %(most)s kr i denne utlysningen.")
    elif most:
        text = _("Høyst %(most)s kr i denne utlysningen.")
    elif least:
        text = _("Minst %(least)s kr i denne utlysningen.")
    else:
        text = _("For eksempel 12 500.")
    return text % {
        "least": amount_as_text(least) if least else "",
        "most": amount_as_text(most) if most else "",
    }


def _rows_as_text(rows):
    return "\n".join(f"{text}: {amount_as_text(amount)} kr" for text, amount in rows)
