"""What a shock leaves behind: how high the waiting list goes above the baseline, and for how long.

In: the tables of a study, the baseline, and the stretches in which changes act that end (manifest: `passing`). Out: for
each what-if with such a change, the greatest difference and the months in which the runs can tell the list from the
baseline's, during the shock and after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from workforce_sim.analysis.series import course_difference


class Recovery(NamedTuple):
    """The waiting list of a what-if beside the baseline's."""

    scenario: str
    begins: pd.Timestamp
    ends: pd.Timestamp
    """The shock, its last day left out."""
    peak: float
    """Greatest mean difference, people."""
    peak_at: pd.Timestamp
    months_above: int
    """Month ends from the shock's first day on at which the interval of the difference is above zero."""
    months_after: int
    """Of those: after the shock has ended."""
    at_end: str
    """What the runs can tell of the last month's list: longer, shorter or not told apart."""


def recoveries(
    tables: Mapping[str, pd.DataFrame], baseline: str, passing: Mapping[str, Sequence[Mapping[str, Any]]]
) -> list[Recovery]:
    """One for each what-if with a change that ends; `passing`: scenario → stretches, each with `from` and `until`."""
    found = []
    frame = course_difference(tables, "waiting_list", baseline)
    for scenario, spans in passing.items():
        if not spans or scenario == baseline:
            continue
        begins = min(pd.Timestamp(span["from"]) for span in spans)
        ends = max(pd.Timestamp(span["until"]) for span in spans)
        rows = frame[(frame["scenario"] == scenario) & (frame["at"] > begins)]
        above = rows["low"] > 0
        top = rows.iloc[int(rows["difference"].to_numpy().argmax())]
        found.append(
            Recovery(
                scenario, begins, ends, float(top["difference"]), top["at"], int(above.sum()),
                int((above & (rows["at"] > ends)).sum()), _told(rows["low"].iloc[-1], rows["high"].iloc[-1]),
            )
        )  # fmt: skip
    return found


def _told(low: float, high: float) -> str:
    """What an interval of a difference says."""
    return "longer" if low > 0 else "shorter" if high < 0 else "not told apart"
