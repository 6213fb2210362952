"""How long the workshop page takes from a dial's release to the first updated answer, beside what cannot be saved.

A five-year adult team, two workers, a real browser. In each round, one after the other: the first replications of a
what-if not met before are simulated by the same warm workers, and nothing else; the dial is put to that what-if, and
the time is taken from the key press until tiles and charts show its first answer; and once all is known, undo and redo
show the same figures again from memory. Wall-clock time, rounds in turn, medians; run it on a quiet machine.

In: --rounds, --smoke. Out: progress, and as the last line one JSON object:

* ratio: median of answer / (bare simulation of the what-if's replications that it shows + redraw); the baseline's
  replications, which it shows as well, are kept and not counted
* p50_s, p95_s: from release to the first answer; simulate_s, redraw_s: medians; rounds; workers

Run: python benchmarks/app_latency.py [--rounds 9] [--smoke]
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from playwright.sync_api import sync_playwright  # noqa: E402 - the path is set first

from workforce_sim.app.desk import STEPS  # noqa: E402
from workforce_sim.app.room import furnish  # noqa: E402
from workforce_sim.app.serve import serve  # noqa: E402
from workforce_sim.inputs.compile import compile_inputs  # noqa: E402
from workforce_sim.scenario import read_scenario  # noqa: E402
from workforce_sim.scenario.variants import variant  # noqa: E402
from workforce_sim.scheduling import Work, in_packs, in_processes  # noqa: E402

BASE = ROOT / "scenarios" / "adult_community.yaml"
WORKERS, FIRST = 2, STEPS[0]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DRAWN = """([runs, before]) => {
    const figures = document.querySelector('.st-key-figures');
    const tiles = [...document.querySelectorAll('[data-testid=stMetric]')].map(each => each.innerText).join();
    return figures && figures.innerText.includes(`Means of ${runs} replications`)
        && getComputedStyle(figures).opacity === '1' && tiles !== before
        && !figures.querySelector('[data-stale=true]');
}"""
"""Are tiles and charts those of so many replications, all other than before?"""
TILES = "[...document.querySelectorAll('[data-testid=stMetric]')].map(each => each.innerText).join()"


def bare(wte):
    """Seconds that the replications of a first answer take, and nothing else."""
    inputs = compile_inputs(variant(read_scenario(BASE), {"workforce.roles.nurse.funded": f"{wte} wte"}))
    began = time.perf_counter()
    for _ in in_processes(Work([inputs], 1, False), in_packs([(0, n) for n in range(FIRST)], WORKERS), WORKERS):
        pass
    return time.perf_counter() - began


def until_drawn(page, act, runs):
    """Seconds from what somebody does until its figures are drawn."""
    before = page.evaluate(TILES)
    began = time.perf_counter()
    act()
    page.wait_for_function(DRAWN, arg=[runs, before], timeout=120_000)
    return time.perf_counter() - began


def settle(page):
    """Wait until nothing is run any more."""
    page.get_by_text(f"Answer from {STEPS[-1]} paired").wait_for(timeout=300_000)
    page.get_by_text(f"Means of {STEPS[-1]} replications").wait_for(timeout=300_000)
    time.sleep(1.0)


def measured(page, rounds):
    """(answer, bare simulation, redraw) in seconds, round by round."""
    found = []
    for number in range(rounds + 1):
        settle(page)
        simulated = bare(7.5 + 0.5 * number)
        dial = page.get_by_role("slider", name="Funded posts")
        dial.focus()
        answered = until_drawn(page, partial(page.keyboard.press, "ArrowRight"), FIRST)
        settle(page)
        until_drawn(page, page.get_by_role("button", name="Undo").click, STEPS[-1])
        time.sleep(1.0)
        redrawn = until_drawn(page, page.get_by_role("button", name="Redo").click, STEPS[-1])
        found.append((answered, simulated, redrawn))
        print(
            f"round {number}: answer {answered:.3f} s, simulation {simulated:.3f} s, redraw {redrawn:.3f} s", flush=True
        )
    return found[1:]  # the first one warms up


@contextmanager
def opened_page():
    """The page in a browser, served by this process."""
    address = Queue()
    furnish([BASE], workers=WORKERS)
    threading.Thread(target=serve, args=("127.0.0.1", 0, address.put), daemon=True).start()
    place = address.get(timeout=60).removeprefix("Open ")
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(place)
        yield page
        browser.close()


def main():
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--smoke", action="store_true", help="one round: shows that the script works")
    options = parser.parse_args()
    rounds = 1 if options.smoke else options.rounds
    with opened_page() as page:
        found = measured(page, rounds)
    answers = sorted(answer for answer, _, _ in found)
    print(json.dumps({
        "ratio": statistics.median(answer / (simulated + redrawn) for answer, simulated, redrawn in found),
        "p50_s": statistics.median(answers),
        "p95_s": answers[min(len(answers) - 1, round(0.95 * len(answers)))],
        "simulate_s": statistics.median(simulated for _, simulated, _ in found),
        "redraw_s": statistics.median(redrawn for _, _, redrawn in found),
        "rounds": rounds,
        "workers": WORKERS,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
