"""The workforce's block of a scenario: roles, their people, and how people are hired, trained, worn out and leave.

In: the `workforce` part of the YAML tree. Out: frozen models in whole-time equivalents (WTE), days and fractions.
Defaults marked *planning convention* are unverified: replace them with local numbers.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from workforce_sim import units
from workforce_sim.scenario.development import (
    Conversion,
    Freeze,
    Overtime,
    PayRise,
    Preceptorship,
    Promotion,
    Retention,
    RoleCover,
    Supervision,
    Temporary,
    Training,
    Upskilling,
    YearlyMoney,
)
from workforce_sim.scenario.quantities import (
    Block,
    Factor,
    Id,
    OneOf,
    Quantity,
    Share,
    Switch,
    by_month,
    default,
    duration,
    factor,
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
    leave_months: dict[str, Annotated[float, factor(0.05, 20.0)]] = default({})
    """Name of a month → how much annual leave is sought in its weeks, times the usual. x0.05 to x20; default x1: no
    season. School holidays are such a season."""
    long_sickness: Annotated[float, Quantity(units.SHARE, 0.0, 0.5)] = default("0%")
    """Share of contracted time lost to long sickness, besides `sickness`. 0% to 50%; default none."""
    long_sickness_spell: Annotated[float, duration("2 weeks", "5 years")] = default("20 weeks")
    """Mean spell of long sickness. Read as days; 2 weeks to 5 years; an assumption."""
    parental: Annotated[float, Quantity(units.SHARE, 0.0, 0.5)] = default("0%")
    """Share of contracted time lost to parental leave. 0% to 50%; default none."""
    parental_spell: Annotated[float, duration("2 weeks", "5 years")] = default("39 weeks")
    """Mean spell of parental leave. Read as days; 2 weeks to 5 years; the time with statutory pay."""
    hand_over_after: Annotated[float, duration("0 days", "2 years")] = default("4 weeks")
    """A long absence of at least so long hands the caseload over on its first day. Read as days; 0 days to 2 years."""
    backfill: Share = default("0%")
    """Share of the WTE on long absence that bank staff cover. 0% to 100%; evidence C.2: 50%, an assumption."""

    @field_validator("leave_months", mode="after")
    @classmethod
    def _complete_leave_months(cls, months: dict[str, float]) -> dict[str, float]:
        return by_month(months)


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
    leaves_nhs: Share = default("65%")
    """Share of leavers who leave the NHS, not only their post. 0% to 100%; 12 to 13% of 19% a year (NHS workforce
    statistics as reported for 2021 to 2023)."""


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
    over: Annotated[float, Quantity(units.SHARE, 0.0, 1.0)] = default("0%")
    """Recruitment above the establishment, as a share of `funded`, so that leavers are replaced before they leave.
    0% to 100%; default none."""


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
    relief: Annotated[float, number(0.0, 1.0)] = 0.0
    """How far below the usual people rest, thanks to a wellbeing programme. 0 to 1; default nothing."""
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


PAY_BANDS = {"3-4": 27_500, "5": 33_487, "6": 40_823, "7": 50_273, "8a": 58_487, "medical": 127_600}
"""Band → pounds a year for 1 WTE: Agenda for Change England 2025/26, the intermediate point where there is one, else
the mean of entry and top (evidence C.1, grade C; consultants and bands 3-4 derived or unverified)."""

PayBand = Annotated[str, OneOf(tuple(PAY_BANDS), "a pay band")]


class Role(Block):
    """The posts of one role, the people in them, and what they do."""

    team: Id | None = None
    """Team that has the role; needed with several teams. Posts are those of each of its copies."""
    also_serves: Annotated[list[Id], Field(max_length=32)] = default([])
    """Other teams that it helps out: when nothing is due in its own, it takes on contacts of theirs that are no named
    clinician's, and it answers their crises, wherever those name the role."""
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
    registered: Switch = default("on")
    """Is this a registered profession, whose members may be the registered coordinator of a patient?"""
    heaviest: Annotated[float, number(0.0, 100.0)] | None = None
    """Greatest caseload weight of a person whom the role may lead. 0 to 100; default any."""
    promotion: Promotion | None = None
    """Vacancies of this role filled from another; default none."""
    cover: RoleCover = default({})
    """Temporary staff in this role; default none."""
    band: PayBand | None = None
    """Pay band: 3-4, 5, 6, 7, 8a or medical; its usual pay holds unless `pay` says otherwise."""
    pay: YearlyMoney | None = None
    """Pay of 1 WTE before on-costs; default the band's mid point, 2025/26."""

    @property
    def salary(self) -> float | None:
        """Pounds per WTE and year before on-costs; None if neither pay nor band is given."""
        return self.pay if self.pay is not None else PAY_BANDS.get(self.band or "")


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
    programme_time: Annotated[float, Quantity(units.SHARE, 0.0, 0.9)] = default("0%")
    """Share of time at work spent on courses, wellbeing and improvement programmes. 0% to 90%; default none."""
    retention: Retention = default({})
    """What keeps people."""
    pay_rise: PayRise = default({})
    """Pay above what is usual for the band."""
    preceptorship: Preceptorship | None = None
    """Time that colleagues give to newcomers; default none."""
    temporary: Temporary = default({})
    """What temporary staff cost and do."""
    overtime: Overtime = default({})
    """Bounded overtime; default none."""
    training: Annotated[dict[Id, Training], Field(max_length=32)] = default({})
    """Name of a training route → its intakes; default none."""
    upskilling: Annotated[dict[Id, Upskilling], Field(max_length=32)] = default({})
    """Name of a scheme → serving staff who train for another role; default none."""
    conversions: Annotated[dict[Id, Conversion], Field(max_length=32)] = default({})
    """Name → vacant posts that become posts of another role; default none."""
    freezes: Annotated[list[Freeze], Field(max_length=64)] = default([])
    """Recruitment freezes; default none."""
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
