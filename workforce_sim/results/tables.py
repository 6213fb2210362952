"""Every table of results, declared once: its columns, their types, units and meanings.

In: nothing. Out: the declaration, which `results.frames` fills with rows (one per scenario, replication, month and so
on), and which `data_dictionary()` tells the manual.

A count that did not occur is a row with zero. Two rows with the same key are an error. A table without rows still has
its columns and types. Months before the results begin (the warm-up) carry `year` 0: leaving them out is a filter in
`analysis/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workforce_sim.inputs.codes import Flow, Stock
from workforce_sim.inputs.rules import Inputs

WITHIN_WEEKS = (4, 6, 8, 12, 18, 26, 39, 52)
"""Weeks of the wait at which it is told how many of all who join have been seen."""

DTYPES = {"text": "str", "date": "datetime64[ms]", "whole": "int64", "number": "float64", "yes/no": "bool"}
"""Type in the declaration -> pandas type."""


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    type: str
    """text, date, whole, number or yes/no."""
    unit: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """One table: its key columns tell rows apart, its value columns hold what was measured."""

    name: str
    meaning: str
    keys: tuple[Column, ...]
    values: tuple[Column, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Keys first, then values."""
        return self.keys + self.values


SCENARIO = Column("scenario", "text", "", "name of the scenario")
REPLICATION = Column("replication", "whole", "", "number of the replication, from 0")
MONTH = Column("period_start", "date", "", "first day of the month, counted from the first day of the run")
YEAR = Column("year", "whole", "", "year of results the month belongs to, from 1; 0 = warm-up")
TEAM = Column("team", "text", "", "team")
SEVERITY = Column("severity", "text", "", "severity at the time")
GROUP = Column("group", "text", "", "group of people, for equity")
PACKAGE = Column("package", "text", "", "package of care")
ROLE = Column("role", "text", "", "role")

FLOWS = Table(
    "flows",
    "What happened in each month, by team, severity at the time and group.",
    (SCENARIO, REPLICATION, MONTH, YEAR, TEAM, SEVERITY, GROUP),
    tuple(
        Column(flow.name.lower(), "whole", unit, meaning)
        for flow, (unit, meaning) in {
            Flow.REFERRED: ("people", "referred, new and returning"),
            Flow.RETURNED: ("people", "of those referred: known to the service before"),
            Flow.DECLINED: ("people", "referrals declined at triage"),
            Flow.ASSESSED: ("people", "assessments attended"),
            Flow.ASSESSMENTS_MISSED: ("appointments", "assessments missed"),
            Flow.CLOSED_WITH_ADVICE: ("people", "assessed and closed with advice"),
            Flow.CLOSED_NOT_ATTENDED: ("people", "closed before treatment for missing assessments"),
            Flow.GAVE_UP: ("people", "gave up waiting"),
            Flow.WORSENED: ("people", "worsened by one severity while waiting, counted at the severity left"),
            Flow.CRISES_WAITING: ("crises", "crises of people waiting"),
            Flow.CRISES_IN_TREATMENT: ("crises", "crises of people in treatment or unallocated"),
            Flow.CRISIS_CONTACTS: ("contacts", "crisis contacts held"),
            Flow.ALLOCATED: ("people", "joined a caseload, first time in the spell"),
            Flow.STARTED: ("people", "first treatment contact attended: the full clock stop"),
            Flow.CONTACTS: ("contacts", "contacts attended, crisis contacts not counted"),
            Flow.CONTACTS_MISSED: ("contacts", "contacts missed by the patient"),
            Flow.CONTACTS_BY_SUPPORT: ("contacts", "of those attended: held by a support role"),
            Flow.CONTACTS_REMOTE: ("contacts", "of those attended: by video or telephone"),
            Flow.DELAY_DAYS: ("days", "sum over contacts of day held less day due"),
            Flow.COMPLETED: ("people", "completed their treatment"),
            Flow.DROPPED_OUT: ("people", "dropped out of treatment"),
            Flow.DISCHARGED_NOT_ATTENDED: ("people", "discharged from treatment for missing contacts"),
            Flow.LEFT_BY_CLINICIAN: ("people", "became unallocated as their clinician left"),
            Flow.HANDED_OVER: ("people", "joined another clinician's caseload after that"),
            Flow.DAYS_WAITING_ASSESSMENT: ("days", "person-days waiting for assessment"),
            Flow.DAYS_WAITING_TREATMENT: ("days", "person-days waiting for treatment"),
            Flow.DAYS_IN_TREATMENT: ("days", "person-days in treatment with a named clinician"),
            Flow.DAYS_UNALLOCATED: ("days", "person-days in treatment without a named clinician"),
            Flow.DAYS_WAITING_STEP: ("days", "person-days waiting between two packages"),
            Flow.NO_RESPONSE: ("people", "closed: did not answer the invitation to opt in"),
            Flow.DETERRED: ("people", "not referred because of the long list; not among those referred"),
            Flow.CRISIS_ROUTE: ("people", "of those referred: by the crisis route"),
            Flow.CRISIS_ROUTE_IN_TIME: ("people", "seen within the standard of the crisis route"),
            Flow.ASSESSED_AGAIN: ("people", "first of two assessments attended"),
            Flow.STEPPED: ("people", "ended a package and went on to wait for another"),
            Flow.STEP_STARTED: ("people", "joined a caseload for that"),
            Flow.ENDED_EARLY: ("people", "of those who completed: before the contacts planned"),
            Flow.IN_SESSIONS: ("contacts", "of those attended: in a group"),
            Flow.TRANSFERRED: ("people", "went to another team"),
            Flow.TRANSFERRED_IN: ("people", "came from another team; not among those referred"),
        }.items()
    ),
)

