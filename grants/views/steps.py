"""One step of an application: shown, saved, given back. For drafts and for answers."""

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.drafting import save_step, step_form
from grants.models import BudgetLine, Step
from grants.models.steps import Size
from grants.views.autosave import autosave, refusal
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.middleware import (
    by_script,
    forget_parked,
    parked_fields,
    sign_owner,
)
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.templatetags.ui import ds_label, in_lang


def step_or_404(name, steps):
    if name not in steps:
        raise Http404
    return Step(name)


def edit_step(request, writing, step):
    if request.method != "POST":
        if step not in writing.steps:
            return redirect(writing.overview_url)  # not asked at this amount
        return show_step(request, writing, step, opened_form(request, writing, step))
    by = Actor(request.user, writing.application.applicant)
    if by_script(request):
        return autosave(request, lambda: save_step(writing, step, request.POST, by=by))
    more = request.POST.get("more")
    size = writing.version.size
    try:
        form = save_step(
            writing,
            step,
            request.POST,
            by=by,
            more=more if more in BudgetLine.Kind.values else None,
        )
    except Refused as refused:
        return show_refused(request, writing, step, str(refused))
    if form.errors or form.clashes():
        return show_step(request, writing, step, form)
    forget_parked(request)
    if "ends_on" in form.fields and (past := writing.past_dates(request.arrived_at)):
        messages.warning(request, past)
    if writing.application.is_draft and writing.version.size != size:
        return show_other_size(request, writing)
    return after_saving(request, writing, step)


def show_other_size(request, writing):
    """The amount now calls for the other form: say so, on the page with its parts."""
    if writing.version.size == Size.SHORT:
        text = _(
            "Beløpet er lite, så nå er skjemaet kortere. Det du har skrevet i det "
            "lange skjemaet, er tatt vare på, men blir ikke sendt."
        )
    else:
        text = _(
            "Beløpet er større enn det korte skjemaet gjelder for, så nå er det flere "
            "spørsmål. Det du har skrevet, er med videre."
        )
    messages.info(request, text)
    return redirect(writing.overview_url)


def opened_form(request, writing, step):
    """The form as stored, or with what was typed when the log-in had ended."""
    version = writing.version
    parked = parked_fields(request)
    if parked is not None:
        messages.info(
            request,
            _(
                "Du ble logget ut før det du skrev, ble lagret. Her er teksten din. "
                "Se over, og lagre."
            ),
        )
        return step_form(step, version, data=parked)
    initial = None
    if step == Step.WHO and not version.contact_name and not version.contact_email:
        # What we know already is not asked for twice.
        user = request.user
        initial = {
            "contact_name": user.name,
            "contact_email": user.email,
            "contact_phone": version.contact_phone or user.phone,
        }
    more = request.GET.get("rad")
    return step_form(step, version, initial=initial, more=more)


def show_step(request, writing, step, form):
    version = writing.version
    context = page_context(request, writing, step) | {
        "form": form,
        "clashes": form.clashes(),
        "seen": form.seen(),
        "unsaved": " ".join(form.unsaved_fields()),
    }
    if step != Step.MONEY:
        return render(request, "grants/step_form.html", context)
    return render(
        request, "grants/step_money.html", context | money_context(form, version)
    )


def money_context(form, version):
    """The sums, and whether income and own work are folded away in the short form."""
    sums = version.sums()
    return {
        "sums": sums,
        "faults": version.money_faults(sums) if version.amount else [],
        "folds": form.size == Size.SHORT,
        # Whoever lacks money is to see where other money is written.
        "is_open": form.has_income() or sums["missing"] > 0,
    }


def page_context(request, writing, step):
    application = writing.application
    trail = [(_("Min side"), reverse("pages:my_page"))]
    name = in_lang(str(writing.version), "")
    if not application.is_draft:
        name = _("Sak %(number)s") % {"number": application.number}
    trail += [(name, writing.overview_url), (step.label, "")]
    return {
        "application": application,
        "version": writing.version,
        "step": step,
        "steps": writing.progress(step),
        "back_url": writing.url_before(step),
        "owner": sign_owner(request.user),
        "trail": trail,
    }


def after_saving(request, writing, step):
    more = request.POST.get("more")
    if step == Step.MONEY and more in BudgetLine.Kind.values:
        url = f"{writing.step_url(step)}?{QueryDict(f'rad={more}').urlencode()}"
        return redirect(f"{url}#budsjett-{more}")
    if "stay" in request.POST:
        messages.success(request, _("Lagret."))
        return redirect(writing.step_url(step))
    if "later" in request.POST:
        messages.success(request, _("Lagret. Du kan fortsette når det passer deg."))
        return redirect(writing.overview_url)
    return redirect(writing.url_after(step))


def show_refused(request, writing, step, message):
    """The application takes no changes now: give the text back, so it is not lost."""
    form = step_form(step, writing.version, data=request.POST)
    return give_back(request, writing.application, form, message)


def give_back(request, application, form, message):
    """A page with all that was typed in a form that is not taken, to be copied."""
    if by_script(request):
        return refusal(message)
    context = {
        "application": application,
        "message": message,
        "typed": [
            (ds_label(form[name]), request.POST.get(name))
            for name in form.fields
            if request.POST.get(name)
        ],
        "trail": [
            (_("Min side"), reverse("pages:my_page")),
            (_("Ikke lagret"), ""),
        ],
    }
    return render(request, "grants/step_refused.html", context, status=409)
