"""Every number and every choice of the shipped scenario matters: changed alone it moves a result, or is refused."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd
import pytest

from tests.behaviour.paired import adult, same_run
from tests.behaviour.worlds import Tree, scenario_of
from workforce_sim.engine.simulate import RawRun, simulate
from workforce_sim.errors import ScenarioError
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.run import run
from workforce_sim.scenario.numbers import Number, numbers, with_numbers
from workforce_sim.scenario.scenario import Scenario


class Attempt(NamedTuple):
    """Over how long, how often, and with what switched on."""

    horizon: str
    replications: int
    switched_on: tuple[tuple[str, Any], ...] = ()


TRIES = (Attempt("1 year", 2), Attempt("5 years", 8))
"""The second is for what acts on rare events, such as the second round of a role's adverts."""

PLAN_ON = (
    ("workforce.availability.long_sickness", "8%"), ("workforce.availability.parental", "8%"),
    ("workforce.availability.backfill", "50%"), ("workforce.overtime.at_most", "2 per week"),
    ("workforce.pay_rise.rise", "10%"), ("workforce.retention.career", "10%"), ("workforce.retention.bundle", "4%"),
    ("workforce.retention.mentoring", "8%"), ("workforce.retention.flexible", "4%"),
    ("workforce.roles.nurse.leavers", "150% per year"), ("workforce.roles.psychologist.leavers", "150% per year"),
    ("workforce.roles.nurse.cover.bank", "0.5 wte"), ("workforce.roles.nurse.cover.agency", "0.5 wte"),
    ("demand.sources.emergency_department.crisis", "20%"), ("in_treatment.relapse.switch", True),
    ("remote.policy", "choice"), ("remote.weaker.more_contacts", "20%"), ("remote.weaker.where_chosen", "x0.5"),
)  # fmt: skip
OFF_IN_THE_BASE = {
    f"workforce.{block}.{name}"
    for block, names in {
        "availability": ("long_sickness_spell", "parental_spell", "hand_over_after", "backfill"),
        "leaving": ("leaves_nhs",),
        "overtime": ("when_overdue", "premium"),
        "pay_rise": ("less_leaving", "more_filled"),
        "retention": ("career", "mentoring", "mentoring_covers", "flexible", "bundle", "cap"),
        "temporary": ("bank.premium", "bank.productivity", "agency.premium", "agency.productivity"),
    }.items()
    for name in names
} | {"crisis.standard", "remote.weaker.where_chosen", *(f"in_treatment.relapse.{n}" for n in ("above", "gain", "most"))}
"""Numbers of what the shipped scenario does not use, or not enough: they must matter with PLAN_ON."""
TRIES_WITH_PLAN = (Attempt("2 years", 2, PLAN_ON), Attempt("5 years", 6, PLAN_ON))

MOVE = 0.08
"""What a part of a whole gives to its neighbour."""

IDLE = {
    "packages.care_coordination.lead.efficiency.mhwp.severe": "may not lead people with severe needs",
    "workforce.roles.support_worker.heaviest": "leads no package",
    "workforce.roles.peer_support_worker.heaviest": "leads no package",
}
"""Paths of numbers that move nothing in the shipped scenario, and why."""


@lru_cache(maxsize=2)
def base(attempt: Attempt) -> tuple[Scenario, list[RawRun]]:
    """The shipped scenario over a horizon, and its replications."""
    scenario = scenario_of(adult(*attempt.switched_on, horizon=attempt.horizon))
    inputs = compile_inputs(scenario)
    return scenario, [simulate(inputs, 1, replication) for replication in range(attempt.replications)]


@lru_cache(maxsize=2)
def base_measures(attempt: Attempt) -> pd.DataFrame:
    """What analysis makes of the shipped scenario, costs included."""
    return measures_of(base(attempt)[0])


def measures_of(scenario: Scenario) -> pd.DataFrame:
    """What analysis makes of one replication."""
    found = run(scenario, replications=1, workers=1).tables["measures"]
    assert "cost.total" in set(found["measure"])
    return found


def all_numbers() -> dict[str, Number]:
    """Path → number, of the shipped scenario."""
    return {number.path: number for number in numbers(scenario_of(adult()))}


