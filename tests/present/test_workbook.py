"""The workbook of results says what the study's own tables say, cell by cell, also in another program."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from tests.scenario.small import small
from workforce_sim.analysis.series import COURSES, course
from workforce_sim.cli import main
from workforce_sim.present.workbook import EVERY, workbook
from workforce_sim.run import Comparison, Study, compare, read_study, run
from workforce_sim.scenario import read_scenario_text

PAY = (("caseload: 30,", "caseload: 30, band: 6,"), ("clinical_share: 50%}", "clinical_share: 50%, band: 5}"))
WHATIF = (
    ("Small team", "=2+2 nurses more, see www.example.org"), ("funded: 5 wte", "funded: 7 wte"),
    (
        "leavers: 10% per year",
        "leavers: {value: 9% per year, range: [5% per year, 12% per year], grade: C, source: '=1+1'}",
    ),
)  # fmt: skip
LEVER = "levers: [{lever: retain.bundle, from: 2026-07-01}]\n"
LIBREOFFICE = shutil.which("soffice")
DEMANDED = "WORKFORCE_SIM_NEEDS_LIBREOFFICE" in os.environ
"""CI sets it: there a missing LibreOffice is a failure, not a test left out."""


@pytest.fixture(scope="module")
def study() -> Comparison:
    """Two scenarios, one with a title and a source that look like formulas."""
    whatif = read_scenario_text(small(*PAY, *WHATIF, more=LEVER), "whatif.yaml")
    return compare(read_scenario_text(small(*PAY)), whatif, replications=4, seed=1, workers=1)


def pages(content: bytes) -> dict[str, list[list[Any]]]:
    """Title of a sheet → its cells, row by row."""
    book = load_workbook(io.BytesIO(content))
    return {page.title: [[cell.value for cell in row] for row in page.iter_rows()] for page in book.worksheets}


def table(cells: list[list[Any]]) -> pd.DataFrame:
    """The table of a sheet, whose headings stand in the fourth row."""
    heads = [head for head in cells[3] if head is not None]
    return pd.DataFrame([row[: len(heads)] for row in cells[4:]], columns=heads)


def check_values(found: dict[str, list[list[Any]]], study: Comparison) -> None:
    """Every number and word of the yearly, comparing and followed tables is the study's."""
    yearly = table(found["Yearly"])
    assert list(yearly["scenario"]) == list(study.summary["scenario"])
    assert list(yearly["measure"]) == list(study.summary["measure"])
    for column in ("year", "mean", "low", "high"):
        np.testing.assert_allclose(yearly[column].astype(float), study.summary[column], rtol=1e-12)
    against = table(found["Comparison"])
    for column in ("year", "mean", "difference", "low", "high"):
        np.testing.assert_allclose(against[column].astype(float), study.comparison[column], rtol=1e-12)
    known = study.comparison["low"].notna()
    assert list(against["told apart"][known] == "yes") == list(study.comparison["told_apart"][known])
    assert set(against["told apart"][~known]) <= {"cannot be said"}
    for name, of in COURSES.items():
        page = table(found["Monthly" if of.months == 1 else "Quarterly"])
        column = next(head for head in page if head.startswith(f"{of.title}, ") and head.endswith(("mean", "run")))
        for scenario in study.names:
            told = course(study.tables, name).query("scenario == @scenario")
            rows = page[page["scenario"] == scenario]
            np.testing.assert_allclose(rows[column].astype(float), told["line"], rtol=1e-12)
            assert [pd.Timestamp(day) for day in rows["date"]] == list(told["at"])


def test_the_values_are_those_of_the_tables(study: Comparison) -> None:
    """Means, intervals, differences and courses are the same to the last digits; what is undefined is empty."""
    found = pages(workbook(study))
    check_values(found, study)
    undefined = study.summary["mean"].isna()
    assert undefined.any()
    assert table(found["Yearly"])["mean"][undefined.to_numpy()].isna().all()


def test_every_number_and_change_is_told(study: Comparison) -> None:
    """Assumptions hold the whole register, once where scenarios agree; levers, changes and definitions are complete."""
    found = pages(workbook(study))
    known = table(found["Assumptions"])
    for name in study.names:
        own = known[(known["scenario"] == EVERY) | (known["scenario"] == name)]
        assert sorted(own["number"]) == sorted(each.path for each in study.register(name))
    leavers = known[known["number"] == "workforce.roles.nurse.leavers"].set_index("scenario")
    assert list(leavers.loc[study.others[0], ["value", "grade", "range", "source"]]) == [
        "9% per year", "C", "5% per year to 12% per year", "=1+1",
    ]  # fmt: skip
    plans = table(found["Levers and changes"])
    assert list(plans["kind"]).count("lever") == 1
    assert list(plans["kind"]).count("dated change") == len(study.told(study.others[0])["changes"])
    assert set(study.summary["measure"]) <= set(table(found["Definitions"])["measure"])
    costs = table(found["Costs"])
    assert len(costs) == (study.summary["unit"] == "pounds").sum() > 0
    told = dict(table(found["Provenance"]).to_numpy().tolist())
    assert told["seed"] == "1"
    assert told["made at"] == study.manifest["created"]


