"""What a run costs, from who was paid for how long.

In: a compiled scenario, and the records `staffing` and `use` of its replications. Out: pounds by month, team and role,
and by programme. A whole month costs a twelfth of a year; a month cut short by an end of the run costs as much of it as
it has days. What changes within a month counts by the day: the mean over its days of the cost of a year.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from workforce_sim.engine.staffing import Staffing
from workforce_sim.inputs.codes import Use
from workforce_sim.inputs.rules import Course, Inputs, StaffRules
from workforce_sim.units import YEAR_WEEKS, month_after

MONTHS_IN_A_YEAR = 12
DAYS_IN_A_FULL_TIME_WEEK = 5


def staff_costs(
    inputs: Inputs, staffing: np.ndarray, use: np.ndarray, fired: Sequence[np.ndarray]
) -> dict[str, np.ndarray]:
    """Pounds by column of the table of costs: float64, (replication, period, team, role); NaN = pay not known.

    staffing: int64, (replication, period, team, role, Staffing.N); use: likewise, Use.N; fired: by replication, see
    `states`.
    """
    month, shared, roles = months(inputs), _shares_of_states(inputs, fired), range(len(inputs.names.roles))
    wte_days, working = _days(inputs)[:, None], working_days_of_periods(inputs)

    def mean(cost: Callable[[StaffRules, int], float]) -> np.ndarray:
        """float64, (replication, period, role): the mean over the days of a month of what holds on a day."""
        return np.asarray(shared @ np.array([[cost(rules, role) for role in roles] for rules in states(inputs)]))

    def paid(place: Staffing, days: np.ndarray, yearly: np.ndarray) -> np.ndarray:
        """Pounds for a mean WTE over days of the month (period, team or one for all), at so many pounds a year."""
        part = month[:, None] / np.maximum(days, 1)
        return np.asarray(staffing[..., place] / 100.0 * yearly[..., None, :] / MONTHS_IN_A_YEAR * part[..., None])

    hourly = mean(lambda rules, role: rules.roles[role].cost * rules.prices.overtime_premium / _paid_hours(rules))
    hires = mean(lambda rules, _: rules.prices.per_hire)
    cost = mean(lambda rules, role: rules.roles[role].cost)
    bank = mean(lambda rules, role: rules.roles[role].cost * rules.bank_premium)
    agency = mean(lambda rules, role: rules.roles[role].cost * rules.agency_premium)
    found = {
        "pay": paid(Staffing.PAID_DAYS, wte_days, cost),
        "trainees": paid(Staffing.TRAINEE_DAYS, wte_days, _trainee_pay(inputs)),
        "bank": paid(Staffing.BANK_DAYS, working, bank),
        "agency": paid(Staffing.AGENCY_DAYS, working, agency),
        "overtime": use[..., Use.OVERTIME] / 3600.0 * hourly[..., None, :],
        "hiring": staffing[..., Staffing.HIRED_HEADS] * hires[..., None, :],
        "courses": np.broadcast_to(_fees(inputs)[:, None, :], staffing.shape[:-1]).copy(),
    }
    for role in unpriced_roles(inputs):
        for column in ("pay", "bank", "agency", "overtime"):
            found[column][..., role] = np.nan
    return found


def programme_costs(inputs: Inputs, fired: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Name of a programme, or of what a sum was spent on → pounds: float64, (replication, period)."""
    shared, month = _shares_of_states(inputs, fired), months(inputs)
    yearly = shared @ np.array([rules.prices.programmes for rules in states(inputs)], dtype=np.float64)
    found = {name: yearly[..., n] / MONTHS_IN_A_YEAR * month for n, name in enumerate(inputs.programmes)}
    for spent in inputs.one_offs:
        sums = found.setdefault(spent.name, np.zeros((len(fired), len(month))))
        sums[:, inputs.period_of_day[spent.day]] += spent.pounds
    return dict(sorted(found.items()))


