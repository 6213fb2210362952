"""How long the report takes, beside the simulation of the study that it is about.

A study of three scenarios on the adult base: simulated, tabulated and compared in this process, and saved; then read
again and made into the report page, with all figures that apply. CPU time of this process, rounds in turn, medians; the
figure library is loaded and has drawn once before.

In: --replications, --rounds, --smoke. Out: progress, and as the last line one JSON object:

* ratio: report / simulation
* report_s, simulate_s: medians in seconds of CPU; figures: how many; megabytes: size of the page; replications; rounds

Run: python benchmarks/report.py [--replications 50] [--rounds 3] [--smoke]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from workforce_sim.present.report.page import report  # noqa: E402 - the path is set first
from workforce_sim.run import compare, read_study  # noqa: E402

SCENARIOS = [ROOT / "scenarios" / f"{name}.yaml" for name in ("adult_community", "all_together", "mhwp_conversion")]


def cpu_of(work):
    """(CPU seconds of a function, what it gave)."""
    began = time.process_time()
    given = work()
    return time.process_time() - began, given


def measure(replications, rounds):
    """The figures of the docstring."""
    simulations, reports = [], []
    compare(SCENARIOS[0], SCENARIOS[1:], 2, workers=1)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):
            simulate, study = cpu_of(lambda: compare(SCENARIOS[0], SCENARIOS[1:], replications, workers=1))
            study.save(Path(folder) / str(number))
            seconds, page = cpu_of(lambda at=Path(folder) / str(number): report(read_study(at)))
            print(f"round {number}: simulation {simulate:.2f} s, report {seconds:.2f} s", flush=True)
            simulations.append(simulate)
            reports.append(seconds)
    return {
        "ratio": statistics.median(r / s for r, s in zip(reports[1:], simulations[1:], strict=True)),
        "report_s": statistics.median(reports[1:]),
        "simulate_s": statistics.median(simulations[1:]),
        "figures": page.count("<figure"),
        "megabytes": len(page.encode()) / 1e6,
        "replications": replications,
        "rounds": rounds,
    }


def main():
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="one round of few: shows that the script works")
    options = parser.parse_args()
    figures = measure(4, 1) if options.smoke else measure(options.replications, options.rounds)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
