"""The form in one place: its steps, its two sizes, and what each asks."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Step(models.TextChoices):
    """The parts of the form, in order. A request for more may reopen some of them.

    Which of them an application has, depends on the size of its form and its round.
    """

    WHO = "soker", _("Hvem søker")
    WHAT = "prosjekt", _("Hva dere vil gjøre")
    NEED = "behov", _("Hvem det er for")
    WHERE = "sted", _("Sted og tid")
    MONEY = "okonomi", _("Penger")
    SUPPORT = "stotte", _("Annen offentlig støtte")
    QUESTIONS = "sporsmal", _("Spørsmål fra utlysningen")
    FILES = "vedlegg", _("Vedlegg")


class Size(models.TextChoices):
    """The two forms. Small amounts get one that a treasurer fills in one evening."""

    SHORT = "short", _("kort skjema")
    LONG = "long", _("langt skjema")


CONTACT = ["contact_name", "contact_email", "contact_phone"]
SUPPORT = ["economic_activity", "economic_reason", "aid_received"]

# The form, in one place: what each step asks, by size. Pages, review, print, casework
# and what is missing all follow from it. Questions and files come from the round.
ASKED = {
    Size.SHORT: {
        Step.WHO: CONTACT,
        Step.WHAT: [
            "title",
            "description",
            "starts_on",
            "ends_on",
            "special_categories",
        ],
        Step.MONEY: ["amount"],
        Step.SUPPORT: SUPPORT,
        Step.QUESTIONS: [],
        Step.FILES: [],
    },
    Size.LONG: {
        Step.WHO: CONTACT,
        Step.WHAT: ["title", "summary", "theme", "description"],
        Step.NEED: ["need", "participants", "participant_count", "special_categories"],
        Step.WHERE: ["place", "permission", "starts_on", "ends_on"],
        Step.MONEY: ["amount"],
        Step.SUPPORT: SUPPORT,
        Step.QUESTIONS: [],
        Step.FILES: [],
    },
}

# What must be filled in before an application can be sent, and how we ask for it.
MESSAGES = {
    "contact_name": _("Skriv hvem vi kan kontakte."),
    "contact_email": _("Skriv e-postadressen til kontaktpersonen."),
    "title": _("Gi prosjektet et navn."),
    "summary": _("Fortell kort hva prosjektet er."),
    "description": _("Fortell hva dere vil gjøre."),
    "need": _("Fortell hvorfor det trengs her."),
    "participants": _("Fortell hvem det er for, og hvem som blir med."),
    "place": _("Skriv hvor det skal skje."),
    "permission": _("Svar på om dere trenger lov fra eieren av stedet."),
    "starts_on": _("Skriv når dere begynner."),
    "ends_on": _("Skriv når dere er ferdige."),
    "amount": _("Skriv hvor mye dere søker om."),
    "economic_activity": _("Svar på om dere selger varer eller tjenester."),
    "economic_reason": _("Skriv hva dere selger, og til hvem."),
}
NEEDED = {
    Size.SHORT: {
        "contact_name",
        "contact_email",
        "title",
        "description",
        "starts_on",
        "amount",
    },
    # What is sold is asked only of those who sell: see `Version.needed`.
    Size.LONG: set(MESSAGES) - {"economic_reason"},
}


def size_of(round, amount):
    """The form for an amount in kroner; None while it is not known: the long one."""
    ceiling = round.short_form_ceiling
    if amount is None:
        amount = round.max_amount
    if ceiling and amount and amount <= ceiling:
        return Size.SHORT
    return Size.LONG


def steps_of(round, size, *, is_organisation):
    """The steps of the form in order, for a round, a size and a kind of applicant."""
    left_out = set()
    if not is_organisation:
        left_out.add(Step.SUPPORT)
    if not any(question.is_written for question in questions_of(round, size)):
        left_out.add(Step.QUESTIONS)
    return [step for step in ASKED[size] if step not in left_out]


def questions_of(round, size):
    """The round's own questions in this form, in order."""
    if round.pk is None:
        return []
    return [
        question
        for question in round.questions.select_related("only_after")
        if size == Size.LONG or not question.long_form_only
    ]


def still_asked(questions, answers):
    """Those of `questions` whose condition holds, by `answers`: {pk: value}.

    What hangs on a question that is not asked, is not asked either.
    """
    asked = {}
    for question in questions:
        parent = question.only_after
        if parent is None or (
            parent.pk in asked and answers.get(parent.pk) == question.only_value
        ):
            asked[question.pk] = question
    return list(asked.values())
