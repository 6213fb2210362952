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

from datetime import date
from typing import NamedTuple

import numpy as np

from workforce_sim.analysis.declared import CLOCKS
from workforce_sim.engine.state import LOG
from workforce_sim.inputs.codes import NOT_YET, End
from workforce_sim.inputs.rules import Inputs
from workforce_sim.results.tables import WAITS, WITHIN_WEEKS, years_of_periods

NEVER = 1 << 30
"""A day after every horizon."""

LONGEST_DAYS = 156 * 7
"""Censoring-aware waits beyond three years are told as not reached."""

SPANS = ("year", "quarter")

OPEN = 0.05
"""Share of people of whom it may be unknown whether they would have been seen in time."""

_EXACT = 1e-9
"""Slack for sums of chances: half is reached at 0.5 - 1e-9."""


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
    for name in CLOCKS:
        for span in SPANS:
            window, ways = windows(inputs, span), ways_to_look(log, inputs, span)
            stays, n = _stays(clock(log, name), window, ways, standards)
            columns = {"joined": _count(stays.cell[stays.joined], n)} | _completed(stays, n) | _waiting(stays, n)
            known = sum(len(p.values) for p in ways if p.by != "stream" or name == "internal") * len(window.first)
            aware = _censoring_aware(stays.where(stays.cell < known), known, np.unique(standards))
            columns |= {measure: np.append(values, np.full(n - known, np.nan)) for measure, values in aware.items()}
            parts.append(np.stack([columns[c.name] for c in WAITS.values], axis=1))
    return np.concatenate(parts)


def _standards(log: np.ndarray, inputs: Inputs) -> np.ndarray:
    """int64, (spell,), days: the standard of the severity at referral, in force on the day of referral."""
    table = np.array([[own.standard for own in epoch.rules] for epoch in inputs.epochs])
    kind = np.array(inputs.names.kind_of_team)[log["team"]]
    days = np.array([epoch.day for epoch in inputs.epochs])
    epoch = np.clip(np.searchsorted(days, log["referral_day"], side="right") - 1, 0, None)
    return np.asarray(table[epoch, kind, log["severity_at_referral"]], dtype=np.int64)


class Stays(NamedTuple):
    """Stays on the clock, one row per stay, window and attribute: int64 or bool, (row,)."""

    cell: np.ndarray  # (attribute, window)
    entry: np.ndarray  # wait already had on the first day in the window
    exit: np.ndarray  # wait had on the last day in the window
    seen: np.ndarray
    gone: np.ndarray
    waiting: np.ndarray  # still on the clock at the window's end
    joined: np.ndarray  # came onto the clock within the window
    standard: np.ndarray  # days

    def where(self, chosen: np.ndarray) -> Stays:
        """The rows for which `chosen` is true."""
        if chosen.all():
            return self
        rows = np.flatnonzero(chosen)
        return Stays(*(column[rows] for column in self))


def _stays(clock_: Clock, window: Windows, ways: list[People], standards: np.ndarray) -> tuple[Stays, int]:
    """Lay the clock of every spell over the windows, once for each way to look; and the number of cells."""
    stop, n = clock_.stop, len(window.first)
    first = np.searchsorted(window.last, clock_.begin)
    last = np.searchsorted(window.first, stop, side="right") - 1
    count = np.where(clock_.on, np.clip(last - first + 1, 0, None), 0)
    spell = np.repeat(np.arange(len(stop)), count)
    place = np.arange(len(spell)) - np.repeat(np.cumsum(count) - count, count) + first[spell]
    a, b, begin, end = window.first[place], window.last[place], clock_.begin[spell], stop[spell]
    inside = end <= b
    stay = (
        np.maximum(begin, a) - begin, np.minimum(end, b) - begin, inside & (clock_.seen[spell] == end),
        inside & (clock_.gone[spell] == end), ~inside, begin >= a, standards[spell],
    )  # fmt: skip
    parts, offset = [], 0
    for people in ways:
        code = people.code[spell]
        rows = slice(None) if (code >= 0).all() else np.flatnonzero(code >= 0)
        cell = (code[rows] + offset) * n + place[rows]
        parts.append([cell, *(column[rows] for column in stay)])
        offset += len(people.values)
    return Stays(*(np.concatenate(columns) for columns in zip(*parts, strict=True))), offset * n


def _completed(stays: Stays, n: int) -> dict[str, np.ndarray]:
    """Waits of those seen within the window, cell by cell."""
    cell, wait, standard = (column[stays.seen] for column in (stays.cell, stays.exit, stays.standard))
    spread = {f"completed{name}": values for name, values in _spread(cell, wait, n, (0.5, 0.9, 0.92)).items()}
    within = _ratio(_count(cell[wait <= standard], n), spread["completed"])
    return spread | {"completed_within_standard": within}


def _waiting(stays: Stays, n: int) -> dict[str, np.ndarray]:
    """Waits so far of those still on the clock at the window's end, cell by cell."""
    cell, wait = stays.cell[stays.waiting], stays.exit[stays.waiting]
    spread = {f"waiting{name}": values for name, values in _spread(cell, wait, n, (0.5, 0.9)).items()}
    return spread | {f"waiting_over_{weeks}_weeks": _count(cell[wait > weeks * 7], n) for weeks in (18, 52, 104)}


