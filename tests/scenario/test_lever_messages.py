"""Wrong uses of levers, wrong levers, and the exact words that a planner reads about each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.small import small
from workforce_sim.errors import ScenarioError
from workforce_sim.scenario import read_scenario_text
from workforce_sim.scenario.lever_files import read_lever


def use(entry: str, *edits: tuple[str, str]) -> str:
    """The small scenario, which ends in line 18, with one lever in line 20."""
    return small(*edits, more=f"levers:\n  - {entry}\n")


USES: dict[str, tuple[str, list[str]]] = {
    "unknown": (
        use("{lever: retain.bundel, from: 2026-07-01}"),
        [
            'inline.yaml:20:13: levers[0].lever: found "retain.bundel"; expected the name of a lever; '
            '`workforce-sim levers` lists them. Did you mean "retain.bundle" or "retain.career"?',
        ],
    ),
    "form": (
        use("retain.bundle"),
        [
            'inline.yaml:20:5: levers[0]: found "retain.bundle"; expected a lever, such as {lever: '
            "retain.bundle, from: 2026-07-01}.",
        ],
    ),
    "no lever": (
        use("{from: 2026-07-01}"),
        [
            "inline.yaml:20:5: levers[0]: found no `lever`; expected a lever, such as {lever: retain.bundle,"
            " from: 2026-07-01}.",
        ],
    ),
    "no date": (
        use("{lever: retain.bundle}"),
        [
            "inline.yaml:20:5: levers[0]: found no `from`; expected the day on which the lever begins, such "
            "as `from: 2026-07-01`.",
        ],
    ),
    "bad date": (
        use("{lever: retain.bundle, from: July}"),
        [
            'inline.yaml:20:34: levers[0].from: found "July"; expected a date written year-month-day, such '
            "as 2026-04-01.",
        ],
    ),
    "date after the run": (
        use("{lever: retain.bundle, from: 2036-07-01}"),
        [
            "inline.yaml:20:5: levers[0].from: found 2036-07-01 in lever retain.bundle; expected a date "
            "within the run, from 2026-04-01 to 2028-03-31.",
        ],
    ),
    "end before begin": (
        use("{lever: retain.bundle, from: 2026-07-01, until: 2026-06-01}"),
        [
            "inline.yaml:20:53: levers[0].until: found 2026-06-01; expected a date after 2026-07-01, when "
            "the lever begins.",
        ],
    ),
    "effect beyond": (
        use("{lever: retain.bundle, from: 2026-07-01, effect: 30%}"),
        [
            'inline.yaml:20:54: levers[0].effect: found "30%"; expected low, default, high or an amount from'
            " 4% to 15%.",
        ],
    ),
    "effect in another unit": (
        use("{lever: retain.bundle, from: 2026-07-01, effect: 8}"),
        [
            "inline.yaml:20:54: levers[0].effect: found 8; expected low, default, high or an amount from 4% to 15%.",
        ],
    ),
    "effect of a decision": (
        use("{lever: posts.add, from: 2026-07-01, effect: high}"),
        [
            'inline.yaml:20:50: levers[0].effect: found "high"; expected no effect: posts.add is a decision,'
            " not an estimate.",
        ],
    ),
    "unknown key": (
        use("{lever: posts.add, from: 2026-07-01, rolle: peer}"),
        [
            'inline.yaml:20:49: levers[0].rolle: found the unknown key "rolle"; expected one of lever, from,'
            ' until, effect, name, costs, role, posts. Did you mean "role"?',
        ],
    ),
    "parameter that is no value": (
        use("{lever: posts.add, from: 2026-07-01, role: {nurse: 1}}"),
        [
            "inline.yaml:20:48: levers[0].role: found a mapping; expected a value: the role.",
        ],
    ),
    "name": (
        use("{lever: posts.add, from: 2026-07-01, name: Two More}"),
        [
            'inline.yaml:20:48: levers[0].name: found "Two More"; expected a name of small letters, digits '
            "and _, such as second_wave.",
        ],
    ),
    "costs": (
        use("{lever: posts.add, from: 2026-07-01, costs: {once: 5000}}"),
        [
            "inline.yaml:20:56: levers[0].costs.once: found 5000; expected a sum of money, such as "
            '"£12,000". Did you mean "£5000"?',
        ],
    ),
    "cost key": (
        use("{lever: posts.add, from: 2026-07-01, costs: {yearly: £5}}"),
        [
            "inline.yaml:20:49: levers[0].costs: found a mapping; expected costs, such as {once: £5,000, "
            "per_year: £12,000 per year}.",
        ],
    ),
    "path that is not there": (
        use("{lever: posts.add, from: 2026-07-01, role: nurze}"),
        [
            'inline.yaml:20:5: levers[0]: found "workforce.roles.nurze.funded" in lever posts.add; expected '
            'the path of a number of this scenario. Did you mean "workforce.roles.nurse.funded" or '
            '"workforce.roles.peer.funded"?',
        ],
    ),
    "value in another unit": (
        use("{lever: posts.add, from: 2026-07-01, posts: 2}"),
        [
            "inline.yaml:20:5: levers[0]: found 2 for workforce.roles.nurse.funded in lever posts.add; "
            'expected whole-time equivalents, such as "5.5 wte". Did you mean "2 wte"?',
        ],
    ),
    "stands so already": (
        use("{lever: retain.bundle, from: 2026-07-01}", ("workforce:\n", "workforce:\n  retention: {bundle: 8%}\n")),
        [
            'inline.yaml:21:5: levers[0]: found "8%" for workforce.retention.bundle in lever retain.bundle; '
            "expected a value that changes workforce.retention.bundle, which stands so already.",
        ],
    ),
    "beyond the range": (
        use("{lever: posts.add, from: 2026-07-01, posts: -6 wte}"),
        [
            'inline.yaml:20:5: levers[0]: found on 2026-07-01 at workforce.roles.nurse.funded: "-1 wte" in '
            "lever posts.add; expected whole-time equivalents from 0 wte to 10000 wte.",
        ],
    ),
    "role that is not there": (
        use("{lever: pipeline.mhwp, from: 2026-07-01, role: nurze}"),
        [
            'inline.yaml:20:5: workforce.training.pipeline_mhwp.into: found "nurze" in lever pipeline.mhwp; '
            'expected a role of this scenario: nurse or peer. Did you mean "nurse"?',
        ],
    ),
    "structure that is not there": (
        use("{lever: roles.psw, from: 2026-07-01, role: peeer, by: [nurse]}"),
        [
            "inline.yaml:20:5: levers[0]: found "
            '"packages.care_coordination.also.support.share_of_lead_conta…" in lever roles.psw; expected the'
            " path of a number of this scenario.",
            'inline.yaml:20:5: levers[0]: found "peeer" in lever roles.psw; expected a name that the '
            'scenario has in workforce.roles: nurse, peer. Did you mean "peer"?',
            'inline.yaml:20:5: levers[0]: found "workforce.roles.peeer.funded" in lever roles.psw; expected '
            'the path of a number of this scenario. Did you mean "workforce.roles.peer.funded" or '
            '"workforce.roles.nurse.funded"?',
        ],
    ),
    "end that is needed": (
        use("{lever: recruit.freeze, from: 2026-07-01}"),
        [
            "inline.yaml:20:5: workforce.freezes[0].until: found nothing in lever recruit.freeze; expected "
            "`until`, which is required.",
        ],
    ),
    "time that cannot be read": (
        use("{lever: roles.mhwp, from: 2026-07-01, role: nurse, training: soon}"),
        [
            "inline.yaml:20:5: levers[0]: found a time that cannot be read in lever roles.mhwp; expected a "
            'duration, such as "6 weeks".',
        ],
    ),
    "time beyond reason": (
        use("{lever: roles.mhwp, from: 2026-07-01, role: nurse, training: 999999999 years}"),
        [
            "inline.yaml:20:5: levers[0]: found a time that cannot be read in lever roles.mhwp; expected "
            "a duration from 0 weeks to 60 years.",
        ],
    ),
    "decimal comma": (
        use('{lever: retain.bundle, from: 2026-07-01, effect: "0,9%"}'),
        [
            'inline.yaml:20:54: levers[0].effect: found "0,9%"; expected low, default, high or an amount '
            "from 4% to 15%.",
        ],
    ),
    "stands there already": (
        use(
            "{lever: pipeline.mhwp, from: 2026-07-01, role: nurse}",
            (
                "workforce:\n",
                "workforce:\n  training:\n"
                "    pipeline_mhwp: {into: nurse, first: 2026-09-01, places: 4, length: 1 year}\n",
            ),
        ),
        [
            "inline.yaml:22:5: levers[0]: found workforce.training.pipeline_mhwp.first, which is "
            '"2026-09-01" already, in lever pipeline.mhwp; expected "2026-07-01" or nothing there.',
            'inline.yaml:22:5: levers[0]: found workforce.training.pipeline_mhwp.length, which is "1 year" '
            'already, in lever pipeline.mhwp; expected "52 weeks" or nothing there.',
            "inline.yaml:22:5: levers[0]: found workforce.training.pipeline_mhwp.places, which is 4 already,"
            " in lever pipeline.mhwp; expected 2 or nothing there.",
        ],
    ),
    "twice": (
        use("{lever: posts.add, from: 2026-07-01}\n  - {lever: posts.add, from: 2026-08-01}"),
        [
            'inline.yaml:21:13: levers[1].lever: found "posts_add" a second time; expected a `name` of its '
            "own for each use of a lever.",
        ],
    ),
    "no list": (
        small(more="levers: {retain.bundle: 8%}\n"),
        [
            "inline.yaml:19:9: levers: found something else; expected a list of levers, each `- {lever: "
            "retain.bundle, from: 2026-07-01}`.",
        ],
    ),
    "folder in a text": (
        small(more="lever_folder: mine\n"),
        [
            'inline.yaml:19:15: lever_folder: found "mine"; expected no `lever_folder` outside a file.',
        ],
    ),
}

LEVER = """\
name: own.lever
theme: A17
title: Our own lever
mechanism: People stay.
effect: {meaning: fewer leave, low: 1%, default: 2%, high: 3%}
parameters:
  role: {meaning: a role, default: nurse}
