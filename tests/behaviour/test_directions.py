"""Turn one knob, state the direction: judged in the mean over paired replications, with an interval.

Never path by path: more staff can lengthen somebody's wait, correctly (see ../shared/reliability.md, section 4).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from tests.behaviour.paired import Measure, adult, interval, mean_wait_to_start, measured, runs
from tests.behaviour.worlds import inputs_of, rules_of
from workforce_sim.engine.simulate import RawRun
from workforce_sim.engine.staffing import Staffing
from workforce_sim.inputs.codes import NOT_YET, End, Flow, SeriesRule, Stock, Use

REPLICATIONS = 20
UP, DOWN = +1, -1


# --- measures -------------------------------------------------------------------------------------------------------


def waiting(run: RawRun) -> float:
    """People waiting, mean of month ends."""
    lists = run.stock_record[..., [Stock.WAITING_ASSESSMENT, Stock.WAITING_TREATMENT, Stock.UNALLOCATED]]
    return float(lists.sum(axis=(1, 2, 3, 4)).mean())


def waiting_for_assessment(run: RawRun) -> float:
    """People waiting for assessment, mean of month ends."""
    return float(run.stock_record[..., Stock.WAITING_ASSESSMENT].sum(axis=(1, 2, 3)).mean())


def in_post(run: RawRun) -> float:
    """WTE in post, mean of month ends."""
    return float(run.staffing[..., Staffing.IN_POST].sum(axis=(1, 2)).mean()) / 100


def vacancy(run: RawRun) -> float:
    """Share of funded WTE without a holder, mean of month ends."""
    return 1 - run.staffing[..., Staffing.IN_POST].sum() / run.staffing[..., Staffing.FUNDED].sum()


def leavers(run: RawRun) -> float:
    """WTE who left."""
    return float(run.staffing[..., Staffing.LEAVERS].sum()) / 100


def exhaustion(run: RawRun) -> float:
    """Mean of the month ends of those in post."""
    values = run.staffing[..., Staffing.EXHAUSTION]
    return float(values[values >= 0].mean())


def present(run: RawRun) -> float:
    """Share of WTE-days in post that are worked."""
    return float(run.use[..., Use.PRESENT].sum() / run.use[..., Use.IN_POST_DAYS].sum())


def available(run: RawRun) -> float:
    """Clinical hours."""
    return float(run.use[..., Use.AVAILABLE].sum()) / 3600


def flow(*which: Flow) -> Measure:
    """The sum of some flows."""
    return lambda run: float(run.flow[..., list(which)].sum())


def caseload(run: RawRun) -> float:
    """People in treatment at the end."""
    return float(run.stock_record[-1, ..., Stock.IN_TREATMENT].sum())


def contacts_per_completed(run: RawRun) -> float:
    """Contacts of those who completed and were not found in treatment."""
    rows = run.log[(run.log["end"] == End.COMPLETED) & (run.log["referral_day"] >= 0)]
    return float(rows["contacts"].mean())


def attended_share(run: RawRun) -> float:
    """Contacts attended, of those held."""
    attended = run.flow[..., Flow.CONTACTS].sum()
    return float(attended / (attended + run.flow[..., Flow.CONTACTS_MISSED].sum()))


def severe_wait(run: RawRun) -> float:
    """Mean days from referral to allocation of people referred as severe, in the run."""
    rows = run.log[
        (run.log["allocated_day"] != NOT_YET) & (run.log["referral_day"] >= 0) & (run.log["severity_at_referral"] == 2)
    ]
    return float(np.mean(rows["allocated_day"] - rows["referral_day"]))


# --- directions -----------------------------------------------------------------------------------------------------

NURSE = "workforce.roles.nurse"
MORE_NURSES = [(f"{NURSE}.funded", "10 wte"), (f"{NURSE}.in_post", "9 wte")]

DIRECTIONS: list[tuple[str, list[tuple[str, Any]], Measure, int]] = [
    ("more nurses: fewer waiting", MORE_NURSES, waiting, DOWN),
    ("more nurses: shorter waits", MORE_NURSES, mean_wait_to_start, DOWN),
    ("fewer leavers: more WTE in post", [(f"{NURSE}.leavers", "5% per year")], in_post, UP),
    ("fewer leavers: fewer leave", [(f"{NURSE}.leavers", "5% per year")], leavers, DOWN),
    ("early leavers: more leave", [("workforce.leaving.early", "x3")], leavers, UP),
    ("longer notice: lower vacancy", [("workforce.leaving.notice", "26 weeks")], vacancy, DOWN),
    ("faster hiring: lower vacancy", [(f"{NURSE}.hiring", {"round": "8 weeks"})], vacancy, DOWN),
    ("slower approval: higher vacancy", [("workforce.hiring.approval", "30 weeks")], vacancy, UP),
    ("higher fill: lower vacancy",
     [(f"workforce.roles.{role}.hiring.fill", "98%") for role in ("nurse", "social_worker", "psychiatrist")],
     vacancy, DOWN),
    ("more reputation: higher vacancy",
     [("workforce.hiring.reputation", 5), ("workforce.hiring.usual_vacancy", "0%")], vacancy, UP),
    ("shorter contacts: fewer waiting", [("packages.care_coordination.lead.takes", "80 minutes"),
                                         ("assessment.takes", "150 minutes")], waiting, DOWN),
    ("longer assessments: more wait for them", [("assessment.takes", "420 minutes")], waiting_for_assessment, UP),
    ("fewer caseload places: fewer in treatment", [(f"{NURSE}.caseload", 15)], caseload, DOWN),
    ("shorter courses of the severe: fewer contacts each",
     [("contacts_by_severity", {"mild": "x0.7", "moderate": "x1", "severe": "x0.5"})],
     contacts_per_completed, DOWN),
    ("milder people: fewer contacts each",
     [("demand.sources.primary_care.severity", {"mild": "95%", "moderate": "5%", "severe": "0%"})],
     contacts_per_completed, DOWN),
    ("missing more: fewer attended", [("did_not_attend.contacts", "30%")], attended_share, DOWN),
    ("missing more: fewer contacts",
     [("did_not_attend", {"assessment": "12%", "contacts": "40%", "slot_lost": "100%"})],
     flow(Flow.CONTACTS), DOWN),
    ("missing more: more discharged for it",
     [("did_not_attend.contacts", "30%")], flow(Flow.DISCHARGED_NOT_ATTENDED), UP),
    ("stricter policy: more closed unseen",
     [("did_not_attend.close_after.assessment", 1)], flow(Flow.CLOSED_NOT_ATTENDED), UP),
    ("giving up rises with its rate", [("waiting.per_week.gives_up", "3%")], flow(Flow.GAVE_UP), UP),
    ("giving up shortens the list", [("waiting.per_week.gives_up", "3%")], waiting, DOWN),
    ("worsening rises with its rate", [("waiting.per_week.worsens", "3%")], flow(Flow.WORSENED), UP),
    ("crises rise with their rate", [("waiting.per_week.crisis", "3%")], flow(Flow.CRISES_WAITING), UP),
    ("crises in treatment rise with their rate",
     [("in_treatment.per_week.crisis", "3%")], flow(Flow.CRISES_IN_TREATMENT), UP),
    ("dropping out rises with its rate", [("in_treatment.per_week.drops_out", "2%")], flow(Flow.DROPPED_OUT), UP),
    ("more returns: more referred", [("demand.returns.share", "80%")], flow(Flow.RETURNED), UP),
    ("more demand: more waiting", [("demand.sources.primary_care.referrals", "12 per week")], waiting, UP),
    ("declining more: fewer waiting", [("demand.declined.share", "50%")], waiting, DOWN),
    ("fewer need treatment: fewer contacts", [("assessment.to_treatment", "40%")], flow(Flow.CONTACTS), DOWN),
    ("more remote: more remote contacts", [("remote.share", "70%")], flow(Flow.CONTACTS_REMOTE), UP),
    ("more support: more contacts by support roles",
     [("packages.care_coordination.also.0.share_of_lead_contacts", "up to 60%")], flow(Flow.CONTACTS_BY_SUPPORT), UP),
    ("more sickness: less present", [("workforce.availability.sickness", "12%")], present, DOWN),
    ("more leave: less present", [("workforce.availability.annual_leave", "9 weeks")], present, DOWN),
    ("longer induction: fewer clinical hours", [("workforce.induction.over", "2 years")], available, DOWN),
    ("more clinical time: more hours", [(f"{NURSE}.clinical_share", "75%")], available, UP),
    ("more supervision: fewer hours", [("workforce.roles.mhwp.supervision.hours", "5 per week")], available, DOWN),
    ("overload exhausts", [(f"{NURSE}.caseload_target", 10)], exhaustion, UP),
    ("exhaustion drives out", [(f"{NURSE}.caseload_target", 8), ("workforce.exhaustion.rise", "0.1 per week"),
                               ("workforce.exhaustion.gain_on_leaving", 5)], leavers, UP),
    ("severity first: the severe wait less than by date", [("waiting.order", "fifo")], severe_wait, UP),
]  # fmt: skip


@lru_cache(maxsize=1)
def baseline() -> list[RawRun]:
    """Replications of the shipped team."""
    return runs(adult(), REPLICATIONS)


# Tried by hand: with the later multiplier for both parts of `hazard`, or contacts missed at 12 % whatever is written,
# the cases named after them fail.
@pytest.mark.parametrize(
    ("edits", "measure", "direction"), [case[1:] for case in DIRECTIONS], ids=[case[0] for case in DIRECTIONS]
)
def test_a_knob_turns_the_right_way(edits: list[tuple[str, Any]], measure: Measure, direction: int) -> None:
    """Turned on its own, the knob moves the measure the way a planner expects, in the mean, beyond doubt (99.9 %)."""
    difference = measured(adult(*edits), measure, REPLICATIONS) - [measure(run) for run in baseline()]
    low, high = interval(direction * difference)
    assert low > 0, f"{low * direction:g} .. {high * direction:g}"


def test_support_covers_contacts_only_up_to_its_share() -> None:
    """Peer support and support workers see at most a quarter of the lead's contacts, and not a few."""
    role = "workforce.roles.support_worker"
    many = adult((f"{role}.funded", "12 wte"), (f"{role}.in_post", "12 wte"))
    totals = [run.flow.sum(axis=(0, 1, 2, 3)) for run in runs(many, 20)]
    shares = [total[Flow.CONTACTS_BY_SUPPORT] / total[Flow.CONTACTS] for total in totals]
    low, high = interval(shares)
    assert low > 0.05
    assert high < 0.25
    nobody = adult(("packages.care_coordination.also.0.share_of_lead_contacts", "up to 0%"))
    assert all(run.flow[..., Flow.CONTACTS_BY_SUPPORT].sum() == 0 for run in runs(nobody, 3))


