from django.db import models
from django.db.models import F


class NumberSeries(models.Model):
    """The last case number given in a year. Locked for each new one: no gaps."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "nummerserie"
        verbose_name_plural = "nummerserier"

    def __str__(self):
        return f"{self.year}: {self.last}"

    @classmethod
    def next(cls, year):
        """The next number of the year; call it in the transaction that uses it."""
        cls.objects.get_or_create(year=year)
        cls.objects.filter(year=year).update(last=F("last") + 1)
        return cls.objects.values_list("last", flat=True).get(year=year)
