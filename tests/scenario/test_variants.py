"""Variants and coalitions: other values, or fewer changes, checked like any file."""

from __future__ import annotations

from datetime import date

import pytest

from tests.scenario.small import small
from workforce_sim.errors import ScenarioError, UsageError
from workforce_sim.scenario.coalitions import coalitions
from workforce_sim.scenario.reader import read_scenario, read_scenario_text
from workforce_sim.scenario.variants import knob_at, variant

LEAVERS = ("leavers: 10% per year", "leavers: {value: 10% per year, range: [8% per year, 15% per year], grade: C}")
MORE = """
levers:
  - {lever: retain.bundle, from: 2026-07-01}
changes:
  - {from: 2026-10-01, set: workforce.roles.nurse.funded, to: 6 wte}
  - {from: 2026-10-01, factor: demand.sources.*.referrals, by: {value: x1.1, range: [x1, x1.2], grade: U}}
"""


@pytest.fixture(scope="module")
def plan():
    """The small team with a lever, two dated changes and a range."""
    return read_scenario_text(small(LEAVERS, more=MORE))


def test_a_value_in_words_and_the_same_in_units_make_the_same_plan(plan) -> None:
    """Told as 7 wte or as 7.0, it is one value, and an override tells the old one."""
    words, unit = (variant(plan, {"workforce.roles.nurse.funded": value}) for value in ("7 wte", 7.0))
    assert words.workforce == unit.workforce
    assert words.workforce.roles["nurse"].funded == 7
    assert str(words.overrides[-1]) == "workforce.roles.nurse.funded: 5 wte → 7 wte"
    assert words.name != plan.name


def test_the_scenario_itself_is_not_altered(plan) -> None:
    """Making a variant leaves the scenario it was made of as it was."""
    before = plan.tree
    variant(plan, {"workforce.roles.nurse.funded": "7 wte", "levers.retain_bundle.effect": "15%"})
    assert plan.tree == before
    assert plan.workforce.roles["nurse"].funded == 5


def test_a_value_outside_its_evidence_loses_the_evidence(plan) -> None:
    """A number may leave its range, which then is not about it any more."""
    path = "workforce.roles.nurse.leavers"
    assert plan.evidence[path].range == (0.08, 0.15)
    found = variant(plan, {path: "30% per year"})
    assert found.workforce.roles["nurse"].leavers == 0.3
    assert path not in found.evidence


def test_effects_and_changes_take_other_sizes(plan) -> None:
    """A lever's effect and a dated change's value can be varied like numbers."""
    found = variant(plan, {"levers.retain_bundle.effect": "15%", "changes[1].by": "x1.2"})
    assert found.levers[0].effect == "15%"
    assert found.changes[1].value == 1.2


def test_a_value_from_a_date_is_a_dated_change(plan) -> None:
    """Before the date nothing differs, from the date on the value stands."""
    day = date(2027, 1, 4)
    found = variant(plan, {"workforce.roles.nurse.funded": "9 wte"}, from_date=day)
    assert found.at(date(2027, 1, 3)).workforce.roles["nurse"].funded == 6
    assert found.at(day).workforce.roles["nurse"].funded == 9


def test_a_star_names_several_numbers(plan) -> None:
    """A pattern sets every number that it names."""
    found = variant(plan, {"workforce.roles.*.funded": "3 wte"})
    assert {role.funded for role in found.workforce.roles.values()} == {3}


