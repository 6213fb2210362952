"""Queues of the clinic against queueing theory: formulas with their sources, judged by intervals over replications.

Caseload places are servers: whoever is assessed on one day is offered a place on the next, and holds it until the day
after the last contact. So a wait is one day plus the wait of the theory, and a course of n contacts takes a place for
n - 1 intervals and a day. A day is not nothing: each test says what it does to the formula, and allows for no more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import special, stats

from tests.behaviour.paired import adult, interval
from tests.behaviour.worlds import by_day, inputs_of
from workforce_sim.engine.simulate import RawRun, simulate
from workforce_sim.inputs.codes import NOT_YET, End, Flow, PackageStock, Stock

WORLD = """\
name: Queues
start: 2026-01-05
horizon: {horizon}
copies: {copies}
calendar: {{country: none, working_days: mon-sun}}
severities: [mild, moderate, severe]
demand:
  sources:
    gp: {{referrals: {referrals} per week{growth}, urgent: {urgent}, severity: {mix}}}
waiting: {{order: {order}{waiting}}}
{more}
assessment: {{roles: [nurse], takes: {assessment}}}
packages:
  care:
    share: 100%
    lead: {{roles: [nurse], contacts: {contacts}, every: {every}, takes: 1 minute}}
workforce:
  availability: {{annual_leave: 0 weeks, study: 0 weeks, sickness: 0%}}
  leaving: {{notice: 4 weeks, no_new_patients: 0 weeks}}
  roles:
    nurse: {{funded: {nurses} wte, clinical_share: 60%, caseload: {caseload}{nurse}}}
