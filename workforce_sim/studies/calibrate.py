"""Calibration: unknown numbers of a base are fitted to what a service has counted, with how sure each then is.

In: a base, observations, which unknowns. Out: a `Calibration`: factors and numbers with intervals, observed beside
modelled, and whether the model can reproduce the data at all.

**Method**: simulated moments (McFadden, *Econometrica* 57, 1989, 995-1026). The data are summed up in blocks of about a
quarter; the model runs over the same days, many times, on common luck. Sought are the factors whose mean of the
runs is nearest to the data, in units of what one service differs from the mean by luck: the residual covariance of all
blocks together, estimated from the replications and shrunk (Schaefer and Strimmer, *Stat. Appl. Genet. Mol. Biol.*
4, 2005, article 32). As staff in post is among the blocks, what the luck of recruitment did to the lists is explained
by the staff observed. Counts are compared by their square roots, whose spread hardly depends on their size (Bartlett,
*J. R. Stat. Soc. Suppl.* 3, 1936, 68-78). The minimum is found by scipy's trust-region least squares,
with derivatives from runs at steps of 15 % either way on the same luck, because the model is a step function of its
numbers.

**Prior**: factors are thought log-normal around 1 (for lists on the first day: around what was first observed) with
95 % between 1/4 and 4. It keeps what the data cannot tell at the base's value; an unknown whose standard deviation the
data narrow by less than half is called not identifiable. Intervals are those of the normal posterior: the inverse of
what data and prior tell, with the noise of the derivatives taken out, and that of the mean of the runs and of rounding
added; with Student's quantile as the covariance is estimated, and widened where the fit is worse than luck explains.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import linalg, optimize, stats

from workforce_sim.errors import UsageError, nearest, quoted
from workforce_sim.run import run
from workforce_sim.scenario.numbers import Number, numbers
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scheduling import LOCAL
from workforce_sim.studies.blocks import Block, blocks_of, fitted_blocks, modelled
from workforce_sim.studies.estimates import data_information, shrunk, without_noise
from workforce_sim.studies.observed import IN_POST, Observed, observable
from workforce_sim.studies.unknowns import (
    OPENING,
    Unknown,
    chosen_unknowns,
    log_bounds,
    usual_unknowns,
    with_values,
)

PRIOR_SD = math.log(4.0) / 1.96
"""Standard deviation of the logarithm of a factor before the data are seen (assumed)."""
STEP = 0.15
"""Change of the logarithm of a factor from which derivatives are taken, either way (assumed)."""
LEAST_NARROWED = 0.5
"""By which part the data must narrow an unknown's standard deviation to be said to identify it (assumed)."""
TOGETHER = 0.9
"""Correlation beyond which two unknowns can hardly be told apart (assumed)."""
FAR = 0.3
"""Derivatives are taken anew where the logarithm of a factor has moved by more (assumed)."""
LEAST_REPLICATIONS = 20
STEPS_TAKEN = 8
"""Most steps of each of the two rounds of the search."""
LEAST_WEEKS = 8.0


@dataclass(frozen=True)
class Options:
    """How to fit."""

    replications: int = 100
    """Runs of each trial; derivatives take a third."""
    seed: int = 1
    workers: int | None = None
    store: Path | None = None
    """Folder of finished replications: a calibration that was stopped goes on from there."""
    scheduler: str = LOCAL
    """`local`, or `dask:` and the address of a Dask scheduler."""
    at_most_gb: float | None = None
    """Memory that a trial may be thought to need; None: as much as is free."""
    on_step: Callable[[str], None] = lambda _: None
    """Told in words what is being done."""


@dataclass(frozen=True)
class Fit:
    """Where the search ended."""

    log_factors: np.ndarray
    """float64, (unknown,)"""
    covariance: np.ndarray
    """float64, (unknown, unknown): of the logarithms, posterior"""
    t: float
    """Quantile that makes 95 % intervals of standard deviations."""
    misfit: float
    """Squared distance of the data from the mean of the runs, in units of luck."""
    freedom: int
    """What it would be on average, were the model true."""


