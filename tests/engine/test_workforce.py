"""The staff: who is in post, who is sought, who is present."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pytest
import simpy

from workforce_sim.engine.leaving import leaving_multipliers, tenure_law
from workforce_sim.engine.management import Management
from workforce_sim.engine.posts import value
from workforce_sim.engine.staffing import CareerEvent, Chronicle, Staffing
from workforce_sim.engine.state import STAFF
from workforce_sim.engine.workforce import Workforce, calendar_beyond
from workforce_sim.inputs.codes import Names
from workforce_sim.inputs.rules import Epoch, Exhaustion, Inputs, LongAbsence, Post, RoleRules, StaffRules

# --- a made-up service ------------------------------------------------------------------------------------------------

START = date(2026, 4, 1)
ROLES = ("mhwp", "nurse", "peer_support_worker", "psychologist")
MHWP, NURSE, PEER, PSYCHOLOGIST = range(4)
LOOP = Exhaustion(usual=0.3, rise=0.01, recovery=0.02, smoothing_days=84, gain_on_leaving=1.5, gain_on_sickness=0.6)


def a_role(**changes: Any) -> RoleRules:
    """A role like a nurse's, seven WTE funded, supervised by nobody, and nobody judges the team by its vacancies."""
    usual = RoleRules(
        funded=700, leaving_rate=0.16, clinical_share=0.6, assessment_share=0.21, shares_spare=True, places=32_000,
        target=28_000, approval_days=28.0, round_days=140.0, fill=0.47, reputation=0.0, usual_vacancy=0.1,
        supervised_by=(), supervision_hours=0.0,
    )  # fmt: skip
    return replace(usual, **changes)


def staff_rules(roles: tuple[RoleRules, ...], **changes: Any) -> StaffRules:
    """The rules of the shipped adult team, with the loop of exhaustion off."""
    usual = StaffRules(
        day_seconds=27_000, leave_days=28.0, study_days=7.0, sickness_share=0.055, sickness_spell=6.0,
        induction_productivity=0.5, induction_caseload=0.3, induction_days=182.0, early_multiplier=1.4,
        early_days=730.5, later_multiplier=0.85, notice_days=56, no_new_patients_days=28, exhaustion=None, roles=roles,
    )  # fmt: skip
    return replace(usual, **changes)


def posts_of(role: int, filled: int, vacant: int = 0, team: int = 0, wte: int = 100) -> tuple[Post, ...]:
    """Posts of a role, numbered from 1, the first ones filled."""
    return tuple(Post(team, role, n, wte, filled=n <= filled) for n in range(1, filled + vacant + 1))


def england(first: date, days: int) -> np.ndarray:
    """bool, (day,): Monday to Friday; bank holidays do not matter here."""
    return np.array([(first + timedelta(days=d)).weekday() < 5 for d in range(days)])


def months(first: date, days: int) -> tuple[np.ndarray, tuple[date, ...]]:
    """(period of each day, first date of each period)."""
    dates = [first + timedelta(days=d) for d in range(days)]
    starts = tuple(day for day in dates if day == first or day.day == 1)
    return np.cumsum([day in set(starts[1:]) for day in dates]).astype(np.int32), starts


def made_up(posts: tuple[Post, ...], *stages: tuple[int, StaffRules], years: float = 5, start: date = START) -> Inputs:
    """Inputs of a service with these posts; `stages` are (first day, rules)."""
    days = round(years * 365.25)
    period_of_day, period_starts = months(start, days)
    teams = tuple("team" if t == 0 else f"team {t + 1}" for t in range(1 + max(post.team for post in posts)))
    roles = ROLES[: len(stages[0][1].roles)]
    one = {"teams": teams, "kinds": ("team",), "kind_of_team": (0,) * len(teams)}
    nobody = dict.fromkeys(("packages", "kind_of_package", "streams", "series", "tasks", "severities", "sources"), ())
    names = Names(**one, roles=roles, kind_of_role=(0,) * len(roles), **nobody, kind_of_source=(), groups=())
    nothing: Any = None
    epochs = tuple(Epoch(day, nothing, rules) for day, rules in stages)
    return Inputs("made up", names, start, days, 0, england(start, days)[None, :], period_of_day, period_starts, epochs,
                  tuple(sorted(posts, key=lambda p: (p.team, p.role, p.number))), nothing, nothing)  # fmt: skip


