"""The workforce against renewal theory: intervals over replications, never one seed's digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.test_workforce import Run, live, nurses
from workforce_sim.engine.staffing import CareerEvent, Chronicle

YEAR = 365.25
REPLICATIONS = 12
POSTS = 120
YEARS = 20
SETTLED = round(8 * YEAR)
"""By this day nobody remembers day 0."""

NO_TENURE = {"early_multiplier": 1.0, "later_multiplier": 1.0}


def interval(values: Any) -> tuple[float, float]:
    """A 99.9% t-interval of the mean of REPLICATIONS independent values."""
    values = np.asarray(values, dtype=float)
    half = 4.44 * values.std(ddof=1) / np.sqrt(len(values))
    return values.mean() - half, values.mean() + half


def covers(values: Any, truth: float, width: float) -> bool:
    """The interval holds the truth, and is narrow enough (relative half-width) to mean something."""
    low, high = interval(values)
    assert (high - low) / 2 < width * truth
    return low <= truth <= high


def vacant_share(run: Run) -> float:
    """Share of post-days without a holder, from SETTLED on."""
    days = run.roster.shape[1]
    held = 0
    for slot in range(POSTS):
        since = None
        for day, _, _, event in run.story_of(slot):
            if event in (CareerEvent.FOUND, CareerEvent.STARTED):
                since = max(day, SETTLED)
            elif event == CareerEvent.LEFT and since is not None:
                held += max(0, day - since)
                since = None
        if since is not None:
            held += days - since
    return 1 - held / (POSTS * (days - SETTLED))


@pytest.mark.parametrize(("rate", "fill"), [(0.16, 0.47), (0.4, 0.8)])
def test_vacancy_is_that_of_an_alternating_renewal_process(rate: float, fill: float) -> None:
    """A post is held for 1/rate + notice and empty for approval + round/fill - notice, in the long run."""
    inputs = nurses(filled=POSTS, years=YEARS, leaving_rate=rate, fill=fill, rules=NO_TENURE)
    shares = [vacant_share(live(inputs, replication)) for replication in range(REPLICATIONS)]
    held, empty = YEAR / rate + 56, 28 + 140 / fill - 56
    assert covers(shares, empty / (held + empty), width=0.15)


def test_vacancy_with_reputation_is_a_little_higher() -> None:
    """At a vacancy above the usual, reputation makes hiring harder and so vacancies more."""
    plain = nurses(filled=POSTS, years=12, leaving_rate=0.3, rules=NO_TENURE)
    shunned = nurses(filled=POSTS, years=12, leaving_rate=0.3, reputation=1.0, rules=NO_TENURE)
    excess = [vacant_share(live(shunned, r)) - vacant_share(live(plain, r)) for r in range(REPLICATIONS)]
    assert interval(excess)[0] > 0


def test_people_stay_as_long_as_their_hazards_say() -> None:
    """Mean time to resignation = early part + later part of a piecewise exponential law."""
    rate, early, later, years = 0.4, 1.4, 0.85, 2.0
    inputs = nurses(filled=60, years=12 + 18, leaving_rate=rate, fill=1.0)
    stays = []
    for replication in range(REPLICATIONS):
        own = []
        run = live(inputs, replication)
        for slot in range(60):
            began: dict[int, int] = {}
            for day, _, occupant, event in run.story_of(slot):
                if event == CareerEvent.STARTED and day < 12 * YEAR:  # 18 years are left to resign in
                    began[occupant] = day
                elif event == CareerEvent.RESIGNED and occupant in began:
                    own.append(day - began[occupant])
        stays.append(np.mean(own))
    survive = np.exp(-rate * early * years)
    mean_years = (1 - survive) / (rate * early) + survive / (rate * later)
    assert covers(stays, mean_years * YEAR, width=0.15)


def test_the_opening_state_is_already_settled() -> None:
    """As many leave in the first year as in any other: people are found as renewal theory finds them."""
    rate = 0.16
    inputs = nurses(filled=400, years=3, leaving_rate=rate, fill=1.0, approval_days=0.0, round_days=56.0)
    left = [live(inputs, replication).days_of(CareerEvent.LEFT) for replication in range(REPLICATIONS)]
    first = [np.sum(days < YEAR) for days in left]
    third = [np.sum(days >= 2 * YEAR) for days in left]
    survive = np.exp(-rate * 1.4 * 2)
    cycle = (1 - survive) / (rate * 1.4) + survive / (rate * 0.85) + 56 / YEAR  # years, vacant for no day
    assert covers(first, 400 / cycle, width=0.2)
    assert covers(third, 400 / cycle, width=0.2)


def test_vacancies_found_on_day_0_are_filled_as_residual_lives() -> None:
    """The mean wait for a vacancy found half-way is E[T^2] / 2 E[T] of its whole length T."""
    approval, a_round, fill = 28, 140, 0.47
    inputs = nurses(filled=0, vacant=400, years=12, leaving_rate=0.0, fill=fill)
    waits = []
    for replication in range(REPLICATIONS):
        starts = live(inputs, replication).days_of(CareerEvent.STARTED)
        assert starts.size >= 399
        waits.append(starts.mean())
    mean = approval + a_round / fill
    variance = a_round**2 * (1 - fill) / fill**2
    assert covers(waits, (variance + mean**2) / (2 * mean), width=0.1)


def test_days_lost_to_sickness_are_the_share_in_the_rules() -> None:
    """Of the working days of people in post, 5.5% are lost; with leave and study, availability is what they leave."""
    rules = {"leave_days": 0.0, "study_days": 0.0}
    lost, absent = [], []
    for replication in range(REPLICATIONS):
        for kept, changed in ((lost, rules), (absent, {})):
            inputs = nurses(filled=40, years=10, leaving_rate=0.0, rules=changed)
            run = live(inputs, replication)
            kept.append(1 - run.roster[:, inputs.working[0]].mean())
    working = 260.9
    assert covers(lost, 0.055, width=0.1)
    assert covers(absent, 1 - (1 - 35 / working) * (1 - 0.055), width=0.05)


def test_everybody_found_is_a_person_of_their_own() -> None:
    """Leaving days of two posts are not correlated, nor are those of a post in two replications."""
    inputs, n = nurses(filled=2, years=20, fill=0.0), 100
    first = np.full((n, 2), inputs.days)
    for replication in range(n):
        for day, slot in live(inputs, replication).careers[:, [Chronicle.DAY, Chronicle.SLOT]][2:]:
            first[replication, slot] = min(first[replication, slot], day)
    assert abs(np.corrcoef(first[:, 0], first[:, 1])[0, 1]) < 4 / np.sqrt(n)
    assert abs(np.corrcoef(first[1:, 0], first[:-1, 0])[0, 1]) < 4 / np.sqrt(n)
