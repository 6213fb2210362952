"""What clinicians do with their day (docs/model.md, section 6).

In: `World`, `Rules`, the day and a team. Out: the same arrays; crises answered, contacts held, people assessed.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit

from workforce_sim.engine.kernel.allocation import comes_first
from workforce_sim.engine.kernel.assessments import SLOT_LOST_BITS, assess, conclude_assessment, triage
from workforce_sim.engine.kernel.calendar import COURSES, enter
from workforce_sim.engine.kernel.contacts import leave_due
from workforce_sim.engine.kernel.heaps import crisis_heap, leave, pool_heap
from workforce_sim.engine.kernel.lines import call_up, due_longer, precedes
from workforce_sim.engine.kernel.people import as_contact, change_stock, chosen, count, draw, join_crisis_list, value_of
from workforce_sim.engine.kernel.spells import end_spell, step, transfer
from workforce_sim.inputs.codes import (
    NOT_YET,
    ORIGIN,
    End,
    Flow,
    PackageStock,
    SeriesRule,
    Session,
    Setting,
    StaffKind,
    State,
    Stock,
    Use,
)
from workforce_sim.streams import CERTAIN, Purpose

MOST_STEPS = 15
"""Packages after the first one, within a spell: then a course simply ends."""


@njit(cache=True)
def run_clinics(w, rs, r, day, team):
    """Each clinician in post, in slot order from a start that moves on by one each day, spends the day's seconds.

    Those whose role has no task do not count for the start, so that they move nobody's turn. rs: the rules of all
    kinds of team, r: of this one.
    """
    first = w.team_slots[team]
    last = first + w.seats[team]
    turns = 0
    for place in range(first, last):
        receive_time(w, r, day, w.seat[place])
        turns += has_turn(r, w.staff[w.seat[place]])
    start = first
    skip = day % turns if turns > 0 else -1
    while skip > 0 or (skip == 0 and not has_turn(r, w.staff[w.seat[start]])):
        skip -= has_turn(r, w.staff[w.seat[start]])
        start += 1
    for turn in range(last - first):
        place = start + turn
        if place >= last:
            place -= last - first
        clinician_day(w, rs, r, day, w.seat[place])


@njit(cache=True)
def has_turn(r, s):
    """1 if their role has a task, else 0."""
    return 1 if r.carry_treatment[s["role"]] + r.carry_assessment[s["role"]] > 0 else 0


@njit(cache=True)
def receive_time(w, r, day, slot):
    """The day's seconds of one who is present; what is kept for the urgent beyond an appointment is given free."""
    s = w.staff[slot]
    use = w.use_now[s["team"], s["role"]]
    in_post = s["wte"] if s["kind"] == StaffKind.IN_POST else 0
    use[Use.IN_POST_DAYS] += in_post
    if not w.roster[slot, day]:
        return
    use[Use.PRESENT] += in_post
    use[Use.AVAILABLE] += s["daily_treatment"] + s["daily_assessment"]
    s["available"] += s["daily_treatment"] + s["daily_assessment"]
    s["bank_treatment"] += s["daily_treatment"]
    s["bank_urgent"] += s["daily_assessment"] * r.setting[Setting.CARVE_OUT] >> 16
    s["bank_assessment"] += s["daily_assessment"] - (s["daily_assessment"] * r.setting[Setting.CARVE_OUT] >> 16)
    free = max(0, s["bank_urgent"] - r.carry_assessment[s["role"]])
    s["bank_urgent"] -= free
    s["bank_assessment"] += free


@njit(cache=True)
def clinician_day(w, rs, r, day, slot):
    """One clinician's working day, if present."""
    if not w.roster[slot, day]:
        return
    s = w.staff[slot]
    use = w.use_now[s["team"], s["role"]]
    answer_all_crises(w, rs, r, day, s, use)
    hold_all_contacts(w, rs, r, day, slot, s, use)
    triage(w, r, day, s, use)
    assess(w, r, day, slot, s, use)
    role = s["role"]
    if s["shares_spare"]:
        spare = s["bank_assessment"] - r.carry_assessment[role]
        if spare > 0:
            s["bank_assessment"] -= spare
            s["bank_treatment"] += spare
            hold_all_contacts(w, rs, r, day, slot, s, use)
        spare = s["bank_treatment"] - r.carry_treatment[role]
        if spare > 0:
            s["bank_treatment"] -= spare
            s["bank_assessment"] += spare
            triage(w, r, day, s, use)
            assess(w, r, day, slot, s, use)
    work_overtime(w, r, day, slot, s, use)
    lost = max(0, s["bank_treatment"] - r.carry_treatment[role])
    s["bank_treatment"] -= lost
    use[Use.UNUSED] += lost
    lost = max(0, s["bank_assessment"] - r.carry_assessment[role])
    s["bank_assessment"] -= lost
    use[Use.UNUSED] += lost


