"""What was read from local files, and what a calibration found, as tables and sentences in the terminal.

In: `Observed`, a `StaffList` or a `Calibration`. Out: rich text, fit to be read aloud.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from workforce_sim.studies.calibrate import PRIOR_SD, Calibration
from workforce_sim.studies.observed import Observed, observable
from workforce_sim.studies.staff_list import StaffList

UNKNOWN = "–"
POOR = 0.01
"""Below this chance the data are said to be beyond what luck explains."""
FAR_OFF = 2.5
"""Standard deviations of luck from which on a measure is named as not reproduced."""


def observations(seen: Observed) -> RenderableType:
    """What was read: one line per measure, and what a reader must know."""
    table = _table(f"Read from {', '.join(seen.files)}")
    for heading in ("unit", "from", "to"):
        table.add_column(heading, no_wrap=True)
    for heading in ("known", "empty", "*", "mean", "range"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in seen.overview().to_dict("records"):
        days = (str(row[name].date()) if row[name] == row[name] else UNKNOWN for name in ("first_day", "last_day"))
        counts = (str(row[name]) for name in ("known", "empty", "suppressed"))
        span = f"{number(row['smallest'])} to {number(row['largest'])}"
        table.add_row(row["measure"], row["unit"], *days, *counts, number(row["mean"]), span)
    return Group(table, *_notes([*seen.notes, *_unknown(seen)]))


def _unknown(seen: Observed) -> Iterator[str]:
    states = seen.rows["state"].value_counts()
    for state, words in (("suppressed", "suppressed (*)"), ("empty", "empty")):
        if count := int(states.get(state, 0)):
            yield f"{count} cell{'s' * (count > 1)} {'are' if count > 1 else 'is'} {words}: unknown, not zero"


def staff(found: StaffList) -> RenderableType:
    """Leavers by role, early and later leaving, and how long people stay."""
    roles = _table(f"Leaving as in {found.file}, {found.since} to {found.until}", "role")
    for heading in ("people", "WTE", "leavers", "person-years", "leave in a year", "95 % interval"):
        roles.add_column(heading, justify="right", no_wrap=True)
    for row in found.roles.to_dict("records"):
        counts = (f"{row['people']}", f"{row['wte']:.1f}", f"{row['leavers']}", f"{row['person_years']:.1f}")
        roles.add_row(row["role"], *counts, percent(row["rate"]), f"{percent(row['low'])} to {percent(row['high'])}")
    when = _table("Time in post", "in post")
    for heading in ("leavers", "expected if time did not matter", "multiplier", "95 % interval"):
        when.add_column(heading, justify="right", no_wrap=True)
    spans = {"early": f"up to {found.early_years:g} years", "later": "longer"}
    for row in found.leaving.to_dict("records"):
        known = math.isfinite(row["low"])
        interval = f"x{row['low']:.2f} to x{row['high']:.2f}" if known else "nobody was followed"
        told = f"x{row['multiplier']:.2f}" if known else UNKNOWN
        when.add_row(spans[row["when"]], f"{row['leavers']}", f"{row['expected']:.1f}", told, interval)
    stay = _table("Still in post (Kaplan-Meier)", "years after starting")
    for heading in ("share", "95 % interval", "people followed there"):
        stay.add_column(heading, justify="right", no_wrap=True)
    for row in found.staying.to_dict("records"):
        interval = f"{percent(row['low'])} to {percent(row['high'])}"
        stay.add_row(f"{row['years']:g}", percent(row["staying"]), interval, f"{row['at_risk']:.0f}")
    return Group(roles, when, stay, *_notes(found.notes))


def calibration(found: Calibration) -> RenderableType:
    """The unknowns with their intervals, observed beside modelled, and how far to trust it."""
    fitted = _table(f"{found.base.name}: fitted to {found.seen.weeks:.0f} weeks of data", "unknown")
    for heading in ("times the base", "95 % interval"):
        fitted.add_column(heading, justify="right", no_wrap=True)
    fitted.add_column("by the data", no_wrap=False)
    for row in found.factors.to_dict("records"):
        told = f"narrowed by {100 * row['narrowed']:.0f}%" if row["identifiable"] else "not identifiable"
        if row["hardly_apart_from"]:
            told += f"; hardly apart from {row['hardly_apart_from']}"
        factor, low, high = (f"x{row[name]:.2f}" for name in ("factor", "low", "high"))
        name = Text.assemble(row["unknown"], "\n", (f"  {row['meaning']}", "dim"))
        fitted.add_row(name, factor, f"{low} to {high}", Text(told, style="" if row["identifiable"] else "yellow"))
    return Group(fitted, _compared(found), *_notes(list(_judged(found))))


def _compared(found: Calibration) -> Table:
    table = _table("Observed beside modelled (flows per week or period of the data; stocks and waits as means)")
    table.add_column("unit", no_wrap=True)
    for heading in ("observed", "modelled", "19 in 20 such services", "off by"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in found.measures.to_dict("records"):
        off = f"{row['distance']:+.1f} sd" if math.isfinite(row["distance"]) else UNKNOWN
        span = f"{number(row['low'])} to {number(row['high'])}"
        table.add_row(row["measure"], row["unit"], number(row["observed"]), number(row["modelled"]), span, off)
    return table


def _judged(found: Calibration) -> Iterator[str]:
    """How well it fits, what the data cannot tell, and what was assumed."""
    far = found.measures[found.measures["distance"].abs() > FAR_OFF]["measure"].tolist()
    if found.chance < POOR:
        yield (
            f"The model does not reproduce these data (chance {found.chance:.2g}): something else differs than was "
            "fitted. Intervals are widened for it; do not plan with this before the reason is found."
        )
    else:
        yield f"The data lie within what luck explains (chance of data as far off or further: {found.chance:.2f})."
    if far:
        yield f"Far off: {', '.join(far)}."
    dim = found.factors[~found.factors["identifiable"]]["unknown"].tolist()
    if dim:
        yield f"These data say little about {', '.join(dim)}: kept near the base's value, and still an assumption."
    if found.taken:
        yield "Staff in post on the first day was taken from the data as it is."
    names = [name for name in found.measures["measure"] if observable(name).kind == "stock"]
    if not names:
        yield "No list or caseload was observed: unknowns are judged by flows alone."
    spread = math.exp(1.96 * PRIOR_SD)
    yield (
        f"Assumed: factors between 1/{spread:.0f} and {spread:.0f} before the data are seen; all numbers that were not "
        f"fitted are right; weeks differ by luck as in the model. {found.options.replications} replications, seed "
        f"{found.options.seed}."
    )


def number(value: float) -> str:
    """A number as a table shows it."""
    if not math.isfinite(value):
        return UNKNOWN
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"


def percent(share: float) -> str:
    """A share in percent."""
    return UNKNOWN if not math.isfinite(share) else f"{100 * share:.0f}%" if share >= 0.095 else f"{100 * share:.1f}%"


def _table(title: str, first: str = "measure") -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
    table.add_column(first, no_wrap=True)
    return table


def _notes(notes: Sequence[str]) -> list[Text]:
    return [Text(f"{note[0].upper()}{note[1:]}{'' if note.endswith('.') else '.'}", style="dim") for note in notes]
