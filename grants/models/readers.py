"""Who reads which applications: the applicants their own, the staff what is sent."""

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone

from coordinators.scope import areas_of
from grants.models.appeals import Appeal
from grants.models.applicants import Membership
from grants.models.assessments import (
    Advice,
    Assessment,
    AssessorSeat,
    Declaration,
    Recommendation,
)
from grants.models.bodies import BodyDecision
from grants.models.decisions import Decision
from grants.models.invitations import Helper
from grants.models.received import Received
from grants.models.rulings import Ruling
from grants.models.states import BEFORE_RECOMMENDED, State
from grants.models.versions import Version
from omradesatsing.accounts import roles
from omradesatsing.journal.models import JournalEntry

# Roles that read every sent case; coordinators read those of their own areas.
READS_ALL = {
    roles.CASEWORKER,
    roles.DECIDER,
    roles.READER,
    roles.ADMINISTRATOR,
}

# Those who need what a case may tell of health, faith or ethnicity.
READS_SPECIAL = {roles.CASEWORKER, roles.DECIDER, roles.APPEALS}

# What one does with a case before the appeal body gets it, by its journal.
HAND_IN = [
    "take",
    "request_info",
    "late_taken_in",
    "form_checked",
    "fact_held",
    "state_aid_noted",
    "reasons_drafted",
    "send_back",
    "flag_settled",
    "appeal_taken_in",
    "appeal_asked",
    "appeal_forwarded",
]


def reads_all_cases(user):
    return user.is_superuser or bool(user.role_names & READS_ALL)


def reads_cases(user):
    """Whether the user reads any cases at all, theirs to see or not."""
    return reads_all_cases(user) or user.has_role(roles.COORDINATOR)


def shut_to(user):
    """A condition: the user has declared a conflict, or a leader has ruled on one."""
    own = {"application": OuterRef("pk"), "user": user}
    declared = Declaration.objects.standing().filter(**own)
    ruled = Ruling.objects.standing().filter(**own)
    return Exists(declared) | Exists(ruled)


