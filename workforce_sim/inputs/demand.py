"""The referrals of one replication: who is referred on which day.

In: dates, the scenario of each epoch, names. Out: `Demand` (the law) and REFERRAL rows (one replication's luck).

A source's count on a day is read off its law at that day's own luck, and a referral's key is made of source, date and
number within the day. So when the law gives more, the same people come plus some more, and nothing that changes later
or elsewhere changes who they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import scipy  # its `stats` is loaded when first asked for, which workers never do

from workforce_sim.inputs.codes import Names
from workforce_sim.inputs.rules import REFERRAL, Demand, Inputs
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.streams import Purpose, luck_of_many, name_key, thresholds

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
DATE_SHIFT, SOURCE_SHIFT = 19, 39
"""A referral's key: source (24 bits) << 39 | calendar date as a number (20 bits) << 19 | number within the day."""

COUNTS_AT_ONCE = 1 << 17
"""Counts (of a source on a day in a team) drawn at once, which bounds the memory that drawing takes."""

TAIL = 2.0**-33
"""Counts rarer than this are cut off: luck has 32 bits."""


def chosen(cumulative: np.ndarray, word: np.ndarray) -> np.ndarray:
    """The number of the class that each word falls in, by rows of cumulative thresholds; the last takes the rest."""
    return np.asarray((cumulative[..., :-1] <= word[..., None]).sum(axis=-1))


def compile_demand(
    dates: list[date], stages: list[Scenario], names: Names, start: date, working: np.ndarray, days: int
) -> Demand:
    """The law of referrals. `working`: bool, (kind, day + some years); `dates`: first days of the epochs `stages`."""
    epoch = np.searchsorted([(d - start).days for d in dates], np.arange(days), side="right") - 1
    kind = np.array(names.kind_of_source)
    in_week = np.array([_working_days_in_week(start, own) for own in working])[kind]
    is_open = working[kind]
    month = (np.datetime64(start) + np.arange(days)).astype("datetime64[M]").astype(np.int64)
    _, first, mix_of_day = np.unique(np.stack([epoch, month]), axis=1, return_index=True, return_inverse=True)
    parts = [_month(stages[epoch[d]], names, start + timedelta(days=d)) for d in first.tolist()]
    weekly, mix, kept = (np.stack(part) for part in zip(*parts, strict=True))
    rates = np.where(is_open[:, :days], weekly.T[:, mix_of_day] / in_week[:, :days], 0.0)
    over = np.array([stages[e].demand.overdispersion for e in epoch])
    law_of_day, count_law = _count_laws(rates, over)
    return Demand(
        source_key=np.array([[name_key(t, s) for s in names.sources] for t in names.teams], dtype=np.int64),
        law_of_day=law_of_day,
        count_law=count_law,
        mix_of_day=mix_of_day.astype(np.int32),
        severity_mix=thresholds(np.cumsum(mix, axis=-1)),
        severity_kept=thresholds(kept),
        group_mix=_group_mix(stages[0], names),
    )


def _working_days_in_week(start: date, working: np.ndarray) -> np.ndarray:
    """float64, (day,): working days in the Monday-to-Sunday week of each day; at least 1."""
    week = (np.arange(len(working)) + start.weekday()) // 7
    count = np.bincount(week, weights=working)
    count[0] = max(count[0], count[1]) if len(count) > 1 and start.weekday() > 0 else count[0]
    return np.maximum(count, 1.0)[week]


def _years(stage: Scenario, today: date) -> float:
    """Years from the scenario's start to the first of this month; growth and drift move month by month."""
    return (today.year - stage.start.year) + (today.month - stage.start.month) / 12


def _weekly(stage: Scenario, source: str, today: date) -> float:
    """Referrals per week of a source in the month of `today`."""
    own = stage.demand.sources[source]
    season = stage.demand.months.get(MONTHS[today.month - 1], 1.0)
    return float(own.referrals * (1 + own.growth) ** _years(stage, today) * season)


