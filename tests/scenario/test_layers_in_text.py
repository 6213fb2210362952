"""A layer given as text is what the file would be, trees are written as they read, and a protocol moves no result."""

from __future__ import annotations

from pathlib import Path
from unicodedata import is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario.small import small
from workforce_sim.errors import ScenarioError
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.results.replications import digest_of
from workforce_sim.scenario.document import parse_document
from workforce_sim.scenario.json_schema import json_schema
from workforce_sim.scenario.reader import read_scenario, read_scenario_text
from workforce_sim.scenario.writing import yaml_text

LAYER = """
name: More nurses
extends: base.yaml
levers:
  - {lever: retain.bundle, from: 2026-07-01}
changes:
  - {from: 2026-10-01, set: workforce.roles.nurse.funded, to: 6 wte}
"""
PROTOCOL = """
workshop:
  question: "How many nurses are enough?\\nAnd when?"
  guess: two
"""

_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=["Cc", "Cf"]), max_size=40)
_PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9), _TEXT)
_TREE = st.dictionaries(
    st.text("abcdefgh_ é1.", min_size=1, max_size=8).filter(lambda key: key.strip() == key),
    st.recursive(
        _PLAIN,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=5,
)


def test_a_layer_in_text_is_what_its_file_would_be(tmp_path: Path) -> None:
    """The same plan, changes, overrides and results, whether the layer is read from a folder or put over the base."""
    (tmp_path / "base.yaml").write_text(small(), encoding="utf-8")
    (tmp_path / "more.yaml").write_text(LAYER, encoding="utf-8")
    base, file = read_scenario(tmp_path / "base.yaml"), read_scenario(tmp_path / "more.yaml")
    text = read_scenario_text(LAYER, over=base)
    assert text.tree == file.tree
    assert text.change_log() == file.change_log() != ()
    assert text.overrides == file.overrides
    assert digest_of(compile_inputs(text)) == digest_of(compile_inputs(file)) != digest_of(compile_inputs(base))
    assert base.tree == read_scenario(tmp_path / "base.yaml").tree, "the base itself is not altered"


def test_a_layer_in_text_names_no_folder_and_no_partner() -> None:
    """Only files have neighbours."""
    base = read_scenario_text(small())
    for line in ("lever_folder: mine\n", "equal_cost_with: other.yaml\n"):
        with pytest.raises(ScenarioError, match="file"):
            read_scenario_text("name: More\n" + line, over=base)


@given(_TREE)
def test_a_tree_is_written_as_it_reads(tree: dict) -> None:
    """Whatever words, numbers and lists it holds: written and read again, it is the same."""
    folded: set[str] = set()
    tree = {key: value for key, value in tree.items() if not (key.casefold() in folded or folded.add(key.casefold()))}
    text = yaml_text(tree)
    if is_normalized("NFC", text):
        assert parse_document(text, "written.yaml").tree == tree


def test_a_protocol_moves_no_result() -> None:
    """Replications kept under a scenario are found again whatever was guessed; and it is told in the scenario."""
    base = read_scenario_text(small())
    asked = read_scenario_text(small(more=PROTOCOL))
    assert digest_of(compile_inputs(asked)) == digest_of(compile_inputs(base))
    assert asked.workshop.question == "How many nurses are enough?\nAnd when?"
    assert (asked.workshop.guess, base.workshop.guess) == ("two", "")
    assert "workshop" in json_schema()["properties"]


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("workshop: {gess: two}", 'Did you mean "guess"'),
        ("workshop: {guess: 2}", "expected text"),
        (f"workshop: {{guess: {'x' * 1001}}}", "at most 1"),
        ("workshop: [a]", "a mapping"),
        ("changes: [{from: 2026-10-01, set: workshop.guess, to: three}]", "the protocol of a workshop"),
    ],
)
def test_a_protocol_is_checked(block: str, told: str) -> None:
    """Four texts of reasonable length, and nothing else."""
    with pytest.raises(ScenarioError) as error:
        read_scenario_text(small(more=block + "\n"))
    assert told in str(error.value)
