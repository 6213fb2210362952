"""How many replications are enough, which scenario is best, and how sure that is.

In: the table `measures`. Out: half-widths of intervals as replications were added; scenarios ranked on one measure,
with the probability that each is the best. Chance only: that assumptions may be wrong is another matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import scipy

from workforce_sim.analysis.compare import by_replication
from workforce_sim.analysis.declared import declaration
from workforce_sim.analysis.intervals import LEVEL, t_interval
from workforce_sim.errors import UsageError, either, nearest, quoted

LEAST = 10
"""Replications before an interval is believed to be narrow enough."""

LOOK_AHEAD = 5
"""Further replications over which it has to stay so."""

PRECISION_COLUMNS = ["scenario", "measure", "unit", "year", "mean", "half_width", "relative", "replications", "reached"]
RANKING_COLUMNS = ["scenario", "mean", "behind_best", "low", "high", "probability_best"]

DRAWS = 20_000
"""Draws behind a probability of being the best: its own error is under 0.004."""


@dataclass(frozen=True)
class Precision:
    """How narrow 95 % intervals are to be."""

    relative: float
    """Half an interval over the mean; of a difference, over the baseline's mean."""
    measures: tuple[str, ...]
    most: int = 1000
    """Replications at which it ends, reached or not."""

    def __post_init__(self) -> None:
        """Refuse what cannot be reached."""
        if not 0 < self.relative < 1:
            raise UsageError("the precision is a share of the mean, between 0% and 100%, such as 5%")


def look_ahead(replications: int) -> int:
    """Further replications that are looked at: 5, or 5 % of those there are (Hoad, Robinson & Davies 2010)."""
    return math.ceil(LOOK_AHEAD * max(replications, 100) / 100)


def half_widths(values: np.ndarray) -> np.ndarray:
    """float64, (replication,): half the 95 % interval of the mean of the first 1, 2, … values; the first is unknown."""
    n = np.arange(1, len(values) + 1)
    mean = np.cumsum(values) / n
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = (np.cumsum((values - values[:1]) ** 2) - n * (mean - values[:1]) ** 2) / (n - 1)
        half = np.sqrt(np.maximum(variance, 0.0) / n)
    found: np.ndarray = _factors(len(values)) * half
    return found


@lru_cache(maxsize=64)
def _factors(most: int) -> np.ndarray:
    """(n,): half the interval of n = 1, 2, … values, in standard errors."""
    return np.array([np.nan, *scipy.stats.t.ppf(0.5 + LEVEL / 2, np.arange(1, most))])


def replications_needed(values: np.ndarray, target: float) -> int | None:
    """The number from which half-widths are at most `target` and stay so for the look-ahead; None if not yet.

    Hoad, Robinson & Davies, *Journal of the Operational Research Society* 61, 2010, 1632-1644, from ten on: with three,
    as published, intervals cover 0.90 of what they should. `target`: in the values' unit, above or at 0.
    """
    narrow = half_widths(values) <= target * (1 + 1e-12)
    for n in range(LEAST, len(values) + 1):
        last = n + look_ahead(n)
        if last <= len(values) and narrow[n - 1 : last].all():
            return n
    return None


def reached(measures: pd.DataFrame, baseline: str | None, goal: Precision) -> pd.DataFrame:
    """PRECISION_COLUMNS for every scenario, chosen measure and year: half-widths now, and whether they are enough.

    With a baseline it is the paired difference from it that counts. A measure that is undefined in a replication has no
    interval; it does not hold anything up.
    """
    scenarios = sorted(set(measures["scenario"]) - {baseline})
    base = by_replication(measures, baseline) if baseline else None
    rows = []
    for scenario in scenarios:
        wide = by_replication(measures, scenario)
        wide = wide[wide.index.get_level_values("measure").isin(goal.measures)]
        before = wide if base is None else base.reindex(index=wide.index, columns=wide.columns)
        for place, (measure, unit, year) in enumerate(wide.index):
            own, reference = wide.iloc[place].to_numpy(), before.iloc[place].to_numpy()
            values = own if base is None else own - reference
            if np.isnan(values).any():
                continue
            mean = abs(reference.mean())
            needed = replications_needed(values, goal.relative * mean)
            half = half_widths(values)[-1]
            relative = half / mean if mean else (0.0 if half == 0 else np.inf)
            rows.append((scenario, measure, unit, year, values.mean(), half, relative, len(values), needed is not None))
    return pd.DataFrame(rows, columns=PRECISION_COLUMNS)


