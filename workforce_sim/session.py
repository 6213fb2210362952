"""A baseline with warm workers: what-ifs are answered in about the time that it takes to simulate them.

In: a baseline, and one what-if after another. Out: `Answer`: the what-if beside the baseline, on the same patients and
staff. The baseline's replications are run once, and those of a what-if are kept as long as the session lasts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
from joblib import cpu_count

from workforce_sim.analysis.compare import comparison
from workforce_sim.analysis.measures import NEEDED, measures
from workforce_sim.analysis.waits import wait_rows
from workforce_sim.errors import UsageError
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.inputs.rules import Inputs
from workforce_sim.replicating import Options, Replicating
from workforce_sim.results.frames import tables_of
from workforce_sim.results.replications import digest_of
from workforce_sim.run import Source
from workforce_sim.scenario.reader import read_scenario
from workforce_sim.scenario.scenario import Scenario

REMEMBERED = 20
"""What-ifs whose replications a session keeps, the latest asked for."""


@dataclass(frozen=True)
class Answer:
    """A what-if beside the baseline."""

    whatif: Scenario
    replications: int
    measures: pd.DataFrame
    """Table MEASURES of both."""
    comparison: pd.DataFrame
    """scenario, baseline, measure, unit, year, baseline_mean, mean, difference, low, high, told_apart"""


class Session:
    """Warm workers and a baseline. To be closed with nothing: workers end when they have had nothing to do."""

    def __init__(self, baseline: Source, replications: int = 8, seed: int = 1, workers: int | None = None) -> None:
        """Runs the baseline, and so starts the workers. `replications`: of an answer, if not asked otherwise."""
        self.baseline = baseline if isinstance(baseline, Scenario) else read_scenario(baseline)
        self.replications = replications
        self._options = Options(replications, seed, workers or cpu_count())
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._base = _Known(compile_inputs(self.baseline), self._options)
        self._base.measures(replications)

    def compare(self, whatif: Source, replications: int | None = None) -> Answer:
        """A what-if beside the baseline; raises `ScenarioError` if it cannot be read."""
        *_, answer = self.refine(whatif, [replications or self.replications])
        return answer

    def refine(self, whatif: Source, steps: Sequence[int]) -> Iterator[Answer]:
        """One answer after another, from more and more replications; whoever stops listening stops the work."""
        scenario = whatif if isinstance(whatif, Scenario) else read_scenario(whatif)
        if scenario.name == self.baseline.name:
            raise UsageError("a what-if needs another name than the baseline")
        known = self._remembered(compile_inputs(scenario))
        for step in steps:
            both = pd.concat(
                [self._base.measures(step), known.measures(step).assign(scenario=scenario.name)], ignore_index=True
            )
            yield Answer(scenario, step, both, comparison(both, self.baseline.name))

    def _remembered(self, inputs: Inputs) -> _Known:
        """What is known of a scenario, whatever its name."""
        digest = digest_of(inputs)
        if digest not in self._known:
            self._known[digest] = _Known(inputs, self._options)
        self._known.move_to_end(digest)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return self._known[digest]


class _Known:
    """The replications of one scenario, and the measures of as many as were last asked for."""

    def __init__(self, inputs: Inputs, options: Options) -> None:
        self._inputs, self._rows = inputs, wait_rows(inputs)
        self._replicating = Replicating([inputs], options)
        self._told: dict[int, pd.DataFrame] = {}

    def measures(self, replications: int) -> pd.DataFrame:
        """Table MEASURES of the first replications."""
        if replications not in self._told:
            (kept,) = self._replicating.run(replications)
            self._told[replications] = measures(tables_of(self._inputs, kept, self._rows, NEEDED))
        return self._told[replications]
