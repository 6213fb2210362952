"""Triage and assessments in a clinician's day (docs/model.md, section 6).

In: `World`, `Rules`, the day and a clinician. Out: the same arrays; people decided on and assessed.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit

from workforce_sim.engine.kernel.allocation import comes_first, urgency
from workforce_sim.engine.kernel.contacts import is_remote
from workforce_sim.engine.kernel.heaps import assessment_heap, leave, triage_heap
from workforce_sim.engine.kernel.people import as_contact, chosen, count, draw, wait, wait_later
from workforce_sim.engine.kernel.referrals import decide_at_triage
from workforce_sim.engine.kernel.spells import end_spell, transfer
from workforce_sim.inputs.codes import KEY_CLASS_SHIFT, URGENT, Chance, End, Flow, Setting, State, Use
from workforce_sim.streams import Purpose

SLOT_LOST_BITS = 16


@njit(cache=True)
def triage(w, r, day, s, use):
    """Referrals to be triaged, first come first, while there are seconds for a whole one."""
    task = r.setting[Setting.TRIAGE_TASK]
    if task < 0 or r.rank[task, s["role"]] < 0:
        return
    node = w.patient_node
    while True:
        best = -1
        for severity in range(r.chance.shape[0]):
            head = w.heap[triage_heap(r, s["team"], severity)]
            if head < 0 or r.seconds[task, 0, severity, s["role"]] < 0:
                continue
            if best < 0 or comes_first(node, node[head]["order"], head, node[best]["order"], best):
                best = head
        if best < 0:
            return
        p = w.patient[best >> 1]
        seconds = r.seconds[task, 0, p["severity"], s["role"]]
        urgent = node[best]["order"] >> KEY_CLASS_SHIFT == URGENT
        if not has_time(s, seconds, urgent):
            return
        spend(s, seconds, urgent)
        use[Use.TRIAGE] += seconds
        leave(w.heap, node, best)
        decide_at_triage(w, r, day, best >> 1)


@njit(cache=True)
def assess(w, r, day, slot, s, use):
    """People waiting for assessment, first of the queues first, while there are seconds for a whole assessment.

    A severity is passed over for today when its first needs a second clinician and none has the time.
    """
    if r.rank[r.setting[Setting.ASSESSMENT_TASK], s["role"]] < 0:
        return
    node = w.patient_node
    passed_over = 0
    while True:
        best = first_to_assess(w, r, day, s, passed_over)
        if best < 0:
            return
        p = w.patient[best >> 1]
        task = r.setting[Setting.SECOND_TASK if p["assessments"] > 0 else Setting.ASSESSMENT_TASK]
        in_person, by_video = r.seconds[task, 0, p["severity"], s["role"]], r.seconds[task, 1, p["severity"], s["role"]]
        urgent = node[best]["order"] >> KEY_CLASS_SHIFT == URGENT
        if not has_time(s, min(in_person, by_video), urgent):
            return
        chance = r.chance[p["severity"], p["group"]]
        w0, w1, w2, w3 = draw(w, p, Purpose.ASSESSMENT, p["assessment_attempts"])
        remote = is_remote(r, p, w1, chance[Chance.ASSESSMENT_REMOTE])
        seconds = by_video if remote else in_person
        if not has_time(s, seconds, urgent):
            return
        colleague, their_seconds = -1, np.int64(0)
        if w2 < chance[Chance.JOINT]:
            colleague, their_seconds = second_clinician(w, r, day, slot, 1 if remote else 0, p["severity"])
            if colleague < 0:
                passed_over |= 1 << p["severity"]
                continue
        missed = w0 < chance[Chance.ASSESSMENT_MISSED_REMOTE if remote else Chance.ASSESSMENT_MISSED]
        if missed:
            seconds = (seconds * r.setting[Setting.SLOT_LOST]) >> SLOT_LOST_BITS
            their_seconds = (their_seconds * r.setting[Setting.SLOT_LOST]) >> SLOT_LOST_BITS
        spend(s, seconds, urgent)
        use[Use.ASSESSMENT_MISSED if missed else Use.ASSESSMENT] += seconds
        if colleague >= 0:
            other = w.staff[colleague]
            spend(other, their_seconds, False)
            their_use = w.use_now[other["team"], other["role"]]
            their_use[Use.ASSESSMENT_MISSED if missed else Use.ASSESSMENT] += their_seconds
        p["assessment_attempts"] += 1
        leave(w.heap, node, best)
        if missed:
            miss_assessment(w, r, day, best >> 1)
        else:
            attend_assessment(w, r, day, best >> 1, w3 < chance[Chance.SECOND_REMOTE if remote else Chance.SECOND])


@njit(cache=True)
def first_to_assess(w, r, day, s, passed_over):
    """The patient node of the first in the assessment queues open to the role; -1 if nobody."""
    node, task = w.patient_node, r.setting[Setting.ASSESSMENT_TASK]
    best, best_order = -1, 0
    for severity in range(r.chance.shape[0]):
        head = w.heap[assessment_heap(r, s["team"], severity)]
        if head < 0 or r.seconds[task, 0, severity, s["role"]] < 0 or passed_over >> severity & 1:
            continue
        order = urgency(r, node[head]["order"], severity, day)
        if best < 0 or comes_first(node, order, head, best_order, best):
            best, best_order = head, order
    return best


@njit(cache=True)
def second_clinician(w, r, day, slot, remote, severity):
    """(slot, seconds) of a colleague present who may take part and has the time; most preferred role, lowest slot."""
    task = r.setting[Setting.JOINT_TASK]
    team = w.staff[slot]["team"]
    best, best_rank, best_seconds = -1, 0, np.int64(0)
    first = w.team_slots[team]
    for place in range(first, first + w.seats[team]):
        other = w.seat[place]
        s = w.staff[other]
        if other == slot or not w.roster[other, day] or task < 0:
            continue
        rank, seconds = r.rank[task, s["role"]], r.seconds[task, remote, severity, s["role"]]
        if seconds < 0 or not has_time(s, seconds, False):
            continue
        if best < 0 or rank < best_rank:
            best, best_rank, best_seconds = other, rank, seconds
    return best, best_seconds


@njit(cache=True)
def has_time(s, seconds, urgent):
    """Is there assessment time for so many seconds? The urgent have what is kept for them besides."""
    return s["bank_assessment"] + (s["bank_urgent"] if urgent else 0) >= seconds


@njit(cache=True)
def spend(s, seconds, urgent):
    """Spends assessment time; for the urgent first what is kept for them."""
    kept = min(seconds, s["bank_urgent"]) if urgent else 0
    s["bank_urgent"] -= kept
    s["bank_assessment"] -= seconds - kept
    s["used"] += seconds


@njit(cache=True)
def miss_assessment(w, r, day, i):
    """An assessment was missed: rebooked, or closed by the policy."""
    p = w.patient[i]
    count(w, p, Flow.ASSESSMENTS_MISSED, 1)
    p["missed"] += 1
    p["missed_in_row"] += 1
    if p["missed_in_row"] >= r.setting[Setting.CLOSE_AFTER_ASSESSMENTS]:
        end_spell(w, r, day, i, End.CLOSED_NOT_ATTENDED)
    else:
        wait_later(w, r, day, i, max(1, r.setting[Setting.REBOOK_DAYS]))


@njit(cache=True)
def attend_assessment(w, r, day, i, needs_another):
    """An assessment was attended: the first may call for a second, after which it is concluded."""
    p = w.patient[i]
    p["missed_in_row"] = 0
    p["assessments"] += 1
    as_contact(p, day)
    if p["assessments"] == 1 and needs_another:
        wait_later(w, r, day, i, max(1, r.setting[Setting.SECOND_AFTER]))
        count(w, p, Flow.ASSESSED_AGAIN, 1)
        return
    conclude_assessment(w, r, day, i)


@njit(cache=True)
def conclude_assessment(w, r, day, i):
    """The assessment is complete: closed with advice, or on to the queue of a package."""
    p = w.patient[i]
    count(w, p, Flow.ASSESSED, 1)
    p["assessed_day"] = day
    w0, w1, w2, _ = draw(w, p, Purpose.OUTCOME, 0)
    if w0 >= r.chance[p["severity"], p["group"], Chance.TO_TREATMENT]:
        end_spell(w, r, day, i, End.CLOSED_WITH_ADVICE)
        return
    target = chosen(r.onward[p["severity"]], w2)
    if target >= 0:
        transfer(w, r, day, i, target)
        return
    p["package"] = chosen(r.package_chance[p["severity"]], w1)
    wait(w, r, i, State.WAITING_TREATMENT)
