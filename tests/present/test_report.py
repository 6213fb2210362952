"""The report says what the tables say, in one file that asks nobody for anything."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from tests.scenario.small import small
from workforce_sim.errors import UsageError
from workforce_sim.present.figures.studies import draw_study
from workforce_sim.present.report.page import SECTIONS, report
from workforce_sim.run import Comparison, Study, compare, read_study, run
from workforce_sim.scenario.reader import read_scenario_text
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.studies.contributions import contributions
from workforce_sim.studies.found import read_found
from workforce_sim.studies.running import How
from workforce_sim.studies.seek import seek

NUMBER = re.compile(r"[-+]?[\d,]*\.?\d+")


class Page(HTMLParser):
    """What stands where on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.data: list[tuple[dict[str, Any], str]] = []
        self.images: list[dict[str, Any]] = []
        self.answers: list[str] = []
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self._into: list[str] | None = None
        self._own: dict[str, Any] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self.tags.append((tag, own))
        if tag == "img":
            self.images.append(own)
        if tag == "data" or (tag == "p" and own.get("class") == "answer"):
            self._into, self._own = [], own

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._into is not None and tag in ("data", "p"):
            text = "".join(self._into)
            if tag == "data":
                self.data.append((self._own, text))
            else:
                self.answers.append(text)
            self._into = None


def numbers_in(text: str) -> list[str]:
    """Numbers as they stand."""
    return [found.replace(",", "") for found in NUMBER.findall(text)]


def near(text: str, value: float, unit: str) -> bool:
    """Is a number that is written the value, to as many digits as are written?"""
    scale = {"share": 100.0, "0 to 1": 100.0, "pounds": 1 / 1000}.get(unit, 1.0)
    digits = len(text.partition(".")[2])
    return math.isclose(float(text), scale * value, rel_tol=0, abs_tol=0.5001 * 10.0**-digits)


def scenarios() -> tuple[Scenario, Scenario]:
    """A small team, and the same with two nurses more."""
    base = read_scenario_text(small(("name: Small team", "name: Base")))
    return base, read_scenario_text("name: More\nworkforce: {roles: {nurse: {funded: 7 wte}}}\n", over=base)


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Study:
    """A comparison that was saved and read again."""
    folder = tmp_path_factory.mktemp("report") / "out"
    compare(*scenarios(), 8, workers=1).save(folder)
    return read_study(folder)


@pytest.fixture(scope="module")
def page(study) -> Page:
    """Its report."""
    return Page(report(study))


def test_every_number_of_the_tables_is_that_of_the_study(study: Comparison, page: Page) -> None:
    """Means and differences in cells are those of summary and comparison, to the digits that are written."""
    summary = study.summary.set_index(["scenario", "measure", "year"])
    differs = study.comparison.set_index(["scenario", "measure", "year"])
    seen = 0
    for own, text in page.data:
        if "data-check" in own:
            row = study.checks.iloc[int(own["data-check"])]
            assert near(numbers_in(text)[0], row[own["value"]], row["unit"])
            continue
        key = (own["data-scenario"], own["data-measure"], int(own["data-year"]))
        if own["value"] == "mean":
            value, unit = summary.loc[key, ["mean", "unit"]]
            assert (text == "–") == math.isnan(value)
            assert text == "–" or near(numbers_in(text)[0], value, unit), key
        else:
            row = differs.loc[key]
            if text == "–":
                assert math.isnan(row["difference"])
            elif text == "≈":
                assert not row["told_apart"]
            else:
                size, half = numbers_in(text)
                assert row["told_apart"]
                assert near(size, row["difference"], row["unit"]), key
                assert near(half, (row["high"] - row["low"]) / 2, row["unit"]), key
        seen += 1
    assert seen > 60
    assert {own["value"] for own, _ in page.data} == {"mean", "difference", "by_hand", "simulated"}


def test_the_answer_is_written_from_the_numbers(study: Comparison, page: Page) -> None:
    """Every size in the sentences of the answer is a difference, or an end of its interval, in the last year."""
    (answer,) = page.answers
    sizes = numbers_in(re.sub(r"year \d+|within 18 weeks", "", answer.replace("Year 2", "")))
    rows = study.comparison[study.comparison["year"] == study.comparison["year"].max()]
    known = [(abs(row[end]), row["unit"]) for _, row in rows.iterrows() for end in ("difference", "low", "high")]
    assert sizes
    for size in sizes:
        assert any(near(size.lstrip("+-"), value, unit) for value, unit in known), size
    assert "In this model, with these assumptions" in answer


