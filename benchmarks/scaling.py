"""What a contact costs in a small service and in a large one: 1, 10, 100 and 1,000 equal teams side by side.

Every team is the adult team, with its own patients, staff and luck; what is asked is whether a thousand of them cost
more than a thousand times one, because a day then touches more memory than a processor keeps at hand. Times are
processor time, in one process, for each contact attended. Making inputs ready, drawing referrals and who is found on
day 0, and compiling are not counted; putting everybody in place on day 0 is. The more teams, the shorter the horizon
(never below a year, unless smoking), so that each size has work enough to be timed and none takes minutes; small sizes
are repeated and the median told.

The last line is one JSON object:

* growth_1_to_1000: ns of a contact with 1,000 teams / with one, whole replication (clinic and staff)
* clinic_growth_1_to_1000: the same for the clinic alone
* ns_per_contact, clinic_ns_per_contact: by number of teams

Run: python benchmarks/scaling.py [--smoke]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from workforce_sim.engine import simulate  # noqa: E402 - the path is set first, so that the script runs from anywhere
from workforce_sim.inputs.codes import Flow  # noqa: E402
from workforce_sim.inputs.compile import compile_inputs  # noqa: E402
from workforce_sim.scenario import read_scenario_text  # noqa: E402

BASE = (ROOT / "scenarios" / "adult_community.yaml").read_text(encoding="utf-8")

SIZES = ((1, "5 years", 9), (10, "3 years", 3), (100, "2 years", 1), (1000, "1 year", 1))
"""(teams, horizon, replications)."""
SMOKE = ((1, "13 weeks", 1), (10, "13 weeks", 1))

DRAWS = ("draw_referrals", "draw_opening")
"""What `simulate` calls to draw inputs."""
CLINIC = ("open", "release", "set_rules", "staff_changed", "advance", "finish")
"""What the clinic does from day 0 on."""


class Watch:
    """Adds up the processor time spent in functions, less that of others called within them."""

    def __init__(self, less=None):
        self.seconds, self.less = 0.0, less

    def over(self, function):
        """The function, timed."""

        def timed(*args, **named):
            before = self.less.seconds if self.less else 0.0
            began = time.process_time()
            try:
                return function(*args, **named)
            finally:
                self.seconds += time.process_time() - began
                self.seconds -= self.less.seconds - before if self.less else 0.0

        return timed


class Parts:
    """Processor time of a replication's parts: what is drawn before and on the way, and the clinic."""

    def __init__(self):
        self.drawing = Watch()
        self.clinic = Watch(less=self.drawing)

    @contextmanager
    def watched(self):
        """The clinic's class, timed; within it drawing is timed, too."""
        methods = {name: self.clinic.over(getattr(simulate.Compiled, name)) for name in CLINIC}
        draws = {name: getattr(simulate, name) for name in DRAWS}
        for name, draw in draws.items():
            setattr(simulate, name, self.drawing.over(draw))
        try:
            yield type("Watched", (simulate.Compiled,), methods)
        finally:
            for name, draw in draws.items():
                setattr(simulate, name, draw)


def once(inputs, replication):
    """(ns of a contact, ns of the clinic's part, contacts) of one replication."""
    parts = Parts()
    whole = Watch(less=parts.drawing)
    with parts.watched() as clinic:
        ran, _ = whole.over(simulate.run_clinic)(inputs, 1, replication, clinic)
    contacts = int(ran.world.flow[..., Flow.CONTACTS].sum())
    return 1e9 * whole.seconds / contacts, 1e9 * parts.clinic.seconds / contacts, contacts


def main():
    """Measure size after size, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="1 and 10 teams, 13 weeks: shows that the script works")
    sizes = SMOKE if parser.parse_args().smoke else SIZES
    whole, clinic = {}, {}
    for number, (teams, horizon, replications) in enumerate(sizes):
        text = BASE.replace("horizon: 5 years", f"horizon: {horizon}")
        inputs = compile_inputs(read_scenario_text(f"copies: {teams}\n{text}", f"{teams} teams"))
        if not number:
            once(inputs, replications)  # compiles, or loads what is compiled
        runs = [once(inputs, k) for k in range(replications)]
        whole[teams] = statistics.median(run[0] for run in runs)
        clinic[teams] = statistics.median(run[1] for run in runs)
        print(f"{teams} teams, {horizon}: {whole[teams]:.0f} ns a contact, of that the clinic {clinic[teams]:.0f}; "
              f"{runs[0][2]} contacts", flush=True)  # fmt: skip
    most = max(whole)
    growth = {f"growth_1_to_{most}": whole[most] / whole[1], f"clinic_growth_1_to_{most}": clinic[most] / clinic[1]}
    print(json.dumps({**growth, "ns_per_contact": whole, "clinic_ns_per_contact": clinic}))


if __name__ == "__main__":
    main()
