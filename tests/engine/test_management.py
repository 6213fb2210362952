"""Standing rules while a run goes on: when they begin and end, what is written down, and what holds meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import simpy

from tests.behaviour.paired import adult
from tests.behaviour.worlds import START, Tree, by_day, inputs_of, scenario_of
from tests.engine.test_workforce import NullClinic, a_role, made_up, posts_of, staff_rules, stretches
from workforce_sim.engine.gauges import CLOCKS, Tallies
from workforce_sim.engine.management import Management
from workforce_sim.engine.simulate import simulate
from workforce_sim.engine.staffing import Staffing
from workforce_sim.engine.state import STAFF
from workforce_sim.engine.workforce import Workforce
from workforce_sim.inputs.codes import Flow, Stock, Use
from workforce_sim.inputs.rules import Inputs, Post, PostKind, WatchedLevel, WatchedRule

Waiting = Callable[[int], int]


class ListedClinic(NullClinic):
    """A clinic whose waiting list is as long as the test says, where nobody is known by name."""

    def __init__(self, env: simpy.Environment, waiting: Waiting) -> None:
        self.env, self.waiting = env, waiting
        self.rules: list[tuple[int, Any]] = []

    def set_rules(self, rules: Any) -> None:
        self.rules.append((int(self.env.now), rules))

    def tallies(self) -> Tallies:
        stock = np.zeros(Stock.N, dtype=np.int64)
        stock[Stock.WAITING_ASSESSMENT] = self.waiting(int(self.env.now))
        return Tallies(stock, np.zeros(Flow.N, dtype=np.int64), np.zeros((1, Use.N), dtype=np.int64))

    def open_spells(self) -> np.ndarray:
        fields = sorted({name for clock in CLOCKS.values() for name in clock})
        return np.zeros(0, dtype=[(name, "i4") for name in fields])


def service(*rules: WatchedRule, years: float = 1.0, changes_on: int | None = None) -> Inputs:
    """One nurse in post for good; rule number k brings 2^k WTE of agency staff, a dated change 10 WTE more."""

    def staff(agency: int) -> Any:
        return staff_rules((a_role(funded=100, leaving_rate=0.0, agency=agency),))

    posts = (*posts_of(0, 1), Post(0, 0, 1, 0, False, PostKind.TEMPORARY))
    stages = [(0, staff(0))] + ([] if changes_on is None else [(changes_on, staff(1000))])
    inputs = made_up(posts_of(0, 1), *stages, years=years)
    epochs = tuple(
        replace(epoch, rules=f"rules of {epoch.day}", variants=tuple(
            (f"{epoch.day} with {on}", staff(epoch.staff.roles[0].agency + 100 * on))
            for on in range(1, 1 << len(rules))
        ))
        for epoch in inputs.epochs
    )  # fmt: skip
    return replace(inputs, posts=posts, epochs=epochs, rules=tuple(rules))


def manage(inputs: Inputs, waiting: Waiting) -> tuple[list[list[int]], np.ndarray, ListedClinic]:
    """(rows of the log, WTE of agency staff by day, the clinic)."""
    staff = np.zeros(len(inputs.posts), dtype=STAFF)
    roster = np.zeros((len(inputs.posts), inputs.days), dtype=np.uint8)
    env = simpy.Environment()
    clinic = ListedClinic(env, waiting)
    workforce = Workforce(env, inputs, staff, roster, clinic, 1, 0)
    management = Management(env, inputs, workforce, clinic)
    agency = np.zeros(inputs.days, dtype=np.int64)
    for day, following in stretches(env, workforce):
        agency[day:following] = staff["wte"][-1] // 100
    return management.fired().tolist(), agency, clinic


def above(level: float, weeks: int = 1, measure: str = "waiting_list") -> WatchedLevel:
    """More than a level for so many weeks."""
    return WatchedLevel(measure, above=True, level=level, weeks=weeks)


def below(level: float, weeks: int = 1, measure: str = "waiting_list") -> WatchedLevel:
    """Less than a level for so many weeks."""
    return WatchedLevel(measure, above=False, level=level, weeks=weeks)


def listed(*stretches: tuple[int, int]) -> Waiting:
    """A waiting list: (first day, how long from then on)."""
    return lambda day: next((people for first, people in reversed(stretches) if day >= first), 0)


def shown(agency: np.ndarray) -> list[tuple[int, int]]:
    """(day, WTE) wherever the WTE of agency staff change."""
    days = np.flatnonzero(np.diff(agency, prepend=0))
    return [(int(day), int(agency[day])) for day in days]


# --- one rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weeks", [1, 2, 3, 6])
def test_a_rule_begins_after_exactly_so_many_weeks(weeks: int) -> None:
    """The list is too long from day 30 on, found so on day 35: the rule begins on the last of so many Wednesdays."""
    rule = WatchedRule("more staff", above(5, weeks), below(6))
    fired, agency, _ = manage(service(rule), listed((30, 6)))
    begins = 35 + 7 * (weeks - 1)
    assert fired == [[begins, 0, 1]]
    assert shown(agency) == [(begins, 1)]


def test_weeks_are_counted_in_a_row() -> None:
    """Two weeks too long, one not, two too long: a rule that asks for three never begins."""
    on_and_off = listed(*((day, 6 if day // 7 % 3 else 5) for day in range(7, 365, 7)))
    assert manage(service(WatchedRule("rule", above(5, 3), below(5))), on_and_off)[0] == []
    assert manage(service(WatchedRule("rule", above(5, 2), below(5))), on_and_off)[0] != []


def test_a_level_is_passed_and_not_only_reached() -> None:
    """Exactly at the level is neither above nor below it."""
    at_level = listed((0, 5))
    assert manage(service(WatchedRule("rule", above(5), below(5))), at_level)[0] == []
    assert manage(service(WatchedRule("rule", below(5), above(5))), at_level)[0] == []


@pytest.mark.parametrize("weeks", [1, 2, 4])
def test_a_rule_ends_by_its_own_condition(weeks: int) -> None:
    """It stays on between the two levels, ends after so many weeks below the lower one, and may begin again."""
    rule = WatchedRule("rule", above(20), below(10, weeks))
    fired, agency, _ = manage(service(rule), listed((50, 25), (100, 15), (150, 9), (250, 25)))
    ends = 154 + 7 * (weeks - 1)
    assert fired == [[56, 0, 1], [ends, 0, 0], [252, 0, 1]]
    assert shown(agency) == [(56, 1), (ends, 0), (252, 1)]


def test_an_end_is_not_counted_from_before_the_beginning() -> None:
    """Weeks for the end are counted anew once the rule has begun, even if both conditions hold all the time."""
    rule = WatchedRule("rule", above(5, 2), above(3, 3))
    fired, _, _ = manage(service(rule, years=0.25), listed((0, 6)))
    assert fired == [[14, 0, 1], [35, 0, 0], [49, 0, 1], [70, 0, 0], [84, 0, 1]]


UNDEFINED = ["referrals", "exhaustion", "wait.treatment.waiting_median", "contacts.missed_share", "utilisation"]


@pytest.mark.parametrize("measure", UNDEFINED)
def test_what_is_not_defined_begins_nothing(measure: str) -> None:
    """A year's count before a year is over, exhaustion without the loop, the wait of nobody, shares of nothing."""
    for level in (above(-1, measure=measure), below(1e9, measure=measure)):
        assert manage(service(WatchedRule("rule", level, level), years=0.9), listed((0, 9)))[0] == []


