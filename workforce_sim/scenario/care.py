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
    per_week: WaitingRisks = default({})
    """What befalls people while they wait."""


class Assessment(Block):
    """The first appointment: who gives it, how long it takes, and who goes on to treatment."""

    roles: Roles
    """Roles that assess."""
    takes: AppointmentMinutes
    """Contact, notes and travel together. Read as minutes; 1 minute to 24 hours."""
    to_treatment: ShareBySeverity = default("100%")
    """Share of those assessed who need treatment, for all or by severity; the others are closed with advice."""
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


class PooledSeries(Series):
    """A further series of contacts, such as medical review, given by whoever of the roles is free."""

    name: Id
    """Name of the series within its package."""


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
    share: Share
    """Share of those who need treatment who get this package. 0% to 100%; over all packages 100%."""
    caseload_weight: Annotated[float, number(0.0, 10.0)] = 1.0
    """Caseload places that one person takes up. 0 to 10."""
    lead: Series
    """The series given by the named clinician."""
    also: Annotated[list[AlsoItem], Field(max_length=16)] = default([])
    """Further series: at most one support item, and any number of pooled series."""


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


class InTreatment(Block):
    """What befalls people in treatment."""

    per_week: TreatmentRisks = default({})
    """What befalls people while they are treated."""
    stretch: Stretch = default({})
    """Contacts seen late lengthen the course."""


class Handover(Block):
    """What it costs when a person's clinician leaves and another takes over."""

    extra_contacts: Annotated[int, count(0, 100)] = 0
    """Contacts added to the course. 0 to 100; default none."""
    longer_course: Share = default("0%")
    """Growth of the contacts still planned. 0% to 100%; default none."""
    drops_out: Share = default("0%")
    """Share of people who drop out at a handover. 0% to 100%; default none."""


class Remote(Block):
    """Contacts by video or phone."""

    share: Share = default("0%")
    """Share of contacts by video or phone, of those who can use it. 0% to 100%; default none."""
    saves: Annotated[float, minutes(0.0, 1440.0)] = default("0 minutes")
    """Time saved by such a contact, mostly travel. Read as minutes; less than any contact that can be remote takes."""
    cannot_use: ShareBySeverity = default("0%")
    """Share of people who cannot be seen that way, for all or by severity. 0% to 100%; default none."""
    fails: Share = default("0%")
    """Share of contacts by video or phone that fail for technical reasons and are missed, besides those not attended.
    0% to 100%; default none; evidence A34: 5% before set-up and training, 2% after, an assumption."""
