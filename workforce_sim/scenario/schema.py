"""Every block of a scenario as a frozen model: the time it covers, the people, the demand and the opening state.

In: the resolved YAML tree, with the names of severities, roles and packages as validation context. Out: a `Plan` whose
numbers are in days, per week, fractions, WTE and minutes. The text under a field is its manual: meaning, unit, range.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag, ValidationInfo, field_validator, model_validator

from workforce_sim import units
from workforce_sim.errors import nearest
from workforce_sim.scenario.care import (
    Assessment,
    Crisis,
    DidNotAttend,
    Discharge,
    FactorBySeverity,
    Handover,
    InTreatment,
    OptIn,
    Package,
    Remote,
    Triage,
    Waiting,
)
from workforce_sim.scenario.money import Money
from workforce_sim.scenario.quantities import (
    Block,
    BySeverity,
    Date,
    Distribution,
    Factor,
    Id,
    Mix,
    Quantity,
    SeverityName,
    Share,
    ShareBySeverity,
    Spread,
    Switch,
    by_month,
    count,
    default,
    duration,
    factor,
    fault,
    must_add_up,
    number,
    rate,
)
from workforce_sim.scenario.staffing import Workforce
from workforce_sim.scenario.trajectory import Trajectory
from workforce_sim.scenario.workshop import Workshop

People = Annotated[int, count(0, 10_000_000)]
Waited = Annotated[Distribution, Spread(duration("0 days", "20 years"), (("mean", "sd"), ("median", "p90")))]
Growth = Annotated[float, Quantity(units.YEARLY, -0.9, 3.0)]


class Calendar(Block):
    """The days on which the clinic is open."""

    country: Literal["England", "none"] = "England"
    """Whose bank holidays are kept: England, or none."""
    working_days: Literal["mon-fri", "mon-sun"] = "mon-fri"
    """Days of the week on which the clinic is open."""


class Group(Block):
    """A part of the population whose waits are watched, and how it differs from the rest."""

    share: Share
    """Share of new referrals. 0% to 100%; over all groups 100%."""
    gives_up: Factor = default("x1")
    """Giving up while waiting, times that of the whole. x0 to x100."""
    dna: Factor = default("x1")
    """Missing appointments, times that of the whole. x0 to x100."""
    drops_out: Factor = default("x1")
    """Dropping out of treatment, times that of the whole. x0 to x100."""
    cannot_use_remote: Annotated[float, Quantity(units.POINTS, -1.0, 1.0)] = default("0 points")
    """Added to the share of people who cannot use video or phone. Percentage points; −100 to +100."""


class Source(Block):
    """Where new referrals come from."""

    referrals: Annotated[float, rate()]
    """New referrals on the first day of the run. Read as per week."""
    growth: Growth = default("0% per year")
    """Growth of referrals, compounded. Read as a fraction per year; −90% to 300% per year; default none."""
    urgent: Share | None = None
    """Share of its referrals that are urgent; default `demand.urgent`."""
    crisis: Share = default("0%")
    """Share of its referrals that take the crisis route: seen at once by those who answer crises, who assess them, too;
    not among the urgent. 0% to 100%; default none."""
    severity: Mix
    """Severity → share of its referrals, adding up to 100%."""
    team: Id | None = None
    """Team that is referred to; needed with several teams."""
    groups: dict[str, Share] = default({})
    """Group → share of its referrals, adding up to 100%; default the shares of `groups`."""


class SeverityDrift(Block):
    """Rising severity: the shares of some severities grow each year, at the cost of another."""

    spread: ClassVar[str] = "rising"
    """The field whose keys stand directly in the block."""

    rising: Annotated[dict[str, float], BySeverity(Quantity(units.POINTS_PER_YEAR, 0.0, 0.5), missing=0.0)]
    """Severity → growth of its share. Read as a fraction per year; 0 to 50 points per year."""
    taken_from: SeverityName
    """The severity whose share shrinks."""

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, value: Any) -> Any:
        """In a scenario the rising severities stand beside `taken_from`."""
        if not isinstance(value, dict):
            return value
        rising = {key: points for key, points in value.items() if key != "taken_from"}
        return {key: given for key, given in value.items() if key == "taken_from"} | {"rising": rising}


class LongList(Block):
    """A feedback loop from the length of a team's waiting list, for assessment and treatment together."""

    switch: Switch = default("off")
    """Is the loop on or off?"""
    list: Annotated[int, count(1, 10_000_000)]
    """People on the usual list of each team, above which it acts."""
    if_double: Share
    """Share when the list is twice the usual; in proportion to the excess. 0% to 100%."""
    most: Share = default("100%")
    """Greatest share. 0% to 100%; default 100%."""


