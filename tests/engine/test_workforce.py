"""The staff: who is in post, who is sought, who is present."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pytest
import simpy

from workforce_sim.engine.management import Management
from workforce_sim.engine.staffing import CareerEvent, Chronicle, Staffing
from workforce_sim.engine.state import STAFF
from workforce_sim.engine.workforce import Workforce, calendar_beyond, leaving_multipliers, tenure_law, value
from workforce_sim.inputs.codes import Names
from workforce_sim.inputs.rules import Epoch, Exhaustion, Inputs, Post, RoleRules, StaffRules

# --- a made-up service ------------------------------------------------------------------------------------------------

START = date(2026, 4, 1)
ROLES = ("mhwp", "nurse", "peer_support_worker", "psychologist")
MHWP, NURSE, PEER, PSYCHOLOGIST = range(4)
LOOP = Exhaustion(usual=0.3, rise=0.01, recovery=0.02, smoothing_days=84, gain_on_leaving=1.5, gain_on_sickness=0.6)


def a_role(**changes: Any) -> RoleRules:
    """A role like a nurse's, seven WTE funded, supervised by nobody, and nobody judges the team by its vacancies."""
    usual = RoleRules(
        funded=700, leaving_rate=0.16, clinical_share=0.6, assessment_share=0.21, shares_spare=True, places=32_000,
        target=28_000, approval_days=28.0, round_days=140.0, fill=0.47, reputation=0.0, usual_vacancy=0.1,
        supervised_by=(), supervision_hours=0.0,
    )  # fmt: skip
    return replace(usual, **changes)


def staff_rules(roles: tuple[RoleRules, ...], **changes: Any) -> StaffRules:
    """The rules of the shipped adult team, with the loop of exhaustion off."""
    usual = StaffRules(
        day_seconds=27_000, leave_days=28.0, study_days=7.0, sickness_share=0.055, sickness_spell=6.0,
        induction_productivity=0.5, induction_caseload=0.3, induction_days=182.0, early_multiplier=1.4,
        early_days=730.5, later_multiplier=0.85, notice_days=56, no_new_patients_days=28, exhaustion=None, roles=roles,
    )  # fmt: skip
    return replace(usual, **changes)


def posts_of(role: int, filled: int, vacant: int = 0, team: int = 0, wte: int = 100) -> tuple[Post, ...]:
    """Posts of a role, numbered from 1, the first ones filled."""
    return tuple(Post(team, role, n, wte, filled=n <= filled) for n in range(1, filled + vacant + 1))


def england(first: date, days: int) -> np.ndarray:
    """bool, (day,): Monday to Friday; bank holidays do not matter here."""
    return np.array([(first + timedelta(days=d)).weekday() < 5 for d in range(days)])


def months(first: date, days: int) -> tuple[np.ndarray, tuple[date, ...]]:
    """(period of each day, first date of each period)."""
    dates = [first + timedelta(days=d) for d in range(days)]
    starts = tuple(day for day in dates if day == first or day.day == 1)
    return np.cumsum([day in set(starts[1:]) for day in dates]).astype(np.int32), starts


def made_up(posts: tuple[Post, ...], *stages: tuple[int, StaffRules], years: float = 5, start: date = START) -> Inputs:
    """Inputs of a service with these posts; `stages` are (first day, rules)."""
    days = round(years * 365.25)
    period_of_day, period_starts = months(start, days)
    teams = tuple("team" if t == 0 else f"team {t + 1}" for t in range(1 + max(post.team for post in posts)))
    names = Names(teams, ROLES[: len(stages[0][1].roles)], (), (), (), (), (), (), ())
    nothing: Any = None
    epochs = tuple(Epoch(day, nothing, rules) for day, rules in stages)
    return Inputs("made up", names, start, days, 0, england(start, days), period_of_day, period_starts, epochs,
                  tuple(sorted(posts, key=lambda p: (p.team, p.role, p.number))), nothing, nothing)  # fmt: skip


class NullClinic:
    """A clinic where nothing is ever done."""

    def release(self, slot: int) -> None: ...
    def staff_changed(self, team: int) -> None: ...
    def set_rules(self, rules: Any) -> None: ...