@njit(cache=True)
def answer_all_crises(w, rs, r, day, s, use):
    """Crises of one's own team first, then those of teams that the role serves, too."""
    if not answer_crises(w, r, day, s, use, s["team"]):
        return
    for kind in range(r.serves.shape[1]):
        helps = r.serves[s["role"], kind]
        if helps and not answer_crises(w, rs[kind], day, s, use, w.linked[s["team"], kind]):
            return


@njit(cache=True)
def hold_all_contacts(w, rs, r, day, slot, s, use):
    """Contacts of one's own team first; when none is due, those of teams that the role serves, too."""
    if not hold_contacts(w, r, day, slot, s, use, s["team"]):
        return
    for kind in range(r.serves.shape[1]):
        helps = r.serves[s["role"], kind]
        if helps and not hold_contacts(w, rs[kind], day, slot, s, use, w.linked[s["team"], kind]):
            return


@njit(cache=True)
def answer_crises(w, r, day, s, use, team):
    """People in crisis come before everybody else. False if time is short."""
    task = r.setting[Setting.CRISIS_TASK]
    if task < 0 or r.rank[task, s["role"]] < 0:
        return True
    node = w.patient_node
    while True:
        best = -1
        for severity in range(r.chance.shape[0]):
            head = w.heap[crisis_heap(r, team, severity)]
            if head < 0 or node[head]["order"] > day + ORIGIN or r.seconds[task, 0, severity, s["role"]] < 0:
                continue
            if best < 0 or comes_first(node, node[head]["order"], head, node[best]["order"], best):
                best = head
        if best < 0:
            return True
        p = w.patient[best >> 1]
        seconds = r.seconds[task, 0, p["severity"], s["role"]]
        if s["bank_treatment"] + s["bank_assessment"] < seconds:
            return False
        from_treatment = min(seconds, s["bank_treatment"])
        s["bank_treatment"] -= from_treatment
        s["bank_assessment"] -= seconds - from_treatment
        s["used"] += seconds
        use[Use.CRISIS] += seconds
        count(w, p, Flow.CRISIS_CONTACTS, 1)
        as_contact(p, day)
        leave(w.heap, node, best)
        p["crisis_contacts_left"] -= 1
        if p["crisis_contacts_left"] > 0:
            join_crisis_list(w, r, best >> 1, day + 1 + ORIGIN)
        if p["state"] == State.WAITING_CRISIS:
            if day - p["referral_day"] <= r.setting[Setting.CRISIS_STANDARD]:
                count(w, p, Flow.CRISIS_ROUTE_IN_TIME, 1)
            conclude_assessment(w, r, day, best >> 1)


@njit(cache=True, forceinline=True)
def first_contact_due(w, r, day, slot, s, team):
    """(course, task) of the contact that has been due longest, of the own list and of the pools open to the role.

    Temporary staff have no list of their own: theirs are the contacts overdue since yesterday of others in the role.
    The task is -1 for a list, where the series' own task holds. The course is -1 if nothing is due.
    """
    best, best_task = np.int64(-1), np.int64(-1)
    if team == s["team"]:
        best = np.int64(s["first_due"])
    if s["kind"] == StaffKind.TEMPORARY and team == s["team"]:
        best = longest_overdue(w, day, slot, s)
    for place in range(r.pools.shape[1]):
        task = r.pools[s["role"], place]
        if task < 0:
            break
        if r.session[task, Session.SIZE] > 0 and not is_session_due(w, r, day, s, task, team):
            continue
        head = first_in_pool(w, r, s, task, team)
        if head >= 0 and (best < 0 or due_longer(w, head, best)):
            best, best_task = head, task
    return best, best_task


@njit(cache=True)
def first_in_pool(w, r, s, task, team):
    """The course that has been due longest in the pool of a task, of severities open to the role; -1 if none."""
    best = np.int64(-1)
    for severity in range(r.chance.shape[0]):
        head = w.heap[pool_heap(r, team, task, severity)]
        if head < 0 or r.seconds[task, 0, severity, s["role"]] < 0:
            continue
        if best < 0 or due_longer(w, head, best):
            best = head
    return best