def test_a_years_count_is_judged_once_the_year_is_over() -> None:
    """Fewer than one referral in the past year is found after 52 weeks, not before."""
    level = below(1, measure="referrals")
    fired, _, _ = manage(service(WatchedRule("rule", level, above(1, measure="referrals")), years=2), listed((0, 9)))
    assert fired == [[7 * 53, 0, 1]]


# --- rules and dates together -----------------------------------------------------------------------------------------


def test_two_rules_hold_side_by_side() -> None:
    """Each begins and ends on its own; what holds is that of both bits."""
    first = WatchedRule("a", above(10), below(10))
    second = WatchedRule("b", above(20), below(5))
    fired, agency, clinic = manage(service(first, second), listed((50, 15), (100, 25), (150, 9), (200, 4)))
    assert fired == [[56, 0, 1], [105, 1, 1], [154, 0, 0], [203, 1, 0]]
    assert shown(agency) == [(56, 1), (105, 3), (154, 2), (203, 0)]
    assert clinic.rules == [(0, "rules of 0"), (56, "0 with 1"), (105, "0 with 3"), (154, "0 with 2"),
                            (203, "rules of 0")]  # fmt: skip


def test_rules_that_begin_on_one_day_are_applied_at_once() -> None:
    """Both are in the log, in their order, and the clinic hears of both together."""
    rules = [WatchedRule(name, above(10), below(10)) for name in "ab"]
    fired, agency, clinic = manage(service(*rules), listed((50, 15)))
    assert fired == [[56, 0, 1], [56, 1, 1]]
    assert shown(agency) == [(56, 3)]
    assert clinic.rules == [(0, "rules of 0"), (56, "0 with 3")]


