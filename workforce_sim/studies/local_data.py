"""Local files by what they are: weekly counts, published referral spells, or a staff list.

In: a path, and its kind unless the header tells it. Out: `Observed` or `StaffList`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from workforce_sim.errors import Finding, ScenarioError
from workforce_sim.studies.cells import Sheet, folded, read_sheet
from workforce_sim.studies.mhsds import read_mhsds
from workforce_sim.studies.observed import Observed
from workforce_sim.studies.staff_list import WANTED, StaffList, read_staff_list
from workforce_sim.studies.weekly import WEEK, read_weekly

KINDS = ("weekly", "mhsds", "staff")


@dataclass(frozen=True)
class How:
    """What must be said to read some kinds of files."""

    provider: str | None = None
    """mhsds: code or name of the provider."""
    pathway: str = "adult"
    """mhsds: adult or cyp."""
    since: date | None = None
    """staff: the day from which on all who left are listed."""
    until: date | None = None
    """staff: the day on which the list was made."""
    early_years: float = 2.0
    """staff: time in post up to which leaving counts as early."""


def read_local(path: str | Path, kind: str | None = None, how: How | None = None) -> Observed | StaffList:
    """Read a local file; raises `ScenarioError` with every finding. `kind`: one of `KINDS`; default by its header."""
    how = how or How()
    sheet = read_sheet(path)
    kind = kind or kind_of(sheet)
    if kind == "staff":
        return read_staff_list(path, how.since, how.until, how.early_years, sheet)
    return read_mhsds(path, how.provider, how.pathway, sheet) if kind == "mhsds" else read_weekly(path, sheet)


def read_observations(path: str | Path, how: How | None = None) -> Observed:
    """Read weekly counts or published referral spells; raises `ScenarioError`, also if it is a staff list."""
    read = read_local(path, None, how)
    if isinstance(read, Observed):
        return read
    expected = "weekly counts or referral spells; `workforce-sim import` makes a layer of a staff list"
    raise ScenarioError([Finding(str(path), 1, 0, "", "a staff list", expected)])


def kind_of(sheet: Sheet) -> str:
    """What a sheet is by its header; raises `ScenarioError` if that does not tell."""
    names = {folded(header) for header in sheet.headers}
    if {"measure_id", "measure_value"} <= names:
        return "mhsds"
    if names & {"role", *WANTED["role"]} and names & {"start", *WANTED["start"]}:
        return "staff"
    if names & {*WEEK, *(form for forms in WEEK.values() for form in forms)}:
        return "weekly"
    found = f"the columns {', '.join(sheet.headers)}"[:300]
    expected = "`week` (weekly counts), MEASURE_ID (referral spells) or role, start and leave (a staff list)"
    raise ScenarioError([Finding(sheet.file, 1, 0, "", found, expected)])
