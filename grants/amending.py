"""Changing an application that is sent, until the closing."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from grants.drafting import Writing


@dataclass
class Amending(Writing):
    """Where a case is changed: the steps of a draft, at the case's own addresses."""

    now: datetime

    @classmethod
    def of_case(cls, application, now):
        case = [application.year, application.sequence]
        return cls(
            application=application,
            steps=Writing.of_draft(application).steps,
            overview_url=reverse("grants:application_amend", args=case),
            review_url=reverse("grants:amend_review", args=case),
            now=now,
        )

    def held_copy(self, step, *, by):
        return self.application.amend(by=by, now=self.now)

    def step_url(self, step):
        return self._url("amend_step", step)

    def remove_url(self, attachment):
        return self._url("amend_attachment_remove", attachment.pk)

    def download_url(self, attachment):
        return self._url("attachment", attachment.pk)

    def _url(self, name, *args):
        case = [self.application.year, self.application.sequence]
        return reverse(f"grants:{name}", args=[*case, *args])
