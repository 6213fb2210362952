"""The trajectory and the dashboard: what is asked for is checked, and judged by the whole interval."""

from __future__ import annotations

import hashlib
import io
import json
import math
from datetime import date

import pandas as pd
import pytest
from click.testing import CliRunner
from rich.console import Console

from tests.scenario.small import small
from workforce_sim.analysis.dashboard import (
    INDICATORS,
    NO_TRAJECTORY,
    NOT_TOLD,
    OFF_TRACK,
    ON_TRACK,
    UNSURE,
    dashboard,
    judged,
)
from workforce_sim.analysis.declared import DECLARED
from workforce_sim.analysis.trajectory import check_trajectory, level_at, levels
from workforce_sim.cli import main
from workforce_sim.errors import ScenarioError
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.present.dashboard import SHAPES, dashboard_table
from workforce_sim.results.replications import digest_of
from workforce_sim.run import read_study, run
from workforce_sim.scenario.json_schema import json_schema
from workforce_sim.scenario.reader import read_scenario_text

YEARS = [{"year": 1, "to": "2027-03-31"}, {"year": 2, "to": "2028-03-31"}]


@pytest.mark.parametrize(
    ("low", "high", "better", "status"),
    [
        (90.0, 99.0, "lower", ON_TRACK),
        (90.0, 100.0, "lower", ON_TRACK),
        (101.0, 110.0, "lower", OFF_TRACK),
        (95.0, 105.0, "lower", UNSURE),
        (100.0, 110.0, "higher", ON_TRACK),
        (90.0, 99.0, "higher", OFF_TRACK),
        (95.0, 105.0, "higher", UNSURE),
        (math.nan, math.nan, "lower", UNSURE),
    ],
)
def test_a_status_is_judged_by_the_whole_interval(low, high, better, status):
    """On track or off track only if no end of the interval says otherwise; one replication has no interval."""
    assert judged(100.0 if math.isnan(low) else (low + high) / 2, low, high, 100.0, better) == status


def test_what_is_undefined_or_not_planned_is_not_judged():
    """A wait never reached has no status; nor has a measure without a level."""
    assert judged(math.nan, math.nan, math.nan, 5.0, "lower") == NOT_TOLD
    assert judged(3.0, 2.0, 4.0, None, "lower") == NO_TRAJECTORY


def test_a_level_holds_from_its_date_on():
    """Before the first date there is none; the year is judged by the level of the day after its last."""
    dated = levels({"waiting_list": {"2028-04-01": 50, "2027-04-01": "80"}})["waiting_list"]
    assert [level_at(dated, date(*day)) for day in ((2027, 3, 31), (2027, 4, 1), (2028, 3, 31), (2028, 4, 1))] == [
        None, 80.0, 80.0, 50.0,
    ]  # fmt: skip
    rows = [("A", "waiting_list", "people", year, 60.0, 55.0, 65.0) for year in (1, 2)]
    summary = pd.DataFrame(rows, columns=["scenario", "measure", "unit", "year", "mean", "low", "high"])
    frame = dashboard(summary, "A", YEARS, {"waiting_list": {"2027-04-01": 80, "2028-04-01": 50}})
    assert list(zip(frame["level"], frame["status"], strict=True)) == [(80.0, ON_TRACK), (50.0, OFF_TRACK)]


def test_indicators_are_declared_measures_that_can_be_better():
    """Each of the thirteen is a measure, of which more or less is better; each status has a shape of its own."""
    assert len(INDICATORS) == 13
    assert all(DECLARED[name].better != "neither" for name in INDICATORS)
    assert len({SHAPES[status] for status in (ON_TRACK, UNSURE, OFF_TRACK)}) == 3


