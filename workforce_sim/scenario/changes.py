"""Dated changes: a path in the scenario, a new value or a factor, a date, perhaps a ramp and an end.

In: `Change` records and the plan they change. Out: the numbers as they stand on a date, and the log of changes.
Changes apply in order of their dates, those of one date in the order listed, so that the later decision holds. A ramp
goes in a straight line from the value that stood to the new one; factors multiply; `until` undoes from that date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from workforce_sim import units
from workforce_sim.scenario.document import Steps
from workforce_sim.scenario.evidence import Evidence
from workforce_sim.scenario.numbers import Number, numbers, text_at
from workforce_sim.scenario.schema import Plan

RAMP_STEP_DAYS = 28
"""A ramp is followed in steps of so many days."""


@dataclass(frozen=True)
class Change:
    """One dated change of every number that its path names."""

    from_date: date
    """First day on which it acts."""
    until: date | None
    """Day from which it is undone; None for never."""
    ramp_days: float
    """Days from `from_date` until it acts in full; 0 at once."""
    path: str
    """Path in the scenario; `*` stands for any one step."""
    kind: str
    """`set` or `factor`."""
    value: float
    """The new value in the unit of the field, or the factor."""
    text: str
    """The value or factor as written."""
    targets: tuple[Steps, ...]
    """The paths it matches, step by step."""
    evidence: Evidence | None = None
    """What is known about the value or factor, if the change says so."""

    def progress(self, day: date) -> float:
        """How far it acts on a day: 0 not at all, 1 in full."""
        if day < self.from_date or (self.until is not None and day >= self.until):
            return 0.0
        if not self.ramp_days:
            return 1.0
        return min(1.0, (day - self.from_date).days / self.ramp_days)

    def applied(self, value: float, progress: float) -> float:
        """The value that stood, after so much of the change."""
        if self.kind == "set":
            return value + (self.value - value) * progress
        return value * (1 + (self.value - 1) * progress)

    def dates(self) -> Iterator[date]:
        """Days on which something happens: its beginning, the steps and end of its ramp, its own end."""
        yield self.from_date
        ramp, step = round(self.ramp_days), RAMP_STEP_DAYS
        for days in (*range(step, ramp, step), ramp):
            day = self.from_date + timedelta(days=days)
            if self.until is None or day < self.until:
                yield day
        if self.until is not None:
            yield self.until

    def turning_dates(self) -> Iterator[date]:
        """The days between which everything goes in a straight line."""
        yield self.from_date
        yield self.from_date + timedelta(days=round(self.ramp_days))
        if self.until is not None:
            yield from (self.until - timedelta(days=1), self.until)


def in_order(changes: Sequence[Change]) -> list[Change]:
    """Changes in the order in which they apply."""
    return sorted(changes, key=lambda change: change.from_date)


def changed_numbers(plan: Plan, changes: Sequence[Change], day: date) -> dict[Number, float]:
    """The numbers that differ from the plan's on a day, and their values then."""
    by_steps = {number.steps: number for number in numbers(plan)}
    values: dict[Number, float] = {}
    for change in in_order(changes):
        progress = change.progress(day)
        for steps in change.targets if progress else ():
            number = by_steps[steps]
            values[number] = change.applied(values.get(number, number.value or 0.0), progress)
    return {number: value for number, value in values.items() if value != number.value}


def change_log(plan: Plan, tree: dict[str, Any], changes: Sequence[Change]) -> tuple[str, ...]:
    """Every change as *date path: old → new*, in the order in which they apply."""
    by_steps = {number.steps: number for number in numbers(plan)}
    lines, ordered = [], in_order(changes)
    for position, change in enumerate(ordered):
        standing = changed_numbers(plan, ordered[:position], change.from_date)
        for steps in change.targets:
            number = by_steps[steps]
            old = standing.get(number, number.value)
            before = text_at(tree, steps) if number not in standing else None
            told = _told(number, old) if before is None else before
            line = f"{change.from_date} {number.path}: {told} → {_told(number, change.applied(old or 0.0, 1.0))}"
            lines.append(line + _ending(change))
    return tuple(lines)


def _told(number: Number, value: float | None) -> str:
    """A value in words, to six digits."""
    return "not given" if value is None else str(number.quantity.write(float(f"{value:.6g}")))


def _ending(change: Change) -> str:
    ramp = f", over {units.DURATION.write(change.ramp_days)}" if change.ramp_days else ""
    return ramp + (f", until {change.until}" if change.until else "")
