"""What a person in post can do: seconds of clinical time on a day present, by activity, and room for a caseload.

In: the rules of an epoch, contracted time in hundredths of a WTE, days in post. Out: whole seconds, and thousandths of
a caseload place. Pure functions: no clock, no luck, no memory. `kernel/roster.py` compiles them as they stand here.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from workforce_sim.inputs.rules import RoleRules, StaffRules, TrainingRoute

SUPERVISION_DAYS = 5
"""Working days over which a week's supervision is spread."""

ROLE = np.dtype(
    [
        ("day_seconds", "i8"),  # contracted, 1 WTE, a working day
        ("clinical_share", "f8"),
        ("assessment_share", "f8"),  # of clinical time
        ("places", "i8"),  # thousandths per WTE
        ("target", "i8"),  # thousandths per WTE
        ("shares_spare", "i4"),
        ("supervision_needed", "f8"),  # seconds on a working day, per hundredth of a WTE supervised
        ("induction_days", "f8"),
        ("induction_productivity", "f8"),
        ("induction_caseload", "f8"),
        ("reached", "f8"),  # share of a settled colleague's work and caseload at the end of the induction
        ("newcomer_days", "f8"),  # time in post over which a preceptor is needed
        ("preceptor_needed", "f8"),  # seconds on a working day, per hundredth of a WTE of newcomers
    ],
    align=True,
)
"""What bears on capacity, one row per kind of terms: the roles, then the training routes, then the roles' temporary
staff."""


@lru_cache(maxsize=1024)
def terms_table(rules: StaffRules, training: tuple[TrainingRoute, ...]) -> np.ndarray:
    """ROLE, (terms,): the rules of an epoch as the compiled loops read them."""
    roles = len(rules.roles)
    table = np.zeros(2 * roles + len(training), dtype=ROLE)
    for number, role in enumerate(rules.roles):
        _fill(table[number], rules, role)
    for number, route in enumerate(training, roles):
        row = table[number]
        _fill(row, rules, rules.roles[route.role])
        row["induction_days"], row["reached"] = route.length, route.last
        row["induction_productivity"] = row["induction_caseload"] = route.first
        row["preceptor_needed"] = 0.0
        row["supervision_needed"] = _daily(route.supervision_hours) if route.supervised_by else 0.0
    for number, role in enumerate(rules.roles, roles + len(training)):
        row = table[number]
        _fill(row, rules, role)
        row["places"] = row["target"] = row["induction_days"] = 0
        row["supervision_needed"] = row["preceptor_needed"] = 0.0
    return table


def _fill(row: np.void, rules: StaffRules, role: RoleRules) -> None:
    row["day_seconds"], row["induction_days"], row["reached"] = rules.day_seconds, rules.induction_days, 1.0
    row["clinical_share"] = role.clinical_share * (1.0 - rules.programme_time)
    row["assessment_share"] = role.assessment_share
    row["places"], row["target"] = role.places, role.target if role.places else 0
    row["shares_spare"] = role.shares_spare
    row["induction_productivity"], row["induction_caseload"] = rules.induction_productivity, rules.induction_caseload
    if role.supervised_by:
        row["supervision_needed"] = _daily(role.supervision_hours)
    if role.preceptors:
        row["newcomer_days"], row["preceptor_needed"] = rules.preceptor_days, _daily(role.preceptor_hours)


def _daily(hours_a_week: float) -> float:
    """Seconds on a working day for each hundredth of a WTE, from hours a week for each WTE."""
    return hours_a_week * 3600 / SUPERVISION_DAYS / 100


@lru_cache(maxsize=1024)
def supervisor_table(rules: StaffRules, training: tuple[TrainingRoute, ...]) -> np.ndarray:
    """uint8, (routine or newcomers, terms supervised, role): 1 = may supervise, may act as preceptor."""
    roles = len(rules.roles)
    table = np.zeros((2, 2 * roles + len(training), roles), dtype=np.uint8)
    for supervised, role in enumerate(rules.roles):
        table[0, supervised, list(role.supervised_by)] = 1
        table[1, supervised, list(role.preceptors)] = 1
    for supervised, route in enumerate(training, roles):
        table[0, supervised, list(route.supervised_by)] = 1
    return table


def ramp(days_in_post: int, share_at_start: float, over_days: float, reached: float) -> float:
    """The share that a newcomer has reached: from `share_at_start` in a straight line to `reached` after `over_days`.

    Default 50% of productivity and 30% of caseload room, over 26 weeks (evidence C.2, ramp-up, grade U).
    """
    if days_in_post >= over_days:
        return reached
    return share_at_start + (reached - share_at_start) * days_in_post / over_days


def clinical_seconds(day_seconds: int, wte: int, clinical_share: float, productivity: float) -> int:
    """Clinical time on a day present, before supervision given: contracted time x clinical share x induction ramp."""
    return int(day_seconds * wte * clinical_share * productivity / 100)


def caseload_room(per_wte: int, wte: int, ramp_reached: float) -> int:
    """Thousandths of a caseload place: `per_wte` (thousandths per WTE) x WTE x induction ramp."""
    return int(per_wte * wte * ramp_reached / 100)


def share_supervision(
    needed: np.ndarray, supervised_by: np.ndarray, supervised_wte: np.ndarray, at_work: np.ndarray, asked: np.ndarray,
    nobody: np.ndarray,
) -> None:  # fmt: skip
    """Spread the supervision that a team needs over those who may give it, in proportion to their contracted time.

    needed: float64, (terms,), ROLE's `supervision_needed`, or `preceptor_needed`; supervised_by: uint8, (terms, role);
    supervised_wte: int64, (terms,), and at_work: int64, (role,), hundredths of a WTE.
    Out, added to: asked, float64, (role,), seconds on a working day of each hundredth of a WTE, as supervisors; nobody,
    int64, (terms,), seconds on a working day that people need while nobody is in post to give them: these are not
    given (evidence E, loop R7).
    """
    for supervised in range(needed.size):
        seconds = needed[supervised] * supervised_wte[supervised]
        supervisors = 0
        for role in range(at_work.size):
            supervisors += at_work[role] * supervised_by[supervised, role]
        if supervisors == 0:
            nobody[supervised] += int(seconds + 0.5)
            continue
        for role in range(at_work.size):
            asked[role] += seconds * supervised_by[supervised, role] / supervisors
