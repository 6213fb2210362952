"""Figures for board papers: courses over time, baseline against what-ifs, and differences at the end.

In: a `Study` or `Comparison`. Out: matplotlib figures, or all of them as PNG and SVG bytes (`draw_all`). Nothing is
computed here. Colours are those of Okabe and Ito (2008), which people who see colours differently can tell apart;
line styles differ as well. With more than four what-ifs, each has a small panel of its own.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from workforce_sim.analysis.measures import declaration
from workforce_sim.analysis.series import COURSES, course
from workforce_sim.run import Comparison, Study

BASE_COLOUR = "#3A3A3A"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito, Color Universal Design (2008)."""
STYLES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (3, 1, 1, 1)), (0, (1.5, 1)), (0, (8, 2)), (0, (6, 1, 1, 1, 1, 1)))

MANY = 4
"""More what-ifs than this do not fit one panel."""

PANELS = ("waiting_list", "wait_median", "within_standard", "caseload_per_wte", "in_post")

_MEDIAN, _SHARE = "wait.treatment.median", "wait.treatment.within_18_weeks"
_FOREST = ("waiting_list", "wait.treatment.median", "wait.treatment.within_standard", "caseload_per_wte", "in_post_wte")
_FOREST_TITLES = {
    "waiting_list": "Waiting list, people",
    "wait.treatment.median": "Wait to treatment, weeks",
    "wait.treatment.within_18_weeks": "In 18 weeks, points",
    "wait.treatment.within_standard": "In standard, points",
    "caseload_per_wte": "Caseload per WTE, people",
    "in_post_wte": "Staff in post, WTE",
}

LOOK: Any = {
    "font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.titlesize": 11, "axes.edgecolor": "#888888", "axes.grid": True,
    "axes.grid.axis": "y", "grid.color": "#E4E4E4", "grid.linewidth": 0.8, "xtick.color": "#444444",
    "ytick.color": "#444444", "svg.hashsalt": "workforce-sim", "figure.facecolor": "white",
}  # fmt: skip


def plain_text(text: str) -> str:
    """Text that matplotlib takes as it is: no formulas between dollar signs."""
    return text.replace("$", r"\$")


def _short(text: str, width: int, most: int) -> str:
    """Text in lines of a width, cut off after so many characters."""
    return textwrap.fill(textwrap.shorten(text, most, placeholder=" …"), width)


def draw_all(study: Study) -> dict[str, bytes]:
    """Every figure as PNG and SVG: file name → content."""
    with mpl.rc_context(LOOK):
        figures = {name: draw_course(study, name) for name in PANELS}
        if isinstance(study, Comparison) and study.others:
            figures["differences"] = draw_differences(study)
        figures["overview"] = draw_overview(study)
        return {f"{name}.{kind}": _bytes(figure, kind) for name, figure in figures.items() for kind in ("png", "svg")}


def _bytes(figure: Figure, kind: str) -> bytes:
    """The same bytes for the same figure: no date, no random names."""
    buffer = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    figure.savefig(buffer, format=kind, dpi=150, metadata=metadata)
    return buffer.getvalue()


# --- one course over time ------------------------------------------------------------------------------------------


def draw_course(study: Study, name: str) -> Figure:
    """One course in one figure: all scenarios in one panel, or a panel for each if there are many."""
    if len(study.others) > MANY:
        return _small_multiples(study, name)
    figure = Figure(figsize=(9.5, 5.4))
    axes = figure.add_axes((0.08, 0.2, 0.66, 0.66))
    course_panel(axes, study, name, study.names)
    _label_ends(axes, study, name)
    _heading(figure, study, name)
    return figure


def course_panel(axes: Axes, study: Study, name: str, scenarios: Sequence[str], band: bool = True) -> None:
    """The lines of some scenarios, each with the band in which the middle 80 % of replications lie."""
    frame = course(study.tables, name)
    funded = course(study.tables, "funded") if name == "in_post" else None
    for scenario in reversed(scenarios):
        look = _look(study, scenario)
        rows = frame[frame["scenario"] == scenario]
        if band:
            high = rows["band_high"].clip(upper=_ceiling(frame))
            axes.fill_between(rows["at"], rows["band_low"], high, color=look["color"], alpha=0.11, lw=0)
        axes.plot(rows["at"], rows["line"], **look)
        if funded is not None:
            posts = funded[funded["scenario"] == scenario]
            axes.step(posts["at"], posts["line"], where="pre", color=look["color"], lw=1.2, ls=":")
    _axis(axes, name)


