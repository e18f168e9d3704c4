"""The tile map: one equal cell for each place. It knows places only as tiles."""

import re
from dataclasses import dataclass

WIDTH, HEIGHT, GAP = 128, 84, 6
LINE = 17
LONGEST_LINE = 14
# Where a long name may be broken, besides at spaces and strokes.
ENDINGS = re.compile(
    r"(?<=\w{4})(?=(?:fjellet|skogen|tangen|høyden|prisen|fjord|bakken|dalen)\b)"
)


@dataclass
class Tile:
    """One place: where it stands, what it is called, where it leads, how it is drawn.

    `state`: active, ended or other. `mark` says how sure the name is.
    """

    column: int | None
    row: int | None
    name: str
    mark: str
    group: str
    url: str
    state: str

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
    def group_y(self):
        return self.y + 17

    @property
    def lines(self):
        """The name in lines that fit, between group and mark: text and y of each."""
        parts = name_lines(self.name)
        first = self.y + HEIGHT // 2 + 6 - LINE * (len(parts) - 1) // 2
        return [(text, first + LINE * number) for number, text in enumerate(parts)]

    @property
    def mark_y(self):
        return self.y + HEIGHT - 9


def name_lines(name):
    """The name cut at spaces, strokes and known endings into lines that fit a tile."""
    lines = [""]
    for part in re.split(r"(?<=[ /])", name):
        if len(lines[-1] + part.rstrip()) <= LONGEST_LINE:
            lines[-1] += part
        elif len(part.rstrip()) <= LONGEST_LINE:
            lines.append(part)
        else:
            pieces = ENDINGS.split(part)
            lines += [f"{piece}-" for piece in pieces[:-1]] + pieces[-1:]
    return [line.strip() for line in lines if line.strip()]


def map_size(tiles):
    """Width and height of the drawing that holds the tiles."""
    columns = max((tile.column for tile in tiles), default=0) + 1
    rows = max((tile.row for tile in tiles), default=0) + 1
    return columns * (WIDTH + GAP) - GAP, rows * (HEIGHT + GAP) - GAP
