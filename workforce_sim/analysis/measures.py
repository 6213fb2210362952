"""What a planner asks about: each measure declared once, then counted from the tables for every year.

In: the tables of one scenario (`results.tables`). Out: one row per replication, year and measure (table MEASURES).
A stock is that of the year's last day; a flow is the sum over the year; a last part-year sums fewer months.
Waits are in weeks. A value that does not exist (the wait of nobody, a median never reached) is NaN.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workforce_sim.analysis.waits import CLOCKS
from workforce_sim.analysis.yearly import Yearly, YearlyTable
from workforce_sim.results.tables import MEASURES, typed
from workforce_sim.units import MONTH_DAYS, WEEK_DAYS

FEW = 10
"""People of a group in a year, below whom groups are not compared: chance alone would make them differ."""


@dataclass(frozen=True)
class Measure:
    """One measure: its name, unit, meaning, and which way is better."""

    name: str
    unit: str
    meaning: str
    better: str = "neither"
    """higher, lower or neither."""


_WAITS = (
    ("within_standard", "share", "of all who join, seen within the standard (censoring-aware)", "higher"),
    ("within_18_weeks", "share", "of all who join, seen within 18 weeks (censoring-aware)", "higher"),
    ("median", "weeks", "half of all who join are seen by then (censoring-aware)", "lower"),
    ("p90", "weeks", "nine in ten of all who join are seen by then (censoring-aware)", "lower"),
    ("completed_within_standard", "share", "of those seen, within the standard", "higher"),
    ("completed_median", "weeks", "wait of those seen, median", "lower"),
    ("completed_mean", "weeks", "wait of those seen, mean", "lower"),
    ("completed_p90", "weeks", "wait of those seen, 90th percentile", "lower"),
    ("completed_p92", "weeks", "wait of those seen, 92nd percentile", "lower"),
    ("waiting_median", "weeks", "wait so far of those still waiting, median; may rise as a service improves", "lower"),
    ("waiting_mean", "weeks", "wait so far of those still waiting, mean", "lower"),
    ("waiting_p90", "weeks", "wait so far of those still waiting, 90th percentile", "lower"),
)

_OTHERS = (
    Measure(
        "waiting_list", "people", "waiting for assessment or treatment, or unallocated, at the year's end", "lower"
    ),
    Measure("waiting.assessment", "people", "waiting for assessment at the year's end", "lower"),
    Measure("waiting.treatment", "people", "assessed and waiting for treatment at the year's end", "lower"),
    Measure("waiting.step", "people", "between two packages at the year's end: the internal wait", "lower"),
    Measure("unallocated", "people", "in treatment without a clinician at the year's end", "lower"),
    Measure("unallocated_over_2_weeks", "people", "without a clinician for over two weeks at the year's end", "lower"),
    Measure(
        "without_registered_coordinator",
        "people",
        "in treatment without the registered coordinator they need, at the year's end",
        "lower",
    ),
    Measure("waiting.over_18_weeks", "people", "waiting for treatment over 18 weeks since referral", "lower"),
    Measure("waiting.over_52_weeks", "people", "waiting for treatment over 52 weeks since referral", "lower"),
    Measure("waiting.over_104_weeks", "people", "waiting for treatment over 104 weeks since referral", "lower"),
    Measure(
        "clearance_weeks", "weeks", "waiting list over those who left it, by any way, per week of the year", "lower"
    ),
    Measure("weeks_waited", "weeks", "person-weeks spent waiting for assessment or treatment in the year", "lower"),
    Measure("caseload", "people", "on the caseload of a named clinician at the year's end"),
    Measure(
        "caseload_per_wte", "people per WTE", "people on caseloads per WTE in post in roles with caseloads", "lower"
    ),
    Measure("caseload_weighted_per_wte", "places per WTE", "the same, each person by their weight", "lower"),
    Measure(
        "over_cap", "clinicians", "clinicians who hold over a tenth more than their places at the year's end", "lower"
    ),
    Measure("utilisation", "share", "clinical hours spent on contacts, assessments and crises, missed ones included"),
    Measure("funded_wte", "WTE", "funded posts at the year's end"),
    Measure("in_post_wte", "WTE", "people in post at the year's end"),
    Measure("present_wte", "WTE", "people present, mean over the year's working days"),
    Measure("vacancy", "share", "funded posts that are empty at the year's end", "lower"),
    Measure("vacancy_mean", "share", "funded posts that are empty, mean of month ends", "lower"),
    Measure("starters_wte", "WTE", "started in the year"),
    Measure("leavers_wte", "WTE", "left in the year", "lower"),
    Measure("turnover", "share", "leavers over those in post (mean of month ends)", "lower"),
    Measure("leavers_nhs_wte", "WTE", "left the NHS in the year, not only their post", "lower"),
    Measure("left_nhs_rate", "share", "of those in post (mean of month ends), left the NHS in the year", "lower"),
    Measure("stability", "share", "of the people in post as the year begins, still in the team as it ends", "higher"),
    Measure("absent_wte", "WTE", "on long sickness or parental leave, mean of month ends", "lower"),
    Measure("temporary_wte", "WTE", "bank and agency staff, mean over the year's months"),
    Measure("trainees", "WTE", "in training at the year's end"),
    Measure("qualified", "people", "qualified in the year", "higher"),
    Measure("exhaustion", "0 to 1", "mean of those in post at the year's end", "lower"),
    Measure("referrals", "people", "referred in the year, new and returning"),
    Measure("returned", "people", "of those: known to the service before"),
    Measure("accepted", "people", "referrals accepted in the year"),
    Measure("assessed", "people", "assessments attended in the year"),
    Measure("starts", "people", "began treatment in the year", "higher"),
    Measure("closes", "people", "left the service in the year, for whatever reason"),
    Measure("completed", "people", "completed treatment in the year", "higher"),
    Measure("dropped_out", "people", "dropped out of treatment in the year", "lower"),
    Measure("gave_up", "people", "gave up waiting in the year", "lower"),
    Measure("no_response", "people", "closed in the year for not answering the invitation", "lower"),
    Measure("deterred", "people", "not referred in the year because of the long list", "lower"),
    Measure("stepped", "people", "went on to another package in the year"),
    Measure("transferred", "people", "went to another team in the year"),
    Measure("ended_early", "people", "of those who completed in the year: before the contacts planned"),
    Measure("crisis_route.in_time", "share", "of those on the crisis route, seen within its standard", "higher"),
    Measure("worsened", "people", "worsened by a severity while waiting in the year", "lower"),
    Measure("crises", "crises", "crises in the year, waiting or in treatment", "lower"),
    Measure("left_by_clinician", "people", "became unallocated as their clinician left, in the year", "lower"),
    Measure("contacts", "contacts", "attended in the year, crisis contacts not counted", "higher"),
    Measure("contacts.missed_share", "share", "of contacts booked, missed by the patient", "lower"),
    Measure("contact_delay", "days", "mean delay of a contact behind its due day", "lower"),
    Measure("overdue", "contacts", "due and not yet held at the year's end", "lower"),
    Measure(
        "equity.median_wait",
        "ratio",
        f"longest over shortest median wait for treatment of any group; untold where a group has under {FEW} people",
        "lower",
    ),
    Measure(
        "equity.dropped_out",
        "ratio",
        f"highest over lowest rate of dropping out of treatment of any group; untold where under {FEW} dropped out",
        "lower",
    ),
)

_COSTS = (
    Measure("cost.total", "pounds", "what staff and programmes cost in the year", "lower"),
    Measure("cost.pay", "pounds", "of that: staff in post, with on-costs and overheads"),
    Measure("cost.temporary", "pounds", "of that: bank, agency and overtime", "lower"),
    Measure("cost.training", "pounds", "of that: pay of trainees, and fees of training and upskilling"),
    Measure("cost.hiring", "pounds", "of that: recruiting people", "lower"),
    Measure("cost.programmes", "pounds", "of that: programmes, and sums spent once"),
    Measure("agency_share", "share", "agency staff, of the cost of all staff, trainees and overtime", "lower"),
    Measure("cost.per_contact", "pounds", "cost of the year for each contact attended", "lower"),
    Measure("cost.per_completed", "pounds", "cost of the year for each treatment completed", "lower"),
)
"""Told only if the pay of every role is known."""

_BY_ROLE = (
    Measure("caseload_per_wte", "people per WTE", "people on caseloads per WTE in post, this role", "lower"),
    Measure("utilisation", "share", "clinical hours spent on contacts, assessments and crises, this role"),
    Measure("funded_wte", "WTE", "funded posts of this role at the year's end"),
    Measure("in_post_wte", "WTE", "people of this role in post at the year's end"),
    Measure("vacancy", "share", "funded posts of this role that are empty at the year's end", "lower"),
)

_FOR_WHOM = {"internal": ("stream",), "treatment": ("severity", "group")}
"""Waits that are also told by an attribute: `wait.<clock>.<measure>.<attribute>.<value>`."""

_TOLD_FOR_WHOM = ("within_standard", "within_18_weeks", "median", "completed_median")

DECLARED: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (
        *(Measure(f"wait.{c}.{n}", unit, f"{CLOCKS[c]}: {m}", b) for c in CLOCKS for n, unit, m, b in _WAITS),
        *_OTHERS,
        *_COSTS,
    )
}
"""Every measure that is not about one role or one group of people, in the order in which they are told."""


def declaration(name: str) -> Measure:
    """The declaration of a measure, also of `vacancy.nurse` and `wait.treatment.median.severity.severe`."""
    if name in DECLARED:
        return DECLARED[name]
    base, _, part = name.rpartition(".")
    by_role = {m.name: m for m in _BY_ROLE}
    found = by_role.get(base) or DECLARED[base.rpartition(".")[0]]
    return Measure(name, found.unit, f"{found.meaning} ({part.replace('_', ' ')})", found.better)


def measure_dictionary() -> pd.DataFrame:
    """One row per declared measure: measure, unit, meaning, better. `<role>` stands for the name of a role."""
    rows = [(m.name, m.unit, m.meaning, m.better) for m in DECLARED.values()]
    rows += [(f"{m.name}.<role>", m.unit, m.meaning, m.better) for m in _BY_ROLE]
    for clock, ways in _FOR_WHOM.items():
        for told in _TOLD_FOR_WHOM:
            found = DECLARED[f"wait.{clock}.{told}"]
            rows += [(f"{found.name}.{way}.<{way}>", found.unit, found.meaning, found.better) for way in ways]
    return pd.DataFrame(rows, columns=["measure", "unit", "meaning", "better"])


NEEDED = ("lists", "flows", "waits", "workforce", "time_use", "staying", "costs", "programme_costs")
"""Tables from which measures are counted."""


def measures(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every measure of one scenario, in declared order: table MEASURES."""
    yearly = Yearly(tables)
    told = dict(_all(yearly))
    names = [name for name in DECLARED if name in told] + [name for name in told if name not in DECLARED]
    rows, times = len(yearly.year), len(names)
    scenario = tables["lists"]["scenario"].iloc[:1].to_numpy()
    return typed(
        MEASURES,
        {
            "scenario": np.resize(scenario, rows * times) if rows else [],
            "replication": np.repeat(yearly.replication, times),
            "measure": np.tile(np.array(names, dtype=str), rows),
            "year": np.repeat(yearly.year, times),
            "unit": np.tile(np.array([declaration(name).unit for name in names]), rows),
            "value": np.stack([told[name] for name in names], axis=1).ravel() if names else [],
        },
    )


