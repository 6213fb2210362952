"""CAPA, the Choice and Partnership Approach: starts a quarter from sessions, and from weekly referrals.

In: nothing. Out: `result()`.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from outside import Result, Row, runs, sheet

from workforce_sim.analysis import theory
from workforce_sim.engine.simulate import RawRun
from workforce_sim.inputs.codes import NOT_YET, Flow

TEXT = """
# CAPA: what sessions take on

**Published.** York and Kingsbury, *The CAPA numbers* (camhsnetwork.co.uk): two appointments in a half-day; 7.5 core
appointments for each person on average; so a half-day a week takes on three new Core Partnerships a quarter; of those
who come to Choice 66 to 70 % go on, so that each referral a week needs 8 to 9 new Partnerships a quarter.

**Inputs.** Ten half-days a week (35 hours) for each of four clinicians, 1.75 hours for a contact, 7.5 contacts for each
person; 5.6 weeks of leave and 1.4 of study a year, as in the shipped bases, which leaves the 45 weeks a year that CAPA
counts with (3 x 7.5 / 2 = 11.25 weeks a quarter). Sixteen referrals a week, of whom 68 % go on: more than the sessions
can take on, so that time is the only limit.

**Here.** The same as a scenario: nobody misses or gives up, no sickness, nobody leaves; {replications} replications of
five years, of which the last four count. The second line counts those who go on, whether or not they have begun yet.

{table}

{figure}

**What differs.** Nothing that matters: CAPA is an average, and with sessions full all the time the average is what comes
of it. In the shipped bases it is another matter: a contact takes longer or is missed, courses have another length, and
places run out before time does. `explain` and every report print CAPA beside the simulation, with the reason.
"""

REPLICATIONS = 20
CLINICIANS, SESSIONS, REFERRALS, YEARS = 4, 10, 16, 5
WORLD = f"""
name: CAPA
start: 2026-04-01
horizon: {YEARS} years
calendar: {{country: none}}
severities: [any]
demand:
  sources: {{gp: {{referrals: {REFERRALS} per week, severity: {{any: 100%}}}}}}
waiting: {{order: fifo, standard: 4 weeks}}
assessment: {{roles: [choice], takes: 105 minutes, to_treatment: 68%}}
packages:
  partnership:
    share: 100%
    lead: {{roles: [clinician], contacts: 7.5, every: 1 week, takes: 105 minutes}}
workforce:
  full_time: 37.5 hours per week
  availability: {{annual_leave: 5.6 weeks, study: 1.4 weeks, sickness: 0%}}
  roles:
    choice: {{funded: 3 wte, leavers: 0% per year, clinical_share: 60%, job_plan: {{assessment: 100%, treatment: 0%}}}}
    clinician: {{funded: {CLINICIANS} wte, leavers: 0% per year, clinical_share: {100 * 35 / 37.5}%, caseload: 30, job_plan: {{assessment: 0%, treatment: 100%}}}}
"""
FIRST, LAST = 365, 365 * YEARS
QUARTERS = 4 * (YEARS - 1)


def started(run: RawRun) -> np.ndarray:
    """Treatments begun in each quarter after the first year: int64, (quarter,)."""
    day = run.log["start_day"]
    edges = np.linspace(FIRST, LAST, QUARTERS + 1)
    return np.histogram(day[day != NOT_YET], edges)[0]


def gone_on(run: RawRun) -> float:
    """People who go on from Choice, in a quarter, for each referral a week."""
    log = run.log
    own = (log["assessed_day"] >= FIRST) & (log["package"] >= 0)
    return float(own.sum() / QUARTERS / REFERRALS)


def contacts_each(run: RawRun) -> float:
    """Contacts held for each treatment begun."""
    months = slice(12, None)
    return float(run.flow[months, ..., Flow.CONTACTS].sum() / run.flow[months, ..., Flow.STARTED].sum())


def result() -> Result:
    """Starts a quarter beside CAPA's."""
    found = runs(WORLD, REPLICATIONS)
    quarters = np.array([started(run) for run in found])
    by_hand = theory.capa_partnerships(CLINICIANS * SESSIONS)
    rows = [
        Row(f"new Partnerships a quarter, {CLINICIANS * SESSIONS} half-days a week", f"{by_hand:.0f}", by_hand - 2,
            by_hand + 2, quarters.mean(axis=1), write="{:.1f}"),
        Row("people who go on, a quarter, for each referral a week", "8 to 9", 8, 9, np.array([gone_on(run) for run in found])),
        Row("contacts for each who begins", "7.5", 7.45, 7.55, np.array([contacts_each(run) for run in found])),
    ]  # fmt: skip
    text = TEXT.replace("{replications}", str(REPLICATIONS))
    alt = "Partnerships begun in each of 16 quarters lie around the 120 that CAPA counts with."
    return Result("capa", text, rows, lambda: drawn(quarters, by_hand), alt)


def drawn(quarters: np.ndarray, by_hand: float) -> Figure:
    """Starts quarter by quarter: mean, and the middle nine tenths; beside CAPA's."""
    picture = sheet(3.4)
    axes = picture.subplots()
    at = np.arange(1, QUARTERS + 1)
    low, high = np.quantile(quarters, [0.05, 0.95], axis=0)
    axes.fill_between(at, low, high, alpha=0.2, linewidth=0, label="nine in ten runs")
    axes.plot(at, quarters.mean(axis=0), marker="o", label="ours, mean")
    axes.axhline(by_hand, linestyle="--", color="black", label="CAPA: sessions x 3")
    axes.set(xlabel="quarter, after the first year", ylabel="Partnerships begun", ylim=(0, None))
    axes.legend(frameon=False, loc="lower right")
    return picture
