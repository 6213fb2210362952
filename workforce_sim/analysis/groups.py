"""Waits by group of people, and how much longer the worst-off wait.

In: the table of measures over replications (`Study.summary`) and the table `waits`. Out: each group's share treated
within 18 weeks and median wait in the last year, with intervals, and whether few people stand behind it.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workforce_sim.analysis.declared import FEW
from workforce_sim.analysis.series import last_year

SHARE, MEDIAN = "wait.treatment.within_18_weeks", "wait.treatment.median"


def waits_by_group(summary: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Each group of each scenario: scenario, group, measure, unit, mean, low, high, few.

    Of the median wait, or, where it is not reached in every replication of every group, of the share treated within 18
    weeks.
    """
    last = summary[summary["year"] == last_year(summary)]
    both = {name: last[last["measure"].str.startswith(f"{name}.group.")] for name in (MEDIAN, SHARE)}
    name = SHARE if both[MEDIAN]["mean"].isna().any() else MEDIAN
    rows = both[name]
    rows = rows.assign(group=rows["measure"].str.removeprefix(f"{name}.group."), measure=name)
    waits = tables["waits"]
    own = waits[(waits["clock"] == "treatment") & (waits["by"] == "group") & (waits["span"] == "year")]
    own = own[own["year"] == last_year(own)]
    people = own.groupby(["scenario", "value"])["joined"].mean()
    few = [people[scenario, group] < FEW for scenario, group in zip(rows["scenario"], rows["group"], strict=True)]
    columns = ["scenario", "group", "measure", "unit", "mean", "low", "high"]
    frame: pd.DataFrame = rows[columns].assign(few=few).reset_index(drop=True)
    return frame


def worst_over_best(summary: pd.DataFrame) -> pd.DataFrame:
    """The two equity ratios in the last year: scenario, measure, mean, low, high; no rows where no groups are."""
    last = summary[(summary["year"] == last_year(summary)) & summary["measure"].str.startswith("equity.")]
    told: pd.DataFrame = last[["scenario", "measure", "mean", "low", "high"]].reset_index(drop=True)
    return told
