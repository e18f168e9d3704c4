"""Confirming who is behind a case: a member, or the one that a helper wrote for."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from grants.casework.forms import ConfirmMemberForm, ConfirmScanForm
from grants.casework.views import act, acting, given, opened_case, press, taken
from grants.models import Membership
from omradesatsing.accounts import roles
from omradesatsing.files.models import StoredFile


def case_confirm_member(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    form = ConfirmMemberForm(given(request), case=case)

    def verb():
        membership = form.cleaned_data["membership"]
        note = form.cleaned_data["note"]
        membership.confirm(proof=Membership.Proof.STAFF, note=note, **acting(request))
        return f"{membership.user} er bekreftet som medlem."

    return act(request, case, form, verb)


def case_confirm_scan(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    posted = request.method == "POST"
    form = ConfirmScanForm(
        request.POST if posted else None, request.FILES if posted else None, case=case
    )

    def verb():
        with taken(request, case, form.cleaned_data["file"]) as file:
            case.confirm_by_scan(file=file, **acting(request))
        return "Bekreftelsen er registrert. Brevene går i posten."

    return act(request, case, form, verb)


def case_ask_to_confirm(request, year, seq):
    """Send the applicant the question once more, when it has expired."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    return press(
        request,
        case,
        lambda: case.ask_to_confirm(**acting(request)),
        "Søkeren er spurt.",
    )


@require_safe
def case_confirmation_scan(request, year, seq):
    """The print that the applicant signed."""
    case = opened_case(request, year, seq)
    files = StoredFile.objects.filter(pk=case.confirmation_scan_id)
    return get_object_or_404(files).response()


def case_look_up(request, year, seq):
    """Ask the registers about the applicant's organisation again."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    organisation = case.applicant.organisation
    if organisation is None:
        raise Http404
    return press(
        request,
        case,
        lambda: organisation.look_up(**acting(request)),
        "Vi har spurt registeret. Det som er annerledes nå, står under Fakta.",
    )
