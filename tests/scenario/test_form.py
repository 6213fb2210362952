"""The form: what is written into it is read from it again, and what is wrong is told by sheet and cell."""

from __future__ import annotations

import io
import os
import shutil
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from tests.scenario.small import SMALL, small
from workforce_sim.cli import main
from workforce_sim.errors import ScenarioError, UsageError, cell_name
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.present.form import form
from workforce_sim.results.replications import digest_of
from workforce_sim.scenario import read_scenario
from workforce_sim.scenario.document import Place
from workforce_sim.scenario.form import BY_TITLE, SHEETS, Grammar, as_cell, as_value, leaves, steps_of
from workforce_sim.scenario.scenario import Scenario

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(path.name for path in (ROOT / "scenarios").glob("*.yaml"))
BASES = ("adult_community.yaml", "cyp_community.yaml", "talking_therapies.yaml", "linked_adult_system.yaml")
SLOW = [name for name in SHIPPED if name not in ("adult_community.yaml", "agency_bridge.yaml", "peer_support.yaml")]

WITH_ALL = small(
    ("20%, treatment: 80%}}", "20%, treatment: 80%}, band: '6'}"),
    more="""\
remote: {}
changes:
  - {from: 2026-10-01, set: workforce.roles.nurse.funded, to: {value: 6 wte, range: [5.5 wte, 7 wte], grade: C}}
levers:
  - {lever: retain.mentoring, from: 2026-07-01, roles: [nurse], by: [peer]}
rules:
  bridge:
    when: {measure: vacancy.nurse, above: 15%, for: 4 weeks}
    then: [{set: workforce.roles.nurse.cover.vacancies, to: 100%}, {factor: workforce.roles.nurse.leavers, by: x0.9}]
evidence:
  workforce.roles.*.leavers: {grade: B, range: [0% per year, 12% per year], source: "= a source, with commas, to 2024"}
""",
)
"""A change, a lever, a rule and evidence, a text that looks like a number, and an empty block."""


def written(tmp_path: Path, text: str = SMALL, edit: Callable[[Workbook], object] | None = None) -> Path:
    """A form filled with a scenario, and then by hand."""
    (tmp_path / "team.yaml").write_text(text, encoding="utf-8")
    target = tmp_path / "team.xlsx"
    target.write_bytes(form(tmp_path / "team.yaml", target))
    if edit:
        book = load_workbook(target)
        edit(book)
        book.save(target)
    return target


def at(book: Workbook, sheet: str, path: str, item: str = "value") -> tuple[int, int]:
    """Row and column of a path of an item, in a sheet whose items stand side by side."""
    cells = book[sheet]
    column = next(cell.column for cell in cells[4] if cell.value == item)
    return next(row for row in range(5, 300) if cells.cell(row, 1).value == path), column


def put(sheet: str, path: str, value: object, item: str = "value", shown_as: str | None = None) -> Callable[..., None]:
    """An edit that puts a value into a cell."""

    def edit(book: Workbook) -> None:
        cell = book[sheet].cell(*at(book, sheet, path, item))
        cell.value = value
        if shown_as is not None:
            cell.number_format = shown_as

    return edit


def cells(sheet: str, **values: object) -> Callable[..., None]:
    """An edit that puts values into cells, wherever they are."""

    def edit(book: Workbook) -> None:
        for cell, value in values.items():
            book[sheet][cell] = value

    return edit


def refusal(path: Path) -> str:
    """What is said about a file, with its folder left out."""
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    return str(caught.value).replace(f"{path.parent}/", "")


def same(one: Scenario, other: Scenario) -> None:
    """Two scenarios are the same in all but the file that they come from."""
    assert one.tree == other.tree
    assert (one.changes, one.rules, one.evidence) == (other.changes, other.rules, other.evidence)
    assert one.change_log() == other.change_log()
    nowhere = Place("")
    assert [replace(used, place=nowhere) for used in one.levers] == [
        replace(used, place=nowhere) for used in other.levers
    ]
    assert digest_of(compile_inputs(one)) == digest_of(compile_inputs(other))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in SHIPPED]
)
def test_a_form_reads_as_the_scenario_that_it_was_written_from(name: str, tmp_path: Path) -> None:
    """Every shipped scenario, its layers as one, comes back: tree, changes, levers, rules, evidence, arrays."""
    folder = shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    target = folder / "team.xlsx"
    target.write_bytes(form(folder / name, target))
    same(read_scenario(folder / name), read_scenario(target))


