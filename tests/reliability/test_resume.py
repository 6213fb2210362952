"""Studies that are killed: nothing finished is lost or done twice, and the answer is the same bytes."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

from tests.scenario.small import small
from workforce_sim.cli import main
from workforce_sim.errors import SimulationFault, UsageError
from workforce_sim.results.replications import FOLDER, Replications, digest_of, store_in
from workforce_sim.run import run
from workforce_sim.scenario.reader import read_scenario_text
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scheduling import replicate

REPLICATIONS = 96

WORKS = replicate

Undisturbed = tuple[Path, dict[str, bytes]]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """A small team over two years."""
    return read_scenario_text(small())


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """A scenario's file, and the bytes of its results when nothing happens."""
    folder = tmp_path_factory.mktemp("undisturbed")
    file = folder / "small.yaml"
    file.write_text(small())
    process = start(file, folder / "out")
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors.decode()
    return file, results_in(folder / "out")


PROGRAM = """
import sys
from functools import partial
from pathlib import Path
from typing import Any
from workforce_sim.run import run
file, out, replications = sys.argv[1:]
run(file, int(replications), workers=2, store=Path(out).parent / ".replications").save(out)
"""


def start(file: Path, out: Path) -> subprocess.Popen[bytes]:
    """A study with two workers, in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, str(file), str(out), str(REPLICATIONS)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def results_in(out: Path) -> dict[str, bytes]:
    """Every file of a study but the manifest, which tells the time."""
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.suffix in {".parquet", ".csv"}}


def finished_in(folder: Path) -> dict[Path, int]:
    """Replications kept, with the time at which each was written."""
    return {path: path.stat().st_mtime_ns for path in (folder / FOLDER).glob("*/*.rep")}


def gone(workers: list[psutil.Process]) -> bool:
    """Are all of them gone within ten seconds? A zombie waits only for init to take notice."""
    for _ in range(100):
        workers = [worker for worker in workers if worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE]
        if not workers:
            return True
        time.sleep(0.1)
    return False


def kill_the_parent(file: Path, out: Path, luck: random.Random, most: int) -> int:
    """Kill the study at random moments until it is done; how many times. No worker outlives its parent for long."""
    kills = 0
    while True:
        before = finished_in(out.parent)
        process = start(file, out)
        workers: list[psutil.Process] = []
        after = len(before) + luck.randint(0, REPLICATIONS // 2)
        while process.poll() is None and (kills == most or len(finished_in(out.parent)) <= after):
            workers = psutil.Process(process.pid).children(recursive=True) or workers
            time.sleep(luck.uniform(0.0, 0.1))
        if process.poll() is not None:
            _, errors = process.communicate()
            assert process.returncode == 0, errors.decode()
            return kills
        process.kill()
        process.communicate()
        kills += 1
        assert gone(workers)
        now = finished_in(out.parent)
        assert {path: now[path] for path in before} == before, "no finished replication is done again"


@pytest.mark.parametrize("times", [1, pytest.param(6, marks=pytest.mark.slow)])
def test_a_killed_study_goes_on_from_where_it_was(
    study: tuple[Path, dict[str, bytes]], tmp_path: Path, times: int
) -> None:
    """Killed at random moments and started again, a study ends with the same bytes and repeats nothing finished."""
    file, expected = study
    luck, kills = random.Random(times), 0  # noqa: S311 no secrets
    while kills < times:
        kills += kill_the_parent(file, tmp_path / "out", luck, times - kills)
        assert results_in(tmp_path / "out") == expected
        shutil.rmtree(tmp_path / "out")
        shutil.rmtree(tmp_path / FOLDER)


@pytest.mark.parametrize("times", [2, pytest.param(24, marks=pytest.mark.slow)])
def test_workers_that_die_are_replaced(study: Undisturbed, tmp_path: Path, times: int) -> None:
    """Workers are killed at random moments: the study goes on with new ones to the same bytes."""
    file, expected = study
    luck, kills = random.Random(times), 0  # noqa: S311 no secrets
    while kills < times:
        process, after = start(file, tmp_path / "out"), 0
        while process.poll() is None:
            time.sleep(luck.uniform(0.0, 0.1))
            workers = workers_of(process)
            if workers and kills < times and len(finished_in(tmp_path)) > after:
                with suppress(psutil.NoSuchProcess):  # it was ended meanwhile, since another one had died
                    luck.choice(workers).kill()
                    kills += 1
                after = len(finished_in(tmp_path)) + luck.randint(0, 12)
        _, errors = process.communicate()
        assert process.returncode == 0, errors.decode()
        assert results_in(tmp_path / "out") == expected
        shutil.rmtree(tmp_path / "out")
        shutil.rmtree(tmp_path / FOLDER)


def workers_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The worker processes of a study."""
    try:
        children = psutil.Process(process.pid).children()
        return [child for child in children if "popen_loky" in " ".join(child.cmdline())]
    except psutil.NoSuchProcess:
        return []


