"""What the recipient said to the money, when it came to staff another way."""

from django.http import Http404

from grants.casework.after_forms import MoreTimeForm, NoteAnswerForm
from grants.casework.views import act, acting, given, opened_case
from grants.models import Award
from omradesatsing.accounts import roles
from omradesatsing.ui.templatetags.ui import money


def case_note_answer(request, year, seq):
    case, award = case_with_award(request, year, seq)
    form = NoteAnswerForm(given(request), case=case)

    def verb():
        note = form.cleaned_data["note"]
        if form.cleaned_data["answer"] == Award.State.ACCEPTED:
            award.accept(**acting(request), note=note)
            return "Svaret er ført inn."
        award.decline(**acting(request), note=note)
        return f"Svaret er ført inn. {money(award.amount)} er tilbake i rammen."

    return act(request, case, form, verb)


def case_more_time(request, year, seq):
    case, award = case_with_award(request, year, seq)
    form = MoreTimeForm(given(request), case=case)

    def verb():
        award.give_more_time(**acting(request), **form.cleaned_data)
        return "Fristen er flyttet, og søkeren får beskjed."

    return act(request, case, form, verb)


def case_with_award(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    award = Award.objects.filter(application=case).first()
    if award is None:
        raise Http404
    return case, award
