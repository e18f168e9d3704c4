import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from omradesatsing.accounts import roles


class InForceQuerySet(models.QuerySet):
    def in_force(self, day):
        """The rows that count on a day: from the first day, to the last, both in."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


@pghistory.track()
class Scheme(models.Model):
    """A standing arrangement for grants (tilskuddsordning), announced in rounds."""

    name = models.CharField("navn", max_length=120)
    slug = models.SlugField("adresse", max_length=60, unique=True)
    purpose = models.TextField("formål")
    goals = models.TextField("mål", blank=True)
    not_supported = models.TextField("dette støttes ikke", blank=True)
    legal_basis = models.CharField(
        "hjemmel",
        max_length=300,
        blank=True,
        help_text="Vedtak eller retningslinje som ordningen bygger på.",
    )
    appeal_body = models.ForeignKey(
        "areas.Body",
        verbose_name="klageinstans",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appeals_from_schemes",
        help_text="Må være satt før en utlysning kan publiseres. Står i vedtaksbrevet.",
    )
    retention_class = models.CharField(
        "bevaringsklasse",
        max_length=60,
        blank=True,
        help_text="Fra kommunens bevarings- og kassasjonsplan.",
    )
    example = models.BooleanField(
        "eksempel",
        default=False,
        help_text="Vises som «Eksempel – ikke en utlysning fra Bergen kommune».",
    )

    class Meta:
        verbose_name = "tilskuddsordning"
        verbose_name_plural = "tilskuddsordninger"
        ordering = ["name"]

    def __str__(self):
        return self.name


@pghistory.track()
class Delegation(models.Model):
    """Authority to decide under one scheme: from whom, to whom, how much, how long."""

    ROLES = [
        (roles.DECIDER, roles.DECIDER),
        (roles.APPEALS, roles.APPEALS),
    ]

    scheme = models.ForeignKey(
        Scheme,
        verbose_name="tilskuddsordning",
        on_delete=models.PROTECT,
        related_name="delegations",
    )
    from_body = models.ForeignKey(
        "areas.Body",
        verbose_name="fra",
        on_delete=models.PROTECT,
        related_name="delegations",
    )
    to_role = models.CharField("til rolle", max_length=40, choices=ROLES)
    to_user = models.ForeignKey(
        "accounts.User",
        verbose_name="bare til",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="delegations",
        help_text="Tomt: alle som har rollen.",
    )
    to_body = models.ForeignKey(
        "areas.Body",
        verbose_name="til organ",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="authorities",
        help_text="Når et organ (byråd, utvalg, panel) avgjør. Da fører én inn "
        "vedtaket fra protokollen, og en annen med rollen bekrefter det.",
    )
    to_title = models.CharField(
        "stilling",
        max_length=120,
        help_text="Slik den står i brevet, for eksempel «programleder».",
    )
    ceiling = models.DecimalField(
        "beløpsgrense", max_digits=12, decimal_places=2, help_text="Kroner per vedtak."
    )
    reference = models.CharField(
        "vedtak", max_length=120, help_text="Sak og dato for delegeringen."
    )
    valid_from = models.DateField("gjelder fra")
    valid_to = models.DateField("gjelder til og med", null=True, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "delegering"
        verbose_name_plural = "delegeringer"
        ordering = ["scheme", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="delegation_ceiling_is_positive",
                condition=Q(ceiling__gt=0),
                violation_error_message="Beløpsgrensen må være over null.",
            ),
            models.CheckConstraint(
                name="delegation_to_a_user_or_a_body",
                condition=Q(to_user=None) | Q(to_body=None),
                violation_error_message="Velg en person eller et organ, ikke begge.",
            ),
            models.CheckConstraint(
                name="delegation_ends_after_it_starts",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="Siste dag kan ikke være før første dag.",
            ),
        ]

    def __str__(self):
        return f"{self.to_title}, {self.reference}"


@pghistory.track()
class LegalTerm(models.Model):
    """A statutory period and the rule it comes from, in force between two dates."""

    class Kind(models.TextChoices):
        APPEAL = "appeal", "klagefrist"
        INTERIM_REPLY = "interim_reply", "foreløpig svar"

    class Unit(models.TextChoices):
        DAYS = "days", "dager"
        WEEKS = "weeks", "uker"
        MONTHS = "months", "måneder"

    kind = models.CharField("frist", max_length=20, choices=Kind)
    amount = models.PositiveSmallIntegerField("antall")
    unit = models.CharField("enhet", max_length=10, choices=Unit)
    source = models.CharField("kilde", max_length=200, help_text="Lov og paragraf.")
    valid_from = models.DateField("gjelder fra")
    valid_to = models.DateField("gjelder til og med", null=True, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "lovfrist"
        verbose_name_plural = "lovfrister"
        ordering = ["kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="legal_term_starts_once", fields=["kind", "valid_from"]
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.amount} {self.get_unit_display()}"


@pghistory.track()
class LetterText(models.Model):
    """A fixed passage of a letter in one language, with the rule it rests on."""

    class Kind(models.TextChoices):
        APPEAL = "appeal", "rett til å klage"
        ACCESS = "access", "rett til innsyn"
        REASONS = "reasons", "rett til begrunnelse"
        AWARD_TERMS = "award_terms", "vilkår for tilskuddet"

    LANGUAGES = [("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")]

    kind = models.CharField("tekst", max_length=20, choices=Kind)
    language = models.CharField("språk", max_length=2, choices=LANGUAGES)
    heading = models.CharField("overskrift", max_length=120)
    text = models.TextField(
        "tekst",
        help_text="{due_date} blir klagefristen, {appeal_body} klageinstansen.",
    )
    source = models.CharField("kilde", max_length=200, help_text="Lov og paragraf.")
    valid_from = models.DateField("gjelder fra")
    valid_to = models.DateField("gjelder til og med", null=True, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "brevtekst"
        verbose_name_plural = "brevtekster"
        ordering = ["kind", "language", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="letter_text_starts_once",
                fields=["kind", "language", "valid_from"],
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.language})"

    @classmethod
    def missing_on(cls, day):
        """The texts that are not in force on a day, as «rett til å klage (nb)»."""
        there = set(cls.objects.in_force(day).values_list("kind", "language"))
        return [
            f"{kind.label} ({language})"
            for kind in cls.Kind
            for language, _name in cls.LANGUAGES
            if (kind.value, language) not in there
        ]

    def clean(self):
        try:
            self.text.format(due_date="", appeal_body="")
        except (KeyError, IndexError, ValueError, AttributeError):
            raise ValidationError(
                {
                    "text": "Bare {due_date} og {appeal_body} kan stå i "
                    "krøllparenteser. Sjekk at hver parentes er lukket."
                }
            ) from None
