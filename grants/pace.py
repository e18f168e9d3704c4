"""How long answers have taken, so that an applicant gets an honest estimate."""

from statistics import median

from django.db.models.functions import Coalesce

from grants.models import Decision

# Fewer say nothing of how long it takes.
FEWEST = 3
NEWEST = 100


def usual_wait(round):
    """Days from the closing to the answer in the scheme's earlier cases, or None.

    The median of the newest hundred; of a round without a closing, from the sending.
    One query.
    """
    rows = (
        Decision.objects.announced()
        .filter(application__round__scheme=round.scheme_id, version=1)
        .order_by("-announced_at")
        .values_list(
            Coalesce("application__round__closes_at", "application__submitted_at"),
            "announced_at",
        )[:NEWEST]
    )
    waits = [max((answered - began).days, 0) for began, answered in rows]
    return int(median(waits)) if len(waits) >= FEWEST else None
