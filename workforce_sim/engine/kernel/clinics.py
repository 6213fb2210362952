"""What clinicians do with their day (docs/model.md, section 6).

In: `World`, `Rules`, the day and a team. Out: the same arrays; crises answered, contacts held, people assessed.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from numba import njit

from workforce_sim.engine.kernel.allocation import comes_first, urgency
from workforce_sim.engine.kernel.calendar import COURSES, enter
from workforce_sim.engine.kernel.heaps import assessment_heap, crisis_heap, join, leave, own_heap, pool_heap
from workforce_sim.engine.kernel.people import become, change_stock, count, draw, end_spell, queue_up, value_of
from workforce_sim.inputs.codes import (
    NOT_YET,
    ORIGIN,
    Chance,
    End,
    Flow,
    PackageStock,
    SeriesRule,
    Setting,
    StaffKind,
    State,
    Stock,
    Use,
)
from workforce_sim.streams import CERTAIN, Purpose

SLOT_LOST_BITS = 16


@njit(cache=True)
def run_clinics(w, r, day, team):
    """Each clinician in post, in slot order from a start that moves on by one each day, spends the day's seconds.

    Those whose role has no task do not count for the start, so that they move nobody's turn.
    """
    first = w.team_slots[team]
    last = first + w.seats[team]
    turns = 0
    for place in range(first, last):
        turns += has_turn(r, w.staff[w.seat[place]])
    start = first
    skip = day % turns if turns > 0 else -1
    while skip > 0 or (skip == 0 and not has_turn(r, w.staff[w.seat[start]])):
        skip -= has_turn(r, w.staff[w.seat[start]])
        start += 1
    for step in range(last - first):
        place = start + step
        if place >= last:
            place -= last - first
        clinician_day(w, r, day, w.seat[place])


@njit(cache=True)
def has_turn(r, s):
    """1 if their role has a task, else 0."""
    return 1 if r.carry_treatment[s["role"]] + r.carry_assessment[s["role"]] > 0 else 0


@njit(cache=True)
def clinician_day(w, r, day, slot):
    """One clinician's working day."""
    s = w.staff[slot]
    use = w.use[w.day_table[day, 1], s["team"], s["role"]]
    in_post = s["wte"] if s["kind"] == StaffKind.IN_POST else 0
    use[Use.IN_POST_DAYS] += in_post
    if not w.roster[slot, day]:
        return
    use[Use.PRESENT] += in_post
    use[Use.AVAILABLE] += s["daily_treatment"] + s["daily_assessment"]
    s["available"] += s["daily_treatment"] + s["daily_assessment"]
    s["bank_treatment"] += s["daily_treatment"]
    s["bank_assessment"] += s["daily_assessment"]
    answer_crises(w, r, day, s, use)
    hold_contacts(w, r, day, slot, s, use)
    assess(w, r, day, s, use)
    role = s["role"]
    if s["shares_spare"]:
        spare = s["bank_assessment"] - r.carry_assessment[role]
        if spare > 0:
            s["bank_assessment"] -= spare
            s["bank_treatment"] += spare
            hold_contacts(w, r, day, slot, s, use)
        spare = s["bank_treatment"] - r.carry_treatment[role]
        if spare > 0:
            s["bank_treatment"] -= spare
            s["bank_assessment"] += spare
            assess(w, r, day, s, use)
    work_overtime(w, r, day, slot, s, use)
    lost = max(0, s["bank_treatment"] - r.carry_treatment[role])
    s["bank_treatment"] -= lost
    use[Use.UNUSED] += lost
    lost = max(0, s["bank_assessment"] - r.carry_assessment[role])
    s["bank_assessment"] -= lost
    use[Use.UNUSED] += lost


@njit(cache=True)
def as_contact(p, day):
    """A contact for the clocks."""
    p["contacts"] += 1
    if p["first_contact_day"] == NOT_YET:
        p["first_contact_day"] = day
    elif p["second_contact_day"] == NOT_YET:
        p["second_contact_day"] = day


@njit(cache=True)
def answer_crises(w, r, day, s, use):
    """People in crisis come before everybody else."""
    task = r.setting[Setting.CRISIS_TASK]
    if task < 0 or r.rank[task, s["role"]] < 0:
        return
    node = w.patient_node
    while True:
        best = -1
        for severity in range(r.chance.shape[0]):
            head = w.heap[crisis_heap(r, s["team"], severity)]
            if head < 0 or node[head]["order"] > day + ORIGIN or r.seconds[task, 0, severity, s["role"]] < 0:
                continue
            if best < 0 or comes_first(node, node[head]["order"], head, node[best]["order"], best):
                best = head
        if best < 0:
            return
        p = w.patient[best >> 1]
        seconds = r.seconds[task, 0, p["severity"], s["role"]]
        if s["bank_treatment"] + s["bank_assessment"] < seconds:
            return
        from_treatment = min(seconds, s["bank_treatment"])
        s["bank_treatment"] -= from_treatment
        s["bank_assessment"] -= seconds - from_treatment
        s["used"] += seconds
        use[Use.CRISIS] += seconds
        count(w, p, day, Flow.CRISIS_CONTACTS, 1)
        as_contact(p, day)
        leave(w.heap, node, best)
        p["crisis_contacts_left"] -= 1
        if p["crisis_contacts_left"] > 0:
            number = crisis_heap(r, s["team"], p["severity"])
            join(w.heap, node, number, best, day + 1 + ORIGIN, p["key"])


