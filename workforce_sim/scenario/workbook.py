"""A form that planners have filled in, read as a scenario file: the same tree, with sheet and cell as places.

In: the path of an .xlsx file. Out: a `Document`, like that of a YAML file, or findings: `team.xlsx: Staff!F7: …`.
What could do harm, or would be read otherwise than it looks, is refused: more than fits, macros, merged cells, errors,
formulas without a value. Which sheets there are, and what stands where, `scenario.form` tells.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeAlias
from zipfile import BadZipFile, ZipFile

from workforce_sim import units
from workforce_sim.errors import Findings, ScenarioError, cell_name, nearest, quoted
from workforce_sim.scenario.document import (
    GREATEST_DEPTH,
    GREATEST_NUMBER,
    Document,
    Place,
    Steps,
    bytes_of,
    text_problem,
)
from workforce_sim.scenario.form import (
    BY_TITLE,
    DOCUMENTED,
    NAME,
    NOT_READ,
    NOTES,
    PATH,
    VALUE,
    Cell,
    Grammar,
    Items,
    Sheet,
    as_value,
    steps_of,
)

SUFFIX = ".xlsx"
GREATEST_UNPACKED = 5 << 20
"""Bytes of all parts of a workbook together."""
GREATEST_CELLS, GREATEST_ROWS, GREATEST_COLUMNS, GREATEST_SHEETS = 20_000, 5_000, 500, 50
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]{1,30})"')

Grid: TypeAlias = dict[tuple[int, int], Any]
"""(row, column), from 1 → what stands there."""


def is_workbook(path: Path) -> bool:
    """Is it a form, and not YAML?"""
    return path.suffix.casefold() == SUFFIX


def read_workbook(path: Path, name: str) -> Document:
    """Read a form that is filled in, called `name` in messages; raises `ScenarioError`."""
    data = bytes_of(path, name)
    _refuse_harm(data, name)
    findings = Findings()
    try:
        grids = dict(_grids(data, name, findings))
    except ScenarioError:
        raise
    except Exception as error:  # noqa: BLE001  what a foreign parser raises on a foreign file is not declared
        raise _refused(name, f"a workbook that cannot be read ({quoted(str(error))})", "an .xlsx file") from None
    if not any(title in BY_TITLE for title in grids):
        raise _refused(name, "a workbook without a sheet of the form", "one made by `workforce-sim template`")
    builder = _Builder(name, findings)
    for title, grid in grids.items():
        builder.take_sheet(BY_TITLE[title], grid)
    document = builder.document()
    findings.raise_if_any()
    return document


def _refused(name: str, found: str, expected: str) -> ScenarioError:
    return ScenarioError([Place(name).finding((), found, expected)])


# --- the file --------------------------------------------------------------------------------------------------------


def _refuse_harm(data: bytes, name: str) -> None:
    """Look at the parts before anything is made of them."""
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if any(part.flag_bits & 1 for part in parts):
                raise _refused(name, "a workbook with a password", "one without")
            if sum(part.file_size for part in parts) > GREATEST_UNPACKED:
                found = f"a workbook of more than {GREATEST_UNPACKED >> 20} MiB when unpacked"
                raise _refused(name, found, "a form, which is much smaller")
            if any("vbaproject" in part.filename.casefold() for part in parts):
                raise _refused(name, "a workbook with macros", "one without")
            for part in parts:
                content = archive.read(part)
                if part.filename.startswith("xl/worksheets/") and (merged := _MERGED.search(content)):
                    found = f"the merged cells {merged[1].decode()}"
                    raise _refused(name, found, "each value in a cell of its own")
    except (BadZipFile, NotImplementedError, OSError, ValueError, EOFError, RuntimeError) as error:
        raise _refused(name, f"something that is not an .xlsx workbook ({quoted(str(error))})", "a form") from None


def _grids(data: bytes, name: str, findings: Findings) -> Iterator[tuple[str, Grid]]:
    """(title, what stands in the cells) of every sheet of the form; values of formulas are those last saved."""
    from openpyxl import load_workbook  # heavy, and needed only for workbooks

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl does not keep of a workbook, we do not need
        book, written = (load_workbook(io.BytesIO(data), read_only=True, data_only=only) for only in (True, False))
        if len(book.worksheets) > GREATEST_SHEETS:
            raise _refused(name, f"{len(book.worksheets)} sheets", f"at most {GREATEST_SHEETS}")
        taken = 0
        for sheet, as_written in zip(book.worksheets, written.worksheets, strict=True):
            title = str(sheet.title)
            if title in NOT_READ or title.startswith(NOTES):
                continue
            if title not in BY_TITLE:
                expected = f"a sheet of the form, or one whose name begins with {quoted(NOTES)}"
                findings.add(Place(name).finding((), f"the sheet {quoted(title)}", expected, nearest(title, BY_TITLE)))
                continue
            grid: Grid = {}
            for cell in _cells(as_written, name):
                taken += 1
                if taken > GREATEST_CELLS:
                    raise _refused(name, f"more than {GREATEST_CELLS:,} cells", "a smaller workbook")
                if cell.data_type == "f":
                    grid[cell.row, cell.column] = None
            for cell in _cells(sheet, name):
                place = Place(name, cell.row, cell.column, sheet=title)
                grid[cell.row, cell.column] = _plain(cell, place, findings)
            for (row, column), value in grid.items():
                if value is None:
                    place = Place(name, row, column, sheet=title)
                    findings.add(place.finding((), "a formula without a value", "its value: open it, and save it"))
            yield title, grid


def _cells(sheet: Any, name: str) -> Iterator[Any]:
    """The cells of a sheet that hold something, whatever the sheet says of its own size."""
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is None or (isinstance(cell.value, str) and not cell.value.strip()):
                continue
            if cell.row > GREATEST_ROWS or cell.column > GREATEST_COLUMNS:
                place = Place(name, cell.row, cell.column, sheet=str(sheet.title))
                expected = f"values in the first {GREATEST_ROWS:,} rows and {GREATEST_COLUMNS} columns"
                raise ScenarioError([place.finding((), "a value far out", expected)])
            yield cell


def _plain(cell: Any, place: Place, findings: Findings) -> Cell:
    """What a cell shows, in the words of a scenario: 25 %, £3,000 and dates are numbers to a spreadsheet."""
    value, shown_as = cell.value, str(cell.number_format or "")
    problem: tuple[str, str] | None = None
    if cell.data_type == "e":
        problem = f"the error {value}", "a value"
    elif isinstance(value, datetime | date | time):
        if isinstance(value, datetime) and value.time() == time():
            return value.date().isoformat()
        problem = f"the time {value}", "a date without a time of day, such as 2026-04-01"
    elif isinstance(value, bool):
        return value
    elif isinstance(value, int | float):
        if not (math.isfinite(value) and abs(value) <= GREATEST_NUMBER):
            problem = f"the number {value}", "a number of at most 10^12"
        elif "%" in shown_as:
            return units.SHARE.write(float(value))
        else:
            return units.MONEY.write(float(value)) if units.POUND in shown_as else value
    elif isinstance(value, str):
        problem = text_problem(value.strip())
    else:
        problem = "something that is neither text nor a number", "a value"
    if problem:
        findings.add(place.finding((), *problem))
    return str(value).strip()


# --- the tree --------------------------------------------------------------------------------------------------------


class _Builder:
    """Takes sheet after sheet, and grows the tree."""

    def __init__(self, name: str, findings: Findings) -> None:
        self._name, self._findings, self._grammar = name, findings, Grammar()
        self._values: dict[Steps, tuple[Any, Place]] = {}
        self._keys: dict[Steps, Place] = {}

    def document(self) -> Document:
        """The tree, lists closed up where positions are left out."""
        document = Document(self._name)
        document.values[()] = Place(self._name)
        nested: dict[str | int, Any] = {}
        for steps, (value, place) in self._values.items():
            holder: Any = nested
            for step in steps[:-1]:
                holder = holder.setdefault(step, {}) if isinstance(holder, dict) else None
                if not isinstance(holder, dict) or (_LEAF in holder):
                    break
            else:
                if steps[-1] not in holder:
                    holder[steps[-1]] = {_LEAF: value}
                    continue
            self._findings.add(place.finding(steps, "a value", "either one value, or what stands beneath it"))
        document.tree = self._plain(nested, (), (), document)
        for steps, place in self._keys.items():
            document.keys.setdefault(steps, place)
        return document

    def _plain(self, node: dict[Any, Any], before: Steps, steps: Steps, document: Document) -> Any:
        """A value, mapping or list; its places go to the document. `before`: its path as the sheets have it."""
        if before in self._keys:
            document.keys[steps] = self._keys[before]
        if _LEAF in node:
            document.values[steps] = self._values[before][1]
            return node[_LEAF]
        if node and all(isinstance(step, int) for step in node):
            return [
                self._plain(node[step], (*before, step), (*steps, position), document)
                for position, step in enumerate(sorted(node))
            ]
        return {
            str(step): self._plain(part, (*before, step), (*steps, str(step)), document) for step, part in node.items()
        }

    def take_sheet(self, sheet: Sheet, grid: Grid) -> None:
        """The values of one sheet. Positions are (along the paths, along the items), which `down` turns round."""
        along = {(column, row) if sheet.down else (row, column): value for (row, column), value in grid.items()}
        corner = next((at for at, value in sorted(along.items()) if _label(value) == PATH), None)
        if corner is None:
            expected = f"the word {quoted(PATH)} beside the paths of the form"
            self._findings.add(Place(self._name, sheet=sheet.title).finding((), "no headings", expected))
            return
        paths = {f: self._path(sheet, f, value, corner) for (f, i), value in along.items()
                 if i == corner[1] and f > corner[0]}  # fmt: skip
        labels = {i: value for (f, i), value in along.items() if f == corner[0] and i > corner[1]}
        told = {i for i, label in labels.items() if _label(label) in DOCUMENTED or _label(label).startswith("note")}
        within = {at: value for at, value in along.items() if at[0] > corner[0] and at[1] > corner[1]}
        items = sorted({i for _, i in (*within, *((0, i) for i in labels))} - told)
        filled = {i for _, i in within} | (set(labels) if sheet.items is Items.NAMED else set())
        for number, i in enumerate(i for i in items if i in filled):
            self._take_item(sheet, corner, i, number, labels.get(i), paths, within)
        if sheet.root:
            self._keys.setdefault(sheet.root, self._place(sheet, *corner))
        for f, steps in paths.items() if sheet.items is Items.ONE else ():
            for length in range(1, len(steps or ()) + 1):  # where a block that is missing would begin
                self._keys.setdefault((steps or ())[:length], self._place(sheet, f, items[0] if items else corner[1]))

    def _path(self, sheet: Sheet, f: int, value: Any, corner: tuple[int, int]) -> Steps | None:
        steps = steps_of(str(value)) if isinstance(value, str) and len(value) < 500 else None
        if steps is None or len(steps) > GREATEST_DEPTH:
            expected = "the path of a value, such as funded or hiring.round"
            self._findings.add(self._place(sheet, f, corner[1]).finding((), quoted(str(value)), expected))
            return None
        return steps

    def _take_item(
        self, sheet: Sheet, corner: tuple[int, int], i: int, number: int, label: Any, paths: Mapping[int, Steps | None],
        within: Mapping[tuple[int, int], Any],
    ) -> None:  # fmt: skip
        """The values of one role, source or change, or those of a single block."""
        root = sheet.root
        if sheet.items is Items.LISTED:
            root = (*root, number)
        elif sheet.items is Items.NAMED:
            if label is None:
                found, expected = "values without a name", f"a name here, for {sheet.title.casefold()}"
                self._findings.add(self._place(sheet, corner[0], i).finding((), found, expected))
                return
            root = (*root, str(label))
        elif _label(label) != VALUE:
            found, expected = f"values under {quoted(str(label or ''))}", f"{quoted(VALUE)} here, or notes"
            self._findings.add(self._place(sheet, corner[0], i).finding((), found, expected))
            return
        place = self._place(sheet, corner[0], i)
        if root != sheet.root:
            if root in self._keys:
                self._tell_twin(root, place, self._keys[root])
                return
            self._keys[root] = place
            if not any(other == i for _, other in within):
                self._values[root] = {}, place
        for f in sorted(paths):
            steps, here = paths[f], self._place(sheet, f, i)
            if steps is not None and (f, i) in within:
                self._take((*root, *steps), within[f, i], here, self._place(sheet, f, corner[1]))
            elif steps is not None:
                self._keys.setdefault((*root, *steps), here)
        for f in sorted(f for f, other in within if other == i and f not in paths):
            expected = f"nothing, or a path in {self._name_of(sheet, f, corner[1])}"
            self._findings.add(self._place(sheet, f, i).finding((), quoted(str(within[f, i])), expected))

    def _take(self, steps: Steps, cell: Cell, place: Place, of_key: Place) -> None:
        """One value."""
        if any(NAME in str(step) for step in steps):
            self._findings.add(of_key.finding((), quoted(NAME), f"a name of your own in place of {NAME}"))
        elif steps in self._values:
            self._tell_twin(steps, place, self._values[steps][1])
        else:
            self._values[steps] = as_value(cell, self._grammar.at(steps)), place
            self._keys[steps] = of_key

    def _tell_twin(self, steps: Steps, place: Place, first: Place) -> None:
        there = f"{first.sheet}!{cell_name(first.line, first.column)}"
        self._findings.add(
            place.finding(steps, f"a second {quoted(str(steps[-1]))}", f"each once; the first is {there}")
        )

    def _place(self, sheet: Sheet, f: int, i: int) -> Place:
        row, column = (i, f) if sheet.down else (f, i)
        return Place(self._name, row, column, sheet=sheet.title)

    def _name_of(self, sheet: Sheet, f: int, i: int) -> str:
        place = self._place(sheet, f, i)
        return cell_name(place.line, place.column)


_LEAF = object()
"""Key under which a value hangs while the tree grows."""


def _label(value: Any) -> str:
    return value.strip().casefold() if isinstance(value, str) else ""
