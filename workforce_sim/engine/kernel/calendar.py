"""What is due on which day: a bucket per team and day, linked through the rows, so nothing is ever searched.

In: `World.calendar` and the linked rows. Out: the same. Row fields next, previous, calendar_day.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from numba import njit

PEOPLE, COURSES = 0, 1


@njit(cache=True)
def enter(bucket, row, i, day):
    """Row i is due on `day` of one team's buckets; a day beyond the horizon is not kept (calendar_day -1)."""
    row[i]["calendar_day"] = -1
    if day >= bucket.shape[0]:
        return
    head = bucket[day]
    row[i]["calendar_day"] = day
    row[i]["previous"] = -1
    row[i]["next"] = head
    if head >= 0:
        row[head]["previous"] = i
    bucket[day] = i


@njit(cache=True)
def cancel(bucket, row, i):
    """Row i is no longer due."""
    day = row[i]["calendar_day"]
    if day < 0:
        return
    row[i]["calendar_day"] = -1
    before, after = row[i]["previous"], row[i]["next"]
    if before < 0:
        bucket[day] = after
    else:
        row[before]["next"] = after
    if after >= 0:
        row[after]["previous"] = before


@njit(cache=True)
def take(bucket, row, day):
    """The next row due on `day`, taken out of the calendar; -1 if none is left."""
    i = bucket[day]
    if i >= 0:
        after = row[i]["next"]
        bucket[day] = after
        row[i]["calendar_day"] = -1
        if after >= 0:
            row[after]["previous"] = -1
    return i
