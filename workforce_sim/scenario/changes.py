"""Dated changes: a path in the scenario, a new value, a factor or an addition, a date, perhaps a shape and an end.

In: `Change` records and the plan they change. Out: the numbers as they stand on a date, and the log of changes.
Changes apply in order of their dates, those of one date in the order listed, so that the later decision holds. What
grows goes from the value that stood to the new one; factors multiply, additions add; `until` undoes from that date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from workforce_sim import units
from workforce_sim.scenario.document import Steps
from workforce_sim.scenario.evidence import Evidence
from workforce_sim.scenario.numbers import Number, numbers, text_at
from workforce_sim.scenario.schema import Plan
from workforce_sim.scenario.shapes import AT_ONCE, Shape


@dataclass(frozen=True)
class Change:
    """One dated change of every number that its path names."""

    from_date: date
    """First day on which it acts."""
    until: date | None
    """Day from which it is undone; None for never."""
    path: str
    """Path in the scenario; `*` stands for any one step."""
    kind: str
    """`set`, `factor` or `add`."""
    text: str
    """The value, factor or addition as written."""
    shape: Shape = AT_ONCE
    """How it grows and fades."""
    value: float = 0.0
    """The new value or the addition in the unit of the field, or the factor."""
    targets: tuple[Steps, ...] = ()
    """The paths it matches, step by step."""
    evidence: Evidence | None = None
    """What is known about the value, if the change says so."""
    lever: str = ""
    """The lever that it belongs to, if any."""

    def progress(self, day: date) -> float:
        """How far it acts on a day: 0 not at all, 1 in full."""
        if day < self.from_date or (self.until is not None and day >= self.until):
            return 0.0
        return self.shape.progress((day - self.from_date).days)

    def applied(self, value: float, progress: float) -> float:
        """The value that stood, after so much of the change."""
        if self.kind == "set":
            return value + (self.value - value) * progress
        if self.kind == "add":
            return value + self.value * progress
        return value * (1 + (self.value - 1) * progress)

    def dates(self, end: date) -> Iterator[date]:
        """Days before `end` on which something happens: its beginning, the steps of its shape, its own end."""
        yield from self.shape.dates(self.from_date, min(end, self.until or end))
        if self.until is not None and self.until < end:
            yield self.until

    def turning_dates(self, end: date) -> Iterator[date]:
        """The days between which everything goes in a straight line, or nearly so."""
        if self.shape.is_curved:
            yield from self.dates(end)
        yield self.from_date
        yield self.from_date + timedelta(days=round(self.shape.full_days))
        if self.until is not None:
            yield from (self.until - timedelta(days=1), self.until)


def in_order(changes: Sequence[Change]) -> list[Change]:
    """Changes in the order in which they apply."""
    return sorted(changes, key=lambda change: change.from_date)


def numbers_by_steps(plan: Plan) -> dict[Steps, Number]:
    """The numbers of a plan by their paths."""
    return {number.steps: number for number in numbers(plan)}


def changed_numbers(
    known: Mapping[Steps, Number], changes: Sequence[Change], day: date, decided: Sequence[Change] = ()
) -> dict[Number, float]:
    """The numbers that differ from the plan's on a day, and their values then; `decided` come last, in full."""
    values: dict[Number, float] = {}
    acting = [(change, change.progress(day)) for change in in_order(changes)]
    for change, progress in (*acting, *((change, 1.0) for change in decided)):
        for steps in change.targets if progress else ():
            number = known[steps]
            values[number] = change.applied(values.get(number, number.value or 0.0), progress)
    return {number: value for number, value in values.items() if value != number.value}


def change_log(plan: Plan, tree: dict[str, Any], changes: Sequence[Change]) -> tuple[str, ...]:
    """Every change as *date path: old → new*, in the order in which they apply."""
    known = numbers_by_steps(plan)
    lines, ordered = [], in_order(changes)
    for position, change in enumerate(ordered):
        standing = changed_numbers(known, ordered[:position], change.from_date)
        for steps in change.targets:
            number = known[steps]
            old = standing.get(number, number.value)
            before = text_at(tree, steps) if number not in standing else None
            told = _told(number, old) if before is None else before
            full = change.applied(old or 0.0, change.shape.extent)
            if change.lever and full == old:
                continue  # a lever need not move every number that its paths name
            new = _told(number, full)
            lines.append(f"{change.from_date} {number.path}: {told} → {new}{_ending(change)}")
    return tuple(lines)


def _told(number: Number, value: float | None) -> str:
    """A value in words, to six digits."""
    return "not given" if value is None else str(number.quantity.write(float(f"{value:.6g}")))


def _ending(change: Change) -> str:
    """How it grows, fades and ends, and whose it is."""
    shape, words = change.shape, ""
    if shape.ramp_days:
        words += f", over {units.DURATION.write(shape.ramp_days)}"
    if shape.uptake_days:
        words += f", half of it adopted after {units.DURATION.write(shape.uptake_days)}"
    if shape.half_life_days:
        words += f", then halving every {units.DURATION.write(shape.half_life_days)}"
    if change.until:
        words += f", until {change.until}"
    return words + (f" (lever {change.lever})" if change.lever else "")
