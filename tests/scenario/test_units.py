"""Quantities in words, and the calendar."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce_sim import units
from workforce_sim.units import Measure, Unreadable


@pytest.mark.parametrize(
    ("measure", "text", "value"),
    [
        (units.DURATION, "6 weeks", 42),
        (units.DURATION, "1 day", 1),
        (units.DURATION, "12 months", 365.25),
        (units.DURATION, "1.5 years", 547.875),
        (units.RATE, "11 per week", 11),
        (units.RATE, "2 per day", 14),
        (units.RATE, "365.25 per year", 7),
        (units.YEARLY, "-3.3% per year", -0.033),
        (units.WEEKLY, "3% per week", 0.03),
        (units.SHARE, "16%", 0.16),
        (units.SHARE, 0.16, 0.16),
        (units.SHARE, "12.5 %", 0.125),
        (units.LIMIT, "up to 25%", 0.25),
        (units.POINTS, "+5 points", 0.05),
        (units.POINTS, "-5 points", -0.05),
        (units.POINTS_PER_YEAR, "+0.5 points per year", 0.005),
        (units.WTE, "5.5 WTE", 5.5),
        (units.MINUTES, "1.5 hours", 90),
        (units.HOURS_PER_WEEK, "37.5 hours per week", 37.5),
        (units.WEEKLY_HOURS, "1 per week", 1),
        (units.MULTIPLIER, "x0.92", 0.92),
        (units.DAYS, "6 days", 6),
    ],
)
def test_words_mean_what_they_say(measure: Measure, text: object, value: float) -> None:
    """Each written form gives exactly this number."""
    assert measure.read(text) == value


@pytest.mark.parametrize(
    ("measure", "text", "nearest"),
    [
        (units.DURATION, 6, ("6 weeks",)),
        (units.DURATION, "6 weks", ("6 weeks",)),
        (units.DURATION, "six weeks", ()),
        (units.WTE, "5", ("5 wte",)),
        (units.MULTIPLIER, "0.9", ("x0.9",)),
        (units.MULTIPLIER, 0.9, ("x0.9",)),
        (units.LIMIT, "25%", ("up to 25%",)),
        (units.RATE, "1,100 per year", ("1100 per year",)),
        (units.RATE, "1,5 per week", ("1.5 per week",)),
        (units.SHARE, True, ()),
        (units.SHARE, None, ()),
        (units.SHARE, "1e3", ()),
    ],
)
def test_a_misspelt_quantity_is_answered_with_the_likely_one(
    measure: Measure, text: object, nearest: tuple[str, ...]
) -> None:
    """What cannot be read is refused, with a correction where there is a likely one."""
    with pytest.raises(Unreadable) as caught:
        measure.read(text)
    assert caught.value.nearest == nearest


MEASURES = [measure for measure in vars(units).values() if isinstance(measure, Measure)]


@given(st.sampled_from(MEASURES), st.decimals(0, 10_000, places=4).map(float))
def test_writing_and_reading_undo_each_other(measure: Measure, value: float) -> None:
    """A number written in words reads back as itself."""
    assert measure.read(measure.write(value)) == pytest.approx(value, rel=1e-11, abs=1e-15)


def test_clinics_close_at_weekends_and_on_english_bank_holidays() -> None:
    """Good Friday and Easter Monday 2026 are closed, unless the calendar keeps no bank holidays."""
    easter = date(2026, 4, 1)  # a Wednesday
    with_holidays, without = (units.working_days(easter, 7, units.MONDAY_TO_FRIDAY, c) for c in ("England", None))
    assert with_holidays.tolist() == [True, True] + [False] * 4 + [True]
    assert without.tolist() == [True] * 3 + [False] * 2 + [True] * 2
    assert units.working_days(easter, 7, units.MONDAY_TO_SUNDAY, None).all()
    assert len(units.working_days(easter, 60 * 366, units.MONDAY_TO_FRIDAY, "England")) == 60 * 366


def test_days_and_dates_undo_each_other() -> None:
    """Day 0 is the first day of the run."""
    first = date(2026, 4, 1)
    assert units.day_number(first, first) == 0
    assert units.date_of(units.day_number(date(2028, 2, 29), first), first) == date(2028, 2, 29)


@pytest.mark.parametrize("text", ["2026-4-1", "01/04/2026", "2026-02-30", "20260401", "1066-10-14", 20260401, None])
def test_dates_have_one_form(text: object) -> None:
    """Only year-month-day is a date."""
    with pytest.raises(Unreadable):
        units.calendar_date(text)
