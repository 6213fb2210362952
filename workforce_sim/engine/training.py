"""Training: people from outside train for a role, and serving staff train for another one.

In: the workforce, and the plan's routes and schemes. Out: trainees who take up supervision before they add capacity,
and qualify into a post, if there is one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from workforce_sim.engine.posts import Cell, Status, Story, value
from workforce_sim.engine.staffing import CareerEvent
from workforce_sim.inputs.codes import StaffKind
from workforce_sim.inputs.laws import geometric
from workforce_sim.inputs.rules import PostKind, TrainingRoute, UpskillingScheme
from workforce_sim.streams import Purpose, threshold

if TYPE_CHECKING:
    from workforce_sim.engine.workforce import Workforce

TRAINING = int(Purpose.TRAINING)


class Training:
    """Those who learn."""

    def __init__(self, workforce: Workforce) -> None:
        self.workforce = workforce
        self.backfilled: dict[Cell, int] = {}
        """Hundredths of a WTE of upskilling staff that bank staff cover."""
        env, inputs = workforce.env, workforce.inputs
        self._reserved = {cell: [slot for slot in slots if workforce.posts[slot].kind == PostKind.RESERVED]
                          for cell, slots in workforce.slots_of.items()}  # fmt: skip
        places: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for slot, post in enumerate(workforce.posts):
            places[post.team, post.route].append(slot)
        for number, route in enumerate(inputs.training):
            for team in range(len(inputs.names.teams)):
                for place, slot in enumerate(places[team, number]):
                    env.process(self.traineeship(slot, route, route.days[place // route.places]))
        for scheme in inputs.upskilling:
            for team in range(len(inputs.names.teams)):
                for day in scheme.days:
                    env.process(self.upskilling(team, scheme, day))

    def traineeship(self, slot: int, route: TrainingRoute, day: int) -> Story:
        """A trainee begins, perhaps before day 0, and gives up or qualifies."""
        workforce = self.workforce
        words = workforce.luck_of(workforce.candidate(slot), TRAINING)
        gives_up = day + value(geometric(1.0 - (1.0 - route.attrition) ** (1.0 / route.length)), words[0])
        if gives_up < 0:
            return
        yield workforce.until(day)
        workforce.begin(slot, day, Status.TRAINEE, StaffKind.TRAINEE, terms=workforce.terms_of_route(slot))
        workforce.note(max(day, 0), slot, CareerEvent.TRAINEE_STARTED)
        if gives_up < day + route.length:
            yield workforce.until(gives_up)
            workforce.vacate(slot, CareerEvent.TRAINEE_LEFT)
            return
        yield workforce.until(day + route.length)
        yield from self.qualify(slot, route, wants_to_stay=words[1] < threshold(route.stays))

    def qualify(self, slot: int, route: TrainingRoute, wants_to_stay: bool) -> Story:
        """A post if one is free, or work over establishment for a while in the hope of one; otherwise farewell."""
        workforce, cell = self.workforce, self.workforce.cell[slot]
        free = workforce.recruitment.room(cell) >= workforce.wte[slot]
        if not wants_to_stay or not (free or route.waits):
            workforce.vacate(slot, CareerEvent.UNPLACED)
            return
        person = workforce.person(slot)
        workforce.take_up_role(slot)
        yield workforce.until(workforce.today + route.waits)
        stays = workforce.person(slot) == person and workforce.status[slot] == Status.HELD  # not on notice either
        if stays and workforce.recruitment.room(cell) < 0:
            workforce.leave(slot)

    def upskilling(self, team: int, scheme: UpskillingScheme, day: int) -> Story:
        """Those longest in post train beside their work, and at the end move to the other role if a post is free."""
        workforce, cell = self.workforce, (team, scheme.serving)
        yield workforce.env.timeout(day)
        held = [slot for slot in workforce.slots_of[cell] if self.may_train(slot)]
        chosen = sorted(held, key=lambda slot: (workforce.start_day.item(slot), slot))[: scheme.places]
        people = {slot: workforce.person(slot) for slot in chosen}
        self._send(chosen, scheme, +1)
        yield workforce.env.timeout(scheme.length)
        staying = [slot for slot, person in people.items() if not workforce.has_gone(slot, person)]
        self._send(staying, scheme, -1)
        for slot in staying:
            new = (team, scheme.role)
            into = next(other for other in self._reserved[new] if workforce.status[other] == Status.EMPTY)
            free = workforce.recruitment.room(new) >= workforce.wte[slot]
            if workforce.status[slot] == Status.HELD and free:
                workforce.wte[into] = workforce.wte[slot]
                workforce.move(slot, into)
            else:
                workforce.note(workforce.today, slot, CareerEvent.UPSKILLED)

    def may_train(self, slot: int) -> bool:
        """In post, not on notice, and not training already."""
        workforce = self.workforce
        return workforce.status[slot] == Status.HELD and workforce.people["does"][slot] == 1.0

    def _send(self, slots: list[int], scheme: UpskillingScheme, to_or_from: int) -> None:
        workforce = self.workforce
        for slot in slots:
            workforce.people["does"][slot] = 1.0 - scheme.away if to_or_from > 0 else 1.0
            if to_or_from > 0:
                workforce.note(workforce.today, slot, CareerEvent.UPSKILLING)
            covered = round(workforce.wte[slot] * scheme.away * scheme.backfill)
            cell = workforce.cell[slot]
            self.backfilled[cell] = self.backfilled.get(cell, 0) + to_or_from * covered
            workforce.change(workforce.posts[slot].team)
