"""Seek: the cheapest mix that meets a target with a stated probability.

In: a base, a target, what may be varied and how far, a budget of runs. Out: the chosen plan, the plans one step beside
it, the frontier of cost against the measure, and every plan tried. All plans meet the same luck.

A plan meets the target with the share of its replications in which the measure reaches the level; it is good enough if
that share is at least the probability asked for. The share has a Wilson interval (*Journal of the American Statistical
Association* 22, 1927, 209-212), and the plan is called sure if even its low end is high enough.

If every plan fits into the budget, all are run. Otherwise Optuna's tree-structured Parzen estimator chooses, with the
missing share as a constraint (Bergstra and others, *Advances in Neural Information Processing Systems* 24, 2011), and
what is left of the budget goes into walking from the best plan to cheaper ones beside it. The sampler is seeded: the
same call tries the same plans in the same order, so that with a store of finished replications it goes on where it
stopped.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod

import numpy as np
import optuna
import pandas as pd
from scipy.stats import binomtest

from workforce_sim.errors import ScenarioError, UsageError, quoted
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.variants import variant
from workforce_sim.studies.found import Found, mean_of
from workforce_sim.studies.running import BATCH, Asked, How, asked, outcomes, values
from workforce_sim.studies.targets import Choice, Target, read_choice, read_target

Plan = tuple[float, ...]
"""A setting of each choice."""
COST = "cost.total"
ASKED_AT_ONCE = 4
"""So many plans are asked of the sampler before it is told what came of them."""
KEPT_FOR_NEIGHBOURS = 0.25
"""Share of the budget kept for plans beside the best, where not all plans are run."""


@dataclass(frozen=True)
class Tried:
    """What came of one plan."""

    plan: Plan
    cost: np.ndarray
    """float64, (replication,): what is to be small."""
    measure: np.ndarray
    """float64, (replication,): what the target is about."""
    met: int
    """Replications that meet the target."""
    fault: str = ""
    """Why the plan makes no sense, if it makes none."""

    @property
    def share(self) -> float:
        """Share of replications that meet the target."""
        return self.met / len(self.cost) if len(self.cost) else 0.0

    def share_interval(self) -> tuple[float, float]:
        """Its 95 % interval (Wilson 1927)."""
        if not len(self.cost):
            return 0.0, 0.0
        found = binomtest(self.met, len(self.cost)).proportion_ci(0.95, "wilson")
        return float(found.low), float(found.high)

    @property
    def mean_cost(self) -> float:
        """Mean of what is to be small; infinite for a plan that makes no sense."""
        return float(self.cost.mean()) if len(self.cost) else np.inf


@dataclass
class _Search:
    """The plans tried so far, and how to try more."""

    base: Scenario
    target: Target
    choices: Sequence[Choice]
    minimised: Asked
    probability: float
    how: How
    budget: int
    """Plans that may be run in all."""
    tried: dict[Plan, Tried] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """Plans that may still be run."""
        return self.budget - len(self.tried)

    def run(self, plans: Sequence[Plan]) -> None:
        """Try plans that are new, as many as the budget still allows."""
        new = [plan for plan in dict.fromkeys(plans) if plan not in self.tried][: max(0, self.left)]
        for first in range(0, len(new), BATCH):
            self._run(new[first : first + BATCH])
            self.how.on_point(len(self.tried), self.budget)

    def _run(self, plans: Sequence[Plan]) -> None:
        sound: dict[Plan, Scenario] = {}
        for plan in plans:
            try:
                sound[plan] = self.scenario(plan)
            except ScenarioError as error:
                self.tried[plan] = Tried(plan, np.empty(0), np.empty(0), 0, str(error.findings[0]))
        if not sound:
            return
        measures = (self.target.what.measure, self.minimised.measure)
        frame = outcomes(
            list(sound.values()), self.how.replications, self.how.seed, measures, **dict(self.how.options)
        )  # fmt: skip
        names = [scenario.name for scenario in sound.values()]
        costs, levels = values(frame, names, self.minimised), values(frame, names, self.target.what)
        for plan, cost, level in zip(sound, costs, levels, strict=True):
            self.tried[plan] = Tried(plan, cost, level, int(self.target.met(level).sum()))

    def scenario(self, plan: Plan) -> Scenario:
        """The base with a plan's settings; raises `ScenarioError`."""
        found = self.base
        told = ", ".join(f"{c.path} {c.told(v)}" for c, v in zip(self.choices, plan, strict=True))
        for day in dict.fromkeys(choice.from_date for choice in self.choices):
            own = {c.path: v for c, v in zip(self.choices, plan, strict=True) if c.from_date == day}
            found = variant(found, own, told, day)
        return found

    def good(self) -> list[Tried]:
        """The plans that are good enough, the cheapest first, of equal ones the one with the higher share."""
        enough = [each for each in self.tried.values() if len(each.cost) and each.share >= self.probability - 1e-12]
        return sorted(enough, key=lambda each: (each.mean_cost, -each.share, each.plan))

    def beside(self, plan: Plan) -> Iterator[Plan]:
        """The plans one step away in one direction."""
        for place, choice in enumerate(self.choices):
            for setting in choice.beside(plan[place]):
                yield (*plan[:place], setting, *plan[place + 1 :])


