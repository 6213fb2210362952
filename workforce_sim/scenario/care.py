"""The clinic's blocks of a scenario: waiting, assessment, missed appointments, crises, packages of care, remote care.

In: parts of the YAML tree. Out: frozen models in days, minutes and fractions. The text under a field is its manual.
Defaults mean "no effect" wherever that makes sense; the others are planning conventions, unverified, to be replaced.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from workforce_sim import units
from workforce_sim.scenario.quantities import (
    Block,
    BySeverity,
    Distribution,
    Id,
    Quantity,
    RoleName,
    SeverityName,
    Share,
    ShareBySeverity,
    Spread,
    Switch,
    count,
    default,
    duration,
    factor,
    minutes,
    number,
    share,
)

AppointmentMinutes = Annotated[float, minutes(1.0, 1440.0)]
Contacts = Annotated[Distribution, Spread(number(1.0, 1000.0), (("mean", "sd"),))]
Interval = Annotated[Distribution, Spread(duration("1 day", "2 years"), (("mean", "sd"), ("median", "p90")))]
Roles = Annotated[list[RoleName], Field(min_length=1, max_length=64)]
Limits = dict[RoleName, Annotated[list[SeverityName], Field(min_length=1, max_length=8)]]
Efficiency = dict[RoleName, Annotated[dict[str, float], BySeverity(Quantity(units.SHARE, 0.05, 2.0), missing=1.0)]]
FactorBySeverity = Annotated[dict[str, float], BySeverity(factor(0.01, 20.0), missing=1.0)]


class WaitingRisks(Block):
    """What befalls people while they wait, as chances in each week of waiting."""

    gives_up: ShareBySeverity = default("0%")
    """Share of those waiting who give up in a week, for all or by severity. 0% to 100%; default none."""
    worsens: ShareBySeverity = default("0%")
    """Share of those waiting who move up one severity in a week, for all or by severity. 0% to 100%; default none."""
    crisis: ShareBySeverity = default("0%")
    """Share of those waiting who have a crisis in a week, for all or by severity. 0% to 100%; default none."""


class Waiting(Block):
    """The queues: their order, the standard they are judged by, and what befalls people in them."""

    order: Literal["fifo", "severity", "target"] = "fifo"
    """Who is next: the longest wait (fifo), the most severe first, or the one nearest to its standard (target)."""
    standard: Annotated[dict[str, float], BySeverity(duration("1 day", "5 years"))] = default("4 weeks")
    """Wait that should not be passed, for all or by severity. Read as days; 1 day to 5 years. The default is the
    four-week standard for community mental health that NHS England has been testing since 2021."""
    near_breach: Annotated[float, duration("0 days", "5 years")] | None = None
    """So long before their standard, the routine go before all others who are routine. Read as days; default never."""
    notice: Annotated[float, duration("0 days", "1 year")] = default("0 days")
    """Minimum notice of a routine assessment, from acceptance or opting in. Read as days; default none."""
    per_week: WaitingRisks = default({})
    """What befalls people while they wait."""


class Step(Block):
    """A way onward: up, down, or across."""

    to: Id
    """Name of a package; or, with several teams, of another team: then to its assessment."""
    share: ShareBySeverity
    """Share of people who take it, for all or by severity. 0% to 100%."""


class SecondAssessment(Block):
    """Another assessment for those of whom one appointment does not tell enough."""

    share: ShareBySeverity = default("0%")
    """Share of those assessed who need another appointment, for all or by severity. 0% to 100%; default none."""
    after_remote: Annotated[float, Quantity(units.POINTS, -1.0, 1.0)] = default("0 points")
    """Added to that share after an assessment by video or phone. Percentage points; −100 to +100; default none."""
    takes: AppointmentMinutes
    """Contact, notes and travel together. Read as minutes; 1 minute to 24 hours."""
    after: Annotated[float, duration("1 day", "1 year")] = default("2 weeks")
    """Time from the first appointment until the person is back in the queue. Read as days; a planning convention."""


class JointAssessment(Block):
    """Assessments by two clinicians."""

    share: ShareBySeverity
    """Share of assessments by two, for all or by severity. 0% to 100%."""
    roles: Roles
    """Roles of the second clinician, most preferred first; somebody of them must be at work with time left."""
    takes: AppointmentMinutes
    """The second clinician's time. Read as minutes; 1 minute to 24 hours."""


