"""What is written down about the staff: columns of the monthly record by team and role, and of the chronicle.

In: nothing. Out: integer constants that the workforce, its compiled loops and the result tables share.
"""

from __future__ import annotations

from enum import IntEnum


class Staffing(IntEnum):
    """Columns of the monthly record, by team and role. WTE in hundredths. Stocks are as the period's last day ends.

    vacant = FUNDED - IN_POST (below zero while over establishment); IN_POST grows by STARTERS - LEAVERS.
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
    N = 10


class CareerEvent(IntEnum):
    """What happened to a post and its people."""

    FOUND = 0  # in post on day 0
    RESIGNED = 1  # the day may be before day 0: found working their notice
    LEFT = 2
    ADVERTISED = 3  # approved; the first round begins
    ROUND_FAILED = 4
    WITHDRAWN = 5  # no longer funded
    STARTED = 6


class Chronicle(IntEnum):
    """Columns of the chronicle, one row per event, in the order they were noted."""

    DAY = 0
    SLOT = 1
    OCCUPANT = 2  # whom it is about, or who is sought: 0 = found in post on day 0, 1 = the first newcomer to the post
    EVENT = 3  # CareerEvent
    N = 4
