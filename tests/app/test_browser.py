"""The page in a real browser: the script of a workshop, by mouse and by keyboard, offline, readable by everybody."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.app.conftest import ADULT, WHATIF
from workforce_sim.app import answer
from workforce_sim.app.desk import STEPS
from workforce_sim.run import Comparison, compare

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = 120_000
"""Milliseconds: the machine may be busy."""
FINAL = re.compile(rf"^Answer from {STEPS[-1]} paired")


@pytest.fixture
def window(page: Page, server: str) -> Iterator[Page]:
    """The page, open, with its first answer; whatever asks for anything from elsewhere fails the test."""
    strange: list[str] = []
    page.on("request", lambda request: strange.append(request.url) if _is_elsewhere(request.url, server) else None)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.set_default_timeout(LONG)
    page.goto(server)
    settle(page)
    yield page
    assert strange == []


def _is_elsewhere(url: str, server: str) -> bool:
    return not url.startswith((server, server.replace("http:", "ws:"), "data:", "blob:"))


def settle(page: Page) -> None:
    """Wait until the answer is complete."""
    expect(page.get_by_text(FINAL)).to_be_visible(timeout=LONG)
    expect(page.get_by_text(f"Means of {STEPS[-1]} replications")).to_be_visible(timeout=LONG)
    expect(page.locator("[data-stale=true]")).to_have_count(0, timeout=LONG)


def turn(page: Page, name: str, steps: int = 1) -> None:
    """Turn a dial by so many steps, by keyboard, and wait for the answer."""
    before = tiles(page)
    dial = page.get_by_role("slider", name=name)
    dial.focus()
    for _ in range(steps):
        page.keyboard.press("ArrowRight")
    for _ in range(LONG // 100):
        if tiles(page) not in ([], before):
            break
        page.wait_for_timeout(100)
    settle(page)
    assert tiles(page) != before


def tiles(page: Page) -> list[str]:
    """What the tiles say."""
    return [" ".join(text.split()) for text in page.get_by_test_id("stMetric").all_inner_texts()]


def expect_tiles(page: Page, wanted: list[str]) -> None:
    """The tiles say so, at the latest when the page has been drawn again."""
    for _ in range(100):
        if tiles(page) == wanted:
            return
        page.wait_for_timeout(100)
    assert tiles(page) == wanted


def as_told(file: Path, year: int) -> list[str]:
    """What the tiles must say, from the command line's own numbers."""
    study = compare(ADULT, file, STEPS[-1], workers=2)
    assert isinstance(study, Comparison)
    rows = answer.rows(answer.until(study, year), year)
    units = (" points," if "%" in row.after else "" for row in rows)
    said = (
        f"{row.difference}{unit} {row.verdict}" if row.rises is not None else row.verdict
        for row, unit in zip(rows, units, strict=True)
    )
    return [f"{row.label} {row.before} → {row.after} {words}" for row, words in zip(rows, said, strict=True)]


def take(page: Page, label: str) -> bytes:
    """What a download button gives."""
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    return Path(download.value.path()).read_bytes()


def test_the_script_of_a_workshop(window: Page, tmp_path: Path) -> None:
    """Three dials, the answer read, kept, saved, reloaded, compared, a good and a broken file loaded, all taken away:
    every number is that of the command line for the saved file.
    """
    turn(window, "Funded posts", 2)
    turn(window, "Time of a hiring round")
    turn(window, "Rounds that find somebody", 3)
    window.get_by_label("Name of this what-if").fill("Two more nurses")
    window.get_by_label("Name of this what-if").press("Enter")
    window.get_by_role("button", name="Keep this what-if").click()
    expect(window.get_by_text("Kept: Two more nurses")).to_be_visible()
    settle(window)
    window.get_by_role("tab", name="Save and share").click()
    saved = tmp_path / "saved.yaml"
    saved.write_bytes(take(window, "This what-if (YAML)"))
    (tmp_path / ADULT.name).write_bytes(ADULT.read_bytes())
    expect_tiles(window, as_told(saved, 5))
    said = tiles(window)

    window.reload()
    settle(window)
    expect_tiles(window, said)
    window.get_by_role("tab", name="Compare (1)").click()
    expect(window.get_by_role("columnheader", name="Two more nurses")).to_be_visible()

    window.get_by_text("Load a scenario").click()
    window.locator("input[type=file]").set_input_files(
        {
            "name": "broken.yaml",
            "mimeType": "application/yaml",
            "buffer": b"name: Broken\nextends: adult_community.yaml\nstaf: 1\n",
        }
    )
    expect(window.get_by_text('broken.yaml:3:1: staf: found the unknown key "staf"')).to_be_visible()
    window.locator("input[type=file]").set_input_files(WHATIF)
    expect(window.get_by_text("Recruitment drive from October").first).to_be_visible()
    settle(window)
    expect_tiles(window, as_told(WHATIF, 5))

    window.get_by_role("tab", name="Save and share").click()
    with zipfile.ZipFile(io.BytesIO(take(window, "All kept (ZIP)"))) as archive:
        assert {"adult_community.yaml", "1_two_more_nurses.yaml", "comparison.csv", "protocol.md"} == set(
            archive.namelist()
        )
        assert archive.read("1_two_more_nurses.yaml") == saved.read_bytes()
    assert take(window, "Its figures (CSV)").startswith(b"scenario,baseline,measure")