def next_number(precision: pd.DataFrame, goal: Precision) -> int:
    """Replications to try next: as many as the widest interval should need, the look-ahead included; not over `most`.

    An interval narrows with the square root of the number. At most twice as many are asked for at once.
    """
    now = int(precision["replications"].max())
    waiting = precision[~precision["reached"]]
    finite = waiting["relative"][np.isfinite(waiting["relative"])]
    wanted = now * (finite.max() / goal.relative) ** 2 if len(finite) else now * 2
    wanted = max(wanted, LEAST, now)
    wanted = math.ceil(wanted + look_ahead(math.ceil(wanted)))
    return min(max(min(wanted, 2 * now), now + LOOK_AHEAD), goal.most)


def ranking(measures: pd.DataFrame, measure: str, year: int, better: str) -> pd.DataFrame:
    """RANKING_COLUMNS, best first: scenarios on one measure in one year. `better`: higher or lower.

    `behind_best`, `low`, `high`: the paired difference from the one ranked first, with intervals that hold all
    together with 95 % (Bonferroni). `probability_best`: chance that the scenario has the best mean, from draws of the
    means given the runs: Student's law with the covariance of paired replications and a flat prior (Chick & Inoue,
    *Operations Research* 49, 2001, 732-743).
    """
    rows = measures[(measures["measure"] == measure) & (measures["year"] == year)]
    wide = rows.pivot_table("value", "scenario", "replication", dropna=False, observed=True)
    values = wide.dropna(axis=0, how="any").to_numpy()
    if len(values) < 2 or values.shape[1] < 2:
        raise UsageError(f"to rank on {measure}, two scenarios and two replications are needed in which it is defined")
    names = wide.dropna(axis=0, how="any").index.to_numpy()
    sign = 1.0 if better == "higher" else -1.0
    order = np.argsort(-sign * values.mean(axis=1), kind="stable")
    values, names = values[order], names[order]
    behind = t_interval(values - values[0], level=1 - (1 - LEVEL) / max(1, len(values) - 1))
    return pd.DataFrame(
        {
            "scenario": names,
            "mean": values.mean(axis=1),
            "behind_best": behind.mean,
            "low": behind.low,
            "high": behind.high,
            "probability_best": _probability_best(sign * values),
        }
    )[RANKING_COLUMNS]


def _probability_best(values: np.ndarray) -> np.ndarray:
    """(scenario,): how often each has the greatest mean among draws; ties go to the first. values: (scenario, n)."""
    n = values.shape[1]
    spread = np.atleast_2d(np.cov(values)) / n
    law = scipy.stats.multivariate_t(values.mean(axis=1), spread, df=n - 1, allow_singular=True)
    winners = np.argmax(law.rvs(DRAWS, random_state=np.random.default_rng(1)), axis=1)
    found: np.ndarray = np.bincount(winners, minlength=len(values)) / DRAWS
    return found


def refuse_unknown(known: Iterable[str], wanted: Iterable[str]) -> None:
    """Raise `UsageError`, with the nearest names, if a measure wanted is not among those known."""
    known = list(dict.fromkeys(known))
    for name in wanted:
        if name not in known:
            close = nearest(name, known)
            hint = f" Did you mean {either(map(quoted, close))}?" if close else ""
            raise UsageError(f"no measure is called {quoted(name)}.{hint}")


def better_of(known: Iterable[str], measure: str) -> str:
    """Which way a measure is better, higher or lower; `UsageError` if it is not known, or neither is."""
    refuse_unknown(known, [measure])
    better = declaration(measure).better
    if better == "neither":
        raise UsageError(f"neither more nor less of {measure} is better, so nothing can be ranked on it")
    return better
