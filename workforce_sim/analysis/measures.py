"""What a planner asks about: each measure declared once, then counted from the tables for every year.

In: the tables of one scenario (`results.tables`). Out: one row per replication, year and measure (table MEASURES).
A stock is that of the year's last day; a flow is the sum over the year; a last part-year sums fewer months.
Waits are in weeks. A value that does not exist (the wait of nobody, a median never reached) is NaN.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from workforce_sim.analysis.declared import (
    BY_ROLE,
    DECLARED,
    FEW,
    FOR_WHOM,
    TOLD_FOR_WHOM,
    WAITS,
    declaration,
)
from workforce_sim.analysis.yearly import Yearly, YearlyTable, over
from workforce_sim.results.tables import MEASURES, typed
from workforce_sim.units import MONTH_DAYS, WEEK_DAYS


def measure_dictionary() -> pd.DataFrame:
    """One row per declared measure: measure, unit, meaning, better. `<role>` stands for the name of a role."""
    rows = [(m.name, m.unit, m.meaning, m.better) for m in DECLARED.values()]
    rows += [(f"{m.name}.<role>", m.unit, m.meaning, m.better) for m in BY_ROLE]
    for clock, ways in FOR_WHOM.items():
        for told in TOLD_FOR_WHOM:
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
        if span != "year" or not (by == "all" or by in FOR_WHOM.get(clock, ())):
            continue
        for name, unit, _, _ in WAITS:
            whole = f"wait.{clock}.{name}" if by == "all" else f"wait.{clock}.{name}.{by}.{value}"
            if by == "all" or name in TOLD_FOR_WHOM:
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
    yield "clearance_weeks", over(waiting, left / (flow.months * MONTH_DAYS / WEEK_DAYS))
    yield "weeks_waited", flow.sum("days_waiting_assessment", "days_waiting_treatment") / WEEK_DAYS
    yield "caseload", stock.end("in_treatment")
    yield "overdue", stock.end("overdue")


def _staff_measures(yearly: Yearly) -> Iterator[tuple[str, np.ndarray]]:
    staff, stayed = yearly["workforce"], yearly["staying"]
    holds = staff.values("holds_caseload").astype(bool)
    in_post, funded, in_post_mean = staff.end("in_post_wte"), staff.end("funded_wte"), staff.mean("in_post_wte")
    holders = staff.end("in_post_wte", where=holds)
    yield "caseload_per_wte", over(staff.end("caseload", where=holds), holders)
    yield "caseload_weighted_per_wte", over(staff.end("caseload_weighted", where=holds), holders)
    yield "over_cap", staff.end("over_cap")
    yield "utilisation", _utilisation(yearly["time_use"])
    yield "funded_wte", funded
    yield "in_post_wte", in_post
    yield "present_wte", staff.mean("present_wte")
    yield "vacancy", 1.0 - over(in_post, funded)
    yield "vacancy_mean", 1.0 - over(in_post_mean, staff.mean("funded_wte"))
    yield "starters_wte", staff.sum("starters_wte")
    yield "leavers_wte", staff.sum("leavers_wte")
    yield "turnover", over(staff.sum("leavers_wte"), in_post_mean)
    yield "leavers_nhs_wte", staff.sum("leavers_nhs_wte")
    yield "left_nhs_rate", over(staff.sum("leavers_nhs_wte"), in_post_mean)
    yield "stability", over(stayed.sum("still_in_post"), stayed.sum("in_post"))
    yield "absent_wte", staff.mean("absent_wte")
    yield "away", 1.0 - over(staff.mean("present_wte"), in_post_mean)
    yield "temporary_wte", staff.mean("bank_wte", "agency_wte")
    yield "trainees", staff.end("trainees_wte")
    yield "qualified", staff.sum("qualified")
    known = ~np.isnan(staff.values("exhaustion"))
    tired = staff.values("exhaustion") * staff.values("in_post_wte")
    yield "exhaustion", over(staff.end(tired, where=known), staff.end("in_post_wte", where=known))


def _role_measures(yearly: Yearly) -> Iterator[tuple[str, np.ndarray]]:
    staff, use = yearly["workforce"], yearly["time_use"]
    role, role_of_use = staff.text("role"), use.text("role")
    holders = set(role[staff.values("holds_caseload").astype(bool)])
    for name in sorted(set(role)):
        own = role == name
        in_post, funded = staff.end("in_post_wte", where=own), staff.end("funded_wte", where=own)
        if name in holders:
            yield f"caseload_per_wte.{name}", over(staff.end("caseload", where=own), in_post)
        yield f"utilisation.{name}", _utilisation(use, role_of_use == name)
        yield f"funded_wte.{name}", funded
        yield f"in_post_wte.{name}", in_post
        yield f"vacancy.{name}", 1.0 - over(in_post, funded)


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
    yield "returned_share", over(flow.sum("returned"), flow.sum("referred"))
    yield "accepted", flow.sum("referred") - flow.sum("declined")
    yield "starts", flow.sum("started")
    yield "closes", flow.sum(*_CLOSES)
    yield "crises", flow.sum("crises_waiting", "crises_in_treatment")
    same = ("returned", "assessed", "completed", "dropped_out", "gave_up", "no_response", "deterred", "stepped",
            "transferred", "ended_early", "worsened", "left_by_clinician", "contacts")  # fmt: skip
    for name in same:
        yield name, flow.sum(name)
    yield "crisis_route.in_time", over(flow.sum("crisis_route_in_time"), flow.sum("crisis_route"))
    yield "contacts.missed_share", over(flow.sum("contacts_missed"), booked)
    yield "contact_delay", over(flow.sum("delay_days"), booked)


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
    yield "equity.dropped_out", _worst_over_best(over(gone, days), gone)


def _worst_over_best(values: np.ndarray, people: np.ndarray) -> np.ndarray:
    """(place,): greatest over least of (place, group); undefined if any is, or if few people stand behind one."""
    known = ~np.isnan(values).any(axis=1) & (people >= FEW).all(axis=1)
    return np.where(known, over(values.max(axis=1), values.min(axis=1)), np.nan)


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
    yield "agency_share", over(pounds.sum("agency"), parts["pay"] + parts["temporary"] + pounds.sum("trainees"))
    yield "cost.per_contact", over(total, flow.sum("contacts"))
    yield "cost.per_completed", over(total, flow.sum("completed"))


def _utilisation(use: YearlyTable, where: np.ndarray | None = None) -> np.ndarray:
    """Overtime counts among the hours spent, so it counts among the hours there were."""
    spent = [f"{what}_hours" for what in ("attended", "missed", "triage", "assessment", "assessment_missed", "crisis")]
    return over(use.sum(*spent, where=where), use.sum("available_hours", "overtime_hours", where=where))
