"""A policy of one's own takes part in a run, and only in that one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.scenario.small import small
from workforce_sim.engine.posts import Story
from workforce_sim.engine.simulate import simulate
from workforce_sim.engine.staffing import Staffing
from workforce_sim.engine.workforce import Workforce
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.scenario import read_scenario_text

INPUTS = compile_inputs(read_scenario_text(small(("funded: 5 wte, leavers: 10%", "funded: 40 wte, leavers: 100%"))))
FREEZE_DAY = 365


def watch(workforce: Workforce) -> Story:
    """Looks every week, and changes nothing."""
    for day in range(7, workforce.inputs.days, 7):
        yield workforce.until(day)


def freeze(workforce: Workforce) -> Story:
    """From a day on nobody is recruited."""
    yield workforce.until(FREEZE_DAY)
    rules = workforce.rules
    workforce.set_rules(replace(rules, roles=tuple(replace(role, frozen=True) for role in rules.roles)))


def test_a_policy_that_only_looks_changes_nothing() -> None:
    """The run is the same to the last number with and without it."""
    plain, watched = simulate(INPUTS, 1, 0), simulate(INPUTS, 1, 0, policies=[watch])
    assert np.array_equal(plain.staffing, watched.staffing)
    assert np.array_equal(plain.flow, watched.flow)
    assert np.array_equal(np.sort(plain.log), np.sort(watched.log))


def test_a_policy_acts_from_its_day_on() -> None:
    """Until a freeze the runs are the same; after it nobody starts, and the next run knows nothing of it."""
    plain, frozen = simulate(INPUTS, 1, 0), simulate(INPUTS, 1, 0, policies=[freeze])
    before = FREEZE_DAY // 31
    assert np.array_equal(plain.staffing[:before], frozen.staffing[:before])
    assert plain.staffing[13:, ..., Staffing.STARTERS].sum() > 0
    assert frozen.staffing[13:, ..., Staffing.STARTERS].sum() == 0
    assert np.array_equal(simulate(INPUTS, 1, 0).staffing, plain.staffing)
