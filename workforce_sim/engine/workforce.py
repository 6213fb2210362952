"""The staff, told as SimPy processes: people hold posts, tire, resign and leave; vacant posts are recruited to.

In: the compiled scenario, the STAFF rows and the roster that the clinic works with. Out: those two, kept true from day
to day; the monthly record (`staffing`) and the chronicle of careers (`careers`).

Everything happens as a day begins, before the clinic opens. On one day: last month's record is closed, then new rules
hold, then the office's regular work (days off, weekly review), then what befalls people. The regular dates are booked
when the office opens, and SimPy serves equal times in the order of booking, so this order holds by itself.

Luck belongs to a person or a vacancy, who are known by team, post and occupant. Chances are compared as integers.

`Workforce` keeps the posts and the people in them; `leaving`, `recruitment`, `training`, `absence` and `temporary` tell
what happens to them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Protocol

import numpy as np
from simpy import Environment, Event, Timeout

from workforce_sim.engine.absence import Absence
from workforce_sim.engine.capacity import supervisor_table, terms_table
from workforce_sim.engine.kernel import draw_sickness, lay_out_days, plan_leave, take_stock
from workforce_sim.engine.kernel.handle import handle
from workforce_sim.engine.kernel.roster import LEAVE_AS_USUAL, PART_DAYS, PERSON, Personnel, Stretch
from workforce_sim.engine.leaving import Leaving, tenure_law
from workforce_sim.engine.posts import Cell, Status, Story, value
from workforce_sim.engine.recruitment import Recruitment
from workforce_sim.engine.staffing import CareerEvent, Chronicle, Staffing
from workforce_sim.engine.temporary import Spending, Temporary
from workforce_sim.engine.training import Training
from workforce_sim.inputs.codes import NOT_YET, StaffKind
from workforce_sim.inputs.rules import Inputs, Post, PostKind, RoleRules, Rules, StaffRules
from workforce_sim.streams import Purpose, luck, name_key, threshold

WEEK = 7
LEAVE_YEAR_BEGINS = 4
"""Month: annual leave is counted from 1 April."""

SICKNESS_BOUNDS = (0.25, 3.0, 0.95)
"""Least and greatest factor that load puts on sickness (evidence E, loop R2); greatest share of days lost."""

NO_LOOP = (-1.0, 0.0, 0.0, 0.0)
NO_NEW_WEEK = -1
"""Smoothing, rise, recovery and usual exhaustion for the compiled loop, when it is off."""

COUNTED = {
    CareerEvent.STARTED: (Staffing.STARTERS, Staffing.STARTER_HEADS, Staffing.HIRED_HEADS),
    CareerEvent.LEFT: (Staffing.LEAVERS, Staffing.LEAVER_HEADS),
    CareerEvent.LEFT_NHS: (Staffing.LEAVERS_NHS,),
    CareerEvent.MOVED_IN: (Staffing.MOVED_IN,),
    CareerEvent.MOVED_OUT: (Staffing.MOVED_OUT,),
    CareerEvent.QUALIFIED: (Staffing.STARTERS, Staffing.STARTER_HEADS, Staffing.QUALIFIED),
    CareerEvent.UNPLACED: (Staffing.QUALIFIED, Staffing.UNPLACED),
    CareerEvent.TRAINEE_STARTED: (Staffing.TRAINEES_STARTED,),
    CareerEvent.TRAINEE_LEFT: (Staffing.TRAINEES_LEFT,),
}
"""Columns of the monthly record that an event counts in."""

IN_WTE = (Staffing.STARTERS, Staffing.LEAVERS, Staffing.LEAVERS_NHS, Staffing.MOVED_IN, Staffing.MOVED_OUT)
"""Of those: counted in hundredths of a WTE, not heads."""

PAID = {
    CareerEvent.STARTED: (Staffing.PAID_DAYS, -1),
    CareerEvent.MOVED_IN: (Staffing.PAID_DAYS, -1),
    CareerEvent.QUALIFIED: (Staffing.PAID_DAYS, -1),
    CareerEvent.LEFT: (Staffing.PAID_DAYS, 1),
    CareerEvent.MOVED_OUT: (Staffing.PAID_DAYS, 1),
    CareerEvent.TRAINEE_STARTED: (Staffing.TRAINEE_DAYS, -1),
    CareerEvent.TRAINEE_LEFT: (Staffing.TRAINEE_DAYS, 1),
    CareerEvent.UNPLACED: (Staffing.TRAINEE_DAYS, 1),
}
"""A month's paid days are those of the staff at its end, less the days before arrivals, and those of leavers."""

