"""The whole form of a round with nothing in it, to read, print and try out."""

from grants.forms.questions import QuestionsForm
from grants.forms.steps import form_class
from grants.models import ApplicantKind, Application, Step, Version
from grants.models.steps import Size, questions_of, size_of, steps_of


def sizes_of(round):
    """The forms a round has: the short one, the long one, or both."""
    sizes = [Size.SHORT] if round.short_form_ceiling else []
    if size_of(round, None) == Size.LONG:
        sizes.append(Size.LONG)
    return sizes


def blank_form(round, size):
    """Each step of a form: `step`, `label`, bound `fields`, and what files it wants."""
    amount = round.short_form_ceiling if size == Size.SHORT else None
    empty = Version(application=Application(round=round), amount=amount)
    is_organisation = ApplicantKind.ORGANISATION in round.applicant_kinds
    return [
        {
            "step": step,
            "label": step.label,
            "fields": blank_fields(step, size, empty),
            "files": files_of(round, size) if step == Step.FILES else [],
        }
        for step in steps_of(round, size, is_organisation=is_organisation)
    ]


def blank_fields(step, size, empty):
    if step == Step.FILES:
        return []
    if step == Step.QUESTIONS:
        form = QuestionsForm(instance=empty, size=size)
        names = list(form.fields)
    else:
        form = form_class(step, size)(instance=empty, initial={"amount": None})
        names = form._meta.fields
    return [form[name] for name in names]


def files_of(round, size):
    """The files a round asks for by name: label, why, and from what amount if any."""
    asked = [
        {"label": question.text, "why": question.why, "needed": question.needed}
        for question in questions_of(round, size)
        if not question.is_written
    ]
    ceiling = round.short_form_ceiling
    return asked + [
        {"label": row.label, "why": row.why, "needed": True, "from": row.from_amount}
        for row in round.required_attachments.all()
        if size == Size.LONG or row.from_amount <= ceiling
    ]


def needed_count(round, size):
    """How many questions a new organisation must answer, the start included.

    The start asks what the project is called, who applies, and where if there is a
    choice; the budget asks what the money goes to, and how much of it.
    """
    start = 3 if round.pots.filter(areas__isnull=False).count() > 1 else 2
    sections = blank_form(round, size)
    # The title is asked at the start; the e-mail address is that of the log-in.
    known = {"title", "contact_email"}
    asked = [
        field
        for section in sections
        for field in section["fields"]
        if getattr(field.field, "needed", False) and field.name not in known
    ]
    files = [f for section in sections for f in section["files"] if f["needed"]]
    return start + len(asked) + 2 + len(files)
