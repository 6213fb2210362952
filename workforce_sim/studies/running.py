"""The one place from which studies run simulations, and how they take what they ask about from the tables.

In: scenarios, how many replications, the seed; a measure and a year. Out: the frame of measures, or values as an array
by scenario and replication. The seed is the same for all scenarios, so that replication 7 of each has the same luck.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workforce_sim.analysis.declared import declaration
from workforce_sim.errors import UsageError, either, nearest, quoted
from workforce_sim.run import run
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scheduling import LOCAL, shared_out
from workforce_sim.units import date_of, month_after

BATCH = 32
"""So many scenarios are made and run at a time: their tables are held together in memory."""
PACK = 4
"""At most so many scenarios are given to another process at a time."""


def outcomes(
    scenarios: Sequence[Scenario], replications: int, seed: int, only: Sequence[str] = (), **how: Any
) -> pd.DataFrame:
    """Measures by scenario and replication: scenario, replication, measure, year, unit, value.

    `only` names the measures kept; none named means all. `how` goes to `workforce_sim.run.run`. With more than one of
    `workers` (default one) whole scenarios are shared out among processes, on a Dask cluster their replications, which
    changes nothing but the time it takes.
    """
    workers = min(how.pop("workers", None) or 1, len(scenarios))
    if how.get("scheduler", LOCAL) != LOCAL:
        workers = 1  # the cluster shares out the replications
    each = BATCH if workers == 1 else max(1, min(PACK, len(scenarios) // (2 * workers)))
    packs = [list(scenarios[first : first + each]) for first in range(0, len(scenarios), each)]
    if workers == 1:
        parts = [_measures(pack, replications, seed, only, how) for pack in packs]
    else:
        parts = shared_out(_measures, [(pack, replications, seed, only, how) for pack in packs], workers)
    return pd.concat(parts, ignore_index=True)


def _measures(
    scenarios: Sequence[Scenario], replications: int, seed: int, only: Sequence[str], how: Mapping[str, Any]
) -> pd.DataFrame:
    """Measures of a few scenarios, simulated in this process."""
    study = run(list(scenarios), replications=replications, seed=seed, workers=1, **how)
    frame = study.tables["measures"]
    return frame[frame["measure"].isin(only)] if only else frame


class Asked(NamedTuple):
    """What a study asks about: a measure in a year of the run."""

    measure: str
    year: int
    """From 1; 0 for the sum over all years."""
    unit: str
    better: str
    """higher, lower or neither."""

    @property
    def sign(self) -> int:
        """1 where more is better, else −1."""
        return 1 if self.better == "higher" else -1

    def __str__(self) -> str:
        return f"{self.measure}, {f'year {self.year}' if self.year else 'all years together'}"


@dataclass(frozen=True)
class How:
    """How the runs of a study are made; all of it is passed on to every run."""

    replications: int = 20
    seed: int = 1
    options: tuple[tuple[str, Any], ...] = ()
    """Further options of `workforce_sim.run.run`, such as ("workers", 2)."""
    on_point: Callable[[int, int], None] = lambda _done, _total: None
    """Told as the study goes on: points done, of all."""

    def __post_init__(self) -> None:
        """Refuse what tells nothing."""
        if self.replications < 2:
            raise UsageError("a study needs at least 2 replications, to tell how sure it is")


def asked(scenario: Scenario, measure: str, year: int | None, how: How) -> Asked:
    """The measure and year that are asked about, found in one replication; by default the last whole year.

    Raises `UsageError` with the nearest names, or the years there are.
    """
    pilot = outcomes([scenario], 1, how.seed, **dict(how.options))
    known = pilot["measure"].unique()
    if measure not in known:
        close = nearest(measure, known)
        hint = f" Did you mean {either(map(quoted, close))}?" if close else ""
        why = " (costs are told only if the pay of every role is known)" if measure.startswith("cost") else ""
        raise UsageError(f"{scenario.name} has no measure {quoted(measure)}{why}.{hint}")
    years = sorted(int(each) for each in pilot.loc[pilot["measure"] == measure, "year"].unique())
    whole = [each for each in years if year_ends(scenario, each) <= scenario.end]
    wanted = (whole or years)[-1] if year is None else year
    if wanted not in years:
        raise UsageError(f"{scenario.name} has no year {wanted}; its years are {years[0]} to {years[-1]}")
    found = declaration(measure)
    return Asked(measure, wanted, found.unit, found.better)


def year_ends(scenario: Scenario, year: int) -> date:
    """The day after the last day of a year of results: twelve months, counted from the start."""
    return month_after(scenario.start, 12 * year)


def year_before(scenario: Scenario, day: date) -> int:
    """The year of results in which the day before a date lies; raises `UsageError` for a date outside the run."""
    if not scenario.start < day <= scenario.end:
        last = date_of(-1, scenario.end)
        raise UsageError(f"{day} is not within the run, which goes from {scenario.start} to {last}")
    return next(year for year in range(1, 100) if day <= year_ends(scenario, year))


def values(frame: pd.DataFrame, names: Sequence[str], what: Asked) -> np.ndarray:
    """float64, (scenario, replication): what was asked about, in the order of `names`; NaN where there is none."""
    rows = frame[frame["measure"] == what.measure]
    if what.year:
        rows = rows[rows["year"] == what.year]
    wide = rows.groupby(["scenario", "replication"])["value"].sum(min_count=1).unstack("replication")  # noqa: PD010
    return wide.reindex(pd.Index(names)).to_numpy(dtype=float)


def simulated(scenarios: Sequence[Scenario], what: Asked, how: How) -> np.ndarray:
    """float64, (scenario, replication): what was asked about of scenarios of any names, all on the same luck.

    A scenario that is given twice runs once.
    """
    own: dict[int, Scenario] = {}
    taken: set[str] = set()
    for scenario in scenarios:
        if id(scenario) not in own:
            own[id(scenario)] = _renamed(scenario, taken)
            taken.add(own[id(scenario)].name)
    frame = outcomes(list(own.values()), how.replications, how.seed, (what.measure,), **dict(how.options))
    return values(frame, [own[id(scenario)].name for scenario in scenarios], what)


def answers(pairs: Iterable[Sequence[Scenario]], total: int, what: Asked, how: How) -> np.ndarray:
    """float64, (point, replication): what was asked about, or how much more of it a what-if has than its base.

    `pairs`: scenarios alone, or each base with its what-if; `total`: how many. They are made and run a batch at a time.
    Raises `UsageError` where it is not defined in every run, such as a median that is never reached.
    """
    waiting, parts, done = iter(pairs), [], 0
    while batch := list(islice(waiting, BATCH // 2)):
        flat = simulated([scenario for pair in batch for scenario in pair], what, how)
        both = flat.reshape(len(batch), -1, how.replications)
        parts.append(both[:, -1] - both[:, 0] if both.shape[1] > 1 else both[:, 0])
        done += len(batch)
        how.on_point(done, total)
    found = np.concatenate(parts)
    if np.isnan(found).any():
        raise UsageError(
            f"{what} is not defined in {int(np.isnan(found).sum())} of {found.size} runs (a median may never be "
            "reached); ask about a measure that always is, such as waiting_list or wait.treatment.within_standard"
        )
    return found


def _renamed(scenario: Scenario, taken: Collection[str]) -> Scenario:
    """The same scenario under a name that is not taken."""
    number, name = 1, scenario.name
    while name in taken:
        number += 1
        name = f"{scenario.name[:190]} ({number})"
    return scenario if number == 1 else scenario.model_copy(update={"name": name})
