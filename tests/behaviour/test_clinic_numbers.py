"""Every number and choice of the ways in, the packages and the teams matters: changed alone it moves a run.

The shipped community teams use few of them, so that they are walked here on a small system that uses all: a clinic, and
two home teams with blocks of their own. `test_every_number.py` walks what the shipped scenarios have in common.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pytest

from tests.behaviour.paired import same_run
from tests.behaviour.test_every_number import farthest, moved, refused_or_read
from tests.behaviour.worlds import SEVERITIES, Tree, changed, scenario_of
from workforce_sim.engine.simulate import RawRun, simulate
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.scenario.numbers import Number, numbers, with_numbers
from workforce_sim.scenario.scenario import Scenario

REPLICATIONS = 6

SYSTEM = """
name: A clinic and two home teams
start: 2026-04-01
horizon: 65 weeks
severities: [mild, moderate, severe]
groups:
  near: {share: 60%}
  far: {share: 40%, dna: x1.3, gives_up: x1.3, cannot_use_remote: +10 points}

demand:
  sources:
    gp:
      team: clinic
      referrals: 9 per week
      crisis: 5%
      urgent: 15%
      severity: {mild: 40%, moderate: 40%, severe: 20%}
      groups: {near: 30%, far: 70%}
    ward:
      team: home
      referrals: 2 per week
      crisis: 40%
      urgent: 10%
      severity: {mild: 20%, moderate: 40%, severe: 40%}
      groups: {near: 55%, far: 45%}
  declined:
    share: 15%
    bounce_back: 60%
    within: 12 weeks
    bounce_back_worse: 50%
    rising: {switch: on, list: 12, if_double: 15%, most: 25%}
  deterred: {switch: on, list: 12, if_double: 15%, most: 25%}
  returns: {share: 40%, median: 15 weeks, early: {below: 70%, times: x1.5}}

waiting:
  order: severity
  standard: {mild: 8 weeks, moderate: 6 weeks, severe: 4 weeks}
  near_breach: 2 weeks
  notice: 5 days
  per_week: {gives_up: 1%, worsens: 1%, crisis: 1%}
triage: {roles: [nurse, psychologist], takes: 20 minutes, limits: {psychologist: [mild]}}
opt_in:
  no_response: {mild: 20%, moderate: 15%, severe: 10%}
  answers_after: {median: 4 days, p90: 12 days}
  within: 2 weeks
assessment:
  roles: [nurse, psychologist]
  takes: 90 minutes
  to_treatment: {mild: 80%, moderate: 90%, severe: 95%}
  remote: 40%
  urgent_slots: 20%
  second: {share: {mild: 20%, moderate: 25%, severe: 30%}, after_remote: +15 points, takes: 60 minutes, after: 10 days}
  joint: {share: {mild: 15%, moderate: 20%, severe: 40%}, roles: [psychologist, nurse], takes: 60 minutes}
  onward:
    - {to: home, share: {mild: 5%, moderate: 10%, severe: 20%}}
    - {to: visits, share: {mild: 3%, moderate: 5%, severe: 10%}}
did_not_attend: {assessment: 12%, contacts: 12%}
crisis: {roles: [nurse, home_worker], contacts: 2, takes: 60 minutes, standard: 1 day}
contacts_by_severity: {mild: x0.8, severe: x1.4}

