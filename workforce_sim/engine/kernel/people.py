"""A person's row: luck, laws, stocks and flows, places in queues, the clock of candidate days (docs/model.md, 1 and 2).

In: `World`, `Rules`, the day and a patient row. Out: the same arrays, changed.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit

from workforce_sim.engine.kernel.calendar import COURSES, PEOPLE, cancel, enter
from workforce_sim.engine.kernel.heaps import assessment_heap, crisis_heap, join, leave, treatment_heap, triage_heap
from workforce_sim.engine.kernel.rows import free_row
from workforce_sim.engine.state import Counter
from workforce_sim.inputs.codes import (
    EPISODE_SHIFT,
    GUIDE_SHIFT,
    HANDOVER,
    KEY_CLASS_SHIFT,
    NOT_YET,
    ORIGIN,
    ROUTINE,
    URGENT,
    PackageStock,
    Setting,
    State,
    Stock,
)
from workforce_sim.streams import CERTAIN, Purpose, luck

STOCK_OF_STATE = np.array(
    [-1, Stock.WAITING_ASSESSMENT, Stock.WAITING_ASSESSMENT, Stock.WAITING_TREATMENT, Stock.IN_TREATMENT,
     Stock.UNALLOCATED, -1, Stock.WAITING_ASSESSMENT, Stock.WAITING_ASSESSMENT, Stock.WAITING_ASSESSMENT,
     Stock.WAITING_STEP]
)  # fmt: skip
"""The stock that each State counts in; -1: none."""

PACKAGE_STOCK_OF_STATE = np.array(
    [-1, -1, -1, PackageStock.WAITING, PackageStock.IN_TREATMENT, PackageStock.UNALLOCATED, -1, -1, -1, -1,
     PackageStock.WAITING]
)  # fmt: skip
"""The package stock that each State counts in; -1: none."""


@njit(cache=True)
def draw(w, p, purpose, n):
    """Four words of luck of the person in record p, for the n-th time in this episode."""
    count = (int(p["episode"]) << EPISODE_SHIFT) + n
    return luck(w.counter[Counter.SEED], w.counter[Counter.REPLICATION], p["key"], purpose, count)


@njit(cache=True)
def value_of(r, law, word):
    """The value of a law at a word of luck."""
    first, part = r.law[law, 0], int(word) >> GUIDE_SHIFT
    low, high = np.int64(r.law_guide[law, part]), np.int64(r.law_guide[law, part + 1])
    while low < high:
        middle = (low + high) >> 1
        if r.law_threshold[middle] <= word:
            low = middle + 1
        else:
            high = middle
    return r.law[law, 2] + low - first


@njit(cache=True)
def count(w, p, flow, n):
    """Adds n to a flow, where this person is counted."""
    w.flow_now[p["cell"], flow] += n


@njit(cache=True)
def change_stock(w, p, stock, n):
    """Adds n to a stock, where this person is counted."""
    w.stock[p["cell"], stock] += n


@njit(cache=True)
def change_stocks(w, p, n):
    """Adds n to the stocks of the person's state."""
    stock = STOCK_OF_STATE[p["state"]]
    if stock >= 0:
        change_stock(w, p, stock, n)
    stock = PACKAGE_STOCK_OF_STATE[p["state"]]
    if stock >= 0:
        w.package_stock[p["team"], p["package"], stock] += n


@njit(cache=True)
def become(w, p, state):
    """The person changes state, and the stocks with it."""
    change_stocks(w, p, -1)
    p["state"] = state
    change_stocks(w, p, 1)


@njit(cache=True)
def is_treated(p):
    """In treatment, with a named clinician or without."""
    return p["state"] == State.IN_TREATMENT or p["state"] == State.UNALLOCATED


@njit(cache=True)
def set_cell(r, p):
    """Where the person is counted from now on."""
    p["cell"] = (p["team"] * r.chance.shape[0] + p["severity"]) * r.chance.shape[1] + p["group"]


@njit(cache=True)
def begin_spell(w, r, i, referral_day):
    """Empties everything that belongs to one spell."""
    p = w.patient[i]
    set_cell(r, p)
    p["state"] = State.FREE
    p["calendar_day"] = -1
    p["severity_at_referral"] = p["severity"]
    p["urgent"] = 0
    p["package"] = -1
    p["slot"] = -1
    p["case_next"] = -1
    p["case_previous"] = -1
    p["weight"] = 0
    p["queue_day"] = referral_day
    p["befalls"] = 0
    p["assessment_attempts"] = 0
    p["assessments"] = 0
    p["internal"] = 0
    p["bound_for"] = -1
    p["steps"] = 0
    p["missed_in_row"] = 0
    p["handovers"] = 0
    p["crisis_contacts_left"] = 0
    p["referral_day"] = referral_day
    p["first_contact_day"] = NOT_YET
    p["second_contact_day"] = NOT_YET
    p["assessed_day"] = NOT_YET
    p["allocated_day"] = NOT_YET
    p["start_day"] = NOT_YET
    p["contacts"] = 0
    p["missed"] = 0
    w.patient_node[2 * i]["root"] = -1
    w.patient_node[2 * i + 1]["root"] = -1
    places = r.setting[Setting.PLACES]
    for place in range(places):
        c = i * places + place
        w.course[c]["person"] = i
        w.course[c]["series"] = -1
        w.course[c]["calendar_day"] = -1
        w.course[c]["due_day"] = NOT_YET
        w.course[c]["slot"] = -1
        w.course[c]["lists"] = 0