def trajectory(block):
    """A small scenario with a trajectory."""
    return read_scenario_text(small(more=f"trajectory: {block}\n"))


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("{waiting_lst: {2027-04-01: 4}}", 'unknown measure "waiting_lst".*Did you mean "waiting_list"'),
        ("{vacancy.nurs: {2027-04-01: 4%}}", 'Did you mean "vacancy.nurse"'),
        ("{waiting_list: {2027-04-01: 60%}}", "19:41.*expected a level in people, such as 400"),
        ("{vacancy: {2027-04-01: 3}}", "a level in share, such as 25%"),
        ("{wait.treatment.median: {2027-04-01: 60}}", "a level in weeks, such as 6 weeks"),
        ("{cost.total: {2027-04-01: 5}}", "a level in pounds, such as £"),
        ("{starters_wte: {2027-04-01: 2 wte}}", "neither more nor less is better"),
        ("{waiting_list: {2027-4: 60}}", 'found "2027-4"; expected a date'),
        ("{waiting_list: {2027-04-01: lots}}", "expected a level, such as 400, 60%"),
        ("{waiting_list: 4}", "expected a mapping"),
    ],
)
def test_a_trajectory_is_checked_with_its_place(block, told):
    """What is wrong is told with line, what was expected and the nearest measure, before anything is run."""
    with pytest.raises(ScenarioError, match=told):
        check_trajectory(trajectory(block))
    with pytest.raises(ScenarioError, match=told):
        run(trajectory(block), 1, workers=1)


def test_a_trajectory_moves_nothing():
    """Replications kept for the same plan without it, or with another, are found."""
    plain, planned = read_scenario_text(small()), trajectory("{waiting_list: {2027-04-01: 50}}")
    assert digest_of(compile_inputs(plain)) == digest_of(compile_inputs(planned))


def test_editors_know_the_trajectory():
    """It is in the schema, dates and levels and all."""
    block = json_schema()["properties"]["trajectory"]
    assert block["additionalProperties"]["propertyNames"]["format"] == "date"
    assert "Measure" in block["description"]


def test_the_dashboard_is_told_from_saved_results(tmp_path):
    """The levels stand in the manifest; the command judges by them, with shapes, without running anything."""
    planned = trajectory("{waiting_list: {2027-04-01: 5000, 2028-04-01: 0}, gave_up: {2027-04-01: 1}}")
    run(planned, 3, workers=1).save(tmp_path / "out")
    study = read_study(tmp_path / "out")
    out = io.StringIO()
    Console(file=out, width=100).print(dashboard_table(study, "Small team"))
    row = next(line for line in out.getvalue().splitlines() if "Waiting list" in line)
    assert "●" in row
    assert "■" in row
    assert "(≤5,000)" in row
    assert "gave_up" in out.getvalue()
    result = CliRunner().invoke(main, ["dashboard", str(tmp_path / "out"), "--scenario", "Small team"])
    assert result.exit_code == 0
    assert "(≤5,000)" in result.output


def test_figures_are_drawn_again_from_saved_results(tmp_path):
    """`plot` puts figures beside those there are, and the manifest tells of each; nothing else changes."""
    folder = tmp_path / "out"
    run(trajectory("{waiting_list: {2027-04-01: 50}}"), 2, workers=1).save(folder)
    before = read_study(folder)
    for name in ("dashboard", "waiting_list"):
        result = CliRunner().invoke(main, ["plot", str(folder), "--figure", name])
        assert result.exit_code == 0, result.output
    manifest = json.loads((folder / "manifest.json").read_bytes())
    drawn = {f"figures/{name}.{kind}" for name in ("dashboard", "waiting_list") for kind in ("png", "svg")}
    assert {file for file in manifest["files"] if file.startswith("figures/")} == drawn | {"figures/alt.json"}
    for file, described in manifest["files"].items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == described["sha256"]
    assert set(json.loads((folder / "figures" / "alt.json").read_bytes())) == {"dashboard", "waiting_list"}
    assert not list(tmp_path.rglob(".*"))
    pd.testing.assert_frame_equal(read_study(folder).summary, before.summary)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--figure", "wating_list"], 'Did you mean "waiting_list"'),
        (["--figure", "frontier"], "nothing to show in frontier"),
        (["--figure", "flow", "--out", "flow.pdf"], "one figure: --figure NAME --out FILE.png"),
        (["--scenario", "Small tem"], 'Did you mean "Small team"'),
        (["--scenario", "Small team"], "add --figure NAME and --out FILE"),
    ],
)
def test_plot_says_what_is_wrong(tmp_path, arguments, told):
    """What cannot be drawn is told with what could be, exit code 2 and no traceback."""
    run(read_scenario_text(small()), 1, workers=1).save(tmp_path / "out")
    result = CliRunner().invoke(main, ["plot", str(tmp_path / "out"), *arguments])
    assert result.exit_code == 2
    assert told in result.output
