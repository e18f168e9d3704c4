"""Who does something, and on whose behalf."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Actor:
    """A user, alone or on behalf of someone (an applicant); or the portal itself.

    Every verb takes one as `by`. `user` is None only for the portal's own jobs.
    """

    user: Any
    on_behalf_of: Any = None

    @classmethod
    def system(cls):
        return cls(user=None)