def test_text_is_never_a_formula(study: Comparison) -> None:
    """A title that begins like a formula, or holds an address, is text in every cell."""
    book = load_workbook(io.BytesIO(workbook(study)))
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert any(str(cell.value).startswith("=2+2") for cell in cells)


def test_charts_read_from_the_rows_of_their_scenario(study: Comparison) -> None:
    """Each line of a chart takes its dates and values from the rows of one scenario, all of them."""
    book = load_workbook(io.BytesIO(workbook(study)))
    charts = book["Charts"]._charts
    assert len(charts) == 5
    for chart in charts:
        for number, line in enumerate(chart.series):
            ref = line.yVal.numRef.f
            sheet, _, cells = ref.rpartition("!")
            first, last = (int(cell.rpartition("$")[2]) for cell in cells.split(":"))
            page = book[sheet.strip("'")]
            scenario = study.names[number % 2]
            assert {page.cell(row, 1).value for row in range(first, last + 1)} == {scenario}
            assert page.cell(first - 1, 1).value != scenario
            assert page.cell(last + 1, 1).value != scenario
            assert line.xVal.numRef.f == ref.replace(cells.split("$")[1], "B")


def test_the_same_study_gives_the_same_bytes(study: Comparison, tmp_path: Path) -> None:
    """A saved study, read again, makes the workbook that it made at first."""
    study.save(tmp_path / "out")
    assert workbook(read_study(tmp_path / "out")) == workbook(study)
    with zipfile.ZipFile(io.BytesIO(workbook(study))) as archive:
        assert {part.date_time[0] for part in archive.infolist()} == {1980}
    made = load_workbook(io.BytesIO(workbook(study))).properties.created
    assert made == datetime.fromisoformat(study.manifest["created"]).replace(tzinfo=None)


def test_a_study_without_a_baseline_has_no_comparison() -> None:
    """One scenario, one replication: no differences, no intervals, no costs where no pay is known."""
    alone: Study = run(read_scenario_text(small()), replications=1, workers=1)
    found = pages(workbook(alone))
    assert "Comparison" not in found
    assert "Costs" not in found
    assert table(found["Yearly"])["low"].isna().all()
    assert table(found["Yearly"])["mean"].notna().any()


def test_commands_write_workbooks(tmp_path: Path) -> None:
    """`run --workbook` and `workbook DIR --out` write the same file; one that is there needs --force."""
    (tmp_path / "team.yaml").write_text(small(*PAY), encoding="utf-8")
    out, one, two = tmp_path / "out", tmp_path / "one.xlsx", tmp_path / "two.xlsx"
    call = ["run", str(tmp_path / "team.yaml"), "--replications", "2", "--workers", "1", "--workbook", str(one)]
    done = CliRunner().invoke(main, [*call, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert CliRunner().invoke(main, ["workbook", str(out), "--out", str(two)]).exit_code == 0
    assert one.read_bytes() == two.read_bytes()
    refused = CliRunner().invoke(main, call)
    assert refused.exit_code == 2
    assert "add --force" in refused.output
    for wrong in (["workbook", str(tmp_path), "--out", str(tmp_path / "x.xlsx")], ["workbook", str(out), "--out", "x"]):
        result = CliRunner().invoke(main, wrong)
        assert result.exit_code == 2
        assert "Traceback" not in result.output


@pytest.mark.slow
@pytest.mark.skipif(not (LIBREOFFICE or DEMANDED), reason="LibreOffice is not installed; CI installs it")
def test_libreoffice_opens_it_with_the_same_values(study: Comparison, tmp_path: Path) -> None:
    """Opened and saved by LibreOffice, without anybody looking, the workbook holds the same values and charts."""
    assert LIBREOFFICE, "LibreOffice must be installed here"
    (tmp_path / "results.xlsx").write_bytes(workbook(study))
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    call = [LIBREOFFICE, home, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "again"),
            str(tmp_path / "results.xlsx")]  # fmt: skip
    subprocess.run(call, check=True, capture_output=True, timeout=300)
    again = (tmp_path / "again" / "results.xlsx").read_bytes()
    check_values(pages(again), study)
    assert len(load_workbook(io.BytesIO(again))["Charts"]._charts) == 5
