"""Calendar and units: quantities written in words become numbers, dates become days.

In: what a planner wrote, such as `6 weeks`, `3.3% per year`, `x1.2`. Out: a float in the one unit the package
computes in: days, per week, fraction, fraction per year, whole-time equivalents (WTE), minutes, hours per week.
A quantity that cannot be read raises `Unreadable`, which says how to write it.

Numbers go through `Decimal`, so that `write` and `read` undo each other to twelve digits and `16%` is exactly 0.16.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from workforce_sim.errors import nearest, quoted

if TYPE_CHECKING:
    import numpy as np

WEEK_DAYS = 7.0
"""Days in a week."""
YEAR_DAYS = 365.25
"""Days in a year, the mean of the Julian calendar."""
MONTH_DAYS = YEAR_DAYS / 12
"""Days in a month, a twelfth of a year."""
YEAR_WEEKS = YEAR_DAYS / WEEK_DAYS
"""Weeks in a year, about 52.18."""
FULL_TIME_HOURS = 37.5
"""Hours a week of one whole-time equivalent (NHS terms and conditions of service, section 10)."""
HOUR_MINUTES = 60.0
"""Minutes in an hour."""
MONDAY_TO_FRIDAY = frozenset(range(5))
"""Weekdays worked by most teams; 0 is Monday, as in `date.weekday`."""
MONDAY_TO_SUNDAY = frozenset(range(7))
"""Weekdays worked by a seven-day team."""
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
"""Names of the months, as written in a scenario."""

_QUANTITY = re.compile(r"([+-]?)(\d{1,16}(?:\.\d{1,16})?) ?([^\d.,].*)?", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DIGITS = 12
POUND = "£"
"""Before sums of money, which may have commas between thousands."""


class Unreadable(ValueError):
    """A quantity cannot be read. `expected` says how to write it, `nearest` gives likely corrections."""

    def __init__(self, expected: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(expected)
        self.expected = expected
        self.nearest = nearest


def _is_bare(text: str) -> bool:
    """A number without words around it."""
    return text.replace(".", "", 1).isdigit()


@dataclass(frozen=True, eq=False)
class Measure:
    """One kind of quantity: the words it may be written in, and what they are worth in the package's unit."""

    noun: str
    """What a message calls it, such as `a duration`."""
    examples: tuple[str, ...]
    """How to write it, best first."""
    units: Mapping[str, Decimal]
    """Words after the number → worth in the package's unit; the empty word means that a bare number will do."""
    written_in: tuple[str, ...]
    """Units used for writing; the first that gives a short number wins, otherwise the last."""
    prefix: str = ""
    """Words before the number, such as `x`."""

    def expected(self) -> str:
        """How to write such a quantity, for a message."""
        return f"{self.noun}, such as {' or '.join(e if _is_bare(e) else quoted(e) for e in self.examples)}"

    def read(self, value: object) -> float:
        """The number in the package's unit; raises `Unreadable`."""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Unreadable(self.expected())
        if not isinstance(value, str):
            return self._read_bare(value)
        text = " ".join(value.split()).casefold()
        if self.prefix == POUND:
            text = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), text)
        match = _QUANTITY.fullmatch(text.removeprefix(self.prefix).lstrip())
        if match is None or not text.startswith(self.prefix):
            raise Unreadable(self.expected(), self._rewritten(text))
        sign, digits, unit = match[1], match[2], match[3] or ""
        worth = self.units.get(unit)
        if worth is None:
            raise Unreadable(self.expected(), self._corrections(sign + digits, unit))
        return float(Decimal(sign + digits) * worth)

    def write(self, value: float) -> str:
        """The quantity in words; reads back as the same number to twelve digits."""
        number, unit = self._in_best_unit(Decimal(f"{value:.{_DIGITS}g}"))
        digits = f"{number.normalize():f}"
        if digits == "1" and unit.removesuffix("s") in self.units:
            unit = unit.removesuffix("s")
        gap = " " if unit and not unit.startswith("%") else ""
        return f"{self.prefix}{digits}{gap}{unit}"

    def _read_bare(self, value: float) -> float:
        if not math.isfinite(value) or "" not in self.units or self.prefix:
            bare = f"{value:g}" if math.isfinite(value) else ""
            raise Unreadable(self.expected(), (self._with_unit(bare),) if bare else ())
        return float(Decimal(repr(value)) * self.units[""])

    def _rewritten(self, text: str) -> tuple[str, ...]:
        """The text without thousands separators, with a decimal point, or with the words it must begin with."""
        text = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), text).replace(",", ".")
        text = text if text.startswith(self.prefix) else self.prefix + text
        match = _QUANTITY.fullmatch(text.removeprefix(self.prefix).lstrip())
        return (text,) if match and (match[3] or "") in self.units else ()

    def _corrections(self, digits: str, unit: str) -> tuple[str, ...]:
        if not unit:
            return (self._with_unit(digits),)
        close = nearest(unit, filter(None, self.units))
        return tuple(self._with_unit(digits, word) for word in close if word + "s" not in close)

    def _with_unit(self, digits: str, unit: str | None = None) -> str:
        unit = self.written_in[0] if unit is None else unit
        return f"{self.prefix}{digits}{'' if unit.startswith('%') or not unit else ' '}{unit}"

    def _in_best_unit(self, value: Decimal) -> tuple[Decimal, str]:
        for unit in self.written_in:
            number = value / self.units[unit]
            if number == round(number, 4):
                return number, unit
        return value / self.units[self.written_in[-1]], self.written_in[-1]


