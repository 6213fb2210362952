"""The desk behind all pages of a server: what-ifs are answered step by step, fairly, by one pool of warm workers.

In: what-ifs, each from somebody (a browser session). Out: a `Ticket` that tells the latest answer and how many are
ahead. One thread does all the work, eight replications at a time: whoever has had the least of it is next, first
answers a little before better ones; a newer request of somebody takes the place of the older one, and who has gone and
does not look any more is not worked for.
"""

from __future__ import annotations

import gc
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from workforce_sim.app.whatif import WhatIf
from workforce_sim.errors import WorkforceSimError
from workforce_sim.run import Comparison, Study
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.session import Question, Session

STEPS = (8, 24, 50)
"""Replications after which an answer is told: a first one soon, a good one later."""
UNIT = 8
"""Replications between two looks at who is next."""
ANSWERS = 60
"""Answers remembered, the latest asked for."""
BASES = 6
"""Bases with a warm session; the one asked about longest ago is forgotten."""
BREATH_SECONDS = 0.7
"""After an answer its page is drawn before the answer is refined: both need the processors."""
REFINING = 2
"""Who has an answer already waits for its refinement as if they had had so many more units of work than the others."""
QUIET_SECONDS = 60.0
"""When nobody has asked for so long, garbage is collected: it holds up no page then."""
LEFT_SECONDS = 6.0
"""Who is not there and has not looked for so long has left: a page that is loaded again looks within a second."""


@dataclass(frozen=True)
class Told:
    """One answer: a study without its large tables, and the courses that the charts draw."""

    study: Study
    courses: Mapping[str, pd.DataFrame]
    replications: int
    final: bool
    """Is it from all replications that are run?"""

    def named(self, name: str) -> Told:
        """The same under the name that somebody has given the what-if: answers are shared, words are not."""
        study = self.study
        if not isinstance(study, Comparison):
            return self
        (old,) = study.others

        def renamed(frame: pd.DataFrame) -> pd.DataFrame:
            return frame.assign(scenario=frame["scenario"].replace(old, name))

        base, whatif = study.manifest["scenarios"]
        named = replace(
            study,
            summary=renamed(study.summary),
            comparison=renamed(study.comparison),
            value=renamed(study.value),
            manifest={**study.manifest, "scenarios": [base, {**whatif, "name": name}]},
        )
        return replace(self, study=named, courses={each: renamed(frame) for each, frame in self.courses.items()})


@dataclass
class Ticket:
    """What somebody has asked: some what-ifs of one base, the first one first. Shared with the desk's thread."""

    who: str
    base: str
    asked: Sequence[WhatIf]
    told: dict[str, Told] = field(default_factory=dict)
    """Key of a what-if → its latest answer."""
    faults: dict[str, str] = field(default_factory=dict)
    """Key of a what-if → why it cannot be answered."""
    changed: threading.Event = field(default_factory=threading.Event)
    """Set when there is something new; whoever waits clears it."""
    looked: float = field(default_factory=time.monotonic)
    rests_until: float = 0.0
    """It is not served before then."""
    gone: bool = False
    """Was it given up, since nobody looked any more?"""
    there: Callable[[], bool] = lambda: False
    """Is a window open that shows it? On a busy server looks are late, though nobody has left."""

    @property
    def pending(self) -> list[WhatIf]:
        """What is not answered in full."""
        return [each for each in self.asked if not self._done(each.key)]

    @property
    def running(self) -> bool:
        """Will there be more?"""
        return bool(self.pending) and not self.gone

    def look(self) -> None:
        """Somebody is still there."""
        self.looked = time.monotonic()

    def _done(self, key: str) -> bool:
        return key in self.faults or (key in self.told and self.told[key].final)


class _Replaced(Exception):
    """Nobody wants any more what is being run."""


