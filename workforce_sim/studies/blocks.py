"""What was observed beside what the model tells of the same days: blocks of observations, and their modelled values.

In: observations; the tables of runs. Out: `Block`s, and float64 (replication, block): what each replication tells of
them. The model's tables are monthly: a flow grows evenly within a month and a stock goes straight from one month's end
to the next, so that any days can be compared. Numbers of one block are sums (flows), means (stocks), or the mean wait
of all seen (waits).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workforce_sim.engine.gauges import CLOSES
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.studies.observed import IN_POST, Observed, observable

BLOCK_WEEKS = 13
MOST_BLOCKS = 4
"""A measure is split into blocks of about a quarter, at most four."""

Tables = Mapping[str, pd.DataFrame]

_FLOWS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "referrals": (("referred",), ()),
    "accepted": (("referred",), ("declined",)),
    "first_contacts": (("assessed",), ()),
    "starts": (("started",), ()),
    "closes": (tuple(flow.name.lower() for flow in CLOSES), ()),
    "contacts": (("contacts",), ()),
}
"""Measure → columns of the table of flows that are added, and taken away."""

_STOCKS = {
    "list": ("waiting_assessment", "waiting_treatment", "unallocated"),
    "waiting_assessment": ("waiting_assessment",),
    "waiting_treatment": ("waiting_treatment",),
    "caseload": ("in_treatment",),
    "open_spells": ("waiting_assessment", "waiting_treatment", "unallocated", "in_treatment"),
}
"""Measure → columns of the table of lists that are added."""

_WAITS = {
    "over_18_weeks": ("treatment", "waiting_over_18_weeks"),
    "over_52_weeks": ("treatment", "waiting_over_52_weeks"),
    "waited_median_second": ("second_contact", "waiting_median"),
    "waited_median_first": ("assessment", "waiting_median"),
}
"""Measure → clock, and column of the table of waits; quarterly."""

_MEAN_WAITS = {
    "mean_wait_first_contact": ("assessment", "first_contacts"),
    "mean_wait_treatment": ("treatment", "starts"),
}
"""Measure → clock, and the flow of those whose mean it is."""


@dataclass(frozen=True)
class Block:
    """Observations of one measure that are compared as one number."""

    measure: str
    first: np.ndarray
    """int64, (observation,): first day, as an ordinal."""
    last: np.ndarray
    """int64, (observation,): last day."""
    value: float
    """Sum of flows, mean of stocks, mean wait: in the measure's unit."""
    variance: float
    """Of the rounding of published counts, in the unit's square."""

    @property
    def per(self) -> int:
        """How many observations a flow's value is the sum of; 1 for others."""
        return len(self.first) if observable(self.measure).kind == "flow" else 1


def blocks_of(seen: Observed, most: int = MOST_BLOCKS) -> list[Block]:
    """The blocks of every measure with a known value, in the order of the measures."""
    known, blocks = seen.known, []
    weights = {m: known[known["measure"] == m].set_index("last_day")["value"] for m in ("first_contacts", "starts")}
    for name, rows in known.sort_values("last_day").groupby("measure", sort=False):
        measure = str(name)
        span = (rows["last_day"].max() - rows["first_day"].min()).days + 1
        pieces = int(np.clip(round(span / (7 * BLOCK_WEEKS)), 1, min(most, len(rows))))
        if measure.startswith(IN_POST):
            pieces = 1  # one number for each role: months apart, the same people are in post
        parts = np.array_split(np.arange(len(rows)), pieces)
        blocks += [_block(measure, rows.iloc[part], weights) for part in parts]
    return blocks


def fitted_blocks(seen: Observed, replications: int) -> list[Block]:
    """The blocks that a calibration compares: as fine as the replications can bear, three of them for each block.

    A list is left out if its parts are there, because nearly the same would count twice.
    """
    parts = {"waiting_assessment", "waiting_treatment"} <= set(seen.known["measure"])
    own = replace(seen, rows=seen.rows[~(parts & (seen.rows["measure"] == "list"))])
    for most in range(MOST_BLOCKS, 0, -1):
        blocks = blocks_of(own, most)
        if 3 * len(blocks) <= replications:
            return blocks
    return blocks


def _block(measure: str, rows: pd.DataFrame, weights: Mapping[str, pd.Series]) -> Block:
    values, kind = rows["value"].to_numpy(), observable(measure).kind
    rounding = float((rows["error"] ** 2).sum()) / 3.0  # evenly spread within ± the error
    if kind == "flow":
        value = float(values.sum())
    else:
        weight = np.ones(len(rows))
        if kind == "wait":
            given = weights[_MEAN_WAITS[measure][1]].reindex(rows["last_day"]).to_numpy(dtype=float)
            weight = given if np.nansum(given) > 0 and not np.isnan(given).any() else weight
        value, rounding = float(np.average(values, weights=weight)), rounding / len(rows) ** 2
    first, last = (
        rows[column].to_numpy().astype("datetime64[D]").astype(np.int64) + _EPOCH
        for column in ("first_day", "last_day")
    )
    return Block(measure, first, last, value, rounding)


_EPOCH = pd.Timestamp("1970-01-01").to_pydatetime().toordinal()


