import json
import logging

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import JsonResponse, QueryDict
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import ParkedPost, User
from omradesatsing.accounts.sessions import renew

refusals = logging.getLogger("omradesatsing.refused")

OWNER_FIELD = "_owner"
OWNER_SALT = "accounts.form-owner"
OWNER_SECONDS = 7 * 24 * 3600


def actor(get_response):
    """Give each request the Actor that verbs take, without touching the session."""

    def middleware(request):
        request.actor = SimpleLazyObject(lambda: Actor(request.user))
        return get_response(request)

    return middleware


def by_script(request):
    """Whether a page's script sends this, to save while somebody writes."""
    return "X-Autosave" in request.headers


def sign_owner(user):
    """The value of the hidden field that says whose form this is."""
    return signing.dumps(user.pk, salt=OWNER_SALT)


class LogInRequired(LoginRequiredMiddleware):
    """Log-in everywhere, and not a word lost when it ended while someone typed."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        # Django asks who it is first: a public page would differ by cookie then.
        if not getattr(view_func, "login_required", True):
            return None
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is None and request.user.is_authenticated:
            renew(request)
        return refused

    def handle_no_permission(self, request, view_func):
        if by_script(request):
            # Its page is open still, with the text in it and kept by the browser.
            return JsonResponse({"reason": "log-in"}, status=401)
        if request.method == "POST" and park(request):
            say_kept(request)
        # Employees have a password; everyone else gets a code.
        staff = request.path.startswith(reverse("admin:index"))
        address = reverse("account_login" if staff else settings.LOGIN_URL)
        # Back by GET to the form itself: the browser does not repeat the POST.
        return redirect_to_login(request.get_full_path(), address)


def form_owner(request):
    """The pk of the user to whom the posted form was shown, or None."""
    try:
        return signing.loads(
            request.POST.get(OWNER_FIELD, ""), salt=OWNER_SALT, max_age=OWNER_SECONDS
        )
    except signing.BadSignature:
        return None


def park(request):
    """Keep the posted fields for the form's signed owner. True when they are kept.

    Files are not kept. Nobody but the owner gets them back, so that it does not matter
    who sent them: this may be called where log-in or the CSRF token has failed.
    """
    owner_id = form_owner(request)
    if owner_id is None:
        return False
    fields = {
        # PostgreSQL's JSON has no place for NUL, and no one types it.
        key.replace("\0", ""): [value.replace("\0", "") for value in values]
        for key, values in request.POST.lists()
        if key not in {"csrfmiddlewaretoken", OWNER_FIELD}
    }
    kept = ParkedPost.objects.fresh(request.arrived_at).filter(owner=owner_id)
    if (
        len(json.dumps(fields)) > ParkedPost.MAX_BYTES
        or len(request.path) > ParkedPost._meta.get_field("path").max_length
        or kept.count() >= ParkedPost.MAX_KEPT
        or not User.objects.filter(pk=owner_id, is_active=True).exists()
    ):
        return False
    ParkedPost.objects.create(
        owner_id=owner_id,
        path=request.path,
        fields=fields,
        parked_at=request.arrived_at,
    )
    return True


def say_kept(request):
    """For the log-in page: what was typed is not lost."""
    text = _("Det du skrev, er tatt vare på. Logg inn, så får du det tilbake.")
    messages.info(request, text)


def parked_fields(request):
    """What this user lost at this address, as a QueryDict, or None. Changes nothing."""
    kept = ParkedPost.objects.kept_for(
        request.user, request.path, request.arrived_at
    ).first()
    if kept is None:
        return None
    data = QueryDict(mutable=True)
    for key, values in kept.fields.items():
        data.setlist(key, values)
    return data


def forget_parked(request):
    """Drop what was parked at this address, once it is saved for good."""
    ParkedPost.objects.filter(owner=request.user, path=request.path).delete()


def log_refusals(get_response):
    """Note in the log who asked for what is not theirs.

    Public pages are left alone: they ask nobody who they are.
    """

    def middleware(request):
        response = get_response(request)
        match = request.resolver_match
        if response.status_code in (403, 404) and match is not None:
            guarded = getattr(match.func, "login_required", True)
            if guarded and request.user.is_authenticated:
                refusals.warning(
                    "%s %s %s user=%s",
                    response.status_code,
                    request.method,
                    request.path,
                    request.user.pk,
                )
        return response

    return middleware
