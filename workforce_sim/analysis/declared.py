"""Measures declared: the name, unit and meaning of each, and which way is better.

In: nothing. Out: declarations, which `analysis.measures` counts from the tables. Light, so that names can be checked
before anything is run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

CLOCKS = {
    "assessment": "referral to first contact",
    "second_contact": "referral to second contact",
    "treatment": "referral to first treatment contact (full clock stop), of those who need treatment",
    "internal": "assessment (or coming from another team) to first treatment contact: the hidden wait",
}

FEW = 10
"""People of a group in a year, below whom groups are not compared: chance alone would make them differ."""


@dataclass(frozen=True)
class Measure:
    """One measure: its name, unit, meaning, and which way is better."""

    name: str
    unit: str
    meaning: str
    better: str = "neither"
    """higher, lower or neither."""


WAITS = (
    ("within_standard", "share", "of all who join, seen within the standard (censoring-aware)", "higher"),
    ("within_4_weeks", "share", "of all who join, seen within 4 weeks (censoring-aware)", "higher"),
    ("within_6_weeks", "share", "of all who join, seen within 6 weeks (censoring-aware)", "higher"),
    ("within_18_weeks", "share", "of all who join, seen within 18 weeks (censoring-aware)", "higher"),
    ("median", "weeks", "half of all who join are seen by then (censoring-aware)", "lower"),
    ("p90", "weeks", "nine in ten of all who join are seen by then (censoring-aware)", "lower"),
    ("completed_within_standard", "share", "of those seen, within the standard", "higher"),
    ("completed_median", "weeks", "wait of those seen, median", "lower"),
    ("completed_mean", "weeks", "wait of those seen, mean", "lower"),
    ("completed_p90", "weeks", "wait of those seen, 90th percentile", "lower"),
    ("completed_p92", "weeks", "wait of those seen, 92nd percentile", "lower"),
    ("waiting_median", "weeks", "wait so far of those still waiting, median; may rise as a service improves", "lower"),
    ("waiting_mean", "weeks", "wait so far of those still waiting, mean", "lower"),
    ("waiting_p90", "weeks", "wait so far of those still waiting, 90th percentile", "lower"),
)

_OTHERS = (
    Measure(
        "waiting_list", "people", "waiting for assessment or treatment, or unallocated, at the year's end", "lower"
    ),
    Measure("waiting.assessment", "people", "waiting for assessment at the year's end", "lower"),
    Measure("waiting.treatment", "people", "assessed and waiting for treatment at the year's end", "lower"),
    Measure("waiting.step", "people", "between two packages at the year's end: the internal wait", "lower"),
    Measure("unallocated", "people", "in treatment without a clinician at the year's end", "lower"),
    Measure("unallocated_over_2_weeks", "people", "without a clinician for over two weeks at the year's end", "lower"),
    Measure(
        "without_registered_coordinator",
        "people",
        "in treatment without the registered coordinator they need, at the year's end",
        "lower",
    ),
    Measure("waiting.over_18_weeks", "people", "waiting for treatment over 18 weeks since referral", "lower"),
    Measure("waiting.over_52_weeks", "people", "waiting for treatment over 52 weeks since referral", "lower"),
    Measure("waiting.over_104_weeks", "people", "waiting for treatment over 104 weeks since referral", "lower"),
    Measure(
        "clearance_weeks", "weeks", "waiting list over those who left it, by any way, per week of the year", "lower"
    ),
    Measure("weeks_waited", "weeks", "person-weeks spent waiting for assessment or treatment in the year", "lower"),
    Measure("caseload", "people", "on the caseload of a named clinician at the year's end"),
    Measure(
        "caseload_per_wte", "people per WTE", "people on caseloads per WTE in post in roles with caseloads", "lower"
    ),
    Measure("caseload_weighted_per_wte", "places per WTE", "the same, each person by their weight", "lower"),
    Measure(
        "over_cap", "clinicians", "clinicians who hold over a tenth more than their places at the year's end", "lower"
    ),
    Measure("utilisation", "share", "clinical hours spent on contacts, assessments and crises, missed ones included"),
    Measure("funded_wte", "WTE", "funded posts at the year's end"),
    Measure("in_post_wte", "WTE", "people in post at the year's end"),
    Measure("present_wte", "WTE", "people present, mean over the year's working days"),
    Measure("vacancy", "share", "funded posts that are empty at the year's end", "lower"),
    Measure("vacancy_mean", "share", "funded posts that are empty, mean of month ends", "lower"),
    Measure("starters_wte", "WTE", "started in the year"),
    Measure("leavers_wte", "WTE", "left in the year", "lower"),
    Measure("turnover", "share", "leavers over those in post (mean of month ends)", "lower"),
    Measure("leavers_nhs_wte", "WTE", "left the NHS in the year, not only their post", "lower"),
    Measure("left_nhs_rate", "share", "of those in post (mean of month ends), left the NHS in the year", "lower"),
    Measure("stability", "share", "of the people in post as the year begins, still in the team as it ends", "higher"),
    Measure("absent_wte", "WTE", "on long sickness or parental leave, mean of month ends", "lower"),
    Measure(
        "away",
        "share",
        "of those in post, not at work: leave, study, sickness and long absence, mean over the year's working days",
        "lower",
    ),
    Measure("temporary_wte", "WTE", "bank and agency staff, mean over the year's months"),
    Measure("trainees", "WTE", "in training at the year's end"),
    Measure("qualified", "people", "qualified in the year", "higher"),
    Measure("exhaustion", "0 to 1", "mean of those in post at the year's end", "lower"),
    Measure("referrals", "people", "referred in the year, new and returning"),
    Measure("returned", "people", "of those: known to the service before"),
    Measure("returned_share", "share", "of those referred in the year: known to the service before", "lower"),
    Measure("accepted", "people", "referrals accepted in the year"),
    Measure("assessed", "people", "assessments attended in the year"),
    Measure("starts", "people", "began treatment in the year", "higher"),
    Measure("closes", "people", "left the service in the year, for whatever reason"),
    Measure("completed", "people", "completed treatment in the year", "higher"),
    Measure("dropped_out", "people", "dropped out of treatment in the year", "lower"),
    Measure("gave_up", "people", "gave up waiting in the year", "lower"),
    Measure("no_response", "people", "closed in the year for not answering the invitation", "lower"),
    Measure("deterred", "people", "not referred in the year because of the long list", "lower"),
    Measure("stepped", "people", "went on to another package in the year"),
    Measure("transferred", "people", "went to another team in the year"),
    Measure("ended_early", "people", "of those who completed in the year: before the contacts planned"),
    Measure("crisis_route.in_time", "share", "of those on the crisis route, seen within its standard", "higher"),
    Measure("worsened", "people", "worsened by a severity while waiting in the year", "lower"),
    Measure("crises", "crises", "crises in the year, waiting or in treatment", "lower"),
    Measure("left_by_clinician", "people", "became unallocated as their clinician left, in the year", "lower"),
    Measure("contacts", "contacts", "attended in the year, crisis contacts not counted", "higher"),
    Measure("contacts.missed_share", "share", "of contacts booked, missed by the patient", "lower"),
    Measure("contact_delay", "days", "mean delay of a contact behind its due day", "lower"),
    Measure("overdue", "contacts", "due and not yet held at the year's end", "lower"),
    Measure(
        "equity.median_wait",
        "ratio",
        f"longest over shortest median wait for treatment of any group; untold where a group has under {FEW} people",
        "lower",
    ),
    Measure(
        "equity.dropped_out",
        "ratio",
        f"highest over lowest rate of dropping out of treatment of any group; untold where under {FEW} dropped out",
        "lower",
    ),
)

_COSTS = (
    Measure("cost.total", "pounds", "what staff and programmes cost in the year", "lower"),
    Measure("cost.pay", "pounds", "of that: staff in post, with on-costs and overheads"),
    Measure("cost.temporary", "pounds", "of that: bank, agency and overtime", "lower"),
    Measure("cost.training", "pounds", "of that: pay of trainees, and fees of training and upskilling"),
    Measure("cost.hiring", "pounds", "of that: recruiting people", "lower"),
    Measure("cost.programmes", "pounds", "of that: programmes, and sums spent once"),
    Measure("agency_share", "share", "agency staff, of the cost of all staff, trainees and overtime", "lower"),
    Measure("cost.per_contact", "pounds", "cost of the year for each contact attended", "lower"),
    Measure("cost.per_completed", "pounds", "cost of the year for each treatment completed", "lower"),
)
"""Told only if the pay of every role is known."""

BY_ROLE = (
    Measure("caseload_per_wte", "people per WTE", "people on caseloads per WTE in post, this role", "lower"),
    Measure("utilisation", "share", "clinical hours spent on contacts, assessments and crises, this role"),
    Measure("funded_wte", "WTE", "funded posts of this role at the year's end"),
    Measure("in_post_wte", "WTE", "people of this role in post at the year's end"),
    Measure("vacancy", "share", "funded posts of this role that are empty at the year's end", "lower"),
)

FOR_WHOM = {"internal": ("stream",), "treatment": ("severity", "group")}
"""Waits that are also told by an attribute: `wait.<clock>.<measure>.<attribute>.<value>`."""

TOLD_FOR_WHOM = ("within_standard", "within_18_weeks", "median", "completed_median")

DECLARED: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (
        *(Measure(f"wait.{c}.{n}", unit, f"{CLOCKS[c]}: {m}", b) for c in CLOCKS for n, unit, m, b in WAITS),
        *_OTHERS,
        *_COSTS,
    )
}
"""Every measure that is not about one role or one group of people, in the order in which they are told."""


def declaration(name: str) -> Measure:
    """The declaration of a measure, also of `vacancy.nurse` and `wait.treatment.median.severity.severe`."""
    if name in DECLARED:
        return DECLARED[name]
    base, _, part = name.rpartition(".")
    by_role = {m.name: m for m in BY_ROLE}
    found = by_role.get(base) or DECLARED[base.rpartition(".")[0]]
    return Measure(name, found.unit, f"{found.meaning} ({part.replace('_', ' ')})", found.better)


def measure_names(**named: Iterable[str]) -> Iterator[str]:
    """Every measure of a service. `named`: its role, severity, group and stream names."""
    yield from DECLARED
    yield from (f"{m.name}.{role}" for role in named["role"] for m in BY_ROLE)
    for clock, ways in FOR_WHOM.items():
        for way in ways:
            yield from (f"wait.{clock}.{told}.{way}.{value}" for value in named[way] for told in TOLD_FOR_WHOM)
