"""What did it: how much each change of a combined what-if adds to the whole difference (Shapley values).

In: a base, a what-if that extends it, a measure. Out: a frame by change. The value of a change is what it adds when it
joins the changes before it, averaged over all orders in which they can come (Shapley, in *Contributions to the Theory
of Games* II, 1953, 307-317; for computer models: Owen, *SIAM/ASA Journal on Uncertainty Quantification* 2, 2014,
245-251). The values add up to the whole difference, in every replication. All coalitions meet the same luck.

Up to eight changes every coalition is run (256). Above, orders are drawn, each with its reverse (antithetic, as
Mitchell and others, *Journal of Machine Learning Research* 23(43), 2022); the sum stays exact in each order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice
from math import factorial

import numpy as np
import pandas as pd

from workforce_sim.errors import ScenarioError, UsageError
from workforce_sim.scenario.coalitions import Coalitions, coalitions
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.studies.found import Found, mean_of, told_apart
from workforce_sim.studies.running import BATCH, Asked, How, asked, simulated

EXACT = 8
"""Up to so many changes, every coalition is run."""
ORDERS = 32
"""So many orders are drawn above."""

Coalition = frozenset[int]


def contributions(
    base: Scenario,
    whatif: Scenario,
    measure: str = "waiting_list",
    year: int | None = None,
    how: How | None = None,
    orders: int = ORDERS,
) -> Found:
    """Shapley value of every change of the what-if, with its paired 95 % interval over replications.

    `contributions`: change, shapley, low, high, told_apart, alone, last; then the row `all together`. `alone` is what
    the change adds to the base, `last` what it adds to all others. Raises `UsageError` if the what-if does not extend
    the base.
    """
    how = how or How()
    what, found = asked(base, measure, year, how), coalitions(base, whatif)
    count = len(found.parts)
    exact = count <= EXACT
    drawn = [] if exact else list(_orders(count, orders, how.seed))
    wanted = list(_all_coalitions(count)) if exact else _visited(drawn, count)
    values = _values(found, wanted, what, how)
    shapley = exact_shapley(values, count) if exact else sampled_shapley(values, drawn)
    everything, nothing = frozenset(range(count)), frozenset[int]()
    rows = []
    for place, part in enumerate(found.parts):
        alone = values[frozenset((place,))] - values[nothing]
        last = values[everything] - values[everything - {place}]
        mean, low, high = mean_of(shapley[place])
        rows.append((part.name, mean, low, high, told_apart(low, high), alone.mean(), last.mean()))
    mean, low, high = mean_of(values[everything] - values[nothing])
    rows.append(("all together", mean, low, high, told_apart(low, high), mean, mean))
    columns = ["change", "shapley", "low", "high", "told_apart", "alone", "last"]
    runs = pd.DataFrame(
        [
            ("+".join(str(p + 1) for p in sorted(c)) or "base", replication, value)
            for c, by_replication in values.items()
            for replication, value in enumerate(by_replication)
        ],
        columns=["changes", "replication", "value"],
    )
    way = (
        f"Every one of the {len(wanted)} coalitions was run"
        if exact
        else f"{orders} orders of {count} changes were drawn ({len(wanted)} coalitions); values are estimates of the "
        "average over all orders, which their intervals do not carry"
    )
    notes = (f"{way}; the values add up to the whole difference exactly, in every replication.",)
    sheets = {"contributions": pd.DataFrame(rows, columns=columns), "coalitions": runs}
    return Found(kind="contributions", what=what, how=how, base=base, whatif=whatif, sheets=sheets, notes=notes)


def _values(found: Coalitions, wanted: Sequence[Coalition], what: Asked, how: How) -> dict[Coalition, np.ndarray]:
    """Coalition → float64, (replication,): what was asked about."""
    values: dict[Coalition, np.ndarray] = {}
    waiting = iter(wanted)
    while batch := list(islice(waiting, BATCH)):
        scenarios = [_scenario(found, coalition) for coalition in batch]
        values.update(zip(batch, simulated(scenarios, what, how), strict=True))
        how.on_point(len(values), len(wanted))
    if any(np.isnan(each).any() for each in values.values()):
        raise UsageError(f"{what} is not defined in every run; ask about one that is, such as waiting_list")
    return values


def _scenario(found: Coalitions, coalition: Coalition) -> Scenario:
    try:
        return found.scenario(coalition)
    except ScenarioError as error:
        names = ", ".join(found.parts[place].name for place in sorted(coalition))
        raise UsageError(f"the what-if makes no sense with only {names}:\n{error}") from None


def exact_shapley(values: Mapping[Coalition, np.ndarray], count: int) -> np.ndarray:
    """float64, (change, replication): Shapley values from the values of all coalitions."""
    found = np.zeros((count, len(values[frozenset()])))
    for place in range(count):
        others = [other for other in range(count) if other != place]
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for chosen in combinations(others, size):
                before = frozenset(chosen)
                found[place] += weight * (values[before | {place}] - values[before])
    return found


def sampled_shapley(values: Mapping[Coalition, np.ndarray], orders: Sequence[Sequence[int]]) -> np.ndarray:
    """float64, (change, replication): the mean over some orders of what each change adds."""
    found = np.zeros((len(orders[0]), len(values[frozenset()])))
    for order in orders:
        before: Coalition = frozenset()
        for place in order:
            found[place] += values[before | {place}] - values[before]
            before |= {place}
    return found / len(orders)


def _all_coalitions(count: int) -> Iterator[Coalition]:
    for size in range(count + 1):
        yield from map(frozenset, combinations(range(count), size))


def _orders(count: int, orders: int, seed: int) -> Iterator[list[int]]:
    """Orders of the changes, each drawn one followed by its reverse."""
    luck = np.random.default_rng(seed)
    for _ in range((orders + 1) // 2):
        order = luck.permutation(count).tolist()
        yield order
        yield order[::-1]


def _visited(orders: Sequence[Sequence[int]], count: int) -> list[Coalition]:
    """The coalitions on the way of any order, each change alone, and all but each."""
    everything = frozenset(range(count))
    ends = {frozenset((place,)) for place in everything} | {everything - {place} for place in everything}
    found = ends.union(*map(_on_the_way, orders))
    return sorted(found, key=lambda coalition: (len(coalition), sorted(coalition)))


def _on_the_way(order: Sequence[int]) -> Iterator[Coalition]:
    """The coalitions that an order passes through."""
    for length in range(len(order) + 1):
        yield frozenset(order[:length])
