"""A made-up scenario and made-up runs, for testing results without an engine."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np

from workforce_sim.analysis.waits import waits
from workforce_sim.engine.staffing import Staffing
from workforce_sim.engine.state import LOG
from workforce_sim.inputs.codes import NOT_YET, End, Flow, Names, PackageStock, Stock, Use
from workforce_sim.inputs.rules import Prices
from workforce_sim.results.frames import Kept
from workforce_sim.results.tables import years_of_periods

NAMES = Names(
    teams=("north", "south"),
    kinds=("team",),
    kind_of_team=(0, 0),
    roles=("nurse", "psychologist", "support_worker"),
    kind_of_role=(0, 0, 0),
    packages=("care_coordination", "medical", "therapy"),
    kind_of_package=(0, 0, 0),
    streams=("care_coordination", "medical", "therapy"),
    series=("care", "doctor", "therapy"),
    tasks=("assessment",),
    severities=("mild", "moderate", "severe"),
    sources=("gp", "self"),
    kind_of_source=(0, 0),
    groups=("a", "b"),
)


def month_starts(start: date, days: int) -> tuple[date, ...]:
    """Day 0 and every first of a month within the horizon."""
    every = [date.fromordinal(start.toordinal() + d) for d in range(days)]
    return tuple(day for day in every if day == start or day.day == 1)


def epoch(day: int, staff: Any, *more: Any, rules: Any = None) -> Any:
    """As much of an `Epoch`; `more`: the staff's rules while standing rules are on."""
    variants = ((rules, staff), *((rules, each) for each in more))
    return SimpleNamespace(day=day, rules=rules, staff=staff, with_rules_on=lambda on: variants[on])


def made_up_inputs(
    start: date = date(2026, 4, 1),
    end: date = date(2028, 4, 1),
    results_from: int = 0,
    standards: Any = (28, 28, 28),
    **names: Any,
) -> Any:
    """As much of `Inputs` as results and analysis read; nurses and psychologists hold caseloads."""
    days = (end - start).days
    starts = month_starts(start, days)
    weekday = (np.arange(days) + start.weekday()) % 7
    roles = tuple(
        SimpleNamespace(places=places, funded=500, cost=cost)
        for places, cost in ((30_000, 48_000.0), (16_000, 72_000.0), (0, 36_000.0))
    )
    prices = Prices(per_hire=1_000.0, programmes=(12_000.0,))
    staff = SimpleNamespace(roles=roles, bank_premium=1.25, agency_premium=1.5, day_seconds=27_000, prices=prices)
    epochs = (epoch(0, staff, rules=(SimpleNamespace(standard=np.array(standards)),)),)
    return SimpleNamespace(
        name="made up",
        names=SimpleNamespace(**{**NAMES.__dict__, **names}),
        start=start,
        days=days,
        results_from=results_from,
        working=(weekday < 5)[None, :],
        period_of_day=np.searchsorted([(s - start).days for s in starts], np.arange(days), side="right") - 1,
        period_starts=starts,
        epochs=epochs,
        posts=(),
        training=(),
        upskilling=(),
        programmes=("wellbeing",),
        one_offs=(),
        rules=(),
    )


def spells(*rows: dict[str, Any]) -> np.ndarray:
    """A log; days not given have not come, everything else not given is 0 (package: none)."""
    log = np.zeros(len(rows), dtype=LOG)
    for name in ("first_contact_day", "second_contact_day", "assessed_day", "allocated_day", "start_day", "end_day"):
        log[name] = NOT_YET
    log["package"] = -1
    log["key"] = np.arange(len(rows))
    for i, row in enumerate(rows):
        for name, value in row.items():
            log[name][i] = value
    return log


def random_log(rng: np.random.Generator, n: int, days: int, names: Any = NAMES) -> np.ndarray:
    """Random spells that obey the order of events: referral, contacts, assessment, start, end."""
    log = np.zeros(n, dtype=LOG)
    log["key"] = rng.permutation(n)
    for name, values in (
        ("team", names.teams), ("source", names.sources), ("group", names.groups),
        ("severity_at_referral", names.severities),
    ):  # fmt: skip
        log[name] = rng.integers(0, len(values), n)
    log["severity"] = log["severity_at_referral"]
    referral = rng.integers(-200, days, n)
    first = referral + rng.geometric(1 / 40, n) - 1
    start = first + rng.geometric(1 / 100, n)
    second = first + rng.integers(1, 30, n)
    end = start + rng.geometric(1 / 300, n)
    left = referral + rng.geometric(1 / 400, n)
    advised = rng.random(n) < 0.35
    kind = np.where(left < start, End.GAVE_UP, End.COMPLETED)
    end = np.minimum(end, left)
    kind = np.where(advised & (first <= end), End.CLOSED_WITH_ADVICE, kind)
    end = np.where(kind == End.CLOSED_WITH_ADVICE, first, end)
    declined = rng.random(n) < 0.2
    kind, end = np.where(declined, End.DECLINED, kind), np.where(declined, referral, end)

    def until(day: np.ndarray) -> np.ndarray:
        return np.where((day <= end) & (day < days) & ~declined, day, NOT_YET)

    log["referral_day"], log["first_contact_day"], log["assessed_day"] = referral, until(first), until(first)
    advice = kind == End.CLOSED_WITH_ADVICE
    log["second_contact_day"] = np.where(advice, NOT_YET, until(second))
    log["start_day"] = np.where(advice, NOT_YET, until(start))
    log["allocated_day"] = log["start_day"]
    log["end"] = np.where(end < days, kind, End.OPEN)
    log["end_day"] = np.where(end < days, end, NOT_YET)
    log["package"] = np.where((log["assessed_day"] != NOT_YET) & ~advice, rng.integers(0, len(names.packages), n), -1)
    return log


def made_up_kept(inputs: Any, replication: int, seed: int = 0, spells: bool = False) -> Kept:
    """What a replication might have left: any numbers, with waits counted from random spells."""
    rng = np.random.default_rng([seed, replication])
    names, periods = inputs.names, len(inputs.period_starts)
    years = years_of_periods(inputs).max()
    people = (periods, len(names.teams), len(names.severities), len(names.groups))
    staff = (periods, len(names.teams), len(names.roles))
    log = random_log(rng, 300, inputs.days, names)
    return Kept(
        replication=replication,
        flow=rng.integers(0, 20, (*people, Flow.N)),
        stock=rng.integers(0, 50, (*people, Stock.N)),
        package=rng.integers(0, 50, (periods, len(names.teams), len(names.packages), PackageStock.N)),
        use=rng.integers(1, 10**6, (*staff, Use.N)),
        staffing=rng.integers(100, 500, (*staff, Staffing.N)),
        fired=np.zeros((0, 3), dtype=np.int64),
        staying=np.sort(rng.integers(1, 20, (years, len(names.teams), 2)))[..., ::-1],
        waits=waits(log, inputs),
        spells=log if spells else None,
    )
