"""What the pages on outside results share: rows beside what was published, replications, and a page written from them.

In: published figures, and values by replication. Out: `Row`s with verdicts, and a page in markdown with its figure.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

from workforce_sim.analysis.intervals import t_interval
from workforce_sim.engine.simulate import RawRun, simulate
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.present.figures.look import dressed, files_of, sheet
from workforce_sim.scenario.reader import read_scenario_text

__all__ = ["HERE", "ROOT", "Result", "Row", "on_each_day", "runs", "sheet"]

SEED = 1


@dataclass(frozen=True)
class Row:
    """One figure beside ours.

    `low` to `high` is what the published figure stands for: a range, or the figure with half a unit of its last digit
    on either side. It agrees if our interval touches it.
    """

    what: str
    published: str
    low: float
    high: float
    ours: np.ndarray
    """By replication."""
    because: str = ""
    """Where it cannot agree: the choice in the model that makes it differ."""
    unsettled: str = ""
    """Where it does not agree and nothing shows why: what is known."""
    write: str = "{:.3g}"

    @property
    def interval(self) -> tuple[float, float, float]:
        """Mean, and 95 % interval of the mean."""
        found = t_interval(np.asarray(self.ours, dtype=float))
        return float(found.mean), float(found.low), float(found.high)

    @property
    def agrees(self) -> bool:
        """Does our interval touch the published figure?"""
        _, low, high = self.interval
        return low <= self.high and high >= self.low

    @property
    def verdict(self) -> str:
        """agrees; explained, and by what; open, and what is known; or differs."""
        if self.agrees:
            return "agrees"
        if self.unsettled:
            return f"open: {self.unsettled}"
        return f"explained: {self.because}" if self.because else "**differs**"

    def cells(self) -> str:
        """The row of the table."""
        mean, low, high = (self.write.format(value) for value in self.interval)
        return f"| {self.what} | {self.published} | {mean} | {low} to {high} | {self.verdict} |"


@dataclass(frozen=True)
class Result:
    """An outside result: what was published, and what comes of it here."""

    name: str
    """Of the script and of the page."""
    text: str
    """The page, with `{table}` and `{figure}` where they belong."""
    rows: Sequence[Row]
    drawn: Callable[[], Figure]
    alt: str
    """What the figure shows, in words."""

    @property
    def page(self) -> str:
        """The page."""
        head = "| | published | ours, mean | 95 % interval | verdict |\n|---|---|---|---|---|"
        table = "\n".join([head, *(row.cells() for row in self.rows)])
        picture = f"![{self.alt}]({self.name}.svg)"
        made = f"Made by `python docs/validation/make.py {self.name}`; a test makes it again and compares."
        return self.text.strip().replace("{table}", table).replace("{figure}", picture) + f"\n\n{made}\n"

    def write_figure(self, folder: Path) -> None:
        """The figure as SVG; the same numbers give the same bytes."""
        (folder / f"{self.name}.svg").write_bytes(files_of(dressed(self.drawn), self.alt)["svg"])


def runs(text: str, replications: int) -> list[RawRun]:
    """Replications of a scenario, given as YAML."""
    inputs = compile_inputs(read_scenario_text(text))
    return [simulate(inputs, SEED, replication) for replication in range(replications)]


def on_each_day(run: RawRun, begin: str, days: int, where: np.ndarray | bool = True) -> np.ndarray:
    """People there as each day ends, from the day named `begin` in the log until they leave: int64, (day,)."""
    log = run.log[np.broadcast_to(where, run.log.shape) & (run.log[begin] > -days)]
    change = np.zeros(days + 1, dtype=np.int64)
    began = np.maximum(log[begin], 0)
    np.add.at(change, began[began < days], 1)
    ended = log["end_day"][(log["end_day"] >= 0) & (log["end_day"] < days)]
    np.add.at(change, ended, -1)
    return np.cumsum(change)[:days]
