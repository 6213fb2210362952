"""What no single field of a scenario can know: shares over all packages, posts and plans that must fit each other.

In: a validated `Plan`. Out: `Misfit` records. Each check is one short function, told in the order of the schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from workforce_sim import units
from workforce_sim.scenario.care import Efficiency, Limits, Package, PooledSeries, Series, Step, Support
from workforce_sim.scenario.document import Steps
from workforce_sim.scenario.misfit import Misfit
from workforce_sim.scenario.plan_checks import plan_misfits
from workforce_sim.scenario.quantities import SUM_TOLERANCE
from workforce_sim.scenario.schema import Plan, Source
from workforce_sim.scenario.staffing import Role
from workforce_sim.scenario.teams import kinds, of_kind

GREATEST_IN_POST = 1.5
"""People in post on the first day, at most so many times the posts funded."""


def misfits(plan: Plan) -> Iterator[Misfit]:
    """All misfits of a plan, on whatever day it stands."""
    found = list(_teams(plan))
    yield from found
    if found:
        return
    for check in _CHECKS:
        yield from check(plan)
    told = set()
    for kind in kinds(plan):
        own = of_kind(plan, kind)
        for check in _CHECKS_OF_TEAMS:
            for misfit in check(own):
                steps = _written_at(plan, kind, misfit.steps)
                if (steps, misfit.found) not in told:
                    told.add((steps, misfit.found))
                    yield misfit._replace(steps=steps)
    yield from plan_misfits(plan)


def _written_at(plan: Plan, kind: str, steps: Steps) -> Steps:
    """Where a team's plan says what stands at a path: among the team's own blocks, or in the whole scenario."""
    own = bool(plan.teams) and getattr(plan.teams[kind], str(steps[0]), None) is not None
    return ("teams", kind, *steps) if own else steps


def _teams(plan: Plan) -> Iterator[Misfit]:
    """Everything has its team, if there are several; the other checks need that."""
    if plan.teams and plan.copies != 1:
        yield Misfit(("copies",), f"{plan.copies} copies of several teams", "`copies` within each team")
    yield from _belonging(plan)
    yield from _helpers(plan)
    for kind in plan.teams:
        if kind in plan.packages:
            yield Misfit(("teams", kind), f'"{kind}", which is a package, too', "another name")
        if not of_kind(plan, kind).packages:
            yield Misfit(("teams", kind), "a team without a package", "at least one package of the team")
        yield from _roles_of_team(plan, kind)


def _belonging(plan: Plan) -> Iterator[Misfit]:
    blocks: tuple[tuple[Steps, Mapping[str, Role | Package | Source]], ...] = (
        (("workforce", "roles"), plan.workforce.roles),
        (("packages",), plan.packages),
        (("demand", "sources"), plan.demand.sources),
    )
    for steps, block in blocks:
        for name, part in block.items():
            if not plan.teams and part.team is not None:
                yield Misfit((*steps, name, "team"), f'"{part.team}"', "no team, or several `teams`")
            elif plan.teams and part.team not in plan.teams:
                found = "no team" if part.team is None else f'"{part.team}"'
                where = (*steps, name) if part.team is None else (*steps, name, "team")
                yield Misfit(where, found, f"one of the teams: {', '.join(plan.teams)}")


def _helpers(plan: Plan) -> Iterator[Misfit]:
    for name, role in plan.workforce.roles.items():
        for position, other in enumerate(role.also_serves):
            if other not in plan.teams or other == role.team:
                others = ", ".join(team for team in plan.teams if team != role.team)
                where = ("workforce", "roles", name, "also_serves", position)
                yield Misfit(where, f'"{other}"', f"another team: {others}" if others else "nothing: one team only")


def _roles_of_team(plan: Plan, kind: str) -> Iterator[Misfit]:
    """Roles that a team's blocks name are its own, or, for crises and further series, help it out."""
    for steps, roles in _role_lists(of_kind(plan, kind)):
        for position, name in enumerate(roles):
            role = plan.workforce.roles[name]
            helps = (steps[0] == "crisis" or "also" in steps) and kind in role.also_serves
            if steps[0] != "workforce" and role.team != kind and not helps:
                where = _written_at(plan, kind, (*steps, position))
                yield Misfit(where, f'"{name}", which is not in team {kind}', f"roles of team {kind}")


