"""Dated changes: the scenario as it stands on a day."""

from __future__ import annotations

import json
import pickle
from datetime import date, timedelta
from itertools import pairwise

import pytest

from tests.scenario.small import small
from workforce_sim.scenario import Scenario, read_scenario_text


def with_changes(*entries: str, edits: tuple[tuple[str, str], ...] = ()) -> Scenario:
    """The small scenario with dated changes."""
    return read_scenario_text(small(*edits, more="changes:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)))


def nurses(scenario: Scenario, day: str) -> float:
    """Nurses funded on a day."""
    return scenario.at(date.fromisoformat(day)).workforce.roles["nurse"].funded


def test_a_value_is_set_from_its_date_until_its_end() -> None:
    """`from` is the first day of the new value, `until` the first day of the old one again."""
    s = with_changes("from: 2026-10-01, until: 2027-10-01, set: workforce.roles.nurse.funded, to: 8 wte")
    days = ("2026-04-01", "2026-09-30", "2026-10-01", "2027-09-30", "2027-10-01")
    assert [nurses(s, day) for day in days] == [5, 5, 8, 8, 5]
    assert s.epochs() == (date(2026, 4, 1), date(2026, 10, 1), date(2027, 10, 1))
    assert s.change_log() == ("2026-10-01 workforce.roles.nurse.funded: 5 wte → 8 wte, until 2027-10-01",)


def test_a_ramp_goes_in_a_straight_line() -> None:
    """Half-way through the ramp half the change acts; the epochs follow it every 28 days."""
    s = with_changes("from: 2026-10-01, set: workforce.roles.nurse.funded, to: 8 wte, ramp: 10 weeks")
    assert [nurses(s, day) for day in ("2026-10-01", "2026-11-05", "2026-12-10", "2027-12-10")] == [5, 6.5, 8, 8]
    assert [str(day) for day in s.epochs()[1:]] == ["2026-10-01", "2026-10-29", "2026-11-26", "2026-12-10"]


def test_what_is_added_comes_on_top() -> None:
    """Additions are signed, in the target's own measure; shares and yearly shares take points."""
    s = with_changes(
        "from: 2026-10-01, add: workforce.roles.nurse.funded, by: +2 wte",
        "from: 2026-11-01, add: workforce.roles.nurse.funded, by: -0.5 wte",
        "from: 2026-10-01, add: waiting.per_week.gives_up.severe, by: +5 points",
        "from: 2026-10-01, add: workforce.roles.nurse.leavers, by: -2 points",
        "from: 2026-10-01, add: workforce.hiring.round, by: -6 weeks",
        "from: 2026-10-01, add: packages.therapy.lead.takes, by: +3 minutes",
        "from: 2026-10-01, add: workforce.exhaustion.relief, by: +0.05",
        "from: 2026-10-01, add: handover.extra_contacts, by: +1",
        "from: 2026-10-01, add: 'workforce.roles.*.cover.agency', by: +1 wte",
        "from: 2026-10-01, add: money.per_hire, by: '+£1,500'",
        "from: 2026-12-01, add: money.per_hire, by: '-£500'",
    )
    later = s.at(date(2026, 12, 1))
    assert nurses(s, "2026-12-01") == 6.5
    assert later.waiting.per_week.gives_up == {"mild": 0.01, "severe": 0.06}
    assert later.workforce.roles["nurse"].leavers == 0.08
    assert later.workforce.roles["nurse"].hiring.round == 14 * 7
    assert later.packages["therapy"].lead.takes == 63
    assert later.workforce.exhaustion.relief == 0.05
    assert later.handover.extra_contacts == 1
    assert later.workforce.roles["peer"].cover.agency == 1
    assert later.money.per_hire == 1000
    assert s.change_log()[0] == "2026-10-01 workforce.roles.nurse.funded: 5 wte → 7 wte"


def test_uptake_is_half_at_its_time_and_whole_at_twice() -> None:
    """Adoption is slow, then fast, then slow: nothing at first, symmetric about its half."""
    s = with_changes("from: 2026-10-01, set: remote.share, to: 20%, uptake: 26 weeks")
    share = [s.at(date(2026, 10, 1) + timedelta(weeks=w)).remote.share["mild"] for w in (0, 13, 26, 39, 52, 60)]
    assert share == pytest.approx([0, 0.2 - share[3], 0.1, share[3], 0.2, 0.2])
    assert 0 < share[1] < 0.05
    assert s.change_log()[0] == "2026-10-01 remote.share.mild: 0% → 20%, half of it adopted after 26 weeks"


def test_what_is_not_sustained_halves() -> None:
    """Once in full, a change halves every half-life, towards what stood before; the epochs follow on a common grid."""
    s = with_changes(
        "from: 2026-10-01, set: workforce.roles.nurse.funded, to: 9 wte, ramp: 4 weeks, half_life: 26 weeks"
    )
    days = ("2026-10-29", "2027-04-29", "2027-10-28")
    assert [nurses(s, day) for day in days] == pytest.approx([9, 7, 6], abs=1e-9)
    decay = s.epochs()[3:]
    assert {later - earlier for earlier, later in pairwise(decay)} == {timedelta(days=91)}
    assert {day.toordinal() % 91 for day in decay} == {0}
    assert s.change_log()[0].endswith("5 wte → 9 wte, over 4 weeks, then halving every 26 weeks")


def test_a_change_may_act_in_part() -> None:
    """With an extent of a tenth, a tenth of the way to the new value is gone."""
    s = with_changes("from: 2026-10-01, set: workforce.roles.*.clinical_share, to: 90%, extent: 10%, ramp: 8 weeks")
    roles = s.at(date(2027, 10, 1)).workforce.roles
    assert [roles["nurse"].clinical_share, roles["peer"].clinical_share] == pytest.approx([0.63, 0.54])
    assert s.change_log()[1] == "2026-10-01 workforce.roles.peer.clinical_share: 50% → 54%, over 8 weeks"


def test_a_dozen_changes_from_one_date_stay_few_epochs() -> None:
    """Steps are shared: every epoch is compiled, so that five years with many shapes must not have hundreds."""
    shapes = ["ramp: 4 weeks", "ramp: 8 weeks", "ramp: 13 weeks", "ramp: 26 weeks", "ramp: 39 weeks", "ramp: 52 weeks"]
    shapes += ["ramp: 70 weeks", "ramp: 156 weeks", "uptake: 26 weeks", "ramp: 26 weeks, half_life: 104 weeks"]
    shapes += ["uptake: 26 weeks, half_life: 78 weeks", "ramp: 4 weeks, half_life: 110 weeks"]
    s = with_changes(
        *(
            f"from: 2026-07-01, factor: workforce.roles.nurse.leavers, by: x0.9{number}, {shape}"
            for number, shape in enumerate(shapes)
        ),
        edits=(("horizon: 2 years", "horizon: 5 years"),),
    )
    assert len(s.epochs()) <= 45


def test_factors_multiply_and_stars_match_one_step() -> None:
    """Two factors on one number multiply; `*` matches every role."""
    factor = "factor: workforce.roles.*.funded"
    s = with_changes(f"from: 2026-10-01, {factor}, by: x1.1", f"from: 2026-12-01, {factor}, by: x2")
    assert nurses(s, "2026-12-01") == pytest.approx(11, rel=1e-12)
    assert s.at(date(2026, 12, 1)).workforce.roles["peer"].funded == pytest.approx(4.4, rel=1e-12)


def test_the_later_date_holds_whatever_the_order_of_the_list() -> None:
    """History unfolds by date, not by the order of writing."""
    s = with_changes(
        "from: 2027-10-01, set: workforce.roles.nurse.funded, to: 8 wte",
        "from: 2026-10-01, set: workforce.roles.nurse.funded, to: 6 wte",
    )
    assert [nurses(s, day) for day in ("2026-10-01", "2027-10-01")] == [6, 8]


def test_a_value_for_all_severities_can_change_for_one() -> None:
    """A number written once for all is spelt out where a change touches one severity."""
    s = with_changes("from: 2026-10-01, set: waiting.per_week.gives_up.severe, to: 2%")
    assert s.at(date(2026, 10, 1)).waiting.per_week.gives_up == {"mild": 0.01, "severe": 0.02}
    t = with_changes("from: 2026-10-01, set: waiting.per_week.gives_up, to: 2%")
    assert t.at(date(2026, 10, 1)).waiting.per_week.gives_up == {"mild": 0.02, "severe": 0.02}


def test_a_factor_scales_a_whole_distribution() -> None:
    """Mean and standard deviation are scaled together."""
    edits = (("contacts: 10", "contacts: {mean: 10, sd: 4}"),)
    s = with_changes("from: 2026-10-01, factor: packages.therapy.lead.contacts, by: x0.5", edits=edits)
    contacts = s.at(date(2026, 10, 1)).packages["therapy"].lead.contacts
    assert (contacts.kind, contacts.a, contacts.b) == ("mean_sd", 5.0, 2.0)


def test_fields_that_the_scenario_leaves_out_can_be_set() -> None:
    """A legal field needs no value today to have one tomorrow; roles inherit what the workforce changes."""
    s = with_changes(
        "from: 2026-10-01, set: demand.sources.gp.urgent, to: 10%",
        "from: 2026-10-01, set: remote.share, to: 10%",
        "from: 2026-10-01, set: workforce.hiring.fill, to: 80%",
        "from: 2026-10-01, set: workforce.exhaustion.usual, to: 0.4",
        "from: 2026-10-01, set: demand.months.august, to: x0.5",
    )
    later = s.at(date(2026, 10, 1))
    assert later.demand.sources["gp"].urgent == 0.1
    assert later.remote.share["mild"] == 0.1
    assert later.workforce.roles["peer"].hiring.fill == 0.8
    assert later.demand.months["august"] == 0.5
    assert set(s.remote.share.values()) == {0.0}


def test_items_of_also_go_by_name() -> None:
    """A further series of a package is named in a path, not counted."""
    item = "takes: 60 minutes}\n    also: [{name: group, roles: [peer], contacts: 3, every: 1 week, takes: 90 minutes}]"
    s = with_changes(
        "from: 2026-10-01, set: packages.therapy.also.group.contacts, to: 6", edits=(("takes: 60 minutes}", item),)
    )
    group = s.at(date(2026, 10, 1)).packages["therapy"].also[0]
    assert group.name == "group"
    assert group.contacts.a == 6  # type: ignore[union-attr]


def test_shares_may_move_together_but_not_apart() -> None:
    """Parts of one whole change on the same dates."""
    job_plan = "set: workforce.roles.nurse.job_plan"
    s = with_changes(
        f"from: 2026-10-01, {job_plan}.assessment, to: 40%, ramp: 8 weeks",
        f"from: 2026-10-01, {job_plan}.treatment, to: 60%, ramp: 8 weeks",
    )
    assert s.at(date(2026, 10, 29)).workforce.roles["nurse"].job_plan.assessment == pytest.approx(0.3)


def test_no_function_alters_a_scenario() -> None:
    """`at` returns another; the trees are plain, and scenarios travel between processes."""
    s = with_changes("from: 2026-10-01, set: workforce.roles.nurse.funded, to: 8 wte")
    before = json.dumps(s.tree)
    later = s.at(date(2026, 10, 1))
    assert json.dumps(s.tree) == before != json.dumps(later.tree)
    assert later.at(date(2026, 4, 1)) == s
    assert pickle.loads(pickle.dumps(later)) == later
    assert pickle.loads(pickle.dumps(later)).changes == s.changes
