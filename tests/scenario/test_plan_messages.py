"""Wrong workforce plans and standing rules, and the exact words that a planner reads about each."""

from __future__ import annotations

import pytest

from tests.scenario.small import small
from workforce_sim.errors import ScenarioError
from workforce_sim.scenario import read_scenario_text


def plan(block: str) -> tuple[str, str]:
    """Puts a block into the workforce."""
    return "  roles:\n    nurse", f"  {block}\n  roles:\n    nurse"


RULE = "rules: {bridge: {when: WHEN, then: [THEN]}}\n"
MORE_NURSES = "{set: workforce.roles.nurse.funded, to: 6 wte}"
TOO_MANY_VACANT = "{measure: vacancy, above: 15%}"


def rule(when: str = TOO_MANY_VACANT, then: str = MORE_NURSES) -> str:
    """The small scenario with one standing rule."""
    return small(more=RULE.replace("WHEN", when).replace("THEN", then))


CASES: dict[str, tuple[str, list[str]]] = {
    "unknown role in a supervision list": (
        small(("clinical_share: 50%}", "clinical_share: 50%, supervision: {by: [nurs], hours: 1 per week}}")),
        [
            'inline.yaml:18:67: workforce.roles.peer.supervision.by[0]: found "nurs"; expected a role of '
            'this scenario: nurse or peer. Did you mean "nurse"?',
        ],
    ),
    "a share over one": (
        small(("clinical_share: 50%}", "clinical_share: 50%, cover: {vacancies: 120%}}")),
        [
            'inline.yaml:18:67: workforce.roles.peer.cover.vacancies: found "120%"; expected a share from 0% to 100%.',
        ],
    ),
    "training into a role that does not exist": (
        small(plan("training: {course: {into: nursee, first: 2026-09-01, places: 2, length: 52 weeks}}")),
        [
            'inline.yaml:16:29: workforce.training.course.into: found "nursee"; expected a role of this '
            'scenario: nurse or peer. Did you mean "nurse"?',
        ],
    ),
    "an intake after the run": (
        small(plan("training: {course: {into: peer, first: 2030-09-01, places: 2, length: 52 weeks}}")),
        [
            "inline.yaml:16:42: workforce.training.course.first: found 2030-09-01; expected a date before "
            "the run ends, on 2028-04-01.",
        ],
    ),
    "a last intake of one": (
        small(
            plan("training: {course: {into: peer, first: 2026-09-01, last: 2027-09-01, places: 2, length: 52 weeks}}")
        ),
        [
            "inline.yaml:16:60: workforce.training.course.last: found a last intake of one; expected "
            "`every`, the time from intake to intake.",
        ],
    ),
    "freezes that overlap": (
        small(
            plan(
                "freezes: [{roles: [nurse], from: 2026-06-01, until: 2026-12-01}, {roles: [peer, nurse], from: "
                "2026-11-01, until: 2027-02-01}]"
            )
        ),
        [
            "inline.yaml:16:68: workforce.freezes[1]: found a freeze of nurse from 2026-11-01, while one "
            "runs from 2026-06-01 to 2026-12-01; expected freezes of a role that do not overlap.",
        ],
    ),
    "a freeze that ends before it begins": (
        small(plan("freezes: [{roles: [nurse], from: 2026-06-01, until: 2026-05-01}]")),
        [
            "inline.yaml:16:13: workforce.freezes[0]: found until 2026-05-01; expected an end after "
            "2026-06-01, when the freeze begins.",
        ],
    ),
    "a conversion without pay": (
        small(plan("conversions: {swap: {vacant: nurse, into: peer, posts: 1 wte, from: 2026-07-01}}")),
        [
            'inline.yaml:16:32: workforce.conversions.swap.vacant: found "nurse", whose pay is not known; '
            "expected `band` or `pay` for nurse, so that the cost can be equal.",
            'inline.yaml:16:45: workforce.conversions.swap.into: found "peer", whose pay is not known; '
            "expected `band` or `pay` for peer, so that the cost can be equal.",
        ],
    ),
    "upskilling into the same role": (
        small(plan("upskilling: {up: {serving: nurse, into: nurse, first: 2026-07-01, places: 1, length: 26 weeks}}")),
        [
            'inline.yaml:16:43: workforce.upskilling.up.into: found "nurse" itself; expected another role.',
        ],
    ),
    "promotion from itself": (
        small(("clinical_share: 50%}", "clinical_share: 50%, promotion: {from: peer, share: 20%}}")),
        [
            'inline.yaml:18:66: workforce.roles.peer.promotion.from: found "peer" itself; expected the role below.',
        ],
    ),
    "nobody may lead so heavy a case": (
        small(("caseload: 30,", "caseload: 30, heaviest: 0.5,")),
        [
            "inline.yaml:14:19: packages.therapy.lead.roles: found no role for mild, who weigh 1: such "
            "people would wait for ever; expected a role whose `heaviest` is at least 1.",
            "inline.yaml:14:19: packages.therapy.lead.roles: found no role for severe, who weigh 1: such "
            "people would wait for ever; expected a role whose `heaviest` is at least 1.",
        ],
    ),
    "a budget without pay": (
        small(more='money: {budget: "£500,000 per year"}\n'),
        [
            "inline.yaml:19:17: money.budget: found a budget, while pay is not known for nurse, peer; "
            "expected `band` or `pay`.",
        ],
    ),
    "a rule on an unknown measure": (
        rule(when="{measure: vacancyy, above: 15%}"),
        [
            'inline.yaml:19:34: rules.bridge.when.measure: found "vacancyy"; expected a measure that can be '
            'read during a run, such as vacancy or wait.treatment.waiting_median. Did you mean "vacancy" or '
            '"vacancy.peer"?',
        ],
    ),
    "a rule with a threshold in the wrong unit": (
        rule(when="{measure: wait.treatment.waiting_median, above: 12}"),
        [
            'inline.yaml:19:72: rules.bridge.when.above: found 12; expected a duration, such as "6 weeks". '
            'Did you mean "12 weeks"?',
        ],
    ),
    "a rule that would change referrals": (
        rule(then="{set: demand.sources.gp.referrals, to: 6 per week}"),
        [
            'inline.yaml:19:69: rules.bridge.then[0].set: found "demand.sources.gp.referrals"; expected '
            "something that a rule can change: new referrals are drawn before the run.",
        ],
    ),
    "a rule whose change has a date": (
        rule(then="{from: 2026-07-01, set: workforce.roles.nurse.funded, to: 6 wte}"),
        [
            'inline.yaml:19:70: rules.bridge.then[0].from: found the unknown key "from"; expected one of '
            "set, factor, add, to, by.",
        ],
    ),
    "a rule with two levels": (
        rule(when="{measure: vacancy, above: 15%, below: 5%}"),
        [
            "inline.yaml:19:24: rules.bridge.when: found a mapping; expected a condition, such as {measure: "
            "vacancy, above: 15%, for: 4 weeks}.",
        ],
    ),
    "a rule whose change makes no sense": (
        rule(then="{factor: workforce.roles.nurse.clinical_share, by: x2}"),
        [
            "inline.yaml:19:62: rules.bridge.then: found on 2026-04-01 at "
            'workforce.roles.nurse.clinical_share: "120%"; expected a share from 0% to 100%.',
        ],
    ),
    "a change of the training plan": (
        small(more="changes: [{from: 2026-07-01, set: workforce.training.course.places, to: 3}]\n"),
        [
            'inline.yaml:19:35: changes[0].set: found "workforce.training.course.places"; expected a number '
            "that can change in time; the plan of training cannot.",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_told_exactly(name: str) -> None:
    """Where it stands, what was found, what is allowed, and the nearest name that is."""
    text, expected = CASES[name]
    with pytest.raises(ScenarioError) as caught:
        read_scenario_text(text)
    assert [str(finding) for finding in caught.value.findings] == expected
