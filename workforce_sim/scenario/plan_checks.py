"""What does not fit in the workforce plan: training, upskilling, conversions, freezes, promotion, money.

In: a validated `Plan`. Out: `Misfit` records, found by `checks` together with the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from workforce_sim.scenario.document import Steps
from workforce_sim.scenario.misfit import Misfit
from workforce_sim.scenario.schema import Plan

WORKFORCE = ("workforce",)


def plan_misfits(plan: Plan) -> Iterator[Misfit]:
    """All misfits of the workforce plan."""
    checks = (_within_a_team, _intakes, _upskilling, _conversions, _freezes, _promotions, _preceptors, _heaviest,
              _pay_known)  # fmt: skip
    for check in checks:
        yield from check(plan)


def _within_a_team(plan: Plan) -> Iterator[Misfit]:
    """Nobody trains, is supervised by or moves to a role of another team."""
    workforce, roles = plan.workforce, plan.workforce.roles
    pairs: list[tuple[Steps, str, str]] = []
    for name, role in roles.items():
        if role.promotion is not None:
            pairs.append((("roles", name, "promotion", "from"), role.promotion.below, name))
        by = role.supervision.by if role.supervision is not None else []
        pairs += [(("roles", name, "supervision", "by", n), other, name) for n, other in enumerate(by)]
    for name, course in workforce.training.items():
        by = course.supervision.by if course.supervision is not None else []
        pairs += [(("training", name, "supervision", "by", n), other, course.into) for n, other in enumerate(by)]
    for name, scheme in workforce.upskilling.items():
        pairs.append((("upskilling", name, "serving"), scheme.serving, scheme.into))
    for name, swap in workforce.conversions.items():
        pairs.append((("conversions", name, "vacant"), swap.vacant, swap.into))
    for steps, other, name in pairs:
        if roles[other].team != roles[name].team:
            yield Misfit((*WORKFORCE, *steps), f'"{other}", of another team than {name}', "a role of the same team")


def _intakes(plan: Plan) -> Iterator[Misfit]:
    """An intake after the run would never come; one that ended before it is over."""
    workforce = plan.workforce
    for kind, courses in (("training", workforce.training), ("upskilling", workforce.upskilling)):
        for name, course in courses.items():
            steps = (*WORKFORCE, kind, name)
            if course.first >= plan.end:
                yield Misfit((*steps, "first"), str(course.first), f"a date before the run ends, on {plan.end}")
            elif kind == "upskilling" and course.first < plan.first_day:
                yield Misfit((*steps, "first"), str(course.first), f"a date from {plan.first_day}, when the run begins")
            if course.last is not None and course.last < course.first:
                yield Misfit((*steps, "last"), str(course.last), f"a date from {course.first}, the first intake")
            if course.last is not None and course.every is None:
                yield Misfit((*steps, "last"), "a last intake of one", "`every`, the time from intake to intake")


def _upskilling(plan: Plan) -> Iterator[Misfit]:
    for name, scheme in plan.workforce.upskilling.items():
        if scheme.serving == scheme.into:
            yield Misfit((*WORKFORCE, "upskilling", name, "into"), f'"{scheme.into}" itself', "another role")


def _conversions(plan: Plan) -> Iterator[Misfit]:
    roles = plan.workforce.roles
    for name, conversion in plan.workforce.conversions.items():
        steps = (*WORKFORCE, "conversions", name)
        if conversion.vacant == conversion.into:
            yield Misfit((*steps, "into"), f'"{conversion.into}" itself', "another role")
        for key, role in (("vacant", conversion.vacant), ("into", conversion.into)):
            if not roles[role].salary:
                expected = f"`band` or `pay` for {role}, so that the cost can be equal"
                yield Misfit((*steps, key), f'"{role}", whose pay is not known', expected)
        if conversion.from_date >= plan.end:
            yield Misfit((*steps, "from"), str(conversion.from_date), f"a date before the run ends, on {plan.end}")


def _freezes(plan: Plan) -> Iterator[Misfit]:
    freezes = list(enumerate(plan.workforce.freezes))
    for position, freeze in freezes:
        if freeze.from_date >= plan.end or freeze.until <= plan.first_day:
            found = f"a freeze from {freeze.from_date} until {freeze.until}"
            yield Misfit((*WORKFORCE, "freezes", position), found, f"dates within {plan.first_day} to {plan.end}")
    for (_, one), (position, other) in combinations(freezes, 2):
        both = sorted(set(one.roles) & set(other.roles))
        if both and one.from_date < other.until and other.from_date < one.until:
            found = f"a freeze of {both[0]} from {other.from_date}, while one runs from {one.from_date} to {one.until}"
            yield Misfit((*WORKFORCE, "freezes", position), found, "freezes of a role that do not overlap")


def _promotions(plan: Plan) -> Iterator[Misfit]:
    for name, role in plan.workforce.roles.items():
        if role.promotion is not None and role.promotion.below == name:
            yield Misfit((*WORKFORCE, "roles", name, "promotion", "from"), f'"{name}" itself', "the role below")


def _preceptors(plan: Plan) -> Iterator[Misfit]:
    block = plan.workforce.preceptorship
    for key, roles in (("roles", block.roles), ("by", block.by)) if block else ():
        for position, role in enumerate(roles):
            if role in roles[:position]:
                yield Misfit((*WORKFORCE, "preceptorship", key, position), f'"{role}" a second time', "each role once")


def _heaviest(plan: Plan) -> Iterator[Misfit]:
    """Somebody must be able to lead everybody, however much of a caseload they take up."""
    for name, package in plan.packages.items():
        for severity in plan.severities:
            weight = package.caseload_weight * plan.caseload_by_severity[severity]
            leads = [role for role in package.lead.roles if severity in package.lead.limits.get(role, plan.severities)]
            limits = [plan.workforce.roles[role].heaviest for role in leads]
            if leads and all(limit is not None and limit < weight for limit in limits):
                found = f"no role for {severity}, who weigh {weight:g}: such people would wait for ever"
                yield Misfit(
                    ("packages", name, "lead", "roles"), found, f"a role whose `heaviest` is at least {weight:g}"
                )


def _pay_known(plan: Plan) -> Iterator[Misfit]:
    unknown = sorted(name for name, role in plan.workforce.roles.items() if not role.salary)
    if plan.money.budget is not None and unknown:
        yield Misfit(
            ("money", "budget"), f"a budget, while pay is not known for {', '.join(unknown)}", "`band` or `pay`"
        )
