"""The arrays that change during a run.

In: sizes from `Inputs`. Out: one `World` of numpy arrays that the kernel advances and the workforce writes to.
"None" is -1, a day that has not come is NOT_YET. Times are days from day 0; time of staff is in seconds; caseload
weights are in thousandths.
A *node* places a person or a contact in a heap: order without any list that could run full.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

CACHE_LINE = 64
"""Bytes. What is touched together lies within one: a COURSE, the first third of a PATIENT or of a STAFF."""


def _on_lines(fields: list[tuple[str, str]]) -> np.dtype[Any]:
    """A record that fills whole lines of cache."""
    packed = np.dtype(fields, align=True)
    places = dict(packed.fields or {})
    offsets = [places[name][1] for name, _ in fields]
    size = -(-packed.itemsize // CACHE_LINE) * CACHE_LINE
    names, formats = [name for name, _ in fields], [form for _, form in fields]
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size}, align=True)


NODE = np.dtype(
    [("order", "i8"), ("key", "i8"), ("left", "i4"), ("right", "i4"), ("parent", "i4"), ("root", "i4")], align=True
)
"""A place in a heap ordered by (order, key). `root` is the number of the heap it is in, -1 if in none."""

PATIENT = _on_lines(
    [
        # what a contact touches, on one line of cache
        ("key", "i8"),
        ("remote_word", "u4"),
        ("mode_word", "u4"),  # whether they choose to be seen remotely
        ("cell", "i4"),  # where the person is counted: (team * severities + severity) * groups + group
        ("team", "i4"),
        ("package", "i4"),
        ("slot", "i4"),  # named clinician of the lead series
        ("state", "i2"),
        ("severity", "i2"),
        ("group", "i2"),
        ("missed_in_row", "i2"),
        ("contacts", "i4"),
        ("missed", "i4"),
        ("first_contact_day", "i4"),
        ("second_contact_day", "i4"),
        ("start_day", "i4"),  # first treatment contact attended: full clock stop
        ("episode", "i4"),
        # what may befall a person
        ("befall_word", "i8"),  # luck of the next candidate day
        ("befalls", "i4"),  # candidate days drawn in this episode
        ("next", "i4"),  # in the calendar; of a free row: the next free one
        ("previous", "i4"),
        ("calendar_day", "i4"),  # candidate day, or day of return if AT_RISK; -1 none within the horizon
        ("referral_day", "i4"),
        ("urgent", "i4"),  # 1 urgent, 2 by the crisis route
        ("queue_day", "i4"),  # from which the place in a queue counts: referral, or the end of the package before
        ("source", "i4"),
        ("severity_at_referral", "i4"),
        ("case_next", "i4"),  # the others on that clinician's caseload
        ("case_previous", "i4"),
        ("weight", "i4"),
        ("assessed_day", "i4"),
        ("allocated_day", "i4"),
        ("assessment_attempts", "i4"),
        ("assessments", "i4"),  # attended
        ("internal", "i4"),  # 1: came from another team
        ("bound_for", "i4"),  # AT_RISK on the way to another team: target, see Rules.onward; -1 none
        ("steps", "i4"),  # packages before this one
        ("handovers", "i4"),
        ("unallocated_day", "i4"),  # day on which the person became UNALLOCATED
        ("crisis_contacts_left", "i4"),
    ]
)
"""One row per person who is open or known to come back; rows are used again. Node 2p: queue, node 2p+1: crisis."""

COURSE = np.dtype(
    [
        ("stretch", "i8"),  # delay not yet turned into a contact, in 2**-32 contacts
        ("clinician", "i8"),  # of a further series: key of its named clinician
        ("slot", "i4"),  # on whose own list the contact stands; of a further series: that person's; -1 none
        ("attend_word", "u4"),  # luck of the contact that is due next
        ("interval_word", "u4"),
        ("next", "i4"),  # in the calendar until the contact falls due, from then on the own list
        ("previous", "i4"),
        ("calendar_day", "i4"),  # day the next contact falls due (place 0 also: day of re-entry when REBOOKING)
        ("person", "i4"),  # patient row
        ("due_day", "i4"),  # of the contact in the lists now; -1 none
        ("done", "i4"),
        ("planned", "i4"),
        ("attempts", "i4"),
        ("series", "i2"),  # -1: no such series
        ("remote", "i1"),
        ("lists", "i1"),  # where the contact due stands: OWN_LIST + POOL
    ],
    align=True,
)
"""One row per person and place in the package, the lead's first (row = person * places + place).

