"""Figures of studies: a tornado, bars with intervals, a cloud of costs and measures; in the look of all figures.

In: a `Found`. Out: figures without title and caption, and files. Nothing is computed here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workforce_sim.present.figures.look import (
    BASE_COLOUR,
    COLOURS,
    QUIET,
    dressed,
    files_of,
    framed,
    key,
    number_format,
    plain_text,
    sheet,
)
from workforce_sim.present.words import joined
from workforce_sim.studies.found import Found

MOST_BARS = 20
"""More numbers than this do not fit one page; those with the greatest swing are shown."""

_BARS = {
    "morris": ("mu_star", "low", "high", "mean absolute change (mu*)"),
    "sobol": ("total", "total_low", "total_high", "share of variance, with interactions (total)"),
    "contributions": ("shapley", "low", "high", "what it adds"),
}


def draw_study(found: Found) -> dict[str, bytes]:
    """The figure of a study, if it has one, as PNG and SVG, and its alt text: file name → content."""
    if found.kind not in FIGURES_OF_STUDIES:
        return {}
    name, title, draw = FIGURES_OF_STUDIES[found.kind]
    words = {"title": title, "alt": f"{title}. {study_alt(found)}", "caption": study_caption(found)}
    figure = dressed(lambda: framed(draw(found), words["title"], words["caption"]))
    files = {f"{name}.{kind}": content for kind, content in files_of(figure, words["alt"]).items()}
    return files | {"alt.json": (json.dumps({name: words}, indent=1, ensure_ascii=False) + "\n").encode()}


def draw_tornado(found: Found) -> Figure:
    """A bar for either end of each number's range, the greatest swing first."""
    frame = found.sheets["tornado"]
    names = list(frame["parameter"].unique()[:MOST_BARS])
    axes = _rows(names, 0.42)
    scale = _scale(found)
    handles = []
    for colour, end, hatch in ((COLOURS[0], "low", ""), (COLOURS[1], "high", "///")):
        rows = frame[frame["end"] == end].set_index("parameter").loc[names]
        place = np.arange(len(names)) + (-0.18 if end == "low" else 0.18)
        change = scale * rows["change"].to_numpy()
        around = np.abs(scale * rows[["low", "high"]].to_numpy().T - change)
        label = f"at the {end} end of its range"
        handles.append(
            axes.barh(place, change, 0.34, color=colour, hatch=hatch, edgecolor="white", lw=0.4, label=label)
        )
        axes.errorbar(change, place, xerr=around, fmt="none", ecolor=BASE_COLOUR, elinewidth=1, capsize=2)
        for y, text in zip(place, rows["set_to"], strict=True):
            axes.annotate(plain_text(text), (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=8)
    axes.set_xlabel(_unit(found, "change"))
    figure = _figure_of(axes)
    key(figure, handles)
    return figure


def draw_bars(found: Found) -> Figure:
    """A bar with an interval for each number or change."""
    name, low, high, words = _BARS[found.kind]
    frame: pd.DataFrame = found.answer.head(MOST_BARS)
    axes = _rows(list(frame.iloc[:, 0]), 0.34)
    scale = 1.0 if found.kind == "sobol" else _scale(found)
    value = scale * frame[name].to_numpy()
    around = np.abs(scale * frame[[low, high]].to_numpy().T - value)
    axes.barh(range(len(frame)), value, 0.6, color=COLOURS[0])
    axes.errorbar(value, range(len(frame)), xerr=around, fmt="none", ecolor=BASE_COLOUR, elinewidth=1, capsize=2)
    axes.set_xlabel(words if found.kind == "sobol" else _unit(found, words))
    return _figure_of(axes)


def draw_plans(found: Found) -> Figure:
    """Every plan that was tried: its cost and its measure, the frontier and the plan chosen."""
    figure = sheet(4.6)
    axes = figure.add_subplot()
    scale = _scale(found)
    plans, frontier, chosen = (
        found.sheets[name].assign(measure=lambda frame: scale * frame["measure"])
        for name in ("plans", "frontier", "chosen")
    )
    good, bad = plans[plans["meets"]], plans[~plans["meets"]]
    handles = [
        axes.scatter(bad["cost"], bad["measure"], marker="x", color=QUIET, label="misses the target too often"),
        axes.scatter(good["cost"], good["measure"], color=COLOURS[2], label="meets the target often enough"),
        axes.plot(frontier["cost"], frontier["measure"], color=COLOURS[0], lw=1.2, label="frontier")[0],
        axes.scatter(
            chosen["cost"], chosen["measure"], s=120, facecolors="none", edgecolors=COLOURS[1], lw=1.8, label="chosen"
        ),
    ]
    small = next(note for note in found.notes if note.startswith("Made small: "))
    axes.set_xlabel(small.removeprefix("Made small: ").rstrip("."))
    axes.xaxis.set_major_formatter(number_format())
    axes.set_ylabel(f"{found.what.measure}, {'%' if scale > 1 else found.what.unit}")
    key(figure, handles)
    return figure


FIGURES_OF_STUDIES: dict[str, tuple[str, str, Callable[[Found], Figure]]] = {
    "tornado": ("tornado", "Which numbers drive the answer", draw_tornado),
    "morris": ("morris", "Which numbers drive the answer, screening", draw_bars),
    "sobol": ("sobol", "Which numbers drive the answer, shares of variance", draw_bars),
    "contributions": ("contributions", "What each change adds", draw_bars),
    "seek": ("frontier", "Plans tried, and the cheapest that meets the target", draw_plans),
}
"""Kind of study → name of its figure, title, and what draws it."""


def study_caption(found: Found) -> str:
    """What it is about."""
    return f"{found.subject}. Lines: 95% intervals. In this model, with these assumptions."


def study_alt(found: Found) -> str:
    """The greatest ones, or how many plans meet the target."""
    if found.kind == "seek":
        plans = found.sheets["plans"]
        return f"{int(plans['meets'].sum())} of {len(plans)} plans tried meet the target often enough."
    first = list(dict.fromkeys(found.answer.iloc[:, 0]))[:3]
    return f"{found.subject}; the greatest: {joined(first)}." if first else f"{found.subject}; nothing to show."


def _rows(names: Sequence[str], each: float) -> Axes:
    """Axes with a row for each name, the first above."""
    axes = sheet(1.0 + each * len(names)).add_subplot()
    axes.set_yticks(range(len(names)), [plain_text(name) for name in names], fontsize=9)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.axvline(0, color=BASE_COLOUR, lw=0.8)
    return axes


def _figure_of(axes: Axes) -> Figure:
    figure = axes.get_figure()
    assert isinstance(figure, Figure)  # noqa: S101  it was made just now
    return figure


def _scale(found: Found) -> float:
    return 100.0 if found.what.unit in ("share", "0 to 1") else 1.0


def _unit(found: Found, what: str) -> str:
    return f"{what}, {'percentage points' if found.what.unit == 'share' else found.what.unit}"
