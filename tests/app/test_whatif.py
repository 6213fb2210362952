"""A what-if is one thing: what is run, what is saved and what a link holds have the same results."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import date
from pathlib import Path

import pytest

from tests.app.service import written
from workforce_sim.app.bases import Base, read_given, read_upload
from workforce_sim.app.dials import Dial, NumberDial
from workforce_sim.app.downloads import file_name
from workforce_sim.app.visit import MOST_KEPT, Visit, visit_of
from workforce_sim.app.whatif import GREATEST_LINK, WhatIf, with_lever, with_value
from workforce_sim.errors import ScenarioError, UsageError
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.results.replications import digest_of
from workforce_sim.scenario.reader import read_scenario

NURSES = "workforce.roles.nurse.funded"
START, LATER = date(2026, 4, 1), date(2027, 4, 1)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """The small service."""
    return read_given(written(tmp_path_factory.mktemp("service"))[:1])[0][0]


def dial(base: Base, key: str) -> Dial:
    """The dial of that key."""
    return next(each for each in base.dials if each.key == key)


def test_what_is_saved_is_what_was_run(base: Base, tmp_path: Path) -> None:
    """The file that is saved beside its base has the same inputs as the what-if on the screen, protocol and all."""
    whatif = dial(base, NURSES).turned(WhatIf(base.key, {}), 6.5, START)
    whatif = with_lever(whatif, "retain.bundle", {"effect": "high"}, LATER)
    whatif = whatif.but(name='Six: "and" a half', workshop={"question": "How many?\nAnd when?"})
    (tmp_path / base.file).write_bytes(base.files[base.file])
    (tmp_path / file_name(whatif)).write_text(whatif.text(base.file), encoding="utf-8")
    read = read_scenario(tmp_path / file_name(whatif))
    assert read.workshop.question == "How many?\nAnd when?"
    assert digest_of(compile_inputs(read)) == digest_of(compile_inputs(whatif.scenario(base.scenario)))
    again = read_upload(file_name(whatif), whatif.text(base.file).encode(), [base])
    assert isinstance(again, WhatIf)
    assert again.key == whatif.key
    assert WhatIf.unpacked(whatif.packed()) == whatif


def test_words_move_no_result(base: Base) -> None:
    """A name and a protocol do not change what a what-if is answered under; a decision does."""
    whatif = dial(base, NURSES).turned(WhatIf(base.key, {}), 6.5, START)
    assert whatif.but(name="Other", workshop={"guess": "x"}).key == whatif.key
    assert dial(base, NURSES).turned(whatif, 7.0, START).key != whatif.key


@pytest.mark.parametrize(
    "key", [NURSES, "lever:retain.bundle", "waiting.order", "demand.by_severity", "lever:cover.bank"]
)
def test_a_dial_turned_back_decides_nothing(base: Base, key: str) -> None:
    """Whatever it is made of: where it is put it stands, it can be run, and put back it leaves nothing behind."""
    turning, nothing = dial(base, key), WhatIf(base.key, {})
    other = turning.high if isinstance(turning, NumberDial) else list(turning.options)[-1]
    assert other != turning.was
    turned = turning.turned(nothing, other, START)
    assert turning.position(turned, START) == other
    assert digest_of(compile_inputs(turned.scenario(base.scenario))) != digest_of(compile_inputs(base.scenario))
    assert not turning.turned(turned, turning.was, START).decides


@pytest.mark.slow
def test_every_dial_of_the_example_can_be_turned() -> None:
    """Each dial of the adult team, at either end, makes a scenario that can be run, or is refused with a finding."""
    adult = read_given([Path(__file__).parents[2] / "scenarios" / "adult_community.yaml"])[0][0]
    refused = []
    for each in adult.dials:
        ends = [each.low, each.high] if isinstance(each, NumberDial) else list(each.options)[1:]
        for end in ends:
            try:
                each.turned(WhatIf(adult.key, {}), end, adult.scenario.start).scenario(adult.scenario)
            except ScenarioError as error:
                refused.append((each.key, end, str(error)))
    assert len(adult.dials) > 100
    assert len(refused) <= 5, refused


def test_evidence_stands_beside_a_dial(base: Base) -> None:
    """Grade and range of a number, and of a lever what is not known, are told in its help."""
    leavers, bundle = dial(base, "workforce.roles.nurse.leavers"), dial(base, "lever:retain.bundle")
    assert "grade C" in leavers.help
    assert "8% per year to 15% per year" in leavers.help
    assert "What we don't know: Which part of a bundle works" in bundle.help


def test_a_later_decision_leaves_the_earlier_one(base: Base) -> None:
    """As in a game: what was decided for the first year stays, and a lever used again ends its earlier use."""
    nurses = dial(base, NURSES)
    both = nurses.turned(nurses.turned(WhatIf(base.key, {}), 6.0, START), 8.0, LATER)
    assert [nurses.position(both, day) for day in (START, LATER)] == [6.0, 8.0]
    assert nurses.turned(both, 6.0, LATER).listed("changes") == nurses.turned(WhatIf(base.key, {}), 6.0, START).listed(
        "changes"
    )
    bundle = dial(base, "lever:retain.bundle")
    used = bundle.turned(bundle.turned(WhatIf(base.key, {}), "low (4%)", START), "high (15%)", LATER)
    assert [bundle.position(used, day) for day in (START, LATER)] == ["low (4%)", "high (15%)"]
    used.scenario(base.scenario)
    assert bundle.turned(used, "off", LATER).listed("levers") == [
        {"lever": "retain.bundle", "from": str(START), "effect": "low", "until": str(LATER)}
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "%%%",
        "A" * 5000,
        base64.urlsafe_b64encode(zlib.compress(b"[" * 100_000)).decode(),
        base64.urlsafe_b64encode(zlib.compress(b"0" * (GREATEST_LINK * 50))).decode(),
        base64.urlsafe_b64encode(zlib.compress(json.dumps(["x", []]).encode())).decode(),
        base64.urlsafe_b64encode(zlib.compress(json.dumps(["x", {"changes": [1]}]).encode())).decode(),
        base64.urlsafe_b64encode(zlib.compress(json.dumps(["x", {"workshop": "y"}]).encode())).decode(),
    ],
)
def test_a_link_that_holds_no_what_if_is_told_so(base: Base, hostile: str) -> None:
    """Whatever stands in the address: a page opens, with a message and nothing decided."""
    with pytest.raises(UsageError, match="does not hold a what-if"):
        WhatIf.unpacked(hostile)
    visit = visit_of({base.key: base}, {"w": [hostile], "year": ["-1"]})
    assert not visit.now.decides
    assert visit.said


def test_a_link_is_checked_like_a_file(base: Base) -> None:
    """Unknown paths, other bases and values out of range do not get in."""
    for whatif in (
        with_value(WhatIf(base.key, {}), "workforce.roles.ghost.funded", "1 wte", START, None),
        with_value(WhatIf(base.key, {}), NURSES, "-1 wte", START, None),
        WhatIf("other-00000000", {"name": "x"}),
        WhatIf(base.key, {"lever_folder": "/etc"}),
    ):
        visit = visit_of({base.key: base}, {"w": [whatif.packed()]})
        assert not visit.now.decides
        assert "could not be opened" in visit.said


def test_a_reload_brings_the_page_back(base: Base) -> None:
    """What is on the screen, what is kept with its protocol, and the year of a game stand in the address."""
    visit = Visit({base.key: base}, WhatIf(base.key, {}))
    for wte in range(1, MOST_KEPT + 1):
        visit.decide(dial(base, NURSES).turned(visit.now, 5.0 + wte, START))
        visit.write("guess", f"{wte} weeks shorter")
        visit.keep(f"{wte} more")
    visit.play(True)
    visit.step()
    again = visit_of({base.key: base}, visit.address())
    assert (again.now, again.kept, again.game) == (visit.now, visit.kept, 1)
    assert again.kept[1].protocol["guess"] == "2 weeks shorter"
    assert again.who != visit.who
    visit.decide(dial(base, NURSES).turned(visit.now, 14.0, START))
    with pytest.raises(UsageError, match="5 what-ifs are kept"):
        visit.keep("One too many")


def test_undo_and_redo_go_both_ways(base: Base) -> None:
    """Every decision can be had back, and again; a new one ends the way forward."""
    visit = Visit({base.key: base}, WhatIf(base.key, {}))
    seen = [visit.now]
    for wte in (6.0, 7.0, 8.0):
        visit.decide(dial(base, NURSES).turned(visit.now, wte, START))
        seen.append(visit.now)
    for expected in reversed(seen[:-1]):
        visit.undo()
        assert visit.now == expected
    visit.redo()
    visit.redo()
    assert visit.now == seen[2]
    visit.decide(dial(base, NURSES).turned(visit.now, 9.0, START))
    assert not visit.future
