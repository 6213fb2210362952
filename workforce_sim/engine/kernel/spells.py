"""What befalls people while a spell lasts, and how it ends (docs/model.md, sections 4 and 7).

In: `World`, `Rules`, the day and a patient row. Out: the same arrays, changed.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit

from workforce_sim.engine.kernel.contacts import join_pool, withdraw_contact
from workforce_sim.engine.kernel.heaps import leave
from workforce_sim.engine.kernel.lines import step_out
from workforce_sim.engine.kernel.people import (
    become,
    change_stocks,
    chosen,
    come_back_or_go,
    count,
    draw,
    is_treated,
    join_crisis_list,
    leave_lists,
    log_spell,
    next_candidate_day,
    queue_again,
    queue_up,
    set_cell,
    value_of,
)
from workforce_sim.engine.state import Counter
from workforce_sim.inputs.codes import ORIGIN, Chance, End, Flow, SeriesRule, Setting, State, Use
from workforce_sim.streams import Purpose

FLOW_OF_END = np.array(
    [-1, Flow.DECLINED, Flow.GAVE_UP, Flow.CLOSED_NOT_ATTENDED, Flow.CLOSED_WITH_ADVICE, Flow.COMPLETED,
     Flow.DROPPED_OUT, Flow.DISCHARGED_NOT_ATTENDED, Flow.NO_RESPONSE, Flow.TRANSFERRED]
)  # fmt: skip
"""The flow that counts each End."""


@njit(cache=True)
def befall(w, r, day, i):
    """A candidate day has come: what happens, if anything, by the rates in force."""
    p = w.patient[i]
    word = p["befall_word"]
    chance = r.chance[p["severity"], p["group"]]
    if is_treated(p):
        if word < chance[Chance.DROPS_OUT]:
            end_spell(w, r, day, i, End.DROPPED_OUT)
            return
        if word < crisis_below(w, r, p):
            count(w, p, Flow.CRISES_IN_TREATMENT, 1)
            crisis(w, r, day, i)
    elif word < chance[Chance.GIVES_UP]:
        end_spell(w, r, day, i, End.DROPPED_OUT if p["state"] == State.WAITING_STEP else End.GAVE_UP)
        return
    elif word < chance[Chance.WORSENS]:
        worsen(w, r, i)
    elif word < chance[Chance.CRISIS]:
        count(w, p, Flow.CRISES_WAITING, 1)
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
    excess = max(0, s["cases_overnight"] * 100 // max(1, s["wte"]) - above)
    times = min(r.setting[Setting.RELAPSE_MOST], (1 << 16) + r.setting[Setting.RELAPSE_GAIN] * excess)
    drops_out = chance[Chance.DROPS_OUT]
    return drops_out + ((chance[Chance.CRISIS_IN_TREATMENT] - drops_out) * times >> 16)


@njit(cache=True)
def worsen(w, r, i):
    """Severity rises by one level, unless at the highest already; those who wait for treatment may need another."""
    p = w.patient[i]
    if p["severity"] + 1 >= r.chance.shape[0]:
        return
    count(w, p, Flow.WORSENED, 1)
    change_stocks(w, p, -1)
    if p["state"] == State.WAITING_TREATMENT:
        _, w1, _, _ = draw(w, p, Purpose.OUTCOME, 0)
        needed = chosen(r.package_chance[p["severity"] + 1], w1)
        if needed != chosen(r.package_chance[p["severity"]], w1):
            p["package"] = needed
    p["severity"] += 1
    set_cell(r, p)
    change_stocks(w, p, 1)
    queue_again(w, r, i)
    node = w.patient_node
    if node[2 * i + 1]["root"] >= 0:
        leave(w.heap, node, 2 * i + 1)
        join_crisis_list(w, r, i, node[2 * i + 1]["order"])


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
        join_crisis_list(w, r, i, day + ORIGIN)


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
    count(w, p, FLOW_OF_END[end], 1)
    leave_lists(w, i)
    give_up_treatment(w, r, i)
    become(w, p, State.AT_RISK)
    log_spell(w, i, end, day)


@njit(cache=True)
def is_early(w, r, i):
    """True in treatment, with a smaller part of the lead's contacts done than makes a full course."""
    p, lead = w.patient[i], w.course[i * r.setting[Setting.PLACES]]
    if not is_treated(p):
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
def step(w, r, day, i, package):
    """The course is over, and the person waits for another package."""
    p = w.patient[i]
    count(w, p, Flow.STEPPED, 1)
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
def transfer(w, r, day, i, target):
    """The person goes to another team, and arrives there tomorrow. target: see `Rules.onward`."""
    p, packages = w.patient[i], r.package_kind.shape[0]
    close_spell(w, r, day, i, End.TRANSFERRED)
    kind = r.package_kind[target] if target < packages else target - packages
    p["team"] = w.linked[p["team"], kind]
    p["bound_for"] = target
    come_back_or_go(w, i, True, day + 1)


@njit(cache=True)
def release(w, rs, slot):
    """Section 7: the clinician in `slot` leaves today; everyone on the caseload waits to be handed over.

    rs: the rules of all kinds of team.
    """
    day = w.counter[Counter.DAY]
    s = w.staff[slot]
    r = rs[w.kind[s["team"]]]
    i = s["case_head"]
    while i >= 0:
        p = w.patient[i]
        after = p["case_next"]
        withdraw_contact(w, p, i * r.setting[Setting.PLACES])
        p["slot"] = -1
        become(w, p, State.UNALLOCATED)
        p["unallocated_day"] = day
        count(w, p, Flow.LEFT_BY_CLINICIAN, 1)
        queue_up(w, r, i)
        i = after
    while s["first_due"] >= 0:  # contacts of further series: whoever is free holds them
        c = np.int64(s["first_due"])
        course = w.course[c]
        step_out(w, c)
        p = w.patient[course["person"]]
        join_pool(w, r, c, r.series[course["series"], p["severity"], p["group"], SeriesRule.TASK])
    unused = s["bank_treatment"] + s["bank_assessment"] + s["bank_urgent"]
    w.use_now[s["team"], s["role"], Use.UNUSED] += unused
    s["bank_treatment"] = 0
    s["bank_assessment"] = 0
    s["bank_urgent"] = 0
    s["case_head"] = -1
    s["cases"] = 0
    s["held"] = 0
    w.dirty[s["team"]] = 1
