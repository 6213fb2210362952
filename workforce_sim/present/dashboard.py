"""The dashboard in words and colours: each indicator by year, judged against the trajectory of its scenario.

In: a study. Out: a table for the terminal, and how cells are told, the same in the figure. A status has a shape and a
word beside its colour.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from workforce_sim.analysis.dashboard import NO_TRAJECTORY, NOT_TOLD, OFF_TRACK, ON_TRACK, UNSURE, dashboard
from workforce_sim.present.words import told, years_shown
from workforce_sim.run import Study

SHAPES = {ON_TRACK: "●", UNSURE: "▲", OFF_TRACK: "■", NO_TRAJECTORY: "", NOT_TOLD: ""}
COLOURS = {ON_TRACK: "#009E73", UNSURE: "#E69F00", OFF_TRACK: "#D55E00", NO_TRAJECTORY: "#666666", NOT_TOLD: "#666666"}
"""Okabe and Ito (2008)."""

UNITS = {"pounds": "£1,000", "share": "", "people per WTE": "", "ratio": ""}
"""How a unit is told after a name, where it is not as it is."""

RULE = (
    "● on track: the whole 95% interval is on the good side of the level in force as the year ends; ■ off track: on "
    "the bad side; ▲ unsure: it straddles the level, or there is one replication only. No sign: no trajectory is set. "
    "–: undefined, such as a wait that is never reached within three years in some run."
)
_MEANINGS = (
    "Away from work: leave, study, sickness and long absence; the tables do not tell sickness alone. Referred again: "
    "of those referred, known from before, however long ago; the tables do not tell who comes back within twelve "
    "months."
)


def indicators(study: Study, scenario: str) -> pd.DataFrame:
    """The dashboard of a scenario: columns of `analysis.dashboard`."""
    its = study.told(scenario)
    return dashboard(study.summary, scenario, its["years"], its["tree"].get("trajectory", {}))


def dashboard_table(study: Study, scenario: str) -> RenderableType:
    """One scenario for the terminal."""
    frame = indicators(study, scenario)
    years = years_shown(frame["year"])
    table = Table(
        title=f"{scenario}: dashboard", box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False
    )
    table.add_column("")
    for year in years:
        table.add_column(f"year {year}", justify="right")
    for _, rows in frame.groupby("measure", sort=False):
        first = rows.iloc[0]
        by_year = {row["year"]: row for _, row in rows.iterrows()}
        cells = [Text(cell(by_year[year]), style=COLOURS[by_year[year]["status"]]) for year in years]
        table.add_row(named(first), *cells)
    return Group(table, Text(f"{RULE} ≤ and ≥: the level to reach. {_MEANINGS}", style="dim"))


def named(row: Any) -> str:
    """An indicator with its unit."""
    unit = UNITS.get(row["unit"], row["unit"])
    return f"{row['indicator']}, {unit}" if unit else str(row["indicator"])


def cell(row: Any) -> str:
    """A value with its sign and the level it is judged by, such as `■ 490 (≤120)`."""
    level = level_of(row)
    return f"{SHAPES[row['status']]} {value_of(row)}{f' ({level})' if level else ''}".strip()


def value_of(row: Any) -> str:
    """The value of an indicator in a year."""
    ratio = row["unit"] == "ratio" and not math.isnan(row["mean"])
    return f"{row['mean']:.2f}" if ratio else told(row["mean"], row["unit"])


def level_of(row: Any) -> str:
    """The level that it is judged by, such as `≤120`; nothing where none is set."""
    sign = "≤" if row["better"] == "lower" else "≥"
    return "" if math.isnan(row["level"]) else f"{sign}{told(row['level'], row['unit'])}"


def caption(study: Study, scenario: str) -> str:
    """How to read the dashboard."""
    whose = f"{scenario}, means of {study.manifest['replications']} replications."
    return f"{whose} ≤ and ≥: the level to reach. {RULE} {_MEANINGS}"
