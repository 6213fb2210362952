"""Courses over time: what the figures show, month by month or quarter by quarter.

In: the tables of a study. Out: for each scenario and date, the mean over replications, the ranges of the middle 80 %
and the middle half of replications, and the 95 % interval of the mean; or the difference from a baseline, paired by
replication, with its interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workforce_sim.analysis.declared import FEW
from workforce_sim.analysis.intervals import t_interval

KEYS = ["scenario", "replication", "period_start"]
MIDDLE, INNER = (10.0, 90.0), (25.0, 75.0)
"""Percentiles of replications between which the bands lie."""


@dataclass(frozen=True)
class Course:
    """One thing followed over time."""

    name: str
    title: str
    unit: str
    meaning: str
    months: int
    """Length of a step: 1 = each month's end, 3 = each quarter."""
    table: str
    """The table that tells of it."""
    value: Callable[[pd.DataFrame], pd.Series]
    people: Callable[[pd.DataFrame], pd.Series] | None = None
    """How many people stand behind each value; None where it does not tell of people."""
    middle: bool = False
    """The line is the middle replication, not the mean: for waits that may be never reached, which have no mean."""


def _waiting_list(lists: pd.DataFrame) -> pd.Series:
    stock = lists.groupby(KEYS)[["waiting_assessment", "waiting_treatment", "unallocated"]].sum()
    return stock.sum(axis=1).astype(float)


def _wait(column: str, scale: float) -> Callable[[pd.DataFrame], pd.Series]:
    def value(waits: pd.DataFrame) -> pd.Series:
        chosen = (waits["clock"] == "treatment") & (waits["by"] == "all") & (waits["span"] == "quarter")
        return waits[chosen].set_index(KEYS)[column] * scale

    return value


def _caseload(staff: pd.DataFrame) -> pd.Series:
    return staff.groupby(KEYS)["caseload"].sum().astype(float)


def _caseload_per_wte(staff: pd.DataFrame) -> pd.Series:
    held = staff[staff["holds_caseload"]].groupby(KEYS)[["caseload", "in_post_wte"]].sum()
    return held["caseload"] / held["in_post_wte"].where(held["in_post_wte"] > 0)


def _staff(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda staff: staff.groupby(KEYS)[column].sum()


COURSES = {
    course.name: course
    for course in (
        Course(
            "waiting_list", "Waiting list", "people",
            "People waiting for assessment or treatment, or without a clinician, at the month's end.", 1, "lists",
            _waiting_list, people=_waiting_list,
        ),
        Course(
            "wait_median", "Wait to treatment", "weeks",
            "Referral to first treatment contact: half of all who join are seen by then, those still waiting included, "
            "at the quarter's rates. A line ends where fewer than half would be seen within three years.",
            3, "waits", _wait("median", 1 / 7), people=_wait("joined", 1.0), middle=True,
        ),
        Course(
            "within_standard", "Treated in standard", "share",
            "Of all who join, those whose first treatment contact comes within the standard, at the quarter's rates.",
            3, "waits", _wait("within_standard", 1.0), people=_wait("joined", 1.0),
        ),
        Course(
            "caseload_per_wte", "Caseload per WTE", "people",
            "People on caseloads over WTE in post, roles that hold a caseload, at the month's end.",
            1, "workforce", _caseload_per_wte, people=_caseload,
        ),
        Course(
            "in_post", "Staff in post", "WTE",
            "Whole-time equivalents in post at the month's end; funded posts dotted.", 1, "workforce",
            _staff("in_post_wte"),
        ),
        Course(
            "funded", "Funded posts", "WTE",
            "Whole-time equivalents funded at the month's end.", 1, "workforce", _staff("funded_wte"),
        ),
    )
}  # fmt: skip


def last_year(frame: pd.DataFrame) -> int:
    """The last year that every scenario of a table has: what scenarios are compared in."""
    return int(frame.groupby("scenario")["year"].max().min())


def course(tables: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """One course, told over replications.

    scenario, at (the step's end), line, low, high (95 % interval of the mean), band_low, band_high, inner_low,
    inner_high, few.

    The bands hold the middle 80 % and the middle half of replications. A wait that is never reached counts as longer
    than any other. `few`: fewer than FEW people stand behind the value, on average.
    """
    own = COURSES[name]
    counted = _counted(tables, own)
    values = own.value(counted)
    frame = spread(values, own.months, own.middle)
    if own.people is None:
        return frame.assign(few=False)
    people = values if own.people is own.value else own.people(counted)
    return frame.assign(few=(_wide(people).mean(axis=1) < FEW).to_numpy())


def spread(values: pd.Series, months: int, middle: bool = False) -> pd.DataFrame:
    """Values by scenario, replication, period_start and perhaps more keys, told over replications (see `course`)."""
    wide = _wide(values)
    found = wide.to_numpy(dtype=float)
    ranked = np.where(np.isnan(found), np.inf, found)
    levels = (MIDDLE[0], INNER[0], 50.0, INNER[1], MIDDLE[1])
    band_low, inner_low, median, inner_high, band_high = np.percentile(ranked, levels, axis=1, method="inverted_cdf")
    mean, low, high = t_interval(found)
    line = np.where(np.isfinite(median), median, np.nan) if middle else mean
    ends = {"band_low": band_low, "band_high": band_high, "inner_low": inner_low, "inner_high": inner_high}
    keys = {key: wide.index.get_level_values(key) for key in map(str, wide.index.names)}
    at = pd.DatetimeIndex(keys.pop("period_start")) + pd.DateOffset(months=months)
    told = {k: np.where(np.isfinite(line), v, np.nan) for k, v in ends.items()}
    return pd.DataFrame(
        {"scenario": keys.pop("scenario"), "at": at, **keys, "line": line, "low": low, "high": high, **told}
    )


def _wide(values: pd.Series) -> pd.DataFrame:
    """A row for every key but the replication, a column per replication."""
    return values.unstack("replication").sort_index()  # noqa: PD010 keys are unique


def course_difference(tables: Mapping[str, pd.DataFrame], name: str, baseline: str) -> pd.DataFrame:
    """How much more of a course each what-if has than the baseline, in the same replication.

    scenario, at, difference, low, high. Where the baseline has no value there is no difference.
    """
    own = COURSES[name]
    wide = _wide(own.value(_counted(tables, own)))
    base, parts = wide.loc[baseline], []
    for scenario in sorted(set(wide.index.get_level_values("scenario")) - {baseline}):
        more = wide.loc[scenario] - base.reindex(wide.loc[scenario].index)
        difference, low, high = t_interval(more.to_numpy(dtype=float))
        at = pd.DatetimeIndex(more.index) + pd.DateOffset(months=own.months)
        parts.append(pd.DataFrame({"scenario": scenario, "at": at, "difference": difference, "low": low, "high": high}))
    return pd.concat(parts, ignore_index=True)


def _counted(tables: Mapping[str, pd.DataFrame], own: Course) -> pd.DataFrame:
    """The rows of results only, of the table that a course reads."""
    table = tables[own.table]
    return table[table["year"] > 0]