class Triage(Block):
    """Reading referrals and deciding on them, from the time for assessments. Without it triage costs nothing."""

    roles: Roles
    """Roles that triage; those whose job plan has time for assessments."""
    takes: AppointmentMinutes
    """Time for each referral. Read as minutes; 1 minute to 24 hours."""
    limits: Limits = default({})
    """Role → severities it may triage; a role that is not named here triages all."""


class OptIn(Block):
    """Routine referrals that are accepted are asked whether they want to be seen."""

    no_response: ShareBySeverity = default("0%")
    """Share who never answer and are closed, for all or by severity. 0% to 100%; default none."""
    answers_after: Annotated[Distribution, Spread(duration("1 day", "1 year"), (("mean", "sd"), ("median", "p90")))] = (
        default("1 week")
    )
    """Time to the answer of those who do: a duration, {mean, sd} or {median, p90}. Read as days; 1 day to 1 year."""
    within: Annotated[float, duration("1 day", "1 year")] = default("3 weeks")
    """Time after which those who have not answered are closed. Read as days; 1 day to 1 year; a planning convention."""


class Assessment(Block):
    """The first appointment: who gives it, how long it takes, and who goes on to treatment."""

    roles: Roles
    """Roles that assess."""
    takes: AppointmentMinutes
    """Contact, notes and travel together. Read as minutes; 1 minute to 24 hours."""
    to_treatment: ShareBySeverity = default("100%")
    """Share of those assessed who need treatment, for all or by severity; the others are closed with advice."""
    remote: Share = default("0%")
    """Share of assessments by video or phone, of those who can use it. 0% to 100%; default none."""
    urgent_slots: Share = default("0%")
    """Share of the time for assessments that is kept for urgent referrals; beyond the time of one appointment it is
    given free. 0% to 100%; default none."""
    second: SecondAssessment | None = None
    """Another assessment for some; default none."""
    joint: JointAssessment | None = None
    """Assessments by two clinicians; default none."""
    onward: Annotated[list[Step], Field(max_length=16)] = default([])
    """Who of those in need of treatment goes on to another team, with several teams: to its assessment, or straight to
    one of its packages."""
    limits: Limits = default({})
    """Role → severities it may assess; a role that is not named here assesses all."""
    efficiency: Efficiency = default({})
    """Role → speed against `takes`, for all or by severity; 90% means that it needs 1/0.9 of the time. 5% to 200%;
    default 100%."""


class CloseAfter(Block):
    """After how many missed appointments in a row a person is closed."""

    assessment: Annotated[int, count(1, 100)] = 2
    """Missed assessments in a row. 1 to 100; a planning convention, unverified."""
    contacts: Annotated[int, count(1, 100)] = 4
    """Missed contacts in a row. 1 to 100; a planning convention, unverified."""


class DidNotAttend(Block):
    """Appointments that are missed without notice, and what follows."""

    assessment: Share = default("0%")
    """Share of assessments missed. 0% to 100%; default none."""
    contacts: Share = default("0%")
    """Share of contacts in treatment missed. 0% to 100%; default none."""
    slot_lost: Share = default("50%")
    """Part of the appointment's time that is lost. 0% to 100%; a planning convention, unverified."""
    rebook_after: Annotated[float, duration("0 days", "1 year")] = default("2 weeks")
    """Time to the new appointment. Read as days; 0 days to 1 year; a planning convention, unverified."""
    close_after: CloseAfter = default({})
    """After how many missed appointments in a row a person is closed."""


class Crisis(Block):
    """What a crisis costs the team."""

    roles: Roles
    """Roles that see people in a crisis."""
    contacts: Annotated[int, count(1, 100)]
    """Contacts on successive working days. 1 to 100."""
    takes: AppointmentMinutes
    """Contact, notes and travel together. Read as minutes; 1 minute to 24 hours."""
    standard: Annotated[float, duration("0 days", "1 year")] = default("1 day")
    """Longest wait of those referred by the crisis route (`demand.sources.*.crisis`). Read as days; the default is the
    24 hours for urgent community crises that NHS England has been testing since 2021."""


