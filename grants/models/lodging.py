"""How an appeal comes in, and what the one who appeals does with it."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now

from grants.letters import appeals as letters
from grants.models.appeal_states import OPEN, AppealState
from grants.models.appeal_time import appeal_due
from grants.models.applicants import ApplicantKind
from grants.models.decisions import Decision
from grants.models.letters import Letter
from grants.models.records import PublicRecord
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry


class Lodging:
    """The appellant's verbs of `Appeal`, and how one comes in."""

    @classmethod
    @transaction.atomic
    def lodge(
        cls,
        decision,
        *,
        by,
        now,
        wanted,
        key,
        reasons="",
        wants_delay=False,
        files=(),
        against=None,
    ):
        """Appeal against a decision, or against that an appeal was dismissed.

        Returns the appeal, and whether it is new: the same form sent twice, and the
        same words from the same person while the first is open, are one appeal.
        """
        application = decision.application
        application._hold()
        application._check_member(by)
        if against and not cls.objects.filter(
            pk=against.pk, decision=decision, state=AppealState.DISMISSED
        ):
            raise Refused(_now("Klagen er ikke avvist. Last siden på nytt."))
        if decision.announced_at is None:
            raise Refused(_now("Saken er ikke avgjort ennå."))
        if not wanted.strip():
            raise Refused(_now("Skriv hva du ønsker endret."))
        own = cls.objects.filter(decision=decision, lodged_by=by.user, against=against)
        same = own.filter(Q(key=key) | Q(state__in=OPEN, wanted=wanted.strip())).first()
        if same:
            return same, False
        if own.open().exists():
            raise Refused(
                _now(
                    "Du har alt klaget på dette. Vil du legge til noe, skriver du en "
                    "melding i saken."
                )
            )
        appeal = cls.objects.create(
            decision=decision,
            against=against,
            key=key,
            channel=cls.Channel.PORTAL,
            by_party=True,
            lodged_by=by.user,
            wanted=wanted.strip(),
            reasons=reasons.strip(),
            wants_delay=wants_delay,
            received_at=now,
            sent_on=timezone.localdate(now),
            due_on=appeal_due(decision, by.user, against=against),
        )
        appeal._enter(files, by=by, now=now)
        return appeal, True

    @classmethod
    @transaction.atomic
    def register(
        cls,
        decision,
        *,
        by,
        now,
        channel,
        sent_on,
        by_party,
        wanted,
        key,
        name="",
        contact="",
        interest="",
        reasons="",
        wants_delay=False,
        files=(),
    ):
        """Enter an appeal that came as a letter or an e-mail. Returns it, and if new.

        `sent_on` is the postmark or the day the e-mail was sent: that is what counts.
        """
        application = decision.application
        application._hold()
        application._check_role(by, roles.CASEWORKER)
        application._check_impartial(by)
        same = cls.objects.filter(key=key).first()
        if same:
            return same, False
        if not wanted.strip():
            raise Refused("Skriv hva klageren vil ha endret.")
        if not by_party and not name.strip():
            raise Refused("Skriv hvem som klager.")
        if sent_on > timezone.localdate(now):
            raise Refused("Datoen kan ikke være etter i dag.")
        appeal = cls.objects.create(
            decision=decision,
            key=key,
            channel=channel,
            by_party=by_party,
            registered_by=by.user,
            name=name.strip(),
            contact=contact.strip(),
            interest=interest.strip(),
            wanted=wanted.strip(),
            reasons=reasons.strip(),
            wants_delay=wants_delay,
            received_at=now,
            sent_on=sent_on,
            # Others are not told by us: whether theirs is late, is judged.
            due_on=appeal_due(decision) if by_party else None,
        )
        appeal._enter(files, by=by, now=now)
        return appeal, True

    @classmethod
    @transaction.atomic
    def lodge_openly(
        cls,
        *,
        now,
        key,
        case_given,
        name,
        contact,
        interest,
        wanted,
        reasons="",
        suspicious=False,
    ):
        """Appeal as one who is no party, without logging in. Returns it, and if new.

        A case number that fits a decision places it at once; anything else is placed
        by a caseworker, so that nothing is turned away by the form.
        """
        appeal, new = cls.objects.get_or_create(
            key=key,
            defaults={
                "channel": cls.Channel.OPEN,
                "by_party": False,
                "case_given": case_given.strip(),
                "name": name.strip(),
                "contact": contact.strip(),
                "interest": interest.strip(),
                "wanted": wanted.strip(),
                "reasons": reasons.strip(),
                "received_at": now,
                "sent_on": timezone.localdate(now),
                "suspicious": suspicious,
            },
        )
        if new:
            JournalEntry.record("appeal_lodged", about=appeal, by=Actor.system())
            decision = decision_of_number(case_given)
            if decision and not suspicious:
                appeal._place(decision, by=Actor.system(), now=now)
        return appeal, new

    @transaction.atomic
    def place(self, decision, *, by, now):
        """Say which decision an appeal from the open form is about."""
        application = decision.application
        application._hold()
        application._check_role(by, roles.CASEWORKER)
        if decision.announced_at is None:
            raise Refused("Saken er ikke avgjort ennå.")
        self._place(decision, by=by, now=now)

    @transaction.atomic
    def drop(self, *, by, now):
        """Put away what is no appeal: nonsense, or an empty try. The row is kept."""
        if not by.user.has_role(roles.CASEWORKER):
            raise Refused("Bare en saksbehandler kan gjøre dette.")
        taken = type(self).objects.unplaced().filter(pk=self.pk, state__in=OPEN)
        if taken.update(state=AppealState.WITHDRAWN, withdrawn_at=now):
            JournalEntry.record("appeal_dropped", about=self, by=by)
        self.refresh_from_db()

    def _place(self, decision, *, by, now):
        rows = type(self).objects.unplaced().filter(pk=self.pk, state__in=OPEN)
        if not rows.update(decision=decision):
            self.refresh_from_db()
            if self.decision_id is None:
                raise Refused("Klagen er lagt bort.")
            if self.decision_id != decision.pk:
                raise Refused("Klagen er alt lagt til en annen sak.")
            return
        self.refresh_from_db()
        self._enter((), by=by, now=now)

    def _enter(self, files, *, by, now):
        """Files, journal, public record and receipt of one that has found its case."""
        for file in files:
            self.files.create(file=file)
        application = self.application
        JournalEntry.record(
            "appeal_received",
            about=application,
            by=by,
            appeal=self.pk,
            late=self.is_late,
        )
        if self.by_party:
            party = {}
        else:
            party = {"party": self.name, "party_kind": ApplicantKind.PERSON}
        PublicRecord.register(
            PublicRecord.Kind.APPEAL,
            about=application,
            document=self,
            direction=PublicRecord.Direction.IN,
            on=self.sent_on,
            by=by,
            now=now,
            **party,
        )
        self._write(Letter.Kind.APPEAL_RECEIVED, letters.received, by=by, now=now)

    # --- what the appellant does ------------------------------------------------------

    @transaction.atomic
    def answer(self, *, by, now, text):
        """Answer what the caseworker asked about the appeal."""
        self._hold()
        self.application._check_member(by)
        if not text.strip():
            raise Refused(_now("Skriv et svar."))
        if self._step("appeal_answered", by=by):
            self.questions.filter(answered_at=None, closed_at=None).update(
                answer=text.strip(), answered_at=now, answered_by=by.user
            )
            PublicRecord.register(
                "answer",
                about=self.application,
                document=self,
                direction="in",
                by=by,
                now=now,
            )

    @transaction.atomic
    def withdraw(self, *, by, now):
        """Take the appeal back: the decision stands as it is."""
        self._hold()
        self.application._check_member(by)
        if not self.by_party:
            raise Refused(_now("Bare den som har klaget, kan trekke klagen."))
        self._withdraw(by=by, now=now)

    @transaction.atomic
    def note_withdrawn(self, *, by, now):
        """The same, when the appellant has written or called the caseworker."""
        self._hold()
        self._check_reviewer(by)
        self._withdraw(by=by, now=now)

    def _withdraw(self, *, by, now):
        if self._step("appeal_withdrawn", by=by, withdrawn_at=now):
            self.questions.filter(answered_at=None).update(closed_at=now)
            for proposal in self._proposals_of_own():
                proposal.send_back(by=by, now=now, reason="Klagen er trukket.")

    def _proposals_of_own(self):
        """The new decisions proposed in answer to this appeal, and to no other one."""
        others = type(self).objects.of_case(self.application).exclude(pk=self.pk)
        kinds = []
        if not others.below().exists():
            kinds.append(Decision.Kind.REVERSAL)
        if not others.open().filter(proposed=self.Result.CHANGED).exists():
            kinds.append(Decision.Kind.APPEAL)
        return self.application.recommendations.standing().filter(kind__in=kinds)


def decision_of_number(text):
    """The announced decision of a case number as people write it, or None."""
    year, _slash, sequence = "".join(text.split()).partition("/")
    if not (year.isdecimal() and sequence.isdecimal() and len(sequence) < 7):
        return None
    decisions = Decision.objects.announced().filter(
        application__year=int(year[:4]), application__sequence=int(sequence)
    )
    return decisions.last()
