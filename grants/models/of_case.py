from django.db import models


class OfCaseQuerySet(models.QuerySet):
    """Rows that belong to one application, and are seen by those who see it."""

    def visible_to(self, user):
        cases = self.model._meta.get_field("application").related_model.objects
        return self.filter(application__in=cases.visible_to(user))
