"""Maps of places by class: equal tiles, or outlines where borders are known."""

from dataclasses import dataclass

from omradesatsing.ui.charts import HIGHER, INK, LOWER, PAPER, SIMILAR
from omradesatsing.ui.tiles import GAP, HEIGHT, WIDTH, map_size, name_lines

FILLS = {
    "lower": LOWER,
    "similar": SIMILAR,
    "higher": HIGHER,
    "hidden": PAPER,
    "missing": PAPER,
}
TEXTS = {"lower": PAPER, "higher": PAPER}


@dataclass
class Place:
    """One place on a map. `state`: lower, similar, higher, hidden or missing.

    `value` is what is printed in it, `says` what is read aloud. `outline` is
    {"d": path, "box": [x, y, x, y]} or None.
    """

    name: str
    mark: str
    group: str
    url: str
    state: str
    value: str
    says: str
    column: int | None = None
    row: int | None = None
    outline: dict | None = None

    @property
    def fill(self):
        return FILLS[self.state]

    @property
    def ink(self):
        return TEXTS.get(self.state, INK)

    @property
    def x(self):
        return self.column * (WIDTH + GAP)

    @property
    def y(self):
        return self.row * (HEIGHT + GAP)

    @property
    def middle(self):
        return self.x + WIDTH // 2

    @property
    def lines(self):
        """The name's lines and their heights, above the value."""
        return [
            (text, self.y + 20 + 15 * n) for n, text in enumerate(name_lines(self.name))
        ]

    @property
    def value_y(self):
        return self.y + HEIGHT - 20

    @property
    def mark_y(self):
        return self.y + HEIGHT - 5

    @property
    def band_y(self):
        """A band with the pattern at the top of the tile, where no words are."""
        return self.y + 1


@dataclass
class ClassMap:
    """A map with one class for each place, drawn as tiles or outlines.

    `uid` is unique on the page. `legend` are (state, words) pairs.
    """

    uid: str
    title: str
    description: str
    places: list
    legend: list
    source: str = ""
    mark: str = ""

    width, height = WIDTH, HEIGHT

    @property
    def has_outlines(self):
        return bool(self.places) and all(p.outline for p in self.places)

    @property
    def tiles(self):
        return [p for p in self.places if None not in (p.column, p.row)]

    @property
    def size(self):
        return map_size(self.tiles)

    @property
    def view_box(self):
        if self.has_outlines:
            boxes = [p.outline["box"] for p in self.places]
            left, top = (min(box[n] for box in boxes) for n in (0, 1))
            right, bottom = (max(box[n] for box in boxes) for n in (2, 3))
            edge = round((right - left) * 0.02)
            return (
                f"{left - edge} {top - edge} "
                f"{right - left + 2 * edge} {bottom - top + 2 * edge}"
            )
        width, height = self.size
        return f"-{GAP} -{GAP} {width + 2 * GAP} {height + 2 * GAP}"

    @property
    def poster(self):
        """For a drawing that stands alone: its size, with room for words around it."""
        width, height = self.size
        top = 96 + (28 if self.mark else 0)
        bottom = 36 + 26 * len(self.legend)
        return {
            "width": width + 2 * GAP + 40,
            "height": height + top + bottom,
            "top": top,
            "legend": [
                {
                    "y": top + height + 24 + 26 * n,
                    "text_y": top + height + 40 + 26 * n,
                    "state": state,
                    "fill": FILLS[state],
                    "words": words,
                }
                for n, (state, words) in enumerate(self.legend)
            ],
            "source_y": height + top + bottom - 10,
        }
