"""Every number of every shipped lever matters: changed on its own it moves the scenario on some day, or is refused."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pytest
from pydantic import ValidationError

from tests.behaviour.paired import adult, same_run
from tests.behaviour.worlds import START, Tree, changed, scenario_of
from tests.scenario.adult_levers import CHOSEN
from workforce_sim.engine.simulate import RawRun, simulate
from workforce_sim.errors import ScenarioError
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.scenario import Scenario, levers
from workforce_sim.scenario.amounts import Amount
from workforce_sim.scenario.document import read_document
from workforce_sim.scenario.lever_files import Lever, shipped_levers
from workforce_sim.units import Unreadable

NAMES = sorted(shipped_levers())
WORDS = {"name", "theme", "title", "mechanism", "meaning", "grade", "sources", "unknown", "what"}
"""Keys of what is told to people."""
EDITS: dict[str, list[tuple[str, Any]]] = {
    "demand.severity_drift": [("demand.severity_drift", {"severe": "+0.1 points per year", "taken_from": "mild"})],
    "training.cultural": [("groups.most_deprived.gives_up", "x1.3"), ("groups.most_deprived.drops_out", "x1.3")],
    "mode.remote_share": [("remote", {"share": "0%", "saves": "20 minutes"})],
    "mode.setup": [("remote.fails", "5%")],
    "mode.excluded_share": [("remote.cannot_use", "1%")],
    "substitution.support": [("packages.care_coordination.also.0.share_of_lead_contacts", "up to 20%")],
    "roles.psw": [("packages.care_coordination.also.0.share_of_lead_contacts", "up to 20%")],
}
"""What stands otherwise in the example team, where it stands already as the lever would have it."""


def leaves(block: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Amount]]:
    """(steps, amount) of every number of a lever file."""
    if isinstance(block, dict):
        for key, value in block.items():
            if key not in WORDS:
                yield from leaves(value, (*steps, key))
    elif isinstance(block, list):
        for position, value in enumerate(block):
            yield from leaves(value, (*steps, position))
    elif not isinstance(block, bool) and re.search(r"\d", str(block)):
        try:
            yield steps, Amount.read(block)
        except Unreadable:
            assert steps[-1] in ("set", "factor", "add"), f"{steps}: {block} is no amount"


def others(amount: Amount) -> Iterator[str | int | float]:
    """Other amounts in the same words: a little less and a little more, whole where this one is."""
    step = max(Decimal(1), abs(amount.number) // 4) if amount.number == int(amount.number) else amount.number / 20
    for number in (amount.number - step, amount.number + step):
        if number >= 0 or amount.number < 0:
            yield Amount(amount.before, number, amount.after, amount.plus).written()


def put(tree: Tree, steps: tuple[Any, ...], value: Any) -> Tree:
    """A copy of a lever file with another value."""
    tree = copy.deepcopy(tree)
    block: Any = tree
    for step in steps[:-1]:
        block = block[step]
    block[steps[-1]] = value
    return tree


@lru_cache(maxsize=64)
def file_of(name: str) -> Tree:
    """A lever file as a tree."""
    return read_document(shipped_levers()[name], name).tree


def effects_of(tree: Tree) -> list[str]:
    """The effects with names, and the amounts half-way between them."""
    if "effect" not in tree:
        return [""]
    low, default, high = (Amount.read(tree["effect"][end]) for end in ("low", "default", "high"))
    between = [Amount(default.before, (a.number + b.number) / 2, default.after, default.plus) for a, b in
               ((low, default), (default, high)) if a.number != b.number]  # fmt: skip
    return ["default", "low", "high", *(str(amount.written()) for amount in between)]


def with_lever(tree: Tree, effect: str, horizon: str = "5 years", **options: Any) -> Scenario | None:
    """The example team with a lever from its second month on; None if lever or scenario are refused."""
    try:
        lever = Lever.model_validate(tree)
    except ValidationError:
        return None
    use = {"lever": lever.name, "from": str(START + timedelta(days=30)), **options}
    use |= dict(part.split(": ") for part in CHOSEN.get(lever.name, "").split(", ") if part)
    team = changed(adult(horizon=horizon), *EDITS.get(lever.name, []))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(levers, "shipped_lever", lambda _: lever)
        try:
            return scenario_of(changed(team, ("levers", [use | ({"effect": effect} if effect else {})])))
        except ScenarioError:
            return None


def told(scenario: Scenario | None) -> Any:
    """What a scenario is on its first day and on every day on which something turns."""
    if scenario is None:
        return None
    days = sorted({day for change in scenario.changes for day in change.turning_dates(scenario.end)})
    return days, [scenario.tree_at(day) for day in (scenario.first_day, *days)]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_a_lever_matters(name: str) -> None:
    """Each number of the file, changed alone, gives another scenario at some effect, or is refused."""
    tree = file_of(name)
    before = {effect: told(with_lever(tree, effect)) for effect in effects_of(tree)}
    assert all(scenario is not None for scenario in before.values())
    idle = []
    for steps, amount in leaves(tree):
        other = [put(tree, steps, value) for value in others(amount)]
        if not any(told(with_lever(file, effect)) != before[effect] for file in other for effect in before):
            idle.append(".".join(map(str, steps)))
    assert not idle


def test_costs_and_times_of_a_use_matter() -> None:
    """Costs put over a lever's own, and the day on which it is undone, are in the scenario."""
    tree = file_of("retain.bundle")
    costs = {"once": "£5,000", "per_year": "£12,000 per year"}
    plain = with_lever(tree, "default")
    dear, ended = with_lever(tree, "default", costs=costs), with_lever(tree, "default", until="2028-04-01")
    dearer = with_lever(tree, "default", costs={**costs, "per_year": "£13,000 per year"})
    assert len({str(told(scenario)) for scenario in (plain, dear, dearer, ended)}) == 4


