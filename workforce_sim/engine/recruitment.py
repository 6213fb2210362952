"""Recruitment: vacancies are approved, advertised and filled, as far as establishment, freezes and money allow.

In: the workforce. Out: newcomers on their first day; vacant posts converted into posts of other roles.
Luck belongs to the vacancy's next occupant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Interrupt, Process

from workforce_sim.engine.posts import Cell, Status, Story, value
from workforce_sim.engine.staffing import CareerEvent
from workforce_sim.inputs.laws import fixed
from workforce_sim.inputs.rules import Conversion
from workforce_sim.streams import CERTAIN, Purpose, threshold

if TYPE_CHECKING:
    from workforce_sim.engine.workforce import Workforce

HIRING = int(Purpose.HIRING)
APPROVAL = 1 << 16
"""Count of the draw about the approval of a vacancy; below it, counts number the rounds."""
WHO_IS_PROMOTED = APPROVAL + 1
"""Count of the draw that puts serving staff in order for promotion."""
YEAR = 365
"""Days in post after which somebody may be promoted."""
WHOLE_POST = 100
LEAST_PART = 10
"""Hundredths of a WTE: vacant posts are converted one at a time, and no less than a tenth."""


class Recruitment:
    """Those who fill posts."""

    def __init__(self, workforce: Workforce) -> None:
        self.workforce = workforce
        self.sought: dict[int, Process] = {}
        self.refused = dict.fromkeys(workforce.posts_of, 0)
        """Hundredths of a WTE not recruited to, because the budget would not bear it."""
        self._least_refused = dict.fromkeys(workforce.posts_of, 0)
        """The smallest such post."""
        self.converted = dict.fromkeys(workforce.posts_of, 0)
        """Hundredths of a WTE added to the establishment by conversions."""
        teams = range(len(workforce.inputs.names.teams))
        self._left = {(team, plan): plan.wte for team in teams for plan in workforce.inputs.conversions}
        for team, plan in self._left:
            workforce.env.process(self.convert_from(team, plan))

    def funded(self, cell: Cell) -> int:
        """Hundredths of a WTE in the establishment today."""
        own = self.workforce.inputs.names.has_role(*cell)
        return self.workforce.rules.roles[cell[1]].funded + self.converted[cell] if own else 0

    def room(self, cell: Cell) -> int:
        """Hundredths of a WTE by which those staying fall short of the establishment, over-recruitment included."""
        over = self.workforce.rules.roles[cell[1]].over
        return round(self.funded(cell) * (1.0 + over)) - self.workforce.staying[cell]

    def match_establishment(self, cell: Cell, first: int | None = None, since: int | None = None,
                            under_way: bool = False) -> None:  # fmt: skip
        """Recruit to as many posts of a role as its funding allows, lowest number first (or `first` of all).

        Those staying, and those sought, fill the establishment. Above it recruitment is withdrawn, highest number
        first, and leavers are not replaced; nobody is dismissed. `since`: the day recruitment began, if not today.
        """
        workforce, slots = self.workforce, self.workforce.posts_of[cell]
        workforce.temporary.is_stale |= workforce.rules.budget is not None
        frozen = workforce.rules.roles[cell[1]].frozen
        room = self.room(cell) - sum(workforce.wte[slot] for slot in slots if slot in self.sought)
        for slot in reversed(slots):
            if (room < 0 or frozen) and slot in self.sought:
                self.sought[slot].interrupt()
                self.stop_seeking(slot)
                room += workforce.wte[slot]
        self.refused[cell] = self._least_refused[cell] = 0
        if frozen:
            return
        for slot in slots if first not in slots else [first, *slots]:
            open_to_hire = workforce.status[slot] != Status.HELD and slot not in self.sought
            if not open_to_hire or workforce.wte[slot] > room:
                continue
            room -= workforce.wte[slot]
            if workforce.spending.bears(cell[1], workforce.wte[slot]):
                began = -self.days_under_way(slot) if under_way else workforce.today if since is None else since
                self.sought[slot] = workforce.env.process(self.recruitment(slot, began))
                workforce.spending.people += workforce.spending.cost(cell[1], workforce.wte[slot])
            else:
                self.refused[cell] += workforce.wte[slot]
                self._least_refused[cell] = min(workforce.wte[slot], self._least_refused[cell] or workforce.wte[slot])

    def stop_seeking(self, slot: int) -> None:
        """Somebody is found, or recruitment is withdrawn."""
        del self.sought[slot]
        workforce = self.workforce
        workforce.spending.people -= workforce.spending.cost(workforce.cell[slot][1], workforce.wte[slot])

    def match_all(self) -> None:
        """Every role of every team: the establishment or the money has changed."""
        for cell in self.workforce.posts_of:
            self.match_establishment(cell)

    def ask_again(self) -> None:
        """Whatever the budget would not bear is asked for again: somebody of another role may have gone meanwhile."""
        spending = self.workforce.spending
        left = spending.left()
        for cell, least in self._least_refused.items():
            if least and (left is None or spending.cost(cell[1], least) <= left):
                self.match_establishment(cell)
                left = spending.left()

    def days_under_way(self, slot: int) -> int:
        """How long ago a vacancy found on day 0 was opened: a moment picked at random in approval or in a round."""
        workforce, role = self.workforce, self.workforce.role_rules(slot)
        rounds = role.round_days / role.fill if role.fill > 0 else role.round_days
        word = workforce.luck_of(workforce.candidate(slot), HIRING, APPROVAL)[0]
        elapsed = word / CERTAIN * (role.approval_days + rounds)
        if elapsed >= role.approval_days:
            in_round = (elapsed - role.approval_days) % role.round_days if role.round_days else 0.0
            elapsed = role.approval_days + in_round
        return int(elapsed)

    def recruitment(self, slot: int, began: int) -> Story:
        """Approval once, then rounds until one succeeds; the newcomer starts when the post is free."""
        workforce = self.workforce
        try:
            words = workforce.luck_of(workforce.candidate(slot), HIRING, APPROVAL)
            day = began + value(fixed(workforce.role_rules(slot).approval_days), words[1])
            yield workforce.until(day)
            workforce.note(workforce.today, slot, CareerEvent.ADVERTISED, sought=True)
            found = False
            while not found:
                words = workforce.luck_of(workforce.candidate(slot), HIRING, workforce.rounds[slot])
                workforce.rounds[slot] += 1
                day += value(fixed(workforce.role_rules(slot).round_days), words[1])
                yield workforce.until(day)
                found = words[0] < threshold(self.chance_to_fill(slot))
                if not found:
                    workforce.note(workforce.today, slot, CareerEvent.ROUND_FAILED, sought=True)
            while workforce.status[slot] != Status.EMPTY:
                # on that day, too, the leaver goes first, whichever was booked first
                yield workforce.until(workforce.leave_day[slot])
        except Interrupt:
            workforce.note(workforce.today, slot, CareerEvent.WITHDRAWN, sought=True)
        else:
            self.stop_seeking(slot)
            from_below = self.from_below(slot) if words[2] < threshold(workforce.role_rules(slot).promoted) else -1
            if from_below < 0:
                workforce.start(slot)
            else:
                workforce.move(from_below, slot)

    def chance_to_fill(self, slot: int) -> float:
        """`fill` x (1 - reputation x (the team's vacancy - the usual one)), within 0 .. 1 (evidence E, loop R12)."""
        workforce, role = self.workforce, self.workforce.role_rules(slot)
        team = workforce.posts[slot].team
        cells = [(team, number) for number in range(len(workforce.rules.roles))]
        funded = sum(self.funded(cell) for cell in cells)
        in_post = sum(workforce.held[cell] for cell in cells)
        vacancy = max(0, funded - in_post) / funded if funded else 0.0
        return min(1.0, max(0.0, role.fill * (1.0 - role.reputation * (vacancy - role.usual_vacancy))))

    def from_below(self, slot: int) -> int:
        """Who is promoted: of those a year in post in the role below, the one of least luck; -1: nobody."""
        workforce = self.workforce
        below = (workforce.posts[slot].team, workforce.role_rules(slot).promoted_from)
        eligible = [
            (workforce.luck_of(workforce.person(other), HIRING, WHO_IS_PROMOTED)[0], other)
            for other in workforce.slots_of.get(below, ())
            if workforce.status[other] == Status.HELD and workforce.today - workforce.start_day.item(other) >= YEAR
        ]
        return min(eligible)[1] if eligible else -1

    # --- conversion ---------------------------------------------------------------------------------------------------

    def convert_from(self, team: int, plan: Conversion) -> Story:
        """On the first day, vacant posts are converted; later ones as they fall vacant."""
        yield self.workforce.env.timeout(plan.day)
        self.post_fell_vacant((team, plan.vacant))

    def post_fell_vacant(self, cell: Cell) -> None:
        """Convert what is vacant in a role, at equal pay cost, as far as the plans go."""
        workforce = self.workforce
        for plan in workforce.inputs.conversions:
            key = (cell[0], plan)
            if plan.vacant != cell[1] or workforce.today < plan.day:
                continue
            while (wte := min(WHOLE_POST, self._left[key], self.vacant(cell))) >= LEAST_PART:
                into = (cell[0], plan.into)
                self._left[key] -= wte
                self.converted[cell] -= wte
                self.converted[into] += round(wte * plan.ratio)
                workforce.temporary.is_stale = True
                workforce.note(workforce.today, workforce.posts_of[cell][0], CareerEvent.CONVERTED)
                self.match_establishment(cell)
                self.match_establishment(into)

    def vacant(self, cell: Cell) -> int:
        """Hundredths of a WTE of the establishment that nobody holds."""
        return self.funded(cell) - self.workforce.held[cell]