def parts_of_a_whole(number: Number, known: dict[str, Number]) -> list[Number]:
    """The numbers that add up to 1 with this one, itself first; empty if it is no part of a whole."""
    steps = [str(step) for step in number.steps]
    if steps[-2:-1] == ["severity"] or steps[-2:-1] == ["job_plan"]:
        alike = [other for other in known.values() if other.steps[:-1] == number.steps[:-1]]
    elif steps[0] in ("groups", "packages") and steps[-1] == "share" and len(steps) == 3:
        alike = [other for other in known.values() if other.steps[0] == steps[0] and other.steps[2:] == ("share",)]
    else:
        return []
    place = alike.index(number)
    return alike[place:] + alike[:place]


def moved(number: Number, known: dict[str, Number]) -> dict[Number, float]:
    """The number, and what must go with it, with noticeably other values within their ranges."""
    whole = parts_of_a_whole(number, known)
    if whole:
        one, other = (whole[0].value or 0.0), (whole[1].value or 0.0)
        step = MOVE if one + MOVE <= 1 and other >= MOVE else -MOVE
        return {whole[0]: one + step, whole[1]: other - step}
    low, high = number.quantity.low, number.quantity.high
    if number.path == "horizon":
        return {number: 270.0}
    if number.value is None:
        return {number: 0.2 if number.steps[-1] == "heaviest" else 20.0 if high > 1 else 0.3}
    if number.quantity.whole:
        return {number: number.value + 1 if number.value + 1 <= high else number.value - 1}
    if number.value == 0:
        return {number: min(high, max(low, 0.1 if high <= 1 else 3.0))}
    up, down = number.value * 1.5, number.value * 0.5
    return {number: up if low <= up <= high else down}


def farthest(number: Number) -> list[float]:
    """Values as far off as the range allows, farthest first."""
    low, high, value = number.quantity.low, number.quantity.high, number.value or 0.0
    high = min(high, max(10 * value, 1.0))
    ends = [low, high] if value - low > high - value else [high, low]
    return [int(end) if number.quantity.whole else end for end in ends] + [3 * value]


def refused_or_read(tree: Tree) -> Scenario | None:
    """The scenario of a tree; None if the reader refuses it with findings."""
    try:
        return scenario_of(tree)
    except ScenarioError:
        return None


def moves(tree: Tree | Scenario, attempt: Attempt) -> bool:
    """Does any array, or anything that analysis makes of them, costs too, differ from the shipped scenario?"""
    other, (_, runs) = scenario_of(tree), base(attempt)
    inputs = compile_inputs(other)
    if not all(same_run(run, simulate(inputs, 1, run.replication)) for run in runs):
        return True
    first = attempt in (TRIES[0], TRIES_WITH_PLAN[0])
    return first and not base_measures(attempt).equals(measures_of(other))


def matters(path: str) -> bool:
    """Is the shipped scenario refused, or its results others, with another number at a path?"""
    tries = TRIES_WITH_PLAN if path in OFF_IN_THE_BASE else TRIES
    for attempt in tries:
        scenario = base(attempt)[0]
        known = {number.path: number for number in numbers(scenario)}
        number = known[path]
        choices = [moved(number, known)]
        if attempt != tries[0] and not parts_of_a_whole(number, known):
            choices = [{number: value} for value in farthest(number)]
        read = [refused_or_read(with_numbers(scenario.tree, scenario, choice)) for choice in choices]
        if attempt == tries[0] and read == [None]:
            return True
        if any(moves(other, attempt) for other in read if other is not None):
            return True
    return False


# Tried by hand: reading `usual_vacancy` as 10 % whatever is written fails its case; leaving `study_days` out of
# `_staff_rules` fails its case.
@pytest.mark.parametrize("path", all_numbers())
def test_every_number_moves_something(path: str) -> None:
    """A number of the shipped scenario, changed on its own, changes some result or is refused."""
    found = matters(path)
    if path in IDLE:
        assert not found, "this number matters by now: take it out of IDLE"
        pytest.xfail(IDLE[path])
    assert found


# --- what is no number ------------------------------------------------------------------------------------------------

LABELS = {"name", "description"}
"""Last steps of leaves that are words for people."""

