from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext as _

from areas.dates import Precision, day_field, precision_field
from omradesatsing.ui.templatetags.ui import partial_date


class PublishedQuerySet(models.QuerySet):
    """Rows with `published_at`; null is a draft."""

    def public(self, now):
        return self.filter(published_at__lte=now)


class Fact(models.Model):
    """What every fact carries: where it was read, when it held, what is uncertain."""

    source_url = models.URLField("kilde", max_length=500, blank=True)
    more_sources = models.TextField(
        "flere kilder", blank=True, help_text="Én adresse per linje."
    )
    as_of = day_field("gjaldt", help_text="Datoen da opplysningen var riktig.")
    as_of_precision = precision_field("gjaldt")
    derived = ArrayField(
        models.CharField(max_length=40),
        verbose_name="utledet",
        default=list,
        blank=True,
        help_text="Felter som er sluttet av flere kilder. De vises med «utledet».",
    )
    unchecked = ArrayField(
        models.CharField(max_length=40),
        verbose_name="må kontrolleres",
        default=list,
        blank=True,
        help_text="Felter som ikke vises før noen har kontrollert dem.",
    )
    note = models.TextField(
        "merknad", blank=True, help_text="For redaktører. Vises aldri for innbyggere."
    )

    class Meta:
        abstract = True

    @property
    def public_source(self):
        """The address of the source, unless it must not be linked to yet."""
        return "" if "source_url" in self.unchecked else self.source_url

    @property
    def source_name(self):
        """The site of the source, «bergen.kommune.no»; empty without a public one."""
        return urlsplit(self.public_source).netloc.removeprefix("www.")

    @property
    def as_of_text(self):
        """«desember 2022», or empty when the source has no date."""
        return partial_date(self.as_of, self.as_of_precision) if self.as_of else ""

    def status_text(self, status):
        """«Status i desember 2022: pågår»: a status is only as new as its source."""
        if not self.as_of:
            return _("Status: %(status)s (kilden har ingen dato)") % {"status": status}
        words = {"date": self.as_of_text, "status": status}
        if self.as_of_precision == Precision.DAY:
            return _("Status %(date)s: %(status)s") % words
        return _("Status i %(date)s: %(status)s") % words
