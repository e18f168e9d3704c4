from django import forms
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from grants import registers
from grants.forms.facts import OrgnrField
from grants.models import (
    Applicant,
    ApplicantKind,
    Application,
    EligibilityAnswer,
    Verdict,
    Version,
)
from grants.registers import Answer
from omradesatsing.ui.templatetags.ui import orgnr as with_spaces

NEW = "ny"
ME, OTHER = "jeg", "annen"
SILENT = _(
    "Registeret svarer ikke akkurat nå. Skriv navnet på organisasjonen, så slår vi det "
    "opp senere. Dere kan søke likevel."
)
UNASKED = _("Skriv navnet på organisasjonen.")
NAMELESS = _(
    "Vi får ikke navnet fra registeret. Skriv navnet på organisasjonen hvis dere vil "
    "gå videre likevel."
)
# What the applicant is told when the register has something to say. Never a dead end:
# whoever is right all the same goes on, and the staff see what the register says.
WARNINGS = {
    Answer.DELETED: _(
        "Registeret sier at denne organisasjonen er slettet. Se etter om nummeret er "
        "riktig. Er det det, kan du gå videre likevel, og vi ser på det."
    ),
    Answer.GONE: _(
        "Registeret har tatt bort denne organisasjonen. Se etter om nummeret er "
        "riktig. Er det det, kan du gå videre likevel, og vi ser på det."
    ),
    Answer.BANKRUPT: _(
        "Registeret sier at denne organisasjonen er konkurs. Snakk med bostyreren "
        "først. Du kan gå videre likevel, og vi ser på det."
    ),
    Answer.DISSOLVING: _(
        "Registeret sier at denne organisasjonen er under avvikling. Du kan gå videre "
        "likevel, og vi ser på det."
    ),
    Answer.UNKNOWN: _(
        "Nummeret finnes ikke i Enhetsregisteret. Se etter en skrivefeil. Er dere "
        "nettopp registrert, kan du gå videre likevel, og vi slår det opp senere."
    ),
}
OF_PARENT = _(
    "Dette er nummeret til en underenhet. Bruk nummeret til hovedenheten, %(orgnr)s, "
    "hvis det er den som søker."
)


def warning_of(entry):
    """What there is to say of an organisation that is not in order."""
    if entry.parent:
        return OF_PARENT % {"orgnr": with_spaces(entry.parent)}
    return WARNINGS[entry.answer]


