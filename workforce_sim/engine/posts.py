"""Small words that all stories about staff share: what a post can be, a day, a law's value.

In: nothing. Out: names.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator
from enum import IntEnum
from typing import Any

from simpy import Event

from workforce_sim.inputs.laws import Law

DAYS_PER_YEAR = 365.25

Story = Generator[Event, Any, None]
"""A SimPy process."""

Cell = tuple[int, int]
"""(team, role)"""


class Status(IntEnum):
    """Of a post, or any other slot."""

    EMPTY = 0
    HELD = 1
    ON_NOTICE = 2
    TRAINEE = 3
    TEMPORARY = 4


def value(law: Law, word: int) -> int:
    """The value of a law at a word of luck."""
    base, thresholds = law
    return base + bisect_right(thresholds, word)