LISTS = Table(
    "lists",
    "People open at the end of each month, by team, severity and group.",
    FLOWS.keys,
    tuple(
        Column(stock.name.lower(), "whole", unit, meaning)
        for stock, (unit, meaning) in {
            Stock.WAITING_ASSESSMENT: ("people", "waiting for assessment, rebooking included"),
            Stock.WAITING_TREATMENT: ("people", "assessed and waiting for treatment"),
            Stock.IN_TREATMENT: ("people", "on the caseload of a named clinician"),
            Stock.UNALLOCATED: ("people", "in treatment, but their clinician has left"),
            Stock.OVERDUE: ("contacts", "due and not yet held"),
            Stock.UNALLOCATED_LONG: ("people", "of those unallocated: for more than two weeks"),
            Stock.UNCOORDINATED: ("people", "in treatment without the registered coordinator they need"),
            Stock.WAITING_STEP: ("people", "between two packages: the internal wait"),
        }.items()
    ),
)

PACKAGES = Table(
    "packages",
    "People by package of care at the end of each month, and treatments started within it.",
    (SCENARIO, REPLICATION, MONTH, YEAR, TEAM, PACKAGE),
    (
        Column("stream", "text", "", "stream the package belongs to"),
        Column("waiting", "whole", "people", "waiting for the package"),
        Column("in_treatment", "whole", "people", "in treatment with a named clinician"),
        Column("unallocated", "whole", "people", "in treatment, but their clinician has left"),
        Column("started", "whole", "people", "first treatment contact within the month"),
    ),
)

