"""Measures that can be read while a run goes on, so that standing rules can watch them.

In: the name of a published measure. Out: the quantity in which a threshold for it is written. Stocks and waits so far
are read as they stand; counts are of the past year, and not judged before a year has passed; shares of a year's work
are of the past year, or of the time since the first day while that is shorter.
"""

from __future__ import annotations

from collections.abc import Iterable

from workforce_sim.scenario.quantities import GREATEST, Quantity, duration, number, share, wte

_COUNT = number(0.0, GREATEST)
_WEEKS = duration("0 days", "60 years")

STOCKS = ("waiting_list", "waiting.assessment", "waiting.treatment", "unallocated", "caseload", "overdue", "over_cap")
"""As they stand."""

LONG_WAITS = {"waiting.over_18_weeks": 18, "waiting.over_52_weeks": 52, "waiting.over_104_weeks": 104}
"""People who have waited for treatment for more than so many weeks."""

CLOCKS = ("assessment", "second_contact", "treatment", "internal")
WAITS_SO_FAR = ("waiting_median", "waiting_mean", "waiting_p90")
"""`wait.<clock>.<one of these>`: of those still waiting."""

COUNTS = (
    "referrals", "returned", "accepted", "assessed", "starts", "closes", "completed", "dropped_out", "gave_up",
    "worsened", "crises", "left_by_clinician", "contacts",
)  # fmt: skip
"""Of the past year."""

STAFF = {
    "funded_wte": wte(),
    "in_post_wte": wte(),
    "vacancy": share(-10.0),
    "caseload_per_wte": number(0.0, 1000.0),
    "utilisation": share(0.0, 2.0),
}
"""Of the team, and of a role as `vacancy.nurse`."""

OTHERS = {
    "caseload_weighted_per_wte": number(0.0, 1000.0),
    "contacts.missed_share": share(),
    "contact_delay": number(0.0, 1000.0),
    "exhaustion": number(0.0, 1.0),
}


def gauges(roles: Iterable[str]) -> dict[str, Quantity]:
    """Every measure that a rule can watch in a service with these roles → how its thresholds are written."""
    found = dict.fromkeys((*STOCKS, *LONG_WAITS, *COUNTS), _COUNT)
    found |= {f"wait.{clock}.{so_far}": _WEEKS for clock in CLOCKS for so_far in WAITS_SO_FAR}
    found |= STAFF | OTHERS
    found |= {f"{name}.{role}": quantity for role in roles for name, quantity in STAFF.items()}
    return found