class Desk:
    """Takes what-ifs and answers them, one thread for all."""

    def __init__(self, seed: int = 1, steps: Sequence[int] = STEPS, workers: int | None = None) -> None:
        """Nothing is run yet; the thread starts with the first ticket."""
        self.seed, self.steps, self._workers = seed, tuple(steps), workers
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._answers: OrderedDict[str, Told] = OrderedDict()
        self._questions: dict[str, tuple[Question, int]] = {}
        self._bases: dict[str, Scenario] = {}
        self._tickets: dict[str, Ticket] = {}
        self._spent: dict[str, float] = {}
        self._unit = 0.0
        """Seconds that the last unit of work has taken."""
        self._served: str | None = None
        """Key of the what-if that is being run."""
        self._lock = threading.Condition()
        self._thread: threading.Thread | None = None

    def ask(
        self, who: str, base: Scenario, asked: Sequence[WhatIf], there: Callable[[], bool] = lambda: False
    ) -> Ticket:
        """Put some what-ifs of one base to the desk, in place of what the same person asked before.

        A what-if that decides nothing stands for the base alone. `there`: is the window still open?
        """
        ticket = Ticket(who, asked[0].base, asked, there=there)
        with self._lock:
            waiting = self._tickets.get(who)
            if waiting is not None and [each.key for each in waiting.asked] == [each.key for each in asked]:
                waiting.look()
                waiting.there = there  # a page that is loaded again has another window
                return waiting
            self._bases[ticket.base] = base
            for each in asked:
                if each.key in self._answers:
                    self._answers.move_to_end(each.key)
                    ticket.told[each.key] = self._answers[each.key]
            self._tickets.pop(who, None)
            if ticket.pending:
                least = min((self._spent[other] for other in self._tickets), default=0.0)
                self._spent[who] = max(self._spent.get(who, 0.0), least)
                self._tickets[who] = ticket
                self._start()
                self._lock.notify()
        return ticket

    def warm(self, key: str, base: Scenario) -> None:
        """Begin with a base before anybody asks."""
        self.ask("nobody", base, [WhatIf(key, {})]).looked = math.inf

    def ahead(self, ticket: Ticket) -> int:
        """How many others are served before a ticket that has no answer yet."""
        with self._lock:
            if ticket.told or self._tickets.get(ticket.who) is not ticket:
                return 0
            mine = self._had(ticket)
            return sum(self._had(other) < mine for other in self._tickets.values() if other is not ticket)

    def busy(self) -> int:
        """How many tickets wait."""
        with self._lock:
            return len(self._tickets)

    # --- the thread ------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="desk", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            with self._lock:
                ticket = self._next()
                while ticket is None:
                    if not self._tickets:
                        self._questions.clear()
                    woken = self._lock.wait(BREATH_SECONDS / 4 if self._tickets else QUIET_SECONDS)
                    if not woken and not self._tickets:
                        gc.collect()  # what closed windows have left
                    ticket = self._next()
            began = time.perf_counter()
            self._serve(ticket)
            with self._lock:
                self._unit = time.perf_counter() - began
                self._spent[ticket.who] += self._unit
                if not ticket.pending and self._tickets.get(ticket.who) is ticket:
                    del self._tickets[ticket.who]
                self._forget()

    def _next(self) -> Ticket | None:
        """The ticket of who has had the least; those whose people have left are given up."""
        for who, ticket in list(self._tickets.items()):
            if time.monotonic() - ticket.looked > LEFT_SECONDS and not ticket.there():
                ticket.gone = True
                del self._tickets[who]
        ready = [ticket for ticket in self._tickets.values() if ticket.rests_until <= time.monotonic()]
        return min(ready, key=self._had, default=None)

    def _had(self, ticket: Ticket) -> float:
        """Seconds of work that count for a ticket: those of its person, and more if it has an answer already."""
        return self._spent[ticket.who] + (REFINING * self._unit if ticket.told else 0.0)

    def _forget(self) -> None:
        """What nobody waits for any more; a person who comes back begins with what the others have had."""
        if len(self._spent) > 10 * (len(self._tickets) + 10):
            self._spent = {who: self._spent[who] for who in self._tickets}
        wanted = {each.key for ticket in self._tickets.values() for each in ticket.asked}
        for key in set(self._questions) - wanted:
            del self._questions[key]
        used = {ticket.base for ticket in self._tickets.values()}
        for key in [key for key in self._bases if key not in used and key not in self._sessions]:
            del self._bases[key]

    def _serve(self, ticket: Ticket) -> None:
        """One unit of work for a ticket; whatever goes wrong is told to those who asked."""
        whatif = ticket.pending[0]
        try:
            known = self._answers.get(whatif.key)
            told = known if known and whatif.key not in ticket.told else self._further(ticket.base, whatif)
        except _Replaced:
            return
        except WorkforceSimError as error:
            ticket.faults[whatif.key] = str(error)
        except Exception as error:  # noqa: BLE001  one broken what-if must not stop the desk for everybody
            ticket.faults[whatif.key] = f"A fault of ours, please report it: {error!r}"
        else:
            if told is None:
                return
            ticket.told[whatif.key] = told
            ticket.rests_until = time.monotonic() + BREATH_SECONDS
        ticket.changed.set()

    def _further(self, base: str, whatif: WhatIf) -> Told | None:
        """Another few replications of a what-if, and the answer if a step is reached."""
        known = self._answers.get(whatif.key)
        if known is not None and known.final:
            return known
        if whatif.key not in self._questions:
            session = self._session(base)
            scenario = whatif.wordless().scenario(session.baseline) if whatif.decides else None
            self._questions[whatif.key] = (session.question(scenario), 0)
        question, done = self._questions[whatif.key]
        step = next(step for step in self.steps if step > done)
        done = min(done + UNIT, step)
        self._served = whatif.key
        try:
            question.run(done)
        finally:
            self._served = None
        self._questions[whatif.key] = (question, done)
        if done < step:
            return None
        told = told_of(question, done, done == self.steps[-1])
        with self._lock:
            self._answers[whatif.key] = told
            self._answers.move_to_end(whatif.key)
            while len(self._answers) > ANSWERS:
                self._answers.popitem(last=False)
        return told

    def _check(self, _done: int, _total: int) -> None:
        """Ends a run that nobody waits for any more; called after each part of it."""
        if self._served is None:
            return  # a baseline, which everybody will need
        with self._lock:
            if not any(each.key == self._served for ticket in self._tickets.values() for each in ticket.asked):
                raise _Replaced

    def _session(self, base: str) -> Session:
        if base not in self._sessions:
            first = self.steps[0]
            self._sessions[base] = Session(self._bases[base], first, self.seed, self._workers, self._check)
        self._sessions.move_to_end(base)
        while len(self._sessions) > BASES:
            self._sessions.popitem(last=False)
        return self._sessions[base]


def told_of(question: Question, replications: int, final: bool) -> Told:
    """What a page needs of an answer; the tables behind it are let go."""
    study, courses = question.study(replications)
    return Told(replace(study, tables={}), courses, replications, final)
