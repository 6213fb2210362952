"""What a person in post can do: seconds of clinical time on a day present, by activity, and room for a caseload.

In: the rules of an epoch, contracted time in hundredths of a WTE, days in post. Out: whole seconds, and thousandths of
a caseload place. Pure functions: no clock, no luck, no memory. `kernel/roster.py` compiles them as they stand here.
"""

from __future__ import annotations

import numpy as np

from workforce_sim.inputs.rules import StaffRules

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
    ],
    align=True,
)
"""What bears on capacity, one row per role."""


def role_table(rules: StaffRules) -> np.ndarray:
    """ROLE, (role,): the rules of an epoch as the compiled loops read them."""
    table = np.zeros(len(rules.roles), dtype=ROLE)
    for row, role in zip(table, rules.roles, strict=True):
        row["clinical_share"], row["assessment_share"] = role.clinical_share, role.assessment_share
        row["places"], row["target"] = role.places, role.target if role.places else 0
        row["shares_spare"] = role.shares_spare
        if role.supervised_by:
            row["supervision_needed"] = role.supervision_hours * 3600 / SUPERVISION_DAYS / 100
    table["day_seconds"], table["induction_days"] = rules.day_seconds, rules.induction_days
    table["induction_productivity"] = rules.induction_productivity
    table["induction_caseload"] = rules.induction_caseload
    return table


def supervisor_table(rules: StaffRules) -> np.ndarray:
    """uint8, (role supervised, role): 1 = may supervise."""
    table = np.zeros((len(rules.roles), len(rules.roles)), dtype=np.uint8)
    for supervised, role in enumerate(rules.roles):
        table[supervised, list(role.supervised_by)] = 1
    return table


def ramp(days_in_post: int, share_at_start: float, over_days: float) -> float:
    """The share that a newcomer has reached: from `share_at_start` in a straight line to 1 after `over_days`.

    Default 50% of productivity and 30% of caseload room, over 26 weeks (evidence C.2, ramp-up, grade U).
    """
    if days_in_post >= over_days:
        return 1.0
    return share_at_start + (1.0 - share_at_start) * days_in_post / over_days


def clinical_seconds(day_seconds: int, wte: int, clinical_share: float, productivity: float) -> int:
    """Clinical time on a day present, before supervision given: contracted time x clinical share x induction ramp."""
    return int(day_seconds * wte * clinical_share * productivity / 100)


def caseload_room(per_wte: int, wte: int, ramp_reached: float) -> int:
    """Thousandths of a caseload place: `per_wte` (thousandths per WTE) x WTE x induction ramp."""
    return int(per_wte * wte * ramp_reached / 100)


def share_supervision(
    needed: np.ndarray, supervised_by: np.ndarray, in_post: np.ndarray, asked: np.ndarray, nobody: np.ndarray
) -> None:
    """Spread the supervision that a team needs over those who may give it, in proportion to their contracted time.

    needed: float64, (role,), ROLE's `supervision_needed`. in_post: int64, (role,), hundredths of a WTE.
    Out: asked, float64, (role,), seconds on a working day of each hundredth of a WTE, as supervisors; nobody, int64,
    (role,), seconds on a working day that the role needs while nobody is in post to give them: these are not given
    (evidence E, loop R7).
    """
    asked[:] = 0.0
    nobody[:] = 0
    for supervised in range(needed.size):
        seconds = needed[supervised] * in_post[supervised]
        supervisors = 0
        for role in range(needed.size):
            supervisors += in_post[role] * supervised_by[supervised, role]
        if supervisors == 0:
            nobody[supervised] = int(seconds + 0.5)
            continue
        for role in range(needed.size):
            asked[role] += seconds * supervised_by[supervised, role] / supervisors
