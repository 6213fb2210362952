"""Local files: what is read is what was written, nothing is lost silently, and every fault is told with its place."""

from __future__ import annotations

import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy import stats

from tests.studies.service import SERVICE, base
from workforce_sim.cli import main
from workforce_sim.errors import ScenarioError, UsageError
from workforce_sim.scenario import read_scenario
from workforce_sim.studies.layer import staff_layer
from workforce_sim.studies.local_data import read_local
from workforce_sim.studies.mhsds import COLUMNS, read_mhsds
from workforce_sim.studies.observed import Observed, together
from workforce_sim.studies.staff_list import StaffList, poisson_interval, product_limit, read_staff_list
from workforce_sim.studies.weekly import read_weekly, weekly_counts


def file_of(folder: Path, text: str | bytes, name: str = "data.csv") -> Path:
    """A file in a folder."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def messages(error: pytest.ExceptionInfo[ScenarioError]) -> str:
    """All findings as they are told."""
    return str(error.value)


# --- weekly counts ---------------------------------------------------------------------------------------------------


def test_weekly_counts_are_read_however_they_are_spelt(tmp_path: Path) -> None:
    """Case, spaces, order, day-first dates and thousands commas do not matter; unknown cells stay unknown, not zero."""
    text = 'Waiting List,Week Commencing,REFERRALS,Nurse in post\n"1,204",07/04/2025,*,5.5\n,14 Apr 2025,0,n/a\n'
    rows = read_weekly(file_of(tmp_path, text)).rows.set_index(["measure", "first_day"])
    first, second = pd.Timestamp("2025-04-07"), pd.Timestamp("2025-04-14")
    assert rows.loc[("list", first), "value"] == 1204
    assert rows.loc[("in_post.nurse", first), "value"] == 5.5
    assert rows.loc[("referrals", second), "value"] == 0
    assert rows.loc[("referrals", first), "state"] == "suppressed"
    assert rows.loc[("list", second), "state"] == rows.loc[("in_post.nurse", second), "state"] == "empty"
    assert rows["value"].isna().sum() == 3


@pytest.mark.parametrize(
    "week", ["45754", "2025-04-07", "7/4/25", "07.04.2025", "2025-04-07 00:00:00", "7-Apr-25", "7 April 2025"]
)
def test_dates_are_read_as_excel_and_people_write_them(week: str, tmp_path: Path) -> None:
    """Each of these is the seventh of April 2025."""
    assert read_weekly(file_of(tmp_path, f"week,list\n{week},3\n")).first_day == date(2025, 4, 7)


def test_a_week_may_be_named_by_its_last_day(tmp_path: Path) -> None:
    """A week ending on the 13th began on the 7th."""
    seen = read_weekly(file_of(tmp_path, "week ending,list\n13/04/2025,3\n"))
    assert (seen.first_day, seen.last_day) == (date(2025, 4, 7), date(2025, 4, 13))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_usual_encodings_are_read(encoding: str, tmp_path: Path) -> None:
    """UTF-8, with or without its mark, and Windows text read the same; separators may be commas or semicolons."""
    data = "week;list;£ spent\n07/04/2025;12;3\n".encode(encoding)
    seen = read_weekly(file_of(tmp_path, data))
    assert seen.known["value"].tolist() == [12]
    assert any("£ spent" in note for note in seen.notes)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("week,referals\n07/04/2025,3\n", ["data.csv:1:2", '"referals"', 'Did you mean "referrals"']),
        ("week,list\n07/04/2025,abc\n", ["data.csv:2:2: list", '"abc"', "a number from 0"]),
        ("week,list\n07/04/2025,-3\n", ["data.csv:2:2: list", '"-3"']),
        ("week,list\n04/13/2025,3\n", ["data.csv:2:1: week", '"04/13/2025"', "day first"]),
        ("week,list\n,3\n", ["data.csv:2:1: week", "no date"]),
        ("week,list\n07/04/2025,3\n07/04/2025,4\n", ["data.csv:3:1", "a second time", "line 2"]),
        ("week,list\n07/04/2025,3\n16/04/2025,4\n", ["data.csv:3:1", "Wednesday", "whole weeks"]),
        ("week,list,List\n07/04/2025,3,4\n", ["data.csv:1:3", "a second column for list"]),
        ("week,list\n07/04/2025,3,4,5\n", ["data.csv:2:3", "found 4 cells", "expected 2"]),
        ("week,list\n07/04/2025,\n", ["no known count"]),
        ("week,colour\n07/04/2025,red\n", ["no column with a measure", "referrals"]),
        ("list,colour\n3,red\n", ["no column for the week"]),
        ("week,list\n", ["no rows below a header"]),
        ("", ["an empty file"]),
        (b"PK\x03\x04", ["an Excel workbook", "CSV UTF-8"]),
        ("week,list\n07/04/2025,3\n".encode("utf-16"), ["UTF-16"]),
        (b"week,list\n07/04/2025,\x81\n", ["data.csv:2", "neither UTF-8 nor Windows text"]),
        (b"week,list\n07/04/2025,\0\n", ["bytes that are not text"]),
    ],
)
def test_faults_of_weekly_counts_are_told_with_their_place(text: str, told: list[str], tmp_path: Path) -> None:
    """A message names file, line and column, what was found, what is expected, and the nearest name."""
    with pytest.raises(ScenarioError) as error:
        read_weekly(file_of(tmp_path, text))
    assert all(piece in messages(error) for piece in told), messages(error)


def test_many_faults_are_told_in_few_lines(tmp_path: Path) -> None:
    """Of a thousand bad cells twenty are told, and how many more there are."""
    weeks = pd.date_range("2007-01-01", periods=900, freq="7D").strftime("%Y-%m-%d")
    with pytest.raises(ScenarioError) as error:
        read_weekly(file_of(tmp_path, "week,list\n" + "".join(f"{week},x\n" for week in weeks)))
    assert len(error.value.findings) == 21
    assert "880 more" in messages(error)


def test_what_the_model_counts_can_be_read_again(tmp_path: Path) -> None:
    """The weekly counts of a run, written and read, are the same numbers, and whole weeks."""
    counts = weekly_counts(base(), seed=3)
    path = tmp_path / "weekly.csv"
    counts.to_csv(path, index=False)
    seen = read_weekly(path)
    assert len(counts) == 52
    assert seen.known["value"].sum() == pytest.approx(counts.drop(columns="week").to_numpy().sum())
    assert (counts["list"] >= counts["waiting_assessment"] + counts["waiting_treatment"]).all()


def test_a_measure_counts_once(tmp_path: Path) -> None:
    """The same measure from two files is refused."""
    one = read_weekly(file_of(tmp_path, "week,list\n07/04/2025,3\n", "one.csv"))
    other = read_weekly(file_of(tmp_path, "week,list\n07/04/2025,3\n", "other.csv"))
    with pytest.raises(UsageError, match=r"list is in .*one\.csv and in .*other\.csv"):
        together([one, other])


# --- published referral spells ---------------------------------------------------------------------------------------


def spells(*rows: tuple[str, ...], provider: str = "RX1") -> str:
    """A published file: rows are (measure, value) or (measure, value, period start, period end)."""
    lines = [",".join(COLUMNS)]
    for measure, value, *days in rows:
        start, end = days or ("01/07/2024", "30/09/2024")
        who = f'Provider,{provider},"EXAMPLE, TRUST",NONE,NONE'
        lines.append(f'{start},{end},Performance,{who},{measure},"a name, with a comma",{value}')
    return "\r\n".join(lines)


def test_published_spells_become_measures_of_the_model(tmp_path: Path) -> None:
    """Started spells are accepted referrals of the quarter, open ones stand at its end; counts carry rounding."""
    text = spells(("MRS04", "260"), ("MRS06", "560"), ("MRS03a", "71"), ("MRS07f", "1.4"), ("MRS01", "*"))
    seen = read_mhsds(file_of(tmp_path, text))
    rows = seen.rows.set_index("measure")
    assert rows.loc["accepted", "value"] == 260
    assert rows.loc["accepted", "first_day"] == pd.Timestamp("2024-07-01")
    assert rows.loc["open_spells", "first_day"] == rows.loc["open_spells", "last_day"] == pd.Timestamp("2024-09-30")
    assert rows["error"].to_dict() == {"accepted": 2.5, "open_spells": 2.5, "waited_median_second": 0.5}
    assert any("2 rows of other measures" in note for note in seen.notes)


def test_a_suppressed_count_is_unknown_and_never_zero(tmp_path: Path) -> None:
    """A star is kept as suppressed, without a value, and is told."""
    path = file_of(tmp_path, spells(("MRS04", "*"), ("MRS05", "0")))
    rows = read_mhsds(path).rows.set_index("measure")
    assert rows.loc["accepted", "state"] == "suppressed"
    assert np.isnan(rows.loc["accepted", "value"])
    assert rows.loc["closes", "value"] == 0
    shown = CliRunner().invoke(main, ["import", str(path)])
    assert "1 cell is suppressed (*): unknown, not zero" in shown.output


def test_a_provider_must_be_chosen_where_there_are_several(tmp_path: Path) -> None:
    """With two providers one must be named, by code or name; a misspelt one brings the nearest."""
    text = spells(("MRS04", "10")) + "\r\n" + spells(("MRS04", "20"), provider="RY2").split("\r\n")[1]
    path = file_of(tmp_path, text)
    assert read_mhsds(path, "ry2").known["value"].tolist() == [20]
    for wrong, told in ((None, "2 providers"), ("RY3", 'Did you mean "ry2"')):
        with pytest.raises(ScenarioError) as error:
            read_mhsds(path, wrong)
        assert told in messages(error)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (spells(("MRS04", "10")).replace("MEASURE_VALUE", "VALUE"), ["a column called MEASURE_VALUE"]),
        (spells(("MRS04", "ten")), ["data.csv:2:11: MEASURE_VALUE", '"ten"']),
        (spells(("MRS04", "10", "2024-13-01", "30/09/2024")), ["data.csv:2:1", "a date, day first"]),
        (spells(("MRS04", "10", "01/10/2024", "30/09/2024")), ["data.csv:2:2", "before 2024-10-01"]),
        (spells(("MRS04", "10"), ("MRS04", "15")), ["data.csv:3:11", '"15" for accepted', "line 2 says otherwise"]),
        (spells(("MRS99", "10")), ["no row of the adult measures MRS04"]),
    ],
)
def test_faults_of_published_spells_are_told(text: str, told: list[str], tmp_path: Path) -> None:
    """Missing columns, bad cells, impossible periods and contradictions are told with their place."""
    with pytest.raises(ScenarioError) as error:
        read_mhsds(file_of(tmp_path, text))
    assert all(piece in messages(error) for piece in told), messages(error)


# --- staff lists -----------------------------------------------------------------------------------------------------

EARLY, LATER = 1.6, 0.8


def staff_list(posts: int, rate: float, first: date, years: int, seed: int) -> str:
    """Everybody in post after a first day, in posts refilled at once for twenty years before it."""
    luck, lines = np.random.default_rng(seed), ["role,start date,leave date"]
    for _ in range(posts):
        day = -20.0 + luck.uniform(0, 1)
        while day < years:
            stay = luck.exponential(1 / (rate * EARLY))
            if stay > 2:
                stay = 2 + luck.exponential(1 / (rate * LATER))
            begin, end = (first + pd.Timedelta(days=round(365.25 * t)) for t in (day, day + stay))
            if day + stay > 0:
                lines.append(f"Nurse,{begin:%d/%m/%Y},{f'{end:%d/%m/%Y}' if day + stay < years else ''}")
            day += stay
    return "\n".join(lines)


def test_leaving_is_found_again_from_a_staff_list_that_begins_late(tmp_path: Path) -> None:
    """Rate and multipliers lie in their intervals although those who left before the list began are not on it; who
    ignores that finds people staying far longer."""
    first = date(2018, 4, 1)
    path = file_of(tmp_path, staff_list(400, 0.2, first, 6, 1))
    found = read_staff_list(path, first, date(2024, 4, 1))
    when = found.leaving.set_index("when")
    (role,) = found.roles.to_dict("records")
    ratio = when.loc["early", "multiplier"] / when.loc["later", "multiplier"]
    assert ratio == pytest.approx(EARLY / LATER, rel=0.15)
    for name, true in (("early", EARLY), ("later", LATER)):
        assert role["low"] * when.loc[name, "low"] < 0.2 * true < role["high"] * when.loc[name, "high"]
        assert role["rate"] * when.loc[name, "multiplier"] == pytest.approx(0.2 * true, rel=0.12)
    two = found.staying.set_index("years").loc[2.0]
    assert two["low"] < np.exp(-0.2 * EARLY * 2) < two["high"]
    naive = product_limit(found.people.assign(entry=0.0)).query("years <= 2")["staying"].iloc[-1]
    assert naive > two["high"]


def test_without_late_entry_staying_is_that_of_scipy() -> None:
    """Where everybody is followed from the start, product limit and interval are those of `scipy.stats.ecdf`."""
    luck = np.random.default_rng(2)
    out, left = np.round(luck.exponential(3, 80), 1) + 0.1, luck.uniform(size=80) < 0.7
    own = product_limit(pd.DataFrame({"entry": 0.0, "exit": out, "left": left}))
    theirs = stats.ecdf(stats.CensoredData.right_censored(out, ~left)).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # its interval is undefined where nobody has left yet
        ends = theirs.confidence_interval(method="log-log")
    for mine, other in (("staying", theirs), ("low", ends.low), ("high", ends.high)):
        inner = own[own["staying"] > 0]
        np.testing.assert_allclose(inner[mine], other.evaluate(inner["years"].to_numpy()), rtol=1e-6)


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.390)])
def test_poisson_intervals_are_those_of_the_tables(count: int, low: float, high: float) -> None:
    """Garwood's exact intervals."""
    assert poisson_interval(count) == pytest.approx((low, high), abs=0.001)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("role,start\nnurse,01/04/2020\n", ["a column called leave"]),
        ("role,start,leave\nnurse,01/04/2020,01/03/2020\n", ["data.csv:2:3: leave", "before the start"]),
        ("role,start,leave\nnurse,,\n", ["data.csv:2:2: start", "the day of the start"]),
        ("role,start,leave\n,01/04/2020,\n", ["data.csv:2:1: role"]),
        ("role,start,leave,wte\nnurse,01/04/2020,,37.5\n", ["data.csv:2:4: wte", '"37.5"', "0 to 2"]),
    ],
)
def test_faults_of_staff_lists_are_told(text: str, told: list[str], tmp_path: Path) -> None:
    """A leaver before they came, a missing date, hours in place of WTE: each is told with its place."""
    with pytest.raises(ScenarioError) as error:
        read_staff_list(file_of(tmp_path, text))
    assert all(piece in messages(error) for piece in told), messages(error)


