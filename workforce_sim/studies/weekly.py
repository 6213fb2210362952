"""Plain weekly counts: read from a sheet, and written from a run of the model.

In: a CSV file with a column `week` and any of the measures of `studies.observed`; or a scenario. Out: `Observed`; or a
frame that such a file could hold. A week is named by its first day, or by its last in a column `week ending`. Flows are
sums over the week; stocks stand at the end of its last day. Unknown cells stay unknown.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from workforce_sim.engine.gauges import CLOSES
from workforce_sim.engine.simulate import simulate
from workforce_sim.engine.staffing import Staffing
from workforce_sim.errors import Findings, ScenarioError, nearest, quoted
from workforce_sim.inputs.codes import Flow, Stock
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.studies.cells import DATES, Sheet, few, folded, read_sheet
from workforce_sim.studies.observed import IN_POST, OBSERVABLES, Observed, observed

WEEK = {
    "week": ("week_starting", "week_commencing", "week_beginning", "wc", "w_c", "week_start", "date"),
    "week_ending": ("we", "w_e", "week_end"),
}
"""Columns that name the week, and how they may be spelt."""

ALMOST = 0.8
"""Likeness from which on a header is taken for a slip of the pen, 0 to 1 (assumed)."""

_ROLE = re.compile(r"(?:in_post|staff)_(?P<before>.+?)(?:_wte)?|(?P<after>.+?)_(?:in_post(?:_wte)?|wte)")


def read_weekly(path: str | Path, sheet: Sheet | None = None) -> Observed:
    """Read weekly counts; raises `ScenarioError` with every finding. `sheet`: the file, if it has been read."""
    sheet = sheet or read_sheet(path)
    named = sheet.columns(WEEK, ())
    findings, notes = Findings(), list(sheet.notes)
    if len(named) != 1:
        found = "no column for the week" if not named else "both the first and the last day of the week"
        expected = "a column `week` (its first day) or `week ending`"
        raise ScenarioError([sheet.header(0).finding(found, expected, nearest("week", sheet.headers))])
    ((form, place),) = named.items()
    measures = _measures(sheet, place, findings, notes)
    weeks = _weeks(sheet, place, findings, timedelta(days=6 if form == "week_ending" else 0))
    rows = []
    for row, first in zip(sheet.rows, weeks, strict=True):
        for measure, column in measures.items():
            cell = sheet.cell(row, column)
            value = cell.number(findings)
            last = None if first is None else first + timedelta(days=6)
            rows.append((measure, first, last, value, 0.0, cell.state, sheet.file, cell.line))
    few(findings)
    missing = _missing({week for week in weeks if week})
    if missing:
        notes.append(f"{missing} week{'s are' if missing > 1 else ' is'} missing between the first and the last")
    result = observed(rows, notes)
    if not len(result.known):
        raise ScenarioError([sheet.header(place).finding("no known count in any column", "at least one")])
    return result


def _measures(sheet: Sheet, week: int, findings: Findings, notes: list[str]) -> dict[str, int]:
    """Measure → place of its column. A header that is almost that of a measure is a finding; others are left aside."""
    spelt = {folded(form): each.name for each in OBSERVABLES.values() for form in (each.name, *each.also)}
    found: dict[str, int] = {}
    for place, header in enumerate(sheet.headers):
        if place == week:
            continue
        name = folded(header)
        match = _ROLE.fullmatch(name)
        measure = spelt.get(name) or (IN_POST + (match["before"] or match["after"]) if match else None)
        if measure in found:
            first = sheet.headers[found[measure]]
            findings.add(sheet.header(place).finding(f"a second column for {measure}", f"one; {quoted(first)} is one"))
        elif measure is not None:
            found[measure] = place
        elif close := tuple(get_close_matches(name, spelt, 2, ALMOST)):
            expected = "a measure, or a column that is nothing like one"
            findings.add(sheet.header(place).finding(f"the column {quoted(header)}", expected, close))
        else:
            notes.append(f"column {quoted(header)} is not a measure of the model and was left aside")
    if not found and not findings:
        expected = f"at least one of {', '.join(OBSERVABLES)}, or in post by role, such as `nurse in post`"
        findings.add(sheet.header(week).finding("no column with a measure", expected))
    return found


def _weeks(sheet: Sheet, place: int, findings: Findings, back: timedelta) -> list[date | None]:
    """First day of the week of each row; every week once, whole weeks apart."""
    weeks: list[date | None] = []
    lines: dict[date, int] = {}
    for row in sheet.rows:
        cell = sheet.cell(row, place)
        day = cell.date(findings)
        if cell.state != "known":
            findings.add(cell.finding("no date", DATES))
        week = None if day is None else day - back
        if week in lines:
            findings.add(cell.finding(f"{day} a second time", f"each week once; the first is in line {lines[week]}"))
        elif week is not None:
            if lines and (week - min(lines)).days % 7:
                expected = f"whole weeks from {min(lines) + back}, in line {lines[min(lines)]}"
                findings.add(cell.finding(f"{day}, a {week:%A}", expected))
            lines[week] = cell.line
        weeks.append(week)
    return weeks


def _missing(weeks: set[date]) -> int:
    """How many weeks are not there between the first and the last."""
    return (max(weeks) - min(weeks)).days // 7 + 1 - len(weeks)


def weekly_counts(scenario: Scenario, seed: int = 1, replication: int = 0) -> pd.DataFrame:
    """What a service like this would have counted, week by week: one replication, one row per whole week of results.

    Columns: week (its first day), referrals, accepted, first_contacts, starts, closes, contacts, list,
    waiting_assessment, waiting_treatment, caseload, leavers (WTE), in_post.<role> (WTE). Everybody in it is synthetic.
    """
    inputs = compile_inputs(scenario)
    warm_up = inputs.results_from
    whole = (inputs.days - warm_up) // 7
    period = (np.arange(inputs.days) - warm_up) // 7 + (warm_up > 0)
    starts = [inputs.start + timedelta(days=warm_up + 7 * week) for week in range(whole + 1)]
    periods = [inputs.start, *starts] if warm_up else starts
    weekly = replace(
        inputs, period_of_day=np.maximum(period, 0).astype(np.int32), period_starts=tuple(periods[: period[-1] + 1])
    )
    raw = simulate(weekly, seed, replication)
    weeks = slice(int(warm_up > 0), int(warm_up > 0) + whole)
    flow, stock = (record.sum(axis=(1, 2, 3))[weeks] for record in (raw.flow, raw.stock_record))
    staff = raw.staffing.sum(axis=1)[weeks]
    columns = {
        "week": np.array(starts[:whole], dtype="datetime64[s]"),
        "referrals": flow[:, Flow.REFERRED],
        "accepted": flow[:, Flow.REFERRED] - flow[:, Flow.DECLINED],
        "first_contacts": flow[:, Flow.ASSESSED],
        "starts": flow[:, Flow.STARTED],
        "closes": flow[:, CLOSES].sum(axis=1),
        "contacts": flow[:, Flow.CONTACTS],
        "list": stock[:, Stock.WAITING_ASSESSMENT] + stock[:, Stock.WAITING_TREATMENT] + stock[:, Stock.UNALLOCATED],
        "waiting_assessment": stock[:, Stock.WAITING_ASSESSMENT],
        "waiting_treatment": stock[:, Stock.WAITING_TREATMENT],
        "caseload": stock[:, Stock.IN_TREATMENT],
        "leavers": staff[:, :, Staffing.LEAVERS].sum(axis=1) / 100,
    }
    columns |= {IN_POST + role: staff[:, r, Staffing.IN_POST] / 100 for r, role in enumerate(inputs.names.roles)}
    return pd.DataFrame(columns)
