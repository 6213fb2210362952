"""What a what-if costs for each week of waiting that it saves.

In: the table `measures`, and the baseline's name. Out: the frame behind `value.csv`. Two ways to count weeks saved:

* `those who started`: people who began treatment in the year x the weeks by which their mean wait is shorter. It says
  nothing about people who are still waiting, and is small where those who waited longest are seen at last.
* `everybody waiting`: person-weeks on the waiting list in the year, which nobody still waiting escapes; people who give
  up, or are not referred at all, save weeks too.

Pounds per week = extra cost of the year over weeks saved, each a mean over replications. Its interval is a jackknife
over replications (Tukey, *Annals of Mathematical Statistics* 29, 1958, 614), paired like every difference. Where the
runs cannot tell that weeks are saved, there is no such number.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workforce_sim.analysis.compare import by_replication
from workforce_sim.analysis.intervals import Interval, t_half_width, t_interval

VALUE_COLUMNS = [
    "scenario", "baseline", "year", "among", "extra_cost", "weeks_saved", "pounds_per_week", "low", "high",
]  # fmt: skip
FRONTIER_COLUMNS = [
    "scenario", "extra_cost", "cost_low", "cost_high", "weeks_saved", "weeks_low", "weeks_high", "frontier",
]  # fmt: skip
STARTED, WAITING = "those who started", "everybody waiting"

COST, STARTS, WAIT, WEEKS = "cost.total", "starts", "wait.treatment.completed_mean", "weeks_waited"
"""Measures that it rests on."""


def cost_per_week_saved(measures: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Each what-if and year in which both costs are known; `pounds_per_week` is empty where no wait is saved."""
    base, rows = _wide(measures, baseline), []
    for scenario in sorted(set(measures["scenario"].unique()) - {baseline}):
        own = _wide(measures, scenario)
        costs = own.index.intersection(base.index)
        for year in [year for name, year in costs if name == COST]:
            extra = (own.loc[(COST, year)] - base.loc[(COST, year)]).to_numpy()
            shorter = base.loc[(WAIT, year)] - own.loc[(WAIT, year)]
            saved = {
                STARTED: (own.loc[(STARTS, year)] * shorter).to_numpy(),
                WAITING: (base.loc[(WEEKS, year)] - own.loc[(WEEKS, year)]).to_numpy(),
            }
            for way, weeks in saved.items():
                value = ratio(extra, weeks) if t_interval(weeks).low > 0 else Interval(*[np.array(np.nan)] * 3)
                rows.append((scenario, baseline, year, way, extra.mean(), weeks.mean(), *map(float, value)))
    return pd.DataFrame(rows, columns=VALUE_COLUMNS)


def ratio(over: np.ndarray, under: np.ndarray) -> Interval:
    """The ratio of two means over replications, with a jackknife interval."""
    n = len(over)
    without = (over.sum() - over) / (under.sum() - under)
    spread = np.sqrt((n - 1) / n * np.square(without - without.mean()).sum())
    found, half = over.sum() / under.sum(), t_half_width(n) * spread
    return Interval(found, found - half, found + half)


def _wide(measures: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """A row per measure and year, a column per replication."""
    needed = measures[measures["measure"].isin((COST, STARTS, WAIT, WEEKS))]
    return by_replication(needed, scenario).droplevel("unit")


def cost_and_weeks(measures: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """What each what-if costs more than the baseline, and how many weeks of waiting it saves, over the whole run.

    scenario, extra_cost, cost_low, cost_high, weeks_saved, weeks_low, weeks_high, frontier.

    Means over replications with 95 % intervals, paired; the baseline is a row of zeros. `frontier`: no other scenario
    saves as many weeks for as little. No rows unless costs are known.
    """
    base, rows = _wide(measures, baseline), []
    if COST not in base.index.get_level_values("measure"):
        return pd.DataFrame(columns=FRONTIER_COLUMNS)
    for scenario in sorted(measures["scenario"].unique()):
        own = _wide(measures, scenario)
        if COST in own.index.get_level_values("measure"):
            extra = _over_the_run(own, COST) - _over_the_run(base, COST)
            saved = _over_the_run(base, WEEKS) - _over_the_run(own, WEEKS)
            rows.append((scenario, *map(float, t_interval(extra)), *map(float, t_interval(saved))))
    frame = pd.DataFrame(rows, columns=FRONTIER_COLUMNS[:-1])
    cost, saved = frame["extra_cost"].to_numpy(), frame["weeks_saved"].to_numpy()
    beaten = [
        bool(((cost <= c) & (saved >= s) & ((cost < c) | (saved > s))).any()) for c, s in zip(cost, saved, strict=True)
    ]
    return frame.assign(frontier=[not it for it in beaten])


def _over_the_run(wide: pd.DataFrame, measure: str) -> np.ndarray:
    """float64, (replication,): a measure added up over the years."""
    total: np.ndarray = wide.loc[measure].to_numpy(dtype=float).sum(axis=0)
    return total