def test_limits_are_kept() -> None:
    """An MHWP never holds a severe person, and no role leads a package that is not its own."""
    tree = adult(
        ("waiting.per_week.worsens", "3%"),
        ("workforce.roles.mhwp.funded", "8 wte"),
        ("workforce.roles.mhwp.in_post", "8 wte"),
    )
    inputs = inputs_of(tree)
    names, rules = inputs.names, rules_of(inputs.epochs[0])
    role_of_slot = np.array([post.role for post in inputs.posts])
    severe, mhwp = names.severities.index("severe"), names.roles.index("mhwp")
    held = 0
    for run in runs(tree, 5):
        rows = run.log[run.log["slot"] >= 0]
        roles = role_of_slot[rows["slot"]]
        assert not ((roles == mhwp) & (rows["severity"] == severe)).any()
        held += (roles == mhwp).sum()
        task = rules.series[rules.package_series[rows["package"], 0], 0, 0, SeriesRule.TASK]
        assert (rules.seconds[task, 0, rows["severity"], roles] >= 0).all()
    assert held > 100


def test_people_without_remote_access_are_not_seen_remotely() -> None:
    """Where nobody can use remote care there is none, whatever share is wished for."""
    tree = adult(("remote.share", "90%"), ("remote.cannot_use", "100%"))
    assert all(run.flow[..., Flow.CONTACTS_REMOTE].sum() == 0 for run in runs(tree, 3))


def test_a_group_that_misses_more_is_seen_less() -> None:
    """Of two groups alike but for DNA x1.2, the second misses 1.2 times the share of its contacts, in the mean."""
    inputs = inputs_of(adult())
    most, least = (inputs.names.groups.index(name) for name in ("most_deprived", "least_deprived"))
    ratios = []
    for run in baseline():
        missed = run.flow[..., Flow.CONTACTS_MISSED].sum(axis=(0, 1, 2))
        held = missed + run.flow[..., Flow.CONTACTS].sum(axis=(0, 1, 2))
        ratios.append((missed[most] / held[most]) / (missed[least] / held[least]))
    low, high = interval(ratios)
    assert low < 1.2 < high
    assert low > 1.0
