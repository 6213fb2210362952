"""Places pooled between two units (Monks et al. 2016): how often all are taken.

In: nothing. Out: `result()`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from outside import Result, Row, on_each_day, runs, sheet

from workforce_sim.engine.simulate import RawRun

TEXT = """
# Places of two units, apart and pooled

**Published.** Monks, Worthington, Allen, Pitt, Stein and James, *A modelling tool for capacity planning in acute and
community stroke services*, BMC Health Services Research 16, 2016, 530
([10.1186/s12913-016-1789-4](https://doi.org/10.1186/s12913-016-1789-4)), with its supplement: how often all beds are
taken when somebody comes, by number of beds; and with 26 beds of which eight are pooled, one acute admission in 29 and
one to rehabilitation in 20 is delayed. For all beds pooled: an open replication by Heather, Monks and others, 2025
([10.5281/zenodo.15574906](https://doi.org/10.5281/zenodo.15574906)). Not mental health, but the question is the same:
how many places, and whether to share them.

**Inputs.** Four kinds of patient with their times between arrivals, lengths of stay and shares that go on to
rehabilitation, and three that come to rehabilitation directly, as printed in the paper and its supplement. Of strokes,
13 % stay as those with early supported discharge (4.6 days); how many of the others die in the unit (7.0 days) is not
printed, so that all of them stay 7.4.

**Here.** As published: beds are not limited, the number taken is counted each day, and a unit of n beds delays as often as
P(n) / P(n or fewer). A bed is a place on a caseload; a stay is an interval between two contacts. A day of theirs is a
week of ours, so that stays of two days are not rounded. {services} such systems side by side, {replications}
replications of {years} weeks after {warm} weeks of warm-up. Pooled beds by the paper's own rule, both units counted
together day by day.

{table}

{figure}

**What differs.** Stays follow a gamma law of the published mean and standard deviation, not a lognormal one: with no
limit on beds only the mean matters (Erlang; Sevastyanov 1957). The paper takes both units for independent; here they
are counted on the same day. Of the 26 beds nine are kept by each unit, as in the open replication; that acute
admissions are delayed a little more often than printed is so there as well, and what makes it is not known. In workforce terms: a caseload place that is empty in one team is no use to a person
waiting in another, unless the two share a list ([pooled clinics](pooled_clinics.md)).
"""

REPLICATIONS, SERVICES = 8, 8
DAY = 7
"""Days of ours in one of theirs."""
YEARS = 60
DAYS, SETTLED = YEARS * 365, 20 * 365
BETWEEN = {"acute": {"stroke": 1.2, "tia": 9.3, "neuro": 3.6, "other": 3.2},
           "rehab": {"stroke": 21.8, "neuro": 31.7, "other": 28.6}}  # fmt: skip
"""Mean days between arrivals from outside."""
TO_REHAB = {"stroke": 0.24, "tia": 0.01, "neuro": 0.11, "other": 0.05}
EARLY = {"acute": 0.13, "rehab": 0.40}
"""Share of strokes with early supported discharge."""
STAYS = {
    "acute": {"stroke": (7.4, 8.6), "stroke_early": (4.6, 4.8), "tia": (1.8, 2.3), "neuro": (4.0, 5.0), "other": (3.8, 5.2)},
    "rehab": {"stroke": (28.4, 27.2), "stroke_early": (30.3, 23.1), "tia": (18.7, 23.5), "neuro": (27.6, 28.4), "other": (16.1, 14.1)},
}  # fmt: skip
"""Days: mean and standard deviation."""
ACUTE, REHAB = {10: (7, 0.14), 11: (11, 0.09), 12: (16, 0.06), 13: (28, 0.04), 14: (50, 0.02)}, {
    12: (9, 0.11), 13: (13, 0.08), 14: (20, 0.05), 15: (33, 0.03), 16: (50, 0.02)}  # fmt: skip
"""Beds → one in so many delayed, and the chance, as published (supplement, current admissions)."""


def world() -> str:
    """Both units as a scenario."""
    kinds = tuple(TO_REHAB)
    lines = [
        "name: Two units", "start: 2026-01-05", f"horizon: {YEARS} years",
        "calendar: {country: none, working_days: mon-sun}", f"severities: [{', '.join(kinds)}]",
        "waiting: {order: fifo, standard: 4 weeks}", "demand:", "  sources:",
        *(f"    {kind}_to_{unit}: {{team: {unit}, referrals: {7 / DAY / days:.6f} per week, "
          f"severity: {{{', '.join(f'{k}: {100 if k == kind else 0}%' for k in kinds)}}}}}"
          for unit, each in BETWEEN.items() for kind, days in each.items()),
        "assessment: {roles: [acute_beds], takes: 1 minute}",
        f"teams: {{{', '.join(f'{u}: {{copies: {SERVICES}, assessment: {{roles: [{u}_beds], takes: 1 minute}}}}' for u in STAYS)}}}",
        "packages:", *(package(unit, name) for unit, each in STAYS.items() for name in each),
        "workforce:", "  availability: {annual_leave: 0 weeks, study: 0 weeks, sickness: 0%}", "  roles:",
        *(f"    {unit}_beds: {{team: {unit}, funded: 1 wte, leavers: 0% per year, clinical_share: 80%, "
          "caseload: 1000, job_plan: {assessment: 50%, treatment: 50%}}" for unit in STAYS),
    ]  # fmt: skip
    return "\n".join(lines)


def package(unit: str, name: str) -> str:
    """Stays of one kind in a unit: two contacts, so far apart, and the day of the last one."""
    kind, (mean, sd) = name.removesuffix("_early"), STAYS[unit][name]
    early = EARLY[unit] if kind == "stroke" else 0.0
    part = early if name.endswith("_early") else 1 - early
    share = ", ".join(f"{k}: {100 * part if k == kind else 0:g}%" for k in TO_REHAB)
    onward = TO_REHAB[kind] / (1 - early) if unit == "acute" and not name.endswith("_early") else 0
    steps = f", steps: [{{to: rehab, share: {100 * onward:.4f}%}}]" if onward else ""
    every = f"{{mean: {DAY * mean - 1:.1f} days, sd: {DAY * sd:.1f} days}}"
    return (
        f"  {unit}_{name}: {{team: {unit}, share: {{{share}}}{steps}, "
        f"lead: {{roles: [{unit}_beds], contacts: 2, every: {every}, takes: 1 minute}}}}"
    )


def taken(run: RawRun) -> np.ndarray:
    """Beds taken in each unit of each system on each settled day: int64, (unit, system, day).

    Who comes today has a bed from tomorrow until the last day ends: as many days as from today to the last.
    """
    team = run.log["team"]  # units in the order of their names, system by system
    return np.array([
        [on_each_day(run, "assessed_day", DAYS, team == unit * SERVICES + system)[SETTLED:] for system in range(SERVICES)]
        for unit in range(2)
    ])  # fmt: skip


def delayed(there: np.ndarray, beds: int) -> float:
    """P(n) / P(n or fewer)."""
    return float(np.mean(there == beds) / np.mean(there <= beds))


def delayed_pooled(there: np.ndarray, own: Sequence[int], shared: int) -> np.ndarray:
    """Chance that all beds that a unit may use are taken, when some are for both (the paper's rule): (unit,)."""
    beyond = np.maximum(there - np.reshape(own, (2, 1, 1)), 0)
    full = beyond.sum(axis=0) >= shared
    return np.array([np.mean(full & (there[unit] >= own[unit])) for unit in range(2)])


def result() -> Result:
    """Delays by beds, apart and pooled."""
    found = [taken(run) for run in runs(world(), REPLICATIONS)]
    apart = {
        unit: {beds: np.array([delayed(each[k], beds) for each in found]) for beds in table}
        for k, (unit, table) in enumerate((("acute", ACUTE), ("rehab", REHAB)))
    }
    rows = [
        Row(f"{unit}, {beds} beds: chance of a delay", f"{chance:.2f} (1 in {every})", chance - 0.005, chance + 0.005,
            apart[unit][beds], write="{:.3f}")
        for unit, table in (("acute", ACUTE), ("rehab", REHAB)) for beds, (every, chance) in table.items()
    ]  # fmt: skip
    part = np.array([delayed_pooled(each, (9, 9), 8) for each in found])
    rows += [
        Row(f"{unit}, 26 beds of which 8 are pooled", f"{1 / every:.3f} (1 in {every})", 1 / (every + 0.5), 1 / (every - 0.5),
            part[:, k], write="{:.3f}", unsettled="the open replication finds 0.042, too")
        for k, (unit, every) in enumerate((("acute", 29), ("rehab", 20)))
    ] + [
        Row(f"{beds} beds, all pooled (replication)", f"{chance:.3f}", chance - 0.0005, chance + 0.0005,
            np.array([delayed(each.sum(axis=0), beds) for each in found]), write="{:.3f}",
            because="those who die in the unit stay 7.4 days here and 7.0 there")
        for beds, chance in ((22, 0.063), (26, 0.016))
    ]  # fmt: skip
    weeks = {"years": (DAYS - SETTLED) // 7, "warm": SETTLED // 7, "services": SERVICES, "replications": REPLICATIONS}
    text = TEXT
    for name, value in weeks.items():
        text = text.replace(f"{{{name}}}", f"{value:,}")
    alt = "Chance of a delay by number of beds, in both units: ours on the published points."
    return Result("pooled_beds", text, rows, lambda: drawn(apart), alt)


def drawn(apart: dict[str, dict[int, np.ndarray]]) -> Figure:
    """The chance of a delay by beds, ours beside the published."""
    picture = sheet(3.4)
    for axes, (unit, table) in zip(
        picture.subplots(1, 2, sharey=True), (("acute", ACUTE), ("rehab", REHAB)), strict=True
    ):
        beds = list(table)
        axes.plot(beds, [apart[unit][n].mean() for n in beds], marker="o", label="ours, mean")
        axes.plot(beds, [chance for _, chance in table.values()], "x", color="black", markersize=9, label="published")
        axes.set(title=unit, xlabel="beds", ylim=(0, None), xticks=beds)
        axes.yaxis.set_major_formatter("{x:.0%}")
    axes.legend(frameon=False)
    return picture