class Session(Block):
    """Contacts held in a group."""

    size: Annotated[int, count(2, 100)]
    """Seats. 2 to 100."""
    least: Annotated[int, count(1, 100)] = 1
    """People due for a session to be held. 1 to 100; default 1."""
    wait: Annotated[float, duration("0 days", "1 year")] = default("2 weeks")
    """After so long it is held with fewer. Read as days; 0 days to 1 year; a planning convention, unverified."""


class Series(Block):
    """The lead series of contacts of a package, given by one named clinician who holds the person on the caseload."""

    roles: Roles
    """Roles that may lead, most preferred first."""
    contacts: Contacts
    """Contacts in a course: a number, or {mean, sd}. 1 to 1,000."""
    every: Interval
    """Time from contact to contact: a duration, {mean, sd} or {median, p90}. Read as days; 1 day to 2 years."""
    takes: AppointmentMinutes
    """Contact, notes and travel together. Read as minutes; 1 minute to 24 hours."""
    limits: Limits = default({})
    """Role → severities it may take on; a role that is not named here takes all."""
    efficiency: Efficiency = default({})
    """Role → speed against `takes`, for all or by severity; 90% means that it needs 1/0.9 of the time. 5% to 200%;
    default 100%."""
    dna: Share | None = None
    """Share of contacts missed; default `did_not_attend.contacts`."""
    remote: Share | None = None
    """Share of contacts by video or phone; default `remote.share`."""
    session: Session | None = None
    """Contacts are held in a group, by whoever of the roles is free: `takes` is the time of one session. Default: each
    on their own."""


class PooledSeries(Series):
    """A further series of contacts, such as medical review, given by whoever of the roles is free."""

    name: Id
    """Name of the series within its package."""
    named: Switch = default("off")
    """Does a named clinician of the roles give it, who is kept for the whole course?"""


class Support(Block):
    """Contacts of the lead series that support roles may give in the lead's place."""

    name: Id
    """Name of the series within its package."""
    roles: Roles
    """Roles that may give such contacts, most preferred first."""
    share_of_lead_contacts: Annotated[float, Quantity(units.LIMIT, 0.0, 1.0)]
    """Greatest share of the lead's contacts, written `up to 25%`. 0% to 100%."""
    limits: Limits = default({})
    """Role → severities it may see; a role that is not named here sees all."""
    efficiency: Efficiency = default({})
    """Role → speed against `takes`. 5% to 200%; default 100%."""
    takes: AppointmentMinutes | None = None
    """Contact, notes and travel together. Read as minutes; default the lead's."""


SUPPORT_TAG, SERIES_TAG = "a support item", "a pooled series"


def _kind_of_item(item: Any) -> str:
    """A support item is known by its share of the lead's contacts."""
    support = "share_of_lead_contacts" in item if isinstance(item, dict) else isinstance(item, Support)
    return SUPPORT_TAG if support else SERIES_TAG


AlsoItem = Annotated[
    Annotated[Support, Tag(SUPPORT_TAG)] | Annotated[PooledSeries, Tag(SERIES_TAG)], Discriminator(_kind_of_item)
]


class Package(Block):
    """A package of care: a lead series of contacts, and what else comes with it."""

    stream: Id | None = None
    """Name of the queue that people wait in for it; default the package's own name."""
    team: Id | None = None
    """Team that gives it; needed with several teams."""
    share: ShareBySeverity
    """Share of those who need treatment who get this package, for all or by severity. 0% to 100%; over all packages
    of a team 100%. Who worsens while waiting gets what the new severity needs."""
    caseload_weight: Annotated[float, number(0.0, 10.0)] = 1.0
    """Caseload places that one person takes up. 0 to 10."""
    lead: Series
    """The series given by the named clinician."""
    also: Annotated[list[AlsoItem], Field(max_length=16)] = default([])
    """Further series: at most one support item, and any number of pooled series."""
    steps: Annotated[list[Step], Field(max_length=16)] = default([])
    """Who goes on to another package when the course is complete: step up, step down, transfer. Their wait in between
    is an internal wait."""


class TreatmentRisks(Block):
    """What befalls people in treatment, as chances in each week of treatment."""

    drops_out: ShareBySeverity = default("0%")
    """Share of those in treatment who drop out in a week, for all or by severity. 0% to 100%; default none."""
    crisis: ShareBySeverity = default("0%")
    """Share of those in treatment who have a crisis in a week, for all or by severity. 0% to 100%; default none."""


