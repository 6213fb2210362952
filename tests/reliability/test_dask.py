"""Replications on a Dask cluster: the same bytes as here, also when its workers die."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import distributed
import pytest

from tests.scenario.small import small
from workforce_sim import scheduling
from workforce_sim.errors import UsageError
from workforce_sim.run import Study, run
from workforce_sim.scenario.reader import read_scenario_text
from workforce_sim.scenario.scenario import Scenario

pytestmark = pytest.mark.filterwarnings("ignore")  # Dask's own: sockets that its threads close a moment later

REPLICATIONS = 60


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """A small team over two years."""
    return read_scenario_text(small())


@pytest.fixture(scope="module")
def here(scenario: Scenario) -> Study:
    """The study in this process."""
    return run(scenario, REPLICATIONS, workers=1, spells=True)


@pytest.fixture(scope="module")
def cluster() -> Iterator[distributed.LocalCluster]:
    """A scheduler and two worker processes."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


def assert_same(one: Study, other: Study) -> None:
    """Every table is equal, bit for bit."""
    for name, table in one.tables.items():
        assert table.equals(other.tables[name]), name


def test_a_cluster_gives_the_same_bytes(scenario: Scenario, here: Study, cluster: distributed.LocalCluster) -> None:
    """It does not matter where a replication is run."""
    told: list[tuple[int, int]] = []
    there = run(
        scenario, REPLICATIONS, spells=True, scheduler=f"dask:{cluster.scheduler_address}",
        on_progress=lambda *done: told.append(done),
    )  # fmt: skip
    assert_same(here, there)
    assert told[-1] == (REPLICATIONS, REPLICATIONS)


@pytest.mark.slow
def test_workers_of_a_cluster_may_die(scenario: Scenario, here: Study, cluster: distributed.LocalCluster) -> None:
    """Both are killed, one after the other; their nannies start new ones, and the study ends with the same bytes."""

    def kill() -> None:
        for nanny in cluster.workers.values():
            time.sleep(1.0)
            os.kill(nanny.pid, 9)

    killer = threading.Thread(target=kill)
    killer.start()
    there = run(scenario, REPLICATIONS, spells=True, scheduler=f"dask:{cluster.scheduler_address}")
    killer.join()
    assert_same(here, there)


def test_a_scheduler_that_is_not_there_is_told(scenario: Scenario) -> None:
    """With its address, and how to start one."""
    with pytest.raises(UsageError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9; `dask scheduler` starts"):
        run(scenario, 1, scheduler="dask:tcp://127.0.0.1:9")


def test_a_scheduler_without_workers_is_told(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while in which workers that died would have been started again."""
    monkeypatch.setattr(scheduling, "WORKERS_SECONDS", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None) as empty,
        pytest.raises(UsageError, match="has no workers; `dask worker tcp://"),
    ):
        run(scenario, 1, scheduler=f"dask:{empty.scheduler_address}")


@pytest.mark.parametrize("wrong", ["dask", "dask:", "cluster", ""])
def test_only_known_schedulers_are_taken(scenario: Scenario, wrong: str) -> None:
    """A misspelt one is refused with what is allowed."""
    with pytest.raises(UsageError, match="the scheduler is `local` or `dask:ADDRESS`"):
        run(scenario, 1, scheduler=wrong)