TIME_USE = Table(
    "time_use",
    "How clinicians' clinical hours went in each month, by team and role.",
    (SCENARIO, REPLICATION, MONTH, YEAR, TEAM, ROLE),
    (
        Column("available_hours", "number", "hours", "clinical time of those present"),
        Column("attended_hours", "number", "hours", "contacts attended"),
        Column("missed_hours", "number", "hours", "lost to contacts that the patient missed"),
        Column("assessment_hours", "number", "hours", "assessments attended"),
        Column("assessment_missed_hours", "number", "hours", "lost to assessments that the patient missed"),
        Column("crisis_hours", "number", "hours", "crisis contacts"),
        Column("triage_hours", "number", "hours", "deciding on referrals"),
        Column("sessions", "whole", "sessions", "groups held"),
        Column("unused_hours", "number", "hours", "left over"),
        Column(
            "carried_hours", "number", "hours", "at the month's end: part of an appointment carried to the next day"
        ),
        Column("contacts", "whole", "contacts", "contacts attended"),
        Column("overtime_hours", "number", "hours", "worked beyond the available time; used like it"),
    ),
)

WORKFORCE = Table(
    "workforce",
    "Posts, people and caseloads by team and role: at the end of each month unless said.",
    TIME_USE.keys,
    (
        Column("funded_wte", "number", "WTE", "funded posts"),
        Column("in_post_wte", "number", "WTE", "people in post"),
        Column("present_wte", "number", "WTE", "people present, mean over the month's working days"),
        Column("starters", "whole", "people", "started within the month"),
        Column("starters_wte", "number", "WTE", "started within the month"),
        Column("leavers", "whole", "people", "left within the month"),
        Column("leavers_wte", "number", "WTE", "left within the month"),
        Column("leavers_nhs_wte", "number", "WTE", "of those: left the NHS, not only the post"),
        Column("hired", "whole", "people", "of those who started: from outside; the others qualified here"),
        Column("moved_in_wte", "number", "WTE", "promoted or upskilled into the role within the month"),
        Column("moved_out_wte", "number", "WTE", "promoted or upskilled out of the role within the month"),
        Column("frozen_wte", "number", "WTE", "vacant and not recruited to because of a freeze"),
        Column("refused_wte", "number", "WTE", "vacant and not recruited to because the budget would not bear it"),
        Column("absent_wte", "number", "WTE", "of those in post: on long sickness or parental leave"),
        Column("bank_wte", "number", "WTE", "bank staff, mean over the month's working days"),
        Column("agency_wte", "number", "WTE", "agency staff, mean over the month's working days"),
        Column("cover_cut_wte", "number", "WTE", "temporary staff that the budget would not bear, likewise"),
        Column("trainees_wte", "number", "WTE", "in training for the role; they are not in post"),
        Column("trainees_started", "whole", "people", "began to train within the month"),
        Column("trainees_left", "whole", "people", "gave up the course within the month"),
        Column("qualified", "whole", "people", "qualified within the month"),
        Column("unplaced", "whole", "people", "of those: left, for want of a post or because they wanted to"),
        Column("exhaustion", "number", "0 to 1", "mean of those in post; empty = nobody is, or not simulated"),
        Column("tenure_years", "number", "years", "mean time in post of those in post; empty = nobody is"),
        Column("supervision_hours", "number", "hours", "supervision given within the month, by role of the supervisor"),
        Column("supervision_missing_hours", "number", "hours", "supervision due within the month and not given"),
        Column("holds_caseload", "yes/no", "", "the role has caseload places at some time of the scenario"),
        Column("caseload", "whole", "people", "on the caseloads of the role"),
        Column("caseload_weighted", "number", "places", "the same, each person by their weight"),
        Column("places", "number", "places", "room for weighted caseload of those in post"),
        Column("over_cap", "whole", "clinicians", "hold over a tenth more than their places"),
    ),
)

COSTS = Table(
    "costs",
    "What the staff cost in each month, by team and role. Pounds with on-costs and overheads; empty = pay not known.",
    TIME_USE.keys,
    (
        Column("pay", "number", "pounds", "staff in post, those on notice or on long absence included"),
        Column("trainees", "number", "pounds", "pay of those in training for the role, as far as the service bears it"),
        Column("bank", "number", "pounds", "bank staff"),
        Column("agency", "number", "pounds", "agency staff"),
        Column("overtime", "number", "pounds", "overtime worked"),
        Column("hiring", "number", "pounds", "people recruited from outside, in the month in which they started"),
        Column("courses", "number", "pounds", "fees of training and upskilling, in the month in which a course began"),
    ),
)

