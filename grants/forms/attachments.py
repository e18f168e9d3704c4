from django import forms
from django.utils.translation import gettext_lazy as _

from omradesatsing.files.checks import ACCEPT, MAX_BYTES
from omradesatsing.ui.templatetags.ui import BOKMAL, in_lang

TAKEN = _("PDF, bilde (JPEG, PNG, WebP), Word, Excel eller OpenDocument. Høyst 10 MB.")


class FileInput(forms.FileInput):
    def __init__(self, attrs=None):
        # The script refuses what is too large before it is sent.
        limits = {"accept": ACCEPT, "data-upload": MAX_BYTES}
        super().__init__(limits | (attrs or {}))


class ManyFilesInput(FileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files chosen at once. What is wrong with each is asked one by one."""

    widget = ManyFilesInput

    def clean(self, data, initial=None):
        return [file for file in data or [] if file]


class OneFileField(forms.FileField):
    widget = FileInput

    def clean(self, data, initial=None):
        # An empty one is told of with its name, like every other fault.
        return data or None


class AttachmentsForm(forms.Form):
    """A field for each file that is asked for by name, and one for all the others."""

    file = ManyFilesField(
        label=_("Velg filer"),
        help_text=_(
            "Du kan velge flere på en gang. PDF, bilde (JPEG, PNG, WebP), Word, Excel "
            "eller OpenDocument. Høyst 10 MB hver. Vi tar ikke imot filer med makroer "
            "eller passord, eller pakkede mapper (zip)."
        ),
        required=False,
    )
    label = forms.CharField(
        label=_("Hva viser filen?"),
        help_text=_("For eksempel «Skisse av hagen» eller «Tillatelse fra gårdeier»."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args, slots=(), **kwargs):
        """`slots` are the Questions and RequiredAttachments that ask for a file."""
        super().__init__(*args, **kwargs)
        own = self.fields
        self.slots = {slot.field_name: slot for slot in slots}
        self.fields = {
            name: OneFileField(label=str(slot), help_text=TAKEN, required=False)
            for name, slot in self.slots.items()
        } | own
        for name, slot in self.slots.items():
            self.fields[name].needed = getattr(slot, "needed", True)
            self.fields[name].why = in_lang(slot.why)
            self.fields[name].label_lang = BOKMAL

    def slot_fields(self):
        return [self[name] for name in self.slots]

    def chosen(self):
        """Every file that was sent with the form: (field name, file)."""
        one = [(name, self.cleaned_data.get(name)) for name in self.slots]
        many = [("file", file) for file in self.cleaned_data.get("file", [])]
        return [(name, file) for name, file in one + many if file]


class ReplacementForm(forms.Form):
    """One file in place of one that was rejected."""

    file = forms.FileField(
        label=_("Velg en fil"),
        help_text=TAKEN,
        widget=FileInput,
        error_messages={
            "required": _("Velg en fil før du laster opp."),
            "empty": _("Filen er tom. Velg en annen fil."),
        },
    )
