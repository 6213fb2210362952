"""Careers under common luck: what keeps people changes those whose luck it crosses, and nobody else."""

from __future__ import annotations

from functools import lru_cache
from itertools import zip_longest
from typing import Any

import numpy as np
import pytest

from tests.behaviour.test_lever_effects import BANDS, world
from tests.behaviour.worlds import START, Tree, changed, inputs_of
from tests.engine.test_workforce import Run, live
from workforce_sim.engine.staffing import CareerEvent
from workforce_sim.inputs.rules import Inputs

ABSENCE = (
    ("workforce.availability.long_sickness", "4%"),
    ("workforce.availability.long_sickness_spell", "10 weeks"),
    ("workforce.availability.parental", "3%"),
)


@lru_cache(maxsize=1)
def base() -> Tree:
    """Six teams of adults with long absences, without loops and reputation, over eight years."""
    return changed(world("adult_community", "8 years", (*BANDS, *ABSENCE)), ("copies", 6))


@lru_cache(maxsize=1)
def base_run() -> tuple[Inputs, Run]:
    """Their careers."""
    inputs = inputs_of(base())
    return inputs, live(inputs)


def with_lever(lever: str, **options: Any) -> tuple[Inputs, Run]:
    """The same with a lever."""
    inputs = inputs_of(changed(base(), ("levers", [{"lever": lever, "from": str(START), **options}])))
    return inputs, live(inputs)


def names(inputs: Inputs) -> dict[tuple[Any, ...], int]:
    """Who a slot is for, by names, whatever other slots there are."""
    routes = [route.name for route in inputs.training]
    return {
        (post.team, inputs.names.roles[post.role], post.kind, routes[post.route] if routes else "", post.number): slot
        for slot, post in enumerate(inputs.posts)
    }


def life(run: Run, slot: int) -> list[tuple[int, ...]]:
    """(day, occupant, event) of a post."""
    return [(day, occupant, event) for day, _, occupant, event in run.story_of(slot)]


RETENTION = [
    ("retain.bundle", {"effect": "high"}),
    ("retain.bundle", {}),
    ("retain.career", {"effect": "high"}),
    ("retain.flexible", {"effect": "high"}),
    ("retain.mentoring", {"effect": "high"}),
]


@pytest.mark.parametrize(("lever", "options"), RETENTION)
def test_what_keeps_people_changes_only_those_whose_luck_it_crosses(lever: str, options: Tree) -> None:
    """Up to a resignation that does not happen any more all dates of a post are the same: starts, leaving, absences,
    days off. Most posts, at the low effect nearly all, never get there.
    """
    (inputs, before), (others, after) = base_run(), with_lever(lever, **options)
    assert names(inputs).keys() == names(others).keys()
    crossed = untouched = 0
    for name, slot in names(inputs).items():
        one, other = life(before, slot), life(after, names(others)[name])
        apart = next(((a, b) for a, b in zip_longest(one, other) if a != b), None)
        if apart is None:
            untouched += 1
            assert np.array_equal(before.roster[slot], after.roster[slot])
            continue
        crossed += 1
        was, now = apart
        assert was is not None
        assert was[2] == CareerEvent.RESIGNED, "nothing but a resignation that is not given"
        assert now is None or now[0] >= was[0], "and that person stays"
        until = max(0, was[0])
        assert np.array_equal(before.roster[slot, :until], after.roster[slot, :until])
    assert crossed
    assert untouched > crossed


def test_a_course_leaves_everybody_of_other_roles_alone() -> None:
    """With practitioners in training the lives of all roles but theirs are the same, to the last day off."""
    (inputs, before), (others, after) = base_run(), with_lever("pipeline.mhwp", places=2)
    seats = names(others)
    assert len(seats) > len(names(inputs))
    same = 0
    for (team, role, kind, _, number), slot in names(inputs).items():
        if role != "mhwp":
            now = seats[team, role, kind, others.training[-1].name, number]
            assert life(before, slot) == life(after, now)
            assert np.array_equal(before.roster[slot], after.roster[now])
            same += 1
    assert same > 100


def test_faster_rounds_fill_posts_sooner_and_end_nobodys_first_time_in_post() -> None:
    """With shorter rounds everybody found in post resigns and is away on the days on which they did before."""
    (inputs, before), (_, after) = base_run(), with_lever("recruit.rounds")
    found = 0
    for slot in range(len(inputs.posts)):
        one, other = ([event for event in life(run, slot) if event[1] == 0] for run in (before, after))
        assert one == other
        found += bool(one)
    assert found > 100
