import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from grants.models.decisions import Decision
from grants.models.of_case import OfCaseQuerySet
from grants.models.pots import Pot, PotRow
from grants.models.printing import PrintItem
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


class AwardState(models.TextChoices):
    OFFERED = "offered", _("tilbudt")
    ACCEPTED = "accepted", _("akseptert")
    DECLINED = "declined", _("takket nei")
    LAPSED = "lapsed", _("falt bort")


ANSWERS = [AwardState.ACCEPTED, AwardState.DECLINED]
STANDING = [AwardState.OFFERED, AwardState.ACCEPTED]


class AwardQuerySet(OfCaseQuerySet):
    def public(self, now):
        """Awards whose decision is announced and whose letter has reached someone.

        An award is nobody else's business until the one who got it has been told.
        """
        told = Notice.objects.delivered().filter(
            kind="decision_made",
            about_type__app_label="grants",
            about_type__model="decision",
            about_id=OuterRef("decision"),
        )
        posted = PrintItem.objects.posted().filter(
            letter__decision=OuterRef("decision")
        )
        return self.filter(
            Exists(told) | Exists(posted), decision__announced_at__lte=now
        ).filter(state__in=STANDING)

    def unanswered(self):
        """Offers that have been made known, and that nobody has said yes or no to."""
        return self.filter(state=AwardState.OFFERED, answer_by__isnull=False)


