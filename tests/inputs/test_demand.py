"""Referrals: as many as the scenario says, as uneven as it says, and always the same people."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from tests.behaviour.worlds import changed, inputs_of
from workforce_sim.inputs import demand as module
from workforce_sim.inputs.demand import draw_referrals
from workforce_sim.inputs.laws import probabilities
from workforce_sim.inputs.rules import Inputs

WORLD = {
    "name": "Demand",
    "start": "2026-04-01",
    "horizon": "2 years",
    "severities": ["mild", "severe"],
    "groups": {"near": {"share": "30%"}, "far": {"share": "70%"}},
    "demand": {
        "sources": {
            "gp": {"referrals": "20 per week", "severity": {"mild": "60%", "severe": "40%"}},
            "ward": {"referrals": "5 per week", "severity": {"mild": "10%", "severe": "90%"}},
        },
    },
    "assessment": {"roles": ["nurse"], "takes": "60 minutes"},
    "packages": {
        "care": {"share": "100%", "lead": {"roles": ["nurse"], "contacts": 4, "every": "2 weeks",
                                            "takes": "60 minutes"}}
    },
    "workforce": {
        "roles": {
            "nurse": {"funded": "2 wte", "clinical_share": "60%", "caseload": 30,
                      "job_plan": {"assessment": "20%", "treatment": "80%"}}
        }
    },
}  # fmt: skip

REPLICATIONS = 200


def draws(inputs: Inputs, replications: int = REPLICATIONS) -> list[np.ndarray]:
    """REFERRAL rows of replications of seed 1."""
    return [draw_referrals(inputs, 1, replication) for replication in range(replications)]


def z(values: np.ndarray | list[float], truth: float) -> float:
    """Standard errors between the mean of independent values and the truth."""
    values = np.asarray(values, dtype=float)
    return abs(values.mean() - truth) / (values.std(ddof=1) / np.sqrt(len(values)))


def rate_of_day(inputs: Inputs) -> np.ndarray:
    """(source, day): mean number of referrals, read off the laws."""
    rates = np.zeros(inputs.demand.law_of_day.shape)
    for source, day in zip(*np.nonzero(inputs.demand.law_of_day >= 0), strict=True):
        thresholds = inputs.demand.count_law[inputs.demand.law_of_day[source, day]]
        values, chance = probabilities((0, tuple(int(t) for t in thresholds)))
        rates[source, day] = values @ chance
    return rates


def weeks(inputs: Inputs) -> np.ndarray:
    """Monday-to-Sunday week of each day."""
    return (np.arange(inputs.days) + inputs.start.weekday()) // 7


def test_counts_follow_the_rate_across_a_change() -> None:
    """Per month and source, the mean count is the integral of the rate: growth, season and a dated change included."""
    tree = changed(
        WORLD,
        ("demand.sources.gp.growth", "30% per year"),
        ("demand.months", {"august": "x0.5", "december": "x1.5"}),
        (
            "changes",
            [{"from": "2026-09-16", "factor": "demand.sources.gp.referrals", "by": "x2", "until": "2027-01-11"}],
        ),
    )
    inputs = inputs_of(tree)
    factor = {8: 0.5, 12: 1.5}
    expected = np.zeros((len(inputs.period_starts), 2))
    for day in range(inputs.days):
        today = inputs.start + timedelta(days=day)
        months = (today.year - 2026) * 12 + today.month - 4
        per_week = np.array([20 * 1.3 ** (months / 12), 5.0]) * factor.get(today.month, 1.0)
        if date(2026, 9, 16) <= today < date(2027, 1, 11):
            per_week[0] *= 2
        whole_week = 5 - sum(
            not inputs.working[0][d]
            for d in range(day - today.weekday(), day - today.weekday() + 5)
            if 0 <= d < inputs.days
        )
        expected[inputs.period_of_day[day]] += inputs.working[0][day] * per_week / max(whole_week, 1)
    counts = np.zeros((REPLICATIONS, *expected.shape))
    for replication, rows in enumerate(draws(inputs)):
        np.add.at(counts[replication], (inputs.period_of_day[rows["day"]], rows["source"]), 1)
    scores = [
        z(counts[:, month, source], expected[month, source]) for month in range(len(expected)) for source in (0, 1)
    ]
    assert max(scores) < 4.5
    assert np.mean(np.array(scores) > 3) <= 0.05
    assert counts.mean(axis=0).sum() == pytest.approx(expected.sum(), rel=0.01)


@pytest.mark.parametrize("over", [1.0, 1.3, 4.0])
def test_weekly_counts_are_as_uneven_as_given(over: float) -> None:
    """Variance over mean of the weekly count is the overdispersion, source by source and week by week."""
    inputs = inputs_of(changed(WORLD, ("demand.overdispersion", over), ("calendar", {"country": "none"})))
    counts = np.zeros((REPLICATIONS, 2, weeks(inputs)[-1] + 1))
    for replication, rows in enumerate(draws(inputs)):
        np.add.at(counts[replication], (rows["source"], weeks(inputs)[rows["day"]]), 1)
    whole = counts[:, :, 1:-1]
    for source, per_week in enumerate([20.0, 5.0]):
        assert z(whole[:, source].mean(axis=1), per_week) < 4
        ratio = whole[:, source].var(axis=1, ddof=1) / per_week  # over the weeks of a replication: one value each
        assert z(ratio, over) < 4
        assert ratio.std(ddof=1) / np.sqrt(REPLICATIONS) < 0.05 * over


def test_a_week_with_a_bank_holiday_has_as_many_referrals() -> None:
    """Nobody is referred on a day on which the clinic is shut; the week's other days take its share."""
    inputs = inputs_of(WORLD)
    rates = rate_of_day(inputs)
    assert (rates[:, ~inputs.working[0]] == 0).all()
    per_week = np.array([np.bincount(weeks(inputs), weights=row) for row in rates])[:, 1:-1]
    open_days = np.bincount(weeks(inputs), weights=inputs.working[0])[1:-1]
    assert set(open_days) >= {4.0, 5.0}
    np.testing.assert_allclose(per_week[0], 20.0, atol=1e-6)
    np.testing.assert_allclose(per_week[1], 5.0, atol=1e-6)


