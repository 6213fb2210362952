"""What planners may expect, in direction: the example services answer so, or say that they cannot tell.

Each fact is a difference from the service as it is, paired by replication: 20 of them over five years, judged by the
95 % interval that a planner is shown. A share of those who started is of the starts of that year; one of all who join
also counts those still waiting, and is the safer of the two (docs/decisions/0006). Nothing is said of sizes.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.behaviour.paired import ADULT, interval
from tests.behaviour.worlds import changed, scenario_of
from workforce_sim.run import run
from workforce_sim.scenario import read_scenario

REPLICATIONS = 20

Edits = list[tuple[str, Any]]

CYP = ADULT.with_name("cyp_community.yaml")
LITTLE_THERAPY: Edits = [
    (f"workforce.roles.{role}.{key}", f"{wte} wte")
    for role, wte in (("psychologist", 0.4), ("cap", 0.3))
    for key in ("funded", "in_post")
]
BASES: dict[str, tuple[Path, Edits]] = {
    "adult": (ADULT, []),
    "cyp": (CYP, []),
    "little therapy": (ADULT, LITTLE_THERAPY),
}
"""Example services, and the adult one with under a third of its therapists."""

STARTED = "wait.treatment.completed_within_standard"
JOINED = "wait.treatment.within_standard"
SEEN = "wait.assessment.completed_within_standard"
STILL_WAITING = "wait.treatment.waiting_median"
"""Shares within four weeks of referral: started treatment, of starts; started, of all who join; first contact, of those
seen. And how long those still waiting for treatment have waited."""


@lru_cache
def tree_of(base: str) -> dict[str, Any]:
    """The service as written."""
    path, edits = BASES[base]
    return changed(read_scenario(path).tree, *edits)


def number(worded: Any) -> float:
    """The number in `7.0 wte` or `18% per year`, also long-hand."""
    return float(str(worded["value"] if isinstance(worded, dict) else worded).split()[0].rstrip("%"))


def two_more(base: str, role: str) -> Edits:
    """Two more posts, with people in them from the first day."""
    own = tree_of(base)["workforce"]["roles"][role]
    return [(f"workforce.roles.{role}.{key}", f"{number(own[key]) + 2:g} wte") for key in ("funded", "in_post")]


def no_growth(base: str) -> Edits:
    """As many referrals in every year."""
    return [(f"demand.sources.{source}.growth", "0% per year") for source in tree_of(base)["demand"]["sources"]]


def fewer_leavers(base: str) -> Edits:
    """A tenth fewer leave in every role."""
    roles = tree_of(base)["workforce"]["roles"]
    return [(f"workforce.roles.{r}.leavers", f"{0.9 * number(roles[r]['leavers']):g}% per year") for r in roles]


def faster_rounds(base: str) -> Edits:
    """Every round of hiring takes six weeks less."""
    force = tree_of(base)["workforce"]
    own = {f"roles.{role}.": block.get("hiring", {}) for role, block in force["roles"].items()} | {"": force["hiring"]}
    return [
        (f"workforce.{where}hiring.round", f"{number(hiring['round']) - 6:g} weeks")
        for where, hiring in own.items()
        if "round" in hiring
    ]


def more_assessment(base: str) -> Edits:
    """Ten points more of the job plan for assessments, in every role that assesses."""
    edits: Edits = []
    for role, block in tree_of(base)["workforce"]["roles"].items():
        if "job_plan" in block:
            share = number(block["job_plan"]["assessment"]) + 10
            plan = {"assessment": f"{share:g}%", "treatment": f"{100 - share:g}%"}
            edits.append((f"workforce.roles.{role}.job_plan", plan))
    return edits


def edits_of(base: str, plan: str) -> Edits:
    """What a plan changes."""
    if plan.startswith("+2 "):
        return two_more(base, plan.removeprefix("+2 "))
    known: dict[str, Edits] = {
        "as it is": [],
        "no growth": no_growth(base),
        "leavers x0.9": fewer_leavers(base),
        "rounds 6 weeks shorter": faster_rounds(base),
        "divert 5 points more": [("demand.declined.share", "30%")],
        "DNA 9%": [("did_not_attend.assessment", "9%"), ("did_not_attend.contacts", "9%")],
        "assessment +10 points": more_assessment(base),
    }
    return known[plan]


@lru_cache
def measured(base: str, plan: str) -> pd.DataFrame:
    """Measures of a plan: one row per measure and year, one column per replication."""
    scenario = scenario_of(changed(tree_of(base), ("name", plan), *edits_of(base, plan)))
    told = run(scenario, replications=REPLICATIONS, seed=1, workers=1).tables["measures"]
    return told.pivot_table(index=["measure", "year"], columns="replication", values="value", dropna=False)


def values(base: str, plan: str, measure: str, year: int) -> np.ndarray:
    """A measure by replication."""
    return np.asarray(measured(base, plan).loc[(measure, year)], dtype=float)


def gain(base: str, plan: str, measure: str, year: int) -> tuple[float, float]:
    """The 95 % interval of the difference from the service as it is."""
    return interval(values(base, plan, measure, year) - values(base, "as it is", measure, year), level=0.95)


def rises(base: str, plan: str, measure: str, *years: int) -> None:
    """The plan raises the measure, beyond doubt."""
    for year in years:
        low, high = gain(base, plan, measure, year)
        assert low > 0, f"{measure}, year {year}: {low:g} .. {high:g}"


def falls(base: str, plan: str, measure: str, *years: int) -> None:
    """The plan lowers the measure, beyond doubt."""
    for year in years:
        low, high = gain(base, plan, measure, year)
        assert high < 0, f"{measure}, year {year}: {low:g} .. {high:g}"


def does_not_fall(base: str, plan: str, measure: str, *years: int) -> None:
    """The plan raises the measure, or the runs cannot tell."""
    for year in years:
        low, high = gain(base, plan, measure, year)
        assert high > 0, f"{measure}, year {year}: {low:g} .. {high:g}"


# --- adults -----------------------------------------------------------------------------------------------------------


def test_two_nurses_more() -> None:
    """Two more nurses raise the share that starts within four weeks, in the first year and in the fifth, of those who
    start and of all who join, and shorten the list by a third or more in the first; but those still waiting have not
    waited less in the mean, as far as the runs can tell."""
    plan = "+2 nurse"
    rises("adult", plan, STARTED, 1, 5)
    rises("adult", plan, JOINED, 1, 5)
    falls("adult", plan, "waiting_list", 1, 5)
    lists = values("adult", plan, "waiting.treatment", 1) - values("adult", "as it is", "waiting.treatment", 1) * 2 / 3
    assert lists.mean() < 0
    low, high = gain("adult", plan, "wait.treatment.waiting_mean", 1)
    assert low < 0 < high


@pytest.mark.slow
def test_those_still_waiting_may_have_waited_longer_as_a_service_improves() -> None:
    """In a team short of therapists two more nurses raise the share that starts within four weeks, shorten the list and
    leave fewer who wait over 18 weeks; yet the median and mean wait so far of those still waiting get longer, because
    those whom nurses see leave the list and those who wait for therapy, and wait longest, stay on it."""
    plan = "+2 nurse"
    rises("little therapy", plan, STARTED, 1, 2)
    falls("little therapy", plan, "waiting.treatment", 1, 2)
    falls("little therapy", plan, "waiting.over_18_weeks", 1, 2)
    rises("little therapy", plan, STILL_WAITING, 2)
    rises("little therapy", plan, "wait.treatment.waiting_mean", 1, 2)


@pytest.mark.slow
def test_two_mhwps_more() -> None:
    """Two more practitioners, who hold cases but may not assess, raise the share that starts within four weeks; but the
    list before assessment, which they do not touch, is no shorter for it in the end."""
    plan = "+2 mhwp"
    rises("adult", plan, STARTED, 1, 5)
    rises("adult", plan, JOINED, 1, 5)
    falls("adult", plan, "waiting.treatment", 1, 5)
    does_not_fall("adult", plan, "waiting.assessment", 5)


@pytest.mark.slow
def test_two_caps_more() -> None:
    """Two more associate psychologists raise the share that starts within four weeks, and those still waiting have
    waited less: they see those who wait longest, for therapy."""
    plan = "+2 cap"
    rises("adult", plan, STARTED, 1, 5)
    falls("adult", plan, STILL_WAITING, 1, 5)


@pytest.mark.slow
def test_two_peer_support_workers_more_do_little_for_waits() -> None:
    """Two more peer support workers, who hold no cases, change the share that starts within four weeks by less than two
    nurses do, beyond doubt, and by at most four points either way."""
    for year in (1, 5):
        low, high = gain("adult", "+2 peer_support_worker", STARTED, year)
        assert -0.04 < low < high < 0.04
        nurses = values("adult", "+2 nurse", STARTED, year)
        assert interval(nurses - values("adult", "+2 peer_support_worker", STARTED, year), level=0.95)[0] > 0


@pytest.mark.slow
def test_no_growth_helps_in_time() -> None:
    """Without growth in referrals the fifth year is better: more start within four weeks, fewer wait; the first is not
    told to be worse."""
    rises("adult", "no growth", STARTED, 5)
    rises("adult", "no growth", JOINED, 5)
    falls("adult", "no growth", "waiting_list", 5)
    does_not_fall("adult", "no growth", STARTED, 1)


@pytest.mark.slow
def test_faster_hiring_fills_posts() -> None:
    """Rounds of hiring that take six weeks less leave fewer posts vacant in every year, and more start within four
    weeks in the first."""
    falls("adult", "rounds 6 weeks shorter", "vacancy_mean", 1, 2, 3, 4, 5)
    rises("adult", "rounds 6 weeks shorter", STARTED, 1)


@pytest.mark.slow
def test_fewer_leavers_lower_turnover() -> None:
    """With a tenth fewer leavers turnover over five years is lower; with so few people no single year need tell."""
    five = [np.mean([values("adult", p, "turnover", y) for y in range(1, 6)], 0) for p in ("leavers x0.9", "as it is")]
    assert interval(five[0] - five[1], level=0.95)[1] < 0
    does_not_fall("adult", "leavers x0.9", STARTED, 1, 5)


@pytest.mark.slow
def test_diverting_more_at_triage_helps_those_who_are_taken() -> None:
    """Five points more diverted at triage: more of the others start within four weeks, and fewer wait."""
    plan = "divert 5 points more"
    rises("adult", plan, STARTED, 1, 5)
    rises("adult", plan, JOINED, 1, 5)
    falls("adult", plan, "waiting_list", 1, 5)


@pytest.mark.slow
def test_fewer_missed_appointments_free_time() -> None:
    """At 9 % missed instead of 12 % more contacts are held in every year, and no fewer start within four weeks."""
    rises("adult", "DNA 9%", "contacts", 1, 2, 3, 4, 5)
    falls("adult", "DNA 9%", "contacts.missed_share", 1, 5)
    does_not_fall("adult", "DNA 9%", STARTED, 1, 5)


@pytest.mark.slow
def test_more_time_for_assessment_moves_the_wait() -> None:
    """With ten points more of the job plan for assessments more are seen for the first time within four weeks; but more
    wait between assessment and treatment, those still waiting for treatment have waited longer, and fewer contacts are
    held: the wait moves behind the first contact."""
    plan = "assessment +10 points"
    rises("adult", plan, SEEN, 1, 5)
    falls("adult", plan, "waiting.assessment", 1, 5)
    rises("adult", plan, "waiting.treatment", 1, 5)
    rises("adult", plan, STILL_WAITING, 5)
    falls("adult", plan, "contacts", 1, 5)


# --- children and young people ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_children_keep_their_waits_only_without_growth() -> None:
    """Without growth as many children start within four weeks in the fifth year as in the first, or more; with growth
    fewer of all who join do."""
    for measure in (STARTED, JOINED):
        later = values("cyp", "no growth", measure, 5) - values("cyp", "no growth", measure, 1)
        assert interval(later, level=0.95)[1] > 0
        rises("cyp", "no growth", measure, 5)
    later = values("cyp", "as it is", JOINED, 5) - values("cyp", "as it is", JOINED, 1)
    assert interval(later, level=0.95)[1] < 0


@pytest.mark.slow
def test_two_therapists_more_for_children() -> None:
    """Two more therapists, who assess and hold cases: more children start within four weeks in the fifth year, more of
    all who join in the first as well, and those still waiting have waited less."""
    rises("cyp", "+2 therapist", STARTED, 5)
    does_not_fall("cyp", "+2 therapist", STARTED, 1)
    rises("cyp", "+2 therapist", JOINED, 1, 5)
    falls("cyp", "+2 therapist", STILL_WAITING, 1, 5)
    falls("cyp", "+2 therapist", "waiting_list", 1, 5)


@pytest.mark.slow
def test_two_cwps_more_for_children() -> None:
    """Two more wellbeing practitioners, who may not assess: more children start within four weeks by the fifth year,
    but the share seen for the first time within four weeks is not told to change."""
    rises("cyp", "+2 cwp", STARTED, 5)
    rises("cyp", "+2 cwp", JOINED, 1, 5)
    low, high = gain("cyp", "+2 cwp", SEEN, 5)
    assert low < 0 < high
