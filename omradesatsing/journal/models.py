from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

JSON_TYPES = (int, str, list, type(None))


class JournalQuerySet(models.QuerySet):
    def about(self, obj):
        """Everything that was done to one object, oldest first."""
        return self.filter(
            about_type=ContentType.objects.get_for_model(obj), about_id=obj.pk
        ).order_by("at", "pk")


class JournalEntry(models.Model):
    """One thing that was done: to what, by whom, on whose behalf, when.

    Only ever added to: the database itself refuses UPDATE, DELETE and TRUNCATE (see
    the migrations). Holds ids, codes and amounts, never names or free text, so that
    it can be kept when a person's details are removed.
    """

    at = models.DateTimeField("tidspunkt", default=timezone.now, editable=False)
    verb = models.CharField("handling", max_length=60, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="hvem",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="journal_entries",
    )
    about_type = models.ForeignKey(
        ContentType, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    about_id = models.BigIntegerField(editable=False)
    about = GenericForeignKey("about_type", "about_id")
    on_behalf_type = models.ForeignKey(
        ContentType,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    on_behalf_id = models.BigIntegerField(null=True, editable=False)
    on_behalf_of = GenericForeignKey("on_behalf_type", "on_behalf_id")
    facts = models.JSONField(
        "opplysninger",
        default=dict,
        editable=False,
        help_text="Id-er, koder og beløp som hører til handlingen.",
    )

    objects = JournalQuerySet.as_manager()

    class Meta:
        verbose_name = "journalføring"
        verbose_name_plural = "journal"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["about_type", "about_id", "at"])]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"

    @classmethod
    def record(cls, verb, *, about, by, **facts):
        """Add an entry; call it in the transaction of the act itself.

        `by` is an Actor. `facts` are ids, codes and amounts (Decimal as text).
        """
        behalf = by.on_behalf_of
        return cls.objects.create(
            verb=verb,
            about=about,
            actor=by.user,
            on_behalf_type=behalf and ContentType.objects.get_for_model(behalf),
            on_behalf_id=behalf and behalf.pk,
            facts={
                key: value if isinstance(value, JSON_TYPES) else str(value)
                for key, value in facts.items()
            },
        )
