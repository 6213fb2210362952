"""The results of a study as a workbook: tables, charts that read from them, assumptions, and where it all came from.

In: a `Study` or `Comparison`, just run or read from a folder. Out: the bytes of an .xlsx file, the same for the same
study. Nothing is computed here: every number is one of the study's tables, summary, comparison or courses.
"""

from __future__ import annotations

import io
import math
import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

import pandas as pd
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from workforce_sim.analysis.declared import declaration
from workforce_sim.analysis.series import COURSES, course
from workforce_sim.present.charts import Stretch, draw
from workforce_sim.present.sheets import DARK, HEAD_ROW, height, new_book, new_page, title_format
from workforce_sim.present.summary import COSTS, HEADLINES, answer, price
from workforce_sim.present.words import UNDEFINED, Cell, cells, change, joined
from workforce_sim.run import Comparison, Study
from workforce_sim.scenario.assumptions import Known

Row: TypeAlias = Sequence[Any]

WIDEST, NARROWEST = 60, 9
"""Widths of columns, in characters."""
LOOKED_AT = 200
"""Rows from which the width of a column is taken."""

UNIT_FORMATS = {"share": "0.0%", "0 to 1": "0.00", "pounds": "£#,##0", "ratio": "0.00"}
"""Unit → how its values are shown; all others with one decimal."""
PLAIN, SIGNED = "#,##0.0", "+{0};-{0};{0}"

TOLD_APART, NOT_TOLD_APART, NOT_KNOWN = "yes", "no", "cannot be said"
EVERY = "every scenario"

READ_ME = (
    "Each sheet is a table with a filter on every heading; the charts read from the sheets Monthly and Quarterly.",
    "mean: over replications. low, high: the 95 % interval of that mean, or of the difference; it tells how sure the "
    "runs are, not how sure the assumptions are.",
    "told apart: the interval of the difference leaves out zero. Where there is no difference, about 1 time in 20 one "
    "is seen all the same.",
    "Differences are from the baseline, replication by replication: both meet the same patients and the same luck.",
    "Waits within a standard, and medians, are of all who join the list, those still waiting included. An empty cell: "
    "no such value, such as a median that is never reached.",
    "All of it holds in this model, with these assumptions: the sheet Assumptions lists every number and its grade.",
)


def workbook(study: Study) -> bytes:
    """A study as a workbook."""
    buffer = io.BytesIO()
    made = datetime.fromisoformat(study.manifest["created"])
    writer = _Writer(study, buffer, made)
    for page in (
        writer.read_me, writer.summary, writer.charts, writer.comparison, writer.yearly, writer.monthly,
        writer.quarterly, writer.costs, writer.assumptions, writer.plans, writer.definitions, writer.provenance,
    ):  # fmt: skip
        page()
    writer.close()
    return buffer.getvalue()


