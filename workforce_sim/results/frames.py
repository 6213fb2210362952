"""Raw arrays → tidy frames, as `results.tables` declares them.

In: a compiled scenario, and what was kept of each of its replications. Out: a frame for every table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from workforce_sim.engine.staffing import Staffing
from workforce_sim.inputs.codes import NOT_YET, End, PackageStock, Use
from workforce_sim.inputs.rules import Inputs
from workforce_sim.results.money import programme_costs, staff_costs, working_days_of_periods
from workforce_sim.results.tables import (
    COSTS,
    FIRED,
    FLOWS,
    LISTS,
    PACKAGES,
    PROGRAMME_COSTS,
    SPELLS,
    STAYING,
    TIME_USE,
    WAITS,
    WORKFORCE,
    Table,
    empty,
    typed,
    years_of_periods,
)


class Kept(NamedTuple):
    """What is kept of one replication."""

    replication: int
    flow: np.ndarray  # int64, (period, team, severity, group, Flow.N)
    stock: np.ndarray  # int64, (period, team, severity, group, Stock.N), at the period's end
    package: np.ndarray  # int64, (period, team, package, PackageStock.N)
    use: np.ndarray  # int64, (period, team, role, Use.N)
    staffing: np.ndarray  # int64, (period, team, role, Staffing.N)
    fired: np.ndarray  # int64, (event, 3): when standing rules began and ended
    staying: np.ndarray  # int64, (year of results, team, value of STAYING)
    waits: np.ndarray  # float64, (row of `wait_rows`, value of WAITS)
    spells: np.ndarray | None  # LOG, (spell,), only if asked for


def tables_of(
    inputs: Inputs, kept: Sequence[Kept], wait_rows: Mapping[str, np.ndarray], only: Iterable[str] | None = None
) -> dict[str, pd.DataFrame]:
    """The tables of one scenario, all or `only` some, from what was kept of its replications.

    `wait_rows` names the rows of `Kept.waits`: clock, by, value, span, period_start, year.
    """
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "flows": lambda: _people(FLOWS, inputs, kept, [k.flow for k in kept]),
        "lists": lambda: _people(LISTS, inputs, kept, [k.stock for k in kept]),
        "packages": lambda: _packages(inputs, kept),
        "time_use": lambda: _time_use(inputs, kept),
        "workforce": lambda: _workforce(inputs, kept),
        "staying": lambda: _staying(inputs, kept),
        "costs": lambda: _costs(inputs, kept),
        "programme_costs": lambda: _programme_costs(inputs, kept),
        "standing_rules": lambda: _fired(inputs, kept),
        "waits": lambda: _waits(inputs, kept, wait_rows),
        "spells": lambda: _spells(inputs, kept),
    }
    return {name: makers[name]() for name in (makers if only is None else only)}


def _grid(table: Table, scenario: str, labels: Sequence[Sequence[object]], years: np.ndarray) -> dict[str, object]:
    """The key columns of every combination of labels; labels are replication, month, then the table's other keys."""
    for axis in labels:
        if len(set(axis)) != len(axis):
            raise ValueError(f"table {table.name}: a key is there twice among {list(axis)}")
    places = np.unravel_index(np.arange(int(np.prod([len(axis) for axis in labels]))), [len(axis) for axis in labels])
    columns: dict[str, object] = {"scenario": _text([scenario], np.zeros(len(places[0]), dtype=np.int64))}
    columns["replication"] = np.array(labels[0], dtype=np.int64)[places[0]]
    columns["period_start"] = np.array(labels[1], dtype="datetime64[D]")[places[1]]
    columns["year"] = years[places[1]]
    for column, axis, place in zip(table.keys[4:], labels[2:], places[2:], strict=True):
        columns[column.name] = _text(axis, place)
    return columns


def _text(names: Iterable[object], codes: np.ndarray) -> object:
    """Names in place of codes; -1 is empty text."""
    return pd.array([str(name) for name in names] + [""], dtype="str").take(codes)


def _labels(inputs: Inputs, kept: Sequence[Kept], *axes: Sequence[object]) -> list[Sequence[object]]:
    return [[k.replication for k in kept], inputs.period_starts, inputs.names.teams, *axes]


def _people(table: Table, inputs: Inputs, kept: Sequence[Kept], arrays: list[np.ndarray]) -> pd.DataFrame:
    labels = _labels(inputs, kept, inputs.names.severities, inputs.names.groups)
    columns = _grid(table, inputs.name, labels, years_of_periods(inputs))
    values = np.stack(arrays).reshape(-1, len(table.values))
    return typed(table, columns | {c.name: values[:, i] for i, c in enumerate(table.values)})


