"""Small random worlds, as scenarios that read without a finding; and what tests need to run any world.

In: Hypothesis draws. Out: a tree as a planner would write it. `text_of` turns it into YAML (JSON is YAML), `inputs_of`
into compiled inputs, `by_day` into inputs whose every day is a period, so that every day is on record.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st

from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.inputs.rules import Epoch, Inputs, Rules
from workforce_sim.scenario import read_scenario_text
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.teams import OWN_BLOCKS

Tree = dict[str, Any]

START = date(2026, 4, 1)
SEVERITIES = ("mild", "moderate", "severe")
ROLES = ("nurse", "psychologist", "worker")
PACKAGES = ("brief", "coordination", "therapy")
SOURCES = ("carer", "gp", "ward")
GROUPS = ("near", "far")


# --- running a world ------------------------------------------------------------------------------------------------


def text_of(tree: Tree) -> str:
    """The tree as YAML text."""
    return json.dumps(tree, indent=1)


def scenario_of(world: Tree | str | Scenario) -> Scenario:
    """The scenario of a tree, of YAML text, or itself."""
    if isinstance(world, Scenario):
        return world
    return read_scenario_text(world if isinstance(world, str) else text_of(world))


def inputs_of(world: Tree | str | Scenario) -> Inputs:
    """The compiled inputs of a tree, of YAML text, or of a scenario."""
    return compile_inputs(scenario_of(world))


def by_day(inputs: Inputs) -> Inputs:
    """The same inputs, with every day a period of its own."""
    days = tuple(inputs.start + timedelta(days=day) for day in range(inputs.days))
    return replace(inputs, period_of_day=np.arange(inputs.days, dtype=np.int32), period_starts=days)


def rules_of(epoch: Epoch, kind: int = 0) -> Rules:
    """The clinic's rules of an epoch, as one kind of team follows them."""
    return epoch.rules[kind]


def changed(tree: Tree, *edits: tuple[str, Any]) -> Tree:
    """A copy of a tree with other values at dotted paths; None takes the key out. Items of lists go by number."""
    tree = copy.deepcopy(tree)
    for path, value in edits:
        *above, last = path.split(".")
        block: Any = tree
        for step in above:
            block = block[int(step)] if isinstance(block, list) else block.setdefault(step, {})
        if value is None:
            del block[last]
        else:
            block[last] = value
    return tree


# --- small pieces ---------------------------------------------------------------------------------------------------


def percent(low: float, high: float, step: float = 1.0) -> st.SearchStrategy[str]:
    """A share within a range."""
    return st.integers(round(low / step), round(high / step)).map(lambda k: f"{round(k * step, 4):g}%")


def worded(low: int, high: int, unit: str) -> st.SearchStrategy[str]:
    """A whole number within a range, with its unit."""
    return st.integers(low, high).map(lambda k: f"{k} {unit}")


def times(low: float, high: float) -> st.SearchStrategy[str]:
    """A factor within a range, in twentieths."""
    return st.integers(round(low * 20), round(high * 20)).map(lambda k: f"x{k / 20:g}")


def wte(low: float, high: float) -> st.SearchStrategy[float]:
    """Whole-time equivalents within a range, in tenths."""
    return st.integers(round(low * 10), round(high * 10)).map(lambda k: k / 10)


@st.composite
def shares(draw: st.DrawFn, names: tuple[str, ...]) -> dict[str, str]:
    """Whole percents that add up to 100, one for each name."""
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(names) - 1, max_size=len(names) - 1)))
    return {name: f"{high - low}%" for name, low, high in zip(names, [0, *cuts], [*cuts, 100], strict=True)}


@st.composite
def some(draw: st.DrawFn, names: tuple[str, ...], least: int = 1) -> list[str]:
    """Some of the names, at least so many, in any order."""
    return draw(st.lists(st.sampled_from(names), min_size=min(least, len(names)), max_size=len(names), unique=True))


@st.composite
def of_severity(draw: st.DrawFn, severities: tuple[str, ...], value: st.SearchStrategy[Any]) -> Any:
    """One value for all, or one for each severity."""
    return draw(value) if draw(st.booleans()) else {severity: draw(value) for severity in severities}


