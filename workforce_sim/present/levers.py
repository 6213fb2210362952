"""Levers on paper: the table of all of them, one in full, those that a scenario uses, and the table of docs/levers.md.

In: `Lever` records. Out: rich renderables, or markdown. `python -m workforce_sim.present.levers docs/levers.md` makes
the table of that page anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from workforce_sim import units
from workforce_sim.scenario.lever_files import PLACEHOLDER, THEMES, Lever, LeverChange, shipped_lever, shipped_levers
from workforce_sim.scenario.levers import UsedLever

NONE = "\N{EN DASH}"
"""Stands where a lever has no effect to choose, or none that fades."""
BEGIN, END = "<!-- levers: begin -->", "<!-- levers: end -->"
"""Between these lines stands the table of docs/levers.md."""


def by_theme(levers: Iterable[Lever]) -> Iterator[tuple[str, list[Lever]]]:
    """(theme, its levers), in the order of the evidence table."""
    order = list(THEMES)
    ranked = sorted(levers, key=lambda lever: (order.index(lever.theme), lever.name))
    for theme, group in groupby(ranked, key=lambda lever: lever.theme):
        yield theme, list(group)


def lever_table(levers: Iterable[Lever]) -> RenderableType:
    """All levers by theme: what they are, how much they do, how fast and how sure."""
    parts: list[RenderableType] = [_row(("lever", "what it is", "effect (low to high)", "in full", "grade"), "dim")]
    for theme, group in by_theme(levers):
        parts.append(Text(f"{theme} {THEMES[theme]}", style="bold"))
        parts += [
            _row((f"  {lever.name}", lever.title, effect_of(lever), lag_of(lever), lever.grade)) for lever in group
        ]
    parts.append(Text("\nGrades: A trials, B good observation, C weak observation, D derived, U an assumption."))
    return Group(*parts)


def _row(cells: Iterable[str], style: str = "") -> Table:
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    for width in (32, None, 20, 17, 5):
        table.add_column(width=width, ratio=None if width else 1, style=style)
    table.add_row(*cells)
    return table


def lever_sheet(lever: Lever) -> RenderableType:
    """One lever in full: how it works, what it changes, takes and costs, and what is not known."""
    lines: list[RenderableType] = [Text(f"{lever.name}: {lever.title}", style="bold"), Text(lever.mechanism), Text("")]
    fading = f", then it halves every {lever.half_life}" if lever.half_life else ""
    facts = {
        "theme": f"{lever.theme} {THEMES[lever.theme]}",
        "effect": f"{lever.effect}: {lever.effect.meaning}" if lever.effect else "none to choose: it is a decision",
        "in full": f"{lag_of(lever)}{fading}",
        "costs": costs_of(lever.costs.once, lever.costs.per_year),
        "grade": lever.grade,
        "not known": lever.unknown,
    }
    lines += [Text(f"{name:>9}  {fact}") for name, fact in facts.items()]
    chosen = [f"{name}: {told(each.default)} ({each.meaning})" for name, each in lever.parameters.items()]
    lines += _listed("Chosen where it is used", chosen)
    lines += _listed("Changes", [change_in_words(change) for change in lever.changes])
    lines += _listed("Puts into the scenario", list(_leaves(lever.adds, "")))
    lines += _listed("Takes", [f"{units.SHARE.write(each.share)} of time at work: {each.what}" for each in lever.time])
    lines += _listed("Sources", lever.sources or ["none: an assumption"])
    lines += ["", Text(f"levers:\n  - {{lever: {lever.name}, from: 2026-07-01}}", style="dim")]
    return Group(*lines)


def _listed(title: str, items: list[str]) -> list[RenderableType]:
    return [Text(""), Text(title, style="bold"), *(Text(f"  {item}") for item in items)] if items else []


def used_table(uses: Iterable[UsedLever]) -> RenderableType:
    """The levers that a scenario uses: their effect there, its range, and what is not known."""
    table = Table(
        title="Levers", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False,
        padding=(0, 1, 0, 0),
    )  # fmt: skip
    for name in ("lever", "from", "effect", "range", "grade", "in full"):
        table.add_column(name, overflow="fold")
    unknown: list[RenderableType] = []
    for use in uses:
        lever = use.lever
        name = lever.name if use.name == lever.identifier else f"{lever.name} ({use.name})"
        period = f"{use.from_date} to {use.until}" if use.until else str(use.from_date)
        table.add_row(name, period, use.effect or NONE, range_of(lever), lever.grade, lag_of(lever))
        unknown.append(Text(f"  {name}: {lever.unknown}", style="dim"))
    return Group(table, Text("Not known about them"), *unknown, "")


# --- in words --------------------------------------------------------------------------------------------------------


def effect_of(lever: Lever) -> str:
    """The effect with its range."""
    return str(lever.effect) if lever.effect else NONE


def range_of(lever: Lever) -> str:
    """The range of the effect, if the evidence gives one."""
    if lever.effect is None or lever.effect.low.number == lever.effect.high.number:
        return NONE
    return f"{lever.effect.low.short()} to {lever.effect.high.short()}"


def lag_of(lever: Lever) -> str:
    """When it acts in full, or when half of it is adopted."""
    adopted = next((change.uptake for change in lever.changes if change.uptake), None)
    if adopted is not None:
        return f"half in {adopted}"
    waits = next((PLACEHOLDER.fullmatch(change.after) for change in lever.changes if "{" in change.after), None)
    if waits:
        return f"after {lever.parameters[waits[1]].default}"
    return "at once" if lever.lag == "0 weeks" else lever.lag


def costs_of(once: float, per_year: float) -> str:
    """Costs in pounds."""
    return f"{units.MONEY.write(once)} once, {units.YEARLY_MONEY.write(per_year)}"


def told(value: Any) -> str:
    """A value, a range or a list of names, in words."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def change_in_words(change: LeverChange) -> str:
    """One change of a lever, with its shape."""
    verbs = {"set": "becomes", "factor": "is multiplied by", "add": "changes by"}
    words = f"{change.path} {verbs[change.kind]} {told(change.value)}"
    for part, text in (
        ("extent", "of which {} acts"),
        ("after", "beginning after {}"),
        ("ramp", "in full after {}"),
        ("uptake", "half of it adopted after {}"),
        ("half_life", "then halving every {}"),
        ("lasts", "for {}"),
    ):
        value = getattr(change, part)
        if value not in (None, "0 weeks"):
            words += f", {text.format(told(value))}"
    return words


