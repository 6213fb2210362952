"""What a study finds, and how it is kept.

In: frames and notes. Out: `Found`, and a folder with csv, figures and a manifest, whole or not at all.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workforce_sim.analysis.intervals import Interval, t_interval
from workforce_sim.errors import UsageError
from workforce_sim.results import store
from workforce_sim.results.provenance import digest, plain, version
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.studies.running import Asked, How

FORMAT = 1
"""Of the manifest of a study; results of `run` and `compare` have another."""
LIBRARIES = ("workforce-sim", "numpy", "numba", "scipy", "pandas", "SALib", "optuna")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a study found."""

    kind: str
    """tornado, morris, sobol, break-even, probabilistic, contributions or seek."""
    what: Asked
    how: How
    base: Scenario
    whatif: Scenario | None
    sheets: Mapping[str, pd.DataFrame]
    """Name → tidy frame; the first is the answer."""
    notes: tuple[str, ...] = ()
    """What a reader must know, in sentences."""

    @property
    def answer(self) -> pd.DataFrame:
        """The frame that holds the answer."""
        return next(iter(self.sheets.values()))

    @property
    def subject(self) -> str:
        """What the numbers are about, in words."""
        if self.whatif is None:
            return f"{self.what} of {self.base.name}"
        return f"{self.what}: {self.whatif.name}, minus {self.base.name}"

    def save(self, folder: Path, force: bool = False, figures: Mapping[str, bytes] | None = None) -> Path:
        """Save csv, figures and manifest to a folder, whole or not at all; raises `UsageError` if it is taken."""
        scenarios = [self.base, *([self.whatif] if self.whatif else [])]
        manifest = {
            "format": FORMAT,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": sys.argv,
            "study": self.kind,
            "answer": next(iter(self.sheets)),
            "measure": self.what.measure,
            "year": self.what.year,
            "seed": self.how.seed,
            "replications": self.how.replications,
            "scenarios": [_told(scenario) for scenario in scenarios],
            "notes": list(self.notes),
            "versions": {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES},
        }
        return store.save(folder, {}, self.sheets, manifest, figures, force)


@dataclass(frozen=True)
class SavedFound:
    """What a study found, read again."""

    manifest: Mapping[str, Any]
    """study (its kind), measure, year, seed, replications, scenarios, notes, …"""
    answer: pd.DataFrame
    figures: Mapping[str, bytes]
    """Name → SVG, with title and caption."""
    alts: Mapping[str, str]
    """Name → what it shows, for those who cannot see it."""


def read_found(folder: Path) -> SavedFound:
    """A study that `sensitivity`, `contributions` or `seek` has saved; nothing is run.

    Raises `UsageError` if the folder holds none, or a damaged one.
    """
    _, sheets, manifest = store.read(folder, form=FORMAT)
    try:
        figures = {path.stem: path.read_bytes() for path in sorted((folder / "figures").glob("*.svg"))}
        words = json.loads((folder / "figures" / "alt.json").read_text("utf-8")) if figures else {}
        alts = {name: words[name]["alt"] for name in figures}
        return SavedFound(manifest, sheets[manifest["answer"]], figures, alts)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"the study in {folder} is damaged ({error!r}); run it again, with --force") from error


def _told(scenario: Scenario) -> dict[str, Any]:
    tree = plain(scenario.tree)
    changes = list(scenario.change_log())
    return {"name": scenario.name, "file": scenario.file, "sha256": digest(tree), "changes": changes, "tree": tree}


def told_apart(low: float, high: float) -> bool:
    """Does an interval leave out zero?"""
    return low > 0 or high < 0


def mean_of(by_replication: np.ndarray) -> tuple[float, float, float]:
    """Mean and both ends of its 95 % interval. `by_replication`: float64, (replication,)."""
    found: Interval = t_interval(by_replication)
    return float(found.mean), float(found.low), float(found.high)
