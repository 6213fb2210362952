"""A scenario: the plan as it stands at first, its dated changes, and how it stands on any day.

In: what the reader has put together. Out: `Scenario.at(date)`, the dates that matter, and the log of changes.
No function alters a scenario; `at` returns another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import PrivateAttr

from workforce_sim.scenario.changes import Change, change_log, changed_numbers, numbers_by_steps
from workforce_sim.scenario.equal_cost import EqualCost
from workforce_sim.scenario.evidence import Evidence
from workforce_sim.scenario.layers import Layered, Override
from workforce_sim.scenario.levers import UsedLever
from workforce_sim.scenario.numbers import with_numbers
from workforce_sim.scenario.schema import Plan
from workforce_sim.scenario.standing import StandingRule, active_changes


def names_in(tree: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The names that a tree defines, as validation context: severities, roles, packages."""
    severities, packages, workforce = tree.get("severities"), tree.get("packages"), tree.get("workforce")
    roles = workforce.get("roles") if isinstance(workforce, dict) else None
    listed = [name for name in severities if isinstance(name, str)] if isinstance(severities, list) else []
    return {
        "severities": tuple(listed) if listed == severities and len(set(listed)) == len(listed) else (),
        "roles": tuple(roles) if isinstance(roles, dict) else (),
        "packages": tuple(packages) if isinstance(packages, dict) else (),
    }


@dataclass(frozen=True)
class Background:
    """What a scenario knows beside its blocks."""

    file: str
    tree: dict[str, Any]
    changes: tuple[Change, ...] = ()
    overrides: tuple[Override, ...] = ()
    evidence: dict[str, Evidence] = field(default_factory=dict)
    levers: tuple[UsedLever, ...] = ()
    rules: tuple[StandingRule, ...] = ()
    equal_cost: EqualCost | None = None
    layers: Layered | None = None


class Scenario(Plan):
    """A scenario that can be simulated: all blocks of the plan, on its first day unless it comes from `at`."""

    _background: Background = PrivateAttr()
    _base: Scenario | None = PrivateAttr(default=None)
    _tree: dict[str, Any] = PrivateAttr()

    @classmethod
    def build(cls, tree: dict[str, Any], background: Background, base: Scenario | None = None) -> Scenario:
        """Validate a tree into a scenario; raises pydantic's `ValidationError`."""
        scenario = cls.model_validate(tree, context=names_in(tree))
        scenario._background, scenario._base, scenario._tree = background, base, tree
        return scenario

    @property
    def file(self) -> str:
        """The file it was read from, as it was named then."""
        return self._background.file

    @property
    def tree(self) -> dict[str, Any]:
        """The resolved tree in planner's words, long-hands reduced to their values; fit for JSON and hashing."""
        return self._tree

    @property
    def changes(self) -> tuple[Change, ...]:
        """Dated changes, as listed, the parent's first."""
        return self._background.changes

    @property
    def levers(self) -> tuple[UsedLever, ...]:
        """The levers used, as listed, the parent's first; their changes are among `changes`."""
        return self._background.levers

    @property
    def overrides(self) -> tuple[Override, ...]:
        """What each layer put over its parent's."""
        return self._background.overrides

    @property
    def evidence(self) -> dict[str, Evidence]:
        """Path of a number → what is known about it."""
        return self._background.evidence

    @property
    def rules(self) -> tuple[StandingRule, ...]:
        """The standing rules, by name."""
        return self._background.rules

    @property
    def equal_cost(self) -> EqualCost | None:
        """What scaled it to the cost of another scenario, if anything did."""
        return self._background.equal_cost

    @property
    def layers(self) -> Layered:
        """What was read, before levers were put in: variants are made of it. Not to be altered."""
        assert self._background.layers is not None, "a scenario that comes from a reader"  # noqa: S101  of the types
        return self._background.layers

    def at(self, day: date, on: int = 0) -> Scenario:
        """The scenario as it stands on a day, all changes up to then applied, then those of the rules that are `on`.

        `on` has a bit for each of `rules`. The reader has checked it at every turn, so that a pydantic
        `ValidationError` here is a fault of ours.
        """
        base = self._base or self
        tree = base.tree_at(day, on)
        return base if tree is base.tree else Scenario.build(tree, base._background, base)

    def tree_at(self, day: date, on: int = 0) -> dict[str, Any]:
        """The tree as it stands on a day, all changes up to then written into it."""
        base = self._base or self
        decided = active_changes(base.rules, on)
        if not (base.changes or decided):
            return base.tree
        changed = changed_numbers(numbers_by_steps(base), base.changes, day, decided)
        return with_numbers(base.tree, base, changed) if changed else base.tree

    def epochs(self) -> tuple[date, ...]:
        """The first day, and every later day of the run on which the scenario differs from the day before."""
        dates = {day for change in self.changes for day in change.dates(self.end)}
        return (self.first_day, *sorted(day for day in dates if self.first_day < day < self.end))

    def change_log(self) -> tuple[str, ...]:
        """Every dated change as *date path: old → new*, in the order in which they apply."""
        base = self._base or self
        return change_log(base, base.tree, self.changes)
