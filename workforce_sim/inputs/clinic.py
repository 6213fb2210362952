"""The clinic's rules in one epoch, from scenario to arrays.

In: the scenario as it stands on a day, the names and the book of laws. Out: `Rules`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from workforce_sim.inputs.codes import Chance, Names, Order, SeriesRule, Setting
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
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.streams import CERTAIN, threshold

DAYS_PER_WEEK = 7.0
ASSESSMENT, CRISIS = "assessment", "crisis"
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
    treated = [pace(_greatest_sum(stage, _treatment_rates)) for stage in stages]
    untils = [[_changes_after(rates, k, first_days) for k in range(len(stages))] for rates in (waiting, treated)]
    return [Pace(*row) for row in zip(waiting, treated, *untils, strict=True)]


def _changes_after(rates: list[float], epoch: int, first_days: list[int]) -> int:
    """The first day after an epoch's on which the rate is another; NEVER if it stays."""
    later = (first_days[k] for k in range(epoch + 1, len(rates)) if rates[k] != rates[epoch])
    return next(later, NEVER)


def _greatest_sum(scenario: Scenario, rates: Any) -> float:
    sums = (sum(rates(scenario, s, group)) for s in scenario.severities for group in scenario.groups)
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
    """Every task of a scenario, in name order."""
    assessment, crisis = scenario.assessment, scenario.crisis
    tasks = [Task(ASSESSMENT, assessment.takes, assessment.roles, assessment.limits, assessment.efficiency)]
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
    """The rules of an epoch. The law tables are filled in by `with_laws` when all epochs are known."""
    seconds, rank = _task_times(scenario, names)
    series, package_series = _series_rules(scenario, names, laws)
    carry_treatment, carry_assessment = _carry(names, seconds)
    return Rules(
        setting=_settings(scenario, names, laws, rates),
        chance=_chances(scenario, names, rates),
        series=series,
        package_series=package_series,
        package_chance=_package_chances(scenario, names),
        seconds=seconds,
        rank=rank,
        pools=_pools(names, rank),
        standard=np.array([round(scenario.waiting.standard[s]) for s in names.severities], dtype=np.int64),
        urgent=np.array([threshold(_urgent(scenario, source)) for source in names.sources], dtype=np.int64),
        carry_treatment=carry_treatment,
        carry_assessment=carry_assessment,
        coordinates=_coordinates(scenario, names),
        heaviest=_heaviest(scenario, names),
        law=np.empty((0, 3), dtype=np.int64),
        law_threshold=np.empty(0, dtype=np.int64),
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
    own = scenario.demand.sources[source].urgent
    return scenario.demand.urgent if own is None else own


def _pools(names: Names, rank: np.ndarray) -> np.ndarray:
    """Rules.pools: the tasks that nobody is named for, and those that support roles may cover."""
    pools = np.full((len(names.roles), len(names.tasks) + 1), -1, dtype=np.int64)
    of_nobody = [t for t, name in enumerate(names.tasks) if "/" in name and not name.endswith(f"/{LEAD}")]
    for role in range(len(names.roles)):
        open_to = [task for task in of_nobody if rank[task, role] >= 0]
        pools[role, : len(open_to)] = open_to
    return pools


def _settings(scenario: Scenario, names: Names, laws: LawBook, rates: Pace) -> np.ndarray:
    missed, handover = scenario.did_not_attend, scenario.handover
    setting = np.zeros(Setting.N, dtype=np.int64)
    setting[Setting.ORDER] = Order[scenario.waiting.order.upper()]
    setting[Setting.ASSESSMENT_TASK] = names.tasks.index(ASSESSMENT)
    setting[Setting.CRISIS_TASK] = names.tasks.index(CRISIS) if CRISIS in names.tasks else -1
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
    setting[Setting.HEAPS_PER_TEAM] = (2 + packages + tasks) * severities
    setting[Setting.CRISIS_HEAPS] = (1 + packages) * severities
    setting[Setting.POOL_HEAPS] = (2 + packages) * severities
    setting[Setting.OWN_HEAPS] = len(names.teams) * setting[Setting.HEAPS_PER_TEAM]
    setting[Setting.PLACES] = most_places(scenario, names)
    return setting


def most_places(scenario: Scenario, names: Names) -> int:
    """The greatest number of series that a package has."""
    return max(len(series_of(scenario, package)) for package in names.packages)


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
    return row


def _series_rules(scenario: Scenario, names: Names, laws: LawBook) -> tuple[np.ndarray, np.ndarray]:
    """(Rules.series, Rules.package_series)."""
    places = most_places(scenario, names)
    rules = np.zeros((len(names.series), len(names.severities), len(names.groups), SeriesRule.N), dtype=np.int64)
    package_series = np.full((len(names.packages), places), -1, dtype=np.int64)
    for p, package in enumerate(names.packages):
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
    rule[SeriesRule.REMOTE] = threshold(scenario.remote.share if block.remote is None else block.remote)
    rule[SeriesRule.SUPPORT] = 0 if support is None else threshold(support.share_of_lead_contacts)
    rule[SeriesRule.STRETCH] = round(longer * CERTAIN)
    return rule


def _package_chances(scenario: Scenario, names: Names) -> np.ndarray:
    shares = np.cumsum([scenario.packages[package].share for package in names.packages])
    cumulative = np.array([threshold(p) for p in shares / shares[-1]], dtype=np.int64)
    return np.tile(cumulative, (len(names.severities), 1))


def _task_times(scenario: Scenario, names: Names) -> tuple[np.ndarray, np.ndarray]:
    """(Rules.seconds, Rules.rank)."""
    seconds = np.full((len(names.tasks), 2, len(names.severities), len(names.roles)), -1, dtype=np.int64)
    rank = np.full((len(names.tasks), len(names.roles)), -1, dtype=np.int64)
    for number, task in enumerate(tasks_of(scenario)):
        saved = scenario.remote.saves if "/" in task.name else 0.0
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
    assessment = names.tasks.index(ASSESSMENT)
    treatment = np.delete(longest, assessment, axis=0).max(axis=0, initial=0)
    return treatment.astype(np.int64), longest[assessment].astype(np.int64)


def with_laws(rules: Rules, laws: LawBook) -> Rules:
    """The rules with the tables of all laws in the book."""
    law, law_threshold = laws.tables()
    return rules._replace(law=law, law_threshold=law_threshold)
