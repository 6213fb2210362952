"""A staff list: who stayed how long, how many leave in a year by role, and whether more leave early.

In: a CSV file with role, start date and leave date (blank: still there). Out: a `StaffList`, with intervals.

**Left truncation**: a list begins on some day. Whoever left before is not on it, so that people in post on that day are
a choice of those who stayed. Each person is therefore followed from that day, or from their start if it is later, with
the time in post they then had (delayed entry; Andersen, Borgan, Gill and Keiding, *Statistical Models Based on Counting
Processes*, 1993, section III.3). The day is given, or taken to be that of the first leaver listed, who then is not
counted: counting starts the day after.

Staying: product limit (Kaplan and Meier, *J. Am. Stat. Assoc.* 53, 1958, 457-481) with delayed entry, intervals by
Greenwood's variance on the scale log(-log). Leavers a year: leavers over person-years, with exact Poisson intervals
(Garwood, *Biometrika* 28, 1936, 437-442). Early and later: leavers of that time in post over those expected from the
rates of the roles, fitted together (Breslow and Day, *Statistical Methods in Cancer Research* 2, 1987, section 4.5);
the intervals take the rates of the roles as known.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from workforce_sim.errors import Finding, Findings, ScenarioError, UsageError, either, nearest, quoted
from workforce_sim.studies.cells import Cell, Sheet, few, folded, read_sheet

WANTED = {
    "role": ("job_role", "staff_group", "job_title", "position", "profession"),
    "start": ("start_date", "started", "start_in_post", "date_started", "joined", "latest_start_date"),
    "leave": ("leave_date", "left", "leaving_date", "end_date", "termination_date", "date_left", "end", "leaver_date"),
    "wte": ("fte", "whole_time_equivalent", "contracted_wte"),
}
"""Columns of a staff list, and how they may be spelt. `wte` may be missing."""

YEAR_DAYS = 365.25
MANY = 20
"""Leavers from which on a rate is graded B, good observation; fewer are C."""
SHOWN_YEARS = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
"""Times in post for which staying is told."""


@dataclass(frozen=True)
class StaffList:
    """What a staff list tells of staying and leaving."""

    file: str
    people: pd.DataFrame
    """role, start, leave (NaT: still there), wte, line, entry and exit (years in post while followed), left"""
    since: date
    """First day followed."""
    until: date
    """Last day followed."""
    early_years: float
    roles: pd.DataFrame
    """role, people, wte, leavers, person_years, rate, low, high: leavers per year at the multipliers of `leaving`"""
    leaving: pd.DataFrame
    """when (early or later), leavers, expected, multiplier, low, high"""
    staying: pd.DataFrame
    """years in post, staying (share), low, high, at_risk: at `SHOWN_YEARS`, as far as anybody was followed"""
    notes: tuple[str, ...]


def read_staff_list(
    path: str | Path, since: date | None = None, until: date | None = None, early_years: float = 2.0,
    sheet: Sheet | None = None,
) -> StaffList:  # fmt: skip
    """Read a staff list; raises `ScenarioError` with every finding.

    `since`: the day from which on all who left are listed; default the day of the first leaver. `until`: the day of the
    list; default the last date in it. `early_years`: up to which time in post leaving counts as early.
    """
    if not 0 < early_years <= 10:
        raise UsageError(f"early years are more than 0 and at most 10, not {early_years:g}")
    sheet = sheet or read_sheet(path)
    places = sheet.columns(WANTED, ("role", "start", "leave"))
    people, notes = _people(sheet, places), [*sheet.notes]
    if "wte" not in places:
        notes.append("no whole-time equivalents are given: everybody counts as 1 WTE")
    left = people["leave"].dropna()
    if since is None:
        since = (left.min() if len(left) else people["start"].min()).date()
        notes.append(f"followed from {since}, the day of the first leaver listed (or --since DATE, if that is not so)")
    if until is None:
        until = max(people["start"].max(), left.max() if len(left) else people["start"].max()).date()
        notes.append(f"followed to {until}, the last date listed (or --until DATE, the day on which the list was made)")
    if until <= since:
        raise UsageError(f"{sheet.file}: nobody is followed from {since} to {until}; say --since and --until")
    followed = _followed(people, since, until)
    gone = len(people) - len(followed)
    if gone:
        notes.append(
            f"{gone} of {len(people)} people left before {since} or started after {until}, and are not counted"
        )
    if not len(followed):
        raise UsageError(f"{sheet.file}: nobody was in post between {since} and {until}")
    roles, leaving = _rates(followed, early_years)
    staying = pd.DataFrame([_at(years, product_limit(followed)) for years in SHOWN_YEARS]).dropna(subset=["staying"])
    return StaffList(
        sheet.file, followed, since, until, early_years, roles, leaving, staying.reset_index(drop=True), tuple(notes)
    )


def _people(sheet: Sheet, places: Mapping[str, int]) -> pd.DataFrame:
    """One row per person: role, start, leave, wte, line."""
    findings, rows = Findings(), []
    for row in sheet.rows:
        cells: dict[str, Cell] = {name: sheet.cell(row, place) for name, place in places.items()}
        start, leave = cells["start"].date(findings), cells["leave"].date(findings)
        wte = cells["wte"].number(findings, 1.5) if "wte" in cells else 1.0
        for name in ("role", "start"):
            if cells[name].state != "known":
                findings.add(cells[name].finding("nothing", "a role" if name == "role" else "the day of the start"))
        if cells["leave"].state == "suppressed":
            findings.add(cells["leave"].finding('"*"', "the day of leaving, or nothing if still there"))
        if start and leave and leave < start:
            findings.add(cells["leave"].finding(f"{leave}, before the start on {start}", "a day after the start"))
        rows.append((_role(cells["role"].text), start, leave, wte, row[0]))
    few(findings)
    frame = pd.DataFrame(rows, columns=["role", "start", "leave", "wte", "line"])
    frame["start"], frame["leave"] = (pd.to_datetime(frame[c]).astype("datetime64[s]") for c in ("start", "leave"))
    frame["wte"] = frame["wte"].fillna(1.0)
    return frame


def _role(text: str) -> str:
    """A role as a scenario spells it."""
    name = folded(text)
    return name if name[:1].isalpha() else f"role_{name}"


def _followed(people: pd.DataFrame, since: date, until: date) -> pd.DataFrame:
    """Those in post after `since`, with the years in post when they came under observation and left it."""
    first, last = pd.Timestamp(since), pd.Timestamp(until)
    there = (people["start"] <= last) & (people["leave"].isna() | (people["leave"] > first))
    own = people[there].copy()
    end = own["leave"].where(own["leave"] <= last, last).fillna(last)
    own["left"] = own["leave"].notna() & (own["leave"] <= last)
    begin = own["start"].where(own["start"] > first, first)
    own["entry"] = (begin - own["start"]).dt.days / YEAR_DAYS
    own["exit"] = np.maximum((end - own["start"]).dt.days / YEAR_DAYS, own["entry"] + 0.5 / YEAR_DAYS)
    return own.reset_index(drop=True)


def product_limit(people: pd.DataFrame) -> pd.DataFrame:
    """Share still in post by time in post: years, staying, low, high, at_risk; one row per time at which somebody left.

    `people`: entry, exit (years in post) and left. Delayed entry: at risk at t are those with entry < t <= exit.
    """
    entry, out, left = (people[name].to_numpy() for name in ("entry", "exit", "left"))
    times = np.unique(out[left.astype(bool)])
    at_risk = np.array([((entry < t) & (out >= t)).sum() for t in times], dtype=float)
    events = np.array([((out == t) & left).sum() for t in times], dtype=float)
    staying = np.cumprod(1.0 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (at_risk * (at_risk - events)))
        half = 1.959964 * np.sqrt(variance) / np.abs(np.log(staying))
        low, high = staying ** np.exp(half), staying ** np.exp(-half)
    known = (staying > 0) & (staying < 1)
    low, high = np.where(known, low, 0.0), np.where(known, high, np.where(staying >= 1, 1.0, np.nan))
    return pd.DataFrame({"years": times, "staying": staying, "low": low, "high": high, "at_risk": at_risk})


def _at(years: float, curve: pd.DataFrame) -> dict[str, float]:
    """The curve at a time in post; unknown beyond the last who left, and where fewer than five are followed."""
    before = curve[curve["years"] <= years]
    if not len(before) or years > curve["years"].max() or before["at_risk"].iloc[-1] < 5:
        return {"years": years, "staying": math.nan, "low": math.nan, "high": math.nan, "at_risk": math.nan}
    return {"years": years} | {name: float(before[name].iloc[-1]) for name in ("staying", "low", "high", "at_risk")}


def _rates(people: pd.DataFrame, early_years: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leavers a year by role, and the multipliers of the time in post, fitted together."""
    early = people["exit"].clip(upper=early_years) - people["entry"].clip(upper=early_years)
    later = people["exit"] - people["entry"] - early
    time = pd.DataFrame({"early": early, "later": later}).groupby(people["role"]).sum()
    young = people["exit"] <= early_years
    left = (
        pd.DataFrame({"early": people["left"] & young, "later": people["left"] & ~young}).groupby(people["role"]).sum()
    )
    in_all, multiplier = left.sum(axis=1), pd.Series({"early": 1.0, "later": 1.0})
    rate = in_all / time.sum(axis=1)
    for _ in range(200):  # iterative proportional fitting of rate(role) x multiplier(time in post)
        expected = time.mul(rate, axis=0).sum()
        multiplier = (left.sum() / expected.where(expected > 0)).fillna(1.0)
        level = float((time.mul(rate, axis=0)).to_numpy().sum() / max(in_all.sum(), 1e-9))
        multiplier *= level or 1.0
        rate = in_all / (time * multiplier).sum(axis=1)
    expected = time.mul(rate, axis=0).sum()
    when = pd.DataFrame({"when": ["early", "later"], "leavers": left.sum().to_numpy(), "expected": expected.to_numpy()})
    when["multiplier"] = multiplier.to_numpy()
    ends = [poisson_interval(int(n)) for n in when["leavers"]]
    when["low"], when["high"] = ([end[i] for end in ends] / expected.where(expected > 0).to_numpy() for i in (0, 1))
    exposure = (time * multiplier).sum(axis=1)
    heads = people.groupby("role")
    told = pd.DataFrame({
        "role": time.index, "people": heads.size().to_numpy(), "wte": heads["wte"].sum().to_numpy(),
        "leavers": in_all.to_numpy(), "person_years": time.sum(axis=1).to_numpy(), "rate": rate.to_numpy(),
    })  # fmt: skip
    ends = [poisson_interval(int(n)) for n in told["leavers"]]
    told["low"], told["high"] = ([end[i] for end in ends] / exposure.to_numpy() for i in (0, 1))
    return told, when


def poisson_interval(count: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of the mean of a Poisson count (Garwood 1936)."""
    tail = (1 - level) / 2
    low = float(stats.chi2.ppf(tail, 2 * count) / 2) if count else 0.0
    return low, float(stats.chi2.ppf(1 - tail, 2 * count + 2) / 2)


def refuse_unknown_roles(staff: StaffList, roles: Collection[str], base: str) -> None:
    """Raise `ScenarioError` if the list has roles that the base has not."""
    first = staff.people.groupby("role")["line"].min()
    expected = f"a role of {base}: {either(roles)}"
    found = [
        Finding(staff.file, int(line), 0, "role", quoted(str(role)), expected, nearest(str(role), roles))
        for role, line in first.items()
        if role not in roles
    ]
    if found:
        raise ScenarioError(found)
