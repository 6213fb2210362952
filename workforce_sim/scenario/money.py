"""What the workforce costs: on-costs, hiring, programmes, one-off sums, and a budget that may bind.

In: the `money` block of a scenario. Out: frozen models in pounds. Pay stands with the roles.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from workforce_sim.scenario.development import Money as Pounds
from workforce_sim.scenario.development import YearlyMoney
from workforce_sim.scenario.quantities import Block, Date, Id, Share, default, factor


class OneOff(Block):
    """A sum spent once."""

    what: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """What it is for."""
    on: Date
    """Day on which it is spent, written YYYY-MM-DD."""
    amount: Pounds
    """Pounds."""


class Money(Block):
    """What the workforce costs."""

    on_costs: Annotated[float, factor(1.0, 3.0)] = default("x1.28")
    """Employer's cost over pay: national insurance, pension, levy. x1 to x3; evidence C.1: x1.28 in a trust's budget,
    x1.37 in full; an assumption."""
    overheads: Share = default("0%")
    """Overheads on pay and on-costs. 0% to 100%; default none; 25% is usual in unit costs, an assumption."""
    per_hire: Pounds = default("£0")
    """Cost of each person recruited: adverts, panels, checks. Pounds; default none."""
    programmes: Annotated[dict[Id, YearlyMoney], Field(max_length=200)] = default({})
    """Name of a programme or lever → its running costs. Pounds per year; default none."""
    once: Annotated[list[OneOff], Field(max_length=200)] = default([])
    """Sums spent once: set-up, equipment, fees."""
    budget: YearlyMoney | None = None
    """Money there is in a year for staff in post and those being recruited, temporary staff included. Once the cost of
    a full year would pass it, nobody is recruited and cover is cut. Pounds per year; default no limit."""

    def full_cost(self, salary: float, rise: float) -> float:
        """Pounds a year of 1 WTE: pay, a relative pay rise, on-costs and overheads."""
        return salary * (1.0 + rise) * self.on_costs * (1.0 + self.overheads)
