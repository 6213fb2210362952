"""Write docs/reference: what the program itself knows of its tables, measures, levers, scenarios and commands.

In: the code and the shipped bases. Out: one page of markdown each. A test holds the pages to what this writes.

Run: python docs/make_reference.py [FOLDER]
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

import click
import pandas as pd

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from workforce_sim.analysis.measures import measure_dictionary
from workforce_sim.cli import main as commands
from workforce_sim.present.levers import by_theme, change_in_words, costs_of, lag_of, told
from workforce_sim.results.tables import data_dictionary
from workforce_sim.scenario.assumptions import Known, register
from workforce_sim.scenario.evidence import GRADES
from workforce_sim.scenario.form import NAME, SHEETS, Grammar
from workforce_sim.scenario.lever_files import THEMES, Lever, shipped_lever, shipped_levers
from workforce_sim.scenario.reader import read_scenario

MADE = "*Written from the code by `python docs/make_reference.py`: mend the code, not this page.*"
BASES = {"adult": "adult_community", "cyp": "cyp_community"}
GRADE_MEANINGS = {
    "A": "trials, reviews or official statistics", "B": "a good observational study or audit", "C": "weak observation, press",
    "D": "derived from such data", "U": "an assumption", "": "no evidence given: an assumption",
}  # fmt: skip
HELP_WIDTH = 96


def cell(text: object) -> str:
    """Text that may stand in a table: nothing in it is taken for markup but what stands in backticks."""
    parts = str(text).replace("|", "\\|").replace("\n", " ").split("`")
    return "`".join(part if number % 2 else re.sub(r"([*_])", r"\\\1", escape(part, quote=False))
                    for number, part in enumerate(parts))  # fmt: skip


def code(text: object) -> str:
    """Text as it is typed; nothing if there is none."""
    return f"`{text}`" if str(text) else ""


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table."""
    names = list(head)
    return "\n".join([
        f"| {' | '.join(names)} |", "|---" * len(names) + "|", *(f"| {' | '.join(map(cell, row))} |" for row in rows)
    ])  # fmt: skip


def page(title: str, *parts: str) -> str:
    """A page."""
    return "\n\n".join([f"# {title}", MADE, *parts]) + "\n"


def tables() -> str:
    """The data dictionary."""
    parts = [
        "Tables of a study, saved as parquet in `tables/`; from Python `Study.tables`. A column in bold is part of the "
        "key: its values together are met once. The same as a frame: `workforce_sim.results.tables.data_dictionary()`."
    ]
    for name, columns in data_dictionary().groupby("table", sort=False):
        rows = [(each.column, each.type, each.unit, each.meaning, each.key) for each in columns.itertuples()]
        listed = table(("column", "type", "unit", "meaning"), [(code(c), *rest) for c, *rest, _ in rows])
        for column, *_, key in rows:
            if key:
                listed = listed.replace(f"\n| `{column}` |", f"\n| **`{column}`** |")
        parts += [f"## {name}", listed]
    return page("Tables and columns", *parts)


def measures() -> str:
    """The dictionary of measures."""
    frame: pd.DataFrame = measure_dictionary()
    rows = [(code(each.measure), each.unit, each.meaning, each.better) for each in frame.itertuples()]
    return page(
        "Measures",
        "What `summary.csv` and `comparison.csv` tell, for each year of a run. *Better* says which way is better, where "
        "one is. `<role>` and the like stand for a name of the scenario.",
        table(("measure", "unit", "meaning", "better"), rows),
    )


def lever(each: Lever) -> str:
    """One lever in full."""
    facts = [
        ("effect", f"{each.effect.meaning}: {each.effect}" if each.effect else "none to choose: it is a decision"),
        ("in full", lag_of(each) + (f", then it halves every {each.half_life}" if each.half_life else "")),
        ("costs", costs_of(each.costs.once, each.costs.per_year)),
        ("grade", f"{each.grade}: {GRADE_MEANINGS[each.grade]}"),
        ("not known", each.unknown),
        ("chosen where used", "; ".join(f"`{name}`: {told(of.default)} ({of.meaning})" for name, of in each.parameters.items())),
        ("changes", "; ".join(change_in_words(change) for change in each.changes)),
        ("sources", "; ".join(each.sources) or "none: an assumption"),
    ]  # fmt: skip
    listed = "\n".join(f"* **{name}**: {cell(text)}" for name, text in facts if text)
    return f"### {each.name}\n\n{cell(each.title)}. {cell(each.mechanism)}\n\n{listed}"


