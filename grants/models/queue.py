"""What staff keep of their way through the queue."""

from django.conf import settings
from django.db import models

from omradesatsing.accounts.refusals import Refused


class SavedFilter(models.Model):
    """A choice of cases in the queue that one member of staff has given a name.

    The query is what stands in the address after `?`. It is run anew each time, in the
    scope that its owner then has; it opens nothing by itself.
    """

    # More than so many nobody finds their way in.
    MOST = 20
    LONGEST = 500

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField("navn", max_length=60)
    query = models.CharField("avgrensning", max_length=LONGEST, blank=True)

    class Meta:
        verbose_name = "lagret filter"
        verbose_name_plural = "lagrede filtre"
        ordering = ["user", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="saved_filter_name_is_own", fields=["user", "name"]
            ),
        ]

    def __str__(self):
        return self.name

    @classmethod
    def keep(cls, *, user, name, query):
        """Give a choice a name. The same name again changes what it stands for."""
        mine = cls.objects.filter(user=user)
        if mine.count() >= cls.MOST and not mine.filter(name=name).exists():
            raise Refused(f"Du kan ha {cls.MOST} lagrede filtre. Slett ett først.")
        kept, _new = cls.objects.update_or_create(
            user=user, name=name, defaults={"query": query}
        )
        return kept

    def rename(self, name):
        others = SavedFilter.objects.filter(user=self.user_id, name=name)
        if others.exclude(pk=self.pk).exists():
            raise Refused("Du har alt et filter med dette navnet.")
        self.name = name
        self.save(update_fields=["name"])