class StartForm(forms.Form):
    """Before a draft exists: what it is called, where it is, and who applies.

    `applicants` are those the user may act for; empty for one who is not logged in.
    A new organisation is looked up (`look_up`), and shown for a yes before it is taken.
    """

    title = forms.CharField(
        label=_("Hva vil dere kalle prosjektet?"),
        help_text=_("Kort, så alle skjønner hva det er. For eksempel «Hage for alle»."),
        max_length=Version._meta.get_field("title").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Gi prosjektet et navn.")},
    )
    area = forms.ChoiceField(
        label=_("Hvor skal det skje?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hvilket område prosjektet gjelder.")},
    )
    applicant = forms.ChoiceField(
        label=_("Hvem søker du på vegne av?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hvem du søker på vegne av.")},
    )
    kind = forms.ChoiceField(
        label=_("Hvem er det som søker?"), widget=forms.RadioSelect, required=False
    )
    orgnr = OrgnrField(
        label=_("Organisasjonsnummer"),
        help_text=_("Ni sifre. Vi henter navn og adresse fra Enhetsregisteret."),
        required=False,
    )
    name = forms.CharField(
        label=_("Navn på den som søker"),
        help_text=_("Navnet på gruppen, eller ditt eget navn."),
        max_length=Applicant._meta.get_field("name").max_length,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    answerable = forms.ChoiceField(
        label=_("Hvem svarer for pengene?"),
        help_text=_(
            "Gruppen er ikke registrert, så én voksen person må være ansvarlig."
        ),
        choices=[
            (ME, _("Jeg gjør det, og jeg er over 18 år")),
            (OTHER, _("En annen voksen, som vi spør på e-post")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    answerable_name = forms.CharField(
        label=_("Navnet på den som svarer for pengene"),
        help_text=_(
            "De som er med i gruppen, og saksbehandlerne ser navnet. Det står ikke i "
            "listen over tildelinger, men andre kan be om å få se søknaden."
        ),
        max_length=Applicant._meta.get_field("answerable_name").max_length,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-width": "md"}),
    )
    answerable_email = forms.EmailField(
        label=_("E-postadressen til den som svarer for pengene"),
        help_text=_("Vi sender et spørsmål dit. Du kan skrive videre så lenge."),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "data-width": "md"}),
    )
    second_name = forms.CharField(
        label=_("Enda en person i gruppen"),
        help_text=_("Hvis den første blir borte, vet vi hvem vi kan spørre etter."),
        max_length=Applicant._meta.get_field("second_name").max_length,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-width": "md"}),
    )
    # Which answers of «Kan vi søke?» called for a talk. A stranger's pk is ignored.
    svar = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    WHY = {
        "title": _("Navnet står i brev og lister, så alle snakker om det samme."),
        "area": _("Hvert område har sine egne penger og sin egen koordinator."),
        "kind": _("Vi må vite hvem som får pengene og svarer for dem."),
        "orgnr": _("Da slipper du å skrive det som alt står i registeret."),
        "answerable_name": _(
            "Den ansvarlige er part i saken, og får vedtaket og brevene."
        ),
    }
    # Each kind of applicant, and the fields that belong to it alone.
    BELONGS = {
        "orgnr": [ApplicantKind.ORGANISATION],
        "name": [ApplicantKind.GROUP, ApplicantKind.PERSON],
        "answerable": [ApplicantKind.GROUP],
        "answerable_name": [ApplicantKind.GROUP],
        "answerable_email": [ApplicantKind.GROUP],
        "second_name": [ApplicantKind.GROUP],
    }
    # As on the page, so that the summary of errors has them in its order.
    field_order = ["applicant", "kind", *BELONGS, "area", "title", "svar"]
    # What waits in the session while one logs in.
    KEPT = ["title", "area", "kind", *BELONGS, "svar"]
    NEEDED = {
        "orgnr": _(
            "Skriv organisasjonsnummeret. Har dere ikke noe, er dere en gruppe."
        ),
        "name": _("Skriv navnet på den som søker."),
        "answerable": _("Velg hvem som svarer for pengene."),
        "answerable_name": _("Skriv navnet på den som svarer for pengene."),
    }

    def __init__(self, *args, round, areas, applicants=(), new=True, **kwargs):
        """`new`: whether one may apply who has not applied before."""
        super().__init__(*args, **kwargs)
        self.round = round
        self.entry = None  # what the registers say, once they have been asked
        self.areas = {str(area.pk): area for area in areas}
        self.applicants = {str(applicant.pk): applicant for applicant in applicants}
        for name, why in self.WHY.items():
            self.fields[name].why = why
        self._offer_areas()
        self._offer_kinds()
        self._offer_applicants(new)

    def _offer_areas(self):
        field = self.fields["area"]
        field.choices = [(pk, area.name) for pk, area in self.areas.items()]
        if len(self.areas) == 1:
            self._take_for_granted("area", next(iter(self.areas)))

    def _offer_kinds(self):
        kinds = [kind for kind in ApplicantKind if kind in self.round.applicant_kinds]
        self.fields["kind"].choices = [
            (kind.value, capfirst(str(kind.label))) for kind in kinds
        ]
        self.fields["kind"].needed = True
        # An organisation's is the register's, and is asked for where that is silent.
        self.asks_name = kinds != [ApplicantKind.ORGANISATION]
        for name, belongs in self.BELONGS.items():
            if name != "name" and not set(belongs) & set(kinds):
                del self.fields[name]
                continue
            field = self.fields[name]
            field.needed = name != "second_name"
            if len(kinds) > 1:
                field.only_when = ("kind", "|".join(belongs))
        if "answerable_email" in self.fields:
            self.fields["answerable_email"].only_when = ("answerable", OTHER)
        if self.is_bound and self._asks("orgnr") and self.data.get("name"):
            self._open_name()
        elif ApplicantKind.PERSON not in kinds:
            self.fields["name"].label = _("Hva heter gruppen?")
            self.fields["name"].help_text = ""
        if len(kinds) == 1:
            self._take_for_granted("kind", kinds[0].value)

    def _offer_applicants(self, new):
        if not self.applicants:
            del self.fields["applicant"]
            return
        field = self.fields["applicant"]
        field.choices = [(pk, a.name) for pk, a in self.applicants.items()]
        if new:
            field.choices = [*field.choices, (NEW, _("En ny søker"))]
            if self.initial.get("kind"):
                field.initial = NEW
        if len(field.choices) == 1:
            self._take_for_granted("applicant", field.choices[0][0])

    def _take_for_granted(self, name, value):
        """What can be answered in one way only is not asked."""
        field = self.fields[name]
        field.widget = forms.HiddenInput()
        self.initial[name] = value
        if self.is_bound and not self.data.get(name):
            self.data = self.data.copy()
            self.data[name] = value

    def clean(self):
        data = super().clean()
        if not self.is_for_new():
            return data
        kind = data.get("kind")
        if not kind:
            self.add_error("kind", _("Velg hvem det er som søker."))
        for name, message in self.NEEDED.items():
            if name not in self.errors and self._asks(name) and not data.get(name):
                self.add_error(name, message)
        if data.get("answerable") == OTHER and self._asks("answerable_email"):
            if not data.get("answerable_email") and not self.errors.get(
                "answerable_email"
            ):
                self.add_error(
                    "answerable_email", _("Skriv e-postadressen, så spør vi dem.")
                )
        else:
            self._forget_errors("answerable_email")
        return data

    def is_for_new(self):
        """Whether the one who applies is typed here, not chosen."""
        return (
            "applicant" not in self.fields or self.cleaned_data.get("applicant") == NEW
        )

    def _asks(self, name):
        return self.data.get("kind") in self.BELONGS[name] and name in self.fields

    def _forget_errors(self, name):
        """What was typed where nothing is asked, is no one's concern."""
        self.errors.pop(name, None)

    def _clean_fields(self):
        super()._clean_fields()
        for name in self.BELONGS:
            if name != "name" and name in self.fields and not self._asks(name):
                self._forget_errors(name)

    # --- the registers ----------------------------------------------------------------

    def is_settled(self):
        """Whether a draft may be made now; looks a new organisation up first.

        False where the one who applies is to say yes to what the register answered, or
        to type what it did not: the form then has the question, or the errors.
        """
        if not self.is_for_new() or not self._asks("orgnr"):
            return True
        orgnr = self.cleaned_data["orgnr"]
        if self.own_applicant(orgnr):
            return True
        self.entry = registers.find(orgnr)
        if not self.entry.name and not self.cleaned_data["name"]:
            self._ask_for_name()
            return False
        if not self.entry.is_answered or self.data.get("confirmed") == orgnr:
            return True
        if not self.entry.is_in_order:
            self.add_error("orgnr", self._warning())
        return False

    def _open_name(self):
        """Show the name also to an organisation, which types it for want of better."""
        self.asks_name = True
        field = self.fields["name"]
        field.only_when = None
        field.label, field.help_text = _("Navnet på den som søker"), ""
        # What is on the page may be made already, with the words it had then.
        shown = self["name"]
        shown.label, shown.help_text = field.label, field.help_text

    def _ask_for_name(self):
        self._open_name()
        answered = self.entry.is_answered
        if answered:
            self.add_error("orgnr", self._warning())
            self.add_error("name", NAMELESS)
        else:
            self.add_error("name", SILENT if registers.are_asked() else UNASKED)

    def _warning(self):
        return warning_of(self.entry)

    def own_applicant(self, orgnr):
        """The applicant of that number which the user acts for already, or None."""
        return next(
            (
                applicant
                for applicant in self.applicants.values()
                if applicant.organisation and applicant.organisation.orgnr == orgnr
            ),
            None,
        )

    # --- the draft --------------------------------------------------------------------

    @transaction.atomic
    def start(self, *, by, now, key):
        """Make the draft, and its applicant where it is new: both or neither."""
        return Application.start(
            round=self.round,
            area=self.areas[self.cleaned_data["area"]],
            applicant=self._applicant(by=by, now=now),
            title=self.cleaned_data["title"],
            flags=self.flags(),
            key=key,
            by=by,
            now=now,
        )

    def _applicant(self, *, by, now):
        data = self.cleaned_data
        if not self.is_for_new():
            return self.applicants[data["applicant"]]
        if data["kind"] == ApplicantKind.ORGANISATION:
            return self.own_applicant(data["orgnr"]) or self._new_organisation(
                by=by, now=now
            )
        if data["kind"] == ApplicantKind.GROUP:
            is_me = data["answerable"] == ME
            return Applicant.register(
                kind=data["kind"],
                name=data["name"],
                answerable_name=data["answerable_name"],
                answerable_email="" if is_me else data["answerable_email"],
                is_answerable=is_me,
                second_name=data["second_name"],
                by=by,
            )
        return Applicant.register(kind=data["kind"], name=data["name"], by=by)

    def _new_organisation(self, *, by, now):
        applicant = Applicant.register(
            kind=ApplicantKind.ORGANISATION,
            name=self.entry.name or self.cleaned_data["name"],
            orgnr=self.cleaned_data["orgnr"],
            by=by,
        )
        applicant.organisation.take_answer(self.entry, by=by, now=now)
        return applicant

    def flags(self):
        """What «Kan vi søke?» warned of, in words, for the staff to dismiss or not."""
        pks = [pk for pk in self.cleaned_data["svar"].split(",") if pk.isdecimal()]
        answers = EligibilityAnswer.objects.filter(
            pk__in=[int(pk) for pk in pks if len(pk) < 10], question__round=self.round
        ).exclude(verdict=Verdict.YES)
        return [
            f"{answer.question.text} {answer.text}"[:300]
            for answer in answers.select_related("question")
        ]
