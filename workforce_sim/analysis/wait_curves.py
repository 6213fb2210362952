"""How many of all who join have been seen by each week of the wait, those still waiting included.

In: the table `waits`. Out: shares over replications, by scenario and week.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workforce_sim.analysis.declared import FEW
from workforce_sim.analysis.intervals import t_interval
from workforce_sim.analysis.series import last_year
from workforce_sim.results.tables import WITHIN_WEEKS


def wait_curve(tables: Mapping[str, pd.DataFrame], clock: str = "treatment") -> pd.DataFrame:
    """The first and the last year: scenario, year, week, share, low, high (95 % interval), few.

    A share that is unknown in any replication, because nobody was followed for so long, is not told.
    """
    waits = tables["waits"]
    own = waits[(waits["clock"] == clock) & (waits["by"] == "all") & (waits["span"] == "year") & (waits["year"] > 0)]
    own = own[own["year"].isin((own["year"].min(), last_year(own)))]
    rows = []
    for (scenario, year), part in own.groupby(["scenario", "year"]):
        few = part["joined"].mean() < FEW
        rows.append((scenario, year, 0, 0.0, 0.0, 0.0, few))
        for week in WITHIN_WEEKS:
            share, low, high = map(float, t_interval(part[f"within_{week}_weeks"].to_numpy()))
            rows.append((scenario, year, week, share, low, high, few))
    return pd.DataFrame(rows, columns=["scenario", "year", "week", "share", "low", "high", "few"])
