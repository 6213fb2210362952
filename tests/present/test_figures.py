"""Figures of saved results: each draws where it applies, the same twice, and its words are those of the tables."""

from __future__ import annotations

import io
import json
import math
import re
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from tests.scenario.small import small
from workforce_sim.analysis.flow import WAYS, patient_flow
from workforce_sim.analysis.series import course, course_difference
from workforce_sim.analysis.shocks import recoveries
from workforce_sim.analysis.value import cost_and_weeks
from workforce_sim.analysis.wait_curves import wait_curve
from workforce_sim.errors import UsageError
from workforce_sim.present.figures import courses, look
from workforce_sim.present.figures.registry import FIGURES, assumption_mark, draw_all, entry, figures_of
from workforce_sim.present.words import told
from workforce_sim.run import compare, read_study, run
from workforce_sim.scenario.reader import read_scenario_text

GROUPS = (
    "severities: [mild, severe]",
    "severities: [mild, severe]\ngroups: {near: {share: 70%}, far: {share: 30%, dna: x1.5}}",
)
PAID = (
    ("nurse: {funded", 'nurse: {pay: "£40,000 per year", funded'),
    ("peer: {funded", 'peer: {pay: "£25,000 per year", funded'),
)
SHOCK = "changes:\n  - {from: 2026-10-01, until: 2027-02-01, factor: demand.sources.*.referrals, by: x2}\n"


