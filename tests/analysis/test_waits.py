"""Waits: by hand, against SciPy, and for any spells."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.results.made_up import made_up_inputs, random_log, spells
from workforce_sim.analysis.life_tables import AT_RISK, COUNTS, SEEN, censoring_aware
from workforce_sim.analysis.waits import CLOCKS, wait_rows, waits
from workforce_sim.inputs.codes import End
from workforce_sim.results.tables import WAITS

YEAR = 365


def table(log: np.ndarray, inputs: Any) -> pd.DataFrame:
    """The waits of a log with the names of their rows."""
    values = pd.DataFrame(waits(log, inputs), columns=[c.name for c in WAITS.values])
    return pd.concat([pd.DataFrame(wait_rows(inputs)), values], axis=1)


def row(log: np.ndarray, clock: str, year: int = 1, by: str = "all", value: str = "all", **inputs: Any) -> pd.Series:
    """One row of the table, by year."""
    rows = table(log, made_up_inputs(**inputs))
    chosen = (rows["clock"] == clock) & (rows["year"] == year) & (rows["span"] == "year")
    return rows[chosen & (rows["by"] == by) & (rows["value"] == value)].iloc[0]


FIVE = spells(
    {"referral_day": 0, "first_contact_day": 10, "end_day": 50, "end": End.COMPLETED},
    {"referral_day": 0, "first_contact_day": 20},
    {"referral_day": 0, "end_day": 20, "end": End.GAVE_UP},
    {"referral_day": 100, "first_contact_day": 140},
    {"referral_day": YEAR - 1 - 30},  # still waiting at the year's end, for 30 days
)


def test_five_people_by_hand():
    """Seen after 10, 20 and 40 days, one gave up after 20, one still waiting after 30: every number by hand.

    Staying after 10: 4/5; after 20: 2/5; after 40: 0. Seen by 28 days: 1/5 + 4/5 * 1/4 = 2/5; by 40: 2/5 + 2/5 = 4/5.
    """
    waits_ = row(FIVE, "assessment")
    assert waits_["joined"] == 5
    assert waits_["completed"] == 3
    assert waits_["completed_median"] == 20
    assert waits_["completed_mean"] == pytest.approx(70 / 3)
    assert waits_["completed_p90"] == 40
    assert waits_["completed_within_standard"] == pytest.approx(2 / 3)
    assert (waits_["waiting"], waits_["waiting_median"], waits_["waiting_mean"]) == (1, 30, 30)
    assert waits_["within_standard"] == pytest.approx(2 / 5)
    assert waits_["median"] == 40
    assert np.isnan(waits_["p90"])


def test_the_next_year_meets_those_who_waited_through_its_start():
    """Somebody seen 10 days into the year after 41 days is at risk from day 31 of the wait only (delayed entry).

    In that year nobody is at risk before day 31, two are on days 31 to 41: seen 1/2; the other gives up on day 50.
    """
    log = spells(
        {"referral_day": YEAR - 31, "first_contact_day": YEAR + 10},
        {"referral_day": YEAR - 31, "end_day": YEAR + 19, "end": End.GAVE_UP},
    )
    second = row(log, "assessment", 2)
    assert (second["joined"], second["completed"], second["completed_median"]) == (0, 1, 41)
    assert second["within_standard"] == 0.0
    assert second["median"] == 41
    first = row(log, "assessment", 1)
    assert (first["completed"], first["waiting"], first["waiting_median"]) == (0, 2, 30)
    assert np.isnan(first["median"])


def test_closing_with_advice_says_nothing_about_waits_for_treatment():
    """On the clock of treatment an advised person is censored; one who gives up competes."""
    advised = {
        "referral_day": 0,
        "first_contact_day": 5,
        "assessed_day": 5,
        "end_day": 5,
        "end": End.CLOSED_WITH_ADVICE,
    }
    treated = {"referral_day": 0, "first_contact_day": 5, "assessed_day": 5, "start_day": 20, "package": 0}
    gave_up = {"referral_day": 0, "end_day": 10, "end": End.GAVE_UP}
    assert row(spells(advised, treated), "treatment")["within_standard"] == pytest.approx(1.0)
    assert row(spells(gave_up, treated), "treatment")["within_standard"] == pytest.approx(0.5)
    assert row(spells(advised, treated), "internal")["joined"] == 1
    assert row(spells(advised, treated), "internal")["median"] == 15
    assert row(spells(advised, treated), "assessment")["within_standard"] == pytest.approx(1.0)


def test_a_declined_referral_is_on_no_clock():
    """Those turned away at triage never waited."""
    log = spells({"referral_day": 5, "end_day": 5, "end": End.DECLINED})
    assert [row(log, clock)["joined"] for clock in CLOCKS] == [0, 0, 0, 0]


def test_a_share_that_cannot_be_known_is_not_made_up():
    """If the only person was followed for 9 days, the share seen by 28 days is unknown; if seen by then, it is one."""
    assert np.isnan(row(spells({"referral_day": YEAR - 10}), "assessment")["within_standard"])
    assert (
        row(spells({"referral_day": YEAR - 10, "first_contact_day": YEAR - 5}), "assessment")["within_standard"] == 1.0
    )
    assert np.isnan(row(spells(), "assessment")["within_standard"])


def test_a_share_known_to_within_a_twentieth_is_told():
    """If 30 were seen on day 5 and one was followed for 9 days only, the one left counts as not seen."""
    log = spells(*({"referral_day": 10, "first_contact_day": 15} for _ in range(30)), {"referral_day": YEAR - 10})
    assert row(log, "assessment")["within_standard"] == pytest.approx(30 / 31)


def test_each_severity_has_its_own_standard():
    """With standards of 5 and 60 days, the share is that of each, weighted by those who joined."""
    log = spells(*(
        {"referral_day": day, "first_contact_day": day + 20, "severity_at_referral": severity}
        for day, severity in ((0, 0), (1, 0), (2, 0), (3, 2))
    ))  # fmt: skip
    assert row(log, "assessment", standards=(5, 28, 60))["within_standard"] == pytest.approx(1 / 4)
    assert row(log, "assessment", standards=(5, 28, 60))["completed_within_standard"] == pytest.approx(1 / 4)
    assert row(log, "assessment", by="severity", value="severe", standards=(5, 28, 60))["within_standard"] == 1.0


def test_the_warm_up_does_not_count():
    """What happened before the results begin is in no row."""
    log = spells({"referral_day": 3, "first_contact_day": 10}, {"referral_day": 400, "first_contact_day": 410})
    first = row(log, "assessment", results_from=YEAR)
    assert (first["joined"], first["completed"]) == (1, 1)


def test_by_stream_the_clocks_from_referral_have_no_life_table():
    """A stream is known only from assessment on; the hidden wait shows it."""
    log = spells({"referral_day": 0, "first_contact_day": 5, "assessed_day": 5, "start_day": 20, "package": 2})
    treated = row(log, "treatment", by="stream", value="therapy")
    assert (treated["completed"], treated["completed_median"]) == (1, 20)
    assert np.isnan(treated["median"])
    assert row(log, "internal", by="stream", value="therapy")["median"] == 15


def test_it_is_kaplan_meier_when_nothing_competes():
    """With censoring alone the share seen by each day is one minus SciPy's survival function."""
    rng = np.random.default_rng(7)
    begin = rng.integers(0, 300, 400)
    seen = begin + rng.geometric(1 / 60, 400)
    log = spells(*({"referral_day": a, "first_contact_day": b} for a, b in zip(begin, seen, strict=True)))
    observed, censored = (seen - begin)[seen < YEAR], (YEAR - 1 - begin)[seen >= YEAR]
    truth = stats.ecdf(stats.CensoredData(uncensored=observed, right=censored)).cdf
    for standard in (1, 10, 28, 60, 150):
        share = row(log, "assessment", standards=(standard,) * 3)["within_standard"]
        assert share == pytest.approx(truth.evaluate(standard), abs=1e-12)
    median = truth.quantiles[truth.probabilities >= 0.5][0]
    assert row(log, "assessment")["median"] == median


