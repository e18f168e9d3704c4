"""Appeals (klager): from the one who is not content to what the appeal body says."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from grants.deadlines import added
from grants.letters import appeals as letters
from grants.models.appeal_states import APPEAL_STEPS, BELOW, OPEN, AppealState
from grants.models.appeal_time import MONTHS_AT_MOST, MONTHS_FOR_HARM
from grants.models.decisions import Decision, Outcome
from grants.models.letters import Letter, language_of
from grants.models.lodging import Lodging
from grants.models.pots import Pot
from grants.models.reviewing import Reviewing
from grants.models.schemes import Delegation, LegalTerm
from grants.models.settling import Settling
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.ui.templatetags.ui import date_no, money


class AppealQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state__in=OPEN)

    def below(self):
        """What the one who decided has yet to look at or send on."""
        return self.filter(state__in=BELOW)

    def unplaced(self):
        """What came in by the open form and nobody has found the case of."""
        return self.filter(decision=None)

    def of_case(self, application):
        return self.filter(decision__application=application)

    def visible_to(self, user):
        """What a member of staff may see: the appeals of cases in scope."""
        cases = Decision._meta.get_field("application").related_model.objects
        return self.filter(decision__application__in=cases.visible_to(user))

    def at_body(self, user, day):
        """What the appeal body's own may see: sent on, and never their own work."""
        cases = Decision._meta.get_field("application").related_model.objects
        return self.filter(
            forwarded_at__isnull=False,
            decision__application__in=cases.visible_to(user).for_appeal_body(user, day),
        )

    def stopping_payment(self):
        """Open ones that nothing is paid during (delayed effect, § 42)."""
        return self.open().filter(delay_granted=True)


