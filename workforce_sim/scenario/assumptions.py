"""The register of assumptions: every number of a scenario with what is known about it.

In: a `Scenario`. Out: `Known` records in the order of the schema, plain values only, so that they can be kept with
results. A number without evidence, or of grade U, is an assumption.
"""

from __future__ import annotations

from typing import NamedTuple

from workforce_sim.scenario.numbers import numbers
from workforce_sim.scenario.scenario import Scenario

UNSUPPORTED = "U"
"""Grade of a number that nothing supports."""


class Known(NamedTuple):
    """One number, and what is known about it."""

    path: str
    value: str
    """With its unit, as people write it."""
    grade: str
    """A, B, C, D or U (`scenario.evidence.GRADES`); empty if none is given."""
    range: str
    """`low to high`, with units; empty if none is given."""
    source: str
    """Where it comes from; empty if not given."""

    @property
    def assumed(self) -> bool:
        """Has it no evidence?"""
        return self.grade in ("", UNSUPPORTED)


def register(scenario: Scenario) -> list[Known]:
    """Every number that the scenario has on its first day."""
    found = []
    for number in numbers(scenario):
        if number.value is None:
            continue
        write, evidence = number.quantity.write, scenario.evidence.get(number.path)
        ends = (
            "" if evidence is None or evidence.range is None else " to ".join(str(write(end)) for end in evidence.range)
        )
        grade, source = ("", "") if evidence is None else (evidence.grade or "", evidence.source)
        found.append(Known(number.path, str(write(number.value)), grade, ends, source))
    return found
