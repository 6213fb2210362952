"""One browser session: the what-if on the screen, those kept, and the way back.

In: what somebody does. Out: the state of their page, which links and reloads carry in the address, and nobody else
can see. Nothing here draws or runs anything.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workforce_sim.app.bases import Base
from workforce_sim.app.desk import Told
from workforce_sim.app.dials import Dial, with_numbers_of
from workforce_sim.app.whatif import UNNAMED, WhatIf
from workforce_sim.errors import UsageError, WorkforceSimError, quoted
from workforce_sim.units import month_after

MOST_KEPT = 5
MOST_BACK = 50
"""Decisions that can be undone."""
GREATEST_ADDRESS = 6000
"""Characters of what-ifs that an address carries; what is kept beyond them is lost by a reload."""
NOW, KEPT, GAME = "w", "k", "year"
"""Query parameters: the what-if on the screen, one for each kept, and the year that a game has reached."""


@dataclass
class Visit:
    """Altered by what somebody does on their page."""

    bases: dict[str, Base]
    """Those of the room, and this person's own uploads."""
    now: WhatIf
    who: str = field(default_factory=lambda: secrets.token_hex(8))
    past: list[WhatIf] = field(default_factory=list)
    future: list[WhatIf] = field(default_factory=list)
    kept: list[WhatIf] = field(default_factory=list)
    game: int | None = None
    """Years that a game has gone through; None outside a game."""
    begins: date | None = None
    """Day from which decisions hold, outside a game; None: the first."""
    answered: tuple[WhatIf, Told] | None = None
    """What was shown last, and for which what-if."""
    said: str = ""
    """A message to show once."""
    _own_dials: tuple[tuple[str, Mapping[str, Any]], Sequence[Dial]] | None = None

    @property
    def base(self) -> Base:
        """The base on the screen."""
        return self.bases[self.now.base]

    @property
    def years(self) -> int:
        """Whole years of the run, at least one."""
        scenario = self.base.scenario
        return max(1, round((scenario.end - scenario.start).days / 365.25))

    @property
    def day(self) -> date:
        """The day from which a decision made now holds."""
        start = self.base.scenario.start
        if self.game is not None:
            return self.days()[2 * min(self.game, self.years - 1)]
        return self.begins if self.begins and start <= self.begins < self.base.scenario.end else start

    def days(self) -> list[date]:
        """The days on which decisions may begin: every half-year of the run."""
        scenario, found = self.base.scenario, []
        day = scenario.start
        while day < scenario.end:
            found.append(day)
            day = month_after(scenario.start, 6 * len(found))
        return found

    def dials(self) -> Sequence[Dial]:
        """What can be turned, measured from the base, or from the blocks that a file has put over it."""
        blocks = self.now.blocks
        if not blocks:
            return self.base.dials
        if self._own_dials is None or self._own_dials[0] != (self.now.base, blocks):
            standing = self.now.but(levers=(), changes=()).scenario(self.base.scenario)
            self._own_dials = ((self.now.base, blocks), with_numbers_of(standing, self.base.dials))
        return self._own_dials[1]

    def asked(self) -> list[WhatIf]:
        """What the desk is to answer: the what-if on the screen first, then those kept."""
        return list({each.key: each for each in (self.now, *self.kept)}.values())

    # --- what somebody does ------------------------------------------------------------------------------------------

    def decide(self, whatif: WhatIf) -> None:
        """Another what-if on the screen; the one before can be had back."""
        if whatif == self.now:
            return
        self.past = [*self.past, self.now][-MOST_BACK:]
        self.future, self.now = [], whatif

    def begin(self, day: date) -> None:
        """Decisions hold from another day on."""
        self.begins = day

    def undo(self) -> None:
        """Back to what was before the last decision."""
        if self.past:
            self.future.append(self.now)
            self.now = self.past.pop()

    def redo(self) -> None:
        """Forward again."""
        if self.future:
            self.past.append(self.now)
            self.now = self.future.pop()

    def reset(self, base: str | None = None) -> None:
        """Nothing decided; `base`: over another base, what was kept of the one before let go."""
        if base is not None and base != self.now.base:
            self.kept, self.past, self.future, self.answered, self.begins = [], [], [], None, None
            self.now = WhatIf(base, {})
            return
        self.decide(WhatIf(self.now.base, {}))

    def keep(self, name: str) -> None:
        """Keep the what-if on the screen as a column; one of the same name gives way. Raises `UsageError`."""
        name = " ".join(name.split())
        if not name or name == UNNAMED:
            raise UsageError("give the what-if a name first")
        if name == self.base.scenario.name:
            raise UsageError("that is the name of the baseline; give the what-if another")
        whatif = self.now.but(name=name)
        whatif.scenario(self.base.scenario)
        others = [each for each in self.kept if each.name != name]
        if len(others) >= MOST_KEPT:
            raise UsageError(f"{MOST_KEPT} what-ifs are kept already; remove one first")
        self.kept = [*others, whatif] if len(others) == len(self.kept) else [
            whatif if each.name == name else each for each in self.kept
        ]  # fmt: skip
        self.now = whatif

    def write(self, part: str, words: str) -> None:
        """Write down a part of the protocol; a what-if that is kept under the same name is written on, too."""
        protocol = {**self.now.protocol, part: words[:1000]}
        before = self.now
        self.now = before.but(workshop={name: said for name, said in protocol.items() if said})
        self.kept = [self.now if each == before else each for each in self.kept]

    def play(self, on: bool) -> None:
        """Begin a game before its first year, or end it."""
        self.game, self.begins = (0 if on else None), None

    def step(self) -> None:
        """A year of the game goes by."""
        self.game = min((self.game or 0) + 1, self.years)

    def drop(self, name: str) -> None:
        """Keep one no longer."""
        self.kept = [each for each in self.kept if each.name != name]

    def take(self, upload: Base | WhatIf) -> None:
        """Open an upload: a base in place of the base, or a what-if over one of those there are."""
        if isinstance(upload, WhatIf):
            if upload.base != self.now.base:
                self.reset(upload.base)
            self.decide(upload)
            self.said = f"{quoted(upload.name)} is open."
            return
        mine = {key: base for key, base in self.bases.items() if key != upload.key}
        self.bases = {**mine, upload.key: upload}
        self.reset(upload.key)
        self.said = f"{quoted(upload.scenario.name)} is the baseline now."

    # --- the address -------------------------------------------------------------------------------------------------

    def address(self) -> dict[str, list[str]]:
        """Query parameters that bring this page back."""
        parts: dict[str, list[str]] = {}
        if self.now.layer or len(self.bases) > 1:
            parts[NOW] = [self.now.packed()]
        room, kept = GREATEST_ADDRESS, []
        for each in self.kept:
            packed = each.packed()
            room -= len(packed)
            if room >= 0:
                kept.append(packed)
        if kept:
            parts[KEPT] = kept
        if self.game is not None:
            parts[GAME] = [str(self.game)]
        return parts


def visit_of(bases: Mapping[str, Base], address: Mapping[str, Sequence[str]]) -> Visit:
    """The page that an address asks for; what it says wrongly is told, and left out."""
    visit = Visit(dict(bases), WhatIf(next(iter(bases)), {}))
    try:
        for packed in address.get(NOW, ())[:1]:
            visit.now = _known(packed, bases)
        for packed in address.get(KEPT, ())[:MOST_KEPT]:
            visit.kept.append(_known(packed, bases))
    except WorkforceSimError as error:
        visit.said = f"The link could not be opened in full: {error}"
    visit.kept = [each for each in visit.kept if each.base == visit.now.base]
    game = (address.get(GAME) or [""])[0]
    if game.isdecimal() and len(game) < 3:
        visit.game = min(int(game), visit.years)
    return visit


def _known(packed: str, bases: Mapping[str, Base]) -> WhatIf:
    """A what-if of a link, checked like a file."""
    whatif = WhatIf.unpacked(packed)
    if whatif.base not in bases:
        raise UsageError(f"it belongs to {quoted(whatif.base)}, which is not open here, or is another version of it")
    whatif.scenario(bases[whatif.base].scenario)
    return whatif
