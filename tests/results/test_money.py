"""What a run costs: to the penny where nobody comes or goes, and by the day where things change."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from tests.results.made_up import epoch, made_up_inputs
from tests.scenario.small import small
from workforce_sim.engine.simulate import simulate
from workforce_sim.engine.staffing import Staffing
from workforce_sim.inputs.codes import Use
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.inputs.rules import OneOff, Prices
from workforce_sim.results.money import months, programme_costs, staff_costs, unpriced_roles
from workforce_sim.scenario.reader import read_scenario_text
from workforce_sim.units import YEAR_WEEKS

PRICED = (
    ("nurse: {funded: 5 wte, leavers: 10% per year", 'nurse: {funded: 5 wte, in_post: 4 wte, pay: "£36,000 per year"'),
    ("peer: {funded: 2 wte", 'peer: {funded: 2 wte, pay: "£24,000 per year"'),
)
"""Edits of the small scenario: nobody leaves, a nurse post is vacant, and pay is known."""

NEVER = [np.zeros((0, 3), dtype=np.int64)]
"""One replication in which no standing rule ever fires."""

FROZEN = """
  freezes: [{roles: [nurse], from: 2026-04-01, until: 2028-04-01}]
"""


def world(*edits, more=""):
    """The small scenario with pay, compiled."""
    return compile_inputs(read_scenario_text(small(*PRICED, *edits, more=more)))


def spent(inputs):
    """Its costs in one replication: columns as (period, role)."""
    run = simulate(inputs, 1, 0)
    return {
        name: cost[0, :, 0]
        for name, cost in staff_costs(inputs, run.staffing[None], run.use[None], [run.fired]).items()
    }


def staffing(inputs, **columns):
    """A record in which every month, team and role is the same."""
    shape = (1, len(inputs.period_starts), len(inputs.names.teams), len(inputs.names.roles), Staffing.N)
    record = np.zeros(shape, dtype=np.int64)
    for name, value in columns.items():
        record[..., Staffing[name]] = value
    return record


def with_prices(inputs, **prices):
    """The staff's rules of the first epoch with other prices."""
    return SimpleNamespace(**{**inputs.epochs[0].staff.__dict__, "prices": Prices(**prices)})


def no_time(inputs):
    """A record of no work done."""
    return np.zeros((1, len(inputs.period_starts), len(inputs.names.teams), len(inputs.names.roles), Use.N), np.int64)


def test_a_frozen_team_costs_its_pay_to_the_penny():
    """Nobody comes or goes: every month costs a twelfth of the pay of a year, whatever its length."""
    found = spent(world(more=FROZEN + "money: {on_costs: x1.25}\n"))
    nurses, peers = 4 * 36_000 * 1.25 / 12, 2 * 24_000 * 1.25 / 12
    assert found["pay"] == pytest.approx(np.tile([nurses, peers], (24, 1)), abs=0.005)
    for name in ("trainees", "bank", "agency", "overtime", "hiring", "courses"):
        assert not found[name].any()


def test_a_month_cut_by_the_end_costs_its_days():
    """Ten days of April cost a third of a month."""
    found = spent(world(("horizon: 2 years", "horizon: 375 days"), more=FROZEN))
    assert len(found["pay"]) == 13
    assert found["pay"][12, 1] == pytest.approx(2 * 24_000 * 1.28 / 12 * 10 / 30, abs=0.005)


def test_months_are_those_of_the_start_day():
    """From the 15th to the 15th is a whole month; before a warm-up begins there is none."""
    inputs = made_up_inputs(date(2026, 4, 15), date(2026, 7, 1))
    inputs.period_starts = (date(2026, 4, 15), date(2026, 5, 15), date(2026, 6, 15))
    inputs.period_of_day = np.repeat([0, 1, 2], [30, 31, 16])
    assert months(inputs) == pytest.approx([1, 1, 16 / 30])
    assert months(made_up_inputs(date(2026, 4, 16), date(2026, 6, 1), results_from=15))[0] == pytest.approx(15 / 30)


def test_a_rise_within_a_month_counts_by_the_day():
    """From 11 April on, 20 of 30 days cost a tenth more."""
    rise = "changes: [{from: 2026-04-11, set: workforce.pay_rise.rise, to: 10%}]\n"
    found = spent(world(more=FROZEN + rise))
    month = 2 * 24_000 * 1.28 / 12
    assert found["pay"][:2, 1] == pytest.approx([month * (1 + 0.1 * 20 / 30), month * 1.1], abs=0.005)


def test_a_starter_is_paid_from_the_first_day():
    """What is paid over the run is, person by person, the days in post."""
    inputs = world(("horizon: 2 years", "horizon: 1 year"))
    run = simulate(inputs, 1, 3)
    found = staff_costs(inputs, run.staffing[None], run.use[None], [run.fired])
    nurse = inputs.names.roles.index("nurse")
    assert run.staffing[..., nurse, Staffing.HIRED_HEADS].sum() == 1
    month = int(np.argmax(run.staffing[:, 0, nurse, Staffing.HIRED_HEADS]))
    days = np.bincount(inputs.period_of_day)[month]
    in_post = run.staffing[month, 0, nurse, Staffing.PAID_DAYS] / 100 / days
    assert 4 < in_post < 5
    assert found["pay"][0, month, 0, nurse] == pytest.approx(in_post * 36_000 * 1.28 / 12)


