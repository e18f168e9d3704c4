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


class AnswerForm(forms.Form):
    """The answer to what the caseworker asked for."""

    answer = forms.CharField(
        label=_("Svaret ditt"),
        help_text=_(
            "Skriv hva du har endret eller lagt ved, eller svar på spørsmålet."
        ),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
