"""What a version says, as labels and values in the order of the form."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from grants.forms.questions import told
from grants.models import ApplicantKind, BudgetLine, Question, Step, Version
from omradesatsing.ui.templatetags.ui import date_no, in_lang, money, orgnr, phone

# What applicants write, in a language of their own choice.
OWN_WORDS = {
    "title",
    "summary",
    "description",
    "need",
    "participants",
    "place",
    "economic_reason",
}


def answers(version):
    """One dict per step of the form: `step`, `label`, `facts`, `budget`, `files`.

    `facts` are dicts with `name`, `label` and `text`; an unanswered one has no text,
    and one of a special category is marked with `special`.
    """
    application = version.application
    return [
        {
            "step": step,
            "label": step.label,
            "facts": facts_of(step, version, application),
            "budget": budget_of(version) if step == Step.MONEY else None,
            "files": version.attachments.select_related("file", "question", "required")
            if step == Step.FILES
            else None,
        }
        for step in version.steps
    ]


def facts_of(step, version, application):
    facts = applicant_facts(application) if step == Step.WHO else []
    if step == Step.WHAT:
        facts = [{"name": "", "label": _("Område"), "text": application.area.name}]
    if step == Step.QUESTIONS:
        return question_facts(version)
    return facts + [
        {"name": name, "label": label_of(name), "text": text_of(version, name)}
        for name in version.fields_of(step)
        if name != "economic_reason" or version.sells
    ]


def question_facts(version):
    """The round's own questions that were asked, each with its answer."""
    given = version.given_answers()
    return [
        {
            "name": question.field_name,
            "label": in_lang(question.text),
            "text": marked(question, told(question, given.get(question.pk, ""))),
            "special": question.special_category,
        }
        for question in version.asked_questions()
        if question.is_written
    ]


def marked(question, text):
    """An answer in its language: the applicant's own words, the staff's, or ours."""
    if question.kind in {Question.Kind.TEXT, Question.Kind.LONG_TEXT}:
        return in_lang(text, "")
    return in_lang(text) if question.kind == Question.Kind.CHOICE else text


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
    if name in {"amount", "aid_received"}:
        return money(value)
    if name == "special_categories":
        return _("Ja") if value else _("Nei")
    if name == "economic_activity":
        return version.get_economic_activity_display()
    if name in {"starts_on", "ends_on"}:
        return date_no(value)
    if name == "permission":
        return version.get_permission_display()
    if name == "contact_phone":
        return phone(value)
    if name in OWN_WORDS:
        return in_lang(value, "")
    return in_lang(str(value)) if name == "theme" else str(value)


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
