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
from workforce_sim.results.tables import MEASURES, typed
from workforce_sim.units import MONTH_DAYS, WEEK_DAYS

KEYS = ["replication", "year"]

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


def measures(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every measure of one scenario, in declared order: table MEASURES."""
    counted = {name: frame[frame["year"] > 0] for name, frame in tables.items() if "year" in frame}
    wide = pd.DataFrame(dict(_all(counted)))
    wide = wide[[n for n in DECLARED if n in wide] + [n for n in wide if n not in DECLARED]]
    replication, year = (wide.index.get_level_values(key).to_numpy() for key in KEYS)
    rows, times = wide.shape
    scenario = counted["lists"]["scenario"].iloc[:1].to_numpy()
    return typed(
        MEASURES,
        {
            "scenario": np.resize(scenario, rows * times) if rows else [],
            "replication": np.repeat(replication, times),
            "measure": np.tile(wide.columns.to_numpy(dtype=str), rows),
            "year": np.repeat(year, times),
            "unit": np.tile(np.array([declaration(name).unit for name in wide.columns]), rows),
            "value": wide.to_numpy(dtype=float).ravel(),
        },
    )


def _all(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, pd.Series]]:
    yield from _wait_measures(tables["waits"])
    yield from _list_measures(tables)
    yield from _staff_measures(tables)
    yield from _role_measures(tables)
    yield from _flow_measures(tables)
    yield from _equity_measures(tables)
    yield from _cost_measures(tables)


def _wait_measures(waits: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    yearly = waits[waits["span"] == "year"]
    for (clock, by, value), rows in yearly.groupby(["clock", "by", "value"], sort=False):
        own = rows.set_index(KEYS)
        told_for_whom = by in _FOR_WHOM.get(str(clock), ())
        for name, unit, _, _ in _WAITS:
            values = own[name] / WEEK_DAYS if unit == "weeks" else own[name]
            if by == "all":
                yield f"wait.{clock}.{name}", values
            elif told_for_whom and name in _TOLD_FOR_WHOM:
                yield f"wait.{clock}.{name}.{by}.{value}", values
        if by == "all" and clock == "treatment":
            for weeks in (18, 52, 104):
                yield f"waiting.over_{weeks}_weeks", own[f"waiting_over_{weeks}_weeks"]


def _year_end(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the last month of each year."""
    last = table.groupby("year")["period_start"].max()
    return table[table["period_start"] == table["year"].map(last)]


def _list_measures(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, pd.Series]]:
    stock = _year_end(tables["lists"]).groupby(KEYS).sum(numeric_only=True)
    flow = tables["flows"].groupby(KEYS).sum(numeric_only=True)
    months = tables["flows"].groupby(KEYS)["period_start"].nunique()
    waiting = stock["waiting_assessment"] + stock["waiting_treatment"] + stock["unallocated"]
    ways_out = ["allocated", "handed_over", "gave_up", "closed_with_advice", "closed_not_attended", "no_response"]
    left = flow[ways_out].sum(axis=1)
    yield "waiting_list", waiting
    yield "waiting.assessment", stock["waiting_assessment"]
    yield "waiting.treatment", stock["waiting_treatment"]
    yield "waiting.step", stock["waiting_step"]
    yield "unallocated", stock["unallocated"]
    yield "unallocated_over_2_weeks", stock["unallocated_long"]
    yield "without_registered_coordinator", stock["uncoordinated"]
    yield "clearance_weeks", _over(waiting, left / (months * MONTH_DAYS / WEEK_DAYS))
    yield "weeks_waited", (flow["days_waiting_assessment"] + flow["days_waiting_treatment"]) / WEEK_DAYS
    yield "caseload", stock["in_treatment"]
    yield "overdue", stock["overdue"]


def _staff_measures(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, pd.Series]]:
    staff = tables["workforce"]
    end = _year_end(staff)
    stock = end.groupby(KEYS).sum(numeric_only=True)
    holders = end[end["holds_caseload"]].groupby(KEYS).sum(numeric_only=True).reindex(stock.index)
    yield "caseload_per_wte", _over(holders["caseload"], holders["in_post_wte"])
    yield "caseload_weighted_per_wte", _over(holders["caseload_weighted"], holders["in_post_wte"])
    yield "over_cap", stock["over_cap"]
    yield "utilisation", _utilisation(tables["time_use"].groupby(KEYS).sum(numeric_only=True))
    yield "funded_wte", stock["funded_wte"]
    yield "in_post_wte", stock["in_post_wte"]
    months = staff.groupby([*KEYS, "period_start"]).sum(numeric_only=True).drop(columns="year", errors="ignore")
    mean = months.groupby(KEYS).mean()
    yield "present_wte", mean["present_wte"]
    yield "vacancy", 1.0 - _over(stock["in_post_wte"], stock["funded_wte"])
    yield "vacancy_mean", 1.0 - _over(mean["in_post_wte"], mean["funded_wte"])
    flow = staff.groupby(KEYS).sum(numeric_only=True)
    yield "starters_wte", flow["starters_wte"]
    yield "leavers_wte", flow["leavers_wte"]
    yield "turnover", _over(flow["leavers_wte"], mean["in_post_wte"])
    yield "leavers_nhs_wte", flow["leavers_nhs_wte"]
    yield "left_nhs_rate", _over(flow["leavers_nhs_wte"], mean["in_post_wte"])
    stayed = tables["staying"].groupby(KEYS).sum(numeric_only=True)
    yield "stability", _over(stayed["still_in_post"], stayed["in_post"])
    yield "absent_wte", mean["absent_wte"]
    yield "temporary_wte", mean["bank_wte"] + mean["agency_wte"]
    yield "trainees", stock["trainees_wte"]
    yield "qualified", flow["qualified"]
    known = end[end["exhaustion"].notna()]
    tired = known.assign(tired=known["exhaustion"] * known["in_post_wte"]).groupby(KEYS)[["tired", "in_post_wte"]].sum()
    yield "exhaustion", _over(tired["tired"], tired["in_post_wte"]).reindex(stock.index)