class NullClinic:
    """A clinic where nothing is ever done."""

    def release(self, slot: int) -> None: ...
    def staff_changed(self, team: int) -> None: ...
    def set_rules(self, rules: Any) -> None: ...


class WatchfulClinic(NullClinic):
    """A clinic that remembers what it was told, and on which day."""

    def __init__(self) -> None:
        self.env: simpy.Environment | None = None
        self.staff: np.ndarray | None = None
        self.told: list[tuple[int, str, int]] = []

    def _note(self, what: str, number: int) -> None:
        self.told.append((0 if self.env is None else int(self.env.now), what, number))

    def release(self, slot: int) -> None:
        assert self.staff is not None
        assert self.staff["occupied"][slot] == 1, "the caseload is released while its holder is still there"
        self._note("release", slot)

    def staff_changed(self, team: int) -> None:
        self._note("changed", team)

    def set_rules(self, rules: Any) -> None:  # noqa: ARG002 - whichever they are
        self._note("rules", -1)


EveryDay = Callable[[int, Workforce], None]


class Run(NamedTuple):
    """What a replication leaves."""

    workforce: Workforce
    staffing: np.ndarray
    careers: np.ndarray
    roster: np.ndarray

    def days_of(self, event: CareerEvent, slots: Any = None) -> np.ndarray:
        """Days of an event, of some slots."""
        chosen = self.careers[self.careers[:, Chronicle.EVENT] == event]
        if slots is not None:
            chosen = chosen[np.isin(chosen[:, Chronicle.SLOT], slots)]
        return chosen[:, Chronicle.DAY]

    def story_of(self, slot: int) -> list[tuple[int, ...]]:
        """Events of one post."""
        return [tuple(row) for row in self.careers[self.careers[:, Chronicle.SLOT] == slot].tolist()]


def stretches(env: simpy.Environment, workforce: Workforce) -> Iterator[tuple[int, int]]:
    """(day, next day on which anything befalls staff), to the end of the run: what the clinic does in one go."""
    day, days = 0, workforce.inputs.days
    while day < days:
        while env.peek() <= day:
            env.step()
        workforce.settle()
        following = int(min(env.peek(), days))
        yield day, following
        day = following


def live(
    inputs: Inputs, replication: int = 0, clinic: Any = None, every_day: EveryDay | None = None, seed: int = 7
) -> Run:
    """One replication, driven as `simulate` drives it; `every_day` is what the clinic does on a day."""
    staff = np.zeros(len(inputs.posts), dtype=STAFF)
    roster = np.zeros((len(inputs.posts), inputs.days), dtype=np.uint8)
    env, clinic = simpy.Environment(), clinic or NullClinic()
    workforce = Workforce(env, inputs, staff, roster, clinic, seed, replication)
    Management(env, inputs, workforce, clinic)
    if isinstance(clinic, WatchfulClinic):
        clinic.env, clinic.staff = env, staff
    for day, following in stretches(env, workforce):
        if every_day is not None:
            for today in range(day, following):
                every_day(today, workforce)
    return Run(workforce, workforce.staffing, workforce.careers(), roster)


def nurses(
    filled: int = 7, vacant: int = 0, years: float = 5, rules: dict[str, Any] | None = None, **role: Any
) -> Inputs:
    """A team of nurses only; as many funded as there are posts."""
    the_rules = staff_rules((a_role(**{"funded": 100 * (filled + vacant), **role}),), **(rules or {}))
    return made_up(posts_of(0, filled, vacant), (0, the_rules), years=years)


