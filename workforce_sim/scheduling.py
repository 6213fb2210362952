"""Replications shared out: in this process, among processes of this machine, or on a Dask cluster.

In: compiled scenarios and which of their replications are wanted. Out: what was kept of each, as it is finished, in
any order; the numbers are the same wherever they were made. Workers that die are replaced, and their work is done
again.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from multiprocessing import resource_tracker
from operator import itemgetter
from typing import Any, TypeVar

from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.backend import resource_tracker as resource_tracker_of_loky

from workforce_sim.analysis.careers import staying
from workforce_sim.analysis.waits import waits
from workforce_sim.engine import simulate as engine
from workforce_sim.errors import SimulationFault, UsageError, WorkforceSimError
from workforce_sim.inputs.rules import Inputs
from workforce_sim.results.frames import Kept
from workforce_sim.results.replications import compressed, decompressed, model_version

Task = tuple[int, tuple[int, ...]]
"""Place of a scenario, and the numbers of some of its replications."""

T = TypeVar("T")

Part = tuple[int, list[Kept]]
"""Place of a scenario, and what was kept of some of its replications."""

LOCAL, DASK = "local", "dask:"

LARGEST_PACK = 4
"""Replications given out at once: enough to be worth sending, few enough that all workers end together."""

PACKS_LEFT = 4
"""Each worker is to have at least so many packs before it, which makes the last ones small."""

IDLE_SECONDS = 600
"""Workers with nothing to do stay for so long."""

PARENT_SECONDS = 1.0
"""Between two looks of a worker at whether its parent is still there."""

VERSION_TRIES = 5
"""Times that workers of a cluster are asked for their version, if some die meanwhile."""

WORKERS_SECONDS = 20.0
"""So long a cluster without workers may take to have one: those that died are being started again."""

MOST_BREAKS = 4
"""A task that was under way each of so many times when the workers died is given up."""


@dataclass(frozen=True)
class Work:
    """What is to be run."""

    inputs: Sequence[Inputs]
    seed: int
    spells: bool
    """Is the table of spells kept?"""


def replicate(inputs: Inputs, seed: int, numbers: Sequence[int], spells: bool) -> list[Kept]:
    """Run some replications of a scenario and keep of each what the tables need."""
    kept = []
    for number in numbers:
        try:
            raw = engine.simulate(inputs, seed, number)
        except (WorkforceSimError, MemoryError):
            raise
        except Exception as error:
            raise SimulationFault(f"{inputs.name}: replication {number} of seed {seed} failed: {error!r}") from error
        kept.append(
            Kept(
                number,
                raw.flow,
                raw.stock_record,
                raw.package_record,
                raw.use,
                raw.staffing,
                raw.fired,
                staying(raw.careers, inputs),
                waits(raw.log, inputs),
                raw.log if spells else None,
            )
        )
    return kept


def in_packs(todo: Sequence[tuple[int, int]], workers: int) -> list[Task]:
    """(scenario, replication) in packs: of one if they are done here, else smaller and smaller, to end together."""
    tasks: list[Task] = []
    left = len(todo)
    for place, both in groupby(todo, key=itemgetter(0)):
        numbers = [number for _, number in both]
        while numbers:
            pack = 1 if workers == 1 else max(1, min(LARGEST_PACK, left // (PACKS_LEFT * workers)))
            tasks.append((place, tuple(numbers[:pack])))
            del numbers[:pack]
            left -= len(tasks[-1][1])
    return tasks


def in_this_process(work: Work, tasks: Sequence[Task]) -> Iterator[Part]:
    """One task after the other."""
    for place, numbers in tasks:
        yield place, replicate(work.inputs[place], work.seed, numbers, work.spells)


# --- processes of this machine -------------------------------------------------------------------------------------


def in_processes(work: Work, tasks: Sequence[Task], workers: int) -> Iterator[Part]:
    """Tasks shared among worker processes; if workers die, new ones do what was under way."""
    calls = [(work.inputs[place], work.seed, numbers, work.spells) for place, numbers in tasks]
    for place, kept in _as_done(replicate, calls, workers, lambda lost: _given_up(work, tasks[lost])):
        yield tasks[place][0], kept


def shared_out(work: Callable[..., T], calls: Sequence[tuple[Any, ...]], workers: int) -> list[T]:
    """What a function gives for each tuple of arguments, in order, from worker processes."""
    told = f"the worker processes died {MOST_BREAKS} times; is there too little memory? `--workers 1` takes less"
    results = dict(_as_done(work, calls, workers, lambda _: told))
    return [results[place] for place in range(len(calls))]


def _as_done(
    work: Callable[..., T], calls: Sequence[tuple[Any, ...]], workers: int, given_up: Callable[[int], str]
) -> Iterator[tuple[int, T]]:
    """(place of the call, result) as calls are finished; if workers die, new ones do what was under way."""
    left, broken = dict(enumerate(calls)), Counter[int]()
    while left:
        under_way: dict[Future[T], int] = {}
        try:
            for place, result in _in_pool(work, left, workers, under_way):
                del left[place]
                yield place, result
        except BrokenProcessPool as error:
            broken.update(under_way.values())
            for place, times in broken.most_common(1):
                if times >= MOST_BREAKS:
                    raise SimulationFault(given_up(place)) from error


def _in_pool(
    work: Callable[..., T], calls: Mapping[int, tuple[Any, ...]], workers: int, under_way: dict[Future[T], int]
) -> Iterator[tuple[int, T]]:
    """Calls as they are finished; a fault or an interrupt kills the workers at once.

    Only as many are given out as the workers can take: loky stumbles over others when it is stopped. Workers stay for
    a while, warm for what comes next, also when nobody waits for the rest of the calls any more.
    """
    pool = get_reusable_executor(
        max_workers=workers, timeout=IDLE_SECONDS, initializer=_begin_worker, initargs=(os.getpid(),)
    )
    waiting = iter(list(calls.items()))
    try:
        while True:
            with _unheard():
                for place, arguments in islice(waiting, workers + 1 - len(under_way)):
                    under_way[pool.submit(work, *arguments)] = place
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                result = future.result()
                yield under_way.pop(future), result
    except GeneratorExit:
        for future in under_way:
            future.cancel()
        raise
    except BaseException:
        pool.shutdown(wait=True, kill_workers=True)
        raise


@contextmanager
def _unheard() -> Iterator[None]:
    """Ctrl-C reaches every process of the terminal; only the parent answers it: who is started here never hears it.

    What is blocked is inherited, and so holds from the first moment. Starting a tracker of resources lifts the block
    in the thread that does it (multiprocessing does so up to Python 3.12), hence they are started before.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, set())
    try:
        resource_tracker.ensure_running()
        resource_tracker_of_loky.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker(parent: int) -> None:
    """Without a parent a worker ends; where signals cannot be blocked, it ignores Ctrl-C from here on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when its parent has ended, however that happened."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)


def _given_up(work: Work, task: Task) -> str:
    place, numbers = task
    which = f"replication {numbers[0]}" if len(numbers) == 1 else f"replications {numbers[0]} to {numbers[-1]}"
    return (
        f"{work.inputs[place].name}: the worker processes died {MOST_BREAKS} times while running {which} of seed "
        f"{work.seed}; is there too little memory? `--workers 1` takes less"
    )


# --- a Dask cluster --------------------------------------------------------------------------------------------------


def on_dask(work: Work, tasks: Sequence[Task], address: str) -> Iterator[Part]:
    """Tasks on the workers of a Dask scheduler, which gives those of workers that die to others."""
    client_of, as_completed = _dask()
    try:
        client = client_of(address, timeout="10s")
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(f"no Dask scheduler answers at {address}; `dask scheduler` starts one") from error
    with client:
        _check_versions(client, address)
        how = {"pure": False, "retries": MOST_BREAKS}
        sent = [client.submit(_as_it_is, each, **how) for each in work.inputs]  # sent again where workers have died
        futures = {
            client.submit(_replicate_packed, sent[place], work.seed, numbers, work.spells, **how): place
            for place, numbers in tasks
        }
        for future, content in as_completed(futures, with_results=True):
            yield futures[future], pickle.loads(decompressed(content))  # noqa: S301  as Dask reads all that it is sent


def _replicate_packed(inputs: Inputs, seed: int, numbers: Sequence[int], spells: bool) -> bytes:
    """What `replicate` gives, as small as it is on disk, to be sent through a network."""
    return compressed(pickle.dumps(replicate(inputs, seed, numbers, spells)))


def _as_it_is(inputs: Inputs) -> Inputs:
    """A compiled scenario, as a task of the cluster, so that it is sent to a worker once and not with every task."""
    return inputs


def _dask() -> tuple[Any, Any]:
    """Dask's client, and what tells finished work."""
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise UsageError("for a Dask cluster: pip install 'workforce-sim[cluster]'") from error
    return Client, as_completed


def _check_versions(client: Any, address: str) -> None:
    """Every worker must have this very version of the model, or numbers would depend on who made them."""
    told: dict[str, Any] = {}
    for _ in range(VERSION_TRIES):
        try:
            client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except TimeoutError:
            break
        told = client.run(model_version, on_error="return")
        if told and not any(isinstance(answer, OSError) for answer in told.values()):  # else a worker died meanwhile
            break
        time.sleep(PARENT_SECONDS)
    if not told:
        raise UsageError(f"the scheduler at {address} has no workers; `dask worker {address}` starts one")
    for answer in told.values():
        if isinstance(answer, Exception):
            raise UsageError(f"workers at {address} cannot load workforce_sim: {answer}") from answer
    for worker, version in told.items():
        if version != model_version():
            raise UsageError(f"the worker {worker} has another version of workforce_sim than this process")
