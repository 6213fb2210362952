"""What a person in post can do: seconds of clinical time on a day present, by activity, and room for a caseload.

In: the rules of the epoch, contracted time in hundredths of a WTE, days in post. Out: whole seconds, and thousandths of
a caseload place. Pure functions: no clock, no luck, no memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workforce_sim.inputs.rules import RoleRules, StaffRules

SUPERVISION_DAYS = 5
"""Working days over which a week's supervision is spread."""


class ClinicalDay(NamedTuple):
    """How the clinical time of a day present is laid out, seconds. The first three sum to the whole."""

    treatment: int
    assessment: int
    supervision: int
    not_given: int
    """Supervision asked of this person beyond all their clinical time."""


class Supervision(NamedTuple):
    """Who owes supervision in one team: seconds on a working day."""

    asked: list[float]
    """(role,) of each hundredth of a WTE in post, as supervisors."""
    nobody: list[int]
    """(role,) needed by those in post, as supervised, while nobody is in post to give it."""


def ramp(days_in_post: int, share_at_start: float, over_days: float) -> float:
    """The share that a newcomer has reached: from `share_at_start` in a straight line to 1 after `over_days`.

    Default 50% of productivity and 30% of caseload room, over 26 weeks (evidence C.2, ramp-up, grade U).
    """
    if days_in_post >= over_days:
        return 1.0
    return share_at_start + (1.0 - share_at_start) * days_in_post / over_days


def clinical_day(rules: StaffRules, role: int, wte: int, days_in_post: int, asked: float) -> ClinicalDay:
    """A day present of someone with `wte` hundredths, of each of which `asked` seconds of supervision are asked.

    contracted time x clinical share x induction ramp, less supervision given, split by the job plan.
    """
    rule = rules.roles[role]
    productivity = ramp(days_in_post, rules.induction_productivity, rules.induction_days)
    whole = int(rules.day_seconds * wte * rule.clinical_share * productivity / 100)
    owed = round(asked * wte)
    supervision = min(owed, whole)
    assessment = int((whole - supervision) * rule.assessment_share)
    return ClinicalDay(whole - supervision - assessment, assessment, supervision, owed - supervision)


def caseload_room(rules: StaffRules, per_wte: int, wte: int, days_in_post: int) -> int:
    """Thousandths of a caseload place: `per_wte` (thousandths per WTE) x WTE x induction ramp."""
    return int(per_wte * wte * ramp(days_in_post, rules.induction_caseload, rules.induction_days) / 100)


def share_supervision(roles: Sequence[RoleRules], in_post: Sequence[int]) -> Supervision:
    """Spread the supervision that a team needs over those who can give it, in proportion to their contracted time.

    `in_post`: (role,), hundredths of a WTE. What nobody can give is not given (evidence E, loop R7).
    """
    asked, nobody = [0.0] * len(roles), [0] * len(roles)
    for supervised, rule in enumerate(roles):
        needed = rule.supervision_hours * 3600 / SUPERVISION_DAYS * in_post[supervised] / 100
        if not (rule.supervised_by and needed):
            continue
        supervisors = sum(in_post[role] for role in rule.supervised_by)
        if supervisors == 0:
            nobody[supervised] = round(needed)
            continue
        for role in rule.supervised_by:
            asked[role] += needed / supervisors
    return Supervision(asked, nobody)
