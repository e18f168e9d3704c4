"""Beginning with the text of an earlier application, where it fits."""

from django.db import transaction
from django.utils.translation import gettext as _

from grants.answers import label_of
from grants.models import Application, BudgetLine, State, Version
from grants.models.steps import CONTACT, questions_of
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry

# Text that may well hold one year more. Never dates, the amount, or what is declared.
TEXTS = ["summary", "theme", "description", "need", "participants", "place"]


def earlier_applications(application, user):
    """What this user has sent before for their applicants, the newest first."""
    return (
        Application.objects.of_applicants(user)
        .exclude(state=State.DRAFT)
        .exclude(pk=application.pk)
        .with_current()
        .select_related("applicant", "round")
        .order_by("-submitted_at", "-pk")
    )


@transaction.atomic
def copy_from(earlier, application, *, by):
    """Fill what is empty in a draft with an earlier text; the labels of what was.

    Nothing that is written is touched. Budget lines come when there are none. Answers
    come to questions with the same words and of the same kind. Contacts come only from
    the same applicant. Attachments belong to their year.
    """
    version = application.open_working_copy(by=by)
    if not application.is_draft:
        raise Refused(_("Søknaden er sendt og kan ikke endres nå."))
    source = earlier.versions.sent().last()
    same_applicant = earlier.applicant_id == application.applicant_id
    names = TEXTS + CONTACT if same_applicant else TEXTS
    changed = {
        name: getattr(source, name)
        for name in names
        if getattr(version, name) in (None, "")
        and getattr(source, name) not in (None, "")
    }
    Version.objects.filter(pk=version.pk).update(edited_by=by.user, **changed)
    copied = [label_of(name) for name in changed]
    if not version.budget_lines.exists() and source.budget_lines.exists():
        BudgetLine.objects.bulk_create(
            BudgetLine(
                version=version,
                kind=line.kind,
                text=line.text,
                amount=line.amount,
                position=line.position,
            )
            for line in source.budget_lines.all()
        )
        copied.append(_("Budsjettet"))
    copied += _copy_answers(source, version)
    Application.objects.filter(pk=application.pk).update(copied_from=earlier)
    JournalEntry.record("text_copied", about=application, by=by, earlier=earlier.number)
    return copied


def _copy_answers(source, version):
    given = version.given_answers()
    same = {
        (answer.question.text, answer.question.kind): answer.value
        for answer in source.answers.select_related("question")
    }
    copied = []
    for question in questions_of(version.application.round, version.size):
        value = same.get((question.text, question.kind))
        lost = question.kind == question.Kind.CHOICE and value not in question.choices
        is_date = question.kind == question.Kind.DATE
        if not value or question.pk in given or lost or is_date:
            continue
        if question.is_too_long(value):
            continue
        version.answers.create(question=question, value=value)
        copied.append(question.text)
    return copied


def unchanged_since(application, version):
    """What still stands as it was copied, as labels: it must be looked at."""
    earlier = application.copied_from
    source = earlier.versions.sent().last() if earlier else None
    if source is None:
        return []
    asked = {name for step in version.steps for name in version.fields_of(step)}
    return [
        label_of(name)
        for name in TEXTS
        if name in asked
        and getattr(version, name) not in (None, "")
        and getattr(version, name) == getattr(source, name)
    ]
