"""Applications that came outside the portal, entered by a caseworker."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from grants.models.applicants import Applicant, ApplicantKind
from grants.models.lateness import LateEntry
from grants.models.numbers import NumberSeries
from grants.models.organisations import Organisation
from grants.models.pots import Pot
from grants.models.records import PublicRecord
from grants.models.register_facts import RegisterFacts
from grants.models.rounds import Round
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice

AN_INSTANT = timedelta(microseconds=1)


class Received(models.Model):
    """That an application came on paper or the like, and what it looked like.

    `proof_note` says how staff know who applies and that they may; until it is
    written, no money can be accepted.
    """

    class Channel(models.TextChoices):
        PAPER = "paper", "på papir"
        EMAIL = "email", "på e-post"
        IN_PERSON = "in_person", "ved frammøte eller på telefon"

    application = models.OneToOneField(
        "grants.Application", on_delete=models.PROTECT, related_name="received"
    )
    channel = models.CharField("hvordan kom den", max_length=10, choices=Channel)
    received_on = models.DateField("mottatt")
    scan = models.ForeignKey(
        "files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    registered_at = models.DateTimeField()
    proof_note = models.TextField("hvordan er det sjekket", max_length=500, blank=True)
    proven_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proven_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "mottatt utenfor portalen"
        verbose_name_plural = "mottatt utenfor portalen"
        constraints = [
            models.CheckConstraint(
                name="received_paper_is_scanned",
                condition=Q(channel="in_person") | Q(scan__isnull=False),
            ),
            models.CheckConstraint(
                name="received_proof_is_whole",
                condition=Q(proof_note="", proven_by=None, proven_at=None)
                | (
                    ~Q(proof_note="")
                    & Q(proven_by__isnull=False, proven_at__isnull=False)
                ),
            ),
        ]

    def __str__(self):
        return self.get_channel_display()


class Receiving:
    """The verbs of `Application` for what a caseworker enters for an applicant."""

    @classmethod
    @transaction.atomic
    def register_received(
        cls,
        *,
        round,
        area,
        applicant,
        channel,
        received_on,
        by,
        now,
        key,
        scan=None,
        proof_note="",
        **content,
    ):
        """Enter an application that came outside the portal; it is a case at once.

        `applicant` is an Applicant or the facts of a new one, as
        `register_applicant` takes them. `content` are fields of its Version. The
        day it came decides whether it is late. Pressed twice, with the same `key`, it
        is entered once. Gives (case, new).
        """
        if not by.user.has_role(roles.CASEWORKER):
            raise Refused("Bare en saksbehandler kan føre inn en søknad.")
        # What is entered twice at once queues here, and a moved closing is seen.
        round = Round.objects.select_for_update(no_key=True).get(pk=round.pk)
        if known := cls.objects.filter(key=key, started_by=by.user).first():
            return known, False
        check_can_be_received(round, area, received_on, now)
        if not content.get("ends_on"):
            # The letter counts the time to report from it.
            raise Refused("Skriv når prosjektet er ferdig.")
        if isinstance(applicant, dict):
            applicant = register_applicant(by=by, **applicant)
        elif applicant.has_member(by.user):
            raise Refused("Du er med hos søkeren. En annen må føre inn søknaden.")
        if applicant.kind not in round.applicant_kinds:
            raise Refused("Utlysningen er ikke for denne typen søker.")
        case = cls.objects.create(
            round=round, area=area, applicant=applicant, started_by=by.user, key=key
        )
        Received.objects.create(
            application=case,
            channel=channel,
            received_on=received_on,
            scan=scan,
            registered_by=by.user,
            registered_at=now,
            **proof(proof_note, by=by, now=now),
        )
        version = case.versions.create(number=1, edited_by=by.user, **content)
        case._step(
            "submit",
            by=by,
            year=timezone.localtime(now).year,
            sequence=NumberSeries.next(timezone.localtime(now).year),
            submitted_at=arrival(received_on, round, now),
        )
        version.send(by=by, now=now)
        case.refresh_from_db()
        JournalEntry.record(
            "received_entered",
            about=case,
            by=by,
            channel=channel,
            received_on=received_on.isoformat(),
        )
        PublicRecord.register(
            "application",
            about=case,
            document=version,
            direction="in",
            by=by,
            now=now,
            on=received_on,
            exchanged_on=received_on,
        )
        RegisterFacts.keep(case, now=now)
        late = case._late_when_received(received_on, by=by, now=now)
        Notice.write(
            "application_received_late" if late else "application_submitted",
            about=case,
            to=case.members(),
            url=case.get_absolute_url(),
            context={"version": version, "late": late},
        )
        return case, True

    @transaction.atomic
    def prove_received(self, *, by, now, proof_note):
        """Say how it was checked who applies, and that they may."""
        self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if not proof_note.strip():
            raise Refused("Skriv hvordan det er sjekket.")
        rows = Received.objects.filter(application=self, proof_note="")
        if not rows.update(**proof(proof_note, by=by, now=now)):
            raise Refused("Det er alt skrevet hvordan det er sjekket.")
        JournalEntry.record("received_proven", about=self, by=by)

    def _late_when_received(self, received_on, *, by, now):
        closed_at = self.round.closes_for(self.applicant)
        # The closing is the first instant that is too late.
        if closed_at is None or received_on <= timezone.localdate(
            closed_at - AN_INSTANT
        ):
            return None
        late = LateEntry.objects.create(
            application=self,
            reason="Søknaden kom utenom portalen, etter fristen.",
            closed_at=closed_at,
        )
        self._register_in("late", late, by=by, now=now)
        JournalEntry.record(
            "sent_late", about=self, by=by, closed_at=closed_at.isoformat()
        )
        return late


def check_can_be_received(round, area, received_on, now):
    """Refuse what cannot have come to this round, in this area, that day."""
    if received_on > timezone.localdate(now):
        raise Refused("Søknaden kan ikke ha kommet i framtiden.")
    if round.published_at is None or received_on < timezone.localdate(round.opens_at):
        raise Refused("Utlysningen var ikke åpen den dagen søknaden kom.")
    if not Pot.objects.for_area(round.pk, area.pk).exists():
        raise Refused("Utlysningen gjelder ikke dette området.")


def register_applicant(
    *,
    by,
    kind,
    name,
    orgnr="",
    answerable_name="",
    address="",
    postal_code="",
    city="",
):
    """An applicant without a log-in: nobody acts for it here, letters go by post.

    Always a new one: a number or a name on paper opens nobody else's cases.
    """
    organisation = None
    if kind == ApplicantKind.ORGANISATION:
        organisation = Organisation.of_number(orgnr, name)
    applicant = Applicant.objects.create(
        kind=kind,
        name=name,
        organisation=organisation,
        answerable_name=answerable_name,
        address=address,
        postal_code=postal_code,
        city=city,
        letters_by_post=True,
    )
    JournalEntry.record("applicant_registered", about=applicant, by=by, kind=kind)
    return applicant


def proof(note, *, by, now):
    """The fields of a Received that say how it was checked who applies."""
    if not note.strip():
        return {}
    return {"proof_note": note.strip(), "proven_by": by.user, "proven_at": now}


def arrival(received_on, round, now):
    """When it counts as sent: now, or the middle of an earlier day in the round."""
    if received_on == timezone.localdate(now):
        return now
    noon = timezone.make_aware(datetime.combine(received_on, time(12)))
    return max(noon, round.opens_at)
