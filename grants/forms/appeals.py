"""What one writes to appeal: on Min side, and by the open form for everyone else."""

from django import forms
from django.core import signing
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from grants.forms.attachments import TAKEN, ManyFilesField
from grants.models import Appeal
from omradesatsing.files.models import StoredFile

SALT = "grants.appeal"
MOST_FILES = 5
# Nobody reads and fills in the open form in less.
QUICKEST = 4  # seconds


def max_length(name):
    return Appeal._meta.get_field(name).max_length


class KeyedForm(forms.Form):
    """A form that is sent once, however often it is pressed."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = signing.dumps(get_random_string(22), salt=SALT)

    def clean_key(self):
        try:
            return signing.loads(self.cleaned_data["key"], salt=SALT)
        except signing.BadSignature:
            return get_random_string(22)


class FilesOfAppeal(KeyedForm):
    """Files that go with an appeal, stored only when it is taken in."""

    attached = ManyFilesField(
        label=_("Filer"),
        help_text=TAKEN,
        required=False,
    )

    def clean_attached(self):
        files = self.cleaned_data["attached"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("Velg høyst fem filer om gangen."))
        return files

    def send(self, verb, *, by):
        """Store the files and call `verb(files=…, **fields)`; its answer, or None.

        Faults in the files stand at the field, and nothing is sent. An appeal that is
        refused or sent already leaves no file behind.
        """
        stored, new = self.store(by=by), False
        fields = {k: v for k, v in self.cleaned_data.items() if k != "attached"}
        try:
            if self.errors:
                return None
            appeal, new = verb(files=stored, **fields)
            return appeal
        finally:
            if not new:
                for file in stored:
                    file.discard()

    def store(self, *, by):
        stored = []
        for upload in self.cleaned_data["attached"]:
            try:
                stored.append(StoredFile.take(upload, by=by))
            except forms.ValidationError as error:
                faults = [f"{upload.name}: {message}" for message in error.messages]
                self.add_error("attached", faults)
        return stored


class AppealForm(FilesOfAppeal):
    """Only what one wants changed is needed."""

    wanted = forms.CharField(
        label=_("Hva ønsker du endret?"),
        help_text=_(
            "For eksempel: «Vi ber om hele beløpet» eller «Se på saken igjen»."
        ),
        max_length=max_length("wanted"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Skriv hva du ønsker endret.")},
    )
    reasons = forms.CharField(
        label=_("Hvorfor?"),
        help_text=_("Har vi misforstått noe, eller vet du noe som vi ikke visste?"),
        max_length=max_length("reasons"),
        widget=forms.Textarea(attrs={"rows": 8}),
        required=False,
    )
    wants_delay = forms.BooleanField(
        label=_("Jeg ber om utsatt iverksetting"),
        help_text=_(
            "Det betyr at vi venter med å gjennomføre vedtaket til klagen er avgjort."
        ),
        required=False,
    )
    field_order = ["wanted", "reasons", "attached", "wants_delay", "key"]


class OpenAppealForm(KeyedForm):
    """For those who are affected and did not apply. Traps for robots stop nothing."""

    case_given = forms.CharField(
        label=_("Hvilken sak gjelder det?"),
        help_text=_(
            "Saksnummeret, for eksempel 2027/0012. Kjenner du det ikke, skriver du hva "
            "prosjektet heter."
        ),
        max_length=max_length("case_given"),
        error_messages={"required": _("Skriv hvilken sak det gjelder.")},
    )
    wanted = forms.CharField(
        label=_("Hva ønsker du endret?"),
        max_length=max_length("wanted"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Skriv hva du ønsker endret.")},
    )
    interest = forms.CharField(
        label=_("Hvordan gjelder saken deg?"),
        help_text=_("For eksempel: «Jeg bor i huset ved siden av»."),
        max_length=max_length("interest"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Skriv hvordan saken gjelder deg.")},
    )
    reasons = forms.CharField(
        label=_("Hvorfor?"),
        max_length=max_length("reasons"),
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
    )
    name = forms.CharField(
        label=_("Navnet ditt"),
        max_length=max_length("name"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Skriv navnet ditt.")},
    )
    contact = forms.CharField(
        label=_("Hvordan når vi deg?"),
        help_text=_("E-post, telefon eller postadresse. Vi svarer deg dit."),
        max_length=max_length("contact"),
        error_messages={"required": _("Skriv hvordan vi når deg.")},
    )

    def clean(self):
        data = super().clean()
        # Nobody sees that field; what fills in everything, fills it in.
        data["suspicious"] = bool(self.data.get("website")) or self.came_too_soon()
        return data

    def came_too_soon(self):
        """Whether it was sent faster than a person writes, or from no form of ours."""
        try:
            signing.loads(self.data.get("key", ""), salt=SALT, max_age=QUICKEST)
        except signing.SignatureExpired:
            return False
        except signing.BadSignature:
            return True
        return True


class AppealAnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Svaret ditt"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Skriv et svar.")},
    )
