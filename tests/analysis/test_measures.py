"""Measures: every one declared, and each what it says."""

from __future__ import annotations

import numpy as np
import pytest

from tests.results.made_up import made_up_inputs, made_up_kept
from workforce_sim.analysis.declared import DECLARED, declaration
from workforce_sim.analysis.measures import measure_dictionary, measures
from workforce_sim.analysis.waits import wait_rows
from workforce_sim.engine.staffing import Staffing
from workforce_sim.inputs.codes import Flow, Stock, Use
from workforce_sim.inputs.rules import Prices
from workforce_sim.results.frames import tables_of


@pytest.fixture(scope="module")
def run():
    """Two replications of a made-up scenario with a warm-up year, their measures by name."""
    inputs = made_up_inputs(results_from=365)
    kept = [made_up_kept(inputs, number) for number in range(2)]
    rows = measures(tables_of(inputs, kept, wait_rows(inputs)))
    return inputs, kept, rows.set_index(["measure", "replication", "year"])["value"]


def test_every_declared_measure_is_counted_and_every_counted_one_declared(run):
    """Nothing is promised and missing, nothing appears without unit and meaning."""
    names = set(run[2].index.get_level_values("measure"))
    assert set(DECLARED) <= names
    for name in names:
        assert declaration(name).unit
        assert declaration(name).better in {"higher", "lower", "neither"}


def test_only_years_of_results_are_told(run):
    """The warm-up year is left out."""
    assert set(run[2].index.get_level_values("year")) == {1}


def test_stocks_are_of_the_last_day_and_flows_of_the_whole_year(run):
    """The list is that of month 24, referrals are the sum of months 13 to 24."""
    _, kept, value = run
    last = kept[1].stock[23].sum(axis=(0, 1, 2))
    waiting = last[Stock.WAITING_ASSESSMENT] + last[Stock.WAITING_TREATMENT] + last[Stock.UNALLOCATED]
    assert value["waiting_list", 1, 1] == waiting
    assert value["referrals", 1, 1] == kept[1].flow[12:, ..., Flow.REFERRED].sum()
    left = kept[1].flow[12:, ..., [Flow.REFERRED, Flow.DECLINED]].sum(axis=(0, 1, 2, 3))
    assert value["accepted", 1, 1] == left[0] - left[1]


def test_caseload_per_wte_is_of_the_roles_that_hold_one(run):
    """Support workers hold no caseload: neither their people nor their WTE count."""
    _, kept, value = run
    cases = kept[0].use[23, :, :2, Use.CASES].sum()
    wte = kept[0].staffing[23, :, :2, Staffing.IN_POST].sum() / 100
    assert value["caseload_per_wte", 0, 1] == pytest.approx(cases / wte)
    assert ("caseload_per_wte.support_worker", 0, 1) not in value.index
    assert ("vacancy.support_worker", 0, 1) in value.index


def test_staff_measures_by_hand(run):
    """Vacancy at the year's end, turnover over mean staff, utilisation of clinical time."""
    _, kept, value = run
    staff, use = kept[0].staffing[12:], kept[0].use[12:].sum(axis=(0, 1, 2))
    assert value["vacancy", 0, 1] == pytest.approx(
        1 - staff[11, ..., Staffing.IN_POST].sum() / staff[11, ..., Staffing.FUNDED].sum()
    )
    mean = staff[..., Staffing.IN_POST].sum(axis=(1, 2)).mean()
    assert value["turnover", 0, 1] == pytest.approx(staff[..., Staffing.LEAVERS].sum() / mean)
    there = use[Use.AVAILABLE] + use[Use.OVERTIME]
    assert value["utilisation", 0, 1] == pytest.approx(
        (use[Use.ATTENDED : Use.CRISIS + 1].sum() + use[Use.TRIAGE]) / there
    )


def test_the_workforce_plan_by_hand(run):
    """Leaving the NHS over mean staff, absence as a mean of month ends, people who stay, trainees, qualified."""
    _, kept, value = run
    staff = kept[1].staffing[12:]
    mean = staff[..., Staffing.IN_POST].sum(axis=(1, 2)).mean()
    assert value["left_nhs_rate", 1, 1] == pytest.approx(staff[..., Staffing.LEAVERS_NHS].sum() / mean)
    assert value["absent_wte", 1, 1] == pytest.approx(staff[..., Staffing.ABSENT].sum(axis=(1, 2)).mean() / 100)
    assert value["trainees", 1, 1] == pytest.approx(staff[11, ..., Staffing.TRAINEES].sum() / 100)
    assert value["qualified", 1, 1] == staff[..., Staffing.QUALIFIED].sum()
    at_first, stayed = kept[1].staying[0].sum(axis=0)
    assert value["stability", 1, 1] == pytest.approx(stayed / at_first)


def test_costs_add_up(run):
    """The total is its parts; a contact costs the total over contacts; programmes always cost the same."""
    inputs, kept, value = run
    tables = tables_of(inputs, kept, wait_rows(inputs))
    pounds = tables["costs"][(tables["costs"]["year"] == 1) & (tables["costs"]["replication"] == 1)]
    parts = [f"cost.{name}" for name in ("pay", "temporary", "training", "hiring", "programmes")]
    assert value["cost.total", 1, 1] == pytest.approx(sum(value[part, 1, 1] for part in parts))
    own = pounds[["pay", "trainees", "bank", "agency", "overtime", "hiring", "courses"]].to_numpy().sum()
    assert value["cost.total", 1, 1] == pytest.approx(own + 12_000)
    assert value["cost.programmes", 0, 1] == pytest.approx(12_000)
    contacts = kept[1].flow[12:, ..., Flow.CONTACTS].sum()
    assert value["cost.per_contact", 1, 1] == pytest.approx(value["cost.total", 1, 1] / contacts)
    staff = value["cost.pay", 1, 1] + value["cost.temporary", 1, 1] + pounds["trainees"].sum()
    assert value["agency_share", 1, 1] == pytest.approx(pounds["agency"].sum() / staff)


def test_costs_are_left_out_if_any_pay_is_unknown():
    """A total without one role's pay would be a wrong number, and an empty one would look like nobody's fault."""
    inputs = made_up_inputs()
    inputs.epochs[0].staff.prices = Prices(unpriced=(1,), programmes=(0.0,))
    found = set(measures(tables_of(inputs, [made_up_kept(inputs, 0)], wait_rows(inputs)))["measure"])
    assert not [name for name in found if name.startswith("cost.") or name == "agency_share"]


def test_a_measure_of_nothing_is_undefined():
    """With nobody in post there is no caseload per WTE, and with nobody referred no wait."""
    inputs = made_up_inputs()
    kept = made_up_kept(inputs, 0)
    nobody = kept._replace(
        staffing=np.zeros_like(kept.staffing), use=np.zeros_like(kept.use), waits=np.where(kept.waits >= 0, 0, np.nan)
    )
    value = measures(tables_of(inputs, [nobody], wait_rows(inputs))).set_index(["measure", "year"])["value"]
    for name in ("caseload_per_wte", "vacancy", "turnover", "utilisation", "caseload_per_wte.nurse"):
        assert np.isnan(value[name, 1])


def test_the_dictionary_explains_every_measure():
    """Name, unit, meaning and direction for each."""
    dictionary = measure_dictionary()
    assert not dictionary["measure"].duplicated().any()
    assert (dictionary.map(len) > 0).all(axis=None)
