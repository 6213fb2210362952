"""What what-ifs change: at the end of the run, over time, and after a shock that passes.

In: a comparison. Out: figures of differences from the baseline, each with its 95 % interval, paired by replication.
"""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from workforce_sim.analysis.declared import declaration
from workforce_sim.analysis.series import COURSES, course_difference, last_year
from workforce_sim.analysis.shocks import Recovery, recoveries
from workforce_sim.present.figures.look import (
    BASE_COLOUR,
    COLOURS,
    MANY,
    QUIET,
    Looks,
    key,
    key_of,
    line_of,
    looks,
    number_format,
    panels,
    sheet,
    short,
    title_of,
    year_axis,
)
from workforce_sim.present.words import Cell, by_how_much, cells, joined
from workforce_sim.run import Comparison

MEDIAN, SHARE = "wait.treatment.median", "wait.treatment.within_18_weeks"
FOREST = {
    "waiting_list": "Waiting list, people",
    MEDIAN: "Wait to treatment, weeks",
    SHARE: "In 18 weeks, points",
    "wait.treatment.within_standard": "In standard, points",
    "caseload_per_wte": "Caseload per WTE",
    "in_post_wte": "Staff in post, WTE",
}
OVER_TIME = ("waiting_list", "within_standard", "caseload_per_wte", "in_post")


# --- at the end ----------------------------------------------------------------------------------------------------


def draw_differences(study: Comparison) -> Figure:
    """Every what-if's difference from the baseline at the end of the last year, with its interval."""
    measures = forest_measures(study)
    high = 0.9 + 0.3 * len(study.others)
    figure = sheet(2 * high)
    grid = list(figure.subplots(2, 3, sharey=True).flat)
    for axes, measure in zip(grid, measures, strict=False):
        forest_panel(axes, study.comparison, measure, looks(study, study.others))
    grid[-1].set_visible(False)
    return figure


def forest_measures(study: Comparison) -> list[str]:
    """What the differences are shown of; the share treated by 18 weeks where a median is never reached."""
    frame = study.comparison
    last = frame[(frame["measure"] == MEDIAN) & (frame["year"] == last_year(frame))]
    left_out = MEDIAN if last["difference"].isna().any() else SHARE
    return [name for name in FOREST if name != left_out]


def forest_panel(axes: Axes, frame: pd.DataFrame, measure: str, styles: Looks) -> None:
    """One measure of a comparison in its last year: a dot and an interval for each what-if, in the order given."""
    rows = (
        frame[(frame["measure"] == measure) & (frame["year"] == last_year(frame))]
        .set_index("scenario")
        .to_dict("index")
    )
    scale = 100.0 if declaration(measure).unit == "share" else 1.0
    axes.axvline(0, color=QUIET, lw=1)
    for place, (name, look) in enumerate(styles.items()):
        row, colour = rows[name], look["color"]
        ends = [scale * row["low"], scale * row["high"]]
        axes.plot(ends, [place, place], color=colour, lw=2.4, solid_capstyle="butt")
        face = colour if row["told_apart"] else "white"
        axes.plot(scale * row["difference"], place, "o", ms=6.5, color=colour, mfc=face, mew=1.6)
        if math.isnan(row["difference"]):
            axes.text(0, place, " not defined", va="center", fontsize=8.5, color="#666666")
    axes.set_yticks(range(len(styles)), [short(name, 26, 50) for name in styles], fontsize=9.5)
    axes.set_ylim(len(styles) - 0.5, -0.5)
    axes.margins(x=0.12)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(number_format(signed=True))
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_title(FOREST[measure], fontsize=9.5)


def differences_caption(study: Comparison) -> str:
    """How to read the differences."""
    return (
        f"More or less than {study.baseline} at the end of year {last_year(study.comparison)}. "
        "Line: 95% interval of the difference, paired by replication. Filled: the runs can tell it from no difference; "
        "hollow: they cannot. Wait and shares: of all who join in the year, referral to first treatment contact, those "
        "still waiting included."
    )


def differences_alt(study: Comparison) -> str:
    """The difference in the waiting list of each what-if, or of the most and the least helpful ones."""
    last = last_year(study.comparison)
    found = {name: cells(study.comparison, name)["waiting_list", last] for name in study.others}
    in_order = sorted(found, key=lambda name: found[name].difference)
    shown = study.others if len(in_order) <= MANY else [in_order[0], in_order[-1]]
    of_many = f"; lowest and highest of {len(in_order)} what-ifs" if len(in_order) > MANY else ""
    texts = [f"{name} {_longer(found[name])}" for name in shown]
    return f"At the end of year {last}, beside {study.baseline}{of_many}: {joined(texts)}."


def _longer(cell: Cell) -> str:
    """A difference of the waiting list in words."""
    if not cell.told_apart:
        return "has a waiting list that the runs cannot tell from the baseline's"
    return f"has a waiting list {'longer' if cell.difference > 0 else 'shorter'} by {by_how_much(cell)}"


# --- over time -----------------------------------------------------------------------------------------------------


