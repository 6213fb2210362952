"""Equal cost: a what-if's new posts are scaled until its plan costs as much as another's, or it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.small import small
from workforce_sim.errors import ScenarioError
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.scenario import Scenario, read_scenario, read_scenario_text
from workforce_sim.units import YEAR_DAYS

PRICED = small(
    ("nurse: {funded", 'nurse: {pay: "£40,000 per year", funded'),
    ("peer: {funded", 'peer: {pay: "£25,000 per year", funded'),
)
"""The small team with pay: 5 WTE nurses, 2 WTE peers; on-costs x1.28."""

SWAP = """
changes:
  - {from: 2026-10-01, add: workforce.roles.nurse.funded, by: -1 wte}
  - {from: 2026-10-01, add: workforce.roles.peer.funded, by: +1 wte}
"""


def write(folder: Path, whatif: str, base: str = PRICED, **others: str) -> Path:
    """Write a what-if that extends the base, the base and others; returns the path of the what-if."""
    for name, text in {"base": base, **others}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "whatif.yaml").write_text(f"extends: base.yaml\nname: What if\n{whatif}\n", encoding="utf-8")
    return folder / "whatif.yaml"


def matched(folder: Path, whatif: str, **others: str) -> Scenario:
    """A what-if at equal cost with the base."""
    return read_scenario(write(folder, f"equal_cost_with: base.yaml\n{whatif}", **others))


def refusal(path: Path) -> str:
    """What is said about a file."""
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    return str(caught.value)


def planned(scenario: Scenario) -> float:
    """Pounds over the run for posts, programmes and sums spent once, from the compiled rules, day by day."""
    inputs = compile_inputs(scenario)
    ends = [*(epoch.day for epoch in inputs.epochs[1:]), inputs.days]
    total = sum(each.pounds for each in inputs.one_offs)
    for epoch, end in zip(inputs.epochs, ends, strict=True):
        posts = sum(role.funded / 100 * role.cost for role in epoch.staff.roles) * len(inputs.names.teams)
        total += (end - epoch.day) / YEAR_DAYS * (posts + sum(epoch.staff.prices.programmes))
    return total


def assert_equal_cost(scenario: Scenario, other: Scenario, roles: int = 1) -> None:
    """As near as posts in hundredths of a WTE can be."""
    assert planned(scenario) == pytest.approx(planned(other), abs=roles * 0.0051 * 40_000 * 1.28 * 2)


def test_a_swap_of_posts_is_scaled_by_the_ratio_of_pay(tmp_path: Path) -> None:
    """One nurse post buys 1.6 peer posts; the change log says so, the post given up stays as it is."""
    scenario = matched(tmp_path, SWAP)
    assert scenario.equal_cost is not None
    assert scenario.equal_cost.factor == pytest.approx(1.6)
    assert scenario.equal_cost.other == "Small team"
    assert scenario.change_log() == (
        "2026-10-01 workforce.roles.nurse.funded: 5 wte → 4 wte",
        "2026-10-01 workforce.roles.peer.funded: 2 wte → 3 wte",
        "2026-10-01 workforce.roles.peer.funded: 3 wte → 3.6 wte",
    )
    assert_equal_cost(scenario, read_scenario(tmp_path / "base.yaml"))


def test_posts_added_on_the_first_day_are_told_as_an_override(tmp_path: Path) -> None:
    """The first establishment is written into the scenario, over a long-hand number too."""
    more = "workforce: {roles: {nurse: {funded: 4 wte}, peer: {funded: {value: 3 wte, range: [1 wte, 3.2 wte]}}}}"
    scenario = matched(tmp_path, more)
    assert scenario.workforce.roles["peer"].funded == 3.6
    assert str(scenario.overrides[-1]) == "workforce.roles.peer.funded: 3 wte → 3.6 wte"
    assert scenario.changes == ()
    assert_equal_cost(scenario, read_scenario(tmp_path / "base.yaml"))


def test_ramps_ends_programmes_and_single_sums_count(tmp_path: Path) -> None:
    """Whatever shape posts take over time, both plans cost the same; two roles are scaled by one factor."""
    whatif = """
money: {programmes: {wellbeing: "£4,000 per year"}, once: [{what: desks, on: 2026-05-01, amount: "£3,000"},
  {what: too late, on: 2029-05-01, amount: "£99,000"}]}
workforce:
  roles:
    cook: {funded: 1.5 wte, pay: "£30,000 per year", clinical_share: 50%}
changes:
  - {from: 2026-07-01, set: workforce.roles.nurse.funded, to: 3 wte}
  - {from: 2026-06-01, add: workforce.roles.peer.funded, by: +2 wte, ramp: 20 weeks, until: 2027-11-01}
  - {from: 2026-12-01, factor: workforce.roles.peer.funded, by: x1.1}
  - {from: 2027-01-01, set: workforce.pay_rise.rise, to: 3%}