def test_whatever_a_scenario_may_hold_comes_back(tmp_path: Path) -> None:
    """Long-hand changes, lists of a lever, rules, text that looks like a number or a formula, and empty blocks."""
    target = written(tmp_path, WITH_ALL)
    same(read_scenario(tmp_path / "team.yaml"), read_scenario(target))
    assert read_scenario(target).tree["workforce"]["roles"]["nurse"]["band"] == "6"


def test_a_name_without_values_is_a_block_without_values(tmp_path: Path) -> None:
    """A team that has nothing of its own comes back; a role of which only the name is written lacks what it needs."""
    edits = (
        ("{referrals:", "{team: north, referrals:"), ("share: 100%", "share: 100%\n    team: north"),
        ("nurse: {", "nurse: {team: north, "), ("peer: {", "peer: {team: north, "),
    )  # fmt: skip
    target = written(tmp_path, small(*edits, more="teams: {north: {}}\n"))
    assert read_scenario(target).tree["teams"] == {"north": {}}
    book = load_workbook(target)
    book["Staff"]["G4"] = "helper"
    book.save(target)
    assert "Staff!G7: workforce.roles.helper.funded: found nothing" in refusal(target)


def test_an_edited_cell_is_what_changes(tmp_path: Path) -> None:
    """A number put over another, a column for a new role and a row for a change are read as a planner means them."""

    def edit(book: Workbook) -> None:
        put("Staff", "funded", "7 wte", "nurse")(book)
        put("Staff", "clinical_share", 0.55, "nurse", "0%")(book)
        put("Staff", "pay", 30_000, "peer", "£#,##0")(book)
        put("Service", "start", date(2026, 5, 1))(book)
        put("Service", "severities", "[mild; severe]")(book)
        row, column = at(book, "Staff", "funded", "peer")
        book["Staff"].cell(4, column + 1).value = "helper"
        for path, value in (("funded", "1 wte"), ("clinical_share", "=0.25*2")):
            book["Staff"].cell(at(book, "Staff", path, "peer")[0], column + 1).value = value
        book["Staff"].cell(row, column + 2).value = None
        changes = book["Changes"]
        heads = {cell.value: cell.column for cell in changes[4]}
        for key, value in {"from": "2027-01-01", "set": "workforce.roles.nurse.funded", "to": "8 wte"}.items():
            changes.cell(10, heads[key]).value = value
        book.create_sheet("Notes of mine")["A1"] = "anything"

    target = written(tmp_path, small(("funded: 2 wte,", "funded: 2 wte, pay: '£20,000 per year',")), edit)
    assert "Staff!G10: found a formula without a value" in refusal(target)
    book = load_workbook(target)
    put("Staff", "clinical_share", "50%", "helper")(book)
    put("Staff", "pay", "£30,000 per year", "peer")(book)
    book.save(target)
    scenario = read_scenario(target)
    roles = scenario.workforce.roles
    assert list(roles) == ["nurse", "peer", "helper"]
    assert (roles["nurse"].funded, roles["nurse"].clinical_share, roles["helper"].clinical_share) == (7.0, 0.55, 0.5)
    assert str(scenario.start) == "2026-05-01"
    assert [change.path for change in scenario.changes] == ["workforce.roles.nurse.funded"]


def test_a_formula_counts_as_the_value_that_was_saved(tmp_path: Path) -> None:
    """A spreadsheet keeps what a formula last showed, and that is read."""
    target = written(tmp_path)
    part = "xl/worksheets/sheet2.xml"
    with zipfile.ZipFile(target) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
        book = load_workbook(target)
    row, column = at(book, "Service", "copies")
    where = f'<c r="{cell_name(row, column)}"'.encode()
    head, tail = parts[part].split(where)
    old, _, tail = tail.partition(b"/>")
    parts[part] = head + where + old + b"><f>1+2</f><v>3</v></c>" + tail
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert read_scenario(target).copies == 3


def test_a_what_if_may_be_a_workbook_that_extends(tmp_path: Path) -> None:
    """A form with a name, `extends` and one number is a what-if of a YAML file, and of another form."""
    base = written(tmp_path)
    for parent in ("team.yaml", base.name):
        target = tmp_path / "whatif.xlsx"
        target.write_bytes(form(None, target))
        book = load_workbook(target)
        put("Service", "name", "More nurses")(book)
        put("Service", "extends", parent)(book)
        book["Staff"]["E4"], book["Staff"]["E7"] = "nurse", "9 wte"
        book.save(target)
        scenario = read_scenario(target)
        assert scenario.workforce.roles["nurse"].funded == 9.0
        assert {str(each) for each in scenario.overrides} == {
            "workforce.roles.nurse.funded: 5 wte → 9 wte",
            "name: Small team → More nurses",
        }


