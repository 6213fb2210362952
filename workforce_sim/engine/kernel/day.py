"""The clinic's day, in the order of docs/model.md, section 2.

In: `World`, `Rules` and the day to stop before. Out: the same arrays and a `Stop` code; the first and the last day.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from numba import njit

from workforce_sim.engine.kernel.allocation import allocate, begin_courses, join_caseload
from workforce_sim.engine.kernel.calendar import COURSES, PEOPLE, enter, take
from workforce_sim.engine.kernel.clinics import run_clinics
from workforce_sim.engine.kernel.contacts import contact_falls_due
from workforce_sim.engine.kernel.handle import prefetch
from workforce_sim.engine.kernel.lines import call_up
from workforce_sim.engine.kernel.people import (
    become,
    begin_spell,
    count,
    draw,
    log_spell,
    next_candidate_day,
    queue_up,
    set_cell,
    wait,
)
from workforce_sim.engine.kernel.referrals import answer_invitation, arrive, beyond, come_back, refer
from workforce_sim.engine.kernel.rows import free_row, new_rows, take_row
from workforce_sim.engine.kernel.spells import befall
from workforce_sim.engine.state import Counter, Stop
from workforce_sim.inputs.codes import (
    NOT_YET,
    UNALLOCATED_TOO_LONG,
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
from workforce_sim.streams import Purpose


@njit(cache=True)
def advance(w, rs, until):
    """Runs the days from `counter[DAY]` up to and without `until`; comes back early with the reason why.

    rs: the rules of all kinds of team; those of one kind go with its teams, here and wherever rs is handed over.
    """
    together = anyone_helps(w, rs)
    for day in range(w.counter[Counter.DAY], until):
        referred = referrals_of(w, day)
        if w.patient.shape[0] - w.counter[Counter.ROWS_HANDED_OUT] < new_rows(w, referred):
            return Stop.NEEDS_ROWS
        if w.log.shape[0] - w.counter[Counter.LOGGED] < w.counter[Counter.ROWS_TAKEN] + 2 * referred:
            return Stop.LOG_FULL
        receive_referrals(w, rs, day, referred)
        if together:
            work_together(w, rs, day)
        else:  # teams touch each other only over night, so that one is done with before the next
            for team in range(w.team_slots.shape[0] - 1):
                own = of_team(w, rs, team)
                what_is_due(w, own, day, team)
                if w.dirty[team]:
                    allocate(w, own, day, team)
                if w.day_table[day, 1 + w.kind[team]]:
                    run_clinics(w, rs, own, day, team)
        record(w, rs, day)
        w.counter[Counter.DAY] = day + 1
    return Stop.DONE


@njit(cache=True)
def anyone_helps(w, rs):
    """Does any role help out in other teams?"""
    helping = 0
    for kind in range(w.linked.shape[1]):
        helping += rs[kind].serves.sum()
    return helping > 0


@njit(cache=True)
def work_together(w, rs, day):
    """Steps 3 to 5 where clinicians of one team help out in another: each step for all teams."""
    teams = w.team_slots.shape[0] - 1
    for team in range(teams):
        what_is_due(w, of_team(w, rs, team), day, team)
    for team in range(teams):
        if w.dirty[team]:
            allocate(w, of_team(w, rs, team), day, team)
    for team in range(teams):
        if w.day_table[day, 1 + w.kind[team]]:
            run_clinics(w, rs, of_team(w, rs, team), day, team)


@njit(cache=True)
def of_team(w, rs, team):
    """The rules that a team follows."""
    return rs[w.kind[team]]


@njit(cache=True)
def referrals_of(w, day):
    """How many are referred from outside on `day`."""
    first = w.counter[Counter.REFERRALS_TAKEN]
    last = first
    while last < w.referral.shape[0] and w.referral[last]["day"] == day:
        last += 1
    return last - first


@njit(cache=True)
def receive_referrals(w, rs, day, referred):
    """Step 2: people referred from outside today, unless a long list deters those who would refer them."""
    for _ in range(referred):
        row = w.referral[w.counter[Counter.REFERRALS_TAKEN]]
        w.counter[Counter.REFERRALS_TAKEN] += 1
        i = new_person(w, row["key"], row["team"], row["source"], row["severity"], row["group"])
        p, own = w.patient[i], of_team(w, rs, row["team"])
        deterred = beyond(w, own, p["team"], Setting.DETER_LIST, Setting.DETER_GAIN, Setting.DETER_MOST)
        if deterred > 0 and draw(w, p, Purpose.PERSON, 0)[2] < deterred:
            set_cell(own, p)
            count(w, p, Flow.DETERRED, 1)
            free_row(w, i)
        else:
            refer(w, own, day, i)


@njit(cache=True)
def new_person(w, key, team, source, severity, group):
    """A row for a person not known before."""
    i = take_row(w, team)
    p = w.patient[i]
    p["key"] = key
    p["team"] = team
    p["source"] = source
    p["severity"] = severity
    p["group"] = group
    _, w1, _, w3 = draw(w, p, Purpose.PERSON, 0)
    p["remote_word"] = w1
    p["mode_word"] = w3
    return i


@njit(cache=True)
def what_is_due(w, r, day, team):
    """Step 3: candidate days, returns, contacts falling due, people rebooked."""
    if r.setting[Setting.RELAPSE_ABOVE] >= 0:
        for slot in range(w.team_slots[team], w.team_slots[team + 1]):
            w.staff[slot]["cases_overnight"] = w.staff[slot]["cases"]
    bucket = w.calendar[PEOPLE, team]
    i = take(bucket, w.patient, day)
    while i >= 0:
        if bucket[day] >= 0:
            prefetch(w.patient, bucket[day])
        if w.patient[i]["state"] == State.AT_RISK and w.patient[i]["bound_for"] >= 0:
            arrive(w, r, day, i)
        elif w.patient[i]["state"] == State.AT_RISK:
            come_back(w, r, day, i)
        else:
            befall(w, r, day, i)
        i = take(bucket, w.patient, day)
    bucket = w.calendar[COURSES, team]
    c = take(bucket, w.course, day)
    while c >= 0:
        call_up(w, bucket[day])
        i = w.course[c]["person"]
        if w.patient[i]["state"] == State.REBOOKING:
            wait(w, r, i, State.WAITING_ASSESSMENT)
        elif w.patient[i]["state"] == State.OPTING_IN:
            answer_invitation(w, r, day, i)
        else:
            contact_falls_due(w, r, day, c)
        c = take(bucket, w.course, day)


@njit(cache=True)
def record(w, rs, day):
    """Step 6: the stocks of the day's end."""
    for cell in range(w.stock.shape[0]):
        flow, stock = w.flow_now[cell], w.stock[cell]
        flow[Flow.DAYS_WAITING_ASSESSMENT] += stock[Stock.WAITING_ASSESSMENT]
        flow[Flow.DAYS_WAITING_TREATMENT] += stock[Stock.WAITING_TREATMENT]
        flow[Flow.DAYS_IN_TREATMENT] += stock[Stock.IN_TREATMENT]
        flow[Flow.DAYS_UNALLOCATED] += stock[Stock.UNALLOCATED]
        flow[Flow.DAYS_WAITING_STEP] += stock[Stock.WAITING_STEP]
    measure_lists(w)
    period = w.day_table[day, 0]
    if day + 1 == w.day_table.shape[0] or w.day_table[day + 1, 0] != period:
        end_period(w, rs, day, period)


