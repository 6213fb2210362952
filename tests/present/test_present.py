"""What people see: summary, figures and explanation say what the tables say, and claim no more."""

from __future__ import annotations

import io
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from tests.scenario.small import small
from workforce_sim.analysis.load import accepted_per_week, clinical_hours, places, tasks
from workforce_sim.analysis.series import COURSES, course
from workforce_sim.present.explain import explain
from workforce_sim.present.figures.look import plain_text
from workforce_sim.present.figures.registry import draw_all
from workforce_sim.present.summary import HEADLINES, answer, summary
from workforce_sim.present.words import UNDEFINED, Cell, by_how_much, change, joined, pounds, told, years_shown
from workforce_sim.run import compare, run
from workforce_sim.scenario.reader import read_scenario_text


def scenario(name, *edits):
    """A small scenario of its own name."""
    return read_scenario_text(small(("name: Small team", f"name: {name}"), *edits))


@pytest.fixture(scope="module")
def comparison():
    """A base, one with two nurses more and one under another name that has dollars in it."""
    nurses = scenario("Seven nurses", ("funded: 5 wte", "funded: 7 wte"))
    return compare(scenario("Base"), [nurses, scenario("'Same $x$ and $y$'")], 6, workers=1)


def as_text(content, width=80):
    """What a terminal of this width would show, without colours."""
    out = io.StringIO()
    Console(file=out, width=width).print(content)
    return out.getvalue()


def test_the_summary_fits_a_narrow_terminal(comparison):
    """At 80 characters no value is cut off, and every headline is there for every scenario."""
    text = as_text(summary(comparison))
    assert "…" not in text
    for label in HEADLINES.values():
        assert text.count(f" {label} ") >= 3


def test_what_changes_nothing_is_said_to_change_nothing(comparison):
    """The same scenario under another name: no difference the runs can tell, and no word of one."""
    sentences = answer(comparison, "Same $x$ and $y$")
    assert len(sentences) == 1
    assert "can tell no difference from Base" in sentences[0]


def test_an_answer_is_short_and_claims_no_more_than_the_model(comparison):
    """One to four sentences, beginning with what they rest on."""
    sentences = answer(comparison, "Seven nurses")
    assert 1 <= len(sentences) <= 4
    assert sentences[0].startswith("In this model, with these assumptions, by the end of year 2,")


def test_a_study_without_baseline_is_summarised_too():
    """`run` has no differences to tell."""
    text = as_text(summary(run(scenario("Only one"), 1, workers=1)))
    assert "Only one: at the end of each year" in text
    assert "difference" not in text


def test_one_replication_is_said_to_tell_nothing():
    """Without an interval no difference is marked as sure or unsure."""
    text = as_text(
        summary(compare(scenario("Base"), scenario("More", ("funded: 5 wte", "funded: 7 wte")), 1, workers=1))
    )
    assert "One replication only" in text


