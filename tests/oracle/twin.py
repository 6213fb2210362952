"""The slow twin: the clinic of `docs/model.md` written as plain SimPy, to be read as the model's executable
specification, to check the compiled kernel (exactly: all is whole numbers) and to measure its speed against.

Every person is a process that lives the story of section 3 to 6 (`Person.life`), with a clock of candidate days beside
it (section 4) and one process for each further series of contacts. Every team is a process that allocates and holds
clinics (sections 5 and 6). Whoever acts triggers the event for which the other waits and then waits for it too: since
the person waited first, the person has answered by the time the clinician goes on.

A time is a day plus the phase of section 2: a whole number is the dawn of a day, when the workforce has its say.
The driver, once per replication, calls

    twin = Twin(inputs, seed, replication, referral, opening, staff, roster)
    each day, or each day on which the workforce has something to do:
        release(slot) for each leaver, who then loses `occupied`
        set_rules(rules) when an epoch begins       staff_changed() when anything in `staff` was written
        open(), once, on day 0
        advance(until_day)
    finish()

and reads `flow`, `stock_record`, `package_record`, `use`, `log`, `stock` and `package_stock`. Rules become plain lists
and named values once per epoch, and staff plain objects when they change, because numpy scalars are slow in Python.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Generator
from enum import IntEnum
from heapq import heapify, heappop, heapreplace
from types import SimpleNamespace
from typing import Any

import numpy as np
import simpy

from workforce_sim.engine.gauges import Tallies
from workforce_sim.engine.state import LOG
from workforce_sim.inputs import codes
from workforce_sim.inputs.codes import (
    EPISODE_SHIFT,
    HANDOVER,
    KEY_CLASS_SHIFT,
    NEAR_BREACH,
    NOT_YET,
    ORIGIN,
    ROUTINE,
    SERIES_SHIFT,
    STEP_SHIFT,
    URGENT,
    Chance,
    Order,
    SeriesRule,
    Setting,
)
from workforce_sim.inputs.rules import Inputs, Rules
from workforce_sim.streams import Purpose, luck

Story = Generator[simpy.Event, Any, Any]
Entry = tuple[Any, ...]
"""Something in a line: what orders it, then who it is. No two in a line tie on what orders them."""
Line = list[Entry]
"""Entries in order, first first."""
Words = tuple[int, int, int, int]


def plain(names: type[IntEnum]) -> Any:
    """The same names for plain integers, which index a list several times faster than members of an enum."""
    return SimpleNamespace(**{name.name: int(name) for name in names})


STATE, STOCK, FLOW, USE = plain(codes.State), plain(codes.Stock), plain(codes.Flow), plain(codes.Use)
PACKAGE, END, LUCK = plain(codes.PackageStock), plain(codes.End), plain(Purpose)
KIND = plain(codes.StaffKind)

MORNING, ANSWERS, ALLOCATION, CLINICS, EVENING = 0.25, 0.375, 0.5, 0.75, 0.875
"""Phases of a day (section 2): steps 2 and 3, with answers to invitations last of them, 4, 5, 6."""

LEFT = "the clinician left"
"""What a person's story is interrupted with, beside a reason for the spell to end."""

UNIT = 1 << 32

STOCK_OF_STATE = {
    STATE.WAITING_ASSESSMENT: STOCK.WAITING_ASSESSMENT,
    STATE.REBOOKING: STOCK.WAITING_ASSESSMENT,
    STATE.WAITING_TREATMENT: STOCK.WAITING_TREATMENT,
    STATE.IN_TREATMENT: STOCK.IN_TREATMENT,
    STATE.UNALLOCATED: STOCK.UNALLOCATED,
    STATE.WAITING_TRIAGE: STOCK.WAITING_ASSESSMENT,
    STATE.OPTING_IN: STOCK.WAITING_ASSESSMENT,
    STATE.WAITING_CRISIS: STOCK.WAITING_ASSESSMENT,
    STATE.WAITING_STEP: STOCK.WAITING_STEP,
}
PACKAGE_STOCK_OF_STATE = {
    STATE.WAITING_TREATMENT: PACKAGE.WAITING,
    STATE.IN_TREATMENT: PACKAGE.IN_TREATMENT,
    STATE.UNALLOCATED: PACKAGE.UNALLOCATED,
    STATE.WAITING_STEP: PACKAGE.WAITING,
}
FLOW_OF_END = {getattr(END, name): getattr(FLOW, name) for name in vars(END) if hasattr(FLOW, name)}
DAYS_OF_STOCK = (
    (FLOW.DAYS_WAITING_ASSESSMENT, STOCK.WAITING_ASSESSMENT),
    (FLOW.DAYS_WAITING_TREATMENT, STOCK.WAITING_TREATMENT),
    (FLOW.DAYS_IN_TREATMENT, STOCK.IN_TREATMENT),
    (FLOW.DAYS_UNALLOCATED, STOCK.UNALLOCATED),
    (FLOW.DAYS_WAITING_STEP, STOCK.WAITING_STEP),
)


class Calendar(simpy.Environment):
    """Time in days."""

    @property
    def today(self) -> int:
        return int(self._now)

    def at(self, day: int, phase: float) -> simpy.Timeout:
        return self.timeout(day + phase - self._now)


class Place:
    """A place in a line, to be left later."""

    __slots__ = ("entry", "line")

    def __init__(self, line: Line, entry: Entry) -> None:
        insort(line, entry)
        self.line, self.entry = line, entry

    def leave(self) -> None:
        del self.line[bisect_left(self.line, self.entry)]


class Queue:
    """People of one severity who wait for assessment, or for treatment with one package (section 2)."""

    def __init__(self, severity: int) -> None:
        self.severity = severity
        self.line: Line = []

    def precedence(self, book: Book, today: int) -> tuple[int, int, int, int]:
        """What the head of this queue is compared by with the heads of others."""
        order, key, _ = self.line[0]
        urgency, clock = divmod(order, 1 << KEY_CLASS_SHIFT)
        near = book.setting.NEAR_BREACH
        if urgency == ROUTINE and near >= 0 and clock - ORIGIN + book.standard[self.severity] - near <= today:
            urgency = NEAR_BREACH
        severity_first = -self.severity if book.setting.ORDER == Order.SEVERITY else 0
        if book.setting.ORDER == Order.TARGET:
            clock += book.standard[self.severity]
        return urgency, severity_first, clock, key


