"""What an applicant changed from one version that was sent to a later one."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape
from itertools import groupby

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.html import strip_tags
from django.views.decorators.http import require_safe

from grants.answers import facts_of
from grants.casework.views import opened_case, staff_page
from grants.models import BudgetLine, Step

SAME, GONE, NEW = "same", "gone", "new"
# Longer texts are compared a paragraph at a time: by words it would cost a page.
MOST_WORDS = 2_000


@dataclass
class Change:
    """One thing that is not as it was. `pieces` are (SAME, GONE or NEW, text)."""

    label: str
    pieces: list


@require_safe
def case_differences(request, year, seq, old, new):
    """Two versions that were sent, the later beside the earlier."""
    case = opened_case(request, year, seq)
    if old >= new:
        raise Http404
    before = get_object_or_404(case.versions.sent(), number=old)
    after = get_object_or_404(case.versions.sent(), number=new)
    before.application = after.application = case
    context = {
        "case": case,
        "title": f"{case.number}: fra versjon {old} til {new}",
        "before": before,
        "after": after,
        "changes": changed_answers(before, after),
        "budget": changed_budget(before, after),
        "sums": changed_sums(before, after),
        "files": changed_files(before, after),
    }
    return staff_page(request, "admin/cases/case_differences.html", context)


# --- what is written ------------------------------------------------------------------


def changed_answers(before, after):
    """The answers that differ, in the order of the later form, then those left out."""
    old, new = written(before), written(after)
    order = [*new, *(key for key in old if key not in new)]
    pairs = [(key, old.get(key, ""), new.get(key, "")) for key in order]
    return [
        Change(label, compared(was, now))
        for (label, _name), was, now in pairs
        if was != now
    ]


def written(version):
    """{(label, field): text} of a version, without marks of language."""
    return {
        (str(fact["label"]), fact["name"]): unescape(strip_tags(fact["text"]))
        if hasattr(fact["text"], "__html__")
        else str(fact["text"])
        for step in version.steps
        if step not in {Step.WHO, Step.FILES}
        for fact in facts_of(step, version, version.application)
    }


def compared(was, now):
    """Two texts as pieces: what both have, what is gone, and what is new."""
    if not was or not now:
        return [(kind, text) for kind, text in ((GONE, was), (NEW, now)) if text]
    old, new = words(was), words(now)
    if max(len(old), len(new)) > MOST_WORDS:
        old, new = was.splitlines(keepends=True), now.splitlines(keepends=True)
    pieces = []
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for step, from_old, to_old, from_new, to_new in steps:
        if step == "equal":
            pieces.append((SAME, "".join(new[from_new:to_new])))
            continue
        pieces.append((GONE, "".join(old[from_old:to_old])))
        pieces.append((NEW, "".join(new[from_new:to_new])))
    return merged([piece for piece in pieces if piece[1]])


def words(text):
    """The words of a text, each with the space after it."""
    return re.findall(r"\S+\s*|\s+", text)


def merged(pieces):
    """Neighbours of a kind as one: what is gone stands before what came instead."""
    joined = []
    for is_same, run in groupby(pieces, key=lambda piece: piece[0] == SAME):
        run = list(run)
        for kind in (SAME,) if is_same else (GONE, NEW):
            text = "".join(part for name, part in run if name == kind)
            if text:
                joined.append((kind, text))
    return joined


# --- money and files ------------------------------------------------------------------


def changed_budget(before, after):
    """Rows that differ: (kind, text, the amount before or None, after or None)."""
    old, new = rows_of(before), rows_of(after)
    order = [*new, *(key for key in old if key not in new)]
    return [
        (BudgetLine.Kind(kind).label, text, old.get(key), new.get(key))
        for key in order
        for kind, text, _nth in [key]
        if old.get(key) != new.get(key)
    ]


def rows_of(version):
    """{(kind, text, which of those with that text): amount}."""
    seen, rows = Counter(), {}
    for line in version.budget_lines.order_by("kind", "position", "pk"):
        seen[line.kind, line.text] += 1
        rows[line.kind, line.text, seen[line.kind, line.text]] = line.amount
    return rows


def changed_sums(before, after):
    """The sums that differ: (label, before, after)."""
    old, new = before.sums(), after.sums()
    rows = [
        ("Kostnader i alt", old["cost"], new["cost"]),
        ("Andre penger inn", old["income"], new["income"]),
        ("Egen innsats", old["own_work"], new["own_work"]),
    ]
    return [row for row in rows if row[1] != row[2]]


def changed_files(before, after):
    """Names of attachments: those gone, and those new, by what is in them."""
    old, new = files_of(before), files_of(after)
    return {
        "gone": [name for key, name in old.items() if key not in new],
        "new": [name for key, name in new.items() if key not in old],
    }


def files_of(version):
    return {
        (row.file.sha256, row.file.name): row.file.name
        for row in version.attachments.select_related("file").order_by("pk")
    }
