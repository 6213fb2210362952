"""The staff, told as SimPy processes: people hold posts, tire, resign, work their notice and leave; posts are recruited to.

In: the compiled scenario, the STAFF rows and the roster that the clinic works with. Out: those two, kept true from day
to day; the monthly record and the chronicle of careers in `ledger`.

Everything happens as a day begins, before the clinic opens. On one day: last month's record is closed, then new rules
hold, then the office's regular work (days off, weekly review), then what befalls people. The regular dates are booked
when the office opens, and SimPy serves equal times in the order of booking, so this order holds by itself.

Luck belongs to a person or a vacancy, who are known by team, post and occupant. Chances are compared as integers.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Generator, Iterable, Sequence
from datetime import date
from enum import IntEnum
from functools import lru_cache
from itertools import count
from typing import Any, Protocol

import numpy as np
from simpy import Environment, Event, Interrupt, Process, Timeout

from workforce_sim.engine.capacity import Supervision, caseload_room, clinical_day, share_supervision
from workforce_sim.engine.kernel.roster import PART_DAYS, Stretch, draw_sickness, plan_leave, wear
from workforce_sim.engine.staffing import CareerEvent, Ledger, Staffing
from workforce_sim.inputs.codes import NOT_YET
from workforce_sim.inputs.laws import Law, fixed, from_cumulative, geometric
from workforce_sim.inputs.rules import Inputs, RoleRules, Rules, StaffRules
from workforce_sim.streams import CERTAIN, Purpose, luck, name_key, threshold

DAYS_PER_YEAR = 365.25
WEEK = 7
LEAVE_YEAR_BEGINS = 4
"""Month: annual leave is counted from 1 April."""

LEAVING_MULTIPLIER = (0.6, 2.5)
"""Bounds of what exhaustion does to leaving (evidence E, loop R1)."""

SICKNESS_MULTIPLIER = (0.25, 3.0)
"""Bounds of what load does to sickness (evidence E, loop R2)."""

MOST_SICKNESS = 0.95
"""No share of working days lost to sickness is greater."""

EXHAUSTION_STEPS = 256
"""Exhaustion acts on leaving in steps of 1/256."""

LONGEST_TENURE = 50 * 365
"""Nobody is found to have been in post for more days."""

APPROVAL = 1 << 16
"""Count of the draw about the approval of a vacancy; below it, counts number the rounds."""

IN_POST, LEAVING, HIRING = int(Purpose.PERSON_IN_POST), int(Purpose.LEAVING), int(Purpose.HIRING)

Story = Generator[Event, Any, None]
"""A SimPy process."""

Cell = tuple[int, int]
"""(team, role)"""


class Clinic(Protocol):
    """What the workforce asks of the clinic."""

    def release(self, slot: int) -> None:
        """The person in this slot leaves today: hand their caseload over, close their time account."""

    def staff_changed(self, team: int) -> None:
        """Somebody in this team has more or less room than before: allocate again."""

    def set_rules(self, rules: Rules) -> None:
        """New rules hold from today on."""


class Status(IntEnum):
    """Of a post."""

    EMPTY = 0
    HELD = 1
    ON_NOTICE = 2


class Workforce:
    """Everybody in post, and every vacancy, in one replication."""

    def __init__(self, env: Environment, inputs: Inputs, staff: np.ndarray, roster: np.ndarray, clinic: Clinic,
                 seed: int, replication: int) -> None:  # fmt: skip
        self.env, self.inputs, self.staff, self.roster, self.clinic = env, inputs, staff, roster, clinic
        self.seed, self.replication = seed, replication
        self.rules = inputs.epochs[0].staff
        self.ledger = Ledger(inputs, roster)
        self._know_the_posts()
        self._know_the_calendar()
        self._nobody_yet()
        env.process(self.bookkeeping(self._book(self._period_firsts)))
        env.process(self.service())

    def service(self) -> Story:
        """On day 0 the doors open; from then on, week by week, people tire or recover, and newcomers are given more."""
        self.open()
        for week in self._book(range(WEEK, self.inputs.days, WEEK)):
            yield week
            self.review()

    # --- the day the doors open ---------------------------------------------------------------------------------------

    def open(self) -> None:
        """Put today's people in post, and today's vacancies under way."""
        found = [slot for slot, post in enumerate(self.posts) if post.filled]
        for slot in found:
            self.find(slot)
        for team in range(len(self.in_post)):
            self.supervise(team, everybody=True)
        self.plan_days_off(np.array(found, dtype=np.int64))
        self.env.process(self.rota(self._book(self._month_firsts)))
        for cell in self.posts_of:
            self.match_establishment(cell, under_way=True)
        for slot in found:
            self.env.process(self.career(slot, max(self.start_day[slot], -self.rules.notice_days)))

    def find(self, slot: int) -> None:
        """Someone is found in post on day 0, after a time that renewal theory gives for a moment picked at random."""
        words = self.luck_of(self.person(slot), IN_POST)
        role, rules = self.role_rules(slot), self.rules
        law = tenure_law(role.leaving_rate, rules.early_multiplier, rules.early_days, rules.later_multiplier)
        self.start_day[slot] = -value(law, words[0])
        self.sick[slot] = words[1] < threshold(rules.sickness_share)
        self.take_post(slot)
        self.note(0, slot, CareerEvent.FOUND)

    # --- a person -----------------------------------------------------------------------------------------------------

    def career(self, slot: int, since: int) -> Story:
        """A person's time in the post from day `since` on: they resign one day, work their notice, and leave.

        Those found on day 0 are followed from one notice earlier, so some are found working it.
        """
        resigned = yield from self.until_resignation(slot, since)
        last_day = resigned + self.rules.notice_days
        self.resign(slot, resigned, last_day)
        yield self.until(last_day - self.rules.no_new_patients_days)
        self.stop_new_patients(slot)
        yield self.until(last_day)
        self.leave(slot)

    def until_resignation(self, slot: int, since: int) -> Generator[Event, Any, int]:
        """Candidate days come at a rate that no hazard exceeds; on each, the hazard of that day decides (Jensen 1953)."""
        person, fastest = self.person(slot), self.fastest[self.posts[slot].role]
        gaps, day = geometric(fastest / DAYS_PER_YEAR), since
        for n in count():
            words = self.luck_of(person, LEAVING, n)
            day += value(gaps, words[1])
            yield self.until(day)
            if words[0] < int(self.hazard(slot, day) / fastest * CERTAIN):
                break
        return day

    def hazard(self, slot: int, day: int) -> float:
        """Resignations per year: the role's rate x the multiplier of tenure x that of exhaustion."""
        rules = self.rules
        early = day - self.start_day[slot] < rules.early_days
        rate = self.role_rules(slot).leaving_rate * (rules.early_multiplier if early else rules.later_multiplier)
        if rules.exhaustion is None:
            return rate
        step = int(self.exhaustion[slot] * EXHAUSTION_STEPS + 0.5)
        return rate * leaving_multipliers(rules.exhaustion.usual, rules.exhaustion.gain_on_leaving)[step]

    def resign(self, slot: int, day: int, last_day: int) -> None:
        """Notice is given; recruitment to the post begins at once, if it is still funded."""
        self.status[slot], self.leave_day[slot] = Status.ON_NOTICE, last_day
        self.note(day, slot, CareerEvent.RESIGNED)
        self.match_establishment(self.cell[slot], first=slot, since=day)

    def stop_new_patients(self, slot: int) -> None:
        """The last weeks of notice: the caseload runs down."""
        self.accepts[slot] = 0
        self.clinic.staff_changed(self.posts[slot].team)

    def leave(self, slot: int) -> None:
        """The post is left; the caseload is released first, as it was last night."""
        self.clinic.release(slot)
        team, role = self.cell[slot]
        self.note(self.today, slot, CareerEvent.LEFT)
        self.ledger.supervises(self.today, slot, 0, 0)
        self.status[slot] = Status.EMPTY
        self.in_post[team][role] -= self.wte[slot]
        self.learning.discard(slot)
        self.occupied[slot] = self.accepts[slot] = 0
        self.keys[slot] = -1
        self.daily_treatment[slot] = self.daily_assessment[slot] = self.places[slot] = 0
        self.leave_planned[slot] = self.sickness_drawn[slot] = NOT_YET
        self.roster[slot, self.today :] = 0
        self.supervise(team)
        self.clinic.staff_changed(team)

    def start(self, slot: int) -> None:
        """A newcomer's first day: well, rested, and at the foot of the induction ramp."""
        self.occupant[slot] += 1
        self.rounds[slot] = 0
        self.start_day[slot] = self.today
        self.sick[slot] = 0
        self.take_post(slot)
        self.note(self.today, slot, CareerEvent.STARTED)
        self.supervise(self.posts[slot].team)
        self.write_day(slot)
        self.plan_days_off(np.array([slot]))
        self.env.process(self.career(slot, self.today))

    def take_post(self, slot: int) -> None:
        """What is the same for the found and for the newly started."""
        team, role = self.cell[slot]
        self.status[slot] = Status.HELD
        self.in_post[team][role] += self.wte[slot]
        self.rest(slot)
        self.keys[slot] = self.person(slot)
        self.occupied[slot] = self.accepts[slot] = 1
        self.staff["available"][slot] = self.staff["used"][slot] = 0

    def rest(self, slots: int | slice) -> None:
        """Nobody has felt any load yet."""
        self.load[slots] = 1.0
        self.exhaustion[slots] = 0.0 if self.rules.exhaustion is None else self.rules.exhaustion.usual

    # --- a vacancy ----------------------------------------------------------------------------------------------------

    def match_establishment(self, cell: Cell, first: int | None = None, since: int | None = None,
                            under_way: bool = False) -> None:  # fmt: skip
        """Recruit to as many posts of a role as its funding allows, lowest number first (or `first` of all).

        Those staying, and those sought, fill the establishment. Above it recruitment is withdrawn, highest number
        first, and leavers are not replaced; nobody is dismissed. `since`: the day recruitment began, if not today.
        """
        slots, funded = self.posts_of[cell], self.rules.roles[cell[1]].funded
        filled = sum(self.wte[slot] for slot in slots if self.status[slot] == Status.HELD or slot in self.sought)
        for slot in reversed(slots):
            if filled > funded and slot in self.sought:
                self.sought.pop(slot).interrupt()
                filled -= self.wte[slot]
        for slot in slots if first is None else [first, *slots]:
            open_to_hire = self.status[slot] != Status.HELD and slot not in self.sought
            if open_to_hire and filled + self.wte[slot] <= funded:
                began = -self.days_under_way(slot) if under_way else self.today if since is None else since
                self.sought[slot] = self.env.process(self.recruitment(slot, began))
                filled += self.wte[slot]

    def days_under_way(self, slot: int) -> int:
        """How long ago a vacancy found on day 0 was opened: a moment picked at random in approval or in a round."""
        role = self.role_rules(slot)
        rounds = role.round_days / role.fill if role.fill > 0 else role.round_days
        elapsed = self.luck_of(self.candidate(slot), HIRING, APPROVAL)[0] / CERTAIN * (role.approval_days + rounds)
        if elapsed >= role.approval_days:
            in_round = (elapsed - role.approval_days) % role.round_days if role.round_days else 0.0
            elapsed = role.approval_days + in_round
        return int(elapsed)

    def recruitment(self, slot: int, began: int) -> Story:
        """Approval once, then rounds until one succeeds; the newcomer starts when the post is free."""
        try:
            day = began + value(fixed(self.role_rules(slot).approval_days), self.luck_of(self.candidate(slot), HIRING, APPROVAL)[1])
            yield self.until(day)
            self.note(self.today, slot, CareerEvent.ADVERTISED, sought=True)
            found = False
            while not found:
                words = self.luck_of(self.candidate(slot), HIRING, self.rounds[slot])
                self.rounds[slot] += 1
                day += value(fixed(self.role_rules(slot).round_days), words[1])
                yield self.until(day)
                found = words[0] < threshold(self.chance_to_fill(slot))
                if not found:
                    self.note(self.today, slot, CareerEvent.ROUND_FAILED, sought=True)
            if self.status[slot] != Status.EMPTY:
                yield self.until(self.leave_day[slot])
        except Interrupt:
            self.note(self.today, slot, CareerEvent.WITHDRAWN, sought=True)
        else:
            del self.sought[slot]
            self.start(slot)

    def chance_to_fill(self, slot: int) -> float:
        """fill x (1 - reputation x (the team's vacancy share - the usual one)), within 0 .. 1 (evidence E, loop R12)."""
        role = self.role_rules(slot)
        funded = sum(rule.funded for rule in self.rules.roles)
        vacant = max(0, funded - sum(self.in_post[self.posts[slot].team]))
        vacancy = vacant / funded if funded else 0.0
        return min(1.0, max(0.0, role.fill * (1.0 - role.reputation * (vacancy - role.usual_vacancy))))

    # --- the office's regular work ------------------------------------------------------------------------------------

    def rota(self, booked: Iterable[Event]) -> Story:
        """On the first of each month days off are settled for everybody in post."""
        for first_of_month in booked:
            yield first_of_month
            self.plan_days_off(np.flatnonzero(self.occupied))

    def plan_days_off(self, slots: np.ndarray) -> None:
        """Leave and study to the end of the leave year, sickness to the end of the month, for whom it is due."""
        rules = self.rules
        unplanned = slots[self.leave_planned[slots] <= self.today]
        if unplanned.size:
            year_began, year_ends = self._leave_year()
            stretch = self._stretch(year_ends)
            part_of_year = (year_ends - self.today) / (year_ends - year_began) * PART_DAYS
            leave, study = round(rules.leave_days * part_of_year), round(rules.study_days * part_of_year)
            plan_leave(self.roster, self.working, unplanned, self.keys[unplanned], stretch, leave, study)
            self.leave_planned[unplanned] = year_ends
        undrawn = slots[self.sickness_drawn[slots] <= self.today]
        if undrawn.size:
            stretch = self._stretch(self._next_month())
            falls_ill, stays_ill = self.sickness_thresholds(undrawn)
            draw_sickness(self.roster, self.working, undrawn, self.keys[undrawn], self.sick, stretch, falls_ill, stays_ill)
            self.sickness_drawn[undrawn] = stretch.until

    def sickness_thresholds(self, slots: np.ndarray) -> tuple[np.ndarray, int]:
        """(to fall ill, of each slot; to stay ill) on a working day, so that the usual share x (1 + gain x (load - 1)) is lost."""
        rules = self.rules
        share = np.full(slots.size, rules.sickness_share)
        if rules.exhaustion is not None:
            share *= np.clip(1.0 + rules.exhaustion.gain_on_sickness * (self.load[slots] - 1.0), *SICKNESS_MULTIPLIER)
        share = np.minimum(share, MOST_SICKNESS)
        recovers = 1.0 / max(1.0, rules.sickness_spell)
        falls_ill = np.minimum(1.0, recovers * share / (1.0 - share))
        return (falls_ill * CERTAIN).astype(np.int64), threshold(1.0 - recovers)

    def review(self) -> None:
        """Once a week: what the week's load has done to people, and how far newcomers have come."""
        loop = self.rules.exhaustion
        if loop is not None:
            smoothing = min(1.0, WEEK / max(loop.smoothing_days, 1.0))
            wear(self.staff, self.target, self.load, self.exhaustion, smoothing, loop.rise, loop.recovery, loop.usual)
        for slot in sorted(self.learning):
            self.write_day(slot)

    def bookkeeping(self, booked: Iterable[Event]) -> Story:
        """On the first day of each period the one before is closed."""
        for period, first_day in enumerate(booked):
            yield first_day
            self.close_period(period, self.today)

    @property
    def staffing(self) -> np.ndarray:
        """int64, (period, team, role, Staffing.N). To be asked for after the last day: it closes the last period."""
        self.close_period(len(self.inputs.period_starts) - 1, self.inputs.days)
        return self.ledger.staffing

    def careers(self) -> np.ndarray:
        """int64, (event, Chronicle.N): what happened to posts and people, in order."""
        return self.ledger.chronicle()

    def close_period(self, period: int, day: int) -> None:
        """Write down the state as the day before `day` ended."""
        self.ledger.settle(day)
        record, in_post = self.ledger.staffing[period], np.array(self.in_post)
        record[:, :, Staffing.FUNDED] = [role.funded for role in self.rules.roles]
        record[:, :, Staffing.IN_POST] = in_post
        weight = self.staff["wte"] * self.occupied
        record[:, :, Staffing.TENURE] = self._mean(weight * (day - np.array(self.start_day)), in_post)
        record[:, :, Staffing.EXHAUSTION] = -1
        if self.rules.exhaustion is not None:
            record[:, :, Staffing.EXHAUSTION] = self._mean(weight * (self.exhaustion * 1000), in_post)

    def _mean(self, weighted: np.ndarray, in_post: np.ndarray) -> np.ndarray:
        """int64, (team, role): sum over slots / in post; -1 where nobody is."""
        sums = np.bincount(self._cell_number, weights=weighted, minlength=in_post.size).reshape(in_post.shape)
        return np.where(in_post > 0, np.rint(sums / np.maximum(in_post, 1)), -1).astype(np.int64)

    # --- rules and capacity -------------------------------------------------------------------------------------------

    def set_rules(self, rules: StaffRules) -> None:
        """New rules hold from today on."""
        if rules is self.rules:
            return
        loop_begins = self.rules.exhaustion is None and rules.exhaustion is not None
        self.rules = rules
        if loop_begins:
            self.rest(slice(None))
            self.staff["available"] = self.staff["used"] = 0
        for team in range(len(self.in_post)):
            self.supervise(team, everybody=True)
        for cell in self.posts_of:
            self.match_establishment(cell)

    def supervise(self, team: int, everybody: bool = False) -> None:
        """Share out the supervision that the team needs; rewrite the days of those of whom something else is asked."""
        before = self.supervision[team]
        now = self.supervision[team] = share_supervision(self.rules.roles, self.in_post[team])
        for role, seconds in enumerate(now.nobody):
            if seconds != before.nobody[role]:
                self.ledger.lacks_supervisors(self.today, team, role, seconds)
            if everybody or now.asked[role] != before.asked[role]:
                for slot in self.posts_of.get((team, role), ()):
                    if self.status[slot] != Status.EMPTY:
                        self.write_day(slot)

    def write_day(self, slot: int) -> None:
        """Write what a person can do, from their WTE, ramp, clinical share, job plan and supervision given."""
        (team, role), wte, tenure = self.cell[slot], self.wte[slot], self.today - self.start_day[slot]
        rules, rule = self.rules, self.rules.roles[role]
        day = clinical_day(rules, role, wte, tenure, self.supervision[team].asked[role])
        self.daily_treatment[slot], self.daily_assessment[slot] = day.treatment, day.assessment
        self.ledger.supervises(self.today, slot, day.supervision, day.not_given)
        self.places[slot] = caseload_room(rules, rule.places, wte, tenure)
        self.target[slot] = caseload_room(rules, rule.target, wte, tenure) if rule.places else 0
        self.shares_spare[slot] = rule.shares_spare
        if tenure < rules.induction_days:
            self.learning.add(slot)
        else:
            self.learning.discard(slot)
        self.clinic.staff_changed(team)

    # --- small words --------------------------------------------------------------------------------------------------

    @property
    def today(self) -> int:
        """The day that begins."""
        return int(self.env.now)

    def until(self, day: int) -> Timeout:
        """That day, or now if it has passed."""
        return self.env.timeout(max(0, day - self.today))

    def person(self, slot: int) -> int:
        """Key of the occupant, 56 bits: team and role, post number, occupant number."""
        return self.post_key[slot] | self.occupant[slot]

    def candidate(self, slot: int) -> int:
        """Key of the occupant to come: the vacancy's luck is theirs."""
        return self.post_key[slot] | self.occupant[slot] + 1

    def luck_of(self, who: int, purpose: int, n: int = 0) -> Sequence[int]:
        """Four words."""
        words: Sequence[int] = luck(self.seed, self.replication, who, purpose, n)
        return words

    def role_rules(self, slot: int) -> RoleRules:
        """The rules now in force for the role of this post."""
        return self.rules.roles[self.cell[slot][1]]

    def note(self, day: int, slot: int, event: CareerEvent, sought: bool = False) -> None:
        """Enter in the chronicle what happened to the occupant, or to the one sought."""
        self.ledger.note(day, slot, self.occupant[slot] + sought, event)

    # --- what is known from the start ---------------------------------------------------------------------------------

    def _know_the_posts(self) -> None:
        names, self.posts = self.inputs.names, self.inputs.posts
        self.cell: list[Cell] = [(post.team, post.role) for post in self.posts]
        self.wte = [post.wte for post in self.posts]
        self.posts_of: dict[Cell, list[int]] = {}
        for slot, cell in enumerate(self.cell):
            self.posts_of.setdefault(cell, []).append(slot)
        names_of = {cell: name_key(names.teams[cell[0]], names.roles[cell[1]]) << 32 for cell in self.posts_of}
        self.post_key = [names_of[post.team, post.role] | post.number << 16 for post in self.posts]
        self._cell_number = np.array([team * len(names.roles) + role for team, role in self.cell], dtype=np.int64)
        self.fastest = [fastest_leaving(self.inputs, role) for role in range(len(names.roles))]

    def _know_the_calendar(self) -> None:
        start, days = self.inputs.start, self.inputs.days
        self._period_firsts = (np.flatnonzero(np.diff(self.inputs.period_of_day)) + 1).tolist()
        firsts = [(date(start.year + m // 12, m % 12 + 1, 1) - start).days for m in range(start.month, start.month + days // 28 + 14)]
        self._month_firsts = [day for day in firsts if 0 < day < days]
        self._months = firsts
        self._leave_years = [(date(year, LEAVE_YEAR_BEGINS, 1) - start).days for year in range(start.year - 1, start.year + days // 365 + 3)]
        self.working = calendar_beyond(self.inputs.working, self._leave_years[-1])

    def _nobody_yet(self) -> None:
        n, names = len(self.posts), self.inputs.names
        self.status: list[int] = [Status.EMPTY] * n
        self.occupant, self.rounds, self.start_day, self.leave_day = [0] * n, [0] * n, [0] * n, [NOT_YET] * n
        self.load, self.exhaustion, self.target = np.ones(n), np.zeros(n), np.zeros(n)
        self.sick = np.zeros(n, dtype=np.uint8)
        self.leave_planned, self.sickness_drawn = np.full(n, NOT_YET), np.full(n, NOT_YET)
        self.learning: set[int] = set()
        self.sought: dict[int, Process] = {}
        self.in_post = [[0] * len(names.roles) for _ in names.teams]
        self.supervision = [Supervision([0.0] * len(names.roles), [0] * len(names.roles)) for _ in names.teams]
        for field in ("team", "role", "wte"):
            self.staff[field] = [getattr(post, field) for post in self.posts]
        self.keys, self.occupied, self.accepts = self.staff["key"], self.staff["occupied"], self.staff["accepts"]
        self.daily_treatment, self.daily_assessment = self.staff["daily_treatment"], self.staff["daily_assessment"]
        self.places, self.shares_spare = self.staff["places"], self.staff["shares_spare"]
        self.keys[:] = -1

    def _book(self, days: Iterable[int]) -> list[Event]:
        """Appointments, booked now so that they come first on their day."""
        return [self.until(day) for day in days]

    def _leave_year(self) -> tuple[int, int]:
        """(first day of the leave year now running, first day of the next)."""
        n = bisect_right(self._leave_years, self.today)
        return self._leave_years[n - 1], self._leave_years[n]

    def _next_month(self) -> int:
        return self._months[bisect_right(self._months, self.today)]

    def _stretch(self, until: int) -> Stretch:
        return Stretch(self.seed, self.replication, self.today, until, self.inputs.start.toordinal())


# --- laws -------------------------------------------------------------------------------------------------------------


def value(law: Law, word: int) -> int:
    """The value of a law at a word of luck."""
    base, thresholds = law
    return base + bisect_right(thresholds, word)


def fastest_leaving(inputs: Inputs, role: int) -> float:
    """A rate per year that no hazard of a role exceeds, in any epoch: a power of two from 1, so that it seldom changes
    when a rate does, and candidate days stay where they were."""
    greatest = max(
        epoch.staff.roles[role].leaving_rate * max(epoch.staff.early_multiplier, epoch.staff.later_multiplier)
        for epoch in inputs.epochs
    )
    return 2.0 ** max(0, math.ceil(math.log2(max(greatest * LEAVING_MULTIPLIER[1], 1.0))))


@lru_cache(maxsize=4096)
def tenure_law(rate: float, early: float, early_days: float, later: float) -> Law:
    """Days in post at a moment picked at random: density in proportion to the chance of staying that long (renewal
    theory: Cox 1962, *Renewal Theory*, section 5)."""
    days = np.arange(LONGEST_TENURE)
    leaves = rate * np.where(days < early_days, early, later) / DAYS_PER_YEAR
    stays = np.cumprod(np.concatenate(([1.0], 1.0 - leaves)))
    reached = np.cumsum(stays)
    return from_cumulative(0, reached[:-1] / reached[-1])


@lru_cache(maxsize=4096)
def leaving_multipliers(usual: float, gain: float) -> tuple[float, ...]:
    """(step,) exp(gain x (exhaustion - usual)) at each 1/256 of exhaustion, within 0.6 .. 2.5. Rounded to 1e-6, so that
    machines with other last bits of exp agree."""
    low, high = LEAVING_MULTIPLIER
    steps = (math.exp(gain * (step / EXHAUSTION_STEPS - usual)) for step in range(EXHAUSTION_STEPS + 1))
    return tuple(min(high, max(low, round(multiplier, 6))) for multiplier in steps)


def calendar_beyond(working: np.ndarray, days: int) -> np.ndarray:
    """uint8, (day,): the calendar, carried on to `days` by the weekdays on which it mostly works."""
    known = np.asarray(working, dtype=np.uint8)[:days]
    usual = np.array([2 * int(known[weekday::WEEK].sum()) > known[weekday::WEEK].size for weekday in range(WEEK)])
    beyond = np.arange(known.size, days)
    return np.concatenate((known, usual[beyond % WEEK].astype(np.uint8)))
