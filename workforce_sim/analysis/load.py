"""Load on paper: what a planner would work out before anything is run.

In: a `Scenario`. Out: people per week, clinical hours needed and there, caseload places needed and there, on the first
day, with everybody in post settled: no luck, no queues, no growth, nobody gives up. A check of the scenario, not a
forecast; the simulation says what becomes of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from workforce_sim.scenario.care import Package, PooledSeries, Series, Support
from workforce_sim.scenario.quantities import Distribution
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.units import WEEK_DAYS, YEAR_WEEKS

BANK_HOLIDAYS = 8.0
"""In England in a year."""

WORKING_DAYS = 5.0
"""In a week, for bank holidays."""

_P90 = 1.2815515655446004
"""The 90th percentile of the standard normal law."""


class Task(NamedTuple):
    """Something that takes clinical time every week."""

    name: str
    roles: tuple[str, ...]
    times: float
    """Appointments attended per week."""
    hours: float
    """Per week at standard efficiency, missed appointments included."""


class Places(NamedTuple):
    """Caseload places of one package."""

    package: str
    starts: float
    """People per week."""
    weeks: float
    """Mean length of a course."""
    needed: float
    """Places taken up: starts a week times weeks, by weight (Little, *Operations Research* 9, 1961, 383-387)."""
    there: float
    """Places of the people in post in the roles that may lead it; a role that leads two packages counts in both."""
    roles: tuple[str, ...]


def mean(law: Distribution) -> float:
    """Mean of a law; that of a median and a 90th percentile as of a lognormal law."""
    if law.kind != "median_p90" or law.a <= 0:
        return law.a
    return law.a * math.exp((math.log(law.b / law.a) / _P90) ** 2 / 2)


def accepted_per_week(scenario: Scenario) -> dict[str, float]:
    """Severity → people accepted per week: new ones, and those who come back once that has settled.

    Of those referred, d are declined, of whom b are referred again; so a share e = (1-d) / (1-d b) is accepted in the
    end. Of those, r come back: new people are multiplied by e / (1 - r e).
    """
    accepted = {}
    for severity in scenario.severities:
        new = sum(source.referrals * source.severity[severity] for source in scenario.demand.sources.values())
        declined, back = scenario.demand.declined.share[severity], scenario.demand.returns.share[severity]
        in_the_end = (1 - declined) / max(1e-9, 1 - declined * scenario.demand.declined.bounce_back)
        accepted[severity] = new * in_the_end / max(1e-9, 1 - back * in_the_end)
    return accepted


def starts_per_week(scenario: Scenario, package: Package) -> dict[str, float]:
    """Severity → people who begin a package per week."""
    needs = scenario.assessment.to_treatment
    return {s: people * needs[s] * package.share[s] for s, people in accepted_per_week(scenario).items()}


def tasks(scenario: Scenario) -> list[Task]:
    """Everything that takes clinical time."""
    people, assessment = sum(accepted_per_week(scenario).values()), scenario.assessment
    missed = scenario.did_not_attend
    with_missed = _with_missed(scenario, missed.assessment, missed.close_after.assessment)
    found = []
    if scenario.triage is not None:
        referred = people / max(1e-9, 1 - _mean(scenario, scenario.demand.declined.share))
        found.append(Task("triage", tuple(scenario.triage.roles), referred, referred * scenario.triage.takes / 60))
    if scenario.opt_in is not None:
        people *= 1 - _mean(scenario, scenario.opt_in.no_response)
    found.append(Task("assessment", tuple(assessment.roles), people, people * assessment.takes / 60 * with_missed))
    if assessment.second is not None:
        again = people * _mean(scenario, assessment.second.share)
        hours = again * assessment.second.takes / 60 * with_missed
        found.append(Task("second assessment", tuple(assessment.roles), again, hours))
    if assessment.joint is not None:
        joint = people * _mean(scenario, assessment.joint.share)
        hours = joint * assessment.joint.takes / 60 * with_missed
        found.append(Task("second clinician", tuple(assessment.joint.roles), joint, hours))
    for name, package in scenario.packages.items():
        found += _package_tasks(scenario, name, package)
    return found


def _package_tasks(scenario: Scenario, name: str, package: Package) -> Iterator[Task]:
    support = next((item for item in package.also if isinstance(item, Support)), None)
    lead = _contacts(scenario, package, package.lead)
    shared = support.share_of_lead_contacts * lead if support else 0.0
    takes = _contact_hours(scenario, package.lead, package.lead.takes)
    yield Task(name, tuple(package.lead.roles), lead - shared, (lead - shared) * takes)
    if support:
        takes = _contact_hours(scenario, package.lead, support.takes or package.lead.takes)
        yield Task(f"{name}: {support.name}, at most", tuple(support.roles), shared, shared * takes)
    for series in package.also:
        if isinstance(series, PooledSeries):
            contacts = _contacts(scenario, package, series)
            hours = contacts * _contact_hours(scenario, series, series.takes)
            yield Task(f"{name}: {series.name}", tuple(series.roles), contacts, hours)


def _contacts(scenario: Scenario, package: Package, series: Series) -> float:
    """Contacts attended per week."""
    factors = scenario.contacts_by_severity
    return sum(n * mean(series.contacts) * factors[s] for s, n in starts_per_week(scenario, package).items())


def _contact_hours(scenario: Scenario, series: Series, takes: float) -> float:
    """Hours for each contact attended, remote ones being shorter; groups are taken to be full."""
    if series.session is not None:
        return takes / 60 / series.session.size
    policy = scenario.did_not_attend
    missed = policy.contacts if series.dna is None else series.dna
    share = scenario.remote.share
    remote = sum(share.values()) / len(share) if series.remote is None else series.remote
    hours = (takes - remote * scenario.remote.saves) / 60
    return hours * _with_missed(scenario, missed, policy.close_after.contacts)


def _mean(scenario: Scenario, share: dict[str, float]) -> float:
    """A share by severity, over all people accepted."""
    accepted = accepted_per_week(scenario)
    return sum(n * share[s] for s, n in accepted.items()) / max(1e-9, sum(accepted.values()))


def _with_missed(scenario: Scenario, missed: float, closed_after: int) -> float:
    """For each appointment attended, missed / (1 - missed) are missed, and cost a part of their time.

    No more than a person may miss in a row: where nearly all are missed, people are closed, not rebooked for ever.
    """
    return 1 + min(missed / max(1 - missed, 1e-9), closed_after) * scenario.did_not_attend.slot_lost


def clinical_hours(scenario: Scenario) -> dict[str, float]:
    """Role → hours for patients per week of all in post: leave, study, holidays, sickness and supervision taken off."""
    workforce, away = scenario.workforce, scenario.workforce.availability
    holidays = BANK_HOLIDAYS / WORKING_DAYS if scenario.calendar.country == "England" else 0.0
    weeks = 1 - ((away.annual_leave + away.study) / WEEK_DAYS + holidays) / YEAR_WEEKS
    present = workforce.full_time * weeks * (1 - away.sickness)
    hours = {name: present * role.clinical_share * role.in_post for name, role in workforce.roles.items()}
    for role in workforce.roles.values():
        if role.supervision:
            supervisors = [name for name in role.supervision.by if workforce.roles[name].in_post > 0]
            in_post = sum(workforce.roles[name].in_post for name in supervisors)
            for name in supervisors:
                hours[name] -= role.supervision.hours * role.in_post * workforce.roles[name].in_post / in_post
    return {name: max(0.0, each) for name, each in hours.items()}


def places(scenario: Scenario) -> list[Places]:
    """Caseload places needed and there, package by package."""
    found = []
    for name, package in scenario.packages.items():
        starts, lead = starts_per_week(scenario, package), package.lead
        gap = mean(lead.every) / WEEK_DAYS
        weeks = {s: max(mean(lead.contacts) * scenario.contacts_by_severity[s] - 1, 0.0) * gap for s in starts}
        people = sum(n * weeks[s] for s, n in starts.items())
        weight = {s: package.caseload_weight * scenario.caseload_by_severity[s] for s in starts}
        needed = sum(n * weeks[s] * weight[s] for s, n in starts.items())
        roles = [scenario.workforce.roles[role] for role in lead.roles]
        there = sum((role.caseload or 0.0) * role.in_post for role in roles)
        total = sum(starts.values())
        found.append(Places(name, total, people / total if total else 0.0, needed, there, tuple(lead.roles)))
    return found