STAYING = Table(
    "staying",
    "Of those in post as a year begins, how many are still in the team as it ends.",
    (SCENARIO, REPLICATION, YEAR, TEAM),
    (
        Column("in_post", "whole", "people", "in post as the year begins"),
        Column("still_in_post", "whole", "people", "of those: in post as it ends, in whatever role of the team"),
    ),
)

PROGRAMME_COSTS = Table(
    "programme_costs",
    "What programmes cost in each month, and sums spent once.",
    (
        SCENARIO,
        REPLICATION,
        MONTH,
        YEAR,
        Column("programme", "text", "", "programme or lever, or what a sum was spent on"),
    ),
    (Column("pounds", "number", "pounds", "spent within the month"),),
)

WAITS = Table(
    "waits",
    "Waits in days on four clocks, by year and by quarter, overall and by one attribute at a time.",
    (
        SCENARIO,
        REPLICATION,
        Column(
            "clock",
            "text",
            "",
            "assessment, second_contact, treatment (all from referral) or internal (from assessment)",
        ),
        Column("by", "text", "", "all, team, stream, severity (at referral), source or group"),
        Column("value", "text", "", "of `by`; all where `by` is all"),
        Column("span", "text", "", "year or quarter"),
        MONTH,
        YEAR,
    ),
    (
        Column("joined", "whole", "people", "whose clock started within the span"),
        Column("completed", "whole", "people", "seen within the span"),
        Column("completed_median", "number", "days", "wait of those seen: median"),
        Column("completed_mean", "number", "days", "wait of those seen: mean"),
        Column("completed_p90", "number", "days", "wait of those seen: nine in ten waited no longer"),
        Column("completed_p92", "number", "days", "wait of those seen: 92 in 100 waited no longer"),
        Column("completed_within_standard", "number", "share", "of those seen: within the standard"),
        Column("waiting", "whole", "people", "still on the clock at the span's end"),
        Column("waiting_median", "number", "days", "wait so far of those still waiting: median"),
        Column("waiting_mean", "number", "days", "wait so far of those still waiting: mean"),
        Column("waiting_p90", "number", "days", "wait so far of those still waiting: 90th percentile"),
        Column("waiting_over_18_weeks", "whole", "people", "still waiting after more than 18 weeks"),
        Column("waiting_over_52_weeks", "whole", "people", "still waiting after more than 52 weeks"),
        Column("waiting_over_104_weeks", "whole", "people", "still waiting after more than 104 weeks"),
        Column("within_standard", "number", "share", "censoring-aware: of all who join, seen within the standard"),
        *(
            Column(
                f"within_{weeks}_weeks",
                "number",
                "share",
                f"censoring-aware: of all who join, seen within {weeks} weeks",
            )
            for weeks in WITHIN_WEEKS
        ),
        Column("median", "number", "days", "censoring-aware: half of all who join are seen by then; empty = never"),
        Column("p90", "number", "days", "censoring-aware: nine in ten who join are seen by then; empty = never"),
    ),
)