@njit(cache=True)
def is_session_due(w, r, day, s, task, team):
    """Enough people are due for a group that this role may hold, or one has been due for long enough."""
    people = 0
    for severity in range(r.chance.shape[0]):
        if r.seconds[task, 0, severity, s["role"]] >= 0:
            people += w.pooled[pool_heap(r, team, task, severity)]
    if people >= r.session[task, Session.LEAST]:
        return True
    head = first_in_pool(w, r, s, task, team)
    return head >= 0 and w.course[head]["due_day"] + r.session[task, Session.WAIT] <= day


@njit(cache=True)
def hold_session(w, r, day, s, use, task, team):
    """A group: the seconds of one appointment, for as many people as are due and have a seat."""
    use[Use.SESSIONS] += 1
    for _ in range(r.session[task, Session.SIZE]):
        c = first_in_pool(w, r, s, task, team)
        if c < 0:
            return
        course = w.course[c]
        p = w.patient[course["person"]]
        rule = r.series[course["series"], p["severity"], p["group"]]
        missed = course["attend_word"] < rule[SeriesRule.MISSED]
        if not missed:
            use[Use.CONTACTS] += 1
            count(w, p, Flow.IN_SESSIONS, 1)
        hold(w, r, day, c, missed, rule)


@njit(cache=True)
def longest_overdue(w, day, slot, s):
    """The course overdue longest on the lists of the team's clinicians of this role; -1 if none is overdue."""
    best, colleague = np.int64(-1), slot - 1  # temporary staff have the last slot of their role
    while colleague >= 0 and w.staff[colleague]["role"] == s["role"] and w.staff[colleague]["team"] == s["team"]:
        head = np.int64(w.staff[colleague]["first_due"])
        colleague -= 1
        if head < 0 or w.course[head]["due_day"] >= day:
            continue
        if best < 0 or precedes(w, head, best):
            best = head
    return best


@njit(cache=True)
def work_overtime(w, r, day, slot, s, use):
    """While a contact of one's own is overdue by more than the rule, overtime is worked, up to the week's allowance."""
    while s["overtime_left"] > 0:
        own = s["first_due"]
        if own < 0 or w.course[own]["due_day"] + r.setting[Setting.OVERTIME_AFTER] >= day:
            return
        c, task = first_contact_due(w, r, day, slot, s, s["team"])
        course = w.course[c]
        p = w.patient[course["person"]]
        if task < 0:
            task = r.series[course["series"], p["severity"], p["group"], SeriesRule.TASK]
        lacking = max(0, r.seconds[task, course["remote"], p["severity"], s["role"]] - s["bank_treatment"])
        if lacking > s["overtime_left"]:
            return
        s["overtime_left"] -= lacking
        s["bank_treatment"] += lacking
        use[Use.OVERTIME] += lacking
        hold_contacts(w, r, day, slot, s, use, s["team"])


@njit(cache=True)
def hold_contacts(w, r, day, slot, s, use, team):
    """Contacts due in a team, longest due first, while there are seconds for a whole one. False if time is short."""
    while True:
        c, task = first_contact_due(w, r, day, slot, s, team)
        if c < 0:
            return True
        course = w.course[c]
        call_up(w, course["next"])
        p = w.patient[course["person"]]
        rule = r.series[course["series"], p["severity"], p["group"]]
        by_support = task >= 0 and task == rule[SeriesRule.SUPPORT_TASK]
        if task < 0:
            task = rule[SeriesRule.TASK]
        seconds = r.seconds[task, course["remote"], p["severity"], s["role"]]
        if s["bank_treatment"] < seconds:
            return False
        if r.session[task, Session.SIZE] > 0:
            s["bank_treatment"] -= seconds
            s["used"] += seconds
            use[Use.ATTENDED] += seconds
            hold_session(w, r, day, s, use, task, team)
            continue
        missed = course["attend_word"] < rule[SeriesRule.MISSED_REMOTE if course["remote"] else SeriesRule.MISSED]
        if missed:
            seconds = (seconds * r.setting[Setting.SLOT_LOST]) >> SLOT_LOST_BITS
        s["bank_treatment"] -= seconds
        s["used"] += seconds
        use[Use.MISSED if missed else Use.ATTENDED] += seconds
        if not missed:
            use[Use.CONTACTS] += 1
            if by_support:
                count(w, p, Flow.CONTACTS_BY_SUPPORT, 1)
            if course["remote"]:
                count(w, p, Flow.CONTACTS_REMOTE, 1)
        hold(w, r, day, c, missed, rule)


