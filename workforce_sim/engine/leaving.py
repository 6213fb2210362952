"""Leaving: a hazard by role, time in post, exhaustion and what is done to keep people; notice; the last day.

In: the workforce. Out: careers, as SimPy processes. Candidate days come at a rate that no hazard exceeds; on each,
that day's hazard decides, so that what keeps people changes only those whose luck it crosses.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from functools import lru_cache
from itertools import count, zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
from simpy import Event

from workforce_sim.engine.posts import DAYS_PER_YEAR, Status, Story, value
from workforce_sim.engine.staffing import CareerEvent
from workforce_sim.inputs.laws import NEVER, Law, from_cumulative, geometric
from workforce_sim.inputs.rules import StaffRules
from workforce_sim.streams import CERTAIN, Purpose, threshold

if TYPE_CHECKING:
    from workforce_sim.engine.workforce import Workforce

LEAVING_MULTIPLIER = (0.6, 2.5)
"""Bounds of what exhaustion does to leaving (evidence E, loop R1)."""

EXHAUSTION_STEPS = 256
"""Exhaustion acts on leaving in steps of 1/256."""

LONGEST_TENURE = 50 * 365
"""Nobody is found to have been in post for more days."""

LEAVING = int(Purpose.LEAVING)


class Leaving:
    """How people come to leave."""

    def __init__(self, workforce: Workforce) -> None:
        self.workforce = workforce
        stages = tuple((epoch.day, epoch.staff) for epoch in workforce.inputs.epochs)
        self.paces = [paces_of_leaving(stages, role) for role in range(len(workforce.inputs.names.roles))]

    def career(self, slot: int, since: int) -> Story:
        """A person's time in the post from day `since` on: they resign one day, work their notice, and leave.

        Those found on day 0 are followed from one notice earlier, so some are found working it. Whoever has moved to
        another post of the team meanwhile is no longer followed here.
        """
        workforce = self.workforce
        person = workforce.person(slot)
        resigned = yield from self.until_resignation(slot, since)
        if workforce.has_gone(slot, person):
            return
        last_day = resigned + workforce.rules.notice_days
        self.resign(slot, resigned, last_day)
        yield workforce.until(last_day - workforce.rules.no_new_patients_days)
        workforce.stop_new_patients(slot)
        yield workforce.until(last_day)
        workforce.leave(slot)

    def until_resignation(self, slot: int, since: int) -> Generator[Event, Any, int]:
        """Candidate days come at a rate that no hazard exceeds; on each, that day's hazard decides (Jensen 1953).

        Where that rate changes with an epoch, the next candidate day is drawn anew from there: the law has no memory.
        """
        workforce = self.workforce
        person, paces, day = workforce.person(slot), self.paces[workforce.posts[slot].role], since
        for n in count():
            until, fastest = next(pace for pace in paces if day < pace[0])
            words = workforce.luck_of(person, LEAVING, n)
            candidate = day + value(geometric(fastest / DAYS_PER_YEAR), words[1])
            day = min(candidate, until)
            yield workforce.until(day)
            if workforce.has_gone(slot, person):
                break
            if candidate < until and words[0] < int(self.hazard(slot, day) / fastest * CERTAIN):
                workforce.leaves_nhs[slot] = words[2] < threshold(workforce.rules.leaves_nhs)
                break
        return day

    def hazard(self, slot: int, day: int) -> float:
        """Resignations per year: the role's rate x the multiplier of tenure x what keeps people x exhaustion's."""
        workforce, rules, role = self.workforce, self.workforce.rules, self.workforce.role_rules(slot)
        tenure = day - workforce.start_day.item(slot)
        rate = role.leaving_rate * (rules.early_multiplier if tenure < rules.early_days else rules.later_multiplier)
        rate *= role.stays_mentored if tenure < rules.mentored_days else role.stays
        if rules.exhaustion is None:
            return rate
        step = int(workforce.exhaustion.item(slot) * EXHAUSTION_STEPS + 0.5)
        return rate * leaving_multipliers(rules.exhaustion.usual, rules.exhaustion.gain_on_leaving)[step]

    def resign(self, slot: int, day: int, last_day: int) -> None:
        """Notice is given; recruitment to the post begins at once, if it is still funded."""
        workforce = self.workforce
        workforce.become(slot, Status.ON_NOTICE)
        workforce.leave_day[slot] = last_day
        workforce.note(day, slot, CareerEvent.RESIGNED)
        workforce.recruitment.match_establishment(workforce.cell[slot], first=slot, since=day)


@lru_cache(maxsize=1024)
def paces_of_leaving(stages: tuple[tuple[int, StaffRules], ...], role: int) -> list[tuple[int, float]]:
    """(day until which it holds, rate per year that no hazard of the role exceeds): one pace after another.

    A power of two, from 1, so that it seldom changes when a rate does, and candidate days stay where they were.
    """
    paces: list[tuple[int, float]] = []
    for (_, staff), after in zip_longest(stages, stages[1:]):
        until = NEVER if after is None else after[0]
        greatest = staff.roles[role].leaving_rate * max(staff.early_multiplier, staff.later_multiplier)
        fastest = 2.0 ** max(0, math.ceil(math.log2(max(greatest * LEAVING_MULTIPLIER[1], 1.0))))
        if paces and paces[-1][1] == fastest:
            paces.pop()
        paces.append((until, fastest))
    return paces


@lru_cache(maxsize=4096)
def tenure_law(rate: float, early: float, early_days: float, later: float) -> Law:
    """Days in post at a moment picked at random: density in proportion to the chance of staying that long.

    Renewal theory: Cox 1962, *Renewal Theory*, section 5.
    """
    days = np.arange(LONGEST_TENURE)
    leaves = rate * np.where(days < early_days, early, later) / DAYS_PER_YEAR
    stays = np.cumprod(np.concatenate(([1.0], 1.0 - leaves)))
    reached = np.cumsum(stays)
    return from_cumulative(0, reached[:-1] / reached[-1])


@lru_cache(maxsize=4096)
def leaving_multipliers(usual: float, gain: float) -> tuple[float, ...]:
    """(step,) exp(gain x (exhaustion - usual)) at each 1/256 of exhaustion, within 0.6 .. 2.5.

    Rounded to 1e-6, so that machines with other last bits of exp agree.
    """
    low, high = LEAVING_MULTIPLIER
    steps = (math.exp(gain * (step / EXHAUSTION_STEPS - usual)) for step in range(EXHAUSTION_STEPS + 1))
    return tuple(min(high, max(low, round(multiplier, 6))) for multiplier in steps)