# --- what is simulated ------------------------------------------------------------------------------------------------

SIMULATED: list[tuple[str, Tree, str, Any]] = [
    ("retain.bundle", {}, "changes.0.to.default", "15%"),
    ("retain.bundle", {}, "lag", "10 weeks"),
    ("retain.pay", {"rise": "10%"}, "changes.1.to.default", 1.5),
    ("retain.mentoring", {}, "adds.workforce.preceptorship.over", "52 weeks"),
    ("retain.mentoring", {}, "changes.1.to", "3 per week"),
    ("dna.reminder", {}, "half_life", "20 weeks"),
    ("dna.reminder", {}, "changes.1.by.default", "x0.72"),
    ("mode.remote_share", {}, "changes.0.uptake", "40 weeks"),
    ("mode.alliance_penalty", {}, "parameters.share.default", "60%"),
    ("shock.pandemic", {}, "changes.1.after", "20 weeks"),
    ("shock.pandemic", {}, "changes.0.for", "26 weeks"),
    ("training.tic", {}, "time.0.share", "5%"),
    ("training.tic", {}, "time.1.after", "40 weeks"),
    ("recruit.rounds", {}, "effect.default", "-2 weeks"),
    ("roles.mhwp", {}, "changes.1.to", 0.5),
    ("roles.mhwp", {"training": "0 weeks"}, "parameters.posts.default", "+3 wte"),
    ("pipeline.mhwp", {}, "lag", "26 weeks"),
    ("pipeline.mhwp", {}, "effect.default", "60%"),
    ("pipeline.mhwp", {}, "adds.workforce.training.{name}.does.last", "100%"),
    ("pipeline.mhwp", {}, "adds.workforce.training.{name}.supervision.hours", "6 per week"),
    ("pipeline.mhwp", {}, "parameters.every.default", "26 weeks"),
    ("upskill.mhwp_cap", {}, "adds.workforce.upskilling.{name}.away", "60%"),
    ("cover.agency", {}, "parameters.wte.default", "+2 wte"),
    ("cover.overtime", {}, "parameters.hours.default", "6 per week"),
    ("recruit.over", {}, "parameters.share.default", "30%"),
    ("budget.cap", {}, "parameters.budget.default", "£900,000 per year"),
    ("convert.posts", {}, "parameters.posts.default", "0.5 wte"),
    ("wellbeing.programme", {}, "changes.0.to.default", 0.1),
    ("upstream.primary_care_mhp", {}, "changes.0.by.default", "+4 per week"),
    ("demand.awareness", {}, "changes.0.by.default", "x1.09"),
]
"""(lever, options, number, another value): one or more of every mechanism."""


def ran(tree: Tree, options: Tree) -> list[RawRun]:
    """Two replications of three years."""
    scenario = with_lever(tree, "", "3 years", **options)
    assert scenario is not None
    inputs = compile_inputs(scenario)
    return [simulate(inputs, 1, replication) for replication in range(2)]


@pytest.mark.parametrize(
    ("name", "options", "path", "value"), SIMULATED, ids=[f"{case[0]}-{case[2]}" for case in SIMULATED]
)
def test_a_number_of_a_lever_moves_a_result(name: str, options: Tree, path: str, value: Any) -> None:
    """Another number in the lever's file gives another run."""
    tree = file_of(name)
    other = put(tree, tuple(int(step) if step.isdigit() else step for step in path.split(".")), value)
    if path.startswith("effect."):
        other["effect"] |= {"low": value, "high": value}
    assert other != tree
    assert not all(same_run(one, two) for one, two in zip(ran(tree, options), ran(other, options), strict=True))
