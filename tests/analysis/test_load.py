"""Load on paper, by hand: what each clinical task takes a week, and what caseload places are for."""

from __future__ import annotations

import math

import pytest
from scipy.stats import norm

from tests.scenario.small import small
from workforce_sim.analysis.load import accepted_per_week, clinical_hours, mean, places, tasks
from workforce_sim.scenario.quantities import Distribution
from workforce_sim.scenario.reader import read_scenario_text

ASSESSMENT = "assessment: {roles: [nurse], takes: 120 minutes}"
LEAD = "    lead: {roles: [nurse], contacts: 10, every: 2 weeks, takes: 60 minutes}\n"


def law(kind, a, b):
    """A law of this kind."""
    return Distribution(kind=kind, a=a, b=b)


def hours(*edits):
    """Task → (appointments attended, hours) a week."""
    return {task.name: (task.times, task.hours) for task in tasks(read_scenario_text(small(*edits)))}


def test_the_mean_of_a_law() -> None:
    """A lognormal law of median m and 90th percentile p has mean m exp(s^2 / 2), s being ln(p / m) / 1.28."""
    sigma = math.log(3) / norm.ppf(0.9)
    assert mean(law("median_p90", 4.0, 12.0)) == pytest.approx(4.0 * math.exp(sigma**2 / 2))
    assert mean(law("mean_sd", 4.0, 12.0)) == 4.0
    assert mean(law("median_p90", 0.0, 0.0)) == 0.0


def test_missed_assessments_take_their_share_of_time() -> None:
    """A fifth missed is a quarter for each attended, and half of a missed one's time is lost: 22 hours become 24.75."""
    missed = (ASSESSMENT, f"{ASSESSMENT}\ndid_not_attend: {{assessment: 20%, slot_lost: 50%}}")
    assert hours(missed)["assessment"] == pytest.approx((11, 22 * 1.125))


def test_nobody_is_rebooked_more_often_than_may_be_missed() -> None:
    """With nine in ten missed and closing after two, two are missed for each attended, not nine."""
    edit = f"{ASSESSMENT}\ndid_not_attend: {{assessment: 90%, slot_lost: 100%, close_after: {{assessment: 2}}}}"
    assert hours((ASSESSMENT, edit))["assessment"] == pytest.approx((11, 22 * 3))


def test_every_task_of_the_front_door_by_hand() -> None:
    """Of 11 a week a tenth never answers: 9.9 assessed, a quarter of them twice, two fifths by a second clinician."""
    front = ASSESSMENT.replace(
        "}",
        ", second: {share: 25%, takes: 90 minutes}"
        ", joint: {share: {mild: 0%, severe: 100%}, roles: [peer], takes: 30 minutes}}"
        "\ntriage: {roles: [nurse], takes: 15 minutes}\nopt_in: {no_response: 10%}",
    )
    plan = ("peer: {", "peer: {job_plan: {assessment: 100%, treatment: 0%}, ")
    found = hours(
        (ASSESSMENT, front), ("waiting:", "did_not_attend: {assessment: 20%, slot_lost: 50%}\nwaiting:"), plan
    )
    with_missed = 1.125
    assert found["triage"] == pytest.approx((11, 11 / 4))
    assert found["assessment"] == pytest.approx((9.9, 9.9 * 2 * with_missed))
    assert found["second assessment"] == pytest.approx((9.9 / 4, 9.9 / 4 * 1.5 * with_missed))
    assert found["second clinician"] == pytest.approx((9.9 * 0.4, 9.9 * 0.4 / 2 * with_missed))


def test_referrals_declined_are_triaged_too() -> None:
    """With 30 % declined, 11 referred are 7.7 accepted, but triage still reads 11."""
    edits = (
        ("40%}}", "40%}}\n  declined: {share: 30%, bounce_back: 0%}"),
        (
            ASSESSMENT,
            f"triage: {{roles: [nurse], takes: 60 minutes}}\n{ASSESSMENT}",
        ),
    )
    found = hours(*edits)
    assert found["triage"] == pytest.approx((11, 11))
    assert found["assessment"][0] == pytest.approx(7.7)


def test_support_and_further_series_are_tasks_of_their_own() -> None:
    """Of 110 contacts support may give a quarter, in half the time; two reviews each, a fifth of an hour, are 22."""
    also = (
        "    also:\n      - {name: helping, roles: [peer], share_of_lead_contacts: up to 25%, takes: 30 minutes}\n"
        "      - {name: review, roles: [nurse], contacts: 2, every: 10 weeks, takes: 12 minutes}\n"
    )
    found = hours((LEAD, LEAD + also))
    assert found["therapy"] == pytest.approx((82.5, 82.5))
    assert found["therapy: helping, at most"] == pytest.approx((27.5, 13.75))
    assert found["therapy: review"] == pytest.approx((22, 4.4))


def test_contacts_missed_and_remote_by_hand() -> None:
    """Half by video, 20 minutes shorter: 50 minutes in the mean; a tenth missed, their time lost: a ninth more."""
    edit = "remote: {share: 50%, saves: 20 minutes}\ndid_not_attend: {contacts: 10%, slot_lost: 100%}\nwaiting:"
    assert hours(("waiting:", edit))["therapy"] == pytest.approx((110, 110 * 50 / 60 * (1 + 1 / 9)))


def test_a_group_shares_the_time_of_its_session() -> None:
    """Eleven hours of each series are shared by five in a session."""
    lead = LEAD.replace("60 minutes}", "60 minutes, session: {size: 5, least: 1}}")
    assert hours((LEAD, lead))["therapy"] == pytest.approx((110, 22))


def test_who_need_more_contacts_and_weigh_more_take_up_more_places() -> None:
    """Severe ones (4.4 of 11) with twice the contacts stay 38 weeks, others 18; at double weight, 453.2 places."""
    more = "contacts_by_severity: {mild: x1, severe: x2}\ncaseload_by_severity: {mild: x1, severe: x2}\nwaiting:"
    (row,) = places(read_scenario_text(small(("waiting:", more))))
    assert row.weeks == pytest.approx((6.6 * 18 + 4.4 * 38) / 11)
    assert row.needed == pytest.approx(6.6 * 18 + 4.4 * 38 * 2)
    assert row.there == 150


def test_supervision_takes_hours_of_those_who_give_it() -> None:
    """Two peers at an hour a week each cost the nurses two; nobody has less than no time."""
    without = clinical_hours(read_scenario_text(small()))
    given = ("clinical_share: 50%}", "clinical_share: 50%, supervision: {by: [nurse], hours: 1 per week}}")
    found = clinical_hours(read_scenario_text(small(given)))
    assert without["nurse"] - found["nurse"] == pytest.approx(2.0)
    assert found["peer"] == pytest.approx(without["peer"])


def test_english_bank_holidays_take_eight_days() -> None:
    """Elsewhere there are none: eight of five-day weeks are 1.6 weeks a year."""
    abroad = small(("severities:", "calendar: {country: none}\nseverities:"))
    less = clinical_hours(read_scenario_text(abroad))["peer"] - clinical_hours(read_scenario_text(small()))["peer"]
    assert less == pytest.approx(2 * 37.5 * 1.6 / (365.25 / 7) * 0.95 * 0.5)


def test_people_come_by_severity() -> None:
    """Of 11 a week, 60 % are mild and 40 % severe, from every source."""
    both = ("    gp: {", "    self: {referrals: 4 per week, severity: {mild: 25%, severe: 75%}}\n    gp: {")
    found = accepted_per_week(read_scenario_text(small(both)))
    assert found == pytest.approx({"mild": 6.6 + 1.0, "severe": 4.4 + 3.0})