def _table(**worth: float | str) -> dict[str, Decimal]:
    """Unit words → worth; `_` in a name is a space."""
    return {words.replace("_", " "): Decimal(str(value)) for words, value in worth.items()}


_ONE, _PERCENT = Decimal(1), Decimal("0.01")
_WEEK, _MONTH, _YEAR = Decimal(7), Decimal("365.25") / 12, Decimal("365.25")

DURATION = Measure(
    "a duration", ("6 weeks",),
    {"day": _ONE, "days": _ONE, "week": _WEEK, "weeks": _WEEK,
     "month": _MONTH, "months": _MONTH, "year": _YEAR, "years": _YEAR},
    ("weeks", "years", "days"),
)  # fmt: skip
"""Calendar time, read as days."""
DAYS = Measure("a number of working days", ("6 days",), _table(day=1, days=1), ("days",))
"""Working days, read as days."""
RATE = Measure(
    "a rate", ("11 per week",),
    {"per day": _WEEK, "per week": _ONE, "per month": _WEEK / _MONTH, "per year": _WEEK / _YEAR},
    ("per week",),
)  # fmt: skip
"""How often something happens, read as times per week."""
YEARLY = Measure("a yearly share", ("10% per year",), {"% per year": _PERCENT}, ("% per year",))
"""Growth or loss in a year, read as a fraction per year."""
WEEKLY = Measure("a weekly share", ("3% per week",), {"% per week": _PERCENT}, ("% per week",))
"""Growth in a week, read as a fraction per week."""
SHARE = Measure("a share", ("25%", "0.25"), {"%": _PERCENT, "": _ONE}, ("%",))
"""A part of a whole, read as a fraction."""
LIMIT = Measure("a greatest share", ("up to 25%",), {"%": _PERCENT}, ("%",), prefix="up to ")
"""A share that must not be passed, read as a fraction."""
POINTS = Measure("percentage points", ("+5 points",), {"points": _PERCENT, "point": _PERCENT}, ("points",))
"""A difference between shares, read as a signed fraction."""
POINTS_PER_YEAR = Measure(
    "percentage points per year", ("+0.5 points per year",),
    {"points per year": _PERCENT, "point per year": _PERCENT}, ("points per year",),
)  # fmt: skip
"""A yearly difference between shares, read as a signed fraction per year."""
POINTS_OF_YEARLY = Measure(
    "percentage points per year", ("+2 points per year",),
    dict.fromkeys(("points per year", "point per year", "points", "point"), _PERCENT), ("points per year",),
)  # fmt: skip
"""A difference between yearly shares, read as a signed fraction per year."""
POINTS_OF_WEEKLY = Measure(
    "percentage points per week", ("+0.2 points per week",),
    dict.fromkeys(("points per week", "point per week", "points", "point"), _PERCENT), ("points per week",),
)  # fmt: skip
"""A difference between weekly shares, read as a signed fraction per week."""
WTE = Measure("whole-time equivalents", ("5.5 wte",), _table(wte=1), ("wte",))
"""Staff, read as whole-time equivalents."""
MINUTES = Measure(
    "a time of work", ("90 minutes",), _table(minute=1, minutes=1, hour=60, hours=60), ("minutes",),
)  # fmt: skip
"""Working time, read as minutes."""
HOURS_PER_WEEK = Measure(
    "hours a week", ("37.5 hours per week",), _table(hours_per_week=1, hour_per_week=1), ("hours per week",),
)  # fmt: skip
"""Contracted time, read as hours per week."""
WEEKLY_HOURS = Measure(
    "hours a week", ("1 per week",), _table(per_week=1, hours_per_week=1, hour_per_week=1), ("per week",),
)  # fmt: skip
"""Time given to something each week, read as hours per week."""
MONEY = Measure(
    "a sum of money", ("£12,000",), _table(k=1000, m=1_000_000, million=1_000_000) | {"": _ONE}, ("",), prefix=POUND,
)  # fmt: skip
"""Money, read as pounds."""
YEARLY_MONEY = Measure(
    "money per year", ("£40,823 per year",),
    _table(per_year=1, k_per_year=1000, m_per_year=1_000_000, million_per_year=1_000_000), ("per year",), prefix=POUND,
)  # fmt: skip
"""Money spent each year, read as pounds per year."""
MULTIPLIER = Measure("a factor", ("x1.2",), {"": _ONE}, ("",), prefix="x")
"""Times as much, read as a factor."""
NUMBER = Measure("a number", ("0.5",), {"": _ONE}, ("",))
"""A plain number."""
COUNT = Measure("a whole number", ("4",), {"": _ONE}, ("",))
"""A plain whole number; `scenario.quantities` refuses fractions."""


