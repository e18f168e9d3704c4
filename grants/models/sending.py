"""What the applicant does with an application: start, send, withdraw, answer."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grants.models.numbers import NumberSeries
from grants.models.pots import Pot
from grants.models.rounds import Round
from grants.models.states import State
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


def draft_key():
    return secrets.token_urlsafe(16)


class Sending:
    """The applicant's verbs of `Application`."""

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
