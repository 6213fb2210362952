"""Equal cost: the posts that a what-if adds, scaled so that it costs as much as another scenario.

In: `equal_cost_with` of a layered scenario; two scenarios. Out: `EqualCost`: one factor, and the establishments that
follow from it, as first values and as dated changes.

What is compared is what is planned, not what comes of it: funded WTE x the full cost of the role, day by day over the
run, programmes, and sums spent once. Who is in post, hired, in training or called in as cover does not count.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from workforce_sim import units
from workforce_sim.errors import ScenarioError
from workforce_sim.scenario.document import Place
from workforce_sim.scenario.layers import SCENARIO_FILE, Entry, Layered, Override, beneath, must_exist, shown_name
from workforce_sim.units import YEAR_DAYS

if TYPE_CHECKING:
    from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.teams import copies_of

KEY = "equal_cost_with"
GREATEST_FACTOR = 10.0
LEAST_WTE_DAYS = 0.5
"""Posts raised by less than this over the whole run are not raised."""


@dataclass(frozen=True)
class Partner:
    """The other scenario, as named by `equal_cost_with`."""

    path: Path
    layered: Layered
    """The scenario that names it."""

    @property
    def place(self) -> Place:
        """Where it is named."""
        return self.layered.document.place((KEY,))

    def refuse(self, found: str, expected: str) -> NoReturn:
        """A finding about it."""
        raise ScenarioError([self.place.finding((KEY,), found, expected)])


@dataclass(frozen=True)
class EqualCost:
    """A scenario scaled to cost as much as another."""

    other: str
    """Name of the other scenario."""
    pounds: float
    """What either costs over the run."""
    factor: float
    """Applied to the posts added."""
    first: Mapping[str, tuple[str, str]]
    """Role → establishment on the first day as written, and as scaled."""
    changes: tuple[Entry, ...]
    """Later establishments, as dated changes."""

    def put_into(self, tree: dict[str, Any]) -> tuple[Override, ...]:
        """Write the first establishments into a tree."""
        for role, (_, new) in self.first.items():
            tree["workforce"]["roles"][role]["funded"] = new
        return tuple(Override(_path(role), old, new) for role, (old, new) in self.first.items())


def take_partner(layered: Layered, path: Path | None) -> Partner | None:
    """The scenario that `equal_cost_with` names, taken out of the tree. `path`: the file read; None for text."""
    tree = layered.document.tree
    if KEY not in tree:
        return None
    wanted, document = tree[KEY], layered.document
    if path is None:
        Partner(Path(), layered).refuse(shown_name(wanted), f"no `{KEY}` outside a file")
    names_it = Path(document.place((KEY,)).file)
    resolved = beneath(document, KEY, names_it, Path(os.path.realpath(path)).parent, SCENARIO_FILE)
    must_exist(document, KEY, resolved)
    del tree[KEY]
    return Partner(names_it.parent / wanted, layered)


# --- what is planned costs -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stretch:
    """Days on which neither scenario changes."""

    first: date
    days: int
    """Of them, those that count: from the start on."""
    own: Scenario
    other: Scenario

    @property
    def years(self) -> float:
        return self.days / YEAR_DAYS

    def added(self, role: str) -> float:
        """WTE that the scenario funds beyond the other."""
        return self.own.workforce.roles[role].funded - _funded(self.other, role)


def equal_cost(own: Scenario, other: Scenario, partner: Partner) -> EqualCost:
    """What makes the scenario cost as much as the other; refuses what cannot be done."""
    if (own.start, own.end) != (other.start, other.end):
        found = f"a scenario from {other.start} to {other.end}"
        partner.refuse(found, f"one over the same time, {own.start} to {own.end}")
    stretches = list(_stretches(own, other))
    for now in (scenario for each in stretches for scenario in (each.own, each.other)):
        if lacking := [name for name, role in now.workforce.roles.items() if role.funded and role.salary is None]:
            partner.refuse(f"no pay for {', '.join(lacking)} in {now.name}", "`band` or `pay` for every role")
    raised = [
        role for role in own.workforce.roles
        if sum(each.added(role) * each.days for each in stretches) > LEAST_WTE_DAYS
    ]  # fmt: skip
    if not raised:
        partner.refuse("no role with more posts than there", "a role that is given more posts, to be scaled")
    money = sum(
        each.years * each.added(role) * _cost(each.own, role) * copies_of(own, own.workforce.roles[role])
        for each in stretches for role in raised
    )  # fmt: skip
    target = _planned(other, [(each.years, each.other) for each in stretches])
    asked = _planned(own, [(each.years, each.own) for each in stretches])
    factor = 1.0 + (target - asked) / money if money > 0 else -1.0
    if not 0.0 <= factor <= GREATEST_FACTOR:
        found = f"£{target:,.0f} over the run, but £{asked - money:,.0f} without the posts added in {', '.join(raised)}"
        partner.refuse(found, f"costs that meet when those posts are scaled by x0 to x{GREATEST_FACTOR:g}")
    levels = {
        role: [round(_funded(each.other, role) + factor * each.added(role), 2) for each in stretches] for role in raised
    }
    return EqualCost(other.name, target, factor, _first(own, levels), tuple(_changes(stretches, levels, partner)))


def _stretches(own: Scenario, other: Scenario) -> Iterator[_Stretch]:
    """From the first day to the end."""
    turns = sorted({own.first_day, own.start, own.end, *own.epochs(), *other.epochs()})
    for first, after in pairwise(turn for turn in turns if own.first_day <= turn <= own.end):
        yield _Stretch(first, (after - first).days if first >= own.start else 0, own.at(first), other.at(first))


def _planned(scenario: Scenario, stages: list[tuple[float, Scenario]]) -> float:
    """Pounds over the run for posts, programmes and sums spent once. `stages`: for so many years, it stands so."""
    total = sum(spent.amount for spent in scenario.money.once if scenario.start <= spent.on < scenario.end)
    for years, now in stages:
        posts = sum(role.funded * _cost(now, name) * copies_of(now, role) for name, role in now.workforce.roles.items())
        total += years * (posts + sum(now.money.programmes.values()))
    return total


def _cost(now: Scenario, role: str) -> float:
    """Pounds a year of 1 WTE."""
    return now.money.full_cost(now.workforce.roles[role].salary or 0.0, now.workforce.pay_rise.rise)


def _funded(now: Scenario, role: str) -> float:
    """WTE; a role that a scenario does not know has no posts there."""
    return now.workforce.roles[role].funded if role in now.workforce.roles else 0.0


# --- what follows from the factor ------------------------------------------------------------------------------------


def _first(own: Scenario, levels: Mapping[str, list[float]]) -> dict[str, tuple[str, str]]:
    """Establishments of the first day that are scaled."""
    before = {role: round(own.workforce.roles[role].funded, 2) for role in levels}
    return {
        role: (units.WTE.write(before[role]), units.WTE.write(now))
        for role, (now, *_) in levels.items()
        if now != before[role]
        and own.at(own.first_day).workforce.roles[role].funded == own.workforce.roles[role].funded
    }


def _changes(stretches: list[_Stretch], levels: Mapping[str, list[float]], partner: Partner) -> Iterator[Entry]:
    """A change wherever the establishment, or a change of it, turns; those of one day come after all others."""
    steps = (KEY,)
    for role, wte in levels.items():
        own = stretches[0].own
        turns = {change.from_date for change in own.changes if ("workforce", "roles", role, "funded") in change.targets}
        for place, each in enumerate(stretches):
            before = stretches[place - 1]
            level = (each.added(role), _funded(each.other, role))
            if each.first in turns or (place and level != (before.added(role), _funded(before.other, role))):
                value = {"from": str(each.first), "set": _path(role), "to": units.WTE.write(wte[place])}
                yield Entry(value, partner.layered.document, steps, may_be_idle=True)


def _path(role: str) -> str:
    return f"workforce.roles.{role}.funded"