@njit(cache=True)
def first_contact_due(w, r, day, slot, s):
    """(course node, task) of the contact that has been due longest, of the own list and of the pools open to the role.

    Temporary staff have no list of their own: theirs are the contacts overdue since yesterday of others in the role.
    The task is -1 for a list, where the series' own task holds. The node is -1 if nothing is due.
    """
    node = w.course_node
    best, best_task = w.heap[own_heap(r, slot)], -1
    if s["kind"] == StaffKind.TEMPORARY:
        best = longest_overdue(w, r, day, slot, s)
    for place in range(r.pools.shape[1]):
        task = r.pools[s["role"], place]
        if task < 0:
            break
        for severity in range(r.chance.shape[0]):
            head = w.heap[pool_heap(r, s["team"], task, severity)]
            if head < 0 or r.seconds[task, 0, severity, s["role"]] < 0:
                continue
            if best < 0 or comes_first(node, node[head]["order"], head, node[best]["order"], best):
                best, best_task = head, task
    return best, best_task


@njit(cache=True)
def longest_overdue(w, r, day, slot, s):
    """The course node overdue longest on the lists of the team's clinicians of this role; -1 if none is overdue."""
    node, best, colleague = w.course_node, -1, slot - 1  # temporary staff have the last slot of their role
    while colleague >= 0 and w.staff[colleague]["role"] == s["role"] and w.staff[colleague]["team"] == s["team"]:
        head = w.heap[own_heap(r, colleague)]
        colleague -= 1
        if head < 0 or node[head]["order"] >= day + ORIGIN:
            continue
        if best < 0 or comes_first(node, node[head]["order"], head, node[best]["order"], best):
            best = head
    return best


@njit(cache=True)
def work_overtime(w, r, day, slot, s, use):
    """While a contact of one's own is overdue by more than the rule, overtime is worked, up to the week's allowance."""
    while s["overtime_left"] > 0:
        own = w.heap[own_heap(r, slot)]
        if own < 0 or w.course_node[own]["order"] + r.setting[Setting.OVERTIME_AFTER] >= day + ORIGIN:
            return
        best, task = first_contact_due(w, r, day, slot, s)
        course = w.course[best >> 1]
        p = w.patient[course["person"]]
        if task < 0:
            task = r.series[course["series"], p["severity"], p["group"], SeriesRule.TASK]
        lacking = max(0, r.seconds[task, course["remote"], p["severity"], s["role"]] - s["bank_treatment"])
        if lacking > s["overtime_left"]:
            return
        s["overtime_left"] -= lacking
        s["bank_treatment"] += lacking
        use[Use.OVERTIME] += lacking
        hold_contacts(w, r, day, slot, s, use)


@njit(cache=True)
def hold_contacts(w, r, day, slot, s, use):
    """Contacts due, longest due first, while there are seconds for a whole one."""
    while True:
        best, task = first_contact_due(w, r, day, slot, s)
        if best < 0:
            return
        c = best >> 1
        course = w.course[c]
        p = w.patient[course["person"]]
        rule = r.series[course["series"], p["severity"], p["group"]]
        by_support = task >= 0 and task == rule[SeriesRule.SUPPORT_TASK]
        if task < 0:
            task = rule[SeriesRule.TASK]
        seconds = r.seconds[task, course["remote"], p["severity"], s["role"]]
        if s["bank_treatment"] < seconds:
            return
        missed = course["attend_word"] < rule[SeriesRule.MISSED_REMOTE if course["remote"] else SeriesRule.MISSED]
        if missed:
            seconds = (seconds * r.setting[Setting.SLOT_LOST]) >> SLOT_LOST_BITS
        s["bank_treatment"] -= seconds
        s["used"] += seconds
        use[Use.MISSED if missed else Use.ATTENDED] += seconds
        if not missed:
            use[Use.CONTACTS] += 1
            count(w, p, day, Flow.CONTACTS_BY_SUPPORT, 1 if by_support else 0)
            count(w, p, day, Flow.CONTACTS_REMOTE, course["remote"])
        hold(w, r, day, c, missed, rule)


