"""Studies told in tables and sentences: what drives the answer, what did it, and which plan meets a target.

In: a `Found`. Out: rich renderables. Nothing is computed here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd
from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from workforce_sim.present.words import UNDEFINED
from workforce_sim.studies.found import Found

_CAVEAT = (
    "In this model, with its assumptions. Ranges are those of the scenario's evidence and of the levers; where a range "
    "is an assumption (grade U), so is the answer."
)
_EVERY = {"share": 100.0, "0 to 1": 100.0, "pounds": 1e-3}
_WORDS = {"share": "percentage points", "0 to 1": "percentage points", "pounds": "£1,000"}
_SPREADS = {
    "mean": "mean, with its 95 % interval",
    "inputs and chance": "95 % of single runs: inputs and chance",
    "inputs only": "95 %: what is not known about the inputs",
    "chance only": "95 %: chance in one run",
}


def told_study(found: Found) -> RenderableType:
    """The whole of what a study found, for the terminal."""
    head = Text(f"{_TITLES[found.kind]}: {found.subject}", style="bold")
    notes = [*found.notes, *([] if found.kind == "seek" else [_CAVEAT]), f"Seed {found.how.seed}."]
    body = Padding(Group(*_TELLERS[found.kind](found)), (1, 0, 0, 0))
    return Group(head, body, *(Text(note, style="dim") for note in notes))


def _table(*columns: str, left: int = 1) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place < left else "right", overflow="fold", no_wrap=place >= left)
    return table


class _Told:
    """Numbers in the unit of what was asked about."""

    def __init__(self, found: Found, frame: pd.DataFrame | None = None) -> None:
        self.unit = found.what.unit
        self._scale = _EVERY.get(self.unit, 1.0)
        numbers = frame.select_dtypes("float").abs().max().max() * self._scale if frame is not None else 0.0
        self._digits = 0 if numbers >= 100 else 1

    @property
    def words(self) -> str:
        """The unit, as it stands in a heading."""
        return _WORDS.get(self.unit, self.unit)

    @property
    def level(self) -> str:
        """The unit of a level, not of a difference."""
        return "%" if self.unit in ("share", "0 to 1") else self.words

    def number(self, value: float, *, signed: bool = False) -> str:
        """One number."""
        if math.isnan(value):
            return UNDEFINED
        text = f"{self._scale * value:{'+' if signed else ''},.{self._digits}f}"
        return text.replace("-0.0", "0.0") if float(text.replace(",", "")) == 0 else text

    def between(self, low: float, high: float) -> str:
        """An interval."""
        return UNDEFINED if math.isnan(low) else f"{self.number(low)} to {self.number(high)}"


def _graded(row: Mapping[Any, Any]) -> str:
    return f"{row['parameter']} ({row['grade']})" if row["grade"] else str(row["parameter"])


# --- one number at a time --------------------------------------------------------------------------------------------


def _tornado(found: Found) -> Iterator[RenderableType]:
    frame, now = found.sheets["tornado"], found.sheets["answer"].iloc[0]
    told = _Told(found, frame[["change", "low", "high"]])
    level = _Told(found, found.sheets["answer"])
    yield Text(
        f"As it is: {level.number(now['answer'])} {told.words} ({level.between(now['low'], now['high'])}, "
        f"{found.how.replications} replications). Change with one number at an end of its range, all else as it is:"
    )
    table = _table("number (grade)", "set to", "change", "95 % interval")
    for _, rows in frame.groupby("parameter", sort=False):
        for place, row in enumerate(rows.to_dict("records")):
            change = told.number(row["change"], signed=True)
            style = "" if row["told_apart"] else "dim"
            name = _graded(row) if place == 0 else f"  now {row['value']}"
            table.add_row(name, row["set_to"], change, told.between(row["low"], row["high"]), style=style)
    yield table
    still = frame.groupby("parameter")["told_apart"].any()
    if len(none := still[~still]):
        yield Text(f"For {len(none)} of {len(still)} numbers the runs can tell no change at either end (dim).")


def _break_even(found: Found) -> Iterator[RenderableType]:
    table = _table("number (grade)", "now", "range", "breaks even at (runs cannot tell)")
    lines = []
    for row in found.answer.to_dict("records"):
        span = f"{row['range_low']} to {row['range_high']}"
        table.add_row(_graded(row), str(row["value"]), span, row["told"] or UNDEFINED)
        lines.append(f"{row['parameter']}: {row['verdict']}.")
    yield table
    yield from (Text(line) for line in lines)


# --- all numbers at once ---------------------------------------------------------------------------------------------


def _morris(found: Found) -> Iterator[RenderableType]:
    frame = found.answer
    told = _Told(found, frame[["mu_star", "high", "sigma"]])
    yield Text(f"Mean absolute change (mu*) and its spread (sigma) as a number goes through its range; {told.words}:")
    table = _table("number (grade)", "range", "mu*", "95 % interval", "mu", "sigma")
    for row in frame.to_dict("records"):
        span, interval = f"{row['range_low']} to {row['range_high']}", told.between(row["low"], row["high"])
        rest = (told.number(row["mu"], signed=True), told.number(row["sigma"]))
        table.add_row(_graded(row), span, told.number(row["mu_star"]), interval, *rest)
    yield table


def _sobol(found: Found) -> Iterator[RenderableType]:
    yield Text(
        "Share of the variance that a number explains alone (first order), and with all it does with others (total):"
    )
    table = _table("number (grade)", "range", "first", "95 % interval", "total", "95 % interval")
    for row in found.answer.to_dict("records"):
        cells = []
        for name in ("first", "total"):
            cells += [f"{row[name]:.2f}", f"{row[f'{name}_low']:.2f} to {row[f'{name}_high']:.2f}"]
        table.add_row(_graded(row), f"{row['range_low']} to {row['range_high']}", *cells)
    yield table


def _probabilistic(found: Found) -> Iterator[RenderableType]:
    rows = {row["what"]: row for row in found.answer.to_dict("records")}
    told = _Told(found, found.answer[found.answer["what"].isin(list(_SPREADS))])
    table = _table("", told.words, "from", "to")
    for name, words in _SPREADS.items():
        row = rows[name]
        first = told.number(row["value"]) if name == "mean" else ""
        table.add_row(words, first, told.number(row["low"]), told.number(row["high"]))
    yield table
    share = rows["share from inputs"]
    yield Text(
        f"Of the variance of single runs, {share['value']:.0%} ({share['low']:.0%} to {share['high']:.0%}) comes from "
        "what is not known about the inputs, the rest from chance."
    )
    if "better" in rows:
        row = rows["better"]
        name = found.whatif.name if found.whatif else ""
        yield Text(f"{name} is better in {row['value']:.0%} of runs ({row['low']:.0%} to {row['high']:.0%}).")


# --- what did it, and what to do -------------------------------------------------------------------------------------


def _contributions(found: Found) -> Iterator[RenderableType]:
    frame = found.answer
    told = _Told(found, frame[["shapley", "low", "high"]])
    yield Text(f"What each change adds ({told.words}), averaged over all orders in which they could come:")
    table = _table("change", "adds", "95 % interval", "alone", "after all others")
    for row in frame.to_dict("records"):
        if row["change"] == "all together":
            table.add_section()
        cells = [told.number(row[name], signed=True) for name in ("shapley", "alone", "last")]
        style = "" if row["told_apart"] else "dim"
        table.add_row(row["change"], cells[0], told.between(row["low"], row["high"]), *cells[1:], style=style)
    yield table


def _seek(found: Found) -> Iterator[RenderableType]:
    told, chosen = _Told(found), found.sheets["chosen"]
    paths = list(chosen.columns[: list(chosen.columns).index("cost")])
    row = chosen.iloc[0]
    cost = _cost(found)
    settings = ", ".join(f"{path} {row[path]}" for path in paths)
    met = f"{row['share']:.0%} of runs ({row['share_low']:.0%} to {row['share_high']:.0%})"
    word = "Cheapest plan that meets it" if row["meets"] else "No plan meets it; the nearest"
    yield Text(f"{word}: {settings}.", style="bold")
    yield Text(
        f"It costs {cost(row['cost'])} ({cost(row['cost_low'])} to {cost(row['cost_high'])}), reaches "
        f"{told.number(row['measure'])} {told.level} "
        f"({told.between(row['measure_low'], row['measure_high'])}) and meets the target in {met}."
    )
    beside = found.sheets["neighbours"]
    if len(beside):
        table = _table(*_short(paths), "cheaper by", "meets in", "worse by", left=len(paths))
        for each in beside.to_dict("records"):
            saved = f"{cost(each['cheaper'])} ({cost(each['cheaper_low'])} to {cost(each['cheaper_high'])})"
            share = f"{each['share']:.0%}" + (
                "" if each["meets"] else f", misses by {100 * each['misses_by']:.0f} points"
            )
            sign = 1 if found.what.better == "higher" else -1
            worse = sorted((sign * each["worse_low"], sign * each["worse_high"]))
            table.add_row(*(str(each[path]) for path in paths), saved, share,
                          f"{told.number(sign * each['worse'])} ({told.between(*worse)})")  # fmt: skip
        yield Padding(Group(Text("Rejected plans one step beside it, and cheaper:"), table), (1, 0, 0, 0))
    else:
        yield Text("No plan one step beside it is cheaper.")
    table = _table(*_short(paths), "costs", "measure", "meets in", left=len(paths))
    for each in found.sheets["frontier"].to_dict("records"):
        cells = (cost(each["cost"]), told.number(each["measure"]), f"{each['share']:.0%}")
        table.add_row(*(str(each[path]) for path in paths), *cells, style="bold" if each["meets"] else "")
    heading = f"Frontier: no plan is both cheaper and better (bold: good enough); measure in {told.level}"
    yield Padding(Group(Text(heading), table), (1, 0, 0, 0))


def _short(paths: list[str]) -> list[str]:
    """The last two steps of paths, or all of them if those are not enough to tell them apart."""
    ends = [".".join(path.split(".")[-2:]) for path in paths]
    return ends if len(set(ends)) == len(ends) else paths


def _cost(found: Found) -> Callable[[float], str]:
    """What is made small, in words: pounds in thousands, or as it is."""
    pounds = any(note.startswith("Made small: cost") for note in found.notes)
    return _thousands if pounds else "{:,.1f}".format


def _thousands(value: float) -> str:
    return f"{'-' if value < 0 else ''}£{abs(value) / 1e3:,.0f}k"


_TITLES = {
    "tornado": "One number at a time",
    "break-even": "Break-even",
    "morris": "Morris screening",
    "sobol": "Sobol indices",
    "probabilistic": "All that is uncertain at once",
    "contributions": "What did it",
    "seek": "Seek",
}
_TELLERS: dict[str, Callable[[Found], Iterator[RenderableType]]] = {
    "tornado": _tornado,
    "break-even": _break_even,
    "morris": _morris,
    "sobol": _sobol,
    "probabilistic": _probabilistic,
    "contributions": _contributions,
    "seek": _seek,
}
