"""Courses over time as fan charts: waiting list, waits, caseloads, staff; baseline against what-ifs.

In: a study. Out: a figure for each course. One panel holds up to four what-ifs; with more, each has a panel of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workforce_sim.analysis.declared import FEW
from workforce_sim.analysis.series import COURSES, course
from workforce_sim.present.figures.look import (
    MANY,
    Looks,
    label_ends,
    line_of,
    looks,
    panels,
    sheet,
    title_of,
    value_axis,
    year_axis,
)
from workforce_sim.present.words import joined, told
from workforce_sim.run import Comparison, Study

PANELS = ("waiting_list", "wait_median", "within_standard", "caseload_per_wte", "in_post")

STEADY = 0.05
"""A course that ends within so much of where it began is said to stay about the same."""


def draw_course(study: Study, name: str) -> Figure:
    """One course: all scenarios in one panel, or a panel for each what-if if there are many."""
    frame, funded = course(study.tables, name), _funded(study, name)
    if len(study.others) <= MANY:
        figure = sheet(4.3)
        axes = figure.add_subplot()
        styles = looks(study)
        course_panel(axes, frame, styles, fans(study), funded)
        dress(axes, name)
        last = frame.dropna(subset=["line"]).groupby("scenario").last()
        label_ends(axes, {name: (row["at"], row["line"]) for name, row in last.iterrows()}, styles)  # type: ignore[misc]
        return figure
    figure, grid = panels(len(study.others), 3, 2.35, sharex=True, sharey=True)
    base = [study.baseline] if isinstance(study, Comparison) else []
    for axes, other in zip(grid, study.others, strict=True):
        course_panel(axes, frame, looks(study, [*base, other]), [*base, other], funded)
        dress(axes, name, narrow=True)
        title_of(axes, other)
    return figure


def course_panel(
    axes: Axes, frame: pd.DataFrame, styles: Looks, fanned: Sequence[str], funded: pd.DataFrame | None = None
) -> None:
    """Lines of scenarios from a frame of `analysis.series.course`, some with a fan of nested bands.

    `styles`: the scenarios to draw; `fanned`: those of them with bands; `funded`: a course to draw dotted.
    """
    ceiling = 1.6 * float(frame["line"].max())  # a wait never reached must not flatten the lines
    for scenario, look in styles.items():
        rows = frame[frame["scenario"] == scenario]
        if scenario in fanned:
            for low, high, alpha in (("band_low", "band_high", 0.13), ("inner_low", "inner_high", 0.17)):
                ends = (rows[low], rows[high].clip(upper=ceiling))
                axes.fill_between(rows["at"], *ends, color=look["color"], alpha=alpha, lw=0)
        axes.plot(rows["at"], rows["line"], **line_of(look, len(rows)))
        few = rows[rows["few"]]
        axes.plot(few["at"], few["line"], "o", ms=4.5, mfc="white", mec=look["color"], zorder=3)
        if funded is not None:
            posts = funded[funded["scenario"] == scenario]
            axes.step(posts["at"], posts["line"], where="pre", color=look["color"], lw=1.3, ls=":")


def dress(axes: Axes, name: str, narrow: bool = False) -> None:
    """Axes of a course."""
    year_axis(axes, narrow)
    value_axis(axes, COURSES[name].unit, from_zero=name in ("waiting_list", "wait_median"))


def fans(study: Study) -> list[str]:
    """The scenarios drawn with bands: with several what-ifs the baseline only, as bands would cover each other."""
    return study.names if len(study.names) <= 2 else study.names[:1]


def heading(name: str) -> str:
    """Title with unit."""
    thing = COURSES[name]
    return f"{thing.title}, {'percent' if thing.unit == 'share' else thing.unit}"


def course_caption(study: Study, name: str) -> str:
    """Definition, what lines and bands are, and how sure the mean is at the end."""
    n, thing = study.manifest["replications"], COURSES[name]
    frame = course(study.tables, name)
    parts = [thing.meaning]
    if n == 1:
        parts.append("One replication: how sure this is cannot be told.")
    else:
        whose = "" if len(fans(study)) == len(study.names) or len(study.others) > MANY else " (baseline)"
        line = "the middle one" if thing.middle else "mean"
        parts.append(f"Line: {line} of {n} replications. Bands{whose}: the middle half and the middle 80% of them.")
    half = ((frame["high"] - frame["low"]) / 2).groupby(frame["scenario"]).last().max()
    if n > 1 and not thing.middle and half == half:  # noqa: PLR0124  not NaN
        size = f"{100 * half:.1f} points" if thing.unit == "share" else f"{half:,.1f} {thing.unit}"
        parts.append(f"95% interval of the mean at the end: at most ±{size}.")
    if isinstance(study, Comparison):
        parts.append(f"Dashed and dark: the baseline, {study.baseline}.")
    if frame["few"].any():
        parts.append(f"Hollow points: fewer than {FEW} people stand behind the value.")
    return " ".join(parts)


def course_alt(study: Study, name: str) -> str:
    """What the lines do: of the baseline, or of each scenario where there is none, from the first to the last step."""
    frame = course(study.tables, name).dropna(subset=["line"])
    unit = COURSES[name].unit
    ends = {scenario: (rows.iloc[0], rows.iloc[-1]) for scenario, rows in frame.groupby("scenario")}
    first = [scenario for scenario in study.names[: 1 if isinstance(study, Comparison) else None] if scenario in ends]
    sentences, last_step = [], course(study.tables, name)["at"].max()
    for scenario in first:
        begin, end = ends[scenario]
        band = f"the middle 80% of runs from {told(end['band_low'], unit)} to {_or_more(end['band_high'], unit)}"
        then = "" if end["at"] == last_step else "; after that it is not reached in most runs"
        goes = _goes(begin["line"], end["line"], unit)
        sentences.append(f"{scenario}: {goes} between {begin['at']:%B %Y} and {end['at']:%B %Y} ({band}){then}.")
    others = [name for name in study.others if name in ends and name not in first]
    if others:
        last = {name: ends[name][1]["line"] for name in others}
        shown = others if len(others) <= MANY else sorted(last, key=lambda name: last[name])[:: len(last) - 1]
        texts = [f"{name} ends at {told(last[name], unit)}" for name in shown]
        lead = "" if len(others) <= MANY else f"Of {len(others)} what-ifs, lowest and highest: "
        sentences.append(f"{lead}{joined(texts)}.")
    return " ".join(sentences) or "Never reached in most runs."


def _goes(begin: float, end: float, unit: str) -> str:
    values = f"from {told(begin, unit)} to {told(end, unit)}"
    if abs(end - begin) <= STEADY * abs(begin):
        return f"stays about the same, {values}"
    return f"{'rises' if end > begin else 'falls'} {values}"


def _or_more(value: float, unit: str) -> str:
    return "never reached" if value == float("inf") else told(value, unit)


def _funded(study: Study, name: str) -> pd.DataFrame | None:
    return course(study.tables, "funded") if name == "in_post" else None
