"""The workforce's rules in one epoch, from scenario to plain numbers.

In: the scenario as it stands on a day. Out: `StaffRules`: hundredths of a WTE, days, pounds a year with on-costs.
"""

from __future__ import annotations

from datetime import date
from math import prod
from typing import Any

from workforce_sim.inputs.codes import Names
from workforce_sim.inputs.prices import prices
from workforce_sim.inputs.rules import Exhaustion, LongAbsence, RoleRules, StaffRules
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.units import MONTHS

CAREER_BANDS = ("5", "6")
"""Bands in which there is a next step that career progression opens (evidence A14)."""


def hundredths(wte: float) -> int:
    """Hundredths of a WTE."""
    return round(wte * 100)


def full_cost(scenario: Scenario, salary: float) -> float:
    """Pounds a year of 1 WTE: pay, pay rise, on-costs and overheads."""
    return scenario.money.full_cost(salary, scenario.workforce.pay_rise.rise)


def staff_rules(scenario: Scenario, names: Names, today: date) -> StaffRules:
    """The rules on a day."""
    workforce, away = scenario.workforce, scenario.workforce.availability
    induction, leaving, temporary = workforce.induction, workforce.leaving, workforce.temporary
    return StaffRules(
        day_seconds=round(workforce.full_time / 5 * 3600),
        leave_days=away.annual_leave / 7 * 5,
        study_days=away.study / 7 * 5,
        sickness_share=away.sickness,
        sickness_spell=away.sickness_spell,
        induction_productivity=induction.productivity,
        induction_caseload=induction.caseload,
        induction_days=induction.over,
        early_multiplier=leaving.early,
        early_days=leaving.early_years,
        later_multiplier=leaving.later,
        notice_days=round(leaving.notice),
        no_new_patients_days=round(leaving.no_new_patients),
        exhaustion=_exhaustion(workforce.exhaustion),
        roles=tuple(_role_rules(scenario, name, names, today) for name in names.roles),
        leave_months=tuple(away.leave_months.get(month, 1.0) for month in MONTHS),
        long_sickness=LongAbsence(away.long_sickness, away.long_sickness_spell),
        parental=LongAbsence(away.parental, away.parental_spell),
        hand_over_after=round(away.hand_over_after),
        backfill=away.backfill,
        leaves_nhs=leaving.leaves_nhs,
        programme_time=workforce.programme_time,
        mentored_days=workforce.retention.mentoring_covers,
        preceptor_days=workforce.preceptorship.over if workforce.preceptorship else 0.0,
        overtime=round(workforce.overtime.at_most * 3600),
        bank_does=temporary.bank.productivity,
        agency_does=temporary.agency.productivity,
        bank_premium=temporary.bank.premium,
        agency_premium=temporary.agency.premium,
        budget=scenario.money.budget,
        prices=prices(scenario, names),
    )


def _exhaustion(block: Any) -> Exhaustion | None:
    if block is None or not block.switch:
        return None
    return Exhaustion(
        usual=block.usual,
        rise=block.rise,
        recovery=block.recovery,
        smoothing_days=block.smoothing,
        gain_on_leaving=block.gain_on_leaving,
        gain_on_sickness=block.gain_on_sickness,
        relief=block.relief,
    )


def _role_rules(scenario: Scenario, name: str, names: Names, today: date) -> RoleRules:
    workforce, role = scenario.workforce, scenario.workforce.roles[name]
    rise, preceptorship = workforce.pay_rise, workforce.preceptorship
    newcomers = preceptorship is not None and name in preceptorship.roles
    stays, stays_mentored = _what_keeps(workforce, role)
    return RoleRules(
        funded=hundredths(role.funded),
        leaving_rate=role.leavers,
        clinical_share=role.clinical_share,
        assessment_share=role.job_plan.assessment,
        shares_spare=role.spare_time == "shared",
        places=round((role.caseload or 0.0) * 1000),
        target=round((role.caseload_target or role.caseload or 0.0) * 1000),
        approval_days=role.hiring.approval,
        round_days=role.hiring.round,
        fill=min(1.0, role.hiring.fill * (1.0 + rise.more_filled * rise.rise)),
        reputation=role.hiring.reputation,
        usual_vacancy=role.hiring.usual_vacancy,
        supervised_by=tuple(names.roles.index(r) for r in role.supervision.by) if role.supervision else (),
        supervision_hours=role.supervision.hours if role.supervision else 0.0,
        preceptors=tuple(names.roles.index(r) for r in preceptorship.by) if preceptorship and newcomers else (),
        preceptor_hours=preceptorship.hours if preceptorship and newcomers else 0.0,
        stays=stays,
        stays_mentored=stays_mentored,
        over=role.hiring.over,
        frozen=any(name in freeze.roles and freeze.from_date <= today < freeze.until for freeze in workforce.freezes),
        promoted_from=names.roles.index(role.promotion.below) if role.promotion else -1,
        promoted=role.promotion.share if role.promotion else 0.0,
        bank=hundredths(role.cover.bank),
        agency=hundredths(role.cover.agency),
        agency_for_vacancies=role.cover.vacancies,
        cost=full_cost(scenario, role.salary or 0.0),
    )


def _what_keeps(workforce: Any, role: Any) -> tuple[float, float]:
    """What retention and pay leave of leaving: (usually, in a mentored newcomer). Effects multiply, up to the cap."""
    retention, rise = workforce.retention, workforce.pay_rise
    career = retention.career if role.band in CAREER_BANDS else 0.0
    lasting = prod(1.0 - less for less in (career, retention.flexible, retention.bundle))
    lasting *= max(0.0, 1.0 - rise.less_leaving * rise.rise)
    least = 1.0 - retention.cap
    return max(least, lasting), max(least, lasting * (1.0 - retention.mentoring))
