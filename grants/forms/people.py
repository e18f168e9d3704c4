"""Letting others in: invitations, helpers, and who answers for an applicant."""

from django import forms
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from grants import registers
from grants.forms.facts import OrgnrField
from grants.forms.start import warning_of
from grants.models import Applicant, ApplicantKind, Application, Helper, Version

EMAIL = {"autocomplete": "off", "data-width": "md"}


def name_field(label, help_text="", **kwargs):
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=Helper._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name", "data-width": "md"}),
        **kwargs,
    )


def over_18():
    return forms.BooleanField(
        label=_("Jeg er over 18 år og svarer for pengene"),
        help_text=_(
            "Vi spør fordi bare en voksen kan ta på seg ansvaret for et tilskudd."
        ),
        error_messages={"required": _("Kryss av for at du er over 18 år.")},
    )


def role_field(label):
    return forms.ChoiceField(
        label=label,
        help_text=_("Vi spør så saksbehandleren vet hvem som har hjulpet til."),
        choices=[(role.value, capfirst(role.label)) for role in Helper.Role],
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hvem du er.")},
    )


class InviteForm(forms.Form):
    """Ask someone to become a member."""

    email = forms.EmailField(
        label=_("E-postadressen til den du vil ha med"),
        help_text=_(
            "Vi sender en e-post dit. Personen logger inn og svarer ja eller nei."
        ),
        widget=forms.EmailInput(attrs=EMAIL),
        error_messages={"required": _("Skriv e-postadressen.")},
    )
    as_contact = forms.BooleanField(
        label=_("Skal være kontaktperson"),
        help_text=_("Da blir personen den vi tar kontakt med."),
        required=False,
    )


class InviteHelperForm(forms.Form):
    """Ask someone to help with one draft."""

    email = forms.EmailField(
        label=_("E-postadressen til den som skal hjelpe"),
        help_text=_(
            "Vi sender en e-post dit. Personen må logge inn og si ja før noe kan leses."
        ),
        widget=forms.EmailInput(attrs=EMAIL),
        error_messages={"required": _("Skriv e-postadressen.")},
    )


class NoMoreForm(forms.Form):
    """Nothing to fill in: the button says it all."""


class BecomeHelperForm(forms.Form):
    name = name_field(
        _("Navnet ditt"), _("Søkeren og kommunen ser hvem som har hjulpet.")
    )
    role = role_field(_("Hvem er du for søkeren?"))


class BecomeAnswerableForm(forms.Form):
    name = name_field(
        _("Navnet ditt"),
        _(
            "De som er med i gruppen, og de som behandler saken, ser det. "
            "Det står i brevene, men blir ikke publisert."
        ),
    )
    over_18 = over_18()


class ConfirmForm(forms.Form):
    """The one who was helped says yes to what was sent."""

    read = forms.BooleanField(
        label=_("Jeg har lest søknaden, og den stemmer"),
        error_messages={"required": _("Kryss av for at du har lest søknaden.")},
    )


class ConfirmForGroupForm(ConfirmForm):
    over_18 = over_18()


