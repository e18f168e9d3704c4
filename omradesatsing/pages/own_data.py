"""What the portal holds on the one who is logged in, and how to have it deleted."""

from django import forms
from django.contrib.auth import logout
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from grants import own_data as grants_data
from grants.inbox import inbox_of
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


def sections_on(user):
    """[(heading, why, [line])]: the account first, then what each app holds."""
    account = [
        user.email,
        user.name or _("Ikke noe navn"),
        user.phone or _("Ikke noe telefonnummer"),
        user.get_language_display(),
    ]
    return [
        (_("Brukeren din"), _("Så du kan logge inn, og vi kan nå deg."), account),
        (
            _("Varsler"),
            _("Det portalen har fortalt deg. De blir slettet sammen med brukeren."),
            [notice.subject for notice in inbox_of(user).order_by("pk")[:200]],
        ),
        *grants_data.held_on(user),
    ]


@require_safe
def own_data(request):
    context = {
        "sections": sections_on(request.user),
        "trail": [
            (_("Min side"), reverse("pages:my_page")),
            (_("Dette har vi om deg"), ""),
        ],
    }
    return render(request, "pages/own_data.html", context)


@require_safe
def own_data_file(request):
    """The same as the page, for machines."""
    response = JsonResponse(
        {
            "sections": [
                {"heading": heading, "why": why, "lines": lines}
                for heading, why, lines in sections_on(request.user)
            ]
        },
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    response["Content-Disposition"] = 'attachment; filename="om-meg.json"'
    return response


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label=gettext_lazy("Ja, slett brukeren min"),
        error_messages={"required": gettext_lazy("Kryss av hvis du er sikker.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request):
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_user(request.user, now=request.arrived_at)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            logout(request)
            return redirect("pages:home")
    context = {
        "form": form,
        "hindered": hindrances(request.user),
        "trail": [
            (_("Min side"), reverse("pages:my_page")),
            (_("Dette har vi om deg"), reverse("pages:own_data")),
            (_("Slett brukeren"), ""),
        ],
    }
    return render(request, "pages/erase.html", context)


def hindrances(user):
    if user.is_staff:
        return [
            _("Du er ansatt. Lederen din ber administratoren om å stenge brukeren.")
        ]
    return grants_data.what_hinders(user)


@transaction.atomic
def erase_user(user, *, now):
    """Delete what may go and anonymise the account; both or neither."""
    if user.is_staff:
        raise Refused(" ".join(hindrances(user)))
    grants_data.erase(user, now=now)
    Notice.objects.filter(recipient=user).delete()
    user.anonymise(now=now)
    JournalEntry.record("user_erased", about=user, by=Actor(user))
