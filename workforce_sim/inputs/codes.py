"""The numbers that stand for names inside a run: columns of rule tables, states, reasons, tallies.

In: nothing. Out: integer constants that the compiled inputs, the kernel, its slow twin and the result tables share.
A name is turned into a number here and nowhere else; a number is turned back into a name in `results/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True)
class Names:
    """Names in code order: the code of a name is its place in its tuple.

    Sorted, so that declaring things in another order changes nothing; severities keep their order, mildest first.
    """

    teams: tuple[str, ...]
    roles: tuple[str, ...]
    packages: tuple[str, ...]
    streams: tuple[str, ...]
    """(package,) the stream each package belongs to."""
    series: tuple[str, ...]
    tasks: tuple[str, ...]
    severities: tuple[str, ...]
    sources: tuple[str, ...]
    groups: tuple[str, ...]


class Order(IntEnum):
    """How the next person is chosen among the queues of different severities."""

    FIFO = 0
    SEVERITY = 1
    TARGET = 2


class Setting(IntEnum):
    """Columns of `Rules.setting`: whole numbers that hold for everybody."""

    ORDER = 0  # Order
    ASSESSMENT_TASK = 1
    CRISIS_TASK = 2  # -1: the service answers no crises
    CRISIS_CONTACTS = 3
    SLOT_LOST = 4  # share of the minutes that a missed appointment costs, in 1/65536
    REBOOK_DAYS = 5
    CLOSE_AFTER_ASSESSMENTS = 6  # misses in a row
    CLOSE_AFTER_CONTACTS = 7
    HANDOVER_CONTACTS = 8
    HANDOVER_LONGER = 9  # share of the contacts planned, in 2**-32
    BEFALL_LAW = 10  # days between candidate days, waiting (row 0 of Phase)
    BEFALL_LAW_IN_TREATMENT = 11
    BOUNCE_LAW = 12
    RETURN_LAW = 13
    PACE_UNTIL = 14  # day from which another BEFALL_LAW holds; candidate days are drawn anew then
    PACE_UNTIL_IN_TREATMENT = 15
    # how the kernel numbers its heaps and rows
    HEAPS_PER_TEAM = 16
    CRISIS_HEAPS = 17  # first of a team's
    POOL_HEAPS = 18
    OWN_HEAPS = 19  # first of all slots'
    PLACES = 20  # series places per person
    OVERTIME_AFTER = 21  # days by which a contact must be overdue
    N = 22


class Chance(IntEnum):
    """Columns of `Rules.chance`, by severity and group: thresholds in 2**-32 (`streams.threshold`)."""

    DECLINED = 0
    BOUNCES = 1
    TO_TREATMENT = 2
    ASSESSMENT_MISSED = 3
    GIVES_UP = 4  # the next three are cumulative: word < GIVES_UP gives up; < WORSENS worsens; < CRISIS has a crisis
    WORSENS = 5
    CRISIS = 6
    DROPS_OUT = 7  # in treatment, cumulative likewise: word < DROPS_OUT drops out; < CRISIS_IN_TREATMENT has a crisis
    CRISIS_IN_TREATMENT = 8
    RETURNS = 9
    DROPS_OUT_AT_HANDOVER = 10
    CANNOT_USE_REMOTE = 11
    N = 12


class SeriesRule(IntEnum):
    """Columns of `Rules.series`, by severity and group."""

    TASK = 0
    SUPPORT_TASK = 1  # -1: no support roles
    CONTACTS_LAW = 2
    INTERVAL_LAW = 3  # days from one contact to the next due
    WEIGHT = 4  # of the caseload place, in thousandths
    MISSED = 5  # threshold
    REMOTE = 6  # threshold
    SUPPORT = 7  # threshold: a contact may be covered by a support role
    STRETCH = 8  # contacts that a day of delay adds, in 2**-32
    MISSED_REMOTE = 9  # threshold: not attended, or failed
    N = 10


class StaffKind(IntEnum):
    """Who is in a slot (`STAFF.kind`)."""

    IN_POST = 0
    TRAINEE = 1
    TEMPORARY = 2


class State(IntEnum):
    """Where a person is."""

    FREE = 0  # the row is not in use
    WAITING_ASSESSMENT = 1
    REBOOKING = 2  # missed an assessment and is not yet back in the queue
    WAITING_TREATMENT = 3
    IN_TREATMENT = 4
    UNALLOCATED = 5  # in treatment, but the named clinician has left
    AT_RISK = 6  # not open: will be referred again on a known day


class Stock(IntEnum):
    """People open at the end of a day, by team, severity and group. REBOOKING counts as waiting for assessment."""

    WAITING_ASSESSMENT = 0
    WAITING_TREATMENT = 1
    IN_TREATMENT = 2
    UNALLOCATED = 3
    OVERDUE = 4  # contacts due today or before and not yet held (every series)
    # counted at the end of a period only
    UNALLOCATED_LONG = 5  # of UNALLOCATED: for more than two weeks
    UNCOORDINATED = 6  # in treatment or unallocated without the registered coordinator that they need
    N = 7


UNALLOCATED_TOO_LONG = 14
"""Days."""


class Flow(IntEnum):
    """What happened in a period, by team, severity at the time and group: counts, and sums of days."""

    REFERRED = 0
    RETURNED = 1  # of those referred: known to the service before
    DECLINED = 2
    ASSESSED = 3
    ASSESSMENTS_MISSED = 4
    CLOSED_WITH_ADVICE = 5
    CLOSED_NOT_ATTENDED = 6  # before treatment
    GAVE_UP = 7
    WORSENED = 8  # counted at the severity left
    CRISES_WAITING = 9
    CRISES_IN_TREATMENT = 10
    CRISIS_CONTACTS = 11
    ALLOCATED = 12  # joined a caseload, first time in the spell
    STARTED = 13  # first contact of the lead series attended
    CONTACTS = 14  # attended, every series, crisis contacts not counted
    CONTACTS_MISSED = 15
    CONTACTS_BY_SUPPORT = 16  # of CONTACTS
    CONTACTS_REMOTE = 17  # of CONTACTS
    DELAY_DAYS = 18  # sum over contacts, attended or missed, of day held less day due
    COMPLETED = 19
    DROPPED_OUT = 20
    DISCHARGED_NOT_ATTENDED = 21  # in treatment
    LEFT_BY_CLINICIAN = 22  # became unallocated
    HANDED_OVER = 23
    DAYS_WAITING_ASSESSMENT = 24  # sum over days of the stock at the day's end, for Little's law
    DAYS_WAITING_TREATMENT = 25
    DAYS_IN_TREATMENT = 26
    DAYS_UNALLOCATED = 27
    N = 28


class Use(IntEnum):
    """Use of clinical time in a period, by team and role: seconds, unless said."""

    AVAILABLE = 0
    ATTENDED = 1
    MISSED = 2
    ASSESSMENT = 3
    ASSESSMENT_MISSED = 4
    CRISIS = 5
    UNUSED = 6
    CARRIED = 7  # stock: unused part of an appointment carried to the next day, at the period's end
    CONTACTS = 8  # attended contacts, count
    CASES = 9  # stock: people on caseloads of the role at the period's end, raw
    WEIGHTED = 10  # stock: the same weighted, thousandths
    PLACES = 11  # stock: room for weighted caseload of those in post, thousandths
    PRESENT = 12  # sum over working days of WTE present, hundredths
    IN_POST_DAYS = 13  # sum over working days of WTE in post, hundredths
    OVER_CAP = 14  # stock: clinicians in post who hold over a tenth more than their places
    OVERTIME = 15  # beyond AVAILABLE
    N = 16


class PackageStock(IntEnum):
    """People by package at the end of a period, and starts within it, by team."""

    WAITING = 0
    IN_TREATMENT = 1
    UNALLOCATED = 2
    STARTED = 3  # flow
    N = 4


class End(IntEnum):
    """How a spell ended (`log.end`)."""

    OPEN = 0
    DECLINED = 1
    GAVE_UP = 2
    CLOSED_NOT_ATTENDED = 3
    CLOSED_WITH_ADVICE = 4
    COMPLETED = 5
    DROPPED_OUT = 6
    DISCHARGED_NOT_ATTENDED = 7


NOT_YET = -(1 << 20)
"""A day that has not come. Not -1: the days before day 0 are real days."""

URGENT, HANDOVER, ROUTINE = 0, 1, 2
"""Priority classes of a treatment or assessment queue, first to last."""

KEY_CLASS_SHIFT = 40
"""A queue's order number is (class << 40) + clock start + ORIGIN."""

ORIGIN = 1 << 21
"""Added to days in order numbers so that clock starts before day 0 stay positive."""

EPISODE_SHIFT = 20
"""The count of a patient's draw is (episode << 20) + its number within the episode."""

SERIES_SHIFT = 16
"""Within the episode, the number of a draw about a contact is (place of the series in its package << 16) + attempt."""
