"""Several teams in one scenario: which there are, and the plan as one of them follows it.

In: a plan. Out: its kinds of team, and for each the plan with the team's own blocks, packages and sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from workforce_sim.scenario.schema import Plan, Team
from workforce_sim.scenario.staffing import Role, Workforce

AnyPlan = TypeVar("AnyPlan", bound=Plan)

THE_TEAM = "team"
"""Name of the only kind of team, where the scenario names none."""

OWN_BLOCKS = tuple(name for name in Team.model_fields if name not in ("copies", "lists"))
"""What a team may have of its own."""


def kinds(plan: Plan) -> tuple[str, ...]:
    """The kinds of team, sorted."""
    return tuple(sorted(plan.teams)) or (THE_TEAM,)


def copies(plan: Plan, kind: str) -> int:
    """How many teams of a kind there are."""
    return plan.teams[kind].copies if plan.teams else plan.copies


def copies_of(plan: Plan, role: Role) -> int:
    """How many teams have a role."""
    return copies(plan, role.team or THE_TEAM)


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


def with_own_staff(plan: AnyPlan, kind: str) -> AnyPlan:
    """The plan as a kind of team follows it, with its own roles only: to be looked at, not to be run."""
    own = of_kind(plan, kind)
    roles = {name: role for name, role in plan.workforce.roles.items() if not plan.teams or role.team == kind}
    return own.model_copy(update={"workforce": own.workforce.model_copy(update={"roles": roles})})


# --- pooled lists ----------------------------------------------------------------------------------------------------


def pooled(plan: AnyPlan) -> AnyPlan:
    """The plan with one team in place of copies that work from one list: as many people, posts and places in all."""
    times = {kind: copies(plan, kind) for kind in kinds(plan) if _is_pooled(plan, kind)}
    if all(n == 1 for n in times.values()):
        return plan

    def of(team: str | None) -> int:
        return times.get(team or THE_TEAM, 1)

    teams = {
        kind: team.model_copy(update={"copies": 1, **_larger(team, times[kind])}) if kind in times else team
        for kind, team in plan.teams.items()
    }
    sources = {
        name: source.model_copy(update={"referrals": source.referrals * of(source.team)})
        for name, source in plan.demand.sources.items()
    }
    own = {} if plan.teams else {"copies": 1, **_larger(plan, of(None))}
    demand = plan.demand.model_copy(update={"sources": sources, **({} if plan.teams else _longer(plan, of(None)))})
    return plan.model_copy(update={**own, "teams": teams, "demand": demand, "workforce": _staff(plan, of)})


def _is_pooled(plan: Plan, kind: str) -> bool:
    return (plan.teams[kind] if plan.teams else plan).lists == "pooled"


def _larger(block: Plan | Team, times: int) -> dict[str, object]:
    """Today's lists, and the list above which courses end early."""
    larger: dict[str, object] = {}
    if block.today is not None:
        today = block.today
        caseload = today.caseload
        larger["today"] = today.model_copy(update={
            "waiting": {queue: people * times for queue, people in today.waiting.items()},
            "caseload": caseload * times if isinstance(caseload, int) else {p: n * times for p, n in caseload.items()},
            "discharges": today.discharges * times,
        })  # fmt: skip
    if block.discharge is not None and block.discharge.early is not None:
        early = block.discharge.early.model_copy(update={"list": block.discharge.early.list * times})
        larger["discharge"] = block.discharge.model_copy(update={"early": early})
    return larger


def _longer(plan: Plan, times: int) -> dict[str, object]:
    """Demand met elsewhere, and the lists above which fewer are referred or accepted."""
    demand = plan.demand
    longer: dict[str, object] = {"diverted": {s: rate * times for s, rate in demand.diverted.items()}}
    if demand.deterred is not None:
        longer["deterred"] = demand.deterred.model_copy(update={"list": demand.deterred.list * times})
    if demand.declined.rising is not None:
        rising = demand.declined.rising.model_copy(update={"list": demand.declined.rising.list * times})
        longer["declined"] = demand.declined.model_copy(update={"rising": rising})
    return longer


def _staff(plan: Plan, of: Callable[[str | None], int]) -> Workforce:
    """Posts, cover and places on courses, times the copies of the team that has the role."""
    workforce = plan.workforce
    by_role = {name: of(role.team) for name, role in workforce.roles.items()}
    roles = {}
    for name, role in workforce.roles.items():
        n = by_role[name]
        cover = role.cover.model_copy(update={"bank": role.cover.bank * n, "agency": role.cover.agency * n})
        roles[name] = role.model_copy(update={"funded": role.funded * n, "in_post": role.in_post * n, "cover": cover})
    courses = {
        field: {
            name: course.model_copy(update={"places": course.places * by_role[course.into]})
            for name, course in getattr(workforce, field).items()
        }
        for field in ("training", "upskilling")
    }
    conversions = {
        name: swap.model_copy(update={"posts": swap.posts * by_role[swap.into]})
        for name, swap in workforce.conversions.items()
    }
    return workforce.model_copy(update={"roles": roles, **courses, "conversions": conversions})
