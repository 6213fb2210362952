"""A service may be large: rows lie by team and are used again, referrals come in stretches, spells need not be kept."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from tests.oracle.agreement import assert_agree
from tests.scenario.small import small
from workforce_sim.engine.simulate import Compiled, run_clinic, simulate, with_more_rows
from workforce_sim.engine.state import ROWS_IN_BLOCK, Counter
from workforce_sim.inputs import demand
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.inputs.demand import draw_referrals, stretches
from workforce_sim.inputs.rules import Inputs
from workforce_sim.scenario import read_scenario_text

TEAMS = 3


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    """Three teams side by side."""
    return compile_inputs(read_scenario_text(f"copies: {TEAMS}\n{small()}", "three teams"))


class Counting(Compiled):
    """A clinic that notes how many rows are taken, and how many have been handed out, at each stop."""

    def __init__(self, *args, **named):
        super().__init__(*args, **named)
        self.taken: list[int] = []
        self.foreign = 0

    def advance(self, until_day):
        super().advance(until_day)
        self.taken.append(int(self.world.counter[Counter.ROWS_TAKEN]))
        people = self.world.patient[: self.world.counter[Counter.ROWS_HANDED_OUT]]
        owner = np.repeat(self.world.block_team, ROWS_IN_BLOCK)[: len(people)]
        self.foreign += int(((people["state"] > 0) & (people["team"] != owner)).sum())


class Cramped(Compiled):
    """A clinic that begins with no more rows than its first people need, and so has to grow."""

    has_begun = False

    def _hold(self, world):
        if not self.has_begun:
            self.has_begun = True
            rows = TEAMS * ROWS_IN_BLOCK
            places = len(world.course) // len(world.patient)
            world = world._replace(
                patient=world.patient[:rows],
                patient_node=world.patient_node[: 2 * rows],
                block_team=world.block_team[:TEAMS],
                course=world.course[: rows * places],
                course_node=world.course_node[: rows * places],
            )
        super()._hold(world)


def test_a_teams_people_lie_in_its_own_blocks(inputs: Inputs) -> None:
    """Whoever has a row is of the team that the row's block was handed to."""
    clinic, _ = run_clinic(inputs, 1, 0, Counting)
    assert clinic.foreign == 0


def test_rows_are_for_people_known_at_once(inputs: Inputs) -> None:
    """Rows are used again: as many as there are people at once, to a day's referrals and a block for each team."""
    clinic, _ = run_clinic(inputs, 1, 0, Counting)
    busiest = np.bincount(draw_referrals(inputs, 1, 0)["day"]).max()
    most = max(clinic.taken) + busiest + TEAMS * ROWS_IN_BLOCK
    assert clinic.world.counter[Counter.ROWS_HANDED_OUT] <= most < len(np.unique(clinic.log["key"]))


def test_growing_changes_nothing(inputs: Inputs) -> None:
    """A clinic that runs out of rows, and gets more, does what one does that had enough from the start."""
    cramped, _ = run_clinic(inputs, 1, 0, Cramped)
    roomy, _ = run_clinic(inputs, 1, 0, Compiled)
    assert len(cramped.world.patient) > TEAMS * ROWS_IN_BLOCK
    assert np.array_equal(cramped.world.flow, roomy.world.flow)
    assert np.array_equal(cramped.log, roomy.log)


def test_more_rows_are_twice_as_many(inputs: Inputs) -> None:
    """Growing keeps what is there."""
    clinic, _ = run_clinic(inputs, 1, 0, Compiled)
    more, rows = with_more_rows(clinic.world), len(clinic.world.patient)
    assert len(more.patient) == 2 * rows
    assert np.array_equal(more.patient[:rows], clinic.world.patient)


@pytest.mark.parametrize("at_once", [1, 100, 1000])
def test_referrals_in_stretches_are_the_same_referrals(
    inputs: Inputs, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stretch by stretch, the same people are referred on the same days, in the same order."""
    whole = draw_referrals(inputs, 1, 0)
    monkeypatch.setattr(demand, "COUNTS_AT_ONCE", at_once)
    days = list(stretches(inputs))
    assert len(days) > 1
    parts = [draw_referrals(inputs, 1, 0, first, until) for first, until in days]
    assert np.array_equal(np.concatenate(parts), whole)


def test_a_run_in_stretches_is_the_same_run(inputs: Inputs, monkeypatch: pytest.MonkeyPatch) -> None:
    """How much is drawn at once changes no result, in the kernel nor in the twin."""
    whole = simulate(inputs, 1, 0)
    monkeypatch.setattr(demand, "COUNTS_AT_ONCE", 100)
    parts = simulate(inputs, 1, 0)
    assert all(np.array_equal(getattr(whole, name), getattr(parts, name)) for name in whole._fields)
    assert_agree(inputs, 1, 0)


def test_spells_handed_on_are_the_spells_kept(inputs: Inputs) -> None:
    """Whoever reads spells as they end is given every one of them, once; none is kept."""
    read: list[np.ndarray] = []
    kept = simulate(inputs, 1, 0)
    handed_on = simulate(inputs, 1, 0, on_spells=lambda spells: read.append(spells.copy()))
    assert np.array_equal(np.concatenate(read), kept.log)
    assert len(handed_on.log) == 0
    assert np.array_equal(handed_on.flow, kept.flow)


def test_spells_are_emptied_out_day_by_day(inputs: Inputs) -> None:
    """What is handed on at a time is what ended since the clinic last stopped, not the whole run."""
    lengths: list[int] = []
    run_clinic(inputs, 1, 0, partial(Compiled, on_spells=lambda spells: lengths.append(len(spells))))
    assert len(lengths) > 100
    assert sorted(lengths)[-2] < 100  # the last are those still open