@st.composite
def limited(draw: st.DrawFn, roles: list[str], severities: tuple[str, ...]) -> Tree:
    """Limits and speeds of some of the roles; the first role takes everybody."""
    block: Tree = {}
    if len(roles) > 1 and draw(st.booleans()):
        block["limits"] = {roles[-1]: draw(some(severities))}
    if draw(st.booleans()):
        block["efficiency"] = {draw(st.sampled_from(roles)): draw(of_severity(severities, percent(60, 140, 10)))}
    return block


INTERVALS = st.one_of(
    worded(1, 28, "days"),
    st.just({"mean": "10 days", "sd": "4 days"}),
    st.just({"median": "1 week", "p90": "3 weeks"}),
)
CONTACTS = st.one_of(st.integers(1, 12), st.just(2.5), st.just({"mean": 6, "sd": 4}))
WAITED = st.one_of(worded(0, 20, "weeks"), st.just({"median": "3 weeks", "p90": "20 weeks"}))


# --- the blocks of a scenario ---------------------------------------------------------------------------------------


@st.composite
def demands(draw: st.DrawFn, severities: tuple[str, ...]) -> Tree:
    """Sources with growth, urgency, season, overdispersion, drift, triage and returns."""
    sources = {}
    for name in draw(some(SOURCES)):
        sources[name] = {
            "referrals": draw(worded(0, 12, "per week")),
            "growth": draw(st.sampled_from(["0% per year", "20% per year", "-30% per year"])),
            "severity": draw(shares(severities)),
        }
        if draw(st.booleans()):
            sources[name]["urgent"] = draw(percent(0, 60))
    block: Tree = {
        "sources": sources,
        "urgent": draw(percent(0, 20)),
        "overdispersion": draw(st.sampled_from([1.0, 1.3, 3.0])),
        "declined": {
            "share": draw(of_severity(severities, percent(0, 40))),
            "bounce_back": draw(percent(0, 100, 25)),
            "within": draw(worded(1, 10, "weeks")),
        },
        "returns": {"share": draw(of_severity(severities, percent(0, 80, 5))), "median": draw(worded(1, 60, "days"))},
    }
    if draw(st.booleans()):
        block["by_severity"] = draw(of_severity(severities, times(0.2, 1.5)))
        block["diverted"] = draw(of_severity(severities, worded(0, 2, "per week")))
    if draw(st.booleans()):
        block["months"] = {"may": draw(times(0.0, 3.0)), "july": draw(times(0.5, 1.5))}
    if len(severities) > 1 and draw(st.booleans()):
        block["severity_drift"] = {severities[-1]: "+20 points per year", "taken_from": severities[0]}
    return block


@st.composite
def packages(draw: st.DrawFn, leads: tuple[str, ...], roles: tuple[str, ...], severities: tuple[str, ...]) -> Tree:
    """One to three packages, some with support and pooled series."""
    names = tuple(draw(some(PACKAGES)))
    blocks = {}
    for name, share in draw(shares(names)).items():
        able = draw(some(leads))
        lead = {
            "roles": able,
            "contacts": draw(CONTACTS),
            "every": draw(INTERVALS),
            "takes": draw(worded(30, 180, "minutes")),
            **draw(limited(able, severities)),
        }
        if draw(st.booleans()):
            lead["remote"] = draw(percent(0, 100, 10))
        if draw(st.booleans()):
            lead["dna"] = draw(percent(0, 60, 5))
        weight = draw(st.sampled_from([0, 0.25, 1, 1, 1.7]))
        blocks[name] = {
            "share": share,
            "caseload_weight": weight,
            "lead": lead,
            "also": draw(extras(roles, severities)),
        }
    return blocks


