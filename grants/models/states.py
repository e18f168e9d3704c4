"""The states of an application, and the steps between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "draft", _("kladd")
    SUBMITTED = "submitted", _("sendt")
    IN_REVIEW = "in_review", _("til behandling")
    NEEDS_INFO = "needs_info", _("venter på deg")
    RECOMMENDED = "recommended", _("til vedtak")
    DECIDED = "decided", _("avgjort")
    WITHDRAWN = "withdrawn", _("trukket")


SENT = [
    State.SUBMITTED,
    State.IN_REVIEW,
    State.NEEDS_INFO,
    State.RECOMMENDED,
    State.DECIDED,
    State.WITHDRAWN,
]
WITH_STAFF = [State.SUBMITTED, State.IN_REVIEW, State.NEEDS_INFO, State.RECOMMENDED]
# What waits for a caseworker; a recommended case waits for a decision maker.
BEFORE_RECOMMENDED = [State.SUBMITTED, State.IN_REVIEW, State.NEEDS_INFO]

# Each verb: the states it may be called in, and the state it leads to.
STEPS = {
    "submit": ([State.DRAFT], State.SUBMITTED),
    "take": ([State.SUBMITTED], State.IN_REVIEW),
    "request_info": ([State.IN_REVIEW], State.NEEDS_INFO),
    "answer_request": ([State.NEEDS_INFO], State.IN_REVIEW),
    "cancel_request": ([State.NEEDS_INFO], State.IN_REVIEW),
    "recommend": ([State.IN_REVIEW], State.RECOMMENDED),
    "send_back": ([State.RECOMMENDED], State.IN_REVIEW),
    "decide": ([State.RECOMMENDED], State.DECIDED),
    "withdraw": (WITH_STAFF, State.WITHDRAWN),
}
