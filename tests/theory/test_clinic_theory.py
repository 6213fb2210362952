"""The clinic against mathematics, on worlds reduced to one mechanism: intervals, never one seed's digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.behaviour.worlds import by_day, inputs_of
from workforce_sim.engine.simulate import RawRun, simulate
from workforce_sim.inputs.codes import NOT_YET, End, Flow, Stock, Use

WORLD = """\
name: One mechanism
start: 2026-01-05
horizon: {horizon}
calendar: {{country: none, working_days: mon-sun}}
severities: [mild, moderate, severe]
demand:
  sources:
    gp: {{referrals: {referrals} per week, severity: {{mild: 100%, moderate: 0%, severe: 0%}}}}
{more}
assessment: {{roles: [nurse], takes: {assessment}}}
packages:
  care:
    share: 100%
    lead: {{roles: [nurse], contacts: {contacts}, every: {every}, takes: 1 minute}}
workforce:
  availability: {{annual_leave: 0 weeks, study: 0 weeks, sickness: 0%}}
  roles:
    nurse:
      funded: {nurses} wte
      clinical_share: 60%
      caseload: {caseload}
      job_plan: {{assessment: {plan}%, treatment: {rest}%}}
"""


def world(**given: Any) -> str:
    """The world with some of its parts given; the rest makes nobody wait for anything."""
    parts = {"horizon": "1 year", "referrals": 21, "more": "", "assessment": "1 minute", "contacts": 8,
             "every": "2 weeks", "nurses": 1, "caseload": 1000, "plan": 50} | given  # fmt: skip
    return WORLD.format(rest=100 - parts["plan"], **parts)


def runs(text: str, replications: int, daily: bool = False) -> list[RawRun]:
    """Replications of a world, with every day a period if `daily`."""
    inputs = by_day(inputs_of(text)) if daily else inputs_of(text)
    return [simulate(inputs, 1, replication) for replication in range(replications)]


def covers(values: Any, truth: float, width: float) -> None:
    """A 99.9 % t-interval of the mean holds the truth, and is narrow enough (relative half-width) to mean something."""
    values = np.asarray(values, dtype=float)
    half = stats.t.ppf(0.9995, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    assert half < width * truth, f"too wide: {half:g} about {values.mean():g}"
    assert abs(values.mean() - truth) <= half, f"{values.mean():g} +- {half:g}, not {truth:g}"


def daily(weekly: float) -> float:
    """The chance on each of seven days that makes a chance in a week."""
    return float(1 - (1 - weekly) ** (1 / 7))


# --- caseload places --------------------------------------------------------------------------------------------------


def discrete_queue(arrivals: float, leaves: float, places: int, most: int = 400) -> np.ndarray:
    """Stationary law of the number assessed and not yet gone, where each of those with a place leaves on a day with
    chance `leaves`, then a Poisson number joins: the daily chain behind M/M/c."""
    step = np.zeros((most, most))
    new = stats.poisson.pmf(np.arange(most), arrivals)
    for n in range(most):
        busy = min(n, places)
        gone = stats.binom.pmf(np.arange(busy + 1), busy, leaves)
        for k, chance in enumerate(gone):
            left = n - k
            step[n, left:] += chance * new[: most - left]
    step[:, -1] += 1 - step.sum(axis=1)
    law = np.full(most, 1 / most)
    for _ in range(60):
        step = step @ step if _ < 12 else step  # the chain, 4096 days at a time
        law = law @ step
    return law / law.sum()


# Tried by hand: `room <= 1000` for `room <= 0` in `clinician_with_room`, which is one place less, fails this.
def test_caseload_places_are_the_servers_of_a_queue() -> None:
    """With 8 places, Poisson referrals and stays that end by chance each day: those treated and waiting are as many as
    in the queue's stationary law, and Little's law ties the waits to them."""
    places, weekly, rate = 8, 0.30, 1.92  # 80 % of the places in use
    text = world(horizon="25 years", referrals=rate, contacts=1000, every="2 years", caseload=places,
                 more="in_treatment: {per_week: {drops_out: 30%}}")  # fmt: skip
    law = discrete_queue(rate / 7, daily(weekly), places)
    number = np.arange(len(law))
    settled = slice(24, None)  # months
    treated, waiting, waits = [], [], []
    for run in runs(text, 40):
        days = run.flow[settled].sum(axis=(0, 1, 2, 3))
        total = 25 * 365.25 - 2 * 365.25
        treated.append(days[Flow.DAYS_IN_TREATMENT] / total)
        waiting.append(days[Flow.DAYS_WAITING_TREATMENT] / total)
        seen = run.log[run.log["allocated_day"] >= 2 * 365]
        waits.append(np.mean(seen["allocated_day"] - seen["assessed_day"]))
    covers(treated, law @ np.minimum(number, places), width=0.03)
    # those assessed today are offered a place tomorrow: a day's referrals wait beside those for whom there is no place
    covers(waiting, law @ np.maximum(number - places, 0) + rate / 7, width=0.25)
    covers(np.array(waits) * rate / 7, law @ np.maximum(number - places, 0) + rate / 7, width=0.25)


def test_unlimited_places_hold_rate_times_stay() -> None:
    """With room for everybody those in treatment are Poisson: mean = rate x stay, variance = mean (M/G/infinity)."""
    rate, stay = 3.0, 7 * 14  # from the first contact to the eighth
    result = runs(world(horizon="5 years"), 40, daily=True)
    counts = [run.stock_record[365::140, ..., Stock.IN_TREATMENT].sum(axis=(1, 2, 3)) for run in result]
    means = np.array(counts)
    covers(means.mean(axis=1), rate * stay, width=0.03)
    n = means.size  # samples further apart than the longest stay are independent
    ratio = means.var(ddof=1) / means.mean()
    low, high = stats.chi2.ppf([0.0005, 0.9995], n - 1) / (n - 1)
    assert low < ratio < high
    assert high - low < 0.6


def test_missed_contacts_lengthen_the_stay() -> None:
    """At 20 % missed and rebooked after one interval a course of 8 takes 10 appointments: stay = 9 intervals."""
    text = world(
        horizon="4 years", more="did_not_attend: {contacts: 20%, close_after: {contacts: 100}, rebook_after: 2 weeks}"
    )
    treated = [
        run.flow[12:, ..., Flow.DAYS_IN_TREATMENT].sum() / run.flow[12:, ..., Flow.ALLOCATED].sum()
        for run in runs(text, 12)
    ]
    covers(treated, 9 * 14, width=0.05)


def test_courses_close_after_misses_in_a_row() -> None:
    """Of courses of 5 contacts missed with chance q each, closed at 2 misses in a row, (1 - q^2)^5 are completed."""
    q = 0.3
    text = world(horizon="3 years", contacts=5, every="1 week",
                 more="did_not_attend: {contacts: 30%, close_after: {contacts: 2}}")  # fmt: skip
    shares = []
    for run in runs(text, 12):
        rows = run.log[(run.log["referral_day"] < 800) & (run.log["allocated_day"] != NOT_YET)]
        assert (rows["end"] != End.OPEN).all()
        shares.append(np.mean(rows["end"] == End.COMPLETED))
    covers(shares, (1 - q * q) ** 5, width=0.03)


# --- what befalls those waiting ---------------------------------------------------------------------------------------

FOUND = "today: {{waiting: {{assessment: {n}}}}}"


def found_waiting(per_week: str, n: int = 3000) -> str:
    """Many people on the list, nobody to see them, and nobody more referred."""
    more = f"waiting: {{per_week: {per_week}}}\n" + FOUND.format(n=n)
    return world(horizon="52 weeks", referrals=0, nurses=0, more=more)


@pytest.mark.parametrize("rate", [0.01, 0.04, 0.20])
def test_impatience_is_the_share_that_the_scenario_says(rate: float) -> None:
    """Of people whom nobody sees, 1 - (1 - r)^w have given up after w weeks, where r give up in a week."""
    result = runs(found_waiting(f"{{gives_up: {rate:.0%}}}"), 8, daily=True)
    gone = np.array([run.flow[..., Flow.GAVE_UP].sum(axis=(1, 2, 3)).cumsum() for run in result]) / 3000
    for weeks in (1, 4, 12) if rate > 0.1 else (4, 13, 26):
        covers(gone[:, 7 * weeks], 1 - (1 - rate) ** weeks, width=0.2)


def test_impatience_by_the_day() -> None:
    """Each day the survivors give up with the same chance: exactly geometric, on every day and at any rate."""
    for rate in (0.02, 0.20):
        result = runs(found_waiting(f"{{gives_up: {rate:.0%}}}"), 8, daily=True)
        gone = np.array([run.flow[..., Flow.GAVE_UP].sum(axis=(1, 2, 3)).cumsum() for run in result]) / 3000
        for day in (14, 60, 200):
            covers(gone[:, day], 1 - (1 - daily(rate)) ** day, width=0.2)


def test_severity_moves_as_a_markov_chain() -> None:
    """Those waiting worsen by a level with one chance a day, up to the worst: shares are powers of that chain."""
    rates = daily(0.06), daily(0.03)
    text = found_waiting("{worsens: {mild: 6%, moderate: 3%, severe: 0%}}")
    result = runs(text, 8, daily=True)
    step = np.array([[1 - rates[0], rates[0], 0], [0, 1 - rates[1], rates[1]], [0, 0, 1]])
    for day in (30, 120, 360):
        truth = np.linalg.matrix_power(step, day)[0]
        for severity in range(3):
            found = [run.stock_record[day, ..., severity, :, Stock.WAITING_ASSESSMENT].sum() / 3000 for run in result]
            covers(found, truth[severity], width=0.5)


def test_competing_risks_share_the_days() -> None:
    """Giving up, worsening and crises do not disturb each other: each has its own chance a day."""
    text = found_waiting("{gives_up: 3%, worsens: 2%, crisis: 4%}")
    text += "crisis: {roles: [nurse], contacts: 1, takes: 30 minutes}\n"
    crises, gave_up = [], []
    for run in runs(text, 8):
        days = run.flow[..., Flow.DAYS_WAITING_ASSESSMENT].sum()
        crises.append(run.flow[..., Flow.CRISES_WAITING].sum() / days)
        gave_up.append(run.flow[..., Flow.GAVE_UP].sum() / days)
    covers(crises, daily(0.04), width=0.06)
    covers(gave_up, daily(0.03), width=0.06)


def test_people_come_back_after_their_median() -> None:
    """Of those discharged the share that the scenario says come back, half of them by the median."""
    text = world(horizon="6 years", contacts=1, more="  returns: {share: 40%, median: 20 weeks}")
    returned, halves = [], []
    for run in runs(text, 8):
        rows = run.log[np.lexsort((run.log["episode"], run.log["key"]))]
        early = np.flatnonzero((rows["end"] == End.COMPLETED) & (rows["end_day"] < 365))
        early = early[early + 1 < len(rows)]
        again = (rows["key"][early + 1] == rows["key"][early]) & (
            rows["episode"][early + 1] == rows["episode"][early] + 1
        )
        delay = (rows["referral_day"][early + 1] - rows["end_day"][early])[again]
        returned.append(again.mean())
        halves.append(np.mean(delay <= 140))
    covers(returned, 0.4, width=0.1)
    covers(halves, 0.5, width=0.1)


# --- the clinician's time ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "nurses"), [(210, 1), (95, 1), (400, 0.5), (61, 3)])
def test_a_clinician_assesses_as_many_as_time_allows(minutes: int, nurses: float) -> None:
    """With an endless list each clinician assesses as many as there are whole slots in all the seconds, or one less."""
    text = world(referrals=2000 * nurses, assessment=f"{minutes} minutes", nurses=nurses, plan=100, horizon="26 weeks")
    for run in runs(text, 2):
        available = 182 * 37.5 / 5 * 3600 * 0.6 * nurses
        assert run.use[..., Use.AVAILABLE].sum() == pytest.approx(available, abs=182 * 3)
        clinicians = int(np.ceil(nurses))
        assessed = run.flow[..., Flow.ASSESSED].sum()
        assert available / (minutes * 60) - clinicians - 1e-6 <= assessed <= available / (minutes * 60)
        assert run.use[..., Use.UNUSED].sum() == 0


def test_missed_assessments_cost_their_part() -> None:
    """At 30 % missed, half a slot lost: so many are missed, and assessed = seconds over (1 + 0.3 / 0.7 x 0.5) slots."""
    text = world(referrals=300, assessment="60 minutes", plan=100, horizon="1 year",
                 more="did_not_attend: {assessment: 30%, slot_lost: 50%, close_after: {assessment: 3}}")  # fmt: skip
    missed, assessed = [], []
    for run in runs(text, 10):
        flow = run.flow.sum(axis=(0, 1, 2, 3))
        missed.append(flow[Flow.ASSESSMENTS_MISSED] / (flow[Flow.ASSESSMENTS_MISSED] + flow[Flow.ASSESSED]))
        assessed.append(flow[Flow.ASSESSED] * 3600 * (1 + 0.3 / 0.7 * 0.5) / run.use[..., Use.AVAILABLE].sum())
    covers(missed, 0.3, width=0.08)
    covers(assessed, 1.0, width=0.05)


def test_assessments_close_after_misses() -> None:
    """Closed unseen are the share that misses as often as the policy allows: q^2 of those who are called twice."""
    text = world(
        horizon="3 years", more="did_not_attend: {assessment: 40%, close_after: {assessment: 2}, rebook_after: 1 week}"
    )
    shares = []
    for run in runs(text, 10):
        rows = run.log[run.log["referral_day"] < 1000]
        shares.append(np.mean(rows["end"] == End.CLOSED_NOT_ATTENDED))
    covers(shares, 0.16, width=0.1)


def test_time_to_treatment_without_capacity_limits() -> None:
    """Where nobody waits for anybody: assessed on the day of referral, taken on and first seen on the next."""
    for run in runs(world(), 2):
        rows = run.log[run.log["start_day"] != NOT_YET]
        assert (rows["assessed_day"] == rows["referral_day"]).all()
        assert (rows["allocated_day"] == rows["referral_day"] + 1).all()
        assert (rows["start_day"] == rows["allocated_day"]).all()
        done = rows[rows["end"] == End.COMPLETED]
        assert (done["end_day"] == done["start_day"] + 7 * 14).all()
        assert (done["contacts"] == 9).all()


# --- many queues ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packages", [2, 9, 20])
def test_every_queue_is_served(packages: int) -> None:
    """However many packages and severities there are, whoever has somebody with room is taken on the next day."""
    severities = [f"level_{k}" for k in range(8)]
    names = [f"care_{k:02d}" for k in range(packages)]
    text = "\n".join([
        "name: Many queues", "start: 2026-01-05", "horizon: 26 weeks",
        "calendar: {country: none, working_days: mon-sun}", f"severities: [{', '.join(severities)}]",
        "demand:", "  sources:",
        "    gp: {referrals: 70 per week, severity: {" + ", ".join(f"{s}: 12.5%" for s in severities) + "}}",
        "assessment: {roles: [assessor], takes: 1 minute}", "packages:",
        *(f"  {name}: {{share: {100 / packages}%, lead: {{roles: [{'idle' if k == 0 else 'busy'}], contacts: 2, "
          "every: 1 week, takes: 1 minute}}" for k, name in enumerate(names)),
        "workforce:", "  availability: {annual_leave: 0 weeks, study: 0 weeks, sickness: 0%}", "  roles:",
        "    assessor: {funded: 1 wte, clinical_share: 60%, job_plan: {assessment: 100%, treatment: 0%}}",
        "    idle: {funded: 0 wte, clinical_share: 60%, caseload: 1000}",
        "    busy: {funded: 1 wte, clinical_share: 60%, caseload: 1000}",
    ])  # fmt: skip
    inputs = inputs_of(text)
    served = np.array([name != "care_00" for name in inputs.names.packages])
    run = simulate(inputs, 1, 0)
    rows = run.log[(run.log["package"] >= 0) & (run.log["assessed_day"] < inputs.days - 1)]
    should = served[rows["package"]]
    assert should.any()
    assert (rows["allocated_day"][should] == rows["assessed_day"][should] + 1).all()
    assert (rows["allocated_day"][~should] == NOT_YET).all()
