"""The exception tree of the package, and the collector that gathers many findings and raises once.

In: what was found and what was expected, with the place. Out: one exception that tells all of it in plain words.

    WorkforceSimError            everything this package raises on purpose
    ├── ScenarioError            a scenario cannot be used; holds every finding      exit 2
    ├── UsageError               something was asked for that cannot be done         exit 2
    └── SimulationFault          a fault of ours, told with replication and day      exit 1
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SHOWN_CHARACTERS = 60
"""Longest piece of somebody's file that a message repeats."""
TOLD_FINDINGS = 100
"""Most findings that a message lists: a file full of faults must not flood a terminal."""


class WorkforceSimError(Exception):
    """Root of the tree. `exit_code` is what the command line returns for it."""

    exit_code = 1


class UsageError(WorkforceSimError):
    """Something was asked for that cannot be done: a wrong option, a file in the way, an unknown name."""

    exit_code = 2


class SimulationFault(WorkforceSimError):
    """A fault of ours, found while simulating; please report it."""

    exit_code = 1


class ScenarioError(WorkforceSimError):
    """A scenario cannot be used. `findings` holds every fault that was found, in file order."""

    exit_code = 2

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        told, more = self.findings[:TOLD_FINDINGS], len(self.findings) - TOLD_FINDINGS
        super().__init__("\n".join([*map(str, told), *([f"… and {more:,} more like these"] if more > 0 else [])]))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Finding, ...]]]:
        """Pickle by the findings, so that the error survives the way back from a worker process."""
        return type(self), (self.findings,)


@dataclass(frozen=True, order=True)
class Finding:
    """One fault of a scenario: where it is, what was found, what was expected and the nearest valid names."""

    file: str
    line: int
    """Counted from 1; 0 when the fault is the file itself."""
    column: int
    """Counted from 1; 0 when the fault is the file itself."""
    path: str
    """YAML path, such as `demand.sources.gp.referrals`; empty for the whole file."""
    found: str
    expected: str
    nearest: tuple[str, ...] = ()
    sheet: str = ""
    """Sheet of a workbook, whose rows are lines; empty in a text."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        if self.sheet:
            place = f"{self.file}: {self.sheet}{'!' + cell_name(self.line, self.column) if self.line else ''}"
        path = f" {self.path}:" if self.path else ""
        hint = f" Did you mean {either(map(quoted, self.nearest))}?" if self.nearest else ""
        return f"{place}:{path} found {self.found}; expected {self.expected}.{hint}"


class Findings:
    """Gathers findings and raises them once, in file order, each told once."""

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[Finding]:
        return iter(sorted(self._found, key=lambda finding: (finding.file, finding.sheet, finding)))

    def add(self, finding: Finding) -> None:
        """Keep one more finding; the same finding twice counts once."""
        self._found[finding] = None

    def extend(self, findings: Iterable[Finding]) -> None:
        """Keep several more findings."""
        for finding in findings:
            self.add(finding)

    def raise_if_any(self) -> None:
        """Raise `ScenarioError` with all findings, or do nothing when there are none."""
        if self:
            raise ScenarioError(self)


def cell_name(row: int, column: int) -> str:
    """What spreadsheets call a cell, both counted from 1: `C7`, `AA1`."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def nearest(name: str, allowed: Iterable[str]) -> tuple[str, ...]:
    """The allowed names most like `name`, best first, at most two; none when nothing is like it."""
    by_folded = {choice.casefold(): choice for choice in allowed}
    return tuple(by_folded[close] for close in difflib.get_close_matches(name[:100].casefold(), by_folded, n=2))


def either(names: Iterable[str]) -> str:
    """Names as an English choice: `a, b or c`."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def quoted(text: str) -> str:
    """Text in double quotes, shortened, with every character that a terminal might obey written out."""
    short = text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
    return '"' + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short) + '"'


def shown(value: object) -> str:
    """A value from a file as a message shows it: text in quotes, numbers bare, the rest by its kind."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return f"{value}"
