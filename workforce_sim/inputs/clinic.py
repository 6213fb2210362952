"""The clinic's rules in one epoch, from scenario to arrays.

In: the scenario as it stands on a day, the names and the book of laws. Out: `Rules`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workforce_sim.inputs.codes import GUIDE, Chance, Names, Order, SeriesRule, Session, Setting
from workforce_sim.inputs.laws import (
    NEVER,
    Law,
    LawBook,
    exponential,
    fixed,
    from_quantiles,
    geometric,
    pace,
    rounded,
    uniform,
)
from workforce_sim.inputs.rules import Rules
from workforce_sim.scenario.care import Step
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.teams import kinds, of_kind
from workforce_sim.streams import CERTAIN, threshold

DAYS_PER_WEEK = 7.0
ASSESSMENT, SECOND, JOINT = "assessment", "second assessment", "joint assessment"
TRIAGE, CRISIS = "triage", "crisis"
LEAD, SUPPORT = "lead", "support"


@dataclass(frozen=True)
class Pace:
    """Daily rates of candidate days, waiting and in treatment, at least the greatest sum of rates; until when."""

    waiting: float
    in_treatment: float
    waiting_until: int
    in_treatment_until: int


def paces(stages: list[Scenario], first_days: list[int]) -> list[Pace]:
    """The rates of uniformization by epoch: powers of two, so that small changes leave the candidate days alone."""
    waiting = [pace(_greatest_sum(stage, _waiting_rates)) for stage in stages]
    treated = [pace(_greatest_sum(stage, _most_in_treatment)) for stage in stages]
    untils = [[_changes_after(rates, k, first_days) for k in range(len(stages))] for rates in (waiting, treated)]
    return [Pace(*row) for row in zip(waiting, treated, *untils, strict=True)]


def _changes_after(rates: list[float], epoch: int, first_days: list[int]) -> int:
    """The first day after an epoch's on which the rate is another; NEVER if it stays."""
    later = (first_days[k] for k in range(epoch + 1, len(rates)) if rates[k] != rates[epoch])
    return next(later, NEVER)


def _greatest_sum(scenario: Scenario, rates: Any) -> float:
    teams = [of_kind(scenario, kind) for kind in kinds(scenario)]
    sums = (sum(rates(team, s, group)) for team in teams for s in scenario.severities for group in scenario.groups)
    return float(max(sums))


def _waiting_rates(scenario: Scenario, severity: str, group: str) -> tuple[float, float, float]:
    """Daily chances of giving up, worsening and crisis."""
    weekly, own = scenario.waiting.per_week, scenario.groups[group]
    gives_up = weekly.gives_up[severity] * own.gives_up
    return _daily(gives_up), _daily(weekly.worsens[severity]), _daily(weekly.crisis[severity])


def _treatment_rates(scenario: Scenario, severity: str, group: str) -> tuple[float, float]:
    """Daily chances of dropping out and crisis."""
    weekly, own = scenario.in_treatment.per_week, scenario.groups[group]
    return _daily(weekly.drops_out[severity] * own.drops_out), _daily(weekly.crisis[severity])


def _most_in_treatment(scenario: Scenario, severity: str, group: str) -> tuple[float, float]:
    """The same, with as many crises as high caseloads may bring."""
    drops_out, crisis = _treatment_rates(scenario, severity, group)
    relapse = scenario.in_treatment.relapse
    return drops_out, crisis * (relapse.most if relapse.switch else 1.0)


def _daily(weekly: float) -> float:
    """The chance on each of seven days that adds up to a chance in a week."""
    return float(1.0 - (1.0 - min(weekly, 1.0)) ** (1.0 / 7.0))


def series_of(scenario: Scenario, package: str) -> list[tuple[str, Any]]:
    """(name, block) of the series of a package that have contacts of their own: first the lead, then the pooled."""
    block = scenario.packages[package]
    return [(LEAD, block.lead), *((s.name, s) for s in block.also if not is_support(s))]


def is_support(block: Any) -> bool:
    """True for the `also` item by which support roles cover some of the lead's contacts."""
    return hasattr(block, "share_of_lead_contacts")


def support_of(scenario: Scenario, package: str) -> Any:
    """The support item of a package, or None."""
    return next((s for s in scenario.packages[package].also if is_support(s)), None)


