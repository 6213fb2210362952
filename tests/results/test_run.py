"""Running: the same seed gives the same tables, however the work is shared out, and nothing half done is left."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.scenario.small import small
from workforce_sim.analysis.compare import COMPARISON_COLUMNS, SUMMARY_COLUMNS
from workforce_sim.analysis.precision import Precision
from workforce_sim.errors import SimulationFault, UsageError
from workforce_sim.results.tables import TABLES
from workforce_sim.run import Comparison, Study, compare, read_study, run
from workforce_sim.scenario.reader import read_scenario_text
from workforce_sim.scenario.scenario import Scenario

REPLICATIONS = 5


def scenario(name: str, *edits: tuple[str, str]) -> Scenario:
    """A small scenario with a name of its own, over a year and a bit."""
    year = ("horizon: 2 years", "horizon: 64 weeks")
    return read_scenario_text(small(("name: Small team", f"name: {name}"), year, *edits))


@pytest.fixture(scope="module")
def base() -> Scenario:
    """The small team."""
    return scenario("Base")


@pytest.fixture(scope="module")
def same() -> Scenario:
    """The small team under another name."""
    return scenario("Same")


@pytest.fixture(scope="module")
def more() -> Scenario:
    """The small team with a nurse more."""
    return scenario("More nurses", ("funded: 5 wte", "funded: 6 wte"))


@pytest.fixture(scope="module")
def alone(base) -> Study:
    """The base run alone, in this process."""
    return run(base, REPLICATIONS, workers=1, spells=True)


def assert_same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    """Every table is equal, bit for bit."""
    assert set(one) == set(other)
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, other[name], check_exact=True)


def files(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest, which tells the time."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.suffix in {".parquet", ".csv"}}


def test_workers_and_order_do_not_matter(base, more, tmp_path):
    """One worker or two, this order or that: the same bytes in every file."""
    compare(base, more, REPLICATIONS, workers=1, spells=True).save(tmp_path / "one")
    compare(base, [more], REPLICATIONS, workers=2, spells=True).save(tmp_path / "two")
    run([more, base], REPLICATIONS, workers=2, spells=True).save(tmp_path / "turned")
    assert files(tmp_path / "one") == files(tmp_path / "two")
    turned = files(tmp_path / "one")
    del turned["comparison.csv"]
    assert turned == files(tmp_path / "turned")


def test_another_scenario_changes_nothing(base, more, alone):
    """The rows of a scenario are the same whoever runs beside it."""
    beside = run([more, base], REPLICATIONS, workers=1, spells=True)
    own = {n: t[t["scenario"] == "Base"].reset_index(drop=True) for n, t in beside.tables.items()}
    assert_same(own, dict(alone.tables))


def test_a_replication_does_not_know_how_many_there_are(base, alone):
    """Replications 0 to 2 of three are those of five."""
    few = run(base, 3, workers=1, spells=True)
    own = {
        n: t[t["replication"] < 3].reset_index(drop=True) if "replication" in t else t for n, t in alone.tables.items()
    }
    assert_same(own, dict(few.tables))


def test_another_seed_gives_another_run(base, alone):
    """Luck does depend on the seed."""
    other = run(base, REPLICATIONS, seed=2, workers=1)
    assert not other.tables["flows"].equals(alone.tables["flows"])


def test_a_what_if_that_changes_nothing_differs_by_exactly_nothing(base, same):
    """Two names for one scenario meet the same people and staff: every difference is zero."""
    found = compare(base, same, REPLICATIONS, workers=1).comparison
    known = found.dropna(subset=["difference"])
    assert len(known) > 100
    assert (known[["difference", "low", "high"]] == 0).all(axis=None)
    assert not found["told_apart"].any()


def test_the_frames_are_those_agreed(base, more):
    """Columns of summary and comparison; the manifest tells what was run."""
    study = compare(base, more, 2, workers=1)
    assert list(study.summary.columns) == SUMMARY_COLUMNS
    assert list(study.comparison.columns) == COMPARISON_COLUMNS
    assert study.baseline == study.manifest["baseline"] == "Base"
    assert set(study.tables) == set(TABLES) - {"spells"}
    assert [s["name"] for s in study.manifest["scenarios"]] == ["Base", "More nurses"]
    years = study.manifest["scenarios"][0]["years"]
    assert years[0] == {"year": 1, "from": "2026-04-01", "to": "2027-03-31", "months": 12}
    assert years[1]["months"] < 12


def test_people_and_their_tallies_agree(alone):
    """Referrals, starts and open people counted from spells are those of the monthly tables."""
    spells, tables = alone.tables["spells"], alone.tables
    by = spells.groupby("replication")
    total = tables["flows"].groupby("replication")[["referred", "started", "gave_up"]].sum()
    assert (by.size() == total["referred"]).all()
    assert (by["start_day"].count() == total["started"]).all()
    assert (spells[spells["end"] == "gave_up"].groupby("replication").size() == total["gave_up"]).all()
    last = tables["lists"][tables["lists"]["period_start"] == tables["lists"]["period_start"].max()]
    stock = last.groupby("replication")[
        ["waiting_assessment", "waiting_treatment", "in_treatment", "unallocated"]
    ].sum()
    assert (spells[spells["end"] == "open"].groupby("replication").size() == stock.sum(axis=1)).all()
    waits = tables["waits"].query("by == 'all' and span == 'year'")
    seen = waits.groupby(["clock", "replication"])["completed"].sum()
    assert (seen["treatment"] == total["started"]).all()
    assert (seen["internal"] == total["started"]).all()


def test_two_scenarios_with_one_name_are_refused(base):
    """Rows could not be told apart."""
    with pytest.raises(UsageError, match="two scenarios are called"):
        run([base, base], 1)


@pytest.mark.parametrize("wrong", [{"replications": 0}, {"workers": 0}, {"seed": -1}, {"seed": 2**32}])
def test_options_that_make_no_sense_are_refused(base, wrong):
    """With a word on what would do."""
    with pytest.raises(UsageError, match="whole number"):
        run(base, **wrong)


def test_a_fault_tells_replication_and_seed(base, monkeypatch):
    """A fault of ours can be repeated from its message."""

    def fails(*_):
        raise IndexError("out of rows")

    monkeypatch.setattr("workforce_sim.engine.simulate.simulate", fails)
    with pytest.raises(SimulationFault, match="Base: replication 0 of seed 7"):
        run(base, 1, seed=7)


def test_progress_counts_to_the_end(base, more):
    """Whoever watches is told of every replication."""
    told: list[tuple[int, int]] = []
    run([base, more], 3, workers=1, on_progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (6, 6)
    assert told == sorted(told)


@pytest.mark.usefixtures("alone")  # so that the kernel is compiled
@pytest.mark.parametrize(
    ("workers", "sent"),
    [
        ("1", signal.SIGINT),
        ("2", signal.SIGINT),
        pytest.param("2", signal.SIGTERM, marks=pytest.mark.slow),
    ],
)
def test_an_interrupt_ends_it_at_once_and_leaves_no_half_results(tmp_path, workers, sent):
    """Ctrl-C: within two seconds, a plain word, no results but finished replications, no workers left behind."""
    _press_after(8, sent, tmp_path, workers, {})


def test_workers_never_hear_ctrl_c_not_even_as_they_start():
    """They inherit a block, in a fresh process too, where what tracks resources is started with the first of them."""
    program = """
