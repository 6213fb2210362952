"""The people found on day 0: on the lists, on caseloads, and those discharged of late who will come back.

In: the scenario on day 0. Out: `Opening` (the law) and OPENING rows (one replication's luck). Courses found under way
are drawn length-biased and at a point within them, so that the service starts as it is today and stays so
(renewal theory; with whole courses instead, a burst of discharges would be missing).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from workforce_sim.inputs import laws as law_of
from workforce_sim.inputs.clinic import contacts_law, days_law
from workforce_sim.inputs.codes import Names, State
from workforce_sim.inputs.demand import SOURCE_SHIFT, chosen, draw_groups
from workforce_sim.inputs.laws import LawBook, value_at
from workforce_sim.inputs.rules import OPENING, Inputs, Opening
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.streams import Purpose, luck_of_many, name_key, threshold

BOUNCED = -2
"""Stands for the package of people declined before day 0, while the rows are made."""


def compile_opening(teams: Sequence[Scenario], names: Names, book: LawBook) -> Opening:
    """The law of the people found on day 0; nobody, if the service warms up from empty. `teams`: by kind."""
    parts = [_of_kind(team, names, book, kind) for kind, team in enumerate(teams)]
    people = np.concatenate([part.people for part in parts])
    order = np.lexsort((people["key"], people["state"], people["team"]))
    mixes = np.cumsum([0, *(len(part.severity_mix) for part in parts)])
    home = [parts[kind] for kind in names.kind_of_package]
    return Opening(
        people=people[order],
        mix_of_person=np.concatenate(
            [part.mix_of_person + first for part, first in zip(parts, mixes[:-1], strict=True)]
        )[order],
        severity_mix=np.concatenate([part.severity_mix for part in parts]),
        source_mix=np.concatenate([part.source_mix for part in parts]),
        delay_law=np.concatenate([part.delay_law for part in parts])[order],
        planned=np.array([part.planned[p] for p, part in enumerate(home)]),
        interval=np.array([part.interval[p] for p, part in enumerate(home)]),
    )


def _of_kind(scenario: Scenario, names: Names, book: LawBook, kind: int) -> Opening:
    """The same for the teams of a kind; packages of other kinds are nobody's."""
    today, given = scenario.today, scenario.packages
    mix, sources = _mixes(scenario, names)
    nothing = law_of.fixed(1.0)
    planned = [
        [contacts_law(given[p].lead.contacts, scenario.contacts_by_severity[s]) if p in given else nothing
         for s in names.severities] for p in names.packages
    ]  # fmt: skip
    every = [days_law(given[p].lead.every, least=1) if p in given else nothing for p in names.packages]
    interval = np.array([law_of.mean(law) for law in every])
    intervals = np.array([[law_of.mean(law) for law in row] for row in planned]) - 1
    length = np.maximum(intervals, 1e-6) * interval[:, None]  # a single contact takes next to no time
    share = np.array([[given[p].share[s] if p in given else 0.0 for s in names.severities] for p in names.packages])
    treated = length * share * (mix * [scenario.assessment.to_treatment[s] for s in names.severities])
    people = _people(_kinds(scenario, names, mix, treated.sum(axis=1)), names, kind)
    waited = {
        State.WAITING_ASSESSMENT: book.number(days_law(today.waited.assessment)),
        State.WAITING_TREATMENT: book.number(days_law(today.waited.treatment)),
        State.IN_TREATMENT: book.number(law_of.fixed(0.0)),
        State.AT_RISK: book.number(law_of.exponential(scenario.demand.returns.median)),
    }
    delay_law = np.array([waited[State(state)] for state in people["state"]], dtype=np.int64)
    delay_law[people["package"] == BOUNCED] = book.number(law_of.uniform_residual(scenario.demand.declined.within))
    of_waiting = np.where(people["package"] >= 0, people["package"] + len(names.packages), 2 * len(names.packages))
    mix_of_person = np.where(people["state"] == State.IN_TREATMENT, people["package"], of_waiting)
    people["package"] = np.maximum(people["package"], -1)
    return Opening(
        people=people,
        mix_of_person=mix_of_person,
        severity_mix=np.array([_thresholds(row) for row in [*treated, *(share * mix), mix]]),
        source_mix=_thresholds(sources)[None, :],
        delay_law=delay_law,
        planned=np.array([[book.number(law_of.length_biased(law)) for law in row] for row in planned]),
        interval=np.rint(interval).astype(np.int64),
    )


def _kinds(scenario: Scenario, names: Names, mix: np.ndarray, stay: np.ndarray) -> dict[str, tuple[int, State, int]]:
    """Kind of person found → (how many in a team, state, package); nobody, if the service warms up from empty."""
    today = scenario.today
    at_risk, bounced = _coming_back(scenario, names, mix)
    kinds = {"assessment": (today.waiting.get("assessment", 0), State.WAITING_ASSESSMENT, -1)}
    for p, (package, n) in enumerate(zip(names.packages, _caseload(today.caseload, names, stay), strict=True)):
        kinds[f"waiting/{package}"] = (today.waiting.get(package, 0), State.WAITING_TREATMENT, p)
        kinds[f"treated/{package}"] = (int(n), State.IN_TREATMENT, p)
    kinds["at_risk"] = (at_risk, State.AT_RISK, -1)
    kinds["bounced"] = (bounced, State.AT_RISK, BOUNCED)
    if scenario.opening_state != "today":
        return {kind: (0, state, package) for kind, (_, state, package) in kinds.items()}
    return kinds