class AnswerableForm(forms.Form):
    """Give the responsibility to oneself or to someone else."""

    optional_marks = False
    ME, OTHER = "me", "other"
    who = forms.ChoiceField(
        label=_("Hvem skal svare for pengene?"),
        help_text=_(
            "Den ansvarlige er part i saken og får brevene. Medlemmene og de som "
            "behandler saken, ser navnet. Det blir ikke publisert."
        ),
        choices=[
            (ME, _("Det er meg, og jeg er over 18 år")),
            (OTHER, _("En annen, som må bekrefte det selv")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hvem som skal svare for pengene.")},
    )
    name = name_field(_("Navnet ditt"), _("Bare hvis det er deg."), required=False)
    email = forms.EmailField(
        label=_("E-postadressen til den andre"),
        help_text=_("Bare hvis det er en annen. Den du har nå, svarer til da."),
        required=False,
        widget=forms.EmailInput(attrs=EMAIL),
    )

    def clean(self):
        data = super().clean()
        if data.get("who") == self.ME and not data.get("name"):
            self.add_error("name", _("Skriv navnet ditt."))
        if data.get("who") == self.OTHER and not (
            data.get("email") or "email" in self.errors
        ):
            self.add_error("email", _("Skriv e-postadressen til den andre."))
        return data


class RegisteredForm(forms.Form):
    """A group has got a number; the register says what its name is.

    What the register warns of is told once; pressed again, it is taken as it is.
    """

    orgnr = OrgnrField(
        label=_("Organisasjonsnummer"),
        help_text=_("Ni sifre. Vi henter navn og adresse fra Enhetsregisteret."),
        error_messages={"required": _("Skriv organisasjonsnummeret.")},
    )
    name = forms.CharField(
        label=_("Navnet i registeret"),
        help_text=_("Trengs bare hvis registeret ikke svarer."),
        max_length=Applicant._meta.get_field("name").max_length,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self):
        data = super().clean()
        if not data.get("orgnr"):
            return data
        entry = registers.find(data["orgnr"])
        warned = entry.is_answered and not entry.is_in_order
        if warned and data.get("confirmed") != data["orgnr"]:
            self.data = self.data.copy()
            self.data["confirmed"] = data["orgnr"]
            self.add_error("orgnr", warning_of(entry))
        data["name"] = entry.name or data.get("name", "")
        if not data["name"]:
            self.add_error("name", _("Skriv navnet slik det står i registeret."))
        return data

    def number_and_name(self):
        return {name: self.cleaned_data[name] for name in ("orgnr", "name")}


class MoveForm(forms.Form):
    """Give a draft to another applicant that one acts for: a yes from both sides."""

    to = forms.ChoiceField(
        label=_("Hvem skal søke i stedet?"),
        help_text=_("Du må selv være med hos den som tar over."),
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hvem som skal søke.")},
    )
    gives = forms.BooleanField(
        error_messages={"required": _("Kryss av for at dere gir kladden fra dere.")}
    )
    takes = forms.BooleanField(
        label=_("Jeg svarer ja for den som tar over"),
        error_messages={"required": _("Kryss av for at den andre tar over.")},
    )

    def __init__(self, *args, origin, applicants, **kwargs):
        super().__init__(*args, **kwargs)
        self.applicants = {str(applicant.pk): applicant for applicant in applicants}
        self.fields["to"].choices = [(pk, a.name) for pk, a in self.applicants.items()]
        self.fields["gives"].label = _now(
            "Jeg svarer ja for %(name)s, som gir fra seg kladden"
        ) % {"name": origin.name}

    def chosen(self):
        return self.applicants[self.cleaned_data["to"]]


class ForOtherForm(forms.Form):
    """A helper names the one who applies, and themself."""

    title = forms.CharField(
        label=_("Hva skal prosjektet hete?"),
        help_text=_("Kort, så alle skjønner hva det er."),
        max_length=Version._meta.get_field("title").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Gi prosjektet et navn.")},
    )
    area = forms.ChoiceField(
        label=_("Hvor skal det skje?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hvilket område prosjektet gjelder.")},
    )
    kind = forms.ChoiceField(
        label=_("Hvem hjelper du?"),
        help_text=_("Lag og organisasjoner med organisasjonsnummer søker selv."),
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hvem du hjelper.")},
    )
    name = forms.CharField(
        label=_("Navnet på personen eller gruppen"),
        max_length=Applicant._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Skriv navnet på den som søker.")},
    )
    answerable_name = name_field(
        _("Hvem i gruppen svarer for pengene?"),
        _("En voksen person. Bare for grupper."),
        required=False,
    )
    email = forms.EmailField(
        label=_("E-postadressen til den som søker"),
        help_text=_(
            "Vi sender søknaden dit for et ja. Uten e-post må søkeren skrive under på "
            "en utskrift, og brevene går i posten."
        ),
        required=False,
        widget=forms.EmailInput(attrs=EMAIL),
    )
    helper_name = name_field(
        _("Navnet ditt"), _("Det står i saken hvem som har hjulpet.")
    )
    role = role_field(_("Hvem er du for søkeren?"))
    agreed = forms.BooleanField(
        label=_("Den som søker, vet om dette og vil at jeg skriver"),
        error_messages={
            "required": _("Spør den du hjelper først, og kryss av etterpå.")
        },
    )

    def __init__(self, *args, round, areas, **kwargs):
        super().__init__(*args, **kwargs)
        self.round = round
        self.areas = {str(area.pk): area for area in areas}
        self.fields["area"].choices = [(pk, a.name) for pk, a in self.areas.items()]
        self.fields["kind"].choices = [
            (kind.value, capfirst(kind.label))
            for kind in (ApplicantKind.PERSON, ApplicantKind.GROUP)
            if kind in round.applicant_kinds
        ]
        if ApplicantKind.GROUP not in round.applicant_kinds:
            del self.fields["answerable_name"]

    def clean(self):
        data = super().clean()
        if data.get("kind") == ApplicantKind.GROUP and not data.get("answerable_name"):
            self.add_error(
                "answerable_name", _("Skriv navnet på den som svarer for pengene.")
            )
        return data

    @transaction.atomic
    def start(self, *, by, now, key):
        """Make the applicant and the draft: both or neither."""
        data = self.cleaned_data
        group = data["kind"] == ApplicantKind.GROUP
        applicant = Applicant.register_for_other(
            kind=data["kind"],
            name=data["name"],
            email=data["email"],
            answerable_name=data["answerable_name"] if group else "",
            by=by,
        )
        return Application.start(
            round=self.round,
            area=self.areas[data["area"]],
            applicant=applicant,
            title=data["title"],
            key=key,
            helping={"name": data["helper_name"], "role": data["role"]},
            by=by,
            now=now,
        )
