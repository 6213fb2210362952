"""The tables of one scenario, added up by replication and year.

In: tables (`results.tables`). Out: arrays with a place for every replication and year of results, so that measures are
plain arithmetic. Days before the results begin (year 0) do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class YearlyTable:
    """One table."""

    frame: pd.DataFrame
    """The rows of results only."""
    place: np.ndarray
    """int64, (row,): the replication and year of each row."""
    places: int
    _values: dict[str, np.ndarray] = field(default_factory=dict)

    def sum(self, *columns: str | np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
        """float64, (place,): the sum of columns over all rows, or those `where` is true; unknown values count as 0."""
        total = np.zeros(self.places)
        rows = slice(None) if where is None else where
        for column in columns:
            values = self._known(column) if isinstance(column, str) else column
            total += np.bincount(self.place[rows], weights=values[rows], minlength=self.places)
        return total

    def end(self, *columns: str | np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
        """The same, over rows of the last month of each year."""
        return self.sum(*columns, where=self._is_last if where is None else self._is_last & where)

    def mean(self, *columns: str) -> np.ndarray:
        """float64, (place,): the sum of columns in a month, mean over the year's months."""
        mean: np.ndarray = self.sum(*columns) / self.months
        return mean

    @cached_property
    def months(self) -> np.ndarray:
        """float64, (place,): how many months the year has."""
        month, names = pd.factorize(self.values("period_start"))
        is_there = np.zeros((self.places, len(names)), dtype=bool)
        is_there[self.place, month] = True
        counted: np.ndarray = is_there.sum(axis=1, dtype=float)
        return counted

    @cached_property
    def _is_last(self) -> np.ndarray:
        """bool, (row,): is it of the last month of its year?"""
        start = self.values("period_start")
        last = np.zeros(self.places, dtype=start.dtype)
        np.maximum.at(last, self.place, start)
        found: np.ndarray = last[self.place] == start
        return found

    def values(self, column: str) -> np.ndarray:
        """A column's values, (row,)."""
        if column not in self._values:
            self._values[column] = self.frame[column].to_numpy()
        return self._values[column]

    def text(self, column: str) -> np.ndarray:
        """A column of text as fixed-width text, (row,)."""
        codes, names = pd.factorize(self.frame[column])
        found: np.ndarray = np.array(names, dtype=str)[codes]
        return found

    def _known(self, column: str) -> np.ndarray:
        """float64, (row,): a column with 0 where a value is unknown."""
        values = self.values(column)
        return np.where(np.isnan(values), 0.0, values) if values.dtype.kind == "f" else values.astype(float)


class Yearly:
    """The tables of one scenario. `replication` and `year`: int64, (place,), in order."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Tables without years are left aside."""
        counted = tables["lists"]
        pairs = np.unique(counted.loc[counted["year"] > 0, ["replication", "year"]].to_numpy(), axis=0)
        self.replication, self.year = pairs[:, 0], pairs[:, 1]
        self._tables = tables
        self._made: dict[str, YearlyTable] = {}

    def __getitem__(self, name: str) -> YearlyTable:
        """A table by name."""
        if name not in self._made:
            frame = self._tables[name]
            rows = frame[frame["year"] > 0] if (frame["year"] <= 0).any() else frame
            first = np.searchsorted(self.replication, rows["replication"].to_numpy())
            place = first + rows["year"].to_numpy() - 1
            self._made[name] = YearlyTable(rows, place, len(self.year))
        return self._made[name]


def over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part / whole, undefined where there is none of the whole."""
    ratio: np.ndarray = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)
    return ratio