def draw_difference_over_time(study: Comparison) -> Figure:
    """The difference from the baseline month by month: four measures, or the waiting list of each of many what-ifs."""
    if len(study.others) > MANY:
        frame = course_difference(study.tables, "waiting_list", study.baseline)
        figure, grid = panels(len(study.others), 3, 2.2, sharex=True, sharey=True)
        for axes, name in zip(grid, study.others, strict=True):
            difference_panel(axes, frame, looks(study, [name]))
            year_axis(axes, narrow=True)
            title_of(axes, name)
        return figure
    figure, grid = panels(len(OVER_TIME), 2, 2.7)
    for axes, name in zip(grid, OVER_TIME, strict=True):
        frame = course_difference(study.tables, name, study.baseline)
        if COURSES[name].unit == "share":
            frame = frame.assign(**{end: 100 * frame[end] for end in ("difference", "low", "high")})
        difference_panel(axes, frame, looks(study, study.others))
        year_axis(axes, narrow=True)
        axes.set_title(f"{COURSES[name].title}, {'points' if COURSES[name].unit == 'share' else COURSES[name].unit}")
    key(figure, key_of(grid[0], looks(study, study.others)))
    return figure


def difference_panel(axes: Axes, frame: pd.DataFrame, styles: Looks) -> None:
    """Lines of differences with their intervals, from a frame of `analysis.series.course_difference`."""
    axes.axhline(0, color=BASE_COLOUR, lw=1)
    for scenario, look in styles.items():
        rows = frame[frame["scenario"] == scenario]
        axes.fill_between(rows["at"], rows["low"], rows["high"], color=look["color"], alpha=0.16, lw=0)
        axes.plot(rows["at"], rows["difference"], **line_of(look, len(rows)))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(number_format(signed=True))


def over_time_title(study: Comparison) -> str:
    """What it shows: of many what-ifs the waiting list only."""
    what = "People on the list above" if len(study.others) > MANY else "Differences from"
    return f"{what} the baseline over time"


def over_time_caption(study: Comparison) -> str:
    """How to read the differences over time."""
    many = len(study.others) > MANY
    what = "People on the waiting list" if many else "Each"
    shares = "" if many else " Treated in standard: by quarter, of all who join."
    return (
        f"{what}, more or less than in {study.baseline}, the line at zero, in the same replication. Line: mean of "
        f"{study.manifest['replications']} replications; band: 95% interval of the mean difference. Where the band "
        f"leaves out zero, the runs can tell the difference.{shares}"
    )


# --- after a shock -------------------------------------------------------------------------------------------------


def shocks_of(study: Comparison) -> list[Recovery]:
    """What-ifs with a change that ends, and what it leaves behind."""
    passing = {name: study.told(name).get("passing", []) for name in study.others}
    return recoveries(study.tables, study.baseline, passing)


def draw_recovery(study: Comparison) -> Figure:
    """The waiting list above the baseline's, the time of the shock shaded; a panel for each what-if with a shock."""
    found = shocks_of(study)
    frame = course_difference(study.tables, "waiting_list", study.baseline)
    figure, grid = panels(len(found), 2, 3.6, sharey=True)
    for axes, recovery in zip(grid, found, strict=True):
        recovery_panel(axes, frame, recovery)
        title_of(axes, recovery.scenario, 60)
    return figure


def recovery_panel(axes: Axes, frame: pd.DataFrame, recovery: Recovery) -> None:
    """One what-if from a frame of `analysis.series.course_difference`, with its shock and its peak."""
    look = {"color": COLOURS[1], "lw": 2.2, "ls": "-", "marker": None}
    axes.axvspan(recovery.begins, recovery.ends, color="#E9E9E9", lw=0)  # type: ignore[arg-type]  # dates
    difference_panel(axes, frame, {recovery.scenario: look})
    peak = (date2num(recovery.peak_at), recovery.peak)  # type: ignore[no-untyped-call]
    axes.plot(*peak, "o", ms=7, color=COLOURS[1], mec="white")
    axes.annotate(f"{recovery.peak:+,.0f}", peak, (6, 5), textcoords="offset points", fontsize=10.5)
    begins = date2num(recovery.begins)  # type: ignore[no-untyped-call]
    axes.text(begins, 0.03, " shock", transform=axes.get_xaxis_transform(), va="bottom", fontsize=10)
    year_axis(axes)


def recovery_caption(study: Comparison) -> str:
    """How to read the recovery, and what was found."""
    return (
        f"People on the waiting list beyond those of {study.baseline}, in the same replication; band: 95% interval. "
        f"Grey: the time in which the changes act that end. {recovery_alt(study)}"
    )


def recovery_alt(study: Comparison) -> str:
    """Peak, months above the baseline, and whether the list is back."""
    sentences = []
    for it in shocks_of(study):
        ends = f"{it.months_above} months, {it.months_after} of them after it had ended"
        at_end = f"{it.at_end} than the baseline's" if it.at_end != "not told apart" else f"{it.at_end} from it"
        sentences.append(
            f"{it.scenario}: the list is {it.peak:,.0f} people longer at its peak in {it.peak_at:%B %Y}, and told "
            f"apart from the baseline's as longer in {ends}; at the end it is {at_end}."
        )
    return " ".join(sentences)
