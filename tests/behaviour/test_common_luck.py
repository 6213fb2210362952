"""Two scenarios meet the same people: what one changes, and nothing else, differs (promises C1 to C5, R4, R5)."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.behaviour.paired import ARRAYS, adult, mean_wait_to_start, measured, runs, same_run
from tests.behaviour.worlds import START, Tree, by_day, changed, inputs_of, scenario_of, small_worlds
from workforce_sim.engine.simulate import simulate
from workforce_sim.engine.staffing import Chronicle
from workforce_sim.inputs.codes import NOT_YET
from workforce_sim.inputs.rules import Inputs
from workforce_sim.present.trace import label
from workforce_sim.scenario.numbers import numbers, with_numbers

REPLICATIONS = 30
FAST: Any = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}


# --- what changes nothing -------------------------------------------------------------------------------------------


def test_saying_the_same_in_other_words_changes_nothing() -> None:
    """With another title, and every number that the plan holds written out, silent or not: exactly the same run."""
    scenario = scenario_of(adult(horizon="1 year"))
    known = {number: number.value for number in numbers(scenario) if number.value is not None}
    in_full = with_numbers(scenario.tree, scenario, known)
    assert len(str(in_full)) > 1.2 * len(str(scenario.tree))
    in_full |= {"name": "Another title", "description": "Other words."}
    for one, other in zip(runs(scenario, 2), runs(in_full, 2), strict=True):
        assert same_run(one, other)


def test_a_lever_at_no_effect_is_no_lever() -> None:
    """Switched-off loops, groups that differ by x1, a limit that names every severity: exactly the same run."""
    plain = adult(("in_treatment.stretch", None), ("workforce.exhaustion", "off"), horizon="1 year")
    idle = adult(
        ("in_treatment.stretch", {"switch": "on", "longer_course": "0% per week"}),
        ("workforce.exhaustion", {"switch": "off", "rise": "0.5 per week", "gain_on_leaving": 9}),
        ("groups.least_deprived.gives_up", "x1"),
        ("assessment.limits", {"nurse": ["mild", "moderate", "severe"]}),
        ("assessment.efficiency", {"nurse": "100%"}),
        horizon="1 year",
    )
    for one, other in zip(runs(plain, 2), runs(idle, 2), strict=True):
        assert same_run(one, other)


@pytest.mark.parametrize("wte", ["0 wte", "3 wte"])
def test_an_unused_role_changes_nothing_for_the_others(wte: str) -> None:
    """A role that nobody asks for, however many are in post, leaves every other role, list and person as they were."""
    idle = {"funded": wte, "in_post": wte, "clinical_share": "50%", "leavers": "30% per year"}
    base = adult(("workforce.hiring.reputation", 0), horizon="1 year")  # reputation looks at the team's vacancies
    for role in base["workforce"]["roles"].values():
        role.get("hiring", {}).pop("reputation", None)
    more = changed(base, ("workforce.roles.art_therapist", idle))
    kept = [i for i, role in enumerate(inputs_of(more).names.roles) if role != "art_therapist"]
    old_slots = [k for k, post in enumerate(inputs_of(more).posts) if post.role in kept]
    for one, other in zip(runs(base, 2), runs(more, 2), strict=True):
        for name in ("flow", "stock_record", "package_record"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
        np.testing.assert_array_equal(one.use, other.use[:, :, kept])
        np.testing.assert_array_equal(one.staffing, other.staffing[:, :, kept])
        columns = [name for name in one.log.dtype.names if name != "slot"]
        np.testing.assert_array_equal(one.log[columns], other.log[columns])
        theirs = other.careers[np.isin(other.careers[:, Chronicle.SLOT], old_slots)]
        np.testing.assert_array_equal(
            one.careers[:, [Chronicle.DAY, Chronicle.EVENT]], theirs[:, [Chronicle.DAY, Chronicle.EVENT]]
        )


def test_a_source_of_none_changes_nothing_for_the_others() -> None:
    """One more source with no referrals leaves every person, list and clinician as they were."""
    nobody = {"referrals": "0 per week", "severity": {"mild": "100%", "moderate": "0%", "severe": "0%"}}
    base, more = adult(horizon="1 year"), adult(("demand.sources.charity", nobody), horizon="1 year")
    sources = [i for i, name in enumerate(inputs_of(more).names.sources) if name != "charity"]
    for one, other in zip(runs(base, 2), runs(more, 2), strict=True):
        for name in ARRAYS:
            if name != "log":
                np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
        columns = [name for name in one.log.dtype.names if name != "source"]
        np.testing.assert_array_equal(one.log[columns], other.log[columns])
        np.testing.assert_array_equal(np.array(sources)[one.log["source"]], other.log["source"])


def test_a_team_beside_changes_nothing() -> None:
    """Two copies of a team: the first is the team that stands alone, and the second is not the same again."""
    for one, other in zip(
        runs(adult(horizon="1 year"), 2), runs(adult(("copies", 2), horizon="1 year"), 2), strict=True
    ):
        np.testing.assert_array_equal(one.flow, other.flow[:, :1])
        np.testing.assert_array_equal(one.use, other.use[:, :1])
        np.testing.assert_array_equal(one.staffing, other.staffing[:, :1])
        np.testing.assert_array_equal(np.sort(one.log), np.sort(other.log[other.log["team"] == 0]))
        assert not np.array_equal(other.flow[:, 0], other.flow[:, 1])


# --- what changes later ---------------------------------------------------------------------------------------------

CHANGES = [
    {"set": "workforce.roles.nurse.funded", "to": "9 wte"},
    {"set": "workforce.roles.mhwp.funded", "to": "4 wte"},
    {"factor": "workforce.roles.nurse.leavers", "by": "x0.5"},
    {"factor": "workforce.hiring.round", "by": "x0.5"},
    {"set": "workforce.availability.sickness", "to": "3%"},
    {"factor": "demand.sources.primary_care.referrals", "by": "x1.3"},
    {"factor": "packages.*.lead.takes", "by": "x0.95"},
    {"set": "packages.care_coordination.lead.every", "to": "2 weeks"},
    {"set": "waiting.per_week.gives_up", "to": "0.2%"},
    {"set": "remote.share", "to": "60%"},
    {"set": "assessment.to_treatment", "to": "50%"},
    {"set": "demand.severity_drift.severe", "to": "+5 points per year"},
    {"factor": "caseload_by_severity.severe", "by": "x1.5", "ramp": "26 weeks"},
    {"set": "demand.returns.median", "to": "20 weeks"},
    {"set": "groups.most_deprived.dna", "to": "x1"},
    {"set": "waiting.per_week.gives_up", "to": "4%"},  # past a power of two the pace of candidate days is another
    {"set": "workforce.roles.nurse.leavers", "to": "60% per year"},
    {"set": "workforce.roles.nurse.funded", "to": "6.5 wte"},
]  # fmt: skip
DATE = date(2026, 11, 17)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.get("set") or change.get("factor"))
def test_a_change_changes_nothing_before_its_date(change: Tree) -> None:
    """With a change dated D every array of every day before D is as it was, and something later is not."""
    base = by_day(inputs_of(adult(horizon="1 year")))
    later = by_day(inputs_of(adult(("changes", [{"from": str(DATE), **change}]), horizon="1 year")))
    until = (DATE - START).days
    teeth = 0
    for replication in range(12):
        if replication >= 2 and teeth:
            break  # what acts on rare events needs more replications to show at all
        one, other = simulate(base, 1, replication), simulate(later, 1, replication)
        for name in ("flow", "stock_record", "package_record", "use", "staffing"):
            before, after = getattr(one, name)[:until], getattr(other, name)[:until]
            np.testing.assert_array_equal(before, after, err_msg=name)
        known = [column for column in one.log.dtype.names if column != "slot"]  # slots are numbered anew with new posts
        ended = [run.log[known][(run.log["end_day"] < until) & (run.log["end_day"] != NOT_YET)] for run in (one, other)]
        np.testing.assert_array_equal(*ended)
        teeth += not np.array_equal(one.flow[until:], other.flow[until:])
        teeth += not np.array_equal(one.staffing[until:], other.staffing[until:])
    assert teeth


@settings(max_examples=20, **FAST)
@given(small_worlds(), st.integers(0, 1000))
def test_a_longer_horizon_does_not_change_the_past(tree: Tree, replication: int) -> None:
    """Of any world every day up to T is the same in a run of T days and in one of 2T (promise R5)."""
    days = int(tree["horizon"].split()[0])
    longer = changed(tree, ("horizon", f"{2 * days} days"))
    short, long = by_day(inputs_of(tree)), by_day(inputs_of(longer))
    one, other = simulate(short, 1, replication), simulate(long, 1, replication)
    for name in ("flow", "stock_record", "package_record", "use", "staffing"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name)[: len(getattr(one, name))], err_msg=name)
    assert stories(short, one.careers) == stories(long, other.careers[other.careers[:, Chronicle.DAY] < short.days])


def stories(inputs: Inputs, careers: np.ndarray) -> set[tuple[object, ...]]:
    """What happened, by post instead of slot: a longer run has more intakes, and so other slots."""
    return {
        (day, label(inputs, inputs.posts[slot]), occupant, event) for day, slot, occupant, event in careers.tolist()
    }


# --- one replication among many -------------------------------------------------------------------------------------


@settings(max_examples=10, **FAST)
@given(small_worlds(), st.integers(0, (1 << 32) - 1))
def test_a_replication_stands_alone(tree: Tree, seed: int) -> None:
    """Replication 7 on its own is replication 7 of many, whatever came before; another seed is another world."""
    inputs = inputs_of(tree)
    many = [simulate(inputs, seed, replication) for replication in (3, 7, 5)]
    again = simulate(inputs_of(tree), seed, 7)
    assert same_run(many[1], again)
    if len(again.log) > 20:
        assert not same_run(many[0], many[2])
        assert not same_run(simulate(inputs, seed ^ 1, 7), again)


# --- sharper differences --------------------------------------------------------------------------------------------


def variance_ratio(what_if: Tree, base: Tree) -> tuple[float, float]:
    """(variance of the difference with independent seeds over that with common luck, mean of the difference)."""
    common = measured(what_if, mean_wait_to_start, REPLICATIONS) - measured(base, mean_wait_to_start, REPLICATIONS)
    apart = measured(what_if, mean_wait_to_start, REPLICATIONS, seed=2) - measured(
        base, mean_wait_to_start, REPLICATIONS
    )
    return float(apart.var(ddof=1) / common.var(ddof=1)), float(common.mean())


def test_differences_of_small_changes_are_sharp(record_property: Any) -> None:
    """With contacts 5 % shorter, common luck makes the variance of the difference in mean wait 5 times smaller."""
    base = adult(horizon="3 years")
    shorter = adult(
        ("changes", [{"from": str(START), "factor": "packages.*.lead.takes", "by": "x0.95"}]), horizon="3 years"
    )
    ratio, difference = variance_ratio(shorter, base)
    record_property("variance_ratio", ratio)
    print(f"contacts 5 % shorter: variance ratio {ratio:.1f}, wait {difference:+.1f} days")  # noqa: T201  # asked for
    assert ratio >= 5


def test_differences_of_one_more_nurse_are_told(record_property: Any) -> None:
    """For one more nurse the gain of common luck is measured and told; it must not be a loss."""
    base = adult(horizon="3 years")
    more = adult(
        ("workforce.roles.nurse.funded", "8 wte"), ("workforce.roles.nurse.in_post", "7 wte"), horizon="3 years"
    )
    ratio, difference = variance_ratio(more, base)
    record_property("variance_ratio", ratio)
    print(f"one more nurse: variance ratio {ratio:.1f}, wait {difference:+.1f} days")  # noqa: T201  # asked for
    assert ratio > 1
