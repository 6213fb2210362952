"""The workforce's block of a scenario: roles, their people, and how people are hired, trained, worn out and leave.

In: the `workforce` part of the YAML tree. Out: frozen models in whole-time equivalents (WTE), days and fractions.
Defaults marked *planning convention* are unverified: replace them with local numbers.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from workforce_sim import units
from workforce_sim.scenario.care import Roles
from workforce_sim.scenario.quantities import (
    Block,
    Factor,
    Id,
    Quantity,
    Share,
    Switch,
    default,
    duration,
    must_add_up,
    number,
    rate,
    wte,
)


class Availability(Block):
    """Time for which staff are paid but not at work."""

    annual_leave: Annotated[float, duration("0 days", "26 weeks")] = default("5.6 weeks")
    """Leave in a year, bank holidays not counted. Read as calendar days; 0 days to 26 weeks. Default: between the 27
    and 33 days of NHS terms and conditions of service, section 13."""
    study: Annotated[float, duration("0 days", "26 weeks")] = default("1.4 weeks")
    """Study leave in a year. Read as calendar days; 0 days to 26 weeks; a planning convention."""
    sickness: Annotated[float, Quantity(units.SHARE, 0.0, 0.6)] = default("5%")
    """Share of working time lost to sickness. 0% to 60%; the default is near the NHS England mean."""
    sickness_spell: Annotated[float, Quantity(units.DAYS, 1.0, 250.0)] = default("6 days")
    """Mean spell of sickness. Working days; 1 to 250; a planning convention."""


class Induction(Block):
    """How starters grow into the job, in a straight line."""

    productivity: Share = default("50%")
    """Output on the first day, against a settled colleague. 0% to 100%; a planning convention."""
    caseload: Share = default("30%")
    """Caseload on the first day, against a settled colleague. 0% to 100%; a planning convention."""
    over: Annotated[float, duration("0 days", "5 years")] = default("26 weeks")
    """Time until fully settled. Read as days; 0 days to 5 years; a planning convention."""


class Leaving(Block):
    """How leaving depends on time in post, and what notice changes."""

    early: Factor = default("x1")
    """Leaving in the early years, times the role's `leavers`. x0 to x100; default no difference."""
    early_years: Annotated[float, duration("0 days", "10 years")] = default("2 years")
    """How long the early years last. Read as days; 0 days to 10 years."""
    later: Factor = default("x1")
    """Leaving afterwards, times the role's `leavers`. x0 to x100; default no difference."""
    notice: Annotated[float, duration("0 days", "1 year")] = default("8 weeks")
    """From handing in notice to leaving. Read as days; 0 days to 1 year; the usual NHS term of bands 5 to 7."""
    no_new_patients: Annotated[float, duration("0 days", "1 year")] = default("4 weeks")
    """Last part of the notice, in which nobody new is taken on. Read as days; at most `notice`."""


class Hiring(Block):
    """How a vacancy is filled: approval, then rounds of adverts until one succeeds."""

    approval: Annotated[float, duration("0 days", "2 years")] = default("4 weeks")
    """From vacancy to the first advert. Read as days; 0 days to 2 years; a planning convention."""
    round: Annotated[float, duration("1 day", "2 years")] = default("20 weeks")
    """From advert to start, for one round. Read as days; 1 day to 2 years; a planning convention."""
    fill: Annotated[float, Quantity(units.SHARE, 0.01, 1.0)] = default("50%")
    """Chance that a round finds somebody. 1% to 100%; a planning convention."""
    reputation: Annotated[float, number(0.0, 5.0)] = 0.0
    """How much vacancies above the usual deter applicants. 0 to 5; 0 means not at all."""
    usual_vacancy: Share = default("10%")
    """Share of posts vacant that deters nobody. 0% to 100%; a planning convention."""


class Exhaustion(Block):
    """A feedback loop: overload exhausts staff, and exhausted staff leave and fall ill more often."""

    switch: Switch = default("off")
    """Is the loop on or off? The whole block may be written `off`."""
    usual: Annotated[float, number(0.0, 1.0)] = 0.3
    """Exhaustion at which nothing changes, on a scale from 0 to 1; a planning convention."""
    rise: Annotated[float, rate(1.0)] = default("0.01 per week")
    """Rise at full overload. Read as per week; 0 to 1; a planning convention."""
    recovery: Annotated[float, rate(1.0)] = default("0.02 per week")
    """Return towards the usual. Read as per week; 0 to 1; a planning convention."""
    smoothing: Annotated[float, duration("1 week", "2 years")] = default("12 weeks")
    """Time over which load is averaged. Read as days; 1 week to 2 years; a planning convention."""
    gain_on_leaving: Annotated[float, number(0.0, 10.0)] = 1.5
    """How strongly exhaustion above the usual raises leaving. 0 to 10; a planning convention."""
    gain_on_sickness: Annotated[float, number(0.0, 10.0)] = 0.6
    """How strongly exhaustion above the usual raises sickness. 0 to 10; a planning convention."""

    @model_validator(mode="before")
    @classmethod
    def _accept_bare_switch(cls, value: Any) -> Any:
        return {"switch": value} if isinstance(value, str | bool) else value


