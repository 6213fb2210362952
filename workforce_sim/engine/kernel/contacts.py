"""Contacts that fall due: face to face or remote, on whose list or in which pool (docs/model.md, section 4).

In: `World`, `Rules`, the day and a course row. Out: the same arrays, changed.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit

from workforce_sim.engine.kernel.calendar import COURSES, cancel
from workforce_sim.engine.kernel.heaps import join, leave, pool_heap
from workforce_sim.engine.kernel.lines import stand, step_out
from workforce_sim.engine.kernel.people import change_stock, draw
from workforce_sim.engine.state import OWN_LIST, POOL
from workforce_sim.inputs.codes import NOT_YET, ORIGIN, SERIES_SHIFT, Chance, SeriesRule, Session, Setting, Stock
from workforce_sim.streams import Purpose

STEP_DRAWS = 10
"""Draws about the courses of a package are numbered from (packages before this one << 10)."""


@njit(cache=True)
def contact_falls_due(w, r, day, c):
    """The next contact of course c joins the own list or the pool, and its luck is drawn."""
    course = w.course[c]
    p = w.patient[course["person"]]
    place = c - int(course["person"]) * r.setting[Setting.PLACES]
    rule = r.series[course["series"], p["severity"], p["group"]]
    w0, w1, w2, w3 = draw(w, p, Purpose.CONTACT, (place << SERIES_SHIFT) + course["attempts"])
    course["attend_word"] = w0
    course["interval_word"] = w1
    course["due_day"] = day
    pool_task = rule[SeriesRule.TASK]
    in_group = r.session[pool_task, Session.SIZE] > 0
    course["remote"] = 1 if not in_group and is_remote(r, p, w2, rule[SeriesRule.REMOTE]) else 0
    change_stock(w, p, Stock.OVERDUE, 1)
    if place == 0 and not in_group:
        stand(w, c, p["slot"])
        pool_task = rule[SeriesRule.SUPPORT_TASK] if w3 < rule[SeriesRule.SUPPORT] else -1
    elif rule[SeriesRule.NAMED] and not in_group:
        slot = clinician_of_series(w, r, p, course, place, pool_task)
        if slot >= 0:
            stand(w, c, slot)
            pool_task = -1
    if pool_task >= 0:
        join_pool(w, r, c, pool_task)


@njit(cache=True)
def is_remote(r, p, word, threshold):
    """Is an appointment by video or phone? By its own luck, or by what the person chooses once and for all."""
    if r.setting[Setting.REMOTE_BY_PERSON]:
        word = p["mode_word"]
    return p["remote_word"] >= r.chance[p["severity"], p["group"], Chance.CANNOT_USE_REMOTE] and word < threshold


@njit(cache=True)
def clinician_of_series(w, r, p, course, place, task):
    """The named clinician of a further series: who it was if still there, else one of the most preferred role.

    Among those it is luck in proportion to WTE, because room changes while the morning's news comes in.
    """
    if course["slot"] >= 0:
        s = w.staff[course["slot"]]
        is_there = s["occupied"] and s["accepts"] >= 0 and s["key"] == course["clinician"]
        if is_there and r.seconds[task, 0, p["severity"], s["role"]] >= 0:
            return np.int64(course["slot"])
    course["slot"] = -1
    rank, wte = -1, 0
    for slot in range(w.team_slots[p["team"]], w.team_slots[p["team"] + 1]):
        if may_be_named(w, r, p, task, slot):
            own = r.rank[task, w.staff[slot]["role"]]
            wte = w.staff[slot]["wte"] + (wte if own == rank else 0) if rank < 0 or own <= rank else wte
            rank = own if rank < 0 else min(rank, own)
    _, _, w2, _ = draw(w, p, Purpose.COURSE, (p["steps"] << STEP_DRAWS) + place)
    left = wte * w2 >> 32
    for slot in range(w.team_slots[p["team"]], w.team_slots[p["team"] + 1]):
        if may_be_named(w, r, p, task, slot) and r.rank[task, w.staff[slot]["role"]] == rank:
            left -= w.staff[slot]["wte"]
            if left < 0:
                course["slot"] = slot
                course["clinician"] = w.staff[slot]["key"]
                break
    return np.int64(course["slot"])


@njit(cache=True)
def may_be_named(w, r, p, task, slot):
    """May the clinician in a slot be given a new course of a further series?"""
    s = w.staff[slot]
    return s["occupied"] and s["accepts"] > 0 and r.seconds[task, 0, p["severity"], s["role"]] >= 0


@njit(cache=True)
def join_pool(w, r, c, task):
    """The contact of course c is due, and whoever may do the task may hold it."""
    course = w.course[c]
    p = w.patient[course["person"]]
    number = pool_heap(r, p["team"], task, p["severity"])
    join(w.heap, w.course_node, number, c, course["due_day"] + ORIGIN, p["key"])
    w.pooled[number] += 1
    course["lists"] += POOL


@njit(cache=True, forceinline=True)
def leave_due(w, c):
    """The contact of course c leaves the own list and the pool that it is in."""
    if w.course[c]["lists"] & OWN_LIST:
        step_out(w, c)
    if w.course[c]["lists"] & POOL:
        w.course[c]["lists"] -= POOL
        w.pooled[w.course_node[c]["root"]] -= 1
        leave(w.heap, w.course_node, c)


@njit(cache=True)
def withdraw_contact(w, p, c):
    """Gives up the contact of course c that is booked or due."""
    cancel(w.calendar[COURSES, p["team"]], w.course, c)
    leave_due(w, c)
    if w.course[c]["due_day"] != NOT_YET:
        w.course[c]["due_day"] = NOT_YET
        change_stock(w, p, Stock.OVERDUE, -1)
