"""Fifty workshops on one server: does each get its own numbers, how long do they wait, and what does a greedy one do?

A server is started as a planner starts it, with two workers. Visitors speak the page's own protocol over websockets:
each opens the page, then turns the dial of funded nurse posts to values of its own, with time to think in between, and
looks at the running answer as a browser does. In a second phase another visitor turns the dial without a pause. At the
end everybody leaves; what the server still holds is read after its memory of closed windows has run out.

In: --visitors, --turns, --think, --smoke. Out: progress, and as the last line one JSON object:

* p50_s, p95_s: from a turn to its first answer, of all turns of all visitors
* greedy_ratio: median with a greedy visitor present over the median without, of the others
* failed: turns without an answer, or with an error; wrong: tiles that are not those of `compare` (of three visitors)
* left_s: from the moment that somebody leaves in the middle of a run until the server's workers are idle
* memory_mb: of the server before anybody came, at its most, and after everybody has left

Run: python benchmarks/app_load.py [--visitors 50] [--turns 4] [--think 10] [--smoke]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

import psutil  # noqa: E402 - the path is set first
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: E402
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: E402
from websockets.sync.client import connect  # noqa: E402

from workforce_sim.app import answer  # noqa: E402
from workforce_sim.app.desk import QUIET_SECONDS, STEPS  # noqa: E402
from workforce_sim.app.view import LOOKS  # noqa: E402
from workforce_sim.run import compare  # noqa: E402
from workforce_sim.scenario import read_scenario  # noqa: E402
from workforce_sim.scenario.reader import read_scenario_text  # noqa: E402

BASE = ROOT / "scenarios" / "adult_community.yaml"
TURNED, PATIENCE_S, KEPT_S = "Funded posts", 300, 150


class Visitor:
    """One window of a browser, as far as the server can tell."""

    def __init__(self, address):
        """Opens the page."""
        self._window = ExitStack()
        stream = f"{address.replace('http', 'ws')}_stcore/stream"
        connected = connect(stream, subprotocols=["streamlit"], origin=address.rstrip("/"), max_size=1 << 26)
        self._socket = self._window.enter_context(connected)
        self.texts, self.tiles, self.fault = [], [], ""
        self._dial, self._fragment, self._every = None, None, LOOKS
        self.run()

    def run(self, value=None, fragment=False):
        """Has the page run, the dial put to a value if one is given; or only the part that looks again."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        if value is not None:
            state = message.rerun_script.widget_states.widgets.add(id=self._dial)
            state.double_array_value.data.append(value)
        if fragment:
            message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = self._fragment, True
        self._socket.send(message.SerializeToString())
        while self._take(ForwardMsg.FromString(self._socket.recv(timeout=PATIENCE_S))):
            pass

    def _take(self, message):
        """One message; whether the run goes on."""
        kind = message.WhichOneof("type")
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self.texts, self.tiles, self._fragment = [], [], None
        elif kind == "auto_rerun":
            self._fragment, self._every = message.auto_rerun.fragment_id, message.auto_rerun.interval
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            what = element.WhichOneof("type")
            if what == "markdown":
                self.texts.append(element.markdown.body)
            elif what == "metric":
                self.tiles.append((element.metric.label, element.metric.body, element.metric.delta))
            elif what == "slider" and element.slider.label.startswith(TURNED):
                self._dial = element.slider.id
            elif what == "exception":
                self.fault = element.exception.message
        return kind != "script_finished" or message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def told(self, words):
        """Does the page say so?"""
        return any(words in text for text in self.texts)

    def turn(self, value, final=True):
        """Seconds from turning the dial until the first answer; looks until the last one if it is to be `final`."""
        began = time.perf_counter()
        self.run(value)
        while not (self.told("First answer, from") or self.told("Answer from")):
            self._look(began)
        first = time.perf_counter() - began
        while final and not self.told(f"Answer from {STEPS[-1]}"):
            self._look(began)
        return first

    def _look(self, began):
        if self.fault or time.perf_counter() - began > PATIENCE_S:
            raise RuntimeError(self.fault or "no answer")
        time.sleep(self._every)
        self.run(fragment=self._fragment is not None)

    def leave(self):
        """Closes the window."""
        self._window.close()