def test_what_a_variant_does_on_a_turning_date_is_checked() -> None:
    """A first value that only a later change makes impossible is found, as in a file."""
    text = small(more="changes:\n  - {from: 2026-10-01, add: demand.sources.gp.severity.mild, by: +30 points}\n")
    with pytest.raises(ScenarioError):
        read_scenario_text(text)
    fine = read_scenario_text(small())
    with pytest.raises(ScenarioError, match="add up"):
        variant(fine, {"demand.sources.gp.severity.mild": "70%"})


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("workforce.roles.nurs.funded", "9 wte", "Did you mean"),
        ("workforce.roles.nurse.funded", "9 weeks", "whole-time equivalents"),
        ("workforce.roles.nurse.funded", -3.0, "from 0 wte"),
        ("levers.retain_bundel.effect", "9%", "levers.retain_bundle.effect"),
        ("levers.retain_bundle.effect", "90%", "from 4% to 15%"),
        ("changes[0].by", "x2", "changes\\[0\\].to"),
        ("changes[7].to", "x2", "no number"),
    ],
)
def test_a_bad_path_or_value_is_told(plan, path: str, value: object, told: str) -> None:
    """The message says what was expected, or the nearest valid name."""
    with pytest.raises(UsageError, match=told):
        variant(plan, {path: value})


def test_a_knob_reads_what_it_writes(plan) -> None:
    """A value put into words and read again is the same number."""
    for path in ("workforce.roles.nurse.leavers", "levers.retain_bundle.effect", "changes[0].to"):
        knob = knob_at(plan, path)
        assert knob.value is not None
        assert knob.number(knob.write(knob.value)) == pytest.approx(knob.value)


WHATIF = """
extends: base.yaml
name: What if
waiting: {order: fifo, per_week: {gives_up: 2%}}
workforce: {roles: {nurse: {funded: 6 wte, caseload: 28}}}
levers:
  - {lever: retain.bundle, from: 2026-07-01}
changes:
  - {from: 2026-10-01, factor: demand.sources.*.referrals, by: x0.9}
"""


@pytest.fixture
def both(tmp_path):
    """A base and a what-if that extends it, as files."""
    (tmp_path / "base.yaml").write_text(small(), encoding="utf-8")
    (tmp_path / "whatif.yaml").write_text(WHATIF, encoding="utf-8")
    return read_scenario(tmp_path / "base.yaml"), read_scenario(tmp_path / "whatif.yaml")


def test_a_what_if_falls_apart_into_its_changes(both) -> None:
    """Each lever, each dated change and each block of values is one change."""
    lever, change, *blocks = (part.name for part in coalitions(*both).parts)
    assert lever == "lever retain_bundle, effect 8%"
    assert change == "from 2026-10-01 demand.sources.*.referrals x0.9"
    assert set(blocks) == {"waiting.order", "waiting.per_week.gives_up", "workforce.roles.nurse"}


def test_all_changes_are_the_what_if_and_none_the_base(both) -> None:
    """The ends of the line of coalitions are the two scenarios themselves, and each part does only its own."""
    base, whatif = both
    found = coalitions(base, whatif)
    assert found.scenario(()) is base
    assert found.scenario(range(len(found.parts))) is whatif
    lever = found.scenario({0})
    assert [use.name for use in lever.levers] == ["retain_bundle"]
    assert not lever.layers.changes
    assert lever.workforce.roles["nurse"].funded == 5
    nurse = found.scenario({len(found.parts) - 1})
    assert (nurse.workforce.roles["nurse"].funded, nurse.waiting.order) == (6, base.waiting.order)


def test_a_what_if_of_something_else_is_refused(both) -> None:
    """The base's own levers and changes must all be in the what-if."""
    base, whatif = both
    with pytest.raises(UsageError, match="does not extend"):
        coalitions(whatif, base)


def test_a_new_role_and_the_package_that_names_it_are_one_change(tmp_path) -> None:
    """Values that make no sense apart count as one."""
    (tmp_path / "base.yaml").write_text(small(), encoding="utf-8")
    text = (
        "extends: base.yaml\nname: New role\n"
        "workforce: {roles: {cap: {funded: 1 wte, clinical_share: 50%, caseload: 20}}}\n"
        "packages: {therapy: {lead: {roles: [nurse, cap]}}}\n"
    )
    (tmp_path / "new.yaml").write_text(text, encoding="utf-8")
    found = coalitions(read_scenario(tmp_path / "base.yaml"), read_scenario(tmp_path / "new.yaml"))
    assert len(found.parts) == 1