def test_a_staff_list_makes_a_layer_that_can_be_read(tmp_path: Path) -> None:
    """The layer put into the base reads without a finding, and carries values, ranges, grades and sources."""
    first = date(2018, 4, 1)
    found = read_local(file_of(tmp_path, staff_list(60, 0.2, first, 5, 4)), "staff")
    assert isinstance(found, StaffList)
    (tmp_path / "base.yaml").write_text(SERVICE, encoding="utf-8")
    (tmp_path / "leaving.yaml").write_text(staff_layer(found, "base.yaml"), encoding="utf-8")
    evidence = read_scenario(tmp_path / "leaving.yaml").evidence["workforce.roles.nurse.leavers"]
    assert evidence.grade == "B"
    assert evidence.range is not None
    assert "person-years" in evidence.source


def test_the_kind_of_a_file_is_told_by_its_header(tmp_path: Path) -> None:
    """Weekly counts, spells and staff lists are told apart; anything else is refused with what is known."""
    assert isinstance(read_local(file_of(tmp_path, "week,list\n07/04/2025,3\n")), Observed)
    assert isinstance(read_local(file_of(tmp_path, spells(("MRS04", "10")))), Observed)
    staff = "role,start,leave\nnurse,01/04/2020,01/04/2021\nnurse,02/04/2021,\n"
    assert isinstance(read_local(file_of(tmp_path, staff)), StaffList)
    with pytest.raises(ScenarioError, match="a staff list"):
        read_local(file_of(tmp_path, "a,b\n1,2\n"))


def test_the_command_shows_and_saves_and_refuses(tmp_path: Path) -> None:
    """`import` shows a table, saves a tidy file, does not overwrite one, and ends with 2 where something is to mend."""
    path, out = file_of(tmp_path, "week,list\n07/04/2025,3\n14/04/2025,*\n"), tmp_path / "tidy.csv"
    done = CliRunner().invoke(main, ["import", str(path), "--out", str(out)])
    assert done.exit_code == 0
    assert "Saved to" in done.output
    tidy = pd.read_csv(out)
    assert tidy["state"].tolist() == ["known", "suppressed"]
    again = CliRunner().invoke(main, ["import", str(path), "--out", str(out)])
    assert again.exit_code == 2
    assert "--force" in again.output
    wrong = CliRunner().invoke(main, ["import", str(path), "--out", str(tmp_path / "tidy.xlsx")])
    assert wrong.exit_code == 2
    assert ".csv" in wrong.output
