"""Who is at work on which day, and how a week's load wears on people: the compiled loops over the staff.

In: roster rows, keys and rules as plain arrays. Out: the rows, filled for a stretch of days (1 = present on a working
day), and each person's smoothed load and exhaustion. Luck is asked of (person, purpose, calendar date), so nobody's
days off depend on when somebody else, or they themselves, came.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from workforce_sim.streams import Purpose, luck

ANNUAL_LEAVE, STUDY, SICKNESS = int(Purpose.ANNUAL_LEAVE), int(Purpose.STUDY), int(Purpose.SICKNESS)

ROUNDING = 1 << 30
"""Counts from here on are draws that decide whether a part of a day is a day; below, they are dates."""

PART_DAYS = 1 << 16
"""Days off are handed over in 1/65536 of a day, so that the entitlement of a part year is exact on average."""


class Stretch(NamedTuple):
    """Days `first` .. `until` - 1 of one replication."""

    seed: int
    replication: int
    first: int
    until: int
    origin: int
    """Ordinal of the calendar date of day 0 (`date.toordinal`)."""


@njit(cache=True)
def plan_leave(roster, working, slots, keys, stretch, leave, study):
    """Write the roster rows of `slots` for a stretch, usually the rest of a leave year: working days less leave and study.

    roster: uint8, (slot, day). working: uint8, (day,), reaches the end of the stretch even where the roster does not,
    so that a longer run has the same past. slots, keys: int64, (person,). leave, study: entitlement within the
    stretch, 1/65536 of a working day.
    """
    last = min(stretch.until, roster.shape[1])
    for i in range(slots.size):
        present = working[stretch.first : stretch.until].copy()
        take_annual_leave(present, keys[i], stretch, leave)
        take_study_days(present, keys[i], stretch, study)
        for day in range(stretch.first, last):
            roster[slots[i], day] = present[day - stretch.first]


@njit(cache=True)
def take_annual_leave(present, key, stretch, leave):
    """Whole weeks (from Monday) off, in the order of their luck, until the entitlement is used; the last one in part."""
    first_date = stretch.origin + stretch.first
    first_week = (first_date - 1) // 7  # date 1 of the calendar was a Monday
    weeks = (first_date + present.size - 2) // 7 - first_week + 1
    ranks = np.empty(weeks, np.int64)
    for week in range(weeks):
        date_week = first_week + week
        word = luck(stretch.seed, stretch.replication, key, ANNUAL_LEAVE, date_week >> 2)[date_week & 3]
        ranks[week] = (word << 8) | week
    ranks.sort()
    left = whole_days(leave, key, ANNUAL_LEAVE, stretch)
    for rank in ranks:
        monday = (first_week + (rank & 255)) * 7 + 1 - first_date
        for day in range(max(monday, 0), min(monday + 7, present.size)):
            if left > 0 and present[day]:
                present[day] = 0
                left -= 1


@njit(cache=True)
def take_study_days(present, key, stretch, study):
    """Single working days off: those of the smallest luck among the days left."""
    ranks = np.empty(present.size, np.int64)
    n = 0
    for day in range(present.size):
        if present[day]:
            date = stretch.origin + stretch.first + day
            word = luck(stretch.seed, stretch.replication, key, STUDY, date >> 2)[date & 3]
            ranks[n] = (word << 16) | day
            n += 1
    days = min(whole_days(study, key, STUDY, stretch), n)
    if days > 0:
        for rank in np.partition(ranks[:n], days - 1)[:days]:
            present[rank & 0xFFFF] = 0


@njit(cache=True)
def whole_days(part_days, key, purpose, stretch):
    """Whole days from 1/65536 days: a part of a day is a day with that chance."""
    word = luck(stretch.seed, stretch.replication, key, purpose, ROUNDING + stretch.origin + stretch.first)[0]
    return (part_days + (word >> 16)) >> 16


@njit(cache=True)
def draw_sickness(roster, working, slots, keys, sick, stretch, falls_ill, stays_ill):
    """Take the days sick off the roster rows of `slots` for a stretch.

    A person well on the last working day falls ill if the day's word is below `falls_ill` (int64, (person,),
    thresholds); a person ill stays ill if it is below `stays_ill`. Spells are thus geometric, and with falls_ill <=
    stays_ill a greater chance of falling ill gives the same days sick and some more. `sick`: uint8, (slot,), on the
    last working day before the stretch, and after it.
    """
    for i in range(slots.size):
        slot = slots[i]
        ill = sick[slot] != 0
        block = -1
        words = (0, 0, 0, 0)
        for day in range(stretch.first, min(stretch.until, roster.shape[1])):
            if not working[day]:
                continue
            date = stretch.origin + day
            if date >> 2 != block:
                block = date >> 2
                words = luck(stretch.seed, stretch.replication, keys[i], SICKNESS, block)
            ill = words[date & 3] < (stays_ill if ill else falls_ill[i])
            if ill:
                roster[slot, day] = 0
        sick[slot] = ill


@njit(cache=True)
def wear(staff, target, load, exhaustion, smoothing, rise, recovery, usual):
    """One week of the loop from load to exhaustion, for everybody in post; begins the next week's account.

    Load is weighted caseload over target, and use of time, half and half (use of time alone where no caseload is
    held); a week away leaves the smoothed load as it was. Exhaustion rises by `rise` per unit of smoothed load above 1,
    and recovers towards `usual`, between 0 and 1 (evidence E, loop R1).
    staff: STAFF, (slot,). target, load, exhaustion: float64, (slot,); target in thousandths of a place, 0 = none.
    """
    for slot in range(staff.size):
        person = staff[slot]
        if person["occupied"] == 0:
            continue
        if person["available"] > 0:
            now = person["used"] / person["available"]
            if target[slot] > 0:
                now = 0.5 * now + 0.5 * (person["held"] / target[slot])
            load[slot] += smoothing * (now - load[slot])
        tired = exhaustion[slot] + rise * (load[slot] - 1.0) - recovery * (exhaustion[slot] - usual)
        exhaustion[slot] = min(1.0, max(0.0, tired))
        person["available"] = 0
        person["used"] = 0