"""
"""Equal teams with separate lists, each with nurses who never leave and are never away; contacts take no time."""

YEARS = 16
SETTLED = 3 * 365
"""Days left out at the beginning of each run."""
LATE = 2 * 365
"""Days left out at its end, so that everybody counted has been seen."""

ALL_MILD = "{mild: 100%, moderate: 0%, severe: 0%}"
BY_CHANCE = {"contacts": 1000, "every": "2 years"}
"""Stays that end only by dropping out: each day with the same chance."""

HALF_AND_HALF = ", job_plan: {assessment: 50%, treatment: 50%}"


def world(**given: Any) -> str:
    """The world with some of its parts given."""
    parts = {"horizon": f"{YEARS} years", "copies": 40, "growth": "", "urgent": "0%", "mix": ALL_MILD, "order": "fifo",
             "waiting": "", "more": "", "assessment": "1 minute", "contacts": 8, "every": "2 days", "nurses": 1,
             "caseload": 1, "nurse": HALF_AND_HALF} | given  # fmt: skip
    return WORLD.format(**parts)


def runs(text: str, replications: int = 20) -> list[RawRun]:
    """Replications of a world."""
    inputs = inputs_of(text)
    return [simulate(inputs, 1, replication) for replication in range(replications)]


def daily(weekly: float) -> float:
    """The chance on each of seven days that makes a chance in a week."""
    return float(1 - (1 - weekly) ** (1 / 7))


def covers(values: Any, truth: float, width: float, bias: float = 0.0) -> None:
    """A 99.9 % t-interval of the mean holds the truth, give or take a bias that is known, and is narrow enough
    (relative half-width) to mean something."""
    low, high = interval(values)
    assert high - low < 2 * width * truth, f"too wide: {low:g} .. {high:g}"
    assert low - bias <= truth <= high + bias, f"{low:g} .. {high:g}, not {truth:g}"


def rows_in_time(run: RawRun) -> np.ndarray:
    """The spells of those assessed when the queue has settled, all of whom have been offered a place or have gone."""
    day = run.log["assessed_day"]
    rows = run.log[(day >= SETTLED) & (day < YEARS * 365 - LATE)]
    assert ((rows["allocated_day"] != NOT_YET) | (rows["end"] == End.GAVE_UP)).all()
    return rows


def waits(run: RawRun) -> np.ndarray:
    """Days from the first day on which a place could be had until there was one."""
    rows = rows_in_time(run)
    rows = rows[rows["allocated_day"] != NOT_YET]
    return np.asarray(rows["allocated_day"] - rows["assessed_day"] - 1)


def settled_months(run: RawRun, stock: Stock) -> np.ndarray:
    """People at the ends of months: int64, (month, team)."""
    return np.asarray(run.stock_record[SETTLED // 30 :, ..., stock].sum(axis=(2, 3)))


# --- stays that end by chance: the Markov queues ----------------------------------------------------------------------


class Markov(NamedTuple):
    """What is told of a queue with Poisson arrivals, stays that end by chance, and perhaps impatience."""

    waiting: float  # mean number for whom there is no place
    delayed: float  # share of arrivals who find no place
    gone: float  # share who give up


def erlang_b(load: float, places: int) -> float:
    """Share of arrivals who find all places taken if nobody waits (Erlang 1917)."""
    terms = np.cumprod(np.append(1.0, load / np.arange(1, places + 1)))
    return float(terms[-1] / terms.sum())


def erlang_c(rate: float, leaves: float, places: int) -> Markov:
    """M/M/c: Poisson arrivals, exponential stays, so many places (Erlang 1917). Rates per day."""
    load = rate / leaves
    blocked, use = erlang_b(load, places), load / places
    delayed = blocked / (1 - use * (1 - blocked))
    return Markov(delayed * use / (1 - use), delayed, 0.0)


def erlang_a(rate: float, leaves: float, places: int, gives_up: float) -> Markov:
    """M/M/c+M, where those waiting give up (Palm 1957; Garnett, Mandelbaum and Reiman 2002). Rates per day."""
    x, y, use = places * leaves / gives_up, rate / gives_up, rate / (places * leaves)
    a = x * np.exp(y - x * np.log(y) + special.gammaln(x)) * special.gammainc(x, y)
    blocked = erlang_b(rate / leaves, places)
    delayed = a * blocked / (1 + (a - 1) * blocked)
    gone = delayed * (1 / (use * a) + 1 - 1 / use)
    return Markov(gone * rate / gives_up, delayed, gone)


def markov_by_the_day(rate: float, leaves: float, places: int, gives_up: float = 0.0, day: float = 1.0) -> Markov:
    """The same queue told day by day: of those with a place some leave, of those waiting some give up, places are
    filled, then a Poisson number joins, who may give up before they are offered a place on the next day. Rates per day;
    `day` is its length, and the queue is Erlang's as it goes to nothing."""
    most = 40 * places
    stays, waits_on = np.exp(-leaves * day), np.exp(-gives_up * day)
    number = np.arange(most)
    with_place, without = np.minimum(number, places), np.maximum(number - places, 0)
    joins = stats.poisson.pmf(number, rate * day * waits_on)
    old, new = np.zeros((most, most)), np.zeros((most, most))
    for n in number:
        held = stats.binom.pmf(np.arange(with_place[n] + 1), with_place[n], stays)
        still = stats.binom.pmf(np.arange(without[n] + 1), without[n], waits_on)
        old[n, : n + 1] = np.convolve(held, still)
        new[n] = np.convolve(old[n], joins)[:most]
    new[:, -1] += 1 - new.sum(axis=1)
    equations = np.vstack([new.T - np.eye(most), np.ones(most)])
    law = np.linalg.lstsq(equations, np.append(np.zeros(most), 1.0), rcond=None)[0]
    short = law @ without  # of a day, after places are filled
    left_of_new = short - law @ old @ without  # those of the day before go first
    gone = (1 - waits_on) * (short + rate * day) / (rate * day)
    return Markov(float(short), float(left_of_new / (rate * day)), float(gone))


