"""Who stays: of those in post as a year begins, how many are still in the team as it ends.

In: the chronicle of a replication. Out: heads by year and team, a row of the table `staying` each. Whoever moves to
another role of the team stays; whoever qualifies here is in post from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from workforce_sim.engine.staffing import CareerEvent
from workforce_sim.inputs.rules import Inputs
from workforce_sim.results.tables import years_of_periods

COMES = frozenset((CareerEvent.FOUND, CareerEvent.STARTED, CareerEvent.QUALIFIED))

People = dict[int, int]
"""Slot → who is in post there, numbered in order of coming."""


def staying(careers: np.ndarray, inputs: Inputs) -> np.ndarray:
    """int64, (year, team, 2): people in post as the year begins, and those of them still in post as it ends.

    careers: int64, (event, Chronicle.N), in order.
    """
    years = years_of_periods(inputs)
    firsts = [inputs.period_starts[place] for place in np.flatnonzero(np.diff(years, prepend=0))]
    turns = [*((first - inputs.start).days for first in firsts), inputs.days]
    at_turn = list(_in_post(careers, turns))
    counted = np.zeros((len(firsts), len(inputs.names.teams), 2), dtype=np.int64)
    for year, (before, after) in enumerate(pairwise(at_turn)):
        left = set(before.values()) - set(after.values())
        for slot, person in before.items():
            counted[year, inputs.posts[slot].team] += (1, person not in left)
    return counted


def _in_post(careers: np.ndarray, turns: list[int]) -> Iterator[People]:
    """Who is in post as each of some days begins, those found on day 0 included."""
    here: People = {}
    mover, turn = -1, 0
    for number, (day, slot, _, event) in enumerate(careers.tolist()):
        while turn < len(turns) and day >= turns[turn] and event != CareerEvent.FOUND:
            yield dict(here)
            turn += 1
        if event in COMES:
            here[slot] = number
        elif event == CareerEvent.LEFT:
            del here[slot]
        elif event == CareerEvent.MOVED_OUT:
            mover = here.pop(slot)
        elif event == CareerEvent.MOVED_IN:  # noted at once after MOVED_OUT
            here[slot] = mover
    for _ in turns[turn:]:
        yield dict(here)
