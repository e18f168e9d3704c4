"""allauth's forms in our words. How they are laid out is the templates' business."""

from allauth.account import forms
from django.forms import CharField, EmailField, EmailInput, PasswordInput, TextInput
from django.utils.translation import gettext_lazy as _

from omradesatsing.accounts.models import User


def email_field():
    return EmailField(
        label=_("E-postadressen din"),
        max_length=User._meta.get_field("email").max_length,
        widget=EmailInput(attrs={"autocomplete": "email"}),
    )


def password_field(label, autocomplete, **options):
    return CharField(
        label=label,
        strip=False,
        max_length=128,
        widget=PasswordInput(attrs={"autocomplete": autocomplete}),
        **options,
    )


class RequestCodeForm(forms.RequestLoginCodeForm):
    """Asks where the one-time code goes. An unknown address gets an account.

    The account is empty until its code is used; the worker removes those that never
    were. Employees use a password, and get no code.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"] = email_field()
        self.fields["email"].help_text = _(
            "Vi sender deg en kode som du bruker én gang."
        )

    def clean_email(self):
        # Counts against the limits, of the address and of the sender.
        email = super().clean_email().strip().lower()
        # Whoever it is, the page answers the same.
        self._user = User.objects.for_code(email)
        return email


class ConfirmCodeForm(forms.ConfirmLoginCodeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = CharField(
            label=_("Koden fra e-posten"),
            max_length=20,
            widget=TextInput(
                attrs={
                    "autocomplete": "one-time-code",
                    "autocapitalize": "characters",
                    "spellcheck": "false",
                }
            ),
        )


class PasswordLogInForm(forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = email_field()
        self.fields["password"] = password_field(_("Passord"), "current-password")


class ForgottenPasswordForm(forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"] = email_field()

    def clean_email(self):
        email = super().clean_email().strip().lower()
        # Others log in with a code and need no password.
        self.users = list(User.objects.with_password().filter(email=email))
        return email


class NewPasswordForm(forms.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"] = new_password_field()
        self.fields["password2"] = again_field()


class ChangePasswordForm(forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"] = password_field(
            _("Passordet du har nå"), "current-password"
        )
        self.fields["password1"] = new_password_field()
        self.fields["password2"] = again_field()


def new_password_field():
    return password_field(
        _("Nytt passord"),
        "new-password",
        help_text=_("Minst 12 tegn. Flere ord etter hverandre er lett å huske."),
    )


def again_field():
    return password_field(_("Nytt passord en gang til"), "new-password")
