"""Own lists: contacts due of one clinician's caseload, in order of (day due, key of the person, place in the package).

In: `World`, a clinician and a course row. Out: the same arrays, changed. A list is a line linked both ways through the
courses, by the links that held them in the calendar until the contact fell due. Contacts fall due one day after
another, so that each takes its place near the end of the line: joining costs as many steps as there are contacts of
that day with greater keys, leaving and taking the first cost one.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit

from workforce_sim.engine.kernel.handle import prefetch
from workforce_sim.engine.state import OWN_LIST


@njit(cache=True)
def precedes(w, a, b):
    """True if course a stands before course b; contacts of one person and day by their series, the lead first."""
    one, other = w.course[a], w.course[b]
    if one["due_day"] != other["due_day"]:
        return one["due_day"] < other["due_day"]
    if one["person"] != other["person"]:
        return w.patient[one["person"]]["key"] < w.patient[other["person"]]["key"]
    return a < b


@njit(cache=True)
def due_longer(w, a, b):
    """True if course a stands before course b, and not only as another series of one person on the same day."""
    one, other = w.course[a], w.course[b]
    return precedes(w, a, b) and (one["person"] != other["person"] or one["due_day"] != other["due_day"])


@njit(cache=True)
def call_up(w, c):
    """Has the person of course c, which comes next if there is one, brought near meanwhile."""
    if c >= 0:
        prefetch(w.patient, np.int64(w.course[c]["person"]))


@njit(cache=True, forceinline=True)
def stand(w, c, slot):
    """The contact of course c, which is due, takes its place on the own list of the clinician in `slot`."""
    course, s = w.course[c], w.staff[slot]
    course["slot"] = slot
    course["lists"] = OWN_LIST
    after, before = np.int64(-1), np.int64(s["last_due"])
    while before >= 0 and precedes(w, c, before):
        after, before = before, np.int64(w.course[before]["previous"])
    set_next(w, s, before, c)
    set_next(w, s, c, after)


@njit(cache=True)
def step_out(w, c):
    """The contact of course c leaves the own list that it stands on."""
    course = w.course[c]
    course["lists"] -= OWN_LIST
    set_next(w, w.staff[course["slot"]], np.int64(course["previous"]), np.int64(course["next"]))


@njit(cache=True)
def set_next(w, s, before, after):
    """Courses `before` and `after` stand next to each other on a list; -1 is what is beyond its ends."""
    if before < 0:
        s["first_due"] = after
    else:
        w.course[before]["next"] = after
    if after < 0:
        s["last_due"] = before
    else:
        w.course[after]["previous"] = before
