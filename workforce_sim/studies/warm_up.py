"""The warm-up that a service needs if it is to begin empty, and not with the people of today.

In: a scenario. Out: `Settling`, by course: the months to leave out. The pilot runs the plan of the first day for years,
from empty, without growth, dated changes or levers: with those there would be nothing to settle to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from workforce_sim.analysis.series import COURSES
from workforce_sim.analysis.settling import leave_out
from workforce_sim.errors import UsageError
from workforce_sim.run import run
from workforce_sim.scenario.reader import resolved
from workforce_sim.scenario.scenario import Scenario

FOLLOWED = ("waiting_list", "caseload_per_wte")
"""Courses that must have settled; staff do not begin empty."""

QUARTER = 3
"""A warm-up is told in whole quarters."""


class Settling(NamedTuple):
    """How one course settles."""

    course: str
    months: int | None
    """Months to leave out; None if it has not settled by the middle of the pilot."""
    level: float
    """Mean of what is left, or of the second half."""


def settling(scenario: Scenario, years: int = 10, replications: int = 10, seed: int = 1, **how: Any) -> list[Settling]:
    """Every course that is followed, from a pilot of so many years; raises `UsageError` for fewer than 3."""
    if years < 3:
        raise UsageError("a pilot of at least 3 years shows whether a service settles")
    tables = run(_pilot(scenario, years), replications, seed, **how).tables
    return [_of(tables, name) for name in FOLLOWED]


def warm_up_months(found: Sequence[Settling]) -> int | None:
    """Months of warm-up after which all have settled, in whole quarters; None if one has not settled."""
    months = [each.months for each in found if each.months is not None]
    return math.ceil(max(months) / QUARTER) * QUARTER if len(months) == len(found) else None


def _of(tables: dict[str, pd.DataFrame] | Any, name: str) -> Settling:
    followed = COURSES[name]
    values = followed.value(tables[followed.table]).groupby("period_start").mean().to_numpy()
    months = leave_out(values)
    return Settling(name, months, float(values[len(values) // 2 if months is None else months :].mean()))


def _pilot(scenario: Scenario, years: int) -> Scenario:
    """The plan of the first day, from empty."""
    layers = scenario.layers.copied()
    tree = layers.document.tree
    for key in ("today", "trajectory"):
        tree.pop(key, None)
    tree |= {"name": "Pilot", "opening_state": "warm_up", "warm_up": f"{years - 1} years", "horizon": "1 year"}
    demand = tree["demand"]
    demand.pop("severity_drift", None)
    for source in demand["sources"].values():
        source.pop("growth", None)
    for kept in (layers.changes, layers.levers, layers.overrides, layers.rules, layers.evidence):
        kept.clear()
    layers.chosen = frozenset()
    return resolved(layers)
