"""Which row of the arrays a person has: each team has blocks of rows of its own, used again and again.

In: `World` and a team. Out: the same arrays. A day's work is done team by team, so that what it touches lies together
however many teams there are; and there are as many rows as people open or known to come back at once, not ever.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from numba import njit

from workforce_sim.engine.state import ROWS_IN_BLOCK, Counter
from workforce_sim.inputs.codes import State


@njit(cache=True)
def take_row(w, team):
    """A free patient row of a team, made empty."""
    if w.free_head[team] < 0:
        take_block(w, team)
    i = w.free_head[team]
    w.free_head[team] = w.patient[i]["next"]
    w.free_rows[team] -= 1
    w.counter[Counter.ROWS_TAKEN] += 1
    w.patient[i]["episode"] = 0
    return i


@njit(cache=True)
def take_block(w, team):
    """A team that has no free row is handed a block of new ones, so that its people lie together in memory."""
    first = w.counter[Counter.ROWS_HANDED_OUT]
    last = first + ROWS_IN_BLOCK - 1
    w.counter[Counter.ROWS_HANDED_OUT] = last + 1
    w.block_team[first // ROWS_IN_BLOCK] = team
    for i in range(first, last):
        w.patient[i]["next"] = i + 1
    w.patient[last]["next"] = -1
    w.free_head[team] = first
    w.free_rows[team] = ROWS_IN_BLOCK


@njit(cache=True)
def free_row(w, i):
    """The person is forgotten; the row goes back to the team that it was handed to."""
    team = w.block_team[i // ROWS_IN_BLOCK]
    w.patient[i]["state"] = State.FREE
    w.patient[i]["next"] = w.free_head[team]
    w.free_head[team] = i
    w.free_rows[team] += 1
    w.counter[Counter.ROWS_TAKEN] -= 1


@njit(cache=True)
def new_rows(w, referred):
    """How many rows, in whole blocks, must be handed to teams for so many referred today, who come team by team."""
    first, blocks = w.counter[Counter.REFERRALS_TAKEN], 0
    team, left = -1, 0
    for k in range(first, first + referred):
        if w.referral[k]["team"] != team:
            team = w.referral[k]["team"]
            left = w.free_rows[team]
        if left == 0:
            blocks += 1
            left = ROWS_IN_BLOCK
        left -= 1
    return blocks * ROWS_IN_BLOCK
