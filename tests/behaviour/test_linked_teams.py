"""Several teams in one run: nobody is lost between them, staff of one relieve another, one list is better than four."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from tests.behaviour.paired import ROOT, interval
from tests.behaviour.worlds import Tree, changed, inputs_of
from workforce_sim.engine.simulate import RawRun, simulate
from workforce_sim.inputs.codes import NOT_YET, End, Flow, Names, Stock, Use
from workforce_sim.scenario import read_scenario
from workforce_sim.scenario.scenario import Scenario

REPLICATIONS = 40
MONTHS, DAYS = 36, 1096
ON_A_LIST = [Stock.WAITING_ASSESSMENT, Stock.WAITING_TREATMENT, Stock.UNALLOCATED]
Measure = Callable[[RawRun, int], float]

LINKED, SHIFTED, APART, POOLED = (
    "linked_adult_system", "linked_more_practitioners", "four_teams", "four_teams_pooled",
)  # fmt: skip

MORE_NURSES = (
    ("workforce.roles.community_nurse.funded", "10 wte"), ("workforce.roles.community_nurse.in_post", "9 wte"),
)  # fmt: skip
MORE_PRACTITIONERS = (
    ("workforce.roles.primary_care_practitioner.funded", "5.2 wte"),
    ("workforce.roles.primary_care_practitioner.in_post", "4.7 wte"),
)
NO_HELP = (
    ("workforce.roles.crisis_practitioner.also_serves", None), ("crisis.roles", ["community_nurse", "social_worker"]),
)  # fmt: skip


def shipped(name: str, *edits: tuple[str, Any]) -> Tree | Scenario:
    """A shipped scenario over three years, with other values at dotted paths; one with dated changes in full."""
    scenario = read_scenario(ROOT / "scenarios" / f"{name}.yaml")
    return scenario if scenario.changes else changed(scenario.tree, ("horizon", "3 years"), *edits)


@lru_cache(maxsize=8)
def found(name: str, *edits: tuple[str, Any]) -> tuple[Names, list[RawRun]]:
    """Names and replications of a shipped scenario with other values at dotted paths."""
    inputs = inputs_of(shipped(name, *edits))
    return inputs.names, [simulate(inputs, 1, replication) for replication in range(REPLICATIONS)]


def found_with(name: str, edits: tuple[tuple[str, Any], ...]) -> tuple[Names, list[RawRun]]:
    """The same, where values may be lists."""
    inputs = inputs_of(shipped(name, *edits))
    return inputs.names, [simulate(inputs, 1, replication) for replication in range(REPLICATIONS)]


def on_list(run: RawRun, team: int) -> float:
    """People on the list of a team, mean of month ends."""
    return float(run.stock_record[:MONTHS, team][..., ON_A_LIST].sum(axis=(1, 2, 3)).mean())


def wait(run: RawRun, team: int) -> float:
    """Mean days from joining a team to the start of treatment, of those who joined in the run and started."""
    rows = run.log[(run.log["team"] == team) & (run.log["referral_day"] >= 0) & (run.log["start_day"] != NOT_YET)]
    rows = rows[rows["start_day"] < DAYS]
    return float(np.mean(rows["start_day"] - rows["referral_day"]))


def flow(run: RawRun, which: Flow) -> int:
    """How often something happened, in all teams together."""
    return int(run.flow[..., which].sum())


def gained(measure: Measure, team: str, name: str, *edits: tuple[str, Any]) -> tuple[float, float]:
    """The interval of what a plan changes for a team of the linked system, replication by replication."""
    names, before = found(LINKED)
    _, after = found(name, *edits)
    place = names.teams.index(team)
    return interval([measure(b, place) - measure(a, place) for a, b in zip(before, after, strict=True)])


# --- people -----------------------------------------------------------------------------------------------------------


def test_who_leaves_for_another_team_arrives_the_next_day() -> None:
    """Those transferred are those who came from another team, but for those who left on the last day."""
    _, runs = found(LINKED)
    for run in runs:
        last_day = int(run.log["end_day"].max())
        on_the_way = (run.log["end"] == End.TRANSFERRED) & (run.log["end_day"] == last_day)
        missing = flow(run, Flow.TRANSFERRED) - flow(run, Flow.TRANSFERRED_IN)
        assert 0 <= missing <= on_the_way.sum()
        assert flow(run, Flow.TRANSFERRED_IN) > 400


def test_every_spell_begins_with_a_referral_or_a_transfer() -> None:
    """Over all teams, spells are the people found open on the first day, those referred, and those transferred."""
    _, runs = found(LINKED)
    for run in runs:
        began_in_run = int((run.log["referral_day"] >= 0).sum())
        assert began_in_run == flow(run, Flow.REFERRED) + flow(run, Flow.TRANSFERRED_IN)


def test_people_go_every_way_that_there_is() -> None:
    """The crisis team sends people on and gets none; the other two send people to each other."""
    names, runs = found(LINKED)
    out = sum(run.flow[..., Flow.TRANSFERRED].sum(axis=(0, 2, 3)) for run in runs)
    into = sum(run.flow[..., Flow.TRANSFERRED_IN].sum(axis=(0, 2, 3)) for run in runs)
    community, crisis, primary = (names.teams.index(t) for t in ("community", "crisis_team", "primary_care"))
    assert into[crisis] == 0 < out[crisis]
    assert 0 <= out[community] - into[primary] <= len(runs)
    assert abs(out[crisis] + out[primary] - into[community]) <= 5 * len(runs)
    assert min(out[community], out[primary], into[community]) > 0


# --- staff ------------------------------------------------------------------------------------------------------------


def test_more_community_nurses_shorten_the_community_list() -> None:
    """With two more nurses in the community team its list and its waits are shorter."""
    assert gained(on_list, "community", LINKED, *MORE_NURSES)[1] < 0
    assert gained(wait, "community", LINKED, *MORE_NURSES)[1] < 0


def test_more_community_nurses_send_more_people_down_to_primary_care() -> None:
    """Who is treated steps down: the practitioners get more people from the community team."""
    _, before = found(LINKED)
    _, after = found(LINKED, *MORE_NURSES)
    primary = found(LINKED)[0].teams.index("primary_care")
    more = [
        float(b.flow[:, primary, ..., Flow.TRANSFERRED_IN].sum() - a.flow[:, primary, ..., Flow.TRANSFERRED_IN].sum())
        for a, b in zip(before, after, strict=True)
    ]
    assert interval(more)[0] > 0


def test_more_practitioners_shorten_their_own_list() -> None:
    """With two more practitioners in primary care its list and its waits are shorter."""
    assert gained(on_list, "primary_care", LINKED, *MORE_PRACTITIONERS)[1] < 0
    assert gained(wait, "primary_care", LINKED, *MORE_PRACTITIONERS)[1] < 0


def test_practitioners_who_see_people_first_relieve_the_community_team() -> None:
    """In the shipped what-if practitioners see some people first: the community team's list and waits are shorter."""
    assert gained(on_list, "community", SHIFTED)[1] < 0
    assert gained(wait, "community", SHIFTED)[1] < 0