@pytest.fixture(scope="module")
def mixed() -> Inputs:
    """A team of four roles with supervision, reputation and the loop of exhaustion."""
    roles = (
        a_role(funded=200, leaving_rate=0.2, supervised_by=(NURSE,), supervision_hours=1.0, reputation=0.5),
        a_role(funded=700, reputation=0.5),
        a_role(funded=200, leaving_rate=0.2, places=0, supervised_by=(NURSE,), supervision_hours=1.0),
        a_role(funded=150, leaving_rate=0.13, places=16_000, target=16_000),
    )
    posts = posts_of(MHWP, 1, 1) + posts_of(NURSE, 6, 2) + posts_of(PEER, 2, 1) + posts_of(PSYCHOLOGIST, 1)
    posts += (Post(0, PSYCHOLOGIST, 2, 50, filled=False),)
    return made_up(posts, (0, staff_rules(roles, exhaustion=LOOP)))


def busy(today: int, workforce: Workforce, load: float = 1.2) -> None:
    """Everybody holds `load` times their target, and uses all time."""
    staff = workforce.staff
    present = (workforce.roster[:, today] == 1) & (staff["occupied"] == 1)
    seconds = np.where(present, staff["daily_treatment"] + staff["daily_assessment"], 0)
    staff["available"] += seconds
    staff["used"] += seconds
    staff["held"] = load * workforce.people["target"]


# --- luck -------------------------------------------------------------------------------------------------------------


def test_the_same_replication_is_the_same() -> None:
    """The same seed and replication give the same careers, roster and record; another replication does not."""
    inputs = nurses(filled=6, vacant=2)
    once, again, other = live(inputs), live(inputs), live(inputs, replication=1)
    for a, b, c in zip(once[1:], again[1:], other[1:], strict=True):
        assert np.array_equal(a, b)
        assert not np.array_equal(a, c)


def test_other_people_do_not_change_a_life() -> None:
    """With no reputation and no shared load, a nurse's life is the same whoever else is in the service."""
    alone = live(nurses(filled=6, vacant=1))
    roles = (a_role(funded=400, leaving_rate=0.3), a_role())
    rules = staff_rules(roles)
    posts = posts_of(MHWP, 3, 1) + posts_of(NURSE, 6, 1) + posts_of(NURSE, 6, 1, team=1)
    in_company = live(made_up(posts, (0, rules)))
    company = made_up(posts, (0, rules))
    names_differ = live(replace(company, names=replace(company.names, teams=("a", "b"))))
    mine = live(replace(nurses(filled=6, vacant=1), names=replace(nurses().names, roles=("nurse",))))
    for number in range(7):
        one, other = mine.story_of(number), in_company.story_of(4 + number)
        assert [(day, *rest) for day, _, *rest in one] == [(day, *rest) for day, _, *rest in other]
        assert np.array_equal(mine.roster[number], in_company.roster[4 + number])
    assert not np.array_equal(names_differ.roster[4:11], in_company.roster[4:11])
    assert not np.array_equal(alone.roster, mine.roster)  # another role's name is another person


def test_fewer_leavers_change_only_those_whose_luck_crosses() -> None:
    """A lower leaving rate of one role: the others live the same lives, and of its people nobody leaves earlier."""
    posts = posts_of(MHWP, 10) + posts_of(NURSE, 30)
    first = staff_rules((a_role(funded=1000), a_role(funded=3000)))
    fewer = replace(first, roles=(first.roles[0], replace(first.roles[1], leaving_rate=0.12)))
    base = live(made_up(posts, (0, first)))
    better = live(made_up(posts, (0, first), (180, fewer)))
    for slot in range(10):
        assert base.story_of(slot) == better.story_of(slot)
    assert np.array_equal(base.roster[:10], better.roster[:10])
    same, later = 0, 0
    for slot in range(10, 40):
        (day, days_later) = (first_day(run, slot, CareerEvent.RESIGNED) for run in (base, better))
        assert days_later >= day
        same, later = same + (days_later == day), later + (days_later > day)
        left = first_day(base, slot, CareerEvent.LEFT)
        assert np.array_equal(base.roster[slot, :left], better.roster[slot, :left])
    assert same > later > 0