"""
    scenario = matched(tmp_path, whatif)
    assert scenario.equal_cost is not None
    assert 0 < scenario.equal_cost.factor < 1
    assert scenario.workforce.roles["cook"].funded == round(1.5 * scenario.equal_cost.factor, 2)
    assert_equal_cost(scenario, read_scenario(tmp_path / "base.yaml"), roles=2)


def test_a_lever_that_adds_posts_is_scaled(tmp_path: Path) -> None:
    """Posts of a lever come as dated changes after those of the file, and are scaled all the same."""
    whatif = """
levers: [{lever: posts.add, from: 2026-10-01, role: peer, posts: +1 wte}]
changes: [{from: 2026-10-01, add: workforce.roles.nurse.funded, by: -1 wte}]
"""
    scenario = matched(tmp_path, whatif)
    assert scenario.at(scenario.end).workforce.roles["peer"].funded == 3.6


def test_only_the_run_counts_not_the_warm_up(tmp_path: Path) -> None:
    """A year of warm-up, in which both are alike, leaves the factor as it is."""
    base = PRICED.replace("horizon: 2 years", "horizon: 2 years\nopening_state: warm_up\nwarm_up: 1 year")
    scenario = matched(tmp_path, SWAP, base=base)
    assert scenario.equal_cost is not None
    assert scenario.equal_cost.factor == pytest.approx(1.6)


def test_any_other_scenario_may_be_the_measure(tmp_path: Path) -> None:
    """Here: peers for what two more nurses cost, 2 x 40 / 25 of them."""
    nurses = "extends: base.yaml\nname: Nurses\nworkforce: {roles: {nurse: {funded: 7 wte}}}\n"
    path = write(tmp_path, "equal_cost_with: nurses.yaml\nworkforce: {roles: {peer: {funded: 3 wte}}}", nurses=nurses)
    scenario = read_scenario(path)
    assert scenario.workforce.roles["peer"].funded == 2 + 3.2
    assert_equal_cost(scenario, read_scenario(tmp_path / "nurses.yaml"))


def roles(text: str) -> str:
    """Roles of a what-if at equal cost with the base."""
    return f"equal_cost_with: base.yaml\nworkforce: {{roles: {{{text}}}}}"


@pytest.mark.parametrize(
    ("whatif", "told"),
    [
        ("equal_cost_with: base.yaml", "no role with more posts than there"),
        (roles("nurse: {funded: 4 wte}"), "no role with more posts than there"),
        (roles("nurse: {funded: 1 wte}, peer: {funded: 2.1 wte}"), "scaled by x0 to x10"),
        ('equal_cost_with: base.yaml\nmoney: {programmes: {x: "£900,000 per year"}}' + SWAP, "scaled by x0 to x10"),
        ("equal_cost_with: base.yaml\nhorizon: 3 years" + SWAP, "one over the same time"),
        (roles("cook: {funded: 1 wte, clinical_share: 50%}"), "no pay for cook"),
        ("equal_cost_with: whatif.yaml" + SWAP, "itself scaled to the cost of another"),
        ("equal_cost_with: gone.yaml" + SWAP, "a scenario file that exists"),
        ("equal_cost_with: /etc/passwd" + SWAP, "a path relative to this file"),
        ("equal_cost_with: ../base.yaml" + SWAP, "in the folder of the scenario, or beneath it"),
        ("equal_cost_with: [base.yaml]" + SWAP, "the name of a scenario file"),
        ('equal_cost_with: "http://base.yaml"' + SWAP, "a path relative to this file"),
    ],
)
def test_what_cannot_be_matched_is_refused_where_it_is_asked_for(tmp_path: Path, whatif: str, told: str) -> None:
    """A finding says what was found, at the line of `equal_cost_with`."""
    message = refusal(write(tmp_path, whatif))
    assert told in message
    assert "whatif.yaml:3" in message
    assert "equal_cost_with" in message


def test_text_cannot_name_a_file() -> None:
    """As with `extends`."""
    with pytest.raises(ScenarioError, match="no `equal_cost_with` outside a file"):
        read_scenario_text(PRICED + "equal_cost_with: base.yaml\n")


def test_a_parent_may_name_it_beside_itself(tmp_path: Path) -> None:
    """A child of a what-if at equal cost is at equal cost too; the name is relative to the file it stands in."""
    (tmp_path / "plans").mkdir()
    write(tmp_path / "plans", "equal_cost_with: base.yaml\n" + SWAP)
    (tmp_path / "child.yaml").write_text("extends: plans/whatif.yaml\nname: Child\n", encoding="utf-8")
    scenario = read_scenario(tmp_path / "child.yaml")
    assert scenario.at(scenario.end).workforce.roles["peer"].funded == 3.6


def test_the_shipped_example_costs_what_the_base_costs() -> None:
    """scenarios/mhwps_for_the_money.yaml: two nurse posts and £4,000 of equipment buy 2.4 practitioner posts."""
    folder = Path(__file__).parents[2] / "scenarios"
    scenario, base = read_scenario(folder / "mhwps_for_the_money.yaml"), read_scenario(folder / "adult_community.yaml")
    assert planned(scenario) == pytest.approx(planned(base), abs=0.0051 * 33_487 * 1.28 * 5)
    assert 2.3 < scenario.at(scenario.end).workforce.roles["mhwp"].funded - 2 < 2.5