SPELLS = Table(
    "spells",
    "One row per spell of a person with the service, ended or open at the horizon. Days are counted from day 0.",
    (
        SCENARIO,
        REPLICATION,
        Column("person", "whole", "", "key of the person"),
        Column("episode", "whole", "", "from 0"),
    ),
    (
        TEAM,
        Column("source", "text", "", "who referred"),
        GROUP,
        Column("severity_at_referral", "text", "", "severity at referral"),
        Column("severity", "text", "", "severity at the end"),
        Column("urgent", "yes/no", "", "urgent at the end"),
        Column("package", "text", "", "package of care; empty = none yet"),
        Column("referral_day", "whole", "day", "referral"),
        Column("first_contact_day", "number", "day", "first contact; empty = not yet"),
        Column("second_contact_day", "number", "day", "second contact; empty = not yet"),
        Column("assessed_day", "number", "day", "assessment; empty = not yet"),
        Column("allocated_day", "number", "day", "joined a caseload; empty = not yet"),
        Column("start_day", "number", "day", "first treatment contact; empty = not yet"),
        Column("end_day", "number", "day", "end of the spell; empty = open"),
        Column("end", "text", "", "how the spell ended, or open"),
        Column("contacts", "whole", "contacts", "attended"),
        Column("missed", "whole", "contacts", "missed"),
        Column("handovers", "whole", "", "changes of clinician"),
    ),
)

FIRED = Table(
    "standing_rules",
    "When standing rules began and ended; one that is on at the end of the run has no end.",
    (
        SCENARIO,
        REPLICATION,
        Column("rule", "text", "", "name of the rule"),
        Column("began", "date", "", "first day on which it held"),
    ),
    (
        Column("ended", "date", "", "first day on which it held no more; empty = on at the end of the run"),
        Column("days", "whole", "days", "for which it held within the run"),
    ),
)

MEASURES = Table(
    "measures",
    "Each measure of each year of each replication (see the dictionary of measures).",
    (SCENARIO, REPLICATION, Column("measure", "text", "", "name of the measure"), YEAR),
    (Column("unit", "text", "", "unit"), Column("value", "number", "as `unit` says", "empty = undefined")),
)

TABLES = {
    table.name: table
    for table in (
        FLOWS, LISTS, PACKAGES, TIME_USE, WORKFORCE, STAYING, COSTS, PROGRAMME_COSTS, FIRED, WAITS, SPELLS, MEASURES,
    )
}  # fmt: skip


def data_dictionary() -> pd.DataFrame:
    """The declaration of every table, one row per column: table, column, type, unit, meaning, key."""
    rows = [(t.name, c.name, c.type, c.unit, c.meaning, c in t.keys) for t in TABLES.values() for c in t.columns]
    return pd.DataFrame(rows, columns=["table", "column", "type", "unit", "meaning", "key"])


def empty(table: Table) -> pd.DataFrame:
    """A table without rows, with its columns and types."""
    return pd.DataFrame({c.name: pd.Series([], dtype=DTYPES[c.type]) for c in table.columns})


def typed(table: Table, columns: Mapping[str, object]) -> pd.DataFrame:
    """A frame with exactly the declared columns, in order and of the declared types; anything else is an error."""
    declared = [c.name for c in table.columns]
    if unknown := set(columns) ^ set(declared):
        raise ValueError(f"table {table.name}: columns {sorted(unknown)} are missing or not declared")
    return pd.DataFrame({c.name: _of_type(columns[c.name], DTYPES[c.type]) for c in table.columns})


def _of_type(values: Any, dtype: str) -> Any:
    """Values as an array of a type; arrays, because pandas would line up series by their indexes, column by column."""
    if isinstance(values, np.ndarray) and values.dtype.kind != "M" and np.can_cast(values.dtype, dtype):
        return values.astype(dtype)
    return pd.array(values, dtype=dtype)  # which refuses what does not fit


def years_of_periods(inputs: Inputs) -> np.ndarray:
    """int64, (period,): the year of results each month belongs to, from 1; 0 for months of the warm-up.

    A year is twelve months counted from the first day that counts. What is left at the end is a year of its own.
    """
    first = inputs.start.toordinal() + inputs.results_from
    anchor = type(inputs.start).fromordinal(first)
    years = []
    for day in inputs.period_starts:
        months = (day.year - anchor.year) * 12 + day.month - anchor.month - (day.day < anchor.day)
        years.append(0 if day < anchor else 1 + months // 12)
    return np.array(years, dtype=np.int64)
