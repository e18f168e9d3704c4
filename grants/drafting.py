"""Writing an application, step by step: a draft, or what is asked for afterwards."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.copying import earlier_applications, unchanged_since
from grants.forms.answer import AnswerForm
from grants.forms.steps import AmountForm, form_class
from grants.models import Attachment, RejectedFile, Step
from grants.models.steps import Size
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.checks import split_name
from omradesatsing.files.models import StoredFile
from omradesatsing.ui.templatetags.ui import date_no

# Earlier applications to begin with; those before that are a case for the archive.
MOST_EARLIER = 10


@dataclass
class Writing:
    """Where an application is written now: which steps, and their addresses."""

    application: object
    steps: list
    overview_url: str
    review_url: str

    @classmethod
    def of_draft(cls, application):
        key = application.key
        return cls(
            application=application,
            steps=(application.working_copy() or application.current).steps,
            overview_url=reverse("grants:draft_detail", args=[key]),
            review_url=reverse("grants:draft_review", args=[key]),
        )

    @classmethod
    def of_answer(cls, application, request):
        """What the open InfoRequest lets the applicant change."""
        url = reverse(
            "grants:answer_request", args=[application.year, application.sequence]
        )
        return cls(
            application=application,
            steps=[
                step
                for step in (application.working_copy() or application.current).steps
                if step in request.steps
            ],
            overview_url=url,
            review_url=url,
        )

    @property
    def version(self):
        """The working copy, or what it will be a copy of."""
        return self.application.working_copy() or self.application.current

    def held_copy(self, step, *, by):
        """The working copy, its application locked; call it in the transaction.

        Raises Refused when the application, or this step of it, takes no changes.
        """
        application = self.application
        version = application.open_working_copy(by=by)
        application.refresh_from_db(fields=["state"])
        if not application.is_draft:
            asked = application.info_requests.open().first()
            if asked is None or step not in asked.steps:
                raise Refused(_("Denne delen av søknaden kan ikke endres nå."))
        return version

    def step_url(self, step):
        if self.application.is_draft:
            return reverse("grants:draft_step", args=[self.application.key, step])
        return reverse(
            "grants:answer_step",
            args=[self.application.year, self.application.sequence, step],
        )

    def remove_url(self, attachment):
        application = self.application
        if application.is_draft:
            return reverse(
                "grants:draft_attachment_remove", args=[application.key, attachment.pk]
            )
        return reverse(
            "grants:answer_attachment_remove",
            args=[application.year, application.sequence, attachment.pk],
        )

    def download_url(self, attachment):
        application = self.application
        if application.is_draft:
            return reverse(
                "grants:draft_attachment", args=[application.key, attachment.pk]
            )
        return reverse(
            "grants:attachment",
            args=[application.year, application.sequence, attachment.pk],
        )

    def url_after(self, step):
        """The next step, or where the whole is checked and sent."""
        if step not in self.steps:
            return self.overview_url
        later = self.steps[self.steps.index(step) + 1 :]
        return self.step_url(later[0]) if later else self.review_url

    def url_before(self, step):
        earlier = self.steps[: self.steps.index(step)] if step in self.steps else []
        return self.step_url(earlier[-1]) if earlier else self.overview_url

    def next_part(self):
        """(label, address) of the first part that lacks something, else the review."""
        lacking = {step for step, _field, _text in self.version.missing()}
        for step in self.steps:
            if step in lacking:
                label = _("Fortsett med «%(part)s»") % {"part": step.label}
                return (label, self.step_url(step))
        return (_("Kontroller og send inn"), self.review_url)

    def rejected_files(self):
        """What the scanner has had taken out of what is being written."""
        if self.version.sent_at:
            return RejectedFile.objects.none()
        return RejectedFile.objects.of_draft(self.application)

    def past_dates(self, now):
        """A warning when the whole project lies before today, or an empty text."""
        version = self.version
        last = version.ends_on or version.starts_on
        if last is None or last >= timezone.localdate(now):
            return ""
        return _(
            "Datoen dere har skrevet, %(day)s, er passert. Stemmer den? Vi gir ikke "
            "penger til noe som er ferdig før svaret kommer."
        ) % {"day": date_no(last)}

    def beginning(self, user):
        """For the draft's page: the amount to ask for first, earlier texts to use."""
        application, version = self.application, self.version
        undecided = application.round.short_form_ceiling and version.amount is None
        found = {
            "amount_form": AmountForm(instance=version) if undecided else None,
            "copied_from": application.copied_from,
            "unchanged": unchanged_since(application, version),
        }
        if application.copied_from is None:
            found["earlier"] = earlier_applications(application, user)[:MOST_EARLIER]
        return found

    def progress(self, current=None):
        """Each step: label, url, state for the step list, and status in words."""
        version = self.version
        missing = version.missing()
        return [
            {
                "step": step,
                "label": step.label,
                "url": self.step_url(step),
                "state": _state(step, current, version, missing),
                "status": _status(step, version, missing),
            }
            for step in self.steps
        ]


def _state(step, current, version, missing):
    if step == current:
        return "current"
    undone = any(where == step for where, _f, _m in missing)
    return "todo" if undone or not _begun(step, version) else "done"


def _status(step, version, missing):
    """(words, tone) for a step: done, not begun, or what is missing."""
    count = sum(where == step for where, _f, _m in missing)
    begun = _begun(step, version)
    if not count:
        if step == Step.FILES and begun:
            return _status_of_files(version)
        return (_("Ferdig"), "strong") if begun else (_("Valgfritt"), "neutral")
    if not begun:
        return (_("Ikke begynt"), "neutral")
    words = ngettext("%(n)d ting mangler", "%(n)d ting mangler", count) % {"n": count}
    return (words, "accent")


