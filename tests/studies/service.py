"""A small synthetic service for tests of studies, and what it would have counted were other numbers true of it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workforce_sim.scenario import read_scenario_text
from workforce_sim.scenario.numbers import Number
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.studies.observed import Observed, observed
from workforce_sim.studies.unknowns import chosen_unknowns, with_values
from workforce_sim.studies.weekly import weekly_counts

SERVICE = """\
name: Test service
start: 2025-04-07
horizon: 52 weeks
severities: [mild, severe]
demand:
  sources:
    gp: {referrals: 14 per week, growth: 0% per year, severity: {mild: 60%, severe: 40%}}
    self: {referrals: 4 per week, growth: 0% per year, severity: {mild: 75%, severe: 25%}}
  declined: {share: 20%}
  returns: {share: 20%, median: 26 weeks}
waiting:
  per_week: {gives_up: 0.8%}
assessment: {roles: [nurse, psychologist], takes: 150 minutes, to_treatment: 70%}
did_not_attend: {assessment: 10%, contacts: 10%}
packages:
  coordination:
    share: 60%
    lead: {roles: [nurse], contacts: {mean: 14, sd: 5}, every: 2 weeks, takes: 90 minutes}
  therapy:
    share: 40%
    lead: {roles: [psychologist], contacts: 12, every: 1 week, takes: 75 minutes}
in_treatment:
  per_week: {drops_out: 0.3%}
workforce:
  leaving: {early: x1.4, early_years: 2 years, later: x0.85, notice: 8 weeks, no_new_patients: 4 weeks}
  hiring: {approval: 6 weeks, round: 14 weeks, fill: 60%}
  roles:
    nurse: {funded: 11 wte, in_post: 10 wte, leavers: 18% per year, clinical_share: 60%, caseload: 32, job_plan: {assessment: 22%, treatment: 78%}}
    psychologist: {funded: 6 wte, in_post: 5 wte, leavers: 14% per year, clinical_share: 60%, caseload: 18, job_plan: {assessment: 18%, treatment: 82%}}
today:
  waiting: {assessment: 60, coordination: 50, therapy: 50}
  waited: {assessment: 4 weeks, treatment: 8 weeks}
  caseload: 300
  discharges: 6 per week
"""  # noqa: E501  # one role, one line

COUNTED = [
    "week", "referrals", "accepted", "first_contacts", "starts", "closes", "waiting_assessment", "waiting_treatment",
    "caseload", "in_post.nurse", "in_post.psychologist",
]  # fmt: skip
"""What the service counts every week."""

TRUTHS: Mapping[str, Mapping[str, float]] = {
    "busier": {"referrals": 1.25, "to_treatment": 0.85, "contacts": 0.9, "opening_assessment": 1.2},
    "longer": {
        "referrals": 0.85, "declined": 1.4, "contacts": 1.25, "assessment_time": 0.8, "opening_treatment": 1.5,
        "opening_caseload": 1.2,
    },
    "quicker": {
        "referrals": 1.1, "to_treatment": 1.2, "assessment_time": 1.2, "contacts": 0.8, "opening_assessment": 0.7,
    },
}  # fmt: skip
"""Service → what is true of it, times the base; every other number is the base's."""


def base() -> Scenario:
    """The base that is wrong about every one of the services."""
    return read_scenario_text(SERVICE)


def counts_of(truth: Mapping[str, float], seed: int) -> pd.DataFrame:
    """A year of weekly counts of a service of which other numbers are true."""
    values: dict[Number, float] = {}
    for unknown in chosen_unknowns(base(), list(truth)):
        values |= unknown.values(truth[unknown.name])
    return weekly_counts(with_values(base(), values, "the true service"), seed=seed)[COUNTED]


def seen_in(counts: pd.DataFrame) -> Observed:
    """Weekly counts as observations."""
    rows: list[tuple[object, ...]] = []
    for week in counts.to_dict("records"):
        last = week["week"] + pd.Timedelta(days=6)
        rows += [(m, week["week"], last, float(v), 0.0, "known", "made", 1) for m, v in week.items() if m != "week"]
    return observed(rows)
