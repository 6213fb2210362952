"""Formulas of planners and of queueing theory, against the examples that were published with them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scenario.small import small
from workforce_sim.analysis import theory
from workforce_sim.analysis.checks import CHECK_COLUMNS
from workforce_sim.run import run
from workforce_sim.scenario.reader import read_scenario_text


def test_fong_and_others_worked_example():
    """15 people a week and four weeks: a list of 15; a list of 200 takes 22.1 a week for half a year, then 16."""
    assert theory.target_queue(15, 4) == 15
    assert theory.relief_capacity(15, 200, 15, 26) == pytest.approx(22.1, abs=0.05)
    assert theory.target_capacity(15, 4) == 16
    assert theory.share_beyond_target() == pytest.approx(0.018, abs=0.0005)
    assert theory.share_beyond_target(6) == pytest.approx(0.002, abs=0.0005)
    assert theory.mean_wait_target(18) == 4.5
    assert theory.pressure(theory.mean_wait_target(4), 4) == 0.5


def test_capa_counts_sessions_or_hours():
    """Ten half-days a week take on 30 people a quarter, which is 0.86 for each of their 35 hours."""
    assert theory.capa_partnerships(10) == 30
    assert pytest.approx(30, abs=0.15) == theory.CAPA_PARTNERSHIPS_PER_HOUR * 35


def test_wisn_adds_activities_and_allowances():
    """4,000 contacts at 1,000 a person and 600 assessments at 300: six people, with a tenth for others 6.6, and 0.4."""
    workload, standard = {"contacts": 4000.0, "assessments": 600.0}, {"contacts": 1000.0, "assessments": 300.0}
    assert theory.wisn_required(workload, standard) == 6
    assert theory.wisn_required(workload, standard, 1.1, 0.4) == pytest.approx(7.0)


@pytest.mark.parametrize(
    ("load", "places", "blocked", "waits"), [(10.0, 10, 0.2146, 1.0), (1.0, 2, 0.2, 1 / 3), (0.5, 1, 1 / 3, 0.5)]
)
def test_erlang_known_values(load, places, blocked, waits):
    """Erlang's tables: 10 erlang on 10 lines lose 0.2146; the formulas for one and two servers by hand."""
    assert theory.erlang_b(load, places) == pytest.approx(blocked, abs=5e-5)
    assert theory.erlang_c(load, places) == pytest.approx(waits)


def test_one_server_waits_as_by_hand():
    """M/M/1: the mean wait is load x stay / (1 - load); where places do not suffice there is no end to it."""
    assert theory.erlang_wait(0.8, 1.0, 1) == pytest.approx(4.0)
    assert np.isinf(theory.erlang_wait(2.0, 1.0, 2))


def test_little_holds_in_the_runs():
    """The list at months' ends is people joining times weeks waited for each; the places let no more begin."""
    checks = run(read_scenario_text(small()), 20, workers=1).checks
    assert list(checks.columns) == CHECK_COLUMNS
    by_name = checks.set_index(["check", "about"])
    ((_, own),) = by_name.loc["Little's law"].filter(like="waiting list", axis=0).iterrows()
    assert own["by_hand"] == pytest.approx(own["simulated"], rel=0.1)
    assert own["agrees"]
    places = checks[checks["check"] == "Places (Erlang)"]
    assert len(places)
    assert (places["simulated"] <= places["by_hand"] * 1.1).all()
    assert (checks["agrees"] | checks["note"].ne("")).all()
