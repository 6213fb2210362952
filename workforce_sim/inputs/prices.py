"""What is paid for beside pay: hiring, overtime, programmes and sums spent once.

In: the scenario as it stands on a day. Out: `Prices` of an epoch and the `OneOff` sums of the run, in pounds.
"""

from __future__ import annotations

from workforce_sim.inputs.codes import Names
from workforce_sim.inputs.rules import OneOff, Prices
from workforce_sim.scenario.scenario import Scenario


def programmes(scenario: Scenario) -> tuple[str, ...]:
    """Names of the programmes that cost so much a year, in order."""
    return tuple(sorted(scenario.money.programmes))


def prices(scenario: Scenario, names: Names) -> Prices:
    """The prices on a day."""
    roles, money = scenario.workforce.roles, scenario.money
    return Prices(
        unpriced=tuple(code for code, name in enumerate(names.roles) if roles[name].salary is None),
        overtime_premium=scenario.workforce.overtime.premium,
        per_hire=money.per_hire,
        programmes=tuple(money.programmes[name] for name in programmes(scenario)),
    )


def one_offs(scenario: Scenario) -> tuple[OneOff, ...]:
    """Sums spent once, on a day of the run; others are not counted."""
    days = ((each, (each.on - scenario.first_day).days) for each in scenario.money.once)
    length = (scenario.end - scenario.first_day).days
    return tuple(OneOff(each.what, day, each.amount) for each, day in days if 0 <= day < length)
