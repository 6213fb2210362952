"""What is planned for the whole run: training, upskilling, conversions, and every slot that anybody may ever hold.

In: the scenario, and its stages between dated changes. Out: courses by day number, posts in slot order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from workforce_sim.inputs.codes import Names
from workforce_sim.inputs.laws import NEVER
from workforce_sim.inputs.rules import (
    Conversion,
    Post,
    PostKind,
    StaffRules,
    TrainingRoute,
    UpskillingScheme,
)
from workforce_sim.inputs.staff import full_cost, hundredths
from workforce_sim.scenario.scenario import Scenario

MOST_PART_POSTS = 4
"""Part posts beside a role's whole ones; a ramp passes through more levels, and waits for the next whole post."""


def freeze_dates(scenario: Scenario) -> set[date]:
    """Days on which a recruitment freeze begins or ends."""
    return {day for freeze in scenario.workforce.freezes for day in (freeze.from_date, freeze.until)}


def training(scenario: Scenario, names: Names) -> tuple[TrainingRoute, ...]:
    """Training routes, by name; intakes that ended before day 0 are over."""
    routes = []
    for name, block in sorted(scenario.workforce.training.items()):
        supervision = block.supervision
        routes.append(
            TrainingRoute(
                name=name,
                role=names.roles.index(block.into),
                days=_days(scenario, block, 1 - round(block.length)),
                places=block.places,
                length=round(block.length),
                attrition=block.attrition,
                first=block.does.first,
                last=block.does.last,
                supervised_by=tuple(names.roles.index(r) for r in supervision.by) if supervision else (),
                supervision_hours=supervision.hours if supervision else 0.0,
                stays=block.stays,
                waits=round(block.waits_for_post),
                pay=full_cost(scenario, block.pay),
                cost=block.costs,
            )
        )
    return tuple(routes)


def upskilling(scenario: Scenario, names: Names) -> tuple[UpskillingScheme, ...]:
    """Upskilling schemes, by name; nobody is found on one."""
    return tuple(
        UpskillingScheme(
            name=name,
            role=names.roles.index(block.into),
            days=_days(scenario, block, 0),
            places=block.places,
            length=round(block.length),
            serving=names.roles.index(block.serving),
            away=block.away,
            backfill=block.backfill,
            cost=block.costs,
        )
        for name, block in sorted(scenario.workforce.upskilling.items())
    )


def _days(scenario: Scenario, block: Any, earliest: int) -> tuple[int, ...]:
    days = ((day - scenario.first_day).days for day in block.dates(scenario.end))
    return tuple(day for day in days if day >= earliest)


def conversions(scenario: Scenario, names: Names) -> tuple[Conversion, ...]:
    """Conversions, by name, at the pay of the first day."""
    roles = scenario.workforce.roles
    return tuple(
        Conversion(
            name=name,
            vacant=names.roles.index(block.vacant),
            into=names.roles.index(block.into),
            wte=hundredths(block.posts),
            ratio=(roles[block.vacant].salary or 1.0) / (roles[block.into].salary or 1.0),
            day=max(0, (block.from_date - scenario.first_day).days),
        )
        for name, block in sorted(scenario.workforce.conversions.items())
    )


# --- posts -----------------------------------------------------------------------------------------------------------


def posts(
    scenario: Scenario,
    names: Names,
    rules: Sequence[StaffRules],
    routes: Sequence[TrainingRoute],
    schemes: Sequence[UpskillingScheme],
    plans: Sequence[Conversion],
) -> tuple[Post, ...]:
    """Every slot that there ever is, in slot order. `rules`: of the first day, of all epochs and all standing rules."""
    found = []
    for team in range(len(names.teams)):
        for role, name in enumerate(names.roles):
            if not names.has_role(team, role):
                continue
            in_post = hundredths(scenario.workforce.roles[name].in_post)
            levels = [round(epoch.roles[role].funded * (1.0 + epoch.roles[role].over)) for epoch in rules]
            levels += _levels_after(plans, role, max(levels))
            found += [Post(team, role, n, wte, upper <= in_post) for n, (upper, wte) in _established(in_post, levels)]
            for number, route in enumerate(routes):
                if route.role == role:
                    places = range(1, route.places * len(route.days) + 1)
                    found += [Post(team, role, n, 100, False, PostKind.TRAINING, number) for n in places]
            seats = sum(scheme.places * len(scheme.days) for scheme in schemes if scheme.role == role)
            found += [Post(team, role, n, 100, False, PostKind.RESERVED) for n in range(1, seats + 1)]
            if _ever_covered(rules, schemes, role):
                found.append(Post(team, role, 1, 0, False, PostKind.TEMPORARY))
    return tuple(found)


def _levels_after(plans: Sequence[Conversion], role: int, funded: int) -> list[int]:
    """Establishments of a role as vacant posts of others are converted into it, one after the other."""
    levels, gained = [], 0
    for plan in plans:
        for first in range(0, plan.wte if plan.into == role else 0, 100):
            gained += round(min(100, plan.wte - first) * plan.ratio)
            levels.append(funded + gained)
    return levels


def _ever_covered(rules: Sequence[StaffRules], schemes: Sequence[UpskillingScheme], role: int) -> bool:
    """Whether temporary staff may ever work in a role."""
    backfilled = any(scheme.serving == role and scheme.away * scheme.backfill for scheme in schemes)
    return backfilled or any(
        epoch.roles[role].bank
        or epoch.roles[role].agency
        or epoch.roles[role].agency_for_vacancies
        or (epoch.backfill and (epoch.long_sickness.share or epoch.parental.share))
        for epoch in rules
    )


def _established(in_post: int, levels: list[int]) -> enumerate[tuple[int, int]]:
    """(number, (upper end, WTE in hundredths)) of the posts that fill every level of the establishment."""
    cuts = sorted({0, in_post, max(in_post, levels[0]), max(in_post, *levels)})
    pieces = [piece for low, high in pairwise(cuts) for piece in _whole_posts(low, high)]
    return enumerate(pieces + _part_posts(levels, pieces), start=1)


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