def _ceiling(frame: pd.DataFrame) -> float:
    """Bands end here, so that a wait that is never reached does not flatten the lines."""
    return 1.6 * float(frame["line"].max())


def _axis(axes: Axes, name: str) -> None:
    unit = COURSES[name].unit
    axes.xaxis.set_major_locator(YearLocator())  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))  # type: ignore[no-untyped-call]
    axes.margins(x=0.01)
    axes.yaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    if unit == "share":
        axes.set_ylim(0, next(top for top in (0.1, 0.2, 0.5, 1.0, math.inf) if top >= min(1.0, axes.get_ylim()[1])))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    else:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.{0 if value == int(value) else 1}f}"))
    if name in ("waiting_list", "wait_median"):
        axes.set_ylim(bottom=0)


def _small_multiples(study: Study, name: str) -> Figure:
    others = study.others
    columns = 3
    rows = math.ceil(len(others) / columns)
    figure = Figure(figsize=(11, 2.05 + 2.6 * rows))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    height = 2.05 + 2.6 * rows
    figure.subplots_adjust(left=0.07, right=0.985, top=1 - 1.2 / height, bottom=1.0 / height, hspace=0.42, wspace=0.08)
    base = [study.baseline] if isinstance(study, Comparison) else []
    for place, axes in enumerate(grid.flat):
        if place >= len(others):
            axes.set_visible(False)
            grid.flat[place - columns].tick_params(labelbottom=True)
            continue
        course_panel(axes, study, name, [others[place], *base])
        axes.set_title(plain_text(_short(others[place], 36, 72)), fontsize=10)
    _heading(figure, study, name)
    return figure


def _heading(figure: Figure, study: Study, name: str) -> None:
    """Title with unit above; definitions and what lines and bands are below."""
    thing = COURSES[name]
    unit = "percent" if thing.unit == "share" else thing.unit
    inch = 1 / figure.get_figheight()
    figure.text(0.02, 1 - 0.18 * inch, f"{thing.title}, {unit}", fontsize=14, weight="bold", va="top")
    if isinstance(study, Comparison) and len(study.others) > MANY:
        line = f"Dark line: {study.baseline}. Coloured line: the what-if named above each panel."
        figure.text(0.02, 1 - 0.5 * inch, plain_text(line), fontsize=10, color="#444444", va="top")
    _caption(figure, f"{thing.meaning} {_reading(study, name)}")


def _caption(figure: Figure, text: str) -> None:
    wide = round(figure.get_figwidth() * 14.2)
    figure.text(
        0.02,
        0.1 / figure.get_figheight(),
        plain_text(textwrap.fill(text, wide)),
        fontsize=8.5,
        color="#444444",
        va="bottom",
    )


def _reading(study: Study, name: str) -> str:
    """What line and band are, and how sure the mean is at the end."""
    n, thing = study.manifest["replications"], COURSES[name]
    if n == 1:
        return "One replication: how sure this is cannot be told."
    reading = f"Line: {'the middle one' if thing.middle else 'mean'} of {n} replications. Band: the middle 80% of them."
    frame = course(study.tables, name)
    half = float(((frame["high"] - frame["low"]) / 2).groupby(frame["scenario"]).last().max())
    if thing.middle or math.isnan(half):
        return reading
    size = f"{100 * half:.1f} points" if thing.unit == "share" else f"{half:,.1f} {thing.unit}"
    return f"{reading} 95% interval of the mean at the end: at most ±{size}."


