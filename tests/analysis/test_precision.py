"""Enough replications, and which scenario is best: intervals and probabilities hold what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from tests.scenario.small import small
from workforce_sim.analysis.intervals import t_interval
from workforce_sim.analysis.precision import (
    LEAST,
    Precision,
    half_widths,
    look_ahead,
    next_number,
    ranking,
    reached,
    replications_needed,
)
from workforce_sim.cli import main
from workforce_sim.errors import UsageError
from workforce_sim.run import compare, run
from workforce_sim.scenario.reader import read_scenario_text


def told(values: np.ndarray) -> pd.DataFrame:
    """A table of measures with one measure: values (scenario, replication)."""
    scenarios, replications = values.shape
    return pd.DataFrame(
        {
            "scenario": np.repeat([f"s{k}" for k in range(scenarios)], replications),
            "replication": np.tile(np.arange(replications), scenarios),
            "measure": "waiting_list",
            "unit": "people",
            "year": 1,
            "value": values.ravel(),
        }
    )


def test_half_widths_are_those_of_the_interval() -> None:
    """After n values the half-width is that of Student's interval of them; large means cost no digits."""
    values = np.random.default_rng(1).normal(1e6, 1.0, 30)
    found = half_widths(values)
    assert np.isnan(found[0])
    for n in range(2, 31):
        interval = t_interval(values[:n])
        assert found[n - 1] == pytest.approx((interval.high - interval.low) / 2, rel=1e-6)


def test_enough_is_held_for_a_while() -> None:
    """A half-width that is narrow once by chance is not enough: it has to stay so for the look-ahead."""
    values = np.random.default_rng(3).normal(10.0, 1.0, 200)
    needed = replications_needed(values, 0.4)
    assert needed is not None
    assert needed >= LEAST
    assert (half_widths(values)[needed - 1 : needed + look_ahead(needed)] <= 0.4).all()
    assert replications_needed(values[: needed + look_ahead(needed) - 1], 0.4) is None


@pytest.mark.parametrize("spread", [0.05, 0.1, 0.2])
def test_intervals_at_the_chosen_number_cover_what_they_say(spread: float) -> None:
    """Stopping when it is narrow enough does not make intervals lie: 95 % within two points, over 2,000 studies."""
    rng, covered = np.random.default_rng(7), 0
    for _ in range(2000):
        values = rng.normal(1.0, spread, 400)
        needed = replications_needed(values, 0.05)
        assert needed is not None
        interval = t_interval(values[: needed + look_ahead(needed)])
        covered += interval.low <= 1.0 <= interval.high
    assert 0.93 <= covered / 2000 <= 0.97


@pytest.mark.parametrize("value", [0.0, 5.0, -5.0])
def test_values_that_are_all_the_same_are_precise_at_once(value: float) -> None:
    """Also if they are nought or negative, where other rules stumble."""
    assert replications_needed(np.full(40, value), 0.05 * abs(value)) == LEAST


def test_the_next_number_follows_the_square_root() -> None:
    """An interval twice too wide asks for four times as many, in steps of at most twice as many."""
    frame = pd.DataFrame({"replications": [50, 50], "relative": [0.1, 0.02], "reached": [False, True]})
    goal = Precision(0.05, ("waiting_list",), most=1000)
    assert next_number(frame, goal) == 100
    assert next_number(frame.assign(relative=[0.052, 0.02]), goal) == 60
    assert next_number(frame, Precision(0.05, ("waiting_list",), most=70)) == 70


@pytest.mark.parametrize("scenarios", [2, 5, 20])
@pytest.mark.parametrize("spread", ["same", "rising", "falling"])
def test_the_probability_of_being_best_is_kept(scenarios: int, spread: str) -> None:
    """Of studies that call a scenario the best with at least 95 %, at least so many are right, wherever the best is."""
    rng, claimed, right = np.random.default_rng(scenarios), 0, 0
    factor = {
        "same": np.ones(scenarios),
        "rising": np.linspace(1, 3, scenarios),
        "falling": np.linspace(3, 1, scenarios),
    }
    for study in range(60):
        best = study % scenarios
        means = np.where(np.arange(scenarios) == best, 10.0, 11.5)
        shared = rng.normal(0, 1, 30)  # the luck that scenarios share
        values = means[:, None] + shared + rng.normal(0, 1, (scenarios, 30)) * factor[spread][:, None]
        ranks = ranking(told(values), "waiting_list", 1, "lower")
        assert ranks["probability_best"].sum() == pytest.approx(1.0)
        if ranks["probability_best"].iloc[0] >= 0.95:
            claimed += 1
            right += ranks["scenario"].iloc[0] == f"s{best}"
    assert claimed >= 3
    assert right >= 0.95 * claimed


def test_ranking_follows_what_is_better() -> None:
    """Best first, whichever way is better; the differences are from the best and paired."""
    values = np.array([[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]])
    lower, higher = (ranking(told(values), "waiting_list", 1, way) for way in ("lower", "higher"))
    assert lower["scenario"].tolist() == ["s0", "s1"]
    assert higher["scenario"].tolist() == ["s1", "s0"]
    assert lower[["behind_best", "low", "high"]].iloc[1].tolist() == [1.0, 1.0, 1.0]
    assert lower["probability_best"].tolist() == [1.0, 0.0]


