"""What becomes of people: referred, waiting, befallen, taken on, due, gone (docs/model.md, sections 3, 4 and 7).

In: `World`, `Rules`, the day and a patient row. Out: the same arrays, changed.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit

from workforce_sim.engine.kernel.calendar import COURSES, PEOPLE, cancel, enter
from workforce_sim.engine.kernel.heaps import (
    assessment_heap,
    crisis_heap,
    join,
    leave,
    own_heap,
    pool_heap,
    treatment_heap,
    triage_heap,
)
from workforce_sim.engine.kernel.kinds import of_kind
from workforce_sim.engine.kernel.rows import free_row
from workforce_sim.engine.state import Counter
from workforce_sim.inputs.codes import (
    EPISODE_SHIFT,
    HANDOVER,
    KEY_CLASS_SHIFT,
    NOT_YET,
    ORIGIN,
    ROUTINE,
    SERIES_SHIFT,
    URGENT,
    Chance,
    End,
    Flow,
    PackageStock,
    SeriesRule,
    Session,
    Setting,
    State,
    Stock,
    Use,
)
from workforce_sim.streams import CERTAIN, Purpose, luck

FLOW_OF_END = np.array(
    [-1, Flow.DECLINED, Flow.GAVE_UP, Flow.CLOSED_NOT_ATTENDED, Flow.CLOSED_WITH_ADVICE, Flow.COMPLETED,
     Flow.DROPPED_OUT, Flow.DISCHARGED_NOT_ATTENDED, Flow.NO_RESPONSE,
     Flow.TRANSFERRED]
)  # fmt: skip
"""The flow that counts each End."""

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


STEP_DRAWS = 10
"""Draws about the courses of a package are numbered from (packages before this one << 10)."""


@njit(cache=True)
def draw(w, p, purpose, n):
    """Four words of luck of the person in record p, for the n-th time in this episode."""
    count = (int(p["episode"]) << EPISODE_SHIFT) + n
    return luck(w.counter[Counter.SEED], w.counter[Counter.REPLICATION], p["key"], purpose, count)


@njit(cache=True)
def value_of(r, law, word):
    """The value of a law at a word of luck."""
    first = r.law[law, 0]
    low, high = first, first + r.law[law, 1]
    while low < high:
        middle = (low + high) >> 1
        if r.law_threshold[middle] <= word:
            low = middle + 1
        else:
            high = middle
    return r.law[law, 2] + low - first


@njit(cache=True)
def count(w, p, day, flow, n):
    """Adds n to a flow, where this person is counted."""
    w.flow[w.day_table[day, 0], p["cell"], flow] += n


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


# --- a spell begins and ends in the records --------------------------------------------------------------------------


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
        w.course[c]["place"] = place
        w.course[c]["series"] = -1
        w.course[c]["calendar_day"] = -1
        w.course[c]["due_day"] = NOT_YET
        w.course[c]["slot"] = -1
        w.course_node[2 * c]["root"] = -1
        w.course_node[2 * c + 1]["root"] = -1


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


# --- referral ------------------------------------------------------------------------------------------------------


@njit(cache=True)
def refer(w, r, day, i):
    """Section 3: the referral of the person in row i, whose key, episode, source, group and severity are known."""
    begin_spell(w, r, i, day)
    p = w.patient[i]
    count(w, p, day, Flow.REFERRED, 1)
    _, _, _, w3 = draw(w, p, Purpose.TRIAGE, 0)
    p["urgent"] = 1 if w3 < r.urgent[p["source"]] else 0
    if w3 < r.crisis_route[p["source"]]:
        take_crisis_route(w, r, day, i)
    elif r.setting[Setting.TRIAGE_TASK] >= 0:
        become(w, p, State.WAITING_TRIAGE)
        queue_up(w, r, i)
    else:
        decide_at_triage(w, r, day, i)
    if p["state"] != State.AT_RISK and p["state"] != State.FREE:
        next_candidate_day(w, r, day, i)


@njit(cache=True)
def take_crisis_route(w, r, day, i):
    """The person is seen at once, by those who answer crises."""
    p = w.patient[i]
    p["urgent"] = 2
    count(w, p, day, Flow.CRISIS_ROUTE, 1)
    become(w, p, State.WAITING_CRISIS)
    p["crisis_contacts_left"] = r.setting[Setting.CRISIS_CONTACTS]
    join(w.heap, w.patient_node, crisis_heap(r, p["team"], p["severity"]), 2 * i + 1, day + ORIGIN, p["key"])


@njit(cache=True)
def decide_at_triage(w, r, day, i):
    """Declined, or accepted: then invited to opt in, or offered an assessment."""
    p = w.patient[i]
    w0, w1, w2, _ = draw(w, p, Purpose.TRIAGE, 0)
    rising = beyond(w, r, p["team"], Setting.RISING_LIST, Setting.RISING_GAIN, Setting.RISING_MOST)
    if w0 < r.chance[p["severity"], p["group"], Chance.DECLINED] + rising:
        decline(w, r, day, i, w1, w2)
    elif r.setting[Setting.OPT_IN_LAW] >= 0 and not p["urgent"]:
        invite(w, r, day, i)
    else:
        offer_assessment(w, r, day, i)


@njit(cache=True)
def beyond(w, r, team, usual, gain, most):
    """What a list longer than usual does: a threshold in proportion to the excess; 0 if `usual` is 0."""
    length = r.setting[usual]
    if length <= 0:
        return np.int64(0)
    return min(r.setting[most], r.setting[gain] * max(0, w.list_length[team] - length) // length)


@njit(cache=True)
def decline(w, r, day, i, bounces, delay):
    """Turned away; may be referred again, and worse by then. `bounces`, `delay`: words of luck."""
    p = w.patient[i]
    count(w, p, day, Flow.DECLINED, 1)
    leave_lists(w, i)
    become(w, p, State.AT_RISK)
    log_spell(w, i, End.DECLINED, day)
    will_return = bounces < r.chance[p["severity"], p["group"], Chance.BOUNCES]
    worse, _, _, _ = draw(w, p, Purpose.TRIAGE, 1)
    if worse < r.setting[Setting.BOUNCES_WORSE] and p["severity"] + 1 < r.chance.shape[0]:
        p["severity"] += 1
    come_back_or_go(w, i, will_return, day + max(1, value_of(r, r.setting[Setting.BOUNCE_LAW], delay)))


@njit(cache=True)
def leave_lists(w, i):
    """Leaves the queue, the crisis list and the calendar of what may befall them."""
    leave(w.heap, w.patient_node, 2 * i)
    leave(w.heap, w.patient_node, 2 * i + 1)
    cancel(w.calendar[PEOPLE, w.patient[i]["team"]], w.patient, i)


@njit(cache=True)
def invite(w, r, day, i):
    """Asked to opt in: the day of the answer, or the day on which those who do not answer are closed."""
    p = w.patient[i]
    become(w, p, State.OPTING_IN)
    w0, w1, _, _ = draw(w, p, Purpose.OPT_IN, 0)
    days = r.setting[Setting.OPT_IN_DAYS]
    if w0 >= r.chance[p["severity"], p["group"], Chance.NO_RESPONSE]:
        days = min(days, max(1, value_of(r, r.setting[Setting.OPT_IN_LAW], w1)))
    enter(w.calendar[COURSES, p["team"]], w.course, i * r.setting[Setting.PLACES], day + days)


@njit(cache=True)
def answer_invitation(w, r, day, i):
    """The day has come: an answer, or none. Those who have become urgent are seen in any case."""
    p = w.patient[i]
    w0, _, _, _ = draw(w, p, Purpose.OPT_IN, 0)
    if not p["urgent"] and w0 < r.chance[p["severity"], p["group"], Chance.NO_RESPONSE]:
        end_spell(w, r, day, i, End.NO_RESPONSE)
    else:
        offer_assessment(w, r, day, i)


@njit(cache=True)
def offer_assessment(w, r, day, i):
    """Waits for an assessment; the routine are offered no day within the notice."""
    p = w.patient[i]
    if r.setting[Setting.NOTICE] > 0 and not p["urgent"]:
        become(w, p, State.REBOOKING)
        enter(w.calendar[COURSES, p["team"]], w.course, i * r.setting[Setting.PLACES], day + r.setting[Setting.NOTICE])
    else:
        become(w, p, State.WAITING_ASSESSMENT)
        queue_up(w, r, i)


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
def come_back(w, r, day, i):
    """A person at risk is referred again."""
    w.patient[i]["episode"] += 1
    count(w, w.patient[i], day, Flow.RETURNED, 1)
    refer(w, r, day, i)


@njit(cache=True)
def arrive(w, r, day, i):
    """A person comes from another team: to its assessment, or straight to a package."""
    p = w.patient[i]
    target, urgent = p["bound_for"], p["urgent"]
    p["episode"] += 1
    begin_spell(w, r, i, day)
    p["internal"] = 1
    p["urgent"] = min(1, urgent)
    count(w, p, day, Flow.TRANSFERRED_IN, 1)
    if target < r.package_kind.shape[0]:
        p["package"] = target
        p["assessed_day"] = day
        become(w, p, State.WAITING_TREATMENT)
        queue_up(w, r, i)
    else:
        offer_assessment(w, r, day, i)
    next_candidate_day(w, r, day, i)


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
def queue_again(w, r, i):
    """The person's severity or class has changed: takes the new place, if in a queue at all."""
    if w.patient_node[2 * i]["root"] >= 0:
        leave(w.heap, w.patient_node, 2 * i)
        queue_up(w, r, i)


