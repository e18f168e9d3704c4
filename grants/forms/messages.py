from django import forms
from django.core import signing
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from grants.forms.attachments import ManyFilesField
from grants.models import Message
from omradesatsing.files.models import StoredFile

SALT = "grants.message"


class MessageForm(forms.Form):
    """A message in a case, from either side, with files."""

    text = forms.CharField(
        label=_("Melding"),
        help_text=_("Ikke skriv om helse eller om andre personer."),
        max_length=Message._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Skriv en melding.")},
    )
    attached = ManyFilesField(
        label=_("Filer"),
        help_text=_("Høyst fem. PDF, bilde, Word, Excel eller OpenDocument."),
        required=False,
    )
    # So that the same form sent twice is one message.
    key = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = signing.dumps(get_random_string(22), salt=SALT)

    def clean_key(self):
        try:
            return signing.loads(self.cleaned_data["key"], salt=SALT)
        except signing.BadSignature:
            return get_random_string(22)

    def clean_attached(self):
        files = self.cleaned_data["attached"]
        if len(files) > Message.MOST_FILES:
            raise forms.ValidationError(_("Velg høyst fem filer om gangen."))
        return files

    def send(self, application, *, by, now, from_staff):
        """Check and store the files, then send. Whether a new message was sent.

        Faults in the files stand at the field, and nothing is sent. A message that is
        refused or sent already leaves no file behind.
        """
        stored = self.store(application, by=by)
        new = False
        try:
            if not self.errors:
                _message, new = Message.send(
                    application,
                    text=self.cleaned_data["text"],
                    files=stored,
                    by=by,
                    now=now,
                    key=self.cleaned_data["key"],
                    from_staff=from_staff,
                )
        finally:
            if not new:
                for file in stored:
                    file.discard()
        return not self.errors

    def store(self, application, *, by):
        stored = []
        for upload in self.cleaned_data["attached"]:
            try:
                stored.append(StoredFile.take(upload, by=by, about=application))
            except forms.ValidationError as error:
                self.add_error(
                    "attached",
                    [f"{upload.name}: {message}" for message in error.messages],
                )
        return stored
