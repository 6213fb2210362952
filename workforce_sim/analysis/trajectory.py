"""The trajectory of a scenario beside the measures there are: checked before a run, and in force at a date.

In: a `Scenario`, or the block as results keep it. Out: findings; or levels in the unit of each measure. Light, so that
names can be checked before anything is run. A level holds from its date until the next date of the same measure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from workforce_sim.analysis.declared import Measure, declaration, measure_names
from workforce_sim.errors import Finding, Findings, nearest, quoted, shown
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.trajectory import KINDS, read_level


def check_trajectory(scenario: Scenario) -> None:
    """Raises `ScenarioError` for measures that there are not, and levels that are not in their unit."""
    findings = Findings()
    findings.extend(_misfits(scenario))
    findings.raise_if_any()


def measures_of(*scenarios: Scenario) -> Iterator[str]:
    """Every measure that is told of one of the scenarios, some of them more than once."""
    for scenario in scenarios:
        yield from measure_names(
            role=scenario.workforce.roles,
            severity=scenario.severities,
            group=scenario.groups,
            stream={package.stream or name for name, package in scenario.packages.items()},
        )


def levels(block: Mapping[str, Mapping[Any, Any]]) -> dict[str, dict[date, float]]:
    """Measure → date → level in the measure's unit, dates in order; `block` has been checked."""
    return {
        measure: dict(sorted((_date(day), read_level(value).value) for day, value in dated.items()))
        for measure, dated in block.items()
    }


def level_at(dated: Mapping[date, float], day: date) -> float | None:
    """The level in force on a day: that of the latest date up to then, or None before the first."""
    past = [value for since, value in dated.items() if since <= day]
    return past[-1] if past else None


def _date(day: date | str) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)


def _misfits(scenario: Scenario) -> Iterator[Finding]:
    place = scenario.layers.document.place
    known = {name: declaration(name) for name in measures_of(scenario)}
    for name, dated in scenario.trajectory.items():
        steps = ("trajectory", name)
        if name not in known:
            found, expected = f"the unknown measure {quoted(name)}", "a measure, such as waiting_list or vacancy.nurse"
            yield place(steps, of_key=True).finding(steps, found, expected, nearest(name, known))
        elif known[name].better == "neither":
            found = f"{quoted(name)}, of which neither more nor less is better"
            yield place(steps, of_key=True).finding(steps, found, "a measure that can be better or worse")
        else:
            for day, level in dated.items():
                if read_level(level).kind != _kind(known[name]):
                    below = (*steps, str(day))
                    yield place(below).finding(
                        below, shown(level), f"a level in {known[name].unit}, {_form(known[name])}"
                    )


def _kind(measure: Measure) -> str:
    """What a level for a measure must be a number of."""
    return measure.unit if measure.unit in KINDS else "number"


def _form(measure: Measure) -> str:
    """How to write it."""
    kind = _kind(measure)
    return "such as " + ("400" if kind == "number" else KINDS[kind].examples[0])
