"""Several teams in one scenario: which there are, and the plan as one of them follows it.

In: a plan. Out: its kinds of team, and for each the plan with the team's own blocks, packages and sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from workforce_sim.scenario.schema import Plan, Team

AnyPlan = TypeVar("AnyPlan", bound=Plan)

THE_TEAM = "team"
"""Name of the only kind of team, where the scenario names none."""

OWN_BLOCKS = tuple(name for name in Team.model_fields if name != "copies")
"""What a team may have of its own."""


def kinds(plan: Plan) -> tuple[str, ...]:
    """The kinds of team, sorted."""
    return tuple(sorted(plan.teams)) or (THE_TEAM,)


def copies(plan: Plan, kind: str) -> int:
    """How many teams of a kind there are."""
    return plan.teams[kind].copies if plan.teams else plan.copies


def team_names(plan: Plan) -> Iterator[tuple[str, str]]:
    """(team, kind) of every team, kind by kind."""
    for kind in kinds(plan):
        for number in range(1, copies(plan, kind) + 1):
            yield (kind if number == 1 else f"{kind} {number}"), kind


def of_kind(plan: AnyPlan, kind: str) -> AnyPlan:
    """The plan as a kind of team follows it; `teams` names that kind only."""
    if not plan.teams:
        return plan
    own = plan.teams[kind]
    blocks = {name: getattr(own, name) for name in OWN_BLOCKS if getattr(own, name) is not None}
    sources = {name: source for name, source in plan.demand.sources.items() if source.team == kind}
    packages = {name: package for name, package in plan.packages.items() if package.team == kind}
    demand = plan.demand.model_copy(update={"sources": sources})
    return plan.model_copy(update={**blocks, "packages": packages, "demand": demand, "teams": {kind: own}})
