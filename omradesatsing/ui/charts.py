"""Figures as SVG: where everything stands. The templates in `ds/charts/` draw it.

A chart knows numbers and words, never what they are about. Each has a title and a
description that are read aloud, words at both ends, and shapes that differ in more than
colour. The table with the same numbers stands beside it on the page.
"""

import math
from dataclasses import dataclass, field
from itertools import pairwise

# Colours, tested for contrast and for colour-blind readers. No red and green.
LOWER, SIMILAR, HIGHER = "#8a4a0a", "#f2f2f2", "#3f3f93"
INK, LINE, PAPER = "#1b1f24", "#5f6670", "#ffffff"
SERIES = ["#12436d", "#801650", "#b04a10", "#28727b"]
DASHES = ["", "8 4", "2 4", "10 4 2 4"]


def nice_step(span, ticks=5):
    """A step of 1, 2 or 5 times a power of ten that makes about so many ticks."""
    if span <= 0:
        return 1.0
    power = 10 ** math.floor(math.log10(span / ticks))
    return next(
        (power * m for m in (1, 2, 5, 10) if span / (power * m) <= ticks), power * 10
    )


@dataclass
class Scale:
    """From numbers to units of the drawing, with round numbers at the ticks."""

    lowest: float
    highest: float
    start: float
    end: float

    @classmethod
    def around(cls, numbers, start, end, *, from_zero=False):
        """A scale that has room for all the numbers."""
        lowest, highest = min(numbers), max(numbers)
        if from_zero:
            lowest = min(lowest, 0)
        if lowest == highest:
            lowest, highest = lowest - 1, highest + 1
        step = nice_step(highest - lowest)
        low = math.floor(lowest / step) * step
        high = math.ceil(highest / step) * step
        # Shares and counts do not go below nought.
        return cls(max(low, 0) if lowest >= 0 else low, high, start, end)

    def at(self, number):
        part = (number - self.lowest) / (self.highest - self.lowest)
        return round(self.start + part * (self.end - self.start), 1)

    @property
    def ticks(self):
        step = nice_step(self.highest - self.lowest)
        count = int(round((self.highest - self.lowest) / step))
        return [round(self.lowest + step * n, 6) for n in range(count + 1)]


