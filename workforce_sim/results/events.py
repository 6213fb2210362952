"""Patient-level events of one replication, for animation and process mining.

In: the table of spells (`results.tables.SPELLS`) and the date of day 0. Out: one row per event, in the columns that
vidigi animates (entity_id, pathway, event_type, event, time, resource_id) and those that process-mining tools read,
with the names of the XES standard (IEEE 1849: case:concept:name, concept:name, time:timestamp).

It tells what spells know: referral, assessment, joining a caseload, first treatment, end. Single contacts are not in
it. Days are whole: events of one day stand in the order of care, and seconds of the timestamp do nothing but keep it.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from workforce_sim.errors import UsageError

FILE = "events.parquet"

ARRIVAL_DEPARTURE, QUEUE, RESOURCE_USE, RESOURCE_USE_END = (
    "arrival_departure", "queue", "resource_use", "resource_use_end",
)  # fmt: skip
"""Types of event, as vidigi calls them."""
USES = (RESOURCE_USE, RESOURCE_USE_END)
"""Those that hold a place."""

DECLINED = "declined"
"""End of a spell that never joins a list."""

COLUMNS = (
    "entity_id", "pathway", "event_type", "event", "time", "resource_id", "scenario", "replication", "team", "source",
    "group", "severity", "package", "end", "case:concept:name", "concept:name", "time:timestamp",
)  # fmt: skip


def event_log(spells: pd.DataFrame, first_days: Mapping[str, date], replication: int) -> pd.DataFrame:
    """The events of one replication of each scenario: COLUMNS. `first_days`: scenario → date of day 0.

    Raises `UsageError` if there is no such replication.
    """
    chosen = spells[spells["replication"] == replication]
    if not len(chosen):
        runs = int(spells["replication"].max()) + 1 if len(spells) else 0
        raise UsageError(f"there is no replication {replication}; they are numbered 0 to {runs - 1}")
    by_scenario = chosen.groupby("scenario", sort=True)
    logs = [_of_scenario(rows.reset_index(drop=True), first_days[str(name)]) for name, rows in by_scenario]
    return pd.concat(logs, ignore_index=True)


def _of_scenario(spells: pd.DataFrame, first_day: date) -> pd.DataFrame:
    """The events of one scenario, spell by spell."""
    place = _places(spells)
    parts = []
    for order, (event, kind, day) in enumerate(_steps(spells)):
        rows = np.flatnonzero(day.notna())
        part = pd.DataFrame({"row": rows, "order": order, "event_type": kind, "event": event})
        part["time"] = day.to_numpy()[rows].astype(np.int64)
        part["resource_id"] = pd.array(place[rows] if kind in USES else [None] * len(rows), dtype="Int64")
        parts.append(part)
    events = pd.concat(parts, ignore_index=True).sort_values(["row", "order"], ignore_index=True)
    told = spells.iloc[events["row"]].reset_index(drop=True)
    seconds = events["time"] * 86_400 + events["order"]
    return pd.DataFrame(
        {
            **told,
            **events,
            "entity_id": events["row"] + 1,
            "pathway": told["package"],
            "case:concept:name": told["person"].astype(str) + "-" + told["episode"].astype(str),
            "concept:name": events["event"],
            "time:timestamp": (pd.Timestamp(first_day) + pd.to_timedelta(seconds, unit="s")).astype("datetime64[ms]"),
        }
    )[list(COLUMNS)]


def _steps(spells: pd.DataFrame) -> list[tuple[str, str, pd.Series]]:
    """(event, its type, its day in each spell or NaN) of all events that a spell may have, in the order of care."""
    referred, assessed, ended = spells["referral_day"], spells["assessed_day"], spells["end_day"]
    joined, started = spells["allocated_day"], spells["start_day"]
    return [
        ("arrival", ARRIVAL_DEPARTURE, referred),
        ("waits for assessment", QUEUE, referred.where(spells["end"] != DECLINED)),
        ("assessed", QUEUE, assessed),
        ("waits for treatment", QUEUE, assessed.where(spells["package"] != "")),
        ("on caseload", RESOURCE_USE, joined),
        ("first treatment contact", RESOURCE_USE_END, started),
        ("in treatment", RESOURCE_USE, started),
        ("end of treatment", RESOURCE_USE_END, ended.where(started.notna())),
        ("left caseload unseen", RESOURCE_USE_END, ended.where(joined.notna() & started.isna())),
        ("depart", ARRIVAL_DEPARTURE, ended),
    ]


def _places(spells: pd.DataFrame) -> np.ndarray:
    """int64, (spell,): a place on the caseload of its team and package, from 1; -1 where it never joins one.

    Whoever joins takes the lowest that is free: the table of spells does not know clinicians, and an animation needs a
    place to draw each person at.
    """
    begins, ends = spells["allocated_day"].to_numpy(), spells["end_day"].to_numpy()
    place = np.full(len(begins), -1, dtype=np.int64)
    pools = spells["team"] + "/" + spells["package"]
    for pool in pools.unique():
        members = np.flatnonzero((pools == pool).to_numpy() & ~np.isnan(begins))
        free: list[int] = []
        leaving: list[tuple[float, int]] = []
        greatest = 0
        for row in members[np.argsort(begins[members], kind="stable")].tolist():
            while leaving and leaving[0][0] <= begins[row]:
                heapq.heappush(free, heapq.heappop(leaving)[1])
            if not free:
                greatest += 1
                heapq.heappush(free, greatest)
            place[row] = heapq.heappop(free)
            heapq.heappush(leaving, (np.inf if np.isnan(ends[row]) else ends[row], int(place[row])))
    return place