def _leaves(tree: Any, path: str) -> Iterator[str]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _leaves(value, f"{path}.{key}".removeprefix("."))
    elif isinstance(tree, list) and any(isinstance(item, Mapping) for item in tree):
        for item in tree:
            yield from _leaves(item, path)
    else:
        yield f"{path}: {told(tree)}"


# --- docs/levers.md --------------------------------------------------------------------------------------------------


def markdown_table(levers: Iterable[Lever]) -> str:
    """The table of all levers for the manual."""
    rows = [
        "| lever | what it is | effect (low to high) | in full | grade | chosen where used | not known |",
        "|---" * 7 + "|",
    ]
    for theme, group in by_theme(levers):
        rows.append(f"| | **{theme} {THEMES[theme]}** | | | | | |")
        for lever in group:
            effect = f"{lever.effect.meaning}: {lever.effect}" if lever.effect else NONE
            fading = f", halving every {lever.half_life}" if lever.half_life else ""
            chosen = ", ".join(f"`{name}`" for name in lever.parameters) or NONE
            cells = (f"`{lever.name}`", lever.title, effect, lag_of(lever) + fading, lever.grade, chosen, lever.unknown)
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def with_table(page: str) -> str:
    """The page with its table made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{markdown_table(map(shipped_lever, shipped_levers()))}\n\n{END}{after}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_table(target.read_text(encoding="utf-8")), encoding="utf-8")