@st.composite
def extras(draw: st.DrawFn, roles: tuple[str, ...], severities: tuple[str, ...]) -> list[Tree]:
    """Further series of a package: perhaps one support item, and up to two pooled series."""
    items = []
    if draw(st.booleans()):
        able = draw(some(roles))
        support = {
            "name": "support",
            "roles": able,
            "share_of_lead_contacts": f"up to {draw(st.integers(0, 10)) * 10}%",
        }
        if draw(st.booleans()):
            support["takes"] = draw(worded(30, 120, "minutes"))
        items.append(support | draw(limited(able, severities)))
    for name in draw(st.sampled_from([(), ("review",), ("review", "group_work")])):
        able = draw(some(roles))
        series = {
            "name": name, "roles": able, "contacts": draw(CONTACTS), "every": draw(INTERVALS),
            "takes": draw(worded(30, 120, "minutes")), **draw(limited(able, severities)),
        }  # fmt: skip
        items.append(series)
    return items


@st.composite
def workforces(draw: st.DrawFn, roles: tuple[str, ...], leads: tuple[str, ...], assessors: tuple[str, ...]) -> Tree:
    """Staff who come and go quickly."""
    blocks = {}
    for role in roles:
        funded = draw(wte(0.3, 3.5))
        block: Tree = {
            "funded": f"{funded} wte",
            "in_post": f"{draw(wte(0, min(1.4 * funded, 4))):g} wte",
            "leavers": draw(percent(0, 300, 50)) + " per year",
            "clinical_share": draw(percent(20, 80, 10)),
            "spare_time": draw(st.sampled_from(["shared", "kept"])),
        }
        if role in leads or draw(st.booleans()):
            block["caseload"] = draw(st.integers(1, 15))
            block["caseload_target"] = draw(st.integers(1, 12))
        if role in assessors:
            share = draw(st.integers(1, 10)) * 10
            block["job_plan"] = {"assessment": f"{share}%", "treatment": f"{100 - share}%"}
        others = tuple(r for r in roles if r != role)
        if others and draw(st.booleans()):
            block["supervision"] = {"by": draw(some(others)), "hours": f"{draw(st.integers(0, 4))} per week"}
        if draw(st.booleans()):
            block["hiring"] = {"fill": draw(percent(30, 100, 10)), "over": draw(percent(0, 50, 25))}
        if draw(st.booleans()):
            block["cover"] = {"bank": f"{draw(wte(0, 1)):g} wte", "agency": f"{draw(wte(0, 1)):g} wte",
                              "vacancies": draw(percent(0, 100, 50))}  # fmt: skip
        if others and draw(st.booleans()):
            block["promotion"] = {"from": draw(st.sampled_from(others)), "share": draw(percent(20, 100, 20))}
        block |= {"registered": draw(st.booleans()), "band": draw(st.sampled_from([5, 6, "medical"]))}
        blocks[role] = block
    notice = draw(st.integers(0, 5))
    return {
        "full_time": draw(st.sampled_from(["37.5 hours per week", "30 hours per week"])),
        "availability": {
            "annual_leave": draw(worded(0, 8, "weeks")), "study": draw(worded(0, 3, "weeks")),
            "sickness": draw(percent(0, 30, 5)), "sickness_spell": draw(worded(1, 12, "days")),
            "leave_months": draw(st.sampled_from([{}, {"june": "x4", "august": "x0.2"}])),
            "long_sickness": draw(percent(0, 20, 10)), "long_sickness_spell": draw(worded(2, 10, "weeks")),
            "parental": draw(percent(0, 20, 10)), "parental_spell": draw(worded(2, 30, "weeks")),
            "hand_over_after": draw(worded(0, 6, "weeks")), "backfill": draw(percent(0, 100, 50)),
        },
        "programme_time": draw(percent(0, 20, 10)),
        "retention": draw(st.sampled_from([{}, {"career": "10%", "mentoring": "30%", "flexible": "5%", "cap": "15%"}])),
        "pay_rise": {"rise": draw(percent(0, 20, 10))},
        "overtime": {"at_most": draw(st.sampled_from(["0 per week", "6 per week"])),
                     "when_overdue": draw(worded(0, 10, "days"))},
        **draw(workforce_plans(roles)),
        "induction": {"productivity": draw(percent(0, 100, 20)), "caseload": draw(percent(0, 100, 20)),
                      "over": draw(worded(0, 20, "weeks"))},
        "leaving": {"early": draw(times(0.5, 3)), "early_years": "0.5 years", "later": draw(times(0, 2)),
                    "notice": f"{notice} weeks", "no_new_patients": f"{draw(st.integers(0, notice))} weeks"},
        "hiring": {"approval": draw(worded(0, 3, "weeks")), "round": draw(worded(1, 6, "weeks")),
                   "fill": draw(percent(30, 100, 10)), "reputation": draw(st.sampled_from([0, 0.5, 3])),
                   "usual_vacancy": draw(percent(0, 50, 10))},
        "exhaustion": {"switch": draw(st.sampled_from(["on", "off"])), "usual": 0.3, "rise": "0.2 per week",
                       "recovery": "0.05 per week", "smoothing": draw(worded(1, 6, "weeks")), "gain_on_leaving": 3,
                       "gain_on_sickness": 2},
        "roles": blocks,
    }  # fmt: skip