class Award(models.Model):
    """The money promised in a case (tilsagn): offered, then accepted or declined.

    Changes only with the application's row held, and with the pot's where money moves.
    """

    State = AwardState

    application = models.OneToOneField(
        "grants.Application", on_delete=models.PROTECT, related_name="award"
    )
    decision = models.OneToOneField(
        "grants.Decision", on_delete=models.PROTECT, related_name="award"
    )
    amount = models.DecimalField(_("beløp"), max_digits=12, decimal_places=2)
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=AwardState,
        default=AwardState.OFFERED,
        editable=False,
    )
    offered_at = models.DateTimeField(editable=False)
    changed_at = models.DateTimeField(
        null=True, editable=False, help_text="When a new decision changed the award."
    )
    answer_by = models.DateField(
        _("svar senest"),
        null=True,
        editable=False,
        help_text="Empty until the decision is made known.",
    )
    answered_at = models.DateTimeField(null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answer_note = models.TextField(
        blank=True,
        editable=False,
        help_text="Why, in the recipient's words; or how staff got the answer.",
    )

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = "tilsagn"
        verbose_name_plural = "tilsagn"
        ordering = ["-offered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="award_amount_is_positive", condition=Q(amount__gt=0)
            ),
            models.CheckConstraint(
                name="award_answer_fits_state",
                condition=Q(
                    state__in=ANSWERS,
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                )
                | (
                    ~Q(state__in=ANSWERS)
                    & Q(answered_at=None, answered_by=None, answer_note="")
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="award_stays", operation=pgtrigger.Delete),
            # It promises what the case's last decision gives, and one who has said no
            # is offered money again by a new decision only.
            pgtrigger.Trigger(
                name="award_says_what_was_decided",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("decided", "grants_decision")],
                func="""
                    SELECT * INTO decided FROM grants_decision
                        WHERE id = NEW.decision_id;
                    IF decided.application_id <> NEW.application_id
                       OR EXISTS (
                           SELECT 1 FROM grants_decision
                           WHERE application_id = NEW.application_id
                           AND version > decided.version
                       )
                       OR NEW.state = 'lapsed' AND decided.amount <> 0
                       OR NEW.state <> 'lapsed' AND decided.amount <> NEW.amount
                       OR TG_OP = 'INSERT' AND NEW.state <> 'offered'
                       OR TG_OP = 'UPDATE' AND NEW.application_id <> OLD.application_id
                       OR TG_OP = 'UPDATE' AND NEW.decision_id = OLD.decision_id
                          AND NEW.state <> OLD.state
                          AND (OLD.state, NEW.state) NOT IN (
                              ('offered', 'accepted'),
                              ('offered', 'declined'),
                              ('accepted', 'declined')
                          )
                    THEN
                        RAISE EXCEPTION
                            'award_says_what_was_decided: decide again instead'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.application}: {self.amount}"

    @property
    def is_open_to_answer(self):
        """Whether the recipient may say yes or no to it now."""
        return self.state == AwardState.OFFERED and self.answer_by is not None

    def is_late(self, now):
        """Whether the last day to answer has passed without an answer."""
        return self.is_open_to_answer and timezone.localdate(now) > self.answer_by

    @property
    def may_be_given_back(self):
        """Whether the recipient may say no, having perhaps said yes before."""
        return self.state in STANDING and self.answer_by is not None

    # --- how it follows the decision -------------------------------------------------

    @classmethod
    def follow(cls, decision, *, now):
        """Make or change the case's award so that it says what the decision says.

        Another amount, or money for one that was declined or lapsed, is a new offer.
        Without money an award lapses. A correction of what was declined changes
        nothing. The caller holds the pot and the application.
        """
        award = cls.objects.filter(application=decision.application_id).first()
        if award is None:
            if decision.amount:
                cls.objects.create(
                    application=decision.application,
                    decision=decision,
                    amount=decision.amount,
                    offered_at=now,
                )
            return
        if not decision.amount:
            award._become(AwardState.LAPSED)
        elif not cls.stays_declined(decision) and (
            award.amount != decision.amount or award.state not in STANDING
        ):
            award._become(AwardState.OFFERED)
            award.amount = decision.amount
        award.decision, award.changed_at = decision, now
        award.save()

    @classmethod
    def stays_declined(cls, decision):
        """Whether it only corrects a letter about money that was said no to."""
        return (
            decision.kind == Decision.Kind.CORRECTION
            and cls.objects.filter(
                application=decision.application_id,
                state=AwardState.DECLINED,
                amount=decision.amount,
            ).exists()
        )

    def open_to_answer(self, now):
        """Let the recipient answer, from the day they are told; part of `announce`."""
        if self.state == AwardState.OFFERED:
            self.answer_by = self.application.round.answer_day(now)
            self.save(update_fields=["answer_by"])

    def _become(self, state):
        self.state = state
        self.answer_by = self.answered_at = self.answered_by = None
        self.answer_note = ""

    # --- what the recipient says -----------------------------------------------------

    @transaction.atomic
    def accept(self, *, by, now, note=""):
        """Say yes to the money. Said again, it does nothing.

        `by` is one who acts for the recipient; or a caseworker who notes an answer
        that came in another way, and says how in `note`.
        """
        case = self._hold()
        check_may_answer(case, by, note)
        if self.state == AwardState.ACCEPTED:
            return
        if not self.is_open_to_answer:
            raise Refused(_now("Tilbudet gjelder ikke lenger. Last siden på nytt."))
        if case.lacks_proof():
            raise Refused(
                _now(
                    "Vi har ikke sett at noen kan skrive under for søkeren. Send oss "
                    "en melding i saken, så hjelper vi deg."
                )
            )
        self._answer(AwardState.ACCEPTED, by=by, now=now, note=note)
        JournalEntry.record("award_accepted", about=case, by=by, amount=self.amount)
        case._register_in("award_accepted", by=by, now=now)

    @transaction.atomic
    def decline(self, *, by, now, note=""):
        """Say no to the money, also after a yes: all of it goes back to the pot.

        Said again, it does nothing. What the pot gets back can go to others, so it is
        final; only a new decision makes a new offer.
        """
        # Parent before child: pots, then the application.
        pots = Pot.objects.for_area(self.application.round_id, self.application.area_id)
        pot = pots.locked().get()
        case = self._hold()
        check_may_answer(case, by, note)
        if self.state == AwardState.DECLINED:
            return
        if not self.may_be_given_back:
            raise Refused(_now("Tilbudet gjelder ikke lenger. Last siden på nytt."))
        PotRow.objects.create(
            pot=pot,
            kind=PotRow.Kind.DECLINED,
            amount=case.money_taken(),
            decision=self.decision,
            by=by.user,
            at=now,
        )
        self._answer(AwardState.DECLINED, by=by, now=now, note=note)
        JournalEntry.record("award_declined", about=case, by=by, amount=self.amount)
        case._register_in("award_declined", by=by, now=now)
        Notice.write(
            "award_declined",
            about=self,
            to=case.members(),
            occasion=f"{self.decision_id}",
            url=case.get_absolute_url(),
            may_wait=True,
        )

    @transaction.atomic
    def give_more_time(self, until, *, by, now):
        """Move the last day to answer; never to an earlier one."""
        case = self._hold()
        case.check_may_write_for_us(by)
        if not self.is_open_to_answer:
            raise Refused("Tilbudet er alt besvart, eller gjelder ikke lenger.")
        if until <= max(self.answer_by, timezone.localdate(now)):
            raise Refused("Velg en dag som er senere enn fristen nå, og ikke har vært.")
        self.answer_by = until
        self.save(update_fields=["answer_by"])
        JournalEntry.record(
            "award_more_time", about=case, by=by, until=until.isoformat()
        )
        Notice.write(
            "award_more_time",
            about=self,
            to=case.members(),
            occasion=f"{until:%Y%m%d}",
            url=case.get_absolute_url(),
        )

    def _hold(self):
        """The application, held; and the award as it is then."""
        case = self.application._hold()
        self.refresh_from_db()
        return case

    def _answer(self, state, *, by, now, note):
        self.state, self.answered_at, self.answered_by = state, now, by.user
        self.answer_note = note.strip()
        self.save()


def check_may_answer(case, by, note):
    """Refuse all but the recipient, and a caseworker who says how the answer came."""
    if case.has_member(by.user):
        return
    case.check_may_write_for_us(by)
    if not note.strip():
        raise Refused("Skriv hvordan og når svaret kom.")