def seek(
    base: Scenario,
    target: str,
    vary: Sequence[str],
    minimise: str = "cost",
    probability: float = 0.9,
    budget: int = 2000,
    how: How | None = None,
) -> Found:
    """The cheapest mix that meets the target; `budget` counts runs: plans x replications.

    `minimise`: `cost` for the cost of all years together, or a measure, taken in the target's year. Frames: `chosen`
    (the nearest plan if none is good enough: `meets` says so), `neighbours`, `frontier`, `plans`. Raises `UsageError`
    for what cannot be read.
    """
    how = how or How()
    if not 0 < probability <= 1:
        raise UsageError(f"found the probability {probability:g}; expected one above 0%, at most 100%")
    if not vary:
        raise UsageError("nothing may vary; add --vary 'workforce.roles.nurse.funded 7..12 wte step 1'")
    choices = [read_choice(text, base) for text in vary]
    paths = [choice.path for choice in choices]
    if twice := sorted({path for path in paths if paths.count(path) > 1}):
        raise UsageError(f"{quoted(twice[0])} may vary only once")
    goal = read_target(target, base, how)
    allowed = budget // how.replications
    if allowed < 1:
        raise UsageError(f"a budget of {budget} runs is less than one plan of {how.replications} replications")
    search = _Search(base, goal, choices, _minimised(base, minimise, goal, how), probability, how, allowed)
    every = prod(len(choice.settings) for choice in choices)
    exhaustive = every <= allowed
    if exhaustive:
        search.run(list(product(*(choice.settings for choice in choices))))
    else:
        _sample(search)
        _walk(search)
    return _found(search, exhaustive=exhaustive)


def _minimised(base: Scenario, minimise: str, goal: Target, how: How) -> Asked:
    if minimise != "cost":
        return asked(base, minimise, goal.what.year, how)
    return asked(base, COST, None, how)._replace(year=0)


