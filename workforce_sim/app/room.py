"""What all pages of one server share: the bases, what-ifs that came with them, and the desk.

In: scenario files and how to run them. Out: the one `Room`, furnished before the first page is opened.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workforce_sim.app.bases import Base, read_given
from workforce_sim.app.desk import STEPS, Desk
from workforce_sim.app.whatif import WhatIf
from workforce_sim.errors import UsageError

EXAMPLE = Path("scenarios/adult_community.yaml")
"""Opened where no scenario is named, if it is there."""


@dataclass
class Room:
    """Bases by key, prepared what-ifs, the desk, and whose turn it is to draw."""

    bases: dict[str, Base]
    prepared: Sequence[WhatIf]
    desk: Desk = field(default_factory=Desk)
    drawing: threading.Lock = field(default_factory=threading.Lock)
    """Held while figures are drawn: one page after the other, or the desk's thread gets no share of the processor."""


_rooms: list[Room] = []


def furnish(files: Sequence[Path], seed: int = 1, steps: Sequence[int] = STEPS, workers: int | None = None) -> Room:
    """Read the scenarios and set up the desk; raises `ScenarioError` or `UsageError`. What was there before goes."""
    if not files and not EXAMPLE.is_file():
        raise UsageError("say which scenario to open, such as scenarios/adult_community.yaml")
    bases, prepared = read_given(files or [EXAMPLE])
    _rooms[:] = [Room({base.key: base for base in bases}, prepared, Desk(seed, steps, workers))]
    return _rooms[0]


def the_room() -> Room:
    """The room of this server; with the example in it if nobody has furnished it."""
    return _rooms[0] if _rooms else furnish([])
