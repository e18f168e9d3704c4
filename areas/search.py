"""Norwegian full text: how a query is read, what a hit is, and hits in this app."""

import re
from dataclasses import dataclass

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import F, TextField, Value
from django.db.models.functions import Concat

from areas.models import Area, Document, Indicator, Zone

# Private-use characters mark the hit in a headline: no HTML comes from the database.
START, STOP = "\ue000", "\ue001"
MOST_HITS = 10
# Longer questions are cut: nobody types them, and each word costs time.
MOST_WORDS = 8
# Nearly every text has a word that begins with one or two given letters.
SHORTEST_BEGINNING = 3


@dataclass
class Hit:
    """One hit. `text` is a list of (text, is_match) to be shown in order."""

    title: str
    url: str
    mark: str = ""
    meta: str = ""
    text: list | None = None


def read_query(text):
    """The query in the database's terms, or None when there is no word in it.

    Words are found in all their forms, and also by their beginning alone.
    """
    words = re.findall(r"\w+", text)[:MOST_WORDS]
    if not words:
        return None
    query = SearchQuery(" ".join(words), config="norwegian")
    if min(map(len, words)) < SHORTEST_BEGINNING:
        return query
    beginnings = " & ".join(f"{word}:*" for word in words)
    return query | SearchQuery(beginnings, config="simple", search_type="raw")


def ranked(queryset, query):
    """The rows that match, the best first."""
    found = queryset.filter(search=query).annotate(rank=SearchRank("search", query))
    return found.order_by("-rank", "pk")[:MOST_HITS]


def headline(query, *fields):
    """The passage around the hit, with the words that were found marked."""
    parts = [part for field in fields for part in (F(field), Value(" "))]
    return SearchHeadline(
        Concat(*parts, output_field=TextField()),
        query,
        config="norwegian",
        start_sel=START,
        stop_sel=STOP,
        max_words=35,
        min_words=20,
    )


def pieces(marked):
    """Split a headline into (text, is_match); one that is cut off ends with dots."""
    marked = marked.strip()
    if marked and marked.strip(STOP)[-1] not in ".!?":
        marked += " …"
    found = []
    for number, part in enumerate(re.split(f"[{START}{STOP}]", marked)):
        if part:
            found.append((part, number % 2 == 1))
    return found


def search_zones(text):
    query = read_query(text)
    zones = Zone.objects.in_default_division().select_related("district")
    return [
        Hit(zone.name, zone.get_absolute_url(), zone.name_mark, zone.district.name)
        for zone in ranked(zones, query)
    ]


def search_indicators(text):
    """Indicators whose name has every word of the question in it."""
    found = Indicator.objects.filter(is_composite=False)
    for word in re.findall(r"\w+", text)[:MOST_WORDS]:
        found = found.filter(name__icontains=word)
    return [
        Hit(row.name, row.get_absolute_url(), meta=str(row.get_theme_display()))
        for row in found.order_by("name")[:MOST_HITS]
    ]


def search_areas(text, now):
    query = read_query(text)
    areas = Area.objects.public(now).select_related("district")
    areas = areas.annotate(headline=headline(query, "summary", "goals"))
    return [
        Hit(
            area.name,
            area.get_absolute_url(),
            meta=area.district.name,
            text=pieces(area.headline),
        )
        for area in ranked(areas, query)
    ]


def search_documents(text, now):
    query = read_query(text)
    documents = Document.objects.public(now)
    documents = documents.annotate(headline=headline(query, "summary"))
    return [
        Hit(
            document.title,
            document.get_absolute_url(),
            meta=document.kind_and_year,
            text=pieces(document.headline),
        )
        for document in ranked(documents, query)
    ]
