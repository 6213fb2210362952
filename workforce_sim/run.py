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
from workforce_sim.analysis.checks import CHECK_COLUMNS, CHECKED, cross_checks
from workforce_sim.analysis.measures import measures
from workforce_sim.analysis.precision import (
    PRECISION_COLUMNS,
    better_of,
    next_number,
    ranking,
    reached,
    refuse_unknown,
)
from workforce_sim.analysis.trajectory import check_trajectory, measures_of
from workforce_sim.analysis.value import cost_per_week_saved
from workforce_sim.analysis.waits import wait_rows
from workforce_sim.errors import UsageError, either, nearest, quoted
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.inputs.rules import Inputs
from workforce_sim.replicating import Options, Replicating
from workforce_sim.results import provenance, store
from workforce_sim.results.frames import Kept, tables_of
from workforce_sim.scenario.assumptions import Known
from workforce_sim.scenario.reader import read_scenario
from workforce_sim.scenario.scenario import Scenario

Source = Scenario | str | os.PathLike[str]

_NO_PRECISION = pd.DataFrame(columns=PRECISION_COLUMNS)
"""Of a study that was not asked to be precise."""

_NO_CHECKS = pd.DataFrame(columns=CHECK_COLUMNS)
"""Of a study in which nothing was checked on paper."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """What came of running scenarios."""

    tables: Mapping[str, pd.DataFrame]
    """Name → tidy frame; `workforce_sim.results.tables.data_dictionary()` tells every column."""
    summary: pd.DataFrame
    """scenario, measure, unit, year, mean, low, high"""
    manifest: Mapping[str, Any]
    precision: pd.DataFrame
    """scenario, measure, unit, year, mean, half_width, relative, replications, reached; no rows unless asked for"""
    checks: pd.DataFrame
    """Formulas on paper beside the first year's runs: `analysis.checks.CHECK_COLUMNS`"""

    @property
    def names(self) -> list[str]:
        """Names of the scenarios in the order given, a baseline first. In every table they stand by name."""
        return [scenario["name"] for scenario in self.manifest["scenarios"]]

    @property
    def others(self) -> list[str]:
        """Names of all scenarios that are not the baseline."""
        return [name for name in self.names if name != self.manifest["baseline"]]

    def told(self, name: str) -> Mapping[str, Any]:
        """What the manifest tells of a scenario."""
        return next(scenario for scenario in self.manifest["scenarios"] if scenario["name"] == name)

    def register(self, name: str) -> list[Known]:
        """Every number of a scenario, with what is known about it."""
        return [Known(*number) for number in self.told(name)["numbers"]]

    def of(self, names: Sequence[str]) -> Study:
        """The study of some of its scenarios only, in the order given; a comparison if the baseline is among several.

        Raises `UsageError` for a name that there is not.
        """
        for name in names:
            if name not in self.names:
                close = nearest(name, self.names)
                hint = f" Did you mean {either(map(quoted, close))}?" if close else ""
                raise UsageError(f"no scenario is called {quoted(name)} here; there are {', '.join(self.names)}.{hint}")
        first = self.manifest["baseline"]
        baseline = first if first in names and len(set(names)) > 1 else None
        in_order = [baseline, *(name for name in names if name != baseline)] if baseline else list(names)
        manifest = {**self.manifest, "baseline": baseline, "scenarios": [self.told(name) for name in in_order]}
        tables = {
            key: frame[frame["scenario"].isin(names)].reset_index(drop=True) for key, frame in self.tables.items()
        }
        precision, checks = (frame[frame["scenario"].isin(names)] for frame in (self.precision, self.checks))
        return study_of(tables, manifest, precision, checks.reset_index(drop=True))

    @property
    def sheets(self) -> dict[str, pd.DataFrame]:
        """The frames that are saved as csv; those without rows only if there are always some."""
        return {"summary": self.summary, "checks": self.checks} | (
            {"precision": self.precision} if len(self.precision) else {}
        )

    def save(
        self,
        directory: str | os.PathLike[str],
        force: bool = False,
        figures: Mapping[str, bytes] | None = None,
        events: pd.DataFrame | None = None,
    ) -> Path:
        """Save to a folder, whole or not at all; `force` replaces results that are there. Returns the folder.

        `events`: the log of one replication (`results.events`), to be saved with them.
        """
        return store.save(Path(directory), self.tables, self.sheets, self.manifest, figures, force, events)

    def ranking(self, measure: str, year: int | None = None) -> pd.DataFrame:
        """All scenarios on one measure, best first: RANKING_COLUMNS. `year`: the last one, if not given.

        Raises `UsageError` for a measure or year that is not told.
        """
        told = self.tables["measures"]
        better = better_of(told["measure"], measure)
        years = sorted(set(told.loc[told["measure"] == measure, "year"]))
        if year is not None and year not in years:
            raise UsageError(f"{measure} is told for the years {years[0]} to {years[-1]}, not for {year}")
        return ranking(told, measure, years[-1] if year is None else year, better)


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
        return {**super().sheets, "comparison": self.comparison, **known}


