"""How sure a study is: how narrow its intervals have become, and which scenario is best with what probability.

In: a study's precision; a comparison and a measure. Out: tables for the terminal.
"""

from __future__ import annotations

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from workforce_sim.analysis.declared import declaration
from workforce_sim.run import Study


def precision_table(precision: pd.DataFrame) -> RenderableType:
    """Half the 95 % interval over the mean, by measure and year; what is not narrow enough is marked."""
    years = sorted(set(precision["year"]))
    table = Table(title="Half the 95% interval, of the mean", title_justify="left", box=None)
    table.add_column("")
    for year in years:
        table.add_column(f"year {year}", justify="right")
    for scenario, own in precision.groupby("scenario", sort=False):
        table.add_row(Text(str(scenario), style="bold"))
        for measure, rows in own.groupby("measure", sort=False):
            told = {row.year: f"{row.relative:.1%}{'' if row.reached else ' *'}" for row in rows.itertuples()}
            table.add_row(f"  {measure}", *(told.get(year, "–") for year in years))
    number = int(precision["replications"].max())
    wide = int((~precision["reached"]).sum())
    end = f"{number} replications were run."
    if wide:
        end += f" * {wide} of {len(precision)} intervals are not narrow enough yet; --at-most ends it."
    return Group(table, end)


def ranking_table(study: Study, measure: str, year: int | None) -> RenderableType:
    """Scenarios on one measure, best first, with the probability of each of being the best."""
    ranks = study.ranking(measure, year)
    told = declaration(measure)
    table = Table(title=f"{measure}: {told.meaning} ({told.better} is better)", title_justify="left", box=None)
    for heading, justify in (("scenario", "left"), (told.unit, "right"), ("behind the best", "right"),
                             ("best with probability", "right")):  # fmt: skip
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for place, row in enumerate(ranks.itertuples()):
        behind = f"{row.behind_best:.3g} ({row.low:.3g} to {row.high:.3g})" if place else ""
        table.add_row(str(row.scenario), f"{row.mean:.4g}", behind, f"{row.probability_best:.0%}")
    note = "Intervals of all differences hold together with 95%. Chance only: assumptions may be wrong besides."
    return Group(table, note)
