"""Roles that nobody held come to be held, and others run empty: nothing is lost, measures are defined or absent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.behaviour.paired import adult
from tests.behaviour.worlds import Tree, scenario_of
from tests.engine.test_conservation import CHECKS, World
from workforce_sim.engine.staffing import CareerEvent, Chronicle, Staffing
from workforce_sim.inputs.codes import Use
from workforce_sim.run import run

ROLE = "workforce.roles.mhwp"
NOBODY = ((f"{ROLE}.funded", "0 wte"), (f"{ROLE}.in_post", "0 wte"))
FILLS = (f"{ROLE}.hiring", {"approval": "2 weeks", "round": "8 weeks", "fill": "100%"})
FUNDED = {"from": "2026-10-01", "set": f"{ROLE}.funded", "to": "2 wte"}
COURSE = {"into": "mhwp", "first": "2026-05-01", "places": 2, "length": "26 weeks",
          "does": {"first": "0%", "last": "50%"},
          "supervision": {"by": ["nurse"], "hours": "2 per week"}}  # fmt: skip

COMES: dict[str, list[tuple[str, Any]]] = {
    "by a dated change": [FILLS, ("changes", [FUNDED])],
    "by a training route": [
        (f"{ROLE}.hiring", {"fill": "1%"}), ("workforce.training", {"course": COURSE}), ("changes", [FUNDED])
    ],
    "by conversion": [
        FILLS, ("workforce.conversions", {"swap": {"vacant": "nurse", "into": "mhwp", "posts": "2 wte",
                                                   "from": "2026-10-01"}}),
        ("workforce.roles.nurse.leavers", "60% per year"),
    ],
    "by upskilling": [
        (f"{ROLE}.hiring", {"fill": "1%"}), ("changes", [FUNDED]),
        ("workforce.roles.support_worker.leavers", "0% per year"), ("workforce.roles.support_worker.in_post", "2 wte"),
        ("workforce.upskilling", {"up": {"serving": "support_worker", "into": "mhwp", "first": "2026-05-01",
                                         "places": 2, "length": "26 weeks"}}),
    ],
    "by agency": [("changes", [{"from": "2026-10-01", "set": f"{ROLE}.cover.agency", "to": "2 wte"}])],
    "on a ramp": [FILLS, ("changes", [{**FUNDED, "ramp": "26 weeks"}])],
}  # fmt: skip
GOES: dict[str, list[tuple[str, Any]]] = {
    "by a dated change": [
        ("changes", [{"from": "2026-10-01", "set": f"{ROLE}.funded", "to": "0 wte"}]),
        (f"{ROLE}.leavers", "200% per year"),
    ],
    "by conversion": [
        (f"{ROLE}.leavers", "200% per year"),
        ("workforce.conversions", {"swap": {"vacant": "mhwp", "into": "nurse", "posts": "2 wte",
                                            "from": "2026-10-01"}}),
    ],
    "by promotion": [
        (f"{ROLE}.leavers", "0% per year"), (f"{ROLE}.hiring", {"approval": "2 years", "round": "2 years"}),
        ("workforce.roles.nurse.promotion", {"from": "mhwp", "share": "100%"}),
        ("workforce.roles.nurse.leavers", "100% per year"), ("workforce.roles.nurse.hiring", {"fill": "100%"}),
    ],
}  # fmt: skip
LAST = ("only lead", [
    ("packages.care_coordination.lead.roles", ["mhwp"]), ("packages.care_coordination.lead.limits", None),
])  # fmt: skip
"""The role is the only one that leads a package, so that emptying it leaves a whole stream without anybody."""


def checked(tree: Tree, replication: int = 0) -> World:
    """A world of the shipped team in which nothing is lost on any day."""
    world = World(tree, 1, replication)
    for check in CHECKS:
        check(world)
    return world


def defined(tree: Tree) -> set[str]:
    """The names of a scenario's measures, each of which is a number or absent, never without bounds."""
    tables = run(scenario_of(tree), replications=1, workers=1).tables
    for name, table in tables.items():
        numbers = table.select_dtypes("number").to_numpy(dtype=float, na_value=np.nan)
        assert not np.isinf(numbers).any(), name
    known = tables["measures"].dropna(subset="value")
    return set(known["measure"])


