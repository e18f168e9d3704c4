from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from omradesatsing.notices.tasks import send_plain_email


class AccountAdapter(DefaultAccountAdapter):
    """allauth in our words, with our worker, behind our proxy."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Kontoen er stengt. Ta kontakt med oss."),
        "email_password_mismatch": _("E-postadressen eller passordet er feil."),
        "enter_current_password": _("Skriv passordet du har nå."),
        "incorrect_code": _(
            "Koden er feil. Se etter i e-posten, eller be om en ny kode."
        ),
        "incorrect_password": _("Passordet er feil."),
        "invalid_password_reset": _(
            "Lenken virker ikke lenger. Be om en ny fra «Glemt passord»."
        ),
        "rate_limited": _("Det ble for mange forsøk. Vent litt, og prøv igjen."),
        "too_many_login_attempts": _(
            "Det ble for mange forsøk. Vent et kvarter, og prøv igjen."
        ),
    }

    @transaction.atomic
    def send_mail(self, template_prefix, email, context):
        """Leave it to the worker, so that a slow mail server stops no page."""
        facts = {
            "email": email,
            "portal_name": settings.PORTAL_NAME,
            "contact_email": settings.CONTACT_EMAIL,
            "contact_phone": settings.CONTACT_PHONE,
        }
        message = self.render_mail(template_prefix, email, facts | context)
        for recipient in message.to:
            send_plain_email.defer(
                to=recipient, subject=message.subject, body=message.body
            )

    def is_open_for_signup(self, request):
        # The first code that is used makes the account; there is no other form.
        return False

    def is_ajax(self, request):
        # Pages only: no second set of answers to keep alike.
        return False

    def get_reset_password_from_key_url(self, key):
        # Our own address, whatever host the request named.
        parts = {"uidb36": "UID", "key": "KEY"}
        path = reverse("account_reset_password_from_key", kwargs=parts)
        return settings.SITE_URL + path.replace("UID-KEY", key)

    def get_client_ip(self, request):
        """Whom the limits count: told by our own proxy, else the connection's end."""
        address = request.META.get("REMOTE_ADDR", "")
        if address and address not in settings.TRUSTED_PROXIES:
            return address
        hops = request.headers.get("X-Forwarded-For", "").split(",")
        told = [hop.strip() for hop in hops if hop.strip()]
        strangers = [hop for hop in told if hop not in settings.TRUSTED_PROXIES]
        return strangers[-1] if strangers else address or "local"

    def get_login_redirect_url(self, request):
        """Staff begin at their own tasks, others at Min side."""
        if request.user.is_staff:
            return reverse("admin:index")
        return super().get_login_redirect_url(request)