# --- what befalls people -------------------------------------------------------------------------------------------


@njit(cache=True)
def next_candidate_day(w, r, day, i):
    """Draws when something may next befall the person, and the luck of that day."""
    p = w.patient[i]
    in_treatment = p["state"] == State.IN_TREATMENT or p["state"] == State.UNALLOCATED
    law = r.setting[Setting.BEFALL_LAW_IN_TREATMENT if in_treatment else Setting.BEFALL_LAW]
    until = r.setting[Setting.PACE_UNTIL_IN_TREATMENT if in_treatment else Setting.PACE_UNTIL]
    w0, w1, _, _ = draw(w, p, Purpose.BEFALL, p["befalls"])
    p["befalls"] += 1
    candidate = day + max(1, value_of(r, law, w1))
    p["befall_word"] = w0 if candidate < until else CERTAIN
    cancel(w.calendar[PEOPLE, p["team"]], w.patient, i)
    enter(w.calendar[PEOPLE, p["team"]], w.patient, i, min(candidate, until))


@njit(cache=True)
def befall(w, r, day, i):
    """A candidate day has come: what happens, if anything, by the rates in force."""
    p = w.patient[i]
    word = p["befall_word"]
    chance = r.chance[p["severity"], p["group"]]
    if p["state"] == State.IN_TREATMENT or p["state"] == State.UNALLOCATED:
        if word < chance[Chance.DROPS_OUT]:
            end_spell(w, r, day, i, End.DROPPED_OUT)
            return
        if word < crisis_below(w, r, p):
            count(w, p, day, Flow.CRISES_IN_TREATMENT, 1)
            crisis(w, r, day, i)
    elif word < chance[Chance.GIVES_UP]:
        end_spell(w, r, day, i, End.DROPPED_OUT if p["state"] == State.WAITING_STEP else End.GAVE_UP)
        return
    elif word < chance[Chance.WORSENS]:
        worsen(w, r, day, i)
    elif word < chance[Chance.CRISIS]:
        count(w, p, day, Flow.CRISES_WAITING, 1)
        crisis(w, r, day, i)
    next_candidate_day(w, r, day, i)


