from django import forms
from django.utils.translation import gettext_lazy as _


class ReviewForm(forms.Form):
    """The last page before an application is sent."""

    declared = forms.BooleanField(
        label=_("Jeg bekrefter dette"),
        error_messages={
            "required": _("Kryss av for at du bekrefter, før du sender søknaden.")
        },
    )


class LateForm(ReviewForm):
    """The same after the closing: with why it is late."""

    reason = forms.CharField(
        label=_("Hvorfor sender du etter fristen?"),
        help_text=_(
            "Vi bruker svaret når vi avgjør om søknaden kan bli vurdert. Skriv kort "
            "hva som hindret deg."
        ),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Skriv hvorfor søknaden kommer etter fristen.")},
    )
    field_order = ["reason", "declared"]