def test_all_figures_are_drawn_the_same_twice(comparison):
    """PNG and SVG of every panel, the differences and the overview, and words; no warnings, no chance in the bytes."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures = draw_all(comparison)
    names = {"waiting_list", "wait_median", "within_standard", "caseload_per_wte", "in_post", "differences", "overview"}
    assert set(figures) == {f"{name}.{kind}" for name in names for kind in ("png", "svg")} | {"alt.json"}
    assert all(content[:4] == b"\x89PNG" for name, content in figures.items() if name.endswith("png"))
    again = draw_all(comparison)
    assert figures == again


def test_many_what_ifs_get_panels_of_their_own():
    """With more than four what-ifs the figures are still drawn."""
    others = [scenario(f"What if {n}", ("funded: 5 wte", f"funded: {n} wte")) for n in range(3, 9) if n != 5]
    figures = draw_all(compare(scenario("Base"), others, 2, workers=1))
    assert "overview.png" in figures


def test_text_in_figures_is_never_taken_for_a_formula():
    """Two dollars would switch on mathematics."""
    assert plain_text("$x$") == r"\$x\$"


def test_a_course_holds_what_the_tables_hold(comparison):
    """The waiting list of a month is the mean over replications, the band its tenth and ninetieth percentile."""
    frame = course(comparison.tables, "waiting_list")
    frame = frame[(frame["scenario"] == "Base") & (frame["at"] == pd.Timestamp("2027-04-01"))].iloc[0]
    rows = comparison.tables["lists"]
    rows = rows[(rows["scenario"] == "Base") & (rows["period_start"] == pd.Timestamp("2027-03-01"))]
    waiting = ["waiting_assessment", "waiting_treatment", "unallocated"]
    values = rows.groupby("replication")[waiting].sum().sum(axis=1).to_numpy()
    assert frame["line"] == pytest.approx(values.mean())
    assert (frame["band_low"], frame["band_high"]) == (values.min(), values.max())


def test_a_wait_never_reached_ends_the_line_but_not_the_others(comparison):
    """Where most replications never reach the median there is no line, and no made-up one."""
    waits = comparison.tables["waits"].copy()
    late = waits["period_start"] >= pd.Timestamp("2027-10-01")
    waits.loc[late & (waits["replication"] > 0), "median"] = np.nan
    waits.loc[~late, "median"] = waits.loc[~late, "median"].fillna(1.0)
    frame = course({**comparison.tables, "waits": waits}, "wait_median")
    assert frame.loc[frame["at"] > pd.Timestamp("2027-10-01"), "line"].isna().all()
    assert frame.loc[frame["at"] <= pd.Timestamp("2027-10-01"), "line"].notna().all()
    assert set(COURSES) >= {"waiting_list", "funded"}


def test_numbers_are_told_as_planners_read_them():
    """Shares in percent, people whole, differences with their half width."""
    assert [told(*pair) for pair in ((0.517, "share"), (7.24, "weeks"), (1234.4, "people"), (math.nan, "share"))] == [
        "52%",
        "7.2",
        "1,234",
        UNDEFINED,
    ]
    cell = Cell("vacancy", "share", 1, 0.2, -0.05, -0.07, -0.03, told_apart=True)
    assert change(cell) == "-5.0 ±2.0"
    assert by_how_much(cell) == "5.0 percentage points (3.0 to 7.0)"
    cost = Cell("cost.total", "pounds", 1, 1_143_210, -13_412.0, -14_912.0, -11_912.0, told_apart=True)
    assert (told(cost.mean, cost.unit), change(cost)) == ("1,143", "-13 ±2")
    assert by_how_much(cost) == "£13,400 (£11,900 to £14,900)"
    assert pounds(193.4, -5.2, 391.9) == "£193 (-£5 to £392)"
    assert pounds(0.0, math.nan, math.nan) == "£0"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert years_shown([1, 2, 3, 4, 5, 6, 7]) == [1, 2, 3, 4, 7]


def test_the_explanation_shows_changes_load_and_assumptions():
    """What is asked of whom, before anything is run."""
    changed = read_scenario_text(
        small(more="changes:\n  - {from: 2026-10-01, set: workforce.roles.nurse.funded, to: 6 wte}\n")
    )
    text = as_text(explain(changed), 100)
    assert "2026-10-01 workforce.roles.nurse.funded: 5 wte → 6 wte" in text
    assert "Clinical time needed per week" in text
    assert "numbers are" not in text.split("Assumptions")[0]
    assert "demand: sources.gp.referrals = 11 per week" in text


PRICED = (
    ("nurse: {funded", 'nurse: {pay: "£40,000 per year", funded'),
    ("peer: {funded", 'peer: {pay: "£25,000 per year", funded'),
)


def test_the_explanation_tells_costs_or_whose_pay_is_missing():
    """Without pay there are no costs, and it is said for whom; with pay, what the posts cost in a full year."""
    text = as_text(explain(scenario("No pay")), 200)
    assert "Costs are not told: no pay for nurse and peer." in text
    text = as_text(explain(scenario("Pay", *PRICED)), 200)
    assert f"All funded posts cost £{(5 * 40_000 + 2 * 25_000) * 1.28:,.0f} in a full year" in text


def test_costs_and_safety_are_part_of_the_summary():
    """With pay there is a row of costs, a sentence on what more posts cost, and a line on safety; without, no costs."""
    safe = [
        *PRICED,
        ("severities: [mild, severe]", "severities: [mild, severe]\nsafety: {registered_coordinator: [severe]}"),
    ]
    more = [("5 wte, leavers", "7 wte, leavers"), ("assessment: 20%", "assessment: 20%")]
    found = compare(scenario("Base", *safe), scenario("More", *safe, *more), 6, workers=1)
    text = as_text(summary(found), 200)
    assert text.count(" Cost in £1,000 ") == 2
    assert "Year 2 costs £" in text
    assert text.count("Safety at the end of year 2: ") == 2
    assert "without the registered coordinator they need" in text
    assert set(found.sheets) == {"summary", "comparison", "value", "checks"}
    poor = compare(scenario("Base"), scenario("Other"), 2, workers=1)
    text = as_text(summary(poor), 200)
    assert "£" not in text
    assert "registered coordinator" not in text
    assert set(poor.sheets) == {"summary", "comparison", "checks"}


def test_load_on_paper_by_hand():
    """Eleven a week, all accepted: 22 hours of assessment, 110 contacts of an hour, 198 places for 18 weeks."""
    plan = scenario("By hand")
    assert sum(accepted_per_week(plan).values()) == pytest.approx(11)
    assert [(task.times, task.hours) for task in tasks(plan)] == [pytest.approx((11, 22)), pytest.approx((110, 110))]
    (row,) = places(plan)
    assert (row.starts, row.weeks, row.needed, row.there) == pytest.approx((11, 18, 198, 150))
    away = 1 - (5.6 + 1.4 + 8 / 5) / (365.25 / 7)
    assert clinical_hours(plan)["nurse"] == pytest.approx(5 * 37.5 * away * 0.95 * 0.6)


def test_people_who_come_back_are_counted():
    """Of 11, a quarter declined and half of those back again; of those seen, a third return."""
    edit = ("    gp: {referrals", "    gp: {referrals")
    more = "\n  declined: {share: 25%, bounce_back: 50%}\n  returns: {share: 30%}"
    text = small(edit).replace("severity: {mild: 60%, severe: 40%}}", "severity: {mild: 60%, severe: 40%}}" + more)
    plan = read_scenario_text(text)
    in_the_end = 0.75 / (1 - 0.125)
    assert sum(accepted_per_week(plan).values()) == pytest.approx(11 * in_the_end / (1 - 0.3 * in_the_end))