def duration(value: object) -> float:
    """Calendar days in a duration such as `6 weeks`; raises `Unreadable`."""
    return DURATION.read(value)


def rate(value: object) -> float:
    """Times per week in a rate such as `11 per month`; raises `Unreadable`."""
    return RATE.read(value)


def share(value: object) -> float:
    """The fraction in a share such as `25%` or 0.25; raises `Unreadable`."""
    return SHARE.read(value)


def wte(value: object) -> float:
    """Whole-time equivalents in `5.5 wte`; raises `Unreadable`."""
    return WTE.read(value)


def minutes(value: object) -> float:
    """Minutes in `90 minutes` or `1.5 hours`; raises `Unreadable`."""
    return MINUTES.read(value)


def multiplier(value: object) -> float:
    """The factor in `x1.2`; raises `Unreadable`."""
    return MULTIPLIER.read(value)


def calendar_date(value: object) -> date:
    """The date written as YYYY-MM-DD, from 1950 to 2150; raises `Unreadable`."""
    expected = "a date written year-month-day, such as 2026-04-01"
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise Unreadable(expected)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise Unreadable("a day that exists in the calendar, such as 2026-04-01") from None
    if not 1950 <= day.year <= 2150:
        raise Unreadable("a date from 1950 to 2150")
    return day


def day_number(day: date, first_day: date) -> int:
    """Simulated day of a date; the first day of the run is day 0."""
    return (day - first_day).days


def date_of(day: int, first_day: date) -> date:
    """Date of a simulated day; day 0 is the first day of the run."""
    return first_day + timedelta(days=day)


def month_after(start: date, months: int) -> date:
    """The date so many months later; the last day of the month where the day does not exist."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return first + timedelta(days=min(start.day, (following - first).days) - 1)


def after(start: date, days: float) -> date:
    """The date a duration later: whole months and years end on the same day of the month as they begin."""
    months = days / (YEAR_DAYS / 12)
    if months >= 0.5 and abs(months - round(months)) < 1e-6:
        return month_after(start, round(months))
    return start + timedelta(days=max(1, math.floor(days + 0.5)))


def working_days(start: date, days: int, working: Set[int], country: str | None) -> np.ndarray:
    """bool, (day,): whether the team works on each of the `days` days from `start`.

    `working` holds weekdays (0 is Monday); `country` is `England` for its bank holidays, or None for none.
    """
    import numpy as np  # heavy, and needed only when a run is compiled

    closed = _bank_holidays(country, start.year, (start + timedelta(days=days)).year) if country else frozenset()
    mask = [weekday in working for weekday in range(7)]
    return np.is_busday(np.datetime64(start) + np.arange(days), mask, np.array(sorted(closed), dtype="datetime64[D]"))


@lru_cache(maxsize=32)
def _bank_holidays(country: str, first_year: int, last_year: int) -> frozenset[date]:
    """Bank holidays of a country from the first year to the last, from the `holidays` package."""
    import holidays  # heavy as well

    if country != "England":
        raise ValueError(f"no bank holidays are known for {country}")
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=range(first_year, last_year + 1)))
