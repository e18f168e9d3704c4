"""Impartiality (habilitet) in one case: declared, ruled on, and what follows."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from grants.models.appeals import Appeal
from grants.models.applicants import Membership
from grants.models.assessments import Declaration
from grants.models.decisions import Decision, Outcome
from grants.models.invitations import Helper
from grants.models.received import Received
from grants.models.rulings import DecisionFlag, Rulers
from grants.models.states import WITH_STAFF, State
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


class Impartiality:
    """The verbs of `Application` that say who may treat it."""

    @transaction.atomic
    def declare(self, *, by, conflict, ground="", now):
        """Say whether one is impartial; comes before anything else in a case.

        A conflict hides the case at once and undoes the part one has had in it (see
        `_shut_out`), until a leader rules that it is none.
        """
        self._hold()
        if conflict and not ground:
            raise Refused("Velg hva slags tilknytning det er.")
        own = self.declarations.filter(user=by.user, conflict=conflict)
        # What was set aside by a ruling may be declared again: things have changed.
        earlier = (own.standing() if conflict else own).last()
        if earlier is not None:
            return earlier
        row = Declaration.objects.create(
            application=self,
            user=by.user,
            conflict=conflict,
            ground=ground if conflict else "",
            declared_at=now,
        )
        JournalEntry.record(
            "conflict_declared" if conflict else "impartiality_declared",
            about=self,
            by=by,
            ground=row.ground,
        )
        if conflict:
            self._shut_out(by.user, by=by, now=now)
            self._tell_rulers(row, now=now)
        return row

    @transaction.atomic
    def rule(self, user, *, conflict, reason, by, now):
        """The leader's word on whether `user` has a conflict; also without being asked.

        Upheld, the case stays hidden; not a conflict, it opens again, which acting for
        the applicant, or having helped with the application, never can.
        """
        self._hold()
        ruler = self.check_ruler(by, user, day=timezone.localdate(now))
        if not reason.strip():
            raise Refused("Skriv hvorfor.")
        declaration = self.declarations.filter(user=user, conflict=True).last()
        said = {
            "declaration": declaration,
            "conflict": conflict,
            "reason": reason.strip(),
            "ruled_by": by.user,
        }
        last = self.rulings.filter(user=user).last()
        if last and all(getattr(last, name) == value for name, value in said.items()):
            return last  # pressed twice
        if not conflict:
            self._check_can_be_lifted(user)
        ruling = self.rulings.create(user=user, role=ruler.role, ruled_at=now, **said)
        if not conflict:
            verb = "conflict_lifted"
        else:
            verb = "conflict_upheld" if declaration else "conflict_ruled"
            self._shut_out(user, by=by, now=now)
        JournalEntry.record(verb, about=self, by=by, user=user.pk)
        Notice.write(
            "impartiality_ruled",
            about=ruling,
            to=[user],
            url="" if conflict else self.get_case_url(),
            context={"ruling": ruling, "number": self.number},
        )
        return ruling

    @transaction.atomic
    def reassign(self, to, *, by):
        """Give on a case whose caseworker has left, or is none any longer.

        Who did what stays as it is written. `hand_over` is for those still here.
        """
        held = self._hold()
        if not (
            by.user.has_role(roles.CASEWORKER) or by.user.has_role(roles.ADMINISTRATOR)
        ) or not self._is_seen_by(by.user):
            raise Refused("Du har ikke tilgang til saken.")
        present = held.caseworker
        if present == to:
            return
        if present is None or is_caseworker(present):
            raise Refused("Saken er hos en saksbehandler. Last siden på nytt.")
        if not is_caseworker(to):
            raise Refused("Bare en saksbehandler kan få saken.")
        taken = (
            type(self)
            .objects.visible_to(to)
            .filter(pk=self.pk, state__in=WITH_STAFF)
            .update(caseworker=to)
        )
        if not taken:
            raise Refused("Saken kan ikke gis til denne saksbehandleren nå.")
        self.refresh_from_db()
        JournalEntry.record("case_handed_over", about=self, by=by, to=to.pk)

    # --- who -------------------------------------------------------------------------

    def rulers_of(self, user, *, day):
        """Those who rule on this user's impartiality in the case that day."""
        cases = type(self).objects.filter(pk=self.pk)
        return Rulers(day, cases).of(user.pk, self.pk)

    def check_ruler(self, by, user, *, day):
        """The Ruler that the actor is here; refuses one who is not."""
        for ruler in self.rulers_of(user, day=day):
            if ruler.user == by.user:
                return ruler
        raise Refused(f"Du avgjør ikke habiliteten til {user} i denne saken.")

    def is_open_to(self, user):
        """Whether the user may read the case, and has declared to be impartial."""
        return (
            self._is_seen_by(user)
            and self.declarations.filter(user=user, conflict=False).exists()
        )

    def conflicted(self):
        """The users who can have nothing to do with the case."""
        their = {"user": OuterRef("pk")}
        return User.objects.filter(
            Exists(self.declarations.standing().filter(**their))
            | Exists(self.rulings.standing().filter(**their))
            | self._involved()
        )

    # --- how it is done ---------------------------------------------------------------

    def _is_seen_by(self, user):
        return type(self).objects.visible_to(user).filter(pk=self.pk).exists()

    def _involved(self):
        """A condition on users: on the applicant's side, now or ever."""
        member = Membership.objects.filter(
            applicant=self.applicant_id, user=OuterRef("pk")
        )
        helper = Helper.objects.filter(application=self, user=OuterRef("pk"))
        entered = Received.objects.filter(application=self)
        applied = Q(pk=self.started_by_id) & ~Exists(entered)
        return applied | Exists(member) | Exists(helper)

    def _check_can_be_lifted(self, user):
        person = User.objects.filter(pk=user.pk)
        if person.filter(self._involved()).exists():
            raise Refused(
                f"{user} søker, er med hos søkeren eller har hjulpet med søknaden. "
                "Da er det alltid inhabilitet."
            )
        if not self.conflicted().filter(pk=user.pk).exists():
            raise Refused(f"{user} er ikke inhabil i saken.")

    def _tell_rulers(self, declaration, *, now):
        rulers = self.rulers_of(declaration.user, day=timezone.localdate(now))
        Notice.write(
            "impartiality_to_rule",
            about=declaration,
            to=[ruler.user for ruler in rulers],
            url=declaration.get_ruling_url(),
            context={"declaration": declaration, "number": self.number},
        )

    def _shut_out(self, user, *, by, now):
        """Take the user out of the case, and undo what hangs on their word.

        The case is taken from them, their marks no longer count, what they recommended
        or proposed is sent back, and a decision they took part in is flagged.
        """
        type(self).objects.filter(pk=self.pk, caseworker=user).update(caseworker=None)
        counted = self.assessments.counting().filter(assessor=user).exists()
        self.assessments.standing().filter(assessor=user).update(retracted_at=now)
        seat = self.seats.standing().filter(user=user).first()
        if seat is not None:
            self._free(seat, by=by, now=now, reason="Inhabil.")
            self._journal_opened_marks(by)
        standing = self.recommendations.standing().first()
        own = standing is not None and standing.recommended_by_id == user.pk
        if own or (counted and self._rests_on_marks(standing)):
            reason = f"Den som {'innstilte' if own else 'vurderte'}, er inhabil."
            if not self._step_back(by=by):
                standing.send_back(by=by, now=now, reason=reason)
                JournalEntry.record(
                    "change_rejected", about=self, by=by, kind=standing.kind
                )
            else:
                standing.send_back(by=by, now=now, reason=reason)
        if self.body_decisions.waiting().filter(entered_by=user).update(dropped_at=now):
            JournalEntry.record("body_decision_dropped", about=self, by=by)
        for appeal in Appeal.objects.of_case(self).open().filter(proposed_by=user):
            appeal._drop_proposal(by=by)
        self._flag_decision(user, by=by, now=now)
        self.refresh_from_db()

    @staticmethod
    def _rests_on_marks(recommendation):
        return (
            recommendation is not None
            and recommendation.kind == Decision.Kind.FIRST
            and recommendation.outcome != Outcome.DISMISSED
        )

    def _step_back(self, *, by):
        """From recommended to in review; False in a decided case with a proposal."""
        recommended = type(self).objects.filter(pk=self.pk, state=State.RECOMMENDED)
        return recommended.exists() and self._step("send_back", by=by)

    def _flag_decision(self, user, *, by, now):
        decision = self.made
        part = decision and self._part_in(decision, user)
        if not part:
            return
        flag, new = DecisionFlag.objects.get_or_create(
            decision=decision,
            user=user,
            settled_at=None,
            defaults={"part": part, "flagged_at": now},
        )
        if new:
            JournalEntry.record(
                "decision_flagged", about=self, by=by, flag=flag.pk, user=user.pk
            )

    def _part_in(self, decision, user):
        """What the user did towards the decision, the weightiest; or None."""
        parts = DecisionFlag.Part
        rests_on = self._with_what_it_corrects(decision)
        # An appeal that was not followed lets the decision stand.
        appeals = Appeal.objects.filter(decision__in=rests_on)
        if (
            any(each.decided_by_id == user.pk for each in rests_on)
            or appeals.filter(settled_by=user).exists()
        ):
            return parts.DECIDED
        if (
            any(each.prepared_by_id == user.pk for each in rests_on)
            or appeals.filter(Q(reviewed_by=user) | Q(proposed_by=user)).exists()
        ):
            return parts.PREPARED
        if self.assessments.filter(assessor=user).exists():
            return parts.ASSESSED
        if self.advice.filter(given_by=user).exists():
            return parts.ADVISED
        decided_on = timezone.localdate(decision.decided_at)
        if decision.decided_by.leader_on(decided_on) == user:
            # forvaltningsloven § 6: nobody directly below may have decided it.
            return parts.LED
        return None

    def _with_what_it_corrects(self, decision):
        """The decision, and those before it that it only corrects."""
        found = []
        for each in self.decisions.filter(version__lte=decision.version).order_by(
            "-version"
        ):
            found.append(each)
            if each.kind != Decision.Kind.CORRECTION:
                break
        return found


def is_caseworker(user):
    """Whether cases can be with this user."""
    return user.is_active and user.is_staff and user.has_role(roles.CASEWORKER)
