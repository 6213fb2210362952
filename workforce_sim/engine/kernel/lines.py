"""Contacts due of one clinician's caseload, in order of (order, key, place in the package): a line linked both ways.

In: a NODE array and the array of heap roots, where a line has two places, its first node and its last. Out: the same,
changed. Contacts fall due one day after another, so that each takes its place near the end of the line: joining costs
as many steps as there are contacts of that day with greater keys, leaving and taking the first cost one.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit

from workforce_sim.engine.kernel.heaps import precedes
from workforce_sim.inputs.codes import Setting


@njit(cache=True)
def own_line(r, slot):
    """The contacts due of a clinician's caseload."""
    return r.setting[Setting.OWN_LINES] + 2 * slot


@njit(cache=True)
def stand(heap, node, number, i, order, key):
    """Node i takes its place in line `number` at (order, key)."""
    node[i]["order"] = order
    node[i]["key"] = key
    node[i]["root"] = number
    after, before = np.int64(-1), np.int64(heap[number + 1])
    while before >= 0 and precedes(node, i, before):
        after, before = before, np.int64(node[before]["left"])
    set_next(heap, node, number, before, i)
    set_next(heap, node, number, i, after)


@njit(cache=True)
def step_out(heap, node, i):
    """Node i leaves the line that it is in, if any."""
    number = node[i]["root"]
    if number < 0:
        return
    node[i]["root"] = -1
    set_next(heap, node, number, np.int64(node[i]["left"]), np.int64(node[i]["right"]))


@njit(cache=True)
def set_next(heap, node, number, before, after):
    """Nodes `before` and `after` stand next to each other in a line; -1 is what is beyond its ends."""
    if before < 0:
        heap[number] = after
    else:
        node[before]["right"] = after
    if after < 0:
        heap[number + 1] = before
    else:
        node[after]["left"] = before
