"""What the applicant does with an application: start, send, withdraw, answer."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grants.models.lateness import LateEntry
from grants.models.numbers import NumberSeries
from grants.models.pots import Pot
from grants.models.records import PublicRecord
from grants.models.register_facts import RegisterFacts
from grants.models.rounds import Round
from grants.models.states import State
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice

# Which words stand over the tick in «Kontroller og send inn»; new words, a new code.
DECLARED = "2026-11"


def draft_key():
    return secrets.token_urlsafe(16)


class Sending:
    """The applicant's verbs of `Application`."""

    @classmethod
    @transaction.atomic
    def start(
        cls,
        *,
        round,
        area,
        applicant,
        by,
        now,
        title="",
        flags=(),
        key=None,
        helping=None,
    ):
        """A new draft with an empty working copy. The round must be open.

        `key` is the draft's address when the form chose it beforehand, so that the
        same form sent twice makes one draft (the second meets the unique key).
        `helping` is the helper's {"name", "role"} when the one who starts writes for
        an applicant that nobody acts for yet.
        """
        if Round.held_open(round.pk, now, applicant=applicant) is None:
            raise Refused(_("Utlysningen tar ikke imot søknader nå."))
        if (
            applicant.memberships.exists()
            if helping
            else not applicant.has_member(by.user)
        ):
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
            needs_confirmation=helping is not None,
        )
        if helping:
            application.helpers.create(user=by.user, since=now, typed=True, **helping)
        application.versions.create(number=1, title=title, edited_by=by.user)
        JournalEntry.record("application_started", about=application, by=by)
        return application

    @transaction.atomic
    def submit(self, *, by, now, declared):
        """Send the draft: give it a number and freeze what was written.

        `now` is when the request arrived. Pressing twice, or two tabs at once, sends
        once: the second call finds it sent and returns quietly.
        """
        in_time = self._takes_in(now)
        if self._is_sent():
            return
        self.check_may_send(by)
        if not in_time:
            raise Refused(
                _(
                    "Fristen er ute, så søknaden er ikke sendt. Det du har skrevet, er "
                    "lagret. Du kan sende den inn for sent, og si hvorfor."
                )
            )
        self._send_first(by=by, now=now, declared=declared)

    @transaction.atomic
    def submit_late(self, *, by, now, declared, reason):
        """Send after the closing, with the reason; the staff rules on taking it in.

        One that turns out to be in time, for the closing has been moved, is just sent.
        """
        in_time = self._takes_in(now)
        if self._is_sent():
            return
        self.check_may_send(by)
        if in_time:
            self._send_first(by=by, now=now, declared=declared)
            return
        closed_at = self.round.closes_for(self.applicant)
        if self.round.published_at is None or closed_at is None or now < closed_at:
            raise Refused(_("Utlysningen tar ikke imot søknader nå."))
        if not reason.strip():
            raise Refused(_("Skriv hvorfor søknaden kommer etter fristen."))
        late = LateEntry(application=self, reason=reason.strip(), closed_at=closed_at)
        self._send_first(by=by, now=now, declared=declared, late=late)

    @property
    def late(self):
        """That it came after the closing, and the ruling; None when it was in time."""
        return getattr(self, "late_entry", None)

    def _takes_in(self, now):
        """Whether what is sent now is in time; holds the closing where it is."""
        held = Round.held_open(self.round_id, now, applicant=self.applicant)
        # The closing may have moved since the page was opened.
        self.round.refresh_from_db(fields=["closes_at", "closing_moved_reason"])
        return held is not None

    def _is_sent(self):
        """Whether the draft is sent already, by this press or another. Holds it."""
        draft = self._hold()
        if draft.state == State.SUBMITTED:
            self.refresh_from_db()
            return True
        if draft.state != State.DRAFT:
            raise Refused(_("Søknaden er alt sendt."))
        return False

    def _send_first(self, *, by, now, declared, late=None):
        version = self._ready_copy(declared)
        year = timezone.localtime(now).year
        sequence = NumberSeries.next(year)
        self._step("submit", by=by, year=year, sequence=sequence, submitted_at=now)
        version.send(by=by, now=now)
        JournalEntry.record("truth_declared", about=self, by=by, text=DECLARED)
        self._register_in("application", version, by=by, now=now)
        RegisterFacts.keep(self, now=now)
        kind = "application_submitted"
        if late:
            late.save()
            self._register_in("late", late, by=by, now=now)
            kind = "application_received_late"
            JournalEntry.record(
                "sent_late", about=self, by=by, closed_at=late.closed_at.isoformat()
            )
        Notice.write(
            kind,
            about=self,
            to=self.members(),
            url=self.get_absolute_url(),
            context={"version": version, "late": late},
        )
        if self.needs_confirmation:
            self.ask_to_confirm(by=by, now=now)

    def _register_in(self, kind, document=None, *, by, now):
        PublicRecord.register(
            kind, about=self, document=document, direction="in", by=by, now=now
        )

    def _ready_copy(self, declared):
        """The working copy, when it can be sent."""
        if not declared:
            raise Refused(_("Du må bekrefte det som står nederst, før du sender."))
        version = self.versions.get(sent_at=None)
        if version.missing():
            raise Refused(
                _("Søknaden mangler noe. Se listen og fyll ut før du sender.")
            )
        return version

    # --- to change what is sent ------------------------------------------------------

    def is_amendable(self, now):
        """Whether the applicant may still change what they have sent.

        Until the closing, whoever has begun to read it: all have the same time. In a
        round without a closing, until a caseworker takes it.
        """
        if not self.round.takes(self.applicant, now):
            return False
        if self.state == State.IN_REVIEW:
            return not self.round.rolling
        return self.state == State.SUBMITTED

    @transaction.atomic
    def amend(self, *, by, now):
        """The copy to change what is sent in. What was sent counts until it is sent."""
        locked = self._hold()
        self._check_member(by)
        if not locked.is_amendable(now):
            raise Refused(_("Søknaden er sendt og kan ikke endres nå."))
        return self.working_copy() or self.versions.sent().last().copied(by=by)

    @transaction.atomic
    def resubmit(self, *, by, now, declared):
        """Send the changed version: the same number, and what was sent is kept.

        Pressing twice sends once: the second finds nothing to send.
        """
        in_time = self._takes_in(now)
        locked = self._hold()
        self._check_member(by)
        if locked.state != State.DRAFT and self.working_copy() is None:
            self.refresh_from_db()
            return
        if not in_time:
            raise Refused(
                _(
                    "Fristen er ute, så endringene er ikke sendt. Det du sendte før "
                    "fristen, gjelder."
                )
            )
        if not locked.is_amendable(now):
            raise Refused(_("Søknaden er sendt og kan ikke endres nå."))
        version = self._ready_copy(declared)
        version.send(by=by, now=now)
        JournalEntry.record("truth_declared", about=self, by=by, text=DECLARED)
        self._register_in("amended", version, by=by, now=now)
        self.refresh_from_db()
        self.__dict__.pop("current", None)
        Notice.write(
            "application_resubmitted",
            about=self,
            to=self.members(),
            occasion=f"version-{version.number}",
            url=self.get_absolute_url(),
            context={"version": version},
        )

    @transaction.atomic
    def drop_amendment(self, *, by):
        """Leave what was sent as it is, and drop what is changed and not sent."""
        locked = self._hold()
        self._check_member(by)
        if locked.state not in (State.SUBMITTED, State.IN_REVIEW):
            raise Refused(_("Søknaden er endret. Last siden på nytt."))
        copy = self.working_copy()
        if copy is not None:
            copy.discard()
            JournalEntry.record("amendment_dropped", about=self, by=by)

    @transaction.atomic
    def withdraw(self, *, by, now):
        self._check_member(by)
        if self._step("withdraw", by=by, withdrawn_at=now):
            self._close_request(now)
            self._drop_unsent()
            self._register_in("withdrawal", by=by, now=now)
            Notice.write(
                "application_withdrawn",
                about=self,
                to=self.members(),
                url=self.get_absolute_url(),
                may_wait=True,
            )

    @transaction.atomic
    def place(self, area, others, *, by):
        """Say where a draft's project is: one main area, and others it also reaches."""
        draft = self._hold()
        self.check_may_write(by)
        if draft.state != State.DRAFT:
            raise Refused(_("Søknaden er sendt og kan ikke endres nå."))
        others = [other for other in others if other != area]
        for each in [area, *others]:
            if not Pot.objects.for_area(self.round_id, each.pk).exists():
                raise Refused(_("Utlysningen gjelder ikke dette området."))
        self.area = area
        self.save(update_fields=["area"])
        self.other_areas.set(others)
        JournalEntry.record(
            "draft_placed",
            about=self,
            by=by,
            area=area.pk,
            others=[other.pk for other in others],
        )

    @transaction.atomic
    def delete_draft(self, *, by):
        """Remove a draft that was never sent, with everything in it."""
        self.check_may_send(by)
        draft = type(self).objects.filter(pk=self.pk, state=State.DRAFT)
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
        self.check_may_write(by)
        if locked.state not in [State.DRAFT, State.NEEDS_INFO]:
            raise Refused(_("Søknaden er sendt og kan ikke endres nå."))
        copy = self.working_copy()
        return copy or self.versions.sent().last().copied(by=by)

    def held_request(self, *, by):
        """What is asked for now, locked; call it in the transaction.

        Parent before child: a step that is being saved ends before this begins.
        """
        self._hold()
        request = self.info_requests.select_for_update().open().first()
        self._check_member(by)
        if request is None:
            raise Refused(_("Ingenting er etterspurt nå."))
        return request

    @transaction.atomic
    def answer_request(self, *, by, now, answer):
        """Send what was asked for: an answer in words, the changed version, or both."""
        request = self.held_request(by=by)
        copy = self.working_copy()
        if not answer.strip() and copy is None:
            raise Refused(_("Skriv et svar, eller endre søknaden, før du sender."))
        if copy is not None and copy.missing(steps=request.steps):
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
            self._register_in("answer", request, by=by, now=now)
            if copy is not None:
                self._register_in("amended", copy, by=by, now=now)
            self.__dict__.pop("open_request", None)
            self.__dict__.pop("current", None)
            Notice.write(
                "request_answered",
                about=self,
                to=self.members(),
                occasion=f"request-{request.pk}",
                url=self.get_absolute_url(),
                may_wait=True,
            )
