"""The terminal summary: what the runs say, in words and tables that a planner can read aloud.

In: a `Study` or `Comparison`. Out: rich renderables, plain text where the output is not a terminal. No number is
computed here; what the runs cannot tell apart from no difference is marked as such. Words claim nothing about the
world: "in this model, with these assumptions".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import pandas as pd
from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from workforce_sim.analysis.measures import declaration
from workforce_sim.present.words import assumptions_line, by_how_much, change, joined, told, unit_words, years_shown
from workforce_sim.run import Comparison, Study

HEADLINES = {
    "wait.assessment.within_standard": "First contact in standard",
    "wait.treatment.within_standard": "Treatment in standard",
    "wait.assessment.median": "Weeks to first contact",
    "wait.treatment.median": "Weeks to treatment",
    "waiting_list": "Waiting list",
    "caseload_per_wte": "Caseload per WTE",
    "vacancy": "Vacancy",
}
"""Measures of the summary, and what they are called there."""

SAME = "≈"

MOST_SENTENCES = 4

_SPOKEN = {
    "wait.treatment.within_standard": ("the share who start treatment within the standard is", "higher", "lower"),
    "wait.treatment.median": ("the median wait for treatment is", "longer", "shorter"),
    "wait.assessment.median": ("the median wait for a first contact is", "longer", "shorter"),
    "waiting_list": ("the waiting list is", "longer", "shorter"),
    "caseload_per_wte": ("the caseload per WTE is", "higher", "lower"),
    "vacancy": ("the vacancy rate is", "higher", "lower"),
}
_ANSWERS = ("wait.treatment.median", "wait.treatment.within_standard", "waiting_list", "caseload_per_wte")
_WATCHED = ("wait.assessment.median", "vacancy", "gave_up", "dropped_out", "overdue", "unallocated", "exhaustion", "over_cap")


def summary(study: Study) -> RenderableType:
    """The whole summary of a study or comparison."""
    parts: list[RenderableType] = []
    if isinstance(study, Comparison):
        others = [s.name for s in study.scenarios if s.name != study.baseline]
        for name in others:
            parts += [Text(name, style="bold"), Padding(Text(" ".join(answer(study, name))), (0, 0, 1, 2))]
        parts.append(scenario_table(study, study.baseline))
        parts += [difference_table(study, name) for name in others]
        parts.append(Text(_how_to_read(study), style="dim"))
    else:
        parts += [scenario_table(study, scenario.name) for scenario in study.scenarios]
    parts += [Text(line, style="dim") for line in _notes(study)]
    return Group(*parts)


def scenario_table(study: Study, name: str) -> Table:
    """The headline measures of one scenario at the end of each year."""
    frame = study.summary[study.summary["scenario"] == name]
    years = years_shown(frame["year"])
    table = _table(f"{name}: at the end of each year", years)
    cells = frame.set_index(["measure", "year"])
    for measure, label in HEADLINES.items():
        table.add_row(label, *(told(cells.at[(measure, year), "mean"], declaration(measure).unit) for year in years))
    return table


def difference_table(comparison: Comparison, name: str) -> Table:
    """One what-if: its measures at the end of each year, and under each the difference from the baseline."""
    frame = comparison.comparison[comparison.comparison["scenario"] == name]
    years = years_shown(frame["year"])
    table = _table(f"{name}: at the end of each year, and against the baseline", years)
    cells = frame.set_index(["measure", "year"])
    for measure, label in HEADLINES.items():
        unit = declaration(measure).unit
        table.add_row(label, *(told(cells.at[(measure, year), "mean"], unit) for year in years))
        table.add_row(Text("  difference", style="dim"), *(_difference(cells.loc[(measure, year)], unit) for year in years))
    return table


def _table(title: str, years: Sequence[int]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for year in years:
        table.add_column(f"year {year}", justify="right", no_wrap=True)
    return table


def _difference(row: pd.Series, unit: str) -> Text:
    """`+6 ±2`, or ≈ where the runs cannot tell it apart from none."""
    if math.isnan(row["difference"]):
        return Text("–", style="dim")
    if not math.isnan(row["low"]) and not row["told_apart"]:
        return Text(SAME, style="dim")
    worse = {"higher": row["difference"] < 0, "lower": row["difference"] > 0}.get(declaration(row.name[0]).better)
    return Text(change(row, unit), style="" if worse is None else "red" if worse else "green")


def answer(comparison: Comparison, name: str) -> list[str]:
    """Two to four sentences on one what-if, at the end of its last year, with how sure the runs are."""
    frame = comparison.comparison[comparison.comparison["scenario"] == name]
    last = int(frame["year"].max())
    rows = frame[frame["year"] == last].set_index("measure")
    apart = [m for m in _ANSWERS if rows.at[m, "told_apart"]]
    place = f"In this model, with these assumptions, by the end of year {last}"
    if not apart:
        things = joined([_SPOKEN[m][0].removesuffix(" is") for m in _ANSWERS])
        sentences = [f"{place} the runs can tell no difference from {comparison.baseline} in {things}."]
    else:
        sentences = [f"{place} {joined([_spoken(rows.loc[m]) for m in apart])}, compared with {comparison.baseline}."]
        same = [m for m in _ANSWERS if m not in apart and not math.isnan(rows.at[m, "difference"])]
        if same:
            sentences.append(f"The runs can tell no difference in {joined([_SPOKEN[m][0].removesuffix(' is') for m in same])}.")
    sentences += _worse(rows, set(apart))
    if apart:
        sentences += _when(frame, apart[0]) + _for_whom(rows)
    return sentences[:MOST_SENTENCES]


def _spoken(row: pd.Series) -> str:
    words, up, down = _SPOKEN[str(row.name)]
    return f"{words} {by_how_much(row)} {up if row['difference'] > 0 else down}"


def _when(frame: pd.DataFrame, measure: str) -> list[str]:
    """Since which year the first answer holds without a break."""
    rows = frame[frame["measure"] == measure].sort_values("year", ascending=False)
    same_way = rows["told_apart"] & (rows["difference"] * rows["difference"].iloc[0] > 0)
    first = int(rows["year"][same_way.cummin()].min())
    if first == rows["year"].min():
        return []
    return [f"The difference in {_SPOKEN[measure][0].removesuffix(' is')} can be told from year {first} on."]


def _for_whom(rows: pd.DataFrame) -> list[str]:
    """The change in the median wait for treatment, severity by severity."""
    stem = "wait.treatment.median.severity."
    parts = {str(m).removeprefix(stem): rows.loc[m] for m in rows.index if str(m).startswith(stem)}
    if len(parts) < 2 or not any(row["told_apart"] for row in parts.values()):
        return []
    told_ = [f"{change(r, 'weeks') if r['told_apart'] else 'no difference to tell'} ({s})" for s, r in parts.items()]
    return [f"By severity, the median wait for treatment changes, in weeks, by {joined(told_)}."]


def _worse(rows: pd.DataFrame, spoken: set[str]) -> Iterator[str]:
    """What gets worse in exchange, among the measures to watch."""
    found = []
    for measure in (*_ANSWERS, *_WATCHED):
        row, better = rows.loc[measure], declaration(measure).better
        against = row["difference"] < 0 if better == "higher" else row["difference"] > 0
        if measure not in spoken and row["told_apart"] and against:
            found.append(f"{declaration(measure).meaning.split(';')[0]} ({change(row, declaration(measure).unit)} {unit_words(str(row['unit']))})")
    if found:
        yield f"Worse than in the baseline: {joined(found)}."


def _how_to_read(study: Study) -> str:
    if study.manifest["replications"] == 1:
        return "One replication only: how sure the differences are cannot be told. Ask for more with --replications."
    return f"{SAME}  no difference the runs can tell.  ±  half the 95% interval of the difference, paired by replication."


def _notes(study: Study) -> Iterator[str]:
    """What else a reader must know."""
    n = study.manifest["replications"]
    yield f"Means over {n} replication{'s' * (n != 1)}, seed {study.manifest['seed']}. In standard: of all who join, those still waiting included."
    measures = study.tables["measures"]
    for measure, label in HEADLINES.items():
        unreached = measures[(measures["measure"] == measure) & measures["value"].isna()]
        if len(unreached):
            runs = len(unreached[["scenario", "replication"]].drop_duplicates())
            total = len(measures[["scenario", "replication"]].drop_duplicates())
            yield f"–  undefined: {label.lower()} has no value in some year of {runs} of {total} replications (never reached)."
    for scenario in study.manifest["scenarios"]:
        for year in scenario["years"]:
            if year["months"] < 12:
                yield f"{scenario['name']}: year {year['year']} has only {year['months']} months; its sums are of those."
    yield from (assumptions_line(scenario) for scenario in study.scenarios)
