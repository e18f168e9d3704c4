"""«Kjenner du deg ikke igjen?»: the form, the sender's own page, and the answer."""

import hashlib

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from areas.models import Zone
from areas.wording import no_labels
from coordinators.models import PlaceComment
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused

SALT = "coordinators.comment"
# From one address in an hour; more is no person who knows a place.
MOST_AN_HOUR = 5


class CommentForm(forms.Form):
    """What does not fit, and how to get the answer. Nothing else is asked."""

    text = forms.CharField(
        label=gettext_lazy("Hva stemmer ikke?"),
        help_text=gettext_lazy(
            "Skriv om stedet eller tallene. Ikke skriv navn eller annet om "
            "enkeltpersoner."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
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


def is_odd(request, form):
    """Whether a machine most likely filled it in. Nobody is turned away for it."""
    try:
        shown = float(signing.loads(form.cleaned_data["shown"], salt=SALT))
    except (signing.BadSignature, ValueError):
        return True
    fast = request.arrived_at.timestamp() - shown < PlaceComment.FASTEST
    return fast or bool(request.POST.get("nettside"))


def too_many(request):
    """Counts one more from this address; whether that is more than a person sends."""
    address = get_adapter().get_client_ip(request)
    digest = hashlib.sha256(address.encode()).hexdigest()[:32]
    key = f"comment:{digest}"
    cache.add(key, 0, 60 * 60)
    try:
        return cache.incr(key) > MOST_AN_HOUR
    except ValueError:  # forgotten in the meantime
        return False


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def comment_send(request, slug):
    """The form, at an address of its own: the zone's page is the same for everyone."""
    zones = Zone.objects.filter(slug=slug, division__is_practice=False)
    zone = zones.order_by("-division__is_default", "-division__first_edition").first()
    zone = zone or get_object_or_404(Zone, slug=slug)
    shown = signing.dumps(str(request.arrived_at.timestamp()), salt=SALT)
    posted = request.POST if request.method == "POST" else None
    form = CommentForm(posted, initial={"shown": shown})
    if posted is not None and form.is_valid():
        if too_many(request):
            form.add_error(
                None, _("Du har sendt mange på kort tid. Vent en time og prøv igjen.")
            )
        else:
            comment = PlaceComment.send(
                zone,
                text=form.cleaned_data["text"],
                email=form.cleaned_data["email"],
                language=get_language(),
                is_odd=is_odd(request, form),
                # Whoever is logged in is not asked who they are here.
                by=Actor.system(),
                now=request.arrived_at,
            )
            return redirect(comment)
    trail = [
        (_("Soner"), reverse("pages:zone_list")),
        (zone.name, zone.get_absolute_url()),
        (_("Kjenner du deg ikke igjen?"), ""),
    ]
    context = {"form": form, "zone": zone, "trail": trail}
    return render(request, "coordinators/comment_send.html", context)


@login_not_required
@require_safe
def comment_detail(request, key):
    """What was sent, and the answer, for whoever has the link."""
    comment = get_object_or_404(
        PlaceComment.objects.select_related("zone__division"), key=key
    )
    link = request.build_absolute_uri(comment.get_absolute_url())
    trail = [(comment.zone.name, comment.zone.get_absolute_url()), (_("Svar"), "")]
    context = {"comment": comment, "link": link, "trail": trail}
    return render(request, "coordinators/comment_detail.html", context)


# --- staff ---------------------------------------------------------------------------


def comment_urls(guard):
    """Addresses in the admin; `guard` lets only active staff in."""
    return [
        path("tilbakemeldinger/", guard(comment_list), name="comment_list"),
        path(
            "tilbakemeldinger/<int:pk>/", guard(comment_answer), name="comment_detail"
        ),
    ]


def may_answer(user):
    return user.is_superuser or bool(
        user.role_names & {roles.ADMINISTRATOR, roles.COORDINATOR}
    )


def comments_for(request):
    if not may_answer(request.user):
        raise PermissionDenied("Tilbakemeldinger besvares av koordinatoren.")
    return PlaceComment.objects.visible_to(request.user).select_related(
        "zone__district", "answered_by"
    )


@require_safe
def comment_list(request):
    rows = comments_for(request)
    context = admin.site.each_context(request) | {
        "title": "Tilbakemeldinger om steder",
        "open": rows.open(),
        "answered": rows.filter(answered_at__isnull=False).order_by("-answered_at")[
            :50
        ],
        "today": timezone.localdate(request.arrived_at),
    }
    return render(request, "admin/comments/list.html", context)


class AnswerForm(forms.Form):
    optional_marks = True

    reply = forms.CharField(
        label="Svaret til den som skrev",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    summary = forms.CharField(
        label="Kort, for alle",
        help_text="Står på siden til sonen: hva noen sa fra om, og hva dere gjør med "
        "det. Ikke gjengi hva en person skrev.",
        max_length=600,
        required=False,
        validators=[no_labels],
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def comment_answer(request, pk):
    comment = get_object_or_404(comments_for(request), pk=pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            comment.answer(
                **form.cleaned_data, by=Actor(request.user), now=request.arrived_at
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Svaret er sendt.")
            return redirect("admin:comment_detail", pk)
    context = admin.site.each_context(request) | {
        "title": str(comment),
        "comment": comment,
        "form": form,
    }
    return render(request, "admin/comments/detail.html", context)


def comment_tasks(user):
    """(label, address, due) of what waits for an answer from this person."""
    if not may_answer(user):
        return []
    rows = PlaceComment.objects.visible_to(user).open().select_related("zone")
    return [(str(row), row.get_staff_url(), row.due_on) for row in rows[:20]]
