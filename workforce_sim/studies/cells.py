"""A CSV file as a sheet of cells, each with its place, read so that neither Excel nor a slip of the pen does harm.

In: a path. Out: a `Sheet`, or findings with file, line, column, what was found, what is expected and the nearest name.
Files in UTF-8 (with or without a mark at the start) and in Windows' cp1252 are read, with commas, semicolons or tabs.
A cell is *known*, *empty* or *suppressed* (`*`); the latter two are unknown, and never zero.
"""

from __future__ import annotations

import csv
import math
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

from workforce_sim.errors import Finding, Findings, ScenarioError, nearest, quoted

GREATEST_BYTES = 64 << 20
GREATEST_ROWS = 500_000
GREATEST_COLUMNS = 200
GREATEST_FINDINGS = 20
"""Findings of one file told at once; more of the same kind help nobody."""

EMPTY = frozenset(("", "-", "–", "n/a", "na", "nan", "null", "none", "#n/a", "not known", "unknown"))
"""What people write for *not known*, in lower case."""

SUPPRESSED = "*"
"""What NHS England writes for a count too small to be published."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})", re.ASCII)
_WITH_NAME = re.compile(r"(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4}|\d{2})", re.ASCII)
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", re.ASCII)
_SERIAL = re.compile(r"\d{5}(\.0+)?", re.ASCII)
_NUMBER = re.compile(r"(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
_EXCEL_DAY_0 = date(1899, 12, 30)
DATES = "a date, day first, such as 07/04/2025 or 2025-04-07"


@dataclass(frozen=True)
class Cell:
    """One cell, with its place."""

    file: str
    line: int
    column: int
    """Number of the column, counted from 1."""
    header: str
    text: str

    def finding(self, found: str, expected: str, close: tuple[str, ...] = ()) -> Finding:
        """A finding about the cell."""
        return Finding(self.file, self.line, self.column, self.header, found, expected, close)

    @property
    def state(self) -> str:
        """`known`, `empty` or `suppressed`."""
        text = self.text.casefold()
        return "suppressed" if text == SUPPRESSED else "empty" if text in EMPTY else "known"

    def number(self, findings: Findings, greatest: float = 1e7) -> float:
        """The number, from 0; NaN if it is unknown, or a finding if it is no number."""
        if self.state != "known":
            return math.nan
        match = _NUMBER.fullmatch(self.text)
        value = float(self.text.replace(",", "")) if match else math.nan
        if not match or value > greatest:
            findings.add(self.finding(quoted(self.text), f"a number from 0 to {greatest:,.0f}, or * or nothing"))
            return math.nan
        return value

    def date(self, findings: Findings) -> date | None:
        """The date; None if it is unknown, or a finding if it is no date. Days stand before months."""
        if self.state != "known":
            return None
        found = _date_of(self.text)
        if found is None or not 1950 <= found.year <= 2100:
            findings.add(self.finding(quoted(self.text), DATES))
            return None
        return found


@dataclass(frozen=True)
class Sheet:
    """A header and rows of cells."""

    file: str
    headers: tuple[str, ...]
    """As written."""
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """Line in the file, counted from 1, and the texts of its cells, as many as there are headers."""
    notes: tuple[str, ...] = ()

    def cell(self, row: tuple[int, tuple[str, ...]], column: int) -> Cell:
        """A cell of a row by the place of its column, from 0."""
        line, texts = row
        return Cell(self.file, line, column + 1, self.headers[column], texts[column])

    def columns(self, wanted: Mapping[str, tuple[str, ...]], required: tuple[str, ...]) -> dict[str, int]:
        """Name → place of its column, from 0; `wanted` tells how each may be spelt. Raises `ScenarioError`."""
        spelt = {folded(form): name for name, forms in wanted.items() for form in (name, *forms)}
        found: dict[str, int] = {}
        findings = Findings()
        for place, header in enumerate(self.headers):
            name = spelt.get(folded(header))
            if name is not None and name in found:
                first = self.headers[found[name]]
                findings.add(self._header(place).finding(f"a second column for {name}", f"one; {quoted(first)} is one"))
            elif name is not None:
                found[name] = place
        for name in required:
            if name not in found:
                close = nearest(name, self.headers)
                expected = f"a column called {name}"
                findings.add(Finding(self.file, 1, 0, "", f"the columns {', '.join(self.headers)}", expected, close))
        findings.raise_if_any()
        return found

    def _header(self, place: int) -> Cell:
        return Cell(self.file, 1, place + 1, self.headers[place], self.headers[place])

    def header(self, place: int) -> Cell:
        """The header of a column as a cell."""
        return self._header(place)


def folded(name: str) -> str:
    """A header as it is compared: lower case, with single underscores for whatever is not a letter or a digit."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def few(findings: Findings) -> None:
    """Raise `ScenarioError` with the first findings of a file, and say how many more there are."""
    every = list(findings)
    if len(every) > GREATEST_FINDINGS:
        last = every[GREATEST_FINDINGS - 1]
        more = f"{len(every) - GREATEST_FINDINGS:,} more cells like these"
        every = [*every[:GREATEST_FINDINGS], Finding(last.file, last.line + 1, 0, "", more, "cells that can be read")]
    if every:
        raise ScenarioError(every)