@njit(cache=True)
def measure_lists(w):
    """How many wait for assessment or treatment in each team."""
    teams = w.list_length.shape[0]
    cells = w.stock.shape[0] // teams
    for team in range(teams):
        length = 0
        for cell in range(team * cells, (team + 1) * cells):
            length += w.stock[cell, Stock.WAITING_ASSESSMENT] + w.stock[cell, Stock.WAITING_TREATMENT]
        w.list_length[team] = length


@njit(cache=True)
def end_period(w, rs, day, period):
    """Writes the stocks at the end of a period, and what was tallied in it; the tallies begin again."""
    for cell in range(w.stock.shape[0]):
        for stock in range(w.stock.shape[1]):
            w.stock_record[period, cell, stock] = w.stock[cell, stock]
    for team in range(w.package_stock.shape[0]):
        for package in range(w.package_stock.shape[1]):
            for stock in range(PackageStock.STARTED):  # the stocks; STARTED is a flow
                w.package_record[period, team, package, stock] = w.package_stock[team, package, stock]
    count_unsafe(w, rs, day, period)
    for slot in range(w.staff.shape[0]):
        s = w.staff[slot]
        use = w.use_now[s["team"], s["role"]]
        if s["occupied"]:
            use[Use.CARRIED] += s["bank_treatment"] + s["bank_assessment"] + s["bank_urgent"]
        if s["occupied"] and s["kind"] == StaffKind.IN_POST:
            use[Use.CASES] += s["cases"]
            use[Use.WEIGHTED] += s["held"]
            use[Use.PLACES] += s["places"]
            use[Use.OVER_CAP] += 1 if 10 * s["held"] > 11 * s["places"] else 0
    for cell in range(w.flow_now.shape[0]):
        for flow in range(w.flow_now.shape[1]):
            w.flow[period, cell, flow] = w.flow_now[cell, flow]
            w.flow_now[cell, flow] = 0
    for team in range(w.use_now.shape[0]):
        for role in range(w.use_now.shape[1]):
            for column in range(w.use_now.shape[2]):
                w.use[period, team, role, column] = w.use_now[team, role, column]
                w.use_now[team, role, column] = 0


