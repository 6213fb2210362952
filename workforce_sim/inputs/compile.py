"""Scenario → `Inputs`: everything a replication needs, as arrays, made once and shared by all replications.

In: a `Scenario`. Out: `Inputs`. Dated changes cut the run into epochs, each compiled like a scenario of its own, so
that any number on any path can change on any date without a rule of its own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from workforce_sim.inputs import demand, opening
from workforce_sim.inputs.clinic import compile_rules, paces, series_of, tasks_of, with_laws
from workforce_sim.inputs.codes import Names
from workforce_sim.inputs.laws import NEVER, LawBook
from workforce_sim.inputs.rules import Epoch, Exhaustion, Inputs, Post, RoleRules, StaffRules
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.units import month_after, working_days

DAYS_AFTER = 3 * 366
MOST_PART_POSTS = 4
"""Part posts beside a role's whole ones; a ramp passes through more levels, and waits for the next whole post."""
WEEKDAYS = {"mon-fri": {0, 1, 2, 3, 4}, "mon-sun": {0, 1, 2, 3, 4, 5, 6}}


def compile_inputs(scenario: Scenario) -> Inputs:
    """Compiles a scenario. Raises nothing: a scenario that was read is one that compiles."""
    start, days = scenario.first_day, (scenario.end - scenario.first_day).days
    names = _names(scenario)
    dates = sorted({start, *(d for d in scenario.epochs() if start < d < start + timedelta(days=days))})
    stages = [scenario.at(d) for d in dates]
    laws, first_days = LawBook(), [(d - start).days for d in dates]
    rules = [
        compile_rules(stage, names, laws, rates) for stage, rates in zip(stages, paces(stages, first_days), strict=True)
    ]
    on_first_day = opening.compile_opening(stages[0], names, laws)
    working = _working(scenario, start, days)
    period_of_day, period_starts = _months(start, days, scenario.start)
    posts, funded = _posts(stages, names)
    staff = [_staff_rules(stage, names) for stage in stages]
    return Inputs(
        name=scenario.name,
        names=names,
        start=start,
        days=days,
        results_from=(scenario.start - start).days,
        working=working[:days],
        period_of_day=period_of_day,
        period_starts=period_starts,
        epochs=tuple(
            Epoch(day, with_laws(rule, laws), replace(own, roles=_funded(own.roles, now)))
            for day, rule, own, now in zip(first_days, rules, staff, funded, strict=True)
        ),
        posts=posts,
        demand=demand.compile_demand(dates, stages, names, start, working, days),
        opening=on_first_day,
        working_after=working[days:],
    )


def _names(scenario: Scenario) -> Names:
    packages = tuple(sorted(scenario.packages))
    return Names(
        teams=tuple("team" if k == 1 else f"team {k}" for k in range(1, scenario.copies + 1)),
        roles=tuple(sorted(scenario.workforce.roles)),
        packages=packages,
        streams=tuple(scenario.packages[p].stream or p for p in packages),
        series=tuple(f"{p}/{name}" for p in packages for name, _ in series_of(scenario, p)),
        tasks=tuple(task.name for task in tasks_of(scenario)),
        severities=tuple(scenario.severities),
        sources=tuple(sorted(scenario.demand.sources)),
        groups=tuple(sorted(scenario.groups)),
    )


def _working(scenario: Scenario, start: date, days: int) -> np.ndarray:
    """bool, (day + DAYS_AFTER,): working days of the run and of the years after it for which leave is planned."""
    weekdays = WEEKDAYS[scenario.calendar.working_days]
    country = None if scenario.calendar.country == "none" else scenario.calendar.country
    return np.array(working_days(start, days + DAYS_AFTER, weekdays, country), dtype=bool)


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


# --- staff -----------------------------------------------------------------------------------------------------------


def _hundredths(wte: float) -> int:
    return round(wte * 100)