def _today(plan: Plan) -> Iterator[Misfit]:
    """Nobody is found on the lists of another team."""
    today = plan.today
    by_package = today.caseload if isinstance(today.caseload, dict) else {}
    for block, found in (("waiting", today.waiting), ("caseload", by_package)):
        for queue, people in found.items():
            if people and queue != "assessment" and queue not in plan.packages:
                yield Misfit(("today", block, queue), f"{people} people", f"a package of {', '.join(plan.teams)}")


def _ways_onward(plan: Plan) -> Iterator[Misfit]:
    """Every way leads somewhere: a package, or another team."""
    for kind in kinds(plan):
        own = of_kind(plan, kind)
        others = [name for name, package in plan.packages.items() if name not in own.packages]
        teams = [name for name in plan.teams if name != kind]
        where = _written_at(plan, kind, ("assessment", "onward"))
        yield from _lead_somewhere(where, own.assessment.onward, [*teams, *others])
        for name, package in own.packages.items():
            yield from _lead_somewhere(("packages", name, "steps"), package.steps, [*plan.packages, *teams])


def _lead_somewhere(where: Steps, steps: list[Step], targets: list[str]) -> Iterator[Misfit]:
    for position, step in enumerate(steps):
        if step.to not in targets:
            expected = f"one of {', '.join(targets)}" if targets else "no way onward: there is one team only"
            yield Misfit((*where, position, "to"), f'"{step.to}"', expected)
        if step.to in [earlier.to for earlier in steps[:position]]:
            yield Misfit((*where, position, "to"), f'"{step.to}" a second time', "each once")


def opening_misfits(plan: Plan) -> Iterator[Misfit]:
    """Misfits that concern the first day only, and the time the run covers."""
    yield from _warm_up(plan)
    yield from _people_in_post(plan)
    yield from _last_date(plan)


def _warm_up(plan: Plan) -> Iterator[Misfit]:
    if plan.opening_state == "warm_up" and plan.warm_up is None:
        yield Misfit(
            ("opening_state",),
            "`warm_up` without its length",
            "a line such as `warm_up: 2 years`; `workforce-sim warm-up` chooses one",
        )
    if plan.opening_state == "today" and plan.warm_up is not None:
        yield Misfit(("warm_up",), "a warm-up", "`opening_state: warm_up`, or no warm-up")


def _last_date(plan: Plan) -> Iterator[Misfit]:
    if plan.end.year > 2200:
        yield Misfit(("horizon",), f"an end in {plan.end.year}", "an end by 2200")


def _people_in_post(plan: Plan) -> Iterator[Misfit]:
    for name, role in plan.workforce.roles.items():
        most = GREATEST_IN_POST * role.funded
        if role.in_post > most:
            expected = f"at most one and a half times the {units.WTE.write(role.funded)} funded"
            yield Misfit(("workforce", "roles", name, "in_post"), units.WTE.write(role.in_post), expected)


def _drift(plan: Plan) -> Iterator[Misfit]:
    drift = plan.demand.severity_drift
    if drift is not None and drift.rising.get(drift.taken_from):
        steps = ("demand", "severity_drift", "taken_from")
        yield Misfit(steps, f'"{drift.taken_from}", which rises itself', "a severity that does not rise")


