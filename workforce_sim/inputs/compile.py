"""Scenario → `Inputs`: everything a replication needs, as arrays, made once and shared by all replications.

In: a `Scenario`. Out: `Inputs`. Dated changes cut the run into epochs, each compiled like a scenario of its own, so
that any number on any path can change on any date without a rule of its own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from workforce_sim.inputs import demand, opening, workforce_plan
from workforce_sim.inputs.clinic import compile_rules, paces, series_of, tasks_of, together
from workforce_sim.inputs.codes import Names
from workforce_sim.inputs.laws import LawBook
from workforce_sim.inputs.prices import one_offs, programmes
from workforce_sim.inputs.rules import Epoch, Inputs, Rules, StaffRules, WatchedLevel, WatchedRule
from workforce_sim.inputs.staff import staff_rules
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.standing import Condition, StandingRule
from workforce_sim.scenario.teams import kinds, of_kind, pooled, team_names
from workforce_sim.units import month_after, working_days

DAYS_AFTER = 3 * 366
WEEKDAYS = {"mon-fri": {0, 1, 2, 3, 4}, "mon-sun": {0, 1, 2, 3, 4, 5, 6}}


def compile_inputs(scenario: Scenario) -> Inputs:
    """Compiles a scenario. Raises nothing: a scenario that was read is one that compiles."""
    given, scenario = scenario, pooled(scenario)
    start, days = scenario.first_day, (scenario.end - scenario.first_day).days
    turns = {*scenario.epochs(), *workforce_plan.freeze_dates(scenario)}
    dates = sorted({start, *(d for d in turns if start < d < start + timedelta(days=days))})
    stages = [pooled(given.at(d)) for d in dates]
    laws, first_days = LawBook(), [(d - start).days for d in dates]
    # a row per epoch: as it stands, then with standing rules on, which leave what befalls people as it is
    variants = [[stage, *_with_rules_on(given, d)] for d, stage in zip(dates, stages, strict=True)]
    names = _names(scenario, [stage for row in variants for stage in row])
    rules = [
        [[compile_rules(of_kind(stage, kind), names, laws, rates) for kind in names.kinds] for stage in row]
        for row, rates in zip(variants, paces(stages, first_days), strict=True)
    ]
    on_first_day = opening.compile_opening([of_kind(stages[0], kind) for kind in names.kinds], names, laws)
    working = np.array([_working(of_kind(scenario, kind), start, days) for kind in names.kinds])
    period_of_day, period_starts = _months(start, days, scenario.start)
    training, upskilling = workforce_plan.training(scenario, names), workforce_plan.upskilling(scenario, names)
    conversions = workforce_plan.conversions(scenario, names)
    known: dict[tuple[object, ...], StaffRules] = {}
    staff = [
        [_once(staff_rules(stage, names, today), known) for stage in row]
        for row, today in zip(variants, dates, strict=True)
    ]
    return Inputs(
        name=scenario.name,
        names=names,
        start=start,
        days=days,
        results_from=(scenario.start - start).days,
        working=working[:, :days],
        period_of_day=period_of_day,
        period_starts=period_starts,
        epochs=tuple(
            _epoch(day, [together(variant, laws) for variant in row], own)
            for day, row, own in zip(first_days, rules, staff, strict=True)
        ),
        posts=workforce_plan.posts(
            stages[0], names, [s for row in staff for s in row], training, upskilling, conversions
        ),
        training=training,
        upskilling=upskilling,
        conversions=conversions,
        programmes=programmes(scenario),
        one_offs=one_offs(scenario),
        rules=tuple(_watched(rule) for rule in scenario.rules),
        demand=demand.compile_demand(dates, stages, names, start, working, days),
        opening=on_first_day,
        working_after=working[:, days:],
    )


def _with_rules_on(scenario: Scenario, today: date) -> list[Scenario]:
    """The scenario on a day with each combination of its standing rules on, in the order of their bits."""
    return [pooled(scenario.at(today, on)) for on in range(1, 1 << len(scenario.rules))]


def _once(rules: StaffRules, known: dict[tuple[object, ...], StaffRules]) -> StaffRules:
    """Equal rules are the same rules, so that an epoch which leaves the staff alone is none to them."""
    return known.setdefault(tuple(vars(rules).values()), rules)


def _epoch(day: int, rules: list[tuple[Rules, ...]], staff: list[StaffRules]) -> Epoch:
    return Epoch(day, rules[0], staff[0], tuple(zip(rules[1:], staff[1:], strict=True)))


def _watched(rule: StandingRule) -> WatchedRule:
    """Without an end of its own, a rule ends when its condition holds no more."""
    when = _level(rule.when)
    over = replace(when, above=not when.above, weeks=1) if rule.until is None else _level(rule.until)
    return WatchedRule(rule.name, when, over)


def _level(condition: Condition) -> WatchedLevel:
    return WatchedLevel(condition.measure, condition.above, condition.level, condition.weeks)


def _names(scenario: Scenario, stages: list[Scenario]) -> Names:
    """Names of all there is on any day; `stages`: the scenario on each of them."""
    packages, roles = tuple(sorted(scenario.packages)), tuple(sorted(scenario.workforce.roles))
    sources, of = tuple(sorted(scenario.demand.sources)), kinds(scenario)

    def number(kind: str | None) -> int:
        return 0 if kind is None else of.index(kind)

    return Names(
        teams=tuple(team for team, _ in team_names(scenario)),
        kinds=of,
        kind_of_team=tuple(number(kind) for _, kind in team_names(scenario)),
        roles=roles,
        kind_of_role=tuple(number(scenario.workforce.roles[role].team) for role in roles),
        packages=packages,
        kind_of_package=tuple(number(scenario.packages[package].team) for package in packages),
        streams=tuple(scenario.packages[p].stream or p for p in packages),
        series=tuple(f"{p}/{name}" for p in packages for name, _ in series_of(scenario, p)),
        tasks=tuple(sorted({task.name for stage in stages for kind in of for task in tasks_of(of_kind(stage, kind))})),
        severities=tuple(scenario.severities),
        sources=sources,
        kind_of_source=tuple(number(scenario.demand.sources[source].team) for source in sources),
        groups=tuple(sorted(scenario.groups)),
    )


def _working(scenario: Scenario, start: date, days: int) -> np.ndarray:
    """bool, (day + DAYS_AFTER,): working days of the run and of the years after it for which leave is planned."""
    weekdays = WEEKDAYS[scenario.calendar.working_days]
    country = None if scenario.calendar.country == "none" else scenario.calendar.country
    return working_days(start, days + DAYS_AFTER, weekdays, country)


def _months(start: date, days: int, anchor: date) -> tuple[np.ndarray, tuple[date, ...]]:
    """(period of each day, first date of each period): months counted from `anchor`, the first perhaps in part."""
    first_month = -1
    while month_after(anchor, first_month) > start:
        first_month -= 1
    starts = [start]
    month = first_month + 1
    while (first := month_after(anchor, month)) < start + timedelta(days=days):
        starts += [first] if first > start else []
        month += 1
    first_days = np.array([(first - start).days for first in starts])
    return (np.searchsorted(first_days, np.arange(days), side="right") - 1).astype(np.int32), tuple(starts)