packages:
  course:
    team: clinic
    share: {mild: 50%, moderate: 30%, severe: 10%}
    caseload_weight: 0.3
    lead: {roles: [nurse], contacts: 5, every: 1 week, takes: 100 minutes, session: {size: 6, least: 3, wait: 2 weeks}}
    steps: [{to: therapy, share: {mild: 20%, moderate: 30%, severe: 50%}}]
  therapy:
    team: clinic
    share: {mild: 30%, moderate: 30%, severe: 30%}
    lead: {roles: [psychologist], contacts: {mean: 8, sd: 3}, every: 1 week, takes: 60 minutes, remote: 30%}
  coordination:
    team: clinic
    share: {mild: 20%, moderate: 40%, severe: 60%}
    lead: {roles: [nurse], contacts: {mean: 9, sd: 3}, every: 2 weeks, takes: 60 minutes, dna: 15%}
    also:
      - {name: talks, roles: [psychologist], contacts: 4, every: 3 weeks, takes: 45 minutes, named: on}
      - name: skills
        roles: [psychologist, nurse]
        contacts: 3
        every: 2 weeks
        takes: 90 minutes
        session: {size: 4, least: 2, wait: 10 days}
    steps: [{to: home, share: {mild: 10%, moderate: 20%, severe: 40%}}, {to: course, share: 10%}]
  visits:
    team: home
    share: 100%
    lead: {roles: [home_worker], contacts: {mean: 6, sd: 2}, every: 5 days, takes: 60 minutes}
    steps: [{to: coordination, share: {mild: 20%, moderate: 30%, severe: 30%}}]

in_treatment:
  per_week: {drops_out: 0.5%, crisis: {mild: 2%, moderate: 3%, severe: 5%}}
  relapse: {switch: on, above: 5, gain: 10%, most: x1.6}
discharge:
  early: {switch: on, list: 15, after: 60%}
  review: {every: 3, ends: 15%}
handover: {extra_contacts: 1, longer_course: 10%, drops_out: 5%}
remote:
  policy: rule
  share: {mild: 40%, moderate: 30%, severe: 20%}
  saves: 15 minutes
  cannot_use: {mild: 5%, moderate: 10%, severe: 15%}
  fails: 5%
  weaker: {more_contacts: 30%, drops_out: 3%, where_chosen: x0.4}

teams:
  clinic:
    today:
      waiting: {assessment: 12, therapy: 8, coordination: 6}
      waited: {assessment: 3 weeks, treatment: {median: 4 weeks, p90: 9 weeks}}
      caseload: 30
      discharges: 3 per week
  home:
    copies: 2
    calendar: {working_days: mon-sun}
    waiting:
      order: fifo
      standard: {mild: 3 weeks, moderate: 2 weeks, severe: 1 week}
      near_breach: 4 days
      notice: 2 days
      per_week: {gives_up: 3%, worsens: 2%, crisis: {mild: 2%, moderate: 3%, severe: 4%}}
    triage: {roles: [home_worker], takes: 15 minutes}
    opt_in: {no_response: 10%, answers_after: 2 days, within: 6 days}
    assessment:
      roles: [home_worker]
      takes: 75 minutes
      to_treatment: 90%
      remote: 20%
      urgent_slots: 30%
      second: {share: 10%, after_remote: +20 points, takes: 45 minutes, after: 4 days}
      joint: {share: 20%, roles: [home_worker], takes: 45 minutes}
      onward: [{to: clinic, share: {mild: 30%, moderate: 20%, severe: 10%}}]
    did_not_attend:
      assessment: 15%
      contacts: 15%
      slot_lost: 40%
      rebook_after: 4 days
      close_after: {assessment: 1, contacts: 2}
    crisis: {roles: [home_worker], contacts: 3, takes: 45 minutes, standard: 1 day}
    discharge: {early: {switch: on, list: 5, after: 50%}, review: {every: 2, ends: 10%}}
    in_treatment:
      per_week: {drops_out: 1%, crisis: 4%}
      stretch: {switch: on, longer_course: 20% per week}
      relapse: {switch: on, above: 3, gain: 15%, most: x1.5}
    handover: {extra_contacts: 2, longer_course: 30%, drops_out: 10%}
    remote:
      policy: choice
      share: 40%
      saves: 10 minutes
      cannot_use: 10%
      fails: 8%
      weaker: {more_contacts: 40%, drops_out: 5%, where_chosen: x0.7}
    today:
      waiting: {assessment: 3, visits: 2}
      waited: {assessment: 1 week, treatment: 2 weeks}
      caseload: {visits: 6}
      discharges: 1 per week

