"""Tables are what their declaration says, whatever was simulated."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tests.results.made_up import made_up_inputs, made_up_kept
from workforce_sim.analysis.waits import wait_rows
from workforce_sim.engine.staffing import Staffing
from workforce_sim.inputs.codes import Flow, Stock, Use
from workforce_sim.results.frames import tables_of
from workforce_sim.results.tables import DTYPES, TABLES, data_dictionary, empty, typed, years_of_periods


@pytest.fixture(scope="module")
def run():
    """Three replications of a made-up scenario, and their tables."""
    inputs = made_up_inputs()
    kept = [made_up_kept(inputs, number, spells=True) for number in range(3)]
    return inputs, kept, tables_of(inputs, kept, wait_rows(inputs))


def test_every_table_has_its_declared_columns_and_types(run):
    """The frames and the dictionary agree, column by column."""
    for name, frame in run[2].items():
        declared = {c.name: DTYPES[c.type] for c in TABLES[name].columns}
        assert {c: str(t) for c, t in frame.dtypes.items()} == declared


def test_keys_are_unique_and_every_combination_is_there(run):
    """A count that did not occur is a row; no two rows have the same key."""
    for name, frame in run[2].items():
        assert not frame.duplicated([c.name for c in TABLES[name].keys]).any()
    assert len(run[2]["flows"]) == 3 * 24 * 2 * 3 * 2


def test_every_number_arrives_where_it_belongs(run):
    """A cell of an array is found in the row with its names."""
    inputs, kept, tables = run
    place = ("2026-09-01", "south", "severe", "a")
    row = tables["flows"].set_index(["replication", "period_start", "team", "severity", "group"]).loc[(2, *place)]
    assert row["gave_up"] == kept[2].flow[5, 1, 2, 0, Flow.GAVE_UP]
    lists = tables["lists"].set_index(["replication", "period_start", "team", "severity", "group"])
    assert lists.loc[(1, *place), "overdue"] == kept[1].stock[5, 1, 2, 0, Stock.OVERDUE]
    staff = tables["workforce"].set_index(["replication", "period_start", "team", "role"])
    days = inputs.working[0][inputs.period_of_day == 5].sum()
    present = kept[0].use[5, 0, 1, Use.PRESENT] / days / 100
    assert staff.loc[(0, "2026-09-01", "north", "psychologist"), "present_wte"] == pytest.approx(present)
    used = tables["time_use"].set_index(["replication", "period_start", "team", "role"])
    assert used.loc[(0, "2026-09-01", "north", "nurse"), "crisis_hours"] == kept[0].use[5, 0, 0, Use.CRISIS] / 3600
    assert used.loc[(0, "2026-09-01", "north", "nurse"), "overtime_hours"] == kept[0].use[5, 0, 0, Use.OVERTIME] / 3600


def test_the_workforce_plan_arrives_where_it_belongs(run):
    """Hundredths become WTE, heads stay people, and temporary staff are means over the month's working days."""
    inputs, kept, tables = run
    rows = tables["workforce"].set_index(["replication", "period_start", "team", "role"])
    row, staff = rows.loc[(1, "2026-09-01", "south", "nurse")], kept[1].staffing[5, 1, 0]
    days = inputs.working[0][inputs.period_of_day == 5].sum()
    for name in ("funded", "in_post", "starters", "leavers", "leavers_nhs", "moved_in", "moved_out", "trainees"):
        assert row[f"{name}_wte"] == staff[Staffing[name.upper()]] / 100
    for name in ("frozen", "refused", "absent"):
        assert row[f"{name}_wte"] == staff[Staffing[name.upper()]] / 100
    for name in ("trainees_started", "trainees_left", "qualified", "unplaced"):
        assert row[name] == staff[Staffing[name.upper()]]
    assert (row["starters"], row["leavers"]) == (staff[Staffing.STARTER_HEADS], staff[Staffing.LEAVER_HEADS])
    assert row["hired"] == staff[Staffing.HIRED_HEADS]
    temporary = {"bank": Staffing.BANK_DAYS, "agency": Staffing.AGENCY_DAYS, "cover_cut": Staffing.COVER_CUT}
    for name, place in temporary.items():
        assert row[f"{name}_wte"] == pytest.approx(staff[place] / 100 / days)


def test_flow_and_stock_columns_follow_their_codes():
    """The columns of flows and lists stand in the order of the codes, so none can be taken for another."""
    assert [c.name for c in TABLES["flows"].values] == [f.name.lower() for f in list(Flow)[:-1]]
    assert [c.name for c in TABLES["lists"].values] == [s.name.lower() for s in list(Stock)[:-1]]


def test_a_key_that_is_there_twice_is_an_error():
    """Two replications with the same number cannot be tabled."""
    inputs = made_up_inputs()
    with pytest.raises(ValueError, match="twice"):
        tables_of(inputs, [made_up_kept(inputs, 0), made_up_kept(inputs, 0)], wait_rows(inputs))


def test_columns_that_are_not_declared_are_an_error():
    """Nothing gets into a table that its declaration does not know."""
    with pytest.raises(ValueError, match="surprise"):
        typed(TABLES["packages"], {"surprise": [1]})


def test_an_empty_table_keeps_its_columns():
    """No rows, but the same columns and types."""
    frame = empty(TABLES["spells"])
    assert len(frame) == 0
    assert list(frame.columns) == [c.name for c in TABLES["spells"].columns]


def test_years_are_twelve_months_from_the_first_day_that_counts():
    """The warm-up is year 0, and a part-year at the end is a year of its own."""
    inputs = made_up_inputs(date(2024, 4, 1), date(2027, 7, 1), results_from=730)
    assert inputs.period_starts[24] == date(2026, 4, 1)
    assert years_of_periods(inputs).tolist() == [0] * 24 + [1] * 12 + [2] * 3


def test_years_of_a_start_within_a_month_are_whole():
    """Starting on the 15th, twelve months that also begin on the 15th make a year."""
    inputs = made_up_inputs(date(2026, 4, 15), date(2028, 4, 15))
    inputs.period_starts = tuple(date(2026 + (3 + m) // 12, (3 + m) % 12 + 1, 15) for m in range(24))
    assert years_of_periods(inputs).tolist() == [1] * 12 + [2] * 12


def test_spells_tell_not_yet_as_empty(run):
    """A day that has not come is NaN, never a number."""
    spells = run[2]["spells"]
    assert spells.loc[spells["end"] == "open", "end_day"].isna().all()
    assert spells["start_day"].min() > -1000
    assert set(spells["package"]) == {"", "care_coordination", "medical", "therapy"}


def test_every_column_has_a_meaning():
    """The dictionary leaves no column unexplained."""
    dictionary = data_dictionary()
    assert (dictionary["meaning"].str.len() > 0).all()
    assert not dictionary.duplicated(["table", "column"]).any()
    assert np.isin(dictionary["type"], list(DTYPES)).all()
