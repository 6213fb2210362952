"""Who stays: people are followed from role to role, not slot by slot."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np

from tests.results.made_up import made_up_inputs
from workforce_sim.analysis.careers import staying
from workforce_sim.engine.staffing import CareerEvent as Event


def two_years(*events, teams=("north",), results_from=0):
    """Who stayed, of events (day, slot, event) in a team or teams of six slots; the run is two years."""
    inputs = made_up_inputs(date(2026, 4, 1), date(2028, 4, 1), results_from=results_from, teams=teams)
    inputs.posts = tuple(SimpleNamespace(team=slot % len(teams)) for slot in range(6))
    careers = np.array([(day, slot, 0, event) for day, slot, event in events], dtype=np.int64)
    return staying(careers, inputs).tolist()


def test_those_who_leave_within_the_year_have_not_stayed():
    """Of three found, one leaves in each year; the newcomer of the first year counts from the second on."""
    found = [(0, slot, Event.FOUND) for slot in range(3)]
    later = [(100, 0, Event.LEFT), (200, 0, Event.STARTED), (400, 1, Event.LEFT), (400, 1, Event.LEFT_NHS)]
    assert two_years(*found, *later) == [[[3, 2]], [[3, 2]]]


def test_whoever_is_replaced_has_not_stayed():
    """A successor in the same slot is somebody else."""
    assert two_years((0, 0, Event.FOUND), (9, 0, Event.LEFT), (10, 0, Event.STARTED))[0] == [[1, 0]]


def test_a_move_within_the_team_is_staying():
    """Promoted into another slot, and followed there until leaving it."""
    moved = [(0, 0, Event.FOUND), (50, 0, Event.MOVED_OUT), (50, 4, Event.MOVED_IN), (500, 4, Event.LEFT)]
    assert two_years(*moved) == [[[1, 1]], [[1, 0]]]


def test_trainees_are_in_post_once_they_qualify():
    """Not before, and not at all if there is no post."""
    trained = [(5, 0, Event.TRAINEE_STARTED), (5, 1, Event.TRAINEE_STARTED), (300, 0, Event.QUALIFIED)]
    assert two_years(*trained, (300, 1, Event.UNPLACED)) == [[[0, 0]], [[1, 1]]]


def test_who_leaves_on_the_last_day_of_a_year_has_left():
    """The first day of a year counts as it begins, before anybody comes or goes."""
    assert two_years((0, 0, Event.FOUND), (364, 0, Event.LEFT)) == [[[1, 0]], [[0, 0]]]
    assert two_years((0, 0, Event.FOUND), (365, 0, Event.LEFT)) == [[[1, 1]], [[1, 0]]]


def test_years_begin_after_the_warm_up_and_teams_are_apart():
    """Two teams; the only year of results is the second of the run."""
    found = [(0, 0, Event.FOUND), (0, 1, Event.FOUND), (10, 2, Event.STARTED), (400, 1, Event.LEFT)]
    assert two_years(*found, teams=("north", "south"), results_from=365) == [[[2, 2], [1, 0]]]