def first_day(run: Run, slot: int, event: CareerEvent) -> int:
    """First day of an event in a post, or beyond the horizon."""
    return min((e[0] for e in run.story_of(slot) if e[3] == event), default=run.roster.shape[1])


def test_a_longer_run_has_the_same_past() -> None:
    """Five years of a run are the first five of ten, to the last day off."""
    short, long = nurses(filled=6, vacant=2, years=5.5), nurses(filled=6, vacant=2, years=10)
    a, b = live(short), live(long)
    assert np.array_equal(a.roster, b.roster[:, : short.days])
    assert np.array_equal(a.careers, b.careers[b.careers[:, Chronicle.DAY] < short.days])


# --- posts ------------------------------------------------------------------------------------------------------------


def test_funded_is_in_post_and_vacant(mixed: Inputs) -> None:
    """Whoever is in post is so in the record, in STAFF and in the roster; in post grows by starters less leavers."""
    run = live(mixed, every_day=busy)
    record, staff = run.staffing, run.workforce.staff
    change = np.diff(record[..., Staffing.IN_POST], axis=0)
    flows = (record[..., Staffing.STARTERS] - record[..., Staffing.LEAVERS])[1:]
    assert np.array_equal(change, flows)
    assert (record[..., Staffing.IN_POST] <= record[..., Staffing.FUNDED]).all()
    last = np.bincount(staff["role"], weights=staff["wte"] * staff["occupied"])
    assert np.array_equal(record[-1, 0, :, Staffing.IN_POST], last)
    assert np.array_equal(staff["key"] >= 0, staff["occupied"] == 1)


def test_nobody_is_present_who_is_not_in_post(mixed: Inputs) -> None:
    """A roster row is empty before the start and after the leaving, and a leaver's room and time are gone."""

    def look(today: int, workforce: Workforce) -> None:
        staff = workforce.staff
        empty = staff["occupied"] == 0
        assert not workforce.roster[empty, today].any()
        for field in ("daily_treatment", "daily_assessment", "places", "accepts"):
            assert not staff[field][empty].any()
        assert (staff["daily_treatment"][~empty] > 0).all()

    for replication in range(3):
        run = live(mixed, replication, every_day=look)
        assert not run.roster[:, ~mixed.working[0]].any()


def test_a_newcomer_starts_after_the_leaver_has_left() -> None:
    """One person at a time in a post, though recruitment starts on the day of resignation."""
    inputs = nurses(filled=30, leaving_rate=0.5, approval_days=0.0, round_days=20.0, fill=1.0)
    run = live(inputs)
    starts = 0
    for slot in range(30):
        holder = None
        for day, _, occupant, event in run.story_of(slot):
            if event in (CareerEvent.FOUND, CareerEvent.STARTED):
                assert holder is None
                holder = occupant
                starts += day > 0
            elif event == CareerEvent.LEFT:
                assert holder == occupant
                holder = None
    assert starts > 20
    left, started = (
        {(day, slot) for day, slot, _, kind in run.careers.tolist() if kind == event}
        for event in (CareerEvent.LEFT, CareerEvent.STARTED)
    )
    assert started <= left, "with such fast rounds everybody starts on the day the other leaves"


