"""What is kept once about an applicant: where letters go, and which account."""

from django import forms
from django.utils.translation import gettext_lazy as _

from grants import numbers
from grants.models import Applicant
from omradesatsing.ui.fields import PostalCodeField


class NumberField(forms.CharField):
    """Digits that `read` understands. A national identity number is never shown again.

    What was typed wrongly is otherwise left for its writer to correct.
    """

    def __init__(self, *, read, **kwargs):
        attrs = {"inputmode": "numeric", "autocomplete": "off", "data-width": "sm"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)
        self.read = read

    def to_python(self, value):
        text = super().to_python(value)
        return self.read(text) if text else self.empty_value

    def bound_data(self, data, initial):
        if data and numbers.may_be_birth_number(data) and not self._is_readable(data):
            return ""
        return super().bound_data(data, initial)

    def _is_readable(self, data):
        try:
            return bool(self.read(data))
        except forms.ValidationError:
            return False


class OrgnrField(NumberField):
    def __init__(self, **kwargs):
        super().__init__(read=numbers.orgnr, **kwargs)


class AccountNumberField(NumberField):
    """A bank account, shown as «1234 56 78903»."""

    def __init__(self, **kwargs):
        super().__init__(read=numbers.account_number, **kwargs)

    def prepare_value(self, value):
        if isinstance(value, str) and len(value) == 11 and value.isdecimal():
            return f"{value[:4]} {value[4:6]} {value[6:]}"
        return value


class ApplicantFactsForm(forms.ModelForm):
    """Address and account, asked once and used in every case of the applicant.

    Nothing is needed to apply. The address of an organisation that has not given one
    is filled in with the register's. `keep` stores what was changed.
    """

    address = forms.CharField(
        label=_("Adresse"),
        help_text=_("Gate og nummer, eller postboks."),
        max_length=Applicant._meta.get_field("address").max_length,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    postal_code = PostalCodeField(label=_("Postnummer"), required=False)
    city = forms.CharField(
        label=_("Poststed"),
        max_length=Applicant._meta.get_field("city").max_length,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "address-level2", "data-width": "md"}
        ),
    )
    account_number = AccountNumberField(
        label=_("Kontonummer"),
        help_text=_(
            "Elleve siffer. Kontoen må tilhøre den som søker. Kan vente til dere får "
            "tilskudd."
        ),
        required=False,
    )

    WHY = {
        "address": _("Brev som må gå i posten, sender vi hit."),
        "account_number": _("Får dere tilskudd, betaler vi det ut hit."),
    }

    class Meta:
        model = Applicant
        fields = ["address", "postal_code", "city", "account_number"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, why in self.WHY.items():
            self.fields[name].why = why
        applicant = self.instance
        place = ["address", "postal_code", "city"]
        if applicant.organisation and not any(
            getattr(applicant, name) for name in place
        ):
            for name in place:
                self.initial[name] = getattr(applicant.organisation, name)

    def keep(self, *, by, now):
        """Store what was typed, once it is valid; gives the names of what changed."""
        return self.instance.keep_facts(by=by, now=now, **self.cleaned_data)
