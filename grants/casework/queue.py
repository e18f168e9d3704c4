"""The queue page: the cases, what is given to whom, files of it, and saved filters."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from grants.casework.due import dues_of
from grants.casework.filters import NUMBER, PAGE, CaseFilter, Queue, choice
from grants.casework.sheets import MOST, as_csv, as_xlsx
from grants.casework.views import staff_page
from grants.models import Application, SavedFilter
from grants.models.readers import reads_cases
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry

# --- the list -------------------------------------------------------------------------


@require_safe
def case_list(request):
    """A page of the queue: from the place after `etter`, or back from before `for`."""
    queue = queue_of(request, request.GET)
    after, before = request.GET.get("etter", ""), request.GET.get("for", "")
    cases, more, back = queue.page(after=after, before=before)
    dues = dues_of(cases)
    for case in cases:
        case.due = dues.get(case.pk)
    may_assign = request.user.has_role(roles.CASEWORKER)
    saved = list(request.user.saved_filters.all())
    context = {
        "title": "Saker",
        "queue": queue,
        "filter": queue.filter,
        "tabs": tabs(queue),
        "cases": cases,
        "after": more,
        "before": back,
        "is_first": not (after or before),
        "saved": saved,
        "current": next((row for row in saved if row.query == queue.query), None),
        "save_form": FilterForm(),
        "may_enter": may_assign,
        "assign_form": AssignForm() if may_assign and cases else None,
    }
    return staff_page(request, "admin/cases/case_list.html", context)


def queue_of(request, params):
    if not reads_cases(request.user):
        raise PermissionDenied
    return Queue(params, request)


def tabs(queue):
    """[(label, address, whether it is the one that is open)]; the rest is kept."""
    found = []
    for name, label in CaseFilter.TABS:
        chosen = choice(QueryDict(queue.query))
        chosen.pop("vis", None)
        if name:
            chosen["vis"] = name
        address = f"{reverse('admin:case_list')}?{chosen.urlencode()}".rstrip("?")
        found.append((label, address, name == queue.tab))
    return found


# --- many at once ---------------------------------------------------------------------


class AssignForm(forms.Form):
    """Who gets the cases that are ticked, and what happens when one cannot be given."""

    EACH, WHOLE = "hver", "alle"

    to = forms.ModelChoiceField(
        label="Gi de merkede sakene til",
        queryset=User.objects.none(),
        empty_label="Velg saksbehandler",
    )
    rule = forms.ChoiceField(
        label="Hvis noen av sakene ikke kan gis til denne personen",
        choices=[
            (EACH, "Gi resten"),
            (WHOLE, "Gi ingen av dem"),
        ],
        initial=EACH,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="id_assign_%s", **kwargs)
        self.fields["to"].queryset = User.objects.filter(
            is_active=True, is_staff=True, groups__name=roles.CASEWORKER
        ).order_by("name", "email")


@dataclass
class Given:
    """What became of one case: `refusal` is empty when it was given."""

    case: Application
    refusal: str = ""


@require_POST
def cases_assign(request):
    """Give the ticked cases to one caseworker. The rule is chosen before, not after."""
    queue = queue_of(request, QueryDict(request.POST.get("ko", "")))
    if not request.user.has_role(roles.CASEWORKER):
        raise PermissionDenied("Dette gjør en saksbehandler.")
    form, numbers = AssignForm(request.POST), request.POST.getlist("sak")
    context = {"title": "Gi saker til en saksbehandler", "queue": queue, "form": form}
    if not numbers:
        form.add_error(None, "Merk minst én sak i listen.")
    if form.is_valid():
        whole = form.cleaned_data["rule"] == form.WHOLE
        given, unknown = assign_all(
            ticked(request.user, numbers),
            form.cleaned_data["to"],
            asked=len(set(numbers)),
            whole=whole,
            by=request.actor,
        )
        refused = unknown + sum(1 for row in given if row.refusal)
        context |= {
            "to": form.cleaned_data["to"],
            "rows": given,
            "unknown": unknown,
            "none_given": whole and refused > 0,
            "done": len(given) + unknown - refused,
        }
    else:
        context |= {"numbers": numbers[:PAGE], "has_errors": True}
    return staff_page(request, "admin/cases/cases_assign.html", context)


def ticked(user, numbers):
    """The cases by these numbers that the user may see; never more than a page."""
    if len(numbers) > PAGE:
        raise Http404
    found = [NUMBER.fullmatch(number) for number in numbers]
    if not all(found):
        raise Http404
    wanted = {(int(match[1]), int(match[2])) for match in found}
    cases = Application.objects.visible_to(user).filter(
        year__in={year for year, _sequence in wanted},
        sequence__in={sequence for _year, sequence in wanted},
    )
    keys = cases.values_list("pk", "year", "sequence")
    return [pk for pk, *number in keys if tuple(number) in wanted]


@transaction.atomic
def assign_all(keys, to, *, asked, whole, by):
    """Give cases to `to`: ([Given], how many of the `asked` are not there any more).

    With `whole`, one that cannot be given stops all of them. Each is given by the verb
    that gives one; all are locked first, always in the same order.
    """
    cases = list(
        Application.objects.filter(pk__in=keys)
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    )
    # Read anew: a conflict that was waited for hides its case here too.
    visible = set(
        Application.objects.visible_to(by.user)
        .filter(pk__in=keys)
        .values_list("pk", flat=True)
    )
    cases = [case for case in cases if case.pk in visible]
    given = []
    for case in cases:
        try:
            with transaction.atomic():
                case.hand_over(to, by=by)
        except Refused as refusal:
            given.append(Given(case, str(refusal)))
        else:
            given.append(Given(case))
    unknown = asked - len(cases)
    titles = dict(
        Application.objects.filter(pk__in=keys)
        .with_current()
        .values_list("pk", "title")
    )
    for row in given:
        row.case.title = titles[row.case.pk]
    given.sort(key=lambda row: (-row.case.year, -row.case.sequence))
    if whole and (unknown or any(row.refusal for row in given)):
        transaction.set_rollback(True)
    return given, unknown


# --- as a file ------------------------------------------------------------------------

KINDS = {"csv": as_csv, "xlsx": as_xlsx}


@require_POST
def cases_export(request):
    """All pages of what is chosen, as it stands on the screen. The journal keeps it."""
    queue = queue_of(request, QueryDict(request.POST.get("ko", "")))
    kind = request.POST.get("slag", "")
    if kind not in KINDS:
        raise Http404
    number = queue.cases[: MOST + 1].count()
    if number > MOST:
        messages.error(
            request, f"Listen har over {MOST} saker. Avgrens den før du henter den."
        )
        return back_to(queue.query)
    JournalEntry.record(
        "cases_exported",
        about=request.user,
        by=request.actor,
        format=kind,
        rows=number,
        # What was searched for may be a name.
        chosen=sorted(choice(QueryDict(queue.query))),
    )
    return KINDS[kind](queue.cases[:MOST])


def back_to(query):
    return redirect(f"{reverse('admin:case_list')}?{query}".rstrip("?"))


# --- saved filters --------------------------------------------------------------------


class FilterForm(forms.Form):
    name = forms.CharField(
        label="Navn på filteret",
        max_length=SavedFilter._meta.get_field("name").max_length,
    )


@require_POST
def filter_save(request):
    """Keep what is chosen under a name, for oneself."""
    queue = queue_of(request, QueryDict(request.POST.get("ko", "")))
    form = FilterForm(request.POST)
    if not form.is_valid() or len(queue.query) > SavedFilter.LONGEST:
        messages.error(request, "Gi filteret et navn på høyst 60 tegn.")
        return back_to(queue.query)
    try:
        kept = SavedFilter.keep(
            user=request.user, name=form.cleaned_data["name"], query=queue.query
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Filteret «{kept}» er lagret.")
    return back_to(queue.query)


def filter_change(request, pk):
    """Rename or delete one of one's own."""
    if not reads_cases(request.user):
        raise PermissionDenied
    kept = get_object_or_404(request.user.saved_filters, pk=pk)
    form = FilterForm(
        request.POST if request.method == "POST" else None, initial={"name": kept.name}
    )
    if request.method == "POST" and "slett" in request.POST:
        kept.delete()
        messages.success(request, f"Filteret «{kept}» er slettet.")
        return redirect("admin:case_list")
    if request.method == "POST" and form.is_valid():
        try:
            kept.rename(form.cleaned_data["name"])
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"Filteret heter nå «{kept}».")
            return back_to(kept.query)
    context = {
        "title": f"Filteret «{SavedFilter.objects.get(pk=pk)}»",
        "form": form,
        "kept": kept,
        "has_errors": bool(form.errors),
    }
    return staff_page(request, "admin/cases/filter_change.html", context)