@pytest.mark.parametrize("start", ["2026-04-01", "2026-05-04", "2026-05-05", "2026-12-25", "2028-02-29", "2026-08-01"])
def test_a_part_week_at_the_ends_has_its_part(start: str) -> None:
    """Whatever the weekday of the start, a day's rate is the week's over the working days of the whole week."""
    inputs = inputs_of(changed(WORLD, ("start", start), ("horizon", "60 days")))
    first = rate_of_day(inputs)
    longer = rate_of_day(inputs_of(changed(WORLD, ("start", start), ("horizon", "90 days"))))
    np.testing.assert_array_equal(first, longer[:, : inputs.days])  # the last week's rate does not feel the horizon
    assert first.max() <= 20.0
    assert first[:, inputs.working[0]].min() >= 1.0 - 1e-6


def test_more_demand_is_the_same_people_and_some_more() -> None:
    """Demand x1.2 is the same referrals by key, day, severity and group plus some; x0.8 a subset (promise C1)."""
    base, more, less = (
        inputs_of(changed(WORLD, ("demand.sources.gp.referrals", f"{n} per week"), ("demand.overdispersion", over)))
        for n, over in [(20, 1.3), (24, 1.3), (16, 1.3)]
    )
    for replication in range(20):
        few, some, many = (
            {row["key"]: tuple(row) for row in draw_referrals(inputs, 1, replication)} for inputs in (less, base, more)
        )
        assert few.keys() < some.keys() < many.keys()
        assert all(few[key] == some[key] for key in few)
        assert all(some[key] == many[key] for key in some)
        ward = {key for key, row in some.items() if row[3] == 1}
        assert ward == {key for key, row in many.items() if row[3] == 1}


def test_who_comes_before_a_change_does_not_know_of_it() -> None:
    """A change of demand dated D leaves every referral before D as it was."""
    until = (date(2027, 1, 11) - date(2026, 4, 1)).days
    change = [{"from": "2027-01-11", "factor": "demand.sources.gp.referrals", "by": "x3"}]
    base, later = inputs_of(WORLD), inputs_of(changed(WORLD, ("changes", change)))
    for replication in range(5):
        old, new = draw_referrals(base, 1, replication), draw_referrals(later, 1, replication)
        np.testing.assert_array_equal(old[old["day"] < until], new[new["day"] < until])
        assert len(new) > len(old)


@pytest.mark.parametrize("horizon", ["1 day", "100 days", "1 year"])
def test_a_longer_horizon_keeps_the_past(horizon: str) -> None:
    """The referrals of a longer run are those of a shorter one, and later ones (promise R5)."""
    short, long = inputs_of(changed(WORLD, ("horizon", horizon))), inputs_of(WORLD)
    for replication in range(5):
        rows = draw_referrals(long, 1, replication)
        np.testing.assert_array_equal(draw_referrals(short, 1, replication), rows[rows["day"] < short.days])