def _package_shares(plan: Plan) -> Iterator[Misfit]:
    totals = {s: sum(package.share[s] for package in plan.packages.values()) for s in plan.severities}
    wrong = {s: total for s, total in totals.items() if abs(total - 1) > SUM_TOLERANCE}
    alike = len(wrong) == len(totals) and len(set(wrong.values())) == 1
    for severity, total in list(wrong.items())[: 1 if alike else None]:
        of = "" if alike else f" for {severity}"
        found = f"package shares that add up to {units.SHARE.write(round(total, 8))}{of}"
        yield Misfit(("packages",), found, "shares that add up to 100%")


def _shares_onward(plan: Plan) -> Iterator[Misfit]:
    """Nobody goes two ways."""
    ways: list[tuple[Steps, list[Step]]] = [
        (("packages", name, "steps"), package.steps) for name, package in plan.packages.items()
    ]
    for where, steps in (*ways, (("assessment", "onward"), plan.assessment.onward)):
        for severity in plan.severities:
            total = sum(step.share[severity] for step in steps)
            if total > 1 + SUM_TOLERANCE:
                found = f"shares that add up to {units.SHARE.write(round(total, 8))} for {severity}"
                yield Misfit(where, found, "shares that add up to at most 100%")


def _groups_of_sources(plan: Plan) -> Iterator[Misfit]:
    for name, source in plan.demand.sources.items():
        steps = ("demand", "sources", name, "groups")
        for group in source.groups:
            if group not in plan.groups:
                yield Misfit((*steps, group), f'"{group}"', f"a group: {', '.join(plan.groups)}")
        total = sum(source.groups.values())
        if source.groups and abs(total - 1) > SUM_TOLERANCE:
            found = f"shares that add up to {units.SHARE.write(round(total, 8))}"
            yield Misfit(steps, found, "shares that add up to 100%")


def _urgent_shares(plan: Plan) -> Iterator[Misfit]:
    for name, source in plan.demand.sources.items():
        urgent = plan.demand.urgent if source.urgent is None else source.urgent
        if source.crisis + urgent > 1 + SUM_TOLERANCE:
            found = f"{units.SHARE.write(source.crisis)} in crisis and {units.SHARE.write(urgent)} urgent"
            yield Misfit(("demand", "sources", name, "crisis"), found, "at most 100% together")


def _sessions(plan: Plan) -> Iterator[Misfit]:
    for steps, series in _series_with_steps(plan):
        session = series.session
        if session is not None and session.least > session.size:
            found = f"{session.least} people for {session.size} seats"
            yield Misfit((*steps, "session", "least"), found, f"at most {session.size}")
        if session is not None and isinstance(series, PooledSeries) and series.named:
            yield Misfit((*steps, "named"), "a named clinician for a group", "`named: off`, or no session")
        if session is not None and series.remote:
            yield Misfit((*steps, "remote"), "remote contacts in a group", "no `remote` here, or no session")
    for name, package in plan.packages.items():
        if package.lead.session is not None:
            for position, item in enumerate(package.also):
                if isinstance(item, Support):
                    steps = ("packages", name, "also", position)
                    yield Misfit(steps, "support contacts of a lead series held in groups", "no support item here")


def _series_with_steps(plan: Plan) -> Iterator[tuple[Steps, Series]]:
    for name, package in plan.packages.items():
        yield ("packages", name, "lead"), package.lead
        for position, item in enumerate(package.also):
            if isinstance(item, PooledSeries):
                yield ("packages", name, "also", position), item


def _names(plan: Plan) -> Iterator[Misfit]:
    if "assessment" in plan.packages:
        yield Misfit(("packages", "assessment"), '"assessment"', "another name: this is the queue before all packages")
    for name, package in plan.packages.items():
        seen: set[str] = set()
        supports = 0
        for position, item in enumerate(package.also):
            steps = ("packages", name, "also", position)
            if item.name in seen:
                yield Misfit((*steps, "name"), f'"{item.name}" a second time', "a name of its own for each item")
            seen.add(item.name)
            supports += isinstance(item, Support)
            if isinstance(item, Support) and supports > 1:
                yield Misfit(steps, "a second support item", "at most one item with share_of_lead_contacts")


