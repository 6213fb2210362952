"""The staff in compiled loops: who is at work on which day, how a day is laid out, how a week's load wears on people.

In: `Personnel`, the arrays of the staff in one replication. Out: the same arrays, changed.
Luck is asked of (person, purpose, calendar date), so nobody's days off depend on when anybody came.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from workforce_sim.engine import capacity
from workforce_sim.engine.staffing import Staffing
from workforce_sim.inputs.codes import StaffKind
from workforce_sim.streams import CERTAIN, Purpose, luck

WEEK = 7

PERSON = np.dtype(
    [
        ("start_day", "i8"),  # first day in post; before day 0 for those found in post
        ("leave_planned", "i8"),  # the roster knows leave and study up to this day
        ("sickness_drawn", "i8"),  # ... and sickness up to this one
        ("target", "i8"),  # weighted caseload that loads fully, thousandths; 0 = holds none
        ("supervision", "i8"),  # given on each day present, seconds
        ("not_given", "i8"),  # asked for beyond all clinical time, on each day present, seconds
        ("load", "f8"),  # 1 = the usual load, smoothed
        ("exhaustion", "f8"),  # 0 .. 1
        ("sick", "i8"),  # on the last working day known to the roster
        ("terms", "i8"),  # row of ROLE
        ("does", "f8"),  # share of a whole day's work, besides induction: less while upskilling, or if temporary
        ("away_until", "i8"),  # on long absence before this day
    ],
    align=True,
)
"""One row per slot: what the workforce knows of the person in post, beside STAFF, which the clinic sees."""


class Personnel(NamedTuple):
    """The arrays of the staff in one replication."""

    staff: np.ndarray  # STAFF, (slot,)
    people: np.ndarray  # PERSON, (slot,)
    roster: np.ndarray  # uint8, (slot, day), 1 = present
    kind: np.ndarray  # int64, (team,)
    working: np.ndarray  # uint8, (kind, day), goes on beyond the horizon, so that a longer run has the same past
    team_slots: np.ndarray  # int64, (team + 1,), slots of a team are team_slots[t] .. team_slots[t + 1] - 1
    in_post: np.ndarray  # int64, (team, terms), hundredths of a WTE
    at_work: np.ndarray  # int64, (team, 2, terms): of those, not on long absence; of those, newcomers with a preceptor
    unsupervised: np.ndarray  # int64, (team, terms), seconds on a working day that nobody is in post to give
    booked_until: np.ndarray  # int64, (team,), supervision before this day is in the record
    changed: np.ndarray  # int64, (team,), 1 = caseload places changed when days were last laid out
    staffing: np.ndarray  # int64, (period, team, role, Staffing.N)
    period_of_day: np.ndarray  # int32, (day,)
    terms: np.ndarray  # capacity.ROLE, (terms,)
    role_of_terms: np.ndarray  # int64, (terms,)
    supervised_by: np.ndarray  # uint8, (routine or newcomers, terms supervised, role)
    leave_weight: np.ndarray  # int64, (week,), how much leave is sought, 64 = as usual; weeks counted from day 0's


class Stretch(NamedTuple):
    """Days `first` .. `until` - 1 for slots `slot` .. `last_slot` - 1 in one replication."""

    seed: int
    replication: int
    origin: int
    """Ordinal of the calendar date of day 0 (`date.toordinal`)."""
    slot: int
    last_slot: int
    first: int
    until: int


# --- days off ---------------------------------------------------------------------------------------------------------

ANNUAL_LEAVE, STUDY, SICKNESS = int(Purpose.ANNUAL_LEAVE), int(Purpose.STUDY), int(Purpose.SICKNESS)

ROUNDING = 1 << 30
"""Counts from here on are draws that decide whether a part of a day is a day; below, they are dates."""

PART_DAYS = 1 << 16
"""Days off are handed over in 1/65536 of a day, so that the entitlement of a part of a year is right on average."""


LEAVE_AS_USUAL = 64
"""Weight of a week in which as much leave is sought as in the mean week."""


@njit(cache=True)
def plan_leave(p, stretch, leave, study):
    """Write the roster for those in post whose leave is not planned yet: working days less annual leave and study.

    The stretch is the rest of a leave year. leave, study: entitlement within it, 1/65536 of a working day.
    """
    last = min(stretch.until, p.roster.shape[1])
    for slot in range(stretch.slot, stretch.last_slot):
        if p.staff[slot]["occupied"] and p.people[slot]["leave_planned"] <= stretch.first:
            p.people[slot]["leave_planned"] = stretch.until
            present = p.working[p.kind[p.staff[slot]["team"]], stretch.first : stretch.until].copy()
            take_annual_leave(present, p.staff[slot]["key"], stretch, leave, p.leave_weight)
            take_study_days(present, p.staff[slot]["key"], stretch, study)
            for day in range(stretch.first, last):
                p.roster[slot, day] = present[day - stretch.first] if day >= p.people[slot]["away_until"] else 0


@njit(cache=True)
def take_annual_leave(present, key, stretch, leave, weight):
    """Whole weeks (from Monday) off, in the order of their luck, until the entitlement is used; the last in part.

    In a week in which twice as much leave is sought, luck counts half.
    """
    first_date = stretch.origin + stretch.first
    first_week = (first_date - 1) // 7  # date 1 of the calendar was a Monday
    weeks = (first_date + present.size - 2) // 7 - first_week + 1
    ranks = np.empty(weeks, np.int64)
    for week in range(weeks):
        number = first_week + week
        word = luck(stretch.seed, stretch.replication, key, ANNUAL_LEAVE, number >> 2)[number & 3]
        ranks[week] = ((word * LEAVE_AS_USUAL // weight[number - (stretch.origin - 1) // 7]) << 8) | week
    left = whole_days(leave, key, ANNUAL_LEAVE, stretch)
    rank = next_rank(ranks, weeks, -1)
    while left > 0 and rank >= 0:
        monday = (first_week + (rank & 255)) * 7 + 1 - first_date
        for day in range(max(monday, 0), min(monday + 7, present.size)):
            if left > 0 and present[day]:
                present[day] = 0
                left -= 1
        rank = next_rank(ranks, weeks, rank)


@njit(cache=True)
def take_study_days(present, key, stretch, study):
    """Single working days off: those of the smallest luck among the days left."""
    ranks = np.empty(present.size, np.int64)
    n = 0
    block, words = -1, (0, 0, 0, 0)
    for day in range(present.size):
        if present[day]:
            date = stretch.origin + stretch.first + day
            if date >> 2 != block:
                block = date >> 2
                words = luck(stretch.seed, stretch.replication, key, STUDY, block)
            ranks[n] = (words[date & 3] << 16) | day
            n += 1
    left = whole_days(study, key, STUDY, stretch)
    rank = next_rank(ranks, n, -1)
    while left > 0 and rank >= 0:
        present[rank & 0xFFFF] = 0
        left -= 1
        rank = next_rank(ranks, n, rank)


@njit(cache=True)
def next_rank(ranks, n, after):
    """The least of the first `n` ranks that is greater than `after`; -1 if none is.

    A few passes are as fast as sorting, which alone takes numba 15 s to compile.
    """
    best = -1
    for i in range(n):
        if ranks[i] > after and (best < 0 or ranks[i] < best):
            best = ranks[i]
    return best


@njit(cache=True)
def whole_days(part_days, key, purpose, stretch):
    """Whole days from 1/65536 days: a part of a day is a day with that chance."""
    word = luck(stretch.seed, stretch.replication, key, purpose, ROUNDING + stretch.origin + stretch.first)[0]
    return (part_days + (word >> 16)) >> 16


@njit(cache=True)
def draw_sickness(p, stretch, share, recovers, gain, bounds):
    """Take days sick off the roster of those in post for whom the stretch is not drawn yet.

    share: of working days lost at load 1, x (1 + gain x (load - 1)) within `bounds` = (least and greatest factor,
    greatest share). recovers: chance on each working day ill. A person well on the last working day falls ill if the
    day's word is below one threshold, a person ill stays ill if it is below another: spells are geometric, and more
    sickness is the same days sick and some more. At most spell / (1 + spell) of the days are lost.
    """
    stays_ill = int((1.0 - recovers) * CERTAIN)
    for slot in range(stretch.slot, stretch.last_slot):
        person = p.people[slot]
        if p.staff[slot]["occupied"] and person["sickness_drawn"] <= stretch.first:
            person["sickness_drawn"] = stretch.until
            factor = min(bounds[1], max(bounds[0], 1.0 + gain * (person["load"] - 1.0)))
            lost = min(bounds[2], share * factor)
            falls_ill = int(min(1.0, recovers * lost / (1.0 - lost)) * CERTAIN)
            person["sick"] = fall_ill(p, slot, stretch, person["sick"], falls_ill, stays_ill)


@njit(cache=True)
def fall_ill(p, slot, stretch, sick, falls_ill, stays_ill):
    """Walk through the working days of a stretch, ill or well; whether ill on the last of them."""
    block, words = -1, (0, 0, 0, 0)
    working = p.working[p.kind[p.staff[slot]["team"]]]
    for day in range(stretch.first, min(stretch.until, p.roster.shape[1])):
        if working[day]:
            date = stretch.origin + day
            if date >> 2 != block:
                block = date >> 2
                words = luck(stretch.seed, stretch.replication, p.staff[slot]["key"], SICKNESS, block)
            sick = 1 if words[date & 3] < (stays_ill if sick else falls_ill) else 0
            if sick:
                p.roster[slot, day] = 0
    return sick


# --- the layout of a day ----------------------------------------------------------------------------------------------

ramp = njit(cache=True)(capacity.ramp)
clinical_seconds = njit(cache=True)(capacity.clinical_seconds)
caseload_room = njit(cache=True)(capacity.caseload_room)
share_supervision = njit(cache=True)(capacity.share_supervision)


@njit(cache=True)
def lay_out_days(p, first_team, last_team, today, loop, overtime):
    """From today on, what everybody in these teams can do; the number of teams whose caseload places changed.

    loop: (smoothing, rise, recovery, usual) if a week of load is to be felt first, else smoothing is below 0.
    overtime: seconds for each WTE in the week that begins, below 0 if none begins.
    """
    asked = np.empty(p.supervised_by.shape[2])
    for team in range(first_team, last_team):
        if loop[0] >= 0:
            wear(p, team, loop)
        book_supervision(p, team, today)
        count_in_post(p, team, today)
        asked[:] = 0.0
        p.unsupervised[team] = 0
        at_work, nobody = p.at_work[team, 0, : asked.size], p.unsupervised[team]
        share_supervision(p.terms["supervision_needed"], p.supervised_by[0], p.at_work[team, 0], at_work, asked, nobody)
        share_supervision(p.terms["preceptor_needed"], p.supervised_by[1], p.at_work[team, 1], at_work, asked, nobody)
        p.changed[team] = 0
        for slot in range(p.team_slots[team], p.team_slots[team + 1]):
            places = p.staff[slot]["places"]
            lay_out_day(p, slot, asked, today)
            if overtime >= 0:
                p.staff[slot]["overtime_left"] = overtime * p.staff[slot]["wte"] // 100
            p.changed[team] |= p.staff[slot]["places"] != places
    return p.changed[first_team:last_team].sum()


@njit(cache=True)
def count_in_post(p, team, today):
    """WTE in post, at work, and new in post, by terms."""
    p.in_post[team] = 0
    p.at_work[team] = 0
    for slot in range(p.team_slots[team], p.team_slots[team + 1]):
        staff, person = p.staff[slot], p.people[slot]
        if staff["occupied"]:
            p.in_post[team, person["terms"]] += staff["wte"]
            if today >= person["away_until"]:
                p.at_work[team, 0, person["terms"]] += staff["wte"]
                if in_post_by_the_week(today, person) < p.terms[person["terms"]]["newcomer_days"]:
                    p.at_work[team, 1, person["terms"]] += staff["wte"]


@njit(cache=True)
def in_post_by_the_week(today, person):
    """Days in post at the last weekly review, so that nobody's coming or going moves anyone else's induction on."""
    return max(0, today - today % WEEK - person["start_day"])


@njit(cache=True)
def lay_out_day(p, slot, asked, today):
    """A person's clinical time by activity, and room for a caseload; nothing where nobody is in post."""
    staff, person, role = p.staff[slot], p.people[slot], p.terms[p.people[slot]["terms"]]
    if not staff["occupied"]:
        staff["daily_treatment"] = staff["daily_assessment"] = staff["places"] = 0
        person["target"] = person["supervision"] = person["not_given"] = 0
        return
    days_in_post = in_post_by_the_week(today, person)
    productivity = person["does"] * ramp(
        days_in_post, role["induction_productivity"], role["induction_days"], role["reached"]
    )
    whole = clinical_seconds(role["day_seconds"], staff["wte"], role["clinical_share"], productivity)
    owed = int(asked[staff["role"]] * staff["wte"] + 0.5) if staff["kind"] == StaffKind.IN_POST else 0
    person["supervision"] = min(owed, whole)
    person["not_given"] = owed - person["supervision"]
    staff["daily_assessment"] = int((whole - person["supervision"]) * role["assessment_share"])
    staff["daily_treatment"] = whole - person["supervision"] - staff["daily_assessment"]
    room = person["does"] * ramp(days_in_post, role["induction_caseload"], role["induction_days"], role["reached"])
    staff["places"] = caseload_room(role["places"], staff["wte"], room)
    person["target"] = caseload_room(role["target"], staff["wte"], room)
    staff["shares_spare"] = role["shares_spare"]


