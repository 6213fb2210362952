"""The workforce plan: training, upskilling, conversion of posts, keeping people, cover, and what interrupts work.

In: parts of the `workforce` block of a scenario. Out: frozen models in days, WTE, fractions and hours per week.
Everything here is off unless a scenario says otherwise. Defaults marked *assumption* are unverified.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from workforce_sim import units
from workforce_sim.scenario.care import Roles
from workforce_sim.scenario.quantities import (
    Block,
    Date,
    Factor,
    Quantity,
    RoleName,
    Share,
    count,
    default,
    duration,
    factor,
    fault,
    number,
    wte,
)

Money = Annotated[float, Quantity(units.MONEY, 0.0, 1e9)]
YearlyMoney = Annotated[float, Quantity(units.YEARLY_MONEY, 0.0, 1e10)]


class Supervision(Block):
    """Time that others give to supervise this role."""

    by: Roles
    """Roles that supervise."""
    hours: Annotated[float, Quantity(units.WEEKLY_HOURS, 0.0, 40.0)]
    """Hours a week for each WTE supervised. 0 to 40 per week."""


class Progress(Block):
    """What people in training do of a settled colleague's work, in a straight line over the course."""

    first: Share = default("0%")
    """On the first day. 0% to 100%; default nothing."""
    last: Share = default("50%")
    """On the last day. 0% to 100%; an assumption (evidence: 0 to 50% for one-year routes)."""


class Intakes(Block):
    """When people begin: once, or again and again."""

    first: Date
    """First intake, written YYYY-MM-DD."""
    every: Annotated[float, duration("4 weeks", "10 years")] | None = None
    """Time from intake to intake; default one intake only. Read as days; 4 weeks to 10 years."""
    last: Date | None = None
    """No intake after this date; default to the end of the run."""
    places: Annotated[int, count(1, 1000)]
    """People in each intake, each of 1 WTE. 1 to 1,000."""
    length: Annotated[float, duration("1 week", "7 years")]
    """Length of the course. Read as days; 1 week to 7 years."""

    def dates(self, end: date) -> list[date]:
        """The dates of all intakes before `end`."""
        found: list[date] = []
        step = 0
        while True:
            day = self.first if self.every is None or not step else units.after(self.first, self.every * step)
            if day >= end or (self.last is not None and day > self.last):
                return found
            found.append(day)
            if self.every is None:
                return found
            step += 1


class Training(Intakes):
    """A training route: trainees take up supervision before they add capacity, and qualify into a role."""

    into: RoleName
    """Role that they qualify into."""
    attrition: Annotated[float, Quantity(units.SHARE, 0.0, 0.95)] = default("0%")
    """Share who give up over the whole course, evenly. 0% to 95%; default none."""
    does: Progress = default({})
    """What trainees do of a settled colleague's work, with the same share of caseload."""
    supervision: Supervision | None = None
    """Supervision that trainees need while they train; default none."""
    stays: Share = default("100%")
    """Share of those who qualify who want to stay. 0% to 100%; default all."""
    waits_for_post: Annotated[float, duration("0 days", "2 years")] = default("0 days")
    """How long someone qualified works on, over establishment, until a post is free, before leaving. Read as days; 0
    days to 2 years; default not at all."""
    pay: YearlyMoney = default("£0 per year")
    """Pay of a trainee that the service bears, per WTE and year, before on-costs; default borne elsewhere."""
    costs: Money = default("£0")
    """Fees and other costs of each place, once, on the first day; default none."""


class Upskilling(Intakes):
    """Serving staff who train for another role while they work, and then move to it if a post is free."""

    serving: RoleName
    """Role they come from; those longest in post and not on notice go first."""
    into: RoleName
    """Role they train for."""
    away: Share = default("20%")
    """Share of their time spent on the course. 0% to 100%; an assumption: a day a week."""
    backfill: Share = default("0%")
    """Share of the time away that bank staff cover. 0% to 100%; default none."""
    costs: Money = default("£0")
    """Fees and other costs of each place, once, on the first day; default none."""


class Conversion(Block):
    """Vacant posts of one role become posts of another, at equal pay cost."""

    vacant: RoleName
    """Role whose vacant posts are converted."""
    into: RoleName
    """Role they become; as many WTE as the same pay buys."""
    posts: Annotated[float, wte(0.1)]
    """Most WTE to convert. 0.1 to 10,000 wte."""
    from_date: Date = Field(alias="from")
    """First day on which a vacant post is converted, written YYYY-MM-DD."""


