"""The shape of a dated change in time: how far it acts so many days after it began.

In: a ramp or a curve of uptake, a half-life, an extent. Out: the progress on a day, 0 not at all, 1 in full, and the
dates on which the engine follows it. Between two such dates nothing moves.

Every date on which anything changes is an epoch that is compiled. So short rises go in steps of 28 days, which levers
that begin together share, and all that is slower, long rises and fading, keeps to one calendar grid of 91 days.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

STEP_DAYS = 28
"""The first year of a rise is followed in steps of so many days."""
STEPPED_DAYS = 364
"""So many days of a rise go in short steps."""
GRID_DAYS = 91
"""Long rises and fading are followed on dates so many days apart, the same for every change."""
STEEPNESS = 6.0
"""Steepness of the uptake curve: a tenth of full effect at 0.63 of its time, nine tenths at 1.37. Assumed."""
FADED = 0.01
"""What has faded to less than this share of its full effect is gone."""


@dataclass(frozen=True)
class Shape:
    """How a change grows and fades."""

    ramp_days: float = 0.0
    """Days over which it grows in a straight line; 0 at once."""
    uptake_days: float = 0.0
    """Days until half of it is adopted, on a logistic curve (Rogers 1962); 0 means that it does not grow like that."""
    half_life_days: float = 0.0
    """Days in which what there is of it halves, once it is in full; 0 means that it does not fade."""
    extent: float = 1.0
    """Share of it that acts at all. 0 to 1."""

    @property
    def full_days(self) -> float:
        """Days until it acts in full."""
        return self.ramp_days or 2 * self.uptake_days

    @property
    def is_curved(self) -> bool:
        """Does it move otherwise than in straight lines?"""
        return bool(self.uptake_days or self.half_life_days)

    @property
    def is_whole_at_once(self) -> bool:
        """Does it act in full, at once and for good?"""
        return not (self.full_days or self.half_life_days) and self.extent == 1

    def progress(self, days: int) -> float:
        """How far it acts so many days after it began."""
        return self.extent * self._risen(days) * self._left(days)

    def _risen(self, days: int) -> float:
        if days >= self.full_days:
            return 1.0
        if self.ramp_days:
            return days / self.ramp_days
        first = _logistic(-STEEPNESS)
        return (_logistic(STEEPNESS * (days / self.uptake_days - 1)) - first) / (1 - 2 * first)

    def _left(self, days: int) -> float:
        if not self.half_life_days or days <= self.full_days:
            return 1.0
        left = 0.5 ** ((days - self.full_days) / self.half_life_days)
        return left if left >= FADED else 0.0

    def dates(self, first: date, end: date) -> Iterator[date]:
        """The days on which it takes a step, of a change that begins on `first`; none from `end` on."""
        full = round(self.full_days)
        steps = [first + timedelta(days=days) for days in (0, *range(STEP_DAYS, min(full, STEPPED_DAYS), STEP_DAYS))]
        steps += _grid(steps[-1], first + timedelta(days=full)) if full > STEPPED_DAYS else ()
        steps.append(first + timedelta(days=full))
        if self.half_life_days:
            fading = math.ceil(self.half_life_days * math.log2(1 / FADED))
            steps += _grid(steps[-1], min(end, steps[-1] + timedelta(days=fading + GRID_DAYS)))
        yield from (day for day in steps if day < end)


AT_ONCE = Shape()
"""In full from its first day, for good."""


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _grid(after: date, before: date) -> Iterator[date]:
    """The common dates between two others."""
    number = (after.toordinal() // GRID_DAYS + 1) * GRID_DAYS
    while number < before.toordinal():
        yield date.fromordinal(number)
        number += GRID_DAYS
