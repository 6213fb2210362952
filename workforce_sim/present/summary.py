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
from workforce_sim.present.words import assumptions, by_how_much, change, joined, told, years_shown
from workforce_sim.run import Comparison, Study

HEADLINES = {
    "wait.assessment.within_standard": "First contact on time",
    "wait.treatment.within_standard": "Treatment on time",
    "wait.treatment.within_18_weeks": "Treatment by 18 weeks",
    "wait.assessment.median": "Weeks to first contact",
    "wait.treatment.median": "Weeks to treatment",
    "waiting_list": "Waiting list",
    "caseload_per_wte": "Caseload per WTE",
    "vacancy": "Vacancy",
}
"""Measures of the summary, and what they are called there."""

SAME = "≈"

MOST_SENTENCES = 4

CLEARLY = 1.5
"""A side effect is spoken of if it is beyond zero by half as much again as its interval: of so many, some stray."""

_SPOKEN = {
    "wait.treatment.median": ("the median wait for treatment", "longer", "shorter"),
    "wait.treatment.within_standard": ("the share treated within the standard", "higher", "lower"),
    "wait.treatment.within_18_weeks": ("the share treated within 18 weeks", "higher", "lower"),
    "wait.assessment.median": ("the median wait for a first contact", "longer", "shorter"),
    "waiting_list": ("the waiting list", "longer", "shorter"),
    "caseload_per_wte": ("the caseload per WTE", "higher", "lower"),
    "vacancy": ("the vacancy rate", "higher", "lower"),
    "gave_up": ("the number who give up waiting in a year", "higher", "lower"),
    "dropped_out": ("the number who drop out in a year", "higher", "lower"),
    "overdue": ("the number of contacts overdue", "higher", "lower"),
    "unallocated": ("the number without a clinician", "higher", "lower"),
    "over_cap": ("the number of clinicians above their caseload", "higher", "lower"),
    "exhaustion": ("exhaustion", "higher", "lower"),
}
_ANSWERS = ("wait.treatment.median", "wait.treatment.within_standard", "waiting_list", "caseload_per_wte")
_WATCHED = tuple(measure for measure in _SPOKEN if measure not in _ANSWERS)


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
        table.add_row(
            Text("  difference", style="dim"), *(_difference(cells.loc[(measure, year)], unit) for year in years)
        )
    return table


def _table(title: str, years: Sequence[int]) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
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
    known = [m for m in _answers(rows) if not math.isnan(rows.at[m, "difference"])]
    apart = [m for m in known if rows.at[m, "told_apart"]]
    same = [_SPOKEN[m][0] for m in known if m not in apart]
    place = f"In this model, with these assumptions, by the end of year {last}"
    sentences = []
    if apart:
        sentences = [f"{place}, {joined([_spoken(rows.loc[m]) for m in apart])}, compared with {comparison.baseline}."]
    if same:
        begin = (
            "The runs can tell no difference in"
            if apart
            else f"{place}, the runs can tell no difference from {comparison.baseline} in"
        )
        sentences.append(f"{begin} {joined(same)}.")
    sentences += _worse(rows, set(known))
    if apart:
        sentences += _when(frame, apart[0]) + _for_whom(rows)
    return sentences[:MOST_SENTENCES]


def _answers(rows: pd.DataFrame) -> list[str]:
    """The measures of the answer; the share treated within 18 weeks where a median is never reached."""
    median, *others = _ANSWERS
    return ["wait.treatment.within_18_weeks" if math.isnan(rows.at[median, "difference"]) else median, *others]


def _spoken(row: pd.Series) -> str:
    words, up, down = _SPOKEN[str(row.name)]
    return f"{words} is {by_how_much(row)} {up if row['difference'] > 0 else down}"


def _when(frame: pd.DataFrame, measure: str) -> list[str]:
    """Since which year the first answer holds without a break."""
    rows = frame[frame["measure"] == measure].sort_values("year", ascending=False)
    same_way = rows["told_apart"] & (rows["difference"] * rows["difference"].iloc[0] > 0)
    first = int(rows["year"][same_way.cummin()].min())
    if first == rows["year"].min():
        return []
    return [f"The difference in {_SPOKEN[measure][0]} can be told from year {first} on."]


def _for_whom(rows: pd.DataFrame) -> list[str]:
    """The change in the median wait for treatment, severity by severity."""
    stem = "wait.treatment.median.severity."
    parts = {str(m).removeprefix(stem): rows.loc[m] for m in rows.index if str(m).startswith(stem)}
    if len(parts) < 2 or not any(row["told_apart"] for row in parts.values()):
        return []
    changes = [f"{change(r, 'weeks') if r['told_apart'] else 'no difference to tell'} ({s})" for s, r in parts.items()]
    return [f"By severity, the median wait for treatment changes, in weeks, by {joined(changes)}."]


def _worse(rows: pd.DataFrame, spoken: set[str]) -> list[str]:
    """What clearly gets worse in exchange, among the measures to watch."""
    found = []
    for measure in (m for m in _WATCHED if m not in spoken):
        row, better = rows.loc[measure], declaration(measure).better
        against = row["difference"] < 0 if better == "higher" else row["difference"] > 0
        if row["told_apart"] and against and abs(row["difference"]) >= CLEARLY * (row["high"] - row["low"]) / 2:
            found.append(_spoken(row))
    return [f"In exchange, {joined(found)}."] if found else []


def _how_to_read(study: Study) -> str:
    if study.manifest["replications"] == 1:
        return "One replication only: how sure the differences are cannot be told. Ask for more with --replications."
    return (
        f"{SAME} no difference the runs can tell. ± half the 95% interval of the difference, paired by replication; "
        "where there is no difference, about 1 time in 20 one is seen all the same."
    )


def _notes(study: Study) -> Iterator[str]:
    """What else a reader must know."""
    n = study.manifest["replications"]
    yield (
        f"Means of {n} replication{'s' * (n != 1)}, seed {study.manifest['seed']}. On time: within the standard. Waits and "
        "shares are of all who join the list in the year, those still waiting included."
    )
    measures = study.tables["measures"]
    total = len(measures[["scenario", "replication"]].drop_duplicates())
    for measure, label in HEADLINES.items():
        missing = measures[(measures["measure"] == measure) & measures["value"].isna()]
        if len(missing):
            runs = len(missing[["scenario", "replication"]].drop_duplicates())
            why = (
                "fewer than half would be seen within three years, at a year's rates"
                if "median" in measure
                else "undefined"
            )
            yield f"– {label}: in {runs} of {total} replications, {why}."
    for scenario in study.manifest["scenarios"]:
        for year in scenario["years"]:
            if year["months"] < 12:
                yield f"{scenario['name']}: year {year['year']} has only {year['months']} months; its sums are of those."
    yield from assumptions(study.scenarios)
