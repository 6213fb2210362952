"""Days off: how many, which, and whose luck they are."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.test_workforce import START, england
from workforce_sim.engine.capacity import ROLE
from workforce_sim.engine.kernel import roster as compiled
from workforce_sim.engine.kernel.roster import LEAVE_AS_USUAL, PART_DAYS, PERSON, Personnel, Stretch
from workforce_sim.engine.staffing import Staffing
from workforce_sim.engine.state import STAFF
from workforce_sim.inputs.codes import NOT_YET

YEAR = 365
BOUNDS = (0.25, 3.0, 0.95)


def personnel(people: int = 400, days: int = YEAR, calendar: int = YEAR, key: int = 1 << 40) -> Personnel:
    """So many people in post, one role, one team, whose days off are not known yet."""
    staff, own = np.zeros(people, dtype=STAFF), np.zeros(people, dtype=PERSON)
    staff["key"], staff["occupied"], staff["wte"] = key + np.arange(people), 1, 100
    own["leave_planned"] = own["sickness_drawn"] = NOT_YET
    own["load"] = own["does"] = 1.0
    own["away_until"] = NOT_YET
    return Personnel(
        staff=staff, people=own, roster=np.zeros((people, days), dtype=np.uint8),
        kind=np.zeros(1, np.int64), working=england(START, calendar).astype(np.uint8)[None, :],
        team_slots=np.array([0, people]),
        in_post=np.zeros((1, 1), dtype=np.int64), unsupervised=np.zeros((1, 1), dtype=np.int64),
        booked_until=np.zeros(1, dtype=np.int64), changed=np.zeros(1, dtype=np.int64),
        staffing=np.zeros((1, 1, 1, Staffing.N), dtype=np.int64), period_of_day=np.zeros(days, dtype=np.int32),
        at_work=np.zeros((1, 2, 1), dtype=np.int64), terms=np.zeros(1, dtype=ROLE),
        role_of_terms=np.zeros(1, dtype=np.int64), supervised_by=np.zeros((2, 1, 1), dtype=np.uint8),
        leave_weight=np.full(days // 7 + 60, LEAVE_AS_USUAL, dtype=np.int64),
    )  # fmt: skip


def stretch(p: Personnel, first: int = 0, until: int = YEAR, seed: int = 3) -> Stretch:
    """Everybody, these days."""
    return Stretch(seed, 0, START.toordinal(), 0, len(p.staff), first, until)


def days_off(p: Personnel, first: int = 0) -> np.ndarray:
    """Working days off of each person."""
    last = p.roster.shape[1]
    off: np.ndarray = (p.working[0, first:last][None, :] & ~p.roster[:, first:last] & 1).sum(axis=1)
    return off


def plan(p: Personnel, leave: float = 0.0, study: float = 0.0, **dates: int) -> Personnel:
    """Plan days per stretch."""
    compiled.plan_leave(p, stretch(p, **dates), round(leave * PART_DAYS), round(study * PART_DAYS))
    return p


def sicken(p: Personnel, share: float = 0.055, spell: float = 6.0, gain: float = 0.0, **dates: int) -> Personnel:
    """Draw sickness."""
    compiled.draw_sickness(p, stretch(p, **dates), share, 1.0 / spell, gain, BOUNDS)
    return p


def within(values: np.ndarray, truth: float) -> bool:
    """The mean of independent values lies within 4 standard errors of the truth."""
    return bool(abs(values.mean() - truth) <= 4 * values.std(ddof=1) / np.sqrt(len(values)) + 1e-9)


# --- leave and study --------------------------------------------------------------------------------------------------


def test_whole_entitlements_are_taken_to_the_day() -> None:
    """28 days of leave and 7 of study are 35 working days off for everybody."""
    assert (days_off(plan(personnel(), leave=28, study=7)) == 35).all()


def test_a_part_of_a_day_is_right_on_average() -> None:
    """10.3 days off are ten or eleven, and 10.3 on average."""
    off = days_off(plan(personnel(people=3000), leave=10.3))
    assert set(off) == {10, 11}
    assert within(off, 10.3)


def test_leave_is_taken_in_weeks_and_study_in_days() -> None:
    """Ten days of leave are two weeks from Monday to Friday, but for weeks cut by the edges of the year."""
    p = plan(personnel(), leave=10)
    week = (np.arange(YEAR) + START.weekday()) // 7
    spells = [len(set(week[(p.working[0] == 1) & (row == 0)])) for row in p.roster]
    assert set(spells) <= {2, 3, 4}
    assert spells.count(2) > 0.9 * len(spells)
    single = plan(personnel(), study=7)
    weeks = [len(set(week[(single.working[0] == 1) & (row == 0)])) for row in single.roster]
    assert np.mean(weeks) > 6


def test_every_week_is_as_likely() -> None:
    """No season is preferred: each whole week is taken by its share of people."""
    p = plan(personnel(people=3000), leave=25)
    monday = (7 - START.weekday()) % 7
    taken = 1 - p.roster[:, monday : monday + 51 * 7 : 7].mean(axis=0)
    usual = 25 / 261
    assert abs(taken.mean() - usual) < 0.004
    assert (np.abs(taken - usual) < 5 * np.sqrt(usual / 3000)).all()


def test_more_leave_is_the_same_leave_and_some_more() -> None:
    """Whoever gets another week keeps the weeks they had."""
    less, more = plan(personnel(), leave=20), plan(personnel(), leave=25)
    assert (more.roster <= less.roster).all()


def test_weeks_do_not_depend_on_the_day_of_joining() -> None:
    """A person who joins in October takes the luckiest of the weeks still ahead, which are those of a colleague."""
    half = 200
    late = plan(personnel(), leave=15, first=half)
    assert (days_off(late, first=half) == 15).all()
    assert not late.roster[:, :half].any()
    earlier = plan(personnel(), leave=15, first=half - 7)
    same = (earlier.roster[:, half:] == late.roster[:, half:]).mean()
    assert same > 0.97


def test_leave_is_that_of_the_whole_year_even_if_the_run_ends_before() -> None:
    """What lies beyond the horizon is planned, too, so that a longer run has the same past."""
    short, long = plan(personnel(days=100)), plan(personnel())
    assert np.array_equal(short.roster, long.roster[:, :100])
    short, long = plan(personnel(days=100), leave=28, study=7), plan(personnel(), leave=28, study=7)
    assert np.array_equal(short.roster, long.roster[:, :100])


def test_more_days_off_than_days() -> None:
    """Nobody is off more than they would work."""
    p = plan(personnel(), leave=300, study=20)
    assert not p.roster.any()


def test_only_those_are_planned_for_whom_it_is_due() -> None:
    """Empty posts, and people whose leave is known, are left alone."""
    p = personnel(people=3)
    p.staff["occupied"][0] = 0
    p.people["leave_planned"][1] = YEAR
    plan(p, leave=5)
    assert not p.roster[:2].any()
    assert p.roster[2].any()
    assert p.people["leave_planned"].tolist() == [NOT_YET, YEAR, YEAR]


# --- sickness ---------------------------------------------------------------------------------------------------------


def sick_days(p: Personnel) -> np.ndarray:
    """Share of working days lost, by person."""
    working = p.working[0, : p.roster.shape[1]].sum()
    share: np.ndarray = 1 - p.roster.sum(axis=1) / working
    return share


def full(people: int = 400, sick_share: float = 0.055, **sizes: int) -> Personnel:
    """People present every working day; the share that is usual is ill as the year begins."""
    p = personnel(people, **sizes)
    p.roster[:] = p.working[0, : p.roster.shape[1]]
    p.people["sick"] = np.arange(people) < sick_share * people
    return p


@pytest.mark.parametrize(("share", "spell"), [(0.055, 6.0), (0.03, 1.0), (0.12, 30.0)])
def test_share_and_length_of_spells_are_as_given(share: float, spell: float) -> None:
    """The share of working days lost and the mean spell are those of the rules."""
    p = sicken(full(people=3000, sick_share=share), share=share, spell=spell)
    assert within(sick_days(p), share)
    ill = (p.roster == 0)[:, p.working[0] == 1]
    begins = ill[:, 1:] & ~ill[:, :-1]
    recovers = ill[:, :-1] & ~ill[:, 1:]
    stays = recovers.sum() / ill[:, :-1].sum()
    assert abs(stays * spell - 1) < 0.06
    assert abs(begins.sum() / recovers.sum() - 1) < 0.1


def test_months_join_without_a_seam() -> None:
    """Drawn month by month or at once, the days sick are the same."""
    at_once, by_month = sicken(full()), full()
    for first in range(0, YEAR, 30):
        sicken(by_month, first=first, until=min(first + 30, YEAR))
    assert np.array_equal(at_once.roster, by_month.roster)
    assert np.array_equal(at_once.people["sick"], by_month.people["sick"])


def test_more_sickness_is_the_same_sickness_and_some_more() -> None:
    """Whoever is ill at the usual rate is ill at a higher one."""
    less, more = sicken(full(), share=0.05), sicken(full(), share=0.08)
    assert (more.roster <= less.roster).all()


def test_load_makes_ill_by_its_gain_within_bounds() -> None:
    """At load 1.5 and gain 0.6 a third more is lost than at 1 (x 1.3); never more than three times the usual."""
    p = full(people=3000, sick_share=0.055 * 1.3)
    p.people["load"] = 1.5
    assert within(sick_days(sicken(p, gain=0.6)), 0.055 * 1.3)
    q = full(people=3000, sick_share=0.055 * 3)
    q.people["load"] = 50.0
    assert within(sick_days(sicken(q, gain=0.6)), 0.055 * 3)


def test_no_sickness_and_nothing_but_sickness() -> None:
    """A share of nothing is nothing; at most, people are well for a day between two spells."""
    assert (sick_days(sicken(full(sick_share=0), share=0.0)) == 0).all()
    assert within(sick_days(sicken(full(people=1000, sick_share=6 / 7), share=2.0)), 6 / 7)


# --- whose luck -------------------------------------------------------------------------------------------------------


def test_luck_is_the_persons_own() -> None:
    """The same person in another slot and among others has the same days off; somebody else has others."""
    many = sicken(plan(personnel(people=50), leave=28, study=7))
    alone = personnel(people=1, key=(1 << 40) + 17)
    sicken(plan(alone, leave=28, study=7))
    assert np.array_equal(alone.roster[0], many.roster[17])
    assert not np.array_equal(alone.roster[0], many.roster[18])


# --- a week's load ----------------------------------------------------------------------------------------------------


def test_wear_is_the_same_compiled_and_plain() -> None:
    """A week of load moves load and exhaustion to the last bit as the source reads."""
    rng = np.random.default_rng(1)
    p, q = personnel(people=200), personnel(people=200)
    for field, values in {"available": rng.integers(0, 3, 200) * 40_000, "held": rng.integers(0, 50_000, 200)}.items():
        p.staff[field] = q.staff[field] = values
    p.staff["used"] = q.staff["used"] = (p.staff["available"] * rng.random(200)).astype(int)
    p.people["target"] = q.people["target"] = rng.integers(0, 2, 200) * 28_000
    p.people["exhaustion"] = q.people["exhaustion"] = rng.random(200)
    loop = (7 / 84, 0.01, 0.02, 0.3)
    compiled.wear(p, 0, loop)
    getattr(compiled.wear, "py_func", compiled.wear)(q, 0, loop)
    for field in ("load", "exhaustion"):
        assert np.array_equal(p.people[field], q.people[field])
    assert not p.staff["available"].any()
