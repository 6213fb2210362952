"""The dashboard: twelve indicators of a service by year, and equity, judged against its trajectory.

In: measures over replications (`Study.summary`), the years of the run, and the levels to reach. Out: one row per
indicator and year with a status. A year is judged by the level in force on the day after its last day:

* `on track`: the whole 95 % interval of the mean lies on the good side of the level, or on it;
* `off track`: the whole interval lies on the bad side;
* `unsure`: the interval straddles the level, or there is none (one replication);
* `no trajectory`: no level is in force by then;
* `not told`: the measure is undefined in some replication.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from workforce_sim.analysis.declared import declaration
from workforce_sim.analysis.trajectory import level_at, levels

ON_TRACK, UNSURE, OFF_TRACK, NO_TRAJECTORY, NOT_TOLD = "on track", "unsure", "off track", "no trajectory", "not told"

INDICATORS = {
    "wait.treatment.within_standard": "Treated within the standard",
    "waiting_list": "Waiting list",
    "wait.treatment.p90": "Nine in ten treated by",
    "waiting.over_52_weeks": "Waiting over 52 weeks",
    "caseload_per_wte": "Caseload per WTE",
    "vacancy": "Vacancy",
    "turnover": "Turnover",
    "away": "Away from work",
    "unallocated": "Without a clinician",
    "contacts.missed_share": "Contacts missed",
    "returned_share": "Referred again",
    "cost.total": "Cost",
    "equity.median_wait": "Longest over shortest wait of groups",
}
"""Measure → what it is called here. The last is told only where there are groups, the one before only with pay."""

COLUMNS = ["indicator", "measure", "unit", "better", "year", "to", "mean", "low", "high", "level", "status"]


def dashboard(
    summary: pd.DataFrame,
    scenario: str,
    years: Sequence[Mapping[str, Any]],
    trajectory: Mapping[str, Mapping[Any, Any]],
) -> pd.DataFrame:
    """The indicators of one scenario: COLUMNS. `years` and `trajectory` are as the manifest tells them.

    Measures of the trajectory that are no indicators follow them.
    """
    own = summary[summary["scenario"] == scenario].set_index(["measure", "year"])
    measures = own.index.get_level_values("measure")
    planned, rows = levels(trajectory), []
    for measure in (*INDICATORS, *(name for name in planned if name not in INDICATORS)):
        if measure not in measures:
            continue
        what = declaration(measure)
        for year in years:
            found = own.loc[(measure, year["year"])]
            mean, low, high = (float(found[name]) for name in ("mean", "low", "high"))
            last = date.fromisoformat(year["to"])
            level = level_at(planned.get(measure, {}), last + timedelta(days=1))
            status = judged(mean, low, high, level, what.better)
            told = math.nan if level is None else level
            indicator = INDICATORS.get(measure, measure)
            rows.append((indicator, measure, what.unit, what.better, year["year"], last, mean, low, high, told, status))
    return pd.DataFrame(rows, columns=COLUMNS)


def judged(mean: float, low: float, high: float, level: float | None, better: str) -> str:
    """The status of a mean with its interval beside a level."""
    if math.isnan(mean):
        return NOT_TOLD
    if level is None:
        return NO_TRAJECTORY
    if better == "lower":
        low, high, level = -high, -low, -level
    if low >= level:
        return ON_TRACK
    return OFF_TRACK if high < level else UNSURE
