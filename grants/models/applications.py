import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from coordinators.scope import areas_of
from grants.models.applicants import Membership
from grants.models.assessments import Assessment, Declaration
from grants.models.decisions import Award, Decision, Outcome
from grants.models.pots import Pot, PotRow
from grants.models.rounds import Round
from grants.models.schemes import Delegation
from grants.models.versions import Version
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


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

# Roles that read every sent case; coordinators read those of their own areas.
READS_ALL = {
    roles.CASEWORKER,
    roles.DECIDER,
    roles.READER,
    roles.ADMINISTRATOR,
}


def reads_all_cases(user):
    return user.is_superuser or bool(user.role_names & READS_ALL)


def reads_cases(user):
    """Whether the user reads any cases at all, theirs to see or not."""
    return reads_all_cases(user) or user.has_role(roles.COORDINATOR)


class ApplicationQuerySet(models.QuerySet):
    def drafts(self):
        return self.filter(state=State.DRAFT)

    def sent(self):
        return self.exclude(state=State.DRAFT)

    def of_applicants(self, user):
        """The user's own: drafts and cases of every applicant they act for today."""
        return self.filter(
            Exists(
                Membership.objects.active().filter(
                    applicant=OuterRef("applicant"), user=user
                )
            )
        )

    def visible_to(self, user):
        """What a member of staff may see: sent cases in scope, never their own.

        A draft is never among them, whoever asks. A case that the user has a conflict
        of interest in, declared or by acting for the applicant, is not there at all.
        """
        if not (user.is_active and user.is_staff):
            return self.none()
        return self.in_scope_of(user).without_conflicts_of(user)

    def in_scope_of(self, user):
        cases = self.sent()
        if reads_all_cases(user):
            return cases
        if user.has_role(roles.COORDINATOR):
            areas = areas_of(user, timezone.localdate())
            return cases.filter(
                Q(area__in=areas)
                | Exists(
                    Application.other_areas.through.objects.filter(
                        application=OuterRef("pk"), area__in=areas
                    )
                )
            )
        return self.none()

    def without_conflicts_of(self, user):
        member = Membership.objects.filter(applicant=OuterRef("applicant"), user=user)
        declared = Declaration.objects.filter(
            application=OuterRef("pk"), user=user, conflict=True
        )
        return self.exclude(started_by=user).exclude(Exists(member) | Exists(declared))

    def in_area(self, area):
        return self.filter(area=area)

    def untaken(self):
        """New ones, and those whose caseworker turned out to have a conflict."""
        return self.filter(state__in=BEFORE_RECOMMENDED, caseworker=None)

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


def draft_key():
    return secrets.token_urlsafe(16)