def _crisis(plan: Plan) -> Iterator[Misfit]:
    rates = (*plan.waiting.per_week.crisis.values(), *plan.in_treatment.per_week.crisis.values(),
             *(source.crisis for source in plan.demand.sources.values()))  # fmt: skip
    if plan.crisis is None and any(rates):
        yield Misfit(("crisis",), "nothing", "what a crisis costs, {roles: …, contacts: …, takes: …}")


def _eligible(plan: Plan) -> Iterator[Misfit]:
    """Somebody must be able to see everybody, or they wait for ever."""
    yield from _served(plan, ("assessment",), plan.assessment.roles, plan.assessment.limits)
    if plan.triage is not None:
        yield from _served(plan, ("triage",), plan.triage.roles, plan.triage.limits)
    for name, package in plan.packages.items():
        yield from _served(plan, ("packages", name, "lead"), package.lead.roles, package.lead.limits)
        for position, item in enumerate(package.also):
            steps = ("packages", name, "also", position)
            if isinstance(item, PooledSeries):
                yield from _served(plan, steps, item.roles, item.limits)
            else:
                yield from _limits_of_listed(steps, item.roles, item.limits)


def _served(plan: Plan, steps: Steps, roles: list[str], limits: Limits) -> Iterator[Misfit]:
    served = {severity for role in roles for severity in limits.get(role, plan.severities)}
    for severity in plan.severities:
        if severity not in served:
            expected = f"at least one role that may take {severity}"
            yield Misfit((*steps, "limits"), f"no role for {severity}: such people would wait for ever", expected)
    yield from _limits_of_listed(steps, roles, limits)


def _limits_of_listed(steps: Steps, roles: list[str], limits: Limits) -> Iterator[Misfit]:
    for role in limits:
        if role not in roles:
            yield Misfit((*steps, "limits", role), f'"{role}"', f"one of the roles of this series: {', '.join(roles)}")


def _efficiencies(plan: Plan) -> Iterator[Misfit]:
    """A speed for a role that does not take part would never be used."""
    parts: list[tuple[Steps, list[str], Efficiency]] = [
        (("assessment",), plan.assessment.roles, plan.assessment.efficiency)
    ]
    for name, package in plan.packages.items():
        parts.append((("packages", name, "lead"), package.lead.roles, package.lead.efficiency))
        for position, item in enumerate(package.also):
            parts.append((("packages", name, "also", position), item.roles, item.efficiency))
    for steps, roles, efficiency in parts:
        for role in efficiency:
            if role not in roles:
                expected = f"one of the roles of this series: {', '.join(roles)}"
                yield Misfit((*steps, "efficiency", role), f'"{role}"', expected)


def _leads(plan: Plan) -> Iterator[Misfit]:
    for name, package in plan.packages.items():
        for position, role in enumerate(package.lead.roles):
            if not plan.workforce.roles[role].caseload:
                steps = ("packages", name, "lead", "roles", position)
                yield Misfit(steps, f'"{role}", which holds no caseload', f"a `caseload` for {role}, or another role")


def _targets(plan: Plan) -> Iterator[Misfit]:
    for name, role in plan.workforce.roles.items():
        if role.caseload is None and role.caseload_target is not None:
            steps = ("workforce", "roles", name, "caseload_target")
            yield Misfit(steps, "a target without a `caseload`", f"a `caseload` for {name}, or no target")


def _repeated_roles(plan: Plan) -> Iterator[Misfit]:
    for steps, roles in _role_lists(plan):
        for position, role in enumerate(roles):
            if role in roles[:position]:
                yield Misfit((*steps, position), f'"{role}" a second time', "each role once")