class RisingThreshold(LongList):
    """A feedback loop: the longer the list, the more referrals are turned away, besides the usual."""


class Deterred(LongList):
    """A feedback loop: the longer the list, the fewer are referred."""


class Declined(Block):
    """Referrals that are turned away at triage."""

    share: ShareBySeverity = default("0%")
    """Share of referrals turned away, for all or by severity. 0% to 100%; default none."""
    bounce_back: Share = default("0%")
    """Share of those turned away who are referred again. 0% to 100%; default none."""
    within: Annotated[float, duration("1 day", "5 years")] = default("26 weeks")
    """Time within which they come back, spread evenly. Read as days; 1 day to 5 years; a planning convention."""
    bounce_back_worse: Share = default("0%")
    """Share of those who are referred again who have worsened by one severity. 0% to 100%; default none; evidence E,
    loop B2: all, an assumption."""
    rising: RisingThreshold | None = None
    """A long list raises the threshold; default not."""


class EarlyReturns(Block):
    """What it does to returns when a course ends early."""

    below: Share
    """Share of the planned contacts below which an end is early. 0% to 100%; evidence E, loop R11: 70%."""
    times: Factor
    """People who come back, times the usual. x0 to x100; evidence E, loop R11: x1.3, for severe illness."""


class Returns(Block):
    """People who come back after a completed course."""

    share: ShareBySeverity = default("0%")
    """Share of people who come back, for all or by severity. 0% to 100%; default none."""
    median: Annotated[float, duration("1 day", "20 years")] = default("39 weeks")
    """Median time until they come back. Read as days; 1 day to 20 years; a planning convention."""
    early: EarlyReturns | None = None
    """More come back when the course ended early; default not."""


class Demand(Block):
    """The people who are referred."""

    sources: Annotated[dict[Id, Source], Field(min_length=1, max_length=64)]
    """Name of a source → its new referrals; people who come back are counted in `returns`, not here."""
    urgent: Share = default("0%")
    """Share of referrals that are urgent, where the source does not say. 0% to 100%; default none."""
    by_severity: Annotated[dict[str, float], BySeverity(factor(0.0, 20.0), missing=1.0)] = default("x1")
    """New referrals of each severity, times what the sources say: prevention and new need. x0 to x20; default x1."""
    diverted: Annotated[dict[str, float], BySeverity(rate(), missing=0.0)] = default("0 per week")
    """New referrals of each severity met elsewhere, taken from all sources in proportion. Read as per week."""
    months: dict[str, Annotated[float, factor(0.0, 20.0)]] = default({})
    """Name of a month → referrals in it, times the yearly mean. x0 to x20; default x1."""
    overdispersion: Annotated[float, number(1.0, 100.0)] = 1.0
    """Variance over mean of the weekly count of referrals. 1 to 100; 1 is pure chance (Poisson)."""
    severity_drift: SeverityDrift | None = None
    """Rising severity; default none."""
    declined: Declined = default({})
    """Referrals that are turned away at triage."""
    deterred: Deterred | None = None
    """A long list deters referrers; default not."""
    returns: Returns = default({})
    """People who come back after a completed course."""

    @field_validator("months", mode="after")
    @classmethod
    def _complete_months(cls, months: dict[str, float]) -> dict[str, float]:
        return by_month(months)


