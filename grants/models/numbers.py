from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count

from django.db import models
from django.db.models import F

# Above all that a year can hold, below what an address takes.
MADE_UP = 900_001
fictional = ContextVar("fictional", default=None)


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
        if fictional.get():
            return next(fictional.get())
        cls.objects.get_or_create(year=year)
        cls.objects.filter(year=year).update(last=F("last") + 1)
        return cls.objects.values_list("last", flat=True).get(year=year)

    @classmethod
    @contextmanager
    def made_up(cls):
        """Numbers that no real case gets, for as long as it lasts: nobody waits for it.

        For what is undone before it ends. Two at a time take the same numbers, and so
        the second waits until the first is undone.
        """
        token = fictional.set(count(MADE_UP))
        try:
            yield
        finally:
            fictional.reset(token)