def _all(yearly: Yearly) -> Iterator[tuple[str, np.ndarray]]:
    """(name, float64 (place,)) of every measure."""
    yield from _wait_measures(yearly["waits"])
    yield from _list_measures(yearly)
    yield from _staff_measures(yearly)
    yield from _role_measures(yearly)
    yield from _flow_measures(yearly["flows"])
    yield from _equity_measures(yearly)
    yield from _cost_measures(yearly)


def _wait_measures(waits: YearlyTable) -> Iterator[tuple[str, np.ndarray]]:
    keys = pd.MultiIndex.from_frame(waits.frame[["clock", "by", "value", "span"]])
    codes, kinds = keys.factorize()
    rows_of = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    for rows, (clock, by, value, span) in zip(rows_of, kinds, strict=True):
        if span != "year" or not (by == "all" or by in _FOR_WHOM.get(clock, ())):
            continue
        for name, unit, _, _ in _WAITS:
            whole = f"wait.{clock}.{name}" if by == "all" else f"wait.{clock}.{name}.{by}.{value}"
            if by == "all" or name in _TOLD_FOR_WHOM:
                yield whole, _placed(waits, name, rows) / (WEEK_DAYS if unit == "weeks" else 1)
        if by == "all" and clock == "treatment":
            for weeks in (18, 52, 104):
                yield f"waiting.over_{weeks}_weeks", _placed(waits, f"waiting_over_{weeks}_weeks", rows)