workforce:
  leaving: {notice: 4 weeks, no_new_patients: 2 weeks}
  hiring: {approval: 2 weeks, round: 6 weeks, fill: 80%}
  roles:
    nurse:
      team: clinic
      funded: 3.5 wte
      leavers: 40% per year
      clinical_share: 60%
      caseload: 22
      job_plan: {assessment: 35%, treatment: 65%}
    psychologist:
      team: clinic
      funded: 2 wte
      leavers: 40% per year
      clinical_share: 60%
      caseload: 16
      job_plan: {assessment: 25%, treatment: 75%}
    home_worker:
      team: home
      also_serves: [clinic]
      funded: 2 wte
      leavers: 40% per year
      clinical_share: 55%
      caseload: 7
      job_plan: {assessment: 35%, treatment: 65%}
"""

NEW = re.compile(
    r"teams\.|triage\.|opt_in\.|discharge\.|remote\.|crisis\.standard|waiting\.(near_breach|notice)|"
    r"assessment\.(remote|urgent_slots|second|joint)|demand\.(deterred|declined\.rising|returns\.early)|"
    r"demand\.declined\.bounce_back_worse|demand\.sources\.\w+\.(crisis|groups)|in_treatment\.relapse|"
    r"packages\.\w+\.share|packages\.coordination\.(talks|skills)|packages\.course\."
)
"""Paths of the numbers that are walked."""

SWITCHES = {
    "remote.weaker.where_chosen": ("remote.policy", "choice"),
}
"""Path → what must be otherwise for the number to matter."""


@lru_cache(maxsize=4)
def base(*edits: tuple[str, Any]) -> tuple[Scenario, list[RawRun]]:
    """The system with some words changed, and its replications."""
    tree = changed(scenario_of(SYSTEM).tree, *edits)
    return scenario_of(tree), replications(tree)


def replications(world: Tree | Scenario) -> list[RawRun]:
    """All replications of a world."""
    inputs = compile_inputs(scenario_of(world))
    return [simulate(inputs, 1, replication) for replication in range(REPLICATIONS)]


def known(scenario: Scenario) -> dict[str, Number]:
    """Path → number."""
    return {number.path: number for number in numbers(scenario)}


def moves(world: Tree | Scenario, runs: list[RawRun]) -> bool:
    """Is any replication another?"""
    inputs = compile_inputs(scenario_of(world))
    return not all(same_run(run, simulate(inputs, 1, run.replication)) for run in runs)


def choices(path: str, scenario: Scenario) -> list[dict[Number, float]]:
    """Other values of a number, noticeable ones first, then far ones; shares of packages and groups with a partner."""
    all_known = known(scenario)
    number = all_known[path]
    whole = [other for other in all_known.values() if alike(other, number)]
    if whole:
        one, other = number.value or 0.0, next(w for w in whole if w != number and (w.value or 0.0) >= 0.1)
        return [{number: one + 0.1, other: (other.value or 0.0) - 0.1}]
    return [moved(number, all_known), *({number: value} for value in farthest(number))]


def alike(other: Number, number: Number) -> bool:
    """Do both add up to 1, with others of their kind? The shares of a team's packages, or of a source's groups."""
    one, two = number.path.split("."), other.path.split(".")
    if re.fullmatch(r"demand\.sources\.\w+\.groups\.\w+", number.path):
        return one[:-1] == two[:-1]
    shares = r"packages\.(course|therapy|coordination)\.share\.\w+"
    return bool(re.fullmatch(shares, number.path) and re.fullmatch(shares, other.path)) and one[-1] == two[-1]


WALKED = [path for path in known(scenario_of(SYSTEM)) if NEW.match(path)]


# Tried by hand: rules in which `near_breach` is always none, or `second.after` always two weeks, fail their cases.
@pytest.mark.parametrize("path", WALKED)
def test_every_new_number_moves_a_run(path: str) -> None:
    """A number of the system, changed on its own, changes some replication or is refused."""
    scenario, runs = base(*(SWITCHES[path],)) if path in SWITCHES else base()
    read = [refused_or_read(with_numbers(scenario.tree, scenario, choice)) for choice in choices(path, scenario)]
    assert read[0] is None or any(moves(other, runs) for other in read if other is not None)


def ways(tree: Tree) -> dict[str, list[Tree]]:
    """Dotted path → the ways onward that stand there."""
    packages = {f"packages.{name}.steps": package.get("steps", []) for name, package in tree["packages"].items()}
    own = tree["teams"]["home"]["assessment"]["onward"]
    return packages | {"assessment.onward": tree["assessment"]["onward"], "teams.home.assessment.onward": own}


def percent(way: Tree, severity: str) -> int:
    """How many of a hundred people of a severity go a way."""
    share = way["share"]
    return int((share if isinstance(share, str) else share[severity]).removesuffix("%"))


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize(
    ("path", "place"), [(path, n) for path, found in ways(scenario_of(SYSTEM).tree).items() for n in range(len(found))]
)
def test_every_share_of_a_way_moves_a_run(path: str, place: int, severity: str) -> None:
    """If all people of a severity who go no other way go this one, some replication is another."""
    scenario, runs = base()
    found = ways(scenario.tree)[path]
    now = {s: percent(found[place], s) for s in SEVERITIES}
    now[severity] = 100 - sum(percent(way, severity) for n, way in enumerate(found) if n != place)
    shares = {s: f"{share}%" for s, share in now.items()}
    assert moves(changed(scenario.tree, (f"{path}.{place}.share", shares)), runs)


WORDS: list[tuple[str, Any]] = [
    ("waiting.order", "fifo"), ("waiting.order", "target"), ("waiting.near_breach", None), ("triage", None),
    ("opt_in", None), ("triage.roles", ["nurse"]), ("triage.limits", None),
    ("assessment.second", None), ("assessment.joint", None), ("assessment.joint.roles", ["nurse", "psychologist"]),
    ("assessment.onward", None), ("assessment.onward", [{"to": "visits", "share": "10%"}]), ("demand.deterred", None),
    ("demand.deterred.switch", "off"), ("demand.declined.rising", None), ("demand.declined.rising.switch", "off"),
    ("demand.returns.early", None), ("demand.sources.gp.groups", None), ("demand.sources.gp.team", "home"),
    ("crisis.roles", ["nurse"]), ("packages.course.lead.session", None), ("packages.course.steps.0.to", "coordination"),
    ("packages.coordination.also.0.named", "off"), ("packages.coordination.also.1.session", None),
    ("packages.coordination.steps", None), ("packages.coordination.steps.0.to", "visits"),
    ("in_treatment.relapse.switch", "off"), ("discharge.early.switch", "off"), ("discharge.early", None),
    ("discharge.review", None), ("remote.policy", "choice"), ("remote.weaker", None),
    ("teams.clinic.copies", 2), ("teams.home.lists", "pooled"), ("teams.home.calendar", None),
    ("teams.home.calendar.country", "none"), ("teams.home.waiting", None), ("teams.home.waiting.order", "severity"),
    ("teams.home.did_not_attend", None), ("teams.home.discharge", None),
    ("teams.home.in_treatment", None), ("teams.home.in_treatment.stretch.switch", "off"),
    ("teams.home.in_treatment.relapse.switch", "off"), ("teams.home.handover", None), ("teams.home.remote", None),
    ("teams.home.remote.policy", "rule"), ("teams.home.today", None), ("teams.home.opt_in", None),
    ("teams.home.discharge.early.switch", "off"),
    ("workforce.roles.home_worker.also_serves", None),
]  # fmt: skip
"""(dotted path, another word; None takes the block out)."""


@pytest.mark.parametrize(("path", "word"), WORDS, ids=[f"{path}-{word}" for path, word in WORDS])
def test_every_choice_moves_a_run(path: str, word: Any) -> None:
    """A word of the system, changed or taken out, changes some replication or is refused."""
    scenario, runs = base()
    other = refused_or_read(changed(scenario.tree, (path, word)))
    assert other is None or moves(other, runs)


def test_the_walk_covers_the_fields_that_the_clinic_has() -> None:
    """Every kind of new number is in the walk, and what is switched on for one stands in it."""
    assert len(WALKED) > 150
    assert set(SWITCHES) <= set(WALKED)
