from django.utils.translation import gettext as _

from areas.search import Hit, headline, pieces, ranked, read_query
from grants.models import Round
from grants.rounds import stage


def search_rounds(text, now):
    query = read_query(text)
    rounds = Round.objects.public(now).select_related("scheme")
    rounds = rounds.annotate(headline=headline(query, "summary", "purpose"))
    marks = {
        "open": _("åpen for søknader"),
        "coming": _("åpner senere"),
        "closed": _("avsluttet"),
    }
    return [
        Hit(
            round.title,
            round.get_absolute_url(),
            mark=_("Eksempel") if round.scheme.example else "",
            meta=marks[stage(round, now)],
            text=pieces(round.headline),
        )
        for round in ranked(rounds, query)
    ]