def _placed(table: YearlyTable, column: str, rows: np.ndarray) -> np.ndarray:
    """A column of rows of which each place has at most one; undefined where there is none."""
    values = np.full(table.places, np.nan)
    values[table.place[rows]] = table.values(column)[rows]
    return values


def _list_measures(yearly: Yearly) -> Iterator[tuple[str, np.ndarray]]:
    stock, flow = yearly["lists"], yearly["flows"]
    waiting = stock.end("waiting_assessment", "waiting_treatment", "unallocated")
    left = flow.sum("allocated", "handed_over", "gave_up", "closed_with_advice", "closed_not_attended", "no_response")
    yield "waiting_list", waiting
    yield "waiting.assessment", stock.end("waiting_assessment")
    yield "waiting.treatment", stock.end("waiting_treatment")
    yield "waiting.step", stock.end("waiting_step")
    yield "unallocated", stock.end("unallocated")
    yield "unallocated_over_2_weeks", stock.end("unallocated_long")
    yield "without_registered_coordinator", stock.end("uncoordinated")
    yield "clearance_weeks", _over(waiting, left / (flow.months * MONTH_DAYS / WEEK_DAYS))
    yield "weeks_waited", flow.sum("days_waiting_assessment", "days_waiting_treatment") / WEEK_DAYS
    yield "caseload", stock.end("in_treatment")
    yield "overdue", stock.end("overdue")


