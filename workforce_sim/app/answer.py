"""The answer of a study as the page tells it: headline measures beside the baseline, sentences, and the story.

In: a `Study` as the desk tells it. Out: rows and texts. No number is computed here, and words are those of
`present.words` and `present.summary`, so that terminal and page say the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from workforce_sim.present.summary import COSTS, HEADLINES, SAME, answer, is_worse, price, safety_line
from workforce_sim.present.words import UNDEFINED, Cell, assumptions, cells, change, joined, told
from workforce_sim.run import Comparison, Study

TILES = (
    "wait.treatment.within_standard", "wait.treatment.median", "waiting_list", "caseload_per_wte", "vacancy",
    "cost.total",
)  # fmt: skip
"""The measures that are told first."""
TOO_LONG = "wait.treatment.within_18_weeks"
"""Told instead of a median wait that is not reached."""
LABELS = HEADLINES | COSTS
NO_DIFFERENCE = f"{SAME} no difference the runs can tell"


class Row(NamedTuple):
    """One headline measure at the end of a year."""

    measure: str
    label: str
    before: str
    """Of the baseline."""
    after: str
    """Of the what-if; of the baseline alone the same as before."""
    difference: str
    """With half its interval; empty for the baseline alone."""
    verdict: str
    """better, worse, differs or no difference the runs can tell; empty for the baseline alone."""
    unit: str
    """share: its difference is in percentage points."""

    @property
    def said(self) -> str:
        """The difference, where there is one, and the verdict."""
        if self.rises is None:
            return self.verdict
        return f"{self.difference}{' points,' if self.unit == 'share' else ''} {self.verdict}"

    @property
    def rises(self) -> bool | None:
        """Whether the difference is upwards; None where none is told apart."""
        return None if not self.difference[:1] or self.difference[:1] not in "+-" else self.difference[0] == "+"


def until(study: Study, year: int) -> Study:
    """A study as somebody knows it who has seen no later year."""
    summary = study.summary[study.summary["year"] <= year]
    if not isinstance(study, Comparison):
        return replace(study, summary=summary)
    return replace(
        study,
        summary=summary,
        comparison=study.comparison[study.comparison["year"] <= year],
        value=study.value[study.value["year"] <= year],
    )


def rows(study: Study, year: int) -> list[Row]:
    """The headlines of the what-if beside the baseline, or of the baseline alone."""
    name = study.others[0] if isinstance(study, Comparison) else study.names[0]
    before = cells(study.summary, study.names[0])
    after = cells(study.comparison, name) if isinstance(study, Comparison) else before
    found = []
    for wanted in TILES:
        measure = wanted
        if wanted == "wait.treatment.median" and _unreached(after.get((wanted, year)), before.get((wanted, year))):
            measure = TOO_LONG
        cell, old = after.get((measure, year)), before.get((measure, year))
        if cell is not None and old is not None:
            found.append(_row(cell, old, isinstance(study, Comparison)))
    return found


def _unreached(after: Cell | None, before: Cell | None) -> bool:
    return any(cell is None or math.isnan(cell.mean) for cell in (after, before))


def _row(cell: Cell, old: Cell, compared: bool) -> Row:
    label = LABELS[cell.measure]
    if not compared:
        return Row(cell.measure, label, told(old.mean, old.unit), told(old.mean, old.unit), "", "", old.unit)
    if math.isnan(cell.difference):
        difference, verdict = UNDEFINED, "cannot be told"
    elif not math.isnan(cell.low) and not cell.told_apart:
        difference, verdict = SAME, NO_DIFFERENCE
    else:
        difference = change(cell)
        verdict = {True: "worse", False: "better", None: "differs"}[is_worse(cell)]
    return Row(
        cell.measure, label, told(old.mean, old.unit), told(cell.mean, cell.unit), difference, verdict, cell.unit
    )


def sentences(study: Study) -> tuple[str, str]:
    """The answer in one sentence, and what else there is to say, with what it costs."""
    if not isinstance(study, Comparison):
        return "This is the baseline: nothing is decided yet. Turn a dial to see what it does in this model.", ""
    name = study.others[0]
    first, *others = answer(study, name)
    return first, " ".join([*others, *price(study, name)])


def safety_of(study: Study) -> str:
    """What must not happen, in one line."""
    return safety_line(study, study.others[0] if isinstance(study, Comparison) else study.names[0])


def how_to_read(replications: int, seed: int) -> str:
    """What the figures are made of."""
    return (
        f"Means of {replications} replications, seed {seed}, in this model, with these assumptions. ± half the 95% "
        f"interval of the difference, paired by replication; {NO_DIFFERENCE}. Waits and shares are of all who join the "
        "list in the year, those still waiting included. The interval is about luck only, not about the assumptions."
    )


def story(study: Study) -> Iterator[tuple[str, list[str]]]:
    """(heading, lines): what was changed, what it rests on, and what to beware of."""
    told_of = study.told(study.others[0] if isinstance(study, Comparison) else study.names[0])
    words = ("name:", "description:", "workshop")
    overrides = [line for line in told_of["overrides"] if not line.startswith(words)]
    yield "What was changed (path: old → new)", [*overrides, *told_of["changes"]] or ["nothing"]
    levers = [
        f"{lever['title']}, from {lever['from']}: grade {lever['grade']}. {lever['mechanism']} "
        f"Not known: {lever['unknown']}"
        for lever in told_of["levers"]
    ]
    if levers:
        yield "Levers used, and what is not known about them", levers
    yield "What it rests on", assumptions({name: study.register(name) for name in study.names})
    yield "Safety", [safety_of(study)]
    short = [
        f"Year {year['year']} has only {year['months']} months; sums are of those."
        for year in told_of["years"]
        if year["months"] < 12
    ]
    yield "Beware", [*short, f"This is a model, not evidence: it shows what follows from the numbers given in "
                             f"{joined([*study.names])}."]  # fmt: skip
