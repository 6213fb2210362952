"""Who joins whose caseload (docs/model.md, section 5).

In: `World`, `Rules`, the day and a team. Out: the same arrays; people in treatment with a named clinician.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from numba import njit

from workforce_sim.engine.kernel.calendar import COURSES, enter
from workforce_sim.engine.kernel.contacts import STEP_DRAWS, contact_falls_due
from workforce_sim.engine.kernel.heaps import leave, treatment_heap
from workforce_sim.engine.kernel.people import become, count, draw, next_candidate_day, value_of
from workforce_sim.engine.kernel.spells import end_spell
from workforce_sim.inputs.codes import (
    KEY_CLASS_SHIFT,
    NEAR_BREACH,
    ORIGIN,
    ROUTINE,
    STEP_SHIFT,
    Chance,
    End,
    Flow,
    Order,
    SeriesRule,
    Setting,
    State,
)
from workforce_sim.streams import Purpose

HANDOVER_DRAWS = 256
"""Number within the episode of the first draw about a handover."""


@njit(cache=True)
def urgency(r, order, severity, day):
    """The order number by which heads of queues of different severities are compared."""
    near = r.setting[Setting.NEAR_BREACH]
    if near >= 0 and order >> KEY_CLASS_SHIFT == ROUTINE:
        joined = (order & ((1 << KEY_CLASS_SHIFT) - 1)) - ORIGIN
        if joined + r.standard[severity] - near <= day:
            order -= (ROUTINE - NEAR_BREACH) << KEY_CLASS_SHIFT
    if r.setting[Setting.ORDER] == Order.SEVERITY:
        clock = order & ((1 << KEY_CLASS_SHIFT) - 1)
        return order - clock + ((r.chance.shape[0] - severity) << 32) + clock
    if r.setting[Setting.ORDER] == Order.TARGET:
        return order + r.standard[severity]
    return order


@njit(cache=True)
def allocate(w, r, day, team):
    """Free caseload places are offered to the treatment queues and to those awaiting handover."""
    take_seats(w, team)
    for queue in range(w.blocked.shape[0]):
        w.blocked[queue] = 0
    while True:
        first, queue = first_in_treatment_queues(w, r, team, day)
        if first < 0:
            break
        slot = clinician_with_room(w, r, first)
        if slot < 0:
            w.blocked[queue] = 1
        else:
            take_on(w, r, day, first, slot)
    w.dirty[team] = 0


@njit(cache=True)
def take_seats(w, team):
    """Lists the occupied slots of a team, so that nobody else needs to look at the empty ones."""
    first = w.team_slots[team]
    seats = 0
    for slot in range(first, w.team_slots[team + 1]):
        if w.staff[slot]["occupied"]:
            w.seat[first + seats] = slot
            seats += 1
    w.seats[team] = seats


@njit(cache=True)
def first_in_treatment_queues(w, r, team, day):
    """(patient row, queue) of the first person in the treatment queues that are not blocked; row -1 if nobody."""
    best, best_queue, best_order = -1, -1, 0
    n_severities = r.chance.shape[0]
    for queue in range(r.package_chance.shape[1] * n_severities):
        node = w.heap[treatment_heap(r, team, 0, 0) + queue]
        if node < 0 or w.blocked[queue]:
            continue
        order = urgency(r, w.patient_node[node]["order"], queue % n_severities, day)
        if best < 0 or comes_first(w.patient_node, order, node, best_order, best):
            best, best_queue, best_order = node, queue, order
    return best >> 1, best_queue


@njit(cache=True)
def comes_first(node, order, a, best_order, b):
    """True if node a at `order` comes before node b at `best_order`."""
    return order < best_order or (order == best_order and node[a]["key"] < node[b]["key"])


@njit(cache=True)
def clinician_with_room(w, r, i):
    """The slot that takes the person on: most preferred role with room, then most room, then lowest slot; -1: none."""
    p = w.patient[i]
    lead = r.series[r.package_series[p["package"], 0], p["severity"], p["group"]]
    task = lead[SeriesRule.TASK]
    best, best_rank, best_room = -1, 0, 0
    first = w.team_slots[p["team"]]
    for place in range(first, first + w.seats[p["team"]]):
        slot = w.seat[place]
        s = w.staff[slot]
        room = s["places"] - s["held"]
        if room <= 0 or s["accepts"] <= 0:
            continue
        if r.seconds[task, 0, p["severity"], s["role"]] < 0 or lead[SeriesRule.WEIGHT] > r.heaviest[s["role"]]:
            continue
        rank = r.rank[task, s["role"]]
        if best < 0 or rank < best_rank or (rank == best_rank and room > best_room):
            best, best_rank, best_room = slot, rank, room
    return best


@njit(cache=True)
def take_on(w, r, day, i, slot):
    """The person joins the caseload of `slot`, for the first time or handed over."""
    p = w.patient[i]
    if p["state"] == State.UNALLOCATED:
        if not hand_over(w, r, day, i):
            return
        join_caseload(w, r, i, slot)
    else:
        if p["state"] == State.WAITING_STEP:
            count(w, p, Flow.STEP_STARTED, 1)
        else:
            count(w, p, Flow.ALLOCATED, 1)
            p["allocated_day"] = day
        join_caseload(w, r, i, slot)
        begin_courses(w, r, day, i)
        next_candidate_day(w, r, day, i)
    contact_falls_due(w, r, day, i * r.setting[Setting.PLACES])


@njit(cache=True)
def join_caseload(w, r, i, slot):
    """Takes the caseload place."""
    p = w.patient[i]
    s = w.staff[slot]
    leave(w.heap, w.patient_node, 2 * i)
    become(w, p, State.IN_TREATMENT)
    p["slot"] = slot
    p["weight"] = r.series[r.package_series[p["package"], 0], p["severity"], p["group"], SeriesRule.WEIGHT]
    s["held"] += p["weight"]
    s["cases"] += 1
    p["case_previous"] = -1
    p["case_next"] = s["case_head"]
    if s["case_head"] >= 0:
        w.patient[s["case_head"]]["case_previous"] = i
    s["case_head"] = i


@njit(cache=True)
def hand_over(w, r, day, i):
    """A handover lengthens the course; False if the person drops out instead."""
    p = w.patient[i]
    w0, w1, _, _ = draw(w, p, Purpose.COURSE, HANDOVER_DRAWS + p["handovers"])
    if w0 < r.chance[p["severity"], p["group"], Chance.DROPS_OUT_AT_HANDOVER]:
        end_spell(w, r, day, i, End.DROPPED_OUT)
        return False
    count(w, p, Flow.HANDED_OVER, 1)
    p["handovers"] += 1
    lead = w.course[i * r.setting[Setting.PLACES]]
    longer = (int(lead["planned"]) * r.setting[Setting.HANDOVER_LONGER] + w1) >> 32
    lead["planned"] += r.setting[Setting.HANDOVER_CONTACTS] + longer
    return True


@njit(cache=True)
def begin_courses(w, r, day, i):
    """A course for every series of the package; all but the lead fall due first after their interval."""
    p = w.patient[i]
    places = r.setting[Setting.PLACES]
    for place in range(places):
        series = r.package_series[p["package"], place]
        course = w.course[i * places + place]
        course["series"] = series
        if series < 0:
            continue
        rule = r.series[series, p["severity"], p["group"]]
        w0, w1, _, _ = draw(w, p, Purpose.COURSE, (p["steps"] << STEP_DRAWS) + place)
        course["done"] = 0
        course["attempts"] = p["steps"] << STEP_SHIFT
        course["stretch"] = 0
        course["slot"] = -1
        course["planned"] = max(1, value_of(r, rule[SeriesRule.CONTACTS_LAW], w0))
        if place > 0:
            interval = max(1, value_of(r, rule[SeriesRule.INTERVAL_LAW], w1))
            enter(w.calendar[COURSES, p["team"]], w.course, i * places + place, day + interval)
