"""What is written down about the staff: columns of the monthly record by team and role, and of the chronicle.

In: nothing. Out: integer constants that the workforce, its compiled loops and the result tables share.
"""

from __future__ import annotations

from enum import IntEnum


class Staffing(IntEnum):
    """Columns of the monthly record, by team and role. WTE in hundredths. Stocks are as the period's last day ends.

    vacant = FUNDED - IN_POST (below zero while over establishment); IN_POST grows by STARTERS + MOVED_IN - LEAVERS -
    MOVED_OUT. Trainees and temporary staff are not in post.
    """

    FUNDED = 0  # stock
    IN_POST = 1  # stock; people working their notice are in post
    STARTERS = 2
    STARTER_HEADS = 3
    LEAVERS = 4
    LEAVER_HEADS = 5
    SUPERVISION_SECONDS = 6  # given, at the role of the supervisor, on days present
    SUPERVISION_SHORTFALL = 7  # seconds not given: at the role supervised while nobody is in post to give it; at the
    # supervisors' role where more is asked than all their clinical time
    EXHAUSTION = 8  # stock: WTE-weighted mean, thousandths; -1: nobody in post, or the loop is off
    TENURE = 9  # stock: WTE-weighted mean, days in post; -1: nobody in post
    LEAVERS_NHS = 10  # of LEAVERS: left the NHS, not only the post
    HIRED_HEADS = 11  # of STARTER_HEADS: from outside; the others qualified here
    MOVED_IN = 12  # promoted or upskilled into the role, within the team
    MOVED_OUT = 13
    FROZEN = 14  # stock: vacant and not recruited to, because of a freeze
    REFUSED = 15  # stock: vacant and not recruited to, because the budget would not bear it
    ABSENT = 16  # stock: on long absence; they are in post
    TRAINEES = 17  # stock, at the role they train for
    TRAINEES_STARTED = 18  # heads
    TRAINEES_LEFT = 19  # heads: gave up the course
    QUALIFIED = 20  # heads
    UNPLACED = 21  # heads: of those, left because they wanted to or there was no post
    PAID_DAYS = 22  # hundredths of a WTE x calendar days in post
    TRAINEE_DAYS = 23
    BANK_DAYS = 24  # hundredths of a WTE x working days
    AGENCY_DAYS = 25
    COVER_CUT = 26  # temporary staff asked for and not bought, because of the budget
    N = 27


class CareerEvent(IntEnum):
    """What happened to a post and its people."""

    FOUND = 0  # in post on day 0
    RESIGNED = 1  # the day may be before day 0: found working their notice
    LEFT = 2
    ADVERTISED = 3  # approved; the first round begins
    ROUND_FAILED = 4
    WITHDRAWN = 5  # no longer funded
    STARTED = 6
    TRAINEE_STARTED = 7
    TRAINEE_LEFT = 8
    QUALIFIED = 9  # and holds a post of the role from now on, perhaps over establishment for a while
    UNPLACED = 10  # qualified, and leaves
    LONG_SICK = 11
    PARENTAL = 12
    BACK = 13
    MOVED_OUT = 14  # to a post of another role in the team
    MOVED_IN = 15
    UPSKILLING = 16  # trains for another role while serving
    UPSKILLED = 17  # and stays in the old role, for want of a post
    CONVERTED = 18  # a vacant post, into another role
    LEFT_NHS = 19  # noted beside LEFT


class Chronicle(IntEnum):
    """Columns of the chronicle, one row per event, in the order they were noted."""

    DAY = 0
    SLOT = 1
    OCCUPANT = 2  # whom it is about, or who is sought: 0 = found in post on day 0, 1 = the first newcomer to the post
    EVENT = 3  # CareerEvent
    N = 4