def _staff_measures(yearly: Yearly) -> Iterator[tuple[str, np.ndarray]]:
    staff, stayed = yearly["workforce"], yearly["staying"]
    holds = staff.values("holds_caseload").astype(bool)
    in_post, funded, in_post_mean = staff.end("in_post_wte"), staff.end("funded_wte"), staff.mean("in_post_wte")
    holders = staff.end("in_post_wte", where=holds)
    yield "caseload_per_wte", _over(staff.end("caseload", where=holds), holders)
    yield "caseload_weighted_per_wte", _over(staff.end("caseload_weighted", where=holds), holders)
    yield "over_cap", staff.end("over_cap")
    yield "utilisation", _utilisation(yearly["time_use"])
    yield "funded_wte", funded
    yield "in_post_wte", in_post
    yield "present_wte", staff.mean("present_wte")
    yield "vacancy", 1.0 - _over(in_post, funded)
    yield "vacancy_mean", 1.0 - _over(in_post_mean, staff.mean("funded_wte"))
    yield "starters_wte", staff.sum("starters_wte")
    yield "leavers_wte", staff.sum("leavers_wte")
    yield "turnover", _over(staff.sum("leavers_wte"), in_post_mean)
    yield "leavers_nhs_wte", staff.sum("leavers_nhs_wte")
    yield "left_nhs_rate", _over(staff.sum("leavers_nhs_wte"), in_post_mean)
    yield "stability", _over(stayed.sum("still_in_post"), stayed.sum("in_post"))
    yield "absent_wte", staff.mean("absent_wte")
    yield "temporary_wte", staff.mean("bank_wte", "agency_wte")
    yield "trainees", staff.end("trainees_wte")
    yield "qualified", staff.sum("qualified")
    known = ~np.isnan(staff.values("exhaustion"))
    tired = staff.values("exhaustion") * staff.values("in_post_wte")
    yield "exhaustion", _over(staff.end(tired, where=known), staff.end("in_post_wte", where=known))


def _role_measures(yearly: Yearly) -> Iterator[tuple[str, np.ndarray]]:
    staff, use = yearly["workforce"], yearly["time_use"]
    role, role_of_use = staff.text("role"), use.text("role")
    holders = set(role[staff.values("holds_caseload").astype(bool)])
    for name in sorted(set(role)):
        own = role == name
        in_post, funded = staff.end("in_post_wte", where=own), staff.end("funded_wte", where=own)
        if name in holders:
            yield f"caseload_per_wte.{name}", _over(staff.end("caseload", where=own), in_post)
        yield f"utilisation.{name}", _utilisation(use, role_of_use == name)
        yield f"funded_wte.{name}", funded
        yield f"in_post_wte.{name}", in_post
        yield f"vacancy.{name}", 1.0 - _over(in_post, funded)