NOON = datetime(2026, 4, 1, 12)  # noqa: DTZ001  a spreadsheet knows no zones

FAULTS = {
    "a unit": (put("Staff", "funded", "7 wtee", "nurse"), 'Staff!E7: workforce.roles.nurse.funded: found "7 wtee"'),
    "an error": (put("Demand", "demand.urgent", "#REF!"), "found the error #REF!; expected a value"),
    "a time of day": (put("Service", "start", NOON), "expected a date without a time of day"),
    "a number beyond reason": (put("Service", "copies", 1e300), "expected a number of at most 10^12"),
    "an invisible character": (put("Service", "name", "a\u202eb"), "found an invisible character, U+202E"),
    "a placeholder": (put("Demand", "demand.months.<name>", "x1.1"), "Demand!A8: found \"<name>\""),
    "an unknown sheet": (lambda book: book.create_sheet("Staf"), 'found the sheet "Staf"'),
    "no headings": (lambda book: book["Staff"].delete_rows(4), 'Staff: found no headings'),
    "a role twice": (cells("Staff", F4="nurse"), 'Staff!F4: workforce.roles.nurse: found a second "nurse"'),
    "a path twice": (
        cells("Demand", A6="demand.urgent", E5="1%", E6="x1"), "expected each once; the first is Demand!E5"
    ),
    "values without a name": (cells("Staff", I7="1 wte"), "Staff!I4: found values without a name"),
    "a value without a path": (
        cells("Staff", E60="1 wte"), 'Staff!E60: found "1 wte"; expected nothing, or a path in A60'
    ),
    "an impossible path": (cells("Staff", A7="funded]["), 'Staff!A7: found "funded]["'),
    "a block and a value": (
        cells("Staff", A8="funded.more", E8="1 wte"), "expected either one value, or what stands beneath it"
    ),
    "merged cells": (lambda book: book["Staff"].merge_cells("E7:F7"), "found the merged cells E7:F7"),
    "a cell far out": (cells("Staff", WQJ1="x"), "Staff!WQJ1: found a value far out"),
    "a row far out": (cells("Staff", A1000000="x"), "Staff!A1000000: found a value far out"),
    "too many cells": (
        lambda book: [book["Staff"].append(["x"] * 400) for _ in range(60)], "found more than 20,000 cells"
    ),
    "too many sheets": (lambda book: [book.create_sheet(f"Notes {n}") for n in range(50)], "expected at most 50"),
    "another block's column": (cells("Demand", F4="2027", F6="x1"), 'Demand!F4: found values under "2027"'),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_what_is_wrong_is_told_by_sheet_and_cell(case: str, tmp_path: Path) -> None:
    """Each fault of a form is one clear sentence that names its cell, within seconds."""
    edit, told = FAULTS[case]
    target = written(tmp_path, edit=edit)
    begin = time.process_time()
    assert told in refusal(target)
    assert time.process_time() - begin < 10


def test_an_empty_form_says_what_it_needs(tmp_path: Path) -> None:
    """What is required is told with the cell in which it is to stand."""
    target = tmp_path / "team.xlsx"
    target.write_bytes(form(None, target))
    told = refusal(target)
    assert 'team.xlsx: Service!E11: horizon: found nothing; expected a duration, such as "6 weeks".' in told
    assert "team.xlsx: Packages!A4: packages: found nothing" in told


def _zip(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def _with_part(good: bytes, part: str, content: bytes) -> bytes:
    """A workbook with one of its parts replaced, or one more."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*{*old.namelist(), part}]:
            new.writestr(name, content if name == part else old.read(name))
    return buffer.getvalue()


ENTITIES = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(12)
)
SHEET = "xl/worksheets/sheet2.xml"
HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "text": lambda _: b"name: a team\n",
    "an old workbook, or one with a password": lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5_000,
    "half a file": lambda good: good[: len(good) // 2],
    "an empty archive": lambda _: _zip(),
    "another archive": lambda _: _zip(hello=b"world"),
    "a bomb": lambda _: _zip(xl__workbook=b"\0" * (200 << 20)),
    "macros": lambda good: _with_part(good, "xl/vbaProject.bin", b"x"),
    "a sheet that is no XML": lambda good: _with_part(good, SHEET, b"\xff\xfe<a>"),
    "a sheet cut short": lambda good: _with_part(good, SHEET, b"<worksheet><sheetData><row r='1'>"),
    "entities": lambda good: _with_part(good, SHEET, ENTITIES + b"]><worksheet>&m;</worksheet>"),
    "a file that it reads": lambda good: _with_part(
        good, SHEET, b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>'
    ),
    "cells everywhere merged": lambda good: _with_part(
        good, SHEET, b'<worksheet><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    ),
    "wide rows": lambda good: _with_part(
        good, SHEET,
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + b'<row><c r="XFD1" t="str"><v>x</v></c></row>' * 20_000 + b"</sheetData></worksheet>",
    ),
    "a cell without sense": lambda good: _with_part(
        good, SHEET,
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="s"><v>99999999</v></c></row></sheetData></worksheet>',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_workbook_is_refused_within_seconds_of_work(case: str, tmp_path: Path) -> None:
    """Nothing but a clear sentence comes out of a hostile file, with exit code 2 and no traceback."""
    good = form(None, tmp_path / "good.xlsx")
    file = tmp_path / "team.xlsx"
    file.write_bytes(HOSTILE[case](good))
    begin = time.process_time()
    result = CliRunner().invoke(main, ["check", str(file)])
    assert time.process_time() - begin < 20
    assert result.exit_code == 2
    assert "; expected " in result.output
    assert "Traceback" not in result.output
    assert len(result.output) < 20_000


def test_only_regular_files_of_reasonable_size_are_opened(tmp_path: Path) -> None:
    """Folders, pipes and giants are refused before they are unpacked."""
    (tmp_path / "folder.xlsx").mkdir()
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "giant.xlsx").write_bytes(b"PK" * (1 << 20))
    assert "a folder" in refusal(tmp_path / "folder.xlsx")
    assert "not a file" in refusal(tmp_path / "pipe.xlsx")
    assert "more than 1 MiB" in refusal(tmp_path / "giant.xlsx")


def test_every_field_of_the_schema_has_a_row() -> None:
    """No block of a scenario is without a sheet, and every path of the form is one that the schema knows."""
    grammar = Grammar()
    held = {key for sheet in SHEETS for key in (sheet.holds or sheet.root[:1])}
    assert held == set(grammar._schema["properties"])
    for sheet in SHEETS:
        for field in grammar.fields(sheet, []):
            assert steps_of(field.path) == field.steps
            assert field.forms, f"{sheet.title}: {field.path}"
            assert field.meaning, f"{sheet.title}: {field.path}"


@pytest.mark.parametrize("name", BASES)
def test_cells_and_values_undo_each_other(name: str) -> None:
    """Whatever stands in a scenario is the same after it has stood in a cell."""
    grammar, tree = Grammar(), read_scenario(ROOT / "scenarios" / name).tree
    for steps, value in leaves(tree):
        forms = grammar.at(steps)
        assert forms, steps
        assert as_value(as_cell(value, forms), forms) == value


def test_a_form_names_files_only_beneath_it(tmp_path: Path) -> None:
    """A scenario that names another cannot be written where the other would not be found."""
    with pytest.raises(UsageError, match="beside it"):
        form(ROOT / "scenarios" / "mhwps_for_the_money.yaml", tmp_path / "team.xlsx")


def test_levers_of_ones_own_stay_known(tmp_path: Path) -> None:
    """The folder of a scenario's own levers is named in the form, too."""
    (tmp_path / "mine").mkdir()
    shipped = next((ROOT / "workforce_sim" / "levers").glob("retain.bundle.yaml"))
    (tmp_path / "mine" / "my.bundle.yaml").write_text(shipped.read_text("utf-8").replace("retain.bundle", "my.bundle"))
    text = SMALL + "lever_folder: mine\nlevers: [{lever: my.bundle, from: 2026-07-01}]\n"
    target = written(tmp_path, text)
    same(read_scenario(tmp_path / "team.yaml"), read_scenario(target))


def test_the_form_is_written_once(tmp_path: Path) -> None:
    """The same scenario gives the same bytes; what is there is replaced only if asked to, and only an .xlsx is."""
    (tmp_path / "team.yaml").write_text(SMALL, encoding="utf-8")
    source, target = str(tmp_path / "team.yaml"), tmp_path / "team.xlsx"
    call = ["template", "--from", source, "--workbook", str(target)]
    assert CliRunner().invoke(main, call).exit_code == 0
    first = target.read_bytes()
    again = CliRunner().invoke(main, call)
    assert again.exit_code == 2
    assert "add --force" in again.output
    assert CliRunner().invoke(main, [*call, "--force"]).exit_code == 0
    assert target.read_bytes() == first
    assert CliRunner().invoke(main, [*call[:-1], str(tmp_path / "team.xls")]).exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["team.xlsx", "team.yaml"]


def test_every_sheet_says_what_it_is() -> None:
    """Titles are words that fit before a cell in a message, each its own."""
    assert all(sheet.title.isalpha() and sheet.about for sheet in SHEETS)
    assert len(BY_TITLE) == len(SHEETS)