def _month(stage: Scenario, names: Names, today: date) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(referrals per week by source, shares of severities, chance that a referral comes about) by source and severity.

    Prevention takes people away one by one, each by their own luck, so that everybody else stays who they are. Where
    new need is found there are more referrals to begin with.
    """
    rate = np.array([_weekly(stage, source, today) for source in names.sources])
    mix = np.array([_mix(stage, source, _years(stage, today)) for source in names.sources])
    factor = np.array([stage.demand.by_severity[severity] for severity in stage.severities])
    met_elsewhere = np.array([stage.demand.diverted[severity] for severity in stage.severities])
    expected = (rate[:, None] * mix).sum(axis=0) * factor
    factor = factor * np.clip(1.0 - met_elsewhere / np.where(expected > 0, expected, np.inf), 0.0, 1.0)
    most = max(1.0, factor.max())
    return rate * most, mix, np.broadcast_to(factor / most, mix.shape)


def _mix(stage: Scenario, source: str, years: float) -> list[float]:
    """Shares of severities at referral, drift included."""
    mix = dict(stage.demand.sources[source].severity)
    drift = stage.demand.severity_drift
    if drift is not None and years > 0:
        for severity, rise in drift.rising.items():
            moved = min(max(rise * years, -mix.get(severity, 0.0)), mix.get(drift.taken_from, 0.0))
            mix[severity] = mix.get(severity, 0.0) + moved
            mix[drift.taken_from] = mix.get(drift.taken_from, 0.0) - moved
    return [mix.get(severity, 0.0) for severity in stage.severities]


def _group_mix(stage: Scenario, names: Names) -> np.ndarray:
    mixes = []
    for source in names.sources:
        own = stage.demand.sources[source].groups
        mixes.append(np.cumsum([own.get(g, 0.0) if own else stage.groups[g].share for g in names.groups]))
    return thresholds(np.array(mixes))


def _count_laws(rates: np.ndarray, over: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(Demand.law_of_day, Demand.count_law): Poisson, or negative binomial where variance over mean exceeds 1.

    Independent days of one variance-to-mean ratio add up to weeks of the same ratio.
    """
    pairs = np.stack([rates, np.broadcast_to(over, rates.shape)], axis=-1)[rates > 0]
    kinds, number = np.unique(pairs, axis=0, return_inverse=True) if len(pairs) else (np.zeros((0, 2)), pairs)
    law_of_day = np.full(rates.shape, -1, dtype=np.int32)
    law_of_day[rates > 0] = np.asarray(number).reshape(-1)
    mean, over_mean = kinds.reshape(-1, 2).T
    most = int(max(np.max(_quantile(mean, over_mean), initial=0.0), 0.0))
    laws = _cumulative(np.arange(most + 1)[None, :], mean[:, None], over_mean[:, None])
    return law_of_day, np.rint(laws * 2**32).astype(np.int64)


def _cumulative(counts: np.ndarray, mean: np.ndarray, over: np.ndarray) -> np.ndarray:
    """P(count <= counts), of the Poisson law where `over` is 1, of the negative binomial elsewhere."""
    spread = np.maximum(over - 1, 1e-9)
    negative_binomial = scipy.stats.nbinom.cdf(counts, mean / spread, 1 / (1 + spread))
    return np.asarray(np.where(over <= 1.0, scipy.stats.poisson.cdf(counts, mean), negative_binomial))


def _quantile(mean: np.ndarray, over: np.ndarray) -> np.ndarray:
    """A count so rare that luck cannot tell it from never."""
    spread = np.maximum(over - 1, 1e-9)
    negative_binomial = scipy.stats.nbinom.ppf(1 - TAIL, mean / spread, 1 / (1 + spread))
    return np.asarray(np.where(over <= 1.0, scipy.stats.poisson.ppf(1 - TAIL, mean), negative_binomial))


def stretches(inputs: Inputs) -> Iterator[tuple[int, int]]:
    """(first day, day after the last) of the stretches in which referrals are drawn, so that none is large."""
    days = max(1, COUNTS_AT_ONCE // max(1, inputs.demand.source_key.size))
    for first in range(0, inputs.days, days):
        yield first, min(first + days, inputs.days)


def draw_referrals(
    inputs: Inputs, seed: int, replication: int, first_day: int = 0, until: int | None = None
) -> np.ndarray:
    """REFERRAL rows of one replication, of all days or of those before `until`, sorted by (day, team, key)."""
    demand, names = inputs.demand, inputs.names
    source, day = np.nonzero(demand.law_of_day[:, first_day:until] >= 0)
    day += first_day
    of_team = np.array(names.kind_of_team)[:, None] == np.array(names.kind_of_source)[source]
    team, place = np.nonzero(of_team)
    source, day = source[place], day[place]
    who, ordinal = demand.source_key[team, source], inputs.start.toordinal() + day
    word = luck_of_many(seed, replication, who, Purpose.REFERRALS, ordinal)[0]
    count = (demand.count_law[demand.law_of_day[source, day]] <= word[:, None]).sum(axis=1)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    first = (who << SOURCE_SHIFT) | (ordinal << DATE_SHIFT)
    columns = [np.repeat(first, count) + within, *(np.repeat(column, count) for column in (day, team, source))]
    return _with_attributes(inputs, seed, replication, columns)


def _with_attributes(inputs: Inputs, seed: int, replication: int, columns: list[np.ndarray]) -> np.ndarray:
    """REFERRAL rows from (key, day, team, source), with severity and group drawn, sorted."""
    key, day, team, source = columns
    order = np.lexsort((key, team, day))
    rows = np.zeros(len(key), dtype=REFERRAL)
    rows["key"], rows["day"], rows["team"], rows["source"] = key[order], day[order], team[order], source[order]
    words = luck_of_many(seed, replication, rows["key"], Purpose.ARRIVAL, 0)
    mix, source = inputs.demand.mix_of_day[rows["day"]], rows["source"]
    rows["severity"] = chosen(inputs.demand.severity_mix[mix, source], words[0])
    rows["group"] = draw_groups(inputs, seed, replication, rows["key"], source)
    kept: np.ndarray = rows[words[1] < inputs.demand.severity_kept[mix, source, rows["severity"]]]
    return kept


def draw_groups(inputs: Inputs, seed: int, replication: int, key: np.ndarray, source: np.ndarray) -> np.ndarray:
    """The group of each person, by who refers them: int64, shape of `key`."""
    return chosen(inputs.demand.group_mix[source], luck_of_many(seed, replication, key, Purpose.PERSON, 0)[0])
