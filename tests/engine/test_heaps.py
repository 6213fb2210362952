"""Skew heaps against a sorted list, on random joins, departures and firsts. Runs compiled, and plain under
NUMBA_DISABLE_JIT=1."""

from __future__ import annotations

import os
import subprocess
import sys
from bisect import insort
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workforce_sim.engine.kernel.heaps import join, leave
from workforce_sim.engine.state import NODE

HEAPS, NODES = 3, 40
ROOT = Path(__file__).parents[2]

OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["join", "join", "leave", "first"]),
        st.integers(0, HEAPS - 1),  # of which heap
        st.integers(0, NODES - 1),  # which node
        st.integers(-2, 4),  # order: many ties, so that the key decides
        st.integers(0, 1 << 40),  # key
    ),
    max_size=200,
)


def check_heap(node: np.ndarray, heap: np.ndarray, number: int, expected: list[tuple[int, int, int]]) -> None:
    """A heap holds what its list holds, links both ways, and no child comes before its parent."""
    found = []
    stack = [(int(heap[number]), -1)]
    while stack:
        i, parent = stack.pop()
        if i < 0:
            continue
        assert node[i]["parent"] == parent
        assert node[i]["root"] == number
        if parent >= 0:
            assert (node[parent]["order"], node[parent]["key"]) <= (node[i]["order"], node[i]["key"])
        found.append((int(node[i]["order"]), int(node[i]["key"]), i))
        stack += [(int(node[i]["left"]), i), (int(node[i]["right"]), i)]
    assert sorted(found) == expected


def play(operations: list[tuple[str, int, int, int, int]]) -> None:
    """Plays the operations on heaps and on sorted lists, and compares after each."""
    heap = np.full(HEAPS, -1, dtype=np.int32)
    node = np.zeros(NODES, dtype=NODE)
    node["root"] = -1
    lines: list[list[tuple[int, int, int]]] = [[] for _ in range(HEAPS)]
    where: dict[int, tuple[int, tuple[int, int, int]]] = {}
    for operation, number, i, order, key in operations:
        if operation == "first":
            assert (int(heap[number]) < 0) == (not lines[number])
            if not lines[number]:
                continue
            i = int(heap[number])  # noqa: PLW2901  # the operation names the heap, the heap the node
            assert lines[number][0][:2] == (node[i]["order"], node[i]["key"])
        if operation == "join" and i not in where:
            join(heap, node, number, i, order, key)
            where[i] = number, (order, key, i)
            insort(lines[number], (order, key, i))
        elif operation != "join":
            leave(heap, node, i)  # a node in none may leave, too
            if i in where:
                own, entry = where.pop(i)
                lines[own].remove(entry)
            assert node[i]["root"] == -1
        for each, line in enumerate(lines):
            check_heap(node, heap, each, line)


# Tried by hand: without `node[below]["parent"] = parent` in `leave`, or with keys compared the other way round in
# `precedes`, this fails.
@settings(max_examples=150, deadline=None, derandomize=True)
@given(OPERATIONS)
def test_heaps_are_sorted_lists(operations: list[tuple[str, int, int, int, int]]) -> None:
    """After any joins and departures the first is its list's first, and it holds the same in sound links."""
    play(operations)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, derandomize=True)
@given(OPERATIONS)
def test_heaps_are_sorted_lists_at_length(operations: list[tuple[str, int, int, int, int]]) -> None:
    """The same, on many more random operations."""
    play(operations)


def test_firsts_come_out_in_order() -> None:
    """Taking the first again and again sorts: by order, then by key."""
    rng = np.random.default_rng(1)
    n = 2000
    heap, node = np.full(1, -1, dtype=np.int32), np.zeros(n, dtype=NODE)
    node["root"] = -1
    order, key = rng.integers(0, 50, n), rng.permutation(n)
    for i in range(n):
        join(heap, node, 0, i, order[i], key[i])
    out = []
    while heap[0] >= 0:
        i = int(heap[0])
        out.append((node[i]["order"], node[i]["key"]))
        leave(heap, node, i)
    assert out == sorted(zip(order, key, strict=True))


@pytest.mark.parametrize("first", ["engine.simulate", "engine.kernel.heaps", "engine.workforce", "streams", "run"])
def test_all_compiled_code_is_kept_in_one_folder(first: str) -> None:
    """Whatever is imported first, every compiled function is kept in the folder of this state of the sources.

    Numba's own place beside the source knows no change of constants in other files: heaps compiled with yesterday's
    `Setting` once ended a run with a segmentation fault.
    """
    code = f"""
import sys, workforce_sim.{first}, workforce_sim.engine.kernel
from workforce_sim.compiled import cache_folder
for name, module in list(sys.modules.items()):
    for function in vars(module).values() if name.startswith("workforce_sim") else ():
        cache = getattr(function, "_cache", None)
        if hasattr(cache, "cache_path") and not cache.cache_path.startswith(str(cache_folder())):
            print(function, cache.cache_path)
"""
    settled = {
        name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "NUMBA_DISABLE_JIT")
    }
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=settled, cwd=ROOT
    )
    assert found.stdout == ""