def test_crisis_practitioners_answer_the_crises_of_the_community_team() -> None:
    """Those who also serve it take crisis work off its nurses and social workers, and spend time of their own on it."""
    names, before = found(LINKED)
    _, alone = found_with(LINKED, NO_HELP)
    crisis = names.roles.index("crisis_practitioner")
    own = [names.roles.index(role) for role in ("community_nurse", "social_worker")]

    def hours(run: RawRun, roles: list[int]) -> float:
        return float(run.use[:, :, roles, Use.CRISIS].sum()) / 3600

    helped = [hours(a, [crisis]) - hours(b, [crisis]) for a, b in zip(before, alone, strict=True)]
    relieved = [hours(a, own) - hours(b, own) for a, b in zip(before, alone, strict=True)]
    assert interval(helped)[0] > 20
    assert interval(relieved)[1] < -20


# --- pooled lists -----------------------------------------------------------------------------------------------------


def test_pooled_lists_shorten_waits() -> None:
    """One list for four teams: fewer wait, and those who start have waited less, than with four lists."""
    _, apart = found(APART)
    _, together = found(POOLED)

    def everybody(run: RawRun) -> float:
        return sum(on_list(run, team) for team in range(run.stock_record.shape[1]))

    def days(run: RawRun) -> float:
        rows = run.log[(run.log["referral_day"] >= 0) & (run.log["start_day"] != NOT_YET)]
        return float(np.mean(rows["start_day"] - rows["referral_day"]))

    for measure in (everybody, days):
        assert interval([measure(b) - measure(a) for a, b in zip(apart, together, strict=True)])[1] < 0


def test_pooled_lists_have_as_many_people_and_posts() -> None:
    """Pooling changes neither posts nor, within luck, how many are referred."""
    names, apart = found(APART)
    _, together = found(POOLED)
    assert len(names.teams) == 4
    assert [run.flow.shape[1] for run in together[:1]] == [1]
    low, high = interval([
        float(flow(b, Flow.REFERRED) - flow(b, Flow.RETURNED) - flow(a, Flow.REFERRED) + flow(a, Flow.RETURNED))
        for a, b in zip(apart, together, strict=True)
    ])  # fmt: skip
    assert low < 0 < high
    assert high - low < 150


@pytest.mark.parametrize("name", [LINKED, SHIFTED, APART, POOLED, "talking_therapies"])
def test_lists_neither_explode_nor_vanish(name: str) -> None:
    """In the third year people wait, but not many more than are in treatment."""
    inputs = inputs_of(shipped(name))
    for replication in range(3):
        run = simulate(inputs, 1, replication)
        third = run.stock_record[24:36]
        waiting = third[..., ON_A_LIST].sum(axis=(1, 2, 3, 4)).mean()
        treated = third[..., Stock.IN_TREATMENT].sum(axis=(1, 2, 3)).mean()
        assert 0.02 * treated < waiting < 1.2 * treated
