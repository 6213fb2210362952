"""Formulas that planners and queueing theory use, as they were published: cross-checks beside the simulation.

In: rates, times and capacities, as floats or arrays. Out: the same. Weeks, people and hours unless said otherwise.
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

Amount = TypeVar("Amount", float, np.ndarray)

CAPA_PARTNERSHIPS_PER_SESSION = 3.0
"""New Core Partnerships that a half-day a week takes on in a quarter (York and Kingsbury, *The CAPA numbers*)."""

CAPA_PARTNERSHIPS_PER_HOUR = 0.86
"""The same for an hour a week, a half-day being 3.5 hours."""

CAPA_CONTACTS = 7.5
"""Core appointments per person that CAPA plans with."""

FONG_FACTOR = 4.0
"""A mean wait of a quarter of the target keeps 98.2 % within it, if waits are exponential (Fong et al. 2022)."""


def little(rate: Amount, time: Amount) -> Amount:
    """Mean number there = rate of arrival x mean time there (Little, *Operations Research* 9, 1961, 383-387)."""
    number: Amount = rate * time
    return number


def wisn_required(
    workload: dict[str, float], standard: dict[str, float], category_factor: float = 1.0, individual: float = 0.0
) -> float:
    """Staff needed, WTE: workload over standard workload, summed, x category allowance + individual allowance.

    WHO, *Workload indicators of staffing need: user's manual*, 2010. `workload`: activities a year; `standard`: how
    many of them one person does in a year.
    """
    return sum(workload[name] / standard[name] for name in workload) * category_factor + individual


def capa_partnerships(sessions: float) -> float:
    """New Core Partnerships a quarter from half-days of core work a week (CAPA: sessions x 3)."""
    return CAPA_PARTNERSHIPS_PER_SESSION * sessions


def mean_wait_target(target: float, factor: float = FONG_FACTOR) -> float:
    """Mean wait that meets a target for nearly all: target / 4 (Fong et al., medRxiv 2022.08.23.22279117)."""
    return target / factor


def share_beyond_target(factor: float = FONG_FACTOR) -> float:
    """Share that waits beyond the target if the mean wait is target / factor: exp(-factor), waits being exponential."""
    return math.exp(-factor)


def target_queue(demand: float, target: float, factor: float = FONG_FACTOR) -> float:
    """Length of list with which the target is met: demand a week x target / 4 (Fong et al. 2022; Little)."""
    return little(demand, mean_wait_target(target, factor))


def relief_capacity(demand: float, queue: float, goal: float, weeks: float) -> float:
    """Capacity a week that brings a queue to its goal in so many weeks (Fong et al. 2022)."""
    return demand + (queue - goal) / weeks


def target_capacity(
    demand: float, target: float, cv_demand: float = 1.0, cv_capacity: float = 1.0, factor: float = FONG_FACTOR
) -> float:
    """Capacity a week that holds the list at its target: demand + (cv_d^2 + cv_c^2)/2 x factor / target (the same)."""
    return demand + (cv_demand**2 + cv_capacity**2) / 2 * factor / target


def pressure(mean_wait: float, target: float) -> float:
    """Waiting-list pressure: 2 x mean wait / target; beyond 1 the target is missed by more than few (the same)."""
    return 2 * mean_wait / target


def erlang_b(load: float, places: int) -> float:
    """Chance that all places are taken where nobody waits (Erlang 1917). `load`: arrivals x mean stay."""
    blocked = 1.0
    for n in range(1, places + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, places: int) -> float:
    """Chance of having to wait for a place (Erlang 1917); 1 where the places do not suffice."""
    if load >= places:
        return 1.0
    blocked = erlang_b(load, places)
    return blocked / (1 - load / places * (1 - blocked))


def erlang_wait(rate: float, stay: float, places: int) -> float:
    """Mean wait for a place, in the unit of `stay`; infinite where the places do not suffice (M/M/c)."""
    load = rate * stay
    return math.inf if load >= places else erlang_c(load, places) * stay / (places - load)


def most_starts(places: float, stay: float) -> float:
    """The most people that can start in a unit of time where everybody keeps a place for `stay` (Little)."""
    return places / stay if stay > 0 else math.inf