@njit(cache=True)
def book_supervision(p, team, today):
    """Write down the supervision given, and missed, from the day it was last done until last night."""
    since = p.booked_until[team]
    p.booked_until[team] = today
    if since >= today:
        return
    record = p.staffing[p.period_of_day[since], team]
    for slot in range(p.team_slots[team], p.team_slots[team + 1]):
        person = p.people[slot]
        if person["supervision"] or person["not_given"]:
            days_present = p.roster[slot, since:today].sum()
            record[p.staff[slot]["role"], Staffing.SUPERVISION_SECONDS] += person["supervision"] * days_present
            record[p.staff[slot]["role"], Staffing.SUPERVISION_SHORTFALL] += person["not_given"] * days_present
    working_days = p.working[p.kind[team], since:today].sum()
    for terms in range(p.terms.size):
        record[p.role_of_terms[terms], Staffing.SUPERVISION_SHORTFALL] += p.unsupervised[team, terms] * working_days


@njit(cache=True)
def wear(p, team, loop):
    """One week of the loop from load to exhaustion, for those in post in a team; begins the next week's account.

    Load is weighted caseload over target, and use of time, half and half (use of time alone where no caseload is
    held); a week away leaves the smoothed load as it was. Exhaustion rises by `rise` per unit of smoothed load above 1,
    and recovers towards `usual`, between 0 and 1 (evidence E, loop R1).
    """
    smoothing, rise, recovery, usual = loop
    for slot in range(p.team_slots[team], p.team_slots[team + 1]):
        staff, person = p.staff[slot], p.people[slot]
        if not staff["occupied"]:
            continue
        if staff["available"] > 0:
            now = staff["used"] / staff["available"]
            if person["target"] > 0:
                now = 0.5 * now + 0.5 * (staff["held"] / person["target"])
            person["load"] += smoothing * (now - person["load"])
        tired = person["exhaustion"] + rise * (person["load"] - 1.0) - recovery * (person["exhaustion"] - usual)
        person["exhaustion"] = min(1.0, max(0.0, tired))
        staff["available"] = 0
        staff["used"] = 0


