"""Entering an application that came on paper, by e-mail or by word of mouth."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from areas.models import Area
from grants.casework.forms import ProveForm, textarea
from grants.casework.views import act, acting, given, opened_case, staff_page
from grants.forms.appeals import KeyedForm
from grants.forms.attachments import OneFileField
from grants.forms.facts import OrgnrField
from grants.models import (
    ApplicantKind,
    Application,
    PotArea,
    Received,
    Round,
    Version,
)
from omradesatsing.accounts import roles
from omradesatsing.accounts.middleware import forget_parked
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.ui.fields import (
    MoneyField,
    NorwegianDateField,
    PhoneField,
    PostalCodeField,
)

# Of the version and of a new applicant: what the form hands on as it is.
CONTENT = [
    "title",
    "amount",
    "description",
    "starts_on",
    "ends_on",
    "contact_name",
    "contact_email",
    "contact_phone",
]
WANTED = {
    "round": "Velg utlysningen.",
    "channel": "Velg hvordan søknaden kom.",
    "received_on": "Skriv når søknaden kom.",
    "area": "Velg området.",
    "title": "Skriv navnet på prosjektet.",
    "amount": "Skriv hvor mye de søker om.",
    "description": "Skriv hva de vil gjøre.",
    "ends_on": "Skriv når de er ferdige.",
}
WHO = ["kind", "name", "orgnr", "answerable_name", "address", "postal_code", "city"]


def text(label, help_text="", *, length, **kwargs):
    return forms.CharField(
        label=label, help_text=help_text, max_length=length, **kwargs
    )


class ReceivedForm(KeyedForm):
    """What the paper says. Only what a case cannot be without is required."""

    optional_marks = False  # who applies, is needed unless an earlier case says it
    PARTS = {
        "Søknaden som kom": ["round", "channel", "received_on", "scan", "proof_note"],
        "Den som søker": ["earlier", *WHO],
        "Den vi kan kontakte, hvis det er en annen": [
            "contact_name",
            "contact_email",
            "contact_phone",
        ],
        "Det de søker om": [
            "area",
            "title",
            "amount",
            "description",
            "starts_on",
            "ends_on",
        ],
    }

    round = forms.ModelChoiceField(
        label="Utlysning", queryset=Round.objects.none(), empty_label="Velg"
    )
    channel = forms.ChoiceField(
        label="Hvordan kom søknaden?",
        choices=Received.Channel.choices,
        widget=forms.RadioSelect,
    )
    received_on = NorwegianDateField(
        label="Når kom den?",
        help_text="Dagen da kommunen fikk den. Den avgjør om søknaden kom i tide.",
    )
    scan = OneFileField(
        label="Søknaden, skannet",
        help_text="PDF eller bilde. Trengs ikke når søkeren fortalte alt muntlig.",
        required=False,
    )
    proof_note = text(
        "Hvordan er det sjekket hvem som søker?",
        "For eksempel «Leder i registeret har skrevet under». Står det tomt, kan "
        "saken behandles, men pengene kan ikke tas imot.",
        length=500,
        widget=textarea(2),
        required=False,
    )
    earlier = text(
        "Saksnummeret til en tidligere sak fra samme søker",
        "Bare hvis søkeren har søkt før. Da hopper du over resten om søkeren.",
        length=20,
        required=False,
    )
    kind = forms.ChoiceField(
        label="Hvem søker?",
        choices=ApplicantKind.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    name = text("Søkerens navn", length=200, required=False)
    orgnr = OrgnrField(label="Organisasjonsnummer, hvis de har", required=False)
    answerable_name = text(
        "Den som svarer for pengene",
        "For en gruppe uten organisasjonsnummer.",
        length=120,
        required=False,
    )
    address = text("Adresse", "Hit sender vi brevene.", length=200, required=False)
    postal_code = PostalCodeField(label="Postnummer", required=False)
    city = text("Poststed", length=80, required=False)
    contact_name = text("Kontaktperson", length=120, required=False)
    contact_email = forms.EmailField(label="E-post", required=False)
    contact_phone = PhoneField(label="Telefon", required=False)
    area = forms.ModelChoiceField(
        label="Område", queryset=Area.objects.none(), empty_label="Velg"
    )
    title = text(
        "Navn på prosjektet",
        length=Version._meta.get_field("title").max_length,
    )
    amount = MoneyField(label="Søkt beløp")
    description = text(
        "Hva vil de gjøre?",
        "Skriv av, eller skriv det viktigste. Det skannede arket følger saken.",
        length=2500,
        widget=textarea(6),
    )
    starts_on = NorwegianDateField(
        label="Når begynner de, hvis de sier det?", required=False
    )
    ends_on = NorwegianDateField(
        label="Når er de ferdige?",
        help_text="Står det ikke, spør du søkeren. Fristen for rapport regnes herfra.",
    )

    def __init__(self, *args, user, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        rounds = Round.objects.filter(published_at__isnull=False, opens_at__lte=now)
        self.fields["round"].queryset = rounds.order_by("-opens_at")
        in_some = PotArea.objects.filter(round__in=rounds).values("area")
        self.fields["area"].queryset = Area.objects.filter(pk__in=in_some).order_by(
            "name_key"
        )
        for name, field in self.fields.items():
            field.error_messages["required"] = WANTED.get(name, "")
            if isinstance(field.widget, forms.TextInput | forms.Textarea):
                field.widget.attrs.setdefault("autocomplete", "off")

    def parts(self):
        """[(heading, fields)], as they stand on the page."""
        return [
            (heading, [self[name] for name in names])
            for heading, names in self.PARTS.items()
        ]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("channel") != Received.Channel.IN_PERSON:
            self.want("scan", "Velg filen med den skannede søknaden.")
        if not cleaned.get("earlier"):
            self.want("kind", "Velg hvem som søker.")
            self.want("name", "Skriv navnet på søkeren.")
            self.want("address", "Skriv hvor brevene skal sendes.")
            if cleaned.get("kind") == ApplicantKind.ORGANISATION:
                self.want("orgnr", "Skriv organisasjonsnummeret.")
            elif cleaned.get("kind") == ApplicantKind.GROUP:
                self.want("answerable_name", "Skriv hvem som svarer for pengene.")
        begins, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", "Slutten kan ikke være før begynnelsen.")
        return cleaned

    def want(self, field, fault):
        if not self.cleaned_data.get(field) and field not in self.errors:
            self.add_error(field, fault)

    def clean_earlier(self):
        """The applicant of the case with that number, among those one may see."""
        number = self.cleaned_data["earlier"].strip()
        year, _slash, sequence = number.partition("/")
        if not number:
            return None
        found = None
        if year.isdecimal() and sequence.isdecimal():
            cases = Application.objects.visible_to(self.user).select_related(
                "applicant"
            )
            found = cases.filter(year=int(year), sequence=int(sequence)).first()
        if found is None:
            raise forms.ValidationError(
                "Vi finner ikke saken. Skriv nummeret slik: 2026/0001."
            )
        return found.applicant

    def enter(self, *, by, now):
        """The case, or None when something is refused and told at a field."""
        data = self.cleaned_data
        scan = self.store(by=by)
        new = False
        try:
            if self.errors:
                return None
            case, new = Application.register_received(
                applicant=data["earlier"] or {name: data[name] for name in WHO},
                scan=scan,
                by=by,
                now=now,
                **{
                    name: data[name]
                    for name in [
                        "round",
                        "area",
                        "channel",
                        "received_on",
                        "key",
                        "proof_note",
                    ]
                },
                **{name: data[name] for name in CONTENT},
            )
        except Refused as refusal:
            self.add_error(None, str(refusal))
            return None
        finally:
            if scan and not new:
                scan.discard()
        return case

    def store(self, *, by):
        upload = self.cleaned_data.get("scan")
        if not upload:
            return None
        try:
            return StoredFile.take(upload, by=by)
        except forms.ValidationError as error:
            self.add_error("scan", error)
            return None


@require_http_methods(["GET", "HEAD", "POST"])
def case_new(request):
    """The form, and then the case that it became."""
    if not request.user.has_role(roles.CASEWORKER):
        raise PermissionDenied("Bare en saksbehandler kan føre inn en søknad.")
    posted = [request.POST, request.FILES] if request.method == "POST" else []
    form = ReceivedForm(*posted, user=request.user, now=request.arrived_at)
    if form.is_bound and form.is_valid():
        case = form.enter(by=request.actor, now=request.arrived_at)
        if case is not None:
            forget_parked(request)
            messages.success(request, f"Søknaden er ført inn som sak {case.number}.")
            return redirect(case.get_case_url())
    context = {
        "title": "Før inn en søknad som kom utenom portalen",
        "form": form,
        "has_errors": bool(form.errors),
    }
    return staff_page(request, "admin/cases/case_new.html", context)


@require_safe
def case_scan(request, year, seq):
    """What came, scanned."""
    case = opened_case(request, year, seq)
    rows = Received.objects.filter(application=case, scan__isnull=False)
    return get_object_or_404(rows.select_related("scan")).scan.response()


def case_prove_received(request, year, seq):
    """Say afterwards how it was checked who applies."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    form = ProveForm(given(request), case=case)

    def verb():
        case.prove_received(**acting(request), **form.cleaned_data)
        return "Det er lagret hvordan søkeren er sjekket."

    return act(request, case, form, verb)
