"""Studies of a small team over a year: paired, exact where they say so, and as the test itself works out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tests.scenario.small import small
from workforce_sim.errors import UsageError
from workforce_sim.run import run
from workforce_sim.scenario.reader import read_scenario, read_scenario_text
from workforce_sim.scenario.variants import variant
from workforce_sim.studies.contributions import contributions
from workforce_sim.studies.globally import screening
from workforce_sim.studies.oneway import break_even, tornado
from workforce_sim.studies.parameters import LAWS, parameters
from workforce_sim.studies.running import How, asked, outcomes, simulated, values
from workforce_sim.studies.seek import seek
from workforce_sim.studies.targets import read_choice, read_target
from workforce_sim.studies.uncertainty import probabilistic

HOW = How(4, 1)
QUICK = How(2, 1)
EDITS = (
    ("horizon: 2 years", "horizon: 1 year"),
    ("referrals: 11 per week", "referrals: {value: 11 per week, range: [9 per week, 13 per week], grade: C}"),
    ("leavers: 10% per year", "leavers: {value: 10% per year, range: [0% per year, 20% per year], grade: D}"),
    ("{funded: 5 wte,", "{band: '6', funded: 5 wte,"),
    ("{funded: 2 wte,", "{band: 3-4, funded: 2 wte,"),
)
WHATIF = """
extends: base.yaml
name: What if
changes:
  - {from: 2026-06-01, factor: demand.sources.*.referrals, by: {value: x0.9, range: [x0.8, x1.2], grade: U}}
  - {from: 2026-06-01, set: workforce.roles.nurse.funded, to: 6 wte}
waiting: {per_week: {gives_up: 2%}}
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A base and a what-if with three changes, over a year."""
    folder = tmp_path_factory.mktemp("studies")
    (folder / "base.yaml").write_text(small(*EDITS), encoding="utf-8")
    (folder / "whatif.yaml").write_text(WHATIF, encoding="utf-8")
    return read_scenario(folder / "base.yaml"), read_scenario(folder / "whatif.yaml")


def test_every_number_with_a_range_is_a_parameter(both) -> None:
    """Numbers of the base come first, then the what-if's own changes; patterns choose."""
    paths = [each.path for each in parameters(*both)]
    assert paths == ["demand.sources.gp.referrals", "workforce.roles.nurse.leavers", "changes[0].by"]
    assert [each.path for each in parameters(*both, patterns=["*leavers"])] == ["workforce.roles.nurse.leavers"]
    with pytest.raises(UsageError, match="Did you mean"):
        parameters(*both, patterns=["workforce.roles.nurse.leaver"])
    with pytest.raises(UsageError, match="no number has a range"):
        parameters(read_scenario_text(small()))


@pytest.mark.parametrize("law", LAWS)
def test_laws_stay_within_the_range_and_rise(both, law: str) -> None:
    """The quantile function of every law goes from the low end to the high one."""
    each = parameters(both[0])[0]
    found = each.at(np.linspace(0, 1, 11), law)
    assert (found[0], found[-1]) == pytest.approx((each.low, each.high))
    assert (np.diff(found) > 0).all()


def test_the_tornado_is_the_paired_difference_of_two_runs(both) -> None:
    """The change at an end is the mean of what the variant has more than the base, replication by replication."""
    base, _ = both
    found = tornado(base, patterns=["*referrals"], how=HOW)
    rows = found.answer.set_index("end")
    what = asked(base, "waiting_list", None, HOW)
    more, now = simulated([variant(base, {"demand.sources.gp.referrals": "13 per week"}), base], what, HOW)
    assert rows.loc["high", "change"] == pytest.approx((more - now).mean())
    assert rows.loc["low", "change"] < 0 < rows.loc["high", "change"]
    assert rows.loc["low", "low"] <= rows.loc["low", "change"] <= rows.loc["low", "high"]


