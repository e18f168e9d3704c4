"""A person's own messages, without those of cases that are shut to them."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from grants.models import Application, Decision, Letter, RejectedFile
from omradesatsing.notices.models import Notice


def inbox_of(user):
    """What the portal has told this user.

    To one on the staff with a conflict in a case, what was told of it before is gone
    as well; those who apply keep theirs.
    """
    own = Notice.objects.visible_to(user)
    if not user.is_staff:
        return own
    shut = Application.objects.shut_to(user).values("pk")
    hidden = Q(about_type=ContentType.objects.get_for_model(Application))
    hidden &= Q(about_id__in=shut)
    for model in (Decision, Letter, RejectedFile):
        rows = model.objects.filter(application__in=shut).values("pk")
        kind = ContentType.objects.get_for_model(model)
        hidden |= Q(about_type=kind, about_id__in=rows)
    return own.exclude(hidden)
