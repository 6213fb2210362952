"""The journey: scenarios → inputs → replications, side by side → tables → measures, summary and comparison.

In: scenarios (or their files), how many replications, the seed. Out: a `Study` or a `Comparison`, held in memory;
saving is another call. The same seed gives the same tables, whatever the number of workers or order of scenarios.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from time import perf_counter
from typing import Any

import pandas as pd
from joblib import cpu_count
from joblib.externals.loky import get_reusable_executor

from workforce_sim.analysis import compare as side_by_side
from workforce_sim.analysis.careers import staying
from workforce_sim.analysis.measures import measures
from workforce_sim.analysis.value import cost_per_week_saved
from workforce_sim.analysis.waits import wait_rows, waits
from workforce_sim.engine import simulate as engine
from workforce_sim.errors import SimulationFault, UsageError, WorkforceSimError, quoted
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.inputs.rules import Inputs
from workforce_sim.results import provenance, store
from workforce_sim.results.frames import Kept, tables_of
from workforce_sim.scenario.reader import read_scenario
from workforce_sim.scenario.scenario import Scenario

Source = Scenario | str | os.PathLike[str]

COMPILE_NOTICE = "first run: compiling the kernel, about a minute; later runs start at once"

POOL_PAYS_SECONDS = 4.0
"""Starting worker processes takes about as long; shorter studies run in this process."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """What came of running scenarios."""

    scenarios: tuple[Scenario, ...]
    """In the order given. In every table they stand by name."""
    tables: Mapping[str, pd.DataFrame]
    """Name → tidy frame; `workforce_sim.results.tables.data_dictionary()` tells every column."""
    summary: pd.DataFrame
    """scenario, measure, unit, year, mean, low, high"""
    manifest: Mapping[str, Any]

    @property
    def sheets(self) -> dict[str, pd.DataFrame]:
        """The frames that are saved as csv."""
        return {"summary": self.summary}

    def save(
        self, directory: str | os.PathLike[str], force: bool = False, figures: Mapping[str, bytes] | None = None
    ) -> Path:
        """Save to a folder, whole or not at all; `force` replaces results that are there. Returns the folder."""
        return store.save(Path(directory), self.tables, self.sheets, self.manifest, figures, force)


@dataclass(frozen=True, kw_only=True)
class Comparison(Study):
    """What came of running scenarios beside a baseline."""

    baseline: str
    """Name of the baseline."""
    comparison: pd.DataFrame
    """scenario, baseline, measure, unit, year, baseline_mean, mean, difference, low, high, told_apart"""
    value: pd.DataFrame
    """scenario, baseline, year, among, extra_cost, weeks_saved, pounds_per_week, low, high; no rows unless costs are
    known"""

    @property
    def sheets(self) -> dict[str, pd.DataFrame]:
        """The frames that are saved as csv."""
        known = {"value": self.value} if len(self.value) else {}
        return {"summary": self.summary, "comparison": self.comparison, **known}


@dataclass(frozen=True)
class Options:
    """How to run; nothing here changes any number but `replications` and `seed`."""

    replications: int = 50
    seed: int = 1
    workers: int | None = None
    """Processes; None: as many as there are processors, or this process if that is quicker."""
    spells: bool = False
    """Keep the table of spells, person by person."""
    on_progress: Callable[[int, int], None] = lambda _done, _total: None
    """Told after each part: replications done, of all."""
    on_notice: Callable[[str], None] = lambda text: print(text, file=sys.stderr)  # noqa: T201 one line, once

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        if self.replications < 1 or (self.workers is not None and self.workers < 1):
            raise UsageError("replications and workers are whole numbers from 1")
        if not 0 <= self.seed < 1 << 32:
            raise UsageError(f"the seed is a whole number from 0 to {(1 << 32) - 1}")


def run(
    scenarios: Source | Sequence[Source], replications: int = 50, seed: int = 1, workers: int | None = None, **more: Any
) -> Study:
    """Run scenarios, given as files or as read. `more`: spells, on_progress, on_notice (see `Options`)."""
    sources = [scenarios] if isinstance(scenarios, Scenario | str | os.PathLike) else list(scenarios)
    return Study(**_study(sources, Options(replications, seed, workers, **more), None))


def compare(
    baseline: Source,
    whatifs: Source | Sequence[Source],
    replications: int = 50,
    seed: int = 1,
    workers: int | None = None,
    **more: Any,
) -> Comparison:
    """Run what-ifs beside a baseline, paired by replication. `more`: spells, on_progress, on_notice (see `Options`)."""
    others = [whatifs] if isinstance(whatifs, Scenario | str | os.PathLike) else list(whatifs)
    first = baseline if isinstance(baseline, Scenario) else read_scenario(baseline)
    parts = _study([first, *others], Options(replications, seed, workers, **more), first.name)
    told = parts["tables"]["measures"]
    comparison, value = side_by_side.comparison(told, first.name), cost_per_week_saved(told, first.name)
    return Comparison(**parts, baseline=first.name, comparison=comparison, value=value)


def _study(sources: Sequence[Source], options: Options, baseline: str | None) -> dict[str, Any]:
    """The parts of a study."""
    scenarios = tuple(s if isinstance(s, Scenario) else read_scenario(s) for s in sources)
    names = [scenario.name for scenario in scenarios]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"two scenarios are called {quoted(twice[0])}; give each its own name")
    inputs = [compile_inputs(scenario) for scenario in scenarios]
    kept = _replicate_all(inputs, options)
    parts = []
    for name in sorted(names):
        own = inputs[names.index(name)]
        tables = tables_of(own, kept[names.index(name)], wait_rows(own))
        parts.append(tables | {"measures": measures(tables)})
    tables = {table: pd.concat([part[table] for part in parts], ignore_index=True) for table in parts[0]}
    return {
        "scenarios": scenarios,
        "tables": tables if options.spells else {name: frame for name, frame in tables.items() if name != "spells"},
        "summary": side_by_side.summary(tables["measures"]),
        "manifest": provenance.manifest(scenarios, inputs, baseline, options.seed, options.replications),
    }


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


def _replicate_all(inputs: Sequence[Inputs], options: Options) -> list[list[Kept]]:
    """All replications of all scenarios, in order, however they were shared out."""
    todo = [(place, number) for place in range(len(inputs)) for number in range(options.replications)]
    done = [_first(inputs, todo[0], options)]
    begin = perf_counter()
    done += _here(inputs, _tasks(todo[1:2], 1), options, 1)
    seconds = (perf_counter() - begin) * len(todo)
    workers = options.workers or (cpu_count() if seconds > POOL_PAYS_SECONDS else 1)
    share = _here if workers == 1 else _in_pool
    for part in share(inputs, _tasks(todo[2:], workers), options, workers):
        done.append(part)
        options.on_progress(sum(len(kept) for _, kept in done), len(todo))
    together: list[list[Kept]] = [[] for _ in inputs]
    for place, kept in done:
        together[place] += kept
    return [sorted(kept, key=lambda k: k.replication) for kept in together]


Part = tuple[int, list[Kept]]
"""Place of a scenario, and some of its replications."""

Task = tuple[int, Sequence[int]]
"""Place of a scenario, and the numbers of some of its replications."""


def _first(inputs: Sequence[Inputs], todo: tuple[int, int], options: Options) -> Part:
    """The first replication, in this process: it compiles the kernel if need be, and loads it."""
    if not engine.is_compiled():
        options.on_notice(COMPILE_NOTICE)
    place, number = todo
    return place, replicate(inputs[place], options.seed, [number], options.spells)


def _tasks(todo: Sequence[tuple[int, int]], workers: int) -> list[Task]:
    """Replications in packs: of one if they are done here, else so that every worker gets several packs."""
    pack = 1 if workers == 1 else max(1, min(10, len(todo) // (8 * workers)))
    tasks: list[Task] = []
    for place, both in groupby(todo, key=itemgetter(0)):
        numbers = [number for _, number in both]
        tasks += [(place, numbers[i : i + pack]) for i in range(0, len(numbers), pack)]
    return tasks


def _here(inputs: Sequence[Inputs], tasks: Sequence[Task], options: Options, _: int) -> Iterator[Part]:
    for place, numbers in tasks:
        yield place, replicate(inputs[place], options.seed, numbers, options.spells)


def _in_pool(inputs: Sequence[Inputs], tasks: Sequence[Task], options: Options, workers: int) -> Iterator[Part]:
    """Share the tasks among processes; whatever ends this early kills them at once.

    Only as many tasks are given out as the workers can take: loky stumbles over others when it is stopped.
    """
    pool = get_reusable_executor(max_workers=workers, initializer=_leave_interrupts_to_parent)
    waiting = iter(tasks)
    out: dict[Future[list[Kept]], int] = {}
    try:
        while True:
            for place, numbers in islice(waiting, workers + 1 - len(out)):
                out[pool.submit(replicate, inputs[place], options.seed, numbers, options.spells)] = place
            if not out:
                return
            for future in wait(out, return_when=FIRST_COMPLETED).done:
                yield out.pop(future), future.result()
    except BaseException:
        pool.shutdown(wait=True, kill_workers=True)
        raise


def _leave_interrupts_to_parent() -> None:
    """Ctrl-C reaches every process of the terminal; only the parent answers it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