def test_notice_is_worked_and_no_new_patients_near_its_end() -> None:
    """Eight weeks from resigning to leaving, the last four without new patients; then the caseload is released."""
    clinic = WatchfulClinic()
    closed: dict[int, list[int]] = {}

    def look(today: int, workforce: Workforce) -> None:
        for slot in np.flatnonzero((workforce.staff["occupied"] == 1) & (workforce.staff["accepts"] == 0)):
            closed.setdefault(int(slot), []).append(today)

    run = live(nurses(filled=20, leaving_rate=0.3, fill=0.0), clinic=clinic, every_day=look)
    leavers = 0
    for slot in range(20):
        story = {event: day for day, _, _, event in run.story_of(slot)}
        if CareerEvent.LEFT in story:
            leavers += 1
            assert story[CareerEvent.LEFT] == story[CareerEvent.RESIGNED] + 56
            last = story[CareerEvent.LEFT]
            assert closed[slot] == list(range(max(0, last - 28), last))
            assert (last, "release", slot) in clinic.told
    assert leavers > 5


def test_funding_that_rises_opens_vacancies_and_falling_withdraws_them() -> None:
    """New posts are recruited to from the day they are funded; when funding falls, the highest numbers go first."""
    hard = {"fill": 0.0, "leaving_rate": 0.0}
    rules = [staff_rules((a_role(funded=funded, **hard),)) for funded in (200, 500, 300)]
    posts = posts_of(0, 2, 3)
    run = live(made_up(posts, (0, rules[0]), (100, rules[1]), (400, rules[2]), years=2))
    events = {slot: [(day, event) for day, _, _, event in run.story_of(slot)] for slot in range(5)}
    rounds = [(100 + 28 + 140 * n, CareerEvent.ROUND_FAILED) for n in range(1, 6)]
    opened = (128, CareerEvent.ADVERTISED)
    assert events[0] == events[1] == [(0, CareerEvent.FOUND)]
    assert events[2][0] == opened
    assert events[2][1:] == [r for r in rounds if r[0] < 730]
    assert events[3] == events[4] == [opened, rounds[0], (400, CareerEvent.WITHDRAWN)]
    funded = run.staffing[:, 0, 0, Staffing.FUNDED]
    assert (funded[0], funded[4], funded[-1]) == (200, 500, 300)


def test_nobody_is_dismissed_and_leavers_are_not_replaced_above_the_establishment() -> None:
    """When ten are in post and four are funded, the ten stay until they leave, and then the four are kept up."""
    rules = [staff_rules((a_role(funded=funded, leaving_rate=0.3, fill=1.0),)) for funded in (1000, 400)]
    run = live(made_up(posts_of(0, 10), (0, rules[0]), (30, rules[1]), years=15))
    in_post = run.staffing[:, 0, 0, Staffing.IN_POST]
    assert in_post[1] > 400
    assert run.days_of(CareerEvent.LEFT).size > 6
    below = np.flatnonzero(in_post <= 400)
    assert below.size > 24
    assert (in_post[below[0] :] <= 400).all()
    assert (in_post[below[0] :] >= 100).all()
    assert (np.diff(in_post[1 : below[0]]) <= 0).all()


def test_unfunded_posts_stay_empty() -> None:
    """A post that is funded only later is not recruited to before."""
    rules = [staff_rules((a_role(funded=funded, leaving_rate=0.0, fill=1.0),)) for funded in (200, 300)]
    run = live(made_up(posts_of(0, 2, 1), (0, rules[0]), (500, rules[1]), years=3))
    assert run.days_of(CareerEvent.STARTED).tolist() == [500 + 28 + 140]


def test_rules_change_before_anything_else_that_day() -> None:
    """The clinic hears new rules first, and a newcomer of that day starts under them."""
    clinic = WatchfulClinic()
    first = staff_rules((a_role(funded=200, leaving_rate=0.0, fill=1.0, approval_days=0.0, round_days=30.0),))
    second = replace(first, induction_productivity=1.0)
    posts = posts_of(0, 1, 1)
    probe = live(made_up(posts, (0, first), years=1))
    day = int(probe.days_of(CareerEvent.STARTED)[0])
    seen: list[tuple[int, int]] = []
    run = live(made_up(posts, (0, first), (day, second), years=1), clinic=clinic,
               every_day=lambda today, w: seen.append((today, int(w.staff["daily_treatment"][1]))))  # fmt: skip
    assert next(told for told in clinic.told if told[0] == day) == (day, "rules", -1)
    full = int(run.workforce.staff["daily_treatment"][0])
    assert dict(seen)[day] == full


# --- capacity in the run ----------------------------------------------------------------------------------------------


def test_induction_ramps_from_week_to_week() -> None:
    """A newcomer begins at half productivity and 30% of places, and has all of both after 26 weeks, never falling."""
    inputs = nurses(filled=0, vacant=1, leaving_rate=0.0, fill=1.0, years=2)
    seconds, places = np.zeros(inputs.days), np.zeros(inputs.days)

    def look(today: int, workforce: Workforce) -> None:
        staff = workforce.staff[0]
        seconds[today], places[today] = staff["daily_treatment"] + staff["daily_assessment"], staff["places"]

    day = int(live(inputs, every_day=look).days_of(CareerEvent.STARTED)[0])
    assert seconds[day] == 27_000 * 0.6 * 0.5
    assert places[day] == 32_000 * 0.3
    assert (np.diff(seconds[day:]) >= 0).all()
    assert seconds[day + 182 + 7] == seconds[-1] == 27_000 * 0.6
    assert places[day + 182 + 7] == 32_000
    halfway = day + 91
    assert abs(places[halfway] / 32_000 - 0.65) < 0.7 * 7 / 182 + 1e-3


def test_supervision_is_booked_on_days_present_and_missed_when_nobody_can_give_it() -> None:
    """Two WTE supervised for an hour a week cost their four supervisors 1,440 seconds a day between them."""
    roles = (
        a_role(funded=200, leaving_rate=0.0, supervised_by=(1,), supervision_hours=1.0),
        a_role(funded=400, leaving_rate=0.0),
    )
    rules = staff_rules(roles, induction_days=0.0)
    with_nurses = live(made_up(posts_of(0, 2) + posts_of(1, 4), (0, rules), years=1))
    staff, total = with_nurses.workforce.staff, with_nurses.staffing.sum(axis=(0, 1))
    whole = 27_000 * 0.6
    assert (staff["daily_treatment"] + staff["daily_assessment"]).tolist() == [whole] * 2 + [whole - 360] * 4
    assert total[1, Staffing.SUPERVISION_SECONDS] == 360 * with_nurses.roster[2:].sum()
    assert not total[:, Staffing.SUPERVISION_SHORTFALL].any()
    nobody = replace(rules, roles=(roles[0], replace(roles[1], fill=0.0)))
    without = live(made_up(posts_of(0, 2) + posts_of(1, 0, 4), (0, nobody), years=1))
    total, working = without.staffing.sum(axis=(0, 1)), int(without.workforce.inputs.working[0].sum())
    assert total[0, Staffing.SUPERVISION_SHORTFALL] == 1440 * working
    assert not total[:, Staffing.SUPERVISION_SECONDS].any()


def test_opening_caseloads_and_seconds_are_known_before_the_clinic_opens(mixed: Inputs) -> None:
    """Once day 0 has been stepped through, everybody found is at work with time and places."""
    staff, roster = np.zeros(len(mixed.posts), dtype=STAFF), np.zeros((len(mixed.posts), mixed.days), dtype=np.uint8)
    env = simpy.Environment()
    workforce = Workforce(env, mixed, staff, roster, NullClinic(), 1, 0)
    while env.peek() <= 0:
        env.step()
    workforce.settle()
    filled = np.array([post.filled for post in mixed.posts])
    assert np.array_equal(staff["occupied"] == 1, filled)
    assert (staff["daily_treatment"][filled] > 0).all()
    assert (staff["places"][filled & (staff["role"] != PEER)] > 0).all()
    assert not staff["places"][staff["role"] == PEER].any()


# --- the loop ---------------------------------------------------------------------------------------------------------


def test_no_loop_when_it_is_off() -> None:
    """With the loop off, load changes nobody's leaving or days off."""
    inputs = nurses(filled=10)
    idle, overworked = live(inputs), live(inputs, every_day=lambda d, w: busy(d, w, load=2.0))
    assert np.array_equal(idle.careers, overworked.careers)
    assert np.array_equal(idle.roster, overworked.roster)
    assert (idle.staffing[..., Staffing.EXHAUSTION] == -1).all()


def test_load_tires_and_the_tired_are_ill_and_leave_more() -> None:
    """Too many on every caseload: exhaustion rises to its balance, and days sick are those of before and some more."""
    inputs = nurses(filled=40, rules={"exhaustion": LOOP}, leaving_rate=0.0)
    usual = live(inputs, every_day=lambda d, w: busy(d, w, load=1.0))
    tired = live(inputs, every_day=lambda d, w: busy(d, w, load=1.4))
    assert abs(usual.staffing[-1, 0, 0, Staffing.EXHAUSTION] - 300) < 5
    balance = 1000 * (0.3 + 0.01 * 0.2 / 0.02)  # load = (1.4 + 1) / 2
    assert abs(tired.staffing[-1, 0, 0, Staffing.EXHAUSTION] - balance) < 5
    assert (tired.roster <= usual.roster).all()
    assert tired.roster.sum() < usual.roster.sum()
    leaving = nurses(filled=40, rules={"exhaustion": LOOP})
    left = [live(leaving, every_day=lambda d, w, load=load: busy(d, w, load)).days_of(CareerEvent.RESIGNED).size
            for load in (0.6, 2.5)]  # fmt: skip
    assert left[1] > left[0]


def test_a_week_away_is_not_a_week_of_no_load() -> None:
    """Someone who was not present keeps the load they felt before."""
    inputs = nurses(filled=1, rules={"exhaustion": LOOP}, leaving_rate=0.0, years=1)

    def idle_after(today: int, workforce: Workforce) -> None:
        if today < 100:
            busy(today, workforce, load=2.0)

    run = live(inputs, every_day=idle_after)
    assert run.workforce.people["load"][0] > 1.3


def test_exhaustion_multiplier_is_a_table_with_bounds() -> None:
    """exp(gain x (exhaustion - usual)) at 1/256 steps, not below 0.6 nor above 2.5."""
    table = leaving_multipliers(0.3, 1.5)
    step = round(0.425 * 256)
    assert abs(table[step] - np.exp(1.5 * (step / 256 - 0.3))) < 1e-6
    assert min(leaving_multipliers(0.3, 9.0)) == 0.6
    assert max(leaving_multipliers(0.3, 9.0)) == 2.5


# --- beginnings -------------------------------------------------------------------------------------------------------


def test_tenure_law_has_the_mass_of_renewal_theory() -> None:
    """The share found in their first two years is the time spent there over the mean stay."""
    rate, early, later, years = 0.16, 1.4, 0.85, 2.0
    law = tenure_law(rate, early, years * 365.25, later)
    words = (np.arange(20_000) + 0.5) / 20_000 * 2**32
    tenures = np.array([value(law, int(word)) for word in words])
    spent_early = (1 - np.exp(-rate * early * years)) / (rate * early)
    spent_later = np.exp(-rate * early * years) / (rate * later)
    assert abs((tenures < years * 365.25).mean() - spent_early / (spent_early + spent_later)) < 0.002


def test_the_calendar_goes_on_by_its_weekdays() -> None:
    """Beyond the known calendar the usual weekdays are worked."""
    known = england(START, 100)
    assert np.array_equal(calendar_beyond(known, 400), england(START, 400).astype(np.uint8))
    assert np.array_equal(calendar_beyond(known, 50), known[:50].astype(np.uint8))


def test_nothing_is_needed_to_be_there() -> None:
    """A service of one day, or with nobody, runs."""
    assert live(nurses(filled=1, years=1 / 365)).staffing.shape[0] == 1
    nobody = live(nurses(filled=0, vacant=2, fill=0.0))
    assert nobody.roster.sum() == 0
    assert (nobody.staffing[..., Staffing.TENURE] == -1).all()


@pytest.fixture(scope="module")
def chronicle(mixed: Inputs) -> np.ndarray:
    """The careers of one replication."""
    return live(mixed).careers


def test_the_chronicle_is_whole(chronicle: np.ndarray) -> None:
    """Everybody who left had resigned, every round follows an advert, and occupants count up from 0."""
    for slot in np.unique(chronicle[:, Chronicle.SLOT]):
        rows = chronicle[chronicle[:, Chronicle.SLOT] == slot]
        for occupant in np.unique(rows[:, Chronicle.OCCUPANT]):
            events = rows[rows[:, Chronicle.OCCUPANT] == occupant][:, Chronicle.EVENT].tolist()
            if CareerEvent.LEFT in events:
                assert events.index(CareerEvent.RESIGNED) < events.index(CareerEvent.LEFT)
            if CareerEvent.STARTED in events:
                assert events.index(CareerEvent.ADVERTISED) < events.index(CareerEvent.STARTED)


@pytest.mark.parametrize(
    ("reputation", "filled", "chance"), [(0.5, 7, 0.9), (0.5, 9, 1.0), (0.5, 10, 1.05), (6.0, 7, 0.0)]
)
def test_a_team_of_many_vacancies_fills_a_round_less_often(reputation: float, filled: int, chance: float) -> None:
    """Three posts in ten vacant where one is usual: at a reputation of a half a round is a tenth less often filled."""
    first: list[float] = []

    def look(today: int, workforce: Workforce) -> None:
        if today == 0:
            first.append(workforce.recruitment.chance_to_fill(0))

    live(nurses(filled, 10 - filled, years=0.1, reputation=reputation, leaving_rate=0.0), every_day=look)
    assert first == [pytest.approx(0.47 * chance)]


def newcomers(**rules: Any) -> Run:
    """A hundred and fifty posts, vacant on day 0 and filled within the year for good."""
    return live(nurses(0, 150, years=1.0, leaving_rate=0.0, fill=1.0, round_days=84.0, rules=rules))


def test_newcomers_take_leave_from_the_month_they_start_in() -> None:
    """Between the day they start and the month's end about 28 days in 365 are leave, not none."""
    run = newcomers(sickness_share=0.0, study_days=0.0)
    working, (period, _) = england(START, run.roster.shape[1]), months(START, run.roster.shape[1])
    there = off = 0
    for slot in range(150):
        (day,) = run.days_of(CareerEvent.STARTED, [slot])
        rest = working & (period == period[day]) & (np.arange(len(working)) >= day)
        there += rest.sum()
        off += (run.roster[slot][rest] == 0).sum()
    assert 0.05 < off / there < 0.11


def test_nobody_starts_on_long_absence() -> None:
    """Of those found in post some are away; whoever starts is there on the first day."""
    run = newcomers(parental=LongAbsence(0.5, 200.0))
    away = {tuple(row) for row in run.careers[run.careers[:, Chronicle.EVENT] == CareerEvent.PARENTAL][:, :2].tolist()}
    began = {tuple(row) for row in run.careers[run.careers[:, Chronicle.EVENT] == CareerEvent.STARTED][:, :2].tolist()}
    assert away
    assert not away & began


def test_without_a_freeze_no_post_is_frozen(mixed: Inputs) -> None:
    """Vacant posts are recruited to; none is counted as frozen, or as less than none."""
    assert not live(mixed).staffing[..., Staffing.FROZEN].any()
