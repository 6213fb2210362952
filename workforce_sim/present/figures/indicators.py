"""The dashboard as a figure: indicators in rows, years in columns, a shape and a colour for each status.

In: a study. Out: one figure, of the baseline or of the only scenario.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workforce_sim.analysis.dashboard import NO_TRAJECTORY, NOT_TOLD, OFF_TRACK, ON_TRACK, UNSURE
from workforce_sim.present.dashboard import COLOURS, caption, indicators, level_of, named, value_of
from workforce_sim.present.figures.look import QUIET, baseline_of, plain_text, sheet, title_of
from workforce_sim.present.words import joined, years_shown
from workforce_sim.run import Study

_SHAPES = {ON_TRACK: "o", UNSURE: "^", OFF_TRACK: "s"}


def draw_dashboard(study: Study) -> Figure:
    """The dashboard of the baseline, or of the first scenario."""
    frame = indicators(study, baseline_of(study))
    figure = sheet(0.8 + 0.38 * frame["measure"].nunique())
    axes = figure.add_subplot()
    dashboard_panel(axes, frame)
    title_of(axes, baseline_of(study), 90)
    return figure


def dashboard_panel(axes: Axes, frame: object) -> None:
    """A frame of `analysis.dashboard`."""
    rows = list(frame.groupby("measure", sort=False))  # type: ignore[attr-defined]  # a frame
    years = years_shown(frame["year"])  # type: ignore[index]
    for place, (_, own) in enumerate(rows):
        axes.text(0, place, plain_text(named(own.iloc[0])), va="center", fontsize=10)
        for column, year in enumerate(years):
            it = own[own["year"] == year].iloc[0]
            x, status = 2.9 + column, it["status"]
            if status in _SHAPES:
                axes.plot(x, place, _SHAPES[status], ms=8, color=COLOURS[status])
            level = level_of(it)
            axes.text(x + 0.15, place - 0.17 * bool(level), plain_text(value_of(it)), va="center", fontsize=10.5)
            axes.text(x + 0.15, place + 0.23, plain_text(level), va="center", fontsize=8.5, color="#555555")
        axes.axhline(place + 0.5, color="#E4E4E4", lw=0.8)
    for column, year in enumerate(years):
        axes.text(2.9 + column, -0.9, f"year {year}", va="center", fontsize=10, color=QUIET, weight="bold")
    axes.set_xlim(0, 2.9 + len(years))
    axes.set_ylim(len(rows) - 0.4, -1.4)
    axes.set_axis_off()


def dashboard_caption(study: Study) -> str:
    """How to read it."""
    return caption(study, baseline_of(study))


def dashboard_alt(study: Study) -> str:
    """How many indicators have which status in the last year, and which are off track."""
    frame = indicators(study, baseline_of(study))
    last = frame[frame["year"] == frame["year"].max()]
    statuses = (ON_TRACK, UNSURE, OFF_TRACK, NO_TRAJECTORY, NOT_TOLD)
    counts = [f"{(last['status'] == status).sum()} {status}" for status in statuses]
    off = [str(name).lower() for name in last.loc[last["status"] == OFF_TRACK, "indicator"]]
    which = f" Off track: {joined(off)}." if off else ""
    return f"{baseline_of(study)}, year {last['year'].iloc[0]}, of {len(last)} indicators: {joined(counts)}.{which}"
