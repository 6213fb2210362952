"""Two parts of a scenario that do not fit each other.

In: nothing. Out: the record that all checks give.
"""

from __future__ import annotations

from typing import NamedTuple

from workforce_sim.scenario.document import Steps


class Misfit(NamedTuple):
    """Two parts of a scenario that do not fit each other; `steps` is where to mend it."""

    steps: Steps
    found: str
    expected: str