class JobPlan(Block):
    """How clinical time is split."""

    assessment: Share = default("0%")
    """Share for assessments. 0% to 100%."""
    treatment: Share = default("100%")
    """Share for contacts in treatment. 0% to 100%; the two add up to 100%."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any) -> Any:
        """A plan that names only one part leaves nothing to the other; the sum will tell."""
        return {"assessment": "0%", "treatment": "0%", **value} if isinstance(value, dict) and value else value

    @model_validator(mode="after")
    def _adds_up(self) -> JobPlan:
        must_add_up({"assessment": self.assessment, "treatment": self.treatment})
        return self


class Supervision(Block):
    """Time that others give to supervise this role."""

    by: Roles
    """Roles that supervise."""
    hours: Annotated[float, Quantity(units.WEEKLY_HOURS, 0.0, 40.0)]
    """Hours a week for each WTE supervised. 0 to 40 per week."""


class Role(Block):
    """The posts of one role, the people in them, and what they do."""

    funded: Annotated[float, wte()]
    """Posts funded. Whole-time equivalents; 0 to 10,000."""
    in_post: Annotated[float, wte()] = Field(default_factory=lambda given: given["funded"], validate_default=False)
    """People in post on the first day. Whole-time equivalents; at most 1.5 times `funded`; default `funded`."""
    leavers: Annotated[float, Quantity(units.YEARLY, 0.0, 3.0)] = default("0% per year")
    """Share of people who leave in a year. Read as a fraction per year; 0% to 300% per year; default none."""
    clinical_share: Share
    """Share of time at work that is for patients: contact, notes and travel. 0% to 100%."""
    caseload: Annotated[float, number(0.0, 1000.0)] | None = None
    """Weighted caseload places for each WTE. 0 to 1,000; default none: such a role leads no package."""
    caseload_target: Annotated[float, number(0.0, 1000.0)] | None = Field(
        default_factory=lambda given: given["caseload"], validate_default=False
    )
    """Weighted places at which load counts as full. 0 to 1,000; default `caseload`."""
    job_plan: JobPlan = default({})
    """How clinical time is split; default all for treatment."""
    spare_time: Literal["shared", "kept"] = "shared"
    """May time that one activity leaves over be used for the other (shared), or is it lost (kept)?"""
    hiring: Hiring = default({})
    """How its vacancies are filled, where that differs from `workforce.hiring`."""
    supervision: Supervision | None = None
    """Supervision this role needs; default none."""


class Workforce(Block):
    """The staff of the team."""

    full_time: Annotated[float, Quantity(units.HOURS_PER_WEEK, 1.0, 80.0)] = default("37.5 hours per week")
    """Working time of one WTE. Read as hours per week; 1 to 80; NHS terms and conditions of service, section 10."""
    availability: Availability = default({})
    """Time for which staff are paid but not at work."""
    induction: Induction = default({})
    """How starters grow into the job."""
    leaving: Leaving = default({})
    """How leaving depends on time in post, and what notice changes."""
    hiring: Hiring = default({})
    """How vacancies are filled, where a role does not say otherwise."""
    exhaustion: Exhaustion = default({})
    """Overload exhausts staff, who then leave and fall ill more often; default off."""
    roles: Annotated[dict[Id, Role], Field(min_length=1, max_length=64)]
    """Name of a role → its posts and people."""

    @field_validator("roles", mode="after")
    @classmethod
    def _complete_hiring(cls, roles: dict[str, Role], info: ValidationInfo) -> dict[str, Role]:
        """Every role's hiring is the workforce's, with what the role itself says put over it."""
        common = info.data.get("hiring")
        if common is None:
            return roles
        return {name: role.model_copy(update={"hiring": _over(common, role.hiring)}) for name, role in roles.items()}


def _over(common: Hiring, own: Hiring) -> Hiring:
    return common.model_copy(update={key: getattr(own, key) for key in own.model_fields_set})
