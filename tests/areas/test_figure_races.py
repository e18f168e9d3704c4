"""Two who load, undo and publish at once; order pinned, each on its own connection.

Each was seen to fail with the edition's lock taken out of `_held`: the second import
met the database's own error, the import that was being undone was written over, and an
edition was published with a figure that nobody had checked.
"""

import pytest
from django.utils import timezone

from areas.figures.importing import carry_out, publish, undo
from areas.figures.sheets import read_sheet
from areas.models import Edition, Figure, FileImport
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from tests.factories import create_edition, create_indicator, create_user, create_zone
from tests.grants.test_races import second_waits_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def edition():
    zone = create_zone(slug="anker", name="Anker")
    create_zone(slug="bakke", name="Bakke", district=zone.district)
    create_indicator(slug="sykler", name="Folk som sykler")
    return create_edition(published_at=None)


def load(edition, text, **options):
    sheet = read_sheet("a.csv", f"sted;sykler\n{text}\n".encode())
    by = Actor(create_user())
    return carry_out(edition, sheet, by=by, now=timezone.now(), **options)


def test_the_same_file_loaded_twice_at_once_is_loaded_once(edition):
    later = second_waits_for(
        lambda: load(edition, "Anker;12"), lambda: load(edition, "Anker;12")
    )

    assert isinstance(later.exception(), Refused)
    assert Figure.objects.count() == 1
    assert FileImport.objects.count() == 1


def test_an_import_that_waits_for_an_undo_sees_what_it_left(edition):
    first = load(edition, "Anker;12")

    later = second_waits_for(
        lambda: undo(first, by=Actor(create_user()), now=timezone.now()),
        lambda: load(edition, "Anker;14"),
    )

    assert (later.result().new, later.result().changed) == (1, 0)
    assert Figure.objects.get().value == 14


def test_an_edition_that_is_being_published_takes_no_more_files(edition):
    load(edition, "Anker;12")

    later = second_waits_for(
        lambda: publish(edition, by=Actor(create_user()), now=timezone.now()),
        lambda: load(edition, "Anker;:\nBakke;3\nBergen;4"),
    )

    assert isinstance(later.exception(), Refused)
    assert Figure.objects.get().value == 12


def test_a_file_that_is_being_loaded_is_in_what_is_published(edition):
    load(edition, "Anker;12")

    later = second_waits_for(
        lambda: load(edition, "Bakke;13"),
        lambda: publish(edition, by=Actor(create_user()), now=timezone.now()),
    )

    assert later.exception() is None
    assert Edition.objects.get().published_at
    assert Figure.objects.count() == 2
