from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from areas.models import Area
from grants.awards import listed
from grants.blank_form import blank_form, sizes_of
from grants.filters import RoundFilter
from grants.forms.attachments import TAKEN
from grants.models import Award, Round
from grants.rounds import closing_order, kinds_of, not_closed, stage, with_pots
from omradesatsing.pages.caching import public_page
from omradesatsing.pages.paging import page_of
from omradesatsing.ui.templatetags.ui import in_lang

MOST_INQUIRIES = 50
MOST_EXAMPLES = 3


@public_page
def round_list(request):
    now = request.arrived_at
    public = Round.objects.public(now).select_related("scheme")
    areas = Area.objects.filter(pot_areas__round__published_at__lte=now).order_by(
        "name_key"
    )
    choices = list(areas.values_list("slug", "name").distinct())
    chosen = RoundFilter(request.GET, public, areas=choices)
    closed = page_of(request, chosen.qs.closed_at(now).order_by("-closes_at", "pk"))
    current = sorted(
        not_closed(chosen.qs, now), key=lambda round: closing_order(round, now)
    )
    with_pots([*current, *closed.object_list], now)
    context = {
        "filter": chosen,
        "open_rounds": [round for round in current if round.stage == "open"],
        "coming_rounds": [round for round in current if round.stage == "coming"],
        "closed": closed,
        "trail": [(_("Tilskudd"), "")],
    }
    return render(request, "grants/round_list.html", context)


@public_page
def round_detail(request, slug):
    """Five queries: the round, its money, criteria, answered questions, examples."""
    now = request.arrived_at
    round = get_object_or_404(
        public_rounds(request).annotate(
            asked_files=ArrayAgg(
                "required_attachments__label",
                filter=Q(required_attachments__isnull=False),
                order_by="required_attachments__position",
                default=[],
            )
        ),
        slug=slug,
    )
    [round] = with_pots([round], now)
    context = {
        "round": round,
        "criteria": round.criteria.all(),
        "kinds": kinds_of(round),
        "inquiries": round.inquiries.public(now)[:MOST_INQUIRIES],
        "examples": examples_of(round, now),
        "trail": [
            (_("Tilskudd"), reverse("grants:round_list")),
            (in_lang(round.title), ""),
        ],
    }
    return render(request, "grants/round_detail.html", context)


@public_page
def round_form(request, slug):
    """Every question of the form, to read and print before one begins."""
    round = public_round(request, slug)
    context = {
        "round": round,
        "stage": stage(round, request.arrived_at),
        "kinds": kinds_of(round),
        "forms": [(size, blank_form(round, size)) for size in sizes_of(round)],
        "taken": TAKEN,
        "trail": [
            (_("Tilskudd"), reverse("grants:round_list")),
            (in_lang(round.title), round.get_absolute_url()),
            (_("Spørsmålene i skjemaet"), ""),
        ],
    }
    return render(request, "grants/round_form.html", context)


def examples_of(round, now):
    """The scheme's newest awards, as examples of what money has gone to."""
    awards = Award.objects.public(now)
    return listed(awards.filter(application__round__scheme=round.scheme_id))[
        :MOST_EXAMPLES
    ]


def public_rounds(request):
    return Round.objects.public(request.arrived_at).select_related("scheme")


def public_round(request, slug):
    return get_object_or_404(public_rounds(request), slug=slug)