class Application(models.Model):
    """A request for money in one round, for one main area. «Case» in speech.

    What is asked stands in its versions; this row says who, where, and how far it
    has come. Its state changes only through the verbs below.
    """

    key = models.CharField(
        max_length=30,
        unique=True,
        default=draft_key,
        editable=False,
        help_text="The draft's address: random, so that none can be guessed.",
    )
    year = models.PositiveSmallIntegerField(null=True, editable=False)
    sequence = models.PositiveIntegerField(null=True, editable=False)
    round = models.ForeignKey(
        "grants.Round",
        verbose_name=_("utlysning"),
        on_delete=models.PROTECT,
        related_name="applications",
    )
    area = models.ForeignKey(
        "areas.Area",
        verbose_name=_("område"),
        on_delete=models.PROTECT,
        related_name="applications",
    )
    other_areas = models.ManyToManyField(
        "areas.Area",
        verbose_name=_("andre områder"),
        blank=True,
        related_name="also_named_in",
    )
    applicant = models.ForeignKey(
        "grants.Applicant",
        verbose_name=_("søker"),
        on_delete=models.PROTECT,
        related_name="applications",
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        editable=False,
        on_delete=models.PROTECT,
        related_name="started_applications",
    )
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(
        _("status"), max_length=20, choices=State, default=State.DRAFT, editable=False
    )
    submitted_at = models.DateTimeField(_("sendt"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("trukket"), null=True, editable=False)
    caseworker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="saksbehandler",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="cases",
    )
    advice_flags = ArrayField(
        models.CharField(max_length=300),
        default=list,
        editable=False,
        help_text="What «Kan vi søke?» warned of when the applicant answered it.",
    )
    copied_from = models.ForeignKey(
        "self",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The earlier application whose text this one began with.",
    )
    special_categories = models.BooleanField(
        "sier noe om helse, tro eller etnisitet",
        default=False,
        editable=False,
        help_text="Narrows who reads the case, and keeps it out of search.",
    )
    # Written by a helper, it is sent before the applicant has confirmed it.
    needs_confirmation = models.BooleanField(default=False, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    confirmation_scan = models.ForeignKey(
        "files.StoredFile",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The print that the applicant signed, scanned by staff.",
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("søknad")
        verbose_name_plural = _("søknader")
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="application_number_is_unique", fields=["year", "sequence"]
            ),
            models.CheckConstraint(
                name="application_sent_has_number_and_time",
                condition=Q(
                    state=State.DRAFT,
                    year=None,
                    sequence=None,
                    submitted_at=None,
                )
                | (
                    ~Q(state=State.DRAFT)
                    & Q(
                        year__isnull=False,
                        sequence__isnull=False,
                        submitted_at__isnull=False,
                    )
                ),
            ),
            models.CheckConstraint(
                name="application_withdrawn_at_fits_state",
                condition=Q(state=State.WITHDRAWN, withdrawn_at__isnull=False)
                | (~Q(state=State.WITHDRAWN) & Q(withdrawn_at=None)),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-submitted_at", "-id"]),
            models.Index(fields=["area", "state"]),
        ]

    def __str__(self):
        return self.number or str(_("kladd"))

    def get_absolute_url(self):
        """The applicant's page: the draft while it is one, then the case."""
        if self.state == State.DRAFT:
            return reverse("grants:draft_detail", args=[self.key])
        return reverse("grants:application_detail", args=[self.year, self.number[5:]])

    @property
    def number(self):
        """`2026/0001`, or an empty text while it is a draft."""
        return f"{self.year}/{self.sequence:04d}" if self.year else ""

    def get_case_url(self):
        """The staff's page."""
        return reverse("admin:case_detail", args=[self.year, self.number[5:]])

    @property
    def is_draft(self):
        return self.state == State.DRAFT

    @property
    def is_with_staff(self):
        return self.state in WITH_STAFF

    @property
    def awaits_applicant(self):
        return self.state == State.NEEDS_INFO

    @property
    def is_decided(self):
        return self.state == State.DECIDED

    @cached_property
    def current(self):
        """The last version that was sent, or None while it is a draft."""
        return self.versions.sent().select_related("theme").last()

    def working_copy(self):
        """The version being written, or None."""
        return self.versions.filter(sent_at=None).first()

    @cached_property
    def decision(self):
        """The decision that counts now: the last announced version of it, or None."""
        return self.decisions.announced().last()

    @cached_property
    def open_request(self):
        return self.info_requests.open().first()

    # --- verbs: the applicant's ------------------------------------------------------

    @classmethod
    @transaction.atomic
    def start(cls, *, round, area, applicant, by, now, title="", flags=(), key=None):
        """A new draft with an empty working copy. The round must be open.

        `key` is the draft's address when the form chose it beforehand, so that the
        same form sent twice makes one draft (the second meets the unique key).
        """
        if Round.held_open(round.pk, now) is None:
            raise Refused(_("Utlysningen tar ikke imot søknader nå."))
        if not applicant.has_member(by.user):
            raise Refused(_("Du kan ikke søke for denne søkeren."))
        if applicant.kind not in round.applicant_kinds:
            raise Refused(_("Utlysningen er ikke for denne typen søker."))
        if not Pot.objects.for_area(round.pk, area.pk).exists():
            raise Refused(_("Utlysningen gjelder ikke dette området."))
        application = cls.objects.create(
            round=round,
            area=area,
            applicant=applicant,
            started_by=by.user,
            advice_flags=list(flags),
            key=key or draft_key(),
        )
        application.versions.create(number=1, title=title, edited_by=by.user)
        JournalEntry.record("application_started", about=application, by=by)
        return application

    @transaction.atomic
    def submit(self, *, by, now, declared):
        """Send the draft: give it a number and freeze what was written.

        `now` is when the request arrived. Pressing twice, or two tabs at once, sends
        once: the second call finds it sent and returns quietly.
        """
        open_round = Round.held_open(self.round_id, now)
        draft = self._hold()
        if draft.state == State.SUBMITTED:
            self.refresh_from_db()
            return
        if draft.state != State.DRAFT:
            raise Refused(_("Søknaden er alt sendt."))
        self._check_member(by)
        if open_round is None:
            raise Refused(
                _(
                    "Fristen er ute, så søknaden kan ikke sendes. Det du har skrevet, "
                    "er lagret. Kontakt oss hvis noe hindret deg i å sende i tide."
                )
            )
        if not declared:
            raise Refused(_("Du må bekrefte det som står nederst, før du sender."))
        version = self.versions.get(sent_at=None)
        missing = version.missing()
        if missing:
            raise Refused(
                _("Søknaden mangler noe. Se listen og fyll ut før du sender.")
            )
        year = timezone.localtime(now).year
        sequence = NumberSeries.next(year)
        if self._step("submit", by=by, year=year, sequence=sequence, submitted_at=now):
            version.send(by=by, now=now)
            Notice.write(
                "application_submitted",
                about=self,
                to=self.applicant.members(),
                url=self.get_absolute_url(),
                context={"version": version},
            )

    @transaction.atomic
    def withdraw(self, *, by, now):
        self._check_member(by)
        if self._step("withdraw", by=by, withdrawn_at=now):
            self._close_request(now)
            Notice.write(
                "application_withdrawn",
                about=self,
                to=self.applicant.members(),
                url=self.get_absolute_url(),
            )

    @transaction.atomic
    def delete_draft(self, *, by):
        """Remove a draft that was never sent, with everything in it."""
        self._check_member(by)
        draft = Application.objects.filter(pk=self.pk, state=State.DRAFT)
        if draft.select_for_update().first() is None:
            raise Refused(
                _("Søknaden er sendt og kan ikke slettes. Du kan trekke den.")
            )
        JournalEntry.record("draft_deleted", about=self, by=by)
        for version in self.versions.all():
            version.discard()
        self.other_areas.clear()
        draft.delete()

    @transaction.atomic
    def open_working_copy(self, *, by):
        """The copy to write in while something is asked for."""
        locked = self._hold()
        self._check_member(by)
        if locked.state not in [State.DRAFT, State.NEEDS_INFO]:
            raise Refused(_("Søknaden er sendt og kan ikke endres nå."))
        copy = self.working_copy()
        return copy or self.versions.sent().last().copied(by=by)

    @transaction.atomic
    def answer_request(self, *, by, now, answer):
        """Send what was asked for: an answer in words, the changed version, or both."""
        # Parent before child; a step that is being saved ends before this begins.
        self._hold()
        request = self.info_requests.select_for_update().open().first()
        self._check_member(by)
        copy = self.working_copy()
        if request is None:
            raise Refused(_("Ingenting er etterspurt nå."))
        if not answer.strip() and copy is None:
            raise Refused(_("Skriv et svar, eller endre søknaden, før du sender."))
        if copy is not None and copy.missing():
            raise Refused(
                _("Søknaden mangler noe. Se listen og fyll ut før du sender.")
            )
        if self._step("answer_request", by=by):
            if copy is not None:
                copy.send(by=by, now=now)
            request.answered_at = now
            request.answered_by = by.user
            request.answer = answer.strip()
            request.unsent_answer = ""
            request.save(
                update_fields=["answered_at", "answered_by", "answer", "unsent_answer"]
            )
            self.__dict__.pop("open_request", None)
            self.__dict__.pop("current", None)
            Notice.write(
                "request_answered",
                about=self,
                to=self.applicant.members(),
                occasion=f"request-{request.pk}",
                url=self.get_absolute_url(),
            )

    # --- verbs: the staff's ----------------------------------------------------------

    @transaction.atomic
    def declare(self, *, by, conflict, ground="", now):
        """Say whether one is impartial; comes before anything else in a case.

        A conflict hides the case at once, takes it from the one who had it, retracts
        the marks they gave, and sends back what they recommended: nothing is decided
        on what they prepared.
        """
        held = self._hold()
        if conflict and not ground:
            raise Refused("Velg hva slags tilknytning det er.")
        row, new = Declaration.objects.get_or_create(
            application=self,
            user=by.user,
            conflict=conflict,
            defaults={"ground": ground if conflict else "", "declared_at": now},
        )
        if not new:
            return row
        if conflict:
            Application.objects.filter(pk=self.pk, caseworker=by.user).update(
                caseworker=None
            )
            self.assessments.filter(assessor=by.user, retracted_at=None).update(
                retracted_at=now
            )
            standing = self.recommendations.filter(sent_back_at=None)
            if (
                held.state == State.RECOMMENDED
                and standing.filter(recommended_by=by.user).exists()
            ):
                self._send_back(by=by, now=now, reason="Den som innstilte, er inhabil.")
        JournalEntry.record(
            "conflict_declared" if conflict else "impartiality_declared",
            about=self,
            by=by,
            ground=row.ground,
        )
        return row

    @transaction.atomic
    def take(self, *, by):
        """Become the caseworker of a case that waits."""
        self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if self._step("take", by=by, caseworker=by.user):
            return
        if self.caseworker_id != by.user.pk:
            raise Refused(f"Saken er alt tatt av {self.caseworker}.")

    @transaction.atomic
    def hand_over(self, to, *, by):
        """Give the case to another caseworker, in whatever state it is with us."""
        self._hold()
        self._check_role(by, roles.CASEWORKER)
        if not to.has_role(roles.CASEWORKER):
            raise Refused("Bare en saksbehandler kan få saken.")
        taken = (
            Application.objects.visible_to(to)
            .filter(pk=self.pk, state__in=[State.IN_REVIEW, State.NEEDS_INFO])
            .update(caseworker=to)
        )
        if not taken:
            raise Refused("Saken kan ikke gis til denne saksbehandleren nå.")
        self.refresh_from_db()
        JournalEntry.record("case_handed_over", about=self, by=by, to=to.pk)

    @transaction.atomic
    def request_info(self, *, by, now, text, due_on, steps):
        """Ask the applicant for something: what, by when, and which parts reopen."""
        self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if not text.strip():
            raise Refused("Skriv hva som mangler, og hvordan søkeren kan rette det.")
        if due_on <= timezone.localdate(now):
            raise Refused("Fristen må være en dag som kommer.")
        if not self._step("request_info", by=by):
            asked = self.info_requests.open().get()
            if (asked.asked_by_id, asked.text) != (by.user.pk, text.strip()):
                raise Refused("Søkeren er alt bedt om noe annet. Last siden på nytt.")
            return
        request = self.info_requests.create(
            asked_by=by.user,
            asked_at=now,
            text=text.strip(),
            due_on=due_on,
            steps=list(steps),
        )
        Notice.write(
            "info_requested",
            about=self,
            to=self.applicant.members(),
            occasion=f"request-{request.pk}",
            url=self.get_absolute_url(),
            context={"request": request},
        )

    @transaction.atomic
    def cancel_request(self, *, by, now):
        """Go on without an answer: the deadline passed, or it is not needed."""
        self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if self._step("cancel_request", by=by):
            self._close_request(now)

    @transaction.atomic
    def advise(self, *, by, now, stance, text):
        """The coordinator's advice. May be given anew; the last one counts."""
        locked = self._hold()
        self._check_role(by, roles.COORDINATOR)
        self._check_impartial(by)
        if locked.state not in WITH_STAFF:
            raise Refused("Saken er avgjort eller trukket.")
        if not text.strip():
            raise Refused("Skriv rådet med egne ord.")
        last = self.advice.filter(given_by=by.user).last()
        if last and (last.stance, last.text) == (stance, text.strip()):
            return last  # pressed twice
        advice = self.advice.create(
            given_by=by.user, given_at=now, stance=stance, text=text.strip()
        )
        JournalEntry.record("advice_given", about=self, by=by, stance=stance)
        return advice

    @transaction.atomic
    def assess(self, marks, *, by, now, comment=""):
        """Mark every criterion. `marks` is {criterion: (mark, comment)}; 1 to 5.

        Counts until the case is recommended; an earlier assessment by the same person
        is retracted, not overwritten.
        """
        locked = self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if locked.state not in [State.IN_REVIEW, State.NEEDS_INFO]:
            raise Refused("Saken er ikke til behandling.")
        criteria = list(self.round.criteria.all())
        if set(marks) != set(criteria) or not all(
            text.strip() for _mark, text in marks.values()
        ):
            raise Refused("Gi hvert kriterium en vurdering og en begrunnelse.")
        self.assessments.filter(assessor=by.user, retracted_at=None).update(
            retracted_at=now
        )
        assessment = Assessment.objects.create(
            application=self,
            version=self.versions.sent().last(),
            assessor=by.user,
            comment=comment.strip(),
            completed_at=now,
        )
        for criterion, (mark, text) in marks.items():
            assessment.marks.create(criterion=criterion, mark=mark, text=text.strip())
        JournalEntry.record(
            "case_assessed",
            about=self,
            by=by,
            marks={str(c.pk): mark for c, (mark, _text) in marks.items()},
        )
        return assessment

    @transaction.atomic
    def recommend(
        self, *, by, now, outcome, amount, facts, rules, considerations, conditions=""
    ):
        """Prepare the decision (innstilling). Binds nothing until it is decided."""
        self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        assessment = self.assessments.counting().filter(assessor=by.user).last()
        if assessment is None and outcome != Outcome.DISMISSED:
            raise Refused("Vurder kriteriene før du innstiller.")
        asked = self.versions.sent().last().amount
        check_outcome(outcome, amount, asked=asked)
        check_reasons(outcome, facts, rules, considerations)
        prepared = {
            "outcome": outcome,
            "amount": amount,
            "facts": facts.strip(),
            "rules": rules.strip(),
            "considerations": considerations.strip(),
            "conditions": conditions.strip(),
            "recommended_by": by.user,
        }
        if self._step("recommend", by=by, amount=amount, outcome=outcome):
            self.recommendations.create(
                assessment=assessment, recommended_at=now, **prepared
            )
        elif not self.recommendations.filter(sent_back_at=None, **prepared).exists():
            raise Refused("Saken er alt innstilt på en annen måte. Last siden på nytt.")

    @transaction.atomic
    def send_back(self, *, by, now, reason):
        """The decision maker wants the case looked at again."""
        self._hold()
        self._check_role(by, roles.DECIDER)
        self._check_impartial(by)
        if not reason.strip():
            raise Refused("Skriv hva som må ses på igjen.")
        self._send_back(by=by, now=now, reason=reason.strip())

    def _send_back(self, *, by, now, reason):
        if self._step("send_back", by=by):
            self.recommendations.filter(sent_back_at=None).update(
                sent_back_at=now, sent_back_by=by.user, sent_back_reason=reason
            )

    @transaction.atomic
    def decide(
        self, *, by, now, outcome, amount, facts, rules, considerations, conditions=""
    ):
        """Make the decision (vedtak), take the money from the pot, and tell everyone.

        Two decision makers, or two cases that want the last of a pot, queue at the
        pot's lock; the second sees what the first left.
        """
        # Parent before child: pots, then the application.
        pot = Pot.objects.for_area(self.round_id, self.area_id).locked().get()
        self._hold()
        recommendation = self.recommendations.filter(sent_back_at=None).last()
        delegation = self.check_decider(amount, recommendation, by=by, now=now)
        asked = self.versions.sent().last().amount
        check_outcome(outcome, amount, asked=asked)
        check_reasons(outcome, facts, rules, considerations)
        if not self._step("decide", by=by, outcome=outcome, amount=amount):
            raise Refused("Søknaden er alt avgjort.")
        if amount > pot.balance:
            raise Refused("Det er ikke nok igjen i rammen.")
        decision = Decision.make(
            self,
            recommendation=recommendation,
            delegation=delegation,
            outcome=outcome,
            amount=amount,
            facts=facts,
            rules=rules,
            considerations=considerations,
            conditions=conditions,
            by=by,
            now=now,
        )
        if amount:
            PotRow.objects.create(
                pot=pot,
                kind=PotRow.Kind.AWARDED,
                amount=-amount,
                decision=decision,
                by=by.user,
                at=now,
            )
            Award.objects.create(
                application=self, decision=decision, amount=amount, offered_at=now
            )
        decision.announce(by=by, now=now)
        self.__dict__.pop("decision", None)
        return decision

    # --- guards ----------------------------------------------------------------------

    def _hold(self):
        # Before the guards read: a conflict declared meanwhile is waited for and seen.
        return Application.objects.select_for_update(no_key=True, of=("self",)).get(
            pk=self.pk
        )

    def _close_request(self, now):
        """Nothing is asked for any longer; what was written and not sent is dropped."""
        self.info_requests.open().update(closed_at=now)
        self.__dict__.pop("open_request", None)
        copy = self.working_copy()
        if copy is not None:
            copy.discard()

    def _check_member(self, by):
        if not self.applicant.has_member(by.user):
            raise Refused(_("Du kan ikke gjøre dette for denne søkeren."))

    def _check_role(self, by, role):
        if not by.user.has_role(role):
            raise Refused(f"Bare en med rollen {role.lower()} kan gjøre dette.")
        if not Application.objects.visible_to(by.user).filter(pk=self.pk).exists():
            raise Refused("Du har ikke tilgang til saken.")

    def _check_impartial(self, by):
        if not self.declarations.filter(user=by.user, conflict=False).exists():
            raise Refused("Vurder habiliteten din før du åpner saken.")

    def check_decider(self, amount, recommendation, *, by, now):
        """The delegation that lets this user decide; refuses when there is none."""
        self._check_role(by, roles.DECIDER)
        self._check_impartial(by)
        if recommendation is None:
            raise Refused("Saken er ikke innstilt. Last siden på nytt.")
        # Also a recommendation that was sent back: its author judged the case.
        prepared = {self.caseworker_id}
        prepared |= set(
            self.recommendations.values_list("recommended_by_id", flat=True)
        )
        prepared |= set(self.assessments.values_list("assessor_id", flat=True))
        prepared |= set(self.advice.values_list("given_by_id", flat=True))
        if by.user.pk in prepared:
            raise Refused("Du har forberedt saken og kan ikke avgjøre den selv.")
        case = Application.objects.filter(pk=self.pk)
        leader = by.user.leader
        if leader and not case.without_conflicts_of(leader).exists():
            # forvaltningsloven § 6: not even those directly below may decide.
            raise Refused("Lederen din er inhabil i saken. Da kan ikke du avgjøre den.")
        delegation = (
            Delegation.objects.in_force(timezone.localdate(now))
            .filter(
                Q(to_user=None) | Q(to_user=by.user),
                scheme_id=self.round.scheme_id,
                to_role=roles.DECIDER,
            )
            .order_by("-ceiling", "pk")
            .first()
        )
        if delegation is None:
            raise Refused("Du har ikke fått myndighet til å avgjøre under ordningen.")
        if amount > delegation.ceiling:
            raise Refused("Beløpet er over grensen i delegeringen.")
        return delegation

    def _step(self, verb, *, by, **changes):
        # One conditional UPDATE, only inside a verb's atomic block: of two simultaneous
        # requests, one finds no row. self.state is not the guard: it may be stale.
        allowed, state = STEPS[verb]
        facts = {
            key: changes.pop(key) for key in ("outcome", "amount") if key in changes
        }
        row = Application.objects.filter(pk=self.pk, state__in=allowed)
        taken = row.update(state=state, **changes)
        self.refresh_from_db()
        if taken:
            JournalEntry.record(verb, about=self, by=by, **facts)
        elif self.state != state:
            raise Refused(_now("Søknaden er endret. Last siden på nytt."))
        return bool(taken)


def check_outcome(outcome, amount, *, asked):
    """Refuse an amount that does not fit the outcome."""
    if outcome == Outcome.GRANTED and amount != asked:
        raise Refused("Full innvilgelse er det beløpet som er søkt om.")
    if outcome == Outcome.PARTLY and not 0 < amount < asked:
        raise Refused("Delvis innvilget er mer enn null og mindre enn det er søkt om.")
    if outcome in (Outcome.REFUSED, Outcome.DISMISSED) and amount != 0:
        raise Refused("Avslag og avvisning har ikke noe beløp.")


def check_reasons(outcome, *reasons):
    """Refuse what the law wants reasons for and has none; twin of reasons_are_given."""
    if outcome != Outcome.GRANTED and not all(text.strip() for text in reasons):
        raise Refused("Skriv fakta, regler og vurdering.")


class NumberSeries(models.Model):
    """The last case number given in a year. Locked for each new one: no gaps."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "nummerserie"
        verbose_name_plural = "nummerserier"

    def __str__(self):
        return f"{self.year}: {self.last}"

    @classmethod
    def next(cls, year):
        """The next number of the year; call it in the transaction that uses it."""
        cls.objects.get_or_create(year=year)
        cls.objects.filter(year=year).update(last=F("last") + 1)
        return cls.objects.values_list("last", flat=True).get(year=year)