def _posts(stages: list[Scenario], names: Names) -> tuple[tuple[Post, ...], list[list[int]]]:
    """(all posts that there ever are, funded WTE in hundredths by epoch and role)."""
    funded = [[_hundredths(stage.workforce.roles[role].funded) for role in names.roles] for stage in stages]
    posts = []
    for team in range(len(names.teams)):
        for role, name in enumerate(names.roles):
            in_post = _hundredths(stages[0].workforce.roles[name].in_post)
            levels = [now[role] for now in funded]
            cuts = sorted({0, in_post, max(in_post, levels[0]), max(in_post, *levels)})
            pieces = [piece for low, high in pairwise(cuts) for piece in _whole_posts(low, high)]
            pieces += _part_posts(levels, pieces)
            for number, (upper, wte) in enumerate(pieces, start=1):
                posts.append(Post(team, role, number, wte, filled=upper <= in_post))
    return tuple(posts), funded


def _whole_posts(low: int, high: int) -> list[tuple[int, int]]:
    """(upper end, WTE in hundredths) of the posts between two levels: whole ones, and what is left."""
    pieces = []
    while low < high:
        wte = min(100, high - low)
        low += wte
        pieces.append((low, wte))
    return pieces


def _part_posts(levels: list[int], pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Posts for the parts of a WTE by which later levels miss a whole post, so that each level can be filled."""
    ends = {upper for upper, _ in pieces}
    parts = {level - max((upper for upper in ends if upper <= level), default=0) for level in levels[1:]}
    return [(NEVER, part) for part in sorted(parts) if part > 0][:MOST_PART_POSTS]


def _funded(roles: tuple[RoleRules, ...], funded: list[int]) -> tuple[RoleRules, ...]:
    return tuple(replace(role, funded=now) for role, now in zip(roles, funded, strict=True))


def _staff_rules(scenario: Scenario, names: Names) -> StaffRules:
    workforce = scenario.workforce
    available, induction, leaving = workforce.availability, workforce.induction, workforce.leaving
    return StaffRules(
        day_seconds=round(workforce.full_time / 5 * 3600),
        leave_days=available.annual_leave / 7 * 5,
        study_days=available.study / 7 * 5,
        sickness_share=available.sickness,
        sickness_spell=available.sickness_spell,
        induction_productivity=induction.productivity,
        induction_caseload=induction.caseload,
        induction_days=induction.over,
        early_multiplier=leaving.early,
        early_days=leaving.early_years,
        later_multiplier=leaving.later,
        notice_days=round(leaving.notice),
        no_new_patients_days=round(leaving.no_new_patients),
        exhaustion=_exhaustion(workforce.exhaustion),
        roles=tuple(_role_rules(workforce.roles[name], names) for name in names.roles),
    )


def _exhaustion(block: Any) -> Exhaustion | None:
    if block is None or not block.switch:
        return None
    return Exhaustion(
        usual=block.usual,
        rise=block.rise,
        recovery=block.recovery,
        smoothing_days=block.smoothing,
        gain_on_leaving=block.gain_on_leaving,
        gain_on_sickness=block.gain_on_sickness,
    )


def _role_rules(role: Any, names: Names) -> RoleRules:
    return RoleRules(
        funded=_hundredths(role.funded),
        leaving_rate=role.leavers,
        clinical_share=role.clinical_share,
        assessment_share=role.job_plan.assessment,
        shares_spare=role.spare_time == "shared",
        places=round((role.caseload or 0.0) * 1000),
        target=round((role.caseload_target or role.caseload or 0.0) * 1000),
        approval_days=role.hiring.approval,
        round_days=role.hiring.round,
        fill=role.hiring.fill,
        reputation=role.hiring.reputation,
        usual_vacancy=role.hiring.usual_vacancy,
        supervised_by=tuple(names.roles.index(r) for r in role.supervision.by) if role.supervision else (),
        supervision_hours=role.supervision.hours if role.supervision else 0.0,
    )
