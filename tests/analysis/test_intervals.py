"""Intervals and differences: right in known cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from workforce_sim.analysis.compare import COMPARISON_COLUMNS, SUMMARY_COLUMNS, comparison, summary
from workforce_sim.analysis.intervals import Interval, t_interval, told_apart


def test_it_is_students_interval():
    """The same as SciPy's own interval."""
    values = np.random.default_rng(1).normal(5, 2, 12)
    truth = stats.ttest_1samp(values, 0).confidence_interval()
    found = t_interval(values)
    assert (found.mean, found.low, found.high) == pytest.approx((values.mean(), truth.low, truth.high))


def test_it_covers_the_truth_as_often_as_it_says():
    """Of 4,000 intervals of normal values with 8 replications, about 95 in 100 hold the mean."""
    found = t_interval(np.random.default_rng(2).normal(1, 3, (4000, 8)))
    assert np.mean((found.low <= 1) & (found.high >= 1)) == pytest.approx(0.95, abs=0.012)


def test_values_that_are_all_the_same_have_no_width():
    """Not even that of rounding."""
    found = t_interval(np.full(50, 0.1))
    assert (found.mean, found.low, found.high) == (0.1, 0.1, 0.1)


def test_one_undefined_value_makes_the_mean_undefined():
    """A median that was not reached in one replication has no mean."""
    assert np.isnan(t_interval(np.array([1.0, np.nan, 3.0]))).all()


def test_one_replication_has_no_interval():
    """A mean, but nothing about how sure."""
    found = t_interval(np.array([[3.0]]))
    assert found.mean == 3.0
    assert np.isnan(found.low).all()
    assert not told_apart(found).any()


def test_zero_is_never_told_apart_from_zero():
    """No difference at all is not a difference; a certain one is."""
    zero, one = np.zeros(1), np.ones(1)
    assert not told_apart(Interval(zero, zero, zero))[0]
    assert told_apart(Interval(one, one, one))[0]
    assert not told_apart(Interval(one, zero, one))[0]


def made_up_measures(**scenarios: list[float]) -> pd.DataFrame:
    """A table of one measure, one year; a value for each replication."""
    rows = [(s, r, "vacancy", 1, "share", v) for s, values in scenarios.items() for r, v in enumerate(values)]
    return pd.DataFrame(rows, columns=["scenario", "replication", "measure", "year", "unit", "value"])


def test_differences_are_paired_by_replication():
    """The spread that both share is not in the difference."""
    rows = made_up_measures(base=[1, 5, 9, 2], more=[2.1, 6, 10, 2.9], same=[1, 5, 9, 2])
    found = comparison(rows.sample(frac=1, random_state=1), "base").set_index("scenario")
    assert list(comparison(rows, "base").columns) == COMPARISON_COLUMNS
    assert found.loc["more", "difference"] == pytest.approx(1.0)
    assert found.loc["more", "high"] - found.loc["more", "low"] < 0.4
    assert found.loc["more", "told_apart"]
    assert found.loc["same", ["difference", "low", "high"]].tolist() == [0, 0, 0]
    assert not found.loc["same", "told_apart"]


def test_a_measure_only_the_what_if_has_shows_no_difference():
    """A new role has a value and nothing to compare it with."""
    rows = pd.concat(
        [made_up_measures(base=[1, 2], more=[1, 3]), made_up_measures(more=[4, 4]).assign(measure="vacancy.cap")]
    )
    found = comparison(rows, "base").set_index("measure").loc["vacancy.cap"]
    assert found["mean"] == 4
    assert np.isnan(found["difference"])
    assert not found["told_apart"]


def test_summary_has_the_columns_agreed():
    """The contract of summary.csv."""
    found = summary(made_up_measures(base=[1, 2, 3]))
    assert list(found.columns) == SUMMARY_COLUMNS
    assert found.loc[0, "mean"] == 2


def test_a_small_certain_difference_is_told_apart_either_way():
    """An interval from 0.1 to 0.4, or from -0.4 to -0.1, leaves out zero."""
    low, high = np.array([0.1, -0.4]), np.array([0.4, -0.1])
    assert told_apart(Interval((low + high) / 2, low, high)).all()