@dataclass(frozen=True)
class Task:
    """A kind of appointment: who may do it, for whom, how well and in how many minutes."""

    name: str
    minutes: float
    roles: list[str]
    limits: dict[str, list[str]]
    efficiency: dict[str, dict[str, float]]


def tasks_of(scenario: Scenario) -> list[Task]:
    """Every task of a team, in name order; tasks of one name are one in all teams, but each has its own minutes."""
    assessment, crisis, first = scenario.assessment, scenario.crisis, scenario.triage
    second, joint = assessment.second, assessment.joint
    tasks = [Task(ASSESSMENT, assessment.takes, assessment.roles, assessment.limits, assessment.efficiency)]
    if second is not None:
        tasks.append(Task(SECOND, second.takes, assessment.roles, assessment.limits, assessment.efficiency))
    if joint is not None:
        tasks.append(Task(JOINT, joint.takes, joint.roles, {}, {}))
    if first is not None:
        tasks.append(Task(TRIAGE, first.takes, first.roles, first.limits, {}))
    if crisis is not None:
        tasks.append(Task(CRISIS, crisis.takes, crisis.roles, {}, {}))
    for package, block in scenario.packages.items():
        for name, series in series_of(scenario, package):
            tasks.append(Task(f"{package}/{name}", series.takes, series.roles, series.limits, series.efficiency))
        support = support_of(scenario, package)
        if support is not None:
            minutes = block.lead.takes if support.takes is None else support.takes
            tasks.append(Task(f"{package}/{SUPPORT}", minutes, support.roles, support.limits, support.efficiency))
    return sorted(tasks, key=lambda task: task.name)


def contacts_law(distribution: Any, factor: float) -> Law:
    """The law of a number of contacts, times the factor of a severity."""
    if distribution.kind == "fixed":
        return fixed(max(1.0, distribution.a * factor))
    return rounded(distribution.a * factor, distribution.b * factor, 1)


def days_law(distribution: Any, least: int = 0) -> Law:
    """The law of a duration in days."""
    if distribution.kind == "fixed":
        return fixed(max(distribution.a, float(least)))
    if distribution.kind == "median_p90":
        return from_quantiles(distribution.a, distribution.b)
    return rounded(distribution.a, distribution.b, least)


def compile_rules(scenario: Scenario, names: Names, laws: LawBook, rates: Pace) -> Rules:
    """The rules of an epoch, as a kind of team follows them; `together` fills in the laws when all epochs are known."""
    seconds, rank = _task_times(scenario, names)
    series, package_series = _series_rules(scenario, names, laws)
    carry_treatment, carry_assessment = _carry(names, seconds)
    session = _sessions(scenario, names)
    return Rules(
        setting=_settings(scenario, names, laws, rates),
        chance=_chances(scenario, names, rates),
        series=series,
        package_series=package_series,
        package_chance=_package_chances(scenario, names),
        seconds=seconds,
        rank=rank,
        serves=_serves(scenario, names),
        pools=_pools(names, rank, session),
        standard=np.array([round(scenario.waiting.standard[s]) for s in names.severities], dtype=np.int64),
        package_kind=np.array(names.kind_of_package, dtype=np.int64),
        step_chance=_step_chances(scenario, names),
        onward=_onward(names, scenario.assessment.onward),
        session=session,
        urgent=np.array(
            [threshold(min(1.0, _urgent(scenario, s) + _crisis_route(scenario, s))) for s in names.sources],
            dtype=np.int64,
        ),
        crisis_route=np.array([threshold(_crisis_route(scenario, s)) for s in names.sources], dtype=np.int64),
        carry_treatment=carry_treatment,
        carry_assessment=carry_assessment,
        coordinates=_coordinates(scenario, names),
        heaviest=_heaviest(scenario, names),
        law=np.empty((0, 3), dtype=np.int64),
        law_threshold=np.empty(0, dtype=np.int64),
        law_guide=np.empty((0, GUIDE + 1), dtype=np.int32),
    )


def _coordinates(scenario: Scenario, names: Names) -> np.ndarray:
    """Rules.coordinates; the last column stands for nobody."""
    registered = [scenario.workforce.roles[role].registered for role in names.roles]
    needs = scenario.safety.registered_coordinator
    return np.array([[severity not in needs or own for own in (*registered, False)] for severity in names.severities],
                    dtype=np.uint8)  # fmt: skip


