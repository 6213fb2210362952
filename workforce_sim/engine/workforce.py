"""The staff, told as SimPy processes: people hold posts, tire, resign and leave; vacant posts are recruited to.

In: the compiled scenario, the STAFF rows and the roster that the clinic works with. Out: those two, kept true from day
to day; the monthly record (`staffing`) and the chronicle of careers (`careers`).

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
from itertools import count, zip_longest
from typing import Any, Protocol

import numpy as np
from simpy import Environment, Event, Interrupt, Process, Timeout

from workforce_sim.engine.capacity import role_table, supervisor_table
from workforce_sim.engine.kernel import roster as compiled
from workforce_sim.engine.kernel.handle import handle
from workforce_sim.engine.kernel.roster import PART_DAYS, PERSON, Personnel, Stretch
from workforce_sim.engine.staffing import CareerEvent, Chronicle, Staffing
from workforce_sim.inputs.codes import NOT_YET
from workforce_sim.inputs.laws import NEVER, Law, fixed, from_cumulative, geometric
from workforce_sim.inputs.rules import Inputs, RoleRules, Rules, StaffRules
from workforce_sim.streams import CERTAIN, Purpose, luck, name_key, threshold

DAYS_PER_YEAR = 365.25
WEEK = 7
LEAVE_YEAR_BEGINS = 4
"""Month: annual leave is counted from 1 April."""

LEAVING_MULTIPLIER = (0.6, 2.5)
"""Bounds of what exhaustion does to leaving (evidence E, loop R1)."""

SICKNESS_BOUNDS = (0.25, 3.0, 0.95)
"""Least and greatest factor that load puts on sickness (evidence E, loop R2); greatest share of days lost."""

EXHAUSTION_STEPS = 256
"""Exhaustion acts on leaving in steps of 1/256."""

LONGEST_TENURE = 50 * 365
"""Nobody is found to have been in post for more days."""

APPROVAL = 1 << 16
"""Count of the draw about the approval of a vacancy; below it, counts number the rounds."""

NO_LOOP = (-1.0, 0.0, 0.0, 0.0)
"""Smoothing, rise, recovery and usual exhaustion for the compiled loop, when it is off."""

COUNTED = {
    CareerEvent.STARTED: (Staffing.STARTERS, Staffing.STARTER_HEADS),
    CareerEvent.LEFT: (Staffing.LEAVERS, Staffing.LEAVER_HEADS),
}
"""Columns of the monthly record that an event counts in: WTE, heads."""

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

    personnel: Personnel
    """The arrays of the staff, as the compiled loops see them."""

    def __init__(self, env: Environment, inputs: Inputs, staff: np.ndarray, roster: np.ndarray, clinic: Clinic,
                 seed: int, replication: int) -> None:  # fmt: skip
        """staff: STAFF, (slot,), and roster: uint8, (slot, day), are shared with the clinic. Doors open on day 0."""
        self.env, self.inputs, self.staff, self.roster, self.clinic = env, inputs, staff, roster, clinic
        self.seed, self.replication = seed, replication
        self._hold(inputs.epochs[0].staff)
        self._know_the_posts()
        self._know_the_calendar()
        self._nobody_yet()
        env.process(self.bookkeeping(self._book(self._period_firsts)))
        env.process(self.service())

    def service(self) -> Story:
        """On day 0 the doors open; from then on, week by week, load is felt, and newcomers are given more to do."""
        self.open()
        for week in self._book(range(WEEK, self.inputs.days, WEEK)):
            yield week
            self.lay_out_days(after_a_week=True)

    def open(self) -> None:
        """Put today's people in post, and today's vacancies under way."""
        found = [slot for slot, post in enumerate(self.posts) if post.filled]
        for slot in found:
            self.find(slot)
        self.lay_out_days()
        self.plan_days_off()
        self.env.process(self.rota(self._book(day for day in self._months if day < self.inputs.days)))
        for cell in self.posts_of:
            self.match_establishment(cell, under_way=True)
        for slot in found:
            self.env.process(self.career(slot, max(self.start_day.item(slot), -self.rules.notice_days)))

    def find(self, slot: int) -> None:
        """Someone is found in post on day 0, after a time that renewal theory gives for a moment picked at random."""
        words = self.luck_of(self.person(slot), IN_POST)
        role, rules = self.role_rules(slot), self.rules
        law = tenure_law(role.leaving_rate, rules.early_multiplier, rules.early_days, rules.later_multiplier)
        self.take_post(slot, -value(law, words[0]), sick=words[1] < threshold(rules.sickness_share))
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
        """Candidate days come at a rate that no hazard exceeds; on each, that day's hazard decides (Jensen 1953).

        Where that rate changes with an epoch, the next candidate day is drawn anew from there: the law has no memory.
        """
        person, paces, day = self.person(slot), self.paces[self.posts[slot].role], since
        for n in count():
            until, fastest = next(pace for pace in paces if day < pace[0])
            words = self.luck_of(person, LEAVING, n)
            candidate = day + value(geometric(fastest / DAYS_PER_YEAR), words[1])
            day = min(candidate, until)
            yield self.until(day)
            if candidate < until and words[0] < int(self.hazard(slot, day) / fastest * CERTAIN):
                break
        return day

    def hazard(self, slot: int, day: int) -> float:
        """Resignations per year: the role's rate x the multiplier of tenure x that of exhaustion."""
        rules = self.rules
        early = day - self.start_day.item(slot) < rules.early_days
        rate = self.role_rules(slot).leaving_rate * (rules.early_multiplier if early else rules.later_multiplier)
        if rules.exhaustion is None:
            return rate
        step = int(self.exhaustion.item(slot) * EXHAUSTION_STEPS + 0.5)
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
        team = self.posts[slot].team
        self.clinic.release(slot)
        self.note(self.today, slot, CareerEvent.LEFT)
        self.status[slot] = Status.EMPTY
        self.occupied[slot] = self.accepts[slot] = 0
        self.keys[slot] = -1
        self.roster[slot, self.today :] = 0
        self.lay_out_days(team)
        self.clinic.staff_changed(team)

    def start(self, slot: int) -> None:
        """A newcomer's first day: well, rested, and at the foot of the induction ramp."""
        team = self.posts[slot].team
        self.occupant[slot] += 1
        self.rounds[slot] = 0
        self.take_post(slot, self.today, sick=False)
        self.note(self.today, slot, CareerEvent.STARTED)
        self.lay_out_days(team)
        self.plan_days_off(slot)
        self.clinic.staff_changed(team)
        self.env.process(self.career(slot, self.today))

    def take_post(self, slot: int, start_day: int, sick: bool) -> None:
        """What is the same for the found and for the newly started. Nobody has felt any load yet."""
        self.status[slot] = Status.HELD
        self.start_day[slot] = start_day
        usual = 0.0 if self.rules.exhaustion is None else self.rules.exhaustion.usual
        self.people[slot] = (start_day, NOT_YET, NOT_YET, 0, 0, 0, 1.0, usual, sick)
        self.keys[slot] = self.person(slot)
        self.occupied[slot] = self.accepts[slot] = 1
        self.available[slot] = self.used[slot] = 0

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
            words = self.luck_of(self.candidate(slot), HIRING, APPROVAL)
            day = began + value(fixed(self.role_rules(slot).approval_days), words[1])
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
            while (
                self.status[slot] != Status.EMPTY
            ):  # on that day, too, the leaver goes first, whichever was booked first
                yield self.until(self.leave_day[slot])
        except Interrupt:
            self.note(self.today, slot, CareerEvent.WITHDRAWN, sought=True)
        else:
            del self.sought[slot]
            self.start(slot)

    def chance_to_fill(self, slot: int) -> float:
        """`fill` x (1 - reputation x (the team's vacancy - the usual one)), within 0 .. 1 (evidence E, loop R12)."""
        role, funded = self.role_rules(slot), self._funded_in_all
        vacant = max(0, funded - sum(self.personnel.in_post[self.posts[slot].team].tolist()))
        vacancy = vacant / funded if funded else 0.0
        return min(1.0, max(0.0, role.fill * (1.0 - role.reputation * (vacancy - role.usual_vacancy))))

    # --- the office's regular work ------------------------------------------------------------------------------------

    def rota(self, booked: Iterable[Event]) -> Story:
        """On the first of each month days off are settled for everybody in post."""
        for first_of_month in booked:
            yield first_of_month
            self.plan_days_off()

    def plan_days_off(self, slot: int | None = None) -> None:
        """Leave and study to the end of the leave year, sickness to that of the month, for whom they are not known."""
        rules, today, loop = self.rules, self.today, self.rules.exhaustion
        year_began, year_ends = self._leave_year()
        if slot is not None or today in (0, year_began):
            part_of_year = (year_ends - today) / (year_ends - year_began) * PART_DAYS
            leave, study = round(rules.leave_days * part_of_year), round(rules.study_days * part_of_year)
            compiled.plan_leave(self._personnel, self._stretch(year_ends, slot), leave, study)
        recovers, gain = 1.0 / max(1.0, rules.sickness_spell), 0.0 if loop is None else loop.gain_on_sickness
        month_ends = self._months[bisect_right(self._months, today)]
        compiled.draw_sickness(
            self._personnel, self._stretch(month_ends, slot), rules.sickness_share, recovers, gain, SICKNESS_BOUNDS
        )

    def bookkeeping(self, booked: Iterable[Event]) -> Story:
        """On the first day of each period the one before is closed."""
        for period, first_day in enumerate(booked):
            yield first_day
            self.close_period(period, self.today)

    @property
    def staffing(self) -> np.ndarray:
        """int64, (period, team, role, Staffing.N). To be asked for after the last day: it closes the last period."""
        self.close_period(len(self.inputs.period_starts) - 1, self.inputs.days)
        return self.personnel.staffing

    def careers(self) -> np.ndarray:
        """int64, (event, Chronicle.N): what happened to posts and people, in order."""
        return np.array(self._chronicle, dtype=np.int64).reshape(-1, Chronicle.N)

    def close_period(self, period: int, day: int) -> None:
        """Write down the state as the day before `day` ended."""
        compiled.take_stock(self._personnel, period, day, self._funded, self.rules.exhaustion is not None)

    # --- rules and capacity -------------------------------------------------------------------------------------------

    def set_rules(self, rules: StaffRules) -> None:
        """New rules hold from today on."""
        if rules is self.rules:
            return
        if self.rules.exhaustion is None and rules.exhaustion is not None:
            self.people["load"], self.people["exhaustion"] = 1.0, rules.exhaustion.usual
            self.available[:] = self.used[:] = 0
        self._hold(rules)
        self._meet(self.personnel._replace(roles=role_table(rules), supervised_by=supervisor_table(rules)))
        self.lay_out_days()
        for cell in self.posts_of:
            self.match_establishment(cell)

    def lay_out_days(self, team: int | None = None, after_a_week: bool = False) -> None:
        """From today on, what everybody (in a team) can do in a day: WTE x clinical share x ramp, less supervision.

        `after_a_week`: first, what the week's load has done to people.
        """
        first, last = (0, len(self.inputs.names.teams)) if team is None else (team, team + 1)
        loop = self._loop if after_a_week else NO_LOOP
        if compiled.lay_out_days(self._personnel, first, last, self.today, loop):
            for number, changed in enumerate(self.personnel.changed[first:last].tolist(), first):
                if changed:
                    self.clinic.staff_changed(number)

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
        self._chronicle.append((day, slot, self.occupant[slot] + sought, int(event)))
        if event in COUNTED:
            post = self.posts[slot]
            row = self.personnel.staffing[self.inputs.period_of_day[day], post.team, post.role]
            wte, heads = COUNTED[event]
            row[wte] += post.wte
            row[heads] += 1

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
        self.paces = [paces_of_leaving(self.inputs, role) for role in range(len(names.roles))]

    def _know_the_calendar(self) -> None:
        start, days = self.inputs.start, self.inputs.days
        self._period_firsts = (np.flatnonzero(np.diff(self.inputs.period_of_day)) + 1).tolist()
        months = range(start.month, start.month + days // 28 + 2)
        years = range(start.year - 1, start.year + days // 365 + 3)
        self._months = [(date(start.year + month // 12, month % 12 + 1, 1) - start).days for month in months]
        self._leave_years = [(date(year, LEAVE_YEAR_BEGINS, 1) - start).days for year in years]
        known = np.concatenate((self.inputs.working, self.inputs.working_after))
        self._working = calendar_beyond(known, self._leave_years[-1])

    def _nobody_yet(self) -> None:
        n, teams, roles = len(self.posts), len(self.inputs.names.teams), len(self.inputs.names.roles)
        self.status: list[int] = [Status.EMPTY] * n
        self.occupant, self.rounds, self.leave_day = [0] * n, [0] * n, [NOT_YET] * n
        self.sought: dict[int, Process] = {}
        self._chronicle: list[tuple[int, int, int, int]] = []
        for field in ("team", "role", "wte"):
            self.staff[field] = [getattr(post, field) for post in self.posts]
        self.keys, self.occupied, self.accepts = self.staff["key"], self.staff["occupied"], self.staff["accepts"]
        self.available, self.used = self.staff["available"], self.staff["used"]
        self.keys[:] = -1
        self.people = np.zeros(n, dtype=PERSON)
        self.start_day, self.exhaustion = self.people["start_day"], self.people["exhaustion"]
        periods = len(self.inputs.period_starts)
        personnel = Personnel(
            staff=self.staff,
            people=self.people,
            roster=self.roster,
            working=self._working,
            team_slots=np.searchsorted(self.staff["team"], np.arange(teams + 1)),
            in_post=np.zeros((teams, roles), dtype=np.int64),
            unsupervised=np.zeros((teams, roles), dtype=np.int64),
            booked_until=np.zeros(teams, dtype=np.int64),
            changed=np.zeros(teams, dtype=np.int64),
            staffing=np.zeros((periods, teams, roles, Staffing.N), dtype=np.int64),
            period_of_day=self.inputs.period_of_day,
            roles=role_table(self.rules),
            supervised_by=supervisor_table(self.rules),
        )
        self._meet(personnel)

    def _meet(self, personnel: Personnel) -> None:
        self.personnel = personnel
        self._personnel = handle(personnel)

    def _hold(self, rules: StaffRules) -> None:
        self.rules, loop = rules, rules.exhaustion
        if loop is None:
            self._loop = NO_LOOP
        else:
            smoothing = min(1.0, WEEK / max(loop.smoothing_days, 1.0))
            self._loop = (smoothing, loop.rise, loop.recovery, loop.usual)
        self._funded = np.array([role.funded for role in rules.roles], dtype=np.int64)
        self._funded_in_all = int(self._funded.sum())

    def _book(self, days: Iterable[int]) -> list[Event]:
        """Appointments, booked on day 0 so that they come first on their day."""
        return [self.env.timeout(day) for day in days]

    def _leave_year(self) -> tuple[int, int]:
        """(first day of the leave year now running, first day of the next)."""
        n = bisect_right(self._leave_years, self.today)
        return self._leave_years[n - 1], self._leave_years[n]

    def _stretch(self, until: int, slot: int | None) -> Stretch:
        first, last = (0, len(self.posts)) if slot is None else (slot, slot + 1)
        return Stretch(self.seed, self.replication, self.inputs.start.toordinal(), first, last, self.today, until)


# --- laws -------------------------------------------------------------------------------------------------------------


def value(law: Law, word: int) -> int:
    """The value of a law at a word of luck."""
    base, thresholds = law
    return base + bisect_right(thresholds, word)


def paces_of_leaving(inputs: Inputs, role: int) -> list[tuple[int, float]]:
    """(day until which it holds, rate per year that no hazard of the role exceeds): one pace after another.

    A power of two, from 1, so that it seldom changes when a rate does, and candidate days stay where they were.
    """
    paces: list[tuple[int, float]] = []
    for epoch, after in zip_longest(inputs.epochs, inputs.epochs[1:]):
        staff, until = epoch.staff, NEVER if after is None else after.day
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


def calendar_beyond(working: np.ndarray, days: int) -> np.ndarray:
    """uint8, (day,): the calendar, carried on to `days` by the weekdays on which it mostly works."""
    known = np.asarray(working, dtype=np.uint8)[:days]
    usual = np.array([2 * int(known[weekday::WEEK].sum()) > known[weekday::WEEK].size for weekday in range(WEEK)])
    beyond = np.arange(known.size, days)
    return np.concatenate((known, usual[beyond % WEEK].astype(np.uint8)))
