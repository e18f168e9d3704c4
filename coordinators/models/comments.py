"""«Kjenner du deg ikke igjen?»: what people say of how their place is described."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from areas.models import AreaZone, Zone
from areas.models.programme import in_force
from areas.wording import no_labels
from coordinators.models.people import Assignment
from coordinators.scope import areas_of
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


def comment_key():
    return secrets.token_urlsafe(24)


class PlaceCommentQuerySet(models.QuerySet):
    def open(self):
        return self.filter(answered_at=None)

    def visible_to(self, user):
        """Administrators see all, coordinators those of the zones they work in."""
        if not user.is_active or not user.is_staff:
            return self.none()
        if user.is_superuser or user.has_role(roles.ADMINISTRATOR):
            return self
        if not user.has_role(roles.COORDINATOR):
            return self.none()
        day = timezone.localdate()
        zones = AreaZone.objects.filter(in_force(day), area__in=areas_of(user, day))
        return self.filter(zone__in=zones.values("zone"))

    def told(self):
        """Answered ones with a summary that everyone may read, the newest first."""
        rows = self.filter(answered_at__isnull=False).exclude(summary="")
        return rows.order_by("-answered_at", "-pk")


class PlaceComment(models.Model):
    """One person's word on a zone's page. Whoever has the key reads the answer.

    What they wrote and their address are removed half a year after the answer.
    """

    ANSWER_WITHIN = timedelta(days=14)
    KEPT = timedelta(days=183)
    # A person needs longer to read and fill in the form; who is faster is only marked.
    FASTEST = 3

    key = models.CharField(max_length=40, unique=True, default=comment_key)
    zone = models.ForeignKey(
        Zone, verbose_name="sone", on_delete=models.PROTECT, related_name="comments"
    )
    text = models.TextField("hva stemmer ikke?", max_length=2000, blank=True)
    email = models.EmailField("e-post", blank=True)
    language = models.CharField(max_length=2, default="nb")
    received_at = models.DateTimeField("mottatt")
    is_odd = models.BooleanField(
        default=False, help_text="Filled in as a machine does. Treated like any other."
    )
    reply = models.TextField("svaret", max_length=4000, blank=True)
    summary = models.TextField(
        "kort, for alle", max_length=600, blank=True, validators=[no_labels]
    )
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    forgotten_at = models.DateTimeField(null=True)

    objects = PlaceCommentQuerySet.as_manager()

    class Meta:
        verbose_name = "tilbakemelding om et sted"
        verbose_name_plural = "tilbakemeldinger om steder"
        ordering = ["received_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="comment_answer_is_whole",
                condition=Q(answered_at=None, reply="", summary="", answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False)
                & ~Q(reply=""),
            ),
            models.CheckConstraint(
                name="comment_forgotten_is_empty",
                condition=Q(forgotten_at=None) | Q(text="", email=""),
            ),
        ]
        indexes = [models.Index(fields=["zone", "answered_at"], name="comment_of_zone")]

    def __str__(self):
        return f"Tilbakemelding om {self.zone.name}"

    def get_absolute_url(self):
        return reverse("coordinators:comment_detail", args=[self.key])

    def get_staff_url(self):
        return reverse("admin:comment_detail", args=[self.pk])

    @property
    def due_on(self):
        return timezone.localdate(self.received_at + self.ANSWER_WITHIN)

    @classmethod
    @transaction.atomic
    def send(cls, zone, *, text, email, language, is_odd, by, now):
        """Receive a comment; the zone's coordinators, or administrators, are told."""
        if not text.strip():
            raise Refused(_("Skriv hva som ikke stemmer."))
        comment = cls.objects.create(
            zone=zone,
            text=text.strip(),
            email=email.strip(),
            language=language,
            is_odd=is_odd,
            received_at=now,
        )
        JournalEntry.record("comment_received", about=comment, by=by)
        Notice.write(
            "comment_received",
            about=comment,
            to=comment.people(timezone.localdate(now)),
            url=comment.get_staff_url(),
            context={"zone": zone.name},
            may_wait=True,
        )
        return comment

    def people(self, day):
        """Whose it is to answer: the zone's coordinators, else the administrators."""
        areas = AreaZone.objects.filter(in_force(day), zone=self.zone).values("area")
        rows = Assignment.objects.in_force(day).filter(
            Q(area__in=areas) | Q(area__effort__areas__in=areas)
        )
        active = User.objects.filter(is_active=True)
        found = active.filter(coordinator__assignments__in=rows).distinct()
        return list(found) or list(
            active.filter(groups__name=roles.ADMINISTRATOR).distinct()
        )

    @transaction.atomic
    def answer(self, *, reply, summary, by, now):
        """Answer, once; who left an address is told where to read it."""
        held = (
            PlaceComment.objects.visible_to(by.user)
            .select_for_update(no_key=True, of=("self",))
            .filter(pk=self.pk)
            .first()
        )
        if held is None:
            raise Refused("Du kan ikke svare på denne.")
        if held.answered_at is not None:
            raise Refused("Den er alt besvart. Last siden på nytt.")
        if not reply.strip():
            raise Refused("Skriv et svar.")
        PlaceComment.objects.filter(pk=self.pk).update(
            reply=reply.strip(),
            summary=summary.strip(),
            answered_at=now,
            answered_by=by.user,
        )
        self.refresh_from_db()
        JournalEntry.record("comment_answered", about=self, by=by)
        if self.email:
            with translation.override(self.language):
                subject = _("Svar på det du skrev om %(zone)s") % {
                    "zone": self.zone.name
                }
                body = _(
                    "Vi har svart på det du skrev til oss. Les svaret her:\n\n"
                    "%(link)s\n\n"
                    "Lenken er bare din. Den som har den, kan lese svaret."
                ) % {"link": f"{settings.SITE_URL}{self.get_absolute_url()}"}
            # By name: the platform's task, in this transaction.
            app.configure_task("notices.send_plain_email").defer(
                to=self.email, subject=subject, body=body
            )


@transaction.atomic
def forget_comments(now):
    """Remove what people wrote, and their address, half a year after the answer."""
    rows = PlaceComment.objects.filter(
        answered_at__lt=now - PlaceComment.KEPT, forgotten_at=None
    )
    return rows.update(text="", email="", forgotten_at=now)