def _heaviest(scenario: Scenario, names: Names) -> np.ndarray:
    limits = (scenario.workforce.roles[role].heaviest for role in names.roles)
    return np.array([NEVER if limit is None else round(limit * 1000) for limit in limits], dtype=np.int64)


def _urgent(scenario: Scenario, source: str) -> float:
    if source not in scenario.demand.sources:
        return 0.0
    own = scenario.demand.sources[source].urgent
    return scenario.demand.urgent if own is None else own


def _crisis_route(scenario: Scenario, source: str) -> float:
    return float(scenario.demand.sources[source].crisis) if source in scenario.demand.sources else 0.0


def _step_chances(scenario: Scenario, names: Names) -> np.ndarray:
    """Rules.step_chance."""
    shape = (len(names.packages), len(names.severities), len(names.packages) + len(names.kinds))
    chance = np.zeros(shape, dtype=np.int64)
    for package, block in scenario.packages.items():
        chance[names.packages.index(package)] = _onward(names, block.steps)
    return chance


def _onward(names: Names, steps: Sequence[Step]) -> np.ndarray:
    """int64, (severity, target): cumulative thresholds of the ways onward."""
    targets = (*names.packages, *names.kinds)
    share = np.zeros((len(names.severities), len(targets)))
    for step in steps:
        share[:, targets.index(step.to)] = [step.share[s] for s in names.severities]
    return np.array([[threshold(min(1.0, p)) for p in row] for row in np.cumsum(share, axis=1)], dtype=np.int64)


def _sessions(scenario: Scenario, names: Names) -> np.ndarray:
    """Rules.session."""
    session = np.zeros((len(names.tasks), Session.N), dtype=np.int64)
    for package in scenario.packages:
        for name, series in series_of(scenario, package):
            if series.session is not None:
                task = names.tasks.index(f"{package}/{name}")
                session[task] = series.session.size, series.session.least, round(series.session.wait)
    return session


def _serves(scenario: Scenario, names: Names) -> np.ndarray:
    """Rules.serves."""
    roles = scenario.workforce.roles
    return np.array([[kind in roles[role].also_serves for kind in names.kinds] for role in names.roles], dtype=np.uint8)


def _pools(names: Names, rank: np.ndarray, session: np.ndarray) -> np.ndarray:
    """Rules.pools: the tasks that nobody is named for, and those that support roles may cover."""
    pools = np.full((len(names.roles), len(names.tasks) + 1), -1, dtype=np.int64)
    in_groups = {t for t, size in enumerate(session[:, Session.SIZE]) if size}
    of_nobody = [
        t for t, name in enumerate(names.tasks) if "/" in name and (t in in_groups or not name.endswith(f"/{LEAD}"))
    ]
    for role in range(len(names.roles)):
        open_to = [task for task in of_nobody if rank[task, role] >= 0]
        pools[role, : len(open_to)] = open_to
    return pools


def _settings(scenario: Scenario, names: Names, laws: LawBook, rates: Pace) -> np.ndarray:
    missed, handover = scenario.did_not_attend, scenario.handover
    setting = np.zeros(Setting.N, dtype=np.int64)
    setting[Setting.ORDER] = Order[scenario.waiting.order.upper()]
    setting[Setting.ASSESSMENT_TASK] = names.tasks.index(ASSESSMENT)
    setting[Setting.CRISIS_TASK] = -1 if scenario.crisis is None else names.tasks.index(CRISIS)
    setting[Setting.CRISIS_CONTACTS] = scenario.crisis.contacts if scenario.crisis is not None else 0
    setting[Setting.SLOT_LOST] = round(missed.slot_lost * 65536)
    setting[Setting.REBOOK_DAYS] = round(missed.rebook_after)
    setting[Setting.CLOSE_AFTER_ASSESSMENTS] = missed.close_after.assessment
    setting[Setting.CLOSE_AFTER_CONTACTS] = missed.close_after.contacts
    setting[Setting.HANDOVER_CONTACTS] = handover.extra_contacts
    setting[Setting.HANDOVER_LONGER] = round(handover.longer_course * CERTAIN)
    setting[Setting.OVERTIME_AFTER] = round(scenario.workforce.overtime.when_overdue)
    setting[Setting.BEFALL_LAW] = laws.number(geometric(rates.waiting))
    setting[Setting.BEFALL_LAW_IN_TREATMENT] = laws.number(geometric(rates.in_treatment))
    setting[Setting.PACE_UNTIL] = rates.waiting_until
    setting[Setting.PACE_UNTIL_IN_TREATMENT] = rates.in_treatment_until
    setting[Setting.BOUNCE_LAW] = laws.number(uniform(scenario.demand.declined.within))
    setting[Setting.RETURN_LAW] = laws.number(exponential(scenario.demand.returns.median))
    severities, packages, tasks = len(names.severities), len(names.packages), len(names.tasks)
    setting[Setting.HEAPS_PER_TEAM] = (3 + packages + tasks) * severities
    setting[Setting.CRISIS_HEAPS] = (1 + packages) * severities
    setting[Setting.TRIAGE_HEAPS] = (2 + packages) * severities
    setting[Setting.POOL_HEAPS] = (3 + packages) * severities
    setting[Setting.PLACES] = most_places(names)
    _set_ways_in(setting, scenario, names, laws)
    _set_policies(setting, scenario)
    return setting


