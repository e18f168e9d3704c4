from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.forms.eligibility import EligibilityForm
from grants.models import Verdict
from grants.rounds import coordinators_of, stage
from grants.views.rounds import public_round
from omradesatsing.pages.caching import public_page
from omradesatsing.ui.templatetags.ui import in_lang


@public_page
def eligibility(request, slug):
    """«Kan vi søke?»: advises by the round's own questions; the answers are the URL."""
    round = public_round(request, slug)
    questions = round.eligibility_questions.prefetch_related("answers")
    # The button has a name: pressed without an answer, it must say what is missing.
    asked = any(name == "vis" or name.startswith("q") for name in request.GET)
    form = EligibilityForm(request.GET if asked else None, questions=questions)
    form.optional_marks = False
    answered = asked and form.is_valid()
    verdict = form.verdict() if answered else ""
    context = {
        "round": round,
        "stage": stage(round, request.arrived_at),
        "form": form,
        "verdict": verdict,
        "coordinators": coordinators_of(round, request.arrived_at)
        if verdict in (Verdict.MAYBE, Verdict.NO)
        else [],
        "reasons": form.chosen() if answered else [],
        "flags": ",".join(str(a.pk) for a in form.flags()) if answered else "",
        "trail": [
            (_("Tilskudd"), reverse("grants:round_list")),
            (in_lang(round.title), round.get_absolute_url()),
            (_("Kan vi søke?"), ""),
        ],
    }
    return render(request, "grants/eligibility.html", context)