def is_limit(formula: Markov, by_the_day: Callable[[float], Markov]) -> None:
    """The formula is what the daily law tends to as the day gets shorter (extrapolated: Richardson 1911)."""
    day = 1 / 16
    limit = 2 * np.array(by_the_day(day / 2)) - np.array(by_the_day(day))
    np.testing.assert_allclose(limit, formula, rtol=2e-3, atol=1e-9)


CHANCE = daily(0.4)
LEAVES = -np.log(1 - CHANCE)
"""Chance, and rate, of leaving on a day of those who drop out at 40 % per week: a stay of two weeks."""

DROPS_OUT = "in_treatment: {per_week: {drops_out: 40%}}"


def test_waits_for_a_place_are_erlang_c() -> None:
    """With stays that end by chance, as many find no place and wait as long as in M/M/c by the day, which is Erlang C
    as the day goes to nothing."""
    weekly, places = 1.34, 4  # 68 % of the places in use
    text = world(referrals=weekly, caseload=places, **BY_CHANCE, more=DROPS_OUT)
    truth = markov_by_the_day(weekly / 7, LEAVES, places)
    formula = erlang_c(weekly / 7, LEAVES, places)
    is_limit(formula, partial(markov_by_the_day, weekly / 7, LEAVES, places, 0.0))
    days = [waits(run) for run in runs(text)]
    covers([np.mean(d) for d in days], truth.waiting / (weekly / 7), width=0.06)
    covers([np.mean(d > 0) for d in days], truth.delayed, width=0.04)


def test_giving_up_for_want_of_a_place_is_erlang_a() -> None:
    """In an overloaded queue whose impatient leave it, as many give up, and wait, as in M/M/c+M by the day, which is
    Erlang A as the day goes to nothing."""
    weekly, places, gives_up = 2.3, 4, -np.log(1 - daily(0.2))  # a sixth more than there is room for
    text = world(copies=20, referrals=weekly, caseload=places, **BY_CHANCE, waiting=", per_week: {gives_up: 20%}",
                 more=DROPS_OUT)  # fmt: skip
    truth = markov_by_the_day(weekly / 7, LEAVES, places, gives_up)
    formula = erlang_a(weekly / 7, LEAVES, places, gives_up)
    is_limit(formula, partial(markov_by_the_day, weekly / 7, LEAVES, places, gives_up))
    gone, waiting = [], []
    for run in runs(text):
        gone.append(np.mean(rows_in_time(run)["end"] == End.GAVE_UP))
        waiting.append(settled_months(run, Stock.WAITING_TREATMENT).mean())
    covers(gone, truth.gone, width=0.04)
    covers(waiting, truth.waiting + weekly / 7, width=0.04)  # and those assessed on the day


def test_one_list_waits_less_than_many() -> None:
    """Four clinicians with one list make people wait as M/M/8 does, and with a list each as M/M/2 does; what pooling
    saves is the difference; both are Erlang C as the day goes to nothing."""
    weekly, waited, theory = 0.66, [], []  # for each clinician: 67 % of two places in use
    for nurses in (4, 1):
        rate, places = nurses * weekly / 7, 2 * nurses
        text = world(
            referrals=f"{nurses * weekly:g}",
            copies=60 // nurses,
            nurses=nurses,
            caseload=2,
            **BY_CHANCE,
            more=DROPS_OUT,
        )
        waited.append([np.mean(waits(run)) for run in runs(text)])
        theory.append(markov_by_the_day(rate, LEAVES, places).waiting / rate)
        is_limit(erlang_c(rate, LEAVES, places), partial(markov_by_the_day, rate, LEAVES, places, 0.0))
        covers(waited[-1], theory[-1], width=0.09)
    covers(np.subtract(waited[1], waited[0]), theory[1] - theory[0], width=0.07)


# --- courses of contacts: other stays ---------------------------------------------------------------------------------

EVERY = 2
"""Days between contacts."""


def course(mean: float, sd: float) -> np.ndarray:
    """Chances of 1, 2, … contacts: a gamma law rounded to whole numbers from 1."""
    upper = stats.gamma.cdf(np.arange(1, mean + 12 * sd + 10) + 0.5, (mean / sd) ** 2, scale=sd**2 / mean)
    return np.diff(np.append(0.0, upper))