def _status_of_files(version):
    """How many there are, and what the scanner says of one that is held."""
    files = [each.file for each in version.attachments.select_related("file")]
    words = ngettext("%(n)d fil", "%(n)d filer", len(files)) % {"n": len(files)}
    held = [file.shown_scan.label for file in files if file.is_held]
    return (f"{words}, {held[0]}", "info") if held else (words, "strong")


def _begun(step, version):
    """Whether anything that belongs to a step is written or attached."""
    if step == Step.FILES:
        return version.attachments.exists()
    if step == Step.QUESTIONS:
        return version.answers.exists()
    if step == Step.MONEY and version.budget_lines.exists():
        return True
    # A false answer is an answer.
    return any(
        getattr(version, name) not in (None, "") for name in _first(step, version)
    )


def _first(step, version):
    """What counts as begun: what is needed, or all where nothing is."""
    return version.needed(step) or version.fields_of(step)


@transaction.atomic
def save_step(writing, step, data, *, by, more=None):
    """Store what can be read of a step that was sent, and return its form.

    `form.errors` is what could not be read; `form.clashes()` where someone else has
    stored another text since the form was opened: those parts are not stored, the rest
    is. Raises Refused when the application takes no changes.
    """
    version = writing.held_copy(step, by=by)
    form = step_form(step, version, data=data, more=more)
    form.is_valid()
    form.save_valid(by=by)
    return form


@transaction.atomic
def save_answer(application, data, *, by):
    """Keep what is written to the open InfoRequest, unsent, and return its form.

    As `save_step`: what another has written meanwhile is asked about. Raises Refused
    when nothing is asked for any longer.
    """
    form = AnswerForm(without_nulls(data), instance=application.held_request(by=by))
    form.is_valid()
    form.save_valid()
    return form


def step_form(step, version, *, data=None, more=None, initial=None):
    extra = {"more": more} if step == Step.MONEY else {}
    size = version.size
    if data is not None:
        data = without_nulls(data)
        # A form that was opened before the amount changed, is read as what it was.
        size = data.get("_form") if data.get("_form") in Size.values else size
    form = form_class(step, size)(data, instance=version, initial=initial, **extra)
    form.size = size
    return form


def without_nulls(data):
    """What was posted, less the null bytes that some programs paste along.

    PostgreSQL keeps none, and nobody can see them to take them out.
    """
    if not any("\x00" in value for values in data.lists() for value in values[1]):
        return data
    data = data.copy()
    for name, values in list(data.lists()):
        data.setlist(name, [value.replace("\x00", "") for value in values])
    return data


def attach(
    writing, upload, *, by, label="", question=None, required=None, replaces=None
):
    """Check a file and attach it. Raises ValidationError with what is wrong with it.

    `question` or `required` is what asks for it, and holds one file: a new one takes
    the place of the old. `replaces` is the pk of an attachment that it replaces. The
    same file sent again (a line that broke, a double click) is attached once.
    """
    # Written to disk before the transaction, as `take` asks.
    file = StoredFile.take(upload, by=by, about=writing.application)
    spare = []
    try:
        with transaction.atomic():
            version = writing.held_copy(Step.FILES, by=by)
            own = version.attachments.select_related("file")
            same = own.filter(
                file__sha256=file.sha256, question=question, required=required
            ).first()
            if same is None:
                spare = _put_away(writing, own, question, required, replaces)
                refuse_too_many(version)
                _name_apart(file, own)
                return version.attachments.create(
                    file=file, label=label, question=question, required=required
                )
            spare = [file]
            return same
    except (Refused, ValidationError):
        spare = [file]
        raise
    finally:
        for each in spare:
            discard_unused(each)


def _put_away(writing, own, question, required, replaces):
    """Take out what a new file takes the place of; their files."""
    old = own.none()
    if question or required:
        old = own.filter(question=question, required=required)
    elif str(replaces or "").isdecimal():
        # The pk may be of the sent version's row: it is the same file in the copy.
        file = StoredFile.objects.filter(
            attachments__pk=replaces,
            attachments__version__application=writing.application,
        )
        old = own.filter(file__in=file)
    files = [each.file for each in old]
    old.delete()
    return files


def _name_apart(file, attachments):
    """Number a file whose name another has: telephones call every photo the same."""
    names = {each.file.name for each in attachments}
    stem, ending = split_name(file.name)
    name, number = file.name, 2
    while name in names:
        name, number = f"{stem} ({number}){ending}", number + 1
    if name != file.name:
        file.name = name
        file.save(update_fields=["name"])


def discard_unused(file):
    if not file.attachments.exists():
        file.discard()


def refuse_too_many(version):
    if version.attachments.count() >= Attachment.MOST:
        raise ValidationError(
            _("Det er plass til %(most)d filer. Fjern en før du legger ved en ny.")
            % {"most": Attachment.MOST}
        )


def detach(writing, pk, *, by):
    """Take an attachment out of the working copy, and its file where none other has it.

    `pk` may be of the sent version's row when there is no working copy yet: it is the
    same file in the copy.
    """
    file = StoredFile.objects.filter(
        attachments__pk=pk,
        attachments__version__application=writing.application,
    ).first()
    if file is None:
        raise Refused(_("Filen er alt fjernet."))
    with transaction.atomic():
        version = writing.held_copy(Step.FILES, by=by)
        version.attachments.filter(file=file).delete()
    discard_unused(file)
