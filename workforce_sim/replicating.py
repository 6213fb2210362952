"""How replications are run: how many, with what luck, where, and which are finished already.

In: compiled scenarios and `Options`. Out: what was kept of each replication, in order; the same seed gives the same
numbers wherever they were made, and whichever were read from the folder of finished replications.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from joblib import cpu_count

from workforce_sim import sizing
from workforce_sim.analysis.precision import Precision
from workforce_sim.engine import simulate as engine
from workforce_sim.errors import UsageError
from workforce_sim.inputs.rules import Inputs
from workforce_sim.results.frames import Kept
from workforce_sim.results.replications import Replications, digest_of, record_of
from workforce_sim.scheduling import DASK, LOCAL, Part, Work, in_packs, in_processes, in_this_process, on_dask

COMPILE_NOTICE = "first run: compiling the kernel, about a minute; later runs start at once"

POOL_PAYS_SECONDS = 4.0
"""Starting worker processes takes about as long; shorter studies run in this process."""

DASK_PACKS = 4
"""Packs are made as if a cluster had so many workers: small enough to share out, large enough to send."""


@dataclass(frozen=True)
class Options:
    """How to run; nothing here changes any number but `replications`, `precision` and `seed`."""

    replications: int = 50
    seed: int = 1
    workers: int | None = None
    """Processes of this machine; None: as many as there are processors, or this process if that is quicker."""
    spells: bool = False
    """Keep the table of spells, person by person."""
    scheduler: str = LOCAL
    """`local`, or `dask:` and the address of a Dask scheduler, such as dask:tcp://127.0.0.1:8786."""
    store: Path | None = None
    """Folder of finished replications: those in it are not run again, and new ones are kept there."""
    at_most_gb: float | None = None
    """Memory that a run may be thought to need; None: as much as is free."""
    precision: Precision | None = None
    """How narrow intervals are to be: replications are added until they are."""
    study: str = ""
    """Name by which the study is listed among those of that folder; not listed if empty."""
    on_progress: Callable[[int, int], None] = lambda _done, _total: None
    """Told after each part: replications done, of all."""
    on_notice: Callable[[str], None] = lambda text: print(text, file=sys.stderr)  # noqa: T201 one line, once

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        if self.replications < 1 or (self.workers is not None and self.workers < 1):
            raise UsageError("replications and workers are whole numbers from 1")
        if self.at_most_gb is not None and not self.at_most_gb > 0:
            raise UsageError("--at-most-gb is a number above 0")
        if not 0 <= self.seed < 1 << 32:
            raise UsageError(f"the seed is a whole number from 0 to {(1 << 32) - 1}")
        if self.scheduler != LOCAL and not (self.scheduler.startswith(DASK) and self.scheduler != DASK):
            raise UsageError(f"the scheduler is `{LOCAL}` or `{DASK}ADDRESS`, such as {DASK}tcp://127.0.0.1:8786")


class Replicating:
    """The replications of some scenarios, as many as have been asked for so far."""

    def __init__(self, inputs: Sequence[Inputs], options: Options) -> None:
        """Nothing is run yet."""
        self.inputs, self.options = inputs, options
        self._kept: list[dict[int, Kept]] = [{} for _ in inputs]
        self._store = None if options.store is None else Replications(options.store, options.spells)
        self._digests = [] if self._store is None else [digest_of(each) for each in inputs]

    def run(self, replications: int) -> list[list[Kept]]:
        """What was kept of replications 0, 1, … of each scenario; those not there yet are run."""
        needed = self._need(replications)
        sizing.refuse_beyond(needed, self.options.at_most_gb)
        self._record(replications)
        for place in range(len(self.inputs)):
            self._read(place, replications)
        todo = [
            (place, number)
            for place, kept in enumerate(self._kept)
            for number in range(replications)
            if number not in kept
        ]
        if todo and needed.seconds > sizing.LONG and self.options.scheduler == LOCAL:
            self.options.on_notice(f"a long run: {needed}, by a rough estimate")
        total = len(self.inputs) * replications
        for place, parts in self._shared_out(todo):
            for kept in parts:
                self._kept[place][kept.replication] = kept
                self._write(place, kept)
            self.options.on_progress(sum(map(len, self._kept)), total)
        return [[kept[number] for number in range(replications)] for kept in self._kept]

    def _shared_out(self, todo: Sequence[tuple[int, int]]) -> Iterator[Part]:
        """Run (scenario, replication) wherever that is to be; a few of them here, to see whether workers would pay."""
        work, options = Work(self.inputs, self.options.seed, self.options.spells), self.options
        if options.scheduler != LOCAL:
            address = options.scheduler.removeprefix(DASK)
            yield from on_dask(work, in_packs(todo, DASK_PACKS), address) if todo else ()
            return
        here, workers = 0, options.workers
        if todo and not engine.is_compiled():
            options.on_notice(COMPILE_NOTICE)
            yield from in_this_process(work, in_packs(todo[:1], 1))  # before workers would compile the same
            here = 1
        if workers is None:
            yield from in_this_process(work, in_packs(todo[here : here + 1], 1))
            begin = perf_counter()
            yield from in_this_process(work, in_packs(todo[here + 1 : here + 2], 1))
            workers = cpu_count() if (perf_counter() - begin) * len(todo) > POOL_PAYS_SECONDS else 1
            here += 2
        if workers == 1:
            yield from in_this_process(work, in_packs(todo[here:], 1))
        else:
            yield from in_processes(work, in_packs(todo[here:], workers), workers)

    def _need(self, replications: int) -> sizing.Need:
        """What all of it will need, as far as this machine has to find it."""
        processes = 1 if self.options.scheduler != LOCAL else self.options.workers or cpu_count()
        return sizing.need(self.inputs, replications, processes, self.options.spells)

    # --- finished replications ---------------------------------------------------------------------------------------

    def _record(self, replications: int) -> None:
        if self._store is None or not self.options.study:
            return
        told = self.options
        record = record_of(told.study, self.inputs, self._digests, told.seed, replications, told.spells)
        self._trying(lambda store: store.begin(record))

    def _read(self, place: int, replications: int) -> None:
        if self._store is None:
            return
        wanted = [number for number in range(replications) if number not in self._kept[place]]
        found, damaged = self._store.read(self._digests[place], self.options.seed, wanted)
        self._kept[place] |= found
        if damaged:
            told = ", ".join(map(str, damaged))
            self.options.on_notice(f"{self.inputs[place].name}: damaged replications are run again: {told}")

    def _write(self, place: int, kept: Kept) -> None:
        self._trying(lambda store: store.write(self._digests[place], self.options.seed, kept))

    def _trying(self, keep: Callable[[Replications], None]) -> None:
        """Keep something, or go on without: results are worth more than the chance to resume."""
        if self._store is None:
            return
        try:
            keep(self._store)
        except OSError as error:
            told = error.strerror or str(error)
            self.options.on_notice(f"finished replications cannot be kept in {self._store.folder}: {told}; going on")
            self._store = None
