"""What a round asks beyond the fixed form."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grants.models.contents import PARENT_FROZEN
from grants.models.rounds import PARTS_FROZEN, Round
from grants.models.versions import Version


@pghistory.track()
class Question(models.Model):
    """One extra question of a round, published and frozen with it.

    Asked of everyone, or only of those who answered an earlier question in one way.
    """

    class Kind(models.TextChoices):
        TEXT = "text", "kort tekst"
        LONG_TEXT = "long_text", "lang tekst"
        NUMBER = "number", "tall"
        MONEY = "money", "beløp"
        DATE = "date", "dato"
        YES_NO = "yes_no", "ja eller nei"
        CHOICE = "choice", "ett valg"
        FILE = "file", "fil"

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField("rekkefølge", default=1)
    text = models.CharField("spørsmål", max_length=200)
    help = models.CharField(
        "hjelp", max_length=300, blank=True, help_text="Gjerne med et eksempel."
    )
    why = models.CharField(
        "hvorfor vi spør", max_length=300, help_text="Vises til den som søker."
    )
    kind = models.CharField("slag", max_length=10, choices=Kind)
    choices = ArrayField(
        models.CharField(max_length=100),
        verbose_name="svar å velge mellom",
        default=list,
        blank=True,
    )
    needed = models.BooleanField("må besvares", default=True)
    max_length = models.PositiveSmallIntegerField(
        "høyst antall tegn", null=True, blank=True
    )
    max_words = models.PositiveSmallIntegerField(
        "høyst antall ord",
        null=True,
        blank=True,
        help_text="Bare for tekst. Vises og telles ved siden av tegnene.",
    )
    long_form_only = models.BooleanField(
        "bare i det lange skjemaet",
        default=False,
        help_text="Spørres ikke i det korte skjemaet, for små beløp.",
    )
    special_category = models.BooleanField(
        "kan gi svar om helse, tro eller etnisitet",
        default=False,
        help_text="Svaret leses bare av dem som behandler saken.",
    )
    only_after = models.ForeignKey(
        "self",
        verbose_name="bare når dette spørsmålet",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="followed_by",
    )
    only_when = models.CharField(
        "er besvart med",
        max_length=100,
        blank=True,
        help_text="«ja», «nei» eller et av valgene.",
    )

    class Meta:
        verbose_name = "eget spørsmål"
        verbose_name_plural = "egne spørsmål"
        ordering = ["round", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="question_asked_once",
                fields=["round", "text"],
                violation_error_message="Utlysningen har alt dette spørsmålet.",
            ),
            models.CheckConstraint(
                name="question_choice_has_choices",
                condition=~Q(kind="choice") | Q(choices__len__gte=2),
                violation_error_message="Skriv minst to svar å velge mellom.",
            ),
            models.CheckConstraint(
                name="question_condition_is_whole",
                condition=Q(only_after=None, only_when="")
                | (Q(only_after__isnull=False) & ~Q(only_when="")),
                violation_error_message="Velg både et spørsmål og et svar, eller "
                "ingen av dem.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="question_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=PARTS_FROZEN,
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def is_written(self):
        """Answered by writing or choosing; a file is attached with the other files."""
        return self.kind != Question.Kind.FILE

    @property
    def field_name(self):
        return f"q{self.pk}"

    @property
    def only_value(self):
        """The stored answer of `only_after` that makes this one asked."""
        if self.only_after.kind == Question.Kind.YES_NO:
            return {"ja": "yes", "nei": "no"}.get(self.only_when, "")
        return self.only_when

    def is_too_long(self, text):
        """Whether a text has more characters or words than the question gives room."""
        return bool(
            (self.max_length and len(text) > self.max_length)
            or (self.max_words and len(text.split()) > self.max_words)
        )

    def fault(self):
        """What is wrong with its condition, in words for staff, or an empty text."""
        earlier = self.only_after
        if earlier is None:
            return ""
        if earlier.round_id != self.round_id:
            return f"«{self.text}» henger på et spørsmål i en annen utlysning."
        if (earlier.position, earlier.pk) >= (self.position, self.pk or float("inf")):
            return f"«{self.text}» må komme etter «{earlier.text}»."
        possible = {
            Question.Kind.YES_NO: ["ja", "nei"],
            Question.Kind.CHOICE: earlier.choices,
        }.get(earlier.kind)
        if possible is None:
            return (
                f"«{self.text}» kan bare henge på et spørsmål med ja og nei eller "
                "med valg."
            )
        if self.only_when not in possible:
            return f"«{earlier.text}» kan ikke besvares med «{self.only_when}»."
        if earlier.long_form_only and not self.long_form_only:
            return (
                f"«{earlier.text}» står bare i det lange skjemaet. Da må også "
                f"«{self.text}» gjøre det."
            )
        return ""


class Answer(models.Model):
    """A version's answer to one of its round's questions, frozen with the version.

    `value` is the answer as text: a number as `1234.50`, a date as `2027-08-15`, yes
    and no as `yes` and `no`, a choice as its words. A file's answer is an Attachment.
    """

    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="answers"
    )
    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="answers"
    )
    value = models.TextField()

    class Meta:
        verbose_name = _("svar")
        verbose_name_plural = _("svar")
        ordering = ["version", "question__position", "pk"]
        constraints = [
            models.UniqueConstraint(name="answer_once", fields=["version", "question"]),
            models.CheckConstraint(
                name="answer_says_something", condition=~Q(value="")
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="answer_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=PARENT_FROZEN,
            ),
        ]

    def __str__(self):
        return self.value[:60]


# Up to this many kroner nobody has to attach anything.
NO_FILES_UP_TO = 15_000


@pghistory.track()
class RequiredAttachment(models.Model):
    """A file that a round asks for, from a given amount; frozen with the round."""

    round = models.ForeignKey(
        Round, on_delete=models.CASCADE, related_name="required_attachments"
    )
    position = models.PositiveSmallIntegerField("rekkefølge", default=1)
    label = models.CharField("hva filen må vise", max_length=120)
    why = models.CharField("hvorfor vi ber om den", max_length=300)
    from_amount = models.DecimalField(
        "kreves fra",
        max_digits=12,
        decimal_places=2,
        help_text="Søknadsbeløpet i kroner. Mindre søknader slipper.",
    )

    class Meta:
        verbose_name = "påkrevd vedlegg"
        verbose_name_plural = "påkrevde vedlegg"
        ordering = ["round", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="required_attachment_named_once", fields=["round", "label"]
            ),
            models.CheckConstraint(
                name="required_attachment_spares_the_small",
                condition=Q(from_amount__gt=NO_FILES_UP_TO),
                violation_error_message="Søknader om 15 000 kr eller mindre skal ikke "
                "trenge vedlegg. Skriv et høyere beløp.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="required_attachment_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=PARTS_FROZEN,
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def field_name(self):
        return f"required{self.pk}"
