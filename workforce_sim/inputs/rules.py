"""What one replication needs to know, as arrays: the hand-over from scenario to engine.

In: nothing (types only). Out: `Inputs`, made once per scenario by `compile_inputs` and shared by all replications.
Rules hold for an *epoch*: dated changes make a new epoch, and every path of the scenario can change that way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from workforce_sim.inputs.codes import Names

REFERRAL = np.dtype(
    [("key", "i8"), ("day", "i4"), ("team", "i4"), ("source", "i4"), ("severity", "i4"), ("group", "i4")]
)
"""A referral from outside, sorted by (day, team, key)."""

OPENING = np.dtype(
    [
        ("key", "i8"),
        ("team", "i4"),
        ("source", "i4"),
        ("group", "i4"),
        ("severity", "i4"),
        ("state", "i4"),  # WAITING_ASSESSMENT, WAITING_TREATMENT, IN_TREATMENT or AT_RISK
        ("package", "i4"),
        ("referral_day", "i4"),  # 0 or before
        ("planned", "i4"),  # lead series
        ("done", "i4"),
        ("next_day", "i4"),  # IN_TREATMENT: next lead contact due; AT_RISK: day of return
    ],
    align=True,
)
"""A person found on day 0, sorted by (team, state, key)."""


class Rules(NamedTuple):
    """The clinic's rules in one epoch, of one kind of team."""

    setting: np.ndarray  # int64, (Setting.N,)
    chance: np.ndarray  # int64, (severity, group, Chance.N)
    series: np.ndarray  # int64, (series, severity, group, SeriesRule.N)
    package_series: np.ndarray  # int64, (package, place): series at each place, place 0 = lead, -1 = none
    package_chance: np.ndarray  # int64, (severity, package), cumulative thresholds
    seconds: np.ndarray  # int64, (task, remote 0/1, severity, role); -1 = not permitted
    rank: np.ndarray  # int64, (task, role): 0 = most preferred; -1 = not permitted
    serves: np.ndarray  # uint8, (role, kind): 1 = the role helps out in another kind of team
    pools: np.ndarray  # int64, (role, place): tasks of the pools open to the role, rising, then -1
    standard: np.ndarray  # int64, (severity,), days
    package_kind: np.ndarray  # int64, (package,)
    step_chance: np.ndarray  # int64, (package, severity, target), cumulative thresholds; a target is a package, or
    # (after all packages) a kind of team, whose assessment is gone on to
    onward: np.ndarray  # int64, (severity, target), cumulative thresholds, after assessment
    session: np.ndarray  # int64, (task, Session.N)
    urgent: np.ndarray  # int64, (source,), thresholds, the crisis route included
    crisis_route: np.ndarray  # int64, (source,), thresholds
    carry_treatment: np.ndarray  # int64, (role,), seconds: the longest task of that activity, see docs/model.md 6.4
    carry_assessment: np.ndarray  # int64, (role,), seconds
    heaviest: np.ndarray  # int64, (role,), greatest caseload weight of a person whom the role may lead, thousandths
    coordinates: np.ndarray  # uint8, (severity, role or nobody): 1 = such a clinician is all that such a person needs
    law: np.ndarray  # int64, (law, 3): first threshold, number of thresholds, value below the first threshold
    law_threshold: np.ndarray  # int64, thresholds in 2**-32, rising within a law
    law_guide: np.ndarray  # int32, (law, GUIDE + 1): first threshold above each part of luck (Chen & Asau 1974)


@dataclass(frozen=True)
class RoleRules:
    """A role in one epoch. WTE are hundredths, places thousandths per WTE."""

    funded: int
    leaving_rate: float  # per year
    clinical_share: float
    assessment_share: float  # of clinical time
    shares_spare: bool
    places: int  # caseload places per WTE, thousandths; 0 = holds no caseload
    target: int  # caseload per WTE that loads fully, thousandths
    approval_days: float
    round_days: float
    fill: float
    reputation: float
    usual_vacancy: float
    supervised_by: tuple[int, ...]  # role codes
    supervision_hours: float  # per week and WTE supervised
    preceptors: tuple[int, ...] = ()  # role codes
    preceptor_hours: float = 0.0  # per week and WTE of newcomers
    stays: float = 1.0  # times leaving: what retention and pay make of it
    stays_mentored: float = 1.0  # the same for those in their first time in post
    over: float = 0.0  # recruited above `funded`, as a share of it
    frozen: bool = False  # nobody is recruited
    promoted_from: int = -1  # role code
    promoted: float = 0.0  # share of successful rounds filled from there
    bank: int = 0  # WTE of temporary staff
    agency: int = 0
    agency_for_vacancies: float = 0.0  # share of vacant WTE
    cost: float = 0.0  # pounds per WTE and year, with on-costs and overheads; 0 = not known


