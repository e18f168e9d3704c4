"""Sessions that end after a time without use, and with the browser."""

from time import time

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils.crypto import salted_hmac

RENEWED_AT = "renewed_at"
# Not every request is worth a row written.
RENEWED_AFTER = 60


class SessionStore(db.SessionStore):
    """Django's, but a time of one's own does not outlive the browser window."""

    def get_expire_at_browser_close(self):
        return settings.SESSION_EXPIRE_AT_BROWSER_CLOSE

    def save(self, must_create=False):
        if SESSION_KEY in self and RENEWED_AT not in self:
            # Just logged in. Who it is, and how long they have, the next use tells.
            self[RENEWED_AT] = int(time())
            self.set_expiry(settings.SESSION_IDLE_SECONDS)
        super().save(must_create)


def idle_seconds(user):
    """How long this user may be away before the log-in ends."""
    if user.is_staff:
        return settings.SESSION_IDLE_STAFF_SECONDS
    return settings.SESSION_IDLE_SECONDS


def renew(request, *, at_once=False):
    """Count from now again: somebody is here."""
    now = int(request.arrived_at.timestamp())
    if at_once or now - request.session.get(RENEWED_AT, 0) >= RENEWED_AFTER:
        request.session[RENEWED_AT] = now
        request.session.set_expiry(idle_seconds(request.user))


def seconds_left(request):
    """Until the log-in ends, by the server's clock; 0 for those not logged in."""
    if not request.user.is_authenticated:
        return 0
    session = request.session
    ends_at = session.get(RENEWED_AT, 0) + session.get_expiry_age()
    return max(0, round(ends_at - request.arrived_at.timestamp()))


def pseudonym(user):
    """Tells one user of a browser from the next, and says nothing of either."""
    return salted_hmac(
        "accounts.pseudonym", str(user.pk), algorithm="sha256"
    ).hexdigest()[:16]


def end_all(user, *, now):
    """Log a user out everywhere, at once. Sessions do not say whose they are."""
    for session in Session.objects.filter(expire_date__gt=now).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
