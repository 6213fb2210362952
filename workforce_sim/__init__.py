"""Workforce simulator for mental-health services: what happens to waits when staff, demand or policy change.

    from workforce_sim import compare, explain, read_scenario, run

Every public name is loaded when first used, so that `import workforce_sim` costs nothing.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workforce_sim.present.explain import explain
    from workforce_sim.run import compare, read_study, run
    from workforce_sim.scenario.reader import read_scenario
    from workforce_sim.session import Session

__version__ = "0.1.0"
__all__ = ["Session", "__version__", "compare", "explain", "read_scenario", "read_study", "run"]

_HOMES = {
    "read_scenario": "workforce_sim.scenario.reader",
    "run": "workforce_sim.run",
    "read_study": "workforce_sim.run",
    "compare": "workforce_sim.run",
    "explain": "workforce_sim.present.explain",
    "Session": "workforce_sim.session",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its home the first time it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _Face(ModuleType):
    """Keeps the function `run` from being hidden by the module of that name when the module is imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
