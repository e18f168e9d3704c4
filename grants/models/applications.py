import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from grants.models.assessing import Assessing
from grants.models.deciding import Deciding
from grants.models.impartiality import Impartiality
from grants.models.judging import Judging
from grants.models.parties import Parties
from grants.models.readers import ApplicationQuerySet
from grants.models.received import Receiving
from grants.models.screening import Screening
from grants.models.sending import Sending, draft_key
from grants.models.states import STEPS, WITH_STAFF, State
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry


class Application(
    Parties,
    Sending,
    Receiving,
    Impartiality,
    Screening,
    Assessing,
    Judging,
    Deciding,
    models.Model,
):
    """A request for money in one round, for one main area. «Case» in speech.

    What is asked stands in its versions; this row says who, where, and how far it
    has come. Its state changes only through the verbs: the applicant's in
    `sending.py`, the staff's in `impartiality.py`, `screening.py`, `assessing.py`,
    `judging.py` and `deciding.py`.
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
    asked_amount = models.DecimalField(
        _("søkt beløp"),
        max_digits=12,
        decimal_places=2,
        null=True,
        editable=False,
        help_text="Of the last version sent; kept by a trigger on the versions.",
    )
    search = SearchVectorField(
        null=True,
        editable=False,
        help_text="The titles it was sent with and who applies: one place to search, "
        "so that a common word costs a page no more than a rare one. Kept by triggers "
        "on the versions and the applicant.",
    )
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
            models.Index(fields=["submitted_at", "id"]),
            models.Index(fields=["asked_amount", "id"]),
            GinIndex(fields=["search"], name="application_search"),
        ]
        triggers = [
            # Who asked, of what round and for what area: the pot and the letter go
            # by it.
            pgtrigger.Trigger(
                name="application_is_as_sent",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__submitted_at__isnull=False),
                func="""
                    IF TG_OP = 'UPDATE' AND ROW(
                        NEW.key, NEW.applicant_id, NEW.round_id, NEW.area_id,
                        NEW.year, NEW.sequence, NEW.submitted_at
                    ) IS NOT DISTINCT FROM ROW(
                        OLD.key, OLD.applicant_id, OLD.round_id, OLD.area_id,
                        OLD.year, OLD.sequence, OLD.submitted_at
                    ) THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'application_is_as_sent: it is sent, and stays'
                        USING ERRCODE = 'restrict_violation';
                """,
            ),
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

    def get_receipt_url(self):
        return reverse("grants:application_receipt", args=[self.year, self.number[5:]])

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
    def open_request(self):
        return self.info_requests.open().first()

    # --- what «Kan vi søke?» warned of ----------------------------------------------

    @transaction.atomic
    def dismiss_flag(self, number, *, by):
        """Note that a warning is looked into and means nothing here; once each.

        `number` is its place in `advice_flags`, from 0. Who did it stands in the
        journal, which is also where it is read from.
        """
        self._hold()
        advises = by.user.has_role(roles.COORDINATOR)
        self._check_role(by, roles.COORDINATOR if advises else roles.CASEWORKER)
        self._check_impartial(by)
        if not 0 <= number < len(self.advice_flags):
            raise Refused("Søknaden har ikke dette varselet.")
        dismissed = JournalEntry.objects.about(self).filter(verb="flag_dismissed")
        if not dismissed.filter(facts__flag=number).exists():
            JournalEntry.record("flag_dismissed", about=self, by=by, flag=number)

    # --- guards ----------------------------------------------------------------------

    def _hold(self):
        # Before the guards read: a conflict declared meanwhile is waited for and seen.
        return Application.objects.select_for_update(no_key=True, of=("self",)).get(
            pk=self.pk
        )

    def _close_request(self, now):
        """Nothing is asked for any longer."""
        self.info_requests.open().update(closed_at=now)
        self.__dict__.pop("open_request", None)

    def _drop_unsent(self):
        copy = self.working_copy()
        if copy is not None:
            copy.discard()

    def _check_member(self, by):
        if not self.has_member(by.user):
            raise Refused(_("Du kan ikke gjøre dette for denne søkeren."))

    def _check_role(self, by, role):
        if not by.user.has_role(role):
            raise Refused(f"Bare en med rollen {role.lower()} kan gjøre dette.")
        if not Application.objects.visible_to(by.user).filter(pk=self.pk).exists():
            raise Refused("Du har ikke tilgang til saken.")

    def check_open_to_staff(self, by):
        """Refuse one who may not read the case, or has not declared themself."""
        if not Application.objects.visible_to(by.user).filter(pk=self.pk).exists():
            raise Refused("Du har ikke tilgang til saken.")
        self._check_impartial(by)

    def check_may_write_for_us(self, by):
        """Only an impartial caseworker writes to the applicant."""
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)

    def _check_impartial(self, by):
        if not self.declarations.filter(user=by.user, conflict=False).exists():
            raise Refused("Vurder habiliteten din før du åpner saken.")

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
