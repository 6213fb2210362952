"""What all levers at once cost in time: a replication with every shipped lever beside one of the plain base.

Both are the adult team over five years with the same luck; times are processor time, in turn, compile excluded. A team
with every lever also has more staff, who hold more contacts; the figure counts that as cost. The last line is one JSON
object:

* ratio: a replication with every lever that a plan can pull / the plain base's beside it, median over replications
* ratio_with_shocks: the same with those that befall a service, too (a pandemic, rising severity): a third more
  referrals for three years are a third more work
* ms_base, ms_levers: processor time of a replication
* levers: how many a plan can pull; epochs: stretches of time with rules of their own
* compile_seconds: making the inputs of that scenario ready, once for all replications

Run: python benchmarks/levers.py [--replications 20] [--smoke]
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

from tests.scenario.adult_levers import CHOSEN  # noqa: E402
from workforce_sim.engine.simulate import simulate  # noqa: E402 - the path is set first, as the script runs anywhere
from workforce_sim.inputs.compile import compile_inputs  # noqa: E402
from workforce_sim.scenario import read_scenario_text  # noqa: E402
from workforce_sim.scenario.lever_files import shipped_levers  # noqa: E402

BASE = (ROOT / "scenarios" / "adult_community.yaml").read_text(encoding="utf-8")

SHOCKS = ("shock.pandemic", "demand.severity_drift")
"""Levers that nobody pulls: they say what may befall a service."""

ROOM = (
    ("severe: +0.5 points per year", "severe: +0.1 points per year"),
    ("remote: {share: 25%,", "remote: {fails: 5%, share: 0%,"),
    ("up to 25%}", "up to 20%}"),
)
"""Numbers of the base that stand already where a lever would put them, moved so that it acts."""


def texts() -> tuple[str, str, str]:
    """(the base, the base with every lever that a plan can pull, with those that befall it, too)."""
    text = BASE
    for old, new in ROOM:
        assert old in text, old
        text = text.replace(old, new)
    names = sorted(shipped_levers())
    pulled = [name for name in names if name not in SHOCKS]
    return text, text + used(pulled), text + used(names)


def used(names):
    """The levers as a scenario uses them."""
    uses = (", ".join(filter(None, (f"lever: {name}", "from: 2026-07-01", CHOSEN.get(name)))) for name in names)
    return "\nlevers:\n" + "".join(f"  - {{{use}}}\n" for use in uses)


def seconds(inputs, replication):
    """Processor time of one replication."""
    began = time.process_time()
    simulate(inputs, 1, replication)
    return time.process_time() - began


def main():
    """Measure in turn, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=20)
    parser.add_argument("--smoke", action="store_true", help="one year, one replication: shows that the script works")
    options = parser.parse_args()
    horizon = "horizon: 1 year" if options.smoke else "horizon: 5 years"
    scenarios = [read_scenario_text(text.replace("horizon: 5 years", horizon)) for text in texts()]
    began = time.process_time()
    with_levers = compile_inputs(scenarios[1])
    compile_seconds = time.process_time() - began
    inputs = [compile_inputs(scenarios[0]), with_levers, compile_inputs(scenarios[2])]
    for each in inputs:
        simulate(each, 1, 0)
    rounds = [[seconds(each, k) for each in inputs] for k in range(1, 2 if options.smoke else options.replications + 1)]
    plain, levers, _ = (statistics.median(times) for times in zip(*rounds, strict=True))
    figures = {
        "ratio": statistics.median(pulled / plain for plain, pulled, _ in rounds),
        "ratio_with_shocks": statistics.median(shocks / plain for plain, _, shocks in rounds),
        "ms_base": 1000 * plain,
        "ms_levers": 1000 * levers,
        "levers": len(scenarios[1].levers),
        "epochs": len(with_levers.epochs),
        "compile_seconds": compile_seconds,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