def run(
    scenarios: Source | Sequence[Source], replications: int = 50, seed: int = 1, workers: int | None = None, **more: Any
) -> Study:
    """Run scenarios, given as files or as read. `more`: spells, scheduler, store, … (see `Options`)."""
    sources = [scenarios] if isinstance(scenarios, Scenario | str | os.PathLike) else list(scenarios)
    return _run(sources, Options(replications, seed, workers, **more), None)


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
    study = _run([first, *others], Options(replications, seed, workers, **more), first.name)
    assert isinstance(study, Comparison), "it has a baseline"  # noqa: S101  of the types
    return study


def read_study(directory: str | os.PathLike[str]) -> Study:
    """A saved `Study` or `Comparison`, as it was when it was saved; nothing is run.

    Raises `UsageError` if the folder holds no results, or damaged ones.
    """
    tables, sheets, manifest = store.read(Path(directory), ("precision", "checks"))
    return study_of(tables, manifest, **sheets)


def study_of(
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    precision: pd.DataFrame | None = None,
    checks: pd.DataFrame | None = None,
) -> Study:
    """Tables with all that follows from them; a `Comparison` if the manifest names a baseline."""
    told, baseline = tables["measures"], manifest["baseline"]
    parts: dict[str, Any] = {
        "tables": tables,
        "summary": side_by_side.summary(told),
        "manifest": manifest,
        "precision": _NO_PRECISION if precision is None else precision,
        "checks": _NO_CHECKS if checks is None else checks,
    }
    if baseline is None:
        return Study(**parts)
    comparison, value = side_by_side.comparison(told, baseline), cost_per_week_saved(told, baseline)
    return Comparison(**parts, baseline=baseline, comparison=comparison, value=value)


def _run(sources: Sequence[Source], options: Options, baseline: str | None) -> Study:
    """Read, run, and put together."""
    scenarios = [s if isinstance(s, Scenario) else read_scenario(s) for s in sources]
    names = [scenario.name for scenario in scenarios]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"two scenarios are called {quoted(twice[0])}; give each its own name")
    for scenario in scenarios:
        check_trajectory(scenario)
    if options.precision is not None:
        refuse_unknown(measures_of(*scenarios), options.precision.measures)
    inputs = [compile_inputs(scenario) for scenario in scenarios]
    replicating, number = Replicating(inputs, options), options.replications
    tables = _tables(inputs, replicating.run(number))
    precision = _NO_PRECISION
    if options.precision is not None:
        refuse_unknown(tables["measures"]["measure"], options.precision.measures)  # declared, but not of these teams
        precision = reached(tables["measures"], baseline, options.precision)
        while not precision["reached"].all() and number < options.precision.most:
            number = next_number(precision, options.precision)
            tables = _tables(inputs, replicating.run(number))
            precision = reached(tables["measures"], baseline, options.precision)
    if not options.spells:
        del tables["spells"]
    records = [provenance.record(*both) for both in zip(scenarios, inputs, strict=True)]
    manifest = provenance.manifest(records, baseline, options.seed, number)
    return study_of(tables, manifest, precision, _checks(scenarios, inputs, tables))


def _checks(
    scenarios: Sequence[Scenario], inputs: Sequence[Inputs], tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Cross-checks of all scenarios, these by name."""
    parts = []
    for scenario, own in sorted(zip(scenarios, inputs, strict=True), key=lambda both: both[0].name):
        its = {name: tables[name][tables[name]["scenario"] == scenario.name] for name in CHECKED}
        parts.append(cross_checks(scenario, own.names, its))
    return pd.concat(parts, ignore_index=True)


def _tables(inputs: Sequence[Inputs], kept: Sequence[Sequence[Kept]]) -> dict[str, pd.DataFrame]:
    """All tables of all scenarios, these by name; `measures` among them."""
    parts = []
    for own, its in sorted(zip(inputs, kept, strict=True), key=lambda both: both[0].name):
        tables = tables_of(own, its, wait_rows(own))
        parts.append(tables | {"measures": measures(tables)})
    return {table: pd.concat([part[table] for part in parts], ignore_index=True) for table in parts[0]}
