"""What every request passes through, before any app sees it."""

from datetime import UTC, datetime

from django.conf import settings
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_cache_control


def arrival(get_response):
    """Note when the request arrived: deadlines are judged by that instant.

    nginx stamps `X-Request-Start: t=<seconds>` before the request waits for a worker;
    the stamp counts only when it comes through a trusted proxy and is not in the
    future. Otherwise the clock is read here, in the first middleware.
    """

    def middleware(request):
        request.arrived_at = now = datetime.now(UTC)
        stamp = request.headers.get("X-Request-Start", "").removeprefix("t=")
        if stamp and request.META.get("REMOTE_ADDR") in settings.TRUSTED_PROXIES:
            try:
                stamped = datetime.fromtimestamp(float(stamp), UTC)
            except (ValueError, OverflowError, OSError):
                stamped = now
            # A request waits at most a few minutes; an older stamp is not believed.
            if 0 <= (now - stamped).total_seconds() <= 300:
                request.arrived_at = stamped
        return get_response(request)

    return middleware


def private_by_default(get_response):
    """A page that does not say that it is public is kept by nobody."""

    def middleware(request):
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class PublicGZipMiddleware(GZipMiddleware):
    """Compress public pages only.

    They hold no secret that a compressed length could give away, so they need no
    random padding and keep one ETag.
    """

    max_random_bytes = 0

    def process_response(self, request, response):
        if "public" not in response.headers.get("Cache-Control", ""):
            return response
        return super().process_response(request, response)
