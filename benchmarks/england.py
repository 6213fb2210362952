"""A whole country in one process: 2,000 teams, 5 million referrals a year, 2 million people open, 100,000 clinicians.

The scenario is benchmarks/england.yaml. Spells are read as they end and not kept, so that memory is for those who are
open or known to come back, not for everybody ever seen. What is timed is one replication, with the drawing of referrals
and of the people found on day 0; reading the scenario and compiling are not.

What bounds it: the compiled clinic on one core, nine tenths of processor time, most of which is the work of a day and
not the size of the country (`growth_from_one_team`). Memory is bounded by the rows of people known at once, some 550
bytes each, then by what is recorded by team and month, the roster, and the staff's processes (docs/benchmarks.md).

The last line is one JSON object:

* seconds, processor_seconds: of the replication
* peak_gib: greatest resident memory of the process
* contacts, contacts_per_second: attended
* growth_from_one_team: processor time of a contact / that of one such team run beside it: what the size alone costs
* people_open: at the end; people_open_at_first: on the last day of the first month
* referrals_per_year: those who come back included; clinicians: people in post at the end
* weeks_to_treatment: mean from referral to the first contact of treatment, of spells that had one and ended
* share_clinic, share_drawing, share_staff: of processor time
* gib: what the greatest arrays take

Run: python benchmarks/england.py [--years 10] [--smoke]
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.scaling import Parts  # noqa: E402 - the path is set first, so that the script runs from anywhere
from workforce_sim.engine.posts import Status  # noqa: E402
from workforce_sim.engine.simulate import run_service  # noqa: E402
from workforce_sim.inputs.codes import NOT_YET, Flow, Stock  # noqa: E402
from workforce_sim.inputs.compile import compile_inputs  # noqa: E402
from workforce_sim.scenario import read_scenario_text  # noqa: E402

TEXT = (ROOT / "benchmarks" / "england.yaml").read_text(encoding="utf-8")
OPEN = [Stock.WAITING_ASSESSMENT, Stock.WAITING_TREATMENT, Stock.IN_TREATMENT, Stock.UNALLOCATED, Stock.WAITING_STEP]
GIB = 1 << 30
DAYS_A_YEAR = 365.25


class Waits:
    """The mean wait for treatment, from spells that are read as they end."""

    def __init__(self):
        self.days = self.started = 0

    def read(self, spells):
        """LOG rows."""
        treated = spells[spells["start_day"] != NOT_YET]
        self.days += int((treated["start_day"].astype(np.int64) - treated["referral_day"]).sum())
        self.started += len(treated)

    @property
    def weeks(self):
        """Weeks; None if nobody has started."""
        return self.days / 7 / self.started if self.started else None


def inputs_of(horizon, copies):
    """The country, or so many teams of it."""
    text = TEXT.replace("horizon: 10 years", f"horizon: {horizon}").replace("copies: 2000", f"copies: {copies}")
    return compile_inputs(read_scenario_text(text, "England"))


def once(inputs):
    """(figures, processor time of a contact without drawing) of one replication."""
    parts, waits = Parts(), Waits()
    began, processor_began = time.perf_counter(), time.process_time()
    with parts.watched() as watched:
        clinic, workforce, _ = run_service(inputs, 1, 0, partial(watched, on_spells=waits.read))
    seconds, processor = time.perf_counter() - began, time.process_time() - processor_began
    world = clinic.world
    contacts = int(world.flow[..., Flow.CONTACTS].sum())
    stock = world.stock_record[..., OPEN].sum(axis=(1, 2))
    large = sorted(((array.nbytes, name) for name, array in world._asdict().items()), reverse=True)[:8]
    figures = {
        "seconds": seconds,
        "processor_seconds": processor,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB,
        "contacts": contacts,
        "contacts_per_second": contacts / seconds,
        "people_open": int(stock[-1]),
        "people_open_at_first": int(stock[0]),
        "referrals_per_year": world.flow[..., Flow.REFERRED].sum() / inputs.days * DAYS_A_YEAR,
        "clinicians": sum(status in Status.IN_POST for status in workforce.status),
        "weeks_to_treatment": waits.weeks,
        "share_clinic": parts.clinic.seconds / processor,
        "share_drawing": parts.drawing.seconds / processor,
        "share_staff": 1 - (parts.clinic.seconds + parts.drawing.seconds) / processor,
        "gib": {name: nbytes / GIB for nbytes, name in large},
    }
    return figures, (processor - parts.drawing.seconds) / contacts


def main():
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--smoke", action="store_true", help="20 teams, a month: shows that the script works")
    options = parser.parse_args()
    horizon, copies = ("4 weeks", 20) if options.smoke else (f"{options.years} years", 2000)
    once(inputs_of("4 weeks", 2))  # compiles, or loads what is compiled
    _, of_one_team = once(inputs_of(horizon, 1))
    began = time.process_time()
    inputs = inputs_of(horizon, copies)
    print(f"{len(inputs.posts)} posts, {inputs.days} days; inputs made ready in {time.process_time() - began:.0f} s",
          flush=True)  # fmt: skip
    figures, of_many = once(inputs)
    print(json.dumps({**figures, "growth_from_one_team": of_many / of_one_team}))


if __name__ == "__main__":
    main()
