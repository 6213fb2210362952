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
    kinds: tuple[str, ...]
    """Kinds of team: all teams of a kind follow the same rules."""
    kind_of_team: tuple[int, ...]
    """(team,)"""
    roles: tuple[str, ...]
    kind_of_role: tuple[int, ...]
    """(role,) the kind of team that has it."""
    packages: tuple[str, ...]
    kind_of_package: tuple[int, ...]
    """(package,) the kind of team that gives it."""
    streams: tuple[str, ...]
    """(package,) the stream each package belongs to."""
    series: tuple[str, ...]
    tasks: tuple[str, ...]
    severities: tuple[str, ...]
    sources: tuple[str, ...]
    kind_of_source: tuple[int, ...]
    """(source,) the kind of team that it refers to."""
    groups: tuple[str, ...]

    def has_role(self, team: int, role: int) -> bool:
        """Does the role exist in the team?"""
        return self.kind_of_team[team] == self.kind_of_role[role]


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
    PLACES = 19  # series places per person
    OVERTIME_AFTER = 20  # days by which a contact must be overdue
    TRIAGE_TASK = 21  # -1: referrals are triaged at once, and cost nothing
    TRIAGE_HEAPS = 22  # first of a team's
    OPT_IN_LAW = 23  # days to the answer; -1: nobody is asked to opt in
    OPT_IN_DAYS = 24  # after which those who have not answered are closed
    NOTICE = 25  # days between being accepted and the first day that may be offered
    NEAR_BREACH = 26  # days before the standard from which the routine go before others; -1: never
    CARVE_OUT = 27  # share of assessment time that is kept for the urgent, in 1/65536
    SECOND_TASK = 28  # -1: nobody is assessed twice
    SECOND_AFTER = 29  # days
    JOINT_TASK = 30  # the second clinician's part; -1: nobody is assessed by two
    CRISIS_STANDARD = 31  # days from referral by the crisis route to the first contact
    REMOTE_BY_PERSON = 32  # 1: a person is seen remotely always or never, as they choose
    EARLY_LIST = 33  # people on the list above which courses end early; -1: never
    EARLY_FROM = 34  # share of the contacts planned, in 1/65536
    REVIEW_EVERY = 35  # contacts; 0: no reviews
    REVIEW_ENDS = 36  # threshold
    RETURN_FULL = 37  # share of the contacts planned below which an end is early, in 1/65536
    DETER_LIST = 38  # people on the list above which referrers are deterred
    DETER_GAIN = 39  # threshold for a list of twice that
    DETER_MOST = 40
    RISING_LIST = 41  # people on the list above which more are declined
    RISING_GAIN = 42
    RISING_MOST = 43
    BOUNCES_WORSE = 44  # threshold: comes back a severity higher
    RELAPSE_ABOVE = 45  # people per WTE on the clinician's caseload; -1: caseload does not matter
    RELAPSE_GAIN = 46  # growth of crises for each person above, in 1/65536
    RELAPSE_MOST = 47  # greatest factor, in 1/65536
    N = 48


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
    NO_RESPONSE = 12
    ASSESSMENT_REMOTE = 13
    ASSESSMENT_MISSED_REMOTE = 14
    SECOND = 15  # another assessment is needed
    SECOND_REMOTE = 16  # the same after a remote one
    JOINT = 17
    RETURNS_EARLY = 18  # after fewer contacts than planned
    N = 19


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
    NAMED = 10  # 1: given by a named clinician of its own
    WEAKER = 11  # contacts that a remote contact adds, in 2**-32
    DROPS_OUT_REMOTE = 12  # threshold: drops out after a remote contact
    N = 13


class Session(IntEnum):
    """Columns of `Rules.session`, by task: contacts held in a group."""

    SIZE = 0  # 0: not in a group
    LEAST = 1  # people due for a session to be held
    WAIT = 2  # days after which it is held with fewer
    N = 3


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
    WAITING_TRIAGE = 7
    OPTING_IN = 8  # asked whether they want to be seen
    WAITING_CRISIS = 9  # referred by the crisis route and not yet seen
    WAITING_STEP = 10  # has ended one package and waits for another


class Stock(IntEnum):
    """People open at the end of a day, by team, severity and group.

    Everybody before assessment counts as waiting for it: in triage, opting in, rebooking, on the crisis route.
    """

    WAITING_ASSESSMENT = 0
    WAITING_TREATMENT = 1
    IN_TREATMENT = 2
    UNALLOCATED = 3
    OVERDUE = 4  # contacts due today or before and not yet held (every series)
    # counted at the end of a period only
    UNALLOCATED_LONG = 5  # of UNALLOCATED: for more than two weeks
    UNCOORDINATED = 6  # in treatment or unallocated without the registered coordinator that they need
    WAITING_STEP = 7  # between two packages
    N = 8


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
    DAYS_WAITING_STEP = 28
    NO_RESPONSE = 29  # closed: did not answer the invitation
    DETERRED = 30  # not referred because of the list; not in REFERRED
    CRISIS_ROUTE = 31  # of REFERRED: by the crisis route
    CRISIS_ROUTE_IN_TIME = 32  # of those: seen within its standard
    ASSESSED_AGAIN = 33  # first of two assessments attended; ASSESSED counts those that are complete
    STEPPED = 34  # ended a package and waits for another
    STEP_STARTED = 35  # joined a caseload for the other package
    ENDED_EARLY = 36  # of COMPLETED: before the contacts planned
    IN_SESSIONS = 37  # of CONTACTS: in a group
    TRANSFERRED = 38  # went to another team
    TRANSFERRED_IN = 39  # came from another team; not in REFERRED
    N = 40


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
    TRIAGE = 16
    SESSIONS = 17  # groups held, count
    N = 18


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
    NO_RESPONSE = 8
    TRANSFERRED = 9


NOT_YET = -(1 << 20)
"""A day that has not come. Not -1: the days before day 0 are real days."""

URGENT, HANDOVER, NEAR_BREACH, ROUTINE = 0, 1, 2, 3
"""Priority classes of a treatment or assessment queue, first to last; nobody is entered in NEAR_BREACH."""

KEY_CLASS_SHIFT = 40
"""A queue's order number is (class << 40) + clock start + ORIGIN."""

ORIGIN = 1 << 21
"""Added to days in order numbers so that clock starts before day 0 stay positive."""

EPISODE_SHIFT = 20
"""The count of a patient's draw is (episode << 20) + its number within the episode."""

STEP_SHIFT = 12
"""The attempts of a person's contacts are numbered from (packages before this one << 12)."""

GUIDE_SHIFT = 24
GUIDE = 1 << (32 - GUIDE_SHIFT)
"""Parts of luck, a word >> GUIDE_SHIFT, for each of which `Rules.law_guide` knows where to look in a law's table."""

SERIES_SHIFT = 16
"""Within the episode, the number of a draw about a contact is (place of the series in its package << 16) + attempt."""
