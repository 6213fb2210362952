"""What the shipped scenario says, in the package's units."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.scenario.small import SMALL, small
from workforce_sim.errors import ScenarioError
from workforce_sim.scenario import Distribution, Scenario, read_scenario, read_scenario_text
from workforce_sim.scenario.json_schema import json_schema
from workforce_sim.scenario.numbers import numbers

ADULT = Path(__file__).parents[2] / "scenarios" / "adult_community.yaml"


@pytest.fixture(scope="module")
def adult() -> Scenario:
    """The shipped scenario."""
    return read_scenario(ADULT)


def test_words_become_numbers_in_one_unit(adult: Scenario) -> None:
    """Durations are days, rates per week, shares fractions, staff WTE."""
    assert (adult.start, adult.horizon, adult.end) == (date(2026, 4, 1), 1826.25, date(2031, 4, 1))
    assert adult.demand.sources["primary_care"].referrals == 8.6
    assert adult.demand.sources["emergency_department"].urgent == 0.2
    assert adult.demand.months["august"] == 0.95
    assert adult.demand.months["may"] == 1
    assert adult.demand.severity_drift is not None
    assert adult.demand.severity_drift.rising == {"mild": 0, "moderate": 0, "severe": 0.005}
    assert adult.groups["most_deprived"].cannot_use_remote == 0.05
    assert adult.waiting.standard == {"mild": 28, "moderate": 28, "severe": 28}
    assert adult.packages["care_coordination"].lead.contacts == Distribution(kind="mean_sd", a=20, b=8)
    assert adult.packages["care_coordination"].also[0].share_of_lead_contacts == 0.25  # type: ignore[union-attr]
    assert adult.today.waited.treatment == Distribution(kind="median_p90", a=91, b=252)
    assert adult.today.waiting == {"assessment": 50, "medical": 0, "care_coordination": 30, "therapy": 35}
    assert adult.in_treatment.stretch.switch is True


def test_a_role_inherits_what_it_does_not_say(adult: Scenario) -> None:
    """Hiring comes from the workforce, the caseload target from the caseload, people in post from posts."""
    cap = adult.workforce.roles["cap"]
    assert (cap.hiring.round, cap.hiring.fill, cap.hiring.approval, cap.hiring.reputation) == (112, 0.75, 56, 0.5)
    assert cap.caseload_target == cap.caseload == 24
    assert read_scenario_text(SMALL).workforce.roles["nurse"].in_post == 5


def test_evidence_is_kept_beside_the_numbers(adult: Scenario) -> None:
    """A long-hand number reads as its value, and its evidence is found by path."""
    known = adult.evidence["workforce.roles.nurse.leavers"]
    assert adult.workforce.roles["nurse"].leavers == 0.18
    assert (known.value, known.range, known.grade) == ("18% per year", (0.12, 0.2), "D")
    assert adult.tree["workforce"]["roles"]["nurse"]["leavers"] == "18% per year"


def test_the_evidence_block_speaks_for_many_numbers() -> None:
    """A pattern names one number, all that match, or all of a block; a number's own evidence goes first."""
    s = read_scenario_text(
        small(
            ("leavers: 10% per year", "leavers: {value: 10% per year, grade: A}"),
            more="evidence:\n  workforce.roles.*.leavers: {grade: C, source: local}\n  demand.sources: {grade: D}\n",
        )
    )
    assert s.evidence["workforce.roles.nurse.leavers"].grade == "A"
    assert s.evidence["workforce.roles.peer.leavers"].grade == "C"
    assert s.evidence["demand.sources.gp.referrals"].grade == "D"


def test_a_scenario_is_frozen(adult: Scenario) -> None:
    """Nobody can assign to a scenario."""
    with pytest.raises(ValidationError):
        adult.copies = 2


def test_warm_up_comes_before_the_start() -> None:
    """The first simulated day is the start less the warm-up."""
    s = read_scenario_text(small(more="opening_state: warm_up\nwarm_up: 52 weeks\n"))
    assert (s.first_day, s.warm_up_days) == (date(2025, 4, 2), 364)


def test_switches_may_be_written_on_off_or_true_false() -> None:
    """YAML 1.2 reads `on` as a word; it means what it says."""
    for word, state in {"on": True, "off": False, "true": True, "false": False}.items():
        for block in (f"workforce:\n  exhaustion: {word}\n", f"workforce:\n  exhaustion: {{switch: {word}}}\n"):
            assert read_scenario_text(small(("workforce:\n", block))).workforce.exhaustion.switch is state


def test_every_number_has_a_path_and_its_words_read_back(adult: Scenario) -> None:
    """Each number of the shipped scenario, written in words, reads back as itself."""
    found = numbers(adult)
    assert len({number.path for number in found}) == len(found) > 200
    for number in found:
        if number.value is not None:
            again = number.quantity.read(number.quantity.write(number.value))
            assert again == pytest.approx(number.value, rel=1e-11, abs=1e-15)


def test_the_json_schema_accepts_the_shipped_scenario_and_refuses_a_missing_unit() -> None:
    """Editors judge a file as the reader does, as far as single fields go."""
    jsonschema = pytest.importorskip("jsonschema")
    from workforce_sim.scenario.document import read_document

    schema = json_schema()
    judge = jsonschema.Draft202012Validator(schema)
    tree = read_document(ADULT, "adult").tree
    assert list(judge.iter_errors(tree)) == []
    tree["workforce"]["roles"]["nurse"]["funded"] = "5"
    assert [list(error.absolute_path) for error in judge.iter_errors(tree)] == [
        ["workforce", "roles", "nurse", "funded"]
    ]


def test_every_field_of_the_json_schema_is_described() -> None:
    """The text under each field reaches the editor."""
    schema = json_schema()
    blocks = {"Scenario": schema, **schema["$defs"]}

    def described_block(field: dict[str, Any]) -> bool:
        return bool(schema["$defs"].get(field.get("$ref", "").rpartition("/")[2], {}).get("description"))

    bare = [
        f"{name}.{key}"
        for name, block in blocks.items()
        for key, field in block.get("properties", {}).items()
        if name not in ("LongHand", "Change") and not field.get("description") and not described_block(field)
    ]
    assert bare == []
    assert json.dumps(schema)


@given(position=st.integers(0, len(SMALL) - 1), junk=st.text(max_size=4), cut=st.integers(0, 6))
def test_a_spoilt_scenario_is_read_or_refused_but_never_breaks(position: int, junk: str, cut: int) -> None:
    """Any edit of a sound scenario gives a scenario or findings, never another exception."""
    try:
        read_scenario_text(SMALL[:position] + junk + SMALL[position + cut :])
    except ScenarioError as error:
        assert error.findings  # noqa: PT017  # either outcome is right
