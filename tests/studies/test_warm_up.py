"""A warm-up is as long as a service takes to settle, and none is made up where it never does."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from tests.scenario.small import small
from workforce_sim.analysis.settling import leave_out
from workforce_sim.cli import main
from workforce_sim.scenario.reader import read_scenario_text
from workforce_sim.studies.warm_up import settling, warm_up_months

ENOUGH = ("funded: 5 wte, leavers: 10% per year", "funded: 12 wte, leavers: 10% per year")


@pytest.mark.parametrize("slow", [3.0, 8.0])
def test_the_cut_is_where_the_rise_has_become_noise(slow):
    """A level approached exponentially: what is left differs from the level by less than the noise of a value."""
    noise = np.random.default_rng(1).normal(0.0, 0.5, 120)
    cut = leave_out(20 * (1 - np.exp(-np.arange(120) / slow)) + noise)
    assert cut is not None
    assert slow <= cut <= 8 * slow
    assert 20 * np.exp(-cut / slow) < 1.0


def test_what_is_level_from_the_start_is_left_whole():
    """Of a flat course nothing, or next to nothing, is left out; of one that only rises no cut is told."""
    assert leave_out(np.ones(60)) == 0
    assert leave_out(np.arange(60.0)) is None
    assert leave_out(np.ones(3)) is None


def test_a_service_with_enough_staff_settles_and_one_without_does_not():
    """The pilot begins empty and without growth; a list that must grow has no warm-up."""
    found = settling(read_scenario_text(small(ENOUGH)), years=8, replications=4, workers=1)
    months = warm_up_months(found)
    assert months is not None
    assert 3 <= months <= 48
    assert months % 3 == 0
    short = ("gp: {referrals: 11 per week", "gp: {referrals: 40 per week")
    patient = ("  per_week: {gives_up: 1%}", "  per_week: {gives_up: 0%}")
    assert (
        warm_up_months(settling(read_scenario_text(small(short, patient)), years=8, replications=2, workers=1)) is None
    )


def test_the_command_tells_it(tmp_path):
    """A file in, a table and a sentence out."""
    file = tmp_path / "team.yaml"
    file.write_text(small(ENOUGH))
    told = CliRunner().invoke(main, ["warm-up", str(file), "--years", "8", "--replications", "10"]).output
    assert "months is long enough" in told
    assert "MSER-5" in told


def test_the_cut_by_hand():
    """Eight batches of which the first two stand out: two are left out; four of eight would be no settling."""
    assert leave_out(np.repeat([9.0, 5, 1, 1, 1, 1, 1, 1], 5)) == 10
    assert leave_out(np.array([9.0, 5, 1, 1, 1, 1, 1, 1]), 1) == 2
    assert leave_out(np.array([9.0, 9, 9, 9, 1, 1, 1, 1]), 1) is None
    assert leave_out(np.array([1.0, 3]), 1) is None  # the middle is the second
    assert leave_out(np.array([2.0, 2]), 1) == 0
    assert leave_out(np.array([2.0]), 1) is None  # a single batch says nothing


def test_what_is_cut_counts_against_the_cut():
    """A beginning no wilder than the rest stays: without it the mean would be no surer."""
    assert leave_out(np.array([1.0, -1] * 6), 1) == 0
