"""What scenarios cost beside the weeks of waiting that they save.

In: a comparison in which pay is known. Out: one figure.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workforce_sim.analysis.value import cost_and_weeks
from workforce_sim.present.figures.look import (
    BASE_COLOUR,
    MARKERS,
    QUIET,
    Looks,
    apart,
    looks,
    number_format,
    sheet,
    short,
)
from workforce_sim.present.words import joined, pounds
from workforce_sim.run import Comparison


def draw_frontier(study: Comparison) -> Figure:
    """Weeks of waiting saved against extra cost over the run: a dot with a cross of intervals for each scenario."""
    figure = sheet(4.6)
    axes = figure.add_subplot()
    frontier_panel(axes, cost_and_weeks(study.tables["measures"], study.baseline), looks(study))
    return figure


def frontier_panel(axes: Axes, frame: pd.DataFrame, styles: Looks) -> None:
    """A frame of `analysis.value.cost_and_weeks`; filled dots are on the frontier, joined by a line."""
    best = frame[frame["frontier"]].sort_values("extra_cost")
    axes.plot(best["extra_cost"] / 1000, best["weeks_saved"], color=QUIET, lw=1.2, drawstyle="steps-post", zorder=1)
    axes.axvline(0, color=BASE_COLOUR, lw=1, ls=(0, (5, 1.6)))
    axes.annotate(
        "equal cost", (0, 0.99), (4, -10), xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=9.5
    )
    axes.axhline(0, color=QUIET, lw=0.8)
    for row in frame.to_dict("records"):
        look = styles[row["scenario"]]
        at, up, colour = row["extra_cost"] / 1000, row["weeks_saved"], look["color"]
        axes.hlines(up, row["cost_low"] / 1000, row["cost_high"] / 1000, color=colour, lw=1.6)
        axes.vlines(at, row["weeks_low"], row["weeks_high"], color=colour, lw=1.6)
        face = colour if row["frontier"] else "white"
        axes.plot(at, up, look["marker"] or MARKERS[0], ms=7.5, color=colour, mfc=face, mew=1.6)
    axes.margins(0.08, 0.16)
    _name(axes, frame, styles)
    axes.xaxis.set_major_formatter(number_format(signed=True))
    axes.yaxis.set_major_formatter(number_format(signed=True))
    axes.set_xlabel("extra cost over the run, £1,000")
    axes.set_ylabel("person-weeks of waiting saved")
    axes.grid(visible=True, axis="x")


def _name(axes: Axes, frame: pd.DataFrame, styles: Looks) -> None:
    """Names beside the dots, on the side where there is room, none at the height of another."""
    in_order = frame.sort_values("weeks_saved")
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    figure = axes.get_figure(root=True)
    assert figure is not None  # noqa: S101  axes are on a figure
    line = 0.22 / (0.8 * figure.get_figheight()) * (high - low)
    heights = apart((in_order["weeks_saved"] + line).to_list(), [line] * len(frame), high)
    for row, place in zip(in_order.to_dict("records"), heights, strict=True):
        at, colour = row["extra_cost"] / 1000, styles[row["scenario"]]["color"]
        side = -1 if at > (left + right) / 2 else 1
        edge, words = at + side * 0.025 * (right - left), short(row["scenario"], 50, 46)
        axes.plot([at, edge], [row["weeks_saved"], place], color=colour, lw=0.7)
        axes.text(edge, place, words, color=colour, fontsize=9.5, va="center", ha="right" if side < 0 else "left")
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)


def frontier_caption(study: Comparison) -> str:
    """How to read the dots."""
    return (
        f"Over the whole run, beside {study.baseline}: cost of staff and programmes, and person-weeks spent on the "
        "waiting list; crosses: 95% intervals, paired by replication. Filled, and joined by steps: no other scenario "
        "shown saves as many weeks for as little. At the left of the dashed line a plan costs less than the baseline. "
        "People who give up also save weeks of waiting. Costs that the scenarios do not tell are not in it."
    )


def frontier_alt(study: Comparison) -> str:
    """Cost and weeks of each what-if on the frontier."""
    frame = cost_and_weeks(study.tables["measures"], study.baseline).set_index("scenario")
    texts = [
        f"{name} {'saves' if row['weeks_saved'] >= 0 else 'adds'} {abs(row['weeks_saved']):,.0f} person-weeks of "
        f"waiting for {pounds(row['extra_cost'], row['cost_low'], row['cost_high'])}"
        for name, row in frame.loc[study.others].iterrows()
        if row["frontier"]
    ]
    return (
        f"Not beaten by any other: {joined(texts)}."
        if texts
        else "No what-if saves waiting that another does not save for less."
    )
