"""Many cases past the verbs: what the database must still say of them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Max, Sum

from grants.models import Application, Award, NumberSeries, Pot, PotRow, Version
from tests.factories import create_area

pytestmark = pytest.mark.django_db


def test_the_cases_have_numbers_without_gaps_and_ledgers_that_add_up(settings):
    settings.DEMO = True
    create_area()

    call_command("load_bulk", applications=60, stdout=StringIO())

    cases = Application.objects.all()
    assert cases.sent().count() == 60
    for series in NumberSeries.objects.all():
        of_year = cases.filter(year=series.year)
        assert of_year.count() == series.last
        assert of_year.aggregate(last=Max("sequence"))["last"] == series.last
    for pot in Pot.objects.all():
        assert pot.balance == pot.rows.aggregate(sum=Sum("amount"))["sum"]
    awarded = PotRow.objects.filter(kind="awarded").aggregate(sum=Sum("amount"))["sum"]
    assert awarded == -Award.objects.aggregate(sum=Sum("amount"))["sum"]
    asked = Version.objects.sent().values_list("application", "amount")
    assert dict(cases.values_list("pk", "asked_amount")) == dict(asked)


def test_no_cases_are_made_outside_the_demo(settings):
    settings.DEMO = False
    create_area()

    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("load_bulk", applications=1)

    assert Application.objects.count() == 0
