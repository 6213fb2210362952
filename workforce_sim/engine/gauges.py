"""Reading measures while a run goes on, for the standing rules.

In: the clinic, the workforce, and the names of the measures that the rules watch (`scenario.gauges`). Out: values as
the day begins, or None while a measure is not defined yet. Only what is watched is read.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from workforce_sim.engine.posts import Status
from workforce_sim.inputs.codes import NOT_YET, Flow, StaffKind, Stock, Use
from workforce_sim.inputs.rules import Inputs

if TYPE_CHECKING:
    from workforce_sim.engine.workforce import Workforce

WEEKS_A_YEAR = 52
WEEK = 7
LONG_WAITS = {"waiting.over_18_weeks": 126, "waiting.over_52_weeks": 364, "waiting.over_104_weeks": 728}
"""Days."""
CLOCKS = {
    "assessment": ("referral_day", "assessed_day"),
    "second_contact": ("referral_day", "second_contact_day"),
    "treatment": ("referral_day", "start_day"),
    "internal": ("assessed_day", "start_day"),
}
"""When a clock begins and stops."""
STOCKS = {
    "waiting_list": (Stock.WAITING_ASSESSMENT, Stock.WAITING_TREATMENT, Stock.UNALLOCATED),
    "waiting.assessment": (Stock.WAITING_ASSESSMENT,),
    "waiting.treatment": (Stock.WAITING_TREATMENT,),
    "unallocated": (Stock.UNALLOCATED,),
    "caseload": (Stock.IN_TREATMENT,),
    "overdue": (Stock.OVERDUE,),
}
CLOSES = (Flow.CLOSED_WITH_ADVICE, Flow.CLOSED_NOT_ATTENDED, Flow.GAVE_UP, Flow.COMPLETED, Flow.DROPPED_OUT,
          Flow.DISCHARGED_NOT_ATTENDED, Flow.NO_RESPONSE)  # fmt: skip
COUNTS = {
    "referrals": ((Flow.REFERRED,), ()),
    "returned": ((Flow.RETURNED,), ()),
    "accepted": ((Flow.REFERRED,), (Flow.DECLINED,)),
    "assessed": ((Flow.ASSESSED,), ()),
    "starts": ((Flow.STARTED,), ()),
    "closes": (CLOSES, ()),
    "completed": ((Flow.COMPLETED,), ()),
    "dropped_out": ((Flow.DROPPED_OUT,), ()),
    "gave_up": ((Flow.GAVE_UP,), ()),
    "worsened": ((Flow.WORSENED,), ()),
    "crises": ((Flow.CRISES_WAITING, Flow.CRISES_IN_TREATMENT), ()),
    "left_by_clinician": ((Flow.LEFT_BY_CLINICIAN,), ()),
    "contacts": ((Flow.CONTACTS,), ()),
}
"""Flows that are added and taken away."""
SPENT = [Use.ATTENDED, Use.MISSED, Use.ASSESSMENT, Use.ASSESSMENT_MISSED, Use.CRISIS, Use.TRIAGE]


class Tallies(NamedTuple):
    """Where the clinic stands: everything since day 0."""

    stock: np.ndarray  # int64, (Stock.N,), now
    flow: np.ndarray  # int64, (Flow.N,)
    use: np.ndarray  # int64, (role, Use.N)


class Watched(Protocol):
    """What the gauges ask of the clinic."""

    def tallies(self) -> Tallies:
        """Stocks now; flows and use of time since day 0."""

    def open_spells(self) -> np.ndarray:
        """The people who are open: an array with the days of the clocks."""


class Gauges:
    """The measures that rules watch."""

    def __init__(self, inputs: Inputs, workforce: Workforce, clinic: Watched) -> None:
        self.inputs, self.workforce, self.clinic = inputs, workforce, clinic
        self._weeks: deque[Tallies] = deque(maxlen=WEEKS_A_YEAR + 1)
        shapes = (Stock.N, Flow.N, (len(inputs.names.roles), Use.N))
        self._nothing = Tallies(*(np.zeros(shape, dtype=np.int64) for shape in shapes))

    def look(self) -> None:
        """Once a week, before anything is read."""
        self._weeks.append(self.clinic.tallies())

    def read(self, name: str) -> float | None:
        """The value of a measure."""
        if name in STOCKS:
            return float(self._now.stock[list(STOCKS[name])].sum())
        if name in COUNTS:
            return self._count(*COUNTS[name]) if len(self._weeks) > WEEKS_A_YEAR else None
        if name in LONG_WAITS:
            return float((self._waits_so_far("treatment") > LONG_WAITS[name]).sum())
        if name.startswith("wait."):
            _, clock, so_far = name.split(".")
            return _of(self._waits_so_far(clock), so_far)
        if name == "contacts.missed_share":
            return _over(self._count((Flow.CONTACTS_MISSED,)), self._count((Flow.CONTACTS_MISSED, Flow.CONTACTS)))
        if name == "contact_delay":
            return _over(self._count((Flow.DELAY_DAYS,)), self._count((Flow.CONTACTS_MISSED, Flow.CONTACTS)))
        if name == "exhaustion":
            return self._exhaustion()
        base, _, role = name.partition(".")
        return self._staff(base, None if not role else self.inputs.names.roles.index(role))

    @property
    def _now(self) -> Tallies:
        return self._weeks[-1]

    @property
    def _before(self) -> Tallies:
        """A year ago, or before day 0."""
        return self._weeks[0] if len(self._weeks) > WEEKS_A_YEAR else self._nothing

    def _count(self, added: tuple[Flow, ...], taken: tuple[Flow, ...] = ()) -> float:
        year = self._now.flow - self._before.flow
        return float(year[list(added)].sum() - year[list(taken)].sum())

    def _waits_so_far(self, clock: str) -> np.ndarray:
        """int64, (person,): days on a clock that has begun and not stopped."""
        begins, stops = CLOCKS[clock]
        people = self.clinic.open_spells()
        on_it = people[(people[begins] != NOT_YET) & (people[stops] == NOT_YET)]
        days: np.ndarray = self.workforce.today - on_it[begins].astype(np.int64)
        return days

    def _exhaustion(self) -> float | None:
        staff = self.workforce.staff
        known = (staff["occupied"] == 1) & (staff["kind"] == StaffKind.IN_POST)
        if self.workforce.rules.exhaustion is None or not known.any():
            return None
        return float(np.average(self.workforce.exhaustion[known], weights=staff["wte"][known]))

    def _staff(self, name: str, role: int | None) -> float | None:
        """A measure of the team's staff, or of a role's."""
        roles = range(len(self.inputs.names.roles)) if role is None else [role]
        workforce = self.workforce
        cells = [(team, r) for team in range(len(self.inputs.names.teams)) for r in roles]
        if name == "over_cap":
            staff = workforce.staff
            return float(((10 * staff["held"] > 11 * staff["places"]) & (staff["kind"] == StaffKind.IN_POST)).sum())
        if name == "utilisation":
            year = (self._now.use - self._before.use)[list(roles)].sum(axis=0)
            return _over(float(year[SPENT].sum()), float(year[Use.AVAILABLE]))
        funded = sum(workforce.recruitment.funded(cell) for cell in cells) / 100
        vacant = sum(workforce.recruitment.vacant(cell) for cell in cells) / 100
        if name == "funded_wte":
            return funded
        if name == "in_post_wte":
            return funded - vacant
        if name == "vacancy":
            return _over(vacant, funded)
        return self._caseload_per_wte(name, set(roles))

    def _caseload_per_wte(self, name: str, roles: set[int]) -> float | None:
        """People, or weighted places, per WTE in post in roles that hold caseloads."""
        workforce, staff = self.workforce, self.workforce.staff
        holds = [role for role in roles if workforce.rules.roles[role].places > 0]
        slots = [slot for slot, (_, role) in enumerate(workforce.cell) if role in holds
                 and workforce.status[slot] in Status.IN_POST]  # fmt: skip
        carried = staff["cases"][slots].sum() if name == "caseload_per_wte" else staff["held"][slots].sum() / 1000
        return _over(float(carried), sum(workforce.wte[slot] for slot in slots) / 100)


def _of(days: np.ndarray, so_far: str) -> float | None:
    if not days.size:
        return None
    if so_far == "waiting_mean":
        return float(days.mean())
    return float(np.percentile(days, 50 if so_far == "waiting_median" else 90))


def _over(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
