"""Roles over time: staff in post, caseloads, starters and leavers, and where clinical time goes.

In: the tables of a study. Out: tidy frames over replications, one row per scenario, role and date or use of time.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from workforce_sim.analysis.series import KEYS, last_year, spread

BY_ROLE = [*KEYS, "role"]

USES = {
    "attended": "contacts attended",
    "assessment": "assessments attended",
    "crisis": "crises",
    "triage": "triage",
    "missed": "contacts missed by patients",
    "assessment_missed": "assessments missed by patients",
    "unused": "left over",
}
"""Where clinical time goes, as columns of the table `time_use` (`_hours`) → in words."""


def staff_by_role(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """WTE in post by role at each month's end: columns of `series.spread`, and `funded`, the mean of funded posts."""
    staff = _sums(tables, "workforce", ["in_post_wte", "funded_wte"])
    funded = spread(staff["funded_wte"], 1)
    return spread(staff["in_post_wte"], 1).assign(funded=funded["line"])


def caseload_by_role(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Weighted caseload per WTE in post of each role that holds one, at each month's end.

    Columns of `series.spread`, and `places`, the room there is per WTE in post. The line is the mean of the
    replications in which anybody is in post.
    """
    held = tables["workforce"][tables["workforce"]["holds_caseload"]]
    staff = _sums({"workforce": held}, "workforce", ["caseload_weighted", "places", "in_post_wte"])
    in_post = staff["in_post_wte"].where(staff["in_post_wte"] > 0)
    places = (staff["places"] / in_post).groupby(["scenario", "period_start", "role"]).mean().sort_index()
    per_wte = staff["caseload_weighted"] / in_post
    mean = per_wte.groupby(["scenario", "period_start", "role"]).mean().sort_index()
    return spread(per_wte, 1).assign(line=mean.to_numpy(), places=places.to_numpy())


def starters_and_leavers(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """WTE that started and left in each year, mean over replications: scenario, year, starters, leavers."""
    staff = tables["workforce"][tables["workforce"]["year"] > 0]
    keys = ["scenario", "year", "replication"]
    sums = staff.groupby(keys)[["starters_wte", "leavers_wte"]].sum()
    told = sums.groupby(["scenario", "year"]).mean()
    told.columns = pd.Index(["starters", "leavers"])
    return told.reset_index()


def time_use(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Where clinical time goes in the last year: scenario, role, use, hours (a week), share (of the role's hours).

    Mean over replications. What was carried over a month's end is left aside: it is minutes.
    """
    table = tables["time_use"]
    table = table[table["year"] == last_year(table)]
    columns = [f"{use}_hours" for use in USES]
    weeks = table.groupby("scenario")["period_start"].nunique() * (365.25 / 12 / 7)
    hours = table.groupby(["scenario", "role", "replication"])[columns].sum().groupby(["scenario", "role"]).mean()
    hours.columns = pd.Index(list(USES), name="use")
    weekly = hours.div(weeks, axis=0, level="scenario")
    total = weekly.sum(axis=1)
    share = weekly.div(total.where(total > 0), axis=0)
    return pd.DataFrame({"hours": weekly.stack(), "share": share.stack()}).reset_index()  # noqa: PD013 tidy again


def _sums(tables: Mapping[str, pd.DataFrame], name: str, columns: list[str]) -> pd.DataFrame:
    """Columns added up over teams, the warm-up left out."""
    table = tables[name]
    sums: pd.DataFrame = table[table["year"] > 0].groupby(BY_ROLE)[columns].sum().astype(np.float64)
    return sums
