"""All numbers at once: which of them drive the answer (SALib).

In: a model (an array of points in, an array of answers out) or scenarios. Out: frames by number. Morris screening tells
the mean absolute change and its spread as a number goes through its range, wherever the others stand (Morris,
*Technometrics* 33, 1991, 161-174; mu*: Campolongo and others, *Environmental Modelling & Software* 22, 2007,
  1509-1518). Sobol indices tell what share of the answer's variance a number explains alone (first order: Saltelli and
  others,
*Computer Physics Communications* 181, 2010, 259-270) and with all that it does together with others (total: Jansen,
*Computer Physics Communications* 117, 1999, 35-43). Intervals are bootstraps over points, 95 %.

SALib's analysers seed numpy's global generator; it is put back as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from workforce_sim.errors import UsageError
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.studies.found import Found
from workforce_sim.studies.parameters import Law, Parameter, both_with, parameters
from workforce_sim.studies.running import How, answers, asked

Model = Callable[[np.ndarray], np.ndarray]
"""float64, (point, parameter), shares of probability in [0, 1] → float64, (point,), answers."""

LEVELS = 4
"""Levels of Morris's grid, as in his paper and SALib's default."""
RESAMPLES = 500


@contextmanager
def _global_luck_kept() -> Iterator[None]:
    """Whatever a library does to numpy's global generator, it is undone."""
    before = np.random.get_state()  # noqa: NPY002  the global generator is what must be kept
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002  as above


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def morris_indices(model: Model, names: Sequence[str], trajectories: int, seed: int) -> pd.DataFrame:
    """Morris screening on the unit cube: parameter, mu_star, low, high, mu, sigma, in the unit of the answer.

    Takes trajectories x (numbers + 1) points. mu_star is the mean absolute change over the whole range of a number.
    """
    problem = _problem(names)
    with _global_luck_kept():
        points = morris_sample.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
        found = model(points)
        told = morris_analysis.analyze(
            problem, points, found, num_resamples=RESAMPLES, num_levels=LEVELS, seed=seed
        )  # fmt: skip
    star, half = np.asarray(told["mu_star"], float), np.asarray(told["mu_star_conf"], float)
    frame = pd.DataFrame(
        {
            "parameter": list(names),
            "mu_star": star,
            "low": np.maximum(star - half, 0.0),
            "high": star + half,
            "mu": np.asarray(told["mu"], float),
            "sigma": np.asarray(told["sigma"], float),
        }
    )
    return frame.sort_values("mu_star", ascending=False, kind="stable", ignore_index=True)


def sobol_indices(model: Model, names: Sequence[str], points: int, seed: int) -> pd.DataFrame:
    """Sobol indices on the unit cube: parameter, first, first_low, first_high, total, total_low, total_high.

    Takes points x (numbers + 2) runs of the model; `points` is a power of two.
    """
    if points < 2 or points & (points - 1):
        raise UsageError(f"{points} points are no power of two; Sobol points need 2, 4, 8, … such as 64 or 256")
    problem = _problem(names)
    with _global_luck_kept():
        cube = sobol_sample.sample(problem, points, calc_second_order=False, seed=seed)
        found = model(cube)
        if np.ptp(found) == 0:
            raise UsageError("the answer is the same at every point; none of these numbers moves it")
        told = sobol_analysis.analyze(problem, found, calc_second_order=False, num_resamples=RESAMPLES, seed=seed)
    columns: dict[str, Any] = {"parameter": list(names)}
    for name, key in (("first", "S1"), ("total", "ST")):
        value, half = np.asarray(told[key], float), np.asarray(told[f"{key}_conf"], float)
        columns |= {name: value, f"{name}_low": value - half, f"{name}_high": value + half}
    return pd.DataFrame(columns).sort_values("total", ascending=False, kind="stable", ignore_index=True)


def model_of(
    base: Scenario, whatif: Scenario | None, chosen: Sequence[Parameter], what: Any, how: How, law: Law
) -> Callable[[np.ndarray], np.ndarray]:
    """The simulation as a function: points of the unit cube → answers, float64, (point, replication)."""

    def by_replication(cube: np.ndarray) -> np.ndarray:
        sizes = np.column_stack([each.at(cube[:, place], law) for place, each in enumerate(chosen)])
        pairs = (
            both_with(base, whatif, dict(zip(chosen, point, strict=True)), f"point {number},")
            for number, point in enumerate(sizes.tolist())
        )
        return answers(pairs, len(sizes), what, how)

    return by_replication


def screening(
    base: Scenario,
    whatif: Scenario | None = None,
    measure: str = "waiting_list",
    year: int | None = None,
    patterns: Sequence[str] = (),
    how: How | None = None,
    trajectories: int = 10,
) -> Found:
    """Morris screening of every uncertain number, each over its range evenly; answers are means over replications."""
    how = how or How()
    what, chosen = asked(base, measure, year, how), parameters(base, whatif, patterns)
    model = model_of(base, whatif, chosen, what, how, "uniform")
    frame = morris_indices(lambda cube: model(cube).mean(axis=1), [p.path for p in chosen], trajectories, how.seed)
    notes = (
        f"{trajectories} trajectories of {len(chosen) + 1} points, each the mean of {how.replications} replications on "
        "the same luck. Interval: bootstrap over trajectories; chance that is left in the means adds to sigma.",
        *(f"{each.path}: {each.note}." for each in chosen if each.note),
    )
    return Found(
        kind="morris", what=what, how=how, base=base, whatif=whatif, sheets={"morris": _graded(frame, chosen)},
        notes=notes,
    )  # fmt: skip


def variance_shares(
    base: Scenario,
    whatif: Scenario | None = None,
    measure: str = "waiting_list",
    year: int | None = None,
    patterns: Sequence[str] = (),
    how: How | None = None,
    points: int = 64,
    law: Law = "pert",
) -> Found:
    """Sobol indices of every uncertain number, drawn by `law`; the answer is a mean over replications."""
    how = how or How()
    what, chosen = asked(base, measure, year, how), parameters(base, whatif, patterns)
    model = model_of(base, whatif, chosen, what, how, law)
    frame = sobol_indices(lambda cube: model(cube).mean(axis=1), [p.path for p in chosen], points, how.seed)
    notes = (
        f"{points} x {len(chosen) + 2} points, law {law}, each the mean of {how.replications} replications on the same "
        "luck. Interval: bootstrap over points; it may reach beyond 0 and 1 where points are few.",
        *(f"{each.path}: {each.note}." for each in chosen if each.note),
    )
    return Found(
        kind="sobol", what=what, how=how, base=base, whatif=whatif, sheets={"sobol": _graded(frame, chosen)},
        notes=notes,
    )  # fmt: skip


def _graded(frame: pd.DataFrame, chosen: Sequence[Parameter]) -> pd.DataFrame:
    """The frame with what each number is, after its name."""
    known = {each.path: each for each in chosen}
    frame.insert(1, "grade", [known[path].grade for path in frame["parameter"]])
    frame.insert(2, "range_low", [known[path].told(known[path].low) for path in frame["parameter"]])
    frame.insert(3, "range_high", [known[path].told(known[path].high) for path in frame["parameter"]])
    return frame