@njit(cache=True)
def count_unsafe(w, rs, day, period):
    """Those unallocated for too long, and those without the registered coordinator that they need."""
    nobody = rs[0].coordinates.shape[1] - 1
    for i in range(w.counter[Counter.ROWS_HANDED_OUT]):
        p = w.patient[i]
        role = -1
        if p["state"] == State.UNALLOCATED:
            role = nobody
            if day - p["unallocated_day"] > UNALLOCATED_TOO_LONG:
                w.stock_record[period, p["cell"], Stock.UNALLOCATED_LONG] += 1
        elif p["state"] == State.IN_TREATMENT:
            role = w.staff[p["slot"]]["role"]
        if role >= 0 and not of_team(w, rs, p["team"]).coordinates[p["severity"], role]:
            w.stock_record[period, p["cell"], Stock.UNCOORDINATED] += 1


# --- the first and the last day ------------------------------------------------------------------------------------


@njit(cache=True)
def open_service(w, rs, opening):
    """Section 8: places the people found on day 0."""
    for k in range(opening.shape[0]):
        found = opening[k]
        own = of_team(w, rs, found["team"])
        i = new_person(w, found["key"], found["team"], found["source"], found["severity"], found["group"])
        begin_spell(w, own, i, found["referral_day"])
        p = w.patient[i]
        if found["state"] == State.AT_RISK:
            p["state"] = State.AT_RISK
            enter(w.calendar[PEOPLE, p["team"]], w.patient, i, found["next_day"])
            continue
        p["package"] = found["package"]
        if found["state"] != State.WAITING_ASSESSMENT:
            p["first_contact_day"] = found["referral_day"]
            p["assessed_day"] = found["referral_day"]
        if found["state"] == State.IN_TREATMENT:
            place_in_treatment(w, own, i, found)
        else:
            wait(w, own, i, found["state"])
        next_candidate_day(w, own, w.counter[Counter.DAY], i)
    measure_lists(w)


@njit(cache=True)
def place_in_treatment(w, r, i, found):
    """Puts a person found in treatment on a caseload, in the middle of the course."""
    p = w.patient[i]
    places = r.setting[Setting.PLACES]
    p["second_contact_day"] = found["referral_day"]
    p["allocated_day"] = found["referral_day"]
    p["start_day"] = found["referral_day"]
    begin_courses(w, r, w.counter[Counter.DAY], i)
    lead = w.course[i * places]
    lead["planned"] = found["planned"]
    lead["done"] = found["done"]
    lead["attempts"] = found["done"]
    slot = clinician_found(w, r, i)
    if slot < 0:
        become(w, p, State.UNALLOCATED)
        p["unallocated_day"] = w.counter[Counter.DAY]
        queue_up(w, r, i)
        return
    join_caseload(w, r, i, slot)
    enter(w.calendar[COURSES, p["team"]], w.course, i * places, found["next_day"])


@njit(cache=True)
def clinician_found(w, r, i):
    """The slot that holds a person found in treatment: most room, even if negative, then lowest slot; -1 if none."""
    p = w.patient[i]
    lead = r.series[r.package_series[p["package"], 0], p["severity"], p["group"]]
    best, best_room = -1, 0
    for slot in range(w.team_slots[p["team"]], w.team_slots[p["team"] + 1]):
        s = w.staff[slot]
        if not s["occupied"] or r.seconds[lead[SeriesRule.TASK], 0, p["severity"], s["role"]] < 0:
            continue
        if lead[SeriesRule.WEIGHT] > r.heaviest[s["role"]] or s["accepts"] < 0:
            continue
        room = s["places"] - s["held"]
        if best < 0 or room > best_room:
            best, best_room = slot, room
    return best


@njit(cache=True)
def finish(w):
    """At the horizon: the spells that are still open."""
    for i in range(w.counter[Counter.ROWS_HANDED_OUT]):
        state = w.patient[i]["state"]
        if state != State.FREE and state != State.AT_RISK:
            log_spell(w, i, End.OPEN, NOT_YET)