@njit(cache=True)
def crisis_below(w, r, p):
    """Threshold of a crisis in treatment: more of them where the clinician's caseload is high, if that matters."""
    chance = r.chance[p["severity"], p["group"]]
    above = r.setting[Setting.RELAPSE_ABOVE]
    if above < 0 or p["state"] != State.IN_TREATMENT:
        return chance[Chance.CRISIS_IN_TREATMENT]
    s = w.staff[p["slot"]]
    excess = max(0, s["cases"] * 100 // max(1, s["wte"]) - above)
    times = min(r.setting[Setting.RELAPSE_MOST], (1 << 16) + r.setting[Setting.RELAPSE_GAIN] * excess)
    drops_out = chance[Chance.DROPS_OUT]
    return drops_out + ((chance[Chance.CRISIS_IN_TREATMENT] - drops_out) * times >> 16)


@njit(cache=True)
def package_at(r, severity, word):
    """The package of a severity at a word of luck."""
    package = 0
    while package < r.package_chance.shape[1] - 1 and r.package_chance[severity, package] <= word:
        package += 1
    return package


@njit(cache=True)
def worsen(w, r, day, i):
    """Severity rises by one level, unless at the highest already; those who wait for treatment may need another."""
    p = w.patient[i]
    if p["severity"] + 1 >= r.chance.shape[0]:
        return
    count(w, p, day, Flow.WORSENED, 1)
    change_stocks(w, p, -1)
    if p["state"] == State.WAITING_TREATMENT:
        _, w1, _, _ = draw(w, p, Purpose.OUTCOME, 0)
        needed = package_at(r, p["severity"] + 1, w1)
        if needed != package_at(r, p["severity"], w1):
            p["package"] = needed
    p["severity"] += 1
    set_cell(r, p)
    change_stocks(w, p, 1)
    queue_again(w, r, i)
    node = w.patient_node
    if node[2 * i + 1]["root"] >= 0:
        leave(w.heap, node, 2 * i + 1)
        number = crisis_heap(r, p["team"], p["severity"])
        join(w.heap, node, number, 2 * i + 1, node[2 * i + 1]["order"], p["key"])


@njit(cache=True)
def crisis(w, r, day, i):
    """A crisis: the person becomes urgent and joins the crisis list."""
    p = w.patient[i]
    if p["state"] != State.IN_TREATMENT and not p["urgent"]:
        p["urgent"] = 1
        queue_again(w, r, i)
    if r.setting[Setting.CRISIS_TASK] < 0:
        return
    p["crisis_contacts_left"] = r.setting[Setting.CRISIS_CONTACTS]
    if w.patient_node[2 * i + 1]["root"] < 0:
        join(w.heap, w.patient_node, crisis_heap(r, p["team"], p["severity"]), 2 * i + 1, day + ORIGIN, p["key"])


@njit(cache=True)
def contact_falls_due(w, r, day, c):
    """The next contact of course c joins the own list or the pool, and its luck is drawn."""
    course = w.course[c]
    p = w.patient[course["person"]]
    place = int(course["place"])
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
        join(w.heap, w.course_node, own_heap(r, p["slot"]), 2 * c, day + ORIGIN, p["key"])
        pool_task = rule[SeriesRule.SUPPORT_TASK] if w3 < rule[SeriesRule.SUPPORT] else -1
    elif rule[SeriesRule.NAMED] and not in_group:
        slot = clinician_of_series(w, r, p, course, pool_task)
        if slot >= 0:
            join(w.heap, w.course_node, own_heap(r, slot), 2 * c, day + ORIGIN, p["key"])
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
def clinician_of_series(w, r, p, course, task):
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
    _, _, w2, _ = draw(w, p, Purpose.COURSE, (p["steps"] << STEP_DRAWS) + course["place"])
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
    join(w.heap, w.course_node, number, 2 * c + 1, course["due_day"] + ORIGIN, p["key"])
    w.pooled[number] += 1


@njit(cache=True)
def leave_due(w, c):
    """The contact of course c leaves the own list and the pool that it is in."""
    leave(w.heap, w.course_node, 2 * c)
    number = w.course_node[2 * c + 1]["root"]
    if number >= 0:
        w.pooled[number] -= 1
        leave(w.heap, w.course_node, 2 * c + 1)


@njit(cache=True)
def withdraw_contact(w, p, c):
    """Gives up the contact of course c that is booked or due."""
    cancel(w.calendar[COURSES, p["team"]], w.course, c)
    leave_due(w, c)
    if w.course[c]["due_day"] != NOT_YET:
        w.course[c]["due_day"] = NOT_YET
        change_stock(w, p, Stock.OVERDUE, -1)


# --- the end -------------------------------------------------------------------------------------------------------


@njit(cache=True)
def give_back_place(w, i):
    """Takes the person off the named clinician's caseload."""
    p = w.patient[i]
    s = w.staff[p["slot"]]
    s["held"] -= p["weight"]
    s["cases"] -= 1
    before, after = p["case_previous"], p["case_next"]
    if before < 0:
        s["case_head"] = after
    else:
        w.patient[before]["case_next"] = after
    if after >= 0:
        w.patient[after]["case_previous"] = before
    w.dirty[p["team"]] = 1


@njit(cache=True)
def end_spell(w, r, day, i, end):
    """The spell ends today, and a return is drawn."""
    p = w.patient[i]
    returns = Chance.RETURNS_EARLY if is_early(w, r, i) else Chance.RETURNS
    close_spell(w, r, day, i, end)
    w0, w1, _, _ = draw(w, p, Purpose.RETURN, 0)
    will_return = w0 < r.chance[p["severity"], p["group"], returns]
    come_back_or_go(w, i, will_return, day + max(1, value_of(r, r.setting[Setting.RETURN_LAW], w1)))


@njit(cache=True)
def close_spell(w, r, day, i, end):
    """Every place is given up, and the row logged."""
    p = w.patient[i]
    count(w, p, day, FLOW_OF_END[end], 1)
    leave_lists(w, i)
    give_up_treatment(w, r, i)
    become(w, p, State.AT_RISK)
    log_spell(w, i, end, day)


@njit(cache=True)
def transfer(w, r, day, i, target):
    """The person goes to another team, and arrives there tomorrow. target: see `Rules.onward`."""
    p, packages = w.patient[i], r.package_kind.shape[0]
    close_spell(w, r, day, i, End.TRANSFERRED)
    kind = r.package_kind[target] if target < packages else target - packages
    p["team"] = w.linked[p["team"], kind]
    p["bound_for"] = target
    come_back_or_go(w, i, True, day + 1)


@njit(cache=True)
def target_of(cumulative, word):
    """The way onward at a word of luck; -1: none."""
    for target in range(cumulative.shape[0]):
        if word < cumulative[target]:
            return target
    return -1


@njit(cache=True)
def is_early(w, r, i):
    """True in treatment, with a smaller part of the lead's contacts done than makes a full course."""
    p, lead = w.patient[i], w.course[i * r.setting[Setting.PLACES]]
    if p["state"] != State.IN_TREATMENT and p["state"] != State.UNALLOCATED:
        return False
    return int(lead["done"]) << 16 < int(lead["planned"]) * r.setting[Setting.RETURN_FULL]


@njit(cache=True)
def give_up_treatment(w, r, i):
    """Contacts booked or due are given up, and the place on the caseload, if any."""
    p = w.patient[i]
    places = r.setting[Setting.PLACES]
    for c in range(i * places, (i + 1) * places):
        withdraw_contact(w, p, c)
    if p["state"] == State.IN_TREATMENT:
        give_back_place(w, i)


@njit(cache=True)
def step(w, r, day, i, package):
    """The course is over, and the person waits for another package."""
    p = w.patient[i]
    count(w, p, day, Flow.STEPPED, 1)
    give_up_treatment(w, r, i)
    change_stocks(w, p, -1)
    p["state"] = State.WAITING_STEP
    p["package"] = package
    change_stocks(w, p, 1)
    p["slot"] = -1
    p["steps"] += 1
    p["queue_day"] = day
    queue_up(w, r, i)
    next_candidate_day(w, r, day, i)


@njit(cache=True)
def release(w, r, slot):
    """Section 7: the clinician in `slot` leaves today; everyone on the caseload waits to be handed over.

    r: the rules of all kinds of team.
    """
    day = w.counter[Counter.DAY]
    s = w.staff[slot]
    r = of_kind(r, w.kind[s["team"]])
    i = s["case_head"]
    while i >= 0:
        p = w.patient[i]
        after = p["case_next"]
        withdraw_contact(w, p, i * r.setting[Setting.PLACES])
        p["slot"] = -1
        become(w, p, State.UNALLOCATED)
        p["unallocated_day"] = day
        count(w, p, day, Flow.LEFT_BY_CLINICIAN, 1)
        queue_up(w, r, i)
        i = after
    node = w.heap[own_heap(r, slot)]
    while node >= 0:  # contacts of further series: whoever is free holds them
        course = w.course[node >> 1]
        leave(w.heap, w.course_node, node)
        p = w.patient[course["person"]]
        join_pool(w, r, node >> 1, r.series[course["series"], p["severity"], p["group"], SeriesRule.TASK])
        node = w.heap[own_heap(r, slot)]
    unused = s["bank_treatment"] + s["bank_assessment"] + s["bank_urgent"]
    w.use[w.day_table[day, 0], s["team"], s["role"], Use.UNUSED] += unused
    s["bank_treatment"] = 0
    s["bank_assessment"] = 0
    s["bank_urgent"] = 0
    s["case_head"] = -1
    s["cases"] = 0
    s["held"] = 0
    w.dirty[s["team"]] = 1
