"""One number at a time: the tornado, and the break-even size of an effect.

In: a base, perhaps a what-if, a measure, and the uncertain numbers. Out: what the answer (the measure; with a what-if,
how much more of it the what-if has) becomes with each number at either end of its range, all else as it is, and at
which size of a number the what-if stops being better. Everything meets the same luck, so that changes are paired by
replication.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from workforce_sim.analysis.intervals import t_interval
from workforce_sim.analysis.value import WEEKS
from workforce_sim.errors import UsageError
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.studies.found import Found, mean_of, told_apart
from workforce_sim.studies.parameters import Parameter, both_with, parameters
from workforce_sim.studies.running import Asked, How, answers, asked

COST = "cost.total"
SCANNED = 5
"""So many sizes across the range are tried before a root is looked for between two of them."""
HALVINGS = 6
"""A root is then found to a two-hundred-and-fiftieth of the range: within chance, more says nothing."""


def tornado(
    base: Scenario,
    whatif: Scenario | None = None,
    measure: str = "waiting_list",
    year: int | None = None,
    patterns: Sequence[str] = (),
    how: How | None = None,
) -> Found:
    """Each uncertain number at its low and at its high end, the greatest swing first.

    The frame has two rows for each number: parameter, end, set_to, answer, change, low, high, told_apart; `low` and
    `high` are the paired 95 % interval of the change from the answer as it is.
    """
    how = how or How()
    what = asked(base, measure, year, how)
    chosen = parameters(base, whatif, patterns)
    settings = [(each, end, getattr(each, end)) for each in chosen for end in ("low", "high")]

    def scenarios() -> Iterator[Sequence[Scenario]]:
        yield (base,) if whatif is None else (base, whatif)
        for each, end, value in settings:
            yield both_with(base, whatif, {each: value}, f"{each.path} {end},")

    found = answers(scenarios(), 1 + len(settings), what, how)
    rows = []
    for (each, end, value), answer in zip(settings, found[1:], strict=True):
        change, low, high = mean_of(answer - found[0])
        rows.append(
            (each.path, each.grade, each.told(each.value), end, each.told(value), answer.mean(), change, low, high)
        )
    names = ["parameter", "grade", "value", "end", "set_to", "answer", "change", "low", "high"]
    frame = pd.DataFrame(rows, columns=names)
    frame["told_apart"] = [told_apart(low, high) for low, high in zip(frame["low"], frame["high"], strict=True)]
    swing = frame.groupby("parameter")["change"].transform(lambda change: change.abs().max())
    order = np.lexsort((frame.index, -swing))
    answer_now = pd.DataFrame([mean_of(found[0])], columns=["answer", "low", "high"])
    sheets = {"tornado": frame.iloc[order].reset_index(drop=True), "answer": answer_now}
    return Found(kind="tornado", what=what, how=how, base=base, whatif=whatif, sheets=sheets, notes=_notes(chosen))


def _notes(chosen: Sequence[Parameter]) -> tuple[str, ...]:
    return tuple(f"{each.path}: {each.note}." for each in chosen if each.note)


# --- break-even ------------------------------------------------------------------------------------------------------


@dataclass
class _Curve:
    """How much better the what-if is at each size tried: the better, by replication."""

    parameter: Parameter
    base: Scenario
    whatif: Scenario
    what: Asked
    how: How
    worth: float | None
    tried: dict[float, np.ndarray] = field(default_factory=dict)

    def at(self, sizes: Sequence[float]) -> None:
        """Try some sizes."""
        new = [size for size in sizes if size not in self.tried]
        pairs = [both_with(self.base, self.whatif, {self.parameter: s}, f"{self.parameter.path} {s:.6g},") for s in new]
        if new and self.worth is None:
            found = self.what.sign * answers(pairs, len(pairs), self.what, self.how)
            self.tried.update(zip(new, found, strict=True))
        elif new and (worth := self.worth) is not None:
            weeks, cost = (answers(pairs, len(pairs), self._sum_of(m), self.how) for m in (WEEKS, COST))
            self.tried.update(zip(new, -worth * weeks - cost, strict=True))

    def _sum_of(self, measure: str) -> Asked:
        return Asked(measure, self.what.year, "", "lower")

    def mean(self, size: float) -> float:
        return float(self.tried[size].mean())

    def sizes(self) -> list[float]:
        return sorted(self.tried)


def break_even(
    base: Scenario,
    whatif: Scenario,
    measure: str = "waiting_list",
    year: int | None = None,
    patterns: Sequence[str] = (),
    how: How | None = None,
    worth: float | None = None,
) -> Found:
    """The size of each number at which the what-if stops being better than the base, if there is one in its range.

    Better is less or more of the measure, as the measure says. With `worth`, pounds for a week of waiting saved, better
    is a net benefit above nothing: worth x person-weeks saved, less the extra cost, in the year (net monetary benefit:
    Stinnett and Mullahy, *Medical Decision Making* 18, 1998, S68-S80). The range is scanned, then halved on the same
    luck. `low` and `high` enclose the sizes at which the runs cannot tell which is better (the paired 95 % interval of
    the improvement holds zero), an inversion of that interval in straight lines between the sizes tried.
    """
    how = how or How()
    what = asked(base, measure, year, how)
    if worth is not None:
        what = asked(base, COST, year, how)._replace(measure="net benefit")
    elif what.better == "neither":
        raise UsageError(
            f"of {measure}, neither more nor less is better; a break-even needs a measure with a good side"
        )
    chosen = parameters(base, whatif, patterns)
    rows, points = [], []
    for place, each in enumerate(chosen):
        curve = _Curve(each, base, whatif, what, how, worth)
        rows.append(_broken_even(curve))
        for size in curve.sizes():
            points.append((each.path, size, *mean_of(curve.tried[size])))  # noqa: PERF401  reads better so
        how.on_point(place + 1, len(chosen))
    names = ["parameter", "grade", "value", "range_low", "range_high", "size", "low", "high", "told", "verdict"]
    tried = pd.DataFrame(points, columns=["parameter", "size", "improvement", "low", "high"])
    sheets = {"break_even": pd.DataFrame(rows, columns=names), "tried": tried}
    notes = _notes(chosen)
    if worth is not None:
        notes = (f"Better: a week of waiting saved is taken to be worth £{worth:,.0f}, less what it costs.", *notes)
    return Found(kind="break-even", what=what, how=how, base=base, whatif=whatif, sheets=sheets, notes=notes)


def _broken_even(curve: _Curve) -> tuple[object, ...]:
    """One row of the answer."""
    each = curve.parameter
    curve.at(sorted({*np.linspace(each.low, each.high, SCANNED).tolist(), each.value}))
    sizes = curve.sizes()
    turns = [i for i in range(len(sizes) - 1) if (curve.mean(sizes[i]) > 0) != (curve.mean(sizes[i + 1]) > 0)]
    told = (each.path, each.grade, each.told(each.value), each.told(each.low), each.told(each.high))
    if not turns:
        return (*told, np.nan, np.nan, np.nan, "", _throughout(curve))
    nearest_turn = min(turns, key=lambda i: abs((sizes[i] + sizes[i + 1]) / 2 - each.value))
    below, above = sizes[nearest_turn], sizes[nearest_turn + 1]
    better_below = curve.mean(below) > 0
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        curve.at([middle])
        below, above = (middle, above) if (curve.mean(middle) > 0) == better_below else (below, middle)
    low, high = _cannot_tell(curve, (below + above) / 2)
    side = "better below it" if better_below else "better above it"
    more = "" if len(turns) == 1 else f"; it crosses {len(turns)} times, this is the nearest to the value"
    root = (below + above) / 2
    words = f"{_brief(each, root)} ({_brief(each, low)} to {_brief(each, high)})"
    return (*told, root, low, high, words, side + more)


def _brief(parameter: Parameter, size: float) -> str:
    """A size to three digits: more would be chance."""
    return parameter.told(float(f"{size:.3g}"))


def _throughout(curve: _Curve) -> str:
    """What holds in the whole range, and whether the runs can tell."""
    found = t_interval(np.array([curve.tried[size] for size in curve.sizes()]))
    better = bool((found.mean > 0).all())
    sure = bool((found.low > 0).all() if better else (found.high < 0).all())
    if not found.mean.any() and (found.low == found.high).all():
        return "no such size within the range: no difference at any size"
    words = "better" if better else "not better"
    return f"no such size within the range: {words} throughout" + ("" if sure else ", though not surely at every size")


def _cannot_tell(curve: _Curve, root: float) -> tuple[float, float]:
    """The sizes around the root between which the interval of the improvement holds zero; ends of the range at most."""
    sizes = np.array(curve.sizes())
    interval = t_interval(np.array([curve.tried[size] for size in sizes]))
    ends = []
    for outwards in (sizes[sizes <= root][::-1], sizes[sizes >= root]):
        edge = outwards[-1]
        for near, far in pairwise(outwards):
            crossing = _crossing(sizes, interval.low, near, far), _crossing(sizes, interval.high, near, far)
            found = [each for each in crossing if each is not None]
            if found:
                edge = min(found, key=lambda each: abs(each - root))
                break
        ends.append(float(edge))
    return ends[0], ends[1]


def _crossing(sizes: np.ndarray, bound: np.ndarray, near: float, far: float) -> float | None:
    """Where a bound goes through zero between two sizes, in a straight line; None if it does not."""
    a, b = bound[sizes == near][0], bound[sizes == far][0]
    return None if (a > 0) == (b > 0) else float(near + (far - near) * a / (a - b))
