"""allauth's views at our addresses. Names are allauth's own: it reverses them."""

from allauth.account import views
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path
from django.views.generic import RedirectView

from omradesatsing.accounts.views import (
    browser_key,
    password_change,
    password_log_in,
    request_code,
    session_state,
)

urlpatterns = [
    path("logg-inn/", request_code, name="account_request_login_code"),
    path("logg-inn/kode/", views.confirm_login_code, name="account_confirm_login_code"),
    path("logg-inn/passord/", password_log_in, name="account_login"),
    path("logg-inn/stengt/", views.account_inactive, name="account_inactive"),
    # For those who are out already too: another tab may have been first.
    path("logg-ut/", login_not_required(views.logout), name="account_logout"),
    path(
        "ny-bruker/",
        login_not_required(
            RedirectView.as_view(
                pattern_name="account_request_login_code", query_string=True
            )
        ),
        name="account_signup",
    ),
    path("glemt-passord/", views.password_reset, name="account_reset_password"),
    path(
        "glemt-passord/sendt/",
        views.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^glemt-passord/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "glemt-passord/ferdig/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("passord/", password_change, name="account_change_password"),
    # Asked by script; the names are ours.
    path("min-side/okt/", session_state, name="session_state"),
    path("min-side/nokkel/", browser_key, name="browser_key"),
]
