"""The form that planners fill in, as a workbook: every field with its meaning, how to write it and its default.

In: a scenario file to fill it with, or none. Out: the bytes of an .xlsx file, which is read wherever a scenario file is
(`scenario.workbook`). Sheets and fields are those of `scenario.form`.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from workforce_sim.errors import UsageError
from workforce_sim.present.sheets import DARK, HEAD_ROW, height, new_book, new_page, title_format
from workforce_sim.scenario.document import Steps, written
from workforce_sim.scenario.equal_cost import KEY as EQUAL_COST
from workforce_sim.scenario.evidence import by_name, take_long_hands
from workforce_sim.scenario.form import (
    DOCUMENTED,
    NAME,
    NOT_READ,
    PATH,
    SHEETS,
    VALUE,
    Cell,
    Field,
    Grammar,
    Items,
    Sheet,
    as_cell,
    leaves,
)
from workforce_sim.scenario.layers import Layered, read_layers
from workforce_sim.scenario.lever_files import all_levers
from workforce_sim.scenario.reader import read_scenario

SPARE_ITEMS, SPARE_ROWS = 4, 25
"""Empty columns for more roles, sources and the like; empty rows for more changes, levers and evidence."""
WIDTHS = {PATH: 38, "meaning": 62, "how to write it": 26, "default": 16}
ITEM_WIDTH, ONLY_WIDTH = 20, 48
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
"""Told as the date of every form, so that the same scenario gives the same bytes."""
LONGEST_CHOICES = 250
"""Characters that a drop-down list may have in a file."""

READ_ME = (
    "This workbook is a scenario: the description of a service, and of what may change in it.",
    "Fill in the yellow cells. Wherever a scenario file may be given, this file may: "
    "workforce-sim check team.xlsx, then explain, run or compare.",
    "Each row says what it means, how it is written and what holds if the cell is left empty. Units are written out: "
    "5.5 wte, 6 weeks, 25%, £40,000 per year.",
    "Roles, sources, groups, packages and teams stand side by side: to add one, write its name (small letters, digits "
    "and _) at the head of an empty column. To take one away, empty its column, the name, too.",
    f"A path with {NAME} in it is a place for a name of your own: write it in place of {NAME}. Any row may be "
    "copied: for a number by severity, replace the row with one for each, such as crisis.mild and crisis.severe.",
    "What-if changes, levers and standing rules have sheets of their own; leave them empty for a service as it is. "
    "A what-if may also be a workbook of its own that says, under extends, which file it builds on, and nothing more "
    "than what differs.",
    "Several names in a cell stand with commas between them; a range is written 10% to 20%. A formula counts as the "
    "value that it showed when the file was saved. Merged cells and macros are refused.",
    "Columns headed notes, and sheets whose names begin with Notes, are yours and are not read.",
    "Every number of the example services is a placeholder: replace it with your own, and say on the sheet Evidence "
    "how sure it is.",
)


def form(source: Path | None, target: Path) -> bytes:
    """The form, filled with a scenario or empty. `target`: where it will be kept; files it names must lie beneath."""
    tree = {} if source is None else _as_one_file(source, target)
    buffer = io.BytesIO()
    book = new_book(buffer, str(tree.get("name", "A service")), CREATED)
    writer = _Writer(book, tree)
    writer.read_me()
    for sheet in SHEETS:
        writer.sheet(sheet)
    writer.choices()
    book.close()
    return buffer.getvalue()


# --- a scenario as one tree ------------------------------------------------------------------------------------------


def _as_one_file(source: Path, target: Path) -> dict[str, Any]:
    """All layers of a scenario as one tree, with its changes, levers, rules and evidence."""
    read_scenario(source)  # which tells what is wrong with it
    layered = read_layers(source)
    document = layered.document
    long_hands = take_long_hands(document)
    tree: dict[str, Any] = document.tree | _beside(layered, target)
    evidence = {path: entry.value for path, entry in layered.evidence.items()}
    for steps, entry in long_hands.items():  # what is said of a number itself goes before the rest, and so comes last
        path = written(by_name(document.tree, steps))
        evidence.pop(path, None)
        evidence[path] = {key: value for key, value in entry.value.items() if key != "value"}
    tree["changes"] = [entry.value for entry in layered.changes]
    tree["levers"] = [entry.value for entry in layered.levers]
    tree["rules"] = {name: entry.value for name, entry in layered.rules.items()}
    tree["evidence"] = evidence
    return tree


def _beside(layered: Layered, target: Path) -> dict[str, str]:
    """The files that a scenario names, as seen from the folder of the form."""
    named: dict[str, Path] = {}
    if EQUAL_COST in layered.document.tree:
        names_it = Path(layered.document.place((EQUAL_COST,)).file)
        named[EQUAL_COST] = names_it.parent / layered.document.tree[EQUAL_COST]
    folders = {file.parent for file in layered.own_levers.values()}
    if len(folders) > 1:
        raise UsageError(f"{layered.document.file} takes levers from {len(folders)} folders; a form names one")
    if folders:
        named["lever_folder"] = folders.pop()
    home = Path(os.path.realpath(target.parent))
    for key, file in named.items():
        if not Path(os.path.realpath(file)).is_relative_to(home):
            raise UsageError(
                f"{layered.document.file} names {file} ({key}); write the form to {file.parent}, beside it"
            )
    return {key: Path(os.path.realpath(file)).relative_to(home).as_posix() for key, file in named.items()}


# --- the workbook ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Item:
    """One role, source or change, or a single block."""

    label: str | int | None
    values: Mapping[Steps, Any]


class _Writer:
    """Writes sheet after sheet."""

    def __init__(self, book: Workbook, tree: dict[str, Any]) -> None:
        self._book, self._tree, self._grammar = book, tree, Grammar()
        self._levers = all_levers()
        plain = {"valign": "top", "font_size": 10}
        box = {**plain, "border": 1, "border_color": "#BFBFBF"}
        self._title = title_format(book)
        self._text = book.add_format({**plain, "text_wrap": True})
        self._head = book.add_format({**box, "bold": True, "bg_color": DARK, "font_color": "white"})
        self._told = book.add_format({**box, "text_wrap": True, "font_color": "#404040"})
        self._path = book.add_format({**box, "bg_color": "#F2F2F2"})
        self._words = book.add_format({**box, "bg_color": "#FFF9E5", "num_format": "@", "text_wrap": True})
        self._number = book.add_format({**box, "bg_color": "#FFF9E5"})
        self._date = book.add_format({**box, "bg_color": "#FFF9E5", "num_format": "yyyy-mm-dd", "align": "left"})

    def read_me(self) -> None:
        """What this is, and how to fill it in."""
        page = self._page(NOT_READ[0], "A service, to be filled in", "")
        page.set_column(0, 0, 110)
        for row, text in enumerate(READ_ME, HEAD_ROW):
            page.write_string(row, 0, text, self._text)
            page.set_row(row, height((text, 110)))
        after = HEAD_ROW + len(READ_ME) + 1
        for row, sheet in enumerate(SHEETS, after):
            page.write_string(row, 0, f"{sheet.title}: {sheet.about}", self._text)

    def choices(self) -> None:
        """The names of levers, for the drop-down list."""
        page = self._page(NOT_READ[1], "Levers to choose from", "`workforce-sim levers NAME` tells all about one.")
        page.set_column(0, 0, 40)
        page.set_column(1, 1, 80)
        for row, lever in enumerate(self._levers.values(), HEAD_ROW):
            page.write_string(row, 0, lever.name, self._path)
            page.write_string(row, 1, lever.title, self._told)

    def sheet(self, sheet: Sheet) -> None:
        """One sheet of the form."""
        items = self._items(sheet)
        given = list(dict.fromkeys(steps for item in items for steps in item.values))
        fields = self._grammar.fields(sheet, given)
        page = self._page(sheet.title, sheet.title, sheet.about)
        if sheet.down:
            self._down(page, fields, items)
        else:
            self._across(page, fields, items, sheet.items is Items.ONE)

    def _items(self, sheet: Sheet) -> list[_Item]:
        """The items of a sheet, and room for more."""
        if sheet.items is Items.ONE:
            held = {key: self._tree[key] for key in sheet.holds if key in self._tree}
            return [_Item(VALUE, dict(leaves(held)) if held else {})]
        here: Any = self._tree
        for step in sheet.root:
            here = here.get(step) or {}
        spare = SPARE_ROWS if sheet.down else SPARE_ITEMS
        if sheet.is_list:
            labelled: list[tuple[Any, Any]] = list(enumerate([*here, *[{}] * spare], 1))
        else:
            labelled = [*here.items(), *[(None, {})] * spare]
        return [_Item(label, dict(leaves(item)) if item else {}) for label, item in labelled]

    def _page(self, name: str, title: str, about: str) -> Worksheet:
        return new_page(self._book, self._title, name, title, about)

    def _across(self, page: Worksheet, fields: Sequence[Field], items: Sequence[_Item], alone: bool) -> None:
        """Paths one below the other, items side by side."""
        for column, label in enumerate((PATH, *DOCUMENTED)):
            page.write_string(HEAD_ROW, column, label, self._head)
            page.set_column(column, column, WIDTHS[label])
        first = 1 + len(DOCUMENTED)
        page.set_column(first, first + len(items) - 1, ONLY_WIDTH if alone else ITEM_WIDTH)
        page.freeze_panes(HEAD_ROW + 1, 1)
        for column, item in enumerate(items, first):
            self._label(page, HEAD_ROW, column, item.label, self._head)
        for row, field in enumerate(fields, HEAD_ROW + 1):
            page.write_string(row, 0, field.path, self._path)
            for column, told in enumerate((field.meaning, field.how, field.default), 1):
                page.write_string(row, column, told, self._told)
            page.set_row(
                row,
                height(
                    (field.meaning, WIDTHS["meaning"]),
                    (field.how, WIDTHS["how to write it"]),
                    *((str(item.values.get(field.steps, "")), ONLY_WIDTH if alone else ITEM_WIDTH) for item in items),
                ),
            )
            for column, item in enumerate(items, first):
                self._value(page, (row, column), field, item)
            self._choose(page, field, (row, first, row, first + len(items) - 1))

    def _down(self, page: Worksheet, fields: Sequence[Field], items: Sequence[_Item]) -> None:
        """Items one below the other, paths side by side."""
        page.set_column(0, 0, WIDTHS[PATH])
        for row, label in enumerate((PATH, *DOCUMENTED), HEAD_ROW):
            page.write_string(row, 0, label, self._head)
        first = HEAD_ROW + 1 + len(DOCUMENTED)
        page.freeze_panes(first, 1)
        for row, item in enumerate(items, first):
            self._label(page, row, 0, item.label, self._path)
        width = ITEM_WIDTH if len(fields) > 3 else ONLY_WIDTH
        page.set_row(HEAD_ROW + 1, height(*((field.meaning, width) for field in fields)))
        for row, item in enumerate(items, first):
            page.set_row(row, height(*((str(value), width) for value in item.values.values())))
        for column, field in enumerate(fields, 1):
            page.set_column(column, column, width)
            page.write_string(HEAD_ROW, column, field.path, self._head)
            for row, told in enumerate((field.meaning, field.how, field.default), HEAD_ROW + 1):
                page.write_string(row, column, told, self._told)
            for row, item in enumerate(items, first):
                self._value(page, (row, column), field, item)
            self._choose(page, field, (first, column, first + len(items) - 1, column))

    @staticmethod
    def _label(page: Worksheet, row: int, column: int, label: str | int | None, look: Format) -> None:
        if label is None:
            page.write_blank(row, column, None, look)
        elif isinstance(label, int):
            page.write_number(row, column, label, look)
        else:
            page.write_string(row, column, label, look)

    def _value(self, page: Worksheet, at: tuple[int, int], field: Field, item: _Item) -> None:
        """What stands in a cell, in the way in which it is to be changed."""
        if field.steps not in item.values:
            look = self._date if field.is_date else self._number if field.is_bare else self._words
            page.write_blank(*at, None, look)
            return
        cell: Cell = as_cell(item.values[field.steps], field.forms)
        if isinstance(cell, bool):
            page.write_boolean(*at, cell, self._number)
        elif isinstance(cell, int | float):
            page.write_number(*at, cell, self._number)
        elif field.is_date:
            page.write_datetime(*at, date.fromisoformat(cell), self._date)
        else:
            page.write_string(*at, cell, self._words)

    def _choose(self, page: Worksheet, field: Field, cells: tuple[int, int, int, int]) -> None:
        """A drop-down list where there is something to choose from; other names are warned of, not refused."""
        source: Any = list(field.choices)
        if field.path == "lever":
            source = f"={NOT_READ[1]}!$A${HEAD_ROW + 1}:$A${HEAD_ROW + len(self._levers)}"
        if source and len(",".join(source)) <= LONGEST_CHOICES:
            told = {"error_title": "Not in the list", "error_message": f"Expected {field.how}."[:LONGEST_CHOICES]}
            page.data_validation(*cells, {"validate": "list", "source": source, "error_type": "warning", **told})