@dataclass(frozen=True)
class LongAbsence:
    """A kind of long absence."""

    share: float  # of contracted time
    spell: float  # days, mean


@dataclass(frozen=True)
class Exhaustion:
    """The loop from load to exhaustion to leaving and sickness (evidence E, loops R1 and R2)."""

    usual: float
    rise: float  # per week and unit of load above 1
    recovery: float  # per week, towards `usual`
    smoothing_days: float
    gain_on_leaving: float
    gain_on_sickness: float
    relief: float = 0.0  # how far below the usual people recover to


@dataclass(frozen=True)
class Prices:
    """What else is paid for in one epoch; the cost of 1 WTE stands with its role. The engine does not look here."""

    unpriced: tuple[int, ...] = ()  # role codes whose pay is not known
    overtime_premium: float = 1.5  # cost of an hour of overtime against one of substantive staff
    per_hire: float = 0.0  # pounds per person recruited
    programmes: tuple[float, ...] = ()  # pounds per year, by place in `Inputs.programmes`


@dataclass(frozen=True, eq=False)
class StaffRules:
    """The workforce's rules in one epoch. Told apart by identity, so that what is made of them can be remembered."""

    day_seconds: int  # contracted seconds of 1 WTE on a working day
    leave_days: float  # working days per year, bank holidays apart
    study_days: float
    sickness_share: float  # of working days
    sickness_spell: float  # working days, mean
    induction_productivity: float
    induction_caseload: float
    induction_days: float
    early_multiplier: float
    early_days: float
    later_multiplier: float
    notice_days: int
    no_new_patients_days: int
    exhaustion: Exhaustion | None
    roles: tuple[RoleRules, ...]  # by role code
    leave_months: tuple[float, ...] = (1.0,) * 12  # how much leave is sought, times the usual
    long_sickness: LongAbsence = LongAbsence(0.0, 140.0)
    parental: LongAbsence = LongAbsence(0.0, 273.0)
    hand_over_after: int = 28  # days
    backfill: float = 0.0  # share of WTE on long absence that bank staff cover
    leaves_nhs: float = 0.65  # share of leavers
    programme_time: float = 0.0  # share of time at work
    mentored_days: float = 730.5
    preceptor_days: float = 182.0
    overtime: int = 0  # seconds a week of 1 WTE
    bank_does: float = 0.85  # output against a settled colleague
    agency_does: float = 0.85
    bank_premium: float = 1.0  # cost against substantive staff
    agency_premium: float = 1.0
    budget: float | None = None  # pounds per year, all teams
    prices: Prices = Prices()


@dataclass(frozen=True)
class OneOff:
    """A sum spent once."""

    name: str
    day: int
    pounds: float


class PostKind(IntEnum):
    """What a slot is for."""

    ESTABLISHED = 0  # a funded post
    TRAINING = 1  # a place on a training route; whoever qualifies may hold on to it as a post
    RESERVED = 2  # for serving staff who move into the role after upskilling
    TEMPORARY = 3  # all bank and agency staff of the role together


@dataclass(frozen=True)
class Post:
    """A slot for one person."""

    team: int
    role: int
    number: int  # from 1 within team, role, kind and route
    wte: int  # hundredths
    filled: bool  # on day 0
    kind: PostKind = PostKind.ESTABLISHED
    route: int = -1  # of TRAINING: number of the training route


@dataclass(frozen=True, eq=False)
class Course:
    """A training route or an upskilling scheme, the same in all epochs."""

    name: str
    role: int  # role code qualified into
    days: tuple[int, ...]  # of the intakes
    places: int  # in each intake
    length: int  # days


@dataclass(frozen=True, eq=False)
class TrainingRoute(Course):
    """Trainees from outside."""

    attrition: float
    first: float  # share of a settled colleague's work, at first and at last
    last: float
    supervised_by: tuple[int, ...]
    supervision_hours: float
    stays: float
    waits: int  # days
    pay: float  # pounds per year, with on-costs
    cost: float  # pounds per place


