"""The uncertain numbers of a scenario: each with its value, its range, and the law by which it is drawn.

In: a base, perhaps a what-if, and patterns. Out: `Parameter` records: every number of the base with a range in its
evidence, every dated change of the what-if with a range, and the effect of every lever that it uses. A range is taken
as the least and the greatest that the number may be, and its value as the most likely.

Laws, all on [low, high]: `pert` is a beta law with mean (low + 4 value + high) / 6 (Malcolm and others, *Operations
Research* 7, 1959, 646-669); `triangular` has its peak at the value; `uniform` forgets the value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal

import numpy as np
from scipy import stats

from workforce_sim.errors import ScenarioError, UsageError, either, nearest, quoted
from workforce_sim.scenario.change_entries import VALUE_KEYS
from workforce_sim.scenario.numbers import numbers, text_at
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.variants import Knob, knob_at, variant

Law = Literal["pert", "triangular", "uniform"]
LAWS: tuple[Law, ...] = ("pert", "triangular", "uniform")
HALVINGS = 10
"""An end of a range at which the scenario makes no sense is drawn in to a thousandth of the way to the value."""


@dataclass(frozen=True)
class Parameter:
    """One uncertain number."""

    path: str
    value: float
    """As the scenario has it, in the package's unit, or in the words of a lever's amount."""
    low: float
    high: float
    grade: str
    """A, B, C, D, U, or nothing if not given."""
    source: str
    knob: Knob
    of_base: bool
    """Does it belong to the base, and so to both scenarios? Else to the what-if only."""
    note: str = ""
    """What a reader must know, such as that its range was cut."""

    def told(self, value: float) -> str:
        """A value in planner's words, to four digits."""
        return str(self.knob.write(float(f"{value:.4g}")))

    def at(self, share: np.ndarray, law: Law) -> np.ndarray:
        """Values at shares of probability, float64 in [0, 1], of any shape: the quantile function of the law."""
        span = self.high - self.low
        peak = (self.value - self.low) / span
        if law == "uniform":
            found = share
        elif law == "triangular":
            found = stats.triang.ppf(share, peak)
        else:
            found = stats.beta.ppf(share, 1 + 4 * peak, 1 + 4 * (1 - peak))
        return np.asarray(self.low + span * found)


def parameters(base: Scenario, whatif: Scenario | None = None, patterns: Sequence[str] = ()) -> tuple[Parameter, ...]:
    """The uncertain numbers, those of the base first; `patterns`, with `*` for anything, choose among them.

    Raises `UsageError` for a pattern that fits none, or if there are none. A range that reaches to where the scenario
    makes no sense is cut, and says so in its note.
    """
    found = [*_of_plan(base), *_of_changes(base, of_base=True), *_of_levers(base, of_base=True)]
    if whatif is not None:
        known = {parameter.path for parameter in found}
        own = [*_of_plan(whatif), *_of_changes(whatif, of_base=False), *_of_levers(whatif, of_base=False)]
        found += [replace(each, of_base=False) for each in own if each.path not in known]
    chosen = _chosen(found, patterns)
    if not chosen:
        raise UsageError(
            "no number has a range: write it with its evidence, such as "
            "{value: 18% per year, range: [12% per year, 20% per year], grade: D, source: …}"
        )
    return tuple(_fitted(each, base if each.of_base else whatif or base) for each in chosen)


def _chosen(found: Sequence[Parameter], patterns: Sequence[str]) -> list[Parameter]:
    for pattern in patterns:
        if not any(_fits(pattern, each.path) for each in found):
            close = nearest(pattern, (each.path for each in found))
            hint = f" Did you mean {either(map(quoted, close))}?" if close else ""
            raise UsageError(f"no number with a range is called {quoted(pattern)}; ranges stand in the evidence.{hint}")
    return [each for each in found if not patterns or any(_fits(pattern, each.path) for pattern in patterns)]


def _fits(pattern: str, path: str) -> bool:
    return pattern == path or fnmatchcase(path, pattern.replace("[", "[[]"))


