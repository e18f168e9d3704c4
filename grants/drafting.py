"""Writing an application, step by step: a draft, or what is asked for afterwards."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.forms.steps import STEP_FORMS
from grants.models import Attachment, Step
from grants.models.versions import NEEDED
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile


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
            steps=[step for step in Step if step in {*STEP_FORMS, Step.FILES}],
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
            steps=[step for step in Step if step in request.steps],
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
        later = self.steps[self.steps.index(step) + 1 :]
        return self.step_url(later[0]) if later else self.review_url

    def url_before(self, step):
        earlier = self.steps[: self.steps.index(step)]
        return self.step_url(earlier[-1]) if earlier else self.overview_url

    def progress(self, current=None):
        """Each step: label, url, state for the step list, and status in words."""
        version = self.version
        missing = version.missing()
        return [
            {
                "step": step,
                "label": step.label,
                "url": self.step_url(step),
                "state": _state(step, current, missing),
                "status": _status(step, version, missing),
            }
            for step in self.steps
        ]


def _state(step, current, missing):
    if step == current:
        return "current"
    undone = step == Step.FILES or any(where == step for where, _f, _m in missing)
    return "todo" if undone else "done"


def _status(step, version, missing):
    """(words, tone) for a step: done, not begun, or what is missing."""
    if step == Step.FILES:
        count = version.attachments.count()
        if not count:
            return (_("Valgfritt"), "neutral")
        return (ngettext("%(n)d fil", "%(n)d filer", count) % {"n": count}, "strong")
    count = sum(where == step for where, _f, _m in missing)
    if not count:
        return (_("Ferdig"), "strong")
    names = [name for name, _message in NEEDED[step]]
    begun = any(getattr(version, name) not in (None, "") for name in names)
    if step == Step.MONEY:
        begun = begun or version.budget_lines.exists()
    if not begun:
        return (_("Ikke begynt"), "neutral")
    words = ngettext("%(n)d ting mangler", "%(n)d ting mangler", count) % {"n": count}
    return (words, "accent")


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


def step_form(step, version, *, data=None, more=None, initial=None):
    extra = {"more": more} if step == Step.MONEY else {}
    return STEP_FORMS[step](data, instance=version, initial=initial, **extra)


def attach(writing, upload, *, label, by):
    """Check a file and attach it. Raises ValidationError with what is wrong with it."""
    refuse_too_many(writing.version)
    # Written to disk before the transaction, as `take` asks.
    file = StoredFile.take(upload, by=by, about=writing.application)
    try:
        with transaction.atomic():
            version = writing.held_copy(Step.FILES, by=by)
            refuse_too_many(version)
            return version.attachments.create(file=file, label=label)
    except (Refused, ValidationError):
        file.discard()
        raise


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
    if not file.attachments.exists():
        file.discard()