def test_a_study_runs_until_it_is_precise_enough() -> None:
    """Replications are added until every interval is narrow; the first of them are those of a study without."""
    base = read_scenario_text(small())
    study = run(base, 10, workers=1, precision=Precision(0.02, ("caseload_per_wte",)))
    assert study.precision["reached"].all()
    assert (study.precision["relative"] <= 0.02).all()
    number = study.manifest["replications"]
    assert number > 10
    assert study.tables["measures"]["replication"].nunique() == number
    first = study.tables["measures"].query("replication < 10").reset_index(drop=True)
    pd.testing.assert_frame_equal(first, run(base, 10, workers=1).tables["measures"])
    assert "precision" in study.sheets


def test_it_ends_where_it_is_told_to() -> None:
    """What cannot be reached is told as not reached."""
    base = read_scenario_text(small())
    more = read_scenario_text(small(("name: Small team", "name: More"), ("funded: 5 wte", "funded: 6 wte")))
    study = compare(base, more, 10, workers=1, precision=Precision(0.001, ("waiting_list",), most=14))
    assert study.manifest["replications"] == 14
    assert not study.precision["reached"].all()
    assert set(study.precision["scenario"]) == {"More"}


def test_what_cannot_be_asked_for_is_told_before_anything_is_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A misspelt measure must not cost the time of the runs."""
    monkeypatch.setattr("workforce_sim.engine.simulate.simulate", None)
    base, more = tmp_path / "base.yaml", tmp_path / "more.yaml"
    base.write_text(small())
    more.write_text(small(("name: Small team", "name: More")))
    for asked, told in (
        (["--rank", "waiting_lists"], 'no measure is called "waiting_lists". Did you mean "waiting_list"'),
        (["--rank", "referrals"], "neither more nor less of referrals is better"),
        (["--precision", "5%", "--of", "vacancy.nurze"], 'Did you mean "vacancy.nurse"'),
    ):
        done = CliRunner().invoke(main, ["compare", str(base), str(more), "--replications", "2", *asked])
        assert done.exit_code == 2
        assert told in done.stderr


def test_what_cannot_be_asked_for_is_told() -> None:
    """With the nearest name, or what is allowed."""
    base = read_scenario_text(small())
    with pytest.raises(UsageError, match=r'no measure is called "waiting_lists"\. Did you mean "waiting_list"'):
        run(base, 1, workers=1, precision=Precision(0.05, ("waiting_lists",)))
    with pytest.raises(UsageError, match="between 0% and 100%"):
        Precision(5.0, ("waiting_list",))
    study = run(base, 2, workers=1)
    with pytest.raises(UsageError, match="neither more nor less of referrals is better"):
        study.ranking("referrals")
    with pytest.raises(UsageError, match="two scenarios and two replications"):
        study.ranking("waiting_list")
    with pytest.raises(UsageError, match="for the years 1 to 2, not for 9"):
        study.ranking("waiting_list", 9)


def test_more_is_looked_ahead_as_there_are_more() -> None:
    """Five replications, or five in a hundred where there are more than a hundred."""
    assert [look_ahead(n) for n in (10, 100, 101, 200)] == [5, 5, 6, 10]


def test_what_is_reached_by_hand() -> None:
    """Half of Student's interval over the mean: of values 9 and 11 in turn, t x 1.033 / sqrt(16) over 10."""
    frame = reached(told(np.array([[9.0, 11.0] * 8])), None, Precision(0.056, ("waiting_list",)))
    half = 2.131450 * np.sqrt(16 / 15) / 4
    (row,) = frame.to_dict("records")
    assert (row["mean"], row["replications"]) == (10.0, 16)
    assert (row["half_width"], row["relative"]) == pytest.approx((half, half / 10), rel=1e-6)
    assert not row["reached"]


def test_beside_a_baseline_the_difference_is_to_be_precise() -> None:
    """Two more in every replication is certain, whatever they have in common; its scale is the baseline's."""
    own = np.arange(16.0) * 10
    (row,) = reached(told(np.array([own, own + 2])), "s0", Precision(0.05, ("waiting_list",))).to_dict("records")
    assert (row["scenario"], row["mean"], row["half_width"], row["relative"]) == ("s1", 2.0, 0.0, 0.0)
    assert row["reached"]
    wider = own + np.array([1.0, 3.0] * 8)
    (row,) = reached(told(np.array([own, wider])), "s0", Precision(0.05, ("waiting_list",))).to_dict("records")
    assert row["relative"] == pytest.approx(row["half_width"] / 75)


def test_without_a_scale_precision_is_endless_or_nought() -> None:
    """Half an interval over a mean of zero has no end, unless nothing varies; what is undefined is left out."""
    rows = told(np.array([[-1.0, 1.0] * 8, [0.0] * 16, [np.nan] * 16]))
    frame = reached(rows, None, Precision(0.05, ("waiting_list",))).set_index("scenario")
    assert frame["relative"].to_dict() == {"s0": np.inf, "s1": 0.0}
    goal = Precision(0.05, ("waiting_list",))
    assert next_number(frame[~frame["reached"]], goal) == 32  # nothing is known but that more are needed: twice as many


def test_how_far_others_are_behind_holds_for_all_together() -> None:
    """Of three, two are behind: each interval is of 97.5 %, so that both hold with 95 %."""
    values = np.array([[0.0, 0.0, 0.0, 0.0], [1.0, 2.0, 3.0, 4.0], [9.0, 9.0, 9.0, 9.0]])
    second = ranking(told(values), "waiting_list", 1, "lower").iloc[1]
    half = 4.176535 * np.sqrt(5 / 3) / 2  # Student's t with three degrees of freedom at 98.75 %
    assert second[["behind_best", "low", "high"]].tolist() == pytest.approx([2.5, 2.5 - half, 2.5 + half], rel=1e-6)
