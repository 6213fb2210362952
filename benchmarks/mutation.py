"""Would a test notice if a rule or a measure were wrong? One small change at a time, and the tests that should see it.

Cosmic Ray makes the changes (`pip install -c constraints.txt -e '.[dev,mutation]'`), in a copy of this checkout that
is thrown away. A place is where one operator, number, condition, loop or keyword stands; places are drawn by chance,
and at each of them one of the changes that can be made there. A change is killed if a test fails, or does not end in
twice the time it takes otherwise. Areas:

* analysis: the measures and what is made of them; each module with the tests named for it below
* staff: the rules of staff, likewise
* kernel: the compiled clinic as plain Python, with the tests that compare it with its slow twin

Left out, as they cannot change a result: docstrings, annotations, decorators, what `raise` says, `strict=`, and
`handle.py`, which is no rule but tells numba how to pass things on. Arithmetic is exchanged for arithmetic and
comparisons for comparisons: what Python refuses anyway teaches nothing about tests.

In: --area, --sample, --seed, --only, --smoke. Out: a line for each change, the diff of each that survived, and as the
last line one JSON object, by area. Places are tried in the order drawn; after Ctrl-C it tells of those tried so far:

* share: killed / tried, with `low` and `high`: its 95 % interval (Wilson, *JASA* 22, 1927, 209-212)
* killed, tried; places: how many there are to draw from; survivors: file, line and the changed line

Run: python benchmarks/mutation.py [--area analysis] [--sample 150] [--seed 1] [--only waits.py:30] [--smoke]
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from scipy.stats import binomtest

ROOT = Path(__file__).resolve().parent.parent
NOT_COPIED = (".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "build")
MEMORY_BYTES = 8 << 30
"""A change may make a loop endless; what it gathers then is bounded."""

AREAS = {"analysis": "workforce_sim/analysis", "staff": "workforce_sim/engine", "kernel": "workforce_sim/engine/kernel"}
LEFT_OUT = ("__init__.py", "handle.py")
COMPILED = ("workforce_sim/engine/state.py", "workforce_sim/engine/capacity.py")
"""Modules beside the kernel that are compiled into it, and so run as plain Python here, too."""

ARITHMETIC, LOGIC = ("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod"), ("BitAnd", "BitOr")

TWIN = ("oracle",)
COURSES = ("analysis/test_courses.py", "present/test_figures.py")
TESTS = {
    "analysis/checks.py": ("analysis/test_checks.py", "analysis/test_theory.py"),
    "analysis/compare.py": ("analysis/test_intervals.py", "analysis/test_value.py", "results/test_session.py"),
    "analysis/dashboard.py": ("present/test_dashboard.py",),
    "analysis/declared.py": ("analysis/test_measures.py", "present/test_dashboard.py"),
    "analysis/flow.py": COURSES,
    "analysis/groups.py": COURSES,
    "analysis/life_tables.py": ("analysis/test_waits.py", "analysis/test_measures.py"),
    "analysis/load.py": ("analysis/test_load.py", "analysis/test_checks.py", "present/test_present.py"),
    "analysis/measures.py": ("analysis/test_measures.py", "results/test_money.py", "behaviour/test_clinic_numbers.py"),
    "analysis/roles.py": COURSES,
    "analysis/series.py": (*COURSES, "present/test_present.py"),
    "analysis/settling.py": ("studies/test_warm_up.py",),
    "analysis/shocks.py": COURSES,
    "analysis/trajectory.py": ("present/test_dashboard.py", "test_questions.py"),
    "analysis/wait_curves.py": COURSES,
    "analysis/yearly.py": ("analysis/test_measures.py", "analysis/test_theory.py", "results/test_money.py"),
    "engine/capacity.py": ("engine/test_capacity.py", *TWIN),
    "engine/gauges.py": ("engine/test_gauges.py", "engine/test_management.py"),
    "engine/management.py": ("engine/test_management.py",),
    "engine/state.py": TWIN,
    "engine/kernel/heaps.py": ("engine/test_heaps.py", *TWIN),
    "engine/kernel/lines.py": ("engine/test_lines.py", *TWIN),
    "engine/kernel/roster.py": ("engine/test_workforce.py", "engine/test_roster.py"),
}  # fmt: skip
"""Module → its tests, the quickest and most telling first, where they are not those of its name."""

STAFF_TESTS = (
    "engine/test_workforce.py", "engine/test_management.py", "engine/test_roster.py", "engine/test_policies.py",
    "theory/test_workforce_plan_theory.py", "theory/test_workforce_theory.py", "behaviour/test_lever_effects.py",
)  # fmt: skip


class Change(NamedTuple):
    """One way to change a place."""

    module: str
    start: tuple[int, int]
    """Line, from 1, and column."""
    operator: str
    occurrence: int
    """Counted through the module, as Cosmic Ray does."""


class Spans(ast.NodeVisitor):
    """Where in a module no change matters: (start, end), lines and columns."""

    def __init__(self, source: str) -> None:
        self.lines, self.found = source.splitlines(), []
        self.visit(ast.parse(source))

    def visit(self, node: ast.AST) -> None:
        """Notes decorators, annotations, `raise` and `strict=`, wherever they stand."""
        quiet = [getattr(node, name, None) for name in ("annotation", "returns")] + getattr(node, "decorator_list", [])
        if isinstance(node, ast.Raise) or (isinstance(node, ast.keyword) and node.arg == "strict"):
            quiet.append(node)
        for each in filter(None, quiet):
            ends = ((each.lineno, each.col_offset), (each.end_lineno, each.end_col_offset))
            self.found.append(tuple((line, self._characters(line, column)) for line, column in ends))
        self.generic_visit(node)

    def __contains__(self, place: tuple[int, int]) -> bool:
        return any(start <= place < end for start, end in self.found)

    def _characters(self, line: int, column: int) -> int:
        """A column in characters, as Cosmic Ray counts; `ast` counts bytes."""
        return len(self.lines[line - 1].encode()[:column].decode())


def telling(name: str) -> bool:
    """Is it a kind of change that a test can be blamed for not seeing?"""
    family, _, exchange = name.partition("/")[2].partition("_")
    before, _, after = exchange.partition("_")
    match family:
        case "ReplaceBinaryOperator":
            return after in (LOGIC if before in LOGIC else ARITHMETIC)
        case "ReplaceComparisonOperator":
            return after.startswith("Is") == before.startswith("Is")
        case "ReplaceUnaryOperator":
            return before == "Delete"
        case "RemoveDecorator" | "VariableReplacer" | "VariableInserter":
            return False
    return True


def places_of(module: str) -> list[list[Change]]:
    """The places of a module, each with the changes that can be made there."""
    source = (ROOT / module).read_text(encoding="utf-8")
    nodes, quiet, places = list(ast_nodes(get_ast(source))), Spans(source), defaultdict(list)
    for name in filter(telling, operator_names()):
        operator = get_operator(name)()
        starts = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for occurrence, start in enumerate(starts):
            if start not in quiet:
                places[start, name.partition("_")[0]].append(Change(module, start, name, occurrence))
    return [places[key] for key in sorted(places)]


def modules_of(area: str) -> list[str]:
    """The modules of an area, from the root of the checkout."""
    found = sorted((ROOT / AREAS[area]).glob("*.py"))
    return [path.relative_to(ROOT).as_posix() for path in found if path.name not in LEFT_OUT]


def tests_of(module: str) -> tuple[str, ...]:
    """Its tests, in the order in which they are run."""
    known = TESTS.get(module.removeprefix("workforce_sim/"))
    if "/kernel/" in module:
        known = known or TWIN
    elif "/engine/" in module:
        known = known or STAFF_TESTS
    return tuple(f"tests/{name}" for name in known or (f"analysis/test_{Path(module).stem}.py",))


class Copy:
    """A copy of the checkout in which one file at a time is changed."""

    def __init__(self, folder: Path) -> None:
        self.root, self.cache = folder / "copy", folder / "compiled"
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns(*NOT_COPIED))
        self.seconds: dict[tuple[object, ...], float] = {}

    def passes(self, module: str, seconds: float | None, *, keep: bool = False) -> bool:
        """Do all tests of a module pass within the time? `keep`: Python's compiled files, for the next run."""
        own = {"PYTHONPATH": str(self.root), "NUMBA_CACHE_DIR": str(self.cache)}
        own |= {} if keep else {"PYTHONDONTWRITEBYTECODE": "1"}
        own |= {"NUMBA_DISABLE_JIT": "1"} if is_plain(module) else {}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not slow"]
        command += ["--hypothesis-profile=mutation", *tests_of(module)]
        with subprocess.Popen(
            command, cwd=self.root, env=os.environ | own, start_new_session=True, preexec_fn=bound_memory,  # noqa: PLW1509 - one thread
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        ) as started:  # fmt: skip
            try:
                said, _ = started.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                return False
            finally:
                if started.poll() is None:
                    os.killpg(started.pid, signal.SIGKILL)
        assert started.returncode not in {4, 5}, f"no tests of {module} were run:\n{said}"
        if keep:
            assert started.returncode == 0, f"the tests of {module} fail as it stands:\n{said}"
        return started.returncode == 0

    def seconds_for(self, module: str) -> float:
        """How long the tests of a module may take: twice what they take while nothing is changed."""
        key = (is_plain(module), tests_of(module))
        if key not in self.seconds:
            self.passes(module, None, keep=True)  # compiles, too
            began = time.perf_counter()
            self.passes(module, None, keep=True)
            self.seconds[key] = 2 * (time.perf_counter() - began) + 20
        return self.seconds[key]

    def survives(self, change: Change) -> list[str]:
        """The lines of the diff if no test fails; nothing if one does."""
        seconds, path = self.seconds_for(change.module), self.root / change.module
        source = path.read_text(encoding="utf-8")
        changed = mutate_code(source, get_operator(change.operator)(), change.occurrence)
        path.write_text(changed, encoding="utf-8")
        try:
            if not self.passes(change.module, seconds):
                return []
        finally:
            path.write_text(source, encoding="utf-8")
        lines = difflib.unified_diff(source.splitlines(), changed.splitlines(), change.module, "changed", "", "", 0, "")
        return list(lines)[2:]