def _of_plan(scenario: Scenario) -> Iterator[Parameter]:
    """Numbers of the plan; those by severity are one if the scenario writes one value for all."""
    seen = set()
    for number in numbers(scenario):
        evidence = scenario.evidence.get(number.path)
        if evidence is None or evidence.range is None or number.value is None:
            continue
        once = number.severity and not isinstance(text_at(scenario.tree, number.whole_steps), dict)
        path = ".".join(map(str, number.whole_steps)) if once else number.path
        if path in seen or any(number.steps[: len(s)] == s for use in scenario.levers for s in use.added):
            continue
        seen.add(path)
        low, high = evidence.range
        if low < high:
            knob = knob_at(scenario, path)
            yield Parameter(path, number.value, low, high, evidence.grade or "", evidence.source, knob, of_base=True)


def _of_changes(scenario: Scenario, *, of_base: bool) -> Iterator[Parameter]:
    for place, change in enumerate(scenario.changes[: len(scenario.layers.changes)]):
        evidence = change.evidence
        if evidence is not None and evidence.range is not None and evidence.range[0] < evidence.range[1]:
            path = f"changes[{place}].{VALUE_KEYS[change.kind]}"
            note = f"{change.path} from {change.from_date}"
            knob = knob_at(scenario, path)
            grade, source = evidence.grade or "", evidence.source
            yield Parameter(path, change.value, *evidence.range, grade, source, knob, of_base, note)


def _of_levers(scenario: Scenario, *, of_base: bool) -> Iterator[Parameter]:
    for use in scenario.levers:
        effect = use.lever.effect
        if effect is not None and effect.low.number != effect.high.number:
            path = f"levers.{use.name}.effect"
            low, high = sorted((float(effect.low.number), float(effect.high.number)))
            value = float(effect.span.at(use.position).number)
            grade, source = use.lever.grade, use.lever.source
            knob = knob_at(scenario, path)
            yield Parameter(path, value, low, high, grade, source, knob, of_base, effect.meaning)


def _fitted(parameter: Parameter, scenario: Scenario) -> Parameter:
    """The parameter with its range cut to where the scenario makes sense, the other numbers being what they are."""
    low, high = (_sound_end(parameter, scenario, end) for end in (parameter.low, parameter.high))
    if (low, high) == (parameter.low, parameter.high):
        return parameter
    span = (
        f"range cut from {parameter.told(parameter.low)} to {parameter.told(parameter.high)}, beyond which it cannot be"
    )
    return replace(parameter, low=low, high=high, note="; ".join(filter(None, (parameter.note, span))))


def _sound_end(parameter: Parameter, scenario: Scenario, end: float) -> float:
    """The end of a range, or how near to it the scenario still makes sense."""
    if _is_sound(parameter, scenario, end):
        return end
    sound, faulty = parameter.value, end
    for _ in range(HALVINGS):
        middle = (sound + faulty) / 2
        sound, faulty = (middle, faulty) if _is_sound(parameter, scenario, middle) else (sound, middle)
    return sound


def _is_sound(parameter: Parameter, scenario: Scenario, value: float) -> bool:
    try:
        variant(scenario, {parameter.path: value})
    except (ScenarioError, UsageError):
        return False
    return True


def both_with(
    base: Scenario, whatif: Scenario | None, chosen: Mapping[Parameter, float], name: str
) -> tuple[Scenario, ...]:
    """The base, and the what-if if there is one, with other values of some parameters.

    A number of the base takes its value in the what-if too, unless the what-if itself gives it another first value;
    what belongs to the what-if alone leaves the base as it is. Raises `ScenarioError` for values that do not fit
    together.
    """
    of_base = {each.path: value for each, value in chosen.items() if each.of_base}
    found = [variant(base, of_base, f"{name} {base.name}") if of_base else base]
    if whatif is not None:
        shared = {
            each.path: value for each, value in chosen.items()
            if not each.of_base or knob_at(whatif, each.path).value == each.value
        }  # fmt: skip
        found.append(variant(whatif, shared, f"{name} {whatif.name}") if shared else whatif)
    return tuple(found)
