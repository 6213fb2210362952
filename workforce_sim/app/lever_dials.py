"""Which levers the page offers: in which group, in which size, and whether they fit a base.

In: a scenario and the name of a lever. Out: `Offered`: what its dial needs, its roles chosen among those there are; or
nothing where the lever finds nothing to act on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workforce_sim.errors import ScenarioError
from workforce_sim.scenario.lever_files import Lever, shipped_lever
from workforce_sim.scenario.reader import read_scenario_text
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.writing import yaml_text

_BY_GROUP = {
    "demand": (
        "demand.severity_drift", "demand.awareness", "partner.vcse", "upstream.primary_care_mhp",
        "upstream.school_team", "crisis.capacity", "shock.pandemic",
    ),
    "recruiting": (
        "recruit.rounds", "recruit.over", "recruit.international", "recruit.freeze", "cover.bank", "cover.agency",
        "cover.overtime",
    ),
    "keeping": (
        "retain.bundle", "retain.career", "retain.mentoring", "retain.flexible", "retain.pay", "wellbeing.programme",
    ),
    "roles": (
        "roles.mhwp", "roles.cap", "roles.psw", "convert.posts", "substitution.support", "upskill.mhwp_cap",
        "upskill.pwp_high_intensity",
    ),
    "training": (
        "pipeline.nurse", "pipeline.nursing_associate", "pipeline.mhwp", "pipeline.cap", "pipeline.psw",
        "pipeline.psychologist", "pipeline.pwp", "pipeline.high_intensity",
    ),
    "remote": (
        "mode.policy", "mode.remote_assessment_penalty", "mode.alliance_penalty", "mode.setup",
    ),
    "policies": (
        "dna.reminder", "rom.coverage", "training.certify", "training.tic", "training.cultural", "improve.cycle",
        "integration.partners", "coproduction",
    ),
}  # fmt: skip
LEVERS = {name: group for group, names in _BY_GROUP.items() for name in names}
"""Lever → group of dials. `posts.add`, `budget.cap`, `mode.remote_share` and `mode.excluded_share` are left out: posts
and the remote share have dials of their own, and a budget or a share of people excluded is no plan of a workshop."""
SIZES = ("posts", "places", "wte", "hours", "rise")
"""Parameters that are the size of a lever."""
_WAYS = (("low", "low"), ("usual", "default"), ("high", "high"))


@dataclass(frozen=True)
class Offered:
    """A lever that fits a base."""

    name: str
    label: str
    mechanism: str
    grade: str
    unknown: str
    span: str
    """Range of its effect within the evidence; empty if there is none."""
    effects: tuple[tuple[str, str, str], ...]
    """(way, effect as the use says it, effect in words)."""
    size: str
    """The parameter that is its size; empty where it has none."""
    default: Any
    """What that parameter is by default."""


def offered(scenario: Scenario, name: str) -> Offered | None:
    """What the dial of a lever needs; None where the lever does not fit, or is used already."""
    lever = shipped_lever(name)
    if any(use.lever.name == name for use in scenario.levers):
        return None
    size = next((each for each in SIZES if each in lever.parameters), "")
    ways = _ways(lever)
    usual = next((way for way in ways if way[1] in {"", "default"}), ways[-1])
    if not _fits(scenario, lever, usual):
        ways = [way for way in ways if way is not usual and not size and _fits(scenario, lever, way)]
    if not ways:
        return None
    effect = lever.effect
    ranged = effect is not None and effect.low.number != effect.high.number
    return Offered(
        name, _label(lever), lever.mechanism, lever.grade, lever.unknown,
        f"{effect.low.written()} to {effect.high.written()} ({effect.meaning})" if effect and ranged else "",
        tuple(ways) if ranged and not size else (), size, lever.parameters[size].default if size else None,
    )  # fmt: skip


def _ways(lever: Lever) -> list[tuple[str, str, str]]:
    if lever.effect is None:
        return [("on", "", "")]
    amounts = (lever.effect.low, lever.effect.default, lever.effect.high)
    told: dict[str, tuple[str, str, str]] = {}
    for (way, said), amount in zip(_WAYS, amounts, strict=True):
        if not amount.is_nothing:
            told.setdefault(str(amount.written()), (way, said, str(amount.written())))
    usual = str(lever.effect.default.written())
    return [("usual", "default", usual) if each == usual else way for each, way in told.items()]


def _fits(scenario: Scenario, lever: Lever, way: tuple[str, str, str]) -> bool:
    """Does a scenario that uses it so read without a finding? What would change nothing does not fit."""
    said = {"effect": way[1]} if way[1] else {}
    layer = {"name": "a try", "levers": [{"lever": lever.name, "from": str(scenario.start), **said}]}
    try:
        read_scenario_text(yaml_text(layer), over=scenario)
    except ScenarioError:
        return False
    return True


def _label(lever: Lever) -> str:
    """Its title; a role that it is about by default is named."""
    role = lever.parameters.get("role")
    about = f" ({role.default.replace('_', ' ')})" if role is not None and lever.name.startswith("cover.") else ""
    return f"{lever.title}{about}"
