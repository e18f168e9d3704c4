from django import forms
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from stdnum.no import orgnr

from grants.models import (
    Applicant,
    ApplicantKind,
    Application,
    EligibilityAnswer,
    Verdict,
    Version,
)
from grants.models.applicants import valid_orgnr

NEW = "ny"


class StartForm(forms.Form):
    """Before a draft exists: what it is called, where it is, and who applies.

    `applicants` are those the user may act for; empty for one who is not logged in.
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
        label=_("Hva slags søker er dere?"), widget=forms.RadioSelect, required=False
    )
    name = forms.CharField(
        label=_("Navn på den som søker"),
        help_text=_("Navnet på laget eller gruppen, eller ditt eget navn."),
        max_length=Applicant._meta.get_field("name").max_length,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    orgnr = forms.CharField(
        label=_("Organisasjonsnummer"),
        help_text=_("Ni sifre. Bare for lag, foreninger og andre organisasjoner."),
        max_length=20,
        required=False,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "data-width": "sm"}
        ),
    )
    answerable_name = forms.CharField(
        label=_("Hvem svarer for pengene?"),
        help_text=_(
            "Navnet på en voksen person. Bare for grupper uten organisasjonsnummer."
        ),
        max_length=Applicant._meta.get_field("answerable_name").max_length,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    # Which answers of «Kan vi søke?» called for a talk. A stranger's pk is ignored.
    svar = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    # What waits in the session while one logs in.
    KEPT = ["title", "area", "kind", "name", "orgnr", "answerable_name", "svar"]
    # Two by two: the kind, and the field that it needs.
    NEEDS = {
        ApplicantKind.ORGANISATION: (
            "orgnr",
            _("Skriv organisasjonsnummeret. Har dere ikke noe, er dere en gruppe."),
        ),
        ApplicantKind.GROUP: (
            "answerable_name",
            _("Skriv navnet på den som svarer for pengene."),
        ),
    }

    def __init__(self, *args, round, areas, applicants=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.round = round
        self.areas = {str(area.pk): area for area in areas}
        self.applicants = {str(applicant.pk): applicant for applicant in applicants}
        self.optional_marks = False
        self.fields["area"].choices = [(pk, a.name) for pk, a in self.areas.items()]
        if len(self.areas) == 1:
            self.fields["area"].initial = next(iter(self.areas))
        self.fields["kind"].choices = [
            (kind.value, capfirst(str(kind.label)))
            for kind in ApplicantKind
            if kind in round.applicant_kinds
        ]
        if len(round.applicant_kinds) == 1:
            self.fields["kind"].initial = round.applicant_kinds[0]
        if self.applicants:
            known = [(pk, applicant.name) for pk, applicant in self.applicants.items()]
            self.fields["applicant"].choices = [*known, (NEW, _("En ny søker"))]
            if self.initial.get("name"):
                self.fields["applicant"].initial = NEW
        else:
            del self.fields["applicant"]
        for kind, (name, _message) in self.NEEDS.items():
            if kind not in round.applicant_kinds:
                del self.fields[name]

    def clean(self):
        data = super().clean()
        if "applicant" in self.fields and data.get("applicant") != NEW:
            return data
        if not data.get("kind"):
            self.add_error("kind", _("Velg hva slags søker dere er."))
        if not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Skriv navnet på den som søker."))
        name, message = self.NEEDS.get(data.get("kind"), (None, ""))
        if name and not data.get(name) and name not in self.errors:
            self.add_error(name, message)
        return data

    def clean_orgnr(self):
        value = orgnr.compact(self.cleaned_data["orgnr"])
        # Of no concern to a group or a person; what they wrote there is not kept.
        if value and self.data.get("kind") == ApplicantKind.ORGANISATION:
            valid_orgnr(value)
        return value

    @transaction.atomic
    def start(self, *, by, now, key):
        """Make the draft, and its applicant where it is new: both or neither."""
        data = self.cleaned_data
        applicant = self.applicants.get(data.get("applicant"))
        if applicant is None:
            applicant = Applicant.register(
                kind=data["kind"],
                name=data["name"],
                orgnr=data.get("orgnr", ""),
                answerable_name=data.get("answerable_name", "")
                if data["kind"] == ApplicantKind.GROUP
                else "",
                by=by,
            )
        return Application.start(
            round=self.round,
            area=self.areas[data["area"]],
            applicant=applicant,
            title=data["title"],
            flags=self.flags(),
            key=key,
            by=by,
            now=now,
        )

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