def test_it_asks_nobody_for_anything(page: Page) -> None:
    """No script, no link out, every picture inside, and the browser is told to refuse the rest; under 5 MB."""
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "iframe", "object"}
    assert all(own["href"].startswith("#") for tag, own in page.tags if tag == "a")
    assert all(own["src"].startswith("data:image/svg+xml;base64,") for own in page.images)
    policy = next(own["content"] for tag, own in page.tags if own.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_every_picture_tells_its_finding(page: Page) -> None:
    """Alt texts are sentences with numbers; no two are the same."""
    texts = [own["alt"] for own in page.images]
    assert len(texts) > 8
    assert all(re.search(r"\d", text) and text.endswith(".") for text in texts)
    assert len(set(texts)) == len(texts)


def test_every_part_is_there_and_reached(page: Page) -> None:
    """Each section has its anchor, and every link leads to one."""
    there = {own["id"] for _, own in page.tags if "id" in own}
    assert {section.key for section in SECTIONS} <= there
    assert {own["href"].removeprefix("#") for tag, own in page.tags if tag == "a"} <= there


def test_studies_are_told_as_they_were_saved(study: Study, tmp_path) -> None:
    """What each change adds stands in the report number for number, with its figure; a study of others is refused."""
    for measure in ("waiting_list", "wait.treatment.within_18_weeks"):
        found = contributions(*scenarios(), measure=measure, how=How(2, 1, (("workers", 1),)))
        found.save(tmp_path / measure, figures=draw_study(found))
    saved = [read_found(tmp_path / measure) for measure in ("waiting_list", "wait.treatment.within_18_weeks")]
    page = Page(report(study, studies=saved))
    cells = [(own, text) for own, text in page.data if "data-study" in own]
    told = 0
    for own, text in cells:
        number = int(own["data-study"])
        value = pd.read_csv(tmp_path / saved[number].manifest["measure"] / "contributions.csv")[own["value"]]
        value = value[int(own["data-row"])]
        if own["value"] in ("shapley", "low", "high", "alone", "last") and not math.isnan(value):
            assert near(numbers_in(text)[0], value, ("people", "share")[number])
            told += 1
    assert told >= 12
    assert len({own["alt"] for own in page.images}) == len(page.images)
    with pytest.raises(UsageError, match='other numbers of "More"'):
        report(replace_digest(study), studies=saved)
    with pytest.raises(UsageError, match="not about"):
        report(study.of(["Base"]), studies=saved)


def test_a_plan_that_was_sought_stands_in_the_report(study: Study, tmp_path) -> None:
    """Also where no plan beside it is cheaper, so that one of the saved tables has no rows."""
    how = How(4, 1, (("workers", 1),))
    vary = ["workforce.roles.nurse.funded 5..6 wte step 1"]
    found = seek(scenarios()[0], "waiting_list <= 100000", vary, minimise="caseload_per_wte", how=how)
    assert found.sheets["neighbours"].empty
    found.save(tmp_path / "seek", figures=draw_study(found))
    text = report(study, studies=[read_found(tmp_path / "seek")])
    told = {own["value"]: text for own, text in Page(text).data if "data-study" in own}
    chosen = found.sheets["chosen"].iloc[0]
    assert f'<th scope="row">{chosen["workforce.roles.nurse.funded"]}</th>' in text
    assert near(numbers_in(told["measure"])[0], chosen["measure"], "people")
    assert (told["share"], told["meets"]) == ("1", "yes")


def replace_digest(study: Study) -> Study:
    """The study, of scenarios with other numbers."""
    scenarios = [told if told["name"] == "Base" else {**told, "sha256": "0"} for told in study.manifest["scenarios"]]
    return replace(study, manifest={**study.manifest, "scenarios": scenarios})


def test_results_and_studies_are_not_mixed_up(study: Study, tmp_path) -> None:
    """Either kind of folder in the other's place is told apart, with what to do."""
    study.save(tmp_path / "results")
    found = contributions(*scenarios(), how=How(2, 1, (("workers", 1),)))
    found.save(tmp_path / "study")
    with pytest.raises(UsageError, match="holds results, not what contributions"):
        read_found(tmp_path / "results")
    with pytest.raises(UsageError, match="holds the study contributions, not results; `report` takes it by --study"):
        read_study(tmp_path / "study")


def test_the_same_study_gives_the_same_page(study: Study) -> None:
    """Nothing depends on when or where it is made; other headings do not change the numbers."""
    assert report(study) == report(study)
    assert Page(report(study, six_steps=True)).data == Page(report(study)).data


def test_what_planners_write_is_not_taken_for_markup() -> None:
    """Names with signs of HTML stand as they are; one scenario alone has a report, too."""
    lone = run(read_scenario_text(small(("name: Small team", "name: <b>Team</b> & co"))), 2, workers=1)
    text = report(lone)
    assert "<b>Team</b>" not in text
    assert "&lt;b&gt;Team&lt;/b&gt; &amp; co" in text


@pytest.mark.browser
@pytest.mark.slow
def test_a_browser_opens_it_offline_and_readable(study: Study, tmp_path, browser: Any) -> None:
    """In Chromium: nothing is asked for, nothing is complained of, all can read it, also at a telephone's width."""
    from axe_playwright_python.sync_playwright import Axe

    file = tmp_path / "report.html"
    file.write_text(report(study), encoding="utf-8")
    for width in (1280, 390):
        tab = browser.new_page(viewport={"width": width, "height": 800})
        asked: list[str] = []
        said: list[str] = []
        tab.on("request", lambda request, asked=asked: asked.append(request.url))
        tab.on("console", lambda message, said=said: said.append(message.text))
        tab.goto(file.as_uri())
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
        assert said == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(tab).response["violations"]
        assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []
