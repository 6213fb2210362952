"""The workforce plan against closed forms: those who stay, learn, are away, supervise, cover, move up.

What luck decides is judged by intervals over replications; what it does not decide is compared exactly.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.engine.test_workforce import Run, a_role, live, made_up, nurses, posts_of, staff_rules
from tests.theory.test_workforce_theory import REPLICATIONS, YEAR, covers
from workforce_sim.engine.posts import Status
from workforce_sim.engine.staffing import CareerEvent, Chronicle, Staffing
from workforce_sim.engine.workforce import Workforce
from workforce_sim.inputs.rules import (
    Conversion,
    Inputs,
    LongAbsence,
    Post,
    PostKind,
    TrainingRoute,
    UpskillingScheme,
)

LEARNER, SENIOR = 0, 1
"""Roles of a team of two."""
WHOLE = round(27_000 * 0.6)
"""Clinical seconds of 1 WTE on a day present."""
STILL: dict[str, Any] = {"leaving_rate": 0.0}
SETTLED: dict[str, Any] = {"induction_days": 0.0}


# --- those who stay ---------------------------------------------------------------------------------------------------


def mean_stay(*phases: tuple[float, float]) -> float:
    """Mean time to resignation, years: `phases` are (until which year in post, resignations per year)."""
    survive, since, mean = 1.0, 0.0, 0.0
    for until, rate in phases:
        stays = np.exp(-rate * (until - since))
        mean += survive * (1 - stays) / rate
        survive, since = survive * stays, until
    return mean


RATE = 0.4
KEPT: dict[str, Any] = {"leaving_rate": RATE, "stays": 0.9, "stays_mentored": 0.6}
MENTORED_DAYS = 365.25
PHASES = ((1.0, RATE * 1.4 * 0.6), (2.0, RATE * 1.4 * 0.9), (np.inf, RATE * 0.85 * 0.9))
"""Mentored for a year, in the early years for two."""


def test_what_keeps_people_lengthens_their_stay_by_renewal_theory() -> None:
    """Hazards of three phases (mentored, early, later, each times what keeps people) give the mean stay; and leavers
    per year are posts / (mean stay + notice + time empty), by the renewal theorem.
    """
    posts, years, settled = 50, 24, 8
    inputs = nurses(filled=posts, years=years, fill=1.0, rules={"mentored_days": MENTORED_DAYS}, **KEPT)
    stays, left = [], []
    for replication in range(REPLICATIONS):
        run = live(inputs, replication)
        began: dict[tuple[int, int], int] = {}
        own = []
        for day, slot, occupant, event in run.careers.tolist():
            if event == CareerEvent.STARTED and day < 8 * YEAR:  # 16 years are left to resign in
                began[slot, occupant] = day
            elif event == CareerEvent.RESIGNED and (slot, occupant) in began:
                own.append(day - began[slot, occupant])
        stays.append(np.mean(own))
        left.append((run.days_of(CareerEvent.LEFT) >= settled * YEAR).sum() / (years - settled))
    assert covers(stays, mean_stay(*PHASES) * YEAR, width=0.15)
    cycle = mean_stay(*PHASES) + 56 / YEAR + (28 + 140 - 56) / YEAR
    assert covers(left, posts / cycle, width=0.08)


# --- trainees ---------------------------------------------------------------------------------------------------------

LENGTH, ATTRITION = 364, 0.4


def a_route(**changes: Any) -> TrainingRoute:
    """A year's course for 200 people, who want to stay, which four tenths give up; they do nothing while they train."""
    usual = TrainingRoute(
        name="course", role=LEARNER, days=(0,), places=200, length=LENGTH, attrition=ATTRITION, first=0.0, last=0.0,
        supervised_by=(), supervision_hours=0.0, stays=1.0, waits=0, pay=0.0, cost=0.0,
    )  # fmt: skip
    return replace(usual, **changes)


def learners(route: TrainingRoute, funded: int, years: float = 2, **rules: Any) -> Inputs:
    """A course, and as many hundredths of a WTE of its role, all vacant; nobody else is ever found for them."""
    seats = tuple(
        Post(0, LEARNER, n, 100, False, PostKind.TRAINING, 0) for n in range(1, route.places * len(route.days) + 1)
    )
    role = a_role(funded=funded, fill=0.0, **STILL)
    posts = (*posts_of(LEARNER, 0, funded // 100), *seats)
    inputs = made_up(posts, (0, staff_rules((role,), **rules)), years=years)
    return replace(inputs, training=(route,), posts=posts)


def training_on(run: Run, day: int) -> int:
    """Trainees as a day ends."""
    events = run.careers[run.careers[:, Chronicle.DAY] <= day, Chronicle.EVENT]
    gone = (CareerEvent.TRAINEE_LEFT, CareerEvent.QUALIFIED, CareerEvent.UNPLACED)
    return int((events == CareerEvent.TRAINEE_STARTED).sum() - np.isin(events, gone).sum())


@pytest.mark.parametrize("began", [0, -120, 90])
def test_a_cohort_thins_out_evenly(began: int) -> None:
    """Of an intake (1 - attrition)^(t / length) are still there after t days, even if it began before day 0."""
    inputs = learners(a_route(days=(began,)), funded=100)
    runs = [live(inputs, replication) for replication in range(REPLICATIONS)]
    for after in (120, 200, 300, LENGTH - 1):
        share = [training_on(run, began + after) / 200 for run in runs]
        assert covers(share, (1 - ATTRITION) ** (after / LENGTH), width=0.08)
    ended = [training_on(run, began + LENGTH) for run in runs]
    assert not any(ended)


@pytest.mark.parametrize(("stays", "funded"), [(1.0, 20_000), (0.5, 20_000), (1.0, 5000), (1.0, 0)])
def test_those_who_qualify_want_to_stay_and_find_a_post_or_leave(stays: float, funded: int) -> None:
    """1 - attrition qualify; of them as many stay as want to and as there are posts, and the others leave."""
    inputs = learners(a_route(stays=stays), funded=funded)
    qualified, placed = [], []
    for replication in range(REPLICATIONS):
        total = live(inputs, replication).staffing.sum(axis=(0, 1, 2))
        qualified.append(total[Staffing.QUALIFIED] / 200)
        placed.append(total[Staffing.STARTERS] / 100)
        assert total[Staffing.QUALIFIED] == total[Staffing.STARTER_HEADS] + total[Staffing.UNPLACED]
        assert total[Staffing.TRAINEES_STARTED] == 200
        assert total[Staffing.TRAINEES_LEFT] == 200 - total[Staffing.QUALIFIED]
    assert covers(qualified, 1 - ATTRITION, width=0.08)
    if funded < 20_000:
        assert set(placed) == {funded / 100}
    else:
        assert covers(placed, 200 * (1 - ATTRITION) * stays, width=0.12)


def test_those_without_a_post_wait_for_one_as_long_as_they_may() -> None:
    """Over establishment people work on for the time given, and then leave: the day is exact."""
    inputs = learners(a_route(waits=70, attrition=0.0, places=5), funded=300)
    run = live(inputs)
    assert run.days_of(CareerEvent.QUALIFIED).tolist() == [LENGTH] * 5
    assert run.days_of(CareerEvent.LEFT).tolist() == [LENGTH + 70] * 2
    assert run.staffing[-1, 0, LEARNER, Staffing.IN_POST] == 300


def test_whoever_resigned_while_waiting_for_a_post_works_their_notice_and_leaves_once() -> None:
    """When the wait is over those without a post go; whoever is on notice by then goes on their own last day."""
    inputs = learners(a_route(waits=30, attrition=0.0, places=20), funded=0)
    rules = inputs.epochs[0].staff
    restless = replace(rules, roles=(replace(rules.roles[LEARNER], leaving_rate=10.0),))
    run = live(replace(inputs, epochs=(replace(inputs.epochs[0], staff=restless),)))
    resigned = run.days_of(CareerEvent.RESIGNED)
    assert 0 < len(resigned) < 20
    waited = [LENGTH + 30] * (20 - len(resigned))
    assert sorted(run.days_of(CareerEvent.LEFT)) == sorted([*waited, *(resigned + 56)])
    assert (run.staffing[..., Staffing.IN_POST] >= 0).all()


# --- long absence -----------------------------------------------------------------------------------------------------

ABSENT, SPELL = 0.2, 40.0


def spells(run: Run, event: CareerEvent) -> list[tuple[int, int]]:
    """(first day, first day back or the horizon) of every long absence of a kind."""
    began: dict[int, int] = {}
    found = []
    for day, slot, _, kind in run.careers.tolist():
        if kind == event:
            began[slot] = day
        elif kind == CareerEvent.BACK and slot in began:
            found.append((began.pop(slot), day))
    return found + [(day, run.roster.shape[1]) for day in began.values()]


def away_share(run: Run, event: CareerEvent, since: int, until: int) -> float:
    """Share of the days of all posts on which their holder is away."""
    days = sum(max(0, min(end, until) - max(day, since)) for day, end in spells(run, event))
    return days / (len(run.roster) * (until - since))


KINDS = [("long_sickness", CareerEvent.LONG_SICK), ("parental", CareerEvent.PARENTAL)]


@pytest.mark.parametrize(("kind", "event"), KINDS)
def test_long_absence_is_an_alternating_renewal_process(kind: str, event: CareerEvent) -> None:
    """The share of time away and the mean spell are those given, from day 0 on and for good."""
    inputs = nurses(filled=60, years=6, rules={kind: LongAbsence(ABSENT, SPELL)}, **STILL)
    runs = [live(inputs, replication) for replication in range(REPLICATIONS)]
    for since, until in ((0, 365), (365, 1096), (1096, inputs.days)):
        assert covers([away_share(run, event, since, until) for run in runs], ABSENT, width=0.2)
    lengths = [np.mean([end - day for day, end in spells(run, event) if 0 < day < inputs.days - 600]) for run in runs]
    assert covers(lengths, SPELL, width=0.1)
    for run in runs:
        for slot in range(60):
            gone = [(day, event) for day, _, _, event in run.story_of(slot) if day > 0]
            assert all(not run.roster[slot, a:b].any() for (a, kind), (b, _) in pairwise(gone) if kind == event)


def test_those_found_away_on_day_0_come_back_as_memoryless_spells_do() -> None:
    """On day 0 the given share is away, and what is left of a spell is as long as a whole one in the mean."""
    inputs = nurses(filled=400, years=2, rules={"parental": LongAbsence(ABSENT, SPELL)}, **STILL)
    runs = [live(inputs, replication) for replication in range(REPLICATIONS)]
    found = [[end for day, end in spells(run, CareerEvent.PARENTAL) if day == 0] for run in runs]
    assert covers([len(own) / 400 for own in found], ABSENT, width=0.15)
    assert covers([np.mean(own) for own in found], SPELL, width=0.15)


def test_an_epoch_that_changes_the_share_is_followed() -> None:
    """From the day on which more time is lost the share moves to the new one as two states do, and no day earlier."""
    day, more = 730, 0.35
    before = staff_rules((a_role(funded=9000, **STILL),), long_sickness=LongAbsence(0.1, SPELL))
    after = replace(before, long_sickness=LongAbsence(more, SPELL))
    changed = made_up(posts_of(0, 90), (0, before), (day, after), years=5)
    runs = [live(changed, replication) for replication in range(REPLICATIONS)]
    assert covers([away_share(run, CareerEvent.LONG_SICK, 0, day) for run in runs], 0.1, width=0.2)
    speed = 1 / SPELL + more / (1 - more) / SPELL
    soon = np.arange(28)
    on_the_way = more + (0.1 - more) * np.mean(np.exp(-speed * soon))
    assert covers([away_share(run, CareerEvent.LONG_SICK, day, day + 28) for run in runs], on_the_way, width=0.25)
    assert covers([away_share(run, CareerEvent.LONG_SICK, day + 300, changed.days) for run in runs], more, width=0.1)


def test_one_is_away_for_one_reason_at_a_time() -> None:
    """Two kinds of long absence share the time: away in all r / (1 + r), where r adds up the odds of both."""
    both = {"long_sickness": LongAbsence(0.2, SPELL), "parental": LongAbsence(0.1, SPELL)}
    inputs = nurses(filled=60, years=6, rules=both, **STILL)
    runs = [live(inputs, replication) for replication in range(REPLICATIONS)]
    odds = 0.2 / 0.8 + 0.1 / 0.9
    away = [sum(away_share(run, event, 300, inputs.days) for _, event in KINDS) for run in runs]
    assert covers(away, odds / (1 + odds), width=0.1)


# --- what supervision takes -------------------------------------------------------------------------------------------


def team(learner: dict[str, Any], senior: dict[str, Any], learners: int, seniors: int, **rules: Any) -> Inputs:
    """Learners and seniors in post, of whom nobody ever leaves or is ill."""
    roles = (
        a_role(**{"funded": 100 * learners, **STILL, **learner}),
        a_role(**{"funded": 100 * seniors, **STILL, **senior}),
    )
    posts = posts_of(LEARNER, learners) + posts_of(SENIOR, seniors)
    return made_up(posts, (0, staff_rules(roles, **{**SETTLED, "sickness_share": 0.0, **rules})), years=1)


def seconds_on(inputs: Inputs, *days: int) -> list[list[int]]:
    """Clinical seconds of every slot on some days, as the clinic sees them."""
    seen: dict[int, list[int]] = {}

    def look(today: int, workforce: Workforce) -> None:
        staff = workforce.staff
        seen[today] = (staff["daily_treatment"] + staff["daily_assessment"]).tolist()

    live(inputs, every_day=look)
    return [seen[day] for day in days]


def test_what_is_asked_beyond_all_clinical_time_is_a_shortfall() -> None:
    """One senior for ten learners at six hours a week each gives all clinical time on days present, and is short."""
    inputs = team({"supervised_by": (SENIOR,), "supervision_hours": 6.0}, {}, learners=10, seniors=1)
    run = live(inputs)
    needed, present = 10 * 6 * 3600 // 5, int(run.roster[10].sum())
    total = run.staffing.sum(axis=(0, 1))
    assert total[SENIOR, Staffing.SUPERVISION_SECONDS] == WHOLE * present
    assert total[SENIOR, Staffing.SUPERVISION_SHORTFALL] == (needed - WHOLE) * present
    assert total[LEARNER, Staffing.SUPERVISION_SHORTFALL] == 0
    assert seconds_on(inputs, 30) == [[WHOLE] * 10 + [0]]


def test_trainees_take_supervision_from_their_first_day_to_their_last() -> None:
    """Three trainees at two hours a week cost four seniors 1,080 seconds a day each, and do what they have learnt."""
    route = a_route(days=(28,), places=3, length=70, attrition=0.0, first=0.2, last=0.6, supervised_by=(SENIOR,),
                    supervision_hours=2.0, role=LEARNER)  # fmt: skip
    plain = team({}, {}, learners=0, seniors=4)
    seats = tuple(Post(0, LEARNER, n, 100, False, PostKind.TRAINING, 0) for n in range(1, 4))
    inputs = replace(plain, training=(route,), posts=(*seats, *plain.posts))
    each = 3 * 2 * 3600 // 5 // 4
    before, first, later, last, after = seconds_on(inputs, 27, 28, 63, 97, 98)
    assert before == [0] * 3 + [WHOLE] * 4
    assert after == before, "with no post free they leave on the day they qualify"
    assert first == [int(WHOLE * 0.2)] * 3 + [WHOLE - each] * 4
    assert later == [int(WHOLE * (0.2 + 0.4 * 35 / 70))] * 3 + [WHOLE - each] * 4
    assert last[3:] == first[3:]
    run = live(inputs)
    assert run.staffing.sum(axis=(0, 1))[SENIOR, Staffing.SUPERVISION_SECONDS] == each * run.roster[3:, 28:98].sum()


def test_newcomers_have_a_preceptor_for_as_long_as_it_is_meant() -> None:
    """A newcomer costs the seniors an hour a week for 26 weeks in post, besides routine supervision, and no longer."""
    senior = {"preceptors": (SENIOR,), "preceptor_hours": 1.0}
    inputs = team({}, {**senior, "funded": 500, "fill": 1.0}, learners=0, seniors=4, preceptor_days=182.0,
                  early_multiplier=0.0, later_multiplier=0.0)  # fmt: skip
    inputs = replace(inputs, posts=(*posts_of(SENIOR, 4), Post(0, SENIOR, 5, 100, filled=False)))
    rules = inputs.epochs[0].staff
    old = replace(rules, roles=(rules.roles[0], replace(rules.roles[1], leaving_rate=0.05)))  # they are long in post
    inputs = replace(inputs, epochs=(replace(inputs.epochs[0], staff=old),))
    for replication in range(20):
        run = live(inputs, replication)
        if all(run.workforce.start_day[slot] < -182 for slot in range(4)):
            break
    started = int(run.days_of(CareerEvent.STARTED)[0])
    given = np.zeros(inputs.days, dtype=int)

    def look(today: int, workforce: Workforce) -> None:
        given[today] = workforce.people["supervision"][:5].sum()

    live(inputs, replication, every_day=look)
    week_of_end = -(-(started + 182) // 7) * 7
    assert not given[:started].any()
    assert set(given[started:week_of_end].tolist()) == {720}  # an hour over five days, shared by five
    assert not given[week_of_end:].any()


@pytest.mark.parametrize("share", [0.1, 0.0231])
def test_programmes_take_their_share_of_everybodys_clinical_time(share: float) -> None:
    """Clinical time falls by the share that programmes take; supervision given does not."""
    learner = {"supervised_by": (SENIOR,), "supervision_hours": 1.0}
    plain, busy = (team(learner, {}, learners=2, seniors=4, programme_time=s) for s in (0.0, share))
    (before,), (after,) = seconds_on(plain, 30), seconds_on(busy, 30)
    assert before == [WHOLE] * 2 + [WHOLE - 360] * 4
    assert after == [int(WHOLE * (1 - share))] * 2 + [int(WHOLE * (1 - share)) - 360] * 4


def upskillers(away: float, backfill: float = 0.0, places: int = 2) -> Inputs:
    """Five learners, of whom the longest in post train for a senior post for 100 days from day 50; two are vacant."""
    scheme = UpskillingScheme("step", SENIOR, (50,), places, 100, serving=LEARNER, away=away, backfill=backfill, cost=0)
    plain = team({}, {"funded": 300, "fill": 0.0}, learners=5, seniors=1)
    seats = tuple(Post(0, SENIOR, n, 100, False, PostKind.RESERVED) for n in range(1, places + 1))
    cover = (Post(0, LEARNER, 1, 0, False, PostKind.TEMPORARY),)
    posts = (*posts_of(LEARNER, 5), *cover, *posts_of(SENIOR, 1, 2), *seats)
    return replace(plain, upskilling=(scheme,), posts=posts)


def test_upskilling_takes_time_away_and_then_moves_people_up() -> None:
    """For 100 days two of five are away for 40 % of their time and caseload; then they hold the other role's posts."""
    inputs = upskillers(away=0.4)
    before, during, after = seconds_on(inputs, 49, 100, 150)
    assert sorted(before[:5]) == [WHOLE] * 5
    assert sorted(during[:5]) == [int(WHOLE * 0.6)] * 2 + [WHOLE] * 3
    assert (sorted(after[:5]), after[5:]) == ([0, 0, WHOLE, WHOLE, WHOLE], [0, WHOLE, 0, 0, WHOLE, WHOLE])
    run = live(inputs)
    total = run.staffing.sum(axis=(0, 1))
    assert total[LEARNER, Staffing.MOVED_OUT] == total[SENIOR, Staffing.MOVED_IN] == 200
    assert run.days_of(CareerEvent.UPSKILLING).tolist() == [50, 50]


def test_time_away_on_a_course_is_covered_by_bank_staff_in_part() -> None:
    """Half of 2 x 40 % of a WTE away is 0.4 WTE of bank staff on every working day, at 85 % of a colleague's output."""
    inputs = upskillers(away=0.4, backfill=0.5)
    before, during, after = seconds_on(inputs, 49, 100, 150)
    assert (before[5], during[5], after[5]) == (0, int(WHOLE * 0.4 * 0.85), 0)
    days = live(inputs).staffing.sum(axis=(0, 1))[LEARNER, Staffing.BANK_DAYS]
    assert days == 40 * inputs.working[0][50:150].sum()


# --- cover and money --------------------------------------------------------------------------------------------------


def covered(role: dict[str, Any], filled: int = 6, vacant: int = 2, years: float = 3, **rules: Any) -> Inputs:
    """Nurses with a seat for temporary staff, the last slot."""
    plain = nurses(filled=filled, vacant=vacant, years=years, rules=rules, **role)
    return replace(plain, posts=(*plain.posts, Post(0, 0, 1, 0, False, PostKind.TEMPORARY)))


def test_bank_staff_cover_long_absence_and_agency_staff_vacancies() -> None:
    """On every day bank is half of the WTE away, agency 80 % of the WTE vacant, and both do 85 % of a day's work."""
    inputs = covered({"leaving_rate": 0.3, "agency_for_vacancies": 0.8}, backfill=0.5,
                     long_sickness=LongAbsence(0.2, SPELL))  # fmt: skip
    bought = []

    def look(today: int, workforce: Workforce) -> None:
        held = [slot for slot in range(8) if workforce.status[slot] in (Status.HELD, Status.ON_NOTICE)]
        away = [slot for slot in held if workforce.people["away_until"][slot] > today]
        bank, agency = round(50 * len(away)), round(0.8 * 100 * (8 - len(held)))
        staff = workforce.staff[8]
        assert staff["wte"] == bank + agency
        assert staff["daily_treatment"] + staff["daily_assessment"] == pytest.approx(
            WHOLE * 0.85 * (bank + agency) / 100, abs=1.01
        )
        assert not staff["places"]
        bought.append((bank, agency))

    run = live(inputs, every_day=look)
    days = run.staffing.sum(axis=(0, 1))[0]
    wanted = np.array(bought)[inputs.working[0]].sum(axis=0)
    assert (days[Staffing.BANK_DAYS], days[Staffing.AGENCY_DAYS]) == tuple(wanted)
    assert (wanted > 0).all()


def test_a_premium_buys_less_cover_for_the_same_money() -> None:
    """What the budget leaves buys bank staff first, each at pay times its premium; the rest of agency is cut."""
    money = {"cost": 50_000.0, "bank": 100, "agency": 200, "leaving_rate": 0.0, "fill": 0.01}
    inputs = covered(money, filled=6, vacant=0, years=1, bank_premium=1.2, agency_premium=1.6,
                     budget=6 * 50_000.0 + 60_000.0 + 40_000.0)  # fmt: skip
    run = live(inputs)
    working = int(inputs.working[0].sum())
    days = run.staffing.sum(axis=(0, 1))[0]
    assert days[Staffing.BANK_DAYS] == 100 * working
    assert days[Staffing.AGENCY_DAYS] == 50 * working  # £40,000 at £80,000 a year
    assert days[Staffing.COVER_CUT] == 150 * working
    assert run.workforce.temporary.cost == pytest.approx(100_000.0)


def test_a_budget_is_never_passed_by_recruitment() -> None:
    """With money for seven, eight funded and many leaving, staff in post or sought never cost more than the budget."""
    inputs = nurses(filled=7, vacant=1, years=8, rules={"budget": 7 * 50_000.0}, cost=50_000.0, leaving_rate=0.5,
                    fill=0.9)  # fmt: skip

    def look(_: int, workforce: Workforce) -> None:
        kept = workforce.spending.people
        assert kept <= 7 * 50_000.0
        workforce.spending.count()
        assert kept == pytest.approx(workforce.spending.people), "what is kept from day to day is what adds up"

    run = live(inputs, every_day=look)
    assert (run.staffing[:, 0, 0, Staffing.IN_POST] <= 700).all()
    assert run.days_of(CareerEvent.STARTED).size > 5
    assert run.staffing[..., Staffing.REFUSED].any()


def test_money_that_a_leaver_frees_is_spent_on_a_post_that_was_refused() -> None:
    """A vacancy that the budget refused is recruited to once somebody of another role has resigned."""
    roles = (a_role(funded=100, fill=1.0, cost=50_000.0, **STILL), a_role(funded=400, leaving_rate=1.5, cost=50_000.0))
    rules = staff_rules(roles, budget=4 * 50_000.0)
    frozen = replace(rules, roles=(roles[0], replace(roles[1], funded=0)))
    posts = posts_of(LEARNER, 0, 1) + posts_of(SENIOR, 4)
    run = live(made_up(posts, (0, rules), (1, frozen), years=4))
    resigned = run.days_of(CareerEvent.RESIGNED, slots=[1, 2, 3, 4])
    started = run.days_of(CareerEvent.STARTED, slots=[0])
    assert started.size == 1
    assert 168 <= started[0] - max(0, resigned[0]) <= 168 + 7


# --- posts that change hands ------------------------------------------------------------------------------------------


def test_promotion_moves_vacancies_down_and_people_up() -> None:
    """If every senior vacancy is filled from below, no senior is hired while anybody below is a year in post."""
    roles = (
        a_role(funded=1000, leaving_rate=0.05, fill=1.0),
        a_role(funded=400, leaving_rate=0.5, fill=1.0, promoted_from=LEARNER, promoted=1.0),
    )
    inputs = made_up(posts_of(LEARNER, 10) + posts_of(SENIOR, 4), (0, staff_rules(roles)), years=6)
    for replication in range(4):
        run = live(inputs, replication)
        total, last = run.staffing.sum(axis=(0, 1)), run.staffing[-1, 0]
        assert total[LEARNER, Staffing.MOVED_OUT] == total[SENIOR, Staffing.MOVED_IN] > 400
        assert not total[LEARNER, Staffing.MOVED_IN]
        assert not total[SENIOR, Staffing.STARTERS]
        assert total[LEARNER, Staffing.STARTERS] >= total[LEARNER, Staffing.MOVED_OUT] - 300
        assert (last[:, Staffing.IN_POST] <= last[:, Staffing.FUNDED]).all()


def test_half_of_the_vacancies_are_filled_from_below() -> None:
    """The share of senior vacancies filled by promotion is the share given, where somebody can always be promoted."""
    roles = (
        a_role(funded=4000, leaving_rate=0.02, fill=1.0, approval_days=0.0, round_days=20.0),
        a_role(funded=1000, leaving_rate=1.0, fill=1.0, promoted_from=LEARNER, promoted=0.5),
    )
    inputs = made_up(posts_of(LEARNER, 40) + posts_of(SENIOR, 10), (0, staff_rules(roles)), years=8)
    shares = []
    for replication in range(REPLICATIONS):
        total = live(inputs, replication).staffing.sum(axis=(0, 1))[SENIOR]
        shares.append(total[Staffing.MOVED_IN] / (total[Staffing.MOVED_IN] + total[Staffing.STARTERS]))
    assert covers(shares, 0.5, width=0.2)


@pytest.mark.parametrize("ratio", [0.8, 1.22])
def test_conversion_keeps_the_pay_bill(ratio: float) -> None:
    """As posts fall vacant up to three are converted, and what is paid for the two establishments stays the same."""
    roles = (a_role(funded=0, fill=1.0, **STILL), a_role(funded=800, leaving_rate=0.5, fill=0.5))
    gained = round(300 * ratio) + 2
    spare = tuple(Post(0, LEARNER, n, 100, filled=False) for n in range(1, gained // 100 + 2))
    posts = (*spare, *posts_of(SENIOR, 7, 1))
    inputs = replace(
        made_up(posts, (0, staff_rules(roles)), years=6),
        conversions=(Conversion("swap", SENIOR, LEARNER, 300, ratio, day=100),),
    )
    run = live(inputs)
    funded = run.staffing[:, 0, :, Staffing.FUNDED]
    assert funded[0].tolist() == [0, 800]
    assert funded[-1].tolist() == [3 * round(100 * ratio), 500]
    assert np.array_equal(funded[:, LEARNER], np.round((800 - funded[:, SENIOR]) * ratio))
    in_post = run.staffing[:, 0, :, Staffing.IN_POST]
    assert (in_post[:, SENIOR] <= funded[:, SENIOR]).all(), "only what nobody holds is converted"
    assert in_post[-1, LEARNER] == 100 * (funded[-1, LEARNER] // 100)


def test_recruitment_above_establishment_replaces_leavers_before_they_go() -> None:
    """With 25 % above eight funded posts ten are held when all are filled, and a freeze lets them dwindle."""
    role = {"funded": 800, "over": 0.25, "fill": 1.0}
    still = made_up(posts_of(0, 8, 2), (0, staff_rules((a_role(**role, **STILL),))), years=2)
    in_post = live(still).staffing[:, 0, 0, Staffing.IN_POST]
    assert (in_post[0], in_post[-1]) == (800, 1000)
    first = staff_rules((a_role(**role, leaving_rate=0.4),))
    frozen = replace(first, roles=(replace(first.roles[0], frozen=True),))
    run = live(made_up(posts_of(0, 8, 2), (0, first), (365, frozen), (1096, first), years=5))
    during = (run.days_of(CareerEvent.STARTED) >= 365) & (run.days_of(CareerEvent.STARTED) < 1096 + 28 + 140)
    assert not during.any()
    assert (run.days_of(CareerEvent.STARTED) >= 1096).sum() > 2
    record = run.staffing[:, 0, 0]
    months = slice(14, 35)
    vacant = np.maximum(0, record[months, Staffing.FUNDED] - record[months, Staffing.IN_POST])
    assert np.array_equal(record[months, Staffing.FROZEN], vacant)
    assert (np.diff(record[months, Staffing.IN_POST]) <= 0).all()


def test_money_freed_in_one_team_covers_another_team_on_the_same_day() -> None:
    """When somebody of the first team resigns, the second team's cover grows to what is left of the money that day."""
    roles = (a_role(funded=0, cost=50_000.0), a_role(funded=100, leaving_rate=0.8, cost=50_000.0, fill=0.01))
    asked = replace(roles[0], bank=100)
    rules = staff_rules((asked, roles[1]), budget=3 * 50_000.0)
    unfunded = replace(rules, roles=(asked, replace(roles[1], funded=0)))
    seats = tuple(Post(team, LEARNER, 1, 0, False, PostKind.TEMPORARY) for team in (0, 1))
    held = posts_of(SENIOR, 1) + posts_of(SENIOR, 1, team=1)
    inputs = made_up(held, (0, rules), (1, unfunded), years=6)
    inputs = replace(inputs, posts=(seats[0], held[0], seats[1], held[1]))

    def look(_: int, workforce: Workforce) -> None:
        staying = sum(workforce.status[slot] == Status.HELD for slot in (1, 3))
        bought = [int(workforce.staff["wte"][slot]) for slot in (0, 2)]
        assert bought == [100, min(100, 300 - 100 * staying - 100)]
        seconds = (workforce.staff["daily_treatment"] + workforce.staff["daily_assessment"])[[0, 2]]
        assert seconds.tolist() == [int(WHOLE * 0.85 * wte / 100) for wte in bought]

    assert live(inputs, every_day=look).days_of(CareerEvent.RESIGNED).size == 2
