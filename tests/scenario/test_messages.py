"""Wrong scenarios and the exact words that a planner reads about each."""

from __future__ import annotations

import pytest

from tests.scenario.small import small
from workforce_sim.errors import ScenarioError
from workforce_sim.scenario import read_scenario_text


def change(entry: str) -> str:
    """A `changes` block with one entry."""
    return f"changes:\n  - {entry}\n"


CASES: dict[str, tuple[str, list[str]]] = {
    "unknown key": (
        small(("gp: {referrals", "gp: {refferals")),
        [
            'inline.yaml:7:10: demand.sources.gp.refferals: found the unknown key "refferals"; '
            'expected one of crisis, groups, growth, referrals, severity, team, urgent. Did you mean "referrals"?',
        ],
    ),
    "unknown top key": (
        small(more="waitng: {}\n"),
        [
            'inline.yaml:19:1: waitng: found the unknown key "waitng"; expected a key that belongs '
            'here. Did you mean "waiting"?',
        ],
    ),
    "wrong unit": (
        small(("11 per week", "11 per wek")),
        [
            'inline.yaml:7:21: demand.sources.gp.referrals: found "11 per wek"; expected a rate, such '
            'as "11 per week". Did you mean "11 per week" or "11 per year"?',
        ],
    ),
    "missing unit": (
        small(("every: 2 weeks", "every: 2")),
        [
            'inline.yaml:14:49: packages.therapy.lead.every: found 2; expected a duration, such as "6 '
            'weeks". Did you mean "2 weeks"?',
        ],
    ),
    "missing unit text": (
        small(("5 wte", "'5'")),
        [
            'inline.yaml:17:21: workforce.roles.nurse.funded: found "5"; expected whole-time '
            'equivalents, such as "5.5 wte". Did you mean "5 wte"?',
        ],
    ),
    "misspelt role": (
        small(("{roles: [nurse], takes", "{roles: [nurze], takes")),
        [
            'inline.yaml:10:22: assessment.roles[0]: found "nurze"; expected a role of this scenario: '
            'nurse or peer. Did you mean "nurse"?',
        ],
    ),
    "shares of a mix": (
        small(("mild: 60%", "mild: 57%")),
        [
            "inline.yaml:7:34: demand.sources.gp.severity: found shares that add up to 97%; expected "
            "shares that add up to 100%.",
        ],
    ),
    "package shares": (
        small(("share: 100%", "share: 97%")),
        [
            "inline.yaml:12:3: packages: found package shares that add up to 97%; expected shares that add up to 100%.",
        ],
    ),
    "duplicate key": (
        small(more="waiting: {}\n"),
        [
            'inline.yaml:19:1: waiting: found a second "waiting"; expected each key once; the first is in line 8.',
        ],
    ),
    "duplicate id ignoring case": (
        small(("    peer:", "    Nurse: {funded: 1 wte, clinical_share: 50%}\n    peer:")),
        [
            'inline.yaml:18:5: workforce.roles.Nurse: found a second "Nurse"; expected each key once; '
            "the first is in line 17.",
        ],
    ),
    "name that is no id": (
        small(("    peer:", "    Peer:")),
        [
            'inline.yaml:18:5: workforce.roles.Peer: found "Peer"; expected a name of up to 64 small '
            "letters, digits and _, beginning with a letter, such as peer_support_worker.",
        ],
    ),
    "alias": (
        "a: &a [x, x]\nb: &b [*a, *a]\n",
        [
            "inline.yaml:1:4: a: found an anchor, &a; expected no anchors: write the value where it is needed.",
        ],
    ),
    "tag": (
        small(("11 per week", "!!python/object:os.system 11")),
        [
            "inline.yaml:7:21: demand.sources.gp.referrals: found the tag "
            '"tag:yaml.org,2002:python/object:os.system"; expected plain values without tags.',
        ],
    ),
    "tab": (
        small(("    share: 100%", "\tshare: 100%")),
        [
            "inline.yaml:13:1: found a tab; expected spaces: YAML does not allow tabs for indentation.",
        ],
    ),
    "syntax": (
        small(("severity: {mild: 60%, severe: 40%}}", "severity: {mild: 60%, severe: 40%}")),
        [
            "inline.yaml:8:1: found text that is not YAML (expected ',' or '}', but got '<scalar>'); "
            "expected `key: value` lines with even indentation.",
        ],
    ),
    "change unknown": (
        small(more=change("{from: 2026-10-01, set: workforce.roles.nurze.funded, to: 6 wte}")),
        [
            'inline.yaml:20:29: changes[0].set: found "workforce.roles.nurze.funded"; expected the '
            'path of a number of this scenario. Did you mean "workforce.roles.nurse.funded" or '
            '"workforce.roles.peer.funded"?',
        ],
    ),
    "change date": (
        small(more=change("{from: 2036-10-01, set: workforce.roles.nurse.funded, to: 6 wte}")),
        [
            "inline.yaml:20:12: changes[0].from: found 2036-10-01; expected a date within the run, "
            "from 2026-04-01 to 2028-03-31.",
        ],
    ),
    "change nothing": (
        small(more=change("{from: 2026-10-01, set: workforce.roles.nurse.funded, to: 5 wte}")),
        [
            'inline.yaml:20:63: changes[0].to: found "5 wte"; expected a value that changes '
            "workforce.roles.nurse.funded, which stands so already.",
        ],
    ),
    "change unit": (
        small(more=change("{from: 2026-10-01, set: workforce.roles.nurse.funded, to: 6}")),
        [
            'inline.yaml:20:63: changes[0].to: found 6; expected whole-time equivalents, such as "5.5 '
            'wte". Did you mean "6 wte"?',
        ],
    ),
    "change until": (
        small(more=change("{from: 2026-10-01, until: 2026-09-01, set: workforce.roles.nurse.funded, to: 6 wte}")),
        [
            "inline.yaml:20:31: changes[0].until: found 2026-09-01; expected a date after 2026-10-01, "
            "when the change begins.",
        ],
    ),
    "change fixed": (
        small(more=change("{from: 2026-10-01, set: horizon, to: 6 years}")),
        [
            'inline.yaml:20:29: changes[0].set: found "horizon"; expected a number that can change in '
            "time; the horizon cannot.",
        ],
    ),
    "change form": (
        small(more=change("{from: 2026-10-01, set: workforce.roles.nurse.funded, by: x2}")),
        [
            "inline.yaml:20:5: changes[0]: found the keys from, set, by; expected a change, {from: "
            "2026-10-01, set: a.path, to: …}, {from: 2026-10-01, factor: a.path, by: x0.9} or {from: "
            "2026-10-01, add: a.path, by: +2 wte}.",
        ],
    ),
    "change breaks": (
        small(more=change("{from: 2026-10-01, set: packages.therapy.share, to: 90%}")),
        [
            "inline.yaml:20:5: changes[0]: found on 2026-10-01 at packages: package shares that add "
            "up to 90%; expected shares that add up to 100%.",
        ],
    ),
    "change range": (
        small(more=change("{from: 2026-10-01, factor: workforce.roles.nurse.clinical_share, by: x2}")),
        [
            "inline.yaml:20:5: changes[0]: found on 2026-10-01 at "
            'workforce.roles.nurse.clinical_share: "120%"; expected a share from 0% to 100%.',
        ],
    ),
    "factor no x": (
        small(more=change("{from: 2026-10-01, factor: workforce.roles.nurse.funded, by: 1.2}")),
        [
            'inline.yaml:20:66: changes[0].by: found 1.2; expected a factor, such as "x1.2". Did you mean "x1.2"?',
        ],
    ),
    "factor by none": (
        small(more=change("{from: 2026-10-01, factor: demand.sources.gp.urgent, by: x1.2}")),
        [
            "inline.yaml:20:32: changes[0].factor: found demand.sources.gp.urgent; expected `set`, "
            "in full and at once, because the scenario gives no value.",
        ],
    ),
    "whole": (
        small(more=change("{from: 2026-10-01, factor: handover.extra_contacts, by: x2}")),
        [
            "inline.yaml:20:32: changes[0].factor: found handover.extra_contacts; expected `set` or "
            "`add`, in full and at once, because it is a whole number.",
        ],
    ),
    "added unit": (
        small(more=change("{from: 2026-10-01, add: workforce.roles.nurse.funded, by: +2}")),
        [
            "inline.yaml:20:63: changes[0].by: found 2; expected whole-time equivalents, such as "
            '"5.5 wte". Did you mean "2 wte"?',
        ],
    ),
    "added share": (
        small(more=change("{from: 2026-10-01, add: waiting.per_week.gives_up, by: 5%}")),
        [
            'inline.yaml:20:60: changes[0].by: found "5%"; expected percentage points, such as "+5 '
            'points". Did you mean "5 points"?',
        ],
    ),
    "added beyond": (
        small(more=change("{from: 2026-10-01, add: workforce.roles.nurse.funded, by: -6 wte, ramp: 8 weeks}")),
        [
            "inline.yaml:20:5: changes[0]: found on 2026-11-26 at workforce.roles.nurse.funded: "
            '"-1 wte"; expected whole-time equivalents from 0 wte to 10000 wte.',
        ],
    ),
    "ramp and uptake": (
        small(
            more=change(
                "{from: 2026-10-01, add: workforce.roles.nurse.funded, by: +2 wte, ramp: 8 weeks, uptake: 4 weeks}"
            )
        ),
        [
            "inline.yaml:20:94: changes[0].uptake: found a ramp and an uptake; expected one of the two.",
        ],
    ),
    "half-life": (
        small(more=change("{from: 2026-10-01, set: remote.share, to: 20%, half_life: 4 weeks}")),
        [
            'inline.yaml:20:63: changes[0].half_life: found "4 weeks"; expected a duration from 13 weeks to 60 years.',
        ],
    ),
    "extent": (
        small(more=change("{from: 2026-10-01, set: remote.share, to: 20%, extent: 120%}")),
        [
            'inline.yaml:20:60: changes[0].extent: found "120%"; expected a share from 0% to 100%.',
        ],
    ),
    "negative": (
        small(("11 per week", "-3 per week")),
        [
            'inline.yaml:7:21: demand.sources.gp.referrals: found "-3 per week"; expected a rate of '
            "at least 0 per week.",
        ],
    ),
    "nan": (
        small(("contacts: 10", "contacts: .nan")),
        [
            'inline.yaml:14:38: packages.therapy.lead.contacts: found ".nan"; expected a finite number.',
        ],
    ),
    "text for number": (
        small(("contacts: 10", "contacts: ten")),
        [
            'inline.yaml:14:38: packages.therapy.lead.contacts: found "ten"; expected a number, such as 0.5.',
        ],
    ),
    "empty file": (
        "# nothing\n",
        [
            "inline.yaml:1:1: found an empty file; expected a scenario, which is a mapping that begins with `name: …`.",
        ],
    ),
    "a list at top": (
        "- a\n",
        [
            "inline.yaml:1:1: found a list; expected a scenario, which is a mapping that begins with `name: …`.",
        ],
    ),
    "nested too deep": (
        "a: " + "[" * 60 + "\n",
        [
            "inline.yaml:1:43: a[0][0][0][0][0][0][0][0][0][0][0]…: found more than 40 levels of "
            "nesting; expected a flatter scenario.",
        ],
    ),
    "mix missing": (
        small(("{mild: 60%, severe: 40%}", "{mild: 100%}")),
        [
            "inline.yaml:7:34: demand.sources.gp.severity: found only mild; expected a value for "
            "every severity; add severe.",
        ],
    ),
    "mix unknown": (
        small(("{mild: 60%, severe: 40%}", "{mild: 60%, sever: 40%}")),
        [
            'inline.yaml:7:63: demand.sources.gp.severity.sever: found "sever"; expected a severity '
            'of this scenario: mild or severe. Did you mean "severe"?',
        ],
    ),
    "no caseload": (
        small(("caseload: 30, ", "")),
        [
            'inline.yaml:14:20: packages.therapy.lead.roles[0]: found "nurse", which holds no '
            "caseload; expected a `caseload` for nurse, or another role.",
        ],
    ),
    "bad date": (
        small(("2026-04-01", "01/04/2026")),
        [
            'inline.yaml:2:8: start: found "01/04/2026"; expected a date written year-month-day, such as 2026-04-01.',
        ],
    ),
    "bad date2": (
        small(("2026-04-01", "2026-02-30")),
        [
            'inline.yaml:2:8: start: found "2026-02-30"; expected a day that exists in the calendar, '
            "such as 2026-04-01.",
        ],
    ),
    "missing required": (
        small(("takes: 60 minutes", "remote: 0%")),
        [
            "inline.yaml:14:5: packages.therapy.lead.takes: found nothing; expected a time of work, "
            'such as "90 minutes".',
        ],
    ),
    "missing name": (
        small(("name: Small team\n", "")),
        [
            "inline.yaml:1:1: name: found nothing; expected `name`, which is required.",
        ],
    ),
    "missing block": (
        small(("assessment: {roles: [nurse], takes: 120 minutes}\n", "")),
        [
            "inline.yaml:1:1: assessment: found nothing; expected `assessment`, which is required.",
        ],
    ),
    "range": (
        small(
            ("leavers: 10% per year", "leavers: {value: 10% per year, range: [12% per year, 20% per year], grade: B}")
        ),
        [
            "inline.yaml:17:66: workforce.roles.nurse.leavers.range: found 12% per year to 20% per "
            "year; expected a range that contains 10% per year.",
        ],
    ),
    "grade": (
        small(("leavers: 10% per year", "leavers: {value: 10% per year, grade: E}")),
        [
            'inline.yaml:17:66: workforce.roles.nurse.leavers.grade: found "E"; expected the grade A, B, C, D or U.',
        ],
    ),
    "factor": (
        small(more="contacts_by_severity: {severe: 1.6}\n"),
        [
            "inline.yaml:19:32: contacts_by_severity.severe: found 1.6; expected a factor, such as "
            '"x1.2". Did you mean "x1.6"?',
        ],
    ),
    "per sev scalar": (
        small(("gives_up: 1%", "gives_up: 1 percent")),
        [
            'inline.yaml:9:24: waiting.per_week.gives_up: found "1 percent"; expected a share, such as "25%" or 0.25.',
        ],
    ),
    "share 150": (
        small(("gives_up: 1%", "gives_up: 150%")),
        [
            'inline.yaml:9:24: waiting.per_week.gives_up: found "150%"; expected a share from 0% to 100%.',
        ],
    ),
    "share 25": (
        small(("gives_up: 1%", "gives_up: 25")),
        [
            "inline.yaml:9:24: waiting.per_week.gives_up: found 25; expected a share from 0% to 100%. "
            'Did you mean "25%"?',
        ],
    ),
    "bool": (
        small(("contacts: 10", "contacts: true")),
        [
            "inline.yaml:14:38: packages.therapy.lead.contacts: found true; expected a number, such as 0.5.",
        ],
    ),
    "comma": (
        small(("11 per week", "'1,100 per year'")),
        [
            'inline.yaml:7:21: demand.sources.gp.referrals: found "1,100 per year"; expected a rate, '
            'such as "11 per week". Did you mean "1100 per year"?',
        ],
    ),
    "warm-up without length": (
        small(more="opening_state: warm_up\n"),
        [
            "inline.yaml:19:16: opening_state: found `warm_up` without its length; expected a line "
            "such as `warm_up: 2 years`; `workforce-sim warm-up` chooses one.",
        ],
    ),
    "too many in post": (
        small(("funded: 5 wte", "funded: 5 wte, in_post: 8 wte")),
        [
            "inline.yaml:17:37: workforce.roles.nurse.in_post: found 8 wte; expected at most one and "
            "a half times the 5 wte funded.",
        ],
    ),
    "order": (
        small(("waiting:\n", "waiting:\n  order: fiffo\n")),
        [
            'inline.yaml:9:10: waiting.order: found "fiffo"; expected fifo, severity or target. Did you mean "fifo"?',
        ],
    ),
    "switch": (
        small(more="in_treatment: {stretch: {switch: onn}}\n"),
        [
            'inline.yaml:19:34: in_treatment.stretch.switch: found "onn"; expected on or off. Did you mean "on"?',
        ],
    ),
    "roles scalar": (
        small(("{roles: [nurse], takes", "{roles: nurse, takes")),
        [
            'inline.yaml:10:21: assessment.roles: found "nurse"; expected a list, such as [nurse, social_worker].',
        ],
    ),
    "block scalar": (
        small(more="remote: 25%\n"),
        [
            'inline.yaml:19:9: remote: found "25%"; expected a mapping, that is, `key: value` pairs.',
        ],
    ),
    "crisis none": (
        small(more="in_treatment: {per_week: {crisis: 1%}}\n"),
        [
            "inline.yaml:1:1: crisis: found nothing; expected what a crisis costs, {roles: …, contacts: …, takes: …}.",
        ],
    ),
    "assessor without time": (
        small(("roles: [nurse], takes: 120", "roles: [nurse, peer], takes: 120")),
        [
            'inline.yaml:10:29: assessment.roles[1]: found "peer", whose job plan has no assessments; '
            "expected `job_plan.assessment` above 0% for peer, or another role.",
        ],
    ),
    "limits": (
        small(
            ("{roles: [nurse], takes: 120 minutes}", "{roles: [nurse], takes: 120 minutes, limits: {nurse: [mild]}}")
        ),
        [
            "inline.yaml:10:58: assessment.limits: found no role for severe: such people would wait "
            "for ever; expected at least one role that may take severe.",
        ],
    ),
    "remote": (
        small(more="remote: {share: 50%, saves: 60 minutes}\n"),
        [
            "inline.yaml:19:29: remote.saves: found 60 minutes; expected less than the shortest "
            "contact that can be remote, 60 minutes.",
        ],
    ),
    "supervise self": (
        small(("50%}", "50%, supervision: {by: [peer], hours: 1 per week}}")),
        [
            'inline.yaml:18:67: workforce.roles.peer.supervision.by[0]: found "peer" itself; expected '
            "another role as supervisor.",
        ],
    ),
    "evidence": (
        small(more="evidence: {workforce.roles.nurse.leaver: {grade: B}}\n"),
        [
            "inline.yaml:19:42: evidence.workforce.roles.nurse.leaver: found "
            '"workforce.roles.nurse.leaver"; expected the path of a number of this scenario. Did you '
            'mean "workforce.roles.nurse.leavers" or "workforce.roles.nurse.heaviest"?',
        ],
    ),
    "waiting": (
        small(more="today: {waiting: {therappy: 3}}\n"),
        [
            'inline.yaml:19:9: today.waiting: found "therappy"; expected queues among assessment, '
            'therapy. Did you mean "therapy"?',
        ],
    ),
    "month": (
        small(("demand:\n", "demand:\n  months: {augst: x0.9}\n")),
        [
            'inline.yaml:6:3: demand.months: found "augst"; expected months such as january or '
            'december. Did you mean "august"?',
        ],
    ),
    "also": (
        small(
            (
                "takes: 60 minutes}",
                "takes: 60 minutes}\n    also:\n      - {name: support, roles: [peer], share_of_lead_contacts: 25%}\n"
                "      - {name: group, roles: [peer], contacts: 3}",
            )
        ),
        [
            'inline.yaml:16:64: packages.therapy.also[0].share_of_lead_contacts: found "25%"; '
            'expected a greatest share, such as "up to 25%". Did you mean "up to 25%"?',
            'inline.yaml:17:9: packages.therapy.also[1].every: found nothing; expected a duration, such as "6 weeks".',
            "inline.yaml:17:9: packages.therapy.also[1].takes: found nothing; expected a time of "
            'work, such as "90 minutes".',
        ],
    ),
    "distribution keys": (
        small(("contacts: 10", "contacts: {mean: 10, median: 8}")),
        [
            "inline.yaml:14:28: packages.therapy.lead.contacts: found the keys mean, median; expected "
            "a number, or {mean: …, sd: …}.",
        ],
    ),
    "distribution order": (
        small(("every: 2 weeks", "every: {median: 2 weeks, p90: 1 week}")),
        [
            "inline.yaml:14:42: packages.therapy.lead.every: found 2 weeks and 1 week; expected a "
            "90th percentile above a median above 0.",
        ],
    ),
    "two documents": (
        small(more="---\nname: b\n"),
        [
            "inline.yaml:19:1: found a second document (`---`); expected one scenario in a file.",
        ],
    ),
    "extends": (
        small(more="extends: other.yaml\n"),
        [
            'inline.yaml:19:10: extends: found "other.yaml"; expected no `extends` outside a file.',
        ],
    ),
    "bidi": (
        small(("Small team", "Small\u202e team")),
        [
            "inline.yaml:1:7: name: found an invisible character, U+202E; expected text that can be seen.",
        ],
    ),
    "null": (
        small(("share: 100%", "share:")),
        [
            'inline.yaml:14:5: packages.therapy.share: found nothing; expected a share, such as "25%" or 0.25.',
        ],
    ),
    "hiring": (
        small(("50%}", "50%, hiring: {fill: 0%}}")),
        [
            'inline.yaml:18:63: workforce.roles.peer.hiring.fill: found "0%"; expected a share from 1% to 100%.',
        ],
    ),
    "exhaust": (
        small(("workforce:\n", "workforce:\n  exhaustion: of\n")),
        [
            'inline.yaml:16:15: workforce.exhaustion: found "of"; expected on or off. Did you mean "off"?',
        ],
    ),
    "five faults at once": (
        small(
            ("2 years", "2 yeers"),
            ("11 per week", "11"),
            ("{roles: [nurse], takes", "{roles: [nurze], takes"),
            ("share: 100%", "share: 97%"),
            ("    peer: {", "    peer: {funds: 1, "),
            more=change("{from: 2026-10-01, set: x, to: 1}"),
        ),
        [
            'inline.yaml:3:10: horizon: found "2 yeers"; expected a duration, such as "6 weeks". Did '
            'you mean "2 years"?',
            'inline.yaml:7:21: demand.sources.gp.referrals: found 11; expected a rate, such as "11 '
            'per week". Did you mean "11 per week"?',
            'inline.yaml:10:22: assessment.roles[0]: found "nurze"; expected a role of this scenario: '
            'nurse or peer. Did you mean "nurse"?',
            "inline.yaml:12:3: packages: found package shares that add up to 97%; expected shares that add up to 100%.",
            'inline.yaml:18:12: workforce.roles.peer.funds: found the unknown key "funds"; expected '
            'a key that belongs here. Did you mean "funded"?',
        ],
    ),
    "severity twice": (
        small(("[mild, severe]", "[mild, mild]")),
        [
            'inline.yaml:4:13: severities: found "mild" a second time; expected each severity once.',
        ],
    ),
    "no severities": (
        small(("severities: [mild, severe]\n", "")),
        [
            "inline.yaml:1:1: severities: found nothing; expected `severities`, which is required.",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_scenario_is_told_in_these_words(case: str) -> None:
    """Every fault is told with its place, what was found, what was expected and the nearest valid name."""
    text, expected = CASES[case]
    with pytest.raises(ScenarioError) as caught:
        read_scenario_text(text)
    assert [str(finding) for finding in caught.value.findings] == expected


def test_messages_never_speak_pydantic() -> None:
    """No message shows the jargon or the addresses of the validation library."""
    told = "\n".join(line for _, lines in CASES.values() for line in lines).casefold()
    assert not any(word in told for word in ("input should", "pydantic", "http", "type=", "extra inputs", "traceback"))