changes:
  - factor: workforce.roles.{role}.leavers
    by: {low: x0.99, default: x0.98, high: x0.97}
grade: U
unknown: All of it.
"""

FILES: dict[str, tuple[str, str, list[str]]] = {
    "unknown key": (
        "unknown: All of it.",
        "unknwon: All of it.",
        [
            'own.lever.yaml:12:1: unknwon: found the unknown key "unknwon"; expected a key that belongs '
            'here. Did you mean "unknown"?',
        ],
    ),
    "theme": (
        "theme: A17",
        "theme: A28",
        [
            'own.lever.yaml:2:8: theme: found "A28"; expected A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, '
            "A12, A13, A14, A15, A16, A17, A18, A19, A20, A21, A22, A23, A24, A25, A26, A27, A30, A31, A32, "
            'A33 or A34. Did you mean "A8" or "A2"?',
        ],
    ),
    "another name": (
        "name: own.lever",
        "name: own.leaver",
        [
            'own.lever.yaml:1:7: name: found "own.leaver"; expected own.lever, as the file is called.',
        ],
    ),
    "spelling of the name": (
        "name: own.lever",
        "name: Own Lever",
        [
            'own.lever.yaml:1:7: name: found "Own Lever"; expected a name of small letters, digits, _ and '
            "dots, such as retain.bundle.",
        ],
    ),
    "default outside": (
        "default: 2%, high",
        "default: 4%, high",
        [
            "own.lever.yaml:5:1: effect: found a mapping; expected a default between low and high.",
        ],
    ),
    "two units": (
        "high: x0.97",
        "high: 3%",
        [
            "own.lever.yaml:10:5: changes[0].by: found x0.99, x0.98, 3%; expected low, default and high in "
            "the same unit.",
        ],
    ),
    "no amount": (
        "low: 1%",
        "low: little",
        [
            'own.lever.yaml:5:37: effect.low: found "little"; expected an amount with its unit, such as 8%, '
            "-6 weeks or x0.9.",
        ],
    ),
    "no change": (
        "    by: {low: x0.99, default: x0.98, high: x0.97}\n",
        "",
        [
            "own.lever.yaml:9:5: changes[0]: found a mapping; expected a change, {set: a.path, to: …}, "
            "{factor: a.path, by: x0.9} or {add: a.path, by: +2 wte}.",
        ],
    ),
    "nothing": (
        "changes:\n  - factor: workforce.roles.{role}.leavers\n    by: {low: x0.99, default: x0.98, high: x0.97}\n",
        "",
        [
            "own.lever.yaml:1:1: found a lever that does nothing; expected at least one of changes, adds and time.",
        ],
    ),
    "unknown parameter": (
        "roles.{role}",
        "roles.{rolle}",
        [
            "own.lever.yaml:1:1: found {rolle}; expected a placeholder for role, name, from, until, "
            'effect or lag. Did you mean "role"?',
        ],
    ),
    "lag that nothing follows": (
        "high: x0.97}\n",
        "high: x0.97}\n    ramp: 2 weeks\nlag: 4 weeks\n",
        [
            "own.lever.yaml:1:1: found a mapping; expected no lag, because nothing follows it: no change without a "
            "ramp or uptake of its own, no {lag}.",
        ],
    ),
    "parameter not used": (
        "roles.{role}",
        "roles.nurse",
        [
            'own.lever.yaml:1:1: found "role"; expected a parameter that the lever uses.',
        ],
    ),
    "parameter with a name that is taken": (
        "  role: {meaning",
        "  from: {meaning: a day, default: x}\n  role: {meaning",
        [
            'own.lever.yaml:1:1: found "from"; expected another name for the parameter.',
        ],
    ),
    "grade without source": (
        "grade: U",
        "grade: B",
        [
            "own.lever.yaml:1:1: found grade B without sources; expected sources, or grade U.",
        ],
    ),
    "ramp": (
        "grade: U",
        "lag: 6\ngrade: U",
        [
            'own.lever.yaml:11:6: lag: found 6; expected a duration, such as "6 weeks". Did you mean "6 weeks"?',
        ],
    ),
    "value": (
        "by: {low: x0.99, default: x0.98, high: x0.97}",
        "by: [x0.9]",
        [
            "own.lever.yaml:10:9: changes[0].by: found a list; expected a value, or three of them: {low: …, "
            "default: …, high: …}.",
        ],
    ),
}


def told(action, *arguments) -> list[str]:
    """What is found."""
    with pytest.raises(ScenarioError) as caught:
        action(*arguments)
    return [str(finding) for finding in caught.value.findings]


@pytest.mark.parametrize("case", USES)
def test_a_wrong_use_is_told_in_these_words(case: str) -> None:
    """Every fault is told at the line that uses the lever, with the lever's name and the path."""
    text, expected = USES[case]
    assert told(read_scenario_text, text) == expected


@pytest.mark.parametrize("case", FILES)
def test_a_wrong_lever_is_told_in_these_words(case: str, tmp_path: Path) -> None:
    """A lever of one's own is judged like a scenario, with line and column."""
    old, new, expected = FILES[case]
    assert LEVER.count(old) == 1
    path = tmp_path / "own.lever.yaml"
    path.write_text(LEVER.replace(old, new), encoding="utf-8")
    assert told(read_lever, path, "own.lever.yaml") == expected
