"""«Min side»: what waits for the one who is logged in, and what they have here."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from grants.inbox import inbox_of
from grants.models import State
from grants.timeline import cases_of, helped_cases_of, next_step, standing
from omradesatsing.accounts.models import User
from omradesatsing.pages.paging import page_of
from omradesatsing.ui.fields import PhoneField
from omradesatsing.ui.templatetags.ui import in_lang

MOST_DRAFTS = 20
MOST_NOTICES = 5


@require_safe
def my_page(request):
    own = cases_of(request.user)
    cases = page_of(request, own.sent())
    for case in cases:
        known = {
            "outcome": case.outcome,
            "due_on": case.due_on,
            "award_state": case.award_state,
            "answer_by": case.answer_by,
        }
        case.standing = standing(case, **known)
        case.next_step = next_step(case, **known)
    inbox = inbox_of(request.user)
    context = {
        "awaited": own.filter(state=State.NEEDS_INFO).order_by("due_on", "pk"),
        "drafts": newest(own.filter(state=State.DRAFT), request.arrived_at),
        "helped": newest(helped_cases_of(request.user), request.arrived_at),
        "cases": cases,
        "notices": inbox[:MOST_NOTICES],
        "unread": inbox.unread().count(),
        "trail": [(_("Min side"), "")],
    }
    return render(request, "pages/my_page.html", context)


def newest(drafts, now):
    """The drafts last written in; `can_be_sent` until `closes_at`, theirs or all's."""
    drafts = drafts.order_by("-edited_at", "-pk")[:MOST_DRAFTS]
    for draft in drafts:
        draft.closes_at = draft.leave_until or draft.round.closes_at
        draft.can_be_sent = draft.round.is_open(now) or (
            draft.leave_until is not None and now < draft.leave_until
        )
    return drafts


@require_safe
def notice_list(request):
    context = {
        "page": page_of(request, inbox_of(request.user)),
        "trail": [(_("Min side"), reverse("pages:my_page")), (_("Meldinger"), "")],
    }
    return render(request, "pages/notice_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def notice_detail(request, pk):
    """One message. Opening it from the list is a POST, for that marks it read."""
    inbox = inbox_of(request.user)
    notice = get_object_or_404(inbox, pk=pk)
    if request.method == "POST":
        notice.mark_read(now=request.arrived_at)
        if "back" in request.POST and notice.url:
            return redirect(notice.url)
        return redirect("pages:notice_detail", pk=notice.pk)
    context = {
        "notice": notice,
        "trail": [
            (_("Min side"), reverse("pages:my_page")),
            (_("Meldinger"), reverse("pages:notice_list")),
            (in_lang(notice.subject, notice.language), ""),
        ],
    }
    return render(request, "pages/notice_detail.html", context)


class ProfileForm(forms.ModelForm):
    phone = PhoneField(
        label=gettext_lazy("Telefon"),
        help_text=gettext_lazy("Så vi kan ringe hvis noe i en søknad er uklart."),
        required=False,
    )

    class Meta:
        model = User
        fields = ["name", "phone", "language", "one_digest"]
        labels = {
            "language": gettext_lazy("Hvilket språk vil du ha brev og e-post på?"),
            "one_digest": gettext_lazy("Send meg høyst én e-post om dagen"),
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "language": forms.RadioSelect,
        }
        help_texts = {
            "name": gettext_lazy(
                "Slik vi skal skrive det til deg. Bare du og vi ser det."
            ),
            "one_digest": gettext_lazy(
                "Vi samler det som ikke haster. Spørsmål med en frist, kvitteringer "
                "og brev sier vi alltid fra om med en gang."
            ),
        }


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request):
    posted = request.POST if request.method == "POST" else None
    form = ProfileForm(posted, instance=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, _("Opplysningene dine er lagret."))
        return redirect("pages:my_page")
    context = {
        "form": form,
        "trail": [(_("Min side"), reverse("pages:my_page")), (_("Om deg"), "")],
    }
    return render(request, "pages/profile.html", context)