@dataclass(frozen=True)
class UpskillingScheme(Course):
    """Serving staff."""

    serving: int  # role code
    away: float
    backfill: float
    cost: float  # pounds per place


@dataclass(frozen=True)
class Conversion:
    """Vacant posts that become posts of another role."""

    name: str
    vacant: int  # role codes
    into: int
    wte: int  # hundredths, most in each team
    ratio: float  # WTE of the new role that 1 WTE of the old one pays for
    day: int


@dataclass(frozen=True)
class Epoch:
    """From `day` on, these rules hold."""

    day: int
    rules: tuple[Rules, ...]
    """By kind of team."""
    staff: StaffRules
    variants: tuple[tuple[tuple[Rules, ...], StaffRules], ...] = ()
    """With standing rules on, numbered by their bits, from 1."""

    def with_rules_on(self, on: int) -> tuple[tuple[Rules, ...], StaffRules]:
        """What holds while these standing rules are on, a bit for each."""
        return self.variants[on - 1] if on else (self.rules, self.staff)


@dataclass(frozen=True)
class WatchedLevel:
    """A measure beyond a level for so many weekly judgements in a row."""

    measure: str
    above: bool
    level: float
    weeks: int

    def holds(self, value: float | None) -> bool:
        """Whether a value lies beyond the level; one that is not defined does not."""
        return value is not None and (value > self.level if self.above else value < self.level)


@dataclass(frozen=True)
class WatchedRule:
    """A standing rule: when it begins and when it ends. What it changes is in the epochs' variants."""

    name: str
    when: WatchedLevel
    until: WatchedLevel


@dataclass(frozen=True)
class Demand:
    """The law of referrals, by stretch of days with one rate."""

    source_key: np.ndarray  # int64, (team, source): who draws the counts
    law_of_day: np.ndarray  # int32, (source, day): row of `count_law`; -1 = none arrive
    count_law: np.ndarray  # int64, (law, n): cumulative thresholds of 0, 1, 2 ... referrals
    mix_of_day: np.ndarray  # int32, (day,): row of `severity_mix`
    severity_mix: np.ndarray  # int64, (mix, source, severity): cumulative thresholds
    severity_kept: np.ndarray  # int64, (mix, source, severity): thresholds; the others are met elsewhere
    group_mix: np.ndarray  # int64, (source, group): cumulative thresholds


@dataclass(frozen=True)
class Opening:
    """The law of the people found on day 0."""

    people: np.ndarray  # OPENING, (person,): key, team, state and package; the rest is drawn
    mix_of_person: np.ndarray  # int64, (person,): row of `severity_mix`
    severity_mix: np.ndarray  # int64, (mix, severity): cumulative thresholds; by package in treatment, last: others
    source_mix: np.ndarray  # int64, (kind, source): cumulative thresholds
    delay_law: np.ndarray  # int64, (person,): law of days since referral, or from day 0 to the return
    planned: np.ndarray  # int64, (package, severity): law of contacts planned, length-biased
    interval: np.ndarray  # int64, (package,): mean days between contacts of the lead series


@dataclass(frozen=True)
class Inputs:
    """A scenario, compiled."""

    name: str
    names: Names
    start: date
    """Calendar date of day 0."""
    days: int
    results_from: int
    """First day that counts: 0, or the length of the warm-up."""
    working: np.ndarray
    """bool, (kind, day)"""
    period_of_day: np.ndarray
    """int32, (day,)"""
    period_starts: tuple[date, ...]
    epochs: tuple[Epoch, ...]
    posts: tuple[Post, ...]
    """In slot order: (team, role, kind, route, number)."""
    demand: Demand
    opening: Opening
    training: tuple[TrainingRoute, ...] = ()
    upskilling: tuple[UpskillingScheme, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    programmes: tuple[str, ...] = ()
    """Names of the programmes that cost so much a year."""
    one_offs: tuple[OneOff, ...] = ()
    """Sums spent within the run."""
    rules: tuple[WatchedRule, ...] = ()
    """Standing rules, by name."""
    working_after: np.ndarray = field(default_factory=lambda: np.zeros((1, 0), dtype=bool))
    """bool, (kind, day): the calendar goes on after the horizon, because leave is planned by the year."""
