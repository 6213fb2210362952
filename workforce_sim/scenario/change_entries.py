"""The `changes` of a scenario as written, read into `Change` records.

In: the entries of all layers, and the plan they change. Out: changes that fit the plan, and findings about the others:
a path that names nothing, a value in the wrong unit, a date outside the run, a change that changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from workforce_sim import units
from workforce_sim.errors import Findings, nearest, quoted, shown
from workforce_sim.scenario.changes import Change, changed_numbers, in_order, numbers_by_steps
from workforce_sim.scenario.document import Steps
from workforce_sim.scenario.evidence import evidence_of
from workforce_sim.scenario.layers import Entry, is_long_hand
from workforce_sim.scenario.numbers import Number, matches, numbers
from workforce_sim.scenario.quantities import Quantity, difference_of
from workforce_sim.scenario.schema import Plan
from workforce_sim.scenario.shapes import GRID_DAYS, Shape
from workforce_sim.units import Unreadable

GREATEST_CHANGES = 500
"""Most dated changes in a scenario."""

_FACTOR = Quantity(units.MULTIPLIER, 0.0, 1000.0)
_SHAPE = {
    "ramp": Quantity(units.DURATION, 0.0, 60 * units.YEAR_DAYS),
    "uptake": Quantity(units.DURATION, 1.0, 30 * units.YEAR_DAYS),
    "half_life": Quantity(units.DURATION, GRID_DAYS, 60 * units.YEAR_DAYS),
    "extent": Quantity(units.SHARE, 0.0, 1.0),
}
_FORMS = (
    "{from: 2026-10-01, set: a.path, to: …}, {from: 2026-10-01, factor: a.path, by: x0.9} or "
    "{from: 2026-10-01, add: a.path, by: +2 wte}"
)
_KEYS = ("from", "until", "set", "to", "factor", "add", "by", *_SHAPE)
VALUE_KEYS = {"set": "to", "factor": "by", "add": "by"}
"""Kind of a change → the key of its value."""
_FIXED = {
    "name": "the name",
    "description": "the description",
    "workshop": "the protocol of a workshop",
    "start": "the start",
    "horizon": "the horizon",
    "opening_state": "the opening state",
    "warm_up": "the warm-up",
    "calendar": "the calendar",
    "copies": "the number of teams",
    "lists": "whether teams share a list",
    "severities": "the list of severities",
    "today": "the opening state",
}
"""First steps of paths that no dated change may name → what they are."""
_FIXED_SECOND = {
    "training": "the plan of training",
    "upskilling": "the plan of upskilling",
    "conversions": "the plan of conversions",
}
"""Second steps of paths in the workforce that no dated change may name → what they are."""
_FIXED_LAST = {"in_post": "the number of people in post on the first day"}
"""Last steps of paths that no dated change may name → what they are."""


def read_changes(entries: Sequence[Entry], plan: Plan, findings: Findings) -> tuple[Change, ...]:
    """The dated changes of a plan, as listed; what is wrong with them goes to the findings."""
    if len(entries) > GREATEST_CHANGES:
        findings.add(entries[-1].finding((), f"{len(entries)} changes", f"at most {GREATEST_CHANGES}"))
        return ()
    known = tuple(number for number in numbers(plan) if not _fixed(number.steps))
    read = [(entry, _ChangeEntry(entry, plan, known, findings).change()) for entry in entries]
    changes = [(entry, change) for entry, change in read if change is not None]
    if len(changes) == len(entries):
        _refuse_idle(changes, plan, findings)
    return tuple(change for _, change in changes)


def _fixed(steps: Steps) -> str | None:
    """What a path is, if it cannot change in time."""
    if steps[0] == "teams" and len(steps) > 2:
        steps = steps[2:]
    planned = _FIXED_SECOND.get(str(steps[1])) if str(steps[0]) == "workforce" and len(steps) > 1 else None
    return _FIXED.get(str(steps[0])) or planned or _FIXED_LAST.get(str(steps[-1]))


def _refuse_idle(changes: list[tuple[Entry, Change]], plan: Plan, findings: Findings) -> None:
    """A change that leaves every number as it stands then is a mistake; in a lever, only if all of it does."""
    known = numbers_by_steps(plan)
    entry_of = {id(change): entry for entry, change in changes}
    ordered = in_order([change for _, change in changes])
    idle = {id(change): change for place, change in enumerate(ordered) if _is_idle(change, ordered[:place], known)}
    acting = {entry.use for entry, change in changes if entry.use and id(change) not in idle}
    for key, change in idle.items():
        entry = entry_of[key]
        if entry.use not in acting and not entry.may_be_idle:
            expected = f"a value that changes {change.path}, which stands so already"
            findings.add(entry.finding((VALUE_KEYS[change.kind],), shown(change.text), expected))


def _is_idle(change: Change, earlier: Sequence[Change], known: Mapping[Steps, Number]) -> bool:
    standing = changed_numbers(known, earlier, change.from_date)
    before = [standing.get(known[steps], known[steps].value) for steps in change.targets]
    return all(value is not None and change.applied(value, change.shape.extent) == value for value in before)


class _ChangeEntry:
    """Reads one entry; whatever is wrong goes to the findings, and no change comes out."""

    def __init__(self, entry: Entry, plan: Plan, known: tuple[Number, ...], findings: Findings) -> None:
        self._entry, self._plan, self._known, self._findings = entry, plan, known, findings
        self._faults = 0

    def change(self) -> Change | None:
        """The change, or None when anything is wrong with it."""
        given = self._entry.value
        if not isinstance(given, dict):
            self._fault((), shown(given), f"a change, {_FORMS}")
            return None
        kind = self._kind(given)
        from_date = self._date("from", given.get("from"))
        until = self._date("until", given["until"]) if "until" in given else None
        shape = self._shape(given)
        if self._faults or kind is None or from_date is None or shape is None:
            return None
        written = _value_in(given[VALUE_KEYS[kind]])
        change = Change(from_date, until, str(given[kind]), kind, str(written), shape, lever=self._entry.lever)
        self._check_dates(change)
        return self._with_targets(change)

    def _fault(self, below: Steps, found: str, expected: str, close: tuple[str, ...] = ()) -> None:
        self._faults += 1
        self._findings.add(self._entry.finding(below, found, expected, close))

    def _kind(self, given: dict[str, Any]) -> str | None:
        """`set`, `factor` or `add`, with the key of its value and no stray keys."""
        stray = [key for key in given if key not in _KEYS]
        for key in stray:
            self._fault((key,), f"the unknown key {quoted(key)}", f"one of {', '.join(_KEYS)}", nearest(key, _KEYS))
        kinds = [kind for kind in VALUE_KEYS if kind in given]
        fits = len(kinds) == 1 and {"to", "by"} & set(given) == {VALUE_KEYS[kinds[0]]}
        if not stray and not fits:
            self._fault((), f"the keys {', '.join(given)}", f"a change, {_FORMS}")
        if not fits or stray:
            return None
        if not isinstance(given[kinds[0]], str):
            self._fault((kinds[0],), shown(given[kinds[0]]), "a path, such as workforce.roles.nurse.funded")
        return kinds[0]

    def _shape(self, given: dict[str, Any]) -> Shape | None:
        """How the change grows and fades; None when that cannot be told."""
        read = {key: self._quantity(key, quantity, given[key]) for key, quantity in _SHAPE.items() if key in given}
        if "ramp" in given and "uptake" in given:
            self._fault(("uptake",), "a ramp and an uptake", "one of the two")
        if None in read.values() or self._faults:
            return None
        return Shape(**{key if key == "extent" else f"{key}_days": value or 0.0 for key, value in read.items()})

    def _quantity(self, key: str, quantity: Quantity, value: Any) -> float | None:
        try:
            return quantity.read(value)
        except Unreadable as error:
            self._fault((key,), shown(value), error.expected, error.nearest)
            return None

    def _date(self, key: str, value: Any) -> date | None:
        try:
            return units.calendar_date(value)
        except Unreadable as error:
            self._fault((key,), shown(value), error.expected)
            return None

    def _check_dates(self, change: Change) -> None:
        """Refuse a change that acts outside the run, or ends before it begins."""
        first, end = self._plan.first_day, self._plan.end
        run = f"a date within the run, from {first} to {end - timedelta(days=1)}"
        if not first <= change.from_date < end:
            self._fault(("from",), str(change.from_date), run)
        if change.until is not None and change.until <= change.from_date:
            self._fault(("until",), str(change.until), f"a date after {change.from_date}, when the change begins")
        elif change.until is not None and change.until > end:
            self._fault(("until",), str(change.until), run)

    def _with_targets(self, change: Change) -> Change | None:
        """The change with the numbers that its path names, and its value read in their unit."""
        targets = self._targets(change)
        if not targets:
            return None
        key = VALUE_KEYS[change.kind]
        given = self._entry.value[key]
        written = _value_in(given)
        quantities = [_quantity_of(change.kind, number) for number in targets]
        values = {self._quantity(key, quantity, written) for quantity in dict.fromkeys(quantities)}
        self._check_steps(change, targets)
        if len(values) > 1 and not self._faults:
            self._fault((change.kind,), quoted(change.path), "a path whose numbers are all of one kind")
        value = values.pop()
        if self._faults or value is None:
            return None
        evidence = None
        if is_long_hand(given):
            own = replace(self._entry, value=given, steps=(*self._entry.steps, key))
            evidence = evidence_of(own, quantities[0], value, self._findings)
        return replace(change, value=value, targets=tuple(number.steps for number in targets), evidence=evidence)

    def _targets(self, change: Change) -> tuple[Number, ...]:
        """The numbers that the path names."""
        pattern = tuple(change.path.split("."))
        fixed = _fixed(pattern)
        if fixed:
            self._fault((change.kind,), quoted(change.path), f"a number that can change in time; {fixed} cannot")
            return ()
        found = tuple(number for number in self._known if _names(pattern, number, change.kind))
        if not found:
            close = nearest(change.path, (number.path for number in self._known))
            self._fault((change.kind,), quoted(change.path), "the path of a number of this scenario", close)
        return found

    def _check_steps(self, change: Change, targets: tuple[Number, ...]) -> None:
        """Whole numbers cannot pass through fractions; what is not given cannot be multiplied."""
        steps_at_once = change.shape.is_whole_at_once
        for number in targets:
            if number.quantity.whole and not (steps_at_once and change.kind != "factor"):
                expected = "`set` or `add`, in full and at once, because it is a whole number"
                self._fault((change.kind,), number.path, expected)
            elif number.value is None and not (steps_at_once and change.kind == "set"):
                expected = "`set`, in full and at once, because the scenario gives no value"
                self._fault((change.kind,), number.path, expected)


def _value_in(given: Any) -> Any:
    """The value itself, if it is written long-hand with its evidence."""
    return given["value"] if is_long_hand(given) else given


def _quantity_of(kind: str, number: Number) -> Quantity:
    """How the value of a change of this number is written."""
    if kind == "factor":
        return _FACTOR
    return difference_of(number.quantity) if kind == "add" else number.quantity


def _names(pattern: tuple[str, ...], number: Number, kind: str) -> bool:
    """Whether a pattern names the number, or the mapping by severity or distribution that it is a part of.

    One value cannot be set for both parts of a distribution, or added to both, but one factor can scale them.
    """
    as_part = bool(number.whole_steps) and (number.severity or kind == "factor")
    return matches(pattern, number.steps) or (as_part and matches(pattern, number.whole_steps))