class Freeze(Block):
    """A recruitment freeze: vacancies of these roles are not recruited to; offers not yet made are withdrawn."""

    roles: Roles
    """Roles that are frozen."""
    from_date: Date = Field(alias="from")
    """First day of the freeze, written YYYY-MM-DD."""
    until: Date
    """First day after the freeze, written YYYY-MM-DD."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Freeze:
        if self.until <= self.from_date:
            raise fault(f"an end after {self.from_date}, when the freeze begins", (), f"until {self.until}")
        return self


class Preceptorship(Block):
    """Time that colleagues give to newcomers in their first months, besides routine supervision."""

    roles: Roles
    """Roles whose newcomers have a preceptor."""
    by: Roles
    """Roles that act as preceptors."""
    hours: Annotated[float, Quantity(units.WEEKLY_HOURS, 0.0, 40.0)] = default("1 per week")
    """Hours a week for each WTE of newcomers. 0 to 40 per week; evidence C.4: 1 for half a year, then 0.5."""
    over: Annotated[float, duration("1 week", "3 years")] = default("26 weeks")
    """Time in post over which it is given. Read as days; 1 week to 3 years."""


class Retention(Block):
    """What keeps people: fewer of them resign. Effects multiply, and together they never pass the cap."""

    career: Share = default("0%")
    """Fewer leavers in bands 5 and 6 through career progression. 0% to 100%; default none."""
    mentoring: Share = default("0%")
    """Fewer leavers in their first time in post through mentoring. 0% to 100%; default none."""
    mentoring_covers: Annotated[float, duration("1 week", "10 years")] = default("2 years")
    """How long a newcomer is mentored. Read as days; 1 week to 10 years."""
    flexible: Share = default("0%")
    """Fewer leavers through flexible work. 0% to 100%; default none."""
    bundle: Share = default("0%")
    """Fewer leavers through a whole bundle of measures. 0% to 100%; default none."""
    cap: Share = default("20%")
    """Greatest reduction of leaving by all of these and by pay together. 0% to 100%; evidence A, combination rule."""


class PayRise(Block):
    """Pay above what is usual for the band, and what it does to leaving and to filling vacancies."""

    rise: Share = default("0%")
    """Relative pay rise. 0% to 100%; default none."""
    less_leaving: Annotated[float, number(0.0, 5.0)] = 0.5
    """Relative fall of leaving for a relative pay rise of one. 0 to 5; evidence A18: 0 to 1.5, an assumption."""
    more_filled: Annotated[float, number(0.0, 5.0)] = 0.5
    """Relative rise of the chance to fill a vacancy for a relative pay rise of one. 0 to 5; an assumption."""


class TemporaryStaff(Block):
    """Bank or agency staff."""

    premium: Annotated[float, factor(0.5, 10.0)] = default("x1")
    """Cost against substantive pay with on-costs. x0.5 to x10."""
    productivity: Share = default("85%")
    """Output against a settled colleague. 0% to 100%; evidence C.1: 85%, an assumption."""


class Temporary(Block):
    """Temporary staff: they hold no caseload, and see whoever of their role's contacts has waited longest."""

    bank: TemporaryStaff = default({"premium": "x1.15"})
    """Bank staff; premium x1.15, an assumption."""
    agency: TemporaryStaff = default({"premium": "x1.55"})
    """Agency staff; premium x1.55: the cap of 2016 (Nursing Times), before which nurses cost x1.9."""


class RoleCover(Block):
    """Temporary staff in this role."""

    bank: Annotated[float, wte()] = default("0 wte")
    """Bank staff, on every working day. WTE; default none."""
    agency: Annotated[float, wte()] = default("0 wte")
    """Agency staff, on every working day. WTE; default none."""
    vacancies: Share = default("0%")
    """Share of the role's vacant WTE covered by agency staff. 0% to 100%; default none."""


class Overtime(Block):
    """Bounded overtime of clinicians whose contacts are overdue."""

    at_most: Annotated[float, Quantity(units.WEEKLY_HOURS, 0.0, 20.0)] = default("0 per week")
    """Most overtime of 1 WTE. Hours a week, 0 to 20; default none."""
    when_overdue: Annotated[float, duration("0 days", "1 year")] = default("2 weeks")
    """How overdue a contact must be. Read as days; 0 days to 1 year; an assumption."""
    premium: Factor = default("x1.5")
    """Cost of an hour against pay with on-costs. x0 to x100; usual NHS terms, section 3."""


class Promotion(Block):
    """Some vacancies of this role are filled from below, which opens a vacancy there."""

    below: RoleName = Field(alias="from")
    """Role below."""
    share: Share
    """Share of successful rounds filled from below, while somebody there is at least a year in post. 0% to 100%."""
