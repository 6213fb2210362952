"""Waits in full: how many have been seen by each week, and how waits differ between groups of people.

In: a study. Out: figures.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from workforce_sim.analysis.declared import FEW
from workforce_sim.analysis.groups import MEDIAN, waits_by_group, worst_over_best
from workforce_sim.analysis.wait_curves import wait_curve
from workforce_sim.present.figures.look import (
    BASE_COLOUR,
    COLOURS,
    MANY,
    MARKERS,
    QUIET,
    Looks,
    baseline_of,
    key,
    label_ends,
    looks,
    panels,
    sheet,
    short,
    title_of,
)
from workforce_sim.present.words import joined, told
from workforce_sim.results.tables import WITHIN_WEEKS
from workforce_sim.run import Comparison, Study

# --- seen by each week ---------------------------------------------------------------------------------------------


def draw_wait_curve(study: Study) -> Figure:
    """Of all who join, the share treated by each week of the wait, in the last year."""
    frame = wait_curve(study.tables)
    if len(study.others) <= MANY:
        figure, styles = sheet(4.3), looks(study)
        axes = figure.add_subplot()
        curve_panel(axes, frame, styles, study.names[:1])
        ends = frame[frame["year"] == frame["year"].max()].dropna(subset=["share"]).groupby("scenario").last()
        label_ends(axes, {name: (row["week"], row["share"]) for name, row in ends.iterrows()}, styles)
        return figure
    figure, grid = panels(len(study.others), 3, 2.35, sharex=True, sharey=True)
    base = [study.baseline] if isinstance(study, Comparison) else []
    for axes, other in zip(grid, study.others, strict=True):
        curve_panel(axes, frame, looks(study, [*base, other]), [])
        axes.set_xticks([0, 4, 18, 52])
        axes.set_xlabel("")
        title_of(axes, other)
    return figure


def curve_panel(axes: Axes, frame: pd.DataFrame, styles: Looks, at_first: Sequence[str]) -> None:
    """Curves of the last year from a frame of `analysis.wait_curves`; those `at_first` also in the first year."""
    for scenario, look in styles.items():
        own = frame[frame["scenario"] == scenario]
        rows = own[own["year"] == own["year"].max()]
        axes.fill_between(rows["week"], rows["low"], rows["high"], color=look["color"], alpha=0.14, lw=0)
        hollow = {"mfc": "white", "mec": look["color"]} if rows["few"].any() else {"mec": "white"}
        axes.plot(rows["week"], rows["share"], **{**look, "marker": look["marker"] or "o", "ms": 5.5, **hollow})
        if scenario in at_first and own["year"].min() < own["year"].max():
            before = own[own["year"] == own["year"].min()].dropna(subset=["share"])
            axes.plot(before["week"], before["share"], color=QUIET, lw=1.4, ls=":")
            axes.annotate(
                f"{short(scenario, 30, 40)}, year {before['year'].iloc[0]}",
                before[["week", "share"]].iloc[-1].to_list(),
                (-4, 7), textcoords="offset points", ha="right", fontsize=9.5, color="#555555",
            )  # fmt: skip
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(0, WITHIN_WEEKS[-1])
    axes.set_xticks([0, 4, 8, 12, 18, 26, 39, 52])
    axes.set_xlabel("weeks since referral")


def wait_curve_caption(study: Study) -> str:
    """How to read the curves."""
    frame = wait_curve(study.tables)
    parts = [
        "Of all who join in the year and need treatment, the share whose first treatment contact comes by each week "
        "since referral, those still waiting and those who give up included; points joined by straight lines. Band: "
        f"95% interval of the mean of {study.manifest['replications']} replications. Year {frame['year'].max()}"
    ]
    parts.append(
        "; dotted: the first year." if len(study.others) <= MANY and frame["year"].min() < frame["year"].max() else "."
    )
    if frame["share"].isna().any():
        parts.append(" A share is left out where in some run nobody was followed for so long.")
    if frame["few"].any():
        parts.append(f" Hollow points: fewer than {FEW} people joined.")
    return "".join(parts)


def wait_curve_alt(study: Study) -> str:
    """Shares at 4, 18 and 52 weeks in the last year."""
    frame = wait_curve(study.tables)
    last = frame[frame["year"] == frame["year"].max()].set_index(["scenario", "week"])["share"]
    shown = study.names if len(study.names) <= MANY + 1 else study.names[:1]
    texts = []
    for name in shown:
        shares = [f"{told(float(last[name, week]), 'share')} by week {week}" for week in (4, 18, 52)]
        texts.append(f"{name}: {joined(shares)}")
    return f"Share treated in year {frame['year'].max()}. {'; '.join(texts)}."


# --- groups --------------------------------------------------------------------------------------------------------


_RATIOS = {"equity.median_wait": "Waits, worst/best", "equity.dropped_out": "Drop-out, worst/best"}


def draw_groups(study: Study) -> Figure:
    """Waits of each group in each scenario, and the worst over the best."""
    frame, ratios = waits_by_group(study.summary, study.tables), worst_over_best(study.summary)
    ratios = ratios.dropna(subset=["mean"])
    measures = list(ratios["measure"].unique())
    figure = sheet(1.4 + 0.42 * len(study.names))
    ratio = [1.5, *[1.0] * len(measures)]
    grid = figure.subplots(1, len(ratio), sharey=True, squeeze=False, width_ratios=ratio)[0]
    groups_panel(grid[0], frame, study.names)
    key(figure, grid[0].get_legend_handles_labels()[0], 4)
    for axes, measure in zip(grid[1:], measures, strict=True):
        ratio_panel(axes, ratios[ratios["measure"] == measure], study.names)
        axes.set_title(_RATIOS[measure], fontsize=10)
    return figure


def groups_panel(axes: Axes, frame: pd.DataFrame, scenarios: Sequence[str]) -> None:
    """A marker with an interval for each group, in a row for each scenario (frame: `analysis.groups`)."""
    groups = list(frame["group"].unique())
    scale = 100.0 if frame["unit"].iloc[0] == "share" else 1.0
    for place, group in enumerate(groups):
        rows = frame[frame["group"] == group].set_index("scenario").loc[list(scenarios)]
        y = [row + 0.5 * ((place + 0.5) / len(groups) - 0.5) for row in range(len(scenarios))]
        colour = COLOURS[place % len(COLOURS)]
        axes.hlines(y, scale * rows["low"], scale * rows["high"], color=colour, lw=2)
        for at, mean, few in zip(y, scale * rows["mean"], rows["few"], strict=True):
            axes.plot(mean, at, MARKERS[place % len(MARKERS)], ms=6.5, color=colour, mfc="white" if few else colour)
        axes.plot([], [], MARKERS[place % len(MARKERS)], color=colour, label=group.replace("_", " "))
    axes.set_title("Treated by 18 weeks, percent" if scale > 1 else "Median wait, weeks", fontsize=10)
    rows_of_scenarios(axes, scenarios)


def ratio_panel(axes: Axes, frame: pd.DataFrame, scenarios: Sequence[str]) -> None:
    """A dot and an interval for each scenario; 1 is no difference between groups."""
    rows = frame.set_index("scenario").reindex(list(scenarios))
    axes.axvline(1, color=QUIET, lw=1)
    axes.hlines(range(len(scenarios)), rows["low"], rows["high"], color=BASE_COLOUR, lw=2)
    for at, (mean, low) in enumerate(zip(rows["mean"], rows["low"], strict=True)):
        axes.plot(mean, at, "o", ms=6.5, color=BASE_COLOUR, mfc=BASE_COLOUR if low > 1 else "white")
    rows_of_scenarios(axes, scenarios)


def rows_of_scenarios(axes: Axes, scenarios: Sequence[str]) -> None:
    """A row for each scenario, the first one above."""
    axes.set_yticks(range(len(scenarios)), [short(name, 26, 50) for name in scenarios], fontsize=9.5)
    axes.set_ylim(len(scenarios) - 0.5, -0.5)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def groups_caption(study: Study) -> str:
    """What is shown of groups, and what hollow means."""
    frame = waits_by_group(study.summary, study.tables)
    what = (
        "half of all who join are treated by then"
        if frame["measure"].iloc[0] == MEDIAN
        else "share of all who join whose treatment begins within 18 weeks; a median wait is not reached in every run"
    )
    few = f" Hollow among groups: fewer than {FEW} people joined." if frame["few"].any() else ""
    return (
        f"Last year, referral to first treatment contact: {what}. Lines: 95% intervals. Worst over best: the ratio "
        f"between groups in each run, always 1 or more, so that chance alone puts it above 1; told where {FEW} people "
        f"or more stand behind each group.{few}"
    )


def groups_alt(study: Study) -> str:
    """The groups of the baseline, the worst-off last."""
    frame = waits_by_group(study.summary, study.tables)
    rows = frame[frame["scenario"] == baseline_of(study)].sort_values("mean")
    what = "median waits in weeks" if rows["measure"].iloc[0] == MEDIAN else "shares treated within 18 weeks"
    groups = list(rows[["group", "mean", "unit"]].itertuples(index=False, name=None))
    texts = [f"{group.replace('_', ' ')} {told(mean, unit)}" for group, mean, unit in groups]
    return f"{baseline_of(study)}, {what} in the last year: {joined(texts)}."
