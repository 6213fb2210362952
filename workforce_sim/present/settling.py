"""How long a service takes to settle, as a table.

In: `studies.warm_up.Settling` records. Out: a rich table and a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from workforce_sim.analysis.series import COURSES
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.studies.warm_up import Settling, warm_up_months
from workforce_sim.units import MONTH_DAYS


def settling_table(scenario: Scenario, found: Sequence[Settling], years: int) -> RenderableType:
    """Months to leave out, by course; and what warm-up that makes."""
    table = Table(title="From empty until settled", box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for heading in ("", "months to leave out", "level then"):
        table.add_column(heading, justify="left" if not heading else "right")
    for each in found:
        course = COURSES[each.course]
        months = "not settled" if each.months is None else str(each.months)
        table.add_row(f"{course.title}, {course.unit}", months, f"{each.level:,.1f}")
    return Group(table, Text(_advice(scenario, warm_up_months(found), years)))


def _advice(scenario: Scenario, months: int | None, years: int) -> str:
    how = "MSER-5 (White 1997) on month ends, averaged over replications; no growth, no dated changes."
    if months is None:
        return (
            f"Not settled within {years / 2:g} years: the plan may have no steady state, as when more people come than "
            f"can be seen. Begin with the people of `today` instead, or try --years {2 * years}. {how}"
        )
    advice = f"opening_state: warm_up with warm_up: {max(months, 1)} months is long enough."
    if scenario.warm_up is not None:
        own = scenario.warm_up / MONTH_DAYS
        advice = (
            f"The scenario's own warm-up, {own:.0f} months, is {'long enough' if own >= months else 'too short'}. "
            + (advice if own < months else "")
        )
    return f"{advice.strip()} {how}"
