"""Small words that all stories about staff share: what a post can be, a day, a law's value.

In: nothing. Out: names.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator
from typing import Any

from simpy import Event

from workforce_sim.inputs.laws import Law

DAYS_PER_YEAR = 365.25

Story = Generator[Event, Any, None]
"""A SimPy process."""

Cell = tuple[int, int]
"""(team, role)"""


class Status:
    """Of a post, or any other slot: plain whole numbers, because they are compared and counted all the time."""

    EMPTY, HELD, ON_NOTICE, TRAINEE, TEMPORARY = range(5)
    IN_POST = (HELD, ON_NOTICE)


def value(law: Law, word: int) -> int:
    """The value of a law at a word of luck."""
    base, thresholds = law
    return base + bisect_right(thresholds, word)