def plain(log: np.ndarray, a: int, b: int, level: float, standard: int) -> tuple[Fraction, int | None]:
    """The same life table written plainly, in fractions: share seen by the standard, first day with `level` seen."""
    stays = []
    for spell in log:
        begin, seen = int(spell["referral_day"]), int(spell["first_contact_day"])
        seen = seen if seen >= begin else 10**6
        end = int(spell["end_day"]) if spell["end"] != End.OPEN else 10**6
        stop = min(seen, end)
        if spell["end"] != End.DECLINED and begin <= b and stop >= a:
            stays.append((max(begin, a) - begin, min(stop, b) - begin, stop <= b and seen <= end, stop <= b))
    staying, total, share, first = Fraction(1), Fraction(0), Fraction(0), None
    for day in range(max((s[1] for s in stays), default=0) + 1):
        risk = sum(s[0] <= day <= s[1] for s in stays)
        if risk:
            total += staying * Fraction(sum(s[1] == day and s[2] for s in stays), risk)
            staying *= 1 - Fraction(sum(s[1] == day and s[3] for s in stays), risk)
        share = total if day <= standard else share
        first = day if first is None and total >= level else first
    return share, first


@given(st.integers(0, 2**32), st.integers(1, 25))
def test_it_equals_the_same_written_plainly(seed, n):
    """For any spells, seen, gone or waiting, the numbers are those of a life table written in fractions."""
    log = random_log(np.random.default_rng(seed), n, 2 * YEAR + 1)
    for year, (a, b) in {1: (0, YEAR - 1), 2: (YEAR, 2 * YEAR)}.items():
        found = row(log, "assessment", year)
        share, median = plain(log, a, b, 0.5, 28)
        assert np.isnan(found["within_standard"]) or found["within_standard"] == pytest.approx(float(share))
        assert (None if np.isnan(found["median"]) else found["median"]) == median


