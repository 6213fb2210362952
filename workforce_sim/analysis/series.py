"""Courses over time: what the figures show, month by month or quarter by quarter.

In: the tables of a study. Out: for each scenario and date, the mean over replications, the range of the middle 80 %
of replications, and the 95 % interval of the mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workforce_sim.analysis.intervals import t_interval

KEYS = ["scenario", "replication", "period_start"]
MIDDLE = (10.0, 90.0)
"""Percentiles of replications between which the band lies."""


@dataclass(frozen=True)
class Course:
    """One thing followed over time."""

    name: str
    title: str
    unit: str
    meaning: str
    months: int
    """Length of a step: 1 = each month's end, 3 = each quarter."""
    value: Callable[[Mapping[str, pd.DataFrame]], pd.Series]
    middle: bool = False
    """The line is the middle replication, not the mean: for waits that may be never reached, which have no mean."""


def _waiting_list(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    stock = tables["lists"].groupby(KEYS)[["waiting_assessment", "waiting_treatment", "unallocated"]].sum()
    return stock.sum(axis=1).astype(float)


def _wait(column: str, scale: float) -> Callable[[Mapping[str, pd.DataFrame]], pd.Series]:
    def value(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
        waits = tables["waits"]
        chosen = (waits["clock"] == "treatment") & (waits["by"] == "all") & (waits["span"] == "quarter")
        return waits[chosen].set_index(KEYS)[column] * scale

    return value


def _caseload_per_wte(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    staff = tables["workforce"]
    held = staff[staff["holds_caseload"]].groupby(KEYS)[["caseload", "in_post_wte"]].sum()
    return held["caseload"] / held["in_post_wte"].where(held["in_post_wte"] > 0)


def _staff(column: str) -> Callable[[Mapping[str, pd.DataFrame]], pd.Series]:
    return lambda tables: tables["workforce"].groupby(KEYS)[column].sum()


COURSES = {
    course.name: course
    for course in (
        Course(
            "waiting_list", "Waiting list", "people",
            "People waiting for assessment or treatment, or without a clinician, at the month's end.", 1, _waiting_list,
        ),
        Course(
            "wait_median", "Wait to treatment", "weeks",
            "Referral to first treatment contact: half of all who join are seen by then, those still waiting included, "
            "at the quarter's rates. A line ends where fewer than half would be seen within three years.",
            3, _wait("median", 1 / 7), middle=True,
        ),
        Course(
            "within_standard", "Treated in standard", "share",
            "Of all who join, those whose first treatment contact comes within the standard, at the quarter's rates.",
            3, _wait("within_standard", 1.0),
        ),
        Course(
            "caseload_per_wte", "Caseload per WTE", "people",
            "People on caseloads over WTE in post, roles that hold a caseload, at the month's end.",
            1, _caseload_per_wte,
        ),
        Course(
            "in_post", "Staff in post", "WTE",
            "Whole-time equivalents in post at the month's end; funded posts dotted.", 1, _staff("in_post_wte"),
        ),
        Course(
            "funded", "Funded posts", "WTE",
            "Whole-time equivalents funded at the month's end.", 1, _staff("funded_wte"),
        ),
    )
}  # fmt: skip


def course(tables: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """One course: scenario, at (the step's end), line, low, high (95 % interval of the mean), band_low, band_high.

    The band holds the middle 80 % of replications. A wait that is never reached counts as longer than any other.
    """
    counted = {key: frame[frame["year"] > 0] for key, frame in tables.items() if "period_start" in frame}
    wide = COURSES[name].value(counted).unstack("replication")  # noqa: PD010 keys are unique
    values = wide.to_numpy(dtype=float)
    ranked = np.where(np.isnan(values), np.inf, values)
    band_low, middle, band_high = np.percentile(ranked, (MIDDLE[0], 50.0, MIDDLE[1]), axis=1, method="inverted_cdf")
    mean, low, high = t_interval(values)
    line = np.where(np.isfinite(middle), middle, np.nan) if COURSES[name].middle else mean
    shown = np.isfinite(line)
    frame = pd.DataFrame(
        {
            "scenario": wide.index.get_level_values("scenario"),
            "at": pd.DatetimeIndex(wide.index.get_level_values("period_start"))
            + pd.DateOffset(months=COURSES[name].months),
            "line": line,
            "low": low,
            "high": high,
            "band_low": np.where(shown, band_low, np.nan),
            "band_high": np.where(shown, band_high, np.nan),
        }
    )
    return frame.sort_values(["scenario", "at"], ignore_index=True)