class Stretch(Block):
    """A feedback loop: contacts seen late lengthen the course."""

    switch: Switch = default("off")
    """Is the loop on or off?"""
    longer_course: Annotated[float, Quantity(units.WEEKLY, 0.0, 1.0)] = default("0% per week")
    """Growth of the planned contacts for each week of mean delay. Read as a fraction per week; 0% to 100% per week."""


class Relapse(Block):
    """A feedback loop: clinicians with many people on their caseload see more crises."""

    switch: Switch = default("off")
    """Is the loop on or off?"""
    above: Annotated[float, number(0.0, 1000.0)] = 15.0
    """People per WTE on the clinician's caseload from which it acts. 0 to 1,000; evidence E, loop R6: 15."""
    gain: Annotated[float, share()] = default("2%")
    """Growth of crises for each person above. 0% to 100%; evidence E, loop R6: hazard ratio 1.02, an assumption."""
    most: Annotated[float, factor(1.0, 20.0)] = default("x2")
    """Greatest factor. x1 to x20; a planning convention, unverified."""


class InTreatment(Block):
    """What befalls people in treatment."""

    per_week: TreatmentRisks = default({})
    """What befalls people while they are treated."""
    stretch: Stretch = default({})
    """Contacts seen late lengthen the course."""
    relapse: Relapse = default({})
    """High caseloads bring crises."""


class EarlyDischarge(Block):
    """A policy: when the list is long, courses end before the contacts planned."""

    switch: Switch = default("off")
    """Is the policy on or off?"""
    list: Annotated[int, count(0, 10_000_000)]
    """People waiting for assessment or treatment, in each team, above which it acts."""
    after: Share
    """Share of the planned contacts that must be done. 0% to 100%."""


class Review(Block):
    """A policy: every so many contacts it is asked whether the person still needs treatment."""

    every: Annotated[int, count(1, 1000)]
    """Contacts of the lead series between reviews. 1 to 1,000."""
    ends: Share
    """Share of reviews at which the course ends. 0% to 100%."""


class Discharge(Block):
    """How courses end before the contacts planned. What it does to returns stands in `demand.returns.early`."""

    early: EarlyDischarge | None = None
    """Courses end early when the list is long; default never."""
    review: Review | None = None
    """Courses are reviewed; default never."""


class Handover(Block):
    """What it costs when a person's clinician leaves and another takes over."""

    extra_contacts: Annotated[int, count(0, 100)] = 0
    """Contacts added to the course. 0 to 100; default none."""
    longer_course: Share = default("0%")
    """Growth of the contacts still planned. 0% to 100%; default none."""
    drops_out: Share = default("0%")
    """Share of people who drop out at a handover. 0% to 100%; default none."""


class WeakerRelationship(Block):
    """A feedback: those seen remotely know their clinician less well."""

    more_contacts: Share = default("0%")
    """Part of a contact that each remote contact adds to the course. 0% to 100%; default none."""
    drops_out: Share = default("0%")
    """Share who drop out after each remote contact of the lead series. 0% to 100%; default none."""
    where_chosen: Annotated[float, factor(0.0, 1.0)] = default("x1")
    """Both, times this where `remote.policy` is choice. x0 to x1; default x1."""


class Remote(Block):
    """Contacts by video or phone."""

    policy: Literal["rule", "choice"] = "rule"
    """Who decides: the service, contact by contact (rule), or each person once and for all (choice)."""
    share: ShareBySeverity = default("0%")
    """Share of contacts (rule) or of people (choice) by video or phone, of those who can use it, for all or by
    severity. 0% to 100%; default none."""
    saves: Annotated[float, minutes(0.0, 1440.0)] = default("0 minutes")
    """Time saved by such a contact, mostly travel. Read as minutes; less than any contact that can be remote takes."""
    cannot_use: ShareBySeverity = default("0%")
    """Share of people who cannot be seen that way, for all or by severity. 0% to 100%; default none."""
    fails: Share = default("0%")
    """Share of contacts by video or phone that fail for technical reasons and are missed, besides those not attended.
    0% to 100%; default none; evidence A34: 5% before set-up and training, 2% after, an assumption."""
    weaker: WeakerRelationship = default({})
    """What remote contacts cost in relationship."""
