"""The unknowns that a calibration fits: each is one factor on one or more numbers of a base.

In: a base, and the measures observed, or paths. Out: `Unknown`s; and the base with other values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workforce_sim.errors import UsageError, either, nearest, quoted
from workforce_sim.scenario.numbers import Number, matches, numbers
from workforce_sim.scenario.reader import resolved
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.variants import variant
from workforce_sim.studies.observed import Observed


@dataclass(frozen=True)
class Usual:
    """An unknown that is fitted unless others are asked for."""

    name: str
    words: str
    paths: tuple[str, ...]
    needs: tuple[frozenset[str], ...]
    """It is fitted if, of each of these sets, at least one measure is observed."""
    but: tuple[str, ...] = ()
    """Paths left out."""


def _any(*names: str) -> frozenset[str]:
    return frozenset(names)


_ARRIVE = _any("referrals", "accepted")
_TREAT = _any("starts", "waiting_treatment", "list", "open_spells")

USUAL: Sequence[Usual] = (
    Usual("referrals", "referrals of all sources", ("demand.sources.*.referrals",), (_ARRIVE,)),
    Usual("declined", "share declined at triage", ("demand.declined.share",), (_any("referrals"), _any("accepted"))),
    Usual(
        "to_treatment", "share who go on to treatment",
        ("assessment.to_treatment", "teams.*.assessment.to_treatment"), (_TREAT, _any("first_contacts", "accepted")),
    ),
    Usual(
        "assessment_time", "job plans' share for assessments", ("workforce.roles.*.job_plan.assessment",),
        (_any("first_contacts", "waiting_assessment", "waited_median_first", "mean_wait_first_contact"),),
    ),
    Usual(
        "contacts", "contacts of every package", ("packages.*.lead.contacts",),
        (_any("caseload", "open_spells", "closes", "contacts"), _any("starts", "closes", "contacts")),
    ),
    Usual("leavers", "leavers of all roles", ("workforce.roles.*.leavers",), (_any("leavers"),)),
    Usual(
        "opening_assessment", "people waiting for assessment on the first day",
        ("today.waiting.assessment", "teams.*.today.waiting.assessment"), (_any("waiting_assessment"),),
    ),
    Usual(
        "opening_treatment", "people waiting for treatment on the first day",
        ("today.waiting.*", "teams.*.today.waiting.*"), (_any("waiting_treatment"),),
        ("today.waiting.assessment", "teams.*.today.waiting.assessment"),
    ),
    Usual(
        "opening_list", "people waiting on the first day", ("today.waiting", "teams.*.today.waiting"), (_any("list"),),
    ),
    Usual(
        "opening_caseload", "people on caseloads on the first day", ("today.caseload", "teams.*.today.caseload"),
        (_any("caseload"),),
    ),
)  # fmt: skip
"""The unknowns fitted unless others are asked for, as far as the data can tell anything of them."""

OPENING = {
    "opening_assessment": "waiting_assessment",
    "opening_treatment": "waiting_treatment",
    "opening_list": "list",
    "opening_caseload": "caseload",
}
"""Unknown → the stock whose first observation tells where to begin."""


@dataclass(frozen=True)
class Unknown:
    """One factor on one or more numbers."""

    name: str
    words: str
    numbers: tuple[Number, ...]
    low: float
    """The least the factor may be, so that every number stays within its range."""
    high: float

    def values(self, factor: float) -> dict[Number, float]:
        """The numbers times the factor, within their ranges."""
        return {n: within(n, (n.value or 0.0) * factor) for n in self.numbers}


def within(number: Number, value: float) -> float:
    """A value within a number's range, whole if it must be."""
    value = min(max(value, number.quantity.low), number.quantity.high)
    return float(round(value)) if number.quantity.whole else value


LEAST_LEAVERS = 10.0
"""Leavers (WTE) from which on leaving is fitted unless asked for: the intervals are not good for fewer (assumed)."""

GREATEST_FACTOR = 8.0
"""No factor goes beyond 1/8 and 8: beyond, the base is of another service."""


