"""How long a warm session takes to answer a what-if, beside the bare simulation of its replications.

A five-year adult team, eight paired replications, two workers. Each round moves one number to a value not met before
(nurses funded), as a slider does: the scenario is changed and checked, compiled, simulated, measured and compared with
the baseline. Bare simulation: the same replications of the same scenario by the same warm workers, and nothing else.
Wall-clock time, rounds in turn, medians; run it on a quiet machine.

In: --rounds, --smoke. Out: progress, and as the last line one JSON object:

* ratio: answer / bare simulation of the what-if's eight replications (the baseline's are kept by the session)
* ratio_pairs: answer / bare simulation of all sixteen that the answer compares
* answer_s, simulate_s: medians in seconds; rounds; workers

Run: python benchmarks/whatif.py [--rounds 9] [--smoke]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from workforce_sim.inputs.compile import compile_inputs  # noqa: E402 - the path is set first
from workforce_sim.scenario import read_scenario  # noqa: E402
from workforce_sim.scenario.variants import variant  # noqa: E402
from workforce_sim.scheduling import Work, in_packs, in_processes  # noqa: E402
from workforce_sim.session import Session  # noqa: E402

BASE = ROOT / "scenarios" / "adult_community.yaml"
NUMBER, WORKERS, REPLICATIONS = "workforce.roles.nurse.funded", 2, 8


def seconds_of(work):
    """Wall-clock seconds of a function."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def bare(inputs, seed):
    """Simulate the replications, and nothing else."""
    work, todo = Work([inputs], seed, False), [(0, number) for number in range(REPLICATIONS)]
    for _ in in_processes(work, in_packs(todo, WORKERS), WORKERS):
        pass


def answer(session, base, wte):
    """What a slider does: another number, and what follows from it."""
    session.compare(variant(base, {NUMBER: wte}, name=f"{wte} of nurses"))


def measure(rounds):
    """The figures of the docstring."""
    base = read_scenario(BASE)
    session = Session(base, REPLICATIONS, workers=WORKERS)
    answers, simulations = [], []
    for number in range(rounds + 1):
        wte = f"{8 + 0.05 * number:.2f} wte"
        inputs = compile_inputs(variant(base, {NUMBER: wte}, name=f"{wte} of nurses"))
        simulations.append(seconds_of(partial(bare, inputs, 1)))
        answers.append(seconds_of(partial(answer, session, base, wte)))
        print(f"{wte}: answer {answers[-1]:.3f} s, bare simulation {simulations[-1]:.3f} s", flush=True)
    ratios = [answer / simulation for answer, simulation in zip(answers[1:], simulations[1:], strict=True)]
    return {
        "ratio": statistics.median(ratios),
        "ratio_pairs": statistics.median(ratios) / 2,
        "answer_s": statistics.median(answers[1:]),
        "simulate_s": statistics.median(simulations[1:]),
        "rounds": rounds,
        "workers": WORKERS,
    }


def main():
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--smoke", action="store_true", help="one round: shows that the script works")
    options = parser.parse_args()
    print(json.dumps(measure(1 if options.smoke else options.rounds)))


if __name__ == "__main__":
    main()