def test_break_even_lies_where_the_change_turns_from_help_to_harm(both) -> None:
    """A what-if that only scales referrals breaks even at x1, within what the runs can tell."""
    base, whatif = both
    only = read_scenario(whatif.file)
    layers = only.layers.copied()
    layers.changes, layers.document.tree = layers.changes[:1], {**base.layers.document.tree, "name": "Scaled"}
    from workforce_sim.scenario.reader import resolved

    row = break_even(base, resolved(layers), patterns=["changes*"], how=HOW).answer.iloc[0]
    assert row["low"] <= 1.0 <= row["high"]
    assert row["size"] == pytest.approx(1.0, abs=0.05)
    assert row["verdict"].startswith("better below it")


def test_no_break_even_is_said_so(both) -> None:
    """Where the what-if is better at every size, there is no number."""
    base, whatif = both
    more = variant(whatif, {"changes[1].to": "12 wte"}, name="Many")
    found = break_even(base, more, patterns=["*leavers"], how=QUICK).answer.iloc[0]
    assert np.isnan(found["size"])
    assert found["verdict"].startswith("no such size within the range")


def test_shapley_values_add_up_in_the_simulator(both) -> None:
    """What all changes add is the whole difference, exactly, whether all coalitions are run or orders are drawn."""
    base, whatif = both
    frame = contributions(base, whatif, how=HOW).answer.set_index("change")
    *parts, whole = frame["shapley"]
    assert len(parts) == 3
    assert sum(parts) == pytest.approx(whole, abs=1e-9)
    what = asked(base, "waiting_list", None, HOW)
    after, before = simulated([whatif, base], what, HOW)
    assert whole == pytest.approx((after - before).mean())


def test_a_probabilistic_answer_carries_both(both) -> None:
    """Inputs and chance together spread wider than either alone, and the share is a share."""
    rows = probabilistic(both[0], points=8, how=HOW).answer.set_index("what")
    width = rows["high"] - rows["low"]
    assert width["inputs and chance"] >= max(width["inputs only"], width["chance only"]) * 0.9
    assert 0 <= rows.loc["share from inputs", "low"] <= rows.loc["share from inputs", "high"] <= 1


def test_screening_of_the_simulator_finds_referrals(both) -> None:
    """A fifth more or fewer referrals moves the list more than leavers do in a year."""
    found = screening(both[0], trajectories=2, how=QUICK).answer
    assert found["parameter"].iloc[0] == "demand.sources.gp.referrals"


VARY = ["workforce.roles.nurse.funded 5..7 wte step 1", "workforce.roles.peer.funded 0..2 wte step 2"]


def test_seek_finds_the_plan_that_brute_force_finds(both) -> None:
    """Of all plans that meet the target in enough runs, the one whose cost is smallest; its cheaper neighbours miss."""
    base, _ = both
    grid = {
        plan: variant(
            base, dict(zip(("workforce.roles.nurse.funded", "workforce.roles.peer.funded"), plan, strict=True))
        )
        for plan in product((5.0, 6.0, 7.0), (0.0, 2.0))
    }
    frame = outcomes(list(grid.values()), HOW.replications, HOW.seed)
    names = [scenario.name for scenario in grid.values()]
    what, cost = (asked(base, measure, None, HOW) for measure in ("waiting_list", "cost.total"))
    lists, costs = values(frame, names, what), values(frame, names, cost).mean(axis=1)
    level = float(np.quantile(lists, 0.5))
    enough = (lists <= level).mean(axis=1) >= 0.75
    assert 0 < enough.sum() < len(grid)
    wanted = list(grid)[min(np.flatnonzero(enough), key=lambda place: costs[place])]

    found = seek(base, f"waiting_list <= {level}", VARY, probability=0.75, how=HOW)
    chosen = found.sheets["chosen"].iloc[0]
    assert (chosen["workforce.roles.nurse.funded"], chosen["workforce.roles.peer.funded"]) == (
        f"{wanted[0]:g} wte",
        f"{wanted[1]:g} wte",
    )
    assert chosen["meets"]
    assert len(found.sheets["plans"]) == 6
    assert not found.sheets["neighbours"].get("meets", np.array([False])).any()


