"""The charts of the page: courses over time, as plain mappings that plotly.js draws.

In: the frames of `analysis.series.course`, names of a baseline and what-ifs. Out: figures. Nothing is computed here.
Colours are those of Okabe and Ito (2008), which people who see colours differently can tell apart; lines differ in
their dashes as well.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from workforce_sim.analysis.series import COURSES

BASE_COLOUR = "#3A3A3A"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#A06A00", "#1F7FB0")
"""After Okabe and Ito, Color Universal Design (2008); the last two darker, so that thin lines are seen on a wall."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SHOWN = ("waiting_list", "wait_median", "within_standard", "caseload_per_wte", "in_post")
"""Courses shown, in this order."""
HEIGHT = 300
_MOST = 1.6
"""Bands end at so many times the highest line, so that a wait that is never reached does not flatten the lines."""


def chart(courses: Mapping[str, pd.DataFrame], name: str, names: Sequence[str], until: str | None, size: int) -> Any:
    """The figure of one course: the baseline first, then what-ifs. `until`: later dates are not shown."""
    frame = _until(courses[name], until)
    percent = COURSES[name].unit == "share"
    scale, digits = (100.0, 1) if percent else (1.0, 1)
    top = float(frame["line"].max()) * _MOST if frame["line"].notna().any() else math.inf
    traces: list[dict[str, Any]] = []
    for place, scenario in enumerate(names):
        rows = frame[frame["scenario"] == scenario]
        look = _look(place)
        if len(names) <= 2:
            traces += _band(rows, look["color"], scale, top, digits)
        traces.append(_line(rows, _told(scenario), look, scale, digits))
        if name == "in_post":
            funded = _until(courses["funded"], until)
            posts = _line(funded[funded["scenario"] == scenario], f"{_told(scenario)}: funded posts",
                          {**look, "dash": "dot", "width": 1.5}, scale, digits)  # fmt: skip
            traces.append({**posts, "line": {**posts["line"], "shape": "vh"}, "showlegend": False})
    return {"data": traces, "layout": _layout(percent, name in {"waiting_list", "wait_median"} or percent, size)}


def title(name: str) -> str:
    """What a chart is called, with its unit."""
    unit = "percent" if COURSES[name].unit == "share" else COURSES[name].unit
    return f"{COURSES[name].title}, {unit}"


def spoken(courses: Mapping[str, pd.DataFrame], name: str, names: Sequence[str], until: str | None) -> str:
    """A chart in one sentence, for those who cannot see it: where each line ends."""
    frame = _until(courses[name], until)
    ends = []
    for scenario in names:
        rows = frame[(frame["scenario"] == scenario) & frame["line"].notna()]
        if len(rows):
            value = float(rows["line"].iloc[-1])
            number = f"{100 * value:.0f} percent" if COURSES[name].unit == "share" else f"{value:,.1f}"
            ends.append(f"{scenario}: {number} in {rows['at'].iloc[-1]:%B %Y}")
    return f"{title(name)}, over time. {'; '.join(ends)}."


def _until(frame: pd.DataFrame, until: str | None) -> pd.DataFrame:
    return frame if until is None else frame[frame["at"] <= pd.Timestamp(until) + pd.Timedelta(days=1)]


def _told(scenario: str) -> str:
    """A name that cannot be taken for markup, cut where a legend would be too wide."""
    return html.escape(scenario if len(scenario) <= 36 else f"{scenario[:35]}…")


def _look(place: int) -> dict[str, Any]:
    if place == 0:
        return {"color": BASE_COLOUR, "dash": "solid", "width": 2.5}
    return {"color": COLOURS[(place - 1) % len(COLOURS)], "dash": DASHES[place % len(DASHES)], "width": 2.5}


def _rounded(values: pd.Series, scale: float, digits: int) -> list[float | None]:
    return [None if math.isnan(value) else round(scale * value, digits) for value in values.tolist()]


def _line(rows: pd.DataFrame, name: str, look: dict[str, Any], scale: float, digits: int) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": [f"{at:%Y-%m-%d}" for at in rows["at"]],
        "y": _rounded(rows["line"], scale, digits), "line": look,
        "hovertemplate": "%{y:,} in %{x|%b %Y}<extra>" + name + "</extra>",
    }  # fmt: skip


def _band(rows: pd.DataFrame, colour: str, scale: float, top: float, digits: int) -> list[dict[str, Any]]:
    """Where the middle 80 % of replications lie."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    x = [f"{at:%Y-%m-%d}" for at in rows["at"]]
    edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    high = rows["band_high"].clip(upper=top)
    return [
        {**edge, "y": _rounded(rows["band_low"], scale, digits)},
        {**edge, "y": _rounded(high, scale, digits), "fill": "tonexty",
         "fillcolor": f"rgba({red},{green},{blue},0.13)"},
    ]  # fmt: skip


def _layout(percent: bool, from_nothing: bool, size: int) -> dict[str, Any]:
    axis = {"gridcolor": "#E4E4E4", "linecolor": "#767676", "tickfont": {"size": size}, "fixedrange": True}
    return {
        "height": HEIGHT + 6 * (size - 13), "margin": {"l": 8, "r": 12, "t": 34, "b": 8},
        "paper_bgcolor": "white", "plot_bgcolor": "white",
        "font": {"size": size, "color": "#262626", "family": "Source Sans, sans-serif"},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": size}},
        "xaxis": {**axis, "type": "date", "dtick": "M12", "tickformat": "%Y", "showgrid": False, "automargin": True},
        "yaxis": {**axis, "rangemode": "tozero" if from_nothing else "normal", "automargin": True,
                  "ticksuffix": "%" if percent else "", "nticks": 6},
        "hovermode": "closest", "dragmode": False,
    }  # fmt: skip