class Book:
    """The rules of an epoch as plain values: `book.chance[severity][group].DECLINED`."""

    def __init__(self, rules: Rules) -> None:
        self.setting = named(Setting, rules.setting.tolist())
        self.chance = [[named(Chance, row) for row in by_group] for by_group in rules.chance.tolist()]
        self.series = [
            [[named(SeriesRule, row) for row in by_group] for by_group in by_severity]
            for by_severity in rules.series.tolist()
        ]
        self.package_series: list[list[int]] = rules.package_series.tolist()
        self.package_chance: list[list[int]] = rules.package_chance.tolist()
        self.seconds: list[list[list[list[int]]]] = rules.seconds.tolist()
        self.rank: list[list[int]] = rules.rank.tolist()
        self.serves: list[list[int]] = rules.serves.tolist()
        self.standard: list[int] = rules.standard.tolist()
        self.heaviest: list[int] = rules.heaviest.tolist()
        self.coordinates: list[list[int]] = rules.coordinates.tolist()
        self.urgent: list[int] = rules.urgent.tolist()
        self.crisis_route: list[int] = rules.crisis_route.tolist()
        self.package_kind: list[int] = rules.package_kind.tolist()
        self.step_chance: list[list[list[int]]] = rules.step_chance.tolist()
        self.onward: list[list[int]] = rules.onward.tolist()
        self.session: list[Any] = [named(codes.Session, row) for row in rules.session.tolist()]
        thresholds = rules.law_threshold.tolist()
        self.laws = [(base, thresholds[first : first + n]) for first, n, base in rules.law.tolist()]
        self.carry = list(zip(rules.carry_treatment.tolist(), rules.carry_assessment.tolist(), strict=True))

    def law(self, number: int, word: int) -> int:
        base, thresholds = self.laws[number]
        return int(base + bisect_right(thresholds, word))

    def days(self, number: int, word: int) -> int:
        """A law of days to something later: at least one."""
        return max(1, self.law(number, word))

    def beyond(self, length: int, usual: int, gain: int, most: int) -> int:
        """What a list longer than the usual one does; nothing if no length is usual."""
        return min(most, gain * max(0, length - usual) // usual) if usual > 0 else 0

    def package(self, severity: int, word: int) -> int:
        return min(bisect_right(self.package_chance[severity], word), len(self.package_chance[severity]) - 1)

    def may(self, task: int, severity: int, role: int) -> bool:
        """May the role do the task for the severity? Asked face to face."""
        return task >= 0 and self.seconds[task][0][severity][role] >= 0


def named(names: type[IntEnum], row: list[int]) -> Any:
    """A row of a rule table as an object with its columns' names."""
    return SimpleNamespace(**{name.name: value for name, value in zip(names, row, strict=False)})


class Cell:
    """Stocks, and flows of the period so far, of one team, severity and group."""

    def __init__(self) -> None:
        self.stock = [0] * STOCK.N
        self.flow = [0] * FLOW.N


class Contact:
    """A contact that is due (section 4), until it is held or given up. `held` tells (attended, by a support role)."""

    __slots__ = ("course", "due_day", "held", "interval_word", "person", "places", "remote", "word")

    def __init__(self, person: Person, course: Course, words: Words, remote: bool) -> None:
        self.person, self.course, self.due_day, self.remote = person, course, person.env.today, remote
        self.word, self.interval_word = words[0], words[1]
        self.held = person.env.event()
        self.places: list[Place] = []

    @property
    def order(self) -> int:
        return self.due_day + ORIGIN

    def leaves(self) -> None:
        """Held or given up: leaves its line, or both lines if a support role might hold it."""
        for place in self.places:
            place.leave()
        self.person.cell.stock[STOCK.OVERDUE] -= 1
        self.course.contact = None


class Course:
    """One series of contacts of one person's package."""

    def __init__(self, place: int, series: int, planned: int, next_day: int, attempts: int) -> None:
        self.place, self.series, self.planned, self.next_day = place, series, planned, next_day
        self.attempts, self.done, self.stretch = attempts, 0, 0
        self.clinician: Clinician | None = None
        self.clinician_key = -1
        self.over = False
        self.contact: Contact | None = None


class Person:
    """Someone referred, from the first referral of the run to the last spell; `episode` counts the spells."""

    def __init__(self, twin: Twin, key: int, team: int, source: int, severity: int, group: int) -> None:
        self.twin, self.env, self.team = twin, twin.env, twin.teams[team]
        self.key, self.source, self.group = key, source, group
        self.state, self.return_day, self.episode = STATE.FREE, NOT_YET, 0
        _, self.remote_word, self.deter_word, self.mode_word = self.draw(LUCK.PERSON, 0)
        self.new_spell(severity, NOT_YET)

    def new_spell(self, severity: int, referral_day: int) -> None:
        self.severity = self.severity_at_referral = severity
        self.cell = self.team.cells[severity][self.group]
        self.urgent = 0
        self.package = -1
        self.clinician: Clinician | None = None
        self.weight = 0
        self.referral_day = self.queue_day = self.back_day = referral_day
        self.bound_for, self.internal = -1, 0
        self.assessments = self.steps = 0
        self.first_contact_day = self.second_contact_day = self.assessed_day = NOT_YET
        self.allocated_day = self.start_day = self.unallocated_day = NOT_YET
        self.befalls = self.assessment_attempts = self.missed_in_row = self.handovers = 0
        self.contacts = self.missed = self.crisis_contacts_left = 0
        self.courses: list[Course] = []
        self.queue_place: Place | None = None
        self.crisis_place: Place | None = None
        self.clock: simpy.Process | None = None

    def begins(self) -> None:
        self.story = self.env.process(self.life())

    # Words, rules and tallies

    def draw(self, purpose: int, n: int) -> Words:
        count = (self.episode << EPISODE_SHIFT) + n
        words: Words = luck(self.twin.seed, self.twin.replication, self.key, purpose, count)
        return words

    @property
    def chance(self) -> Any:
        return self.team.book.chance[self.severity][self.group]

    def rule(self, series: int) -> Any:
        return self.team.book.series[series][self.severity][self.group]

    @property
    def lead_series(self) -> int:
        return self.team.book.package_series[self.package][0]

    @property
    def is_waiting(self) -> bool:
        return self.is_open and not self.is_treated

    @property
    def is_treated(self) -> bool:
        return self.state in (STATE.IN_TREATMENT, STATE.UNALLOCATED)

    @property
    def is_open(self) -> bool:
        return self.state not in (STATE.FREE, STATE.AT_RISK)

    def counts(self, flow: int) -> None:
        self.cell.flow[flow] += 1

    def moves(self, state: int) -> None:
        """Changes state; the stocks follow."""
        self.adds_to_stocks(-1)
        self.state = state
        self.adds_to_stocks(+1)

    def adds_to_stocks(self, change: int) -> None:
        if self.state in STOCK_OF_STATE:
            self.cell.stock[STOCK_OF_STATE[self.state]] += change
        if self.state in PACKAGE_STOCK_OF_STATE:
            self.team.packages[self.package][PACKAGE_STOCK_OF_STATE[self.state]] += change

    # The story

    def life(self) -> Story:
        """One spell after another for as long as they come back."""
        if self.state == STATE.FREE:
            self.is_referred()
        while True:
            if self.is_open:
                end = yield from self.spell()
                if end != END.DECLINED:
                    self.ends(end)
            if self.state != STATE.AT_RISK:
                return
            yield self.env.at(self.return_day, MORNING)
            self.episode += 1
            if self.bound_for >= 0:
                self.arrives()
            else:
                self.cell = self.team.cells[self.severity][self.group]
                self.counts(FLOW.RETURNED)
                self.is_referred()

    def spell(self) -> Story:
        """From the queue for assessment to the end of the spell; answers how it ends."""
        self.twin.open_people.add(self)
        end = None
        while end is None:
            try:
                if self.state == STATE.WAITING_ASSESSMENT:
                    end = yield from self.appointment_for_assessment()
                elif self.state == STATE.WAITING_TRIAGE:
                    yield self.call
                    self.leaves_queue()
                    end = self.is_decided_on()
                elif self.state == STATE.OPTING_IN:
                    yield self.env.at(self.back_day, ANSWERS)
                    end = self.answers()
                elif self.state == STATE.REBOOKING:
                    yield self.env.at(self.back_day, MORNING)
                    self.waits(STATE.WAITING_ASSESSMENT)
                elif self.state == STATE.WAITING_CRISIS:
                    yield self.call
                    end = self.is_assessed()
                elif self.state == STATE.IN_TREATMENT:
                    end = yield from self.contacts_of(self.courses[0])
                else:
                    end = yield from self.allocation()
            except simpy.Interrupt as interrupt:
                if interrupt.cause is LEFT:
                    self.is_left_by_clinician()
                else:
                    end = interrupt.cause
        return end

    def is_referred(self) -> None:
        """Section 3: to be seen at once, to be triaged, or decided on without more ado."""
        self.new_spell(self.severity, self.env.today)
        self.counts(FLOW.REFERRED)
        book, word = self.team.book, self.draw(LUCK.TRIAGE, 0)[3]
        self.urgent = int(word < book.urgent[self.source])
        if word < book.crisis_route[self.source]:
            self.urgent = 2
            self.counts(FLOW.CRISIS_ROUTE)
            self.moves(STATE.WAITING_CRISIS)
            self.call = self.env.event()
            self.crisis_contacts_left = book.setting.CRISIS_CONTACTS
            self.joins_crisis_list(self.env.today + ORIGIN)
        elif book.setting.TRIAGE_TASK >= 0:
            self.waits(STATE.WAITING_TRIAGE)
        else:
            self.is_decided_on()
        if self.is_open:
            self.starts_clock()

    def arrives(self) -> None:
        """From another team: for its assessment, or straight for a package."""
        target, urgent, packages = self.bound_for, self.urgent, self.team.book.package_kind
        kind = packages[target] if target < len(packages) else target - len(packages)
        self.team = self.twin.linked(self.team, kind)
        self.new_spell(self.severity, self.env.today)
        self.internal, self.urgent = 1, min(1, urgent)
        self.counts(FLOW.TRANSFERRED_IN)
        if target < len(packages):
            self.package, self.assessed_day = target, self.env.today
            self.waits(STATE.WAITING_TREATMENT)
        else:
            self.is_offered_assessment()
        self.starts_clock()

    def is_deterred(self) -> bool:
        """Section 3: the list was too long for whoever would have referred."""
        book, setting = self.team.book, self.team.book.setting
        share = book.beyond(self.team.list_length, setting.DETER_LIST, setting.DETER_GAIN, setting.DETER_MOST)
        if self.deter_word < share:
            self.counts(FLOW.DETERRED)
        return self.deter_word < share

    def is_decided_on(self) -> int | None:
        book, setting, words = self.team.book, self.team.book.setting, self.draw(LUCK.TRIAGE, 0)
        rising = book.beyond(self.team.list_length, setting.RISING_LIST, setting.RISING_GAIN, setting.RISING_MOST)
        if words[0] < self.chance.DECLINED + rising:
            self.is_declined(words)
            return int(END.DECLINED)
        if setting.OPT_IN_LAW >= 0 and not self.urgent:
            self.is_invited()
        else:
            self.is_offered_assessment()
        return None

    def is_declined(self, words: Words) -> None:
        self.counts(FLOW.DECLINED)
        self.twin.open_people.discard(self)
        self.clock = None
        self.leaves_queue()
        self.leaves_crisis_list()
        self.moves(STATE.FREE)
        self.twin.logs(self, END.DECLINED, self.env.today)
        bounces = words[1] < self.chance.BOUNCES
        worse = self.draw(LUCK.TRIAGE, 1)[0] < self.team.book.setting.BOUNCES_WORSE
        if worse and self.severity + 1 < len(self.team.cells):
            self.severity += 1
        self.may_return(bounces, self.team.book.setting.BOUNCE_LAW, words[2])

    def is_invited(self) -> None:
        """To opt in: answers one day, or is closed."""
        self.moves(STATE.OPTING_IN)
        words, setting = self.draw(LUCK.OPT_IN, 0), self.team.book.setting
        days = setting.OPT_IN_DAYS
        if words[0] >= self.chance.NO_RESPONSE:
            days = min(days, self.team.book.days(setting.OPT_IN_LAW, words[1]))
        self.back_day = self.env.today + days

    def answers(self) -> int | None:
        if not self.urgent and self.draw(LUCK.OPT_IN, 0)[0] < self.chance.NO_RESPONSE:
            return int(END.NO_RESPONSE)
        self.is_offered_assessment()
        return None

    def is_offered_assessment(self) -> None:
        notice = self.team.book.setting.NOTICE
        if notice > 0 and not self.urgent:
            self.comes_back(notice)
        else:
            self.waits(STATE.WAITING_ASSESSMENT)

    def comes_back(self, days: int) -> None:
        """Into the queue for assessment, after so many days."""
        self.moves(STATE.REBOOKING)
        self.back_day = self.env.today + days

    def may_return(self, returns: bool, law: int, word: int) -> None:
        """To be referred again on a known day, or forgotten: also if that day is on or after the horizon."""
        self.return_day = self.env.today + self.team.book.days(law, word)
        self.state = STATE.AT_RISK if returns and self.return_day < self.twin.horizon else STATE.FREE

    def appointment_for_assessment(self) -> Story:
        """Section 6, an assessment: waits for one and attends or misses it; answers the end of the spell, if it is."""
        attended, needs_another = yield self.call
        self.assessment_attempts += 1
        self.leaves_queue()
        if not attended:
            return self.misses_assessment()
        self.missed_in_row = 0
        self.assessments += 1
        self.meets()
        if self.assessments == 1 and needs_another:
            self.counts(FLOW.ASSESSED_AGAIN)
            self.comes_back(max(1, self.team.book.setting.SECOND_AFTER))
            return None
        return self.is_assessed()

    def is_assessed(self) -> int | None:
        self.counts(FLOW.ASSESSED)
        self.assessed_day = self.env.today
        words = self.draw(LUCK.OUTCOME, 0)
        if words[0] >= self.chance.TO_TREATMENT:
            return int(END.CLOSED_WITH_ADVICE)
        onward = self.team.book.onward[self.severity]
        if words[2] < onward[-1]:
            return self.is_transferred(bisect_right(onward, words[2]))
        self.package = self.team.book.package(self.severity, words[1])
        self.waits(STATE.WAITING_TREATMENT)
        return None

    def misses_assessment(self) -> int | None:
        self.counts(FLOW.ASSESSMENTS_MISSED)
        self.missed += 1
        self.missed_in_row += 1
        setting = self.team.book.setting
        if self.missed_in_row >= setting.CLOSE_AFTER_ASSESSMENTS:
            return int(END.CLOSED_NOT_ATTENDED)
        self.comes_back(max(1, setting.REBOOK_DAYS))
        return None

    def allocation(self) -> Story:
        """Section 5: waits for a clinician, as a new patient or handed over, and joins the caseload."""
        clinician = yield self.call
        self.leaves_queue()
        if self.state in (STATE.WAITING_TREATMENT, STATE.WAITING_STEP):
            clinician.takes_on(self)
            if self.state == STATE.WAITING_STEP:
                self.counts(FLOW.STEP_STARTED)
            else:
                self.counts(FLOW.ALLOCATED)
                self.allocated_day = self.env.today
            self.starts_courses()
            self.moves(STATE.IN_TREATMENT)
            self.starts_clock()
            return None
        return self.is_handed_over(clinician)

    def is_handed_over(self, clinician: Clinician) -> int | None:
        words = self.draw(LUCK.COURSE, 256 + self.handovers)
        if words[0] < self.chance.DROPS_OUT_AT_HANDOVER:
            return int(END.DROPPED_OUT)
        clinician.takes_on(self)
        self.counts(FLOW.HANDED_OVER)
        self.handovers += 1
        setting, lead = self.team.book.setting, self.courses[0]
        lead.planned += setting.HANDOVER_CONTACTS + ((lead.planned * setting.HANDOVER_LONGER + words[1]) >> 32)
        lead.next_day = self.env.today
        self.moves(STATE.IN_TREATMENT)
        return None

    def is_left_by_clinician(self) -> None:
        """Section 7. The clinician's own tallies are wiped in `Clinician.leaves`."""
        self.counts(FLOW.LEFT_BY_CLINICIAN)
        self.clinician = None
        self.unallocated_day = self.env.today
        lead = self.courses[0]
        if lead.contact:
            lead.contact.leaves()
        self.waits(STATE.UNALLOCATED)

    def starts_courses(self) -> None:
        """The lead contact falls due today, each other series after its interval."""
        for place, series in enumerate(self.team.book.package_series[self.package]):
            if series < 0:
                continue
            words = self.draw(LUCK.COURSE, (self.steps << 10) + place)
            rule = self.rule(series)
            planned = max(1, self.team.book.law(rule.CONTACTS_LAW, words[0]))
            interval = self.team.book.days(rule.INTERVAL_LAW, words[1]) if place else 0
            course = Course(place, series, planned, self.env.today + interval, self.steps << STEP_SHIFT)
            self.courses.append(course)
            if place:
                self.env.process(self.contacts_of(course))

    def contacts_of(self, course: Course) -> Story:
        """The contacts of one series, one after another; answers the end of the spell, if this is the lead series."""
        while True:
            if course.next_day > self.env.today:
                yield self.env.at(course.next_day, MORNING)
            if course.over:
                return None
            contact = self.falls_due(course)
            attended, by_support = yield contact.held
            end = self.holds(contact, attended, by_support)
            if end is not None or course.over:
                return end
            interval = self.team.book.days(self.rule(course.series).INTERVAL_LAW, contact.interval_word)
            if not attended:
                interval = max(1, min(interval, self.team.book.setting.REBOOK_DAYS))
            course.next_day = self.env.today + interval

    def falls_due(self, course: Course) -> Contact:
        """Section 4: joins the named clinician's list or the team's pool; a support role may be as good."""
        rule = self.rule(course.series)
        words = self.draw(LUCK.CONTACT, (course.place << SERIES_SHIFT) + course.attempts)
        in_group = self.team.book.session[rule.TASK].SIZE > 0
        remote = not in_group and self.is_remote(words[2], rule.REMOTE)
        contact = course.contact = Contact(self, course, words, remote)
        order, clinician = contact.order, None
        if not in_group:
            clinician = self.clinician if course.place == 0 else self.clinician_of(course, rule)
        if clinician is not None:
            contact.places.append(Place(clinician.own, (order, self.key, -1, course.place, contact)))
        if clinician is None:
            self.joins_pool(contact, rule.TASK, order)
        elif course.place == 0 and rule.SUPPORT_TASK >= 0 and words[3] < rule.SUPPORT:
            self.joins_pool(contact, rule.SUPPORT_TASK, order)
        self.cell.stock[STOCK.OVERDUE] += 1
        return contact

    def is_remote(self, word: int, share: int) -> bool:
        """By the appointment's own luck, or by what the person chooses once and for all."""
        chosen = self.mode_word if self.team.book.setting.REMOTE_BY_PERSON else word
        return chosen < share and self.remote_word >= self.chance.CANNOT_USE_REMOTE

    def clinician_of(self, course: Course, rule: Any) -> Clinician | None:
        """Of a further series, if it has one: the same as before if still there, else by luck in proportion to WTE."""
        if not rule.NAMED:
            return None
        able, before = self.team.who_may(rule.TASK, self.severity), course.clinician
        if before in able and before.accepts >= 0 and before.key == course.clinician_key:
            return before
        rank = self.team.book.rank[rule.TASK]
        free = [clinician for clinician in able if clinician.accepts > 0]
        first = min((rank[clinician.role] for clinician in free), default=0)
        free = [clinician for clinician in free if rank[clinician.role] == first]
        word = self.draw(LUCK.COURSE, (self.steps << 10) + course.place)[2]
        left = sum(clinician.wte for clinician in free) * word >> 32
        course.clinician, course.clinician_key = None, -1
        for clinician in free:
            left -= clinician.wte
            if left < 0:
                course.clinician, course.clinician_key = clinician, clinician.key
                break
        return course.clinician

    def joins_pool(self, contact: Contact, task: int, order: int) -> None:
        """Contacts of one person that are due on one day come in the order own list, tasks, places."""
        entry = (order, self.key, task, contact.course.place, contact)
        contact.places.append(Place(self.team.pool(task, self.severity), entry))

    def holds(self, contact: Contact, attended: bool, by_support: bool) -> int | None:
        """Section 6, holding a contact; answers the end of the spell, if it is."""
        course, delay = contact.course, self.env.today - contact.due_day
        contact.leaves()
        course.attempts += 1
        self.cell.flow[FLOW.DELAY_DAYS] += delay
        rule = self.rule(course.series)
        weaker = rule.WEAKER if contact.remote and attended else 0
        more, course.stretch = divmod(course.stretch + delay * rule.STRETCH + weaker, UNIT)
        course.planned += more
        return self.attends(contact, by_support) if attended else self.misses(course)

    def misses(self, course: Course) -> int | None:
        self.counts(FLOW.CONTACTS_MISSED)
        self.missed += 1
        if course.place == 0:
            self.missed_in_row += 1
            if self.missed_in_row >= self.team.book.setting.CLOSE_AFTER_CONTACTS:
                return int(END.DISCHARGED_NOT_ATTENDED)
        return None

    def attends(self, contact: Contact, by_support: bool) -> int | None:
        course = contact.course
        self.counts(FLOW.CONTACTS)
        if by_support:
            self.counts(FLOW.CONTACTS_BY_SUPPORT)
        if contact.remote:
            self.counts(FLOW.CONTACTS_REMOTE)
        self.meets()
        course.done += 1
        course.over = course.done >= course.planned
        if course.place > 0:
            return None
        self.missed_in_row = 0
        if self.start_day == NOT_YET:
            self.start_day = self.env.today
            self.counts(FLOW.STARTED)
            self.team.packages[self.package][PACKAGE.STARTED] += 1
        return self.completes() if course.over else self.ends_now(contact)

    def completes(self) -> int | None:
        """The end of the spell, or the way to another package."""
        word = self.draw(LUCK.STEP, self.steps)[0]
        chances = self.team.book.step_chance[self.package][self.severity]
        if self.steps == 15 or word >= chances[-1]:
            return int(END.COMPLETED)
        target, kinds = bisect_right(chances, word), self.team.book.package_kind
        if target < len(kinds) and kinds[target] == self.team.kind:
            self.goes_on_to(target)
            return None
        return self.is_transferred(target)

    def is_transferred(self, target: int) -> int:
        """To another team, where the person will be tomorrow."""
        self.bound_for = target
        return int(END.TRANSFERRED)

    def goes_on_to(self, package: int) -> None:
        self.counts(FLOW.STEPPED)
        self.gives_up_contacts()
        assert self.clinician is not None
        self.clinician.is_done_with(self)
        self.clinician = None
        self.adds_to_stocks(-1)
        self.state, self.package = STATE.WAITING_STEP, package
        self.adds_to_stocks(+1)
        self.courses = []
        self.steps += 1
        self.queue_day = self.env.today
        self.call = self.env.event()
        self.joins_queue()
        self.starts_clock()

    def ends_now(self, contact: Contact) -> int | None:
        """Before the contacts planned: because of the list, at a review, or for want of a relationship."""
        setting, course = self.team.book.setting, contact.course
        enough = course.done << 16 >= course.planned * setting.EARLY_FROM
        early = setting.EARLY_LIST >= 0 and enough and self.team.list_length > setting.EARLY_LIST
        if not early and setting.REVIEW_EVERY > 0 and course.done % setting.REVIEW_EVERY == 0:
            early = self.draw(LUCK.REVIEW, course.attempts)[0] < setting.REVIEW_ENDS
        if early:
            self.counts(FLOW.ENDED_EARLY)
            return int(END.COMPLETED)
        drops_out = self.rule(course.series).DROPS_OUT_REMOTE if contact.remote else 0
        return int(END.DROPPED_OUT) if self.draw(LUCK.REMOTE, course.attempts)[0] < drops_out else None

    def meets(self) -> None:
        """An attended contact of any kind: for the clocks, and counted."""
        self.contacts += 1
        if self.first_contact_day == NOT_YET:
            self.first_contact_day = self.env.today
        elif self.second_contact_day == NOT_YET:
            self.second_contact_day = self.env.today

    def ends(self, end: int) -> None:
        """Section 4: gives up every place, is logged, and may be referred again."""
        self.counts(FLOW_OF_END[end])
        self.twin.open_people.discard(self)
        self.clock = None
        self.leaves_queue()
        self.leaves_crisis_list()
        chance = self.chance.RETURNS_EARLY if self.is_early() else self.chance.RETURNS
        self.gives_up_contacts()
        self.moves(STATE.FREE)
        self.twin.logs(self, end, self.env.today)
        if self.clinician:
            self.clinician.is_done_with(self)
        if end == END.TRANSFERRED:
            self.return_day = self.env.today + 1
            self.state = STATE.AT_RISK if self.return_day < self.twin.horizon else STATE.FREE
            return
        words = self.draw(LUCK.RETURN, 0)
        self.may_return(words[0] < chance, self.team.book.setting.RETURN_LAW, words[1])

    def is_early(self) -> bool:
        """In treatment, with less done than makes a full course."""
        if not self.is_treated:
            return False
        return self.courses[0].done << 16 < self.courses[0].planned * self.team.book.setting.RETURN_FULL

    def gives_up_contacts(self) -> None:
        for course in self.courses:
            course.over = True
            if course.contact:
                course.contact.leaves()

    # What befalls them (section 4)

    def starts_clock(self) -> None:
        """Candidate days from now; an earlier clock finds that it is no longer `clock` and stops."""
        self.clock = self.env.process(self.candidate_days())

    def candidate_days(self) -> Story:
        me = self.env.active_process
        while self.clock is me:
            words = self.draw(LUCK.BEFALL, self.befalls)
            self.befalls += 1
            setting = self.team.book.setting
            law, until = setting.BEFALL_LAW, setting.PACE_UNTIL
            if not self.is_waiting:
                law, until = setting.BEFALL_LAW_IN_TREATMENT, setting.PACE_UNTIL_IN_TREATMENT
            candidate = self.env.today + self.team.book.days(law, words[1])
            yield self.env.at(min(candidate, until), MORNING)
            if self.clock is me and candidate < until:
                self.is_befallen(words[0])

    def is_befallen(self, word: int) -> None:
        chance = self.chance
        if self.is_waiting:
            if word < chance.GIVES_UP:
                self.breaks_off(END.DROPPED_OUT if self.state == STATE.WAITING_STEP else END.GAVE_UP)
            elif word < chance.WORSENS:
                self.worsens()
            elif word < chance.CRISIS:
                self.has_crisis(FLOW.CRISES_WAITING)
        elif word < chance.DROPS_OUT:
            self.breaks_off(END.DROPPED_OUT)
        elif word < chance.DROPS_OUT + self.crises_in_treatment(chance.CRISIS_IN_TREATMENT - chance.DROPS_OUT):
            self.has_crisis(FLOW.CRISES_IN_TREATMENT)

    def crises_in_treatment(self, usual: int) -> int:
        """More of them where the clinician holds many people, if that matters."""
        setting, clinician = self.team.book.setting, self.clinician
        if setting.RELAPSE_ABOVE < 0 or clinician is None:
            return usual
        excess = max(0, clinician.cases_overnight * 100 // max(1, clinician.wte) - setting.RELAPSE_ABOVE)
        return usual * min(setting.RELAPSE_MOST, (1 << 16) + setting.RELAPSE_GAIN * excess) >> 16

    def breaks_off(self, end: int) -> None:
        self.clock = None
        self.story.interrupt(end)

    def worsens(self) -> None:
        """To the next severity, in every line."""
        if self.severity + 1 == len(self.team.cells):
            return
        self.counts(FLOW.WORSENED)
        queued, crisis_order = self.leaves_queue(), self.leaves_crisis_list()
        self.adds_to_stocks(-1)
        if self.state == STATE.WAITING_TREATMENT:
            word, book = self.draw(LUCK.OUTCOME, 0)[1], self.team.book
            if book.package(self.severity, word) != book.package(self.severity + 1, word):
                self.package = book.package(self.severity + 1, word)
        self.severity += 1
        self.cell = self.team.cells[self.severity][self.group]
        self.adds_to_stocks(+1)
        if queued:
            self.joins_queue()
        if crisis_order is not None:
            self.joins_crisis_list(crisis_order)

    def has_crisis(self, flow: int) -> None:
        """Urgent unless a clinician holds them; crisis contacts, unless the service has none."""
        self.counts(flow)
        if self.state != STATE.IN_TREATMENT:
            queued = self.leaves_queue()
            self.urgent = self.urgent or 1
            if queued:
                self.joins_queue()
        setting = self.team.book.setting
        if setting.CRISIS_TASK >= 0 and setting.CRISIS_CONTACTS > 0:
            self.crisis_contacts_left = setting.CRISIS_CONTACTS
            if self.crisis_place is None:
                self.joins_crisis_list(self.env.today + ORIGIN)

    def has_crisis_contact(self) -> None:
        """Section 6, 1: the next, if any is left, is tomorrow. On the crisis route the first is the assessment."""
        self.counts(FLOW.CRISIS_CONTACTS)
        self.meets()
        self.leaves_crisis_list()
        self.crisis_contacts_left -= 1
        if self.crisis_contacts_left > 0:
            self.joins_crisis_list(self.env.today + 1 + ORIGIN)
        if self.state == STATE.WAITING_CRISIS:
            in_time = self.env.today - self.referral_day <= self.team.book.setting.CRISIS_STANDARD
            self.cell.flow[FLOW.CRISIS_ROUTE_IN_TIME] += in_time

    # Places in lines (section 2)

    def waits(self, state: int) -> None:
        """Waits in a queue to be called: for an assessment, or by a clinician who has room."""
        self.moves(state)
        self.call = self.env.event()
        self.joins_queue()

    def joins_queue(self) -> None:
        urgency = URGENT if self.urgent else HANDOVER if self.state == STATE.UNALLOCATED else ROUTINE
        order = (urgency << KEY_CLASS_SHIFT) + self.queue_day + ORIGIN
        if self.state in (STATE.WAITING_ASSESSMENT, STATE.WAITING_TRIAGE):
            queues = self.team.triage if self.state == STATE.WAITING_TRIAGE else self.team.assessment
        else:
            queues = self.team.treatment[self.package]
        self.queue_place = Place(queues[self.severity].line, (order, self.key, self))

    def leaves_queue(self) -> bool:
        """Leaves the queue, if in one; tells if so."""
        place, self.queue_place = self.queue_place, None
        if place is None:
            return False
        place.leave()
        return True

    def joins_crisis_list(self, order: int) -> None:
        self.crisis_place = Place(self.team.crisis[self.severity], (order, self.key, self))

    def leaves_crisis_list(self) -> int | None:
        """Leaves the crisis list, if in one; tells the order in it."""
        place, self.crisis_place = self.crisis_place, None
        if place is None:
            return None
        place.leave()
        return int(place.entry[0])

    # The first day (section 8)

    def is_found(self, state: int, package: int, referral_day: int, planned: int, done: int, next_day: int) -> None:
        self.new_spell(self.severity, referral_day)
        if state == STATE.AT_RISK:
            self.return_day = next_day
            self.state = STATE.AT_RISK
        elif state == STATE.WAITING_ASSESSMENT:
            self.waits(state)
        else:
            self.package = package
            self.first_contact_day = self.assessed_day = referral_day
            if state == STATE.WAITING_TREATMENT:
                self.waits(state)
            else:
                self.is_found_in_treatment(planned, done, next_day)
        if self.is_open:
            self.starts_clock()
        if self.is_open or self.return_day < self.twin.horizon:
            self.begins()

    def is_found_in_treatment(self, planned: int, done: int, next_day: int) -> None:
        self.second_contact_day = self.allocated_day = self.start_day = self.referral_day
        self.starts_courses()
        lead = self.courses[0]
        lead.planned, lead.done, lead.attempts, lead.next_day = planned, done, done, next_day
        clinician = self.team.found_holder(self)
        if clinician:
            clinician.takes_on(self)
            self.moves(STATE.IN_TREATMENT)
        else:
            self.unallocated_day = 0
            self.waits(STATE.UNALLOCATED)

    def is_unallocated_for_long(self) -> bool:
        return self.state == STATE.UNALLOCATED and self.env.today - self.unallocated_day > codes.UNALLOCATED_TOO_LONG

    def lacks_coordinator(self) -> bool:
        if self.state not in (STATE.IN_TREATMENT, STATE.UNALLOCATED):
            return False
        nobody = -1
        role = self.clinician.role if self.state == STATE.IN_TREATMENT and self.clinician else nobody
        return not self.team.book.coordinates[self.severity][role]


class Clinician:
    """A slot and whoever is in it; what the workforce decides is read from `staff` by `Twin.reads_staff`."""

    occupied: int
    accepts: int
    shares_spare: int
    places: int
    wte: int
    daily_treatment: int
    daily_assessment: int
    kind: int
    key: int
    overtime_left: int

    def __init__(self, team: Team, slot: int, role: int) -> None:
        self.twin, self.team, self.slot, self.role = team.twin, team, slot, role
        self.bank_treatment = self.bank_assessment = self.bank_urgent = 0
        self.available = self.used = 0
        self.held = self.cases = self.cases_overnight = 0
        self.caseload: dict[Person, None] = {}
        self.own: Line = []

    @property
    def use(self) -> list[int]:
        return self.team.use[self.role]

    def room(self) -> int:
        return self.places - self.held

    def takes_on(self, person: Person) -> None:
        person.clinician, person.weight = self, person.rule(person.lead_series).WEIGHT
        self.caseload[person] = None
        self.held += person.weight
        self.cases += 1

    def is_done_with(self, person: Person) -> None:
        del self.caseload[person]
        self.held -= person.weight
        self.cases -= 1

    def leaves(self) -> None:
        """Section 7."""
        for person in self.caseload:
            person.story.interrupt(LEFT)
        self.caseload.clear()
        self.held = self.cases = 0
        for *_, contact in list(self.own):
            if contact.course.place > 0:
                contact.places.pop().leave()
                contact.person.joins_pool(contact, contact.person.rule(contact.course.series).TASK, contact.order)
        self.use[USE.UNUSED] += self.bank_treatment + self.bank_assessment + self.bank_urgent
        self.bank_treatment = self.bank_assessment = self.bank_urgent = 0

    def works(self) -> Story:
        """Section 6: one working day of someone in post."""
        if not self.is_present:
            return
        yield from self.answers_crises()
        yield from self.holds_contacts()
        yield from self.triages()
        yield from self.assesses()
        if self.shares_spare:
            yield from self.shares_spare_time()
        yield from self.works_overtime()
        self.loses_time()

    def works_overtime(self) -> Story:
        """While a contact of one's own is long overdue: contacts in their usual order, up to the week's allowance."""
        book, today = self.team.book, self.team.env.today
        while self.overtime_left > 0 and self.own:
            if self.own[0][0] + book.setting.OVERTIME_AFTER >= today + ORIGIN:
                return
            _, _, pool_task, _, contact = self.next_contact(self.team)
            task = contact.person.rule(contact.course.series).TASK if pool_task < 0 else pool_task
            seconds = book.seconds[task][contact.remote][contact.person.severity][self.role]
            lacking = max(0, seconds - self.bank_treatment)
            if lacking > self.overtime_left:
                return
            self.overtime_left -= lacking
            self.bank_treatment += lacking
            self.use[USE.OVERTIME] += lacking
            yield from self.holds_contacts_of(self.team)

    @property
    def is_present(self) -> bool:
        return bool(self.twin.roster[self.slot, self.team.env.today])

    def receives_time(self) -> None:
        in_post = self.wte if self.kind == KIND.IN_POST else 0
        self.use[USE.IN_POST_DAYS] += in_post
        if not self.is_present:
            return
        self.use[USE.PRESENT] += in_post
        kept = self.daily_assessment * self.team.book.setting.CARVE_OUT >> 16
        self.bank_treatment += self.daily_treatment
        self.bank_urgent += kept
        self.bank_assessment += self.daily_assessment - kept
        free = max(0, self.bank_urgent - self.team.book.carry[self.role][1])
        self.bank_urgent -= free
        self.bank_assessment += free
        self.available += self.daily_treatment + self.daily_assessment
        self.use[USE.AVAILABLE] += self.daily_treatment + self.daily_assessment

    def spends(self, seconds: int, on: int) -> None:
        self.used += seconds
        self.use[on] += seconds

    def answers_crises(self) -> Story:
        """From treatment time first."""
        for team in self.serves():
            if not (yield from self.answers_crises_of(team)):
                return

    def serves(self) -> list[Team]:
        """One's own team, and those that the role helps out."""
        kinds = [kind for kind, helps in enumerate(self.team.book.serves[self.role]) if helps]
        return [self.team, *(self.twin.linked(self.team, kind) for kind in kinds)]

    def answers_crises_of(self, team: Team) -> Generator[simpy.Event, Any, bool]:
        """False if time is short."""
        book = team.book
        task, due = book.setting.CRISIS_TASK, team.env.today + ORIGIN
        lines = [line for s, line in enumerate(team.crisis) if book.may(task, s, self.role)]
        while heads := [line[0] for line in lines if line and line[0][0] <= due]:
            person: Person = min(heads)[-1]
            seconds = book.seconds[task][0][person.severity][self.role]
            if self.bank_treatment + self.bank_assessment < seconds:
                return False
            from_treatment = min(seconds, self.bank_treatment)
            self.bank_treatment -= from_treatment
            self.bank_assessment -= seconds - from_treatment
            self.spends(seconds, USE.CRISIS)
            person.has_crisis_contact()
            if person.state == STATE.WAITING_CRISIS:
                person.call.succeed()
                yield person.call
        return True

    def holds_contacts(self) -> Story:
        for team in self.serves():
            if not (yield from self.holds_contacts_of(team)):
                return

    def holds_contacts_of(self, team: Team) -> Generator[simpy.Event, Any, bool]:
        """Contacts due, oldest first, of the own list and a team's pools, until time runs short: then false."""
        book = team.book
        while entry := self.next_contact(team):
            _, _, pool_task, place, contact = entry
            rule = contact.person.rule(contact.course.series)
            task = rule.TASK if pool_task < 0 else pool_task
            seconds = book.seconds[task][contact.remote][contact.person.severity][self.role]
            if not 0 <= seconds <= self.bank_treatment:  # below 0: new rules forbid it
                return False
            if book.session[task].SIZE > 0:
                yield from self.holds_session(team, task, seconds)
                continue
            attended = contact.word >= (rule.MISSED_REMOTE if contact.remote else rule.MISSED)
            if attended:
                self.use[USE.CONTACTS] += 1
            else:
                seconds = seconds * book.setting.SLOT_LOST >> 16
            self.bank_treatment -= seconds
            self.spends(seconds, USE.ATTENDED if attended else USE.MISSED)
            contact.held.succeed((attended, pool_task >= 0 and place == 0))
            yield contact.held
        return True

    def holds_session(self, team: Team, task: int, seconds: int) -> Story:
        """A group: the time of one appointment, for all who are due and have a seat."""
        self.bank_treatment -= seconds
        self.spends(seconds, USE.ATTENDED)
        self.use[USE.SESSIONS] += 1
        for _ in range(team.book.session[task].SIZE):
            heads = [pool[0] for pool in team.pools_of(self.role)[task] if pool]
            if not heads:
                return
            contact: Contact = min(heads)[-1]
            attended = contact.word >= contact.person.rule(contact.course.series).MISSED
            if attended:
                self.use[USE.CONTACTS] += 1
                contact.person.counts(FLOW.IN_SESSIONS)
            contact.held.succeed((attended, False))
            yield contact.held

    def is_session_due(self, team: Team, task: int, pools: list[Line]) -> bool:
        """Enough people, or one who has waited long enough. Always, for contacts that are not held in groups."""
        session, heads = team.book.session[task], [pool[0] for pool in pools if pool]
        if session.SIZE == 0 or not heads:
            return True
        waited_long = min(heads)[0] + session.WAIT <= self.team.env.today + ORIGIN
        return waited_long or sum(map(len, pools)) >= session.LEAST

    def next_contact(self, team: Team) -> Entry | None:
        heads = [
            pool[0]
            for task, pools in team.pools_of(self.role).items()
            if self.is_session_due(team, task, pools)
            for pool in pools
            if pool
        ]
        if team is not self.team:
            return min(heads, default=None)
        if self.kind == KIND.TEMPORARY:
            yesterday = self.team.env.today - 1 + ORIGIN
            others = [other.own[0] for other in self.team.clinicians if other.role == self.role and other.own]
            heads += [head for head in others if head[0] <= yesterday]
        elif self.own:
            heads.append(self.own[0])
        return min(heads, default=None)

    def assesses(self) -> Story:
        """Assessments, in the order of section 2, until time runs short."""
        book, task = self.team.book, self.team.book.setting.ASSESSMENT_TASK
        today, setting = self.team.env.today, book.setting
        queues = [queue for queue in self.team.assessment if book.may(task, queue.severity, self.role)]
        while waiting := [queue for queue in queues if queue.line]:
            queue = min(waiting, key=lambda queue: queue.precedence(book, today))
            person: Person = queue.line[0][-1]
            chance, urgent = person.chance, queue.line[0][0] >> KEY_CLASS_SHIFT == URGENT
            words = person.draw(LUCK.ASSESSMENT, person.assessment_attempts)
            remote = person.is_remote(words[1], chance.ASSESSMENT_REMOTE)
            appointment = setting.SECOND_TASK if person.assessments else task
            seconds = book.seconds[appointment][remote][queue.severity][self.role]
            if self.time_for_assessment(urgent) < seconds:
                return
            together: list[tuple[Clinician, int]] = [(self, seconds)]
            if words[2] < chance.JOINT:
                colleague = self.second_clinician(remote, queue.severity)
                if colleague is None:
                    queues.remove(queue)
                    continue
                together.append(colleague)
            attended = words[0] >= (chance.ASSESSMENT_MISSED_REMOTE if remote else chance.ASSESSMENT_MISSED)
            for clinician, seconds in together:
                spent = seconds if attended else seconds * setting.SLOT_LOST >> 16
                clinician.spends_on_assessment(spent, urgent and clinician is self)
                clinician.use[USE.ASSESSMENT if attended else USE.ASSESSMENT_MISSED] += spent
            person.call.succeed((attended, words[3] < (chance.SECOND_REMOTE if remote else chance.SECOND)))
            yield person.call

    def time_for_assessment(self, urgent: bool) -> int:
        return self.bank_assessment + (self.bank_urgent if urgent else 0)

    def spends_on_assessment(self, seconds: int, urgent: bool) -> None:
        """For the urgent, what is kept for them goes first."""
        kept = min(seconds, self.bank_urgent) if urgent else 0
        self.bank_urgent -= kept
        self.bank_assessment -= seconds - kept
        self.used += seconds

    def second_clinician(self, remote: bool, severity: int) -> tuple[Clinician, int] | None:
        """Somebody else who is here, may take part and has the time: most preferred role, then lowest slot."""
        book, task = self.team.book, self.team.book.setting.JOINT_TASK
        able = []
        for other in self.team.clinicians:
            seconds = book.seconds[task][remote][severity][other.role]
            here = other.occupied and other is not self and other.is_present
            if here and 0 <= seconds <= other.bank_assessment:
                able.append((book.rank[task][other.role], other.slot, other, seconds))
        return min(able)[2:] if able else None

    def triages(self) -> Story:
        """Referrals, first come first, until time runs short."""
        book, task = self.team.book, self.team.book.setting.TRIAGE_TASK
        queues = [queue for queue in self.team.triage if book.may(task, queue.severity, self.role)]
        while heads := [queue.line[0] for queue in queues if queue.line]:
            order, _, person = min(heads)
            seconds, urgent = book.seconds[task][0][person.severity][self.role], order >> KEY_CLASS_SHIFT == URGENT
            if self.time_for_assessment(urgent) < seconds:
                return
            self.spends_on_assessment(seconds, urgent)
            self.use[USE.TRIAGE] += seconds
            person.call.succeed()
            yield person.call

    def shares_spare_time(self) -> Story:
        """What is more than the longest appointment of one activity is lent to the other."""
        keep_treatment, keep_assessment = self.team.book.carry[self.role]
        spare = self.bank_assessment - keep_assessment
        if spare > 0:
            self.bank_assessment -= spare
            self.bank_treatment += spare
            yield from self.holds_contacts()
        spare = self.bank_treatment - keep_treatment
        if spare > 0:
            self.bank_treatment -= spare
            self.bank_assessment += spare
            yield from self.triages()
            yield from self.assesses()

    def loses_time(self) -> None:
        before = self.bank_treatment + self.bank_assessment
        keep_treatment, keep_assessment = self.team.book.carry[self.role]
        self.bank_treatment = min(self.bank_treatment, keep_treatment)
        self.bank_assessment = min(self.bank_assessment, keep_assessment)
        self.use[USE.UNUSED] += before - self.bank_treatment - self.bank_assessment


class Team:
    """The queues, lists and pools of a team, its clinicians, and its tallies of the period so far."""

    def __init__(self, twin: Twin, number: int) -> None:
        self.twin, self.env, self.number, names = twin, twin.env, number, twin.inputs.names
        self.kind = names.kind_of_team[number]
        self.book: Book
        severities = range(len(names.severities))
        self.clinicians: list[Clinician] = []
        self.cells = [[Cell() for _ in names.groups] for _ in severities]
        self.all_cells = [cell for row in self.cells for cell in row]
        self.packages = [[0] * PACKAGE.N for _ in names.packages]
        self.use = [[0] * USE.N for _ in names.roles]
        self.assessment = [Queue(severity) for severity in severities]
        self.treatment = [[Queue(severity) for severity in severities] for _ in names.packages]
        self.triage = [Queue(severity) for severity in severities]
        self.crisis: list[Line] = [[] for _ in severities]
        self.list_length = 0
        self.pools: dict[tuple[int, int], Line] = {}
        self.forgets()

    def forgets(self) -> None:
        """Rules or staff have changed: who may do what is asked anew."""
        self.able: dict[tuple[int, int], list[list[Clinician]]] = {}
        self.pools_by_role: dict[int, dict[int, list[Line]]] = {}

    def measures_list(self) -> None:
        """How many wait for assessment or treatment; and how many each clinician holds overnight."""
        for clinician in self.clinicians:
            clinician.cases_overnight = clinician.cases
        stocks = [cell.stock for cell in self.all_cells]
        self.list_length = sum(stock[STOCK.WAITING_ASSESSMENT] + stock[STOCK.WAITING_TREATMENT] for stock in stocks)

    def holds_clinics(self, day: int) -> Story:
        """Section 6."""
        if self.twin.working[self.kind][day]:
            in_post = [clinician for clinician in self.clinicians if clinician.occupied]
            with_a_task = [clinician for clinician in in_post if any(self.book.carry[clinician.role])]
            if in_post:
                for clinician in in_post:
                    clinician.receives_time()
                starts_with = with_a_task[day % len(with_a_task)] if with_a_task else in_post[0]
                first = in_post.index(starts_with)
                for clinician in in_post[first:] + in_post[:first]:
                    yield from clinician.works()

    def allocates(self) -> Story:
        """The first of the queues that are not blocked, until none is left."""
        book = self.book
        today = self.env.today
        queues = [(queue.precedence(book, today), queue) for queues in self.treatment for queue in queues if queue.line]
        heapify(queues)
        while queues:
            queue = queues[0][1]
            person: Person = queue.line[0][-1]
            clinician = self.clinician_for(person)
            if clinician:
                person.call.succeed(clinician)
                yield person.call
            if clinician and queue.line:
                heapreplace(queues, (queue.precedence(book, today), queue))
            else:
                heappop(queues)

    def clinician_for(self, person: Person) -> Clinician | None:
        """Of those with room, the most preferred role, then the most room, then the lowest slot."""
        rule = person.rule(person.lead_series)
        for clinicians in self.who_may_take(rule.TASK, person.severity):
            with_room = [c for c in clinicians if c.room() > 0 and self.book.heaviest[c.role] >= rule.WEIGHT]
            if with_room:
                return max(with_room, key=Clinician.room)
        return None

    def who_may_take(self, task: int, severity: int) -> list[list[Clinician]]:
        """Those who take new patients, by role rank, each in slot order."""
        if (task, severity) not in self.able:
            by_rank: dict[int, list[Clinician]] = {}
            for clinician in self.who_may(task, severity):
                if clinician.accepts > 0:
                    by_rank.setdefault(self.book.rank[task][clinician.role], []).append(clinician)
            self.able[task, severity] = [by_rank[rank] for rank in sorted(by_rank)]
        return self.able[task, severity]

    def who_may(self, task: int, severity: int) -> list[Clinician]:
        may = self.book.may
        return [c for c in self.clinicians if c.occupied and may(task, severity, c.role)]

    def found_holder(self, person: Person) -> Clinician | None:
        """Section 8: whoever has most room, even if that is less than none."""
        rule = person.rule(person.lead_series)
        able = [c for c in self.who_may(rule.TASK, person.severity)
                if self.book.heaviest[c.role] >= rule.WEIGHT and c.accepts >= 0]  # fmt: skip
        return max(able, key=Clinician.room, default=None)

    def pool(self, task: int, severity: int) -> Line:
        """Contacts due that anyone in the team who may do the task may hold."""
        if (task, severity) not in self.pools:
            self.pools[task, severity] = []
            self.pools_by_role.clear()
        return self.pools[task, severity]

    def pools_of(self, role: int) -> dict[int, list[Line]]:
        """By task."""
        if role not in self.pools_by_role:
            may, by_task = self.book.may, self.pools_by_role.setdefault(role, {})
            for (task, severity), pool in self.pools.items():
                if may(task, severity, role):
                    by_task.setdefault(task, []).append(pool)
        return self.pools_by_role[role]

    def records_stock_of_staff(self) -> None:
        """The stocks in `Use` at the end of a period."""
        for clinician in self.clinicians:
            use = clinician.use
            if clinician.occupied:
                use[USE.CARRIED] += clinician.bank_treatment + clinician.bank_assessment + clinician.bank_urgent
            if clinician.occupied and clinician.kind == KIND.IN_POST:
                use[USE.CASES] += clinician.cases
                use[USE.WEIGHTED] += clinician.held
                use[USE.PLACES] += clinician.places
                use[USE.OVER_CAP] += 10 * clinician.held > 11 * clinician.places

    def starts_period(self) -> None:
        for cell in self.all_cells:
            cell.flow = [0] * FLOW.N
        for package in self.packages:
            package[PACKAGE.STARTED] = 0
        self.use = [[0] * USE.N for _ in self.use]


class Twin:
    """One replication; what the simulate loop drives instead of the kernel."""

    def __init__(
        self,
        inputs: Inputs,
        seed: int,
        replication: int,
        referral: np.ndarray,
        opening: np.ndarray,
        staff: np.ndarray,
        roster: np.ndarray,
    ) -> None:
        self.inputs, self.seed, self.replication = inputs, int(seed), int(replication)
        self.referral, self.opening, self.staff, self.roster = referral, opening, staff, roster
        self.day, self.horizon = 0, inputs.days
        self.working: list[list[bool]] = inputs.working.tolist()
        self.period_of_day: list[int] = inputs.period_of_day.tolist()
        self.env = Calendar()
        self.teams = [Team(self, number) for number in range(len(inputs.names.teams))]
        self.clinicians = [
            Clinician(self.teams[team], slot, role)
            for slot, (team, role) in enumerate(zip(staff["team"].tolist(), staff["role"].tolist(), strict=True))
        ]
        for clinician in self.clinicians:
            clinician.team.clinicians.append(clinician)
        self.open_people: set[Person] = set()
        self.log_rows: list[tuple[int, ...]] = []
        self.makes_tables()
        for process in (self.referrals(), self.days(), self.evenings()):
            self.env.process(process)

    def makes_tables(self) -> None:
        names, periods = self.inputs.names, len(self.inputs.period_starts)
        cells = (len(names.teams), len(names.severities), len(names.groups))
        packages = (len(names.teams), len(names.packages), PACKAGE.N)
        self.stock = np.zeros((*cells, STOCK.N), np.int64)
        self.package_stock = np.zeros(packages, np.int64)
        self.flow = np.zeros((periods, *cells, FLOW.N), np.int64)
        self.stock_record = np.zeros((periods, *cells, STOCK.N), np.int64)
        self.package_record = np.zeros((periods, *packages), np.int64)
        self.use = np.zeros((periods, len(names.teams), len(names.roles), USE.N), np.int64)

    # What the driver calls

    def refer(self, referrals: np.ndarray) -> None:
        self.referral = referrals
        self.env.process(self.referrals())

    def set_rules(self, rules: tuple[Rules, ...]) -> None:
        books = [Book(own) for own in rules]
        for team in self.teams:
            team.book = books[team.kind]
            team.forgets()

    def staff_changed(self, team: int) -> None:
        """Nothing to do: `staff` is read at each `advance`."""

    def open(self) -> None:
        """Section 8."""
        self.reads_staff()
        for key, team, source, group, severity, *found in self.opening.tolist():
            Person(self, key, team, source, severity, group).is_found(*found)
        self.writes_staff()
        self.writes_stocks()
        for team in self.teams:
            team.measures_list()

    def release(self, slot: int) -> None:
        """Section 7."""
        self.clinicians[slot].leaves()
        self.writes_staff()

    def advance(self, until_day: int) -> None:
        """Steps 2 to 6 of the days up to and without `until_day`."""
        self.reads_staff()
        if until_day > self.day:
            self.env.run(until=until_day)
            self.day = until_day
            self.staff["overtime_left"] = [clinician.overtime_left for clinician in self.clinicians]
        self.writes_staff()
        self.writes_stocks()
        if self.day < self.horizon:
            self.writes_flows(self.period_of_day[self.day])

    def finish(self) -> None:
        for person in self.open_people:
            self.logs(person, END.OPEN, NOT_YET)

    def linked(self, team: Team, kind: int) -> Team:
        """Copies go to copies in order, and from the first again where there are fewer."""
        alike = [other for other in self.teams if other.kind == team.kind]
        there = [other for other in self.teams if other.kind == kind]
        return there[alike.index(team) % len(there)]

    def tallies(self) -> Tallies:
        return Tallies(self.stock.sum(axis=(0, 1, 2)), self.flow.sum(axis=(0, 1, 2, 3)), self.use.sum(axis=(0, 1)))

    def open_spells(self) -> np.ndarray:
        clocks = ("referral_day", "second_contact_day", "assessed_day", "start_day")
        rows = [tuple(getattr(person, clock) for clock in clocks) for person in self.open_people]
        return np.array(rows, [(clock, "i4") for clock in clocks])

    @property
    def log(self) -> np.ndarray:
        return np.array(self.log_rows, LOG)

    # Processes

    def referrals(self) -> Story:
        """Step 2: referrals from outside."""
        for key, day, team, source, severity, group in self.referral.tolist():
            if self.env.now < day + MORNING:
                yield self.env.at(day, MORNING)
            person = Person(self, key, team, source, severity, group)
            if not person.is_deterred():
                person.begins()

    def days(self) -> Story:
        """Steps 4 and 5, team by team."""
        for day in range(self.horizon):
            yield self.env.at(day, ALLOCATION)
            for team in self.teams:
                yield from team.allocates()
            yield self.env.at(day, CLINICS)
            for team in self.teams:
                yield from team.holds_clinics(day)

    def evenings(self) -> Story:
        """Step 6: the day's record."""
        for day in range(self.horizon):
            yield self.env.at(day, EVENING)
            for team in self.teams:
                for cell in team.all_cells:
                    for flow, stock in DAYS_OF_STOCK:
                        cell.flow[flow] += cell.stock[stock]
                team.measures_list()
            period = self.period_of_day[day]
            if day + 1 == self.horizon or self.period_of_day[day + 1] != period:
                self.ends_period(period)

    def ends_period(self, period: int) -> None:
        for team in self.teams:
            team.records_stock_of_staff()
        self.writes_flows(period)
        self.writes_stocks()
        self.stock_record[period] = self.stock
        for person in self.open_people:
            cell = self.stock_record[period, person.team.number, person.severity, person.group]
            cell[STOCK.UNALLOCATED_LONG] += person.is_unallocated_for_long()
            cell[STOCK.UNCOORDINATED] += person.lacks_coordinator()
        self.package_record[period] = self.package_stock
        for team in self.teams:
            team.starts_period()

    # Tables

    def reads_staff(self) -> None:
        """What the workforce decides."""
        decided = ("occupied", "accepts", "shares_spare", "places", "wte", "daily_treatment", "daily_assessment")
        for field in (*decided, "kind", "key", "overtime_left"):
            for clinician, value in zip(self.clinicians, self.staff[field].tolist(), strict=True):
                setattr(clinician, field, value)
        for team in self.teams:
            team.forgets()

    def writes_staff(self) -> None:
        """What the clinic decides."""
        for field in ("held", "cases", "bank_treatment", "bank_assessment", "bank_urgent"):
            self.staff[field] = [getattr(clinician, field) for clinician in self.clinicians]
        for field in ("available", "used"):
            self.staff[field] += np.array([getattr(clinician, field) for clinician in self.clinicians], np.int64)
        for clinician in self.clinicians:
            clinician.available = clinician.used = 0

    def writes_stocks(self) -> None:
        self.stock[:] = [[[cell.stock for cell in row] for row in team.cells] for team in self.teams]
        self.package_stock[:] = [team.packages for team in self.teams]

    def writes_flows(self, period: int) -> None:
        self.flow[period] = [[[cell.flow for cell in row] for row in team.cells] for team in self.teams]
        self.use[period] = [team.use for team in self.teams]

    def logs(self, person: Person, end: int, end_day: int) -> None:
        p = person
        who = (p.key, p.episode, p.team.number, p.source, p.group, p.severity_at_referral, p.severity, int(p.urgent))
        where = (p.package, p.clinician.slot if p.clinician else -1)
        days = (p.referral_day, p.first_contact_day, p.second_contact_day, p.assessed_day, p.allocated_day, p.start_day)
        self.log_rows.append((*who, *where, *days, end_day, end, p.contacts, p.missed, p.handovers, p.internal))
