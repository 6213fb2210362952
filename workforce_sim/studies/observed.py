"""What a service has counted, in the words of the model: the measures that can be observed, and what was observed.

In: nothing, or rows of observations. Out: the declaration of every observable measure, and `Observed`, one tidy table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from workforce_sim.errors import UsageError

Kind = Literal["flow", "stock", "wait"]


@dataclass(frozen=True)
class Observable:
    """One measure that a service can count and the model tells."""

    name: str
    kind: Kind
    """flow: a sum from the first to the last day; stock: at the end of the last day; wait: a mean of those seen."""
    unit: str
    meaning: str
    also: tuple[str, ...] = ()
    """Other headers by which a sheet may call it."""


OBSERVABLES: Mapping[str, Observable] = {
    each.name: each
    for each in (
        Observable("referrals", "flow", "people", "referred, new and returning", ("referred", "referrals_received")),
        Observable("accepted", "flow", "people", "referrals accepted", ("referrals_accepted", "spells_started")),
        Observable(
            "first_contacts", "flow", "people", "assessments attended",
            ("assessed", "assessments", "first_contact", "assessments_attended"),
        ),
        Observable("starts", "flow", "people", "began treatment", ("started", "treatment_starts", "second_contacts")),
        Observable("closes", "flow", "people", "left the service, for whatever reason",
                   ("closed", "discharges", "discharged", "spells_closed")),
        Observable("contacts", "flow", "contacts", "attended, crisis contacts not counted", ("contacts_attended",)),
        Observable("leavers", "flow", "WTE", "staff who left", ("leavers_wte", "staff_leavers")),
        Observable("list", "stock", "people", "waiting for assessment or treatment, or unallocated",
                   ("waiting_list", "waiting", "list_size")),
        Observable("waiting_assessment", "stock", "people", "waiting for assessment",
                   ("waiting_for_assessment", "waiting_first_contact")),
        Observable("waiting_treatment", "stock", "people", "assessed and waiting for treatment",
                   ("waiting_for_treatment", "internal_wait")),
        Observable("caseload", "stock", "people", "on the caseload of a named clinician",
                   ("in_treatment", "open_caseload")),
        Observable("open_spells", "stock", "people", "on the list or on a caseload", ("open", "open_referrals")),
        Observable("over_18_weeks", "stock", "people", "waiting for treatment over 18 weeks since referral"),
        Observable("over_52_weeks", "stock", "people", "waiting for treatment over 52 weeks since referral"),
        Observable("waited_median_second", "stock", "days", "wait so far of those without a second contact: median"),
        Observable("waited_median_first", "stock", "days", "wait so far of those without a first contact: median"),
        Observable("mean_wait_first_contact", "wait", "weeks", "mean wait of those assessed, since referral",
                   ("mean_wait_assessment",)),
        Observable("mean_wait_treatment", "wait", "weeks", "mean wait of those who began treatment, since referral"),
        Observable("in_post", "stock", "WTE", "staff in post, all roles",
                   ("staff", "staff_in_post", "in_post_wte", "wte_in_post", "wte")),
    )
}  # fmt: skip
"""Every measure that can be observed; `in_post.<role>` is one more for each role."""

IN_POST = "in_post."

COLUMNS = ("measure", "first_day", "last_day", "value", "error", "state", "file", "line")


def observable(name: str) -> Observable:
    """The declaration of a measure, also of `in_post.nurse`."""
    if name.startswith(IN_POST):
        role = name.removeprefix(IN_POST)
        return Observable(name, "stock", "WTE", f"{role.replace('_', ' ')} in post")
    return OBSERVABLES[name]


@dataclass(frozen=True)
class Observed:
    """Observations from one or more files."""

    rows: pd.DataFrame
    """measure, first_day, last_day, value (NaN = unknown), error (half the width of rounding, in the value's unit),
    state (known, empty or suppressed), file, line: one row per cell"""
    notes: tuple[str, ...] = ()
    """What a reader must know about how it was read."""

    @property
    def known(self) -> pd.DataFrame:
        """The rows whose value is known."""
        return self.rows[self.rows["state"] == "known"]

    @property
    def first_day(self) -> date:
        """First day of the earliest known observation; the day itself where only stocks are known."""
        first: pd.Timestamp = self.known["first_day"].min()
        return first.date()

    @property
    def last_day(self) -> date:
        """Last day of the latest known observation."""
        last: pd.Timestamp = self.known["last_day"].max()
        return last.date()

    @property
    def weeks(self) -> float:
        """How many weeks the observations span."""
        return ((self.last_day - self.first_day).days + 1) / 7

    @property
    def files(self) -> tuple[str, ...]:
        """The files, in order of their names."""
        return tuple(sorted(set(self.rows["file"])))

    def overview(self) -> pd.DataFrame:
        """One row per measure: its name, unit, first and last day, cells by state; smallest, mean, largest value."""
        told = []
        for name, rows in self.rows.groupby("measure", sort=False):
            counts, numbers = rows["state"].value_counts(), rows["value"]
            told.append((
                name, observable(str(name)).unit, rows["first_day"].min(), rows["last_day"].max(),
                *(int(counts.get(state, 0)) for state in ("known", "empty", "suppressed")),
                numbers.min(), numbers.mean(), numbers.max(),
            ))  # fmt: skip
        states, values = ["known", "empty", "suppressed"], ["smallest", "mean", "largest"]
        return pd.DataFrame(told, columns=["measure", "unit", "first_day", "last_day", *states, *values])


def observed(rows: Iterable[tuple[object, ...]], notes: Sequence[str] = ()) -> Observed:
    """Observations from rows in the order of `COLUMNS`."""
    frame = pd.DataFrame(list(rows), columns=list(COLUMNS))
    for column in ("first_day", "last_day"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    return Observed(frame.astype({"value": "float64", "error": "float64", "line": "int64"}), tuple(notes))


def together(parts: Sequence[Observed]) -> Observed:
    """Observations of several files as one; a measure must not come from two of them. Raises `UsageError`."""
    home: dict[str, str] = {}
    for part in parts:
        for measure in part.rows["measure"].unique():
            if measure in home:
                raise UsageError(
                    f"{measure} is in {home[measure]} and in {part.files[0]}; give it once, so that it counts once"
                )
            home[measure] = part.files[0]
    if not parts:
        raise UsageError("no observations were given")
    return Observed(pd.concat([part.rows for part in parts], ignore_index=True), sum((p.notes for p in parts), ()))
