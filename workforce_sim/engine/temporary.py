"""Temporary staff, and what the budget bears.

In: the workforce and its rules. Out: one slot for all bank and agency staff of a role in a team, as many WTE as are
asked for and can be paid; what was refused. They hold no caseload, tire of nothing and are never away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workforce_sim.engine.posts import Cell, Status
from workforce_sim.engine.staffing import Staffing
from workforce_sim.inputs.codes import StaffKind
from workforce_sim.inputs.rules import PostKind

if TYPE_CHECKING:
    from workforce_sim.engine.workforce import Workforce

NEVER_PLANNED = 1 << 40
"""A day so late that nobody plans leave or sickness for temporary staff."""


class Spending:
    """The yearly cost of staff as they stand, against the budget."""

    def __init__(self, workforce: Workforce) -> None:
        self.workforce = workforce
        self.people = 0.0
        """Pounds a year for those staying, those sought and trainees."""

    def bears(self, role: int, wte: int) -> bool:
        """Whether one more person can be paid for a full year, besides those there are and temporary staff."""
        left = self.left()
        return left is None or self.cost(role, wte) <= left

    def left(self) -> float | None:
        """Pounds a year that the budget leaves; None: there is no budget."""
        budget = self.workforce.rules.budget
        return None if budget is None else budget - self.people - self.workforce.temporary.cost

    def cost(self, role: int, wte: int) -> float:
        """Pounds a year for staff in a role."""
        return self.workforce.rules.roles[role].cost * wte / 100

    def of(self, slot: int, status: int) -> float:
        """Pounds a year for whoever is in a slot; those on notice will not be there."""
        workforce = self.workforce
        if status == Status.HELD:
            return self.cost(workforce.cell[slot][1], workforce.wte[slot])
        return workforce.inputs.training[workforce.posts[slot].route].pay if status == Status.TRAINEE else 0.0

    def count(self) -> None:
        """Add everybody up: pay has changed."""
        workforce, cost = self.workforce, [role.cost / 100 for role in self.workforce.rules.roles]
        cell, wte = workforce.cell, workforce.wte
        staying = [slot for slot, status in enumerate(workforce.status) if status == Status.HELD]
        people = sum(cost[cell[slot][1]] * wte[slot] for slot in (*staying, *workforce.recruitment.sought))
        training = [slot for slot, status in enumerate(workforce.status) if status == Status.TRAINEE]
        self.people = people + sum(self.of(slot, Status.TRAINEE) for slot in training)


class Temporary:
    """Bank and agency."""

    def __init__(self, workforce: Workforce) -> None:
        self.workforce = workforce
        self.slot_of = {
            workforce.cell[slot]: slot for slot, post in enumerate(workforce.posts) if post.kind == PostKind.TEMPORARY
        }
        self.bought: dict[Cell, tuple[int, int, int]] = dict.fromkeys(self.slot_of, (0, 0, 0))
        """Hundredths of a WTE: bank, agency, and those asked for but not bought."""
        self.cost = 0.0
        """Pounds a year for those bought, where there is a budget."""
        self.is_stale = True
        """Has anything changed since staff were last called that bears on how many are asked for?"""
        self._booked = 0
        working = workforce.inputs.working
        self._working_days = np.pad(np.cumsum(working, axis=1), ((0, 0), (1, 0))).tolist()
        """By kind of team: working days before each day."""
        for cell, slot in self.slot_of.items():
            workforce.people[slot] = workforce.nobody(slot)
            workforce.people[slot]["terms"] = workforce.terms_of_temporary(cell[1])
            workforce.people[slot]["leave_planned"] = workforce.people[slot]["sickness_drawn"] = NEVER_PLANNED
            workforce.become(slot, Status.TEMPORARY)
            workforce.accepts[slot] = -1
            workforce.keys[slot] = workforce.post_key[slot]
            workforce.staff["kind"][slot] = StaffKind.TEMPORARY
            workforce.roster[slot] = working[workforce.inputs.names.kind_of_team[cell[0]]]

    def call(self) -> None:
        """Buy what is asked for today, as far as the money goes: role by role, and bank before agency."""
        workforce, rules = self.workforce, self.workforce.rules
        left = None if rules.budget is None else rules.budget - workforce.spending.people
        self.cost = 0.0
        for cell, slot in self.slot_of.items():
            bank, agency = asked = self.asked(cell)
            if left is not None:
                cost = rules.roles[cell[1]].cost / 100
                bank = affordable(bank, cost * rules.bank_premium, left - self.cost)
                self.cost += bank * cost * rules.bank_premium
                agency = affordable(agency, cost * rules.agency_premium, left - self.cost)
                self.cost += agency * cost * rules.agency_premium
            bought = (bank, agency, sum(asked) - bank - agency)
            if bought != self.bought[cell]:
                self.book(workforce.today)
                self.bought[cell] = bought
                self._seat(slot, bank, agency)
        self.is_stale = False

    def _seat(self, slot: int, bank: int, agency: int) -> None:
        """So many are at work from today."""
        workforce, rules, total = self.workforce, self.workforce.rules, bank + agency
        if not total:
            workforce.clinic.release(slot)
        workforce.staff["wte"][slot] = total
        workforce.staff["occupied"][slot] = int(total > 0)
        done = bank * rules.bank_does + agency * rules.agency_does
        workforce.people["does"][slot] = done / total if total else 0.0
        workforce.change(workforce.posts[slot].team)

    def asked(self, cell: Cell) -> tuple[int, int]:
        """Bank and agency staff that the rules ask for, hundredths of a WTE."""
        workforce, role = self.workforce, self.workforce.rules.roles[cell[1]]
        absent = sum(workforce.wte[slot] for slot in workforce.absence.slots_away[cell])
        bank = role.bank + round(workforce.rules.backfill * absent) + workforce.training.backfilled.get(cell, 0)
        vacant = max(0, workforce.recruitment.vacant(cell)) if role.agency_for_vacancies else 0
        return bank, role.agency + round(role.agency_for_vacancies * vacant)

    def book(self, day: int) -> None:
        """Write down the temporary staff of the days from the last booking until last night."""
        since, self._booked = self._booked, day
        if since >= day:
            return
        workforce = self.workforce
        worked = [days[day] - days[since] for days in self._working_days]
        period = workforce.inputs.period_of_day[since]
        for cell, (bank, agency, cut) in self.bought.items():
            row = workforce.personnel.staffing[period, cell[0], cell[1]]
            days = worked[workforce.inputs.names.kind_of_team[cell[0]]]
            row[Staffing.BANK_DAYS] += bank * days
            row[Staffing.AGENCY_DAYS] += agency * days
            row[Staffing.COVER_CUT] += cut * days


def affordable(wte: int, cost: float, left: float) -> int:
    """Hundredths of a WTE that what is left of the budget buys, at so many pounds a year for each."""
    return min(wte, max(0, int(left / cost))) if cost else wte
