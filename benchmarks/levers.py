"""What all levers at once cost in time: a replication with every shipped lever beside one of the plain base.

Both are the adult team over five years with the same luck; times are processor time, in turn, compile excluded. A team
with every lever also has more staff, who hold more contacts; the figure counts that as cost. The last line is one JSON
object:

* ratio: a replication with all levers / one of the plain base, median over replications
* levers: how many levers acted; epochs: stretches of time with rules of their own
* compile_seconds: making the inputs of the scenario with all levers ready, once for all replications

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

from workforce_sim.engine.simulate import simulate  # noqa: E402 - the path is set first, as the script runs anywhere
from workforce_sim.inputs.compile import compile_inputs  # noqa: E402
from workforce_sim.scenario import read_scenario_text  # noqa: E402
from workforce_sim.scenario.lever_files import shipped_levers  # noqa: E402

BASE = (ROOT / "scenarios" / "adult_community.yaml").read_text(encoding="utf-8")

CHOSEN = {
    "upstream.school_team": "source: primary_care",
    "pipeline.pwp": "role: mhwp",
    "pipeline.nursing_associate": "role: support_worker",
    "pipeline.high_intensity": "role: psychologist",
    "upskill.pwp_high_intensity": "serving: mhwp, into: psychologist",
    "recruit.freeze": "until: 2027-01-01",
}
"""Lever → what it has to be told in a team of adults."""

ROOM = (
    ("severe: +0.5 points per year", "severe: +0.1 points per year"),
    ("remote: {share: 25%,", "remote: {fails: 5%, share: 0%,"),
    ("up to 25%}", "up to 20%}"),
)
"""Numbers of the base that stand already where a lever would put them, moved so that it acts."""


def texts() -> tuple[str, str]:
    """(the base, the base with every lever)."""
    text = BASE
    for old, new in ROOM:
        assert old in text, old
        text = text.replace(old, new)
    uses = (f"  - {{{', '.join(filter(None, (f'lever: {name}', 'from: 2026-07-01', CHOSEN.get(name))))}}}"
            for name in sorted(shipped_levers()))  # fmt: skip
    return text, text + "\nlevers:\n" + "\n".join(uses) + "\n"


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
    plain, full = texts()
    if options.smoke:
        plain, full = (text.replace("horizon: 5 years", "horizon: 1 year") for text in (plain, full))
    base, scenario = read_scenario_text(plain, "base"), read_scenario_text(full, "all levers")
    began = time.process_time()
    inputs = compile_inputs(scenario)
    compile_seconds = time.process_time() - began
    base_inputs = compile_inputs(base)
    simulate(base_inputs, 1, 0)
    simulate(inputs, 1, 0)
    numbers = range(1, 2 if options.smoke else options.replications + 1)
    pairs = [(seconds(base_inputs, k), seconds(inputs, k)) for k in numbers]
    ratio = statistics.median(full for _, full in pairs) / statistics.median(plain for plain, _ in pairs)
    figures = {
        "ratio": ratio,
        "ms_base": 1000 * statistics.median(plain for plain, _ in pairs),
        "ms_levers": 1000 * statistics.median(full for _, full in pairs),
        "levers": len(scenario.levers),
        "epochs": len(inputs.epochs),
        "compile_seconds": compile_seconds,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