def is_plain(module: str) -> bool:
    """Is it compiled code, which is changed and run as plain Python?"""
    return "/kernel/" in module or module in COMPILED


def bound_memory() -> None:
    """In the process of the tests, before they begin."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def measure(copy: Copy, modules: list[str], sample: int, seed: int, only: str) -> dict[str, object]:
    """The figures of one area."""
    places = [place for module in modules for place in places_of(module)]
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    drawn = [chance.choice(place) for place in chance.sample(places, min(sample, len(places)))]
    chosen = [change for change in drawn if only in f"{change.module}:{change.start[0]}:"]
    tried, survivors = 0, []
    for change in chosen:
        began = time.perf_counter()
        try:
            diff = copy.survives(change)
        except KeyboardInterrupt:
            break
        tried += 1
        if diff:
            survivors.append({"file": change.module, "line": change.start[0], "diff": diff[1:]})
        what = f"{change.module}:{change.start[0]} {re.sub('^core/', '', change.operator)}"
        ended = "\n".join(["SURVIVED", *diff]) if diff else "killed"
        print(f"{tried}/{len(chosen)} {what} {time.perf_counter() - began:.0f} s: {ended}", flush=True)
    killed = tried - len(survivors)
    interval = binomtest(killed, tried).proportion_ci(method="wilson") if tried else (None, None)
    return {
        "share": killed / tried if tried else None,
        "low": interval[0],
        "high": interval[1],
        "killed": killed,
        "tried": tried,
        "places": len(places),
        "survivors": survivors,
    }


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--area", choices=AREAS, action="append", help="one area; may be given again; all, if not")
    parser.add_argument("--sample", type=int, default=150, help="places to draw in each area")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="of those drawn, the ones whose `file:line:` has this in it")
    parser.add_argument("--smoke", action="store_true", help="two changes of one module: shows that the script works")
    options = parser.parse_args()
    areas = {area: modules_of(area) for area in options.area or AREAS}
    sample = options.sample
    if options.smoke:
        areas, sample = {"analysis": ["workforce_sim/analysis/intervals.py"]}, 2
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        figures = {area: measure(copy, modules, sample, options.seed, options.only) for area, modules in areas.items()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
