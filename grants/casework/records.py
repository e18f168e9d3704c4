"""A case's documents for the staff: journal, corrections, notes and redactions."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from grants.casework.forms import NoteForm, textarea
from grants.casework.page import case_url
from grants.casework.views import act, acting, given, opened_case, staff_page
from grants.models import (
    Attachment,
    InternalNote,
    LegalBasis,
    Letter,
    Message,
    PublicRecord,
    RedactedCopy,
    Version,
)
from grants.models.access import may_answer
from grants.models.records import CORRECTS, NOTES
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.ui.fields import NorwegianDateField


def case_note(request, year, seq):
    case = opened_case(request, year, seq)
    if not request.user.role_names & NOTES:
        raise PermissionDenied("Bare de som behandler saken, skriver notater i den.")
    form = NoteForm(given(request), case=case)

    def verb():
        InternalNote.write(case, **acting(request), **form.cleaned_data)
        return "Notatet er lagret."

    return act(request, case, form, verb)


@require_safe
def case_records(request, year, seq):
    """Every document of the case, who may read it, and what was corrected."""
    case = opened_case(request, year, seq)
    records = case.records.current().order_by("number")
    context = {
        "title": f"Dokumenter i sak {case.number}",
        "case": case,
        "records": records,
        "copies": RedactedCopy.objects.filter(record__application=case)
        .select_related("record", "file", "made_by")
        .prefetch_related("redactions"),
    }
    return staff_page(request, "admin/cases/case_records.html", context)


class CorrectForm(forms.ModelForm):
    """Rett opplysning. Only what may be corrected, and why."""

    dated_on = NorwegianDateField(label="Dokumentets dato")
    why = forms.CharField(
        label="Hvorfor rettes det?",
        help_text="Det gamle blir stående, med navnet ditt og grunnen.",
        max_length=PublicRecord._meta.get_field("reason").max_length,
        widget=textarea(3),
        error_messages={"required": "Skriv hvorfor det rettes."},
    )

    class Meta:
        model = PublicRecord
        fields = PublicRecord.CORRECTABLE

    def clean(self):
        data = super().clean()
        if data.get("audience") and (data["audience"] == "public") != (
            not data.get("legal_basis")
        ):
            self.add_error(
                "legal_basis",
                "Velg hjemmel når dokumentet ikke er for alle, og bare da.",
            )
        return data

    def _post_clean(self):
        # Nothing is put on the row: it is never changed, the verb writes a new one.
        pass


@require_http_methods(["GET", "HEAD", "POST"])
def case_record(request, year, seq, number):
    """One document: what was said of it before, and «rett opplysning»."""
    case = opened_case(request, year, seq)
    record = get_object_or_404(case.records.current(), number=number)
    form = CorrectForm(given(request), instance=record)
    if request.method == "POST":
        if not request.user.role_names & CORRECTS:
            raise PermissionDenied("Bare en saksbehandler kan rette i journalen.")
        if form.is_valid():
            changes = dict(form.cleaned_data)
            try:
                record.correct(reason=changes.pop("why"), **acting(request), **changes)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, "Opplysningen er rettet.")
                return redirect(case_url(case, "case_records"))
    context = {
        "title": f"{record.code} {record.title}",
        "case": case,
        "record": record,
        "history": record.history(),
        "form": form if request.user.role_names & CORRECTS else None,
        "may_redact": may_answer(request.user),
    }
    return staff_page(request, "admin/cases/case_record.html", context)


# --- redacted copies ------------------------------------------------------------------


def files_of(record):
    """The files that a document consists of, as {id: StoredFile}."""
    document = record.document
    if isinstance(document, Letter):
        files = [document.pdf] if document.pdf else []
    elif isinstance(document, Version):
        rows = Attachment.objects.filter(version=document).select_related("file")
        files = [row.file for row in rows]
    elif isinstance(document, Message):
        files = [row.file for row in document.files.select_related("file")]
    else:
        files = []
    return {file.pk: file for file in files}


class RedactForm(forms.Form):
    """A copy that is blacked out already, what is blacked out, and by which law."""

    PARTS = range(1, 5)

    upload = forms.FileField(
        label="Den sladdede kopien",
        help_text="En PDF der teksten er fjernet, ikke bare dekket til.",
        error_messages={"required": "Velg filen."},
    )
    original = forms.ChoiceField(label="Kopi av", required=False)

    def __init__(self, *args, files, **kwargs):
        super().__init__(*args, **kwargs)
        self.files_by_pk = files
        self.fields["original"].choices = [
            ("", "Det som er skrevet i dokumentet"),
            *((str(pk), file.name) for pk, file in files.items()),
        ]
        for number in self.PARTS:
            needed = number == 1
            self.fields[f"where_{number}"] = forms.CharField(
                label=f"Sladdet del {number}: hva og hvor",
                help_text="For eksempel «kontonummer, side 2»." if needed else "",
                max_length=200,
                required=needed,
            )
            self.fields[f"basis_{number}"] = forms.ChoiceField(
                label=f"Hjemmel for del {number}",
                choices=[("", "Velg"), *LegalBasis.choices],
                required=needed,
            )

    def redactions(self):
        """[(where, legal basis)] of the parts that say something."""
        data = self.cleaned_data
        pairs = [(data[f"where_{n}"], data[f"basis_{n}"]) for n in self.PARTS]
        return [(where, basis) for where, basis in pairs if where or basis]

    def keep(self, record, *, by, now):
        """Check and store the copy; a refused one leaves no file behind."""
        try:
            file = StoredFile.take(
                self.cleaned_data["upload"], by=by, about=record.application
            )
        except forms.ValidationError as error:
            self.add_error("upload", error)
            return None
        original = self.cleaned_data["original"]
        try:
            return RedactedCopy.make(
                record,
                file=file,
                original=self.files_by_pk[int(original)] if original else None,
                redactions=self.redactions(),
                by=by,
                now=now,
            )
        except Refused as refused:
            file.discard()
            self.add_error(None, str(refused))
            return None


@require_http_methods(["GET", "HEAD", "POST"])
def case_redact(request, year, seq, number):
    case = opened_case(request, year, seq)
    if not may_answer(request.user):
        raise PermissionDenied("Bare en saksbehandler kan legge inn en sladdet kopi.")
    record = get_object_or_404(case.records.current(), number=number)
    posted = [request.POST, request.FILES] if request.method == "POST" else []
    form = RedactForm(*posted, files=files_of(record))
    if request.method == "POST" and form.is_valid():
        record.application = case
        if form.keep(record, **acting(request)):
            messages.success(request, "Den sladdede kopien er lagret.")
            return redirect(case_url(case, "case_records"))
    context = {
        "title": f"Sladdet kopi av {record.code}",
        "case": case,
        "record": record,
        "form": form,
    }
    return staff_page(request, "admin/cases/case_redact.html", context)


@require_safe
def case_copy(request, year, seq, pk):
    """A redacted copy, as it will be given out."""
    case = opened_case(request, year, seq)
    copies = RedactedCopy.objects.filter(record__application=case)
    return get_object_or_404(copies.select_related("file"), pk=pk).file.response()
