"""Everything uncertain at once: intervals that carry what is not known about the inputs as well as chance.

In: a base, perhaps a what-if, a measure, and the uncertain numbers. Out: how the answer is spread, and how much of its
variance comes from the inputs and how much from chance.

Points are drawn by Latin hypercube (McKay and others, *Technometrics* 21, 1979, 239-245), one stratum of every number's
law each, and every point meets the same replications. So values stand in a table, points by replications, and a two-way
analysis of variance with random effects tells them apart (Searle, Casella and McCulloch, *Variance Components*, 1992,
chapter 4): inputs; luck that is the same for all points; and what is left, luck that acts differently with other
inputs. Intervals of the parts are jackknives over points and over replications, whose variances are added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import qmc

from workforce_sim.analysis.intervals import t_half_width
from workforce_sim.errors import UsageError
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.studies.found import Found
from workforce_sim.studies.globally import model_of
from workforce_sim.studies.parameters import Law, parameters
from workforce_sim.studies.running import How, asked


class Parts(NamedTuple):
    """Parts of a variance, in the squared unit of the answer."""

    inputs: float
    """From the inputs: variance between points, were each run for ever."""
    chance: float
    """From luck in one run: what is common to all points, and the rest."""

    @property
    def share(self) -> float:
        """Share of the inputs in the whole; 0 where nothing varies."""
        whole = self.inputs + self.chance
        return self.inputs / whole if whole else 0.0


def variance_parts(table: np.ndarray) -> Parts:
    """Parts of the variance of a table, float64, (point, replication): unbiased, but never below 0."""
    points, replications = table.shape
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    between_points = replications * rows.var(ddof=1)
    between_runs = points * columns.var(ddof=1)
    left = table - rows[:, None] - columns[None, :] + table.mean()
    rest = float((left**2).sum() / ((points - 1) * (replications - 1)))
    inputs = max(0.0, (between_points - rest) / replications)
    common = max(0.0, (between_runs - rest) / points)
    return Parts(float(inputs), float(common + rest))


def share_interval(table: np.ndarray) -> tuple[float, float, float]:
    """The share of the inputs in the variance, and its 95 % interval within 0 and 1.

    Jackknives over points and over replications (Tukey 1958), their variances added, as for tables in which both are
    drawn (Owen, *Annals of Applied Statistics* 1, 2007, 386-411).
    """
    found, spread = variance_parts(table).share, 0.0
    for axis, count in enumerate(table.shape):
        without = np.array([variance_parts(np.delete(table, i, axis)).share for i in range(count)])
        spread += (count - 1) / count * float(((without - without.mean()) ** 2).sum())
    half = t_half_width(min(table.shape)) * spread**0.5
    return found, max(0.0, found - half), min(1.0, found + half)


def drawn(count: int, numbers: int, seed: int) -> np.ndarray:
    """float64, (point, number), in (0, 1): a Latin hypercube."""
    return np.asarray(qmc.LatinHypercube(numbers, rng=np.random.default_rng(seed)).random(count))


def probabilistic(
    base: Scenario,
    whatif: Scenario | None = None,
    measure: str = "waiting_list",
    year: int | None = None,
    patterns: Sequence[str] = (),
    how: How | None = None,
    points: int = 50,
    law: Law = "pert",
) -> Found:
    """The answer with all uncertain numbers drawn at once, each by `law` between the ends of its range.

    `probabilistic`: what, value, low, high. `mean`: of points, with its interval. `inputs and chance`: between low and
    high lie 95 % of single runs. `inputs only`: the same of points, each as if run for ever (their means drawn towards
    the common one until they vary no more than the inputs make them). `chance only`: of runs at one point.
    `share from inputs`: of the variance. With a what-if, `better`: share of runs in which it is better.
    """
    how = how or How()
    what, chosen = asked(base, measure, year, how), parameters(base, whatif, patterns)
    if points < 3:
        raise UsageError("a probabilistic analysis needs at least 3 points")
    cube = drawn(points, len(chosen), how.seed)
    table = model_of(base, whatif, chosen, what, how, law)(cube)
    sizes = pd.DataFrame({each.path: each.at(cube[:, place], law) for place, each in enumerate(chosen)})
    sizes.insert(0, "point", range(points))
    values = sizes.assign(answer=table.mean(axis=1))
    runs = pd.DataFrame(
        {
            "point": np.repeat(np.arange(points), how.replications),
            "replication": np.tile(np.arange(how.replications), points),
            "answer": table.ravel(),
        }
    )
    rows = _told(table)
    if whatif is not None and what.better != "neither":
        better = (what.sign * table > 0).mean(axis=1)
        rows.append(("better", better.mean(), *_mean_interval(better, clip=True)))
    frame = pd.DataFrame(rows, columns=["what", "value", "low", "high"])
    notes = (
        f"{points} points (Latin hypercube, law {law}) of {len(chosen)} numbers, {how.replications} replications of "
        "each on the same luck. The numbers are drawn independently of each other.",
        *(f"{each.path}: {each.note}." for each in chosen if each.note),
    )
    sheets = {"probabilistic": frame, "points": values, "runs": runs}
    return Found(kind="probabilistic", what=what, how=how, base=base, whatif=whatif, sheets=sheets, notes=notes)


def _told(table: np.ndarray) -> list[tuple[str, float, float, float]]:
    """Rows of the answer."""
    parts, means = variance_parts(table), table.mean(axis=1)
    centre, seen = float(table.mean()), float(means.var(ddof=1))
    kept = (parts.inputs / seen) ** 0.5 if seen else 0.0
    inputs_only = centre + kept * (means - centre)
    chance_only = centre + (table - means[:, None]).ravel() * (table.shape[1] / (table.shape[1] - 1)) ** 0.5
    rows = [("mean", centre, *_mean_interval(means))]
    for name, spread in (
        ("inputs and chance", table.ravel()),
        ("inputs only", inputs_only),
        ("chance only", chance_only),
    ):
        low, high = np.quantile(spread, [0.025, 0.975])
        rows.append((name, float(np.median(spread)), float(low), float(high)))
    return [*rows, ("share from inputs", *share_interval(table))]


def _mean_interval(means: np.ndarray, *, clip: bool = False) -> tuple[float, float]:
    """95 % interval of the mean over points."""
    half = t_half_width(len(means)) * float(means.std(ddof=1)) / len(means) ** 0.5
    low, high = float(means.mean()) - half, float(means.mean()) + half
    return (max(0.0, low), min(1.0, high)) if clip else (low, high)