@st.composite
def workforce_plans(draw: st.DrawFn, roles: tuple[str, ...]) -> Tree:
    """Training, upskilling, conversion, freezes and preceptors."""
    plan: Tree = {}
    one, other = roles[0], roles[-1]
    if draw(st.booleans()):
        plan["training"] = {
            name: {
                "into": draw(st.sampled_from(roles)), "first": draw(DATES), "every": draw(worded(4, 10, "weeks")),
                "places": draw(st.integers(1, 2)), "length": draw(worded(2, 12, "weeks")),
                "attrition": draw(percent(0, 60, 20)), "does": {"first": "20%", "last": draw(percent(0, 100, 50))},
                "supervision": {"by": draw(some(roles)), "hours": "3 per week"}, "stays": draw(percent(50, 100, 25)),
                "waits_for_post": draw(worded(0, 5, "weeks")), "pay": "£20,000 per year",
            } for name in draw(some(("apprentices", "degree")))
        }  # fmt: skip
    if one != other and draw(st.booleans()):
        plan["upskilling"] = {"step_up": {
            "serving": one, "into": other, "first": draw(DATES), "places": draw(st.integers(1, 2)),
            "length": draw(worded(1, 8, "weeks")), "away": draw(percent(0, 100, 25)),
            "backfill": draw(percent(0, 100, 50)),
        }}  # fmt: skip
        plan["conversions"] = {"swap": {"vacant": one, "into": other, "posts": "1.5 wte", "from": draw(DATES)}}
    if draw(st.booleans()):
        first = draw(st.integers(1, 40))
        plan["freezes"] = [{"roles": [one], "from": str(START + timedelta(days=first)),
                            "until": str(START + timedelta(days=first + draw(st.integers(1, 80))))}]  # fmt: skip
    if draw(st.booleans()):
        plan["preceptorship"] = {"roles": [one], "by": draw(some(roles)), "over": draw(worded(2, 20, "weeks"))}
    return plan


DATES = st.integers(0, 59).map(lambda day: str(START + timedelta(days=day)))


@st.composite
def openings(draw: st.DrawFn, names: tuple[str, ...]) -> Tree:
    """The people found on the first day."""
    queues = ("assessment", *names)
    caseload: Any = draw(st.integers(0, 40))
    if draw(st.booleans()):
        caseload = {name: draw(st.integers(0, 20)) for name in names}
    return {
        "waiting": {queue: draw(st.integers(0, 15)) for queue in draw(some(queues))},
        "waited": {"assessment": draw(WAITED), "treatment": draw(WAITED)},
        "caseload": caseload,
        "discharges": draw(worded(0, 5, "per week")),
    }