# --- the month's record -----------------------------------------------------------------------------------------------


@njit(cache=True)
def take_stock(p, period, day, funded, loop_is_on):
    """Close a period's record: the state as the day before `day` ended.

    funded: int64, (team, role), hundredths of a WTE.
    """
    roles = p.staffing.shape[2]
    weighted = np.zeros((2, roles))
    first_day = day
    while first_day > 0 and p.period_of_day[first_day - 1] == period:
        first_day -= 1
    for team in range(p.in_post.shape[0]):
        book_supervision(p, team, day)
        weighted[:] = 0.0
        for slot in range(p.team_slots[team], p.team_slots[team + 1]):
            staff, person = p.staff[slot], p.people[slot]
            if not staff["occupied"]:
                continue
            row = p.staffing[period, team, staff["role"]]
            if staff["kind"] == StaffKind.TRAINEE:
                row[Staffing.TRAINEES] += staff["wte"]
            if staff["kind"] == StaffKind.IN_POST:
                row[Staffing.ABSENT] += staff["wte"] if day <= person["away_until"] else 0
                weighted[0, staff["role"]] += staff["wte"] * person["exhaustion"] * 1000
                weighted[1, staff["role"]] += staff["wte"] * (day - person["start_day"])
        for role in range(roles):
            row, in_post = p.staffing[period, team, role], p.in_post[team, role]
            row[Staffing.FUNDED] = funded[team, role]
            row[Staffing.IN_POST] = in_post
            row[Staffing.PAID_DAYS] += in_post * (day - first_day)
            row[Staffing.TRAINEE_DAYS] += row[Staffing.TRAINEES] * (day - first_day)
            row[Staffing.EXHAUSTION] = int(weighted[0, role] / in_post + 0.5) if in_post and loop_is_on else -1
            row[Staffing.TENURE] = int(weighted[1, role] / in_post + 0.5) if in_post else -1