def unpriced_roles(inputs: Inputs) -> list[int]:
    """Codes of the roles that somebody may be in, and whose pay is not always known."""
    every = states(inputs)
    unpriced = {role for rules in every for role in rules.prices.unpriced}
    funded = {role for rules in every for role, own in enumerate(rules.roles) if own.funded}
    return sorted(unpriced & (funded | {post.role for post in inputs.posts}))


def states(inputs: Inputs) -> list[StaffRules]:
    """What may hold on a day: of each epoch in turn, with each combination of standing rules on."""
    return [epoch.with_rules_on(on)[1] for epoch in inputs.epochs for on in range(1 << len(inputs.rules))]


def _shares_of_states(inputs: Inputs, fired: Sequence[np.ndarray]) -> np.ndarray:
    """float64, (replication, period, state): the share of a period's days on which each state holds.

    fired: int64, (event, 3): on this day, this standing rule began (1) or ended (0).
    """
    epoch = np.searchsorted([each.day for each in inputs.epochs], np.arange(inputs.days), side="right") - 1
    shared = np.zeros((len(fired), len(inputs.period_starts), len(inputs.epochs) << len(inputs.rules)))
    for replication, events in enumerate(fired):
        on = np.zeros(inputs.days, dtype=np.int64)
        for day, rule, begins in events.tolist():
            on[day:] += (1 if begins else -1) << rule
        np.add.at(shared[replication], (inputs.period_of_day, (epoch << len(inputs.rules)) + on), 1.0)
    return np.asarray(shared / _days(inputs)[:, None])


def months(inputs: Inputs) -> np.ndarray:
    """float64, (period,): how much of a whole month each period is: 1, or less where an end of the run cuts it."""
    anchor = date.fromordinal(inputs.start.toordinal() + inputs.results_from)
    return np.asarray(_days(inputs) / [_days_of_month(anchor, first) for first in inputs.period_starts])


def _days_of_month(anchor: date, day: date) -> int:
    """Days of the month, counted from `anchor`, that a day lies in."""
    month = (day.year - anchor.year) * 12 + day.month - anchor.month
    month -= month_after(anchor, month) > day
    return (month_after(anchor, month + 1) - month_after(anchor, month)).days


def _days(inputs: Inputs) -> np.ndarray:
    """int64, (period,): days of each period."""
    return np.bincount(inputs.period_of_day, minlength=len(inputs.period_starts))


def working_days_of_periods(inputs: Inputs) -> np.ndarray:
    """int64, (period, team): days of each period on which a team is open."""
    periods = len(inputs.period_starts)
    of_kind = np.array([np.bincount(inputs.period_of_day[own], minlength=periods) for own in inputs.working])
    days: np.ndarray = of_kind[list(inputs.names.kind_of_team)].T
    return days


def _paid_hours(rules: StaffRules) -> float:
    """Hours for which 1 WTE is paid in a year."""
    return rules.day_seconds / 3600.0 * DAYS_IN_A_FULL_TIME_WEEK * YEAR_WEEKS


def _trainee_pay(inputs: Inputs) -> np.ndarray:
    """float64, (period, role): pounds a year of a trainee; where several routes lead into a role, their mean.

    Routes count by their places in training in that month. The records do not tell who of them gave up.
    """
    places, pay = np.zeros((2, len(inputs.period_starts), len(inputs.names.roles)))
    for route in inputs.training:
        for first in route.days:
            days = inputs.period_of_day[max(0, first) : max(0, first + route.length)]
            there = route.places * np.bincount(days, minlength=len(places))
            places[:, route.role] += there
            pay[:, route.role] += there * route.pay
    return np.asarray(pay / np.maximum(places, 1))


def _fees(inputs: Inputs) -> np.ndarray:
    """float64, (period, role): pounds for the places of courses that begin in a period, by the role trained for."""
    fees = np.zeros((len(inputs.period_starts), len(inputs.names.roles)))
    courses: tuple[tuple[Course, float], ...] = (
        *((route, route.cost) for route in inputs.training),
        *((scheme, scheme.cost) for scheme in inputs.upskilling),
    )
    for course, cost in courses:
        for day in course.days:
            if 0 <= day < inputs.days:
                fees[inputs.period_of_day[day], course.role] += course.places * cost
    return fees
