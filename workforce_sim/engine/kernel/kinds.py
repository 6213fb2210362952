"""The rules of one kind of team, out of those of all kinds.

In: `Rules` with a first axis for the kind. Out: `Rules` without it; nothing is copied.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from numba import njit

from workforce_sim.inputs.rules import Rules


@njit(cache=True)
def of_kind(r, kind):
    """The rules of a kind; laws are common to all."""
    return Rules(
        r.setting[kind], r.chance[kind], r.series[kind], r.package_series[kind], r.package_chance[kind],
        r.seconds[kind], r.rank[kind], r.serves[kind], r.pools[kind], r.standard[kind], r.package_kind[kind],
        r.step_chance[kind], r.onward[kind], r.session[kind], r.urgent[kind], r.crisis_route[kind],
        r.carry_treatment[kind], r.carry_assessment[kind], r.heaviest[kind], r.coordinates[kind], r.law, r.law_threshold,
    )  # fmt: skip