def test_temporary_staff_cost_their_premium():
    """1 WTE of bank staff on every working day of a month costs a twelfth of a year, times the premium."""
    inputs = made_up_inputs()
    days = np.bincount(inputs.period_of_day[inputs.working[0]])
    record = staffing(inputs)
    record[..., Staffing.BANK_DAYS] = 100 * days[:, None, None]
    record[..., Staffing.AGENCY_DAYS] = 50 * days[:, None, None]
    found = staff_costs(inputs, record, no_time(inputs), NEVER)
    assert found["bank"][0, 3, 1] == pytest.approx(np.array([48_000, 72_000, 36_000]) / 12 * 1.25)
    assert found["agency"][0, 3, 1] == pytest.approx(np.array([48_000, 72_000, 36_000]) / 12 * 1.5 / 2)


def test_an_hour_of_overtime_costs_an_hour_of_pay_and_its_premium():
    """Of 37.5 hours a week all year round."""
    inputs = made_up_inputs()
    use = no_time(inputs)
    use[..., Use.OVERTIME] = 3600
    found = staff_costs(inputs, staffing(inputs), use, NEVER)["overtime"]
    assert found[0, 0, 0, 0] == pytest.approx(48_000 / (37.5 * YEAR_WEEKS) * 1.5)


def test_hiring_costs_each_person_from_outside():
    """Promotions and those who qualified here cost nothing."""
    inputs = made_up_inputs()
    found = staff_costs(inputs, staffing(inputs, HIRED_HEADS=2, MOVED_IN=300, QUALIFIED=4), no_time(inputs), NEVER)
    assert (found["hiring"] == 2_000).all()


def test_trainees_cost_the_mean_of_their_routes():
    """Where two routes lead into a role, they count by their places in training in that month."""
    inputs = made_up_inputs()
    paid = SimpleNamespace(role=0, days=(0,), places=3, length=61, pay=20_000.0, cost=1_000.0)
    free = SimpleNamespace(role=0, days=(30,), places=1, length=400, pay=0.0, cost=500.0)
    inputs.training, inputs.upskilling = (paid, free), (SimpleNamespace(role=1, days=(40,), places=2, cost=300.0),)
    days = np.bincount(inputs.period_of_day)
    record = staffing(inputs)
    record[..., Staffing.TRAINEE_DAYS] = 100 * days[:, None, None]
    found = staff_costs(inputs, record, no_time(inputs), NEVER)
    assert found["trainees"][0, :3, 0, 0] == pytest.approx(np.array([20_000, 15_000, 0]) / 12)
    assert not found["trainees"][..., 1:].any()
    assert found["courses"][0, :3, 1].tolist() == [[3_000, 0, 0], [500, 600, 0], [0, 0, 0]]


def test_programmes_run_by_the_day_and_sums_fall_on_theirs():
    """A programme that doubles on 16 April costs half as much again in April; what is spent once is spent once."""
    inputs = made_up_inputs()
    inputs.epochs = (*inputs.epochs, epoch(15, with_prices(inputs, programmes=(24_000.0,))))
    inputs.one_offs = (OneOff("set-up", 35, 700.0), OneOff("set-up", 36, 50.0), OneOff("wellbeing", 0, 1.0))
    found = programme_costs(inputs, NEVER)
    assert found["wellbeing"][0, :3].tolist() == [1_501, 2_000, 2_000]
    assert found["set-up"][0, :3].tolist() == [0, 750, 0]
    assert found["set-up"].sum() == 750


def test_what_a_standing_rule_switches_on_costs_while_it_is_on():
    """Where it never fires it costs nothing; where it holds for ten days of April, a third of a month."""
    inputs = made_up_inputs()
    off, on = with_prices(inputs, programmes=(0.0,)), with_prices(inputs, programmes=(36_000.0,), per_hire=30.0)
    inputs.epochs, inputs.rules = (epoch(0, off, on), epoch(15, off, on)), ("some rule",)
    fired = np.array([[10, 0, 1], [20, 0, 0]])
    assert programme_costs(inputs, [*NEVER, fired])["wellbeing"][:, :2].tolist() == [[0, 0], [1_000, 0]]
    record, use = np.repeat(staffing(inputs, HIRED_HEADS=3), 2, axis=0), np.repeat(no_time(inputs), 2, axis=0)
    assert staff_costs(inputs, record, use, [*NEVER, fired])["hiring"][:, 0, 0, 0].tolist() == [0, 30]


def test_a_role_without_pay_has_no_cost():
    """It is empty, not nothing; what does not rest on its pay is told. A role that nobody is ever in does not count."""
    inputs = made_up_inputs()
    inputs.epochs = (epoch(0, with_prices(inputs, unpriced=(0, 2), per_hire=10.0, programmes=(0.0,))),)
    inputs.epochs[0].staff.roles[2].funded = 0
    assert unpriced_roles(inputs) == [0]
    found = staff_costs(inputs, staffing(inputs, HIRED_HEADS=1, PAID_DAYS=3000), no_time(inputs), NEVER)
    for name in ("pay", "bank", "agency", "overtime"):
        assert np.isnan(found[name][..., 0]).all()
        assert not np.isnan(found[name][..., 1:]).any()
    assert (found["hiring"] == 10).all()
