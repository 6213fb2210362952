"""The story of one post and its people, or of one patient, in dated lines.

In: a scenario, and one replication of it run again. Out: text. Nothing is kept: luck repeats, so the story is the one
that the tables of the same seed and replication were counted from.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from workforce_sim.engine.simulate import simulate
from workforce_sim.engine.staffing import CareerEvent
from workforce_sim.errors import UsageError, nearest, quoted
from workforce_sim.inputs.codes import NOT_YET, End
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.inputs.rules import Inputs, Post, PostKind
from workforce_sim.scenario.scenario import Scenario

TOLD = {
    CareerEvent.FOUND: "is in post on the first day",
    CareerEvent.RESIGNED: "hands in notice",
    CareerEvent.LEFT: "leaves; the caseload waits to be handed over",
    CareerEvent.LEFT_NHS: "… and leaves the NHS, not only the post",
    CareerEvent.ADVERTISED: "the post is advertised",
    CareerEvent.ROUND_FAILED: "a round of adverts fails",
    CareerEvent.WITHDRAWN: "recruitment is withdrawn",
    CareerEvent.STARTED: "starts",
    CareerEvent.TRAINEE_STARTED: "begins training",
    CareerEvent.TRAINEE_LEFT: "gives up training",
    CareerEvent.QUALIFIED: "qualifies, and holds a post from now on",
    CareerEvent.UNPLACED: "qualifies, and leaves",
    CareerEvent.LONG_SICK: "falls ill for long",
    CareerEvent.PARENTAL: "goes on parental leave",
    CareerEvent.BACK: "is back at work",
    CareerEvent.MOVED_OUT: "moves to another role of the team",
    CareerEvent.MOVED_IN: "moves in from another role of the team",
    CareerEvent.UPSKILLING: "begins to train for another role, beside the work",
    CareerEvent.UPSKILLED: "finishes the course, and stays for want of a post",
    CareerEvent.CONVERTED: "a vacant post of this role becomes posts of another",
}
ABOUT_THE_POST = (
    CareerEvent.ADVERTISED, CareerEvent.ROUND_FAILED, CareerEvent.WITHDRAWN, CareerEvent.CONVERTED,
)  # fmt: skip
ENDS = {
    End.OPEN: "still open at the end of the run",
    End.DECLINED: "declined at triage",
    End.GAVE_UP: "gives up waiting",
    End.CLOSED_NOT_ATTENDED: "closed for missing assessments",
    End.CLOSED_WITH_ADVICE: "closed with advice",
    End.COMPLETED: "completes treatment",
    End.DROPPED_OUT: "drops out of treatment",
    End.DISCHARGED_NOT_ATTENDED: "discharged for missing contacts",
    End.NO_RESPONSE: "closed for not answering the invitation",
    End.TRANSFERRED: "goes to another team",
}


def trace_post(scenario: Scenario, wanted: str, seed: int = 1, replication: int = 0) -> str:
    """The story of a post such as `nurse:3`; raises `UsageError` with the nearest posts if there is none."""
    inputs = compile_inputs(scenario)
    labels = [label(inputs, post) for post in inputs.posts]
    if wanted not in labels:
        close = nearest(wanted, labels)
        meant = f"; did you mean {' or '.join(close)}?" if close else ""
        raise UsageError(f"there is no post {quoted(wanted)}{meant} Posts: {', '.join(_in_short(labels))}")
    slot = labels.index(wanted)
    careers = simulate(inputs, seed, replication).careers
    lines = [f"{wanted} in {inputs.name}, replication {replication} of seed {seed}"]
    for day, _, occupant, event in careers[careers[:, 1] == slot].tolist():
        who = "" if event in ABOUT_THE_POST else f"{_holder(occupant)} "
        lines.append(f"{_date(inputs, day)}  {who}{TOLD[CareerEvent(event)]}")
    return "\n".join([*lines, *(["nothing happens to it"] if len(lines) == 1 else [])])


def trace_patient(scenario: Scenario, key: int, seed: int = 1, replication: int = 0) -> str:
    """The story of a person, spell by spell; keys stand in the table `spells` (run with --spells)."""
    inputs = compile_inputs(scenario)
    run = simulate(inputs, seed, replication)
    spells = np.sort(run.log[run.log["key"] == key], order="episode")
    if not len(spells):
        some = ", ".join(str(k) for k in run.log["key"][-3:])
        raise UsageError(f"nobody has the key {key} in replication {replication} of seed {seed}; some who have: {some}")
    lines = [f"person {key} in {inputs.name}, replication {replication} of seed {seed}"]
    for spell in spells:
        lines += _spell(inputs, spell)
    return "\n".join(lines)


def label(inputs: Inputs, post: Post) -> str:
    """How a post is called: `nurse:3`; `mhwp/apprentices:2` for a training place; with the team where there are two."""
    names, kind = inputs.names, post.kind
    role = names.roles[post.role]
    if kind == PostKind.TRAINING:
        role += f"/{inputs.training[post.route].name}"
    elif kind != PostKind.ESTABLISHED:
        role += f"/{kind.name.lower()}"
    team = f"{names.teams[post.team]}/" if len(names.teams) > 1 else ""
    return f"{team}{role}:{post.number}"


def _in_short(labels: list[str]) -> Iterator[str]:
    """nurse:1 to nurse:8, and so on."""
    by_name: dict[str, list[str]] = {}
    for name in labels:
        by_name.setdefault(name.rpartition(":")[0], []).append(name)
    for posts in by_name.values():
        yield posts[0] if len(posts) == 1 else f"{posts[0]} to {posts[-1]}"


def _holder(occupant: int) -> str:
    return "the first holder" if not occupant else f"newcomer {occupant}"


def _date(inputs: Inputs, day: int) -> date:
    return inputs.start + timedelta(days=day)


def _spell(inputs: Inputs, spell: np.void) -> Iterator[str]:
    """The dated lines of a spell, in order."""
    names = inputs.names
    severity, now = names.severities[spell["severity_at_referral"]], names.severities[spell["severity"]]
    package = names.packages[spell["package"]] if spell["package"] >= 0 else ""
    post = inputs.posts[spell["slot"]] if spell["slot"] >= 0 else None
    with_whom = f", with {label(inputs, post)} at the end" if post else ""
    moments = [
        (spell["referral_day"], f"is referred by {names.sources[spell['source']]}, {severity}"),
        (spell["first_contact_day"], "has a first contact"),
        (spell["assessed_day"], f"is assessed{f', for {package}' if package else ''}"),
        (spell["allocated_day"], f"joins a caseload{with_whom}"),
        (spell["second_contact_day"], "has a second contact"),
        (spell["start_day"], "begins treatment"),
    ]
    told = sorted((int(day), place, text) for place, (day, text) in enumerate(moments) if day != NOT_YET)
    for day, _, text in told:
        yield f"{_date(inputs, day)}  {text}"
    end = End(spell["end"])
    worse = f", {now} by then" if now != severity else ""
    day = inputs.days if end == End.OPEN else int(spell["end_day"])
    counted = f"{spell['contacts']} contacts, {spell['missed']} missed, {spell['handovers']} changes of clinician"
    yield f"{_date(inputs, day)}  {ENDS[end]}{worse}: {counted}"
