"""The look that all figures share: colours, line styles, axes, labels, title and caption, and files.

In: figures and words. Out: the same, dressed; bytes that are the same for the same study. Colours are those of Okabe
and Ito (2008), which people who see colours differently can tell apart; line styles and markers differ as well, so that
a figure can be read in black and white. The baseline is dark and dashed everywhere.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from workforce_sim.run import Comparison, Study

BASE_COLOUR, QUIET = "#3A3A3A", "#8A8A8A"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito, Color Universal Design (2008)."""
BASE_STYLE: Any = (0, (5, 1.6))
STYLES: tuple[Any, ...] = ("-", (0, (3, 1, 1, 1)), (0, (1.2, 1)), (0, (9, 2)))
MARKERS = ("o", "s", "^", "D")
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "ooo", "---")

MANY = 4
"""More what-ifs than this do not fit one panel: each gets its own."""

WIDE = 8.0
"""Inches: text is still read when a figure is as narrow as a telephone."""

LOOK: Any = {
    "font.size": 11, "axes.spines.top": False, "axes.spines.right": False, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.titlesize": 11, "axes.edgecolor": "#888888", "axes.grid": True,
    "axes.grid.axis": "y", "grid.color": "#E4E4E4", "grid.linewidth": 0.8, "axes.axisbelow": True,
    "xtick.color": "#444444", "ytick.color": "#444444", "hatch.linewidth": 0.7, "hatch.color": "white",
    "svg.hashsalt": "workforce-sim", "svg.fonttype": "none", "figure.facecolor": "white",
}  # fmt: skip

Looks = Mapping[str, Mapping[str, Any]]
"""Scenario → colour, width, line style and marker."""


def looks(study: Study, scenarios: Sequence[str] | None = None) -> Looks:
    """How each scenario is drawn: the same in every figure, but for what-ifs in panels of their own."""
    crowded, found = len(study.others) > MANY, {}
    for name in study.names if scenarios is None else scenarios:
        if name not in study.others:
            found[name] = {"color": BASE_COLOUR, "lw": 2.3, "ls": BASE_STYLE, "marker": None}
        else:
            place = 0 if crowded else study.others.index(name)
            found[name] = {"color": COLOURS[place], "lw": 2.1, "ls": STYLES[place], "marker": MARKERS[place]}
    return found


def line_of(look: Mapping[str, Any], points: int) -> dict[str, Any]:
    """A look for a line of so many points: markers now and then."""
    return {**look, "markevery": max(1, points // 6), "ms": 6, "mec": "white", "mew": 0.8}


def plain_text(text: str) -> str:
    """Text that matplotlib takes as it is: no formulas between dollar signs."""
    return text.replace("$", r"\$")


def short(text: str, width: int, most: int) -> str:
    """Text in lines of a width, cut off after so many characters."""
    return plain_text(textwrap.fill(textwrap.shorten(text, most, placeholder=" …"), width))


def sheet(height: float, wide: float = WIDE) -> Figure:
    """An empty figure."""
    figure = Figure(figsize=(wide, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08)  # type: ignore[union-attr, call-arg]  # it is the constrained one
    return figure


def panels(number: int, columns: int, height: float, **shared: Any) -> tuple[Figure, list[Axes]]:
    """A figure of so many panels, each of a height in inches; places left over stay empty."""
    columns = min(columns, number)
    rows = math.ceil(number / columns)
    figure = sheet(height * rows)
    grid = list(figure.subplots(rows, columns, squeeze=False, **shared).flat)
    for place in range(number, len(grid)):
        grid[place].set_visible(False)
        grid[place - columns].tick_params(labelbottom=True)
    return figure, grid[:number]


def title_of(axes: Axes, text: str, width: int = 24) -> None:
    """The title of a panel, in at most two lines of so many characters."""
    axes.set_title(short(text, width, 2 * width - 4), fontsize=10)


def year_axis(axes: Axes, narrow: bool = False) -> None:
    """Years below."""
    axes.xaxis.set_major_locator(YearLocator())  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("'%y" if narrow else "%Y"))  # type: ignore[no-untyped-call]
    axes.margins(x=0.01)


def value_axis(axes: Axes, unit: str, from_zero: bool = True) -> None:
    """Values at the left, in a unit; counts and shares begin at zero."""
    axes.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    if unit == "share":
        tops = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, math.inf)
        axes.set_ylim(0, next(top for top in tops if top >= min(1.0, axes.get_ylim()[1])))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        return
    axes.yaxis.set_major_formatter(number_format())
    if from_zero:
        axes.set_ylim(bottom=0)


def number_format(signed: bool = False) -> FuncFormatter:
    """Numbers with thousands separated, and no more digits than they need; `signed`: with + or -."""
    return FuncFormatter(lambda value, _: "0" if abs(value) < 1e-9 else f"{value:{'+' if signed else ''},.6g}")


def label_ends(axes: Axes, ends: Mapping[str, tuple[Any, float]], styles: Looks, wide: int = 24) -> None:
    """Names at the ends of lines, (date, value), moved apart where they would touch. To be called last."""
    known = {name: (day, value) for name, (day, value) in ends.items() if not math.isnan(value)}
    in_order = sorted(known, key=lambda name: known[name][1])
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    figure = axes.get_figure(root=True)
    assert figure is not None  # noqa: S101  axes are on a figure
    line = 0.2 / (0.8 * figure.get_figheight()) * (high - low)
    texts = [textwrap.wrap(textwrap.shorten(name, 3 * wide, placeholder=" …"), wide)[:3] for name in in_order]
    places = apart([known[name][1] for name in in_order], [line * (len(text) + 0.4) for text in texts], high)
    for name, text, place in zip(in_order, texts, places, strict=True):
        day, colour = known[name][0], styles[name]["color"]
        start = date2num(day) if hasattr(day, "year") else day  # type: ignore[no-untyped-call]
        edge = right + (right - left) * 0.03
        axes.plot([start, edge], [known[name][1], place], color=colour, lw=0.8, clip_on=False)
        axes.text(edge, place, plain_text("\n".join(text)), va="center", fontsize=10, color=colour, clip_on=False)
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)


