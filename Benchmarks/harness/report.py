"""The table, the facts and the JSON document."""

import statistics
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Row:
    """A contender's images per second, one number for each round, or why there is none."""

    name: str
    images: int
    rates: list[float] = field(default_factory=list)
    failure: str = ""
    # The first of the last round.
    picture: bytes = b""

    def median(self) -> float:
        return statistics.median(self.rates)

    def ratio(self, bound: "Row") -> float | None:
        """The median of the rounds' own ratios: what slows a whole round down cancels out."""
        if self.failure or bound.failure:
            return None
        ratios = [mine / theirs for mine, theirs in zip(self.rates, bound.rates, strict=True)]
        return statistics.median(ratios)

    def cells(self, bound: "Row") -> list[str]:
        if self.failure:
            return [self.name, self.failure]
        ratio = self.ratio(bound)
        return [self.name, f"{self.median():.1f}", f"({min(self.rates):.1f}..{max(self.rates):.1f})",
                "-" if ratio is None else f"{ratio:.2f}"]

    def document(self, bound: "Row") -> dict[str, Any]:
        numbers = {} if self.failure else {
            "median": self.median(), "minimum": min(self.rates), "maximum": max(self.rates),
            "ratioToCLoop": self.ratio(bound), "rounds": self.rates,
        }
        return {"name": self.name, "imagesPerRound": self.images, "failure": self.failure or None, **numbers}


@dataclass(frozen=True)
class SpoolCost:
    """A row against another one that makes the same pictures without a spool, and the ratio that is wanted."""

    name: str
    bound: str
    goal: float | None = None

    def rows(self, rows: list[Row]) -> tuple[Row, Row] | None:
        by_name = {row.name: row for row in rows}
        return (by_name[self.name], by_name[self.bound]) if {self.name, self.bound} <= by_name.keys() else None

    def ratio(self, rows: list[Row]) -> float | None:
        """None if one of the rows has no numbers."""
        both = self.rows(rows)
        return both and both[0].ratio(both[1])

    def is_fair(self, rows: list[Row]) -> bool:
        """Whether both made the same picture, byte for byte. If not, they did not do the same work."""
        both = self.rows(rows)
        return both is not None and both[0].picture == both[1].picture

    def line(self, rows: list[Row]) -> str:
        goal = "" if self.goal is None else f" (goal: {self.goal:.2f} or more)"
        doubt = "" if self.is_fair(rows) else "; it means nothing, as their pictures differ"
        return f"    {self.name}: {self.ratio(rows):.2f} of {self.bound}{goal}{doubt}"

    def document(self, rows: list[Row]) -> dict[str, Any]:
        return {"name": self.name, "of": self.bound, "ratio": self.ratio(rows), "goal": self.goal,
                "samePicture": self.is_fair(rows)}


def table(rows: list[Row]) -> str:
    """Rows with the first one as the bound; the text of a failure takes the place of its numbers."""
    header = ["", "img/s", "(min..max)", "of the C loop"]
    cells = [row.cells(rows[0]) for row in rows]
    measured = [header, *(line for line in cells if len(line) == len(header))]
    name_width = max(len(line[0]) for line in (header, *cells))
    widths = [max(len(line[column]) for line in measured) for column in range(1, len(header))]
    lines = []
    for name, *values in (header, *cells):
        if len(values) == len(widths):
            values = [value.rjust(width) for value, width in zip(values, widths, strict=True)]
        lines.append("  ".join([name.ljust(name_width), *values]))
    return "\n".join(lines)


def aligned(facts: dict[str, str]) -> str:
    width = max(map(len, facts))
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in facts.items())
