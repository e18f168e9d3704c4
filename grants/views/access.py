"""Asking to see documents: for anyone, with no log-in and no name."""

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.models import AccessRequest, PublicRecord
from grants.public_journal import CODE
from omradesatsing.accounts.actors import Actor

SALT = "grants.access"
MOST = 20


class AccessForm(forms.Form):
    """What someone wants to see, and how they want the answer. Nothing else."""

    entries = forms.CharField(
        label=gettext_lazy("Nummer i postjournalen"),
        help_text=gettext_lazy(
            "For eksempel 2026/000123-4. Flere: sett komma mellom. Vet du ikke "
            "nummeret, beskriver du det under."
        ),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    wanted = forms.CharField(
        label=gettext_lazy("Hva vil du se?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    name = forms.CharField(
        label=gettext_lazy("Navn"),
        help_text=gettext_lazy("Du trenger ikke å si hvem du er."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-post"),
        help_text=gettext_lazy(
            "Da får du beskjed når svaret er klart. Uten e-post får du en lenke som du "
            "tar vare på."
        ),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "invalid": gettext_lazy("Skriv e-postadressen slik: navn@eksempel.no")
        },
    )
    # When the form was shown, so that we can see what no person could have typed.
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_entries(self):
        return [
            entry_of(code.strip())
            for code in self.cleaned_data["entries"].split(",")[:MOST]
            if code.strip()
        ]

    def clean(self):
        data = super().clean()
        if not self.errors and not data["entries"] and not data["wanted"].strip():
            self.add_error("wanted", _("Skriv hva du vil se, eller et nummer."))
        return data


def entry_of(code):
    """The entry with that number in the journal."""
    parts = CODE.fullmatch(code)
    number = parts and parts.group(3)
    entry = (
        number
        and PublicRecord.objects.numbered(
            *(int(part) for part in parts.groups())
        ).first()
    )
    if not entry:
        raise forms.ValidationError(
            _("Vi fant ikke «%(code)s» i postjournalen. Sjekk nummeret.")
            % {"code": code}
        )
    return entry


def was_filled_in_oddly(request, form):
    """Whether a machine most likely filled it in. Nobody is turned away for it."""
    try:
        shown = float(signing.loads(form.cleaned_data["shown"], salt=SALT))
    except (signing.BadSignature, ValueError):
        return True
    fast = request.arrived_at.timestamp() - shown < AccessRequest.FASTEST
    return fast or bool(request.POST.get("nettside"))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def access_ask(request):
    shown = signing.dumps(str(request.arrived_at.timestamp()), salt=SALT)
    form = AccessForm(
        request.POST if request.method == "POST" else None,
        initial={"entries": request.GET.get("post", "")[:40], "shown": shown},
    )
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        asked = AccessRequest.ask(
            records=facts["entries"],
            wanted=facts["wanted"],
            name=facts["name"],
            email=facts["email"],
            language=get_language(),
            is_odd=was_filled_in_oddly(request, form),
            # Whoever is logged in is not asked who they are here.
            by=Actor.system(),
            now=request.arrived_at,
        )
        return redirect(asked)
    trail = [
        (_("Postjournal"), reverse("grants:journal")),
        (_("Be om innsyn"), ""),
    ]
    return render(request, "grants/access_ask.html", {"form": form, "trail": trail})


def asked_for(request, key):
    """The request with that secret address; a party's only for a party in the case."""
    asked = get_object_or_404(
        AccessRequest.objects.select_related("party_case"), key=key
    )
    case = asked.party_case
    if case and not (request.user.is_authenticated and case.has_member(request.user)):
        raise Http404
    return asked


@login_not_required
@require_safe
def access_detail(request, key):
    """The asker's own page: that we have it, and later the answer."""
    asked = asked_for(request, key)
    trail = [(_("Be om innsyn"), reverse("grants:access_ask")), (_("Svaret"), "")]
    context = {
        "asked": asked,
        "files": asked.files.select_related("file"),
        "link": f"{settings.SITE_URL}{asked.get_absolute_url()}",
        "trail": trail,
    }
    response = render(request, "grants/access_detail.html", context)
    # The address is the key: it is told to nobody.
    response["Referrer-Policy"] = "no-referrer"
    return response


@login_not_required
@require_safe
def access_file(request, key, pk):
    """A file that was given out with the answer."""
    files = asked_for(request, key).files.select_related("file")
    return get_object_or_404(files, pk=pk).file.response()