def _label_ends(axes: Axes, study: Study, name: str) -> None:
    """Names at the ends of the lines, moved apart where they would touch."""
    frame = course(study.tables, name).dropna(subset=["line"])
    last = frame.groupby("scenario").last()
    ends: list[tuple[float, Any, str]] = sorted(
        zip(last["line"].tolist(), last["at"].tolist(), map(str, last.index), strict=True)
    )
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    texts = [textwrap.wrap(scenario, 26)[:3] for _, _, scenario in ends]
    heights = [(0.05 * len(lines) + 0.015) * (high - low) for lines in texts]
    days: list[float] = [date2num(at) for _, at, _ in ends]  # type: ignore[no-untyped-call]
    edge = max(days, default=left) + (right - left) * 0.03
    apart = _apart([value for value, _, _ in ends], heights, high)
    for (value, _, scenario), day, lines, place in zip(ends, days, texts, apart, strict=True):
        colour = _look(study, scenario)["color"]
        axes.text(edge, place, plain_text("\n".join(lines)), va="center", fontsize=9.5, color=colour, clip_on=False)
        axes.plot([day, edge], [value, place], color=colour, lw=0.7, clip_on=False)
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)


def _apart(ends: Sequence[float], heights: Sequence[float], high: float) -> list[float]:
    """Heights of labels, rising: as near to the lines' ends as they can be without touching, and not above the top."""
    places: list[float] = []
    for i, value in enumerate(ends):
        floor = places[-1] + (heights[i] + heights[i - 1]) / 2 if places else -math.inf
        places.append(max(value, floor))
    roof = high + (heights[-1] / 2 if heights else 0.0)
    for i in reversed(range(len(places))):
        places[i] = min(places[i], roof - heights[i] / 2)
        roof = places[i] - heights[i] / 2
    return places


# --- differences at the end ----------------------------------------------------------------------------------------


def draw_differences(study: Comparison) -> Figure:
    """Every what-if's difference from the baseline at the end of the last year, with its interval."""
    height = 2.0 + 0.42 * len(study.others)
    figure = Figure(figsize=(14, height))
    grid = figure.subplots(1, len(_FOREST), sharey=True)
    figure.subplots_adjust(left=0.2, right=0.985, top=1 - 0.95 / height, bottom=0.95 / height, wspace=0.14)
    for axes, measure in zip(grid, _measures(study), strict=True):
        forest_panel(axes, study, measure)
    last = study.comparison["year"].max()
    figure.text(
        0.02,
        1 - 0.15 / height,
        plain_text(f"Difference from {study.baseline}, end of year {last}"),
        fontsize=14,
        weight="bold",
        va="top",
    )
    _caption(figure, _FOREST_READING)
    return figure


_FOREST_READING = (
    "Line: 95% interval of the difference, paired by replication. Filled: the runs can tell it from no difference; "
    "hollow: they cannot. Wait and share: of all who join in the year, referral to first treatment contact, those "
    "still waiting included. In this model, with these assumptions."
)


def _measures(study: Comparison) -> list[str]:
    """What the differences are shown of; the share treated by 18 weeks where a median is never reached."""
    frame = study.comparison
    last = frame[(frame["measure"] == _MEDIAN) & (frame["year"] == frame["year"].max())]
    return [_SHARE if m == _MEDIAN and last["difference"].isna().any() else m for m in _FOREST]


def forest_panel(axes: Axes, study: Comparison, measure: str) -> None:
    """One measure: a dot and an interval for each what-if, in the order given."""
    frame = study.comparison
    rows = frame[(frame["measure"] == measure) & (frame["year"] == frame["year"].max())].set_index("scenario")
    scale = 100.0 if declaration(measure).unit == "share" else 1.0
    others = study.others
    axes.axvline(0, color="#888888", lw=1)
    for place, name in enumerate(others):
        row, colour = rows.loc[name], _look(study, name)["color"]
        axes.plot(
            [scale * row["low"], scale * row["high"]], [place, place], color=colour, lw=2.4, solid_capstyle="butt"
        )
        axes.plot(
            scale * row["difference"],
            place,
            "o",
            ms=6,
            color=colour,
            mfc=colour if row["told_apart"] else "white",
            mew=1.6,
        )
        if math.isnan(row["difference"]):
            axes.text(0, place, " not defined", va="center", fontsize=8, color="#666666")
    axes.set_yticks(range(len(others)), [plain_text(_short(name, 30, 58)) for name in others])
    axes.set_ylim(len(others) - 0.5, -0.5)
    axes.margins(x=0.12)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+,.6g}" if value else "0"))
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_title(_FOREST_TITLES[measure], fontsize=10)


# --- all in one ----------------------------------------------------------------------------------------------------


