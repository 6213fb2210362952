"""The trajectory: what a service means to reach, by measure and date. It moves no result; a dashboard judges by it.

In: the levels in the block `trajectory`. Out: `Level`, a number and what it is a number of. Which measures there are,
and in which unit each is told, `analysis.trajectory` knows.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from workforce_sim import units
from workforce_sim.errors import shown
from workforce_sim.scenario.quantities import Date, fault
from workforce_sim.units import Unreadable

KINDS = {
    "number": units.NUMBER,
    "share": units.SHARE,
    "weeks": units.DURATION,
    "WTE": units.WTE,
    "pounds": units.MONEY,
}
"""What a level may be a number of → how it is written; a bare number is a `number`."""


class Level(NamedTuple):
    """A level to reach."""

    value: float
    kind: str
    """One of KINDS."""


def read_level(value: object) -> Level:
    """A level as a planner writes it; raises `Unreadable`."""
    for kind, measure in KINDS.items():
        try:
            number = measure.read(value)
        except Unreadable:
            continue
        return Level(number / units.WEEK_DAYS if kind == "weeks" else number, kind)
    raise Unreadable("a level, such as 400, 60%, 18 weeks, 2 wte or £1,100,000")


class WrittenLevel:
    """A level, kept as it is written: it is no number of the model, and nothing may change it."""

    @staticmethod
    def validate(value: object) -> object:
        """The level as written, or a pydantic error in plain words."""
        try:
            read_level(value)
        except Unreadable as error:
            raise fault(error.expected, found=shown(value)) from None
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        meaning = "What is to be reached by that date; it holds from then on."
        return {"type": ["string", "number"], "description": meaning, "examples": ["60%", 400, "18 weeks"]}


MeasureName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Trajectory = dict[MeasureName, dict[Date, Annotated[str | float, WrittenLevel()]]]
"""Measure → date → level that holds from then on."""
