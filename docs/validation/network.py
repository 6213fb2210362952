"""A network of teams that send people to each other, beside Jackson's product form.

In: nothing. Out: `result()`.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from outside import Result, Row, on_each_day, runs, sheet

from workforce_sim.analysis import theory
from workforce_sim.engine.simulate import RawRun

TEXT = """
# A network of linked teams

**Published.** Hillier and Lieberman, *Introduction to Operations Research*, the open Jackson network of their chapter on
queueing theory (Jackson, *Operations Research* 5, 1957, 518-521; also a lab of the open course
[stochastic_systems](https://github.com/health-data-science-OR/stochastic_systems)). Three facilities with 1, 2 and 1
servers of rate 10; 1, 4 and 3 arrive from outside in a unit of time; shares that go on: from the first 0.6 to the
second and 0.3 to the third, from the second 0.1 and 0.3, from the third 0.4 and 0.4. So 5, 10 and 7.5 arrive in all,
there are 1, 4/3 and 3 in the three, 16/3 together, who stay 2/3 of a unit from their first arrival to their last.

**Inputs.** The same as three linked mental-health teams: *primary care*, *community* and *crisis*. Their unit of time is
500 days here, so that a stay of a tenth of it is 50 days and the day of the model is fine enough.

**Here.** A caseload place is a server; a stay is two contacts, an interval apart that is exponential (a gamma law with
mean and standard deviation equal), and a day; everybody is assessed on the day of referral or transfer, and goes on by
the `steps` of the package. {services} such systems side by side, {replications} replications of 60 years, of which the
first 30 do not count.

{table}

{figure}

**What differs.** Jackson's theorem says that in the long run each team behaves as if it were alone with its arrivals, so
that each can be planned by Erlang's formula. That is so here while places are all that limits, stays are exponential
and nobody is put before others. In the shipped `linked_adult_system.yaml` none of this holds: staff help out in another
team, severity decides who is next, and stays are not exponential, which is what a simulation is for.

Models of real mental-health systems of this kind, such as Koizumi, Kuno and Smith (*Health Care Management Science* 8,
2005, 49-60; with blocking, which this model does not have) and Pierotti et al. (medRxiv 2023.07.19.23292289), rest on
inputs that were not published with them in full, so that they cannot be reproduced here.
"""

REPLICATIONS, SERVICES = 10, 120
UNIT = 500
"""Days in their unit of time."""
YEARS, SETTLED = 60, 30 * 365
DAYS = YEARS * 365
NAMES = ("primary_care", "community", "crisis")
SERVERS = (1, 2, 1)
OUTSIDE = np.array([1.0, 4.0, 3.0])
RATE = 10.0
ONWARD = np.array([[0.0, 0.6, 0.3], [0.1, 0.0, 0.3], [0.4, 0.4, 0.0]])
"""Shares that go from the team of the row to that of the column."""


def world() -> str:
    """The network as a scenario."""
    stay = UNIT / RATE - 1  # the day of the last contact is held, too
    lines = [
        "name: Three linked teams", "start: 2026-01-05", f"horizon: {YEARS} years",
        "calendar: {country: none, working_days: mon-sun}", "severities: [any]",
        "waiting: {order: fifo, standard: 4 weeks}", "demand:", "  sources:",
        *(f"    to_{name}: {{team: {name}, referrals: {7 * rate / UNIT} per week, severity: {{any: 100%}}}}"
          for name, rate in zip(NAMES, OUTSIDE, strict=True)),
        "assessment: {roles: [primary_care_staff], takes: 1 minute}",
        "teams:",
        *(f"  {name}: {{copies: {SERVICES}, assessment: {{roles: [{name}_staff], takes: 1 minute}}}}" for name in NAMES),
        "packages:",
        *(f"  {name}_care: {{team: {name}, share: 100%, lead: {{roles: [{name}_staff], contacts: 2, "
          f"every: {{mean: {stay} days, sd: {stay} days}}, takes: 1 minute}}, steps: [{ways(number)}]}}"
          for number, name in enumerate(NAMES)),
        "workforce:", "  availability: {annual_leave: 0 weeks, study: 0 weeks, sickness: 0%}", "  roles:",
        *(f"    {name}_staff: {{team: {name}, funded: 1 wte, leavers: 0% per year, clinical_share: 80%, "
          f"caseload: {places}, job_plan: {{assessment: 50%, treatment: 50%}}}}"
          for name, places in zip(NAMES, SERVERS, strict=True)),
    ]  # fmt: skip
    return "\n".join(lines)


def ways(number: int) -> str:
    """The ways out of a team."""
    shares = zip(NAMES, ONWARD[number], strict=True)
    return ", ".join(f"{{to: {name}, share: {100 * share}%}}" for name, share in shares if share)


def in_theory() -> tuple[np.ndarray, np.ndarray]:
    """Arrivals in a unit of time, and people in each team."""
    arrivals = np.linalg.solve(np.eye(3) - ONWARD.T, OUTSIDE)
    people = [rate * (theory.erlang_wait(rate, 1 / RATE, places) + 1 / RATE)
              for rate, places in zip(arrivals, SERVERS, strict=True)]  # fmt: skip
    return arrivals, np.array(people)


def team_of(run: RawRun) -> np.ndarray:
    """Place in NAMES of the team of each spell: teams are numbered in the order of their names, copy by copy."""
    return np.argsort(NAMES)[run.log["team"] // SERVICES]


def there(run: RawRun) -> np.ndarray:
    """People in each team of a system as each settled day ends: float64, (team, day), mean of the systems.

    Who is referred today is assessed today and offered a place tomorrow: their first day is not a wait of the theory.
    """
    team = team_of(run)
    return np.array([on_each_day(run, "assessed_day", DAYS, team == k)[SETTLED:] for k in range(3)]) / SERVICES


def joined(run: RawRun) -> np.ndarray:
    """People who join each team in a unit of time: float64, (team,)."""
    late = run.log["referral_day"] >= SETTLED
    return np.bincount(team_of(run)[late], minlength=3) * UNIT / (DAYS - SETTLED) / SERVICES


def result() -> Result:
    """People in each team beside the product form."""
    found = runs(world(), REPLICATIONS)
    arrivals, people = in_theory()
    rate, number = np.array([joined(run) for run in found]), np.array([there(run).mean(axis=1) for run in found])
    rows = [
        Row(
            f"join {name.replace('_', ' ')}, in {UNIT} days",
            f"{arrivals[k]:g}",
            arrivals[k] * 0.995,
            arrivals[k] * 1.005,
            rate[:, k],
        )
        for k, name in enumerate(NAMES)
    ] + [
        Row(
            f"people in {name.replace('_', ' ')}",
            f"{people[k]:.3g}",
            people[k] * 0.995,
            people[k] * 1.005,
            number[:, k],
        )
        for k, name in enumerate(NAMES)
    ]
    whole = people.sum()
    rows += [
        Row("people in all three", f"{whole:.3g}", whole * 0.995, whole * 1.005, number.sum(axis=1)),
        Row("days from first arrival to last leaving", f"{UNIT * whole / OUTSIDE.sum():.0f}",
            UNIT * whole / OUTSIDE.sum() - 0.5, UNIT * whole / OUTSIDE.sum() + 0.5,
            UNIT * number.sum(axis=1) / OUTSIDE.sum(), write="{:.0f}"),
    ]  # fmt: skip
    text = TEXT.replace("{replications}", str(REPLICATIONS)).replace("{services}", str(SERVICES))
    alt = "People in each of the three teams: ours, with intervals, on the figures of the product form."
    return Result("network", text, rows, lambda: drawn(rows[3:6], people), alt)


def drawn(rows: list[Row], people: np.ndarray) -> Figure:
    """People in each team: ours with its interval, beside theory."""
    picture = sheet(3.2)
    axes = picture.subplots()
    found = np.array([row.interval for row in rows])
    at = np.arange(3)
    axes.errorbar(at - 0.08, found[:, 0], yerr=[found[:, 0] - found[:, 1], found[:, 2] - found[:, 0]], fmt="o",
                  capsize=4, label="ours, with 95 % interval")  # fmt: skip
    axes.plot(at + 0.08, people, "x", color="black", markersize=9, label="published")
    axes.set(
        xticks=at,
        xticklabels=[name.replace("_", " ") for name in NAMES],
        ylabel="people",
        ylim=(0, None),
        xlim=(-0.5, 2.5),
    )
    axes.legend(frameon=False, loc="upper left")
    return picture