@njit(cache=True)
def log_spell(w, i, end, end_day):
    """Writes the spell's row."""
    p = w.patient[i]
    row = w.log[w.counter[Counter.LOGGED]]
    w.counter[Counter.LOGGED] += 1
    row["key"] = p["key"]
    row["episode"] = p["episode"]
    row["team"] = p["team"]
    row["source"] = p["source"]
    row["group"] = p["group"]
    row["severity_at_referral"] = p["severity_at_referral"]
    row["severity"] = p["severity"]
    row["urgent"] = p["urgent"]
    row["package"] = p["package"]
    row["slot"] = p["slot"]
    row["referral_day"] = p["referral_day"]
    row["first_contact_day"] = p["first_contact_day"]
    row["second_contact_day"] = p["second_contact_day"]
    row["assessed_day"] = p["assessed_day"]
    row["allocated_day"] = p["allocated_day"]
    row["start_day"] = p["start_day"]
    row["end_day"] = end_day
    row["end"] = end
    row["contacts"] = p["contacts"]
    row["missed"] = p["missed"]
    row["handovers"] = p["handovers"]
    row["internal"] = p["internal"]


@njit(cache=True)
def as_contact(p, day):
    """A contact for the clocks."""
    p["contacts"] += 1
    if p["first_contact_day"] == NOT_YET:
        p["first_contact_day"] = day
    elif p["second_contact_day"] == NOT_YET:
        p["second_contact_day"] = day


@njit(cache=True)
def queue_up(w, r, i):
    """Takes the place in the queue of the person's state, package, severity and class."""
    p = w.patient[i]
    priority = URGENT if p["urgent"] else (HANDOVER if p["state"] == State.UNALLOCATED else ROUTINE)
    if p["state"] == State.WAITING_ASSESSMENT:
        number = assessment_heap(r, p["team"], p["severity"])
    elif p["state"] == State.WAITING_TRIAGE:
        number = triage_heap(r, p["team"], p["severity"])
    else:
        number = treatment_heap(r, p["team"], p["package"], p["severity"])
        w.dirty[p["team"]] = 1
    order = (priority << KEY_CLASS_SHIFT) + int(p["queue_day"]) + ORIGIN
    join(w.heap, w.patient_node, number, 2 * i, order, p["key"])


@njit(cache=True)
def wait(w, r, i, state):
    """The person waits from now on, in the queue of that state."""
    become(w, w.patient[i], state)
    queue_up(w, r, i)


@njit(cache=True)
def wait_later(w, r, day, i, days):
    """Into the queue for assessment after so many days."""
    p = w.patient[i]
    become(w, p, State.REBOOKING)
    enter(w.calendar[COURSES, p["team"]], w.course, i * r.setting[Setting.PLACES], day + days)


@njit(cache=True)
def join_crisis_list(w, r, i, order):
    """Takes the place in the crisis list of the team and severity."""
    p = w.patient[i]
    join(w.heap, w.patient_node, crisis_heap(r, p["team"], p["severity"]), 2 * i + 1, order, p["key"])


@njit(cache=True)
def queue_again(w, r, i):
    """The person's severity or class has changed: takes the new place, if in a queue at all."""
    if w.patient_node[2 * i]["root"] >= 0:
        leave(w.heap, w.patient_node, 2 * i)
        queue_up(w, r, i)


@njit(cache=True)
def next_candidate_day(w, r, day, i):
    """Draws when something may next befall the person, and the luck of that day."""
    p = w.patient[i]
    in_treatment = is_treated(p)
    law = r.setting[Setting.BEFALL_LAW_IN_TREATMENT if in_treatment else Setting.BEFALL_LAW]
    until = r.setting[Setting.PACE_UNTIL_IN_TREATMENT if in_treatment else Setting.PACE_UNTIL]
    w0, w1, _, _ = draw(w, p, Purpose.BEFALL, p["befalls"])
    p["befalls"] += 1
    candidate = day + max(1, value_of(r, law, w1))
    p["befall_word"] = w0 if candidate < until else CERTAIN
    cancel(w.calendar[PEOPLE, p["team"]], w.patient, i)
    enter(w.calendar[PEOPLE, p["team"]], w.patient, i, min(candidate, until))


@njit(cache=True)
def leave_lists(w, i):
    """Leaves the queue, the crisis list and the calendar of what may befall them."""
    leave(w.heap, w.patient_node, 2 * i)
    leave(w.heap, w.patient_node, 2 * i + 1)
    cancel(w.calendar[PEOPLE, w.patient[i]["team"]], w.patient, i)


@njit(cache=True)
def come_back_or_go(w, i, will_return, day):
    """The person will be referred again on `day`, or is forgotten."""
    p = w.patient[i]
    p["state"] = State.AT_RISK
    p["calendar_day"] = -1
    if will_return:
        enter(w.calendar[PEOPLE, p["team"]], w.patient, i, day)
    if p["calendar_day"] < 0:
        free_row(w, i)


@njit(cache=True)
def chosen(cumulative, word):
    """The place among cumulative thresholds at a word of luck; -1: none."""
    for place in range(cumulative.shape[0]):
        if word < cumulative[place]:
            return place
    return -1
