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


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("waiting.step", Stock.WAITING_STEP),
        ("waiting.assessment", Stock.WAITING_ASSESSMENT),
        ("waiting.treatment", Stock.WAITING_TREATMENT),
        ("unallocated_over_2_weeks", Stock.UNALLOCATED_LONG),
        ("without_registered_coordinator", Stock.UNCOORDINATED),
        ("caseload", Stock.IN_TREATMENT),
        ("overdue", Stock.OVERDUE),
    ],
)
def test_each_stock_is_that_of_the_last_month(run, name, there):
    """Of all teams, severities and groups together."""
    assert run[2][name, 1, 1] == run[1][1].stock[23, ..., there].sum()


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("crises", [Flow.CRISES_WAITING, Flow.CRISES_IN_TREATMENT]),
        ("stepped", [Flow.STEPPED]),
        ("ended_early", [Flow.ENDED_EARLY]),
        ("worsened", [Flow.WORSENED]),
        ("left_by_clinician", [Flow.LEFT_BY_CLINICIAN]),
        (
            "closes",
            [
                Flow.CLOSED_WITH_ADVICE,
                Flow.CLOSED_NOT_ATTENDED,
                Flow.GAVE_UP,
                Flow.COMPLETED,
                Flow.DROPPED_OUT,
                Flow.DISCHARGED_NOT_ATTENDED,
                Flow.NO_RESPONSE,
            ],
        ),
    ],
)
def test_each_flow_is_that_of_the_year(run, name, counted):
    """Of all its months together."""
    assert run[2][name, 1, 1] == run[1][1].flow[12:, ..., counted].sum()


def test_shares_and_means_of_flows_by_hand(run):
    """Those known before, of those referred; contacts missed, of those booked, and their delay; weeks; clearance."""
    _, kept, value = run
    flow = kept[1].flow[12:].sum(axis=(0, 1, 2, 3))
    assert value["returned_share", 1, 1] == pytest.approx(flow[Flow.RETURNED] / flow[Flow.REFERRED])
    in_time = flow[Flow.CRISIS_ROUTE_IN_TIME] / flow[Flow.CRISIS_ROUTE]
    assert value["crisis_route.in_time", 1, 1] == pytest.approx(in_time)
    booked = flow[Flow.CONTACTS] + flow[Flow.CONTACTS_MISSED]
    assert value["contacts.missed_share", 1, 1] == pytest.approx(flow[Flow.CONTACTS_MISSED] / booked)
    assert value["contact_delay", 1, 1] == pytest.approx(flow[Flow.DELAY_DAYS] / booked)
    waited = flow[Flow.DAYS_WAITING_ASSESSMENT] + flow[Flow.DAYS_WAITING_TREATMENT]
    assert value["weeks_waited", 1, 1] == pytest.approx(waited / 7)
    ways_out = ("ALLOCATED", "HANDED_OVER", "GAVE_UP", "CLOSED_WITH_ADVICE", "CLOSED_NOT_ATTENDED", "NO_RESPONSE")
    left = sum(flow[Flow[way]] for way in ways_out)
    weeks = value["waiting_list", 1, 1] / (left / (365.25 / 7))
    assert value["clearance_weeks", 1, 1] == pytest.approx(weeks)


def test_the_worst_group_over_the_best_by_hand(run):
    """Those who dropped out over the days that the group was in treatment, the greater rate over the lesser."""
    flow = run[1][1].flow[12:].sum(axis=(0, 1, 2))
    gone = flow[:, Flow.DROPPED_OUT] / (flow[:, Flow.DAYS_IN_TREATMENT] + flow[:, Flow.DAYS_UNALLOCATED])
    assert run[2]["equity.dropped_out", 1, 1] == pytest.approx(gone.max() / gone.min())
    assert gone.max() > gone.min()


def test_groups_of_few_people_are_not_compared():
    """Nine who dropped out of one group are too few, ten are enough."""
    inputs = made_up_inputs()
    kept = made_up_kept(inputs, 0)
    for people, told in ((9, False), (10, True)):
        flow = kept.flow.copy()
        flow[:12, :, :, 0, Flow.DROPPED_OUT] = 0
        flow[0, 0, 0, 0, Flow.DROPPED_OUT] = people
        tables = tables_of(inputs, [kept._replace(flow=flow)], wait_rows(inputs))
        value = measures(tables).set_index(["measure", "year"])["value"]
        assert np.isfinite(value["equity.dropped_out", 1]) == told


def test_parts_of_the_cost_by_hand(run):
    """Each part is what its name says, and a treatment completed costs the total over those completed."""
    inputs, kept, value = run
    costs = tables_of(inputs, kept, wait_rows(inputs))["costs"].query("year == 1 and replication == 1")
    pounds = costs[["pay", "trainees", "bank", "agency", "overtime", "hiring", "courses"]].sum()
    assert value["cost.pay", 1, 1] == pytest.approx(pounds["pay"])
    assert value["cost.temporary", 1, 1] == pytest.approx(pounds["bank"] + pounds["agency"] + pounds["overtime"])
    assert value["cost.training", 1, 1] == pytest.approx(pounds["trainees"] + pounds["courses"])
    assert value["cost.hiring", 1, 1] == pytest.approx(pounds["hiring"])
    completed = kept[1].flow[12:, ..., Flow.COMPLETED].sum()
    assert value["cost.per_completed", 1, 1] == pytest.approx(value["cost.total", 1, 1] / completed)


def test_staff_in_temporary_posts_and_away_are_means_over_the_year(run):
    """Of monthly figures; those who leave the NHS are added up."""
    inputs, kept, value = run
    staff = tables_of(inputs, kept, wait_rows(inputs))["workforce"].query("year == 1 and replication == 1")
    wte = staff.groupby("period_start")[["bank_wte", "agency_wte", "present_wte", "in_post_wte", "funded_wte"]].sum()
    mean = wte.mean()
    assert value["temporary_wte", 1, 1] == pytest.approx(mean["bank_wte"] + mean["agency_wte"])
    assert value["away", 1, 1] == pytest.approx(1 - mean["present_wte"] / mean["in_post_wte"])
    assert value["vacancy_mean", 1, 1] == pytest.approx(1 - mean["in_post_wte"] / mean["funded_wte"])
    assert value["leavers_nhs_wte", 1, 1] == pytest.approx(staff["leavers_nhs_wte"].sum())


def test_waits_are_told_in_weeks(run):
    """Each measure is the column of that name in the line of everybody, a seventh of it if it is a wait."""
    inputs, kept, value = run
    waits = tables_of(inputs, kept, wait_rows(inputs))["waits"]
    own = waits.query("replication == 1 and clock == 'treatment' and span == 'year' and year == 1")
    whole, severe = own[own["by"] == "all"].iloc[0], own[own["value"] == "severe"].iloc[0]
    assert value["wait.treatment.completed_mean", 1, 1] == pytest.approx(whole["completed_mean"] / 7)
    assert value["wait.treatment.within_4_weeks", 1, 1] == pytest.approx(whole["within_4_weeks"])
    assert value["wait.treatment.completed_median.severity.severe", 1, 1] == severe["completed_median"] / 7
    for weeks in (18, 52, 104):
        assert value[f"waiting.over_{weeks}_weeks", 1, 1] == whole[f"waiting_over_{weeks}_weeks"]
