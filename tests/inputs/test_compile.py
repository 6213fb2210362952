"""From scenario to inputs: order of declaration does not matter, dated changes make epochs, calendars and posts fit."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.behaviour.worlds import SEVERITIES, Tree, changed, inputs_of, rules_of, scenario_of, small_worlds
from tests.inputs.test_demand import WORLD
from workforce_sim.engine.simulate import simulate
from workforce_sim.errors import ScenarioError
from workforce_sim.inputs.codes import Chance, SeriesRule, Setting
from workforce_sim.inputs.rules import Inputs
from workforce_sim.streams import threshold
from workforce_sim.units import month_after


def same(a: Any, b: Any) -> bool:
    """Equal to the last bit, arrays and all that holds them."""
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if dataclasses.is_dataclass(a):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def in_another_order(block: Any, keys_of: Any) -> Any:
    """A tree whose mappings are written in another order; lists stay, for their order means something."""
    if isinstance(block, dict):
        return {key: in_another_order(block[key], keys_of) for key in keys_of(list(block))}
    if isinstance(block, list):
        return [in_another_order(item, keys_of) for item in block]
    return block


# Tried by hand: `roles=tuple(scenario.workforce.roles)` for the sorted tuple in `_names` fails this.
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(small_worlds(), st.randoms(use_true_random=False))
def test_order_of_declaration_changes_nothing(tree: Tree, random: Any) -> None:
    """Roles, packages, sources, groups and every other mapping in another order: the same inputs, to the bit (C3)."""

    def shuffled(keys: list[str]) -> list[str]:
        random.shuffle(keys)
        return keys

    assert same(inputs_of(tree), inputs_of(in_another_order(tree, shuffled)))
    assert same(inputs_of(tree), inputs_of(in_another_order(tree, lambda keys: sorted(keys, reverse=True))))


def test_names_are_sorted_but_severities_are_not() -> None:
    """A code is a place in the sorted names; severities stay mildest first, series lead first."""
    names = inputs_of(changed(WORLD, ("severities", ["severe", "mild"]))).names
    assert names.severities == ("severe", "mild")
    assert list(names.sources) == sorted(names.sources)
    assert list(names.groups) == sorted(names.groups)
    assert list(names.tasks) == sorted(names.tasks)


def test_a_ramp_is_a_staircase_of_epochs() -> None:
    """A change over 12 weeks is followed every 28 days, in a straight line, from its date to its end; then undone."""
    change = {
        "from": "2026-06-01",
        "set": "assessment.to_treatment",
        "to": "50%",
        "ramp": "12 weeks",
        "until": "2027-06-01",
    }
    inputs = inputs_of(changed(WORLD, ("changes", [change])))
    first = (date(2026, 6, 1) - inputs.start).days
    last = (date(2027, 6, 1) - inputs.start).days
    assert [epoch.day for epoch in inputs.epochs] == [0, first, first + 28, first + 56, first + 84, last]
    found = [rules_of(epoch).chance[0, 0, Chance.TO_TREATMENT] for epoch in inputs.epochs]
    expected = [threshold(p) for p in (1.0, 1.0, 1 - 0.5 / 3, 1 - 1.0 / 3, 0.5, 1.0)]
    assert np.abs(np.array(found) - expected).max() <= 1
    assert all(vars(epoch.staff) == vars(inputs.epochs[0].staff) for epoch in inputs.epochs)


def test_a_change_holds_from_its_date() -> None:
    """The rules of an epoch are those of a scenario written that way from the start; all else stays."""
    change = {"from": "2026-09-16", "factor": "packages.care.lead.takes", "by": "x1.5"}
    inputs = inputs_of(changed(WORLD, ("changes", [change])))
    always = inputs_of(changed(WORLD, ("packages.care.lead.takes", "90 minutes")))
    assert [epoch.day for epoch in inputs.epochs] == [0, (date(2026, 9, 16) - inputs.start).days]
    before, after = inputs.epochs
    old, new = rules_of(before), rules_of(after)
    assert np.array_equal(new.seconds, rules_of(always.epochs[0]).seconds)
    assert not np.array_equal(old.seconds, new.seconds)
    assert np.array_equal(old.chance, new.chance)


@pytest.mark.parametrize(
    "change",
    [
        {"from": "2026-09-16", "set": "packages.care.lead.takes", "to": "60 minutes"},
        {"from": "2026-09-16", "factor": "assessment.takes", "by": "x1"},
        {"from": "2036-09-16", "factor": "assessment.takes", "by": "x2"},
        {"from": "2026-03-31", "factor": "assessment.takes", "by": "x2"},
    ],
)
def test_a_change_that_changes_nothing_is_refused(change: Tree) -> None:
    """A change without effect, or outside the run, is a mistake and told so."""
    with pytest.raises(ScenarioError):
        scenario_of(changed(WORLD, ("changes", [change])))


def test_a_change_on_the_first_day_is_the_scenario() -> None:
    """A change dated on the first day makes no epoch of its own: the run begins with it."""
    change = {"from": "2026-04-01", "factor": "packages.care.lead.takes", "by": "x1.5"}
    inputs = inputs_of(changed(WORLD, ("changes", [change])))
    always = inputs_of(changed(WORLD, ("packages.care.lead.takes", "90 minutes")))
    assert len(inputs.epochs) == 1
    assert same(inputs.epochs[0].rules, always.epochs[0].rules)


@pytest.mark.parametrize(
    ("start", "horizon", "end"),
    [
        ("2026-04-01", "5 years", date(2031, 4, 1)),
        ("2026-04-01", "6 months", date(2026, 10, 1)),
        ("2026-04-01", "1 day", date(2026, 4, 2)),
        ("2026-04-01", "10 weeks", date(2026, 6, 10)),
        ("2028-02-29", "1 year", date(2029, 2, 28)),
        ("2026-08-31", "1 month", date(2026, 9, 30)),
        ("2026-04-01", "60 years", date(2086, 4, 1)),
    ],
)
def test_whole_months_end_on_the_day_they_began(start: str, horizon: str, end: date) -> None:
    """Years and months are those of the calendar, and every day of the run belongs to one period."""
    scenario = scenario_of(changed(WORLD, ("start", start), ("horizon", horizon)))
    assert scenario.end == end
    inputs = inputs_of(scenario)
    assert inputs.start + timedelta(days=inputs.days) == end
    assert len(inputs.period_of_day) == len(inputs.working[0]) == inputs.days
    assert inputs.period_starts[0] == inputs.start
    firsts = np.flatnonzero(np.diff(inputs.period_of_day, prepend=-1))
    assert [inputs.start + timedelta(days=int(day)) for day in firsts] == list(inputs.period_starts)


def test_months_after_a_31st() -> None:
    """A month after the 31st is the last of a shorter month, and two months after it the 31st again."""
    assert month_after(date(2026, 8, 31), 1) == date(2026, 9, 30)
    assert month_after(date(2026, 8, 31), 2) == date(2026, 10, 31)
    assert month_after(date(2027, 12, 31), 2) == date(2028, 2, 29)


def test_a_warm_up_comes_before_the_start() -> None:
    """With a warm-up day 0 is earlier, results count from the start, and nobody is found on day 0."""
    inputs = inputs_of(changed(WORLD, ("opening_state", "warm_up"), ("warm_up", "26 weeks")))
    assert inputs.results_from == 182
    assert inputs.start == date(2026, 4, 1) - timedelta(days=182)
    assert inputs.start + timedelta(days=inputs.days) == date(2028, 4, 1)
    assert len(inputs.opening.people) == 0


def test_results_begin_with_a_month_whatever_the_warm_up() -> None:
    """A warm-up that is no whole number of months (a leap day, say) leaves every month of the results whole."""
    inputs = inputs_of(changed(WORLD, ("opening_state", "warm_up"), ("warm_up", "100 weeks"), ("start", "2028-03-01")))
    assert date(2028, 3, 1) in inputs.period_starts
    assert inputs.period_starts[0] == inputs.start
    assert inputs.period_starts[1] - inputs.start < timedelta(days=31)
    assert list(inputs.period_of_day[:2]) == [0, 0]


@pytest.mark.parametrize("length", ["0.5 years", "1 year", "2 years", "30 days"])
def test_scenario_and_inputs_agree_on_the_first_day(length: str) -> None:
    """What the reader takes for the first day of the run is what is simulated."""
    scenario = scenario_of(changed(WORLD, ("opening_state", "warm_up"), ("warm_up", length), ("horizon", "1 year")))
    assert inputs_of(scenario).start == scenario.first_day


@pytest.mark.parametrize(
    ("start", "horizon"),
    [
        ("2026-04-01", "5 years"),
        ("2026-04-01", "10 weeks"),
        ("2027-04-01", "1 year"),
        ("2025-04-01", "2 years"),
    ],
)
def test_scenario_and_inputs_agree_on_the_last_day(start: str, horizon: str) -> None:
    """What the reader takes for the end of the run is where it ends."""
    scenario = scenario_of(changed(WORLD, ("start", start), ("horizon", horizon)))
    inputs = inputs_of(scenario)
    assert inputs.start + timedelta(days=inputs.days) == scenario.end


@pytest.mark.parametrize(("country", "week", "closed"), [
    ("England", "mon-fri", {date(2026, 4, 3), date(2026, 4, 6), date(2026, 12, 25), date(2026, 12, 28)}),
    ("none", "mon-fri", set()),
    ("none", "mon-sun", set()),
])  # fmt: skip
def test_the_clinic_is_shut_on_bank_holidays(country: str, week: str, closed: set[date]) -> None:
    """Bank holidays of England are kept, or none; weekends are worked in a seven-day team."""
    inputs = inputs_of(changed(WORLD, ("calendar", {"country": country, "working_days": week})))
    days = [inputs.start + timedelta(days=k) for k in range(inputs.days)]
    shut = {day for day, works in zip(days, inputs.working[0], strict=True) if not works}
    weekends = {day for day in days if day.weekday() >= 5}
    assert closed <= shut
    if country == "none":
        assert shut == (weekends if week == "mon-fri" else set())


@pytest.mark.parametrize(
    ("funded", "in_post", "later", "pieces"),
    [
        ("2 wte", "2 wte", None, [(100, True), (100, True)]),
        ("2.5 wte", "1.3 wte", None, [(100, True), (30, True), (100, False), (20, False)]),
        ("1 wte", "1.5 wte", None, [(100, True), (50, True)]),
        ("2 wte", "2 wte", "3.5 wte", [(100, True), (100, True), (100, False), (50, False)]),
        ("0 wte", "0 wte", "1 wte", [(100, False)]),
        ("2 wte", "2 wte", "0 wte", [(100, True), (100, True)]),
    ],
)
def test_posts_are_whole_and_a_rest(
    funded: str, in_post: str, later: str | None, pieces: list[tuple[int, bool]]
) -> None:
    """Posts are whole ones and what is left, those in post first; a later funding has posts from the start."""
    tree = changed(WORLD, ("workforce.roles.nurse.funded", funded), ("workforce.roles.nurse.in_post", in_post))
    if later:
        tree["changes"] = [{"from": "2026-09-01", "set": "workforce.roles.nurse.funded", "to": later}]
    if funded == "0 wte":
        tree = changed(tree, ("workforce.roles.nurse.in_post", None))
    inputs = inputs_of(tree)
    assert [(post.wte, post.filled) for post in inputs.posts] == pieces
    assert [post.number for post in inputs.posts] == list(range(1, len(pieces) + 1))


def test_a_later_cut_leaves_the_posts_of_today_alone() -> None:
    """Which vacancies there are today does not depend on what is decided next year."""
    tree = changed(WORLD, ("workforce.roles.nurse.funded", "7 wte"), ("workforce.roles.nurse.in_post", "6 wte"))
    later = changed(tree, ("changes", [{"from": "2027-09-01", "set": "workforce.roles.nurse.funded", "to": "6.5 wte"}]))
    assert set(inputs_of(tree).posts) < set(inputs_of(later).posts)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(small_worlds())
def test_rules_are_sound(tree: Tree) -> None:
    """In every epoch of every world: thresholds within 0 .. 2**32 and cumulative where they must be, laws that exist,
    times of at least 0, and someone to see everyone."""
    inputs: Inputs = inputs_of(tree)
    assert [epoch.day for epoch in inputs.epochs] == sorted({epoch.day for epoch in inputs.epochs})
    for epoch in inputs.epochs:
        rules = rules_of(epoch)
        assert (rules.chance >= 0).all()
        assert (rules.chance <= 1 << 32).all()
        for order in [(Chance.GIVES_UP, Chance.WORSENS, Chance.CRISIS), (Chance.DROPS_OUT, Chance.CRISIS_IN_TREATMENT)]:
            assert (np.diff(rules.chance[..., list(order)], axis=-1) >= 0).all()
        assert (np.diff(rules.package_chance, axis=-1) >= 0).all()
        assert (rules.package_chance[:, -1] == 1 << 32).all()
        laws = np.concatenate([rules.series[..., [SeriesRule.CONTACTS_LAW, SeriesRule.INTERVAL_LAW]].ravel(),
                               rules.setting[[Setting.BEFALL_LAW, Setting.BOUNCE_LAW,
                                              Setting.RETURN_LAW]]])  # fmt: skip
        assert laws.max() < len(rules.law)
        for first, n, _ in rules.law:
            assert (np.diff(rules.law_threshold[first : first + n]) >= 0).all()
        assert (rules.series[..., SeriesRule.WEIGHT] >= 0).all()
        for series in range(len(inputs.names.series)):
            task = rules.series[series, 0, 0, SeriesRule.TASK]
            assert (rules.seconds[task].max(axis=-1) > 0).all()
        assert (rules.carry_treatment >= 0).all()
        for shares in (rules.seconds[:, 0] > 0, rules.seconds[:, 1] > 0):
            assert np.array_equal(shares, rules.seconds[:, 0] >= 0)


def test_a_severity_share_in_a_week_is_that_share() -> None:
    """Half of those waiting give up in a week, says the scenario: then half are gone after seven days."""
    tree = changed(WORLD, ("waiting.per_week.gives_up", "1%"))
    rules = rules_of(inputs_of(tree).epochs[0])
    first, n, _ = rules.law[rules.setting[Setting.BEFALL_LAW]]
    daily = rules.law_threshold[first] / 2**32 * rules.chance[0, 0, Chance.GIVES_UP] / 2**32
    assert n > 0
    assert 1 - (1 - daily) ** 7 == pytest.approx(0.01, rel=0.005)


def test_unequal_severities_are_told_apart() -> None:
    """Factors by severity act on that severity only: contacts, caseload places, who cannot use remote care."""
    base = rules_of(inputs_of(WORLD).epochs[0])
    for path, column in [
        ("contacts_by_severity", SeriesRule.CONTACTS_LAW),
        ("caseload_by_severity", SeriesRule.WEIGHT),
    ]:
        rules = rules_of(inputs_of(changed(WORLD, (path, {"mild": "x1", "severe": "x2"}))).epochs[0])
        assert (
            rules.series[:, 0, :, column] == base.series[:, 0, :, column]
        ).all() or column == SeriesRule.CONTACTS_LAW
        assert (rules.series[:, 0, :, column] != rules.series[:, 1, :, column]).all()


def test_small_worlds_are_varied() -> None:
    """The random worlds of the tests do hold what they are meant to hold."""
    seen: set[str] = set()

    @settings(max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(small_worlds())
    def look(tree: Tree) -> None:
        seen.update(tree["workforce"])
        seen.update(f"rules {len(tree['rules'])}" for _ in "1")
        seen.update(f"severities {len(tree['severities'])}" for _ in "1")
        seen.update(f"roles {len(tree['workforce']['roles'])}" for _ in "1")
        seen.update(f"changes {len(tree['changes'])}" for _ in "1")
        seen.add(tree.get("opening_state", "today" if "today" in tree else "nobody"))
        seen.update(
            "support" if "share_of_lead_contacts" in item else "pooled"
            for p in tree["packages"].values()
            for item in p["also"]
        )

    look()
    assert {f"severities {n}" for n in range(1, len(SEVERITIES) + 1)} <= seen
    assert {"training", "upskilling", "conversions", "freezes", "preceptorship", "rules 0", "rules 2"} <= seen
    assert {
        "roles 1",
        "roles 2",
        "roles 3",
        "changes 0",
        "changes 2",
        "today",
        "nobody",
        "warm_up",
        "support",
        "pooled",
    } <= seen


def test_inputs_are_not_touched_by_a_run() -> None:
    """A replication leaves the inputs as they were, so that all replications can share them."""
    inputs, twin = inputs_of(WORLD), inputs_of(WORLD)
    simulate(inputs, 1, 0)
    assert same(inputs, twin)
