"""Variants of a scenario: other values at given paths, or only some of what a what-if changes, validated anew.

In: a scenario as read, and values by path. Out: another scenario, checked like a file on every turning date, with a
name of its own; what differs is told as overrides *path: old → new*. A path is one of

* `workforce.roles.nurse.funded`: a number of the plan, as in dated changes; `*` stands for any one step;
* `levers.retain_bundle.effect`: the size of the effect of a lever that the scenario uses, by the name of that use;
* `changes[0].to` (or `.by`): the value of a dated change of the scenario, counted from 0 in the order listed.

A value stands in planner's words ("9 wte") or is a number in the package's unit. Numbers that were scaled to the cost
of another scenario stay as they were scaled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from workforce_sim.errors import UsageError, either, nearest, quoted, shown
from workforce_sim.scenario.amounts import Amount
from workforce_sim.scenario.change_entries import VALUE_KEYS
from workforce_sim.scenario.document import Document, Steps
from workforce_sim.scenario.layers import Entry, Layered, Override, is_long_hand
from workforce_sim.scenario.numbers import Number, matches, numbers, text_at, with_numbers
from workforce_sim.scenario.quantities import Quantity, difference_of
from workforce_sim.scenario.reader import resolved
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.units import MULTIPLIER, Unreadable

_FACTOR = Quantity(MULTIPLIER, 0.0, 1000.0)
_BARE = Amount("", Decimal(0), "")
_EFFECT = re.compile(r"levers\.([a-z][a-z0-9_]*)\.effect")
_CHANGED = re.compile(r"changes\[(\d{1,4})\]\.(to|by)")


def variant(
    scenario: Scenario, values: Mapping[str, object], name: str | None = None, from_date: date | None = None
) -> Scenario:
    """The scenario with other values, from its first day or as dated changes from a date.

    Raises `UsageError` for a path or value that cannot be, and `ScenarioError` for values that do not fit together.
    """
    layers = scenario.layers.copied()
    layers.varied = True
    for path, value in values.items():
        knob = knob_at(scenario, path)
        written = knob.read(value)
        layers.overrides.append(Override(path, knob.told, str(written)))
        if from_date is None:
            knob.put(layers, scenario, written)
        else:
            knob.put_from(layers, from_date, written)
    told = ", ".join(f"{path} {_told(value)}" for path, value in values.items())
    layers.document.tree["name"] = shortened(name or f"{scenario.name}: {told}")
    return resolved(layers, scenario.equal_cost)


def shortened(name: str) -> str:
    """A name of a scenario, cut to the 200 characters that it may have."""
    return name if len(name) <= 200 else f"{name[:198]} …"


def _told(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


# --- what can be turned ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Knob:
    """Something of a scenario that can take another value: a number, a lever's effect, the value of a dated change."""

    path: str
    value: float | None
    """As it stands, in the package's unit or in the words of a lever's amount; None where nothing is given."""

    @property
    def told(self) -> str:
        """The value as it stands, in words."""
        return "not given" if self.value is None else str(self.write(self.value))

    def write(self, value: float) -> str | int | float:
        """A value as a scenario writes it."""
        raise NotImplementedError

    def read(self, value: object) -> str | int | float:
        """A value given in words or in the package's unit, as a scenario writes it; raises `UsageError`."""
        raise NotImplementedError

    def number(self, value: object) -> float:
        """The same as a number; raises `UsageError`."""
        raise NotImplementedError

    def put(self, layers: Layered, scenario: Scenario, written: str | float) -> None:
        """Write a value into layers, for the whole run."""
        raise NotImplementedError

    def put_from(self, layers: Layered, day: date, written: str | float) -> None:  # noqa: ARG002  for its kin
        """Write a value into layers as a dated change."""
        raise UsageError(f"{self.path} has dates of its own; only numbers of the plan can change from {day}")


