"""The compiled heart of `analysis.waits`: stays on a clock, counted by cell and by day of the wait, and read off.

In: the spells on a clock, the windows, and who belongs to which cell. Out: arrays by cell. A cell is a value of an
attribute in a window. Days of a wait are whole, so that counts by day hold all there is to know of them.
"""
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from workforce_sim import compiled

compiled.use_cache()

EXACT = 1e-9
"""Slack for sums of chances: half is reached at 0.5 - 1e-9."""

OPEN = 0.05
"""Share of people of whom it may be unknown whether they would have been seen in time."""

OVER_WEEKS = (18, 52, 104)
"""Those still waiting are counted who have waited longer."""

JOINED, COMPLETED, COMPLETED_DAYS, IN_TIME, WAITING, WAITING_DAYS, OVER_18, OVER_52, OVER_104, LONGEST, SUMS = range(11)
"""Columns of the sums by cell."""

AT_RISK, SEEN, GONE, STILL, COUNTS = range(5)
"""Columns of the counts by day of the wait: change of those at risk, seen, gone unseen, waiting at the window's end."""


class Followed(NamedTuple):
    """Spells on a clock within the windows: int64 or bool, (spell,), days."""

    spell: np.ndarray  # place in the log
    begin: np.ndarray
    stop: np.ndarray  # last day on the clock
    seen: np.ndarray  # did it stop by being seen?
    gone: np.ndarray  # or by leaving unseen, a competing event?
    standard: np.ndarray
    first: np.ndarray  # first window
    last: np.ndarray

    def where(self, chosen: np.ndarray) -> Followed:
        """The spells for which `chosen` is true."""
        return Followed(*(column[chosen] for column in self))


@njit(cache=True)
def counted(
    followed: Followed, code: np.ndarray, first: np.ndarray, last: np.ndarray, values: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """(int64 (cell, SUMS), int32 (cell, day of the wait, COUNTS)): every stay of every spell, laid over the windows.

    `code`: int64, (spell,), place among so many values, -1 not known. `first`, `last`: int64, (window,), days.
    `width`: the longest wait, and two.
    """
    windows = len(first)
    sums = np.zeros((values * windows, SUMS), np.int64)
    sums[:, LONGEST] = -1
    counts = np.zeros((values * windows, width, COUNTS), np.int32)
    for s in range(len(code)):
        if code[s] < 0:
            continue
        begin, stop = followed.begin[s], followed.stop[s]
        for w in range(followed.first[s], followed.last[s] + 1):
            cell = code[s] * windows + w
            leave = min(stop, last[w]) - begin
            counts[cell, max(begin, first[w]) - begin, AT_RISK] += 1
            counts[cell, leave + 1, AT_RISK] -= 1
            sums[cell, JOINED] += begin >= first[w]
            sums[cell, LONGEST] = max(sums[cell, LONGEST], leave)
            if stop > last[w]:
                counts[cell, leave, STILL] += 1
                sums[cell, WAITING] += 1
                sums[cell, WAITING_DAYS] += leave
                for i in range(len(OVER_WEEKS)):
                    sums[cell, OVER_18 + i] += leave > OVER_WEEKS[i] * 7
            elif followed.seen[s]:
                counts[cell, leave, SEEN] += 1
                sums[cell, COMPLETED] += 1
                sums[cell, COMPLETED_DAYS] += leave
                sums[cell, IN_TIME] += leave <= followed.standard[s]
            elif followed.gone[s]:
                counts[cell, leave, GONE] += 1
    return sums, counts


@njit(cache=True)
def quantiles(counts: np.ndarray, column: int, total: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """float64, (cell, level): the first day by which that share is done; NaN where there is nobody."""
    found = np.full((len(counts), len(levels)), np.nan)
    for c in range(len(counts)):
        done, i = 0, 0
        for day in range(counts.shape[1]):
            if total[c] == 0 or i == len(levels):
                break
            done += counts[c, day, column]
            while i < len(levels) and done >= max(np.ceil(levels[i] * total[c] - EXACT), 1.0):
                found[c, i] = day
                i += 1
    return found


@njit(cache=True)
def censoring_aware(
    counts: np.ndarray, longest: np.ndarray, by: np.ndarray, levels: np.ndarray, days: int
) -> tuple[np.ndarray, np.ndarray]:
    """(float64 (cell, day of `by`): share seen by that day; float64 (cell, level): first day by which it is reached).

    Of all who join: Aalen and Johansen (1978) on a life table in days with delayed entry. On a day of the wait when
    nobody is at risk nothing happens. `by`: int64, days, rising. Levels reached later than `days`, or never, are NaN.
    A share is NaN if nobody was followed for so long and more than OPEN were left: where fewer were left, they count
    as not seen, and the share is true to within OPEN.
    """
    share, reached = np.full((len(counts), len(by)), np.nan), np.full((len(counts), len(levels)), np.nan)
    for c in range(len(counts)):
        risk, incidence, staying, i, j = 0, 0.0, 1.0, 0, 0
        for day in range(max(days, by.max()) + 1):
            if day < counts.shape[1]:
                risk += counts[c, day, AT_RISK]
                seen, gone = counts[c, day, SEEN], counts[c, day, GONE]
                if seen + gone > 0:
                    incidence += seen / risk * staying
                    staying *= 1.0 - (gone / risk + seen / risk)
            while j < len(levels) and day <= days and incidence >= levels[j] - EXACT:
                reached[c, j] = day
                j += 1
            while i < len(by) and by[i] == day:
                if longest[c] >= day or staying <= OPEN:
                    share[c, i] = incidence
                i += 1
            if i == len(by) and (j == len(levels) or day >= counts.shape[1]):
                break
    return share, reached