def _role_measures(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, pd.Series]]:
    by_role = [*KEYS, "role"]
    stock = _year_end(tables["workforce"]).groupby(by_role).sum(numeric_only=True)
    use = _utilisation(tables["time_use"].groupby(by_role).sum(numeric_only=True))
    holders = set(tables["workforce"].loc[tables["workforce"]["holds_caseload"], "role"])
    for role in sorted(set(tables["workforce"]["role"])):
        staff = stock.xs(role, level="role")
        if role in holders:
            yield f"caseload_per_wte.{role}", _over(staff["caseload"], staff["in_post_wte"])
        yield f"utilisation.{role}", use.xs(role, level="role")
        yield f"funded_wte.{role}", staff["funded_wte"]
        yield f"in_post_wte.{role}", staff["in_post_wte"]
        yield f"vacancy.{role}", 1.0 - _over(staff["in_post_wte"], staff["funded_wte"])


_CLOSES = [
    "closed_with_advice",
    "closed_not_attended",
    "gave_up",
    "completed",
    "dropped_out",
    "discharged_not_attended",
    "no_response",
]


def _flow_measures(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, pd.Series]]:
    flow = tables["flows"].groupby(KEYS).sum(numeric_only=True)
    yield "referrals", flow["referred"]
    yield "accepted", flow["referred"] - flow["declined"]
    yield "starts", flow["started"]
    yield "closes", flow[_CLOSES].sum(axis=1)
    yield "crises", flow["crises_waiting"] + flow["crises_in_treatment"]
    same = ("returned", "assessed", "completed", "dropped_out", "gave_up", "no_response", "deterred", "stepped",
            "transferred", "ended_early", "worsened", "left_by_clinician", "contacts")  # fmt: skip
    for name in same:
        yield name, flow[name]
    yield "crisis_route.in_time", _over(flow["crisis_route_in_time"], flow["crisis_route"])
    booked = flow["contacts"] + flow["contacts_missed"]
    yield "contacts.missed_share", _over(flow["contacts_missed"], booked)
    yield "contact_delay", _over(flow["delay_days"], booked)


def _equity_measures(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, pd.Series]]:
    """The worst group over the best, where there are several."""
    waits, flows = tables["waits"], tables["flows"]
    groups = sorted(set(flows["group"]))
    if len(groups) < 2:
        return
    own = waits[(waits["span"] == "year") & (waits["clock"] == "treatment") & (waits["by"] == "group")]
    median, joined = (own.pivot_table(column, KEYS, "value", dropna=False) for column in ("median", "joined"))
    yield "equity.median_wait", _worst_over_best(median, joined)
    gone, in_treatment, unallocated = (
        flows.pivot_table(column, KEYS, "group", aggfunc="sum")
        for column in ("dropped_out", "days_in_treatment", "days_unallocated")
    )
    days = in_treatment + unallocated
    yield "equity.dropped_out", _worst_over_best(gone / days.where(days > 0), gone)


def _worst_over_best(values: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    """Ratio of the greatest to the least of a row; undefined if any is, or if few people stand behind one."""
    known = values.notna().all(axis=1) & (people >= FEW).all(axis=1)
    return _over(values.max(axis=1), values.min(axis=1)).where(known)


def _cost_measures(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, pd.Series]]:
    if tables["costs"]["pay"].isna().any():
        return
    pounds = tables["costs"].groupby(KEYS).sum(numeric_only=True)
    programmes = tables["programme_costs"].groupby(KEYS)["pounds"].sum()
    parts = {
        "pay": pounds["pay"],
        "temporary": pounds["bank"] + pounds["agency"] + pounds["overtime"],
        "training": pounds["trainees"] + pounds["courses"],
        "hiring": pounds["hiring"],
        "programmes": programmes.reindex(pounds.index, fill_value=0.0),
    }
    total = sum(parts.values(), start=pd.Series(0.0, index=pounds.index))
    flow = tables["flows"].groupby(KEYS).sum(numeric_only=True)
    yield "cost.total", total
    for name, part in parts.items():
        yield f"cost.{name}", part
    yield "agency_share", _over(pounds["agency"], parts["pay"] + parts["temporary"] + pounds["trainees"])
    yield "cost.per_contact", _over(total, flow["contacts"])
    yield "cost.per_completed", _over(total, flow["completed"])


def _utilisation(use: pd.DataFrame) -> pd.Series:
    """Overtime counts among the hours spent, so it counts among the hours there were."""
    spent = [f"{what}_hours" for what in ("attended", "missed", "triage", "assessment", "assessment_missed", "crisis")]
    return _over(use[spent].sum(axis=1), use["available_hours"] + use["overtime_hours"])


def _over(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Part / whole, undefined where there is none of the whole."""
    return part / whole.where(whole > 0)
