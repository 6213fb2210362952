"""What a week of waiting saved costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workforce_sim.analysis.value import VALUE_COLUMNS, cost_per_week_saved, ratio

UNITS = {"cost.total": "pounds", "starts": "people", "wait.treatment.completed_mean": "weeks", "weeks_waited": "weeks"}


def told(scenario, cost, starts, wait, waited):
    """Measures of one year, by replication."""
    values = dict(zip(UNITS, (cost, starts, wait, waited), strict=True))
    rows = [
        {"scenario": scenario, "replication": n, "measure": name, "year": 1, "unit": UNITS[name], "value": value}
        for name, each in values.items()
        for n, value in enumerate(each)
    ]
    return pd.DataFrame(rows)


BASE = told("Base", [1000.0, 1100, 1200], [100, 100, 100], [20, 21, 22], [900, 950, 1000])


def test_pounds_per_week_by_hand():
    """£300 more; 102 people start 2 weeks sooner; everybody together waits 400 weeks less."""
    more = told("More", [1300, 1400, 1500], [102, 102, 102], [18, 19, 20], [500, 550, 600])
    frame = cost_per_week_saved(pd.concat([BASE, more]), "Base").set_index("among")
    assert list(frame.reset_index()[VALUE_COLUMNS]) == VALUE_COLUMNS
    started, waiting = frame.loc["those who started"], frame.loc["everybody waiting"]
    assert (started["extra_cost"], started["weeks_saved"], waiting["weeks_saved"]) == (300, 204, 400)
    assert started["pounds_per_week"] == pytest.approx(300 / 204)
    assert tuple(waiting[["pounds_per_week", "low", "high"]]) == pytest.approx((0.75, 0.75, 0.75))


def test_where_no_wait_is_saved_there_is_no_price():
    """Longer waits, or such as the runs cannot tell from no saving, have no price; the extra cost is told."""
    same = told("Same", [1300, 1400, 1500], [100, 100, 100], [19, 22, 22], [950, 950, 1000])
    frame = cost_per_week_saved(pd.concat([BASE, same]), "Base")
    assert frame["pounds_per_week"].isna().all()
    assert frame[["low", "high"]].isna().all(axis=None)
    assert (frame["extra_cost"] == 300).all()


def test_without_costs_there_is_no_value():
    """No rows where the cost of either is not known, and none for one replication's luck."""
    free = told("Free", [0, 0, 0], [100, 100, 100], [1, 1, 1], [1, 1, 1])
    assert not len(cost_per_week_saved(pd.concat([BASE, free[free["measure"] != "cost.total"]]), "Base"))
    once = pd.concat([BASE, free]).query("replication == 0")
    assert cost_per_week_saved(once, "Base")["pounds_per_week"].isna().all()


def test_the_jackknife_covers_the_ratio():
    """Of 400 samples of 20, the interval holds the true ratio in about 95 of 100."""
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(400):
        weeks = rng.normal(100, 25, 20)
        found = ratio(3.0 * weeks + rng.normal(0, 40, 20), weeks)
        inside += bool(found.low <= 3.0 <= found.high)
    assert 0.91 <= inside / 400 <= 0.98
