"""Numbers in words: how a value, a difference and a list are told, the same in every table, sentence and figure.

In: numbers with units. Out: text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pandas as pd

from workforce_sim.scenario.numbers import Number, numbers
from workforce_sim.scenario.scenario import Scenario

UNSUPPORTED = "U"

YEARS_SHOWN = 5
"""More years than this do not fit a line of 80 characters."""


def told(value: float, unit: str) -> str:
    """A value without its unit: shares in percent, WTE and weeks with one decimal, people whole."""
    if math.isnan(value):
        return "–"
    if unit in ("share", "0 to 1"):
        return f"{100 * value:.0f}%"
    return f"{value:,.0f}" if abs(value) >= 100 or unit in ("people", "contacts", "crises") else f"{value:.1f}"


def change(row: pd.Series, unit: str) -> str:
    """A difference and half its interval, such as `+6 ±2`: shares in percentage points."""
    scale, digits = _scale(unit, row["difference"])
    half = (row["high"] - row["low"]) / 2
    sure = "" if math.isnan(half) else f" ±{scale * half:,.{digits}f}"
    return f"{scale * row['difference']:+,.{digits}f}{sure}"


def by_how_much(row: pd.Series) -> str:
    """The size of a difference in words, with its interval: `3.1 weeks (2.2 to 4.0)`."""
    unit = str(row["unit"])
    scale, digits = _scale(unit, row["difference"])
    size = f"{scale * abs(row['difference']):,.{digits}f} {unit_words(unit)}"
    if math.isnan(row["low"]):
        return size
    ends = sorted(scale * end * math.copysign(1, row["difference"]) for end in (row["low"], row["high"]))
    return f"{size} ({ends[0]:,.{digits}f} to {ends[1]:,.{digits}f})"


def unit_words(unit: str) -> str:
    """The unit of a difference."""
    return {"share": "percentage points", "0 to 1": "percentage points", "people per WTE": "people"}.get(unit, unit)


def _scale(unit: str, value: float) -> tuple[float, int]:
    """Factor and decimals: small differences get a decimal more."""
    scale = 100.0 if unit in ("share", "0 to 1") else 1.0
    return scale, 0 if abs(scale * value) >= 10 else 1


def joined(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def years_shown(years: Iterable[int]) -> list[int]:
    """At most five years: all, or the first four and the last."""
    every = sorted({int(year) for year in years})
    return every if len(every) <= YEARS_SHOWN else every[: YEARS_SHOWN - 1] + every[-1:]


def assumed_numbers(scenario: Scenario) -> tuple[list[Number], int]:
    """Numbers without evidence (grade U, or none given), and how many numbers there are in all."""
    graded = scenario.evidence
    given = [number for number in numbers(scenario) if number.value is not None]
    assumed = [n for n in given if n.path not in graded or graded[n.path].grade in (None, UNSUPPORTED)]
    return assumed, len(given)


def assumptions(scenarios: Sequence[Scenario]) -> list[str]:
    """How much of each scenario is assumption, those with the same count together."""
    by_count: dict[tuple[int, int], list[str]] = {}
    for scenario in scenarios:
        assumed, total = assumed_numbers(scenario)
        by_count.setdefault((len(assumed), total), []).append(scenario.name)
    if len(by_count) == 1 and len(scenarios) > 1:
        by_count = {count: ["Each scenario"] for count in by_count}
    return [
        f"{joined(names)}: {few} of {total} numbers are assumptions (no evidence given, or grade {UNSUPPORTED})."
        for (few, total), names in by_count.items()
    ]
