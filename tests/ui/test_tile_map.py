import pytest
from django.template import Context, Template

from omradesatsing.ui.tiles import Tile, name_lines


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Olsvik", ["Olsvik"]),
        ("Solheim nord", ["Solheim nord"]),
        ("Nordre Fyllingen", ["Nordre", "Fyllingen"]),
        ("Nygårdshøyden/Møhlenpris", ["Nygårdshøyden/", "Møhlenpris"]),
        ("Nattlandsfjellet", ["Nattlands-", "fjellet"]),
        ("Gullfjellet sør", ["Gullfjellet", "sør"]),
    ],
)
def test_a_long_name_is_cut_where_it_reads_well(name, lines):
    assert name_lines(name) == lines


def test_a_tile_is_a_link_that_says_all_that_the_drawing_says():
    tiles = [
        Tile(1, 2, "Alvøy", "utledet navn", "Laksevåg", "/soner/alvoy/", "ended"),
        Tile(None, None, "Uten rute", "", "Laksevåg", "/soner/uten/", "other"),
    ]
    template = Template("{% load tilemap %}{% tile_map tiles 'Kart' 'Se tabellen' %}")

    html = template.render(Context({"tiles": tiles}))

    assert html.count("<a ") == 1
    assert (
        '<a class="tile tile--ended" href="/soner/alvoy/" aria-label="Alvøy (utledet'
        ' navn), Laksevåg, hadde områdesatsing">' in html
    )
    assert '<title id="rutekart-tittel">Kart</title>' in html
    assert '<desc id="rutekart-tekst">Se tabellen</desc>' in html
    assert "style=" not in html
