"""What is written down about the staff: the monthly record by team and role, and the chronicle of careers.

In: what the workforce tells it, as it happens. Out: `staffing`, int64, (period, team, role, Staffing.N), and the
chronicle, int64, (event, Chronicle.N). Nothing here changes anything in the run.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from workforce_sim.inputs.rules import Inputs


class Staffing(IntEnum):
    """Columns of the monthly record, by team and role. WTE in hundredths. Stocks are as the period's last day ends.

    vacant = FUNDED - IN_POST (below zero while over establishment); IN_POST grows by STARTERS - LEAVERS.
    """

    FUNDED = 0  # stock
    IN_POST = 1  # stock; people working their notice are in post
    STARTERS = 2
    STARTER_HEADS = 3
    LEAVERS = 4
    LEAVER_HEADS = 5
    SUPERVISION_SECONDS = 6  # given, by role of the supervisor, on days present
    SUPERVISION_SHORTFALL = 7  # seconds not given: at the role supervised where nobody is in post to give it, at the
    # supervisors' role where more is asked than all their clinical time
    EXHAUSTION = 8  # stock: WTE-weighted mean, thousandths; -1: nobody in post, or the loop is off
    TENURE = 9  # stock: WTE-weighted mean, days in post; -1: nobody in post
    N = 10


class CareerEvent(IntEnum):
    """What happened to a post and the people in it. Event, who it is about: the person, or the one sought."""

    FOUND = 0  # in post on day 0
    RESIGNED = 1  # the day may be before day 0: found working their notice
    LEFT = 2
    ADVERTISED = 3  # approved; the first round begins
    ROUND_FAILED = 4
    WITHDRAWN = 5  # no longer funded
    STARTED = 6


class Chronicle(IntEnum):
    """Columns of the chronicle, one row per event, in the order they were noted."""

    DAY = 0
    SLOT = 1
    OCCUPANT = 2  # 0 = found in post on day 0, 1 = the first newcomer to the post
    EVENT = 3  # CareerEvent
    N = 4


class Duty(NamedTuple):
    """Supervision from a day on, seconds on each day present."""

    since: int
    given: int
    not_given: int


class Ledger:
    """Keeps the record of one replication."""

    def __init__(self, inputs: Inputs, roster: np.ndarray) -> None:
        names, periods = inputs.names, len(inputs.period_starts)
        self.staffing = np.zeros((periods, len(names.teams), len(names.roles), Staffing.N), dtype=np.int64)
        self.period_of_day = inputs.period_of_day
        self._roster = roster
        self._working = inputs.working
        self._cells = [(post.team, post.role, post.wte) for post in inputs.posts]
        self._events: list[tuple[int, int, int, int]] = []
        self._duties: dict[int, Duty] = {}
        self._unsupervised: dict[tuple[int, int], Duty] = {}

    def note(self, day: int, slot: int, occupant: int, event: CareerEvent) -> None:
        """Enter an event in the chronicle; starters and leavers count in the month's record, too."""
        self._events.append((day, slot, occupant, event))
        if event == CareerEvent.STARTED:
            self._count(day, slot, Staffing.STARTERS, Staffing.STARTER_HEADS)
        elif event == CareerEvent.LEFT:
            self._count(day, slot, Staffing.LEAVERS, Staffing.LEAVER_HEADS)

    def _count(self, day: int, slot: int, wte_column: int, heads_column: int) -> None:
        team, role, wte = self._cells[slot]
        row = self.staffing[self.period_of_day[day], team, role]
        row[wte_column] += wte
        row[heads_column] += 1

    def chronicle(self) -> np.ndarray:
        """int64, (event, Chronicle.N)"""
        return np.array(self._events, dtype=np.int64).reshape(-1, Chronicle.N)

    def supervises(self, day: int, slot: int, given: int, not_given: int) -> None:
        """From `day` on this person gives supervision, seconds on each day present."""
        duty = self._duties.get(slot)
        if duty is not None:
            self._settle_duty(day, slot, duty)
        elif not (given or not_given):
            return
        if given or not_given:
            self._duties[slot] = Duty(day, given, not_given)
        else:
            del self._duties[slot]

    def lacks_supervisors(self, day: int, team: int, role: int, needed: int) -> None:
        """From `day` on this role needs supervision, seconds on each working day, and nobody is in post to give it."""
        duty = self._unsupervised.pop((team, role), None)
        if duty is not None:
            self._settle_lack(day, team, role, duty)
        if needed:
            self._unsupervised[team, role] = Duty(day, 0, needed)

    def settle(self, day: int) -> None:
        """Book all supervision up to `day`, so that it falls in the period that ends there."""
        for slot, duty in self._duties.items():
            self._settle_duty(day, slot, duty)
            self._duties[slot] = duty._replace(since=day)
        for (team, role), duty in self._unsupervised.items():
            self._settle_lack(day, team, role, duty)
            self._unsupervised[team, role] = duty._replace(since=day)

    def _settle_duty(self, day: int, slot: int, duty: Duty) -> None:
        if day > duty.since:
            days_present = int(np.count_nonzero(self._roster[slot, duty.since : day]))
            team, role, _ = self._cells[slot]
            row = self.staffing[self.period_of_day[duty.since], team, role]
            row[Staffing.SUPERVISION_SECONDS] += duty.given * days_present
            row[Staffing.SUPERVISION_SHORTFALL] += duty.not_given * days_present

    def _settle_lack(self, day: int, team: int, role: int, duty: Duty) -> None:
        if day > duty.since:
            working_days = int(np.count_nonzero(self._working[duty.since : day]))
            row = self.staffing[self.period_of_day[duty.since], team, role]
            row[Staffing.SUPERVISION_SHORTFALL] += duty.not_given * working_days