class OpeningWaits(Block):
    """How long those found waiting have waited."""

    assessment: Waited = default("0 days")
    """For assessment: a duration, {mean, sd} or {median, p90}. Read as days; 0 days to 20 years."""
    treatment: Waited = default("0 days")
    """For treatment: a duration, {mean, sd} or {median, p90}. Read as days; 0 days to 20 years."""


def _kind_of_caseload(value: Any) -> str:
    return "by package" if isinstance(value, dict) else "in all"


class Today(Block):
    """The opening state: who is there on the first day."""

    waiting: dict[str, People] = default({})
    """`assessment` or a package → people waiting for it; default none."""
    waited: OpeningWaits = default({})
    """How long they have waited."""
    caseload: Annotated[
        Annotated[People, Tag("in all")] | Annotated[dict[str, People], Tag("by package")],
        Discriminator(_kind_of_caseload),
    ] = 0
    """People in treatment, in all or by package; default none."""
    discharges: Annotated[float, rate()] = default("0 per week")
    """People discharged of late, some of whom will come back. Read as per week; default none."""

    @field_validator("waiting", mode="after")
    @classmethod
    def _complete_waiting(cls, waiting: dict[str, int], info: ValidationInfo) -> dict[str, int]:
        return _by_queue(waiting, ("assessment", *(info.context or {}).get("packages", ())))

    @field_validator("caseload", mode="after")
    @classmethod
    def _complete_caseload(cls, caseload: int | dict[str, int], info: ValidationInfo) -> int | dict[str, int]:
        if isinstance(caseload, int):
            return caseload
        return _by_queue(caseload, (info.context or {}).get("packages", ()))


def _by_queue(people: dict[str, int], queues: tuple[str, ...]) -> dict[str, int]:
    """People by queue, every queue named; an unknown queue is refused."""
    for name in people:
        if queues and name not in queues:
            raise fault(f"queues among {', '.join(queues)}", nearest(name, queues), f'"{name}"')
    return {name: people.get(name, 0) for name in queues or people}


class Safety(Block):
    """What must not happen, and is counted in every report."""

    registered_coordinator: Annotated[list[SeverityName], Field(max_length=8)] = default([])
    """Severities whose people in treatment need a registered coordinator at all times; default none."""


class Team(Block):
    """One of several teams: a block that it does not have of its own is that of the whole scenario.

    Roles, packages and sources say which team they belong to.
    """

    copies: Annotated[int, count(1, 10_000)] = 1
    """So many such teams side by side. 1 to 10,000."""
    lists: Literal["separate", "pooled"] = "separate"
    """Does each of them have its own lists and staff, or do all work from one list as a single team?"""
    calendar: Calendar | None = None
    """The days on which it is open."""
    waiting: Waiting | None = None
    """Its queues."""
    triage: Triage | None = None
    """What it costs to decide on referrals."""
    opt_in: OptIn | None = None
    """Those accepted are asked whether they want to be seen."""
    assessment: Assessment | None = None
    """The first appointment."""
    did_not_attend: DidNotAttend | None = None
    """Appointments that are missed without notice."""
    crisis: Crisis | None = None
    """What a crisis costs the team."""
    discharge: Discharge | None = None
    """How courses end before the contacts planned."""
    in_treatment: InTreatment | None = None
    """What befalls people in treatment."""
    handover: Handover | None = None
    """What it costs when a clinician leaves."""
    remote: Remote | None = None
    """Contacts by video or phone."""
    today: Today | None = None
    """The opening state."""