def _role_lists(plan: Plan) -> Iterator[tuple[Steps, list[str]]]:
    yield ("assessment", "roles"), plan.assessment.roles
    if plan.assessment.joint is not None:
        yield ("assessment", "joint", "roles"), plan.assessment.joint.roles
    if plan.triage is not None:
        yield ("triage", "roles"), plan.triage.roles
    if plan.crisis is not None:
        yield ("crisis", "roles"), plan.crisis.roles
    for name, package in plan.packages.items():
        yield ("packages", name, "lead", "roles"), package.lead.roles
        for position, item in enumerate(package.also):
            yield ("packages", name, "also", position, "roles"), item.roles
    for name, role in plan.workforce.roles.items():
        if role.supervision is not None:
            yield ("workforce", "roles", name, "supervision", "by"), role.supervision.by


def _assessors(plan: Plan) -> Iterator[Misfit]:
    lists: list[tuple[Steps, list[str]]] = [(("assessment", "roles"), plan.assessment.roles)]
    if plan.triage is not None:
        lists.append((("triage", "roles"), plan.triage.roles))
    if plan.assessment.joint is not None:
        lists.append((("assessment", "joint", "roles"), plan.assessment.joint.roles))
    for steps, roles in lists:
        for position, name in enumerate(roles):
            if not plan.workforce.roles[name].job_plan.assessment:
                expected = f"`job_plan.assessment` above 0% for {name}, or another role"
                yield Misfit((*steps, position), f'"{name}", whose job plan has no assessments', expected)
    able = {name for _, roles in lists for name in roles}
    for name, role in plan.workforce.roles.items():
        if role.job_plan.assessment and name not in able and (not plan.teams or role.team in plan.teams):
            steps = ("workforce", "roles", name, "job_plan", "assessment")
            yield Misfit(steps, f"time for assessments that {name} does not do", f"{name} among `assessment.roles`")


def _remote(plan: Plan) -> Iterator[Misfit]:
    """What a remote contact saves must be less than the shortest contact that can be remote."""
    takes = [series.takes for series in _series(plan) if series.session is None and _share_remote(plan, series)]
    if plan.assessment.remote:
        parts = (plan.assessment, plan.assessment.second, plan.assessment.joint)
        takes += [part.takes for part in parts if part is not None]
    shortest = min(takes, default=None)
    if shortest is not None and plan.remote.saves >= shortest:
        expected = f"less than the shortest contact that can be remote, {units.MINUTES.write(shortest)}"
        yield Misfit(("remote", "saves"), units.MINUTES.write(plan.remote.saves), expected)


def _series(plan: Plan) -> Iterable[Series]:
    for package in plan.packages.values():
        yield package.lead
        yield from (item for item in package.also if isinstance(item, PooledSeries))


def _share_remote(plan: Plan, series: Series) -> float:
    return max(plan.remote.share.values()) if series.remote is None else series.remote


def _notice(plan: Plan) -> Iterator[Misfit]:
    leaving = plan.workforce.leaving
    if leaving.no_new_patients > leaving.notice:
        expected = f"at most the notice, {units.DURATION.write(leaving.notice)}"
        found = units.DURATION.write(leaving.no_new_patients)
        yield Misfit(("workforce", "leaving", "no_new_patients"), found, expected)


def _supervision(plan: Plan) -> Iterator[Misfit]:
    for name, role in plan.workforce.roles.items():
        for position, supervisor in enumerate(role.supervision.by if role.supervision else ()):
            if supervisor == name:
                steps = ("workforce", "roles", name, "supervision", "by", position)
                yield Misfit(steps, f'"{name}" itself', "another role as supervisor")


_CHECKS: tuple[Callable[[Plan], Iterator[Misfit]], ...] = (
    _drift, _groups_of_sources, _ways_onward, _targets, _notice, _supervision,
)  # fmt: skip
_CHECKS_OF_TEAMS: tuple[Callable[[Plan], Iterator[Misfit]], ...] = (
    _urgent_shares, _crisis, _package_shares, _shares_onward, _sessions, _names, _eligible, _efficiencies, _leads,
    _repeated_roles, _assessors, _remote, _today,
)  # fmt: skip
