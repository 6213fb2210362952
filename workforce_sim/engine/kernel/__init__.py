"""The clinic, compiled: advances patients to a day by the rules of docs/model.md.

In: a `World` and the `Rules` in force. Out: the same arrays, further on, and a `Stop` code.
No files, no exceptions, no Python objects, no floating-point functions: integers only, so the bits agree on every
machine. The same source runs plain under NUMBA_DISABLE_JIT=1.
"""

from workforce_sim import streams  # noqa: F401  # first: it tells numba where compiled code is kept
from workforce_sim.engine.kernel import day, roster, spells
from workforce_sim.engine.kernel.handle import Entrance

advance, release = Entrance(day.advance), Entrance(spells.release)
finish, open_service = day.finish, day.open_service
lay_out_days, take_stock = Entrance(roster.lay_out_days), Entrance(roster.take_stock)
plan_leave, draw_sickness = Entrance(roster.plan_leave), Entrance(roster.draw_sickness)

__all__ = [
    "advance", "draw_sickness", "finish", "lay_out_days", "open_service", "plan_leave", "release", "take_stock",
]  # fmt: skip