@dataclass
class Mark:
    """A number that is named in a chart. `low` and `high`: the interval, or None."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None


def at_most(text, longest):
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


# --- dot strip -----------------------------------------------------------------------


@dataclass
class DotStrip:
    """All places on one axis, some of them named, and Bergen's line.

    `uid` is unique on the page. `ends` are the words at the left and the right.
    """

    uid: str
    title: str
    description: str
    values: list
    marks: list
    city: Mark | None
    ends: tuple
    number: object
    mark: str = ""
    # Narrow, so that its words can be read on a phone without scrolling.
    width: int = 380
    margin: int = 16

    def __post_init__(self):
        numbers = list(self.values)
        for mark in [*self.marks, *([self.city] if self.city else [])]:
            numbers += [n for n in (mark.value, mark.low, mark.high) if n is not None]
        self.scale = Scale.around(numbers, self.margin, self.width - self.margin)
        self.axis = 48 + 24 * len(self.marks)
        self.height = self.axis + 62
        self.dots = self._dots()

    def _dots(self):
        """One path of round dots; equal ones are piled up."""
        piled = {}
        parts = []
        for value in self.values:
            x = round(self.scale.at(value))
            height = piled.get(x, 0)
            piled[x] = height + 1
            parts.append(f"M{x} {self.axis - 7 - min(height, 3) * 3}h0")
        return "".join(parts)

    @property
    def tick_marks(self):
        return [(self.scale.at(n), self.number(n)) for n in self.scale.ticks]

    @property
    def placed(self):
        """Each named place: x, the y of its line, its ends, and where its words go."""
        rows = []
        for row, mark in enumerate(self.marks):
            x = self.scale.at(mark.value)
            left = x > self.width / 2
            rows.append(
                {
                    "x": x,
                    "y": 34 + 24 * row,
                    "bottom": self.axis - 1,
                    "low": None if mark.low is None else self.scale.at(mark.low),
                    "high": None if mark.high is None else self.scale.at(mark.high),
                    "text": f"{at_most(mark.label, 18)} {mark.text}",
                    "words_x": x - 11 if left else x + 11,
                    "anchor": "end" if left else "start",
                    "shape": row,
                    "colour": SERIES[row % len(SERIES)],
                }
            )
        return rows

    @property
    def city_line(self):
        if self.city is None:
            return None
        x = self.scale.at(self.city.value)
        left = x > self.width / 2
        return {
            "x": x,
            "text": f"{self.city.label} {self.city.text}",
            "words_x": x - 6 if left else x + 6,
            "anchor": "end" if left else "start",
        }


# --- development ---------------------------------------------------------------------


@dataclass
class Line:
    """One series: its name and a Mark or None for each step, and where it breaks."""

    name: str
    marks: list
    breaks: set = field(default_factory=set)


@dataclass
class LineChart:
    """Values through editions, with a gap where they may not be compared."""

    uid: str
    title: str
    description: str
    steps: list
    lines: list
    ends: tuple
    number: object
    mark: str = ""
    width: int = 640
    height: int = 270

    def __post_init__(self):
        numbers = [0.0]
        for line in self.lines:
            for mark in line.marks:
                if mark:
                    numbers += [
                        n for n in (mark.value, mark.low, mark.high) if n is not None
                    ]
        self.scale = Scale.around(numbers, self.height - 46, 30, from_zero=True)
        self.left, self.right = 48, self.width - 150

    def x(self, step):
        if len(self.steps) == 1:
            return (self.left + self.right) / 2
        part = step / (len(self.steps) - 1)
        return round(self.left + 20 + part * (self.right - self.left - 20), 1)

    @property
    def tick_marks(self):
        return [(self.scale.at(n), self.number(n)) for n in self.scale.ticks]

    @property
    def step_marks(self):
        return [(self.x(n), at_most(text, 12)) for n, text in enumerate(self.steps)]

    @property
    def drawn(self):
        rows, taken = [], []
        for number, line in enumerate(self.lines):
            points = [
                (step, mark, self.x(step), self.scale.at(mark.value))
                for step, mark in enumerate(line.marks)
                if mark
            ]
            path = ""
            for before, after in pairwise([None, *points]):
                joined = before and after[0] not in line.breaks
                path += f"{'L' if joined else 'M'}{after[2]} {after[3]}"
            end = points[-1] if points else None
            label_y = end and self._free(end[3], taken)
            rows.append(
                {
                    "name": at_most(line.name, 20),
                    "path": path,
                    "points": [
                        {
                            "x": x,
                            "y": y,
                            "low": None if m.low is None else self.scale.at(m.low),
                            "high": None if m.high is None else self.scale.at(m.high),
                        }
                        for _step, m, x, y in points
                    ],
                    "colour": SERIES[number % len(SERIES)],
                    "dash": DASHES[number % len(DASHES)],
                    "end_x": end and end[2] + 12,
                    "end_y": label_y and label_y + 5,
                    "end_text": end and end[1].text,
                }
            )
        return rows

    def _free(self, y, taken):
        """A height for a label that no other label has."""
        while any(abs(y - other) < 18 for other in taken):
            y += 6
        taken.append(y)
        return y


# --- slope and sparkline -------------------------------------------------------------

MOST_SLOPES = 10


@dataclass
class Slope:
    """Places between two editions. `rows` are (name, Mark before, Mark after)."""

    uid: str
    title: str
    description: str
    steps: tuple
    rows: list
    ends: tuple
    mark: str = ""
    width: int = 640
    height: int = 320

    def __post_init__(self):
        self.rows = self.rows[:MOST_SLOPES]
        numbers = [m.value for _name, *marks in self.rows for m in marks]
        self.scale = Scale.around(numbers or [0, 1], self.height - 40, 50)

    @property
    def drawn(self):
        left, right, drawn = [], [], []
        for number, (name, before, after) in enumerate(self.rows):
            y, z = self.scale.at(before.value), self.scale.at(after.value)
            drawn.append(
                {
                    "before": f"{at_most(name, 20)} {before.text}",
                    "after": f"{after.text} {at_most(name, 20)}",
                    "y": y,
                    "z": z,
                    "before_y": _apart(y, left) + 5,
                    "after_y": _apart(z, right) + 5,
                    "colour": SERIES[number % len(SERIES)],
                    "dash": DASHES[number % len(DASHES)],
                }
            )
        return drawn


def _apart(y, taken):
    while any(abs(y - other) < 17 for other in taken):
        y += 5
    taken.append(y)
    return y


@dataclass
class Sparkline:
    """A small line for a table. Its first and last number stand beside it as text."""

    values: list
    width: int = 96
    height: int = 24

    @property
    def path(self):
        scale = Scale.around(self.values, self.height - 4, 4)
        step = (self.width - 8) / max(len(self.values) - 1, 1)
        points = [
            f"{round(4 + n * step, 1)} {scale.at(value)}"
            for n, value in enumerate(self.values)
        ]
        return "M" + "L".join(points)

    @property
    def last(self):
        x, y = self.path.rsplit("L", 1)[-1].removeprefix("M").split()
        return {"x": x, "y": y}
