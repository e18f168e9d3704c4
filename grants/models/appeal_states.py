"""The states of an appeal, and the steps between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AppealState(models.TextChoices):
    RECEIVED = "received", _("mottatt")
    NEEDS_INFO = "needs_info", _("venter på deg")
    UPHELD = "upheld", _("vurdert, sendes videre")
    CHANGED = "changed", _("vedtaket er endret")
    DISMISSED = "dismissed", _("klagen er avvist")
    FORWARDED = "forwarded", _("hos klageinstansen")
    SETTLED = "settled", _("avgjort av klageinstansen")
    WITHDRAWN = "withdrawn", _("trukket")


# Those where the one who decided still has the appeal.
BELOW = [AppealState.RECEIVED, AppealState.NEEDS_INFO, AppealState.UPHELD]
OPEN = [*BELOW, AppealState.FORWARDED]

# Each verb: the states it may be called in, and the state it leads to.
APPEAL_STEPS = {
    "appeal_asked": ([AppealState.RECEIVED], AppealState.NEEDS_INFO),
    "appeal_answered": ([AppealState.NEEDS_INFO], AppealState.RECEIVED),
    "appeal_went_on": ([AppealState.NEEDS_INFO], AppealState.RECEIVED),
    "appeal_changed": ([AppealState.RECEIVED], AppealState.CHANGED),
    "appeal_dismissed": ([AppealState.RECEIVED], AppealState.DISMISSED),
    "appeal_upheld": ([AppealState.RECEIVED], AppealState.UPHELD),
    "appeal_forwarded": ([AppealState.UPHELD], AppealState.FORWARDED),
    "appeal_settled": ([AppealState.FORWARDED], AppealState.SETTLED),
    "appeal_withdrawn": (OPEN, AppealState.WITHDRAWN),
    "appeal_reopened": ([AppealState.DISMISSED], AppealState.RECEIVED),
}
