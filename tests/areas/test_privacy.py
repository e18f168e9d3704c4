"""What is hidden stays hidden: an edition that gives a figure away is refused.

The oracle of the property test knows nothing of groups: it tries whether two different
sets of hidden numbers fit everything that is published.
"""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from areas.figures.privacy import CITY, given_away, groups_of

DISTRICTS = {1: [10, 11, 12], 2: [20, 21], 3: [30]}
ZONES = [(zone, d) for d, zones in DISTRICTS.items() for zone in zones]
PLACES = [
    CITY,
    *(("district", d) for d in DISTRICTS),
    *(("zone", z) for z, _d in ZONES),
]


def followers(hidden, without):
    """The hidden places that have one possible value, by plain linear algebra.

    The unknowns are the counts of all hidden places and of wholes without a figure.
    A place follows when adding «place = 0» to the equations raises their rank by
    nothing: it is then a combination of them.
    """
    unknown = sorted(hidden | without, key=str)
    rows = []
    sums = [(CITY, [("district", d) for d in DISTRICTS])]
    sums += [
        (("district", d), [("zone", z) for z in zs]) for d, zs in DISTRICTS.items()
    ]
    for whole, parts in sums:
        row = [Fraction(0)] * len(unknown)
        for place, factor in [(whole, 1), *((part, -1) for part in parts)]:
            if place in unknown:
                row[unknown.index(place)] += factor
        rows.append(row)
    found = set()
    for place in hidden:
        unit = [Fraction(int(other == place)) for other in unknown]
        if rank(rows) == rank([*rows, unit]):
            found.add(place)
    return found


def rank(rows):
    rows, done = [list(row) for row in rows], 0
    for column in range(len(rows[0])):
        pivot = next((r for r in range(done, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        for r in range(len(rows)):
            if r != done and rows[r][column]:
                factor = rows[r][column] / rows[done][column]
                rows[r] = [
                    a - factor * b for a, b in zip(rows[r], rows[done], strict=True)
                ]
        done += 1
    return done


@given(
    hidden=st.sets(st.sampled_from(PLACES)),
    without=st.sets(st.sampled_from([p for p in PLACES if p[0] != "zone"])),
)
@example(hidden={("zone", 10)}, without=set())
@example(hidden={("zone", 10), ("zone", 20), ("zone", 21)}, without={("district", 1)})
def test_what_follows_is_found_and_nothing_else(hidden, without):
    without = without - hidden
    statuses = {p: p in hidden for p in PLACES if p not in without}

    found = given_away(groups_of(ZONES), statuses)

    assert set(found) == followers(hidden, without)
    assert all(place in group.members for place, group in found.items())


@pytest.mark.parametrize(
    ("hidden", "expected"),
    [
        ([], []),
        ([("zone", 10)], [("zone", 10)]),
        ([("zone", 10), ("zone", 11)], []),
        ([("zone", 30)], [("zone", 30)]),
        ([("district", 1), ("zone", 10)], [("district", 1), ("zone", 10)]),
        ([("district", 1), ("zone", 10), ("district", 2), ("zone", 20)], []),
        ([("district", 3), ("zone", 30), ("district", 2), ("zone", 20)], []),
        ([CITY], [CITY]),
    ],
)
def test_the_plain_cases(hidden, expected):
    statuses = {place: place in hidden for place in PLACES}

    assert sorted(given_away(groups_of(ZONES), statuses)) == sorted(expected)


def test_a_hidden_district_without_zones_below_is_told_by_the_city():
    statuses = {CITY: False, ("district", 1): True, ("district", 2): False}

    assert list(given_away(groups_of(ZONES), statuses)) == [("district", 1)]


def test_a_zone_is_safe_when_its_whole_has_no_figure():
    statuses = {("zone", 10): True, ("zone", 11): False, ("zone", 12): False}

    assert given_away(groups_of(ZONES), statuses) == {}
