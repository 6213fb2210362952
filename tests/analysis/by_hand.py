"""Tables written by hand, for what is made of tables: few rows, round numbers."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import pandas as pd


def table(text: str) -> pd.DataFrame:
    """A table as it is printed: names in the first line, columns apart by spaces; `-` is an unknown value."""
    frame = pd.read_csv(io.StringIO(text), sep=r"\s+", na_values="-", keep_default_na=False)
    if "period_start" in frame:
        frame["period_start"] = pd.to_datetime(frame["period_start"])
    return frame


def monthly(months: Iterable[int], scenario: str = "Base", start: str = "2026-04-01", **columns: Any) -> pd.DataFrame:
    """A row for each replication and month, numbered from 0; a list in `columns` has a value for each replication."""
    replications = max((len(each) for each in columns.values() if isinstance(each, list)), default=2)
    first = pd.Timestamp(start)
    rows = [
        {
            "scenario": scenario,
            "replication": replication,
            "period_start": first + pd.DateOffset(months=month),
            "year": month // 12 + 1,
            **{name: each[replication] if isinstance(each, list) else each for name, each in columns.items()},
        }
        for replication in range(replications)
        for month in months
    ]
    return pd.DataFrame(rows)