Node c: pool."""

OWN_LIST, POOL = 1, 2

STAFF = _on_lines(
    [
        # what is asked of every clinician whenever someone needs one, and what every contact touches, on one line
        ("held", "i8"),  # weighted caseload
        ("places", "i8"),  # weighted caseload that there is room for
        ("bank_treatment", "i8"),
        ("used", "i8"),
        ("accepts", "i4"),  # new patients: 1 yes, 0 no, -1 no, and holds none either: long absent, or temporary
        ("team", "i4"),
        ("role", "i4"),
        ("kind", "i4"),  # StaffKind
        ("first_due", "i4"),  # courses with the first and the last contact on the own list; -1 none
        ("last_due", "i4"),
        ("occupied", "i4"),
        ("shares_spare", "i4"),  # spare minutes of one activity are lent to the other
        # what a day touches
        ("bank_assessment", "i8"),
        ("bank_urgent", "i8"),  # assessment time kept for the urgent
        ("daily_treatment", "i8"),  # seconds on each day present
        ("daily_assessment", "i8"),
        ("available", "i8"),  # seconds since the workforce last looked
        ("overtime_left", "i8"),  # seconds, this week
        ("wte", "i8"),  # hundredths
        ("case_head", "i8"),
        ("key", "i8"),  # of the person in post
        ("cases", "i4"),
        ("cases_overnight", "i4"),  # as the day began, kept where caseloads bring crises
    ]
)
"""One row per slot (post), in (team, role, post) order. A slot is the post; `key` tells whose turn it is."""

LOG = np.dtype(
    [
        ("key", "i8"),
        ("episode", "i4"),
        ("team", "i4"),
        ("source", "i4"),
        ("group", "i4"),
        ("severity_at_referral", "i4"),
        ("severity", "i4"),
        ("urgent", "i4"),
        ("package", "i4"),
        ("slot", "i4"),
        ("referral_day", "i4"),
        ("first_contact_day", "i4"),
        ("second_contact_day", "i4"),
        ("assessed_day", "i4"),
        ("allocated_day", "i4"),
        ("start_day", "i4"),
        ("end_day", "i4"),
        ("end", "i4"),
        ("contacts", "i4"),
        ("missed", "i4"),
        ("handovers", "i4"),
        ("internal", "i4"),
    ],
    align=True,
)
"""One row per spell: when it ends, and for those still open at the horizon (`end` = OPEN, `end_day` = NOT_YET)."""


ROWS_IN_BLOCK = 64
"""Patient rows are handed to a team in blocks, so that what its day touches lies together (assumed: some ten pages)."""


class Counter(IntEnum):
    """Places of `World.counter`."""

    SEED = 0
    REPLICATION = 1
    DAY = 2  # the next day to simulate
    REFERRALS_TAKEN = 3  # rows of `referral` already used
    ROWS_HANDED_OUT = 4  # patient rows from here on belong to no team yet, and have never been written to
    ROWS_TAKEN = 5  # by people who are open or known to come back
    LOGGED = 6
    N = 7


class Stop(IntEnum):
    """Why the kernel came back."""

    DONE = 0
    NEEDS_ROWS = 1
    LOG_FULL = 2


class World(NamedTuple):
    """All that changes during one replication, and the replication's own inputs."""

    counter: np.ndarray  # int64, (Counter.N,)
    referral: np.ndarray  # REFERRAL, (referral,)
    patient: np.ndarray  # PATIENT, (row,)
    patient_node: np.ndarray  # NODE, (2 * row,)
    block_team: np.ndarray  # int32, (row / ROWS_IN_BLOCK,), the team that a block of rows was handed to
    free_head: np.ndarray  # int64, (team,), first free row of a team, linked by next; -1 none
    free_rows: np.ndarray  # int64, (team,), how many
    course: np.ndarray  # COURSE, (row * places,)
    course_node: np.ndarray  # NODE, (row * places,)
    staff: np.ndarray  # STAFF, (slot,)
    roster: np.ndarray  # uint8, (slot, day), 1 = present
    kind: np.ndarray  # int32, (team,)
    linked: np.ndarray  # int32, (team, kind): the team of a kind that a team's people go to
    team_slots: np.ndarray  # int32, (team + 1,), slots of a team are team_slots[t] .. team_slots[t+1]-1
    seat: np.ndarray  # int32, (slot,), occupied slots of each team in slot order, from team_slots[t] on
    seats: np.ndarray  # int32, (team,), how many; up to date whenever a team is not dirty
    heap: np.ndarray  # int64, (heap,), root nodes; see kernel/heaps.py for the numbering
    pooled: np.ndarray  # int64, (heap,), how many are in a pool that is seen in groups
    list_length: np.ndarray  # int64, (team,), people waiting for assessment or treatment as last night ended
    blocked: (
        np.ndarray
    )  # uint8, (package * severity,), 1 = nobody has room for this treatment queue; within one allocation
    dirty: np.ndarray  # int32, (team,), 1 = places or queues changed since the last allocation
    calendar: np.ndarray  # int64, (2, team, day), first patient row / course row with something on that day
    day_table: np.ndarray  # int32, (day, 1 + kind): number of the period it belongs to, is it a working day
    stock: np.ndarray  # int64, (cell, Stock.N)
    package_stock: np.ndarray  # int64, (team, package, PackageStock.N)
    flow_now: np.ndarray  # int64, (cell, Flow.N), of the period so far
    use_now: np.ndarray  # int64, (team, role, Use.N), of the period so far
    flow: np.ndarray  # int64, (period, cell, Flow.N), once the period is over
    stock_record: np.ndarray  # int64, (period, cell, Stock.N), at the period's last day
    package_record: np.ndarray  # int64, (period, team, package, PackageStock.N)
    use: np.ndarray  # int64, (period, team, role, Use.N), once the period is over
    log: np.ndarray  # LOG, (capacity,)