def test_severity_drifts_month_by_month() -> None:
    """After two years at +5 points a year the severe are 10 points more, the mild 10 fewer; a month at a time."""
    tree = changed(
        WORLD, ("horizon", "3 years"), ("demand.severity_drift", {"severe": "+5 points per year", "taken_from": "mild"})
    )
    inputs = inputs_of(tree)
    mixes = inputs.demand.severity_mix[inputs.demand.mix_of_day] / 2**32
    severe = 1 - mixes[:, 0, 0]
    months = np.array(
        [(d.year - 2026) * 12 + d.month - 4 for d in (inputs.start + timedelta(days=k) for k in range(inputs.days))]
    )
    np.testing.assert_allclose(severe, 0.40 + 0.05 * months / 12, atol=1e-8)
    np.testing.assert_allclose(
        1 - mixes[:, 1, 0], 0.90 + np.minimum(0.05 * months / 12, 0.10), atol=1e-8
    )  # no more mild
    found = [rows["severity"][(rows["source"] == 0) & (months[rows["day"]] == 24)].mean() for rows in draws(inputs)]
    assert z(found, 0.50) < 4


def test_groups_come_in_their_shares() -> None:
    """A referral's group has the share that the scenario gives it, whatever the source and severity."""
    inputs = inputs_of(WORLD)
    far = inputs.names.groups.index("far")
    rows = draws(inputs)
    assert z([np.mean(row["group"] == far) for row in rows], 0.7) < 4
    assert z([np.mean(row["group"][row["severity"] == 1] == far) for row in rows], 0.7) < 4


def test_people_have_keys_of_their_own() -> None:
    """No two referrals share a key: not in two teams, not from two sources, not on the same day."""
    inputs = inputs_of(changed(WORLD, ("copies", 3), ("demand.overdispersion", 20.0)))
    rows = draw_referrals(inputs, 1, 0)
    assert len(np.unique(rows["key"])) == len(rows)
    assert (rows["key"] > 0).all()
    assert (np.diff(rows["day"]) >= 0).all()
    counts = np.bincount(rows["team"], minlength=3)
    assert (counts > 1500).all()
    assert len(set(counts)) == 3  # the teams do not see the same luck


def test_a_replication_does_not_depend_on_the_others() -> None:
    """Replication 7 is the same whether or not others were drawn before; and no two are alike."""
    inputs = inputs_of(WORLD)
    many = draws(inputs, 8)
    np.testing.assert_array_equal(draw_referrals(inputs, 1, 7), many[7])
    assert len({len(rows) for rows in many}) > 1
    assert len(np.intersect1d(many[0]["key"], many[7]["key"])) < len(many[0])


def test_days_are_independent() -> None:
    """The counts of successive working days, and of two sources on one day, are not correlated."""
    inputs = inputs_of(changed(WORLD, ("horizon", "5 years"), ("calendar", {"country": "none"})))
    counts = np.zeros((2, inputs.days))
    pairs, across = [], []
    for rows in draws(inputs, 40):
        counts[:] = 0
        np.add.at(counts, (rows["source"], rows["day"]), 1)
        gp, ward = counts[:, inputs.working[0]] - counts[:, inputs.working[0]].mean(axis=1, keepdims=True)
        pairs.append((gp[1:] * gp[:-1]).mean() / gp.var())
        across.append((gp * ward).mean() / (gp.std() * ward.std()))
    assert z(pairs, 0.0) < 4
    assert z(across, 0.0) < 4


def test_no_referrals_is_no_referrals() -> None:
    """A source of none, a month of none and a drift without room are quiet, not faults."""
    inputs = inputs_of(changed(WORLD, ("demand.sources.gp.referrals", "0 per week"), ("demand.months", {"may": "x0"})))
    rows = draw_referrals(inputs, 1, 0)
    assert (rows["source"] == 1).all()
    may = inputs.period_of_day == 1
    assert not may[rows["day"]].any()
    nobody = inputs_of(
        changed(WORLD, ("demand.sources.gp.referrals", "0 per week"), ("demand.sources.ward.referrals", "0 per week"))
    )
    assert len(draw_referrals(nobody, 1, 0)) == 0
    assert module.DATE_SHIFT + 20 == module.SOURCE_SHIFT
