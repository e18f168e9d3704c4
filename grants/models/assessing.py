"""Who assesses an application, what they give it, and who sees it when."""

from django.db import transaction
from django.utils import timezone

from grants.models.assessments import Assessment, AssessorSeat, PanelAdvice
from grants.models.decisions import Outcome
from grants.models.states import BEFORE_RECOMMENDED, WITH_STAFF, State
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice

# While marks may be given; the triggers on the marks say the same.
ASSESSED_IN = [State.IN_REVIEW, State.NEEDS_INFO]


class Assessing:
    """The verbs of `Application` that assess it.

    One assessor and an approver, or two assessors from the sum that the round says.
    When there are two and the round is blind, neither sees what the other has given,
    nor does anyone else, until all who were to assess have finished.
    """

    @transaction.atomic
    def name_assessor(self, user, *, by, now):
        """Name one who is to assess the case. Named twice: once."""
        self._hold_to_name(by, now=now)
        if self.seats.standing().filter(user=user).exists():
            return
        if not (user.is_active and user.has_role(roles.CASEWORKER)):
            raise Refused("Bare en saksbehandler kan vurdere saken.")
        if not type(self).objects.visible_to(user).filter(pk=self.pk).exists():
            raise Refused(f"{user} kan ikke vurdere denne saken.")
        seat = self.seats.create(user=user, named_by=by.user, named_at=now)
        JournalEntry.record("assessor_named", about=self, by=by, to=user.pk)
        if user != by.user:
            Notice.write(
                "assessor_named",
                about=self,
                to=[user],
                occasion=f"seat-{seat.pk}",
                url=self.get_case_url(),
            )

    @transaction.atomic
    def free_assessor(self, user, *, by, now, reason):
        """Let one who was named go, before the assessment is finished.

        What they had written is taken out. Freed twice: once.
        """
        self._hold_to_name(by, now=now)
        if not reason.strip():
            raise Refused("Skriv hvorfor.")
        seat = self.seats.standing().filter(user=user).first()
        if seat is None:
            return
        if not self.seats.waiting().filter(pk=seat.pk).exists():
            raise Refused(f"{user} er ferdig med vurderingen og kan ikke fritas.")
        self._free(seat, by=by, now=now, reason=reason.strip())
        self.assessments.standing().filter(assessor=user).update(retracted_at=now)
        self._journal_opened_marks(by)

    @transaction.atomic
    def assess(self, marks, *, by, now, comment="", done=True):
        """Mark the criteria. `marks` is {criterion: (mark or None, comment)}; 1 to 5.

        Not `done`, it is kept for its author to go on with, and may have gaps. Done,
        it counts. What the same person gave before is retracted, not overwritten; in
        a case with two assessors only after it was opened again.
        """
        locked = self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if locked.state not in ASSESSED_IN:
            raise Refused("Saken er ikke til behandling.")
        self.check_ruled(None)
        shared = self.has_two_assessors()
        seated = self.seats.standing().filter(user=by.user).exists()
        if shared and not seated:
            raise Refused("Saken vurderes av to. Du er ikke pekt ut til å vurdere den.")
        given = self._read_marks(marks, done=done)
        earlier = self.assessments.standing().filter(assessor=by.user).first()
        if earlier is not None:
            same = (earlier.given(), earlier.comment) == (given, comment.strip())
            if same and bool(earlier.completed_at) == done:
                return earlier  # pressed twice
            if earlier.completed_at and (shared or not done):
                raise Refused(
                    "Vurderingen din er ferdig. Åpne den igjen hvis noe må endres."
                )
            self.assessments.filter(pk=earlier.pk).update(retracted_at=now)
        assessment = self._write_assessment(given, comment.strip(), by.user)
        if done:
            assessment.completed_at = now
            assessment.save(update_fields=["completed_at"])
        JournalEntry.record(
            "case_assessed" if done else "assessment_saved",
            about=self,
            by=by,
            assessment=assessment.pk,
            **({} if self.hides_marks() else marks_facts(assessment)),
        )
        if done and shared:
            self._journal_opened_marks(by)
        return assessment

    @transaction.atomic
    def reopen_assessment(self, assessor, *, by, now, reason):
        """Open a finished assessment for change; what was recommended by it is undone.

        By the assessor, or by the case's caseworker. The finished one can still be
        read; its marks are where the new one begins.
        """
        held = self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if by.user.pk not in (assessor.pk, held.caseworker_id):
            raise Refused("Bare den som vurderte, og saksbehandleren kan åpne den.")
        if not reason.strip():
            raise Refused("Skriv hva som må endres, og hvorfor.")
        finished = self.assessments.counting().filter(assessor=assessor).first()
        if finished is None:
            raise Refused("Vurderingen er ikke ferdig.")
        if held.state not in [*ASSESSED_IN, State.RECOMMENDED]:
            raise Refused("Saken er avgjort eller trukket.")
        self._send_back_first(by=by, now=now, reason=reason.strip())
        given, comment = finished.given(), finished.comment
        self.assessments.filter(pk=finished.pk).update(
            retracted_at=now, reopened_by=by.user, reopened_reason=reason.strip()
        )
        self._write_assessment(given, comment, assessor)
        JournalEntry.record(
            "assessment_reopened", about=self, by=by, assessment=finished.pk
        )

    @transaction.atomic
    def advise_from_panel(self, *, by, now, body, met_on, text, stood_down=""):
        """Enter what a body advised in a meeting. A new entry corrects an earlier."""
        locked = self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if locked.state not in WITH_STAFF:
            raise Refused("Saken er avgjort eller trukket.")
        if met_on > timezone.localdate(now):
            raise Refused("Møtet har ikke vært ennå.")
        if not (body.strip() and text.strip()):
            raise Refused("Skriv hvem som ga rådet, og hva det er.")
        said = {
            "body": body.strip(),
            "met_on": met_on,
            "stood_down": stood_down.strip(),
            "text": text.strip(),
            "entered_by": by.user,
        }
        last = self.panel_advice.order_by("pk").last()
        if last and all(getattr(last, name) == value for name, value in said.items()):
            return last  # pressed twice
        advice = PanelAdvice.objects.create(application=self, entered_at=now, **said)
        JournalEntry.record("panel_advice_entered", about=self, by=by)
        return advice

    # --- what there is, and who sees it ----------------------------------------------

    def has_two_assessors(self):
        """Whether the case is assessed by more than one: by its sum, or as named."""
        return self.assessors_wanted() > 1 or self.seats.standing().count() > 1

    def assessors_wanted(self):
        """How many must assess it, by the round and by what is asked.

        Twin of `ApplicationQuerySet.fully_assessed`.
        """
        two_from = self.round.two_assessors_from
        if two_from is None:
            return 1
        return 2 if self.versions.sent().last().amount >= two_from else 1

    def has_assessors_named_by(self, user, *, day):
        """Whether it is for this user to say who assesses the case."""
        if user.has_role(roles.CASEWORKER):
            return True
        return bool(self.caseworker) and self.caseworker.leader_on(day) == user

    def is_fully_assessed(self):
        """Whether as many as must have finished, and all who were named."""
        return type(self).objects.filter(pk=self.pk).fully_assessed().exists()

    def hides_marks(self):
        """Whether what is given is hidden for all but the one who gave it."""
        return (
            self.round.assessors_blind
            and self.has_two_assessors()
            and not self.is_fully_assessed()
        )

    def marks_shown_to(self, user):
        """The assessments of the case that the user may see now: their own, and what
        others have finished, when it is not hidden."""
        own = self.assessments.standing().filter(assessor=user)
        if self.hides_marks():
            return own
        return own | self.assessments.counting()

    def check_assessed(self, outcome):
        """Refuse to go on before those who must have assessed; may be dismissed."""
        if outcome == Outcome.DISMISSED or self.is_fully_assessed():
            return
        given = self.assessments.counting().count()
        waiting = self.seats.waiting().count()
        missing = max(self.assessors_wanted() - given, waiting)
        if not given and not waiting and missing == 1:
            raise Refused("Vurder kriteriene før du innstiller.")
        number = f"{missing} vurderinger" if missing > 1 else "én vurdering"
        raise Refused(
            f"Det mangler {number}. Alle som skal vurdere saken, må være ferdige før "
            "den innstilles."
        )

    def leading_assessment(self, by):
        """What to recommend by: one's own assessment, the caseworker's, or the last."""
        counting = list(self.assessments.counting())
        for assessor in (by.user.pk, self.caseworker_id):
            for assessment in counting:
                if assessment.assessor_id == assessor:
                    return assessment
        return counting[-1] if counting else None

    # --- how it is done ---------------------------------------------------------------

    def _hold_to_name(self, by, *, now):
        held = self._hold()
        self.check_open_to_staff(by)
        if not held.has_assessors_named_by(by.user, day=timezone.localdate(now)):
            raise Refused("Bare en saksbehandler eller lederen kan gjøre dette.")
        if held.state not in BEFORE_RECOMMENDED:
            raise Refused("Saken er innstilt, avgjort eller trukket.")

    def _free(self, seat, *, by, now, reason):
        AssessorSeat.objects.filter(pk=seat.pk).update(
            freed_by=by.user, freed_at=now, freed_reason=reason
        )
        JournalEntry.record("assessor_freed", about=self, by=by, user=seat.user_id)

    def _read_marks(self, marks, *, done):
        criteria = list(self.round.criteria.all())
        given = {
            criterion: (mark, text.strip())
            for criterion, (mark, text) in marks.items()
            if mark or text.strip()
        }
        if not set(given) <= set(criteria):
            raise Refused("Utlysningen har ikke dette kriteriet.")
        if done and not (
            set(given) == set(criteria)
            and all(mark and text for mark, text in given.values())
        ):
            raise Refused("Gi hvert kriterium en vurdering og en begrunnelse.")
        return given

    def _write_assessment(self, given, comment, assessor):
        assessment = Assessment.objects.create(
            application=self,
            version=self.versions.sent().last(),
            assessor=assessor,
            comment=comment,
        )
        for criterion, (mark, text) in given.items():
            assessment.marks.create(criterion=criterion, mark=mark, text=text)
        return assessment

    def _send_back_first(self, *, by, now, reason):
        if self.recommendations.standing().exists():
            self._send_back(by=by, now=now, reason=reason)

    def _journal_opened_marks(self, by):
        """Put in the journal what it could not tell while the marks were hidden."""
        if self.hides_marks():
            return
        known = {
            entry.facts.get("assessment")
            for entry in JournalEntry.objects.about(self)
            if any(name.startswith("mark_") for name in entry.facts)
        }
        for assessment in self.assessments.counting():
            if assessment.pk not in known:
                JournalEntry.record(
                    "marks_opened",
                    about=self,
                    by=by,
                    assessment=assessment.pk,
                    **marks_facts(assessment),
                )


def marks_facts(assessment):
    """What the journal keeps, by criterion: the mark, and what it was before."""
    earlier = (
        Assessment.objects.filter(
            application=assessment.application_id,
            assessor=assessment.assessor_id,
            pk__lt=assessment.pk,
        )
        .order_by("pk")
        .last()
    )
    facts = {f"mark_{row.criterion_id}": row.mark for row in assessment.marks.all()}
    if earlier:
        facts |= {f"was_{row.criterion_id}": row.mark for row in earlier.marks.all()}
    return facts