@njit(cache=True)
def hold(w, r, day, c, missed, rule):
    """A contact is held, attended or missed; the next is booked or the course ends."""
    course = w.course[c]
    i = course["person"]
    is_lead = course["place"] == 0
    p = w.patient[i]
    leave(w.heap, w.course_node, 2 * c)
    leave(w.heap, w.course_node, 2 * c + 1)
    change_stock(w, p, Stock.OVERDUE, -1)
    late = day - course["due_day"]
    count(w, p, day, Flow.DELAY_DAYS, late)
    course["due_day"] = NOT_YET
    course["attempts"] += 1
    course["stretch"] += late * rule[SeriesRule.STRETCH]
    while course["stretch"] >= CERTAIN:
        course["stretch"] -= CERTAIN
        course["planned"] += 1
    if missed:
        count(w, p, day, Flow.CONTACTS_MISSED, 1)
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
                end_spell(w, r, day, i, End.COMPLETED)
            return
    interval = value_of(r, rule[SeriesRule.INTERVAL_LAW], course["interval_word"])
    if missed:
        interval = min(interval, r.setting[Setting.REBOOK_DAYS])
    interval = max(1, interval)
    enter(w.calendar[COURSES, p["team"]], w.course, c, day + interval)


@njit(cache=True)
def attend(w, day, p, course, is_lead):
    """A contact is attended; the first of the lead series stops the clock."""
    count(w, p, day, Flow.CONTACTS, 1)
    course["done"] += 1
    as_contact(p, day)
    if is_lead:
        p["missed_in_row"] = 0
        if p["start_day"] == NOT_YET:
            p["start_day"] = day
            count(w, p, day, Flow.STARTED, 1)
            w.package_record[w.day_table[day, 1], p["team"], p["package"], PackageStock.STARTED] += 1


@njit(cache=True)
def assess(w, r, day, s, use):
    """People waiting for assessment, first of the queues first, while there are seconds for a whole assessment."""
    task = r.setting[Setting.ASSESSMENT_TASK]
    if r.rank[task, s["role"]] < 0:
        return
    node = w.patient_node
    while True:
        best, best_order = -1, 0
        for severity in range(r.chance.shape[0]):
            head = w.heap[assessment_heap(r, s["team"], severity)]
            if head < 0 or r.seconds[task, 0, severity, s["role"]] < 0:
                continue
            order = urgency(r, node[head]["order"], severity)
            if best < 0 or comes_first(node, order, head, best_order, best):
                best, best_order = head, order
        if best < 0:
            return
        i = best >> 1
        p = w.patient[i]
        seconds = r.seconds[task, 0, p["severity"], s["role"]]
        if s["bank_assessment"] < seconds:
            return
        w0, _, _, _ = draw(w, p, Purpose.ASSESSMENT, p["assessment_attempts"])
        missed = w0 < r.chance[p["severity"], p["group"], Chance.ASSESSMENT_MISSED]
        if missed:
            seconds = (seconds * r.setting[Setting.SLOT_LOST]) >> SLOT_LOST_BITS
        s["bank_assessment"] -= seconds
        s["used"] += seconds
        use[Use.ASSESSMENT_MISSED if missed else Use.ASSESSMENT] += seconds
        p["assessment_attempts"] += 1
        leave(w.heap, node, best)
        if missed:
            miss_assessment(w, r, day, i)
        else:
            conclude_assessment(w, r, day, i)


@njit(cache=True)
def miss_assessment(w, r, day, i):
    """An assessment was missed: rebooked, or closed by the policy."""
    p = w.patient[i]
    count(w, p, day, Flow.ASSESSMENTS_MISSED, 1)
    p["missed"] += 1
    if p["assessment_attempts"] >= r.setting[Setting.CLOSE_AFTER_ASSESSMENTS]:
        end_spell(w, r, day, i, End.CLOSED_NOT_ATTENDED)
        return
    become(w, p, State.REBOOKING)
    c = i * r.setting[Setting.PLACES]
    enter(w.calendar[COURSES, p["team"]], w.course, c, day + max(1, r.setting[Setting.REBOOK_DAYS]))


@njit(cache=True)
def conclude_assessment(w, r, day, i):
    """An assessment was attended: closed with advice, or on to the queue of a package."""
    p = w.patient[i]
    count(w, p, day, Flow.ASSESSED, 1)
    p["assessed_day"] = day
    as_contact(p, day)
    w0, w1, _, _ = draw(w, p, Purpose.OUTCOME, 0)
    if w0 >= r.chance[p["severity"], p["group"], Chance.TO_TREATMENT]:
        end_spell(w, r, day, i, End.CLOSED_WITH_ADVICE)
        return
    package = 0
    while package < r.package_chance.shape[1] - 1 and r.package_chance[p["severity"], package] <= w1:
        package += 1
    p["package"] = package
    become(w, p, State.WAITING_TREATMENT)
    queue_up(w, r, i)