def apart(ends: Sequence[float], heights: Sequence[float], high: float) -> list[float]:
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


def stacked(
    axes: Axes, parts: Iterator[tuple[str, Sequence[float]]], names: Sequence[str], colours: Sequence[str]
) -> None:
    """Horizontal bars of parts that follow each other, told apart by colour and hatch; one bar for each name."""
    left = [0.0] * len(names)
    for place, (label, values) in enumerate(parts):
        axes.barh(
            range(len(names)), values, 0.72, left=left, label=label, color=colours[place % len(colours)],
            hatch=HATCHES[place % len(HATCHES)], edgecolor="white", lw=0.6,
        )  # fmt: skip
        left = [a + b for a, b in zip(left, values, strict=True)]
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def key(figure: Figure, handles: Sequence[Any], columns: int = 2) -> None:
    """Which line, bar or marker is which, above all panels; the figure grows by as much. `handles` have labels."""
    rows = math.ceil(len(handles) / columns)
    _grow(figure, 0.12 + 0.21 * rows, 0.0)
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0, 1), ncols=columns, frameon=False, fontsize=10,
        handlelength=3.2, borderaxespad=0.2, labelspacing=0.35,
    )  # fmt: skip


def key_of(axes: Axes, styles: Looks) -> list[Any]:
    """Handles for scenarios."""
    return [
        axes.plot(
            [], [], label=plain_text(textwrap.shorten(name, 46, placeholder=" …")), **{**look, "ms": 6, "mec": "white"}
        )[0]
        for name, look in styles.items()
    ]


def framed(figure: Figure, title: str, caption: str) -> Figure:
    """A figure with its title above and its caption below; it grows by as much."""
    wide = figure.get_figwidth()
    above, below = textwrap.wrap(title, int(wide * 7.6)), textwrap.wrap(caption, int(wide * 14.2))
    _grow(figure, 0.16 + 0.25 * len(above), 0.2 + 0.158 * len(below))
    inch = 1 / figure.get_figheight()
    words = {"linespacing": 1.25, "x": 0.012}
    figure.text(y=1 - 0.12 * inch, s=plain_text("\n".join(above)), fontsize=14, weight="bold", va="top", **words)  # type: ignore[arg-type]
    figure.text(y=0.08 * inch, s=plain_text("\n".join(below)), fontsize=9, color="#444444", va="bottom", **words)  # type: ignore[arg-type]
    return figure


def _grow(figure: Figure, above: float, below: float) -> None:
    """Room of so many inches above and below what is there."""
    wide, high = figure.get_size_inches()
    whole = high + above + below
    engine: Any = figure.get_layout_engine()
    _, bottom, _, height = engine.get()["rect"]
    engine.set(rect=(0, (bottom * high + below) / whole, 1, height * high / whole))
    figure.set_size_inches(wide, whole)
    for legend in figure.legends:
        legend.set_bbox_to_anchor((0, 1 - above / whole), figure.transFigure)


def dressed(draw: Callable[[], Figure]) -> Figure:
    """What a function draws, in the house's look."""
    with mpl.rc_context(LOOK):
        return draw()


def files_of(figure: Figure, alt: str) -> dict[str, bytes]:
    """A PNG and an SVG file, by kind: the same bytes for the same figure.

    The SVG tells what it shows to those who cannot see it.
    """
    svg, png = svg_of(figure), io.BytesIO()
    with mpl.rc_context(LOOK):
        figure.savefig(png, format="png", dpi=150, metadata={"Software": None, "Description": alt})
    told = f'<svg role="img" aria-label="{escape(alt)}" '.encode()
    return {"png": png.getvalue(), "svg": svg.replace(b"<svg ", told, 1)}


def svg_of(figure: Figure) -> bytes:
    """An SVG file, without words for those who cannot see it; from now on everything in the figure has its place."""
    engine: Any = figure.get_layout_engine()
    file = io.BytesIO()
    with mpl.rc_context(LOOK):
        engine.execute(figure)  # a second time would move nothing by more than a hair
        figure.set_layout_engine(None)  # not "none", which would draw everything twice
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def baseline_of(study: Study) -> str:
    """The baseline, or the first scenario where there is none."""
    return study.baseline if isinstance(study, Comparison) else study.names[0]
