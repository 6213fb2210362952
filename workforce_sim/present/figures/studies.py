"""Figures of studies: a tornado, bars with intervals, a cloud of costs and measures.

In: a `Found`. Out: file name → PNG bytes. Nothing is computed here.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from workforce_sim.present.plots import BASE_COLOUR, COLOURS, LOOK, plain_text
from workforce_sim.studies.found import Found

MOST_BARS = 20
"""More numbers than this do not fit one page; those with the greatest swing are shown."""
_BARS = {
    "morris": ("mu_star", "low", "high", "mean absolute change (mu*)"),
    "sobol": ("total", "total_low", "total_high", "share of variance, with interactions (total)"),
    "contributions": ("shapley", "low", "high", "what it adds"),
}


def draw_study(found: Found) -> dict[str, bytes]:
    """The figure of a study, if it has one: file name → content."""
    with mpl.rc_context({**LOOK, "axes.grid.axis": "x"}):
        if found.kind == "tornado":
            return {"tornado.png": _png(_tornado(found))}
        if found.kind in _BARS:
            return {f"{found.kind}.png": _png(_bars(found))}
        if found.kind == "seek":
            return {"frontier.png": _png(_frontier(found))}
    return {}


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=150, metadata={"Software": None}, bbox_inches="tight")
    return buffer.getvalue()


def _axes(found: Found, names: Sequence[str]) -> Axes:
    figure = Figure(figsize=(9.5, 1.6 + 0.36 * len(names)))
    axes = figure.add_subplot()
    axes.set_yticks(range(len(names)), [plain_text(name) for name in names])
    axes.invert_yaxis()
    axes.set_title(plain_text(found.subject), fontsize=9)
    axes.axvline(0, color=BASE_COLOUR, lw=0.8)
    return axes


def _figure_of(axes: Axes) -> Figure:
    figure = axes.get_figure()
    assert isinstance(figure, Figure)  # noqa: S101  it was made just now
    return figure


def _tornado(found: Found) -> Figure:
    frame = found.sheets["tornado"]
    names = list(frame["parameter"].unique()[:MOST_BARS])
    axes = _axes(found, names)
    scale = 100.0 if found.what.unit in ("share", "0 to 1") else 1.0
    for colour, end in ((COLOURS[0], "low"), (COLOURS[1], "high")):
        rows = frame[frame["end"] == end].set_index("parameter").loc[names]
        place = np.arange(len(names)) + (-0.18 if end == "low" else 0.18)
        change = scale * rows["change"].to_numpy()
        around = np.abs(scale * rows[["low", "high"]].to_numpy().T - change)
        axes.barh(place, change, 0.34, color=colour, label=f"at the {end} end of its range")
        axes.errorbar(change, place, xerr=around, fmt="none", ecolor=BASE_COLOUR, elinewidth=1, capsize=2)
        for y, text in zip(place, rows["set_to"], strict=True):
            axes.annotate(plain_text(text), (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=7)
    axes.set_xlabel(_unit(found, "change"))
    axes.legend(loc="lower right", fontsize=8, frameon=False)
    return _figure_of(axes)


def _bars(found: Found) -> Figure:
    name, low, high, words = _BARS[found.kind]
    frame: pd.DataFrame = found.answer.head(MOST_BARS)
    axes = _axes(found, list(frame.iloc[:, 0]))
    scale = 100.0 if found.kind != "sobol" and found.what.unit in ("share", "0 to 1") else 1.0
    value = scale * frame[name].to_numpy()
    around = np.abs(scale * frame[[low, high]].to_numpy().T - value)
    axes.barh(range(len(frame)), value, 0.6, color=COLOURS[0])
    axes.errorbar(value, range(len(frame)), xerr=around, fmt="none", ecolor=BASE_COLOUR, elinewidth=1, capsize=2)
    axes.set_xlabel(words if found.kind == "sobol" else _unit(found, words))
    return _figure_of(axes)


def _frontier(found: Found) -> Figure:
    figure = Figure(figsize=(8, 5))
    axes = figure.add_subplot()
    scale = 100.0 if found.what.unit in ("share", "0 to 1") else 1.0
    plans, frontier, chosen = (
        found.sheets[name].assign(measure=lambda frame: scale * frame["measure"])
        for name in ("plans", "frontier", "chosen")
    )
    good, bad = plans[plans["meets"]], plans[~plans["meets"]]
    axes.scatter(bad["cost"], bad["measure"], marker="x", color="#999999", label="misses the target too often")
    axes.scatter(good["cost"], good["measure"], color=COLOURS[2], label="meets the target often enough")
    axes.plot(frontier["cost"], frontier["measure"], color=COLOURS[0], lw=1.2, label="frontier")
    axes.scatter(chosen["cost"], chosen["measure"], s=120, facecolors="none", edgecolors=COLOURS[1], label="chosen")
    small = next(note for note in found.notes if note.startswith("Made small: "))
    axes.set_xlabel(small.removeprefix("Made small: ").rstrip("."))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_ylabel(f"{found.what.measure}, {'%' if scale > 1 else found.what.unit}")
    axes.set_title(plain_text(found.subject), fontsize=9)
    axes.legend(fontsize=8, frameon=False)
    return figure


def _unit(found: Found, what: str) -> str:
    return f"{what}, {'percentage points' if found.what.unit == 'share' else found.what.unit}"