def test_seek_within_a_budget_repeats_itself_and_does_not_exceed_it(both) -> None:
    """With fewer plans than there are, the same call tries the same plans, and no more than the budget allows."""

    def once():
        return seek(both[0], "waiting_list <= 40", VARY, probability=0.5, budget=16, how=HOW).sheets["plans"]

    first, second = once(), once()
    assert len(first) <= 4
    assert first.equals(second)


@pytest.mark.parametrize(
    ("text", "year", "level"),
    [
        ("waiting_list <= 200 by 2027-04", 1, 200),
        ("wait.treatment.within_standard >= 90%", 1, 0.9),
        ("wait.treatment.median<=3 weeks by 2026-10-01", 1, 3),
        ("cost.total <= £500,000", 1, 500_000),
    ],
)
def test_targets_are_read(both, text: str, year: int, level: float) -> None:
    """A level is read in the measure's own words, a date as the year in which the day before it lies."""
    found = read_target(text, both[0], HOW)
    assert (found.what.year, found.level) == (year, pytest.approx(level))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("waiting_lits <= 3", "waiting_list"),
        ("waiting_list = 3", "expected a target"),
        ("waiting_list <= many", "expected a level"),
        ("waiting_list <= 3 by 2040-01", "not within the run"),
    ],
)
def test_bad_targets_are_told(both, text: str, told: str) -> None:
    """What was found, and what was expected."""
    with pytest.raises(UsageError, match=told):
        read_target(text, both[0], HOW)


def test_choices_are_read(both) -> None:
    """The unit stands once, steps may have it too, and a share may be in percent."""
    base = both[0]
    assert read_choice("workforce.roles.nurse.funded 7..9 wte step 1", base).settings == (7.0, 8.0, 9.0)
    assert read_choice("workforce.roles.nurse.funded 7 wte..8 wte step 0.5 wte", base).settings == (7.0, 7.5, 8.0)
    assert read_choice("workforce.roles.nurse.leavers 5..15% per year step 5", base).settings == (0.05, 0.1, 0.15)
    assert read_choice("waiting.per_week.gives_up 1%..3%", base).settings[:2] == (0.01, 0.011)
    for text, told in (
        ("workforce.roles.nurse.funded", "expected what may vary"),
        ("workforce.roles.nurse.funded 9..7 wte", "goes up"),
        ("workforce.roles.nurs.funded 7..9 wte", "Did you mean"),
        ("workforce.roles.nurse.funded 7..9 wte step 1 week", "expected a number of wte"),
    ):
        with pytest.raises(UsageError, match=told):
            read_choice(text, base)


def test_a_study_is_saved_whole(both, tmp_path) -> None:
    """Csv and manifest stand in the folder, which is then taken."""
    found = tornado(both[0], patterns=["*referrals"], how=How(2, 1))
    found.save(tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"tornado.csv", "answer.csv", "manifest.json"}
    with pytest.raises(UsageError, match="already holds"):
        found.save(tmp_path / "out")


def test_other_processes_give_the_same(both) -> None:
    """Scenarios shared out among processes give the same values as in one, also if these have run something else."""
    base, whatif = both
    run(base, 4, workers=2)
    four = [base, whatif, *(variant(base, {"workforce.roles.nurse.funded": wte}) for wte in (6.0, 7.0))]
    here, there = (outcomes(four, 2, 1, ("waiting_list",), workers=workers) for workers in (1, 2))
    names = [scenario.name for scenario in four]
    what = asked(base, "waiting_list", None, HOW)
    assert values(here, names, what).tolist() == values(there, names, what).tolist()