@dataclass(frozen=True)
class Calibration:
    """What came of a calibration."""

    base: Scenario
    seen: Observed
    unknowns: tuple[Unknown, ...]
    taken: Mapping[Number, float]
    """Numbers taken from the data as they are: staff in post on the first day."""
    fit: Fit
    factors: pd.DataFrame
    """One row per unknown: unknown, meaning, factor, low, high, narrowed (share of the prior's standard deviation that
    the data took away), identifiable, hardly_apart_from"""
    numbers: pd.DataFrame
    """One row per number fitted: unknown, path, base, value, low, high, in the package's units"""
    measures: pd.DataFrame
    """One row per measure: measure, unit, observed, modelled, low, high (where 95 % of services like this would be),
    distance (from the mean of the runs, in standard deviations of luck)"""
    blocks: pd.DataFrame
    """The same for every block of about a quarter that was fitted; with first_day and last_day"""
    options: Options

    @property
    def chance(self) -> float:
        """Chance of data as far from the model as these, were the model true: 0 to 1."""
        return float(stats.chi2.sf(self.fit.misfit, self.fit.freedom))

    def scenario(self, name: str | None = None) -> Scenario:
        """The base with the fitted values, as it was fitted: over the days of the data."""
        values = dict(self.taken)
        for unknown, log_factor in zip(self.unknowns, self.fit.log_factors, strict=True):
            values |= unknown.values(math.exp(log_factor))
        return with_values(self.base, values, name or f"{self.base.name}, calibrated", *_days(self.seen))


def calibrate(base: Scenario, seen: Observed, fit: Sequence[str] = (), options: Options | None = None) -> Calibration:
    """Fit unknowns of a base to observations. `fit`: names of usual unknowns or paths of numbers; default the usual.

    Raises `UsageError` if the data are too few or tell nothing of the unknowns.
    """
    options = options or Options()
    _check(base, seen, options)
    unknowns = chosen_unknowns(base, fit) if fit else usual_unknowns(base, seen)
    taken = _staff_on_the_first_day(base, seen, unknowns)
    trial = Trial(base, seen, unknowns, taken, options)
    found = _search(trial)
    return _told(trial, found)


def _check(base: Scenario, seen: Observed, options: Options) -> None:
    if options.replications < LEAST_REPLICATIONS:
        raise UsageError(f"a calibration needs at least {LEAST_REPLICATIONS} replications")
    if not len(seen.known):
        raise UsageError("no observation is known")
    if seen.weeks < LEAST_WEEKS:
        raise UsageError(f"the data span {seen.weeks:.0f} weeks; a calibration needs at least {LEAST_WEEKS:.0f}")
    for measure in seen.known["measure"].unique():
        role = str(measure).removeprefix(IN_POST)
        if role != measure and role not in base.workforce.roles:
            close = nearest(role, base.workforce.roles)
            hint = f" Did you mean {quoted(close[0])}?" if close else ""
            known = ", ".join(base.workforce.roles)
            raise UsageError(f"staff in post of {quoted(role)}, which is no role of {base.file}: {known}.{hint}")


def _days(seen: Observed) -> tuple[date, int]:
    """First day of the data, and how many days they span."""
    return seen.first_day, (seen.last_day - seen.first_day).days + 1


def _staff_on_the_first_day(base: Scenario, seen: Observed, unknowns: Sequence[Unknown]) -> dict[Number, float]:
    """Staff in post by role as first observed, where the data have it within the first week."""
    fitted = {n.path for unknown in unknowns for n in unknown.numbers}
    first, by_path = _first(seen), {n.path: n for n in numbers(base)}
    return {
        by_path[f"workforce.roles.{measure.removeprefix(IN_POST)}.in_post"]: value
        for measure, value in first.items()
        if measure.startswith(IN_POST) and f"workforce.roles.{measure.removeprefix(IN_POST)}.in_post" not in fitted
    }