def _packages(inputs: Inputs, kept: Sequence[Kept]) -> pd.DataFrame:
    columns = _grid(PACKAGES, inputs.name, _labels(inputs, kept, inputs.names.packages), years_of_periods(inputs))
    values = np.stack([k.package for k in kept]).reshape(-1, PackageStock.N)
    stream_of = dict(zip(inputs.names.packages, inputs.names.streams, strict=True))
    columns["stream"] = pd.Series(columns["package"], dtype="str").map(stream_of).to_numpy()
    for place in (PackageStock.WAITING, PackageStock.IN_TREATMENT, PackageStock.UNALLOCATED, PackageStock.STARTED):
        columns[place.name.lower()] = values[:, place]
    return typed(PACKAGES, columns)


def _time_use(inputs: Inputs, kept: Sequence[Kept]) -> pd.DataFrame:
    columns = _grid(TIME_USE, inputs.name, _labels(inputs, kept, inputs.names.roles), years_of_periods(inputs))
    use = np.stack([k.use for k in kept]).reshape(-1, Use.N)
    for place in list(Use)[: Use.CONTACTS]:
        columns[f"{place.name.lower()}_hours"] = use[:, place] / 3600.0
    columns |= {"triage_hours": use[:, Use.TRIAGE] / 3600.0, "overtime_hours": use[:, Use.OVERTIME] / 3600.0}
    columns |= {"contacts": use[:, Use.CONTACTS], "sessions": use[:, Use.SESSIONS]}
    return typed(TIME_USE, columns)


_IN_WTE = {
    "funded_wte": Staffing.FUNDED, "in_post_wte": Staffing.IN_POST, "starters_wte": Staffing.STARTERS,
    "leavers_wte": Staffing.LEAVERS, "leavers_nhs_wte": Staffing.LEAVERS_NHS, "moved_in_wte": Staffing.MOVED_IN,
    "moved_out_wte": Staffing.MOVED_OUT, "frozen_wte": Staffing.FROZEN, "refused_wte": Staffing.REFUSED,
    "absent_wte": Staffing.ABSENT, "trainees_wte": Staffing.TRAINEES,
}  # fmt: skip
_BY_WORKING_DAY = {
    "bank_wte": Staffing.BANK_DAYS, "agency_wte": Staffing.AGENCY_DAYS, "cover_cut_wte": Staffing.COVER_CUT,
}  # fmt: skip
_IN_HEADS = {
    "starters": Staffing.STARTER_HEADS, "leavers": Staffing.LEAVER_HEADS, "hired": Staffing.HIRED_HEADS,
    "trainees_started": Staffing.TRAINEES_STARTED, "trainees_left": Staffing.TRAINEES_LEFT,
    "qualified": Staffing.QUALIFIED, "unplaced": Staffing.UNPLACED,
}  # fmt: skip


def _workforce(inputs: Inputs, kept: Sequence[Kept]) -> pd.DataFrame:
    columns = _grid(WORKFORCE, inputs.name, _labels(inputs, kept, inputs.names.roles), years_of_periods(inputs))
    use, staff = np.stack([k.use for k in kept]), np.stack([k.staffing for k in kept])
    wte_days = 100.0 * np.maximum(working_days_of_periods(inputs), 1)[None, :, :, None]
    columns["present_wte"] = (use[..., Use.PRESENT] / wte_days).ravel()
    columns |= {name: (staff[..., place] / wte_days).ravel() for name, place in _BY_WORKING_DAY.items()}
    use, staff = use.reshape(-1, Use.N), staff.reshape(-1, Staffing.N)
    columns |= {name: staff[:, place] / 100.0 for name, place in _IN_WTE.items()}
    columns |= {name: staff[:, place] for name, place in _IN_HEADS.items()}
    places = [any(epoch.staff.roles[r].places > 0 for epoch in inputs.epochs) for r in range(len(inputs.names.roles))]
    columns |= {
        "exhaustion": np.where(staff[:, Staffing.EXHAUSTION] < 0, np.nan, staff[:, Staffing.EXHAUSTION] / 1000.0),
        "tenure_years": np.where(staff[:, Staffing.TENURE] < 0, np.nan, staff[:, Staffing.TENURE] / 365.25),
        "supervision_hours": staff[:, Staffing.SUPERVISION_SECONDS] / 3600.0,
        "supervision_missing_hours": staff[:, Staffing.SUPERVISION_SHORTFALL] / 3600.0,
        "holds_caseload": np.resize(places, len(staff)),
        "caseload": use[:, Use.CASES],
        "caseload_weighted": use[:, Use.WEIGHTED] / 1000.0,
        "places": use[:, Use.PLACES] / 1000.0,
        "over_cap": use[:, Use.OVER_CAP],
    }
    return typed(WORKFORCE, columns)


