"""Types of a scenario's fields: each reads what a planner wrote into one number, and says how to write it otherwise.

In: text or numbers from YAML. Out: floats in the units of `workforce_sim.units`, or a pydantic error in plain words.
Names of severities, roles and packages are checked against the scenario's own lists, passed as validation context.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from workforce_sim import units
from workforce_sim.errors import either, nearest
from workforce_sim.units import Measure, Unreadable

SUM_TOLERANCE = 1e-6
"""Shares of a whole may miss 1 by this much."""
GREATEST = 1e6
"""Greatest value of a quantity that has no natural limit."""

LONG_HAND_FORM = {"long_hand": True}
"""Stands in the JSON schema of a quantity for the reference to the long-hand form."""


def fault(expected: str, close: tuple[str, ...] = (), found: str | None = None) -> PydanticCustomError:
    """A pydantic error in planner's words: what was expected, likely corrections and, if special, what was found."""
    context: dict[str, Any] = {"expected": expected, "nearest": close, "found": found}
    return PydanticCustomError("planner", "{expected}", context)


@dataclass(frozen=True)
class Quantity:
    """A number written in words, in one measure and one range."""

    measure: Measure
    low: float
    high: float
    whole: bool = False

    def read(self, value: object) -> float:
        """The number in the package's unit, within the range; raises `Unreadable`."""
        number = self.measure.read(value)
        if self.whole and (number != int(number) or isinstance(value, str)):
            raise Unreadable(self.measure.expected())
        if not self.low <= number <= self.high:
            bare_percent = self.measure is units.SHARE and not isinstance(value, str) and number > 1
            raise Unreadable(self.range_expected(), (f"{number:g}%",) if bare_percent else ())
        return int(number) if self.whole else number

    def range_expected(self) -> str:
        """The range in words, for a message."""
        if self.high >= GREATEST:
            return f"{self.measure.noun} of at least {self.measure.write(self.low)}"
        return f"{self.measure.noun} from {self.measure.write(self.low)} to {self.measure.write(self.high)}"

    def write(self, value: float) -> str | int | float:
        """The quantity as a scenario writes it; reads back as the same number to twelve digits."""
        if self.whole:
            return int(value)
        return self.measure.write(value) if self.measure is not units.NUMBER else float(f"{value:.12g}")

    def validate(self, value: object) -> float:
        """The number, or a pydantic error in plain words."""
        try:
            return self.read(value)
        except Unreadable as error:
            raise fault(error.expected, error.nearest) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return self.json_schema()

    def json_schema(self) -> JsonSchemaValue:
        """JSON schema of the written forms."""
        forms: list[dict[str, Any]] = []
        words = "|".join(unit.replace(" ", " +") for unit in self.measure.units if unit)
        if words or self.measure.prefix:
            ending = f"( *({words}))" + "?" * ("" in self.measure.units) if words else ""
            whole = "([0-9]+|[0-9]{1,3}(,[0-9]{3})+)" if self.measure.prefix == units.POUND else "[0-9]+"
            pattern = rf"^\s*{self.measure.prefix.replace(' ', ' +')}[+-]?{whole}(\.[0-9]+)?{ending}\s*$"
            forms.append({"type": "string", "pattern": pattern, "examples": list(self.measure.examples[:1])})
        if "" in self.measure.units and not self.measure.prefix:
            kind = "integer" if self.whole else "number"
            high = {} if self.high >= GREATEST else {"maximum": self.high}
            forms.append({"type": kind, "minimum": self.low, **high})
        forms.append(dict(LONG_HAND_FORM))
        return {"anyOf": forms}


_DIFFERENCES = {
    units.SHARE: units.POINTS,
    units.LIMIT: units.POINTS,
    units.YEARLY: units.POINTS_OF_YEARLY,
    units.WEEKLY: units.POINTS_OF_WEEKLY,
    units.MULTIPLIER: units.NUMBER,
}
"""Measure → how a difference of two such quantities is written, where that is not the same."""


@dataclass(frozen=True)
class Difference(Quantity):
    """What is added to a quantity, or taken away: signed."""

    def read(self, value: object) -> float:
        """The signed number; a sign may also stand before the sign of a pound."""
        text = value.strip() if isinstance(value, str) else ""
        if self.measure.prefix and text[:1] in ("+", "-") and text[1:].lstrip().startswith(self.measure.prefix):
            return super().read(text[1:].lstrip()) * (-1 if text[0] == "-" else 1)
        try:
            return super().read(value)
        except Unreadable as error:
            in_points = text.endswith("%") and "points" in self.measure.units
            raise Unreadable(error.expected, (f"{text[:-1]} points",) if in_points else error.nearest) from None