def _censoring_aware(stays: Stays, n: int, standards: np.ndarray) -> dict[str, np.ndarray]:
    """Waits of all who join at the window's rates, cell by cell."""
    curve = incidence(stays, n, LONGEST_DAYS)
    longest = _longest(stays, n)
    return {
        "within_standard": _share_within_standard(stays, n, standards, curve),
        **{f"within_{weeks}_weeks": share_by(longest, curve, weeks * 7) for weeks in WITHIN_WEEKS},
        "median": first_day(curve.seen, 0.5),
        "p90": first_day(curve.seen, 0.9),
    }


def _count(cell: np.ndarray, n: int) -> np.ndarray:
    return np.asarray(np.bincount(cell, minlength=n), dtype=np.float64)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part / whole, undefined where whole is zero."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))


def _spread(cell: np.ndarray, wait: np.ndarray, n: int, levels: tuple[float, ...]) -> dict[str, np.ndarray]:
    """Count, mean and quantiles of the waits in each cell. A quantile is the first day by which that share is done."""
    count = _count(cell, n)
    spread = {"": count, "_mean": _ratio(np.bincount(cell, weights=wait, minlength=n), count)}
    ranked = np.append(np.sort((cell << 32) + wait) & 0xFFFFFFFF, 0)
    before = np.cumsum(count) - count
    for level in levels:
        place = np.where(count > 0, before + np.maximum(np.ceil(level * count - _EXACT), 1) - 1, len(ranked) - 1)
        name = "_median" if level == 0.5 else f"_p{round(level * 100)}"
        spread[name] = np.where(count > 0, ranked[place.astype(np.int64)], np.nan)
    return spread


class Curve(NamedTuple):
    """Of all who join: float64, (cell, day of the wait from 0)."""

    seen: np.ndarray  # cumulative incidence of being seen by then
    staying: np.ndarray  # neither seen nor gone by then


def incidence(stays: Stays, n: int, days: int) -> Curve:
    """The curve of each of n cells up to `days`, or up to the longest wait if that is less.

    Aalen and Johansen (1978) on a life table in days with delayed entry. On a day of the wait when nobody is at risk
    nothing happens.
    """
    width = min(days, int(stays.exit.max(initial=0))) + 1
    here = stays.cell * width

    def tally(day: np.ndarray, chosen: np.ndarray | bool = True) -> np.ndarray:
        return np.bincount((here + day)[chosen & (day < width)], minlength=n * width).reshape(n, width)

    risk = tally(stays.entry)
    risk -= tally(stays.exit + 1)
    np.maximum(np.cumsum(risk, axis=1, out=risk), 1, out=risk)
    seen = tally(stays.exit, stays.seen) / risk
    staying = tally(stays.exit, stays.gone) / risk
    staying += seen
    np.subtract(1.0, staying, out=staying)
    np.cumprod(staying, axis=1, out=staying)
    seen[:, 1:] *= staying[:, :-1]
    return Curve(np.cumsum(seen, axis=1, out=seen), staying)


def first_day(cumulative: np.ndarray, level: float) -> np.ndarray:
    """float64, (cell,): the first day by which the share `level` is reached; NaN if it never is."""
    day = np.count_nonzero(cumulative < level - _EXACT, axis=1).astype(np.float64)
    return np.where(day < cumulative.shape[1], day, np.nan)


def _share_within_standard(stays: Stays, n: int, standards: np.ndarray, curve: Curve) -> np.ndarray:
    """float64, (cell,): of all who join, the share seen within their standard (days).

    Where people have different standards, each standard has its own life table, weighted by those who joined.
    """
    if len(standards) <= 1:
        return share_by(_longest(stays, n), curve, int(standards.max(initial=0)))
    share, weight = np.zeros(n), np.zeros(n)
    for standard in standards:
        some = stays.where(stays.standard == standard)
        joined = _count(some.cell[some.joined], n)
        by = share_by(_longest(some, n), incidence(some, n, int(standard)), int(standard))
        share += np.where(joined > 0, joined * by, 0.0)
        weight += joined
    return _ratio(share, weight)


def _longest(stays: Stays, n: int) -> np.ndarray:
    """int64, (cell,): the longest wait that anybody was followed for, days; -1 if nobody was there."""
    longest = np.full(n, -1, dtype=np.int64)
    np.maximum.at(longest, stays.cell, stays.exit)
    return longest


def share_by(longest: np.ndarray, curve: Curve, day: int) -> np.ndarray:
    """float64, (cell,): share seen by `day`; NaN if nobody was followed for so long and more than OPEN were left.

    Where fewer were left, they count as not seen: the share is true to within OPEN.
    """
    last = min(day, curve.seen.shape[1] - 1)
    known = (longest >= day) | (curve.staying[:, last] <= OPEN)
    return np.where(known, curve.seen[:, last], np.nan)
