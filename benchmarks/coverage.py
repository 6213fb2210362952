"""How often 95 % intervals contain the truth, at the default number of replications.

A small service for a year, and the same with one nurse more: 1,000 studies of 50 replications each, with luck of their
own. The truth of referrals is known: the law of demand gives it. That of all other measures is the mean over as many
replications again as 400 studies have, with another seed; its own error widens no interval by more than 0.2 %.

Kinds of interval, for every measure named below in the last whole year: the mean of a scenario, the paired difference
of the two, and of the waits the median among all who join, those still waiting included.

In: --studies, --workers, --smoke. Out: progress, and as the last line one JSON object:

* mean, difference, median: share of intervals that contain the truth, over all studies (and measures of that kind)
* by_measure: the same for each; studies, replications

Run: python benchmarks/coverage.py [--studies 1000] [--workers 2] [--smoke]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder: numba imports a library of this script's name

from workforce_sim.analysis.intervals import t_interval  # noqa: E402 - the path is set first
from workforce_sim.analysis.measures import measures  # noqa: E402
from workforce_sim.analysis.waits import wait_rows  # noqa: E402
from workforce_sim.inputs.compile import compile_inputs  # noqa: E402
from workforce_sim.results.frames import tables_of  # noqa: E402
from workforce_sim.scenario.reader import read_scenario_text  # noqa: E402
from workforce_sim.scheduling import Work, in_processes, replicate  # noqa: E402

REPLICATIONS = 50
"""The default."""

MEANS = ("referrals", "waiting_list", "wait.treatment.within_standard", "caseload_per_wte")
MEDIANS = ("wait.treatment.median",)

WORLD = """
name: Small service
start: 2026-04-01
horizon: 1 year
calendar: {country: none, working_days: mon-sun}
severities: [mild, severe]
demand:
  sources:
    gp: {referrals: 10 per week, severity: {mild: 60%, severe: 40%}}
  declined: {share: 10%, bounce_back: 0%, within: 26 weeks}
  returns: {share: 0%, median: 26 weeks}
waiting:
  order: fifo
  standard: 4 weeks
  per_week: {gives_up: 1%, worsens: 0.5%, crisis: 0.2%}
assessment: {roles: [nurse], takes: 120 minutes, to_treatment: 70%}
did_not_attend: {assessment: 10%, contacts: 10%, slot_lost: 50%, rebook_after: 1 week}
crisis: {roles: [nurse], contacts: 2, takes: 60 minutes}
packages:
  care:
    share: 100%
    lead: {roles: [nurse], contacts: 8, every: 2 weeks, takes: 90 minutes}
workforce:
  full_time: 37.5 hours per week
  hiring: {approval: 4 weeks, round: 12 weeks, fill: 60%}
  roles:
    nurse:
      {funded: 4 wte, leavers: 15% per year, clinical_share: 60%, caseload: 20,
       job_plan: {assessment: 30%, treatment: 70%}}
"""

MORE = WORLD.replace("name: Small service", "name: One nurse more").replace("funded: 4 wte", "funded: 5 wte")


def values_of(inputs, seed, replications, workers):
    """(replication, measure): MEANS and MEDIANS of year 1, of every replication."""
    packs = [tuple(range(k, min(k + REPLICATIONS, replications))) for k in range(0, replications, REPLICATIONS)]
    rows, found = wait_rows(inputs), np.full((replications, len(MEANS + MEDIANS)), np.nan)
    for _, kept in in_processes(Work([inputs], seed, False), [(0, pack) for pack in packs], workers):
        told = measures(tables_of(inputs, kept, rows))
        year = told[told["year"] == 1].pivot_table("value", "replication", "measure", dropna=False, observed=True)
        found[year.index] = year[[*MEANS, *MEDIANS]].to_numpy()
    return found


def covered(values, truth):
    """(study, measure): 1 if the study's interval contains the truth, 0 if not, NaN if it tells no interval.

    It tells none where a value is undefined in a replication. Values: (replication, measure).
    """
    studies = values.reshape(-1, REPLICATIONS, values.shape[1]).swapaxes(1, 2)
    interval = t_interval(studies)
    return np.where(np.isnan(interval.mean), np.nan, (interval.low <= truth) & (truth <= interval.high))


def measure(studies, workers):
    """The figures of the docstring."""
    both = [compile_inputs(read_scenario_text(text)) for text in (WORLD, MORE)]
    replicate(both[0], 1, [0], False)  # compiles the kernel, if need be
    own, truth = [], []
    for inputs in both:
        own.append(values_of(inputs, 1, studies * REPLICATIONS, workers))
        truth.append(values_of(inputs, 2, max(1, studies * 2 // 5) * REPLICATIONS, workers))
        truth[-1] = np.nanmean(truth[-1], axis=0)
        truth[-1][MEANS.index("referrals")] = 10 * 365 / 7
        print(f"{inputs.name}: done", flush=True)
    means = np.stack([covered(values, known) for values, known in zip(own, truth, strict=True)])
    difference = covered(own[1] - own[0], truth[1] - truth[0])
    n = len(MEANS)
    names = [*MEANS, *MEDIANS]
    return {
        "mean": np.nanmean(means[..., :n]),
        "difference": np.nanmean(difference[:, 1:n]),
        "median": np.nanmean(means[..., n:]),
        "by_measure": {
            name: {"mean": np.nanmean(means[..., k]), "difference": np.nanmean(difference[:, k])}
            for k, name in enumerate(names)
        },
        "studies": studies,
        "replications": REPLICATIONS,
    }


def main():
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--smoke", action="store_true", help="ten studies: shows that the script works")
    options = parser.parse_args()
    figures = measure(10 if options.smoke else options.studies, options.workers)
    print(json.dumps(figures, default=float))


if __name__ == "__main__":
    main()