def _set_ways_in(setting: np.ndarray, scenario: Scenario, names: Names, laws: LawBook) -> None:
    """Triage, opting in, notice, and all about assessments."""
    opt_in, waiting, assessment = scenario.opt_in, scenario.waiting, scenario.assessment
    for place, task, block in (
        (Setting.TRIAGE_TASK, TRIAGE, scenario.triage),
        (Setting.SECOND_TASK, SECOND, assessment.second),
        (Setting.JOINT_TASK, JOINT, assessment.joint),
    ):
        setting[place] = -1 if block is None else names.tasks.index(task)
    setting[Setting.OPT_IN_LAW] = -1 if opt_in is None else laws.number(days_law(opt_in.answers_after, least=1))
    setting[Setting.OPT_IN_DAYS] = 0 if opt_in is None else max(1, round(opt_in.within))
    setting[Setting.NOTICE] = round(waiting.notice)
    setting[Setting.NEAR_BREACH] = -1 if waiting.near_breach is None else round(waiting.near_breach)
    setting[Setting.CARVE_OUT] = round(assessment.urgent_slots * 65536)
    setting[Setting.SECOND_AFTER] = 0 if assessment.second is None else round(assessment.second.after)
    setting[Setting.CRISIS_STANDARD] = 0 if scenario.crisis is None else round(scenario.crisis.standard)
    setting[Setting.REMOTE_BY_PERSON] = scenario.remote.policy == "choice"


def _set_policies(setting: np.ndarray, scenario: Scenario) -> None:
    """How courses end early, and the loops from lists and caseloads."""
    discharge, returns, declined = scenario.discharge, scenario.demand.returns, scenario.demand.declined
    early, review, relapse = discharge.early, discharge.review, scenario.in_treatment.relapse
    setting[Setting.EARLY_LIST] = -1
    if early is not None and early.switch:
        setting[Setting.EARLY_LIST], setting[Setting.EARLY_FROM] = early.list, round(early.after * 65536)
    if review is not None:
        setting[Setting.REVIEW_EVERY], setting[Setting.REVIEW_ENDS] = review.every, threshold(review.ends)
    setting[Setting.RETURN_FULL] = 0 if returns.early is None else round(returns.early.below * 65536)
    for loop, first in ((scenario.demand.deterred, Setting.DETER_LIST), (declined.rising, Setting.RISING_LIST)):
        if loop is not None and loop.switch:
            setting[first : first + 3] = loop.list, threshold(loop.if_double), threshold(loop.most)
    setting[Setting.BOUNCES_WORSE] = threshold(declined.bounce_back_worse)
    setting[Setting.RELAPSE_ABOVE] = round(relapse.above) if relapse.switch else -1
    setting[Setting.RELAPSE_GAIN] = round(relapse.gain * 65536)
    setting[Setting.RELAPSE_MOST] = round(relapse.most * 65536)


def most_places(names: Names) -> int:
    """The greatest number of series that a package has."""
    return max(Counter(name.partition("/")[0] for name in names.series).values())