def test_the_workshop_by_keyboard_alone(window: Page) -> None:
    """Every control of the script is reached with Tab and used with keys, and focus is never lost meanwhile."""

    def reach(name: str, role: str) -> None:
        target = window.get_by_role(role, name=name).first  # type: ignore[arg-type]
        for _ in range(120):
            if target.evaluate("e => e === document.activeElement || e.contains(document.activeElement)"):
                return
            window.keyboard.press("Tab")
        raise AssertionError(f"{name} cannot be reached with Tab")

    window.evaluate("document.activeElement.blur()")
    reach("Funded posts", "slider")
    window.keyboard.press("ArrowRight")
    settle(window)
    reach("Funded posts", "slider")
    reach("Name of this what-if", "textbox")
    window.keyboard.press("Control+a")
    window.keyboard.type("By keys")
    window.keyboard.press("Tab")
    reach("Keep this what-if", "button")
    window.keyboard.press("Enter")
    expect(window.get_by_text("Kept: By keys")).to_be_visible()
    settle(window)
    reach("Charts", "tab")
    window.keyboard.press("ArrowRight")
    window.keyboard.press("ArrowRight")
    window.keyboard.press("Enter")
    expect(window.get_by_role("columnheader", name="By keys")).to_be_visible()
    settle(window)
    window.keyboard.press("ArrowRight")
    window.keyboard.press("ArrowRight")
    window.keyboard.press("Enter")
    reach("Our guess", "textbox")
    window.keyboard.type("Ten weeks shorter")
    window.keyboard.press("Tab")
    window.evaluate("document.activeElement.blur()")
    reach("Undo", "button")
    window.keyboard.press("Enter")
    settle(window)


@pytest.mark.parametrize("tab", ["Charts", "Table", "Compare (0)", "Story", "Workshop", "Save and share"])
def test_nobody_is_shut_out(window: Page, tab: str) -> None:
    """axe-core finds nothing serious or critical in any part of the page; each chart has a name that tells it."""
    window.get_by_role("tab", name=tab).click()
    settle(window)
    if tab == "Charts":
        turn(window, "Funded posts")
        for group in ("Demand", "Remote care"):
            window.get_by_text(group, exact=True).click()
        figure = window.get_by_role("figure", name=re.compile("^Waiting list, people, over time.*: [0-9.,]+ in"))
        expect(figure.first).to_be_visible()
        settle(window)  # figures of other settings are dimmed for a moment
    window.wait_for_timeout(1000)  # what opens is pale for a moment
    found = [
        (each["id"], each["impact"], [node["html"][:200] for node in each["nodes"]][:3])
        for each in Axe().run(window).response["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
    assert found == []


def test_figures_of_other_settings_are_dimmed_and_labelled(window: Page) -> None:
    """From the moment a dial moves until its answer is there, the old figures are dimmed and say whose they are."""
    window.evaluate("""() => {
        const look = () => {
            const figures = document.querySelector(".st-key-figures")
            if (figures && getComputedStyle(figures).opacity == "0.4"
                    && document.body.innerText.includes("still belong to"))
                document.documentElement.classList.add("was-dimmed")
            else
                requestAnimationFrame(look)
        }
        look()
    }""")  # at each frame: the answer is soon there
    dial = window.get_by_role("slider", name="Leavers")
    dial.focus()
    for _ in range(9):  # to where no other test has been: answers are shared
        window.keyboard.press("ArrowRight")
    expect(window.locator("html.was-dimmed")).to_be_attached(timeout=LONG)
    expect(window.get_by_text(re.compile("answer, from|Answer from"))).to_be_visible(timeout=LONG)
    expect(window.locator(".st-key-figures")).to_have_css("opacity", "1", timeout=LONG)


def test_a_narrow_window_hides_nothing(window: Page) -> None:
    """At 200 % zoom on a laptop no tile is cut off, and nothing has to be scrolled sideways."""
    window.set_viewport_size({"width": 683, "height": 384})
    window.reload()
    settle(window)
    assert window.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for tile in window.get_by_test_id("stMetricValue").all():
        assert tile.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
