"""The desk tells what `compare` tells, fairly, and works for nobody who has left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.app.service import written
from workforce_sim.app import answer
from workforce_sim.app.bases import Base, read_given
from workforce_sim.app.desk import REFINING, Desk, Ticket, Told
from workforce_sim.app.whatif import WhatIf, with_value
from workforce_sim.run import Comparison, compare, run
from workforce_sim.session import Question

START = date(2026, 4, 1)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """The small service."""
    return read_given(written(tmp_path_factory.mktemp("service"))[:1])[0][0]


def nurses(base: Base, wte: float) -> WhatIf:
    """So many nurses from the first day."""
    return with_value(
        WhatIf(base.key, {"name": "More"}), "workforce.roles.nurse.funded", f"{wte:g} wte", START, "5 wte"
    )


def until(holds: Callable[[], bool], ticket: Ticket | None = None, seconds: float = 120.0) -> None:
    """Wait, and look at a ticket meanwhile."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        if ticket is not None:
            ticket.look()
        time.sleep(0.01)


@pytest.fixture
def desk() -> Desk:
    """A desk whose answers are told after two and four replications."""
    return Desk(steps=(2, 4), workers=1)


def test_the_desk_tells_what_compare_tells(base: Base, desk: Desk, tmp_path: Path) -> None:
    """First a quick answer, then the last one: frame for frame that of the saved file on the command line."""
    whatif = nurses(base, 6)
    ticket = desk.ask("me", base.scenario, [whatif, WhatIf(base.key, {})])
    until(lambda: not ticket.running, ticket)
    written(tmp_path)
    (tmp_path / "saved.yaml").write_text(whatif.text(base.file), encoding="utf-8")
    study = compare(tmp_path / "small.yaml", tmp_path / "saved.yaml", 4, workers=1)
    told = ticket.told[whatif.key].named("More")
    assert told.final
    assert isinstance(told.study, Comparison)
    pd.testing.assert_frame_equal(told.study.comparison, study.comparison, check_exact=True)
    pd.testing.assert_frame_equal(told.study.value, study.value, check_exact=True)
    alone = ticket.told[WhatIf(base.key, {}).key].study
    pd.testing.assert_frame_equal(alone.summary, run(tmp_path / "small.yaml", 4, workers=1).summary, check_exact=True)


def test_answers_are_shared_and_words_are_not(base: Base, desk: Desk) -> None:
    """Who decides alike is answered at once, under a name of their own; nothing another has written comes along."""
    mine = nurses(base, 6).but(name="Mine", description="secret one", workshop={"guess": "secret two"})
    first = desk.ask("me", base.scenario, [mine])
    until(lambda: not first.running, first)
    other = desk.ask("you", base.scenario, [nurses(base, 6).but(name="Yours")])
    assert not other.running
    told = other.told[mine.key].named("Yours")
    assert told.study.names == ["Small team", "Yours"]
    assert set(told.courses["waiting_list"]["scenario"]) == {"Small team", "Yours"}
    assert answer.sentences(told.study)[0].startswith("In this model")
    assert not any(word in repr(told.study.manifest) for word in ("Mine", "secret"))


def test_a_newer_request_takes_the_place_of_the_older(base: Base, desk: Desk) -> None:
    """Of one person's what-ifs only the last is answered in full; asked again, it is known at once."""
    older = [desk.ask("me", base.scenario, [nurses(base, wte)]) for wte in (6, 7, 8)]
    last = desk.ask("me", base.scenario, [nurses(base, 9)])
    until(lambda: not last.running, last)
    assert last.told[nurses(base, 9).key].final
    assert not any(told.final for ticket in older for told in ticket.told.values())
    again = desk.ask("somebody else", base.scenario, [nurses(base, 9)])
    assert not again.running
    assert again.told.keys() == last.told.keys()