def _staying(inputs: Inputs, kept: Sequence[Kept]) -> pd.DataFrame:
    values = np.stack([k.staying for k in kept])
    replication, year, team = np.unravel_index(np.arange(values[..., 0].size), values.shape[:-1])
    columns = {
        "scenario": _text([inputs.name], np.zeros(len(year), dtype=np.int64)),
        "replication": np.array([k.replication for k in kept])[replication],
        "year": np.unique(years_of_periods(inputs)[years_of_periods(inputs) > 0])[year],
        "team": _text(inputs.names.teams, team),
    }
    return typed(STAYING, columns | {c.name: values[..., i].ravel() for i, c in enumerate(STAYING.values)})


def _costs(inputs: Inputs, kept: Sequence[Kept]) -> pd.DataFrame:
    columns = _grid(COSTS, inputs.name, _labels(inputs, kept, inputs.names.roles), years_of_periods(inputs))
    records = np.stack([k.staffing for k in kept]), np.stack([k.use for k in kept])
    pounds = staff_costs(inputs, *records, [k.fired for k in kept])
    return typed(COSTS, columns | {name: values.ravel() for name, values in pounds.items()})


def _programme_costs(inputs: Inputs, kept: Sequence[Kept]) -> pd.DataFrame:
    pounds = programme_costs(inputs, [k.fired for k in kept])
    if not pounds:
        return empty(PROGRAMME_COSTS)
    labels = [[k.replication for k in kept], inputs.period_starts, list(pounds)]
    columns = _grid(PROGRAMME_COSTS, inputs.name, labels, years_of_periods(inputs))
    return typed(PROGRAMME_COSTS, columns | {"pounds": np.stack(list(pounds.values()), axis=-1).ravel()})


def _fired(inputs: Inputs, kept: Sequence[Kept]) -> pd.DataFrame:
    """A row for each time that a standing rule was on."""
    rows: list[tuple[int, str, int, int | None]] = []
    for k in kept:
        began: dict[int, int] = {}
        for day, number, on in k.fired.tolist():
            if on:
                began[number] = len(rows)
                rows.append((k.replication, inputs.rules[number].name, day, None))
            else:
                rows[began[number]] = (*rows[began[number]][:3], day)
    if not rows:
        return empty(FIRED)
    replication, names, first, last = zip(*rows, strict=True)
    first_day = np.datetime64(inputs.start, "D")
    ended = [np.datetime64("NaT") if day is None else first_day + day for day in last]
    return typed(
        FIRED,
        {
            "scenario": _text([inputs.name], np.zeros(len(rows), dtype=np.int64)),
            "replication": np.array(replication),
            "rule": list(names),
            "began": first_day + np.array(first),
            "ended": np.array(ended, dtype="datetime64[D]"),
            "days": [(inputs.days if day is None else day) - since for since, day in zip(first, last, strict=True)],
        },
    )


def _waits(inputs: Inputs, kept: Sequence[Kept], rows: Mapping[str, np.ndarray]) -> pd.DataFrame:
    times, n = len(kept), len(rows["clock"])
    columns: dict[str, object] = {"scenario": _text([inputs.name], np.zeros(times * n, dtype=np.int64))}
    columns["replication"] = np.repeat([k.replication for k in kept], n)
    for name, labels in rows.items():
        if labels.dtype.kind in "OUT":
            names, codes = np.unique(labels.astype(str), return_inverse=True)
            columns[name] = _text(names, np.tile(codes, times))
        else:
            columns[name] = np.tile(labels, times)
    values = np.concatenate([k.waits for k in kept])
    return typed(WAITS, columns | {c.name: values[:, i] for i, c in enumerate(WAITS.values)})


def _spells(inputs: Inputs, kept: Sequence[Kept]) -> pd.DataFrame:
    logs = [
        (k.replication, k.spells[np.lexsort((k.spells["episode"], k.spells["key"]))])
        for k in kept
        if k.spells is not None
    ]
    if not logs:
        return empty(SPELLS)
    log, names = np.concatenate([spells for _, spells in logs]), inputs.names
    coded = {
        "team": names.teams, "source": names.sources, "group": names.groups, "package": names.packages,
        "severity_at_referral": names.severities, "severity": names.severities, "end": [e.name.lower() for e in End],
    }  # fmt: skip
    columns: dict[str, object] = {
        "scenario": _text([inputs.name], np.zeros(len(log), dtype=np.int64)),
        "replication": np.concatenate([np.full(len(spells), number) for number, spells in logs]),
        "person": log["key"],
    }
    for column in SPELLS.columns[3:]:
        values = log[column.name]
        if column.name in coded:
            columns[column.name] = _text(coded[column.name], values)
        elif column.type == "number":
            columns[column.name] = np.where(values == NOT_YET, np.nan, values)
        else:
            columns[column.name] = values
    return typed(SPELLS, columns)