@st.composite
def dated_changes(draw: st.DrawFn, tree: Tree, days: int) -> list[Tree]:
    """Up to three changes, no two of one path; every one changes something."""
    role = draw(st.sampled_from(sorted(tree["workforce"]["roles"])))
    package = draw(st.sampled_from(sorted(tree["packages"])))
    source = draw(st.sampled_from(sorted(tree["demand"]["sources"])))
    kinds = [
        {"set": f"workforce.roles.{role}.funded", "to": f"{draw(wte(0, 5)) + 0.05:g} wte"},
        {"set": f"workforce.roles.{role}.leavers", "to": f"{draw(st.integers(0, 250)) + 0.5}% per year"},
        {"set": f"workforce.roles.{role}.clinical_share", "to": f"{draw(st.integers(10, 90)) + 0.5}%"},
        {"set": f"demand.sources.{source}.referrals", "to": f"{draw(st.integers(0, 20)) + 0.5} per week"},
        {"set": "waiting.per_week.gives_up", "to": f"{draw(st.integers(0, 30)) + 0.55}%"},
        {"set": "waiting.per_week.worsens", "to": f"{draw(st.integers(0, 30)) + 0.55}%"},
        {"set": "in_treatment.per_week.drops_out", "to": f"{draw(st.integers(0, 10)) + 0.55}%"},
        {"set": "did_not_attend.contacts", "to": f"{draw(st.integers(0, 60)) + 0.55}%"},
        {"set": "remote.share", "to": f"{draw(st.integers(0, 90)) + 0.55}%"},
        {"factor": f"packages.{package}.lead.takes", "by": draw(st.sampled_from(["x0.85", "x1.5"]))},
        {"factor": f"packages.{package}.caseload_weight", "by": draw(st.sampled_from(["x0.5", "x2"]))},
        {"factor": f"packages.{package}.lead.every", "by": draw(st.sampled_from(["x1.1", "x2"]))},
    ]
    usable = [
        kind for kind in kinds if "caseload_weight" not in str(kind) or tree["packages"][package]["caseload_weight"]
    ]
    picked = draw(st.lists(st.sampled_from(range(len(usable))), max_size=3, unique=True))
    changes = []
    for number in picked:
        first = draw(st.integers(1, days - 2))
        change: Tree = {"from": str(START + timedelta(days=first)), **usable[number]}
        if draw(st.booleans()):
            change["ramp"] = f"{draw(st.integers(1, 70))} days"
        if draw(st.booleans()):
            change["until"] = str(START + timedelta(days=draw(st.integers(first + 1, days - 1))))
        changes.append(change)
    return changes


