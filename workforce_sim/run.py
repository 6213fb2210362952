"""The journey: scenarios → inputs → replications, side by side → tables → measures, summary and comparison.

In: scenarios (or their files), how many replications, the seed. Out: a `Study` or a `Comparison`, held in memory;
saving is another call. The same seed gives the same tables, whatever the number of workers or order of scenarios.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workforce_sim.analysis import compare as side_by_side
from workforce_sim.analysis.measures import measures
from workforce_sim.analysis.value import cost_per_week_saved
from workforce_sim.analysis.waits import wait_rows
from workforce_sim.errors import UsageError, quoted
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.replicating import Options, Replicating
from workforce_sim.results import provenance, store
from workforce_sim.results.frames import tables_of
from workforce_sim.scenario.reader import read_scenario
from workforce_sim.scenario.scenario import Scenario

Source = Scenario | str | os.PathLike[str]


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


def run(
    scenarios: Source | Sequence[Source], replications: int = 50, seed: int = 1, workers: int | None = None, **more: Any
) -> Study:
    """Run scenarios, given as files or as read. `more`: spells, scheduler, store, … (see `Options`)."""
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
    """Run what-ifs beside a baseline, paired by replication. `more`: spells, scheduler, store, … (see `Options`)."""
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
    kept = Replicating(inputs, options).run(options.replications)
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
