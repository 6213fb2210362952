"""Long absences: long sickness and parental leave, as spells that come and go while a person is in post.

In: the workforce. Out: rosters without the absent; caseloads handed over where the absence is long enough.
The share of time away, and the mean spell, come out as the scenario gives them (an alternating renewal process).
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from workforce_sim.engine.posts import Cell, Status, Story, value
from workforce_sim.engine.staffing import CareerEvent
from workforce_sim.inputs.laws import geometric, pace
from workforce_sim.inputs.rules import LongAbsence, StaffRules
from workforce_sim.streams import CERTAIN, Purpose, threshold

if TYPE_CHECKING:
    from workforce_sim.engine.workforce import Workforce

KINDS = {
    CareerEvent.LONG_SICK: (int(Purpose.LONG_SICKNESS), "long_sickness"),
    CareerEvent.PARENTAL: (int(Purpose.PARENTAL), "parental"),
}
"""Event → purpose of its draws, field of `StaffRules`."""

FOUND = 1 << 16
"""Count of the draw about those found on day 0; below it, counts number the candidate days."""


class Absence:
    """Those who are away for long."""

    def __init__(self, workforce: Workforce) -> None:
        self.workforce = workforce
        self.slots_away: dict[Cell, set[int]] = {cell: set() for cell in workforce.slots_of}
        epochs = [epoch.staff for epoch in workforce.inputs.epochs]
        self._paces = {
            event: pace(max(daily_rate(getattr(rules, field)) for rules in epochs))
            for event, (_, field) in KINDS.items()
        }

    def follow(self, slot: int, found: bool = False) -> None:
        """A person's absences, from today on for as long as they are in post."""
        for event, fastest in self._paces.items():
            if fastest:
                self.workforce.env.process(self.spells(slot, event, fastest, found))

    def spells(self, slot: int, event: CareerEvent, fastest: float, found: bool) -> Story:
        """Candidate days come at a pace that no rate exceeds; on each, that day's rate decides."""
        workforce, (purpose, field) = self.workforce, KINDS[event]
        person = workforce.person(slot)
        if found:
            words = workforce.luck_of(person, purpose, FOUND)
            rules = self._now(field)
            if words[0] < threshold(rules.share) and not self.is_away(slot):
                yield from self.away(slot, event, value(geometric(1.0 / rules.spell), words[2]))
        for n in count():
            words = workforce.luck_of(person, purpose, n)
            yield workforce.env.timeout(value(geometric(fastest), words[1]))
            if workforce.has_gone(slot, person):
                return
            rules = self._now(field)
            if not self.is_away(slot) and words[0] < int(daily_rate(rules) / fastest * CERTAIN):
                yield from self.away(slot, event, value(geometric(1.0 / rules.spell), words[2]))
                if workforce.has_gone(slot, person):
                    return

    def _now(self, field: str) -> LongAbsence:
        rules: StaffRules = self.workforce.rules
        found: LongAbsence = getattr(rules, field)
        return found

    def is_away(self, slot: int) -> bool:
        """On long absence today."""
        return self.workforce.today < int(self.workforce.people["away_until"][slot])

    def away(self, slot: int, event: CareerEvent, days: int) -> Story:
        """A spell: nobody new is taken on, and a caseload that would wait for too long is handed over."""
        workforce, person = self.workforce, self.workforce.person(slot)
        team, back = workforce.posts[slot].team, workforce.today + days
        workforce.people["away_until"][slot] = back
        workforce.roster[slot, workforce.today : back] = 0
        hands_over = days >= workforce.rules.hand_over_after
        workforce.accepts[slot] = -1 if hands_over else 0
        workforce.note(workforce.today, slot, event)
        self.slots_away[workforce.cell[slot]].add(slot)
        if hands_over:
            workforce.clinic.release(slot)
        workforce.change(team)
        yield workforce.until(back)
        if workforce.has_gone(slot, person):
            return
        workforce.note(workforce.today, slot, CareerEvent.BACK)
        self.slots_away[workforce.cell[slot]].discard(slot)
        stays = workforce.status[slot] == Status.HELD or workforce.today < workforce.stops_at(slot)
        workforce.accepts[slot] = int(stays)
        workforce.change(team)


def daily_rate(absence: LongAbsence) -> float:
    """The chance on a day at work that a spell begins, so that `share` of all days are lost in spells of that mean."""
    return 0.0 if absence.share <= 0 else min(1.0, absence.share / (1.0 - absence.share) / max(1.0, absence.spell))