def _chances(scenario: Scenario, names: Names, rates: Pace) -> np.ndarray:
    chance = np.zeros((len(names.severities), len(names.groups), Chance.N), dtype=np.int64)
    for s, severity in enumerate(names.severities):
        for g, group in enumerate(names.groups):
            chance[s, g] = _chances_of(scenario, severity, group, rates)
    return chance


def _chances_of(scenario: Scenario, severity: str, group: str, rates: Pace) -> np.ndarray:
    own, demand = scenario.groups[group], scenario.demand
    row = np.zeros(Chance.N, dtype=np.int64)
    row[Chance.DECLINED] = threshold(demand.declined.share[severity])
    row[Chance.BOUNCES] = threshold(demand.declined.bounce_back)
    row[Chance.TO_TREATMENT] = threshold(scenario.assessment.to_treatment[severity])
    row[Chance.ASSESSMENT_MISSED] = threshold(scenario.did_not_attend.assessment * own.dna)
    waiting = np.cumsum(_waiting_rates(scenario, severity, group)) / (rates.waiting or 1.0)
    row[[Chance.GIVES_UP, Chance.WORSENS, Chance.CRISIS]] = [threshold(p) for p in waiting]
    treated = np.cumsum(_treatment_rates(scenario, severity, group)) / (rates.in_treatment or 1.0)
    row[[Chance.DROPS_OUT, Chance.CRISIS_IN_TREATMENT]] = [threshold(p) for p in treated]
    row[Chance.RETURNS] = threshold(demand.returns.share[severity])
    row[Chance.DROPS_OUT_AT_HANDOVER] = threshold(scenario.handover.drops_out * own.drops_out)
    row[Chance.CANNOT_USE_REMOTE] = threshold(scenario.remote.cannot_use[severity] + own.cannot_use_remote)
    if scenario.opt_in is not None:
        row[Chance.NO_RESPONSE] = threshold(scenario.opt_in.no_response[severity])
    missed = min(1.0, scenario.did_not_attend.assessment * own.dna)
    row[Chance.ASSESSMENT_REMOTE] = threshold(scenario.assessment.remote)
    row[Chance.ASSESSMENT_MISSED_REMOTE] = threshold(missed + (1.0 - missed) * scenario.remote.fails)
    second, joint = scenario.assessment.second, scenario.assessment.joint
    if second is not None:
        row[Chance.SECOND] = threshold(second.share[severity])
        row[Chance.SECOND_REMOTE] = threshold(min(1.0, max(0.0, second.share[severity] + second.after_remote)))
    row[Chance.JOINT] = 0 if joint is None else threshold(joint.share[severity])
    times = 1.0 if demand.returns.early is None else demand.returns.early.times
    row[Chance.RETURNS_EARLY] = threshold(min(1.0, demand.returns.share[severity] * times))
    return row


def _series_rules(scenario: Scenario, names: Names, laws: LawBook) -> tuple[np.ndarray, np.ndarray]:
    """(Rules.series, Rules.package_series)."""
    places = most_places(names)
    rules = np.zeros((len(names.series), len(names.severities), len(names.groups), SeriesRule.N), dtype=np.int64)
    package_series = np.full((len(names.packages), places), -1, dtype=np.int64)
    for p, package in enumerate(names.packages):
        if package not in scenario.packages:
            continue
        for place, (name, block) in enumerate(series_of(scenario, package)):
            number = names.series.index(f"{package}/{name}")
            package_series[p, place] = number
            for s, severity in enumerate(names.severities):
                for g, group in enumerate(names.groups):
                    rules[number, s, g] = _series_rule(scenario, names, laws, (package, name, block), severity, group)
    return rules, package_series


