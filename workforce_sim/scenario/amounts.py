"""Amounts as written, such as `8%`, `-6 weeks` or `x0.9`: a number between words, and what lies between two of them.

In: text or bare numbers from YAML. Out: `Amount` records that are written as they were read. What an amount measures is
not known here; two amounts with the same words can be interpolated all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from workforce_sim.units import Unreadable

_AMOUNT = re.compile(r"([+-]?)([^\d+-]*)([+-]?)((?:\d{1,3}(?:,\d{3})+|\d{1,16})(?:\.\d{1,16})?)([^\d]*)", re.ASCII)
_EXPECTED = "an amount with its unit, such as 8%, -6 weeks or x0.9"


@dataclass(frozen=True)
class Amount:
    """A number, the words before and after it, and whether it bears a plus sign."""

    before: str
    number: Decimal
    after: str
    plus: bool = False

    @classmethod
    def read(cls, value: object) -> Amount:
        """The amount in a text or bare number; raises `Unreadable`."""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Unreadable(_EXPECTED)
        match = _AMOUNT.fullmatch(" ".join(str(value).split()))
        if match is None:
            raise Unreadable(_EXPECTED)
        first, before, second, digits, after = match.groups()
        number = Decimal(digits.replace(",", "")) * (-1 if "-" in (first, second) else 1)
        return cls(before, number, after, "+" in (first, second))

    def is_like(self, other: Amount) -> bool:
        """Are both written in the same words? One week is like two weeks."""
        return self.before == other.before and self.after.removesuffix("s") == other.after.removesuffix("s")

    @property
    def is_nothing(self) -> bool:
        """Is it an amount that changes nothing, 0 or x1?"""
        return self.number == (1 if self.before == "x" else 0)

    def written(self) -> str | int | float:
        """As a scenario writes it: bare numbers bare, all else as text."""
        number = round(self.number, 10).normalize()
        if not self.before and not self.after:
            return int(number) if number == int(number) else float(number)
        sign = "-" if number < 0 else "+" if self.plus else ""
        return f"{sign}{self.before}{abs(number):f}{self.after}"

    def short(self) -> str:
        """The same without words around the number, for use beside another of its kind."""
        before = "" if self.before.endswith(" ") else self.before
        after = "" if self.after.startswith(" ") else self.after
        return str(replace(self, before=before, after=after).written())


@dataclass(frozen=True)
class Span:
    """Three amounts of one unit, that of least effect, the usual, and that of greatest effect."""

    low: Amount
    default: Amount
    high: Amount

    def at(self, position: float) -> Amount:
        """The amount at a position: −1 the low one, 0 the default, 1 the high one, in straight lines between."""
        if position in (-1, 0, 1):
            return {-1: self.low, 0: self.default, 1: self.high}[int(position)]
        end = self.low if position < 0 else self.high
        way = (end.number - self.default.number) * Decimal(repr(abs(position)))
        return replace(self.default, number=self.default.number + way)

    def __str__(self) -> str:
        """`8% (4% to 15%)`, or one amount alone where all three are the same."""
        default = str(self.default.written())
        one = self.low.number == self.high.number
        return default if one else f"{default} ({self.low.short()} to {self.high.short()})"

    def position(self, amount: Amount) -> float | None:
        """The position at which this amount lies; None if it is written otherwise or lies outside."""
        if not amount.is_like(self.default):
            return None
        if amount.number == self.default.number:
            return 0.0
        for end, sign in ((self.low, -1), (self.high, 1)):
            least, most = sorted((end.number, self.default.number))
            if least <= amount.number <= most:
                return sign * float((amount.number - self.default.number) / (end.number - self.default.number))
        return None

    def ends(self) -> list[str | int | float]:
        """The two outer amounts as written, the smaller number first."""
        return [end.written() for end in sorted((self.low, self.high), key=lambda end: end.number)]

    def fault(self) -> str | None:
        """What is wrong with the three amounts; None when nothing is."""
        if not self.low.is_like(self.default) or not self.high.is_like(self.default):
            return "low, default and high in the same unit"
        if self.default.number != sorted((self.low.number, self.default.number, self.high.number))[1]:
            return "a default between low and high"
        return None