@dataclass(frozen=True)
class PlanKnob(Knob):
    """One or more numbers of the plan, which take the same value."""

    targets: tuple[Number, ...] = ()
    quantity: Quantity = _FACTOR

    def write(self, value: float) -> str | int | float:
        """In planner's words; whole numbers are rounded."""
        return self.quantity.write(round(value) if self.quantity.whole else value)

    def number(self, value: object) -> float:
        """In the package's unit."""
        return _read(self.path, self.quantity, value)

    def read(self, value: object) -> str | int | float:
        """Checked against the range that the field allows."""
        return self.write(self.number(value))

    def put(self, layers: Layered, scenario: Scenario, written: str | float) -> None:
        """Write it into the tree; evidence for the value that stood there goes."""
        value = self.number(written)
        for number in self.targets:
            _refuse_if_put_in(scenario, number)
            _reduce(layers.document.tree, number.steps)
        changed = dict.fromkeys(self.targets, value)
        layers.document.tree = with_numbers(layers.document.tree, scenario, changed)
        layers.chosen |= {number.steps for number in self.targets}

    def put_from(self, layers: Layered, day: date, written: str | float) -> None:
        """Add a dated change."""
        entry = {"from": str(day), "set": self.path, "to": written}
        steps = ("changes", len(layers.changes))
        layers.changes.append(Entry(entry, Document(f"{layers.document.file} (variant)"), steps))


@dataclass(frozen=True)
class EffectKnob(Knob):
    """The size of a lever's effect where a scenario uses it."""

    place: int = 0
    """Position among the levers of the scenario."""
    like: Amount = _BARE
    """An amount in the words of the effect."""
    low: float = 0.0
    high: float = 0.0

    def write(self, value: float) -> str | int | float:
        """In the words of the effect."""
        return replace(self.like, number=Decimal(f"{value:.10g}")).written()

    def number(self, value: object) -> float:
        """Without the words around it."""
        amount = self.like
        if isinstance(value, str):
            try:
                amount = Amount.read(value)
            except Unreadable as error:
                raise UsageError(f"{self.path}: found {shown(value)}; expected {error.expected}") from None
        number = float(amount.number) if isinstance(value, str) else float(str(value))
        if not (amount.is_like(self.like) and self.low <= number <= self.high):
            span = f"from {self.write(self.low)} to {self.write(self.high)}"
            raise UsageError(f"{self.path}: found {shown(value)}; expected an effect {span}")
        return number

    def read(self, value: object) -> str | int | float:
        """Checked against the range of the lever."""
        return self.write(self.number(value))

    def put(self, layers: Layered, scenario: Scenario, written: str | float) -> None:  # noqa: ARG002  as its kin
        """Write it where the lever is used."""
        entry = layers.levers[self.place]
        layers.levers[self.place] = replace(entry, value={**entry.value, "effect": written})


@dataclass(frozen=True)
class ChangeKnob(Knob):
    """The value of a dated change."""

    place: int = 0
    """Position among the scenario's own dated changes."""
    key: str = "to"
    quantity: Quantity = _FACTOR

    def write(self, value: float) -> str | int | float:
        """As the change writes it; whole numbers are rounded."""
        return self.quantity.write(round(value) if self.quantity.whole else value)

    def number(self, value: object) -> float:
        """In the unit of the change."""
        return _read(self.path, self.quantity, value)

    def read(self, value: object) -> str | int | float:
        """Checked against the range that the field allows."""
        return self.write(self.number(value))

    def put(self, layers: Layered, scenario: Scenario, written: str | float) -> None:  # noqa: ARG002  as its kin
        """Write it into the change."""
        entry = layers.changes[self.place]
        layers.changes[self.place] = replace(entry, value={**entry.value, self.key: written})


def _read(path: str, quantity: Quantity, value: object) -> float:
    """A value in words, or a number in the package's unit, within the range of the field; raises `UsageError`."""
    given = value if isinstance(value, str) else _rewritten(quantity, value)
    try:
        return quantity.read(given)
    except Unreadable as error:
        hint = f" Did you mean {either(map(quoted, error.nearest))}?" if error.nearest else ""
        raise UsageError(f"{path}: found {shown(value)}; expected {error.expected}.{hint}") from None


