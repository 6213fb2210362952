"""Queue sizing (Fong et al. 2022; NHSRwaitinglist): a long list brought down, and held.

In: nothing. Out: `result()`.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from outside import Result, Row, runs, sheet

from workforce_sim.analysis import theory
from workforce_sim.engine.simulate import RawRun
from workforce_sim.inputs.codes import NOT_YET

TEXT = """
# Queue sizing: a long list brought down, and held

**Published.** Fong and others, *Understanding waiting lists pressures*, 2022
([10.1101/2022.08.23.22279117](https://doi.org/10.1101/2022.08.23.22279117)), and the walk-through of the package
[NHSRwaitinglist](https://nhs-r-community.github.io/NHSRwaitinglist/): with a mean wait of a quarter of the target
between 0.2 and 1.8 % miss it; the list that goes with it is demand x target / 4; relief capacity is demand +
(list - that) / weeks; what then holds it is demand + (cv² of demand + cv² of capacity) / 2 x 4 / target.

**Inputs.** Their own example (demand 30 a week, list 1,200, target 52 weeks: to 390 in 26 weeks with 61.2 a week), and
one of the size of a community team: 15 a week, list 200, target 4 weeks, so a list of 15, 22.1 a week for 26 weeks, and
16 a week from then on. The formulas are `workforce_sim.analysis.theory`; tests hold them to the published digits.

**Here.** A service with nothing but assessments, whose only limit is the clinician's time: nobody gives up or misses,
first come first served, open every day, no leave. Demand is drawn day by day; capacity is regular, so many slots a
day. 40 such services side by side, {replications} replications.

{table}

{figure}

**What differs, and the choice behind it.**

* *After relief.* The formula follows the mean flow; a real list cannot fall below nobody, so those that come down early
  stay at the bottom while the late ones are still long, and the mean lies above. Aim far from the bottom, as in their
  own example, and the mean agrees.
* *Holding it.* The published 16 a week is for capacity as irregular as demand (both cv = 1). A clinician's slots are
  regular here (cv = 0), and the same formula then says 15.5: that holds it, while 16 does better than it needs to. Put
  the irregularity into demand instead (`overdispersion: 2`, twice the variance of a Poisson law), and 16 is what it
  takes, as published: the formula knows only the sum of both variances.
"""

REPLICATIONS = 12
SERVICES = 40
RELIEF_WEEKS, SETTLED_WEEKS = 26, 3 * 52
WORLD = """
name: Queue sizing
start: 2026-01-05
horizon: {years} years
copies: {services}
calendar: {{country: none, working_days: mon-sun}}
severities: [any]
demand:
  sources: {{gp: {{referrals: {demand} per week, severity: {{any: 100%}}}}}}
  overdispersion: {overdispersion}
waiting: {{order: fifo, standard: 4 weeks}}
assessment: {{roles: [clinician], takes: {minutes} minutes, to_treatment: 0%}}
packages:
  none_follows: {{share: 100%, lead: {{roles: [clinician], contacts: 1, every: 1 week, takes: 1 minute}}}}
workforce:
  full_time: 37.5 hours per week
  availability: {{annual_leave: 0 weeks, study: 0 weeks, sickness: 0%}}
  roles:
    clinician: {{funded: 1 wte, leavers: 0% per year, clinical_share: 80%, caseload: 1, job_plan: {{assessment: 100%, treatment: 0%}}}}
today: {{waiting: {{assessment: {found}}}, waited: {{assessment: 1 day}}}}
"""
MINUTES_A_WEEK = 7 * 37.5 / 5 * 60 * 0.8
"""Of one WTE, for assessments: a fifth of the weekly hours on each of seven working days."""


def world(capacity: float, found: int, years: int, demand: float = 15, overdispersion: float = 1) -> str:
    """A service that sees so many a week."""
    return WORLD.format(
        years=years, services=SERVICES, demand=demand, overdispersion=overdispersion, found=found,
        minutes=round(MINUTES_A_WEEK / capacity, 2),
    )  # fmt: skip


def lists(run: RawRun, days: int) -> np.ndarray:
    """People waiting as each day ends: int64, (day, service)."""
    there = np.zeros((days + 1, SERVICES), dtype=np.int64)
    log = run.log[run.log["referral_day"] < days]
    np.add.at(there, (np.maximum(log["referral_day"], 0), log["team"]), 1)
    seen = log[(log["assessed_day"] != NOT_YET) & (log["assessed_day"] < days)]
    np.add.at(there, (seen["assessed_day"], seen["team"]), -1)
    return np.cumsum(there, axis=0)[:days]


def within(run: RawRun, weeks: float, days: int) -> float:
    """Share seen within so many weeks, of those referred when the queue had settled and early enough to be seen."""
    log = run.log
    chosen = log[(log["referral_day"] >= 7 * SETTLED_WEEKS) & (log["referral_day"] < days - 7 * 26)]
    assert (chosen["assessed_day"] != NOT_YET).all(), "somebody waited half a year"
    return float(np.mean(chosen["assessed_day"] - chosen["referral_day"] <= 7 * weeks))


def result() -> Result:
    """Lists after relief, and shares within the target while it is held."""
    relief = theory.relief_capacity(15, 200, theory.target_queue(15, 4), RELIEF_WEEKS)
    last = 7 * RELIEF_WEEKS - 1
    down = [lists(run, last + 1) for run in runs(world(relief, 200, 1), REPLICATIONS)]
    theirs = theory.relief_capacity(30, 1200, theory.target_queue(30, 52), RELIEF_WEEKS)
    long = [lists(run, last + 1)[last].mean() for run in runs(world(theirs, 1200, 1, demand=30), REPLICATIONS)]

    years = 12
    days = 365 * years
    held = {
        name: runs(world(capacity, 15, years, overdispersion=spread), REPLICATIONS)
        for name, capacity, spread in (("as published", 16, 2), ("regular", 15.5, 1), ("spare", 16, 1))
    }
    share = {name: np.array([within(run, 4, days) for run in found]) for name, found in held.items()}
    queue = np.array([lists(run, days)[7 * SETTLED_WEEKS :].mean() for run in held["as published"]])
    rows = [
        Row("their example: list after 26 weeks of 61.2 a week", "390", 389.5, 390.5, np.array(long), write="{:.1f}"),
        Row("list of 200 after 26 weeks of 22.1 a week", "15", 14.5, 15.5, np.array([each[last].mean() for each in down]),
            because="a list cannot be shorter than nobody", write="{:.1f}"),
        Row("seen within 4 weeks at 16 a week, variances as published", "98.2 %", 0.9815, 0.9825,
            share["as published"], write="{:.1%}"),
        Row("list held at 16 a week, variances as published", "15", 14.5, 15.5, queue, write="{:.1f}",
            because="a quarter of the target is the mean of the busy days; on the others the list is empty"),
        Row("seen within 4 weeks at 15.5 a week, regular capacity", "98.2 %", 0.9815, 0.9825,
            share["regular"], write="{:.1%}"),
        Row("seen within 4 weeks at 16 a week, regular capacity", "98.2 %", 0.9815, 0.9825, share["spare"],
            because="capacity is regular here (cv = 0), and demand is Poisson", write="{:.1%}"),
    ]  # fmt: skip
    text = TEXT.replace("{replications}", str(REPLICATIONS))
    alt = "The list falls from 200 to about 15 in 26 weeks; the lists of 40 services lie up to 40 people apart."
    return Result("queue_sizing", text, rows, lambda: drawn(np.concatenate(down, axis=1)), alt)


def drawn(down: np.ndarray) -> Figure:
    """The list week by week: mean, and the middle nine tenths; beside what the formula follows."""
    picture = sheet(3.6)
    axes = picture.subplots()
    weeks = np.arange(len(down)) / 7
    low, high = np.quantile(down, [0.05, 0.95], axis=1)
    axes.fill_between(weeks, low, high, alpha=0.2, linewidth=0, label="nine in ten lists")
    axes.plot(weeks, down.mean(axis=1), label="ours, mean")
    axes.plot([0, RELIEF_WEEKS], [200, 15], "--", color="black", label="published: 22.1 a week seen, 15 join")
    axes.set(xlabel="weeks", ylabel="people waiting", ylim=(0, None))
    axes.legend(frameon=False)
    return picture