class _Writer:
    """Writes page after page."""

    def __init__(self, study: Study, buffer: io.BytesIO, made: datetime) -> None:
        self._study = study
        self._book = new_book(buffer, joined(study.names), made)
        self._title = title_format(self._book)
        self._head = self._book.add_format(
            {"bold": True, "bg_color": DARK, "font_color": "white", "text_wrap": True, "valign": "top", "indent": 1}
        )
        self._words = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._text = self._book.add_format({"indent": 1})
        self._formats: dict[str, Format] = {}
        self._stretches: dict[str, list[Stretch]] = {}

    def close(self) -> None:
        """Draw the charts, now that it is known where their numbers stand, and finish the file."""
        draw(self._book, self._chart_page, self._stretches)
        self._book.close()

    # --- pages -------------------------------------------------------------------------------------------------------

    def read_me(self) -> None:
        """What this is, and the answers in words."""
        study, page = self._study, self._page("Read me", "Results of a simulation of the workforce", "")
        page.set_column(0, 0, 110)
        page.fit_to_pages(1, 1)
        number = study.manifest["replications"]
        lines = [f"{joined(study.names)}: {number} replications of each, seed {study.manifest['seed']}.", ""]
        for name in study.others if isinstance(study, Comparison) else ():
            assert isinstance(study, Comparison)  # noqa: S101  of the types
            lines += [f"{name}: {' '.join([*answer(study, name), *price(study, name)])}", ""]
        for row, line in enumerate([*lines, *READ_ME], HEAD_ROW):
            page.write_string(row, 0, line, self._words)
            page.set_row(row, height((line, 110)))

    def summary(self) -> None:
        """The headline measures, year by year."""
        study, years = self._study, sorted(self._study.summary["year"].unique())
        apart = isinstance(study, Comparison)
        heads = ["scenario", "measure", "unit", *(f"year {year}" for year in years)]
        rows = []
        for name in study.names:
            found = cells(study.summary, name)
            against = cells(study.comparison, name) if isinstance(study, Comparison) and name != study.baseline else {}
            for measure, label in (HEADLINES | COSTS).items():
                there = [found.get((measure, year)) for year in years]
                if any(there):
                    unit = declaration(measure).unit
                    values = [math.nan if cell is None else cell.mean for cell in there]
                    last = against.get((measure, years[-1]))
                    told = "" if last is None else _against(last)
                    called = "Cost" if unit == "pounds" else label
                    rows.append([name, called, unit, *values, *([told] if apart else [])])
        about = "At the end of each year, means. On time: within the standard."
        if apart:
            heads.append(f"year {years[-1]}, against the baseline")
            about += " Differences with half their 95 % interval; shares in percentage points, £ in thousands."
        self._table("Summary", "The main measures", about, heads, rows, by_unit=range(3, 3 + len(years)))

    def charts(self) -> None:
        """Room for the charts, which are drawn last."""
        self._chart_page = self._page("Charts", "Month by month and quarter by quarter", "")

    def comparison(self) -> None:
        """Every difference from the baseline."""
        if not isinstance(self._study, Comparison):
            return
        heads = [
            "scenario", "measure", "unit", "year", "baseline mean", "mean", "difference", "low", "high", "told apart",
        ]  # fmt: skip
        frame = self._study.comparison
        frame = frame.assign(told_apart=[_apart(*row) for row in zip(frame["told_apart"], frame["low"], strict=True)])
        rows = frame.drop(columns="baseline").to_numpy(dtype=object).tolist()
        about = f"Against {self._study.baseline}; low and high: 95 % interval of the difference, in points for shares."
        self._table(
            "Comparison", "What the what-ifs change", about, heads, rows, by_unit=range(4, 6), signed=range(6, 9)
        )

    def yearly(self) -> None:
        """Every measure of every scenario and year."""
        frame = self._study.summary
        about = "Means over replications with 95 % intervals; the sheet Definitions tells each measure."
        rows = frame.to_numpy(dtype=object).tolist()
        self._table("Yearly", "All measures, year by year", about, list(frame.columns), rows, by_unit=range(4, 7))

    def monthly(self) -> None:
        """What is followed month by month."""
        self._courses("Monthly", 1, "At the end of each month: means over replications with 95 % intervals.")

    def quarterly(self) -> None:
        """What is followed quarter by quarter."""
        about = (
            "Quarter by quarter, dated by its end. A median wait is that of the middle replication, low and high hold "
            "the middle 80 % of replications: a wait that is never reached has no mean."
        )
        self._courses("Quarterly", 3, about)

    def costs(self) -> None:
        """Pounds, year by year, and what a week of waiting saved costs; only where pay is known."""
        frame = self._study.summary
        frame = frame[frame["unit"] == "pounds"]
        if len(frame):
            about = "Pounds of the year, with on-costs and overheads: means over replications with 95 % intervals."
            rows = frame.to_numpy(dtype=object).tolist()
            self._table("Costs", "What it costs", about, list(frame.columns), rows, by_unit=range(4, 7))
        if isinstance(self._study, Comparison) and len(self._study.value):
            value = self._study.value.drop(columns="baseline")
            rows = value.to_numpy(dtype=object).tolist()
            heads = [str(column).replace("_", " ") for column in value.columns]
            shown = dict.fromkeys((3, 5, 6, 7), "£#,##0") | {4: PLAIN}
            about = "Extra cost over weeks of waiting saved, with 95 % interval; empty where none are told to be saved."
            self._table("Value", "What a week of waiting saved costs", about, heads, rows, shown)

    def assumptions(self) -> None:
        """Every number of the scenarios with its evidence; those that are the same everywhere once."""
        known: dict[Known, list[str]] = {}
        for name in self._study.names:
            for number in self._study.register(name):
                known.setdefault(number, []).append(name)
        rows = [
            [
                EVERY if len(names) == len(self._study.names) else joined(names), each.path, each.value, each.grade,
                each.range, each.source, "yes" if each.assumed else "",
            ]
            for each, names in known.items()
        ]  # fmt: skip
        heads = ["scenario", "number", "value", "grade", "range", "source", "assumption"]
        about = (
            "On the first day. Grades: A trials or reviews, B good observation, C weak observation, D derived, "
            "U unsupported."
        )
        self._table("Assumptions", "Every number, and how sure it is", about, heads, rows)

    def plans(self) -> None:
        """What each scenario changes: layers, levers, dated changes, standing rules."""
        rows: list[Row] = []
        for name in self._study.names:
            told = self._study.told(name)
            rows += [[name, "put over its base", text] for text in told["overrides"]]
            for lever in told["levers"]:
                until = f" to {lever['until']}" if lever["until"] else ""
                words = f"{lever['title']} ({lever['lever']}), from {lever['from']}{until}"
                rows.append([
                    name, "lever", words, lever["effect"], lever["grade"], "; ".join(map(str, lever["sources"])),
                    lever["unknown"],
                ])  # fmt: skip
            rows += [[name, "dated change", text] for text in told["changes"]]
            rows += [[name, "standing rule", text] for text in told["rules"]]
        heads = ["scenario", "kind", "what", "effect", "grade", "sources", "not known"]
        about = "The changes of a lever are among the dated changes."
        self._table("Levers and changes", "What each scenario changes", about, heads, rows)

    def definitions(self) -> None:
        """Every measure of this workbook."""
        told = [declaration(name) for name in dict.fromkeys(self._study.summary["measure"])]
        rows = [[each.name, each.unit, each.meaning, each.better] for each in told]
        rows += [[each.title, each.unit, each.meaning, ""] for each in COURSES.values()]
        about = "Measures of the years, and, at the end, what is followed month by month or quarter by quarter."
        self._table("Definitions", "What the measures mean", about, ["measure", "unit", "meaning", "better"], rows)

    def provenance(self) -> None:
        """Where it came from: enough to repeat it."""
        told = self._study.manifest
        program, *arguments = told["command"] or [""]
        command = f"workforce-sim {shlex.join(arguments)}" if "workforce" in program else shlex.join(told["command"])
        rows: list[Row] = [
            ["made by the command", command], ["made at", told["created"]], ["seed", str(told["seed"])],
            ["replications", str(told["replications"])], ["baseline", told["baseline"] or "none"],
            *([f"version of {name}", version] for name, version in told["versions"].items()),
        ]  # fmt: skip
        for scenario in told["scenarios"]:
            last = scenario["years"][-1]["to"] if scenario["years"] else ""
            rows += [
                [f"{scenario['name']}: file", scenario["file"]],
                [f"{scenario['name']}: SHA-256 of all that it says", scenario["sha256"]],
                [f"{scenario['name']}: results to", last],
            ]
        about = "The same command with the same files and versions gives the same numbers, however many workers it has."
        self._table("Provenance", "Where this came from", about, ["what", "told"], rows)

    # --- tables ------------------------------------------------------------------------------------------------------

    def _courses(self, sheet: str, months: int, about: str) -> None:
        """All courses with steps of so many months, scenario by scenario, side by side."""
        wanted = [each for each in COURSES.values() if each.months == months]
        frames = []
        for each in wanted:
            ends = ("band_low", "band_high") if each.middle else ("low", "high")
            followed = course(self._study.tables, each.name).set_index(["scenario", "at"])[["line", *ends]]
            frames.append(followed)
        values = pd.concat(frames, axis=1)
        values = values.loc[[row for name in self._study.names for row in values.index if row[0] == name]]
        index = values.index.to_frame(index=False)
        days = [day.date() for day in pd.DatetimeIndex(index["at"])]
        rows = [
            [name, day, *numbers] for name, day, numbers in zip(index["scenario"], days, values.to_numpy(), strict=True)
        ]
        heads, shown = ["scenario", "date"], {1: "yyyy-mm-dd"}
        for each in wanted:
            middle = "middle run" if each.middle else "mean"
            for end in (middle, "low", "high"):
                shown[len(heads)] = UNIT_FORMATS.get(each.unit, PLAIN)
                heads.append(f"{each.title}, {each.unit}: {end}")
        self._table(sheet, f"{sheet} series", about, heads, rows, shown)
        for name in self._study.names:
            places = [row for row, each in enumerate(rows, HEAD_ROW + 1) if each[0] == name]
            for number, each in enumerate(wanted):
                begin, end = (rows[place - HEAD_ROW - 1][1] for place in (places[0], places[-1]))
                stretch = Stretch(sheet, name, places[0], places[-1], 1, 2 + 3 * number, begin, end)
                self._stretches.setdefault(each.name, []).append(stretch)

    def _table(
        self, name: str, title: str, about: str, heads: Sequence[str], rows: Sequence[Row],
        shown: Mapping[int, str] | None = None, by_unit: Iterable[int] = (), signed: Iterable[int] = (),
    ) -> None:  # fmt: skip
        """A page with one table. `shown`: column → number format; `by_unit`, `signed`: that of the row's unit."""
        page = self._page(name, title, about)
        unit = list(heads).index("unit") if "unit" in heads else -1
        formats, by_unit, signed = dict(shown or {}), set(by_unit), set(signed)
        for column, head in enumerate(heads):
            texts = [str(row[column]) for row in rows[:LOOKED_AT] if column < len(row) and isinstance(row[column], str)]
            width = min(WIDEST, max([NARROWEST, min(len(head), 14), *map(len, texts)]) + 2)
            page.set_column(column, column, width)
            page.write_string(HEAD_ROW, column, head, self._head)
        page.set_row(HEAD_ROW, height(*((head, 12) for head in heads)))
        page.freeze_panes(HEAD_ROW + 1, 1)
        page.repeat_rows(HEAD_ROW)
        for place, row in enumerate(rows, HEAD_ROW + 1):
            of_unit = UNIT_FORMATS.get(str(row[unit]), PLAIN) if unit >= 0 else PLAIN
            for column, value in enumerate(row):
                look = of_unit if column in by_unit else formats.get(column, "General")
                self._value(page, place, column, value, SIGNED.format(of_unit) if column in signed else look)
        if rows:
            page.autofilter(HEAD_ROW, 0, HEAD_ROW + len(rows), len(heads) - 1)

    def _value(self, page: Worksheet, row: int, column: int, value: Any, look: str) -> None:
        """One cell; what is not a number, or without end, stays empty."""
        if isinstance(value, str):
            page.write_string(row, column, value, self._text)
        elif isinstance(value, date):
            page.write_datetime(row, column, value, self._look(look))
        elif math.isfinite(value):
            page.write_number(row, column, value, self._look(look))

    def _look(self, shown: str) -> Format:
        if shown not in self._formats:
            self._formats[shown] = self._book.add_format({"num_format": shown})
        return self._formats[shown]

    def _page(self, name: str, title: str, about: str) -> Worksheet:
        return new_page(self._book, self._title, name, title, about)


def _against(cell: Cell) -> str:
    """A difference from the baseline, in words."""
    if math.isnan(cell.difference):
        return UNDEFINED
    return change(cell) if cell.told_apart or math.isnan(cell.low) else "no difference to tell"


def _apart(told_apart: bool, low: float) -> str:
    """Whether the runs can tell a difference, in a word."""
    if math.isnan(low):
        return NOT_KNOWN
    return TOLD_APART if told_apart else NOT_TOLD_APART
