"""All in one: the courses of all scenarios on a page; with many what-ifs, the baseline's courses and all differences.

In: a study. Out: one figure.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workforce_sim.analysis.series import course
from workforce_sim.present.figures.courses import PANELS, course_panel, dress, fans, heading
from workforce_sim.present.figures.differences import differences_caption, forest_measures, forest_panel
from workforce_sim.present.figures.look import MANY, looks, sheet, short
from workforce_sim.run import Comparison, Study

_WIDE = 13.0
"""Inches: a page of its own."""


def draw_overview(study: Study) -> Figure:
    """All courses on one page, and what the lines are; with many what-ifs, their differences from the baseline."""
    many = isinstance(study, Comparison) and len(study.others) > MANY
    figure = sheet(8.2 + (0.8 + 0.3 * len(study.others) if many else 0.0), _WIDE)
    top: Any = figure
    if isinstance(study, Comparison) and many:
        top, bottom = figure.subfigures(2, 1, height_ratios=(7.4, 1.6 + 0.3 * len(study.others)))  # type: ignore[misc]
        grid = bottom.subplots(1, 5, sharey=True)
        for axes, measure in zip(grid, forest_measures(study), strict=True):
            forest_panel(axes, study.comparison, measure, looks(study, study.others))
    shown = study.names[:1] if many else study.names
    grid = list(top.subplots(2, 3).flat)
    for axes, name in zip(grid, PANELS, strict=False):
        frame, funded = course(study.tables, name), course(study.tables, "funded") if name == "in_post" else None
        course_panel(axes, frame, looks(study, shown), fans(study), funded)
        dress(axes, name)
        axes.set_title(heading(name))
    _key(grid[-1], study, shown)
    return figure


def _key(axes: Axes, study: Study, shown: list[str]) -> None:
    """Which line is which, in the empty panel."""
    axes.set_axis_off()
    for name, look in looks(study, shown).items():
        axes.plot([], [], label=short(name, 32, 96), **{**look, "ms": 6, "mec": "white"})
    axes.plot([], [], color="#666666", lw=1.3, ls=":", label="funded posts")
    axes.legend(loc="center left", frameon=False, fontsize=11, handlelength=3.4, labelspacing=0.9)


def overview_title(study: Study) -> str:
    """What it is about."""
    return f"{study.baseline} and what-ifs" if isinstance(study, Comparison) else ", ".join(study.names)


def overview_caption(study: Study) -> str:
    """Definitions, and what lines and bands are."""
    n = study.manifest["replications"]
    many = isinstance(study, Comparison) and len(study.others) > MANY
    below = f" Below: {differences_caption(study)}" if many and isinstance(study, Comparison) else ""
    whose = "" if len(fans(study)) == len(study.names) else " (baseline)"
    return (
        f"Lines: means of {n} replication{'s' * (n != 1)} (wait: the middle one); bands{whose}: the middle half and "
        "the middle 80% of them. Wait: half of all who join are seen by then (referral to first treatment contact, "
        "those still waiting included), by quarter. Treated in standard: of all who join. Caseload: people on "
        f"caseloads over WTE in post, roles that hold one.{below}"
    )
