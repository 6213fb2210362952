"""Where people come from and go to in a year: bands whose widths are numbers of people.

In: a study. Out: a figure with a panel for the baseline, and one for the what-if if there is only one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from workforce_sim.analysis.flow import IN, LIST, OUT, TREATMENT, WAYS, patient_flow
from workforce_sim.present.figures.look import BASE_COLOUR, COLOURS, QUIET, apart, baseline_of, panels, title_of
from workforce_sim.present.words import told
from workforce_sim.run import Study

_X = {IN: 0.0, LIST: 0.36, TREATMENT: 0.64, OUT: 1.0}
_NODE = 0.02
_GAP = 0.028
"""Between bands, of all people shown."""
_LINE = 0.062
"""Height of a line of text, of all people shown."""

_COLOUR_OF = {
    (IN, LIST): COLOURS[5],
    (IN, TREATMENT): COLOURS[5],
    (LIST, OUT): "#BDBDBD",
    (LIST, TREATMENT): COLOURS[0],
    (TREATMENT, OUT): COLOURS[2],
}
_STAYS = ("list_before", "list_after", "treated_before", "treated_after")


def shown(study: Study) -> list[str]:
    """The scenarios that have a panel."""
    return study.names if len(study.names) <= 2 else [baseline_of(study)]


def draw_flow(study: Study) -> Figure:
    """Ways through the service in the last year."""
    frame = patient_flow(study.tables)
    figure, grid = panels(len(shown(study)), 1, 4.6)
    for axes, name in zip(grid, shown(study), strict=True):
        flow_panel(axes, frame[frame["scenario"] == name])
        title_of(axes, name, 90)
    return figure


def flow_panel(axes: Axes, frame: pd.DataFrame) -> None:
    """One scenario from a frame of `analysis.flow.patient_flow`."""
    people = {way: value for way, value in zip(frame["way"], frame["people"], strict=True) if value >= 0.5}
    ways = [way for way in WAYS if way[0] in people]
    if not ({start for _, _, start, _ in ways} >= {IN} and {end for *_, end in ways} >= {OUT}):
        axes.text(0.5, 0.5, "nobody", ha="center", va="center", fontsize=10, color=QUIET, transform=axes.transAxes)
        axes.set_axis_off()
        return
    onto_list, treated = _sum(people, ways, LIST), _sum(people, ways, TREATMENT)
    gap = _GAP * (onto_list + treated)
    lefts = _stack([people[name] for name, _, start, _ in ways if start == IN], gap, 0.0)
    rights = _stack([people[name] for name, _, _, end in ways if end == OUT], gap, 0.0)
    left, right = iter(lefts), iter(rights)
    list_in = list_out = 2 * gap
    treated_in = treated_out = max(bottom for _, bottom in rights) - treated
    labels: dict[int, list[tuple[float, str]]] = {IN: [], OUT: []}
    for name, words, start, end in ways:
        size = people[name]
        if start == IN:
            begins = next(left)
            labels[IN].append((sum(begins) / 2, f"{words} {size:,.0f}"))
        else:
            begins = (list_out, list_out + size) if start == LIST else (treated_out, treated_out + size)
        if end == OUT:
            ends = next(right)
            labels[OUT].append((sum(ends) / 2, f"{words} {size:,.0f}"))
        else:
            ends = (list_in, list_in + size) if end == LIST else (treated_in, treated_in + size)
        list_out += size * (start == LIST)
        treated_out += size * (start == TREATMENT)
        list_in += size * (end == LIST)
        treated_in += size * (end == TREATMENT)
        _band(
            axes, (_X[start] + _NODE * (start != IN), begins), (_X[end], ends), _COLOUR_OF[start, end], name in _STAYS
        )
    for place, words, low, high in (
        (LIST, "Waiting list", 2 * gap, list_in),
        (TREATMENT, "Treatment", treated_in - treated, treated_in),
    ):
        axes.add_patch(Rectangle((_X[place], low), _NODE, high - low, color=BASE_COLOUR, lw=0))
        axes.text(_X[place] + _NODE / 2, low - gap / 2, words, ha="center", va="bottom", fontsize=10, weight="bold")
    _label(axes, labels, max(lefts[-1][1], rights[-1][1]))


def _sum(people: Mapping[str, float], ways: Iterable[tuple[str, str, int, int]], end: int) -> float:
    """How many come to a place."""
    return sum(people[name] for name, _, _, to in ways if to == end)


def _stack(sizes: Sequence[float], gap: float, top: float) -> list[tuple[float, float]]:
    """Top and bottom of bands under each other."""
    bottoms = list(itertools.accumulate(size + gap for size in sizes))
    return [(top + bottom - gap - size, top + bottom - gap) for size, bottom in zip(sizes, bottoms, strict=True)]


def _band(
    axes: Axes,
    begin: tuple[float, tuple[float, float]],
    end: tuple[float, tuple[float, float]],
    colour: str,
    stays: bool,
) -> None:
    """A band that bends from one place to another; hatched where people stay from or into another year."""
    (x0, (top0, low0)), (x1, (top1, low1)) = begin, end
    middle = (x0 + x1) / 2
    corners = [
        (x0, top0),
        (middle, top0),
        (middle, top1),
        (x1, top1),
        (x1, low1),
        (middle, low1),
        (middle, low0),
        (x0, low0),
    ]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3]
    axes.add_patch(PathPatch(Path(corners, codes), fc=colour, alpha=0.75, lw=0, hatch="///" if stays else None))


def _label(axes: Axes, labels: Mapping[int, list[tuple[float, str]]], low: float) -> None:
    """Words beside the bands, moved apart where they would touch."""
    for place, sign, align in ((IN, -1, "right"), (OUT, 1, "left")):
        heights = [_LINE * low] * len(labels[place])
        for (_, words), at in zip(labels[place], apart([at for at, _ in labels[place]], heights, low), strict=True):
            axes.text(_X[place] + sign * 0.015, at, words, ha=align, va="center", fontsize=9.5, clip_on=False)
    axes.set_xlim(0, 1)
    axes.set_ylim(low * 1.02, -0.06 * low)
    axes.set_axis_off()


def flow_caption(study: Study) -> str:
    """How to read the bands."""
    others = "" if len(shown(study)) == len(study.names) else " Of the baseline; `plot --scenario` draws the others."
    return (
        "People in the last year, mean of "
        f"{study.manifest['replications']} replications; widths are numbers. Hatched: there as the year begins, or "
        "still there as it ends. A person who comes back is counted again. Treatment: those on a caseload, without a "
        f"clinician for the time being, or between two packages.{others}"
    )


def flow_alt(study: Study) -> str:
    """What becomes of those who come, in words."""
    frame = patient_flow(study.tables)
    own = frame[frame["scenario"] == baseline_of(study)].set_index("way")["people"]
    people = {way: told(float(number), "people") for way, number in own.items()}
    came = told(float(own["new"] + own["returned"]), "people")
    return (
        f"{baseline_of(study)}: of {came} people referred in the last year and {people['list_before']} already "
        f"waiting, {people['declined']} were declined, {people['closed_with_advice']} closed with advice, "
        f"{people['gave_up']} gave up and {people['allocated']} joined a caseload; {people['list_after']} still wait "
        "as it ends."
    )
