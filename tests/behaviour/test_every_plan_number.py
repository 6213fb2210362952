"""Every number of the workforce plan and of money matters, in one service that has all of it at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd
import pytest

from tests.behaviour.paired import adult, same_run
from tests.behaviour.test_every_number import farthest, moved, refused_or_read
from tests.behaviour.worlds import Tree, changed, scenario_of
from workforce_sim.engine.simulate import RawRun, simulate
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.run import run
from workforce_sim.scenario.numbers import numbers, with_numbers
from workforce_sim.scenario.scenario import Scenario

TRIES = (("2 years", 2), ("6 years", 6))
"""Horizon and replications: the second for what acts late or seldom."""
NURSE, WORKER = "workforce.roles.nurse", "workforce.roles.support_worker"

RICH: list[tuple[str, Any]] = [
    ("workforce.availability.leave_months", {"august": "x2", "december": "x1.5"}),
    ("workforce.availability.long_sickness", "4%"),
    ("workforce.availability.long_sickness_spell", "16 weeks"),
    ("workforce.availability.parental", "3%"),
    ("workforce.availability.parental_spell", "30 weeks"),
    ("workforce.availability.hand_over_after", "8 weeks"),
    ("workforce.availability.backfill", "50%"),
    ("workforce.leaving.leaves_nhs", "60%"),
    ("workforce.hiring.over", "10%"),
    ("workforce.exhaustion.relief", 0.05),
    ("workforce.programme_time", "2%"),
    ("workforce.retention", {"career": "6%", "mentoring": "12%", "mentoring_covers": "2 years", "flexible": "5%",
                             "bundle": "8%", "cap": "40%"}),
    ("workforce.pay_rise", {"rise": "5%", "less_leaving": 0.5, "more_filled": 0.5}),
    ("workforce.preceptorship", {"roles": ["nurse", "mhwp"], "by": ["nurse"], "hours": "1 per week",
                                 "over": "26 weeks"}),
    ("workforce.temporary", {"bank": {"premium": "x1.15", "productivity": "85%"},
                             "agency": {"premium": "x1.55", "productivity": "80%"}}),
    ("workforce.overtime", {"at_most": "2 per week", "when_overdue": "2 weeks", "premium": "x1.5"}),
    ("workforce.training", {
        "course": {"into": "mhwp", "first": "2026-06-01", "every": "52 weeks", "places": 2, "length": "52 weeks",
                   "attrition": "12%", "does": {"first": "10%", "last": "50%"},
                   "supervision": {"by": ["nurse"], "hours": "2 per week"}, "stays": "80%",
                   "waits_for_post": "26 weeks", "pay": "£24,000 per year", "costs": "£6,000"},
    }),
    ("workforce.upskilling", {
        "step_up": {"serving": "mhwp", "into": "cap", "first": "2026-06-01", "every": "52 weeks", "places": 1,
                    "length": "39 weeks", "away": "20%", "backfill": "50%", "costs": "£3,000"},
    }),
    ("workforce.conversions", {"swap": {"vacant": "nurse", "into": "mhwp", "posts": "1 wte", "from": "2026-10-01"}}),
    ("workforce.freezes", [{"roles": ["support_worker"], "from": "2026-08-01", "until": "2027-02-01"}]),
    (f"{NURSE}.promotion", {"from": "mhwp", "share": "30%"}),
    (f"{NURSE}.cover", {"bank": "0.3 wte", "agency": "0.2 wte", "vacancies": "30%"}),
    (f"{NURSE}.heaviest", 1.5),
    (f"{NURSE}.pay", "£41,000 per year"),
    ("workforce.roles.cap.funded", "2 wte"),
    ("money", {"on_costs": "x1.28", "overheads": "10%", "per_hire": "£3,000",
               "programmes": {"wellbeing": "£5,000 per year"},
               "once": [{"what": "laptops", "on": "2026-09-01", "amount": "£8,000"}], "budget": "£1,600,000 per year"}),
    ("safety", {"registered_coordinator": ["severe"]}),
]  # fmt: skip

PLAN = ("availability", "leaving", "hiring.over", "exhaustion.relief", "programme_time", "retention", "pay_rise",
        "preceptorship", "temporary", "overtime", "training", "upskilling", "conversions")  # fmt: skip
OF_ROLES = ("promotion", "cover", "heaviest", "pay")


def rich(horizon: str) -> Tree:
    """The adult team with everything that a workforce plan can say."""
    return adult(*RICH, horizon=horizon)


def in_plan(path: str) -> bool:
    """Is it a number of the plan or of money? The others are walked in the shipped team."""
    steps = path.split(".")
    if steps[0] == "money":
        return True
    if steps[0] != "workforce":
        return False
    if steps[1] == "roles":
        return len(steps) > 3 and steps[3] in OF_ROLES and steps[2] == "nurse"
    return any(path.startswith(f"workforce.{part}") for part in PLAN)


PATHS = sorted(number.path for number in numbers(scenario_of(rich("2 years"))) if in_plan(number.path))
MONTHS_AS_USUAL = {
    path for path in PATHS if "leave_months" in path and path.split(".")[-1] not in {"august", "december"}
}
"""Walked in two of twelve months."""

IDLE: dict[str, str] = {}
"""Paths that are known to move nothing, and why; each is a bug to mend."""


@lru_cache(maxsize=2)
def base(horizon: str, replications: int) -> tuple[Scenario, list[RawRun]]:
    """The rich scenario over a horizon, and its replications."""
    scenario = scenario_of(rich(horizon))
    inputs = compile_inputs(scenario)
    return scenario, [simulate(inputs, 1, replication) for replication in range(replications)]


def costs_of(scenario: Scenario) -> list[pd.DataFrame]:
    """What the money tables say of a replication."""
    tables = run(scenario, replications=1, workers=1).tables
    return [tables[name] for name in ("costs", "programme_costs", "measures")]


@lru_cache(maxsize=1)
def base_costs() -> list[pd.DataFrame]:
    """The same of the rich scenario."""
    return costs_of(base(*TRIES[0])[0])


def moves(other: Scenario, attempt: tuple[str, int]) -> bool:
    """Does any array, or what is made of them, differ from the rich scenario?"""
    inputs = compile_inputs(other)
    if not all(same_run(one, simulate(inputs, 1, one.replication)) for one in base(*attempt)[1]):
        return True
    return attempt == TRIES[0] and not all(
        one.equals(two) for one, two in zip(base_costs(), costs_of(other), strict=True)
    )


def matters(path: str) -> bool:
    """Is the rich scenario refused, or its results others, with another number at a path?"""
    for attempt in TRIES:
        scenario = base(*attempt)[0]
        known = {number.path: number for number in numbers(scenario)}
        choices = [moved(known[path], known)]
        if attempt != TRIES[0]:
            choices = [{known[path]: value} for value in farthest(known[path])]
        read = [refused_or_read(with_numbers(scenario.tree, scenario, choice)) for choice in choices]
        if attempt == TRIES[0] and read == [None]:
            return True
        if any(moves(other, attempt) for other in read if other is not None):
            return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in PATHS if path not in MONTHS_AS_USUAL])
def test_every_number_of_the_plan_moves_something(path: str) -> None:
    """A number of the workforce plan or of money, changed on its own, changes some result or is refused."""
    found = matters(path)
    if path in IDLE:
        assert not found, "this number matters by now: take it out of IDLE"
        pytest.xfail(IDLE[path])
    assert found


OTHERWISE: list[tuple[str, Any]] = [
    ("workforce.training.course.into", "cap"),
    ("workforce.training.course.first", "2026-09-01"),
    ("workforce.training.course.last", "2026-07-01"),
    ("workforce.training.course.supervision.by", ["psychologist"]),
    ("workforce.upskilling.step_up.serving", "support_worker"),
    ("workforce.upskilling.step_up.into", "psychologist"),
    ("workforce.upskilling.step_up.first", "2026-09-01"),
    ("workforce.upskilling.step_up.last", "2026-07-01"),
    ("workforce.conversions.swap.vacant", "social_worker"),
    ("workforce.conversions.swap.into", "support_worker"),
    ("workforce.conversions.swap.from", "2027-06-01"),
    ("workforce.freezes.0.roles", ["nurse"]),
    ("workforce.freezes.0.from", "2026-05-01"),
    ("workforce.freezes.0.until", "2027-08-01"),
    ("workforce.preceptorship.roles", ["psychologist"]),
    ("workforce.preceptorship.by", ["social_worker"]),
    (f"{NURSE}.promotion.from", "support_worker"),
    (f"{NURSE}.band", "8a"),
    ("workforce.roles.social_worker.registered", False),
    ("workforce.roles.mhwp.band", "7"),
    ("money.once.0.amount", "£9,000"),
    ("money.once.0.on", "2027-09-01"),
    ("safety.registered_coordinator", ["mild"]),
]
"""Names, dates and sums of the plan, and another choice for each."""


@pytest.mark.parametrize(("path", "choice"), OTHERWISE)
def test_every_choice_of_the_plan_moves_something(path: str, choice: Any) -> None:
    """Another name, date or sum in the workforce plan changes some result."""
    base_edits = [(f"{NURSE}.pay", None)] if path == f"{NURSE}.band" else []  # pay would hold, whatever the band
    for horizon, replications in TRIES:
        plain = changed(rich(horizon), *base_edits)
        one, other = (compile_inputs(scenario_of(tree)) for tree in (plain, changed(plain, (path, choice))))
        if not all(same_run(simulate(one, 1, n), simulate(other, 1, n)) for n in range(replications)):
            return
        if not all(a.equals(b) for a, b in zip(
            costs_of(scenario_of(plain)), costs_of(scenario_of(changed(plain, (path, choice)))), strict=True
        )):  # fmt: skip
            return
    pytest.fail(f"{path}: {choice} changes nothing")
