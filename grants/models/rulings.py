"""Who has the last word on impartiality (habilitet), and what they have said."""

from dataclasses import dataclass
from functools import cached_property

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from grants.models.of_case import OfCaseQuerySet
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import ReportsTo, User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry


class RulingQuerySet(OfCaseQuerySet):
    def standing(self):
        """Those that say «inhabil», and that no later ruling has set aside."""
        later = Ruling.objects.filter(
            application=OuterRef("application"),
            user=OuterRef("user"),
            conflict=False,
            pk__gt=OuterRef("pk"),
        )
        return self.filter(~Exists(later), conflict=True)


class Ruling(models.Model):
    """What a leader has decided on somebody's impartiality in one case.

    Only added to; the last one counts. A conflict that is declared after it stands
    until it is ruled on too.
    """

    class Role(models.TextChoices):
        LEADER = "leader", "nærmeste leder"
        ABOVE = "above", "leder over nærmeste leder"
        APPOINTED = "appointed", "utpekt av administratoren"

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="rulings"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="rulings_on",
        help_text="Whose impartiality it is about.",
    )
    declaration = models.ForeignKey(
        "grants.Declaration",
        null=True,
        on_delete=models.PROTECT,
        related_name="rulings",
        help_text="The last conflict they had declared by then, if any.",
    )
    conflict = models.BooleanField("inhabil")
    reason = models.TextField("begrunnelse", max_length=1000)
    role = models.CharField("avgjort som", max_length=10, choices=Role)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rulings"
    )
    ruled_at = models.DateTimeField()

    objects = RulingQuerySet.as_manager()

    class Meta:
        verbose_name = "avgjørelse om habilitet"
        verbose_name_plural = "avgjørelser om habilitet"
        ordering = ["application", "pk"]
        constraints = [
            models.CheckConstraint(
                name="ruling_is_not_on_oneself", condition=~Q(user=F("ruled_by"))
            ),
            models.CheckConstraint(
                name="ruling_gives_a_reason", condition=~Q(reason="")
            ),
        ]
        indexes = [models.Index(fields=["application", "user"])]
        triggers = [
            pgtrigger.Protect(
                name="ruling_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self):
        return f"{self.user}: {'inhabil' if self.conflict else 'ikke inhabil'}"


class InForceQuerySet(models.QuerySet):
    def in_force(self, day):
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class AppointedRuler(models.Model):
    """Who rules on impartiality where no leader can, appointed by the administrator."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="hvem",
        on_delete=models.PROTECT,
        related_name="appointed_rulers",
    )
    reference = models.CharField(
        "utpekt i", max_length=120, help_text="Saksnummer, brev eller møte."
    )
    valid_from = models.DateField("fra og med")
    valid_to = models.DateField("til og med", null=True, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "utpekt til å avgjøre habilitet"
        verbose_name_plural = "utpekt til å avgjøre habilitet"
        ordering = ["valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                name="appointed_ruler_ends_after_start",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="Siste dag kan ikke være før første dag.",
            ),
        ]

    def __str__(self):
        return str(self.user)


@dataclass(frozen=True)
class Ruler:
    """One who may rule now, and as what."""

    user: User
    role: str

    @property
    def role_words(self):
        return Ruling.Role(self.role).label


class Rulers:
    """Who rules on whose impartiality on a day, in some cases.

    The nearest leader; when there is none, or the leader has a conflict in the case,
    the next one up; at the top, anybody whom the administrator has appointed.
    """

    def __init__(self, day, cases):
        """`cases` is a queryset of applications, or those there are to be asked of."""
        self.day = day
        self.cases = cases
        self._free = {}

    def of(self, person_id, case_id):
        """The Rulers of one person in one case: a leader, or those appointed, or []."""
        seen = {person_id}
        leader, role = self._leaders.get(person_id), Ruling.Role.LEADER
        while leader is not None and leader.pk not in seen:
            if self._is_free(leader, case_id):
                return [Ruler(leader, role)]
            seen.add(leader.pk)
            leader, role = self._leaders.get(leader.pk), Ruling.Role.ABOVE
        return [
            Ruler(user, Ruling.Role.APPOINTED)
            for user in self._appointed
            if user.pk not in seen and self._is_free(user, case_id)
        ]

    def may_be_asked(self, ruler, person_id):
        """Whether this user may ever rule on that person: above them, or appointed."""
        if any(user.pk == ruler.pk for user in self._appointed):
            return person_id != ruler.pk
        return ruler.pk in self._above(person_id)

    def people_under(self, ruler):
        """The ids of those whom this user leads, near or far."""
        return {each for each in self._leaders if ruler.pk in self._above(each)}

    def _above(self, person_id):
        found, leader = [], self._leaders.get(person_id)
        while leader is not None and leader.pk not in (person_id, *found):
            found.append(leader.pk)
            leader = self._leaders.get(leader.pk)
        return found

    @cached_property
    def _leaders(self):
        rows = ReportsTo.objects.in_force(self.day).select_related("leader")
        return {row.user_id: row.leader for row in rows}

    @cached_property
    def _appointed(self):
        rows = AppointedRuler.objects.in_force(self.day).select_related("user")
        return list(dict.fromkeys(row.user for row in rows))

    def _is_free(self, user, case_id):
        if not (user.is_active and user.is_staff):
            return False
        if user.pk not in self._free:
            free = self.cases.without_conflicts_of(user)
            self._free[user.pk] = set(free.values_list("pk", flat=True))
        return case_id in self._free[user.pk]


class DecisionFlagQuerySet(models.QuerySet):
    def open(self):
        return self.filter(settled_at=None)

    def visible_to(self, user):
        cases = self.model._meta.get_field("decision").related_model
        cases = cases._meta.get_field("application").related_model.objects
        return self.filter(decision__application__in=cases.visible_to(user))


class DecisionFlag(models.Model):
    """That a decision must be looked at anew: one who took part had a conflict.

    Shown until somebody says, with a reason, what comes of it.
    """

    class Part(models.TextChoices):
        DECIDED = "decided", "avgjorde saken"
        PREPARED = "prepared", "forberedte vedtaket"
        ASSESSED = "assessed", "vurderte søknaden"
        ADVISED = "advised", "ga råd i saken"
        LED = "led", "var leder for den som avgjorde"

    decision = models.ForeignKey(
        "grants.Decision", on_delete=models.PROTECT, related_name="flags"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who had the conflict.",
    )
    part = models.CharField("hva de gjorde", max_length=10, choices=Part)
    flagged_at = models.DateTimeField()
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)
    settlement = models.TextField("hva det fører til", max_length=1000, blank=True)

    objects = DecisionFlagQuerySet.as_manager()

    class Meta:
        verbose_name = "vedtak som må ses på igjen"
        verbose_name_plural = "vedtak som må ses på igjen"
        ordering = ["decision", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="decision_flag_once",
                fields=["decision", "user"],
                condition=Q(settled_at=None),
            ),
            models.CheckConstraint(
                name="decision_flag_settled_with_reason",
                condition=Q(settled_at=None, settled_by=None, settlement="")
                | (
                    Q(settled_at__isnull=False, settled_by__isnull=False)
                    & ~Q(settlement="")
                    & ~Q(settled_by=F("user"))
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="decision_flag_is_settled_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__settled_at__isnull=False),
            ),
            pgtrigger.Protect(name="decision_flag_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.decision}: {self.user} {self.get_part_display()}"

    @transaction.atomic
    def settle(self, *, by, now, reason):
        """Say what comes of it: that the decision stands, or that a new one is made.

        A decision maker of the case, or whoever rules on the one with the conflict.
        """
        case = self.decision.application
        case._hold()
        if not by.user.has_role(roles.DECIDER) or not case.is_open_to(by.user):
            case.check_ruler(by, self.user, day=timezone.localdate(now))
        if not reason.strip():
            raise Refused("Skriv hva det nye blikket førte til.")
        settled = {"settled_by": by.user, "settlement": reason.strip()}
        flag = DecisionFlag.objects.filter(pk=self.pk)
        if not flag.open().update(settled_at=now, **settled):
            if not flag.filter(**settled).exists():
                raise Refused("Noen andre har alt sett på vedtaket igjen.")
            return
        self.refresh_from_db()
        JournalEntry.record("flag_settled", about=case, by=by, flag=self.pk)