@st.composite
def small_worlds(
    draw: st.DrawFn, changes: bool = True, severities: tuple[str, ...] = (), groups: tuple[str, ...] = ()
) -> Tree:
    """A whole small scenario, as a tree: 1 to 3 severities, roles, packages and sources; 60 to 200 days."""
    severities = severities or SEVERITIES[: draw(st.integers(1, 3))]
    roles = ROLES[: draw(st.integers(1, 3))]
    groups = groups or GROUPS[: draw(st.integers(1, 2))]
    leads, assessors = tuple(draw(some(roles))), tuple(draw(some(roles)))
    days = draw(st.integers(60, 200))
    tree: Tree = {
        "name": "A small world", "start": str(START), "horizon": f"{days} days",
        "copies": draw(st.sampled_from([1, 1, 1, 2])),
        "calendar": {"country": draw(st.sampled_from(["England", "none"])),
                     "working_days": draw(st.sampled_from(["mon-fri", "mon-sun"]))},
        "severities": list(severities),
        "groups": {
            name: {"share": share, "gives_up": draw(times(0, 3)), "dna": draw(times(0, 2)),
                   "drops_out": draw(times(0, 3)),
                   "cannot_use_remote": draw(st.sampled_from(["-5 points", "0 points", "+30 points"]))}
            for name, share in draw(shares(groups)).items()
        },
        "demand": draw(demands(severities)),
        "waiting": {
            "order": draw(st.sampled_from(["fifo", "severity", "target"])),
            "standard": draw(of_severity(severities, worded(1, 20, "weeks"))),
            "per_week": {
                risk: draw(of_severity(severities, percent(0, 20, 2))) for risk in ("gives_up", "worsens", "crisis")
            },
        },
        "assessment": {"roles": list(assessors), "takes": draw(worded(30, 240, "minutes")),
                       "to_treatment": draw(of_severity(severities, percent(20, 100, 10))),
                       **draw(limited(list(assessors), severities))},
        "did_not_attend": {
            "assessment": draw(percent(0, 40, 5)), "contacts": draw(percent(0, 40, 5)),
            "slot_lost": draw(percent(0, 100, 25)),
            "rebook_after": draw(worded(0, 21, "days")),
            "close_after": {"assessment": draw(st.integers(1, 3)), "contacts": draw(st.integers(1, 4))},
        },
        "crisis": {
            "roles": draw(some(roles)), "contacts": draw(st.integers(1, 4)), "takes": draw(worded(30, 120, "minutes"))
        },
        "packages": draw(packages(leads, roles, severities)),
        "contacts_by_severity": draw(of_severity(severities, times(0.5, 2))),
        "caseload_by_severity": draw(of_severity(severities, times(0.5, 2))),
        "in_treatment": {
            "per_week": {risk: draw(of_severity(severities, percent(0, 10, 2))) for risk in ("drops_out", "crisis")},
            "stretch": {"switch": draw(st.sampled_from(["on", "off"])), "longer_course": "20% per week"},
        },
        "handover": {"extra_contacts": draw(st.integers(0, 2)), "longer_course": draw(percent(0, 50, 10)),
                     "drops_out": draw(percent(0, 50, 10))},
        "remote": {"share": draw(percent(0, 100, 20)), "saves": draw(worded(0, 20, "minutes")),
                   "cannot_use": draw(of_severity(severities, percent(0, 50, 10))),
                   "fails": draw(percent(0, 40, 20))},
        "safety": {"registered_coordinator": draw(some(severities))},
        "money": draw(st.sampled_from([{}, {"budget": "£150,000 per year"}])),
        "workforce": draw(workforces(roles, leads, assessors)),
    }  # fmt: skip
    if draw(st.booleans()):
        tree["today"] = draw(openings(tuple(sorted(tree["packages"]))))
    elif draw(st.booleans()):
        tree |= {"opening_state": "warm_up", "warm_up": draw(worded(10, 60, "days"))}
    if roles[-1] not in {package["lead"]["roles"][0] for package in tree["packages"].values()}:
        tree["workforce"]["roles"][roles[-1]]["heaviest"] = draw(st.sampled_from([0.5, 1, 2]))
    draw(ways_in(tree, assessors))
    draw(packages_in_full(tree))
    draw(policies(tree))
    if changes:
        tree["changes"] = draw(dated_changes(tree, days))
        tree["rules"] = draw(standing_rules(roles))
    return tree


@st.composite
def ways_in(draw: st.DrawFn, tree: Tree, assessors: tuple[str, ...]) -> None:
    """Adds what may stand between a referral and the end of assessment."""
    severities, assessment, waiting = tuple(tree["severities"]), tree["assessment"], tree["waiting"]
    if draw(st.booleans()):
        tree["triage"] = {"roles": draw(some(assessors)), "takes": draw(worded(5, 60, "minutes"))}
    if draw(st.booleans()):
        tree["opt_in"] = {
            "no_response": draw(of_severity(severities, percent(0, 60, 10))),
            "answers_after": draw(st.sampled_from(["3 days", {"median": "1 week", "p90": "3 weeks"}])),
            "within": draw(worded(1, 25, "days")),
        }
    if draw(st.booleans()):
        waiting["near_breach"] = draw(worded(0, 10, "weeks"))
    if draw(st.booleans()):
        waiting["notice"] = draw(worded(0, 20, "days"))
    if draw(st.booleans()):
        assessment |= {"remote": draw(percent(0, 100, 25)), "urgent_slots": draw(percent(0, 100, 25))}
    if draw(st.booleans()):
        assessment["second"] = {
            "share": draw(of_severity(severities, percent(0, 60, 20))), "after": draw(worded(1, 20, "days")),
            "after_remote": draw(st.sampled_from(["-10 points", "0 points", "+25 points"])),
            "takes": draw(worded(30, 120, "minutes")),
        }  # fmt: skip
    if draw(st.booleans()):
        assessment["joint"] = {
            "share": draw(of_severity(severities, percent(0, 60, 20))), "roles": draw(some(assessors)),
            "takes": draw(worded(30, 120, "minutes")),
        }  # fmt: skip
    for source in tree["demand"]["sources"].values():
        if draw(st.booleans()):
            source["crisis"] = draw(percent(0, 40, 10))
        if draw(st.booleans()):
            source["groups"] = draw(shares(tuple(tree["groups"])))
    tree["crisis"]["standard"] = draw(worded(0, 4, "days"))