def usual_unknowns(base: Scenario, seen: Observed) -> tuple[Unknown, ...]:
    """The usual unknowns that the data can tell something of. Raises `UsageError` if there is none."""
    found, measures = [], set(seen.known["measure"])
    leavers = float(seen.known.loc[seen.known["measure"] == "leavers", "value"].sum())
    for usual in USUAL:
        if not all(need & measures for need in usual.needs):
            continue
        if usual.name == "leavers" and leavers < LEAST_LEAVERS:
            continue
        if usual.name == "opening_list" and {"waiting_assessment", "waiting_treatment"} & measures:
            continue  # then its parts are fitted
        if usual.name.startswith("opening") and base.opening_state != "today":
            continue
        covered = [n for n in covered_by(base, usual.paths) if not _is_covered(n, usual.but)]
        if any(n.value for n in covered):
            found.append(_unknown(usual.name, usual.words, covered))
    if not found:
        raise UsageError(
            "these data tell nothing of the usual unknowns; say which numbers to fit, such as --fit "
            "assessment.to_treatment, or add measures such as referrals, starts, list or caseload"
        )
    return tuple(found)


def chosen_unknowns(base: Scenario, asked: Sequence[str]) -> tuple[Unknown, ...]:
    """Unknowns by the names of usual ones or by paths, in which `*` stands for any step. Raises `UsageError`."""
    usual = {each.name: each for each in USUAL}
    found: list[Unknown] = []
    for name in asked:
        own = usual.get(name)
        covered = covered_by(base, own.paths if own else (name,))
        covered = [n for n in covered if not (own and _is_covered(n, own.but))]
        if not covered:
            close = nearest(name, [*usual, *(n.path for n in numbers(base))])
            hint = f" Did you mean {either(map(quoted, close))}?" if close else ""
            expected = f"one of {', '.join(usual)}, or the path of a number"
            raise UsageError(f"--fit {quoted(name)} is nothing that can be fitted; expected {expected}.{hint}")
        if not any(n.value for n in covered):
            raise UsageError(
                f"--fit {quoted(name)}: it is 0 in {base.file}, and fitted is a factor; give it a value first"
            )
        twice = {n.path for n in covered} & {n.path for other in found for n in other.numbers}
        if twice:
            raise UsageError(f"--fit {quoted(name)}: {min(twice)} is fitted already")
        found.append(_unknown(name, own.words if own else name, covered))
    return tuple(found)


def covered_by(base: Scenario, paths: Sequence[str]) -> list[Number]:
    """The numbers that stand at one of the paths, or beneath it."""
    return [n for n in numbers(base) if _is_covered(n, paths)]


def _is_covered(number: Number, paths: Sequence[str]) -> bool:
    return any(matches(steps, number.steps[: len(steps)]) for steps in (tuple(path.split(".")) for path in paths))


def _unknown(name: str, words: str, covered: Sequence[Number]) -> Unknown:
    own = tuple(n for n in covered if n.value)
    low = max(1 / GREATEST_FACTOR, *(n.quantity.low / (n.value or 1.0) for n in own))
    high = min(GREATEST_FACTOR, *(n.quantity.high / (n.value or 1.0) for n in own))
    return Unknown(name, words, own, min(low, 1.0), max(high, 1.0))


def log_bounds(unknowns: Sequence[Unknown]) -> tuple[list[float], list[float]]:
    """Lowest and highest logarithm of each factor."""
    slack = 1e-6  # so that a factor of 1 is within, where the base stands at the end of a range
    return [math.log(u.low) - slack for u in unknowns], [math.log(u.high) + slack for u in unknowns]


def completed(base: Scenario, values: Mapping[Number, float]) -> dict[Number, float]:
    """The values, and what must change with them: time for assessments is taken from time for treatment."""
    by_path = {n.path: n for n in numbers(base)}
    more = {
        by_path[n.path.removesuffix("assessment") + "treatment"]: 1.0 - value
        for n, value in values.items()
        if n.path.endswith(".job_plan.assessment")
    }
    return dict(values) | more


def with_values(
    base: Scenario, values: Mapping[Number, float], name: str, first_day: date | None = None, days: int | None = None
) -> Scenario:
    """A base with other values of some numbers, its changes, levers and rules kept; raises `ScenarioError`.

    `first_day` and `days`: when it begins and how long it lasts, if not as the base.
    """
    made = variant(base, {number.path: value for number, value in completed(base, values).items()}, name)
    if first_day is None or days is None:
        return made
    layers = made.layers.copied()
    layers.document.tree |= {"start": str(first_day), "horizon": f"{days} days"}
    return resolved(layers)