@pytest.mark.parametrize("changes_on", [100, 105, 203])
def test_a_dated_change_leaves_a_rule_on(changes_on: int) -> None:
    """Rules of a new epoch hold with what the rule makes of them, even if rule and date fall on one day."""
    rule = WatchedRule("rule", above(10), below(10))
    fired, agency, _ = manage(service(rule, changes_on=changes_on), listed((100, 15), (200, 5)))
    assert fired == [[105, 0, 1], [203, 0, 0]]
    wanted = [(0, changes_on, 10), (105, 203, 1)]
    expected = np.zeros(agency.size, dtype=np.int64)
    expected[changes_on:] += wanted[0][2]
    expected[105:203] += wanted[1][2]
    np.testing.assert_array_equal(agency, expected)


AGENCY = "workforce.roles.nurse.cover.agency"


def ruled(then: Sequence[Tree], changes: Sequence[Tree] = (), **condition: Any) -> Tree:
    """The adult team for a year and a half with a rule."""
    when = {"measure": "waiting_list", "above": 0, **condition}
    return adult(
        ("changes", list(changes)), ("rules", {"help": {"when": when, "then": list(then)}}), horizon="18 months"
    )


@pytest.mark.parametrize(
    ("then", "before", "after"),
    [({"add": AGENCY, "by": "+1 wte"}, 1.0, 3.0), ({"set": AGENCY, "to": "0.5 wte"}, 0.5, 0.5)],
)
def test_a_rule_acts_on_what_a_dated_change_has_made_of_a_path(then: Tree, before: float, after: float) -> None:
    """An addition comes on top of the dated value, what is set stands instead of it; off, the dated value stands."""
    scenario = scenario_of(ruled([then], [{"from": "2026-10-01", "set": AGENCY, "to": "2 wte"}]))

    def agency(day: date, on: int) -> float:
        return scenario.at(day, on).workforce.roles["nurse"].cover.agency

    assert [agency(START, 0), agency(START, 1)] == [0.0, before]
    assert [agency(date(2026, 10, 1), 0), agency(date(2026, 10, 1), 1)] == [2.0, after]


def test_what_a_rule_does_is_seen_from_the_day_it_begins_to_the_day_it_ends() -> None:
    """In the whole service the log, agency days and the list that is watched tell the same story, day by day."""
    tree = ruled([{"add": AGENCY, "by": "+6 wte"}], above=80, **{"for": "3 weeks"})
    inputs = by_day(inputs_of(tree))
    told = 0
    for replication in range(3):
        run = simulate(inputs, 1, replication)
        listed_on = run.stock_record[..., [Stock.WAITING_ASSESSMENT, Stock.WAITING_TREATMENT, Stock.UNALLOCATED]]
        people = listed_on.sum(axis=(1, 2, 3, 4))
        expected, in_a_row, on = np.zeros(inputs.days, dtype=bool), 0, False
        fired = []
        for day in range(7, inputs.days, 7):
            holds = people[day - 1] < 80 if on else people[day - 1] > 80  # as the day before ended
            in_a_row = in_a_row + 1 if holds else 0
            if in_a_row >= (1 if on else 3):
                on, in_a_row = not on, 0
                fired.append([day, 0, int(on)])
            expected[day:] = on
        assert run.fired.tolist() == fired
        bought = run.staffing[..., Staffing.AGENCY_DAYS].sum(axis=(1, 2))
        np.testing.assert_array_equal(bought, np.where(expected & inputs.working[0], 600, 0))
        told += len(fired)
    assert told >= 4
