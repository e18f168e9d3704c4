"""One with written authority to act for the applicant: entered, and ended."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from grants.casework.after_forms import EndRepresentativeForm, RepresentativeForm
from grants.casework.views import act, acting, given, opened_case, taken
from grants.models import Representative
from omradesatsing.accounts import roles


def case_enter_representative(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    posted = [request.POST, request.FILES] if request.method == "POST" else []
    form = RepresentativeForm(*posted, case=case)

    def verb():
        fields = dict(form.cleaned_data)
        with taken(request, case, fields.pop("file")) as file:
            Representative.enter(
                case,
                name=fields.pop("person"),
                authority=file,
                **fields,
                **acting(request),
            )
        return "Fullmektigen er ført inn og får brevene i saken. Søkeren er varslet."

    return act(request, case, form, verb)


def case_end_representative(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    row = case.representatives.standing().first()
    if row is None:
        raise Http404
    form = EndRepresentativeForm(given(request), case=case)

    def verb():
        row.end(**acting(request), **form.cleaned_data)
        return "Fullmakten er avsluttet. Søkeren er varslet."

    return act(request, case, form, verb)


@require_safe
def case_authority(request, year, seq, pk):
    """The written authority, as it came."""
    rows = opened_case(request, year, seq).representatives.select_related("authority")
    return get_object_or_404(rows, pk=pk).authority.response()
