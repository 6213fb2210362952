"""How much faster the compiled clinic is than the same clinic in plain SimPy, measured side by side in one run.

Both simulate the shipped adult team with the same luck, so they do exactly the same work (the tests prove it event for
event): one team, and ten teams side by side. Times are processor time, kernel and twin in turn, compile excluded.
The last line is one JSON object; `ratio` and `whole_ratio` are the smaller of the two sizes:

* ratio: the clinic alone, twin / kernel
* whole_ratio: the whole replication (referrals, workforce, clinic and tallies), with the twin in the kernel's place /
  with the kernel
* ms_per_replication, contacts_per_second, kernel_share: of one team with the kernel; the clinic's share in the whole

Run: python benchmarks/kernel_vs_twin.py [--replications 3] [--smoke]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.oracle.twin import Twin  # noqa: E402 - the path is set first, so that the script runs from anywhere
from workforce_sim.engine.simulate import Compiled, run_clinic  # noqa: E402
from workforce_sim.inputs.codes import Flow  # noqa: E402
from workforce_sim.inputs.compile import compile_inputs  # noqa: E402
from workforce_sim.scenario import read_scenario_text  # noqa: E402

BASE = (ROOT / "scenarios" / "adult_community.yaml").read_text(encoding="utf-8")


def timed(clinic):
    """A clinic that adds up the processor time spent in it."""

    class Timed(clinic):
        seconds = 0.0

    def wrap(name):
        inner = getattr(clinic, name)

        def method(self, *args):
            began = time.process_time()
            try:
                return inner(self, *args)
            finally:
                self.seconds += time.process_time() - began

        return method

    for name in ("set_rules", "open", "release", "advance", "finish"):
        setattr(Timed, name, wrap(name))
    return Timed


class TwinClinic(Twin):
    """The twin, made like the kernel's clinic."""

    def __init__(self, inputs, luck, arrivals, staff, roster):
        super().__init__(inputs, *luck, *arrivals, staff, roster)


def once(inputs, replication, clinic):
    """(whole seconds, clinic's seconds, contacts attended or missed) of one replication."""
    began = time.process_time()
    ran, _ = run_clinic(inputs, 1, replication, clinic)
    whole = time.process_time() - began
    flow = ran.world.flow if hasattr(ran, "world") else ran.flow
    contacts = flow[..., Flow.CONTACTS].sum() + flow[..., Flow.CONTACTS_MISSED].sum()
    return whole, ran.seconds, int(contacts)


def measure(inputs, replications):
    """Medians over replications, kernel and twin in turn."""
    kernel, twin = timed(Compiled), timed(TwinClinic)
    once(inputs, 0, kernel)  # compiles, or loads what is compiled
    pairs = [(once(inputs, k, kernel), once(inputs, k, twin)) for k in range(replications)]
    assert all(fast[2] == slow[2] for fast, slow in pairs), "kernel and twin did not do the same work"
    return {
        "ratio": statistics.median(slow[1] / fast[1] for fast, slow in pairs),
        "whole_ratio": statistics.median(slow[0] / fast[0] for fast, slow in pairs),
        "ms_per_replication": 1000 * statistics.median(fast[0] for fast, _ in pairs),
        "contacts_per_second": statistics.median(fast[2] / fast[1] for fast, _ in pairs),
        "kernel_share": statistics.median(fast[1] / fast[0] for fast, _ in pairs),
    }


def main():
    """Measure one team and ten, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="one year, one replication: shows that the script works")
    options = parser.parse_args()
    text = BASE.replace("horizon: 5 years", "horizon: 1 year") if options.smoke else BASE
    replications = 1 if options.smoke else options.replications
    by_teams = {}
    for teams in (1, 10):
        inputs = compile_inputs(read_scenario_text(f"copies: {teams}\n{text}", f"{teams} teams"))
        by_teams[teams] = measure(inputs, replications)
        figures = ", ".join(f"{name} {value:.4g}" for name, value in by_teams[teams].items())
        print(f"{teams} teams: {figures}", flush=True)
    smallest = {name: min(figures[name] for figures in by_teams.values()) for name in ("ratio", "whole_ratio")}
    print(json.dumps({**by_teams[1], **smallest, "ratio_10_teams": by_teams[10]["ratio"]}))


if __name__ == "__main__":
    main()