IN_POST = int(Purpose.PERSON_IN_POST)


class Clinic(Protocol):
    """What the workforce asks of the clinic."""

    def release(self, slot: int) -> None:
        """The person in this slot leaves today: hand their caseload over, close their time account."""

    def staff_changed(self, team: int) -> None:
        """Somebody in this team has more or less room than before: allocate again."""

    def set_rules(self, rules: tuple[Rules, ...]) -> None:
        """New rules hold from today on."""


class Workforce:
    """Everybody in post, and every vacancy, in one replication."""

    personnel: Personnel
    """The arrays of the staff, as the compiled loops see them."""
    people: np.ndarray
    """PERSON, (slot,)"""
    accepts: np.ndarray
    keys: np.ndarray
    """Columns of `staff`."""
    _closed: bool

    def __init__(self, env: Environment, inputs: Inputs, staff: np.ndarray, roster: np.ndarray, clinic: Clinic,
                 seed: int, replication: int) -> None:  # fmt: skip
        """staff: STAFF, (slot,), and roster: uint8, (slot, day), are shared with the clinic. Doors open on day 0."""
        self.env, self.inputs, self.staff, self.roster, self.clinic = env, inputs, staff, roster, clinic
        self.seed, self.replication = seed, replication
        self._know_the_posts()
        self._know_the_calendar()
        self._hold(inputs.epochs[0].staff)
        self._nobody_yet()
        env.process(self.bookkeeping(self._book(self._period_firsts)))
        env.process(self.service())
        self.leaving, self.absence = Leaving(self), Absence(self)
        self.spending, self.recruitment = Spending(self), Recruitment(self)
        self.training = Training(self)
        self.temporary = Temporary(self)

    def service(self) -> Story:
        """On day 0 the doors open; from then on, week by week, load is felt, and newcomers are given more to do."""
        self.open()
        for week in self._book(range(WEEK, self.inputs.days, WEEK)):
            yield week
            self.recruitment.ask_again()
            self.lay_out_days(after_a_week=True)

    def open(self) -> None:
        """Put today's people in post, and today's vacancies under way."""
        found = [slot for slot, post in enumerate(self.posts) if post.filled]
        for slot in found:
            self.find(slot)
        self.plan_days_off()
        self._changed.update(range(len(self.inputs.names.teams)))
        self.env.process(self.rota(self._book(day for day in self._months if day < self.inputs.days)))
        for cell in self.posts_of:
            self.recruitment.match_establishment(cell, under_way=True)
        for slot in found:
            self.env.process(self.leaving.career(slot, max(self.start_day.item(slot), -self.rules.notice_days)))
            self.absence.follow(slot, found=True)

    def find(self, slot: int) -> None:
        """Someone is found in post on day 0, after a time that renewal theory gives for a moment picked at random."""
        words = self.luck_of(self.person(slot), IN_POST)
        role, rules = self.role_rules(slot), self.rules
        law = tenure_law(role.leaving_rate, rules.early_multiplier, rules.early_days, rules.later_multiplier)
        self.take_post(slot, -value(law, words[0]), sick=words[1] < threshold(rules.sickness_share))
        self.note(0, slot, CareerEvent.FOUND)

    # --- a person comes, moves, goes ----------------------------------------------------------------------------------

    def start(self, slot: int) -> None:
        """A newcomer's first day: well, rested, and at the foot of the induction ramp."""
        self.begin(slot, self.today)
        self.note(self.today, slot, CareerEvent.STARTED)
        self._follow(slot)

    def begin(self, slot: int, start_day: int, status: int = Status.HELD, kind: StaffKind = StaffKind.IN_POST,
              terms: int | None = None) -> None:  # fmt: skip
        """Someone new takes a slot today; `start_day` may be earlier for those who are found in training."""
        self.occupant[slot] += 1
        self.rounds[slot] = 0
        self.take_post(slot, start_day, sick=False, status=status, terms=terms)
        self.staff["kind"][slot] = kind
        self._newcomers = True
        self.change(self.posts[slot].team)

    def take_post(
        self, slot: int, start_day: int, sick: bool, status: int = Status.HELD, terms: int | None = None
    ) -> None:
        """What is the same for the found and for the newly started. Nobody has felt any load yet."""
        self.become(slot, status)
        self.people[slot] = self.nobody(slot)
        self.people[slot]["start_day"], self.people[slot]["sick"] = start_day, sick
        if terms is not None:
            self.people[slot]["terms"] = terms
        self.keys[slot] = self.person(slot)
        self.occupied[slot] = self.accepts[slot] = 1
        self.available[slot] = self.used[slot] = 0

    def nobody(self, slot: int) -> np.ndarray:
        """PERSON, (): someone of whom nothing is known."""
        usual = 0.0 if self.rules.exhaustion is None else self.rules.exhaustion.usual
        row = np.zeros((), dtype=PERSON)
        row["leave_planned"] = row["sickness_drawn"] = row["away_until"] = NOT_YET
        row["load"], row["does"], row["exhaustion"], row["terms"] = 1.0, 1.0, usual, self.cell[slot][1]
        return row

    def take_up_role(self, slot: int) -> None:
        """A trainee who has qualified is in post from today, in the same seat and with the same patients."""
        self.note(self.today, slot, CareerEvent.QUALIFIED)
        self.become(slot, Status.HELD)
        self.staff["kind"][slot] = StaffKind.IN_POST
        self.people[slot]["terms"], self.people[slot]["start_day"] = self.cell[slot][1], self.today
        self.change(self.posts[slot].team)
        self.recruitment.match_establishment(self.cell[slot])
        self._follow(slot)

    def move(self, slot: int, into: int) -> None:
        """Someone in post moves to another slot of the team; their caseload stays and is handed over."""
        self.vacate(slot, CareerEvent.MOVED_OUT)
        self.staff["wte"][into] = self.wte[into]
        self.begin(into, self.today)
        self.note(self.today, into, CareerEvent.MOVED_IN)
        self._follow(into)
        self.recruitment.match_establishment(self.cell[slot])
        self.recruitment.match_establishment(self.cell[into])

    def stop_new_patients(self, slot: int) -> None:
        """The last weeks of notice: the caseload runs down."""
        self.accepts[slot] = 0
        self.clinic.staff_changed(self.posts[slot].team)

    def stops_at(self, slot: int) -> int:
        """Day from which someone on notice takes nobody new."""
        return self.leave_day[slot] - self.rules.no_new_patients_days

    def leave(self, slot: int) -> None:
        """The last day in post has passed."""
        nhs = self.leaves_nhs[slot]
        self.vacate(slot, CareerEvent.LEFT)
        if nhs:
            self.note(self.today, slot, CareerEvent.LEFT_NHS)
        self.recruitment.post_fell_vacant(self.cell[slot])

    def vacate(self, slot: int, why: CareerEvent) -> None:
        """The slot is empty from today; the caseload is released first, as it was last night."""
        self.clinic.release(slot)
        self.note(self.today, slot, why)
        self.become(slot, Status.EMPTY)
        self.occupied[slot] = self.accepts[slot] = 0
        self.keys[slot] = -1
        self.roster[slot, self.today :] = 0
        self.absence.slots_away[self.cell[slot]].discard(slot)
        self.change(self.posts[slot].team)

    def become(self, slot: int, status: int) -> None:
        """The status of a slot, and the sums that hang on it."""
        cell, wte, before = self.cell[slot], self.wte[slot], self.status[slot]
        self.status[slot] = status
        self.staying[cell] += wte * ((status == Status.HELD) - (before == Status.HELD))
        self.held[cell] += wte * ((status in Status.IN_POST) - (before in Status.IN_POST))
        self.spending.people += self.spending.of(slot, status) - self.spending.of(slot, before)

    def has_gone(self, slot: int, person: int) -> bool:
        """Whether someone no longer holds this slot."""
        return self.status[slot] == Status.EMPTY or self.person(slot) != person

    def change(self, team: int) -> None:
        """Somebody of the team came, went, or can do more or less from today."""
        self.temporary.is_stale = True
        self._changed.add(team)
        self.clinic.staff_changed(team)

    def settle(self) -> None:
        """To be called when all that befalls staff today is known, before the clinic opens: days are laid out anew."""
        if self._newcomers:
            self.plan_days_off(for_newcomers=True)
            self._newcomers = False
        if self.temporary.slot_of and self.temporary.is_stale:
            self.temporary.call()
        for team in sorted(self._changed):
            self.lay_out_days(team)
        self._changed.clear()

    def _follow(self, slot: int) -> None:
        self.env.process(self.leaving.career(slot, self.today))
        self.absence.follow(slot)

    # --- the office's regular work ------------------------------------------------------------------------------------

    def rota(self, booked: Iterable[Event]) -> Story:
        """On the first of each month days off are settled for everybody in post."""
        for first_of_month in booked:
            yield first_of_month
            self.plan_days_off()

    def plan_days_off(self, for_newcomers: bool = False) -> None:
        """Leave and study to the end of the leave year, sickness to that of the month, for whom they are not known."""
        rules, today, loop = self.rules, self.today, self.rules.exhaustion
        year_began, year_ends = self._leave_year()
        if for_newcomers or today in (0, year_began):
            part_of_year = (year_ends - today) / (year_ends - year_began) * PART_DAYS
            leave, study = round(rules.leave_days * part_of_year), round(rules.study_days * part_of_year)
            plan_leave(self._personnel, self._stretch(year_ends), leave, study)
        recovers, gain = 1.0 / max(1.0, rules.sickness_spell), 0.0 if loop is None else float(loop.gain_on_sickness)
        month_ends = self._months[bisect_right(self._months, today)]
        share = float(rules.sickness_share)
        draw_sickness(self._personnel, self._stretch(month_ends), share, recovers, gain, SICKNESS_BOUNDS)

    def bookkeeping(self, booked: Iterable[Event]) -> Story:
        """On the first day of each period the one before is closed."""
        for period, first_day in enumerate(booked):
            yield first_day
            self.close_period(period, self.today)

    @property
    def staffing(self) -> np.ndarray:
        """int64, (period, team, role, Staffing.N). To be asked for after the last day: it closes the last period."""
        if not self._closed:
            self._closed = True
            self.close_period(len(self.inputs.period_starts) - 1, self.inputs.days)
        return self.personnel.staffing

    def careers(self) -> np.ndarray:
        """int64, (event, Chronicle.N): what happened to posts and people, in order."""
        return np.array(self._chronicle, dtype=np.int64).reshape(-1, Chronicle.N)

    def close_period(self, period: int, day: int) -> None:
        """Write down the state as the day before `day` ended."""
        self.temporary.book(day)
        funded = np.array([self.recruitment.funded(cell) for cell in self.posts_of], dtype=np.int64)
        funded = funded.reshape(len(self.inputs.names.teams), len(self.inputs.names.roles))
        take_stock(self._personnel, period, day, funded, self.rules.exhaustion is not None)
        record = self.personnel.staffing[period]
        vacant = np.maximum(0, funded - record[..., Staffing.IN_POST])
        refused = np.array(list(self.recruitment.refused.values())).reshape(funded.shape)
        record[..., Staffing.FROZEN] = np.where([role.frozen for role in self.rules.roles], vacant, 0)
        record[..., Staffing.REFUSED] = np.minimum(vacant, refused)

    # --- rules and capacity -------------------------------------------------------------------------------------------

    def set_rules(self, rules: StaffRules) -> None:
        """New rules hold from today on."""
        if rules is self.rules:
            return
        if self.rules.exhaustion is None and rules.exhaustion is not None:
            self.people["load"], self.people["exhaustion"] = 1.0, rules.exhaustion.usual
            self.available[:] = self.used[:] = 0
        self.temporary.book(self.today)
        matters = _bears_on_recruitment(self.rules) != _bears_on_recruitment(rules)
        dear = any(new.cost != old.cost for new, old in zip(rules.roles, self.rules.roles, strict=True))
        self._hold(rules)
        if dear:
            self.spending.count()
        for ours, now in (
            (self.personnel.terms, self._terms),
            (self.personnel.supervised_by, self._supervised_by),
            (self.personnel.leave_weight, self._leave_weight),
        ):
            ours[:] = now
        for team in range(len(self.inputs.names.teams)):
            self.change(team)
        if matters:
            self.recruitment.match_all()

    def lay_out_days(self, team: int | None = None, after_a_week: bool = False) -> None:
        """From today on, what everybody (in a team) can do in a day: WTE x clinical share x ramp, less supervision.

        `after_a_week`: first, what the week's load has done to people.
        """
        first, last = (0, len(self.inputs.names.teams)) if team is None else (team, team + 1)
        loop = self._loop if after_a_week else NO_LOOP
        overtime = self.rules.overtime if after_a_week or not self.today else NO_NEW_WEEK
        if lay_out_days(self._personnel, first, last, self.today, loop, overtime):
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

    def terms_of_route(self, slot: int) -> int:
        """Row of ROLE for a trainee in this slot."""
        return len(self.inputs.names.roles) + self.posts[slot].route

    def terms_of_temporary(self, role: int) -> int:
        """Row of ROLE for temporary staff of a role."""
        return len(self.inputs.names.roles) + len(self.inputs.training) + role

    def note(self, day: int, slot: int, event: CareerEvent, sought: bool = False) -> None:
        """Enter in the chronicle what happened to the occupant, or to the one sought."""
        self._chronicle.extend((day, slot, self.occupant[slot] + sought, int(event)))
        if event not in COUNTED:
            return
        post, period = self.posts[slot], self.inputs.period_of_day[day]
        row = self.personnel.staffing[period, post.team, post.role]
        for column in COUNTED[event]:
            row[column] += self.wte[slot] if column in IN_WTE else 1
        if event in PAID:
            column, sign = PAID[event]
            row[column] += sign * self.wte[slot] * (day - self._period_began[period])
            if event == CareerEvent.QUALIFIED:
                row[Staffing.TRAINEE_DAYS] += self.wte[slot] * (day - self._period_began[period])

    # --- what is known from the start ---------------------------------------------------------------------------------

    def _know_the_posts(self) -> None:
        names, self.posts = self.inputs.names, self.inputs.posts
        self.cell: list[Cell] = [(post.team, post.role) for post in self.posts]
        self.wte = [post.wte for post in self.posts]
        cells = [(team, role) for team in range(len(names.teams)) for role in range(len(names.roles))]
        self.slots_of: dict[Cell, list[int]] = {cell: [] for cell in cells}
        """Slots of those who may be in post."""
        self.posts_of: dict[Cell, list[int]] = {cell: [] for cell in cells}
        """Established posts, which are recruited to."""
        for slot, cell in enumerate(self.cell):
            if self.posts[slot].kind != PostKind.TEMPORARY:
                self.slots_of[cell].append(slot)
            if self.posts[slot].kind == PostKind.ESTABLISHED:
                self.posts_of[cell].append(slot)
        self.post_key = [self._name_of(post) << 32 | post.number << 16 for post in self.posts]

    def _name_of(self, post: Post) -> int:
        """Posts beside the establishment have names of their own, so that adding any leaves everybody's luck alone."""
        names, kind = self.inputs.names, post.kind
        role = names.roles[post.role]
        if kind == PostKind.TRAINING:
            role += "/" + self.inputs.training[post.route].name
        elif kind != PostKind.ESTABLISHED:
            role += "/" + kind.name.lower()
        return name_key(names.teams[post.team], role)

    def _know_the_calendar(self) -> None:
        start, days = self.inputs.start, self.inputs.days
        self._period_firsts = (np.flatnonzero(np.diff(self.inputs.period_of_day)) + 1).tolist()
        self._period_began = [0, *self._period_firsts]
        months = range(start.month, start.month + days // 28 + 2)
        years = range(start.year - 1, start.year + days // 365 + 3)
        self._months = [(date(start.year + month // 12, month % 12 + 1, 1) - start).days for month in months]
        self._leave_years = [(date(year, LEAVE_YEAR_BEGINS, 1) - start).days for year in years]
        known = np.concatenate((self.inputs.working, self.inputs.working_after), axis=1)
        self._working = np.array([calendar_beyond(own, self._leave_years[-1]) for own in known])

    def _nobody_yet(self) -> None:
        n, teams, roles = len(self.posts), len(self.inputs.names.teams), len(self.inputs.names.roles)
        self.status: list[int] = [Status.EMPTY] * n
        self.staying, self.held = dict.fromkeys(self.slots_of, 0), dict.fromkeys(self.slots_of, 0)
        """Hundredths of a WTE by team and role: in post and not on notice; in post."""
        self.occupant, self.rounds, self.leave_day = [0] * n, [0] * n, [NOT_YET] * n
        self.leaves_nhs = [False] * n
        self._changed: set[int] = set()
        """Teams whose days are to be laid out anew before the clinic opens."""
        self._newcomers = False
        """Has anybody come today whose days off are not planned yet?"""
        self._chronicle = array("q")
        self._closed = False
        for field in ("team", "role", "wte"):
            self.staff[field] = [getattr(post, field) for post in self.posts]
        self.keys, self.occupied, self.accepts = self.staff["key"], self.staff["occupied"], self.staff["accepts"]
        self.available, self.used = self.staff["available"], self.staff["used"]
        self.keys[:] = -1
        self.people = np.zeros(n, dtype=PERSON)
        self.people["terms"] = self.staff["role"]
        self.start_day, self.exhaustion = self.people["start_day"], self.people["exhaustion"]
        periods, terms = len(self.inputs.period_starts), len(self._terms)
        routes = [route.role for route in self.inputs.training]
        self.personnel = Personnel(
            staff=self.staff,
            people=self.people,
            roster=self.roster,
            working=self._working,
            kind=np.array(self.inputs.names.kind_of_team, dtype=np.int64),
            team_slots=np.searchsorted(self.staff["team"], np.arange(teams + 1)),
            in_post=np.zeros((teams, terms), dtype=np.int64),
            at_work=np.zeros((teams, 2, terms), dtype=np.int64),
            unsupervised=np.zeros((teams, terms), dtype=np.int64),
            booked_until=np.zeros(teams, dtype=np.int64),
            changed=np.zeros(teams, dtype=np.int64),
            staffing=np.zeros((periods, teams, roles, Staffing.N), dtype=np.int64),
            period_of_day=self.inputs.period_of_day,
            terms=self._terms.copy(),
            role_of_terms=np.array([*range(roles), *routes, *range(roles)], dtype=np.int64),
            supervised_by=self._supervised_by.copy(),
            leave_weight=self._leave_weight.copy(),
        )
        self._personnel = handle(self.personnel)

    def _hold(self, rules: StaffRules) -> None:
        self.rules, loop = rules, rules.exhaustion
        if loop is None:
            self._loop = NO_LOOP
        else:
            smoothing = min(1.0, WEEK / max(loop.smoothing_days, 1.0))
            self._loop = (smoothing, float(loop.rise), float(loop.recovery), float(loop.usual - loop.relief))
        self._terms = terms_table(rules, self.inputs.training)
        self._supervised_by = supervisor_table(rules, self.inputs.training)
        self._leave_weight = leave_weights(rules.leave_months, self.inputs.start, self._leave_years[-1])

    def _book(self, days: Iterable[int]) -> list[Event]:
        """Appointments, booked on day 0 so that they come first on their day."""
        return [self.env.timeout(day) for day in days]

    def _leave_year(self) -> tuple[int, int]:
        """(first day of the leave year now running, first day of the next)."""
        n = bisect_right(self._leave_years, self.today)
        return self._leave_years[n - 1], self._leave_years[n]

    def _stretch(self, until: int) -> Stretch:
        origin = self.inputs.start.toordinal()
        return Stretch(self.seed, self.replication, origin, 0, len(self.posts), self.today, until)


@lru_cache(maxsize=1024)
@lru_cache(maxsize=1024)
def _bears_on_recruitment(rules: StaffRules) -> tuple[object, ...]:
    """What decides how many posts are recruited to."""
    return (rules.budget, *((role.funded, role.over, role.frozen, role.cost) for role in rules.roles))


@lru_cache(maxsize=64)
def leave_weights(months: tuple[float, ...], start: date, days: int) -> np.ndarray:
    """int64, (week,): how much leave is sought in each week, by the month of its Monday; weeks from day 0's on."""
    first = start.toordinal()
    mondays = range((first - 1) // WEEK * WEEK + 1, first + days + WEEK, WEEK)
    weights = [max(1, round(LEAVE_AS_USUAL * months[date.fromordinal(monday).month - 1])) for monday in mondays]
    return np.array(weights, dtype=np.int64)


def calendar_beyond(working: np.ndarray, days: int) -> np.ndarray:
    """uint8, (day,): the calendar, carried on to `days` by the weekdays on which it mostly works."""
    known = np.asarray(working, dtype=np.uint8)[:days]
    usual = np.array([2 * int(known[weekday::WEEK].sum()) > known[weekday::WEEK].size for weekday in range(WEEK)])
    beyond = np.arange(known.size, days)
    return np.concatenate((known, usual[beyond % WEEK].astype(np.uint8)))
