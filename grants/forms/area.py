from django import forms
from django.utils.translation import gettext_lazy as _


class AreaForm(forms.Form):
    """Where a draft's project is. `areas` are those that the round gives money to."""

    area = forms.ChoiceField(
        label=_("Hvor skal det skje?"),
        help_text=_("Pengene kommer fra rammen til dette området."),
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hvilket område prosjektet gjelder.")},
    )
    others = forms.MultipleChoiceField(
        label=_("Gjelder prosjektet andre områder også?"),
        help_text=_(
            "Da får koordinatorene der lese søknaden og si hva de mener. Det endrer "
            "ikke hvor mye dere kan få."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, areas, application, **kwargs):
        super().__init__(*args, **kwargs)
        self.areas = {str(area.pk): area for area in areas}
        choices = [(pk, area.name) for pk, area in self.areas.items()]
        self.fields["area"].choices = choices
        self.fields["area"].initial = str(application.area_id)
        if len(choices) > 1:
            self.fields["others"].choices = choices
            self.fields["others"].initial = [
                str(area.pk) for area in application.other_areas.all()
            ]
        else:
            del self.fields["others"]

    def chosen(self):
        data = self.cleaned_data
        return {
            "area": self.areas[data["area"]],
            "others": [self.areas[pk] for pk in data.get("others", [])],
        }
