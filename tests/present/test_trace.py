"""Stories of one post and of one patient, from the same run that the tables are counted from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.behaviour.worlds import inputs_of
from workforce_sim.engine.simulate import simulate
from workforce_sim.engine.staffing import CareerEvent
from workforce_sim.errors import UsageError
from workforce_sim.present.trace import ENDS, TOLD, label, trace_patient, trace_post
from workforce_sim.scenario import read_scenario

ADULT = Path(__file__).parents[2] / "scenarios" / "train_six_mhwps.yaml"


@pytest.fixture(scope="module")
def adult():
    """A shipped scenario with a training route."""
    return read_scenario(ADULT)


def test_every_event_and_ending_has_words() -> None:
    """Nothing that can happen is left without a line."""
    assert set(TOLD) == set(CareerEvent)
    assert len(set(TOLD.values())) == len(TOLD)
    assert len(set(ENDS.values())) == len(ENDS)


def test_a_post_is_told_as_it_was_chronicled(adult) -> None:
    """One dated line for each event of the slot, in order, for established posts and training places."""
    inputs = inputs_of(adult)
    careers = simulate(inputs, 1, 2).careers
    for slot in (0, 5, int(careers[careers[:, 3] == CareerEvent.QUALIFIED][0, 1])):
        lines = trace_post(adult, label(inputs, inputs.posts[slot]), seed=1, replication=2).splitlines()
        own = careers[careers[:, 1] == slot]
        assert len(lines) == 1 + max(1, len(own))
        for line, (_, _, _, event) in zip(lines[1:], own.tolist(), strict=False):
            assert line.endswith(TOLD[CareerEvent(event)])
        dates = [line[:10] for line in lines[1:] if len(own)]
        assert dates == sorted(dates) or own[:, 0].min() < 0


def test_a_patient_is_told_spell_by_spell(adult) -> None:
    """From referral to the end, with the contacts that the log counts."""
    log = simulate(inputs_of(adult), 1, 0).log
    key = int(log["key"][np.argmax(log["episode"])])
    told = trace_patient(adult, key).splitlines()
    own = log[log["key"] == key]
    assert sum("is referred by" in line for line in told) == len(own)
    assert sum(f"{contacts} contacts" in line for contacts in own["contacts"].tolist() for line in told) >= len(own)


def test_nobody_of_that_name(adult) -> None:
    """An unknown post or person gets a word on which there are."""
    with pytest.raises(UsageError, match=r'no post "nurs:1"; did you mean nurse:1'):
        trace_post(adult, "nurs:1")
    with pytest.raises(UsageError, match="nobody has the key 5"):
        trace_patient(adult, 5)
