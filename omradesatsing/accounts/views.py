"""allauth's views where theirs would lead somebody astray, and what script asks."""

from base64 import b64encode

from allauth.account import views
from allauth.account.internal.stagekit import clear_login
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods, require_safe

from omradesatsing.accounts.sessions import pseudonym, renew, seconds_left


class NewLogIn:
    """Starts over when a log-in was left half done.

    allauth would send the visitor back to the code page: with a mistyped address, or
    as an employee who needs the password, there would be no way out of it.
    """

    def _redirect_to_pending_stage(self, request, stage):
        clear_login(request)


class RequestCode(NewLogIn, views.RequestLoginCodeView):
    pass


class PasswordLogIn(NewLogIn, views.LoginView):
    pass


request_code = RequestCode.as_view()
password_log_in = PasswordLogIn.as_view()


def password_change(request):
    if not request.user.has_usable_password():
        return redirect("account_reset_password")
    return views.password_change(request)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def session_state(request):
    """How long the log-in lasts, for the page's script; POST extends it.

    To ask is no use of the portal: only POST counts as such. The token is for a page
    that was opened before its user logged in anew.
    """
    if request.method == "POST" and request.user.is_authenticated:
        renew(request, at_once=True)
    state = {"left": seconds_left(request), "who": "", "token": ""}
    if request.user.is_authenticated:
        state |= {"who": pseudonym(request.user), "token": get_token(request)}
    return JsonResponse(state)


@require_safe
def browser_key(request):
    """The key to what this user's browser keeps of unsaved text; it is on no page.

    Derived, so that nothing need be stored: the same for this user as long as the
    portal's secret is, and of no use for anyone else's text.
    """
    user = request.user
    own = f"{user.pk} {user.date_joined.isoformat()}"
    key = salted_hmac("accounts.browser-key", own, algorithm="sha256").digest()
    return JsonResponse({"key": b64encode(key).decode(), "who": pseudonym(user)})
