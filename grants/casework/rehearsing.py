"""A round tried out with made-up applicants before it opens."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from grants.casework.views import acting, staff_page
from grants.models import Round
from grants.rehearsal import PARTS, REHEARSES, may_rehearse, rehearse
from omradesatsing.accounts.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def round_rehearse(request, pk):
    """Play the round and show everything that happened; nothing of it is kept."""
    if not (request.user.is_superuser or request.user.role_names & REHEARSES):
        raise PermissionDenied
    round = get_object_or_404(Round, pk=pk)
    context = {
        "title": f"Øv på utlysningen: {round}",
        "round": round,
        "parts": PARTS,
        "may": may_rehearse(round, request.arrived_at),
    }
    if request.method == "POST":
        try:
            context["result"] = rehearse(round, **acting(request))
        except Refused as refusal:
            context["refusal"] = str(refusal)
    return staff_page(request, "admin/cases/round_rehearse.html", context)
