"""The people found on day 0: as many as the scenario says, in the middle of what they are in (promise S6)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.behaviour.worlds import Tree, by_day, changed, inputs_of
from tests.inputs.test_demand import WORLD
from workforce_sim.engine.simulate import simulate
from workforce_sim.inputs.codes import State, Stock
from workforce_sim.inputs.opening import draw_opening
from workforce_sim.inputs.rules import Inputs

TODAY = {
    "waiting": {"assessment": 40, "care": 25},
    "waited": {"assessment": {"median": "4 weeks", "p90": "10 weeks"}, "treatment": "20 weeks"},
    "caseload": 300,
    "discharges": "6 per week",
}

REPLICATIONS = 60


def found(tree: Tree, replications: int = REPLICATIONS) -> list[np.ndarray]:
    """OPENING rows of replications of seed 1."""
    inputs = inputs_of(tree)
    return [draw_opening(inputs, 1, replication) for replication in range(replications)]


def z(values: Any, truth: float) -> float:
    """Standard errors between the mean of independent values and the truth."""
    values = np.asarray(values, dtype=float)
    return abs(values.mean() - truth) / (values.std(ddof=1) / np.sqrt(len(values)))


def test_as_many_as_given() -> None:
    """Every replication finds as many people on each list and caseload as the scenario says, in every team."""
    rows = found(changed(WORLD, ("today", TODAY), ("copies", 2)), 3)
    for people in rows:
        for team in (0, 1):
            own = people[people["team"] == team]
            assert (own["state"] == State.WAITING_ASSESSMENT).sum() == 40
            assert (own["state"] == State.WAITING_TREATMENT).sum() == 25
            assert (own["state"] == State.IN_TREATMENT).sum() == 300
    assert len(np.unique(rows[0]["key"])) == len(rows[0])
    assert not np.array_equal(rows[0]["severity"], rows[1]["severity"])


@pytest.mark.parametrize("contacts", [1, 2, 8])
def test_as_many_in_treatment_as_given(contacts: int) -> None:
    """A caseload given in all is found in full, however short the courses are, and with the severities of referrals."""
    tree = changed(WORLD, ("packages.care.lead.contacts", contacts), ("today", {"caseload": 300}))
    people = draw_opening(inputs_of(tree), 1, 0)
    assert len(people) == 300
    assert (people["done"] < people["planned"]).all()
    assert 0.3 < people["severity"].mean() < 0.7


def test_one_caseload_is_split_by_starts_and_stays() -> None:
    """A caseload given in all is split over packages by share of starts x length of stay, to the person."""
    tree = changed(
        WORLD,
        ("packages.care.share", "50%"),
        (
            "packages.brief",
            {"share": "50%", "lead": {"roles": ["nurse"], "contacts": 4, "every": "1 week", "takes": "30 minutes"}},
        ),
        ("today", {"caseload": 301}),
    )
    inputs = inputs_of(tree)
    people = draw_opening(inputs, 1, 0)
    counts = np.bincount(people["package"], minlength=2)
    assert counts.sum() == 301
    assert inputs.names.packages == ("brief", "care")
    assert abs(counts[1] / counts[0] - 2.0) < 0.02


def test_waits_so_far_follow_their_law() -> None:
    """Those found waiting were referred as long ago as the scenario says, before day 0 or on it."""
    rows = found(changed(WORLD, ("today", TODAY)))
    waited = [-people["referral_day"][people["state"] == State.WAITING_ASSESSMENT] for people in rows]
    assert all((days >= 0).all() for days in waited)
    assert z([np.mean(days <= 28) for days in waited], 0.5) < 4
    assert z([np.mean(days <= 70) for days in waited], 0.9) < 4
    treatment = rows[0]["referral_day"][rows[0]["state"] == State.WAITING_TREATMENT]
    assert (treatment == -140).all()


def test_severities_and_groups_are_those_of_referrals() -> None:
    """On the lists the mix is that of referrals; on caseloads the severe, who stay longer, are more."""
    tree = changed(WORLD, ("today", TODAY), ("contacts_by_severity", {"mild": "x1", "severe": "x3"}))
    rows = found(tree)
    severe = (20 * 0.4 + 5 * 0.9) / 25
    listed = [np.mean(people["severity"][people["state"] == State.WAITING_ASSESSMENT]) for people in rows]
    treated = [np.mean(people["severity"][people["state"] == State.IN_TREATMENT]) for people in rows]
    assert z(listed, severe) < 4
    assert np.mean(treated) > severe + 0.15
    far = inputs_of(tree).names.groups.index("far")
    assert z([np.mean(people["group"] == far) for people in rows], 0.7) < 4


def test_courses_are_under_way() -> None:
    """In treatment, some contacts are done and at least one is left; the next is due within an interval."""
    people = np.concatenate(
        found(changed(WORLD, ("today", TODAY), ("packages.care.lead.contacts", {"mean": 10, "sd": 5})), 10)
    )
    treated = people[people["state"] == State.IN_TREATMENT]
    assert (treated["done"] >= 0).all()
    assert (treated["done"] < treated["planned"]).all()
    assert (treated["next_day"] >= 0).all()
    assert (treated["next_day"] <= 14).all()
    assert (treated["referral_day"] <= 0).all()


def test_those_who_will_come_back_are_as_many_as_little_says() -> None:
    """Discharges a week x share who return x mean time to return, and they return at that law's residual times."""
    tree = changed(WORLD, ("today", TODAY), ("demand.returns", {"share": "50%", "median": "20 weeks"}),
                   ("demand.declined", {"share": "20%", "bounce_back": "50%", "within": "10 weeks"}))  # fmt: skip
    rows = found(tree)
    mean_weeks = 20 / math.log(2)
    returning = round(6 * 0.5 * mean_weeks)
    bounced = round(25 * 0.2 * 0.5 * 10 / 2)
    assert (rows[0]["state"] == State.AT_RISK).sum() == returning + bounced
    days = [people["next_day"][people["state"] == State.AT_RISK] for people in rows]
    expected = (returning * mean_weeks * 7 + bounced * 70 / 3) / (returning + bounced)
    assert all((day >= 0).all() for day in days)
    assert z([day.mean() for day in days], expected) < 4


