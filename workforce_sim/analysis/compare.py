"""Scenarios side by side: the summary of each, and differences from a baseline, paired by replication.

In: the table `measures`. Out: the frames behind `summary.csv` and `comparison.csv`. Replication 7 of two scenarios
meets the same people and the same luck, so the difference within a replication is what the scenarios differ in.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workforce_sim.analysis.intervals import t_interval, told_apart

SUMMARY_COLUMNS = ["scenario", "measure", "unit", "year", "mean", "low", "high"]
COMPARISON_COLUMNS = [
    "scenario", "baseline", "measure", "unit", "year", "baseline_mean", "mean", "difference", "low", "high",
    "told_apart",
]  # fmt: skip


def by_replication(measures: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """One scenario's values: a row per measure, unit and year in the order told, a column per replication."""
    rows = measures[measures["scenario"] == scenario]
    measure, year = pd.factorize(rows["measure"])[0], rows["year"].to_numpy()
    column, replications = pd.factorize(rows["replication"].to_numpy(), sort=True)
    key = measure * (int(year.max(initial=0)) + 1) + year
    _, first, row = np.unique(key, return_index=True, return_inverse=True)
    values = np.full((len(first), len(replications)), np.nan)
    values[row, column] = rows["value"].to_numpy()
    index = pd.MultiIndex.from_frame(rows[["measure", "unit", "year"]].iloc[first])
    return pd.DataFrame(values, index=index, columns=pd.Index(replications, name="replication"))


def summary(measures: pd.DataFrame) -> pd.DataFrame:
    """Mean and 95 % interval of every measure and year of each scenario, scenarios by name."""
    parts = []
    for scenario in sorted(measures["scenario"].unique()):
        wide = by_replication(measures, scenario)
        mean, low, high = t_interval(wide.to_numpy())
        part = wide.index.to_frame(index=False).assign(scenario=scenario, mean=mean, low=low, high=high)
        parts.append(part[SUMMARY_COLUMNS])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=SUMMARY_COLUMNS)


def comparison(measures: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Every measure and year of each what-if beside the baseline; `low` and `high` are of the paired difference.

    A measure that the baseline does not have (a role of the what-if only, a longer horizon) has no difference.
    """
    base, parts = by_replication(measures, baseline), []
    for scenario in sorted(set(measures["scenario"].unique()) - {baseline}):
        wide = by_replication(measures, scenario)
        before = base.reindex(index=wide.index, columns=wide.columns)
        difference = t_interval(wide.to_numpy() - before.to_numpy())
        part = wide.index.to_frame(index=False).assign(
            scenario=scenario,
            baseline=baseline,
            baseline_mean=t_interval(before.to_numpy()).mean,
            mean=t_interval(wide.to_numpy()).mean,
            difference=difference.mean,
            low=difference.low,
            high=difference.high,
            told_apart=told_apart(difference),
        )
        parts.append(part[COMPARISON_COLUMNS])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COMPARISON_COLUMNS)