def _rewritten(quantity: Quantity, value: object) -> object:
    """A number in the package's unit as text or whole number, which `Quantity.read` understands."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return quantity.write(round(value) if quantity.whole else value)


def knob_at(scenario: Scenario, path: str) -> Knob:
    """What a path names; raises `UsageError` with the nearest valid names."""
    if match := _EFFECT.fullmatch(path):
        names = {use.name: place for place, use in enumerate(scenario.levers)}
        if match[1] in names:
            return _effect_knob(scenario, path, names[match[1]])
    elif match := _CHANGED.fullmatch(path):
        own = len(scenario.layers.changes)
        if int(match[1]) < own:
            return _change_knob(scenario, path, int(match[1]), match[2])
    elif targets := _targets(scenario, path):
        kinds = list(dict.fromkeys(number.quantity for number in targets))
        if len(kinds) > 1:
            raise UsageError(f"{quoted(path)} names numbers of several kinds; name them one by one")
        return PlanKnob(path, targets[0].value, targets, kinds[0])
    close = nearest(path, knob_paths(scenario))
    hint = f" Did you mean {either(map(quoted, close))}?" if close else ""
    raise UsageError(f"no number of {scenario.name} is called {quoted(path)}.{hint}")


def knob_paths(scenario: Scenario) -> Iterator[str]:
    """Every path that can be named in a scenario."""
    seen = dict.fromkeys(numbers(scenario))
    yield from dict.fromkeys(number.path for number in seen)
    yield from dict.fromkeys(".".join(map(str, n.whole_steps)) for n in seen if n.severity)
    yield from (f"levers.{use.name}.effect" for use in scenario.levers if use.lever.effect is not None)
    for place, change in enumerate(scenario.changes[: len(scenario.layers.changes)]):
        yield f"changes[{place}].{VALUE_KEYS[change.kind]}"


def _targets(scenario: Scenario, path: str) -> tuple[Number, ...]:
    """The numbers that a path names, or the mapping by severity that they are parts of."""
    pattern = tuple(path.split("."))
    return tuple(
        number
        for number in numbers(scenario)
        if matches(pattern, number.steps) or (number.severity and matches(pattern, number.whole_steps))
    )


def _effect_knob(scenario: Scenario, path: str, place: int) -> EffectKnob:
    use = scenario.levers[place]
    if use.lever.effect is None:
        raise UsageError(f"{path}: {use.lever.name} is a decision, not an estimate; it has no effect to vary")
    span = use.lever.effect.span
    value = float(span.at(use.position).number)
    low, high = sorted((float(span.low.number), float(span.high.number)))
    return EffectKnob(path, value, place, span.default, low, high)


def _change_knob(scenario: Scenario, path: str, place: int, key: str) -> ChangeKnob:
    change = scenario.changes[place]
    if key != VALUE_KEYS[change.kind]:
        raise UsageError(f"{quoted(path)}: that change has no `{key}`; say changes[{place}].{VALUE_KEYS[change.kind]}")
    if change.kind == "factor":
        return ChangeKnob(path, change.value, place, key, _FACTOR)
    number = next(number for number in numbers(scenario) if number.steps == change.targets[0])
    quantity = difference_of(number.quantity) if change.kind == "add" else number.quantity
    return ChangeKnob(path, change.value, place, key, quantity)


def _refuse_if_put_in(scenario: Scenario, number: Number) -> None:
    """What a lever or a scaling has put there cannot be overwritten beneath it."""
    for use in scenario.levers:
        if any(number.steps[: len(steps)] == steps for steps in use.added):
            hint = f"; vary levers.{use.name}.effect instead" if use.lever.effect else ""
            raise UsageError(f"{number.path} comes from the lever {use.lever.name}{hint}")
    scaled = scenario.equal_cost
    if scaled and number.steps[-1] == "funded" and number.steps[-2] in scaled.first:
        raise UsageError(f"{number.path} is scaled to the cost of {scaled.other}; it cannot be varied")


def _reduce(tree: dict[str, Any], steps: Steps) -> None:
    """Make plain the long-hand numbers on the way to a path."""
    for length in range(1, len(steps) + 1):
        if is_long_hand(text_at(tree, steps[:length])):
            above = text_at(tree, steps[: length - 1])
            above[steps[length - 1]] = above[steps[length - 1]]["value"]
