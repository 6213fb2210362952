"""Charts of a workbook, which read from its own sheets.

In: where the numbers of each course stand. Out: xlsxwriter's charts, on one page. They are the spreadsheet's own, so
that a planner can change them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from workforce_sim.analysis.series import COURSES
from workforce_sim.present.figures.look import BASE_COLOUR, COLOURS
from workforce_sim.present.sheets import HEAD_ROW

CHARTS = (("waiting_list",), ("wait_median",), ("within_standard",), ("caseload_per_wte",), ("in_post", "funded"))
"""Courses of each chart; those after the first are dotted."""
WIDTH, HEIGHT = 620, 340
"""Pixels."""
ROWS_OF_CHART, COLUMNS_OF_CHART = 18, 10
YEAR = 365.25
DAY_0 = date(1899, 12, 30)
"""Spreadsheets count days from here."""
FORMATS = {"share": "0%"}


class Stretch(NamedTuple):
    """The rows of one scenario in one column of a sheet, counted from 0."""

    sheet: str
    scenario: str
    first: int
    last: int
    dates: int
    values: int
    begin: date
    end: date


def draw(book: Workbook, page: Worksheet, stretches: Mapping[str, Sequence[Stretch]]) -> None:
    """All charts, two side by side."""
    page.fit_to_pages(1, 1)
    for number, names in enumerate(CHARTS):
        of = COURSES[names[0]]
        chart = book.add_chart({"type": "scatter", "subtype": "straight"})
        for name in names:
            for place, stretch in enumerate(stretches[name]):
                chart.add_series(
                    _series(stretch, place, "solid" if name == names[0] else "round_dot", COURSES[name].title)
                )
        shown = f"{of.title}, {of.unit}" + ("; funded posts dotted" if len(names) > 1 else "")
        chart.set_title({"name": shown, "name_font": {"size": 12}, "overlay": False})
        time = {"num_format": "mmm yy", "major_unit": YEAR, "num_font": {"size": 9}} | _ends(stretches[names[0]])
        chart.set_x_axis({**time, "major_gridlines": {"visible": False}})
        chart.set_y_axis({"num_format": FORMATS.get(of.unit, "#,##0"), "min": 0, "num_font": {"size": 9},
                          "major_gridlines": {"visible": True, "line": {"color": "#E4E4E4"}}})  # fmt: skip
        doubled = list(range(len(stretches[names[0]]), len(stretches[names[0]]) * len(names)))
        chart.set_legend({"position": "bottom", "font": {"size": 9}, "delete_series": doubled})
        chart.set_size({"width": WIDTH, "height": HEIGHT})
        chart.show_blanks_as("gap")
        at = HEAD_ROW + ROWS_OF_CHART * (number // 2), COLUMNS_OF_CHART * (number % 2)
        page.insert_chart(*at, chart, {"description": f"{of.title} of each scenario over time. {of.meaning}"})


def _ends(stretches: Sequence[Stretch]) -> dict[str, int]:
    """First and last day of the axis of time."""
    days = [day for each in stretches for day in (each.begin, each.end)]
    return {"min": (min(days) - DAY_0).days, "max": (max(days) - DAY_0).days}


def _series(stretch: Stretch, place: int, dash: str, title: str) -> dict[str, object]:
    """One line."""
    colour = BASE_COLOUR if not place else COLOURS[(place - 1) % len(COLOURS)]
    name = stretch.scenario if dash == "solid" else f"{stretch.scenario}: {title.casefold()}"
    return {
        "name": name,
        "categories": [stretch.sheet, stretch.first, stretch.dates, stretch.last, stretch.dates],
        "values": [stretch.sheet, stretch.first, stretch.values, stretch.last, stretch.values],
        "line": {"color": colour, "width": 1.75, "dash_type": dash},
        "marker": {"type": "none"},
    }
