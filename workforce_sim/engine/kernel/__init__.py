"""The clinic, compiled: advances patients to a day by the rules of docs/model.md.

In: a `World` and the `Rules` in force. Out: the same arrays, further on, and a `Stop` code.
No files, no exceptions, no Python objects, no floating-point functions: integers only, so the bits agree on every
machine. The same source runs plain under NUMBA_DISABLE_JIT=1.
"""

from workforce_sim import streams  # noqa: F401  # first: it tells numba where compiled code is kept
from workforce_sim.engine.kernel import day, people
from workforce_sim.engine.kernel.handle import Entrance

advance, release = Entrance(day.advance), Entrance(people.release)
finish, open_service = day.finish, day.open_service

__all__ = ["advance", "finish", "open_service", "release"]
