"""The page by script, without a browser: what it says is what `compare` says, whatever is done in which order."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from tests.app.service import written
from tests.scenario.small import small
from workforce_sim.app import answer, room
from workforce_sim.app.bases import read_upload
from workforce_sim.app.downloads import downloads
from workforce_sim.app.look import plain
from workforce_sim.app.visit import Visit
from workforce_sim.present.summary import answer as spoken
from workforce_sim.run import Comparison, compare

PAGE = str(Path(answer.__file__).with_name("page.py"))
NURSES = "Funded posts"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The small service, and the room in which it is open."""
    place = tmp_path_factory.mktemp("service")
    room.furnish(written(place), steps=(2, 4), workers=1)
    yield place
    room._rooms.clear()


@pytest.fixture
def screen(folder: Path) -> AppTest:  # noqa: ARG001  it has furnished the room
    """The page as it opens, in a window of its own."""
    return settled(AppTest.from_file(PAGE, default_timeout=120).run())


def visit_on(screen: AppTest) -> Visit:
    """The browser session behind a page."""
    return screen.session_state["visit"]


def settled(screen: AppTest) -> AppTest:
    """The page when nothing runs any more."""
    for _ in range(60):
        assert not screen.exception, screen.exception
        if any("Answer from 4" in each.value for each in screen.markdown):
            return screen
        screen.run()
    raise AssertionError([each.value for each in screen.markdown])


def turned(screen: AppTest, name: str, value: float) -> AppTest:
    """The page after a slider has been moved."""
    slider = next(each for each in screen.slider if each.label.startswith(name))
    return settled(slider.set_value(value).run())


def shown(screen: AppTest) -> dict[str, tuple[str, str]]:
    """Label → value and difference of each tile."""
    return {each.label: (each.value, each.delta) for each in screen.metric}


def compared(screen: AppTest, folder: Path) -> Comparison:
    """What the command line tells of the file that the page would save."""
    visit = visit_on(screen)
    file = folder / "saved.yaml"
    file.write_text(visit.now.text(visit.base.file), encoding="utf-8")
    return compare(folder / "small.yaml", file, 4, workers=1)


def test_every_number_is_that_of_compare(screen: AppTest, folder: Path) -> None:
    """Tiles, sentence, table and story, in each year: as `compare` tells the same file with the same seed."""
    turned(screen, NURSES, 7.0)
    turned(screen, "Leavers", 12.0)
    study = compared(screen, folder)
    for year in (1, 2):
        settled(screen.selectbox(key="told_year").set_value(year).run())
        rows = answer.rows(answer.until(study, year), year)
        assert len(rows) >= 5
        for row in rows:
            value, delta = shown(screen)[plain(row.label)]
            assert value == f"{row.before} → {row.after}"
            unit = " points," if "%" in value else ""
            assert delta == (f"{row.difference}{unit} {row.verdict}" if row.rises is not None else row.verdict)
        first = spoken(answer.until(study, year), study.others[0])[0]
        assert f"**{plain(first)}**" in [each.value for each in screen.markdown]


def test_report_and_workbook_tell_the_same(screen: AppTest, folder: Path) -> None:
    """The report that is taken away says what the page says; a game gives none, for it would tell the years to come."""
    turned(screen, NURSES, 7.0)
    visit, study = visit_on(screen), compared(screen, folder)
    files = {each.name: each for each in downloads(visit, {}, 1, 4)}
    page = files["report.html"].data().decode()
    assert html.escape(" ".join(spoken(study, study.others[0])[:1])) in page
    sheet = load_workbook(io.BytesIO(files["results.xlsx"].data()))["Comparison"]
    assert sheet.max_row > 100
    visit.game = 1
    assert not {"report.html", "results.xlsx"} & {each.name for each in downloads(visit, {}, 1, 4)}


def test_a_moved_dial_says_what_it_was_and_undo_brings_it_back(screen: AppTest) -> None:
    """Moved, back, again, and reset: the page follows, and the address with it."""
    before = shown(screen)
    turned(screen, NURSES, 7.0)
    assert "was 5 wte" in [each.value for each in screen.caption]
    moved = shown(screen)
    assert moved != before
    buttons = {each.label: each for each in screen.button}
    settled(buttons["Undo"].click().run())
    assert shown(screen) == before
    settled({each.label: each for each in screen.button}["Redo"].click().run())
    assert shown(screen) == moved
    assert screen.query_params["w"]
    settled({each.label: each for each in screen.button}["Reset"].click().run())
    assert shown(screen) == before


def test_a_reload_and_a_link_bring_the_same_page(screen: AppTest) -> None:
    """Another window with the same address shows the same figures; what is kept comes along."""
    turned(screen, NURSES, 7.0)
    name = next(each for each in screen.text_input if each.label.startswith("Name"))
    settled(name.set_value("Seven nurses").run())
    settled({each.label: each for each in screen.button}["Keep this what-if"].click().run())
    assert [each.name for each in visit_on(screen).kept] == ["Seven nurses"]
    other = AppTest.from_file(PAGE, default_timeout=120)
    for name, values in screen.query_params.items():
        other.query_params[name] = values
    settled(other.run())
    assert shown(other) == shown(screen)
    assert [each.name for each in visit_on(other).kept] == ["Seven nurses"]


def test_two_windows_do_not_see_each_other(screen: AppTest) -> None:
    """What one decides, the other does not have."""
    other = settled(AppTest.from_file(PAGE, default_timeout=120).run())
    before = shown(other)
    turned(screen, NURSES, 8.0)
    assert shown(settled(other.run())) == before
    assert shown(screen) != before


def test_a_game_tells_no_later_year(screen: AppTest) -> None:
    """Before the first step nothing is told; then one year; and what is decided next does not change that year."""
    settled(screen.toggle(key="game").set_value(True).run())
    assert not shown(screen)
    step = next(each for each in screen.button if each.label.startswith("Step through year 1"))
    settled(step.click().run())
    assert screen.selectbox(key="told_year").options == ["1"]
    first = shown(screen)
    turned(screen, NURSES, 9.0)
    assert visit_on(screen).now.listed("changes")[0]["from"] == "2027-04-01"
    after = shown(screen)
    assert {label: value.partition(" ")[0] for label, (value, _) in after.items()} == {
        label: value for label, (value, _) in first.items()
    }
    assert all("no difference" in delta or "cannot" in delta for _, delta in after.values())


def test_somebody_s_words_are_shown_as_they_are(screen: AppTest) -> None:
    """A name cannot become a link, a picture that is fetched, or markup."""
    visit = visit_on(screen)
    visit.take(
        visit.now.but(name="![x](http://evil.example/a.png) <script>alert(1)</script>", workshop={"guess": "<b>"})
    )
    settled(turned(screen, NURSES, 7.0))
    texts = [each.value for each in (*screen.markdown, *screen.caption, *screen.info)]
    assert any("evil" in text for text in texts)
    assert not [text for text in texts if re.search(r"(?<!\\)(\]|\(|<|!)(?=\[|http|script|\()", text)]


def test_dials_are_of_the_base_that_is_open(screen: AppTest) -> None:
    """Another base, loaded from a file, has its own roles and numbers."""
    visit = visit_on(screen)
    visit.take(
        read_upload(
            "own.yaml",
            small(("Small team", "Own team"), ("nurse: {funded: 5 wte", "nurse: {funded: 4 wte")).encode(),
            visit.bases.values(),
        )
    )
    settled(screen.run())
    slider = next(each for each in screen.slider if each.label.startswith(NURSES))
    assert slider.value == 4.0
    assert "Own team" in screen.selectbox(key="base").options