def difference_of(quantity: Quantity) -> Difference:
    """How an addition to such a quantity is written."""
    most = max(GREATEST, quantity.high)
    return Difference(_DIFFERENCES.get(quantity.measure, quantity.measure), -most, most, quantity.whole)


@dataclass(frozen=True)
class NameOf:
    """A name that the scenario itself defines, such as one of its `roles`."""

    kind: Literal["severities", "roles", "packages"]

    def validate(self, value: object, info: ValidationInfo) -> str:
        """The name, or a pydantic error in plain words."""
        known = (info.context or {}).get(self.kind)
        one = {"severities": "a severity", "roles": "a role", "packages": "a package"}[self.kind]
        if not isinstance(value, str):
            raise fault(f"the name of {one}")
        if known and value not in known:
            raise fault(f"{one} of this scenario: {either(known)}", nearest(value, known), f'"{value}"')
        return value

    def core_schema(self) -> CoreSchema:
        """The pydantic core schema, also used for the keys of mappings."""
        return core_schema.with_info_plain_validator_function(self.validate)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return self.core_schema()

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string"}


@dataclass(frozen=True)
class BySeverity:
    """One value for every severity: written once for all, or as a mapping severity → value."""

    quantity: Quantity
    missing: float | None = None
    """Value of a severity that the mapping leaves out; None means that every severity must be named."""
    mix: bool = False
    """The values are the parts of one whole: a mapping that adds up to 1."""

    def _expand(self, value: object, info: ValidationInfo) -> object:
        if isinstance(value, dict):
            return value
        if self.mix:
            raise fault("a mapping severity: share, such as {mild: 40%, severe: 60%}")
        return dict.fromkeys((info.context or {}).get("severities", ()), value)

    def _complete(self, value: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        severities = (info.context or {}).get("severities") or tuple(value)
        absent = [name for name in severities if name not in value]
        if absent and self.missing is None:
            raise fault(f"a value for every severity; add {', '.join(absent)}", (), f"only {', '.join(value)}")
        complete = {name: value.get(name, self.missing or 0.0) for name in severities}
        if self.mix:
            must_add_up(complete)
        return complete

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        values = core_schema.no_info_plain_validator_function(self.quantity.validate)
        mapping = core_schema.dict_schema(NameOf("severities").core_schema(), values)
        expanded = core_schema.with_info_before_validator_function(self._expand, mapping)
        return core_schema.with_info_after_validator_function(self._complete, expanded)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        one = self.quantity.json_schema()
        mapping = {"type": "object", "additionalProperties": one}
        return mapping if self.mix else {"anyOf": [*one["anyOf"], mapping]}


def must_add_up(parts: Mapping[str, float], what: str = "shares") -> None:
    """Refuse parts of a whole that do not add up to 1."""
    total = sum(parts.values())
    if abs(total - 1) > SUM_TOLERANCE:
        raise fault("shares that add up to 100%", (), f"{what} that add up to {units.SHARE.write(round(total, 8))}")


def by_month(given: Mapping[str, float]) -> dict[str, float]:
    """A factor for every month, x1 where none is given; an unknown month is refused."""
    for name in given:
        if name not in units.MONTHS:
            raise fault("months such as january or december", nearest(name, units.MONTHS), f'"{name}"')
    return {month: given.get(month, 1.0) for month in units.MONTHS}


class Distribution(BaseModel):
    """A law of chance: one fixed value, a mean with a standard deviation, or a median with a 90th percentile."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Literal["fixed", "mean_sd", "median_p90"]
    """Which two numbers are given."""
    a: float
    """The value, the mean or the median; durations in days."""
    b: float
    """0, the standard deviation or the 90th percentile; durations in days."""


@dataclass(frozen=True)
class Spread:
    """How a `Distribution` may be written: a quantity alone, or a mapping with one of the allowed pairs of keys."""

    quantity: Quantity
    pairs: tuple[tuple[str, str], ...]

    def validate(self, value: object) -> Distribution:
        """The distribution, or a pydantic error in plain words."""
        if not isinstance(value, dict):
            return Distribution(kind="fixed", a=self.quantity.validate(value), b=0.0)
        for first, second in self.pairs:
            if set(value) == {first, second}:
                return self._pair(first, second, value)
        forms = [f"{{{first}: …, {second}: …}}" for first, second in self.pairs]
        raise fault(f"{self.quantity.measure.noun}, or {either(forms)}", (), f"the keys {', '.join(map(str, value))}")

    def _pair(self, first: str, second: str, value: dict[str, object]) -> Distribution:
        a, b = self._part(first, value), self._part(second, value)
        if first == "median":
            if not 0 < a < b:
                raise fault("a 90th percentile above a median above 0", (), f"{value[first]} and {value[second]}")
            return Distribution(kind="median_p90", a=a, b=b)
        return Distribution(kind="mean_sd", a=a, b=b)

    def _part(self, key: str, value: dict[str, object]) -> float:
        try:
            return self.part(key).read(value[key])
        except Unreadable as error:
            raise fault(f"{key}: {error.expected}", error.nearest, f"{key}: {value[key]!r}") from None

    def part(self, key: str) -> Quantity:
        """The quantity of one part; a standard deviation may be 0 whatever the range of the value."""
        return Quantity(self.quantity.measure, 0.0, self.quantity.high) if key == "sd" else self.quantity

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        one = self.quantity.json_schema()
        pairs = [
            {"type": "object", "properties": dict.fromkeys(pair, one), "required": list(pair)} for pair in self.pairs
        ]
        return {"anyOf": [*one["anyOf"], *pairs]}


@dataclass(frozen=True)
class OneOf:
    """One of a few names, which may look like numbers, such as a pay band."""

    names: tuple[str, ...]
    noun: str

    def validate(self, value: object) -> str:
        """The name, or a pydantic error in plain words."""
        name = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
        if name not in self.names:
            raise fault(f"{self.noun}: {either(self.names)}", nearest(name, self.names) if name else ())
        return str(name)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"enum": [*self.names, *(int(name) for name in self.names if name.isdigit())]}


class OnOff:
    """A switch, written `on` or `off`."""

    @staticmethod
    def validate(value: object) -> bool:
        """On or off, or a pydantic error in plain words."""
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value in ("on", "off"):
            return value == "on"
        raise fault("on or off", nearest(value, ("on", "off")) if isinstance(value, str) else ())

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"enum": ["on", "off", True, False]}


class WrittenDate:
    """A date, written YYYY-MM-DD."""

    @staticmethod
    def validate(value: object) -> date:
        """The date, or a pydantic error in plain words."""
        try:
            return units.calendar_date(value)
        except Unreadable as error:
            raise fault(error.expected) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "format": "date", "examples": ["2026-04-01"]}


def duration(low: str, high: str) -> Quantity:
    """A calendar duration within a range, read as days."""
    return Quantity(units.DURATION, units.duration(low), units.duration(high))


def rate(high: float = GREATEST) -> Quantity:
    """A rate from 0, read as times per week."""
    return Quantity(units.RATE, 0.0, high)


def minutes(low: float, high: float) -> Quantity:
    """Working time within a range in minutes."""
    return Quantity(units.MINUTES, low, high)


def share(low: float = 0.0, high: float = 1.0) -> Quantity:
    """A share within a range of fractions."""
    return Quantity(units.SHARE, low, high)


def wte(low: float = 0.0) -> Quantity:
    """Whole-time equivalents, up to ten thousand in a role."""
    return Quantity(units.WTE, low, 10_000.0)


def factor(low: float = 0.0, high: float = 100.0) -> Quantity:
    """A multiplier within a range."""
    return Quantity(units.MULTIPLIER, low, high)


def number(low: float, high: float) -> Quantity:
    """A plain number within a range."""
    return Quantity(units.NUMBER, low, high)


def count(low: int, high: int) -> Quantity:
    """A whole number within a range."""
    return Quantity(units.COUNT, low, high, whole=True)


ID_PATTERN = r"^[a-z][a-z0-9_]{0,63}$"
"""How names of roles, packages, sources, severities and groups are spelt."""

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
RoleName = Annotated[str, NameOf("roles")]
SeverityName = Annotated[str, NameOf("severities")]
PackageName = Annotated[str, NameOf("packages")]
Switch = Annotated[bool, OnOff()]
Date = Annotated[date, WrittenDate()]
Share = Annotated[float, share()]
Factor = Annotated[float, factor()]
ShareBySeverity = Annotated[dict[str, float], BySeverity(share())]
Mix = Annotated[dict[str, float], BySeverity(share(), mix=True)]


class Block(BaseModel):
    """A part of a scenario: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, validate_default=True)


def default(value: Any) -> Any:
    """What a field holds when the scenario is silent, written as a planner would write it."""
    return Field(default=value)