def levers() -> str:
    """All levers by theme."""
    found = [shipped_lever(name) for name in shipped_levers()]
    parts = [
        f"All {len(found)} levers with their evidence. How they are used, and how to write your own, is told in "
        "[levers](../levers.md). A lever does not show that something works: it puts the size of an effect in."
    ]
    for theme, group in by_theme(found):
        parts += [f"## {theme} {THEMES[theme]}", *map(lever, group)]
    return page("Levers in full", *parts)


def language() -> str:
    """Every field of a scenario."""
    grammar = Grammar()
    parts = [
        f"Everything that a scenario file may say, block by block, in the order of the form. `{NAME}` is a name of your "
        "own; `[0]` is the first entry of a list. Any number may be written long-hand, with its evidence: `{value: 16% per "
        "year, range: [12% per year, 20% per year], grade: D, source: …}`. The same for editors: `workforce-sim schema`."
    ]
    for sheet in SHEETS:
        root = ".".join(map(str, sheet.root))
        under = (
            f" Under `{root}.{NAME}`:" if root and not sheet.is_list else f" Each entry of `{root}`:" if root else ""
        )
        rows = [(code(f.path), f.meaning, f.how, code(f.default)) for f in grammar.fields(sheet, ())]
        parts += [
            f"## {sheet.title}",
            f"{cell(sheet.about)}{under}",
            table(("field", "meaning, unit, range", "how to write it", "default"), rows),
        ]
    return page("The language of scenarios", *parts)


def assumptions(base: str) -> str:
    """Every number of a base with what is known about it."""
    scenario = read_scenario(ROOT / "scenarios" / f"{base}.yaml")
    known = register(scenario)
    count = Counter(each.grade for each in known)
    rows = [(grade or NO_GRADE, GRADE_MEANINGS[grade], count[grade]) for grade in (*GRADES, "") if count[grade]]
    return page(
        f"Assumptions of {base}.yaml",
        f"{scenario.name}: {len(known)} numbers, of which {sum(each.assumed for each in known)} are assumptions (grade U, or no "
        "evidence given). A default that the file does not mention counts, too.",
        table(("grade", "meaning", "numbers"), rows),
        table(("number", "value", "range", "grade", "source"), map(_told, known)),
    )


NO_GRADE = "–"


def _told(known: Known) -> tuple[str, ...]:
    return code(known.path), known.value, known.range, known.grade or NO_GRADE, known.source


def help_pages() -> str:
    """What each command says of itself."""
    parts = [
        "`workforce-sim COMMAND --help` prints the same. What each is for stands in the [README](../../README.md)."
    ]
    above = click.Context(commands, info_name="workforce-sim", terminal_width=HELP_WIDTH, **commands.context_settings)
    for name, command in commands.commands.items():
        context = click.Context(command, info_name=name, parent=above)
        parts += [f"## {name}", f"```text\n{command.get_help(context)}\n```"]
    return page("Commands", *parts)


def index() -> str:
    """What there is."""
    return page(
        "Reference",
        "What the program knows of itself, page by page:",
        table(("page", "tells"), [
            ("[The language of scenarios](scenario.md)", "every field: meaning, unit, range, default"),
            ("[Levers in full](levers.md)", "all ready-made changes: effect, evidence, what is not known"),
            ("[Measures](measures.md)", "what the summary and the comparison tell"),
            ("[Tables and columns](tables.md)", "the data dictionary of a saved study"),
            ("[Commands](commands.md)", "what each command takes"),
            *((f"[Assumptions of {base}.yaml](assumptions_{short}.md)", "every number with its grade and source, counted by grade")
              for short, base in BASES.items()),
        ]),
        "Written by people: [the model rule by rule and the day's order](../model.md), [the glossary](../glossary.md), "
        "[outside results](../validation/index.md). STRESS-DES: every report of a study fills in the checklist for it.",
    )  # fmt: skip


def pages() -> Iterator[tuple[str, str]]:
    """(file name, text) of every page."""
    yield "index.md", index().replace("\\_", "_")
    yield "tables.md", tables()
    yield "measures.md", measures()
    yield "levers.md", levers()
    yield "scenario.md", language()
    yield "commands.md", help_pages()
    for short, base in BASES.items():
        yield f"assumptions_{short}.md", assumptions(base)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages():
        (folder / name).write_text(text, encoding="utf-8")