@contextmanager
def server():
    """(address, process) of a server of its own."""
    command = [sys.executable, "-m", "workforce_sim.cli", "app", str(BASE), "--port", "0", "--workers", "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        address = process.stdout.readline().removeprefix("Open ").strip()
        try:
            yield address, psutil.Process(process.pid)
        finally:
            process.terminate()


def workshop(address, number, turns, think, first):
    """One visitor's session: (seconds to each first answer, turns that failed, last value, last tiles)."""
    luck = random.Random(number)  # noqa: S311  of when somebody acts
    seconds, failed, value = [], 0, 0.0
    visitor = Visitor(address)
    for turn in range(turns):
        time.sleep(luck.uniform(0.5, 1.5) * think)
        value = first + 0.01 * (number * turns + turn)  # nobody has asked for it before
        try:
            seconds.append(visitor.turn(value, final=turn == turns - 1))
        except (RuntimeError, TimeoutError, OSError) as error:
            print(f"visitor {number}: {error!r}", flush=True)
            failed += 1
    tiles = visitor.tiles
    visitor.leave()
    return seconds, failed, value, tiles


def phase(address, visitors, turns, think, first):
    """All sessions side by side."""
    with ThreadPoolExecutor(visitors) as pool:
        return list(pool.map(lambda number: workshop(address, number, turns, think, first), range(visitors)))


def greedy(address, stop):
    """Turns the dial again as soon as the first answer is there."""
    visitor, turned = Visitor(address), 0
    while not stop:
        visitor.turn(2.0 + 0.002 * turned, final=False)
        turned += 1
    visitor.leave()


def with_greedy(address, visitors, turns, think):
    """The same sessions beside a greedy one."""
    stop = []
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(greedy, address, stop)
        found = phase(address, visitors, turns, think, 10.0)
        stop.append(True)
        other.result()
    return found


def wrong(found):
    """How many tiles of some visitors differ from what `compare` tells."""
    base, differ = read_scenario(BASE), 0
    for _, failed, value, tiles in found[:3]:
        change = f"{{from: 2026-04-01, set: workforce.roles.nurse.funded, to: {value:.10g} wte}}"
        text = f"name: What if\nchanges:\n  - {change}\n"
        study = compare(base, read_scenario_text(text, over=base), STEPS[-1], workers=2)
        last = answer.rows(study, int(study.comparison["year"].max()))
        expected = [f"{row.before} → {row.after}" for row in last]
        differ += failed == 0 and [body for _, body, _ in tiles] != expected
    return int(differ)


def seconds_to_idle(address, process):
    """Somebody leaves in the middle: how long the workers go on."""
    visitor = Visitor(address)
    visitor.turn(13.5, final=False)
    visitor.leave()
    began = quiet = time.perf_counter()
    while time.perf_counter() - quiet < 2.0 and time.perf_counter() - began < PATIENCE_S:
        for worker in (workers := process.children(recursive=True)):
            worker.cpu_percent()
        time.sleep(0.25)
        if sum(worker.cpu_percent() for worker in workers) > 20:
            quiet = time.perf_counter()
    return quiet - began


def megabytes(process):
    """Memory of the server itself, its workers left out."""
    return process.memory_info().rss / 1e6


def measure(visitors, turns, think, wait):
    """The figures of the docstring."""
    with server() as (address, process):
        first = Visitor(address)
        first.turn(6.5)
        first.leave()
        before = megabytes(process)
        alone = phase(address, visitors, turns, think, 7.5)
        print(f"{visitors} visitors done", flush=True)
        beside = with_greedy(address, visitors, turns, think)
        most = megabytes(process)
        left = seconds_to_idle(address, process)
        time.sleep(wait)
        Visitor(address).leave()  # Streamlit forgets closed windows when the next one is opened
        time.sleep(wait and 1.2 * QUIET_SECONDS)
        after = megabytes(process)
    seconds, others = (sorted(s for each in found for s in each[0]) for found in (alone, beside))
    return {
        "p50_s": statistics.median(seconds),
        "p95_s": seconds[min(len(seconds) - 1, round(0.95 * len(seconds)))],
        "greedy_ratio": statistics.median(others) / statistics.median(seconds),
        "failed": sum(each[1] for each in (*alone, *beside)),
        "wrong": wrong(alone),
        "left_s": left,
        "memory_mb": [round(each) for each in (before, most, after)],
        "visitors": visitors,
        "turns": turns,
        "think_s": think,
    }


def main():
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--think", type=float, default=10.0, help="seconds to think between two turns, on average")
    parser.add_argument("--smoke", action="store_true", help="three visitors: shows that the script works")
    options = parser.parse_args()
    if options.smoke:
        options.visitors, options.turns, options.think = 3, 2, 1.0
    print(json.dumps(measure(options.visitors, options.turns, options.think, 0 if options.smoke else KEPT_S)))


if __name__ == "__main__":
    main()