def modelled(tables: Tables, scenario: Scenario, blocks: Sequence[Block]) -> np.ndarray:
    """float64, (replication, block): what each replication of a scenario tells of the blocks. NaN: nothing to tell.

    `tables`: those of one run, for this scenario alone.
    """
    known: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def series(name: str) -> tuple[np.ndarray, np.ndarray]:
        if name not in known:
            known[name] = _series(name, tables, scenario)
        return known[name]

    columns = []
    for block in blocks:
        kind = observable(block.measure).kind
        if kind == "flow":
            columns.append(_grown(*series(block.measure), block))
        elif kind == "stock":
            days, levels = series(block.measure)
            columns.append(_weights(days, block.last + 1).mean(axis=0) @ levels.T)
        else:
            people, waited = (_grown(*series(f"{block.measure}/{part}"), block) for part in ("people", "waited"))
            columns.append(np.divide(waited, people, out=np.full(len(people), np.nan), where=people > 0))
    return np.stack(columns, axis=1)


def _grown(days: np.ndarray, cumulative: np.ndarray, block: Block) -> np.ndarray:
    """float64, (replication,): growth over all days of a block."""
    grown = _weights(days, block.last + 1) - _weights(days, block.first)
    return np.asarray(grown.sum(axis=0) @ cumulative.T)


def _weights(days: np.ndarray, at: np.ndarray) -> np.ndarray:
    """float64, (place, grid): how much each day of the grid counts for a place; straight lines between them."""
    return np.stack([np.interp(at, days, row) for row in np.eye(len(days))], axis=1)


def _series(name: str, tables: Tables, scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """(days of the grid, as ordinals; values: float64, (replication, day)): cumulated flows, or stocks."""
    if name in _FLOWS:
        more, less = _FLOWS[name]
        days, rows = _monthly(tables["flows"], scenario, [*more, *less])
        return days, _cumulated(_sum(rows, more) - _sum(rows, less))
    if name == "leavers":
        days, rows = _monthly(tables["workforce"], scenario, ["leavers_wte"])
        return days, _cumulated(rows["leavers_wte"])
    if name in _STOCKS:
        days, rows = _monthly(tables["lists"], scenario, _STOCKS[name])
        return days, _from_opening(_sum(rows, _STOCKS[name]), _opening(name, scenario))
    if name.startswith("in_post"):
        staff, role = tables["workforce"], name.removeprefix(IN_POST)
        own = staff if name == "in_post" else staff[staff["role"] == role]
        days, rows = _monthly(own, scenario, ["in_post_wte"])
        return days, _from_opening(rows["in_post_wte"], _opening(name, scenario))
    waits = tables["waits"]
    measure, _, part = name.partition("/")
    clock, column = _WAITS.get(measure) or (_MEAN_WAITS[measure][0], "completed")
    own = waits[(waits["span"] == "quarter") & (waits["by"] == "all") & (waits["clock"] == clock)]
    if not part:
        days, rows = _monthly(own, scenario, [column])
        return days, _from_opening(rows[column], None)
    own = own.assign(waited=(own["completed"] * own["completed_mean"]).fillna(0.0) / 7)
    days, rows = _monthly(own, scenario, ["completed", "waited"])
    return days, _cumulated(rows["completed" if part == "people" else part])


def _monthly(
    frame: pd.DataFrame, scenario: Scenario, columns: Sequence[str]
) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
    """(days: first days of the periods and the day after the last; column → float64, (replication, period))."""
    wide = frame.groupby(["replication", "period_start"])[list(columns)].sum(min_count=1)
    periods = wide.index.get_level_values("period_start").unique()
    days = [*(day.to_pydatetime().toordinal() for day in periods), scenario.end.toordinal()]
    return np.array(days), {c: wide[c].to_numpy(dtype=float).reshape(-1, len(periods)) for c in columns}


def _sum(rows: Mapping[str, np.ndarray], columns: Sequence[str]) -> np.ndarray:
    """float64, (replication, period)."""
    return np.asarray(sum((rows[column] for column in columns), np.zeros(1)))


def _cumulated(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0))))


def _from_opening(levels: np.ndarray, opening: float | None) -> np.ndarray:
    """Stocks at the ends of periods, with that on the first day before them; as at the first end if it is unknown."""
    first = levels[:, :1] if opening is None else np.full((len(levels), 1), opening)
    return np.asarray(np.concatenate([first, levels], axis=1))


def _opening(name: str, scenario: Scenario) -> float | None:
    """What a stock is on the first day, as the scenario has it; None if it begins empty, or with several teams."""
    if scenario.opening_state != "today" or scenario.teams or scenario.copies != 1:
        return None
    today, roles = scenario.today, scenario.workforce.roles
    if name.startswith("in_post"):
        role = name.removeprefix(IN_POST)
        return sum(own.in_post or 0.0 for key, own in roles.items() if name == "in_post" or key == role)
    caseload = today.caseload if isinstance(today.caseload, int) else sum(today.caseload.values())
    first = today.waiting.get("assessment", 0)
    return {
        "waiting_assessment": first,
        "waiting_treatment": sum(today.waiting.values()) - first,
        "list": sum(today.waiting.values()),
        "caseload": caseload,
        "open_spells": sum(today.waiting.values()) + caseload,
    }[name]