JUDGING = {"trajectory", "workshop"}
"""Blocks by which results are judged and talked about; they must move none (`test_dashboard`, `test_whatif`)."""


def is_label(steps: tuple[Any, ...]) -> bool:
    """Is it a leaf on which no result may depend?"""
    return steps[-1] in LABELS or steps[0] in JUDGING


CHOICES: dict[str, list[Any]] = {
    "start": ["2026-04-20", "2027-04-01"],
    "opening_state": ["warm_up"],
    "calendar.country": ["none"],
    "calendar.working_days": ["mon-sun"],
    "demand.severity_drift.taken_from": ["moderate"],
    "waiting.order": ["fifo", "target"],
    "in_treatment.stretch.switch": ["off"],
    "workforce.exhaustion.switch": ["off"],
}
"""Path → other choices."""

CHOICES_ANYWHERE: dict[str, list[Any]] = {"band": ["7"], "registered": ["on"]}
"""Last step of a path → other choices."""

LEADS_NOBODY_SEVERE = "does not lead people with severe needs here; the word is there for what-ifs that let them"
IDLE_CHOICES = {
    f"workforce.roles.{role}.registered": LEADS_NOBODY_SEVERE
    for role in ("mhwp", "support_worker", "peer_support_worker")
}
"""Paths of words that change nothing in the shipped scenario, and why they are there."""


def leaves(block: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The steps to every scalar of a tree; items of lists by position."""
    if isinstance(block, dict):
        for key, value in block.items():
            yield from leaves(value, (*steps, key))
    elif isinstance(block, list):
        for position, value in enumerate(block):
            yield from leaves(value, (*steps, position))
    else:
        yield steps


def named(tree: Tree, steps: tuple[Any, ...]) -> str:
    """The path of a leaf as `numbers` writes it: items of `also` by name."""
    words, block = [], tree
    for step in steps:
        block = block[step]  # type: ignore[index]
        words.append(block["name"] if isinstance(block, dict) and "also" in words[-1:] else str(step))
    return ".".join(words)


def other_leaves() -> list[tuple[str, tuple[Any, ...], Any]]:
    """(path, steps, other choice) for every leaf that is neither number nor label; None takes it out of its list."""
    tree, known = adult(), all_numbers()
    found: list[tuple[str, tuple[Any, ...], Any]] = []
    for steps in leaves(tree):
        path = named(tree, steps)
        by_severity = any(other.startswith(path + ".") for other in known)
        if path in known or by_severity or is_label(steps):
            continue
        if isinstance(steps[-1], int):
            found.append((path, steps, None))
        else:
            others = CHOICES_ANYWHERE.get(str(steps[-1])) or CHOICES[path]  # a choice not listed is an error here
            found += [(path, steps, choice) for choice in others]
    return found


@pytest.mark.parametrize(("path", "steps", "choice"), other_leaves())
def test_every_choice_moves_something(path: str, steps: tuple[Any, ...], choice: Any) -> None:
    """A word of the shipped scenario, changed or taken out of its list, changes some result or is refused."""
    for attempt in TRIES:
        tree = copy.deepcopy(base(attempt)[0].tree)
        *above, last = steps
        block: Any = tree
        for step in above:
            block = block[step]
        if choice is None:
            del block[last]
        else:
            block[last] = choice
        other = refused_or_read(tree)
        if other is None or moves(other, attempt):
            assert path not in IDLE_CHOICES, "this word matters by now: take it out of IDLE_CHOICES"
            return
    assert path in IDLE_CHOICES, f"{choice or 'taken out'} changes nothing"


def test_every_leaf_is_walked() -> None:
    """Numbers, choices and labels together are all leaves of the file."""
    tree, known = adult(), all_numbers()
    walked = {steps for _, steps, _ in other_leaves()}
    numeric = [
        steps for steps in leaves(tree)
        if named(tree, steps) in known or any(other.startswith(named(tree, steps) + ".") for other in known)
    ]  # fmt: skip
    labels = [steps for steps in leaves(tree) if is_label(steps)]
    assert len(numeric) > 150
    assert len(numeric) + len(labels) + len(walked) == len(list(leaves(tree)))
