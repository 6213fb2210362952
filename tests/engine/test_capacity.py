"""What a person in post can do in a day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.engine.test_workforce import a_role, staff_rules
from workforce_sim.engine.capacity import (
    caseload_room,
    clinical_seconds,
    ramp,
    share_supervision,
    supervisor_table,
    terms_table,
)
from workforce_sim.inputs.rules import TrainingRoute


def shared(needed: list[float], by: list[tuple[int, ...]], in_post: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """(asked, nobody) of a team."""
    n = len(needed)
    supervised_by = np.zeros((n, n), dtype=np.uint8)
    for role, supervisors in enumerate(by):
        supervised_by[role, list(supervisors)] = 1
    asked, nobody, wte = np.zeros(n), np.zeros(n, dtype=np.int64), np.array(in_post)
    share_supervision(np.array(needed), supervised_by, wte, wte, asked, nobody)
    return asked, nobody


@pytest.mark.parametrize(("days", "share"), [(0, 0.5), (91, 0.75), (182, 1.0), (4000, 1.0)])
def test_ramp_is_a_straight_line(days: int, share: float) -> None:
    """From half to all in 26 weeks, and all ever after."""
    assert ramp(days, 0.5, 182.0, 1.0) == share


def test_no_induction_is_no_ramp() -> None:
    """Where induction takes no time, the first day is a full one."""
    assert ramp(0, 0.5, 0.0, 1.0) == 1.0


@pytest.mark.parametrize(("days", "share"), [(0, 0.0), (182, 0.25), (364, 0.5), (500, 0.5)])
def test_a_trainee_reaches_only_what_the_course_allows(days: int, share: float) -> None:
    """From nothing to half of a settled colleague's work at the end of a year."""
    assert ramp(days, 0.0, 364.0, 0.5) == share


def test_a_day_by_hand() -> None:
    """37.5 hours a week, 0.8 WTE, 60% clinical, at half productivity: 1 h 48 min a day."""
    assert clinical_seconds(27_000, 80, 0.6, 0.5) == 6480


def test_caseload_room_by_hand() -> None:
    """32 places per WTE, 0.5 WTE, at 30% of the ramp: 4.8 places."""
    assert caseload_room(32_000, 50, 0.3) == 4800


def test_supervision_is_shared_in_proportion_to_time() -> None:
    """Two WTE supervised for 7.2 s a day per hundredth ask 1,440 s of 4 WTE: 3.6 s of each hundredth."""
    asked, nobody = shared([7.2, 0.0, 0.0], [(1, 2), (), ()], [200, 300, 100])
    assert asked == pytest.approx([0.0, 3.6, 3.6])
    assert not nobody.any()


def test_supervision_of_two_roles_adds_up() -> None:
    """Supervisors of two roles give to both; what is asked is all that is needed."""
    needed, in_post = [7.2, 0.0, 14.4], [200, 400, 100]
    asked, nobody = shared(needed, [(1,), (), (1,)], in_post)
    assert float(asked @ in_post) == pytest.approx(float(np.array(needed) @ in_post))
    assert not nobody.any()


def test_supervision_that_nobody_can_give_is_known() -> None:
    """With no supervisor in post nothing is asked of anybody, and the whole need is missed."""
    asked, nobody = shared([7.2, 0.0], [(1,), ()], [200, 0])
    assert not asked.any()
    assert nobody.tolist() == [1440, 0]


def test_supervision_needs_no_one_when_nobody_is_supervised() -> None:
    """An empty role needs nothing."""
    asked, nobody = shared([7.2, 0.0], [(1,), ()], [0, 300])
    assert not asked.any()
    assert not nobody.any()


def test_tables_hold_what_the_rules_say() -> None:
    """One hour a week is 7.2 seconds a working day for each hundredth; a role without places has no target."""
    rules = staff_rules((a_role(supervised_by=(1,), supervision_hours=1.0, places=0), a_role(supervision_hours=3.0)))
    table = terms_table(rules, ())
    assert table["supervision_needed"].tolist() == pytest.approx([7.2, 0.0, 0.0, 0.0])
    assert table["target"].tolist() == [0, 28_000, 0, 0]  # temporary staff come after the roles and hold no caseload
    assert table["day_seconds"].tolist() == [27_000] * 4
    assert supervisor_table(rules, ())[0].tolist() == [[0, 1], [0, 0], [0, 0], [0, 0]]
    assert terms_table(replace(rules, induction_days=7.0), ())["induction_days"].tolist() == [7.0, 7.0, 0.0, 0.0]


def test_trainees_whom_nobody_supervises_need_no_supervision() -> None:
    """Two hours a week of a full-time trainee are needed only where the course names who gives them."""
    rules = staff_rules((a_role(),))
    course = TrainingRoute(
        name="course", role=0, days=(0,), places=1, length=365, attrition=0.0, first=0.2, last=0.5, supervised_by=(0,),
        supervision_hours=2.0, stays=1.0, waits=0, pay=0.0, cost=0.0,
    )  # fmt: skip
    with_, without = (terms_table(rules, (replace(course, supervised_by=by),))[1] for by in ((0,), ()))
    assert with_["supervision_needed"] == pytest.approx(2 * 3600 / 5 / 100)
    assert without["supervision_needed"] == 0.0