_CLOSES = (
    "closed_with_advice",
    "closed_not_attended",
    "gave_up",
    "completed",
    "dropped_out",
    "discharged_not_attended",
    "no_response",
)


def _flow_measures(flow: YearlyTable) -> Iterator[tuple[str, np.ndarray]]:
    booked = flow.sum("contacts", "contacts_missed")
    yield "referrals", flow.sum("referred")
    yield "accepted", flow.sum("referred") - flow.sum("declined")
    yield "starts", flow.sum("started")
    yield "closes", flow.sum(*_CLOSES)
    yield "crises", flow.sum("crises_waiting", "crises_in_treatment")
    same = ("returned", "assessed", "completed", "dropped_out", "gave_up", "no_response", "deterred", "stepped",
            "transferred", "ended_early", "worsened", "left_by_clinician", "contacts")  # fmt: skip
    for name in same:
        yield name, flow.sum(name)
    yield "crisis_route.in_time", _over(flow.sum("crisis_route_in_time"), flow.sum("crisis_route"))
    yield "contacts.missed_share", _over(flow.sum("contacts_missed"), booked)
    yield "contact_delay", _over(flow.sum("delay_days"), booked)


def _equity_measures(yearly: Yearly) -> Iterator[tuple[str, np.ndarray]]:
    """The worst group over the best, where there are several."""
    waits, flows = yearly["waits"], yearly["flows"]
    group = flows.text("group")
    groups = sorted(set(group))
    if len(groups) < 2:
        return
    clock, by, value, span = (waits.text(key) for key in ("clock", "by", "value", "span"))
    own = (span == "year") & (clock == "treatment") & (by == "group")
    median, joined = (
        np.stack([_placed(waits, column, own & (value == name)) for name in groups], axis=1)
        for column in ("median", "joined")
    )
    yield "equity.median_wait", _worst_over_best(median, joined)
    gone, days = (
        np.stack([flows.sum(*columns, where=group == name) for name in groups], axis=1)
        for columns in (("dropped_out",), ("days_in_treatment", "days_unallocated"))
    )
    yield "equity.dropped_out", _worst_over_best(_over(gone, days), gone)


def _worst_over_best(values: np.ndarray, people: np.ndarray) -> np.ndarray:
    """(place,): greatest over least of (place, group); undefined if any is, or if few people stand behind one."""
    known = ~np.isnan(values).any(axis=1) & (people >= FEW).all(axis=1)
    return np.where(known, _over(values.max(axis=1), values.min(axis=1)), np.nan)


def _cost_measures(yearly: Yearly) -> Iterator[tuple[str, np.ndarray]]:
    pounds, flow = yearly["costs"], yearly["flows"]
    if pounds.frame["pay"].isna().any():
        return
    parts = {
        "pay": pounds.sum("pay"),
        "temporary": pounds.sum("bank", "agency", "overtime"),
        "training": pounds.sum("trainees", "courses"),
        "hiring": pounds.sum("hiring"),
        "programmes": yearly["programme_costs"].sum("pounds"),
    }
    total = np.sum(list(parts.values()), axis=0)
    yield "cost.total", total
    for name, part in parts.items():
        yield f"cost.{name}", part
    yield "agency_share", _over(pounds.sum("agency"), parts["pay"] + parts["temporary"] + pounds.sum("trainees"))
    yield "cost.per_contact", _over(total, flow.sum("contacts"))
    yield "cost.per_completed", _over(total, flow.sum("completed"))


def _utilisation(use: YearlyTable, where: np.ndarray | None = None) -> np.ndarray:
    """Overtime counts among the hours spent, so it counts among the hours there were."""
    spent = [f"{what}_hours" for what in ("attended", "missed", "triage", "assessment", "assessment_missed", "crisis")]
    return _over(use.sum(*spent, where=where), use.sum("available_hours", "overtime_hours", where=where))


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part / whole, undefined where there is none of the whole."""
    ratio: np.ndarray = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)
    return ratio
