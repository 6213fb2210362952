"""Published referral spells: the CSV of NHS England's Mental Health Services Monthly Statistics, one provider of it.

In: the file (11 columns, dates day first, `*` for suppressed) and which provider. Out: `Observed`. Suppressed cells
stay unknown; counts of providers and ICBs are published rounded to 5, so each carries +-2.5. Flows are those of a
rolling quarter, stocks those of its last day. What the model has no measure for is left aside, and counted in the
notes.

**The two differ**: a published spell may hold several referrals; it is taken for an accepted referral. The published
full clock stop is recorded for a small part of spells only and is not used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from workforce_sim.errors import Finding, Findings, ScenarioError, nearest, quoted
from workforce_sim.studies.cells import Cell, Sheet, few, read_sheet
from workforce_sim.studies.observed import Observed, observable, observed

COLUMNS = (
    "REPORTING_PERIOD_START", "REPORTING_PERIOD_END", "STATUS", "BREAKDOWN", "PRIMARY_LEVEL",
    "PRIMARY_LEVEL_DESCRIPTION", "SECONDARY_LEVEL", "SECONDARY_LEVEL_DESCRIPTION", "MEASURE_ID", "MEASURE_NAME",
    "MEASURE_VALUE",
)  # fmt: skip

MEASURES: Mapping[str, str] = {
    "MRS04": "accepted", "MRS05": "closes", "MRS06": "open_spells", "MRS03": "list", "MRS03A": "waited_median_second",
    "MRS11": "accepted", "MRS12": "closes", "MRS13": "open_spells", "MRS10": "waiting_assessment",
    "MRS10A": "waited_median_first",
}  # fmt: skip
"""Published measure → measure of the model: MRS01 to MRS07 are adults, MRS08 to MRS14 children and young people."""

PATHWAYS = {"adult": ("MRS01", "MRS07"), "cyp": ("MRS08", "MRS14")}
"""Pathway → first and last of its measures."""

ROUNDED_BY = 2.5
"""Half of 5, to which counts below England are rounded."""
WHOLE_COUNTRY = "england"
NO_LEVEL = ("", "none", "na", "n/a")


@dataclass(frozen=True)
class _Columns:
    """Where each column stands, from 0."""

    places: Mapping[str, int]

    def text(self, row: tuple[int, tuple[str, ...]], name: str) -> str:
        return row[1][self.places[name]]


def read_mhsds(
    path: str | Path, provider: str | None = None, pathway: str = "adult", sheet: Sheet | None = None
) -> Observed:
    """Read one provider's referral spells; raises `ScenarioError` with every finding.

    `provider`: code or name of a provider or ICB, or England; may be left out if the file has one only. `pathway`:
    adult or cyp.
    """
    sheet = sheet or read_sheet(path)
    columns = _Columns(sheet.columns(dict.fromkeys(COLUMNS, ()), COLUMNS))
    chosen = _rows_of(sheet, columns, provider)
    findings, notes = Findings(), [*sheet.notes, *_told(sheet, columns, chosen)]
    rows: dict[tuple[str, date, date], tuple[object, ...]] = {}
    aside: Counter[str] = Counter()
    first, last = PATHWAYS[pathway]
    for row in chosen:
        if columns.text(row, "SECONDARY_LEVEL").casefold() not in NO_LEVEL:
            aside["of parts of the provider"] += 1
            continue
        code = columns.text(row, "MEASURE_ID").upper()
        measure = MEASURES.get(code)
        if measure is None or not first <= code[:5] <= last:
            aside["of other measures"] += 1
            continue
        _take(sheet, columns, row, measure, rows, findings)
    few(findings)
    if not rows:
        wanted = ", ".join(code for code in MEASURES if first <= code[:5] <= last)
        found = f"no row of the {pathway} measures {wanted} among {len(chosen)} rows"
        raise ScenarioError([Finding(sheet.file, 0, 0, "MEASURE_ID", found, "at least one of them")])
    notes += [f"{count:,} rows {what} were left aside" for what, count in aside.items()]
    return observed(rows.values(), notes)


def _take(
    sheet: Sheet, columns: _Columns, row: tuple[int, tuple[str, ...]], measure: str,
    rows: dict[tuple[str, date, date], tuple[object, ...]], findings: Findings,
) -> None:  # fmt: skip
    """Keep the observation of a row; the same twice is a finding if the two differ."""

    def cell(name: str) -> Cell:
        return sheet.cell(row, columns.places[name])

    days = [cell(name).date(findings) for name in ("REPORTING_PERIOD_START", "REPORTING_PERIOD_END")]
    value, at = cell("MEASURE_VALUE").number(findings), cell("MEASURE_VALUE")
    first, last = days
    if first is None or last is None:
        if all(cell(name).state != "known" for name in ("REPORTING_PERIOD_START", "REPORTING_PERIOD_END")):
            findings.add(cell("REPORTING_PERIOD_START").finding("no date", "the reporting period's first day"))
        return
    if last < first:
        findings.add(cell("REPORTING_PERIOD_END").finding(f"{last}, before {first}", "a day after the start"))
        return
    national = columns.text(row, "BREAKDOWN").casefold() == WHOLE_COUNTRY
    is_count = observable(measure).unit == "people"
    error = ROUNDED_BY if is_count and not national else 0.5
    if observable(measure).kind == "stock":
        first = last
    key = (measure, first, last)
    new = (measure, first, last, value, error, at.state, sheet.file, at.line)
    old = rows.get(key)
    if old is not None and (old[3], old[5]) != (value, at.state) and not (old[5] == at.state != "known"):
        expected = f"each measure once for a period; line {old[7]} says otherwise"
        findings.add(at.finding(f"{quoted(at.text)} for {measure} to {last}", expected))
    rows.setdefault(key, new)


def _rows_of(sheet: Sheet, columns: _Columns, provider: str | None) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of one provider, by code or name; raises `ScenarioError` with the nearest if there is none."""
    names: dict[str, str] = {}
    for row in sheet.rows:
        code, name = columns.text(row, "PRIMARY_LEVEL"), columns.text(row, "PRIMARY_LEVEL_DESCRIPTION")
        names.setdefault(code.casefold(), code)
        names.setdefault(name.casefold(), code)
    codes = dict.fromkeys(names.values())
    if provider is None and len(codes) == 1:
        return list(sheet.rows)
    wanted = names.get(provider.strip().casefold()) if provider else None
    if wanted is None:
        several = f"{len(codes)} providers and areas"
        found = f"--provider {quoted(provider)}" if provider else f"{several}, and none was asked for"
        expected = f"one of {several}, such as --provider {quoted(next(reversed(codes)))}"
        close = nearest(provider or "", names)
        raise ScenarioError([Finding(sheet.file, 0, 0, "PRIMARY_LEVEL", found, expected, close)])
    chosen = [row for row in sheet.rows if columns.text(row, "PRIMARY_LEVEL") == wanted]
    return _one_breakdown(columns, chosen)


def _one_breakdown(columns: _Columns, rows: list[tuple[int, tuple[str, ...]]]) -> list[tuple[int, tuple[str, ...]]]:
    """Of an area told by several breakdowns, such as GP practice and residence, the first of the file."""
    first = columns.text(rows[0], "BREAKDOWN")
    return [row for row in rows if columns.text(row, "BREAKDOWN") == first]


def _told(sheet: Sheet, columns: _Columns, chosen: list[tuple[int, tuple[str, ...]]]) -> list[str]:
    """Whose rows they are, and whether they are final."""
    head = chosen[0]
    who = columns.text(head, "PRIMARY_LEVEL_DESCRIPTION") or columns.text(head, "PRIMARY_LEVEL")
    status = sorted({columns.text(row, "STATUS") for row in chosen})
    return [
        f"{who} ({columns.text(head, 'BREAKDOWN')}; {', '.join(status)}): {len(chosen):,} of {len(sheet.rows):,} rows",
        "a published spell is taken for an accepted referral; rounding to 5 counts as +-2.5",
    ]