def test_a_replication_that_always_kills_its_worker_is_named(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New workers are not tried for ever: the message names the replications, and what may help."""
    monkeypatch.setattr("workforce_sim.scheduling.replicate", partial(die, os.getpid()))
    with pytest.raises(
        SimulationFault, match=r"died 4 times while running replications? \d.* seed 1; is there too little"
    ):
        run(scenario, 4, workers=2)


def die(parent: int, *what: Any) -> Any:
    """In a worker, die; in the parent, work."""
    if os.getpid() != parent:
        os._exit(9)
    return WORKS(*what)


def test_finished_replications_are_read_not_run(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A study that is all there simulates nothing, and a longer one only what is new."""
    first = run(scenario, 3, workers=1, store=tmp_path)
    told: list[tuple[int, int]] = []
    longer = run(scenario, 5, workers=1, store=tmp_path, on_progress=lambda *done: told.append(done))
    assert told == [(4, 5), (5, 5)]
    monkeypatch.setattr("workforce_sim.engine.simulate.simulate", None)
    again = run(scenario, 3, workers=1, store=tmp_path)
    for name, table in first.tables.items():
        assert table.equals(again.tables[name])
        if "replication" in table:
            assert table.equals(longer.tables[name].query("replication < 3").reset_index(drop=True))


@pytest.mark.parametrize("fault", ["cut", "flipped", "empty"])
def test_a_damaged_replication_is_run_again(scenario: Scenario, tmp_path: Path, fault: str) -> None:
    """Found by its checksum, told, and done again: never wrong numbers."""
    first = run(scenario, 3, workers=1, store=tmp_path)
    path = next(tmp_path.glob("*/1-1.rep"))
    whole = path.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    path.write_bytes({"cut": whole[:middle], "flipped": flipped, "empty": b""}[fault])
    notices: list[str] = []
    again = run(scenario, 3, workers=1, store=tmp_path, on_notice=notices.append)
    assert notices == [f"{scenario.name}: damaged replications are run again: 1"]
    assert first.tables["measures"].equals(again.tables["measures"])
    assert path.read_bytes() == whole


def test_another_number_another_seed_or_another_model_is_another_replication(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept is found only by the very scenario, whatever its name, and the very model."""
    from workforce_sim.inputs.compile import compile_inputs

    one = digest_of(compile_inputs(scenario))
    renamed = read_scenario_text(small(("name: Small team", "name: Another name")))
    assert digest_of(compile_inputs(renamed)) == one
    changed = read_scenario_text(small(("funded: 5 wte", "funded: 5.1 wte")))
    assert digest_of(compile_inputs(changed)) != one
    monkeypatch.setattr("workforce_sim.results.replications.model_version", lambda: "another")
    assert digest_of(compile_inputs(scenario)) != one
    kept = Replications(Path("folder"))
    assert len({kept.path(one, seed, number) for seed in (1, 2) for number in (1, 2)}) == 4


def test_a_folder_that_cannot_be_written_to_costs_no_results(scenario: Scenario, tmp_path: Path) -> None:
    """A study whose replications cannot be kept says so once, and ends as it would have."""
    (tmp_path / "taken").write_text("a file")
    notices: list[str] = []
    study = run(scenario, 2, workers=1, store=tmp_path / "taken", on_notice=notices.append)
    assert len(notices) == 1
    assert "cannot be kept" in notices[0]
    assert study.tables["measures"].equals(run(scenario, 2, workers=1).tables["measures"])


def test_a_damaged_replication_that_cannot_be_removed_is_run_again(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that can be read but not written to, with damage in it, costs time and no results."""
    first = run(scenario, 2, workers=1, store=tmp_path)
    next(tmp_path.glob("*/1-1.rep")).write_bytes(b"damaged")

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(30, "Read-only file system")

    for name in ("unlink", "write_bytes"):
        monkeypatch.setattr(Path, name, refuse)
    notices: list[str] = []
    again = run(scenario, 2, workers=1, store=tmp_path, on_notice=notices.append)
    assert [len(notices), "run again: 1" in notices[0], "cannot be kept" in notices[1]] == [2, True, True]
    assert again.tables["measures"].equals(first.tables["measures"])


def test_a_full_disk_is_told_with_what_to_do_and_nothing_is_lost(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command ends with exit code 2 and a way on; results that were there stay; the next attempt succeeds."""
    file, out = tmp_path / "small.yaml", tmp_path / "out"
    file.write_text(small())
    run(scenario, 2, workers=1).save(out)
    before = results_in(out)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    asked = ["run", str(file), "--replications", "3", "--workers", "1", "--out", str(out), "--force"]
    monkeypatch.setattr(os, "fsync", full)
    refused = CliRunner().invoke(main, asked)
    assert refused.exit_code == 2
    assert "No space left on device; nothing there was changed. Make room" in refused.stderr
    assert results_in(out) == before
    monkeypatch.undo()
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    assert results_in(out) != before


def test_kept_studies_are_listed_and_removed(scenario: Scenario, tmp_path: Path) -> None:
    """Removing a study keeps what another one uses; removing the last leaves nothing behind."""
    more = read_scenario_text(small(("name: Small team", "name: More"), ("funded: 5 wte", "funded: 6 wte")))
    run(scenario, 2, workers=1, store=tmp_path / FOLDER, study="alone")
    run([scenario, more], 2, workers=1, store=tmp_path / FOLDER, study="both")
    kept = store_in(tmp_path)
    alone, both = kept.studies()
    assert [(study.name, kept.finished(study)) for study in (alone, both)] == [("alone", 2), ("both", 4)]
    assert kept.clean([both]) > 0
    assert [study.name for study in kept.studies()] == ["alone"]
    assert kept.finished(alone) == 2
    kept.clean([alone])
    assert not (tmp_path / FOLDER).exists()
    with pytest.raises(UsageError, match="no finished replications are kept"):
        store_in(tmp_path)