def stay(chances: np.ndarray) -> tuple[float, float]:
    """Mean, and mean square, of the days for which a course takes a place."""
    days = np.arange(len(chances)) * EVERY + 1.0
    return float(chances @ days), float(chances @ days**2)


def crommelin(rate: float, days: int, places: int) -> np.ndarray:
    """Law of the number in M/D/c: after one stay all who had a place have gone, and a Poisson number has come
    (Crommelin 1932). True of whole days as it stands, since what comes and goes within a stay does not matter."""
    most = 60 * places
    number = np.arange(most)
    arrivals = stats.poisson.pmf(number, rate * days)
    step = np.zeros((most, most))
    for n in number:
        left = max(n - places, 0)
        step[n, left:] = arrivals[: most - left]
    step[:, -1] += 1 - step.sum(axis=1)
    equations = np.vstack([step.T - np.eye(most), np.ones(most)])
    return np.asarray(np.linalg.lstsq(equations, np.append(np.zeros(most), 1.0), rcond=None)[0])


@pytest.mark.parametrize(("nurses", "caseload"), [(1, 1), (4, 1)])
def test_stays_of_one_length_are_crommelins_queue(nurses: int, caseload: int) -> None:
    """With courses of one length people wait as long as in M/D/c, and as many are there at once, whether one clinician
    has the places or several have."""
    weekly, places, days = 0.3, nurses * caseload, 7 * EVERY + 1  # 64 % of the places in use
    rate = weekly * places / 7
    law = crommelin(rate, days, places)
    number = np.arange(len(law))
    result = runs(world(referrals=f"{weekly * places:g}", copies=40 // nurses, nurses=nurses, caseload=caseload))
    covers([np.mean(waits(run)) for run in result], law @ np.maximum(number - places, 0) / rate, width=0.07)
    for there in (places, 2 * places):
        found = [
            np.mean(settled_months(run, Stock.WAITING_TREATMENT) + settled_months(run, Stock.IN_TREATMENT) <= there)
            for run in result
        ]
        covers(found, law[: there + 1].sum(), width=0.03)


def pollaczek_khinchine(rate: float, square: float, use: float) -> float:
    """Mean wait in M/G/1 (Pollaczek 1930, Khinchine 1932). True of whole days as it stands: that those of one day wait
    for each other adds as much as is taken off by stays that end with the day."""
    return rate * square / (2 * (1 - use))


def test_one_place_is_pollaczek_and_khinchines_queue() -> None:
    """With courses of any length, people wait for one place as long as in M/G/1."""
    mean, square = stay(course(6, 4))
    weekly = 0.42
    use = weekly / 7 * mean
    assert 0.6 < use < 0.8
    result = runs(world(referrals=weekly, contacts="{mean: 6, sd: 4}"))
    covers([np.mean(waits(run)) for run in result], pollaczek_khinchine(weekly / 7, square, use), width=0.05)


def kimura(cv2: float, chance: float, fixed: float) -> float:
    """Mean wait in M/G/c from those of M/M/c and M/D/c, roughly (Kimura 1986). `cv2`: variance over mean squared."""
    return (1 + cv2) / (2 * cv2 / chance + (1 - cv2) / fixed)


def lee_longton(cv2: float, chance: float) -> float:
    """Mean wait in M/G/c from that of M/M/c, roughly (Lee and Longton 1959)."""
    return (1 + cv2) / 2 * chance


def test_stays_of_any_length_wait_between_those_of_one_length_and_by_chance() -> None:
    """With several places, and courses less variable than chance, people wait longer than in M/D/c and shorter than in
    M/M/c, and as Kimura's formula says, give or take what it differs by from Lee and Longton's (2 %)."""
    (mean, square), places, weekly = stay(course(6, 4)), 4, 1.9
    rate, cv2 = weekly / 7, square / mean**2 - 1
    law = crommelin(rate, round(mean), places)
    fixed = law @ np.maximum(np.arange(len(law)) - places, 0) / rate * mean / round(mean)
    chance = erlang_c(rate, 1 / mean, places).waiting / rate
    result = runs(world(referrals=weekly, caseload=places, contacts="{mean: 6, sd: 4}"), 30)
    means = [np.mean(waits(run)) for run in result]
    rough = kimura(cv2, chance, fixed)
    assert abs(rough - lee_longton(cv2, chance)) < 0.02 * rough
    covers(means, rough, width=0.04, bias=abs(rough - lee_longton(cv2, chance)))
    low, high = interval(means)
    assert fixed < low < high < chance


# --- who goes first ---------------------------------------------------------------------------------------------------


def cobham(rates: np.ndarray, mean: float, square: float) -> np.ndarray:
    """Mean waits in M/G/1 of classes served one after the other without interruption, first class first (Cobham 1954),
    by the day: a class waits on its first day for everybody before it who came on the same day, but finds less left of
    the stay that is under way. `rates` per day."""
    use = np.append(0.0, np.cumsum(rates) * mean)
    together = rates.sum() * square / 2  # what is left of the stay under way
    before = (use[:-1] + use[1:]) / 2  # the same day's: all of the classes before, half of one's own
    waits_ = np.zeros(len(rates))
    for k in range(len(rates)):
        ahead = mean * (rates[:k] @ waits_[:k])  # waiting already
        waits_[k] = (together - use[-1] / 2 + before[k] + ahead) / (1 - use[k + 1])
    return waits_


def cobham_without_days(rates: np.ndarray, mean: float, square: float) -> np.ndarray:
    """The same as it was published, in time without days."""
    use = np.append(0.0, np.cumsum(rates) * mean)
    return np.asarray(rates.sum() * square / 2 / ((1 - use[:-1]) * (1 - use[1:])))


@pytest.mark.parametrize("by", ["severity", "urgency"])
def test_who_goes_first_waits_as_cobham_says(by: str) -> None:
    """Of people who wait for one place, the more severe, or the urgent, wait less and the others more, each as long as
    in Cobham's queue by the day, which is as he published it as the day goes to nothing."""
    weekly, (mean, square) = 0.42, stay(course(6, 4))
    if by == "severity":
        mix = {"order": "severity", "mix": "{mild: 50%, moderate: 30%, severe: 20%}"}
        shares, column, last = np.array([0.2, 0.3, 0.5]), "severity_at_referral", 2
    else:
        mix = {"urgent": "25%"}
        shares, column, last = np.array([0.25, 0.75]), "urgent", 1
    truth = cobham(weekly / 7 * shares, mean, square)
    short = 1e6  # days in a day
    limit = cobham(weekly / 7 * shares / short, mean * short, square * short**2) / short
    np.testing.assert_allclose(limit, cobham_without_days(weekly / 7 * shares, mean, square), rtol=1e-4)
    waited = []
    for run in runs(world(referrals=weekly, contacts="{mean: 6, sd: 4}", **mix), 20):
        rows = rows_in_time(run)
        wait = rows["allocated_day"] - rows["assessed_day"] - 1
        waited.append([wait[rows[column] == last - k].mean() for k in range(len(shares))])
    for k, found in enumerate(np.transpose(waited)):
        covers(found, truth[k], width=0.06)


NO_TREATMENT = "270 minutes, to_treatment: 0%"
ONE_A_DAY = ", job_plan: {assessment: 100%, treatment: 0%}"
"""Nobody goes on to treatment, and the 4.5 clinical hours of a day are just enough for one assessment."""


def test_order_changes_who_waits_not_how_many() -> None:
    """Where all assessments take as long, as many wait on every day in whatever order they are seen, in every run
    (Kleinrock's conservation law, 1965)."""
    lists = []
    for order in ("fifo", "severity", "target"):
        text = world(horizon="3 years", referrals=6.6, urgent="10%", order=order, nurse=ONE_A_DAY,
                     mix="{mild: 50%, moderate: 30%, severe: 20%}", assessment=NO_TREATMENT)  # fmt: skip
        result = runs(text, 3)
        lists.append([run.stock_record[..., Stock.WAITING_ASSESSMENT].sum(axis=(2, 3)) for run in result])
        waited = [run.log["assessed_day"] - run.log["referral_day"] for run in result]
        assert max(w.max() for w in waited) > 30
    np.testing.assert_array_equal(lists[0], lists[1])
    np.testing.assert_array_equal(lists[0], lists[2])


# --- a stage before a stage -------------------------------------------------------------------------------------------


def test_one_assessment_a_day_is_a_queue() -> None:
    """With time for one assessment a day, which keeps for the next day if nobody comes, the list is as long as in the
    daily queue n' = max(n + Poisson - 1, 0), which is M/D/1, but for the one who takes the kept time."""
    day = 0.8
    text = world(referrals=f"{7 * day:g}", copies=20, assessment=NO_TREATMENT, nurse=ONE_A_DAY)
    queue = day**2 / (2 * (1 - day))  # after the day's one (Pollaczek, Khinchine)
    nobody = (1 - day) * np.exp(day)
    listed = [settled_months(run, Stock.WAITING_ASSESSMENT).mean() for run in runs(text)]
    covers(listed, queue - (1 - nobody), width=0.04)


def test_what_leaves_assessment_comes_to_treatment_by_chance() -> None:
    """Where a share misses the assessment and comes two weeks later, those on that list are Poisson, those who leave it
    come to the next queue as if by chance, who wait there as in M/D/c, and neither queue tells of the other (Mirasol
    1963, as Burke 1956 of M/M/c)."""
    weekly, places, days, missed = 1.2, 4, 7 * EVERY + 1, 0.4
    rate = weekly / 7
    policy = "did_not_attend: {assessment: 40%, close_after: {assessment: 100}, rebook_after: 2 weeks}"
    text = world(referrals=weekly, caseload=places, more=policy)
    law = crommelin(rate, days, places)
    over = law @ np.maximum(np.arange(len(law)) - places, 0)
    first, ratio, second, together = [], [], [], []
    for run in runs(text):
        one = settled_months(run, Stock.WAITING_ASSESSMENT)
        two = settled_months(run, Stock.WAITING_TREATMENT) + settled_months(run, Stock.IN_TREATMENT)
        first.append(one.mean())
        ratio.append(one.var() / one.mean())
        second.append(np.mean(waits(run)))
        together.append(np.corrcoef(one.ravel(), two.ravel())[0, 1])
    covers(first, rate * 14 * missed / (1 - missed), width=0.03)
    covers(ratio, 1.0, width=0.04)
    covers(second, over / rate, width=0.06)
    low, high = interval(together)
    assert low < 0 < high
    assert high - low < 0.05


# --- more and more people ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["growth", "ramp"])
def test_a_caseload_follows_growing_demand(how: str) -> None:
    """With room for everybody and demand that grows, those in treatment are Poisson, and as many as came on each day
    before times the chance that they are still there (M/G/infinity: Eick, Massey and Whitt 1993)."""
    chances, days, every = course(8, 4), 3 * 365, 14
    if how == "growth":  # month by month of the calendar
        date = np.datetime64("2026-01-05") + np.arange(days)
        month = date.astype("datetime64[M]").astype(int) - np.datetime64("2026-01").astype(int)
        rate, given = 1.6 ** (month / 12), {"growth": ", growth: 60% per year"}
    else:  # in a straight line over 26 weeks, in steps of 28 days
        since = np.arange(days) - 361  # 1 January 2027
        rate = 1 + np.clip(np.where(since < 182, since // 28 * 28, 182), 0, 182) / 182
        given = {"more": "changes: [{from: 2027-01-01, factor: demand.sources.gp.referrals, by: x2, ramp: 26 weeks}]"}
    # of those who came so many days before yesterday, and were taken on a day later
    still = 1 - np.append(0.0, np.cumsum(chances))[np.minimum(np.arange(days) // every + 1, len(chances))]
    expected = np.append(0.0, np.convolve(rate * 2 / 7, still)[: days - 1])
    text = world(horizon="3 years", referrals=2, caseload=1000, contacts="{mean: 8, sd: 4}", every="2 weeks", **given)
    inputs = inputs_of(text)
    result = runs(text)
    for month in (6, 11, 13, 15, 18, 24, 33):
        there = np.array([run.stock_record[month, ..., Stock.IN_TREATMENT].sum(axis=(1, 2)) for run in result])
        truth = expected[(inputs.period_starts[month + 1] - inputs.start).days - 1]
        covers(there.mean(axis=1), truth, width=0.03)
        covers(there.var(axis=1, ddof=1), truth, width=0.3)


# --- Little's law -----------------------------------------------------------------------------------------------------


def overlap(begin: np.ndarray, end: np.ndarray, days: int) -> int:
    """Days, of those from 0 to `days`, at whose ends people were there who came on `begin` and went on `end`."""
    return int(np.clip(np.minimum(end, days) - np.maximum(begin, 0), 0, None).sum())


def test_littles_law_holds_on_every_queue() -> None:
    """Over any time, people on a list day by day are as many as the days that each of them was there: mean number =
    rate x mean time (Little 1961; Stidham 1974), of assessment, each package's list and caseload, lists against
    spells."""
    inputs = by_day(inputs_of(adult()))
    days, names = inputs.days, inputs.names
    run = simulate(inputs, 1, 0)
    log = run.log[run.log["end"] != End.DECLINED]

    def day(column: str) -> np.ndarray:
        return np.where(log[column] == NOT_YET, days, log[column])

    flow = run.flow.sum(axis=(0, 1, 2, 3))
    ended = np.where(log["end"] == End.OPEN, days, log["end_day"])
    assessed = np.minimum(day("assessed_day"), ended)
    assert flow[Flow.DAYS_WAITING_ASSESSMENT] == overlap(log["referral_day"], assessed, days)
    for number, name in enumerate(names.packages):
        own = log["package"] == number
        taken = np.minimum(day("allocated_day"), ended)[own]
        listed = run.package_record[:, :, number].sum(axis=(0, 1))
        assert listed[PackageStock.WAITING] == overlap(assessed[own], taken, days), name
        there = listed[PackageStock.IN_TREATMENT] + listed[PackageStock.UNALLOCATED]
        assert there == overlap(taken, ended[own], days), name
    assert flow[Flow.DAYS_WAITING_TREATMENT] == run.package_record[..., PackageStock.WAITING].sum()
    assert flow[Flow.DAYS_IN_TREATMENT] == run.package_record[..., PackageStock.IN_TREATMENT].sum()
    assert flow[Flow.DAYS_UNALLOCATED] == run.package_record[..., PackageStock.UNALLOCATED].sum()


def test_littles_law_holds_for_the_unallocated() -> None:
    """Where nobody takes the cases of a clinician who leaves, those without one are as many as became so each day times
    the mean days until they drop out."""
    text = world(horizon="4 years", referrals=6, caseload=1000, **BY_CHANCE, more=DROPS_OUT,
                 nurse=f"{HALF_AND_HALF}, leavers: 60% per year, hiring: {{fill: 1%, round: 2 years}}")  # fmt: skip
    means = []
    for run in runs(text):
        flow = run.flow.sum(axis=(0, 1, 2, 3))
        means.append(flow[Flow.DAYS_UNALLOCATED] / flow[Flow.LEFT_BY_CLINICIAN])
    covers(means, (1 - CHANCE) / CHANCE, width=0.05)