@st.composite
def packages_in_full(draw: st.DrawFn, tree: Tree) -> None:
    """Adds shares by severity, ways from package to package, named further series and groups."""
    severities, blocks = tuple(tree["severities"]), tree["packages"]
    if draw(st.booleans()):
        by_severity = {severity: draw(shares(tuple(blocks))) for severity in severities}
        for name, block in blocks.items():
            block["share"] = {severity: mix[name] for severity, mix in by_severity.items()}
    for block in blocks.values():
        onward = draw(st.sampled_from([[], [], *([name] for name in blocks), list(blocks)]))
        most = 100 // max(1, len(onward))
        block["steps"] = [{"to": to, "share": draw(of_severity(severities, percent(0, most, 10)))} for to in onward]
        if not any("share_of_lead_contacts" in item for item in block["also"]) and draw(st.integers(0, 3)) == 0:
            block["lead"]["session"] = draw(SESSIONS)
            block["lead"].pop("remote", None)
        for item in block["also"]:
            kind = draw(st.sampled_from(["pooled", "named", "group"]))
            if "share_of_lead_contacts" not in item and kind != "pooled":
                item.update({"named": True} if kind == "named" else {"session": draw(SESSIONS)})


SESSIONS = st.builds(
    lambda size, least, wait: {"size": size, "least": min(size, least), "wait": f"{wait} days"},
    st.integers(2, 6), st.integers(1, 5), st.integers(0, 30),
)  # fmt: skip


@st.composite
def policies(draw: st.DrawFn, tree: Tree) -> None:
    """Adds how courses end early, what lists and caseloads do, and what remote care costs."""
    demand = tree["demand"]

    def loop() -> Tree:
        return {"switch": draw(st.booleans()), "list": draw(st.integers(1, 30)),
                "if_double": draw(percent(0, 100, 25)), "most": draw(percent(0, 100, 25))}  # fmt: skip

    if draw(st.booleans()):
        demand["deterred"] = loop()
    if draw(st.booleans()):
        demand["declined"] |= {"rising": loop(), "bounce_back_worse": draw(percent(0, 100, 50))}
    if draw(st.booleans()):
        demand["returns"]["early"] = {"below": draw(percent(0, 100, 25)), "times": draw(times(0, 3))}
    if draw(st.booleans()):
        tree["discharge"] = {
            "early": {"switch": draw(st.booleans()), "list": draw(st.integers(0, 30)),
                      "after": draw(percent(0, 100, 25))},
            "review": {"every": draw(st.integers(1, 6)), "ends": draw(percent(0, 60, 20))},
        }  # fmt: skip
    if draw(st.booleans()):
        tree["in_treatment"]["relapse"] = {"switch": draw(st.booleans()), "above": draw(st.integers(0, 15)),
                                           "gain": draw(percent(0, 50, 10)), "most": "x3"}  # fmt: skip
    if draw(st.booleans()):
        tree["remote"] |= {
            "policy": draw(st.sampled_from(["rule", "choice"])),
            "weaker": {"more_contacts": draw(percent(0, 100, 25)), "drops_out": draw(percent(0, 30, 10)),
                       "where_chosen": draw(times(0, 1))},
        }  # fmt: skip