def _thresholds(weights: np.ndarray) -> np.ndarray:
    total = weights.sum() or 1.0
    return np.array([threshold(p) for p in np.cumsum(weights) / total], dtype=np.int64)


def _mixes(scenario: Scenario, names: Names) -> tuple[np.ndarray, np.ndarray]:
    """(severity mix, referrals per week by source) of all referrals on day 0: float64."""
    own = scenario.demand.sources
    rates = np.array([own[name].referrals if name in own else 0.0 for name in names.sources])
    if not rates.any():  # nobody is referred from outside: all sources alike
        rates = np.array([float(name in own or not own) for name in names.sources])
    alike = [1.0 / len(names.severities)] * len(names.severities)
    by_source = np.array([
        [own[name].severity.get(s, 0.0) for s in names.severities] if name in own else alike for name in names.sources
    ])  # fmt: skip
    return rates @ by_source / rates.sum(), rates


def _caseload(found: int | dict[str, int], names: Names, weight: np.ndarray) -> np.ndarray:
    """People in treatment by package: as given, or one number split by share of starts times length of stay."""
    if isinstance(found, dict):
        return np.array([found.get(p, 0) for p in names.packages], dtype=np.int64)
    exact = found * weight / (weight.sum() or 1.0)
    whole = np.floor(exact).astype(np.int64)
    whole[np.argsort(whole - exact, kind="stable")[: found - whole.sum()]] += 1
    return whole


def _coming_back(scenario: Scenario, names: Names, mix: np.ndarray) -> tuple[int, int]:
    """How many people discharged, and declined, before day 0 are still to come back: rate times mean delay (Little)."""
    returns, declined = scenario.demand.returns, scenario.demand.declined
    mean_weeks = returns.median / math.log(2) / 7
    at_risk = scenario.today.discharges * mean_weeks * (mix @ [returns.share[s] for s in names.severities])
    referred = sum(source.referrals for source in scenario.demand.sources.values())
    refused = referred * (mix @ [declined.share[s] for s in names.severities])
    return round(float(at_risk)), round(float(refused) * declined.bounce_back * declined.within / 7 / 2)


def _people(opening_of: dict[str, tuple[int, State, int]], names: Names, of_kind: int) -> np.ndarray:
    """OPENING rows with key, team, state and package, sorted by (team, state, key); the rest is luck."""
    parts = [np.zeros(0, dtype=OPENING)]
    for team, team_name in enumerate(names.teams):
        if names.kind_of_team[team] != of_kind:
            continue
        for kind, (n, state, package) in opening_of.items():
            rows = np.zeros(n, dtype=OPENING)
            rows["key"] = (name_key(team_name, "opening", kind) << SOURCE_SHIFT) + np.arange(n)
            rows["team"], rows["state"], rows["package"] = team, state, package
            parts.append(rows)
    people = np.concatenate(parts)
    return people[np.lexsort((people["key"], people["state"], people["team"]))]


def draw_opening(inputs: Inputs, seed: int, replication: int) -> np.ndarray:
    """OPENING rows of one replication, sorted by (team, state, key)."""
    opening, rules = inputs.opening, inputs.epochs[0].rules[0]
    rows = opening.people.copy()
    w0, w1, w2, w3 = luck_of_many(seed, replication, rows["key"], Purpose.OPENING, 0)
    next_word = luck_of_many(seed, replication, rows["key"], Purpose.OPENING, 1)[0]
    rows["severity"] = chosen(opening.severity_mix[opening.mix_of_person], w0)
    rows["source"] = chosen(opening.source_mix[np.array(inputs.names.kind_of_team)[rows["team"]]], w1)
    rows["group"] = draw_groups(inputs, seed, replication, rows["key"], rows["source"])
    treated = rows["state"] == State.IN_TREATMENT
    delay = value_at(rules.law, rules.law_threshold, opening.delay_law, w2)
    rows["next_day"] = np.where(rows["state"] == State.AT_RISK, delay, 0)
    rows["referral_day"] = np.where(rows["state"] == State.AT_RISK, 0, -delay)
    package, n = rows["package"][treated], opening.planned[rows["package"][treated], rows["severity"][treated]]
    planned = np.maximum(1, value_at(rules.law, rules.law_threshold, n, w3[treated]))
    done = np.minimum(1 + (((planned - 1) * w2[treated]) >> 32), np.maximum(planned - 1, 0))
    next_day = (opening.interval[package] * next_word[treated]) >> 32
    rows["planned"][treated], rows["done"][treated], rows["next_day"][treated] = planned, done, next_day
    rows["referral_day"][treated] = np.minimum(next_day - done * opening.interval[package], 0)
    return rows
