"""Where results came from: one record per run, enough to repeat it.

In: the scenarios as resolved, seed, replications, command, and the files written. Out: the manifest, a plain mapping.
The time stands here and nowhere else, so that two runs of the same thing differ in nothing but this record.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from workforce_sim.inputs.rules import Inputs
from workforce_sim.results.tables import TABLES, years_of_periods
from workforce_sim.scenario.assumptions import register
from workforce_sim.scenario.levers import UsedLever
from workforce_sim.scenario.scenario import Scenario

FORMAT = 2
"""Version of the manifest."""

LIBRARIES = ("workforce-sim", "numpy", "numba", "simpy", "scipy", "pandas", "pyarrow", "joblib")


def manifest(scenarios: Sequence[dict[str, Any]], baseline: str | None, seed: int, replications: int) -> dict[str, Any]:
    """The record of a run, of `record`s in the order given; the first is that of the baseline if there is one."""
    return {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv,
        "seed": seed,
        "replications": replications,
        "baseline": baseline,
        "scenarios": list(scenarios),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES},
    }


def record(scenario: Scenario, inputs: Inputs) -> dict[str, Any]:
    """What a manifest says of a scenario: all of it as resolved, what is changed, and what is known of its numbers."""
    tree = plain(scenario.tree)
    return {
        "name": scenario.name,
        "file": str(scenario.file),
        "sha256": digest(tree),
        "description": scenario.description,
        "workshop": scenario.workshop.model_dump(),
        "overrides": [str(override) for override in scenario.overrides],
        "levers": [_lever(used) for used in scenario.levers],
        "changes": list(scenario.change_log()),
        "passing": passing(scenario),
        "rules": [rule.name for rule in scenario.rules],
        "registered_coordinator": scenario.safety.registered_coordinator,
        "days": (scenario.end - scenario.first_day).days,
        "years": years(inputs),
        "numbers": [list(known) for known in register(scenario)],
        "tree": tree,
    }


def digest(tree: Any) -> str:
    """SHA-256 of a scenario as resolved (`plain`): the same numbers, the same digest."""
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()


def passing(scenario: Scenario) -> list[dict[str, str]]:
    """The stretches of time in which changes act that end within the run, such as a shock: from, until (exclusive)."""
    spans = {(c.from_date, c.until) for c in scenario.changes if c.until is not None and c.until < scenario.end}
    return [{"from": str(first), "until": str(until)} for first, until in sorted(spans)]


def _lever(used: UsedLever) -> dict[str, Any]:
    """A lever as a scenario uses it, with what is known about its effect."""
    lever = used.lever
    return {
        "name": used.name, "lever": lever.name, "title": lever.title, "mechanism": lever.mechanism,
        "effect": used.effect, "grade": lever.grade, "sources": list(lever.sources), "unknown": lever.unknown,
        "from": str(used.from_date), "until": None if used.until is None else str(used.until),
        "parameters": plain(used.parameters),
    }  # fmt: skip


def years(inputs: Inputs) -> list[dict[str, Any]]:
    """The years of results: number, first day, last day, months. A last part-year has fewer than twelve months."""
    numbers = years_of_periods(inputs)
    ends = [*inputs.period_starts[1:], type(inputs.start).fromordinal(inputs.start.toordinal() + inputs.days)]
    told = []
    for year in sorted(set(numbers[numbers > 0].tolist())):
        months = np.flatnonzero(numbers == year)
        last = type(inputs.start).fromordinal(ends[months[-1]].toordinal() - 1)
        first = inputs.period_starts[months[0]]
        told.append({"year": year, "from": str(first), "to": str(last), "months": len(months)})
    return told


def plain(value: Any) -> Any:
    """A tree of what JSON knows; dates become text."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


@cache
def version(package: str) -> str:
    """Installed version of a package, or `not installed`."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def table_hash(name: str, frame: pd.DataFrame) -> str:
    """SHA-256 of a table: its columns, types and rows sorted by key, the same wherever and however it was made."""
    keys = [column.name for column in TABLES[name].keys]
    ordered = frame.sort_values(keys, ignore_index=True)
    digest = hashlib.sha256(repr([(c, str(t)) for c, t in frame.dtypes.items()]).encode())
    for column in ordered:
        values = ordered[column]
        if values.dtype == "str":
            codes, names = pd.factorize(values, sort=True)
            digest.update("\0".join(map(str, names)).encode() + codes.astype("<i8").tobytes())
        else:
            digest.update(np.ascontiguousarray(values.to_numpy()).tobytes())
    return digest.hexdigest()
