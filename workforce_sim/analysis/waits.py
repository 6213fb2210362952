"""Waits on four clocks: of those seen, of those still waiting, and of all who join (censoring-aware).

In: the log of one replication's spells and the compiled scenario. Out: one row of numbers per clock, attribute, and
year or quarter (columns: `results.tables.WAITS`; row names: `wait_rows`). Days, in whole days.

**Censoring-aware** waits come from a *period life table*: everybody on the clock at any time of the year is at risk
from the wait they had at its start (delayed entry; Andersen, Borgan, Gill and Keiding, *Statistical Models Based on
Counting Processes*, 1993, section III.3) until they are seen, are gone unseen, or the year ends (censoring). Giving up
is a competing event, never "would have been seen": the share seen by day t is the cumulative incidence of Aalen and
Johansen (*Scand. J. Statist.* 5, 1978, 141-150); the median is the first day by which half of all who join are seen.

Two assumptions. On the clocks `treatment` and `second_contact`, being closed with advice is censoring: that person
never needed the next step, and nothing is said of how long they would have waited for it. And a *stream* is known only
from assessment on, so that by stream the clocks from referral show the seen and the waiting but no life table; the
hidden wait (`internal`) by stream shows it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import numpy as np

from workforce_sim.analysis.declared import CLOCKS
from workforce_sim.analysis.life_tables import (
    COMPLETED,
    COMPLETED_DAYS,
    IN_TIME,
    JOINED,
    LONGEST,
    OVER_18,
    OVER_WEEKS,
    SEEN,
    STILL,
    WAITING,
    WAITING_DAYS,
    Followed,
    censoring_aware,
    counted,
    quantiles,
)
from workforce_sim.engine.state import LOG
from workforce_sim.inputs.codes import NOT_YET, End
from workforce_sim.inputs.rules import Inputs
from workforce_sim.results.tables import WAITS, WITHIN_WEEKS, years_of_periods

NEVER = 1 << 30
"""A day after every horizon."""

LONGEST_DAYS = 156 * 7
"""Censoring-aware waits beyond three years are told as not reached."""

SPANS = ("year", "quarter")

_WITHIN_DAYS = np.array([weeks * 7 for weeks in WITHIN_WEEKS])
_SEEN_BY = {"median": 0.5, "p90": 0.9, "p92": 0.92}
_SO_FAR = {"median": 0.5, "p90": 0.9}
_REACHED = {"median": 0.5, "p90": 0.9}
_AWARE = ("within_standard", *(f"within_{weeks}_weeks" for weeks in WITHIN_WEEKS), *_REACHED)


class Clock(NamedTuple):
    """One clock of every spell: int64, (spell,), days; NEVER for what has not happened."""

    on: np.ndarray  # bool: was ever on this clock
    begin: np.ndarray
    seen: np.ndarray
    gone: np.ndarray  # left unseen, a competing event
    lost: np.ndarray  # left for a reason that says nothing about the wait: censored

    @property
    def stop(self) -> np.ndarray:
        """Last day on the clock, NEVER if still on it."""
        return np.asarray(np.minimum(np.minimum(self.seen, self.gone), self.lost))


class Windows(NamedTuple):
    """Consecutive stretches of days, both ends included: the years or the quarters of the results."""

    span: str
    first: np.ndarray  # int64, (window,), day
    last: np.ndarray
    period_start: list[date]
    year: np.ndarray


class People(NamedTuple):
    """One way to look at people, such as by severity."""

    by: str
    values: tuple[str, ...]
    code: np.ndarray  # int64, (spell,): place among `values`, -1 not known


def clock(log: np.ndarray, name: str) -> Clock:
    """The clock called `name` of every spell of a log."""

    def day(column: str) -> np.ndarray:
        days = log[column].astype(np.int64)
        return np.where(days == NOT_YET, NEVER, days)

    begin, seen = {
        "assessment": ("referral_day", "first_contact_day"),
        "second_contact": ("referral_day", "second_contact_day"),
        "treatment": ("referral_day", "start_day"),
        "internal": ("assessed_day", "start_day"),
    }[name]
    elsewhere = np.isin(log["end"], (End.CLOSED_WITH_ADVICE, End.TRANSFERRED))
    internal = log["internal"] == 1
    begins = day(begin)
    if name == "internal":
        begins = np.where(internal, day("referral_day"), begins)
    on = (log["end"] != End.DECLINED) & (begins != NEVER) & ((name == "internal") | ~internal)
    if name == "internal":
        on &= ~elsewhere
    ended, seen_day = day("end_day"), day(seen)
    unseen = ended < seen_day
    gone = np.where(unseen & ~elsewhere, ended, NEVER)
    lost = np.where(unseen & elsewhere, ended, NEVER)
    return Clock(on, begins, seen_day, gone, lost)


def windows(inputs: Inputs, span: str) -> Windows:
    """The years or quarters of the results; both begin with the first month that counts."""
    years = years_of_periods(inputs)
    counted = np.flatnonzero(years > 0)
    start = np.array([(day - inputs.start).days for day in inputs.period_starts], dtype=np.int64)
    past = np.append(start[1:], inputs.days)
    label = years[counted] if span == "year" else np.arange(len(counted)) // 3
    heads = counted[np.unique(label, return_index=True)[1]]
    tails = np.append(heads[1:] - 1, counted[-1:]) if len(heads) else heads
    return Windows(span, start[heads], past[tails] - 1, [inputs.period_starts[h] for h in heads], years[heads])


def ways_to_look(log: np.ndarray, inputs: Inputs, span: str) -> list[People]:
    """All people, and by severity at referral; by year also by team, source, group and, last, stream."""
    names, streams = inputs.names, tuple(sorted(set(inputs.names.streams)))
    stream_of = np.array([streams.index(s) for s in names.streams] + [-1], dtype=np.int64)
    ways = [
        People("all", ("all",), np.zeros(len(log), dtype=np.int64)),
        People("severity", names.severities, log["severity_at_referral"]),
        People("team", names.teams, log["team"]),
        People("source", names.sources, log["source"]),
        People("group", names.groups, log["group"]),
        People("stream", streams, stream_of[log["package"]]),
    ]
    return ways if span == "year" else ways[:2]


def wait_rows(inputs: Inputs) -> dict[str, np.ndarray]:
    """Names of the rows of `waits`: clock, by, value, span, period_start, year."""
    nobody = np.zeros(0, dtype=LOG)
    seen_through = {span: windows(inputs, span) for span in SPANS}
    rows = [
        (name, people.by, value, span, day, year)
        for name in CLOCKS
        for span, through in seen_through.items()
        for people in ways_to_look(nobody, inputs, span)
        for value in people.values
        for day, year in zip(through.period_start, through.year, strict=True)
    ]
    columns = list(zip(*rows, strict=True)) or [()] * 6
    labels = ("clock", "by", "value", "span", "period_start", "year")
    kinds = ("str", "str", "str", "str", "datetime64[D]", "int64")
    return {label: np.array(column, dtype=kind) for label, column, kind in zip(labels, columns, kinds, strict=True)}


def waits(log: np.ndarray, inputs: Inputs) -> np.ndarray:
    """float64, (row of `wait_rows`, column of WAITS.values): the waits of one replication."""
    standards, parts = _standards(log, inputs), []
    different = np.unique(standards)
    looks = [(windows(inputs, span), ways_to_look(log, inputs, span)) for span in SPANS]
    for name in CLOCKS:
        own = clock(log, name)
        for window, ways in looks:
            followed = _followed(own, window, standards)
            for people in ways:
                known = people.by != "stream" or name == "internal"
                columns = _columns(followed, window, people, different if known else None)
                parts.append(np.stack([columns[c.name] for c in WAITS.values], axis=1))
    return np.concatenate(parts)


def _followed(own: Clock, window: Windows, standards: np.ndarray) -> Followed:
    """Spells that were on the clock within the windows."""
    stop = own.stop
    first = np.searchsorted(window.last, own.begin)
    last = np.searchsorted(window.first, stop, side="right") - 1
    spell = np.flatnonzero(own.on & (first <= last))
    begin, stop = own.begin[spell], stop[spell]
    seen, gone = own.seen[spell] == stop, own.gone[spell] == stop
    return Followed(spell, begin, stop, seen, gone, standards[spell], first[spell], last[spell])


def _columns(
    followed: Followed, window: Windows, people: People, standards: np.ndarray | None
) -> dict[str, np.ndarray]:
    """(cell,), by name: the waits of one clock, in windows, by one attribute; life tables if `standards` are given."""
    width = int((np.minimum(followed.stop, window.last.max(initial=0)) - followed.begin).max(initial=0)) + 2

    def laid(some: Followed) -> tuple[np.ndarray, np.ndarray]:
        sums, counts = counted(some, people.code[some.spell], window.first, window.last, len(people.values), width)
        return sums, counts

    sums, counts = laid(followed)
    seen, waiting = sums[:, COMPLETED], sums[:, WAITING]
    columns = {
        "joined": sums[:, JOINED],
        "completed": seen,
        "completed_mean": _ratio(sums[:, COMPLETED_DAYS], seen),
        "completed_within_standard": _ratio(sums[:, IN_TIME], seen),
        "waiting": waiting,
        "waiting_mean": _ratio(sums[:, WAITING_DAYS], waiting),
    }
    columns |= {f"waiting_over_{weeks}_weeks": sums[:, OVER_18 + i] for i, weeks in enumerate(OVER_WEEKS)}
    for column, total, name, levels in ((SEEN, seen, "completed", _SEEN_BY), (STILL, waiting, "waiting", _SO_FAR)):
        found = quantiles(counts, column, total, np.array(list(levels.values())))
        columns |= {f"{name}_{quantile}": found[:, i] for i, quantile in enumerate(levels)}
    if standards is None:
        return columns | dict.fromkeys(_AWARE, np.full(len(sums), np.nan))
    levels_ = np.array(list(_REACHED.values()))
    share, reached = censoring_aware(counts, sums[:, LONGEST], _WITHIN_DAYS, levels_, LONGEST_DAYS)
    columns |= {f"within_{weeks}_weeks": share[:, i] for i, weeks in enumerate(WITHIN_WEEKS)}
    columns |= {name: reached[:, i] for i, name in enumerate(_REACHED)}
    by_standard = []
    for standard in standards:
        if len(standards) > 1:
            sums, counts = laid(followed.where(followed.standard == standard))
        share, _ = censoring_aware(counts, sums[:, LONGEST], np.array([standard]), levels_[:0], 0)
        by_standard.append((share[:, 0], sums[:, JOINED]))
    return columns | {"within_standard": _together(by_standard, len(sums))}


def _together(parts: Collection[tuple[np.ndarray, np.ndarray]], n: int) -> np.ndarray:
    """float64, (cell,): shares of several life tables as one, weighted by how many joined; one alone as it is."""
    if len(parts) == 1:
        ((share, _),) = parts
        return share
    within = sum((np.where(joined > 0, joined * share, 0.0) for share, joined in parts), np.zeros(n))
    return _ratio(within, sum((joined for _, joined in parts), np.zeros(n)))


def _standards(log: np.ndarray, inputs: Inputs) -> np.ndarray:
    """int64, (spell,), days: the standard of the severity at referral, in force on the day of referral."""
    table = np.array([[own.standard for own in epoch.rules] for epoch in inputs.epochs])
    kind = np.array(inputs.names.kind_of_team)[log["team"]]
    days = np.array([epoch.day for epoch in inputs.epochs])
    epoch = np.clip(np.searchsorted(days, log["referral_day"], side="right") - 1, 0, None)
    return np.asarray(table[epoch, kind, log["severity_at_referral"]], dtype=np.int64)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part / whole, undefined where whole is zero."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))