@st.composite
def systems(draw: st.DrawFn) -> Tree:
    """Two small worlds as the linked teams of one scenario: people go from each to the other."""
    tree = draw(small_worlds(changes=False))
    severities = tuple(tree["severities"])
    other = draw(small_worlds(changes=False, severities=severities, groups=tuple(tree["groups"])))
    other = renamed(other, {name: f"{name}_south" for name in (*ROLES, *PACKAGES, *SOURCES)})
    tree["copies"], days = 1, int(tree["horizon"].split()[0])
    for name, world in (("north", tree), ("south", other)):
        for block in (world["demand"]["sources"], world["packages"], world["workforce"]["roles"]):
            for part in block.values():
                part["team"] = name
    own = [name for name in OWN_BLOCKS if name in other]
    norths = {name: tree.pop(name) for name in ("today", "triage", "opt_in") if name in tree}
    tree["teams"] = {
        "north": {"copies": draw(st.integers(1, 3)), "today": {}, **norths},
        "south": {"copies": draw(st.integers(1, 2)), **{name: other[name] for name in own}},
    }
    tree["teams"]["south"].setdefault("today", {})
    ways = st.sampled_from(["south", *other["packages"]]), st.sampled_from(["north", *tree["packages"]])
    for world, way in zip((tree, other), ways, strict=True):
        world["assessment"]["onward"] = [{"to": draw(way), "share": draw(of_severity(severities, percent(0, 80, 20)))}]
        for package in world["packages"].values():
            if not package["steps"] and draw(st.booleans()):
                package["steps"] = [{"to": draw(way), "share": draw(of_severity(severities, percent(0, 80, 20)))}]
    if draw(st.booleans()):
        helper = draw(st.sampled_from(sorted(other["workforce"]["roles"])))
        other["workforce"]["roles"][helper]["also_serves"] = ["north"]
        lists = [item["roles"] for package in tree["packages"].values() for item in package["also"]]
        for roles in (tree["crisis"]["roles"], *lists):
            roles.extend([helper] if draw(st.booleans()) else [])
    tree["demand"]["sources"] |= other["demand"]["sources"]
    tree["packages"] |= other["packages"]
    tree["workforce"]["roles"] |= other["workforce"]["roles"]
    tree["changes"] = draw(dated_changes(tree, days))
    return tree


def renamed(tree: Any, names: dict[str, str]) -> Any:
    """A copy with other names, as keys and as values."""
    if isinstance(tree, dict):
        return {names.get(key, key): renamed(value, names) for key, value in tree.items()}
    if isinstance(tree, list):
        return [renamed(value, names) for value in tree]
    return names.get(tree, tree) if isinstance(tree, str) else tree


WATCHED = (
    ("waiting_list", 20), ("waiting.treatment", 5), ("overdue", 5), ("caseload", 10), ("unallocated", 1),
    ("vacancy", "20%"), ("in_post_wte", "2 wte"), ("over_cap", 0), ("caseload_per_wte", 3), ("utilisation", "60%"),
    ("wait.assessment.waiting_median", "3 weeks"), ("wait.treatment.waiting_p90", "6 weeks"),
    ("wait.internal.waiting_mean", "2 weeks"), ("waiting.over_18_weeks", 2), ("contacts.missed_share", "20%"),
    ("contact_delay", 2), ("exhaustion", 0.35), ("caseload_weighted_per_wte", 3),
)  # fmt: skip


@st.composite
def standing_rules(draw: st.DrawFn, roles: tuple[str, ...]) -> Tree:
    """Up to two standing rules."""
    rules: Tree = {}
    thens = {
        "agency": {"add": f"workforce.roles.{roles[0]}.cover.agency", "by": "+1 wte"},
        "threshold": {"set": "demand.declined.share", "to": "55.55%"},
        "clinics": {"factor": "assessment.takes", "by": "x0.8"},
    }
    for name in draw(st.lists(st.sampled_from(sorted(thens)), max_size=2, unique=True)):
        measure, level = draw(st.sampled_from(WATCHED))
        side, other = draw(st.sampled_from([("above", "below"), ("below", "above")]))
        rules[name] = {
            "when": {"measure": measure, side: level, "for": draw(worded(0, 3, "weeks"))}, "then": [thens[name]]
        }  # fmt: skip
        if draw(st.booleans()):
            rules[name]["until"] = {"measure": measure, other: level, "for": draw(worded(0, 2, "weeks"))}
    return rules
