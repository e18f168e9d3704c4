"""What waits for those who rule on impartiality, and who they are."""

from grants.models import Application, DecisionFlag, Declaration
from grants.models.rulings import Rulers
from omradesatsing.accounts.models import User

MOST = 50


def rules_on(user, person, case, day):
    return any(ruler.user == user for ruler in case.rulers_of(person, day=day))


def people_ruled_by(user, rulers):
    """The staff on whom the user may have to rule."""
    staff = User.objects.filter(is_staff=True, is_active=True).exclude(pk=user.pk)
    asked = [each.pk for each in staff if rulers.may_be_asked(user, each.pk)]
    return staff.filter(pk__in=asked).order_by("name", "email")


def declarations_to_rule(user, day):
    """Conflicts that wait for this user's word, the oldest first."""
    waiting = (
        Declaration.objects.to_rule_on()
        .exclude(user=user)
        .select_related("user", "application__applicant")
        .order_by("declared_at", "pk")
    )
    return waiting_for(user, waiting, day)[:MOST]


def flags_for_ruler(user, day):
    """Flagged decisions where this user rules on the one with the conflict."""
    open_flags = (
        DecisionFlag.objects.open()
        .exclude(user=user)
        .select_related("user", "decision__application__applicant")
        .order_by("flagged_at", "pk")
    )
    for flag in open_flags:
        flag.application = flag.decision.application
    return waiting_for(user, open_flags, day)[:MOST]


def waiting_for(user, rows, day):
    """The rows, each with `user` and `application`, that this user rules on."""
    rows = list(rows)
    cases = Application.objects.filter(pk__in={row.application.pk for row in rows})
    rulers = Rulers(day, cases)
    return [
        row
        for row in rows
        if rulers.may_be_asked(user, row.user_id)
        and any(
            ruler.user == user for ruler in rulers.of(row.user_id, row.application.pk)
        )
    ]


def unruled(rows, day):
    """The people behind those of the rows that nobody rules on; the first first."""
    rows = list(rows)
    cases = Application.objects.filter(pk__in={row.application_id for row in rows})
    rulers = Rulers(day, cases)
    return list(
        dict.fromkeys(
            row.user for row in rows if not rulers.of(row.user_id, row.application_id)
        )
    )