@njit(cache=True, forceinline=True)
def hold(w, r, day, c, missed, rule):
    """A contact is held, attended or missed; the next is booked or the course ends."""
    course = w.course[c]
    i = course["person"]
    is_lead = c == i * r.setting[Setting.PLACES]
    p = w.patient[i]
    leave_due(w, c)
    change_stock(w, p, Stock.OVERDUE, -1)
    late = day - course["due_day"]
    count(w, p, Flow.DELAY_DAYS, late)
    course["due_day"] = NOT_YET
    course["attempts"] += 1
    course["stretch"] += late * rule[SeriesRule.STRETCH]
    if course["remote"] and not missed:
        course["stretch"] += rule[SeriesRule.WEAKER]
    while course["stretch"] >= CERTAIN:
        course["stretch"] -= CERTAIN
        course["planned"] += 1
    if missed:
        count(w, p, Flow.CONTACTS_MISSED, 1)
        p["missed"] += 1
        if is_lead:
            p["missed_in_row"] += 1
            if p["missed_in_row"] >= r.setting[Setting.CLOSE_AFTER_CONTACTS]:
                end_spell(w, r, day, i, End.DISCHARGED_NOT_ATTENDED)
                return
    else:
        attend(w, day, p, course, is_lead)
        if course["done"] >= course["planned"]:
            if is_lead:
                complete(w, r, day, i)
            return
        if is_lead and ends_now(w, r, day, i, course, rule):
            return
    interval = value_of(r, rule[SeriesRule.INTERVAL_LAW], course["interval_word"])
    if missed:
        interval = min(interval, r.setting[Setting.REBOOK_DAYS])
    interval = max(1, interval)
    enter(w.calendar[COURSES, p["team"]], w.course, c, day + interval)


@njit(cache=True)
def complete(w, r, day, i):
    """The lead's planned contacts are done: the end of the spell, or another package."""
    p = w.patient[i]
    ways, target = r.step_chance[p["package"], p["severity"]], -1
    if ways[ways.shape[0] - 1] > 0 and p["steps"] < MOST_STEPS:
        target = chosen(ways, draw(w, p, Purpose.STEP, p["steps"])[0])
    if target < 0:
        end_spell(w, r, day, i, End.COMPLETED)
    elif target < r.package_kind.shape[0] and r.package_kind[target] == w.kind[p["team"]]:
        step(w, r, day, i, target)
    else:
        transfer(w, r, day, i, target)


@njit(cache=True, forceinline=True)
def ends_now(w, r, day, i, course, rule):
    """The course ends before the contacts planned: at a review, because of the list, or with a remote relationship."""
    p, setting = w.patient[i], r.setting
    enough = (int(course["done"]) << 16) >= int(course["planned"]) * setting[Setting.EARLY_FROM]
    early = setting[Setting.EARLY_LIST] >= 0 and enough and w.list_length[p["team"]] > setting[Setting.EARLY_LIST]
    every = setting[Setting.REVIEW_EVERY]
    if not early and every > 0 and course["done"] % every == 0:
        w0, _, _, _ = draw(w, p, Purpose.REVIEW, course["attempts"])
        early = w0 < setting[Setting.REVIEW_ENDS]
    if early:
        count(w, p, Flow.ENDED_EARLY, 1)
        end_spell(w, r, day, i, End.COMPLETED)
        return True
    if course["remote"] and rule[SeriesRule.DROPS_OUT_REMOTE] > 0:
        w0, _, _, _ = draw(w, p, Purpose.REMOTE, course["attempts"])
        if w0 < rule[SeriesRule.DROPS_OUT_REMOTE]:
            end_spell(w, r, day, i, End.DROPPED_OUT)
            return True
    return False


@njit(cache=True)
def attend(w, day, p, course, is_lead):
    """A contact is attended; the first of the lead series stops the clock."""
    count(w, p, Flow.CONTACTS, 1)
    course["done"] += 1
    as_contact(p, day)
    if is_lead:
        p["missed_in_row"] = 0
        if p["start_day"] == NOT_YET:
            p["start_day"] = day
            count(w, p, Flow.STARTED, 1)
            w.package_record[w.day_table[day, 0], p["team"], p["package"], PackageStock.STARTED] += 1