class Appeal(Lodging, Reviewing, Settling, models.Model):
    """An appeal (klage) against a decision: who, what they want, and what became of it.

    What was lodged is never changed. The state changes only through the verbs.
    """

    State = AppealState

    class Channel(models.TextChoices):
        PORTAL = "portal", _("Min side")
        OPEN = "open", _("skjemaet for alle")
        LETTER = "letter", _("brev")
        EMAIL = "email", _("e-post")

    class Result(models.TextChoices):
        UPHELD = "upheld", _("vedtaket står")
        CHANGED = "changed", _("vedtaket er endret")
        SENT_BACK = "sent_back", _("saken er sendt tilbake")
        DISMISSED = "dismissed", _("klagen er avvist")

    decision = models.ForeignKey(
        Decision, null=True, on_delete=models.PROTECT, related_name="appeals"
    )
    against = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="appeals",
        help_text="The appeal that was dismissed, when that is what is appealed.",
    )
    # Random, from the form that wrote it: the same form sent twice is one appeal.
    key = models.CharField(max_length=30, unique=True, editable=False)
    state = models.CharField(
        _("status"),
        max_length=12,
        choices=AppealState,
        default=AppealState.RECEIVED,
        editable=False,
    )
    channel = models.CharField("kom som", max_length=10, choices=Channel)
    by_party = models.BooleanField("fra søkeren")
    lodged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("navn"), max_length=120, blank=True)
    contact = models.CharField(_("hvordan vi når deg"), max_length=200, blank=True)
    interest = models.TextField(
        _("hvordan saken gjelder deg"), max_length=1000, blank=True
    )
    case_given = models.CharField(
        max_length=120, blank=True, help_text="What an outsider wrote about the case."
    )
    wanted = models.TextField(_("hva du ønsker endret"), max_length=4000)
    reasons = models.TextField(_("hvorfor"), max_length=8000, blank=True)
    wants_delay = models.BooleanField(_("ber om utsatt iverksetting"), default=False)
    received_at = models.DateTimeField("mottatt")
    sent_on = models.DateField("sendt", help_text="The postmark, or the day it came.")
    due_on = models.DateField(
        "klagefrist",
        null=True,
        help_text="The last day it was measured by when it came.",
    )
    suspicious = models.BooleanField(
        default=False, help_text="A trap for robots was touched. Stops nothing."
    )
    # Came late: taken in for a special reason, or dismissed.
    taken_in_at = models.DateTimeField(null=True, editable=False)
    taken_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ruling = models.TextField("hvorfor den tas inn", max_length=2000, blank=True)
    # Delayed effect: nothing is paid or carried out meanwhile.
    delay_granted = models.BooleanField(null=True, editable=False)
    delay_reasons = models.TextField(max_length=2000, blank=True)
    delay_ruled_at = models.DateTimeField(null=True, editable=False)
    delay_ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # The first look, by the one who decided: a statement, or why it is dismissed.
    reviewed_at = models.DateTimeField(null=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    statement = models.TextField("uttalelse", max_length=8000, blank=True)
    forwarded_at = models.DateTimeField(null=True, editable=False)
    forwarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    bundle = models.ForeignKey(
        "files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # What one of the appeal body proposes, and another settles.
    proposed = models.CharField(max_length=10, choices=Result, blank=True)
    proposed_reasons = models.TextField("begrunnelse", max_length=8000, blank=True)
    harm_interests = models.TextField(
        "hensyn som veier tyngre", max_length=2000, blank=True
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    outcome_letter = models.ForeignKey(
        Letter,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = "klage"
        verbose_name_plural = "klager"
        ordering = ["received_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="appeal_says_what_to_change", condition=~Q(wanted="")
            ),
            models.CheckConstraint(
                name="appeal_has_a_case_before_it_moves",
                condition=Q(decision__isnull=False)
                | Q(state=AppealState.RECEIVED, channel="open")
                | Q(state=AppealState.WITHDRAWN, channel="open"),
            ),
            models.CheckConstraint(
                name="appeal_outsider_has_a_name",
                condition=Q(by_party=True) | ~Q(name=""),
            ),
            models.CheckConstraint(
                name="appeal_ruling_is_whole",
                condition=Q(taken_in_at=None, taken_in_by=None, ruling="")
                | (
                    Q(taken_in_at__isnull=False, taken_in_by__isnull=False)
                    & ~Q(ruling="")
                ),
            ),
            models.CheckConstraint(
                name="appeal_delay_is_whole",
                condition=Q(
                    delay_granted=None, delay_ruled_at=None, delay_ruled_by=None
                )
                | (
                    Q(
                        delay_granted__isnull=False,
                        delay_ruled_at__isnull=False,
                        delay_ruled_by__isnull=False,
                    )
                    & ~Q(delay_reasons="")
                ),
            ),
            models.CheckConstraint(
                name="appeal_reviewed_says_why",
                condition=Q(state__in=["received", "needs_info", "withdrawn"])
                | (Q(reviewed_at__isnull=False) & ~Q(statement="")),
            ),
            models.CheckConstraint(
                name="appeal_settled_by_two",
                condition=(Q(settled_at=None) & ~Q(state=AppealState.SETTLED))
                | (
                    Q(
                        state=AppealState.SETTLED,
                        settled_at__isnull=False,
                        proposed_by__isnull=False,
                    )
                    & ~Q(proposed="")
                    & ~Q(settled_by=models.F("proposed_by"))
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="appeal_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="appeal_is_as_lodged",
                operation=pgtrigger.UpdateOf(
                    "key",
                    "channel",
                    "by_party",
                    "wanted",
                    "reasons",
                    "received_at",
                    "sent_on",
                ),
            ),
        ]

    def __str__(self):
        return f"{_('Klage')} {self.application or self.case_given}"

    def get_absolute_url(self):
        """The appellant's page of it, for one who acts for the applicant."""
        case = self.application
        return reverse("grants:appeal_detail", args=[case.year, case.sequence, self.pk])

    def get_body_url(self):
        """The appeal body's page of it."""
        return reverse("admin:appeal_detail", args=[self.pk])

    def get_outside_url(self):
        """Where one who is no party follows the appeal; the address is the secret."""
        return reverse("grants:appeal_receipt", args=[self.key])

    @property
    def application(self):
        return self.decision and self.decision.application

    @property
    def is_open(self):
        return self.state in OPEN

    @property
    def is_below(self):
        return self.state in BELOW

    @property
    def is_late(self):
        """Sent after the last day it was measured by."""
        return self.due_on is not None and self.sent_on > self.due_on

    @property
    def awaits_ruling(self):
        return self.is_late and self.taken_in_at is None and self.is_below

    @property
    def latest_taken_in(self):
        """The last day it could have been sent and still be taken in."""
        day = timezone.localdate(self.decision.decided_at)
        return added(day, MONTHS_AT_MOST, LegalTerm.Unit.MONTHS)

    @property
    def latest_harm(self):
        """The last day the appellant can be told of a decision to their harm.

        Of a letter the day it came is not known, only when it was entered: the
        postmark is never later, and so never to the appellant's harm.
        """
        return added(self.sent_on, MONTHS_FOR_HARM, LegalTerm.Unit.MONTHS)

    @property
    def appellant(self):
        """Who appeals, for the staff."""
        if self.by_party:
            return self.name or str(self.application.applicant)
        return self.name

    @property
    def open_question(self):
        return self.questions.filter(answered_at=None, closed_at=None).last()

    # --- guards -----------------------------------------------------------------------

    def _hold(self):
        """The case held, and the appeal as it is then."""
        self.application._hold()
        self.refresh_from_db()

    def _check_reviewer(self, by):
        self.application._check_role(by, roles.CASEWORKER)
        self.application._check_impartial(by)

    def _check_ready(self):
        if self.against_id and self.state == AppealState.RECEIVED:
            return
        if (
            Appeal.objects.filter(pk=self.pk, taken_in_at=None).exists()
            and self.is_late
        ):
            raise Refused("Klagen kom for sent. Ta den inn, eller avvis den, først.")

    def _check_at_body(self):
        self.refresh_from_db()
        if self.state != AppealState.FORWARDED:
            raise Refused("Klagen er ikke hos klageinstansen. Last siden på nytt.")

    def _check_delegated(self, now, *, to_role=roles.DECIDER):
        scheme = self.application.round.scheme_id
        rows = Delegation.objects.in_force(timezone.localdate(now))
        if not rows.filter(scheme_id=scheme, to_role=to_role).exists():
            raise Refused("Du har ikke fått myndighet til å avgjøre under ordningen.")

    def _is_harm(self, outcome, amount):
        """Whether it leaves the applicant, who appeals, worse off."""
        if not self.by_party:
            return False
        now = self.application.made
        dismissed = outcome == Outcome.DISMISSED and now.outcome != Outcome.DISMISSED
        return amount < now.amount or dismissed

    def _check_no_harm(self, outcome, amount):
        if self._is_harm(outcome, amount):
            amount = money(self.application.made.amount)
            raise Refused(
                f"Etter en klage kan vedtaket ikke bli dårligere for søkeren. Nå er "
                f"beløpet {amount}."
            )

    def _check_harm_allowed(self, interests, now):
        if not interests.strip():
            raise Refused(
                "Utfallet er dårligere for klageren enn vedtaket. Skriv hvilke hensyn "
                "som veier tyngre (forvaltningsloven § 34)."
            )
        if timezone.localdate(now) > self.latest_harm:
            raise Refused(
                "Utfallet er dårligere for klageren, og klageren måtte ha fått vite "
                f"det senest {date_no(self.latest_harm)}."
            )

    # --- how it is done ---------------------------------------------------------------

    def _hold_pot(self):
        # Parent before child: pots, then the application, then the appeal.
        case = self.application
        return Pot.objects.for_area(case.round_id, case.area_id).locked().get()

    def _proposal(self, kind):
        proposal = self.application.recommendations.standing().filter(kind=kind).last()
        if proposal is None:
            raise Refused("Ingen har foreslått et nytt vedtak. Last siden på nytt.")
        return proposal

    def _redecide(self, proposal, *, by, now):
        self.application.redecide(
            by=by,
            now=now,
            outcome=proposal.outcome,
            amount=proposal.amount,
            facts=proposal.facts,
            rules=proposal.rules,
            considerations=proposal.considerations,
            conditions=proposal.conditions,
            why_amount=proposal.why_amount,
            reasons_in_english=proposal.reasons_in_english,
            what_changed=proposal.what_changed,
        )

    def _tell_outcome(self, *, by, now):
        letter = self._write(
            Letter.Kind.APPEAL_OUTCOME, letters.outcome, by=by, now=now
        )
        Appeal.objects.filter(pk=self.pk).update(outcome_letter=letter)
        self.refresh_from_db()

    def _write(self, kind, build, *, by, now):
        """A letter to the parties, in the language they wrote in."""
        language = language_of(self.application)
        title, parts = build(self, language=language, now=now)
        return Letter.send(
            self.application,
            kind=kind,
            title=title,
            parts=parts,
            language=language,
            by=by,
            now=now,
        )

    def _step(self, verb, *, by, **changes):
        # One conditional UPDATE, only inside a verb's atomic block: of two simultaneous
        # requests, one finds no row. self.state is not the guard: it may be stale.
        allowed, state = APPEAL_STEPS[verb]
        row = Appeal.objects.filter(pk=self.pk, state__in=allowed)
        taken = row.update(state=state, **changes)
        self.refresh_from_db()
        if taken:
            JournalEntry.record(verb, about=self.application, by=by, appeal=self.pk)
        elif self.state != state:
            raise Refused(_now("Klagen er endret. Last siden på nytt."))
        return bool(taken)


class AppealFile(models.Model):
    """A file given with an appeal, or the scan of one that came on paper."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, related_name="appeal_files"
    )

    class Meta:
        ordering = ["appeal", "pk"]

    def __str__(self):
        return self.file.name


class AppealQuestion(models.Model):
    """What the caseworker must know before the appeal can be judged (§ 32)."""

    appeal = models.ForeignKey(
        Appeal, on_delete=models.PROTECT, related_name="questions"
    )
    text = models.TextField("spørsmål", max_length=2000)
    due_on = models.DateField("svar innen")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    answer = models.TextField(_("svar"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["appeal", "asked_at", "pk"]

    def __str__(self):
        return self.text[:60]


class AppealShortfall(models.Model):
    """What a pot lacks to follow an appeal, in kroner, and who is asked for it."""

    appeal = models.ForeignKey(
        Appeal, on_delete=models.PROTECT, related_name="shortfalls"
    )
    amount = models.DecimalField("mangler", max_digits=12, decimal_places=2)
    asked_of = models.CharField("bedt om av", max_length=200)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["appeal", "asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="appeal_shortfall_is_positive", condition=Q(amount__gt=0)
            ),
            models.CheckConstraint(
                name="appeal_shortfall_names_a_source", condition=~Q(asked_of="")
            ),
        ]

    def __str__(self):
        return f"{self.amount} ({self.asked_of})"