def _series_rule(
    scenario: Scenario, names: Names, laws: LawBook, of: tuple[str, str, Any], severity: str, group: str
) -> np.ndarray:
    package, name, block = of
    support = support_of(scenario, package) if name == LEAD else None
    weight = scenario.packages[package].caseload_weight * scenario.caseload_by_severity[severity]
    missed = scenario.did_not_attend.contacts if block.dna is None else block.dna
    stretch = scenario.in_treatment.stretch
    longer = stretch.longer_course / DAYS_PER_WEEK if stretch.switch else 0.0
    rule = np.zeros(SeriesRule.N, dtype=np.int64)
    rule[SeriesRule.TASK] = names.tasks.index(f"{package}/{name}")
    rule[SeriesRule.SUPPORT_TASK] = -1 if support is None else names.tasks.index(f"{package}/{SUPPORT}")
    rule[SeriesRule.CONTACTS_LAW] = laws.number(contacts_law(block.contacts, scenario.contacts_by_severity[severity]))
    rule[SeriesRule.INTERVAL_LAW] = laws.number(days_law(block.every, least=1))
    rule[SeriesRule.WEIGHT] = round(weight * 1000)
    not_attended = min(1.0, missed * scenario.groups[group].dna)
    rule[SeriesRule.MISSED] = threshold(not_attended)
    rule[SeriesRule.MISSED_REMOTE] = threshold(not_attended + (1.0 - not_attended) * scenario.remote.fails)
    rule[SeriesRule.REMOTE] = threshold(scenario.remote.share[severity] if block.remote is None else block.remote)
    rule[SeriesRule.NAMED] = getattr(block, "named", False)
    weaker = scenario.remote.weaker
    part = weaker.where_chosen if scenario.remote.policy == "choice" else 1.0
    rule[SeriesRule.WEAKER] = round(weaker.more_contacts * part * CERTAIN)
    rule[SeriesRule.DROPS_OUT_REMOTE] = threshold(weaker.drops_out * part) if name == LEAD else 0
    rule[SeriesRule.SUPPORT] = 0 if support is None else threshold(support.share_of_lead_contacts)
    rule[SeriesRule.STRETCH] = round(longer * CERTAIN)
    return rule


def _package_chances(scenario: Scenario, names: Names) -> np.ndarray:
    share = np.zeros((len(names.severities), len(names.packages)))
    for name, package in scenario.packages.items():
        share[:, names.packages.index(name)] = [package.share[s] for s in names.severities]
    shares = np.cumsum(share, axis=1)
    return np.array([[threshold(p) for p in row / row[-1]] for row in shares], dtype=np.int64)


def _task_times(scenario: Scenario, names: Names) -> tuple[np.ndarray, np.ndarray]:
    """(Rules.seconds, Rules.rank)."""
    seconds = np.full((len(names.tasks), 2, len(names.severities), len(names.roles)), -1, dtype=np.int64)
    rank = np.full((len(names.tasks), len(names.roles)), -1, dtype=np.int64)
    for task in tasks_of(scenario):
        number = names.tasks.index(task.name)
        is_assessment = task.name in (ASSESSMENT, SECOND, JOINT)
        may_be_remote = "/" in task.name or (is_assessment and scenario.assessment.remote > 0)
        saved = scenario.remote.saves if may_be_remote else 0.0
        for place, role in enumerate(task.roles):
            code = names.roles.index(role)
            rank[number, code] = place
            for s, severity in enumerate(names.severities):
                efficiency = task.efficiency[role][severity] if role in task.efficiency else 1.0
                if severity in task.limits.get(role, scenario.severities):
                    seconds[number, 0, s, code] = round(task.minutes * 60 / efficiency)
                    seconds[number, 1, s, code] = round((task.minutes - saved) * 60 / efficiency)
    return seconds, rank


def _carry(names: Names, seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(Rules.carry_treatment, Rules.carry_assessment): the longest task of each activity by role."""
    longest = np.maximum(seconds, 0).max(axis=(1, 2))
    is_way_in = np.array([task in (TRIAGE, ASSESSMENT, SECOND, JOINT) for task in names.tasks])
    treatment, assessment = (longest[rows].max(axis=0, initial=0) for rows in (~is_way_in, is_way_in))
    return treatment.astype(np.int64), assessment.astype(np.int64)


def together(rules: Sequence[Rules], laws: LawBook) -> tuple[Rules, ...]:
    """The rules of all kinds of team, with the tables of all laws; whoever helps out keeps time for that, too."""
    law, law_threshold = laws.tables()
    longest = np.max([own.carry_treatment for own in rules], axis=0)
    edges = np.arange(GUIDE + 1, dtype=np.int64) * (CERTAIN // GUIDE)
    guide = [first + np.searchsorted(law_threshold[first : first + n], edges, side="right") for first, n, _ in law]
    tables = {"law": law, "law_threshold": law_threshold, "law_guide": np.array(guide, dtype=np.int32)}
    return tuple(own._replace(carry_treatment=longest, **tables) for own in rules)
