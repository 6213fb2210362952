"""What a run will need, told before it begins: memory and time, roughly; and what is more than may be used is refused.

In: compiled scenarios, how many replications, on how many processes. Out: `Need`. The constants were measured on the
shipped base scenarios and on 10 and 100 copies of the adult team. What is told of memory was 4 to 20 % above the most
that 50 or 150 replications held in one process; time is right within a factor of two on an idle machine.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from workforce_sim.engine.staffing import Staffing
from workforce_sim.errors import UsageError
from workforce_sim.inputs.codes import Flow, PackageStock, Stock, Use
from workforce_sim.inputs.rules import Inputs

GB, WORD = 1e9, 8
PROCESS = 280e6
"""Bytes of a process with the kernel loaded."""
PERSON, TOLD_PERSON = 900, 400
"""Bytes of a person while a replication runs; in the table of spells, for each replication."""
FRAMES, FRAMES_AT_LEAST = 5, 1.5e6
"""Bytes of tables for each byte of counts, and beside them, for each replication."""
SECONDS_OF_PERSON, SECONDS_OF_COUNT, SECONDS_AT_LEAST = 9e-6, 75e-9, 0.03
"""Processor time of a replication: for each person, for each byte of counts, and beside them."""
LONG = 120.0
"""Seconds from which on a run is told of before it begins."""


class Need(NamedTuple):
    """What a run is thought to need."""

    memory: float
    """Bytes."""
    seconds: float
    """With the processes that it has."""

    def __str__(self) -> str:
        time = f"{self.seconds / 60:.0f} minutes" if self.seconds < 7200 else f"{self.seconds / 3600:.0f} hours"
        return f"about {self.memory / GB:.1f} GB of memory and {time}"


def people(inputs: Inputs) -> float:
    """People that one replication is thought to meet: those found on day 0, and those referred for the first time."""
    demand, names = inputs.demand, inputs.names
    means = np.append((1 - demand.count_law / 2.0**32).clip(0).sum(axis=-1), 0.0)  # of a law; the last for none
    copies = np.array([names.kind_of_team.count(kind) for kind in names.kind_of_source])
    return float(len(inputs.opening.people) + means[demand.law_of_day].sum(axis=1) @ copies)


def counts(inputs: Inputs) -> int:
    """Bytes of what one replication counts, by period and team."""
    names = inputs.names
    cells = len(names.severities) * len(names.groups) * (Flow.N + Stock.N)
    cells += len(names.packages) * PackageStock.N + len(names.roles) * (Use.N + Staffing.N)
    return WORD * len(inputs.period_starts) * len(names.teams) * cells


def need(inputs: Sequence[Inputs], replications: int, processes: int, spells: bool = False) -> Need:
    """What so many replications of some scenarios need."""
    met, counted = np.array([people(own) for own in inputs]), np.array([counts(own) for own in inputs], dtype=float)
    kept = replications * (FRAMES * counted + FRAMES_AT_LEAST + TOLD_PERSON * spells * met).sum()
    at_work = (processes if processes == 1 else processes + 1) * PROCESS + processes * PERSON * met.max()
    each = SECONDS_OF_PERSON * met + SECONDS_OF_COUNT * counted + SECONDS_AT_LEAST
    return Need(float(kept + at_work), float(replications * each.sum() / processes))


def free_memory() -> float:
    """Bytes that a new program may use here; infinite where the system does not tell."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return float(next(line for line in lines if line.startswith("MemAvailable:")).split()[1]) * 1024
    with suppress(OSError, ValueError, AttributeError):
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return np.inf


def refuse_beyond(needed: Need, at_most_gb: float | None) -> None:
    """Raise `UsageError` if that is more memory than may be used: so many GB, or what is free."""
    limit = free_memory() if at_most_gb is None else at_most_gb * GB
    if needed.memory > limit:
        whose = "are free here" if at_most_gb is None else "may be used (--at-most-gb)"
        raise UsageError(
            f"this is thought to need {needed}, and {limit / GB:.1f} GB {whose}. Ask for fewer --replications, fewer "
            "scenarios at once, a shorter horizon, fewer copies or fewer referrals; or, if you know better, set "
            "another limit with --at-most-gb"
        )