def read_sheet(path: str | Path) -> Sheet:
    """Read a CSV file; raises `ScenarioError`."""
    name = str(path)
    text, notes = _decoded(_bytes_of(Path(path), name), name)
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    if separator != ",":
        notes.append(f"cells are separated by {'semicolons' if separator == ';' else 'tabs'}")
    rows: list[tuple[int, tuple[str, ...]]] = []
    headers: tuple[str, ...] = ()
    findings = Findings()
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        line = 1
        for cells in reader:
            texts, here, line = tuple(cell.strip() for cell in cells), line, reader.line_num + 1
            if not any(texts):
                continue
            if not headers:
                headers = _headers(texts, name)
                continue
            _check_length(texts, headers, Finding(name, here, 0, "", "", ""), findings)
            rows.append((here, (*texts, *[""] * len(headers))[: len(headers)]))
            if len(rows) > GREATEST_ROWS:
                raise _refused(name, f"more than {GREATEST_ROWS:,} rows", "a smaller file")
    except csv.Error as error:
        raise ScenarioError([Finding(name, reader.line_num, 0, "", str(error), "a CSV file")]) from None
    few(findings)
    if not rows:
        raise _refused(name, "no rows below a header" if headers else "an empty file", "a header and rows below it")
    return Sheet(name, headers, tuple(rows), tuple(notes))


def _headers(texts: tuple[str, ...], name: str) -> tuple[str, ...]:
    while texts and not texts[-1]:
        texts = texts[:-1]
    if len(texts) > GREATEST_COLUMNS:
        raise _refused(name, f"{len(texts)} columns", f"at most {GREATEST_COLUMNS}")
    return texts


def _check_length(texts: tuple[str, ...], headers: tuple[str, ...], at: Finding, findings: Findings) -> None:
    """A row may be shorter than the header if Excel left out empty cells at its end, never longer."""
    if any(texts[len(headers) :]):
        found = f"{len(texts)} cells"
        expected = f"{len(headers)}, as the header has; cells with commas need quotes"
        findings.add(Finding(at.file, at.line, len(headers) + 1, "", found, expected))


def _refused(name: str, found: str, expected: str) -> ScenarioError:
    return ScenarioError([Finding(name, 0, 0, "", found, expected)])


def _bytes_of(path: Path, name: str) -> bytes:
    """The bytes of a regular file of reasonable size."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _refused(name, "a folder" if path.is_dir() else "something that is not a file", "a CSV file")
        with path.open("rb") as file:
            data = file.read(GREATEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "an impossible name"
        raise _refused(name, reason.lower(), "a CSV file that can be read") from None
    if len(data) > GREATEST_BYTES:
        raise _refused(name, "a file of more than 64 MiB", "a CSV file of at most 64 MiB")
    if data[:2] == b"PK":
        raise _refused(name, "an Excel workbook (or a zip file)", "a CSV file: in Excel, save as CSV UTF-8")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _refused(name, "a text in UTF-16", "a CSV file in UTF-8: in Excel, save as CSV UTF-8")
    if b"\0" in data:
        raise _refused(name, "bytes that are not text", "a CSV file in UTF-8")
    return data


def _decoded(data: bytes, name: str) -> tuple[str, list[str]]:
    """The text, and what is worth telling about how it was written."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), ["the file is not in UTF-8; read as Windows text (cp1252)"]
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = "bytes that are neither UTF-8 nor Windows text"
        raise ScenarioError([Finding(name, line, 0, "", found, "a CSV file saved as UTF-8")]) from None


def _date_of(text: str) -> date | None:
    """A date as people and Excel write it, day first; None if it is none."""
    text = _TIME.sub("", text.casefold())
    try:
        if match := _ISO.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DAY_FIRST.fullmatch(text):
            return date(_year(match[3]), int(match[2]), int(match[1]))
        if (match := _WITH_NAME.fullmatch(text)) and match[2] in _MONTHS:
            return date(_year(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]))
        if _SERIAL.fullmatch(text):
            return _EXCEL_DAY_0 + timedelta(days=int(float(text)))
    except ValueError:
        pass
    return None


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)
