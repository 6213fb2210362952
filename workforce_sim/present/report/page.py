"""A study as one HTML page: no script, no request to anywhere, figures and style inside.

In: a study, run or read from a folder. Out: the page as text; the same for the same study. Numbers stand in cells that
tell whose they are (`data-…`), so that they can be checked against the tables.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from workforce_sim.analysis.declared import declaration
from workforce_sim.present.dashboard import RULE, SHAPES, indicators, level_of, named, value_of
from workforce_sim.present.figures.look import svg_of
from workforce_sim.present.figures.registry import FIGURES, Entry, unsupported_levers
from workforce_sim.present.report.stress import stress_des
from workforce_sim.present.report.studies import of_study
from workforce_sim.present.summary import COSTS, HEADLINES, SAME, answer, difference, notes, price, safety_line
from workforce_sim.present.words import UNDEFINED, Cell, assumptions, cells, told, years_shown
from workforce_sim.run import Comparison, Study
from workforce_sim.scenario.assumptions import UNSUPPORTED, Known
from workforce_sim.scenario.evidence import GRADES
from workforce_sim.studies.found import SavedFound

SENTENCES = 3
"""An answer has at most so many sentences at the top; the summary has the rest."""

LEFT_OUT = ("overview", "dashboard")
"""Figures that say in one picture what the page says anyway."""

GRADE_WORDS = {
    "A": "trials or a systematic review", "B": "good observation", "C": "weak observation",
    "D": "derived from data", "U": "an assumption", "": "no evidence given: an assumption",
}  # fmt: skip


class Section(NamedTuple):
    """A part of the page: its anchor, and its heading in plain words and by Six Steps (Skills for Health)."""

    key: str
    heading: str
    six_steps: str


SECTIONS = (
    Section("asked", "What was asked", "Step 1: the plan: what was asked"),
    Section("answer", "The answer", "Step 5: the answer"),
    Section("dashboard", "Dashboard", "Step 6: implement, monitor and refresh: the dashboard"),
    Section("results", "Year by year", "Step 3: the workforce needed: year by year"),
    Section("figures", "Figures", "Step 4: the workforce there is: figures"),
    Section("changes", "What each what-if changes, and on what evidence", "Step 2: how the service changes"),
    Section("studies", "What drives the answer", "What drives the answer"),
    Section("checks", "Cross-checks on paper", "Cross-checks on paper"),
    Section("assumptions", "Assumptions", "Assumptions"),
    Section("reading", "How to read this", "How to read this"),
    Section("provenance", "Where it comes from", "Where it comes from"),
    Section("stress", "Appendix: STRESS-DES", "Appendix: STRESS-DES"),
)


@dataclass(frozen=True)
class Number:
    """A number in a cell of the page, with whose it is."""

    text: str
    scenario: str
    measure: str
    year: int
    what: str
    """mean, difference or level."""
    tone: str = ""
    """better, worse or nothing."""


_SIGNS = (
    f"{SAME} no difference that the runs can tell; {UNDEFINED} not defined. ± half the 95% interval of the difference, "
    "paired by replication. Bold: better than the baseline; bold and slanted: worse."
)


def report(study: Study, six_steps: bool = False, studies: Sequence[SavedFound] = ()) -> str:
    """The page. `six_steps`: with the headings of Six Steps workforce planning; `studies`: of the same scenarios.

    Raises `UsageError` for a study of other scenarios, or of other numbers of them.
    """
    added = [of_study(study, found) for found in studies]  # before figures are drawn: one may be refused
    headings = {section.key: section.six_steps if six_steps else section.heading for section in SECTIONS}
    page = _templates().get_template("page.html.j2")
    return page.render(
        study=study,
        title=_title(study),
        headings=headings,
        whatifs=[_whatif(study, name) for name in study.others] if isinstance(study, Comparison) else [],
        answers={name: _answer(study, name) for name in study.others} if isinstance(study, Comparison) else {},
        dangers={name: safety_line(study, name) for name in study.names},
        dashboards=[_dashboard(study, name) for name in study.names],
        rule=RULE,
        tables=[_table(study, name) for name in study.names],
        figures=[_figure(study, entry) for entry in FIGURES.values() if _wanted(study, entry)],
        studies=added,
        checks=_checks(study),
        counts=assumptions({name: study.register(name) for name in study.names}),
        unsupported=unsupported_levers(study, study.names),
        registers=[_register(study, name) for name in study.names],
        grades=GRADE_WORDS,
        reading=[*notes(study), _SIGNS],
        provenance=_provenance(study),
        stress=stress_des(study),
    )


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _title(study: Study) -> str:
    if not isinstance(study, Comparison):
        return ", ".join(study.names)
    count = len(study.others)
    return f"{study.baseline}: {'a what-if' if count == 1 else f'{count} what-ifs'}"


def _answer(study: Comparison, name: str) -> dict[str, Any]:
    """The first sentences, the price among them; and what else there is to say."""
    sentences, cost = answer(study, name), price(study, name)
    first = [*sentences[: SENTENCES - len(cost)], *cost]
    return {"first": first, "more": sentences[SENTENCES - len(cost) :]}


def _whatif(study: Study, name: str) -> dict[str, Any]:
    """What a what-if changes, in words: long lists are folded."""
    its = study.told(name)
    return {
        "name": name,
        "description": its["description"],
        "overrides": its["overrides"],
        "levers": its["levers"],
        "changes": its["changes"],
        "workshop": its.get("workshop", {}),
    }


# --- tables ----------------------------------------------------------------------------------------------------------


def _table(study: Study, name: str) -> dict[str, Any]:
    """Headline measures year by year; of a what-if with differences from the baseline."""
    differs = name in study.others and isinstance(study, Comparison)
    found = cells(study.comparison if isinstance(study, Comparison) and differs else study.summary, name)
    measures = {measure for measure, _ in found}
    labels = HEADLINES | {measure: label for measure, label in COSTS.items() if measure in measures}
    years = years_shown(year for _, year in found)
    rows = []
    for measure, label in labels.items():
        own = [found[measure, year] for year in years]
        rows.append({
            "label": label,
            "meaning": declaration(measure).meaning,
            "means": [Number(told(cell.mean, cell.unit), name, measure, cell.year, "mean") for cell in own],
            "differences": [_difference(cell, name) for cell in own] if differs else [],
        })  # fmt: skip
    return {"name": name, "years": years, "rows": rows, "differs": differs}


def _difference(cell: Cell, name: str) -> Number:
    text, tone = difference(cell)
    return Number(text, name, cell.measure, cell.year, "difference", tone)


def _dashboard(study: Study, name: str) -> dict[str, Any]:
    frame = indicators(study, name)
    years = years_shown(frame["year"])
    rows = []
    for measure, own in frame.groupby("measure", sort=False):
        by_year = {row["year"]: row for row in own.to_dict("records")}
        rows.append({
            "label": named(by_year[years[0]]),
            "cells": [
                {
                    "number": Number(value_of(row), name, str(measure), year, "mean"),
                    "level": level_of(row),
                    "shape": SHAPES[row["status"]],
                    "status": row["status"],
                    "tone": row["status"].replace(" ", "-"),
                }
                for year in years for row in (by_year[year],)
            ],
        })  # fmt: skip
    return {"name": name, "years": years, "rows": rows}


def _checks(study: Study) -> list[dict[Any, Any]]:
    rows = study.checks.to_dict("records")
    for place, row in enumerate(rows):
        unit = "share" if row["unit"] == "share" else ""  # with one decimal below 100
        row |= {"hand": told(row["by_hand"], unit), "runs": told(row["simulated"], unit), "place": place}
    return rows


def _register(study: Study, name: str) -> dict[str, Any]:
    """All numbers of a scenario by grade, the least supported first; of a what-if those that the baseline has not."""
    known = study.register(name)
    if name in study.others and study.manifest["baseline"]:
        there = set(study.register(study.manifest["baseline"]))
        known = [number for number in known if number not in there]
    order = ["", UNSUPPORTED, *reversed(GRADES[: GRADES.index(UNSUPPORTED)])]
    by_grade: dict[str, Sequence[Known]] = {g: [n for n in known if n.grade == g] for g in order}
    return {"name": name, "grades": {grade: own for grade, own in by_grade.items() if own}, "count": len(known)}


# --- figures and provenance ------------------------------------------------------------------------------------------


def _wanted(study: Study, entry: Entry) -> bool:
    return entry.name not in LEFT_OUT and entry.applies(study)


def _figure(study: Study, entry: Entry) -> dict[str, str]:
    svg = base64.b64encode(svg_of(entry.draw(study))).decode()
    return {
        "name": entry.name, "title": entry.title(study), "caption": entry.reading(study), "alt": entry.alt(study),
        "source": f"data:image/svg+xml;base64,{svg}",
    }  # fmt: skip


def _provenance(study: Study) -> dict[str, Any]:
    manifest = study.manifest
    return {
        "facts": {
            "Made": manifest["created"],
            "Command": " ".join(["workforce-sim", *map(_quoted, manifest["command"][1:])]),
            "Replications of each scenario": manifest["replications"],
            "Seed": manifest["seed"],
        },
        "scenarios": [(s["name"], s["file"], s["sha256"]) for s in manifest["scenarios"]],
        "versions": manifest["versions"],
    }


def _quoted(word: str) -> str:
    return f"'{word}'" if " " in word else word
