"""The compiled kernel does exactly what its slow twin does: every day, every person, every clinician."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.behaviour.worlds import by_day, inputs_of, small_worlds, systems
from tests.oracle.agreement import assert_agree
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.scenario import read_scenario

SHIPPED = sorted(Path("scenarios").glob("*.yaml"))


@given(world=small_worlds(), seed=st.integers(0, 2**32 - 1))
def test_they_agree_on_random_worlds(world: dict[str, Any], seed: int) -> None:
    """On random small worlds, with staff who come and go and rules that change, kernel and twin agree day by day."""
    assert_agree(by_day(inputs_of(world)), seed, replication=3)


@given(world=systems(), seed=st.integers(0, 2**32 - 1))
def test_they_agree_on_random_systems_of_teams(world: dict[str, Any], seed: int) -> None:
    """Likewise on linked teams of two kinds, whose people go from each to the other and whose staff help out."""
    assert_agree(by_day(inputs_of(world)), seed, replication=4)


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_they_agree_on_the_shipped_scenarios(path: Path) -> None:
    """On every shipped scenario, over its whole horizon, kernel and twin agree month by month."""
    assert_agree(compile_inputs(read_scenario(path)), seed=1, replication=0)
