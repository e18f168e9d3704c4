"""What the page's script saves while somebody writes: the same verb, in JSON."""

from django.http import JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from omradesatsing.accounts.middleware import forget_parked, form_owner
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.templatetags.ui import ds_field_errors


def autosave(request, save):
    """Store what can be read, and say what the page needs to know.

    `save()` stores and returns a SharedForm, or raises Refused.
    """
    if form_owner(request) != request.user.pk:
        # Another log-in in the same browser: the text is not theirs to store.
        text = _("En annen er logget inn i denne nettleseren nå.")
        return refusal(text)
    try:
        form = save()
    except Refused as refused:
        return refusal(str(refused))
    clashes = form.clashes()
    if not (form.errors or clashes):
        forget_parked(request)
    time = timezone.localtime(request.arrived_at).strftime("%H.%M")
    return JsonResponse(
        {
            "text": _("Lagret kl. %(time)s.") % {"time": time},
            "seen": form.seen(),
            "unsaved": form.unsaved_fields(),
            "errors": {
                name: ds_field_errors(form[name])[0]
                for name in form.errors
                if name in form.fields
            },
            "clashes": clashes,
            "put": form.put_back(),
        }
    )


def refusal(text):
    """The application takes no changes: the page says so, and keeps what is typed."""
    return JsonResponse({"reason": "refused", "text": text}, status=409)
