"""Laws of chance as integer tables: built once with SciPy, compared ever after as integers.

In: what a scenario says of a duration or a number. Out: a base value and thresholds in 2**-32; the law's value at a
32-bit word of luck is base + number of thresholds <= word. Nothing at run time calls log, exp or pow, so every machine
gets the same bits (NumPy and the C library promise that for none of them).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import scipy  # its `stats` is loaded when first asked for, which workers never do

from workforce_sim.streams import CERTAIN

GREATEST_DAYS = 10_000
"""No law in days has a longer table; what would come later comes never, within any horizon of interest."""

NEVER = 1_000_000
"""Days to what does not happen."""

Thresholds = tuple[int, ...]
Law = tuple[int, Thresholds]
"""(base value, thresholds)"""


def from_cumulative(base: int, cumulative: np.ndarray) -> Law:
    """The law with P(X <= base + k) = cumulative[k] (float64, rising); what is beyond the table is the next value."""
    thresholds = np.rint(np.asarray(cumulative, dtype=float) * CERTAIN).astype(np.int64)
    ends = np.searchsorted(thresholds, CERTAIN)  # beyond certainty nothing can be drawn
    return base, tuple(int(t) for t in thresholds[:ends])


@lru_cache(maxsize=4096)
def fixed(value: float) -> Law:
    """Always `value`; if it is not whole, the whole numbers on either side, so that the mean is right."""
    low = math.floor(value)
    part = value - low
    return (low, ()) if part < 1e-9 else from_cumulative(low, np.array([1.0 - part]))


@lru_cache(maxsize=4096)
def rounded(mean: float, sd: float, least: int) -> Law:
    """A gamma law of that mean and standard deviation, rounded to whole numbers, at least `least`."""
    if sd <= 0:
        return fixed(max(mean, float(least)))
    shape = (mean / sd) ** 2
    greatest = int(min(GREATEST_DAYS, mean + 12 * sd + 10))
    return from_cumulative(least, scipy.stats.gamma.cdf(np.arange(least, greatest) + 0.5, shape, scale=mean / shape))


@lru_cache(maxsize=4096)
def from_quantiles(median: float, p90: float) -> Law:
    """A lognormal law with that median and 90th percentile, in whole days from 0."""
    sigma = math.log(p90 / median) / scipy.stats.norm.ppf(0.9)
    greatest = min(GREATEST_DAYS, math.ceil(median * math.exp(4 * sigma)) + 1)
    if sigma < 1e-9:
        return fixed(median)
    return from_cumulative(0, scipy.stats.lognorm.cdf(np.arange(greatest) + 0.5, sigma, scale=median))


def pace(greatest: float) -> float:
    """A daily rate of candidate days at least as great as any that may hold, for uniformization (Jensen 1953).

    A power of two, at most 1, so that it seldom changes when a rate does; 0 if nothing ever happens.
    """
    return 0.0 if greatest <= 0 else float(min(1.0, 2.0 ** math.ceil(math.log2(greatest))))


@lru_cache(maxsize=4096)
def geometric(daily: float) -> Law:
    """Days to an event that happens with chance `daily` on each day, from 1; never if 0."""
    if daily <= 0:
        return NEVER, ()
    return from_cumulative(1, 1.0 - (1.0 - daily) ** np.arange(1, GREATEST_DAYS + 1))


@lru_cache(maxsize=4096)
def exponential(median: float) -> Law:
    """Days, from 0, exponential with that median."""
    return from_cumulative(0, 1.0 - 2.0 ** (-(np.arange(GREATEST_DAYS) + 0.5) / median))


@lru_cache(maxsize=4096)
def uniform(days: float) -> Law:
    """A whole number of days from 1 to `days`, each as likely."""
    last = max(1, round(days))
    return from_cumulative(1, np.arange(1, last) / last)


@lru_cache(maxsize=4096)
def uniform_residual(days: float) -> Law:
    """What is left of a uniform duration at a moment found at random within it (renewal theory: (1 - F) / mean)."""
    last = max(1, round(days))
    return from_cumulative(1, 1.0 - (1.0 - np.arange(1, last) / last) ** 2)


def probabilities(law: Law) -> tuple[np.ndarray, np.ndarray]:
    """The values of a law and their probabilities: int64 and float64, (value,)."""
    base, thresholds = law
    edges = np.array([0, *thresholds, CERTAIN], dtype=float) / CERTAIN
    chance = np.diff(edges)
    return base + np.arange(len(chance)), chance


def mean(law: Law) -> float:
    """The mean of a law."""
    values, chance = probabilities(law)
    return float(values @ chance)


def length_biased(law: Law) -> Law:
    """The law of a course found under way: one of n contacts lasts n - 1 intervals, and is found so much more often."""
    values, chance = probabilities(law)
    weight = np.maximum(values - 1, 0) * chance
    if not weight.any():
        return law
    return from_cumulative(int(values[0]), np.cumsum(weight)[:-1] / weight.sum())


@dataclass
class LawBook:
    """Collects laws, each once, and numbers them."""

    numbers: dict[Law, int] = field(default_factory=dict)

    def number(self, law: Law) -> int:
        """The number of a law in the book, entered if new."""
        return self.numbers.setdefault(law, len(self.numbers))

    def tables(self) -> tuple[np.ndarray, np.ndarray]:
        """(law, law_threshold) as in `Rules`."""
        rows: list[tuple[int, int, int]] = []
        thresholds: list[int] = []
        for base, own in self.numbers:
            rows.append((len(thresholds), len(own), base))
            thresholds.extend(own)
        return np.array(rows, dtype=np.int64).reshape(-1, 3), np.array(thresholds or [CERTAIN], dtype=np.int64)


def value_at(law: np.ndarray, law_threshold: np.ndarray, number: int | np.ndarray, words: np.ndarray) -> np.ndarray:
    """Values of one law, or of one law per word, at words of luck: int64, same shape as `words`."""
    values = np.empty(words.shape, dtype=np.int64)
    numbers = np.broadcast_to(number, words.shape)
    for k in np.unique(numbers):
        first, n, base = law[k]
        chosen = numbers == k
        values[chosen] = base + np.searchsorted(law_threshold[first : first + n], words[chosen], side="right")
    return values