import signal
from workforce_sim.scheduling import shared_out
print(*shared_out(signal.pthread_sigmask, [(signal.SIG_BLOCK, ())] * 2, 2))
print(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "{<Signals.SIGINT: 2>} {<Signals.SIGINT: 2>}\nset()"


@pytest.mark.slow
def test_a_study_that_is_stopped_says_what_is_kept(tmp_path):
    """A study of many runs ends as a run does, and goes on from what is finished."""
    base = Path(__file__).parents[2] / "scenarios" / "adult_community.yaml"
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    asked = ["sensitivity", str(base), "--replications", "200", "--out", str(tmp_path / "out")]
    process = subprocess.Popen(
        [sys.executable, "-c", f"{heard}; from workforce_sim.cli import main; main({asked!r})"],
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    time.sleep(12)  # in the midst of it: what it needs is loaded in about 5 s, and it takes minutes
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.decode() == "Stopped. What is finished is kept; the same command goes on from there.\n"
    assert _gone(process.pid)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [5, 9, 14])
def test_an_interrupt_is_heard_while_the_kernel_compiles(tmp_path, tmp_path_factory, seconds):
    """The compiler swallows exceptions; Ctrl-C must not be one of them."""
    home = tmp_path_factory.mktemp("cache")
    _press_after(seconds, signal.SIGINT, tmp_path, "1", {"XDG_CACHE_HOME": str(home), "HOME": str(home)})


def _press_after(seconds, sent, folder, workers, environment):
    """Start a long run, interrupt it once, and see that it ends as promised."""
    file = folder / "small.yaml"
    file.write_text(small())
    options = ["--replications", "100000", "--at-most-gb", "1e6", "--workers", workers, "--out", str(folder / "out")]
    heard = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # even if started in the background
    )
    program = f"{heard}; from workforce_sim.cli_runs import run; run({[str(file), *options]!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, **environment},
    )
    time.sleep(seconds)
    os.killpg(process.pid, sent) if sent == signal.SIGINT else os.kill(process.pid, sent)
    begin = time.monotonic()
    try:
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert time.monotonic() - begin < 4  # two seconds are promised; the machine may be busy
    # Joblib's tracker of resources may tidy up what was being set up, and then says so in a warning of two lines.
    told = [
        line for line in errors.decode().strip().splitlines() if not re.search("resource_tracker|warnings.warn", line)
    ]
    last = told[-1]
    assert re.fullmatch(r"Stopped\. (Nothing was saved|\d+ of 100000 replications are kept; .* from there)\.", last)
    assert "Traceback" not in errors.decode()
    assert {path.name for path in folder.iterdir()} <= {"small.yaml", ".replications"}
    assert _gone(process.pid)


def _gone(group):
    """No process of the group is left; the last, which tidies up after the others, leaves a moment later."""
    for _ in range(25):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.2)
    return False


def test_a_saved_study_is_read_as_it_was(base, more, tmp_path):
    """Every table, frame and line of the manifest comes back; other folders and damaged ones are refused in words."""
    study = compare(base, more, 4, workers=1, precision=Precision(0.5, ("waiting_list",), 4))
    study.save(tmp_path / "out")
    found = read_study(tmp_path / "out")
    assert isinstance(found, Comparison)
    for name, frame in (study.tables | study.sheets).items():
        pd.testing.assert_frame_equal((found.tables | found.sheets)[name], frame, check_dtype=name != "precision")
    assert found.names == study.names
    assert found.register("Base") == study.register("Base")
    (tmp_path / "out" / "tables" / "flows.parquet").write_bytes(b"not a table")
    for folder, told in (("out", "damaged"), ("nothing", "holds no results")):
        with pytest.raises(UsageError, match=told):
            read_study(tmp_path / folder)