@given(st.integers(0, 2**32))
def test_parts_add_up_to_the_whole(seed):
    """By severity, source, group and team the people add up to all; over the years the joined and seen add up too."""
    inputs = made_up_inputs()
    rows = table(random_log(np.random.default_rng(seed), 60, inputs.days), inputs)
    people = ["joined", "completed", "waiting", "waiting_over_18_weeks", "waiting_over_52_weeks"]
    whole = rows[rows["by"] == "all"].set_index(["clock", "span", "period_start"])[people]
    for by in ("severity", "source", "group", "team"):
        parts = rows[rows["by"] == by].groupby(["clock", "span", "period_start"])[people].sum()
        assert parts.eq(whole.loc[parts.index]).all(axis=None)
    years, quarters = (
        whole.xs(span, level="span").groupby("clock")[["joined", "completed"]].sum() for span in ("year", "quarter")
    )
    assert years.eq(quarters).all(axis=None)


@given(st.integers(0, 2**32))
def test_shares_are_shares_and_the_median_comes_before_p90(seed):
    """Whatever happened, shares lie between 0 and 1 and percentiles rise."""
    inputs = made_up_inputs(end=date(2029, 1, 1))
    rows = table(random_log(np.random.default_rng(seed), 40, inputs.days), inputs)
    for name in ("within_standard", "completed_within_standard"):
        assert rows[name].dropna().between(0, 1 + 1e-12).all()
    both = rows.dropna(subset=["median", "p90"])
    assert (both["median"] <= both["p90"]).all()
    done = rows[rows["completed"] > 0]
    assert (done["completed_median"] <= done["completed_p90"]).all()
    assert (done["completed_p90"] <= done["completed_p92"]).all()


def test_the_order_of_the_log_does_not_matter():
    """Spells in another order give the same bits."""
    inputs = made_up_inputs()
    rng = np.random.default_rng(3)
    log = random_log(rng, 500, inputs.days)
    assert np.array_equal(waits(log, inputs), waits(rng.permutation(log), inputs), equal_nan=True)


def test_a_share_is_known_as_far_as_anybody_was_followed():
    """Of ten who join, two are seen on day 3 and all others are followed to day 7: known then, unknown on day 8."""
    counts = np.zeros((1, 9, COUNTS), np.int32)
    counts[0, 0, AT_RISK], counts[0, 3, SEEN], counts[0, 4, AT_RISK], counts[0, 8, AT_RISK] = 10, 2, -2, -8
    days, levels = np.array([2, 3, 7, 8]), np.array([0.2, 0.5])
    share, reached = censoring_aware(counts, np.array([7]), days, levels, 20)
    assert share[0, :3].tolist() == pytest.approx([0.0, 0.2, 0.2])
    assert np.isnan(share[0, 3])
    assert reached[0, 0] == 3
    assert np.isnan(reached[0, 1])