class ApplicationQuerySet(models.QuerySet):
    def drafts(self):
        return self.filter(state=State.DRAFT)

    def sent(self):
        return self.exclude(state=State.DRAFT)

    def of_applicants(self, user):
        """The user's own: drafts and cases of every applicant they act for today.

        One whose membership is not confirmed has only what they began themself.
        """
        own = Q(confirmed_at__isnull=False) | Q(user=OuterRef("started_by"))
        member = Membership.objects.active().filter(
            own, applicant=OuterRef("applicant"), user=user
        )
        return self.filter(Exists(member))

    def helped_by(self, user):
        """What the user helps with now: drafts, and what waits to be confirmed."""
        helper = Helper.objects.active().filter(application=OuterRef("pk"), user=user)
        waiting = Q(needs_confirmation=True, confirmed_at=None)
        return self.filter(
            Q(state=State.DRAFT) | (waiting & Exists(helper.filter(typed=True))),
            Exists(helper),
        )

    def open_to(self, user):
        """What the user reads as an applicant: their own, and what they help with."""
        own = self.model.objects.of_applicants(user).values("pk")
        helped = self.model.objects.helped_by(user).values("pk")
        return self.filter(Q(pk__in=own) | Q(pk__in=helped))

    def visible_to(self, user):
        """What a member of staff may see: sent cases in scope, never their own.

        A draft is never among them, whoever asks. A case that the user has a conflict
        of interest in, declared or by acting for the applicant or helping with the
        case, now or ever, is not there at all.
        """
        if not (user.is_active and user.is_staff):
            return self.none()
        cases = self.in_scope_of(user).without_conflicts_of(user)
        if user.is_superuser or user.role_names & READS_SPECIAL:
            return cases
        # What may tell of health, faith or ethnicity is for those who handle the case.
        return cases.filter(special_categories=False)

    def in_scope_of(self, user):
        cases = self.sent()
        if reads_all_cases(user):
            return cases
        if not user.role_names & {roles.COORDINATOR, roles.APPEALS}:
            return self.none()
        today, scope = timezone.localdate(), Q(pk=None)
        if user.has_role(roles.COORDINATOR):
            areas = areas_of(user, today)
            scope |= Q(area__in=areas) | Exists(
                self.model.other_areas.through.objects.filter(
                    application=OuterRef("pk"), area__in=areas
                )
            )
        if user.has_role(roles.APPEALS):
            at_body = self.model.objects.for_appeal_body(user, today)
            scope |= Q(pk__in=at_body.values("pk"))
        return cases.filter(scope)

    def for_appeal_body(self, user, day):
        """Cases with an appeal that was sent on, which the user may settle.

        Nobody with a hand in the case before, nor those directly below one who had.
        """
        forwarded = Appeal.objects.filter(
            decision__application=OuterRef("pk"), forwarded_at__isnull=False
        )
        leader = user.leader_on(day)
        people = [user.pk, leader.pk] if leader else [user.pk]
        return self.filter(Exists(forwarded)).without_hand_of(people)

    def without_hand_of(self, people):
        """Cases that none of these ids decided, prepared, assessed or advised on.

        What the appeal body itself has prepared and decided does not count.
        """
        case = {"application": OuterRef("pk")}
        below = ~Q(kind=Decision.Kind.APPEAL)
        journal = JournalEntry.objects.filter(
            about_type__app_label="grants",
            about_type__model="application",
            about_id=OuterRef("pk"),
        )
        hands = [
            Decision.objects.filter(
                below, Q(decided_by__in=people) | Q(prepared_by__in=people), **case
            ),
            Recommendation.objects.filter(below, recommended_by__in=people, **case),
            Assessment.objects.filter(assessor__in=people, **case),
            Advice.objects.filter(given_by__in=people, **case),
            BodyDecision.objects.filter(
                entered_by__in=people,
                decision__in=Decision.objects.filter(below),
                **case,
            ),
            Appeal.objects.filter(
                decision__application=OuterRef("pk"), reviewed_by__in=people
            ),
            journal.filter(verb__in=HAND_IN, actor__in=people),
            journal.filter(verb="case_handed_over", facts__to__in=people),
        ]
        found = self.exclude(caseworker__in=people)
        for rows in hands:
            found = found.filter(~Exists(rows))
        return found

    def without_conflicts_of(self, user):
        member = Membership.objects.filter(applicant=OuterRef("applicant"), user=user)
        helped = Helper.objects.filter(application=OuterRef("pk"), user=user)
        # Who enters an application that came on paper, does not apply.
        entered = Received.objects.filter(application=OuterRef("pk"))
        return (
            self.exclude(Q(started_by=user) & ~Exists(entered))
            .exclude(Exists(member) | Exists(helped))
            .exclude(shut_to(user))
        )

    def shut_to(self, user):
        """What the user has a conflict in by their own word or a leader's."""
        return self.filter(shut_to(user))

    def in_area(self, area):
        return self.filter(area=area)

    def untaken(self):
        """New ones, and those whose caseworker turned out to have a conflict."""
        return self.filter(state__in=BEFORE_RECOMMENDED, caseworker=None)

    def fully_assessed(self):
        """Cases that as many have assessed as must, and all who were named to."""
        of_case = {"application": OuterRef("pk")}
        given = Assessment.objects.counting().filter(**of_case).order_by()
        number = given.values("application").annotate(number=Count("pk"))
        two = Q(asked_amount__gte=F("round__two_assessors_from"))
        return self.filter(
            ~Exists(AssessorSeat.objects.waiting().filter(**of_case)),
            Q(
                GreaterThanOrEqual(
                    Subquery(number.values("number")),
                    Case(When(two, then=Value(2)), default=Value(1)),
                )
            ),
        )

    def with_newest_title(self):
        """Each with `title` as it now stands, sent or not: for those who write it."""
        newest = Version.objects.filter(application=OuterRef("pk"))
        return self.annotate(
            title=Subquery(newest.order_by("-number").values("title")[:1])
        )

    def with_current(self):
        """Each with `title` and `asked` (kroner), as it was last sent."""
        last = (
            Version.objects.sent()
            .filter(application=OuterRef("pk"))
            .order_by("-number")
        )
        return self.annotate(
            title=Subquery(last.values("title")[:1]),
            asked=Subquery(last.values("amount")[:1]),
        )
