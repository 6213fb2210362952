"""Replications of worlds side by side, and intervals of what they have and what they differ by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from tests.behaviour.worlds import Tree, changed, inputs_of
from workforce_sim.engine.simulate import RawRun, simulate
from workforce_sim.inputs.codes import NOT_YET
from workforce_sim.scenario import read_scenario

ROOT = Path(__file__).parents[2]
ADULT = ROOT / "scenarios" / "adult_community.yaml"

ARRAYS = ("flow", "stock_record", "package_record", "use", "staffing", "log", "careers")
"""The arrays of a `RawRun`."""

Measure = Callable[[RawRun], float]


@lru_cache(maxsize=1)
def _adult() -> Tree:
    return read_scenario(ADULT).tree


def adult(*edits: tuple[str, Any], horizon: str = "2 years") -> Tree:
    """The shipped adult community team over so long, with other values at dotted paths."""
    return changed(_adult(), ("horizon", horizon), *edits)


def runs(world: Any, replications: int, seed: int = 1, first: int = 0) -> list[RawRun]:
    """Replications of a world."""
    inputs = inputs_of(world)
    return [simulate(inputs, seed, first + replication) for replication in range(replications)]


def measured(world: Any, measure: Measure, replications: int, seed: int = 1) -> np.ndarray:
    """float64, (replication,): a measure of a world."""
    return np.array([measure(run) for run in runs(world, replications, seed)])


def interval(values: Sequence[float] | np.ndarray, level: float = 0.999) -> tuple[float, float]:
    """A t-interval of the mean of independent values."""
    values = np.asarray(values, dtype=float)
    half = stats.t.ppf((1 + level) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)


def same_run(a: RawRun, b: RawRun) -> bool:
    """Equal to the last bit."""
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ARRAYS)


def mean_wait_to_start(run: RawRun, years: float = 3.0) -> float:
    """Mean days from referral to the start of treatment, over those who started in the first years."""
    rows = run.log[(run.log["start_day"] >= 0) & (run.log["start_day"] < years * 365.25)]
    rows = rows[rows["start_day"] != NOT_YET]
    return float(np.mean(rows["start_day"] - rows["referral_day"]))
