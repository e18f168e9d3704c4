"""Following a round, asking about it, and the way in for one who has only an idea."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from areas.models import Area
from coordinators.contacts import contacts_for
from grants.awards import listed
from grants.models import Award, RoundFollower, RoundInquiry
from grants.rounds import current_rounds, stage
from grants.views.rounds import public_round
from omradesatsing.accounts.refusals import Refused
from omradesatsing.pages.caching import public_page
from omradesatsing.ui.templatetags.ui import in_lang

MOST_EXAMPLES = 3


@public_page
def idea(request):
    """«Har du en idé?»: who to talk to where you live, and what others have done."""
    now = request.arrived_at
    day = timezone.localdate(now)
    areas = list(Area.objects.public(now).active_on(day).order_by("name_key"))
    contacts = contacts_for(areas, day=day, now=now)
    context = {
        "areas": [(area, contacts[area.pk]) for area in areas],
        "examples": listed(Award.objects.public(now))[:MOST_EXAMPLES],
        "rounds": [round for round in current_rounds(now) if round.stage == "open"],
        "trail": [
            (_("Tilskudd"), reverse("grants:round_list")),
            (_("Har du en idé?"), ""),
        ],
    }
    return render(request, "grants/idea.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def round_follow(request, slug):
    """Be told when the round opens, is extended, or is about to close; or no more."""
    round = public_round(request, slug)
    following = RoundFollower.objects.filter(round=round, user=request.user)
    if request.method == "POST":
        if "stop" in request.POST:
            RoundFollower.unfollow(round, by=request.actor)
            messages.success(request, _("Du følger ikke utlysningen lenger."))
        else:
            RoundFollower.follow(round, by=request.actor, now=request.arrived_at)
            messages.success(request, _("Nå følger du utlysningen."))
        return redirect("grants:round_follow", slug=round.slug)
    context = {
        "round": round,
        "stage": stage(round, request.arrived_at),
        "following": following.exists(),
        "trail": [
            (_("Tilskudd"), reverse("grants:round_list")),
            (in_lang(round.title), round.get_absolute_url()),
            (_("Følg utlysningen"), ""),
        ],
    }
    return render(request, "grants/round_follow.html", context)


class InquiryForm(forms.ModelForm):
    class Meta:
        model = RoundInquiry
        fields = ["text", "interpreter_language"]
        widgets = {"text": forms.Textarea(attrs={"rows": 6})}
        labels = {
            "text": gettext_lazy("Hva lurer du på?"),
            "interpreter_language": gettext_lazy("Trenger du tolk? Skriv språket."),
        }
        help_texts = {
            "text": gettext_lazy(
                "Svaret kan bli vist til alle, uten navnet ditt. Ikke skriv om helse "
                "eller om andre personer."
            ),
            "interpreter_language": gettext_lazy(
                "Da ringer vi deg med tolk, eller avtaler et møte. Det er gratis. For "
                "eksempel «polsk»."
            ),
        }
        error_messages = {"text": {"required": gettext_lazy("Skriv hva du lurer på.")}}


@require_http_methods(["GET", "HEAD", "POST"])
def round_ask(request, slug):
    round = public_round(request, slug)
    form = InquiryForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            RoundInquiry.ask(
                round=round,
                by=request.actor,
                now=request.arrived_at,
                **form.cleaned_data,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request,
                _("Takk, vi har fått spørsmålet. Svaret kommer på Min side."),
            )
            return redirect("pages:my_page")
    own = RoundInquiry.objects.filter(round=round, asked_by=request.user)
    context = {
        "round": round,
        "form": form,
        "own": own,
        "trail": [
            (_("Tilskudd"), reverse("grants:round_list")),
            (in_lang(round.title), round.get_absolute_url()),
            (_("Still et spørsmål"), ""),
        ],
    }
    return render(request, "grants/round_ask.html", context)