def test_a_run_that_nobody_wants_ends_in_its_midst(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dial moved again: the run before it stops after the part under way, and the next one begins."""
    monkeypatch.setattr("workforce_sim.app.desk.UNIT", 4000)
    desk = Desk(steps=(2, 4000), workers=1)
    first = desk.ask("me", base.scenario, [nurses(base, 6)])
    until(lambda: bool(first.told), first)
    time.sleep(0.2)
    second = desk.ask("me", base.scenario, [nurses(base, 7)])
    until(lambda: bool(second.told), second, 20.0)
    assert not next(iter(first.told.values())).final
    desk.ask("me", base.scenario, [nurses(base, 8)]).looked = -1e9


def test_who_has_left_is_not_worked_for(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tab that is closed looks no more: its work ends, and the desk is idle."""
    monkeypatch.setattr("workforce_sim.app.desk.LEFT_SECONDS", 0.3)
    desk = Desk(steps=(2, 4000), workers=1)
    ticket = desk.ask("me", base.scenario, [nurses(base, 6)])
    until(lambda: bool(ticket.told), ticket)
    until(lambda: ticket.gone)
    assert desk.busy() == 0
    assert not ticket.running


def test_a_greedy_visitor_gets_no_more_than_the_others(base: Base, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one asks without pause, another one's units of work come one in two, and nobody is forgotten.

    The greedy one, who never has an answer yet, may be served a few units before the others' refinements, once.
    """
    served: list[str] = []
    serve = desk._serve

    def noted(ticket: Ticket) -> None:
        served.append(ticket.who)
        serve(ticket)
        if ticket.who == "greedy":
            desk.ask("greedy", base.scenario, [nurses(base, 6 + 0.01 * len(served))])

    monkeypatch.setattr(desk, "_serve", noted)
    desk.ask("greedy", base.scenario, [nurses(base, 6)])
    until(lambda: len(served) > 3)
    tickets = [desk.ask(who, base.scenario, [nurses(base, 10 + place)]) for place, who in enumerate(("b", "c"))]
    begun = len(served)
    until(lambda: not any(ticket.running for ticket in tickets))
    between = served[begun:]
    assert between.count("greedy") <= between.count("b") + between.count("c") + 2 + REFINING


def test_a_first_answer_comes_before_refinements(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has no answer yet is next among those who have had as much: others have something to look at."""
    desk = Desk(steps=(2, 4), workers=1)
    monkeypatch.setattr(desk, "_start", lambda: None)
    refined, new = (desk.ask(who, base.scenario, [nurses(base, 6 + place)]) for place, who in enumerate("ab"))
    refined.told["some"] = Told(None, {}, 2, False)  # type: ignore[arg-type]  # any answer
    desk._unit, desk._spent["b"] = 1.0, 1.5
    assert desk._next() is new
    desk._spent["b"] = 2.5
    assert desk._next() is refined


def test_on_a_busy_server_nobody_is_taken_to_have_left(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks that come late do not end the work for a window that is open; closing it does."""
    monkeypatch.setattr("workforce_sim.app.desk.LEFT_SECONDS", 0.05)
    desk, open_windows = Desk(steps=(2, 4), workers=1), {"me"}
    ticket = desk.ask("me", base.scenario, [nurses(base, 6)], lambda: "me" in open_windows)
    until(lambda: not ticket.running)
    assert ticket.told[nurses(base, 6).key].final
    again = desk.ask("me", base.scenario, [nurses(base, 7)], lambda: "me" in open_windows)
    open_windows.clear()
    until(lambda: not again.running)
    assert again.gone


def test_who_is_ahead_is_told(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who come when others wait are told how many."""
    go, first, run_unit = threading.Event(), threading.Event(), Question.run

    def slow(question: Question, replications: int) -> None:
        first.set()
        go.wait(60)
        run_unit(question, replications)

    monkeypatch.setattr(Question, "run", slow)
    desk = Desk(steps=(2, 4), workers=1)
    desk._spent |= {"a": 0.0, "b": 1.0, "c": 2.0}
    tickets = [desk.ask(who, base.scenario, [nurses(base, 6 + place)]) for place, who in enumerate("abc")]
    assert first.wait(60)
    assert [desk.ahead(ticket) for ticket in tickets] == [0, 1, 2]
    go.set()
    until(lambda: not any(ticket.running for ticket in tickets))
    assert all(desk.ahead(ticket) == 0 for ticket in tickets)


def test_a_what_if_that_cannot_be_is_told_and_the_desk_goes_on(base: Base, desk: Desk) -> None:
    """A finding goes to who asked; the next one is answered."""
    broken = desk.ask("me", base.scenario, [nurses(base, -1)])
    until(lambda: not broken.running, broken)
    assert '"-1 wte"' in next(iter(broken.faults.values()))
    sound = desk.ask("me", base.scenario, [nurses(base, 6)])
    until(lambda: not sound.running, sound)
    assert sound.told
