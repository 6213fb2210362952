"""A baseline with warm workers: what-ifs are answered in about the time that it takes to simulate them.

In: a baseline, and one what-if after another. Out: `Answer`: the what-if beside the baseline, on the same patients and
staff. The baseline's replications are run once, and those of a what-if are kept as long as the session lasts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from joblib import cpu_count

from workforce_sim.analysis.compare import comparison
from workforce_sim.analysis.measures import NEEDED, measures
from workforce_sim.analysis.series import COURSES, course
from workforce_sim.analysis.waits import wait_rows
from workforce_sim.errors import UsageError
from workforce_sim.inputs.compile import compile_inputs
from workforce_sim.inputs.rules import Inputs
from workforce_sim.replicating import Options, Replicating
from workforce_sim.results import provenance
from workforce_sim.results.frames import Kept, tables_of
from workforce_sim.results.replications import digest_of
from workforce_sim.results.tables import TABLES
from workforce_sim.run import Source, Study, study_of
from workforce_sim.scenario.reader import read_scenario
from workforce_sim.scenario.scenario import Scenario

TOLD = [name for name in TABLES if name not in ("spells", "measures")]
"""Tables of an answer; measures are counted from them."""

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

    def __init__(
        self,
        baseline: Source,
        replications: int = 8,
        seed: int = 1,
        workers: int | None = None,
        on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        """Runs the baseline, and so starts the workers. `replications`: of an answer, if not asked otherwise.

        `on_progress` is told after each part, as in `Options`; if it raises, the work ends and what is done is kept.
        """
        self.baseline = baseline if isinstance(baseline, Scenario) else read_scenario(baseline)
        self.replications = replications
        self._options = Options(replications, seed, workers or cpu_count(), on_progress=on_progress)
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._base = _Known(compile_inputs(self.baseline), self._options, keeps=True)
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

    def question(self, whatif: Scenario | None) -> Question:
        """A what-if to be answered step by step; without one, the baseline alone."""
        if whatif is None:
            return Question([self.baseline], [self._base], [self._record], self._options.seed)
        if whatif.name == self.baseline.name:
            raise UsageError("a what-if needs another name than the baseline")
        known = self._remembered(compile_inputs(whatif))
        records = [self._record, provenance.record(whatif, known.inputs)]
        return Question([self.baseline, whatif], [self._base, known], records, self._options.seed)

    @cached_property
    def _record(self) -> dict[str, Any]:
        """The baseline's, for all manifests."""
        return provenance.record(self.baseline, self._base.inputs)

    def _remembered(self, inputs: Inputs) -> _Known:
        """What is known of a scenario, whatever its name."""
        digest = digest_of(inputs)
        if digest not in self._known:
            self._known[digest] = _Known(inputs, self._options)
        self._known.move_to_end(digest)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return self._known[digest]


class Question:
    """A what-if beside the baseline, or the baseline alone: replications are run and told as they are asked for."""

    def __init__(
        self, scenarios: Sequence[Scenario], known: Sequence[_Known], records: Sequence[dict[str, Any]], seed: int
    ) -> None:
        self._scenarios, self._known, self._records, self._seed = scenarios, known, records, seed

    def run(self, replications: int) -> None:
        """Run so many replications, as far as they are not known, and tell nothing."""
        for each in self._known:
            each.run(replications)

    def study(self, replications: int) -> tuple[Study, dict[str, pd.DataFrame]]:
        """What `run` or `compare` would tell of so many replications, and by name every `analysis.series.course`."""
        parts = [known.told(replications) for known in self._known]
        tables = {table: self._together([part[table] for part in parts]) for table in parts[0]}
        both = list(zip(self._known, parts, strict=True))
        courses = {
            name: self._together([known.course(name, part, replications) for known, part in both]) for name in COURSES
        }
        baseline = self._scenarios[0].name if len(self._scenarios) > 1 else None
        manifest = provenance.manifest(self._records, baseline, self._seed, replications)
        return study_of(tables, manifest), courses

    def _together(self, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
        """One frame of all scenarios, by name; what is known of a scenario is known by no name."""
        frame_of = {scenario.name: frame for scenario, frame in zip(self._scenarios, frames, strict=True)}
        return pd.concat([frame_of[name].assign(scenario=name) for name in sorted(frame_of)], ignore_index=True)


class _Known:
    """The replications of one scenario, and the measures of as many as were last asked for."""

    def __init__(self, inputs: Inputs, options: Options, keeps: bool = False) -> None:
        """Nothing is run yet. `keeps`: tables and courses told are kept, since every answer needs them."""
        self.inputs, self._rows = inputs, wait_rows(inputs)
        self._replicating = Replicating([inputs], options)
        self._told: dict[int, pd.DataFrame] = {}
        self._keeps, self._tables = keeps, dict[int, dict[str, pd.DataFrame]]()
        self._courses: dict[tuple[str, int], pd.DataFrame] = {}

    def measures(self, replications: int) -> pd.DataFrame:
        """Table MEASURES of the first replications."""
        if replications not in self._told:
            tables = tables_of(self.inputs, self.run(replications), self._rows, NEEDED)
            self._told[replications] = measures(tables)
        return self._told[replications]

    def run(self, replications: int) -> list[Kept]:
        """What was kept of the first replications; those not known yet are run."""
        (kept,) = self._replicating.run(replications)
        return kept

    def told(self, replications: int) -> dict[str, pd.DataFrame]:
        """All tables of the first replications but that of spells, measures among them."""
        if replications in self._tables:
            return self._tables[replications]
        tables = tables_of(self.inputs, self.run(replications), self._rows, TOLD)
        if replications not in self._told:
            self._told[replications] = measures(tables)
        tables["measures"] = self._told[replications]
        if self._keeps:
            self._tables[replications] = tables
        return tables

    def course(self, name: str, tables: dict[str, pd.DataFrame], replications: int) -> pd.DataFrame:
        """A course of the first replications, of which these are the tables."""
        if (name, replications) in self._courses:
            return self._courses[name, replications]
        found = course(tables, name)
        if self._keeps:
            self._courses[name, replications] = found
        return found
