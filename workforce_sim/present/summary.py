"""The terminal summary: what the runs say, in words and tables that a planner can read aloud.

In: a `Study` or `Comparison`. Out: rich renderables, plain text where the output is not a terminal. No number is
computed here; what the runs cannot tell apart from no difference is marked as such. Words claim nothing about the
world: "in this model, with these assumptions".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from workforce_sim.analysis.declared import declaration
from workforce_sim.present.words import (
    UNDEFINED,
    Cell,
    assumptions,
    by_how_much,
    cells,
    change,
    joined,
    pounds,
    told,
    years_shown,
)
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

PRECISE = ("wait.treatment.within_standard", "wait.treatment.within_18_weeks", "waiting_list", "caseload_per_wte")
"""Measures whose intervals are narrowed, if no others are named: medians may not exist in some replications."""

COSTS = {"cost.total": "Cost in £1,000"}
"""The same for measures that are there only if the pay of every role is known."""

DANGERS = {
    "unallocated_over_2_weeks": "without a clinician for over two weeks",
    "without_registered_coordinator": "without the registered coordinator they need",
    "over_cap": "clinicians above their caseload",
}
"""Measures of the line on safety; the second is told only where the scenario asks for it."""

SAME = "≈"

MOST_SENTENCES = 5

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
        others = study.others
        for name in others:
            sentences = [*answer(study, name), *price(study, name)]
            parts += [Text(name, style="bold"), Padding(Text(" ".join(sentences)), (0, 0, 1, 2))]
        parts += [scenario_table(study, study.baseline), safety(study, study.baseline)]
        for name in others:
            parts += [difference_table(study, name), safety(study, name)]
        parts.append(Text(_how_to_read(study), style="dim"))
    else:
        for name in study.names:
            parts += [scenario_table(study, name), safety(study, name)]
    parts += [Text(line, style="dim") for line in notes(study)]
    return Group(*parts)


def scenario_table(study: Study, name: str) -> Table:
    """The headline measures of one scenario at the end of each year."""
    found = cells(study.summary, name)
    years = years_shown(year for _, year in found)
    table = _table(f"{name}: at the end of each year", years)
    for measure, label in _headlines(found).items():
        row = [found[measure, year] for year in years]
        table.add_row(label, *(told(cell.mean, cell.unit) for cell in row))
    return table


def difference_table(comparison: Comparison, name: str) -> Table:
    """One what-if: its measures at the end of each year, and under each the difference from the baseline."""
    found = cells(comparison.comparison, name)
    years = years_shown(year for _, year in found)
    table = _table(f"{name}: at the end of each year, and against the baseline", years)
    for measure, label in _headlines(found).items():
        row = [found[measure, year] for year in years]
        table.add_row(label, *(told(cell.mean, cell.unit) for cell in row))
        table.add_row(Text("  difference", style="dim"), *(_difference(cell) for cell in row))
    return table


def _headlines(found: Mapping[tuple[str, int], Cell]) -> dict[str, str]:
    measures = {measure for measure, _ in found}
    return HEADLINES | {measure: label for measure, label in COSTS.items() if measure in measures}


def safety(study: Study, name: str) -> RenderableType:
    """What must not happen, for the terminal."""
    return Padding(Text(safety_line(study, name)), (0, 0, 1, 0))


def safety_line(study: Study, name: str) -> str:
    """A sentence on what must not happen, at the end of the last year; of a what-if also against the baseline."""
    differs = isinstance(study, Comparison) and name != study.baseline
    found = cells(study.comparison if isinstance(study, Comparison) and differs else study.summary, name)
    last = max(year for _, year in found)
    flags = []
    for measure, words in DANGERS.items():
        if measure != "without_registered_coordinator" or study.told(name)["registered_coordinator"]:
            cell = found[measure, last]
            people = "" if measure == "over_cap" else " people"
            against = f" ({difference(cell)[0]})" if differs else ""
            flags.append(f"{told(cell.mean, '')}{people} {words}{against}")
    return f"Safety at the end of year {last}: {joined(flags)}."


def _table(title: str, years: Sequence[int]) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("", no_wrap=True)
    for year in years:
        table.add_column(f"year {year}", justify="right", no_wrap=True)
    return table


def difference(cell: Cell) -> tuple[str, str]:
    """`+6 ±2`, or ≈ where the runs cannot tell it apart from none; and `better`, `worse` or nothing."""
    if math.isnan(cell.difference):
        return UNDEFINED, ""
    if not math.isnan(cell.low) and not cell.told_apart:
        return SAME, ""
    return change(cell), {True: "worse", False: "better", None: ""}[is_worse(cell)]


def _difference(cell: Cell) -> Text:
    """The same for the terminal."""
    text, tone = difference(cell)
    return Text(text, style="dim" if text in (SAME, UNDEFINED) else {"worse": "red", "better": "green"}.get(tone, ""))


def is_worse(cell: Cell) -> bool | None:
    """Whether the what-if does worse than the baseline; None where neither way is better."""
    better = declaration(cell.measure).better
    return None if better == "neither" else (cell.difference > 0) == (better == "lower")


def answer(comparison: Comparison, name: str) -> list[str]:
    """Two to four sentences on one what-if, at the end of its last year, with how sure the runs are."""
    found = cells(comparison.comparison, name)
    last = max(year for _, year in found)
    rows = {measure: cell for (measure, year), cell in found.items() if year == last}
    known = [rows[m] for m in _answers(rows) if not math.isnan(rows[m].difference)]
    apart = [cell for cell in known if cell.told_apart]
    same = [_SPOKEN[cell.measure][0] for cell in known if not cell.told_apart]
    place = f"In this model, with these assumptions, by the end of year {last},"
    sentences = []
    if apart:
        sentences = [f"{place} {joined([_spoken(cell) for cell in apart])}, compared with {comparison.baseline}."]
    if same:
        begin = "The runs" if apart else f"{place} the runs"
        than = "" if apart else f" from {comparison.baseline}"
        sentences.append(f"{begin} can tell no difference{than} in {joined(same)}.")
    sentences += _worse(rows, {cell.measure for cell in known})
    sentences += _still_waiting(rows)
    if apart:
        sentences += _when(found, apart[0]) + _for_whom(rows)
    return sentences[:MOST_SENTENCES]


def _still_waiting(rows: Mapping[str, Cell]) -> list[str]:
    """Why those still waiting may have waited longer although the service has improved."""
    waited = rows["wait.treatment.waiting_median"]
    better = [
        cell for cell in (rows["wait.treatment.within_standard"], rows["waiting_list"])
        if cell.told_apart and is_worse(cell) is False
    ]  # fmt: skip
    if not better or not waited.told_apart or waited.difference <= 0:
        return []
    return [
        f"Those still waiting have waited longer (median {by_how_much(waited)}) although the service has improved: "
        "people who had waited less have left the list, and those who wait longest remain; judge by the share and the "
        "list."
    ]


def price(comparison: Comparison, name: str) -> list[str]:
    """A sentence on what it costs in the last year, and for each week of waiting saved; none if costs are not known."""
    found = cells(comparison.comparison, name)
    year = max(year for _, year in found)
    cell = found.get(("cost.total", year))
    if cell is None or math.isnan(cell.difference):
        return []
    if not cell.difference:
        return [f"In year {year} it costs as much as {comparison.baseline}."]
    if not cell.told_apart and not math.isnan(cell.low):
        return [f"The runs can tell no difference in what year {year} costs."]
    more = "more" if cell.difference > 0 else "less"
    return [
        f"Year {year} costs {by_how_much(cell)} {more}{_per_week(comparison, name, year) if more == 'more' else ''}."
    ]


def _per_week(comparison: Comparison, name: str, year: int) -> str:
    """What a week of waiting saved costs, by both ways of counting weeks."""
    value = comparison.value[(comparison.value["scenario"] == name) & (comparison.value["year"] == year)]
    known = value.dropna(subset=["pounds_per_week"])
    if not len(known):
        return ", and no wait is told to be shorter for it"
    sums = zip(*(known[column].tolist() for column in ("pounds_per_week", "low", "high")), strict=True)
    each = [f"{pounds(*told)} among {who}" for told, who in zip(sums, known["among"], strict=True)]
    return f"; a week of waiting saved costs {joined(each)}"


def _answers(rows: Mapping[str, Cell]) -> list[str]:
    """The measures of the answer; the share treated within 18 weeks where a median is never reached."""
    median, *others = _ANSWERS
    return ["wait.treatment.within_18_weeks" if math.isnan(rows[median].difference) else median, *others]


def _spoken(cell: Cell) -> str:
    words, up, down = _SPOKEN[cell.measure]
    return f"{words} is {by_how_much(cell)} {up if cell.difference > 0 else down}"


def _when(found: Mapping[tuple[str, int], Cell], last: Cell) -> list[str]:
    """Since which year the first answer holds without a break."""
    years = sorted(year for measure, year in found if measure == last.measure)
    since = last.year
    for year in reversed(years):
        cell = found[last.measure, year]
        if not cell.told_apart or cell.difference * last.difference <= 0:
            break
        since = year
    return (
        [f"The difference in {_SPOKEN[last.measure][0]} can be told from year {since} on."] if since > years[0] else []
    )


def _for_whom(rows: Mapping[str, Cell]) -> list[str]:
    """The change in the median wait for treatment, severity by severity."""
    stem = "wait.treatment.median.severity."
    parts = {measure.removeprefix(stem): cell for measure, cell in rows.items() if measure.startswith(stem)}
    if len(parts) < 2 or not any(cell.told_apart for cell in parts.values()):
        return []
    changes = [f"{change(c) if c.told_apart else 'no difference to tell'} ({s})" for s, c in parts.items()]
    return [f"By severity, the median wait for treatment changes, in weeks, by {joined(changes)}."]


def _worse(rows: Mapping[str, Cell], spoken: AbstractSet[str]) -> list[str]:
    """What clearly gets worse in exchange, among the measures to watch."""
    watched = (rows[measure] for measure in _WATCHED if measure not in spoken)
    found = [
        _spoken(cell)
        for cell in watched
        if cell.told_apart and is_worse(cell) and abs(cell.difference) >= CLEARLY * cell.half_width
    ]
    return [f"At the same time, {joined(found)}."] if found else []


def _how_to_read(study: Study) -> str:
    if study.manifest["replications"] == 1:
        return "One replication only: how sure the differences are cannot be told. Ask for more with --replications."
    return (
        f"{SAME} no difference the runs can tell. ± half the 95% interval of the difference, paired by replication; "
        "where there is no difference, about 1 time in 20 one is seen all the same."
    )


def notes(study: Study) -> Iterator[str]:
    """What else a reader must know."""
    n = study.manifest["replications"]
    yield (
        f"Means of {n} replication{'s' * (n != 1)}, seed {study.manifest['seed']}. On time: within the standard. "
        "Waits and shares are of all who join the list in the year, those still waiting included."
    )
    measures = study.tables["measures"]
    total = len(measures[["scenario", "replication"]].drop_duplicates())
    for measure, label in HEADLINES.items():
        missing = measures[(measures["measure"] == measure) & measures["value"].isna()]
        if len(missing):
            runs = len(missing[["scenario", "replication"]].drop_duplicates())
            why = "fewer than half would be seen within three years" if "median" in measure else "undefined"
            yield f"{UNDEFINED} {label}: in {runs} of {total} replications, {why}."
    for scenario in study.manifest["scenarios"]:
        for year in scenario["years"]:
            if year["months"] < 12:
                yield f"{scenario['name']}: year {year['year']} has only {year['months']} months; sums are of those."
    yield from _rules(study)
    agreeing, checks = int(study.checks["agrees"].sum()), len(study.checks)
    yield f"Cross-checks on paper (Little, Fong, WISN, CAPA, Erlang): {agreeing} of {checks} agree; see checks.csv."
    yield from assumptions({name: study.register(name) for name in study.names})


def _rules(study: Study) -> Iterator[str]:
    """How often standing rules were on."""
    fired = study.tables["standing_rules"]
    for scenario in study.manifest["scenarios"]:
        days = scenario["days"] * study.manifest["replications"]
        for rule in scenario["rules"]:
            own = fired[(fired["scenario"] == scenario["name"]) & (fired["rule"] == rule)]
            runs = own["replication"].nunique()
            share = f"on for {100 * own['days'].sum() / days:.0f}% of the time" if runs else "never on"
            total = study.manifest["replications"]
            yield f"{scenario['name']}: rule {rule} came on in {runs} of {total} runs, {share}."