def _first(seen: Observed) -> dict[str, float]:
    """Measure → its value, if it is known at the end of the first week or before."""
    known = seen.known.sort_values("last_day")
    early = known[(known["last_day"] - known["first_day"].min()).dt.days < 7].drop_duplicates("measure")
    return {str(m): float(v) for m, v in zip(early["measure"], early["value"], strict=True)}


class Trial:
    """The base tried with other factors: what it would tell of the blocks, each on the same luck."""

    def __init__(
        self,
        base: Scenario,
        seen: Observed,
        unknowns: tuple[Unknown, ...],
        taken: Mapping[Number, float],
        options: Options,
    ) -> None:
        self.base, self.seen, self.unknowns, self.taken, self.options = base, seen, unknowns, taken, options
        self.overall = blocks_of(seen, 1)
        self.blocks = fitted_blocks(seen, options.replications)
        self.low, self.high = (np.array(ends) for ends in log_bounds(unknowns))
        self.prior = np.clip([_expected(u, seen) for u in unknowns], self.low, self.high)
        self._known: dict[tuple[bytes, int], tuple[np.ndarray, np.ndarray]] = {}
        self._slopes: tuple[np.ndarray, np.ndarray] | None = None

    def tell(self, points: Sequence[np.ndarray], replications: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each point (logarithms of the factors): float64, (replication, block), and the same for the overall."""
        new = [p for p in points if (p.tobytes(), replications) not in self._known]
        scenarios = [self._scenario(p, f"trial {i}") for i, p in enumerate(new)]
        for point, scenario, tables in zip(new, scenarios, self._run(scenarios, replications), strict=True):
            both = modelled(tables, scenario, [*self.blocks, *self.overall])
            self._known[point.tobytes(), replications] = np.split(both, [len(self.blocks)], axis=1)  # type: ignore[assignment]
        return [self._known[p.tobytes(), replications] for p in points]

    def derivatives(self, point: np.ndarray, near: float = FAR) -> np.ndarray:
        """Change of the square roots per unit of the logarithm of a factor: float64, (unknown, replication, block).

        Those of the last point where they were taken will do if no factor has moved by more than `near` since.
        """
        if self._slopes is None or np.abs(point - self._slopes[0]).max() > near:
            self.options.on_step("  derivatives")
            self._slopes = (
                point.copy(),
                self._derivatives(point, max(LEAST_REPLICATIONS, self.options.replications // 3)),
            )
        return self._slopes[1]

    def _derivatives(self, point: np.ndarray, replications: int) -> np.ndarray:
        steps = STEP * np.eye(len(point))
        ends = [np.clip(point + step, self.low, self.high) for step in (*-steps, *steps)]
        told = [np.sqrt(np.maximum(values, 0.0)) for values, _ in self.tell(ends, replications)]
        n = len(point)
        both = zip(ends[:n], ends[n:], told[:n], told[n:], strict=True)
        slopes = [(more - less) / (above - below).max() for below, above, less, more in both]
        return np.asarray(np.nan_to_num(slopes))

    def _run(self, scenarios: Sequence[Scenario], replications: int) -> list[dict[str, pd.DataFrame]]:
        """The tables of each scenario; the one place where a calibration runs the model."""
        if not scenarios:
            return []
        how = self.options
        study = run(
            scenarios, replications, how.seed, how.workers,
            store=how.store, scheduler=how.scheduler, at_most_gb=how.at_most_gb,
        )  # fmt: skip
        used = ("flows", "lists", "waits", "workforce")
        parts = {name: dict(list(study.tables[name].groupby("scenario"))) for name in used}
        return [{name: parts[name][scenario.name] for name in used} for scenario in scenarios]

    def _scenario(self, point: np.ndarray, name: str) -> Scenario:
        values = dict(self.taken)
        for unknown, log_factor in zip(self.unknowns, point.tolist(), strict=True):
            values |= unknown.values(math.exp(log_factor))
        return with_values(self.base, values, name, *_days(self.seen))


def _expected(unknown: Unknown, seen: Observed) -> float:
    """Logarithm of the factor expected before the data are fitted: 0, or what a list was first observed to be."""
    first = _first(seen).get(OPENING.get(unknown.name, ""))
    base = sum(n.value or 0.0 for n in unknown.numbers)
    return math.log(first / base) if first else 0.0


@dataclass
class Luck:
    """What one service differs from the mean of the runs by, on the scale of square roots."""

    data: np.ndarray
    """float64, (block,): the observations."""
    kept: np.ndarray
    """bool, (block,): blocks that every replication can tell, and that differ."""
    root: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    """Lower Cholesky factor of the covariance of the residuals of the blocks kept."""

    def white(self, values: np.ndarray) -> np.ndarray:
        """Values of all blocks in units of luck: float64, (..., block kept)."""
        chosen = values[..., self.kept]
        flat = linalg.solve_triangular(self.root, chosen.reshape(-1, chosen.shape[-1]).T, lower=True)
        return np.asarray(flat.T.reshape(chosen.shape))


def luck_at(trial: Trial, point: np.ndarray) -> Luck:
    """Luck at a point, estimated from all its replications."""
    n = trial.options.replications
    ((told, _),) = trial.tell([point], n)
    told = np.sqrt(np.maximum(told, 0.0))
    data = np.sqrt([block.value for block in trial.blocks])
    kept = np.isfinite(told).all(axis=0)
    luck = Luck(data, kept)
    mean = np.maximum(told[:, kept].mean(axis=0), 0.5)
    rounding = np.array([block.variance for block in trial.blocks])[kept] / (4 * mean**2)  # delta method
    fineness = np.array([_fineness(block) for block in trial.blocks])[kept] / (4 * mean**2)
    covariance = shrunk(told[:, kept]) * (1 + 1 / n) + np.diag(rounding + fineness)
    luck.root = linalg.cholesky(covariance, lower=True)
    return luck


def _fineness(block: Block) -> float:
    """Variance of what a month's straight line leaves out, so that no block counts as known without error (assumed)."""
    return (0.005 * block.value) ** 2 + 1e-4


def _search(trial: Trial) -> Fit:
    """Two rounds of least squares: with the luck at the start, then with that where the first round ended."""
    point, n = trial.prior.copy(), trial.options.replications
    for number in (1, 2):
        trial.options.on_step(f"round {number} of 2")
        luck = luck_at(trial, point)

        def residuals(theta: np.ndarray, luck: Luck = luck) -> np.ndarray:
            ((told, _),) = trial.tell([theta], n)
            off = luck.white(np.nan_to_num(np.sqrt(np.maximum(told, 0.0))).mean(axis=0) - luck.data)
            trial.options.on_step(f"  distance from the data {float(off @ off):.1f} in units of luck")
            return np.concatenate([off, (theta - trial.prior) / PRIOR_SD])

        def slopes(theta: np.ndarray, luck: Luck = luck) -> np.ndarray:
            return np.concatenate(
                [without_noise(luck.white(trial.derivatives(theta))).T, np.eye(len(theta)) / PRIOR_SD]
            )

        found = optimize.least_squares(
            residuals, point, slopes, (trial.low, trial.high), xtol=0.02, ftol=0.01, gtol=1e-2, max_nfev=STEPS_TAKEN
        )
        point = found.x
    luck = luck_at(trial, point)
    ((told, _),) = trial.tell([point], n)
    off = luck.white(np.nan_to_num(np.sqrt(np.maximum(told, 0.0))).mean(axis=0) - luck.data)
    trial.options.on_step("how sure each is")
    information = data_information(luck.white(trial.derivatives(point, near=STEP)))
    prior = np.eye(len(point)) / PRIOR_SD**2
    freedom = max(1, len(off) - len(point))
    misfit = float(off @ off)
    covariance = linalg.inv(information + prior) * max(1.0, misfit / freedom)
    spread = np.minimum(1.0, PRIOR_SD / np.sqrt(np.diag(covariance)))  # never wider than before the data
    covariance *= np.outer(spread, spread)
    t = float(stats.t.ppf(0.975, max(5, n - len(off))))
    return Fit(point, covariance, t, misfit, freedom)


def _told(trial: Trial, fit: Fit) -> Calibration:
    """The tables of a calibration."""
    ((told, overall),) = trial.tell([fit.log_factors], trial.options.replications)
    return Calibration(
        trial.base, trial.seen, trial.unknowns, trial.taken, fit, _factors(trial, fit), _numbers(trial, fit),
        _compared(trial.overall, overall), _compared(trial.blocks, told), trial.options,
    )  # fmt: skip


def _factors(trial: Trial, fit: Fit) -> pd.DataFrame:
    sd = np.sqrt(np.diag(fit.covariance))
    correlation = fit.covariance / np.outer(sd, sd)
    rows: list[dict[str, Any]] = []
    for i, unknown in enumerate(trial.unknowns):
        low, high = ends(fit, i, unknown)
        narrowed = 1 - sd[i] / PRIOR_SD
        close = [o.name for j, o in enumerate(trial.unknowns) if j != i and abs(correlation[i, j]) > TOGETHER]
        rows.append({
            "unknown": unknown.name, "meaning": unknown.words, "factor": math.exp(fit.log_factors[i]), "low": low,
            "high": high, "narrowed": narrowed, "identifiable": narrowed >= LEAST_NARROWED,
            "hardly_apart_from": ", ".join(close),
        })  # fmt: skip
    return pd.DataFrame(rows)


def ends(fit: Fit, place: int, unknown: Unknown) -> tuple[float, float]:
    """The 95 % interval of a factor, within its range."""
    middle, half = fit.log_factors[place], fit.t * math.sqrt(fit.covariance[place, place])
    return max(unknown.low, math.exp(middle - half)), min(unknown.high, math.exp(middle + half))


def _numbers(trial: Trial, fit: Fit) -> pd.DataFrame:
    rows = []
    for place, unknown in enumerate(trial.unknowns):
        low, high = ends(fit, place, unknown)
        three = [unknown.values(factor) for factor in (math.exp(fit.log_factors[place]), low, high)]
        rows += [(unknown.name, n.path, n.value, *(values[n] for values in three)) for n in unknown.numbers]
    return pd.DataFrame(rows, columns=["unknown", "path", "base", "value", "low", "high"])


def _compared(blocks: Sequence[Block], told: np.ndarray) -> pd.DataFrame:
    """Observed beside modelled; flows per observation, such as per week."""
    rows = []
    for block, values in zip(blocks, told.T, strict=True):
        known = values[np.isfinite(values)] / block.per
        seen, mean = block.value / block.per, known.mean() if len(known) else math.nan
        low, high = np.quantile(known, (0.025, 0.975)) if len(known) else (math.nan, math.nan)
        roots = np.sqrt(np.maximum(known, 0.0))
        sd = roots.std(ddof=1) if len(known) > 1 else math.nan
        distance = (math.sqrt(seen) - roots.mean()) / sd if sd > 0 else math.nan
        days = (date.fromordinal(int(day)) for day in (block.first.min(), block.last.max()))
        rows.append((block.measure, observable(block.measure).unit, *days, seen, mean, low, high, distance))
    columns = ["measure", "unit", "first_day", "last_day", "observed", "modelled", "low", "high", "distance"]
    return pd.DataFrame(rows, columns=columns)