def draw_overview(study: Study) -> Figure:
    """All courses on one page; with many what-ifs, the baseline's courses above and the differences below."""
    if isinstance(study, Comparison) and len(study.others) > MANY:
        return _overview_of_many(study)
    figure = Figure(figsize=(14, 8.6))
    grid = figure.subplots(2, 3)
    figure.subplots_adjust(left=0.05, right=0.985, top=0.9, bottom=0.1, hspace=0.3, wspace=0.18)
    for axes, name in zip(grid.flat, PANELS, strict=False):
        course_panel(axes, study, name, study.names)
        _panel_title(axes, name)
    _key(grid.flat[-1], study)
    figure.text(0.02, 0.98, plain_text(_title(study)), fontsize=15, weight="bold", va="top")
    _caption(figure, _overview_reading(study))
    return figure


def _overview_of_many(study: Comparison) -> Figure:
    height = 6.2 + 0.36 * len(study.others)
    figure = Figure(figsize=(15, height))
    halves: Any = figure.subfigures(2, 1, height_ratios=(3.7, height - 3.7))
    top, bottom = halves
    grid = top.subplots(1, len(PANELS))
    top.subplots_adjust(left=0.04, right=0.985, top=0.72, bottom=0.1, wspace=0.24)
    for axes, name in zip(grid, PANELS, strict=True):
        course_panel(axes, study, name, [study.baseline])
        axes.xaxis.set_major_formatter(DateFormatter("'%y"))  # type: ignore[no-untyped-call]
        _panel_title(axes, name, fontsize=9.5)
    forest = bottom.subplots(1, len(_FOREST), sharey=True)
    low = height - 3.7
    bottom.subplots_adjust(left=0.18, right=0.985, top=1 - 0.8 / low, bottom=0.85 / low, wspace=0.12)
    for axes, measure in zip(forest, _measures(study), strict=True):
        forest_panel(axes, study, measure)
    figure.text(0.012, 1 - 0.12 / height, plain_text(_title(study)), fontsize=15, weight="bold", va="top")
    figure.text(0.012, 1 - 0.48 / height, "Baseline over time", fontsize=12, color="#444444", va="top")
    last = study.comparison["year"].max()
    bottom.text(
        0.012, 1 - 0.1 / low, f"Differences from it, end of year {last}", fontsize=12, color="#444444", va="top"
    )
    _caption(
        figure,
        f"Above: mean (wait: middle one) of {study.manifest['replications']} replications, band: the middle 80% of "
        f"them; wait and share by quarter. Below: {_FOREST_READING}",
    )
    return figure


def _panel_title(axes: Axes, name: str, **look: Any) -> None:
    unit = "percent" if COURSES[name].unit == "share" else COURSES[name].unit
    axes.set_title(f"{COURSES[name].title}, {unit}", **look)


def _key(axes: Axes, study: Study) -> None:
    """Which line is which, in the empty panel."""
    axes.set_axis_off()
    for scenario in study.names:
        axes.plot([], [], label=plain_text(textwrap.fill(scenario, 34)), **_look(study, scenario))
    axes.plot([], [], color="#666666", lw=1.2, ls=":", label="funded posts")
    axes.legend(loc="center left", frameon=False, fontsize=10.5, handlelength=3.2, labelspacing=0.9)


def _overview_reading(study: Study) -> str:
    n = study.manifest["replications"]
    return (
        f"Lines: means of {n} replication{'s' * (n != 1)} (wait: the middle one); bands: the middle 80% of them. "
        "Wait: half of all who join are seen by then (referral to first treatment contact, those still waiting "
        "included), by quarter. Treated in standard: of all who join. Caseload: people on caseloads over WTE in post, "
        "roles that hold one. In this model, with these assumptions."
    )


def _title(study: Study) -> str:
    return f"{study.baseline} and what-ifs" if isinstance(study, Comparison) else ", ".join(study.names)


def _look(study: Study, scenario: str) -> dict[str, Any]:
    """Colour and line style of a scenario, the same in every figure."""
    if isinstance(study, Comparison) and scenario == study.baseline:
        return {"color": BASE_COLOUR, "lw": 2.4, "ls": "-"}
    place = study.others.index(scenario)
    return {"color": COLOURS[place % len(COLOURS)], "lw": 2.0, "ls": STYLES[place % len(STYLES)]}
