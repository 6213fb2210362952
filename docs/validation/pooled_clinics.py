"""Eleven assessment clinics, with lists apart and with one list (Devon; Pitt, Monks and Allen 2015).

In: nothing. Out: `result()`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from outside import ROOT, Result, Row, runs, sheet

from workforce_sim.engine.simulate import RawRun
from workforce_sim.inputs.codes import NOT_YET
from workforce_sim.run import compare

TEXT = """
# Clinics with lists apart, and with one list

**Published.** For Devon Partnership NHS Trust a simulation of eleven clinics of mental-health assessment showed that waits
are shorter when clinics share their appointments, and in the pilot that followed the mean wait fell from 22 to 14 days
(PenCHORD, *Scheduling community mental health assessment in Devon*, ARC South West Peninsula; a chapter of Pitt, Monks
and Allen, 2015). Its inputs and rules are open in the course
[stochastic_systems](https://github.com/health-data-science-OR/stochastic_systems) by T. Monks and others: 16,328
referrals a year, shares and shares sent elsewhere by clinic, appointments by clinic and weekday, 15 % high priority, at
least three working days' notice for low priority and one for high, three years to warm up and one that counts. The
course prints no results, so that its rules are worked through once more here, in thirty lines that know nothing of
this model, without slots held back.

**Inputs.** The published ones: 204 people a week for 210 appointments, so that clinics are 90 to 98 % busy.

**Here.** Each clinic is a team whose only limit is time for assessments; pooled, one team has the time of all eleven. A
day is a working day of theirs. `notice: 3 days`; those of high priority are `urgent`. {replications} replications.
Below that, the shipped what-if of four small teams with one list, beside lists apart.

{table}

{figure}

**What differs.** High priority is seen on the same day at the earliest here, and on the next there (switch that in their
rules, and both agree); and it goes before
others here, where there it books the first appointment that is free: that moves waits between people and hardly the
mean. Not in it: a pilot is before and after, and shared appointments between neighbours only (their pooling matrix), so
that 36 % is a figure of the right kind and not one to be met; clinics that share with some and not with others cannot
be written as a scenario. Pooling helps in this model, with these assumptions: what it costs in travel is not in it.
"""

REPLICATIONS, SHIPPED_REPLICATIONS, SEEDS = 20, 30, 100
A_YEAR = 16_328
PART = (0.1115, 0.0263, 0.1960, 0.0622, 0.0255, 0.0813, 0.0571, 0.0493, 0.1256, 0.2554, 0.0098)
"""Of all referrals, by clinic (rounded)."""
ELSEWHERE = (0.456, 0.428, 0.489, 0.296, 0.275, 0.091, 0.162, 0.129, 0.410, 0.361, 0.123)
"""Of those, sent to another service."""
SLOTS = np.array([
    [4, 1, 7, 3, 1, 5, 3, 3, 5, 11, 1], [4, 1, 6, 3, 1, 5, 3, 3, 5, 10, 0], [4, 1, 7, 3, 2, 5, 4, 3, 5, 11, 1],
    [4, 1, 6, 3, 1, 5, 3, 3, 5, 10, 1], [4, 1, 6, 2, 1, 4, 3, 2, 4, 10, 0],
])  # fmt: skip
"""Appointments: (weekday, clinic)."""
HIGH, LOW_NOTICE, HIGH_NOTICE = 0.15, 3, 1
WARM, YEAR = 780, 260
"""Working days."""
A_DAY = A_YEAR / 52 / 5 * np.array(PART) * (1 - np.array(ELSEWHERE))
"""People to assess, by clinic."""
SLOT_SECONDS = 600


# --- their rules, worked through once more ----------------------------------------------------------------------------


def booked(seed: int, pooled: bool, high_notice: int = HIGH_NOTICE) -> float:
    """Mean wait in working days of those referred in the last year; everybody books the first slot that is free."""
    luck = np.random.default_rng(seed)
    slots = SLOTS.sum(axis=1, keepdims=True) if pooled else SLOTS
    rates = [A_DAY.sum()] if pooled else A_DAY
    waits = [
        wait for clinic, rate in enumerate(rates) for wait in clinic_waits(luck, rate, slots[:, clinic], high_notice)
    ]
    return float(np.mean(waits))


def clinic_waits(luck: np.random.Generator, rate: float, slots: np.ndarray, high_notice: int) -> list[int]:
    """Waits at one clinic."""
    free = np.tile(slots, (WARM + YEAR) * 2 // 5)
    waits = []
    first = 0  # before this day no slot is left
    for day, people in enumerate(luck.poisson(rate, WARM + YEAR)):
        for notice in np.where(luck.random(people) < HIGH, high_notice, LOW_NOTICE):
            while free[first] == 0 and first <= day:
                first += 1
            on = max(first, day + notice)
            while free[on] == 0:
                on += 1
            free[on] -= 1
            if day >= WARM:
                waits.append(on - day)
    return waits


# --- the same here ----------------------------------------------------------------------------------------------------


def world(rates: Sequence[float], slots: Sequence[float]) -> str:
    """Clinics as teams: people a day, and appointments a day."""
    clinics = [f"clinic_{number:02d}" for number in range(1, len(rates) + 1)]
    share = [100 * each * SLOT_SECONDS / (37.5 / 5 * 3600) for each in slots]
    lines = [
        "name: Assessment clinics", "start: 2026-01-05", f"horizon: {2 * (WARM + YEAR)} days",
        "calendar: {country: none, working_days: mon-sun}", "severities: [any]",
        f"waiting: {{order: fifo, standard: 4 weeks, notice: {LOW_NOTICE} days}}", "demand:", "  sources:",
        *(f"    to_{name}: {{team: {name}, referrals: {7 * rate:.6f} per week, urgent: {100 * HIGH}%, severity: {{any: 100%}}}}"
          for name, rate in zip(clinics, rates, strict=True)),
        f"assessment: {{roles: [{clinics[0]}_staff], takes: {SLOT_SECONDS // 60} minutes, to_treatment: 0%}}", "teams:",
        *(f"  {name}: {{assessment: {{roles: [{name}_staff], takes: {SLOT_SECONDS // 60} minutes, to_treatment: 0%}}}}"
          for name in clinics),
        "packages:",
        *(f"  {name}_none: {{team: {name}, share: 100%, lead: {{roles: [{name}_staff], contacts: 1, every: 1 week, "
          "takes: 1 minute}}" for name in clinics),
        "workforce:", "  full_time: 37.5 hours per week",
        "  availability: {annual_leave: 0 weeks, study: 0 weeks, sickness: 0%}", "  roles:",
        *(f"    {name}_staff: {{team: {name}, funded: 1 wte, leavers: 0% per year, clinical_share: {part:.4f}%, caseload: 1, "
          "job_plan: {assessment: 100%, treatment: 0%}}" for name, part in zip(clinics, share, strict=True)),
    ]  # fmt: skip
    return "\n".join(lines)


def waited(run: RawRun) -> np.ndarray:
    """Waits in working days of those referred in the fourth year."""
    day = run.log["referral_day"]
    rows = run.log[(day >= WARM) & (day < WARM + YEAR)]
    assert (rows["assessed_day"] != NOT_YET).all()
    return np.asarray(rows["assessed_day"] - rows["referral_day"])


def result() -> Result:
    """Mean waits apart and pooled, beside their rules."""
    slots = SLOTS.mean(axis=0)
    ours = {
        "apart": [waited(run) for run in runs(world(A_DAY, slots), REPLICATIONS)],
        "pooled": [waited(run) for run in runs(world([A_DAY.sum()], [slots.sum()]), REPLICATIONS)],
    }
    mean = {name: np.array([each.mean() for each in found]) for name, found in ours.items()}
    theirs = {name: np.array([booked(seed, name == "pooled") for seed in range(SEEDS)]) for name in ours}
    same_day = np.array([booked(seed, pooled=True, high_notice=0) for seed in range(SEEDS)])
    rows = [between(f"mean wait, working days, lists {name} (their rules)", theirs[name], mean[name]) for name in ours]
    rows += [between("the same pooled, if their high priority may be seen on the day", same_day, mean["pooled"])]
    saved = 1 - theirs["pooled"].mean() / theirs["apart"].mean()
    rows += [
        Row("pooling shortens the mean wait by (their rules)", f"{saved:.0%}", saved - 0.03, saved + 0.03,
            1 - mean["pooled"] / mean["apart"], write="{:.0%}"),
        Row("pooling shortens the mean wait by (pilot)", "36 % (22 to 14 days)", 0.355, 0.365,
            1 - mean["pooled"] / mean["apart"], write="{:.0%}",
            unsettled="all eleven share here, neighbours did there; a pilot is before and after"),
        Row("four shipped teams, year 5: people waiting with one list, less with lists apart", "fewer", -np.inf, 0.0,
            shipped(), write="{:.0f}"),
    ]  # fmt: skip
    alt = "With one list nearly everybody is assessed within 5 working days; with lists apart that takes 20."
    return Result("pooled_clinics", TEXT.replace("{replications}", str(REPLICATIONS)), rows, lambda: drawn(ours), alt)


def between(what: str, theirs: np.ndarray, ours: np.ndarray) -> Row:
    """A row beside a figure that has an interval of its own."""
    row = Row(what, "", 0, 0, theirs)
    mean, low, high = row.interval
    return Row(what, f"{mean:.2f} ({low:.2f} to {high:.2f})", low, high, ours, write="{:.2f}",
               because="notice: those of high priority may be seen on the day here, and on the next there")  # fmt: skip


def shipped() -> np.ndarray:
    """People fewer on the lists of the shipped four teams at the end of year 5, when they share one: by replication."""
    study = compare(*(ROOT / "scenarios" / f"{name}.yaml" for name in ("four_teams", "four_teams_pooled")),
                    replications=SHIPPED_REPLICATIONS, seed=1, workers=1)  # fmt: skip
    lists = study.tables["measures"].query("measure == 'waiting_list' and year == 5")
    value = lists.pivot_table(index="replication", columns="scenario", values="value")
    return np.asarray(value[study.others[0]] - value[study.baseline])


def drawn(ours: dict[str, list[np.ndarray]]) -> Figure:
    """Share of people by wait, apart and pooled."""
    picture = sheet(3.4)
    axes = picture.subplots()
    for (name, found), style in zip(ours.items(), ("--", "-"), strict=True):
        waits = np.sort(np.concatenate(found))
        days = np.arange(41)
        axes.step(
            days,
            np.searchsorted(waits, days, side="right") / len(waits),
            where="post",
            linestyle=style,
            label=f"lists {name}",
        )
    axes.set(xlabel="working days from referral", ylabel="share assessed by then", ylim=(0, 1.02))
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.legend(frameon=False, loc="lower right")
    return picture
