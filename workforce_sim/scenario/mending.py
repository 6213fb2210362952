"""A faulty tree mended for the eye only, so that the faults beyond the first kind can be told at once.

In: a tree that was refused, and why. Out: a copy in which every refused value is replaced by a likely one, and the
paths so mended; what depends on those is not judged. A mended tree is never simulated.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from workforce_sim.scenario.document import Steps
from workforce_sim.scenario.grammar import kinds_at, marker_of, steps_in, value_at
from workforce_sim.scenario.quantities import BySeverity, Quantity, Spread

_STAND_INS: dict[Steps, str] = {("name",): "without a name", ("start",): "2026-04-01"}
"""Stand-ins for required fields that are not numbers."""


class Beyond(Exception):
    """A fault that cannot be mended."""


def mended(tree: dict[str, Any], error: ValidationError, roles: Sequence[str]) -> tuple[dict[str, Any], list[Steps]]:
    """The mended copy and the paths that were mended; raises `Beyond`."""
    repaired = copy.deepcopy(tree)
    paths: list[Steps] = []
    for detail in error.errors(include_url=False):
        kind, location = detail["type"], detail["loc"]
        if kind == "default_factory_not_called":
            continue
        steps = steps_in(tree, location)
        if kind == "missing":
            steps = (*steps, str(location[-1]))
        if steps in paths:
            continue
        if not steps or location[-1] == "[key]":
            raise Beyond
        _mend(repaired, steps, kind, roles)
        paths.append(steps)
    return repaired, paths


def overlap(path: str, mended_paths: Sequence[str]) -> bool:
    """Whether a finding's path lies above or beneath one that was mended."""
    return any((path + ".").startswith(other + ".") or (other + ".").startswith(path + ".") for other in mended_paths)


def _mend(tree: dict[str, Any], steps: Steps, kind: str, roles: Sequence[str]) -> None:
    """Replace, or leave out, what stands at a path."""
    above, last = steps[:-1], steps[-1]
    holder: Any = value_at(tree, above)
    if kind == "extra_forbidden":
        del holder[last]
    elif steps in _STAND_INS:
        holder[last] = _STAND_INS[steps]
    elif isinstance(last, int) and isinstance(holder[last], str):
        holder[last] = _another(holder, roles)
    else:
        markers = [marker for kind in kinds_at(steps) if (marker := marker_of(kind)) is not None]
        if markers:
            holder[last] = _likely(markers[0])
        elif kind != "missing":
            del holder[last]  # a default, where there is one
        else:
            raise Beyond


def _likely(marker: Quantity | BySeverity | Spread) -> Any:
    """A value that such a field accepts."""
    if isinstance(marker, BySeverity):
        if marker.mix:
            raise Beyond
        return _likely(marker.quantity)
    quantity = marker.quantity if isinstance(marker, Spread) else marker
    middle = 1.0 if quantity.low <= 1.0 <= quantity.high else quantity.low
    return quantity.write(middle)


def _another(names: list[Any], roles: Sequence[str]) -> str:
    """A role that the list does not hold yet."""
    free = [role for role in roles if role not in names]
    if not free:
        raise Beyond
    return free[0]
