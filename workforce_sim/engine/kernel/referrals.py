"""From referral to the queue for assessment: crisis route, triage, opting in, notice (docs/model.md, section 3).

In: `World`, `Rules`, the day and a patient row. Out: the same arrays, changed.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit

from workforce_sim.engine.kernel.calendar import COURSES, enter
from workforce_sim.engine.kernel.people import (
    become,
    begin_spell,
    come_back_or_go,
    count,
    draw,
    join_crisis_list,
    next_candidate_day,
    set_cell,
    value_of,
    wait,
    wait_later,
)
from workforce_sim.engine.kernel.spells import close_spell, end_spell
from workforce_sim.inputs.codes import ORIGIN, Chance, End, Flow, Setting, State
from workforce_sim.streams import Purpose


@njit(cache=True)
def refer(w, r, day, i):
    """Section 3: the referral of the person in row i, whose key, episode, source, group and severity are known."""
    begin_spell(w, r, i, day)
    p = w.patient[i]
    count(w, p, Flow.REFERRED, 1)
    w0, w1, w2, w3 = draw(w, p, Purpose.TRIAGE, 0)
    p["urgent"] = 1 if w3 < r.urgent[p["source"]] else 0
    if w3 < r.crisis_route[p["source"]]:
        take_crisis_route(w, r, day, i)
    elif r.setting[Setting.TRIAGE_TASK] >= 0:
        wait(w, r, i, State.WAITING_TRIAGE)
    else:
        accept_or_decline(w, r, day, i, w0, w1, w2)
    if p["state"] != State.AT_RISK and p["state"] != State.FREE:
        next_candidate_day(w, r, day, i)


@njit(cache=True)
def take_crisis_route(w, r, day, i):
    """The person is seen at once, by those who answer crises."""
    p = w.patient[i]
    p["urgent"] = 2
    count(w, p, Flow.CRISIS_ROUTE, 1)
    become(w, p, State.WAITING_CRISIS)
    p["crisis_contacts_left"] = r.setting[Setting.CRISIS_CONTACTS]
    join_crisis_list(w, r, i, day + ORIGIN)


@njit(cache=True)
def decide_at_triage(w, r, day, i):
    """The referral has been looked at: declined, or accepted."""
    w0, w1, w2, _ = draw(w, w.patient[i], Purpose.TRIAGE, 0)
    accept_or_decline(w, r, day, i, w0, w1, w2)


@njit(cache=True)
def accept_or_decline(w, r, day, i, declined, bounces, delay):
    """Declined, or accepted: then invited to opt in, or offered an assessment. The last three: words of luck."""
    p = w.patient[i]
    rising = beyond(w, r, p["team"], Setting.RISING_LIST, Setting.RISING_GAIN, Setting.RISING_MOST)
    if declined < r.chance[p["severity"], p["group"], Chance.DECLINED] + rising:
        decline(w, r, day, i, bounces, delay)
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
    close_spell(w, r, day, i, End.DECLINED)
    will_return = bounces < r.chance[p["severity"], p["group"], Chance.BOUNCES]
    worse, _, _, _ = draw(w, p, Purpose.TRIAGE, 1)
    if worse < r.setting[Setting.BOUNCES_WORSE] and p["severity"] + 1 < r.chance.shape[0]:
        p["severity"] += 1
    come_back_or_go(w, i, will_return, day + max(1, value_of(r, r.setting[Setting.BOUNCE_LAW], delay)))


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
        wait_later(w, r, day, i, r.setting[Setting.NOTICE])
    else:
        wait(w, r, i, State.WAITING_ASSESSMENT)


@njit(cache=True)
def come_back(w, r, day, i):
    """A person at risk is referred again."""
    p = w.patient[i]
    p["episode"] += 1
    set_cell(r, p)
    count(w, p, Flow.RETURNED, 1)
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
    count(w, p, Flow.TRANSFERRED_IN, 1)
    if target < r.package_kind.shape[0]:
        p["package"] = target
        p["assessed_day"] = day
        wait(w, r, i, State.WAITING_TREATMENT)
    else:
        offer_assessment(w, r, day, i)
    next_candidate_day(w, r, day, i)
