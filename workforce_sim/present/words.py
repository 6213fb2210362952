"""Numbers in words: how a value, a difference and a list are told, the same in every table, sentence and figure.

In: numbers with units. Out: text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from workforce_sim.scenario.assumptions import UNSUPPORTED, Known

UNDEFINED = "\N{EN DASH}"
"""Stands where there is no value."""

THOUSAND = 1000.0

YEARS_SHOWN = 5
"""More years than this do not fit a line of 80 characters."""


class Cell(NamedTuple):
    """One measure of one scenario in one year; from a comparison also its difference from the baseline."""

    measure: str
    unit: str
    year: int
    mean: float
    difference: float = math.nan
    low: float = math.nan
    """Low end of the interval of the difference."""
    high: float = math.nan
    told_apart: bool = False

    @property
    def half_width(self) -> float:
        """Half the interval of the difference."""
        return (self.high - self.low) / 2


def cells(frame: pd.DataFrame, scenario: str) -> dict[tuple[str, int], Cell]:
    """The rows of a summary or comparison that belong to a scenario, by measure and year."""
    columns = [name for name in Cell._fields if name in frame]
    if "difference" not in frame:
        columns = ["measure", "unit", "year", "mean"]
    rows = frame.loc[frame["scenario"] == scenario, columns].itertuples(index=False, name=None)
    return {(cell.measure, cell.year): cell for cell in (Cell(*row) for row in rows)}


def told(value: float, unit: str) -> str:
    """A value without its unit: shares in percent, WTE and weeks with one decimal, people whole, £ in thousands."""
    if math.isnan(value):
        return UNDEFINED
    if unit == "pounds":
        return f"{value / THOUSAND:,.0f}"
    if unit in ("share", "0 to 1"):
        return f"{100 * value:.0f}%"
    return f"{value:,.0f}" if abs(value) >= 100 or unit in ("people", "contacts", "crises") else f"{value:.1f}"


def change(cell: Cell) -> str:
    """A difference and half its interval, such as `+6.2 ±2.0`: shares in percentage points, £ in thousands."""
    scale, digits = _scale(cell)
    sure = "" if math.isnan(cell.half_width) else f" ±{scale * cell.half_width:,.{digits}f}"
    return f"{scale * cell.difference:+,.{digits}f}{sure}"


def by_how_much(cell: Cell) -> str:
    """The size of a difference in words, with its interval: `3.1 weeks (2.2 to 4.0)`."""
    if cell.unit == "pounds":
        return pounds(
            abs(cell.difference), *sorted(math.copysign(1, cell.difference) * x for x in (cell.low, cell.high))
        )
    scale, digits = _scale(cell)
    words = {"share": "percentage points", "0 to 1": "percentage points", "people per WTE": "people"}
    size = f"{scale * abs(cell.difference):,.{digits}f} {words.get(cell.unit, cell.unit)}"
    if math.isnan(cell.low):
        return size
    low, high = sorted(math.copysign(scale, cell.difference) * end for end in (cell.low, cell.high))
    return f"{size} ({low:,.{digits}f} to {high:,.{digits}f})"


def pounds(mean: float, low: float, high: float) -> str:
    """A sum of money with its interval, to three digits or whole pounds: `£13,400 (£12,900 to £13,900)`."""
    digits = min(0, 2 - math.floor(math.log10(abs(mean)))) if mean else 0
    told_mean, told_low, told_high = (
        "" if math.isnan(x) else f"{'-' if round(x, digits) < 0 else ''}£{abs(round(x, digits)):,.0f}"
        for x in (mean, low, high)
    )
    return told_mean if math.isnan(low) else f"{told_mean} ({told_low} to {told_high})"


def _scale(cell: Cell) -> tuple[float, int]:
    """Factor and decimals: small differences get a decimal more."""
    scale = {"share": 100.0, "0 to 1": 100.0, "pounds": 1 / THOUSAND}.get(cell.unit, 1.0)
    return scale, 0 if abs(scale * cell.difference) >= 10 else 1


def joined(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def years_shown(years: Iterable[int]) -> list[int]:
    """At most five years: all, or the first four and the last."""
    every = sorted(set(years))
    return every if len(every) <= YEARS_SHOWN else every[: YEARS_SHOWN - 1] + every[-1:]


def assumptions(registers: Mapping[str, Sequence[Known]]) -> list[str]:
    """How much of each scenario is assumption, by name; those with the same count together."""
    by_count: dict[tuple[int, int], list[str]] = {}
    for name, register in registers.items():
        by_count.setdefault((sum(known.assumed for known in register), len(register)), []).append(name)
    if len(by_count) == 1 and len(registers) > 1:
        by_count = {count: ["Each scenario"] for count in by_count}
    return [
        f"{joined(names)}: {few} of {total} numbers are assumptions (no evidence given, or grade {UNSUPPORTED})."
        for (few, total), names in by_count.items()
    ]
