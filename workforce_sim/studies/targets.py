"""What is sought, and what may be varied to reach it, as planners write them.

In: texts such as `wait.treatment.within_standard >= 90% by 2028-04` and `workforce.roles.nurse.funded 7..12 wte step
1`. Out: `Target` and `Choice` records, or `UsageError` with an example and the nearest valid name.

Measures are told by year of the run. `by 2028-04` (or `by 2028-04-01`) is judged on the year of results in which the
day before lies; without a day, the first of the month is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np

from workforce_sim import units
from workforce_sim.errors import UsageError, quoted
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.variants import Knob, PlanKnob, knob_at
from workforce_sim.studies.running import Asked, How, asked, year_before
from workforce_sim.units import Unreadable

_TARGET = re.compile(r"(\S+?)\s*(>=|<=|≥|≤)\s*(.+?)(?:\s+by\s+(\d{4}-\d{2}(?:-\d{2})?))?")
_TARGET_FORM = "a target, such as 'wait.treatment.within_standard >= 90% by 2028-04' or 'waiting_list <= 200'"
_CHOICE = re.compile(
    r"(\S+)\s+(.+?)\s*\.\.\s*(.+?)(?:\s+step\s+(.+?))?(?:\s+from\s+(\d{4}-\d{2}-\d{2}))?",
)
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?")
_CHOICE_FORM = "what may vary, such as 'workforce.roles.nurse.funded 7..12 wte step 1'"
_KINDS = {"share": units.SHARE, "weeks": units.DURATION, "pounds": units.MONEY}
GREATEST_STEPS = 1000
FINE = 20
"""What has no steps of its own is varied by a twentieth of its range."""


@dataclass(frozen=True)
class Target:
    """A measure that must reach a level."""

    what: Asked
    at_least: bool
    level: float
    """In the measure's own unit."""
    text: str

    def met(self, values: np.ndarray) -> np.ndarray:
        """bool, of the same shape: is it reached? A value that does not exist does not reach it."""
        return np.asarray(values >= self.level if self.at_least else values <= self.level)


def read_target(text: str, scenario: Scenario, how: How) -> Target:
    """A target, its measure found among those of the scenario; raises `UsageError`."""
    match = _TARGET.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"found {quoted(text)}; expected {_TARGET_FORM}")
    measure, sign, level, day = match.groups()
    year = None if day is None else year_before(scenario, _date(day))
    what = asked(scenario, measure, year, how)
    return Target(what, sign in (">=", "≥"), _level(level, what), text)


def _date(text: str) -> date:
    try:
        return units.calendar_date(text if len(text) == 10 else f"{text}-01")
    except Unreadable as error:
        raise UsageError(f"found {quoted(text)}; expected {error.expected}") from None


def _level(text: str, what: Asked) -> float:
    """A level in the unit of the measure; a bare number is in that unit already."""
    try:
        return float(text)
    except ValueError:
        pass
    kind = _KINDS.get(what.unit)
    try:
        if kind is None:
            return float(text.removesuffix(what.unit).strip())
        return kind.read(text) / (units.WEEK_DAYS if what.unit == "weeks" else 1)
    except (Unreadable, ValueError):
        raise UsageError(f"found {quoted(text)}; expected a level of {what.measure} in {what.unit}") from None


@dataclass(frozen=True)
class Choice:
    """Something that may be varied: its settings from low to high."""

    knob: Knob
    low: float
    high: float
    step: float
    """Width of a step; a twentieth of the range where none is given."""
    from_date: date | None
    """The day from which it takes its value; None for the first day."""

    @property
    def path(self) -> str:
        """Its path in the scenario."""
        return self.knob.path

    @property
    def settings(self) -> tuple[float, ...]:
        """All that it can be, from low to high."""
        count = int((self.high - self.low) / self.step + 1e-9)
        return tuple(float(f"{self.low + place * self.step:.10g}") for place in range(count + 1))

    def told(self, value: float) -> str:
        """A setting in planner's words."""
        return str(self.knob.write(float(f"{value:.6g}")))

    def beside(self, value: float) -> tuple[float, ...]:
        """The settings one step below and above."""
        near = (float(f"{value - self.step:.10g}"), float(f"{value + self.step:.10g}"))
        return tuple(each for each in near if self.low - 1e-9 <= each <= self.settings[-1] + 1e-9)


def read_choice(text: str, scenario: Scenario) -> Choice:
    """What may be varied and how far; raises `UsageError`."""
    match = _CHOICE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"found {quoted(text)}; expected {_CHOICE_FORM}")
    path, low, high, step, day = match.groups()
    knob = knob_at(scenario, path)
    if day is not None and not isinstance(knob, PlanKnob):
        raise UsageError(f"{path} has dates of its own; leave out `from {day}`")
    from_date = None if day is None else _date(day)
    low = low if not _is_bare(low) or _is_bare(high) else _NUMBER.sub(low, high, count=1)
    least, most = (knob.number(float(each) if _is_bare(each) else each) for each in (low, high))
    width = 1.0 if isinstance(knob, PlanKnob) and knob.quantity.whole else 0.0
    if step is not None:
        bare = _is_bare(high) and not _is_bare(step)
        width = knob.number(step) if bare else _width(step, high, most) if most else _width(step, low, least)
    if not least < most:
        raise UsageError(f"found {quoted(text)}; expected a range that goes up, such as 7..12 wte")
    choice = Choice(knob, least, most, width or (most - least) / FINE, from_date)
    if not 2 <= len(choice.settings) <= GREATEST_STEPS:
        raise UsageError(
            f"found {quoted(text)}, which has {len(choice.settings)} settings; expected 2 to {GREATEST_STEPS}"
        )
    return choice


def _is_bare(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _width(step: str, text: str, value: float) -> float:
    """The width of a step in the unit of a value, given that value's text: quantities are read in proportion."""
    found = _NUMBER.search(step)
    words, known = _NUMBER.sub("", step, count=1).strip(), _NUMBER.sub("", text, count=1).strip()
    if found is None or (words and words.removesuffix("s") != known.removesuffix("s")):
        raise UsageError(f"found the step {quoted(step)}; expected a number of {known or 'the same unit'}")
    width = value * _number_in(found[0]) / _number_in(text)
    if not width > 0:
        raise UsageError(f"found the step {quoted(step)}; expected one above 0")
    return width


def _number_in(text: str) -> float:
    found = _NUMBER.search(text)
    return float(found[0].replace(",", "")) if found else 1.0