def in_role(world: World, column: Staffing) -> np.ndarray:
    """(day,): a column of the role's record."""
    return world.run.staffing[:, 0, world.inputs.names.roles.index("mhwp"), column]


def events(world: World, kind: CareerEvent) -> int:
    """How often something happened to people of the role."""
    slots = [k for k, post in enumerate(world.inputs.posts) if post.role == world.inputs.names.roles.index("mhwp")]
    rows = world.run.careers
    return int(((rows[:, Chronicle.EVENT] == kind) & np.isin(rows[:, Chronicle.SLOT], slots)).sum())


@pytest.mark.parametrize("how", COMES)
def test_a_role_comes_to_be_held(how: str) -> None:
    """From nobody to two WTE: nobody works before, the role works afterwards, and its measures come to be defined."""
    tree = adult(*NOBODY, *COMES[how], horizon="2 years")
    world = checked(tree)
    used = world.run.use[:, 0, world.inputs.names.roles.index("mhwp")]
    first = int(np.flatnonzero(used[:, Use.AVAILABLE])[0])
    assert first >= 30
    assert used[first:, Use.CONTACTS].sum() > 100 or how == "by agency"  # they would see others' patients
    assert not used[:first, [Use.CONTACTS, Use.CASES, Use.PLACES]].any()
    in_post = in_role(world, Staffing.IN_POST)
    assert in_post[0] == 0
    if how == "by agency":
        assert not in_post.any()
        assert (in_role(world, Staffing.AGENCY_DAYS) > 0).any()
    else:
        assert in_post.max() >= (160 if how == "on a ramp" else 200)  # parts of a WTE do not always add up to a post
    if how == "by a training route":
        assert events(world, CareerEvent.QUALIFIED) == 2
    if how == "by upskilling":
        assert events(world, CareerEvent.MOVED_IN) == 2
    assert ("caseload_per_wte.mhwp" in defined(tree)) == (how != "by agency")


@pytest.mark.parametrize("lead", [False, True], ids=["one of many", "only lead"])
@pytest.mark.parametrize("how", GOES)
def test_a_role_runs_empty(how: str, lead: bool) -> None:
    """From two WTE to nobody: the last patients are handed over or wait, and the run goes on to its end."""
    edits = [(f"{ROLE}.in_post", "2 wte"), *GOES[how], *(LAST[1] if lead else [])]
    tree = adult(*edits, horizon="4 years")
    world = checked(tree)
    in_post = in_role(world, Staffing.IN_POST)
    assert (in_post[0], in_post[-1]) == (200, 0)
    used = world.run.use[:, 0, world.inputs.names.roles.index("mhwp")]
    assert not used[-1, [Use.CASES, Use.PLACES, Use.AVAILABLE]].any()
    assert "in_post_wte.mhwp" in defined(tree)


def test_a_team_in_which_nobody_is_left_finishes() -> None:
    """If every role is closed and all leave, people wait and give up, and no measure is divided by nobody."""
    roles = adult()["workforce"]["roles"]
    closed = [{"from": "2026-07-01", "set": f"workforce.roles.{role}.funded", "to": "0 wte"} for role in roles]
    leavers = [(f"workforce.roles.{role}.leavers", "300% per year") for role in roles]
    tree = adult(*leavers, ("changes", closed), horizon="4 years")
    world = checked(tree)
    assert world.run.staffing[0, ..., Staffing.IN_POST].sum() > 1000
    assert not world.run.staffing[-1, ..., Staffing.IN_POST].any()
    assert "waiting_list" in defined(tree)
