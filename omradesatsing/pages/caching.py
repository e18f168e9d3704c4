"""How public pages may be kept by browsers and proxies."""

from django.contrib.auth.decorators import login_not_required
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


def public_page(view):
    """A page for everyone: no log-in, no form that posts, kept for a minute.

    It must not touch `request.user`, the session, messages or the CSRF token: the
    same bytes go to all. ConditionalGetMiddleware adds the ETag.
    """
    return login_not_required(
        require_safe(cache_control(public=True, max_age=60)(view))
    )