class Plan(Block):
    """A whole scenario, as it stands on one day."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\n]*\S[^\n]*$")]
    """Title of the scenario, one line of at most 200 characters."""
    description: Annotated[str, StringConstraints(max_length=2000)] = ""
    """What it is about, at most 2,000 characters."""
    workshop: Workshop = default({})
    """What a workshop asked, guessed, found and decided; no result depends on it."""
    start: Date
    """First day of the horizon, written YYYY-MM-DD."""
    horizon: Annotated[float, Quantity(units.DURATION, 1.0, 100 * units.YEAR_DAYS)]
    """How long to simulate. Read as days; 1 day to 100 years."""
    opening_state: Literal["today", "warm_up"] = "today"
    """Begin with the people of `today`, or empty with a `warm_up` before the start."""
    warm_up: Annotated[float, duration("1 day", "20 years")] | None = None
    """Time simulated before the start; only with `opening_state: warm_up`. Read as days; 1 day to 20 years."""
    calendar: Calendar = default({})
    """The days on which the clinic is open."""
    copies: Annotated[int, count(1, 10_000)] = 1
    """So many such teams side by side; all numbers are those of one of them. 1 to 10,000."""
    lists: Literal["separate", "pooled"] = "separate"
    """Does each of them have its own lists and staff, or do all work from one list as a single team?"""
    teams: Annotated[dict[Id, Team], Field(max_length=32)] = default({})
    """Name of a team → what it has of its own; default one team."""
    severities: Annotated[list[Id], Field(min_length=1, max_length=8)]
    """Names of the severities, mildest first; 1 to 8."""
    groups: Annotated[dict[Id, Group], Field(min_length=1, max_length=32)] = default({"everyone": {"share": "100%"}})
    """Name of a group → its share and how it differs; default one group, everyone."""
    demand: Demand
    """The people who are referred."""
    waiting: Waiting = default({})
    """The queues."""
    triage: Triage | None = None
    """What it costs to decide on referrals; default nothing."""
    opt_in: OptIn | None = None
    """Those accepted are asked whether they want to be seen; default not."""
    assessment: Assessment
    """The first appointment."""
    did_not_attend: DidNotAttend = default({})
    """Appointments that are missed without notice."""
    crisis: Crisis | None = None
    """What a crisis costs the team; needed as soon as any crisis can happen."""
    packages: Annotated[dict[Id, Package], Field(min_length=1, max_length=32)]
    """Name of a package of care → who gets it and what it consists of."""
    contacts_by_severity: FactorBySeverity = default("x1")
    """Severity → contacts in a course, times the package's. x0.01 to x20; default x1."""
    caseload_by_severity: FactorBySeverity = default("x1")
    """Severity → caseload places taken up, times the package's. x0.01 to x20; default x1."""
    discharge: Discharge = default({})
    """How courses end before the contacts planned."""
    in_treatment: InTreatment = default({})
    """What befalls people in treatment."""
    handover: Handover = default({})
    """What it costs when a person's clinician leaves."""
    remote: Remote = default({})
    """Contacts by video or phone."""
    workforce: Workforce
    """The staff of the team."""
    safety: Safety = default({})
    """What must not happen, and is counted."""
    money: Money = default({})
    """What the workforce costs."""
    today: Today = default({})
    """The opening state."""
    trajectory: Annotated[Trajectory, Field(max_length=100)] = default({})
    """Measure → date → what it means to have reached by then. It moves no result; a dashboard judges by it."""

    @field_validator("packages", mode="after")
    @classmethod
    def _name_streams(cls, packages: dict[str, Package]) -> dict[str, Package]:
        return {name: item.model_copy(update={"stream": item.stream or name}) for name, item in packages.items()}

    @field_validator("groups", mode="after")
    @classmethod
    def _groups_add_up(cls, groups: dict[str, Group]) -> dict[str, Group]:
        must_add_up({name: group.share for name, group in groups.items()})
        return groups

    @field_validator("severities", mode="after")
    @classmethod
    def _each_once(cls, severities: list[str]) -> list[str]:
        twins = [name for position, name in enumerate(severities) if name in severities[:position]]
        if twins:
            raise fault("each severity once", (), f'"{twins[0]}" a second time')
        return severities

    @property
    def horizon_days(self) -> int:
        """Whole days from the start to the end; whole years end on the same date of the year."""
        return (self.end - self.start).days

    @property
    def warm_up_days(self) -> int:
        """Whole days simulated before the start."""
        return math.floor((self.warm_up or 0.0) + 0.5)

    @property
    def first_day(self) -> date:
        """First simulated date, day 0: the start, or the start of the warm-up."""
        return self.start - timedelta(days=self.warm_up_days)

    @property
    def end(self) -> date:
        """The date after the last simulated one."""
        return units.after(self.start, self.horizon)
