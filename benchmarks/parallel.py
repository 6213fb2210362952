"""How many more replications two processes finish than one.

One study of the adult base, run by this process alone and by two worker processes, in turn; then alone and by a Dask
cluster of two processes on this machine, which may keep memory as README's command says. Workers and cluster are warm:
they have run a few replications before.
Wall-clock time of simulating, medians over rounds; run it on a quiet machine with two cores. Every table of the three
must be equal, or nothing is told.

In: --replications, --rounds, --smoke. Out: progress, and as the last line one JSON object:

* speedup_2_workers: replications a minute of two workers / of one process
* speedup_dask_2: the same of the cluster
* alone_per_minute; replications, rounds; same_tables: always true

Run: python benchmarks/parallel.py [--replications 200] [--rounds 3] [--smoke]
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from distributed import LocalCluster  # noqa: E402 - the path is set first
from joblib.externals.loky import get_reusable_executor  # noqa: E402

from workforce_sim.analysis.waits import wait_rows  # noqa: E402
from workforce_sim.inputs.compile import compile_inputs  # noqa: E402
from workforce_sim.replicating import Options, Replicating  # noqa: E402
from workforce_sim.results.frames import tables_of  # noqa: E402
from workforce_sim.results.provenance import table_hash  # noqa: E402
from workforce_sim.scenario import read_scenario  # noqa: E402

KEEPS_MEMORY = {"MALLOC_TRIM_THRESHOLD_": "268435456", "MALLOC_MMAP_THRESHOLD_": "33554432"}
BASE = ROOT / "scenarios" / "adult_community.yaml"


def timed(inputs, replications, how):
    """(seconds, digests of all tables) of a study."""
    replicating = Replicating([inputs], Options(replications, **how))
    began = time.perf_counter()
    (kept,) = replicating.run(replications)
    seconds = time.perf_counter() - began
    tables = tables_of(inputs, kept, wait_rows(inputs))
    return seconds, {name: table_hash(name, table) for name, table in tables.items()}


def side_by_side(inputs, replications, rounds, how):
    """(seconds alone, seconds the other way, digests of all tables), round by round."""
    alone = {"workers": 1}
    for way in (alone, how):
        timed(inputs, 16, way)
    for number in range(rounds):
        (one, digests), (other, same) = (timed(inputs, replications, way) for way in (alone, how))
        if digests != same:
            sys.exit("Tables differ: no figure is told.")
        print(f"round {number}: alone {one:.2f} s, {how} {other:.2f} s", flush=True)
        yield one, other


def measure(replications, rounds):
    """The figures of the docstring."""
    inputs = compile_inputs(read_scenario(BASE))
    local = list(side_by_side(inputs, replications, rounds, {"workers": 2}))
    get_reusable_executor().shutdown()
    os.environ |= KEEPS_MEMORY
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.ERROR) as cluster:
        how = {"scheduler": f"dask:{cluster.scheduler_address}"}
        dask = list(side_by_side(inputs, replications, rounds, how))
    return {
        "speedup_2_workers": statistics.median(alone / other for alone, other in local),
        "speedup_dask_2": statistics.median(alone / other for alone, other in dask),
        "alone_per_minute": 60 * replications / statistics.median(alone for alone, _ in local),
        "replications": replications,
        "rounds": rounds,
        "same_tables": True,
    }


def main():
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="20 replications, one round: shows that the script works")
    options = parser.parse_args()
    figures = measure(20, 1) if options.smoke else measure(options.replications, options.rounds)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
