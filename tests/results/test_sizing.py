"""What a run needs is told beforehand about right, and the impossible is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.scenario.small import small
from workforce_sim import sizing
from workforce_sim.cli import main
from workforce_sim.engine.simulate import simulate
from workforce_sim.errors import UsageError
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.run import run
from workforce_sim.scenario.reader import read_scenario, read_scenario_text

SHIPPED = Path(__file__).parents[2] / "scenarios"


@pytest.mark.parametrize("name", ["adult_community", "cyp_community", "talking_therapies", "four_teams"])
def test_the_estimate_rests_on_what_a_run_meets_and_keeps(name: str) -> None:
    """Bytes of counts are those of a run, and people are its spells, those who come back (up to half) apart."""
    inputs = compile_inputs(read_scenario(SHIPPED / f"{name}.yaml"))
    found = simulate(inputs, seed=1, replication=0)
    kept = (found.flow, found.stock_record, found.package_record, found.use, found.staffing)
    assert sizing.counts(inputs) == sum(array.nbytes for array in kept)
    assert 0.5 < sizing.people(inputs) / len(found.log) < 1.2


def test_twice_as_many_replications_need_more_memory_and_twice_the_time() -> None:
    """And processes share the time, not the memory."""
    inputs = [compile_inputs(read_scenario_text(small()))]
    one, two, shared = sizing.need(inputs, 50, 1), sizing.need(inputs, 100, 1), sizing.need(inputs, 50, 2)
    assert two.seconds == pytest.approx(2 * one.seconds)
    assert one.seconds == pytest.approx(2 * shared.seconds)
    assert one.memory < two.memory
    assert one.memory < shared.memory


def test_a_run_beyond_the_limit_is_refused_before_it_begins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By the limit asked for or by what is free: it says how much, and what to ask for instead; exit code 2."""
    monkeypatch.setattr("workforce_sim.engine.simulate.simulate", None)  # nothing may be simulated
    file = tmp_path / "small.yaml"
    file.write_text(small())
    done = CliRunner().invoke(main, ["run", str(file), "--replications", "1000000", "--at-most-gb", "100"])
    assert done.exit_code == 2
    assert "100.0 GB may be used (--at-most-gb). Ask for fewer --replications" in " ".join(done.stderr.split())
    with pytest.raises(UsageError, match=r"[\d.]+ GB are free here"):
        run(file, 100_000_000)


def test_a_study_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    """The option that its message names is an option of studies too."""
    file = tmp_path / "small.yaml"
    file.write_text(small())
    done = CliRunner().invoke(main, ["sensitivity", str(file), "--replications", "2", "--at-most-gb", "0.001"])
    assert done.exit_code == 2
    assert "0.0 GB may be used (--at-most-gb)" in " ".join(done.stderr.split())


def test_a_long_run_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """How much and how long, before anything is run."""
    monkeypatch.setattr(sizing, "LONG", 0.0)
    told: list[str] = []
    run(read_scenario_text(small()), 1, workers=1, on_notice=told.append)
    assert told[-1].startswith("a long run: about 0.")
