"""allauth's views where theirs would lead somebody astray."""

from allauth.account import views
from allauth.account.internal.stagekit import clear_login
from django.shortcuts import redirect


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