def test_nobody_is_found_after_a_warm_up() -> None:
    """A service that warms up begins empty."""
    tree = changed(WORLD, ("today", TODAY), ("opening_state", "warm_up"), ("warm_up", "26 weeks"))
    assert len(draw_opening(inputs_of(tree), 1, 0)) == 0


def test_more_people_found_are_the_same_and_some_more() -> None:
    """A longer list on day 0 is the same people with the same luck, and some more."""
    few, many = (
        {
            row["key"]: tuple(row)
            for row in draw_opening(inputs_of(changed(WORLD, ("today", TODAY), ("today.waiting.assessment", n))), 1, 0)
        }
        for n in (40, 60)
    )
    assert few.keys() < many.keys()
    assert all(few[key] == many[key] for key in few)


# --- the start is today's service -----------------------------------------------------------------------------------

OPEN_DOORS = changed(
    WORLD,
    ("horizon", "1 year"),
    ("severities", ["mild"]),
    ("calendar", {"country": "none", "working_days": "mon-sun"}),
    ("demand.sources", {"gp": {"referrals": "21 per week", "severity": {"mild": "100%"}}}),
    ("assessment.takes", "1 minute"),
    ("packages.care.lead.takes", "1 minute"),
    ("workforce.roles.nurse.caseload", 1000),
    ("workforce.roles.nurse.funded", "10 wte"),
    ("workforce.roles.nurse.job_plan", {"assessment": "50%", "treatment": "50%"}),
    ("workforce.availability", {"annual_leave": "0 weeks", "study": "0 weeks", "sickness": "0%"}),
)
"""So many nurses that nobody waits for anything: everybody is assessed on the day of referral and taken on the next."""


def caseload_by_day(tree: Tree, replications: int = 40) -> np.ndarray:
    """(replication, day): people in treatment at each day's end."""
    inputs = by_day(inputs_of(tree))
    runs = [simulate(inputs, 1, replication) for replication in range(replications)]
    return np.array([run.stock_record[..., Stock.IN_TREATMENT].sum(axis=(1, 2, 3)) for run in runs])


@pytest.mark.parametrize(
    ("contacts", "every", "missed", "stay"),
    [
        (8, "2 weeks", "0%", 7 * 14),  # from the first contact to the last there are seven intervals
        ({"mean": 12, "sd": 6}, "1 week", "0%", 11.03 * 7),
        (2, "4 weeks", "0%", 28),
    ],
)
def test_the_start_is_todays_service(contacts: Any, every: str, missed: str, stay: float) -> None:
    """Begun with as many people as rate x stay, courses found under way, the caseload stays flat on every day."""
    rate = 3.0
    tree = changed(OPEN_DOORS, ("packages.care.lead.contacts", contacts), ("packages.care.lead.every", every),
                   ("did_not_attend", {"contacts": missed}),
                   ("today", {"caseload": round(rate * stay), "waiting": {"care": 3}}))  # fmt: skip
    found = caseload_by_day(tree)
    centre, error = found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(len(found))
    scores = np.abs(centre - rate * stay) / error
    assert error.max() < 0.05 * rate * stay
    assert scores[:-1].max() < 4.5
    assert np.mean(scores > 3) < 0.1


def test_whole_courses_in_place_of_residual_ones_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: people found at the beginning of their courses, not in the middle, make a hump."""

    def at_the_beginning(inputs: Inputs, seed: int, replication: int) -> np.ndarray:
        rows = draw_opening(inputs, seed, replication)
        rows["done"] = 0
        return rows

    monkeypatch.setattr("workforce_sim.engine.simulate.draw_opening", at_the_beginning)
    tree = changed(OPEN_DOORS, ("packages.care.lead.contacts", 8), ("today", {"caseload": 294}))
    found = caseload_by_day(tree, 10)
    assert found.mean(axis=0).max() > 294 * 1.3
