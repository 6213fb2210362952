"""Queues and lists in order of (order, key, place in the package): skew heaps whose links live in the nodes.

In: a NODE array and the array of heap roots. Out: the same, changed. Joining, leaving from anywhere and taking the
first cost O(log n) amortised (Sleator & Tarjan, *Self-adjusting heaps*, SIAM J. Comput. 15, 1986), and no list can
run full.

Numbering of heaps, for each team one block of severities for every kind of queue:
assessment | treatment of package 0, 1, … | crisis | triage | pool of task 0, 1, ….
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit

from workforce_sim.inputs.codes import Setting


@njit(cache=True)
def precedes(node, a, b):
    """True if node a comes before node b."""
    if node[a]["order"] != node[b]["order"]:
        return node[a]["order"] < node[b]["order"]
    if node[a]["key"] != node[b]["key"]:
        return node[a]["key"] < node[b]["key"]
    return a < b  # contacts of one person's series, the lead first


@njit(cache=True)
def merge(node, a, b):
    """The root of two heaps made one (either may be empty, -1)."""
    if a < 0:
        return b
    if b < 0:
        return a
    if precedes(node, b, a):
        a, b = b, a
    root = a
    while True:
        right = np.int64(node[a]["right"])
        node[a]["right"] = node[a]["left"]
        if right < 0:
            node[a]["left"] = b
            node[b]["parent"] = a
            return root
        if precedes(node, b, right):
            right, b = b, right
        node[a]["left"] = right
        node[right]["parent"] = a
        a = right


@njit(cache=True)
def join(heap, node, number, i, order, key):
    """Node i joins heap `number` at (order, key)."""
    node[i]["order"] = order
    node[i]["key"] = key
    node[i]["left"] = -1
    node[i]["right"] = -1
    node[i]["root"] = number
    root = merge(node, heap[number], i)
    node[root]["parent"] = -1
    heap[number] = root


@njit(cache=True)
def leave(heap, node, i):
    """Node i leaves the heap that it is in, if any."""
    number = node[i]["root"]
    if number < 0:
        return
    node[i]["root"] = -1
    parent = np.int64(node[i]["parent"])
    below = merge(node, np.int64(node[i]["left"]), np.int64(node[i]["right"]))
    if below >= 0:
        node[below]["parent"] = parent
    if parent < 0:
        heap[number] = below
    elif node[parent]["left"] == i:
        node[parent]["left"] = below
    else:
        node[parent]["right"] = below


@njit(cache=True)
def assessment_heap(r, team, severity):
    """The assessment queue of a severity."""
    return team * r.setting[Setting.HEAPS_PER_TEAM] + severity


@njit(cache=True)
def treatment_heap(r, team, package, severity):
    """The treatment queue of a package and severity."""
    return team * r.setting[Setting.HEAPS_PER_TEAM] + (1 + package) * r.chance.shape[0] + severity


@njit(cache=True)
def crisis_heap(r, team, severity):
    """The list of people in crisis of a severity."""
    return team * r.setting[Setting.HEAPS_PER_TEAM] + r.setting[Setting.CRISIS_HEAPS] + severity


@njit(cache=True)
def triage_heap(r, team, severity):
    """The referrals of a severity to be triaged."""
    return team * r.setting[Setting.HEAPS_PER_TEAM] + r.setting[Setting.TRIAGE_HEAPS] + severity


@njit(cache=True)
def pool_heap(r, team, task, severity):
    """The contacts due of a task that nobody is named for, or that a support role may cover."""
    first = team * r.setting[Setting.HEAPS_PER_TEAM] + r.setting[Setting.POOL_HEAPS]
    return first + task * r.chance.shape[0] + severity
