"""What a version says, as labels and values in the order of the form."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from grants.forms.steps import STEP_FORMS
from grants.models import ApplicantKind, BudgetLine, Step, Version
from omradesatsing.ui.templatetags.ui import date_no, money, orgnr, phone


def answers(version):
    """One dict per step of the form: `step`, `label`, `facts`, `budget`, `files`.

    `facts` are dicts with `name`, `label` and `text`; an unanswered one has no text.
    """
    application = version.application
    return [
        {
            "step": step,
            "label": step.label,
            "facts": facts_of(step, version, application),
            "budget": budget_of(version) if step == Step.MONEY else None,
            "files": version.attachments.select_related("file")
            if step == Step.FILES
            else None,
        }
        for step in Step
    ]


def facts_of(step, version, application):
    facts = applicant_facts(application) if step == Step.WHO else []
    if step == Step.WHAT:
        facts = [{"name": "", "label": _("Område"), "text": application.area.name}]
    form = STEP_FORMS.get(step)
    return facts + [
        {"name": name, "label": label_of(name), "text": text_of(version, name)}
        for name in (form._meta.fields if form else [])
    ]


def applicant_facts(application):
    applicant = application.applicant
    facts = [(_("Søker"), applicant.name)]
    if applicant.kind == ApplicantKind.ORGANISATION:
        facts.append((_("Organisasjonsnummer"), orgnr(applicant.organisation.orgnr)))
    if applicant.kind == ApplicantKind.GROUP:
        facts.append((_("Ansvarlig person"), applicant.answerable_name))
    return [{"name": "", "label": label, "text": text} for label, text in facts]


def label_of(name):
    return capfirst(str(Version._meta.get_field(name).verbose_name))


def text_of(version, name):
    value = getattr(version, name)
    if value in (None, ""):
        return ""
    if name == "amount":
        return money(value)
    if name in {"starts_on", "ends_on"}:
        return date_no(value)
    if name == "permission":
        return version.get_permission_display()
    if name == "contact_phone":
        return phone(value)
    return str(value)


def budget_of(version):
    """The budget as tables, with sums: None when nothing is in it."""
    headings = {
        BudgetLine.Kind.COST: _("Kostnader"),
        BudgetLine.Kind.INCOME: _("Andre penger inn"),
        BudgetLine.Kind.OWN_WORK: _("Egen innsats"),
    }
    lines = list(version.budget_lines.order_by("position", "pk"))
    sums = version.sums()
    tables = [
        {
            "kind": kind.value,
            "heading": headings[kind],
            "lines": [line for line in lines if line.kind == kind],
            "total": sums[kind.value],
        }
        for kind in BudgetLine.Kind
        if any(line.kind == kind for line in lines)
    ]
    return {"tables": tables, "sums": sums} if tables else None