def _sample(search: _Search) -> None:
    """Let Optuna choose plans until its part of the budget is used, or it finds no new ones."""
    kept = max(2 * len(search.choices), int(KEPT_FOR_NEIGHBOURS * search.budget))
    most = max(1, search.budget - kept)
    with warnings.catch_warnings():
        for kind in (optuna.exceptions.ExperimentalWarning, FutureWarning):
            warnings.simplefilter(
                "ignore", kind
            )  # how constraints are given is experimental before Optuna 5, old after
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        sampler = optuna.samplers.TPESampler(
            seed=search.how.seed, n_startup_trials=max(4, min(most // 3, 10)), constraints_func=_missing
        )
        study = optuna.create_study(sampler=sampler, direction="minimize")
        idle = 0
        while len(search.tried) < most and idle < 10:
            before = len(search.tried)
            trials = [study.ask() for _ in range(min(ASKED_AT_ONCE, most - before))]
            plans = [tuple(_suggested(t, place, c) for place, c in enumerate(search.choices)) for t in trials]
            search.run(plans)
            for trial, plan in zip(trials, plans, strict=True):
                found = search.tried[plan]
                trial.set_user_attr("missing", search.probability - found.share if len(found.cost) else 1.0)
                if np.isfinite(found.mean_cost):
                    study.tell(trial, found.mean_cost)
                else:
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
            idle = idle + 1 if len(search.tried) == before else 0


def _missing(trial: optuna.trial.FrozenTrial) -> tuple[float]:
    """How much of the probability is missing; above 0 the plan is not good enough."""
    return (float(trial.user_attrs.get("missing", 1.0)),)


def _suggested(trial: optuna.Trial, place: int, choice: Choice) -> float:
    return choice.settings[trial.suggest_int(f"{place} {choice.path}", 0, len(choice.settings) - 1)]


def _walk(search: _Search) -> None:
    """From the best plan, or the one that misses least, to better ones beside it, while the budget lasts."""
    while search.left > 0:
        now = _best(search)
        if now is None:
            return
        search.run(list(search.beside(now.plan)))
        if _best(search) is now:
            return


def _best(search: _Search) -> Tried | None:
    """The cheapest plan that is good enough; if there is none, the one with the highest share."""
    if good := search.good():
        return good[0]
    sound = [each for each in search.tried.values() if len(each.cost)]
    return min(sound, key=lambda each: (-each.share, each.mean_cost, each.plan), default=None)


# --- what was found --------------------------------------------------------------------------------------------------


def _found(search: _Search, *, exhaustive: bool) -> Found:
    best, good = _best(search), search.good()
    if best is None:
        fault = next(iter(search.tried.values())).fault
        raise UsageError(f"no plan makes sense; the first: {fault}")
    beside = [search.tried[plan] for plan in search.beside(best.plan) if plan in search.tried]
    cheaper = [each for each in beside if len(each.cost) and each.mean_cost < best.mean_cost]
    untried = sum(plan not in search.tried for plan in search.beside(best.plan))
    every = prod(len(choice.settings) for choice in search.choices)
    told = f"{search.probability:.0%} of replications"
    notes = [
        f"All {every} plans were run." if exhaustive
        else f"{len(search.tried)} plans were run, chosen by Optuna's TPE and by walking to neighbours"
        f", of {every} there are; a cheaper one may have been missed.",
        f"Judged: {search.target.what} reaches the target in at least {told} ({search.how.replications} of each plan, "
        "on the same luck). The share has a Wilson 95 % interval.",
        f"Made small: {search.minimised}.",
    ]  # fmt: skip
    if not good:
        notes.insert(0, f"No plan tried meets the target in {told}; shown is the one that comes nearest.")
    elif best.share_interval()[0] < search.probability:
        notes.append(
            "The chosen plan meets the target often enough, but not surely so: more --replications would tell."
        )
    if untried:
        notes.append(f"The budget ended before {untried} of the plans beside it were run.")
    if faults := sum(bool(each.fault) for each in search.tried.values()):
        notes.append(f"{faults} of the plans make no sense as a scenario and were left out.")
    sheets = {
        "chosen": _frame(search, [best]).drop(columns="fault"),
        "neighbours": _frame(search, [best, *cheaper], best).iloc[1:],  # so that its columns are there without rows
        "frontier": _frame(search, _frontier(search)),
        "plans": _frame(search, sorted(search.tried.values(), key=lambda each: (each.mean_cost, each.plan))),
    }
    return Found(
        kind="seek", what=search.target.what, how=search.how, base=search.base, whatif=None, sheets=sheets,
        notes=tuple(notes),
    )  # fmt: skip


def _frontier(search: _Search) -> list[Tried]:
    """The plans than which none is both cheaper and better in the measure, the cheapest first."""
    sign = 1 if search.target.at_least else -1
    found: list[Tried] = []
    sound = [each for each in search.tried.values() if len(each.cost) and not np.isnan(each.measure).any()]
    for each in sorted(sound, key=lambda e: (e.mean_cost, -sign * e.measure.mean(), e.plan)):
        if not found or sign * each.measure.mean() > sign * found[-1].measure.mean():
            found.append(each)
    return found


def _frame(search: _Search, plans: Sequence[Tried], best: Tried | None = None) -> pd.DataFrame:
    """A row for each plan: its settings, cost, measure and share, with intervals; against `best`, paired, if given."""
    rows = []
    for each in plans:
        row: dict[str, object] = {
            choice.path: choice.told(value) for choice, value in zip(search.choices, each.plan, strict=True)
        }
        for name, by_replication in (("cost", each.cost), ("measure", each.measure)):
            told = mean_of(by_replication) if len(by_replication) else (np.nan,) * 3
            row |= dict(zip((name, f"{name}_low", f"{name}_high"), told, strict=True))
        row |= {"share": each.share, **dict(zip(("share_low", "share_high"), each.share_interval(), strict=True))}
        row["meets"] = bool(len(each.cost)) and each.share >= search.probability - 1e-12
        row["sure"] = each.share_interval()[0] >= search.probability
        if best is not None:
            for name, own, other in (("cheaper", best.cost, each.cost), ("worse", best.measure, each.measure)):
                row |= dict(zip((name, f"{name}_low", f"{name}_high"), mean_of(own - other), strict=True))
            row["misses_by"] = max(0.0, search.probability - each.share)
        else:
            row["fault"] = each.fault
        rows.append(row)
    return pd.DataFrame(rows)