def scenario(name, *edits, more=""):
    """A small scenario of its own name, with groups and pay."""
    return read_scenario_text(small(("name: Small team", f"name: {name}"), GROUPS, *PAID, *edits, more=more))


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A comparison with one more nurse, and with a shock, saved and read again."""
    more = scenario("Two more nurses", ("funded: 5 wte", "funded: 7 wte"))
    folder = tmp_path_factory.mktemp("figures") / "out"
    compare(scenario("Base"), [more, scenario("Shock", more=SHOCK)], 6, workers=1).save(folder)
    return read_study(folder)


@pytest.fixture(scope="module")
def crowd():
    """A comparison with eight what-ifs."""
    posts = [2, 3, 4, 6, 7, 8, 9, 10]
    others = [scenario(f"{n} nurses", ("funded: 5 wte", f"funded: {n} wte")) for n in posts]
    return compare(scenario("Base"), others, 2, workers=1)


def test_every_figure_is_drawn_from_saved_results(study):
    """Nothing but a folder is needed; every figure has something to show in this one, with title, words and axes."""
    drawn = figures_of(study)
    assert [it.name for it in drawn] == list(FIGURES)
    for it in drawn:
        figure = it.draw()
        assert isinstance(figure, Figure)
        assert figure.axes
        assert all(len(text) > 20 for text in (it.caption, it.alt))
        assert it.alt.startswith(it.title)
        assert "nan" not in (it.alt + it.caption).lower().split()


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_drawn_with_eight_what_ifs(crowd, name):
    """A crowd changes the form of a figure, never whether there is one."""
    if FIGURES[name].applies(crowd):
        assert FIGURES[name].draw(crowd).axes


def test_figures_bear_unequal_horizons_one_replication_and_nobody():
    """Scenarios are compared in the last year that all have; nobody at all, and one replication, are drawn too."""
    long, short = (("horizon: 2 years", f"horizon: {years}") for years in ("3 years", "1 year"))
    unequal = compare(scenario("Base"), [scenario("Long", long), scenario("Short", short)], 1, workers=1)
    nobody = run(read_scenario_text(small(("gp: {referrals: 11 per week", "gp: {referrals: 0 per week"))), 2, workers=1)
    assert "At the end of year 1," in FIGURES["differences"].alt(unequal)
    assert len(figures_of(nobody)) > 8
    for study in (unequal, nobody):
        assert all(it.draw().axes for it in figures_of(study))


def test_figures_are_the_same_to_the_byte(study):
    """The same study gives the same files, however often and in whatever order."""
    names = ["flow", "waiting_list", "frontier", "dashboard"]
    first, again = draw_all(study, names), draw_all(study, names[::-1])
    assert {name: first[name] for name in first if name != "alt.json"} == {
        name: again[name] for name in again if name != "alt.json"
    }


def test_an_svg_speaks_to_those_who_cannot_see_it(study):
    """Each SVG is an image with its alt text as label, whatever signs are in it, and keeps its text as text."""
    files = draw_all(study, ["waiting_list", "groups"])
    words = json.loads(files["alt.json"])
    for name in ("waiting_list", "groups"):
        root = ET.parse(io.BytesIO(files[f"{name}.svg"])).getroot()  # noqa: S314  it was made just now
        assert root.get("role") == "img"
        assert root.get("aria-label") == words[name]["alt"]
        assert any("Base" in "".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text"))


def test_figures_apply_where_there_is_something_to_show():
    """Without a baseline nothing is compared, without pay nothing costs, without groups nobody waits longer."""
    alone = run(read_scenario_text(small()), 2, workers=1)
    absent = {name for name, it in FIGURES.items() if not it.applies(alone)}
    assert absent == {"differences", "difference_over_time", "groups", "frontier", "recovery"}
    assert not FIGURES["recovery"].applies(compare(scenario("Base"), scenario("Same"), 2, workers=1))


def test_alt_texts_say_what_the_tables_say(study):
    """The numbers of the waiting list, of the differences and of the flow are those of the tables."""
    lists = study.tables["lists"]
    last = lists[(lists["scenario"] == "Base") & (lists["period_start"] == lists["period_start"].max())]
    waiting = last.groupby("replication")[["waiting_assessment", "waiting_treatment", "unallocated"]].sum().sum(axis=1)
    assert f"to {told(waiting.mean(), 'people')} between May 2026 and April 2028" in FIGURES["waiting_list"].alt(study)
    found = study.comparison.set_index(["scenario", "measure", "year"])
    row = found.loc[("Two more nurses", "waiting_list", 2)]
    shorter = "shorter" if row["difference"] < 0 else "longer"
    assert row["told_apart"]
    size = re.search(
        rf"Two more nurses has a waiting list {shorter} by ([\d.]+) people", FIGURES["differences"].alt(study)
    )
    assert size
    assert float(size[1]) == pytest.approx(abs(row["difference"]), abs=0.5)
    flows = study.tables["flows"]
    referred = (
        flows[(flows["scenario"] == "Base") & (flows["year"] == 2)].groupby("replication")["referred"].sum().mean()
    )
    assert f"of {told(referred, 'people')} people referred" in FIGURES["flow"].alt(study)


def test_a_course_that_is_never_reached_is_said_to_be(study):
    """Where the line ends early, the alt text says so."""
    waits = study.tables["waits"].copy()
    waits.loc[waits["period_start"] >= pd.Timestamp("2027-10-01"), "median"] = np.nan
    waits["median"] = waits["median"].where(waits["period_start"] >= pd.Timestamp("2027-10-01"), 30.0)
    changed = type(study)(**{**study.__dict__, "tables": {**study.tables, "waits": waits}})
    assert "after that it is not reached in most runs" in FIGURES["wait_median"].alt(changed)


def test_scenarios_are_told_apart_without_colour(study):
    """In every panel with several scenarios each has a line style or marker of its own; the baseline is dashed."""
    styles = look.looks(study)
    forms = [(str(style["ls"]), style["marker"]) for style in styles.values()]
    assert len(set(forms)) == len(forms)
    assert styles["Base"]["ls"] == look.BASE_STYLE
    assert len({str(style) for style in (*look.STYLES, look.BASE_STYLE)}) == look.MANY + 1
    assert len(set(look.MARKERS)) == look.MANY
    figure = FIGURES["waiting_list"].draw(study)
    lines = [line for line in figure.axes[0].get_lines() if len(line.get_xdata()) > 6]
    assert (
        len({(line.get_linestyle(), line.get_marker(), str(line._dash_pattern)) for line in lines}) == len(lines) == 3
    )


def test_no_figure_has_a_second_axis(study):
    """Two scales in one panel mislead."""
    for it in figures_of(study):
        boxes = [axes.get_position().bounds for axes in it.draw().axes if axes.get_visible()]
        assert len(set(boxes)) == len(boxes), it.name


def test_values_of_few_people_are_hollow_and_said_to_be():
    """Fewer than ten people on the list: points are marked, and the caption tells why."""
    tiny = run(read_scenario_text(small(("gp: {referrals: 11 per week", "gp: {referrals: 0.2 per week"))), 2, workers=1)
    frame = course(tiny.tables, "waiting_list")
    assert frame["few"].all()
    axes = courses.draw_course(tiny, "waiting_list").axes[0]
    hollow = [line for line in axes.get_lines() if line.get_markerfacecolor() == "white" and len(line.get_xdata())]
    assert len(hollow[0].get_xdata()) == len(frame)
    assert "fewer than 10 people" in FIGURES["waiting_list"].caption(tiny)


def test_every_caption_tells_how_much_is_assumed(study):
    """The count is that of the register; levers that nothing supports are named."""
    few = max(sum(known.assumed for known in study.register(name)) for name in study.names)
    assert f"{few} of " in assumption_mark(study)
    assert all(assumption_mark(study) in it.caption for it in figures_of(study))
    levers = "levers:\n  - {lever: wellbeing.programme, from: 2026-07-01}\n"
    tired = (
        "\n  exhaustion: {switch: on, usual: 0.3, rise: 0.01 per week, recovery: 0.02 per week, smoothing: 12 weeks}"
    )
    used = run(scenario("Programme", ("workforce:", f"workforce:{tired}"), more=levers), 1, workers=1)
    (lever,) = used.told("Programme")["levers"]
    assert ("lever wellbeing.programme" in assumption_mark(used)) == (lever["grade"] == "U")


def test_an_unknown_figure_is_answered_with_the_nearest():
    """Names are hinted at."""
    with pytest.raises(UsageError, match='Did you mean "waiting_list"'):
        entry("wating_list")


# --- what the figures show -----------------------------------------------------------------------------------------


def test_nobody_is_lost_on_the_way_through_the_service(study):
    """What comes onto the list leaves it or is there at the end; likewise with treatment."""
    frame = patient_flow(study.tables).set_index(["scenario", "way"])["people"]
    for name in study.names:
        for place in (1, 2):
            came = sum(frame[name, way] for way, _, _, end in WAYS if end == place)
            went = sum(frame[name, way] for way, _, start, _ in WAYS if start == place)
            assert came == pytest.approx(went)
            assert came > 0
        assert (frame[name] > -1e-9).all()
        assert frame[name, "list_transferred"] == frame[name, "treated_transferred"] == 0  # there is one team


def test_differences_over_time_end_where_the_comparison_ends(study):
    """The last point of the course is the difference at the end of the last year, with the same interval."""
    frame = course_difference(study.tables, "waiting_list", "Base")
    last = frame[frame["scenario"] == "Two more nurses"].iloc[-1]
    row = study.comparison.set_index(["scenario", "measure", "year"]).loc[("Two more nurses", "waiting_list", 2)]
    assert (last["difference"], last["low"], last["high"]) == pytest.approx(
        (row["difference"], row["low"], row["high"])
    )


def test_a_shock_has_its_peak_and_its_months(study):
    """The peak is the greatest difference, and no month before the shock counts."""
    (found,) = recoveries(study.tables, "Base", {name: study.told(name)["passing"] for name in study.others})
    frame = course_difference(study.tables, "waiting_list", "Base")
    own = frame[frame["scenario"] == "Shock"]
    assert found.scenario == "Shock"
    assert (found.begins, found.ends) == (pd.Timestamp("2026-10-01"), pd.Timestamp("2027-02-01"))
    assert found.peak == own["difference"].max() > 0
    assert (own.loc[own["at"] <= found.begins, "difference"] == 0).all()
    assert found.months_after <= found.months_above == int((own["low"] > 0).sum())
    assert (found.at_end == "longer") == (own["low"].iloc[-1] > 0)


def test_the_wait_curve_rises_and_meets_the_measures(study):
    """It never falls, and at 18 weeks it is the measure of that name."""
    frame = wait_curve(study.tables)
    for _, rows in frame.groupby(["scenario", "year"]):
        assert (np.diff(rows["share"].dropna()) >= 0).all()
    share = frame.set_index(["scenario", "year", "week"])["share"]
    summary = study.summary.set_index(["scenario", "measure", "year"])["mean"]
    for week in (4, 6, 18):
        assert share["Base", 2, week] == pytest.approx(
            summary["Base", f"wait.treatment.within_{week}_weeks", 2], nan_ok=True
        )


def test_the_frontier_leaves_out_who_is_beaten():
    """Dearer and no better is off it; cheaper, or better, is on it."""
    values = {"Base": (100.0, 50.0), "Dear and bad": (120.0, 60.0), "Good": (130.0, 20.0), "Cheap": (90.0, 55.0)}
    rows = [
        (name, replication, measure, 1, "x", value + replication)
        for name, (cost, weeks) in values.items()
        for replication in range(3)
        for measure, value in {"cost.total": cost, "weeks_waited": weeks}.items()
    ]
    measures = pd.DataFrame(rows, columns=["scenario", "replication", "measure", "year", "unit", "value"])
    frame = cost_and_weeks(measures, "Base").set_index("scenario")
    assert frame["frontier"].to_dict() == {"Base": True, "Cheap": True, "Dear and bad": False, "Good": True}
    assert (frame.loc["Good", "extra_cost"], frame.loc["Good", "weeks_saved"]) == (30.0, 30.0)
    assert math.isclose(frame.loc["Base", "weeks_saved"], 0.0)


def test_a_study_of_some_scenarios_is_told_like_the_whole(study):
    """Some scenarios of a study: the same numbers, a comparison only beside the baseline, and hints at names."""
    part = study.of(["Shock", "Base"])
    assert part.names == ["Base", "Shock"]
    whole = study.comparison[study.comparison["scenario"] == "Shock"].reset_index(drop=True)
    pd.testing.assert_frame_equal(part.comparison.reset_index(drop=True), whole)
    assert not hasattr(study.of(["Shock"]), "comparison")
    with pytest.raises(UsageError, match='Did you mean "Shock"'):
        study.of(["Schock"])
