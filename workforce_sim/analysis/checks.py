"""Cross-checks: what formulas on paper say of a scenario's first year, beside what the runs say.

In: a scenario, its compiled names and the tables of its runs. Out: the frame behind `checks.csv`. The formulas
(`analysis.theory`) are fed with what the runs saw come in and with the plan's own times; so where they differ,
the reason is one of the plan's own rules, and is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

import numpy as np
import pandas as pd

from workforce_sim.analysis import theory
from workforce_sim.analysis.intervals import t_interval
from workforce_sim.analysis.load import Places, mean, places, tasks
from workforce_sim.analysis.yearly import Yearly, over
from workforce_sim.inputs.codes import Names
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.teams import kinds, pooled, with_own_staff
from workforce_sim.units import WEEK_DAYS, YEAR_WEEKS

CHECK_COLUMNS = [
    "scenario", "team", "check", "about", "unit", "by_hand", "simulated", "low", "high", "agrees", "note",
]  # fmt: skip

CHECKED = ("lists", "flows", "waits", "packages", "time_use", "workforce")
"""Tables that are looked at."""

NEAR = 0.1
"""Within a tenth of each other, paper and runs agree: paper knows no luck, no ramps and no season."""

YEAR = 1
"""The first year is the one that the plan's own numbers are about."""

RELIEF_WEEKS = 26.0
"""A backlog is to be cleared in half a year, as in the published example."""


class Check(NamedTuple):
    """One formula beside the runs."""

    check: str
    about: str
    unit: str
    by_hand: np.ndarray
    """float64, (replication,)"""
    simulated: np.ndarray
    """float64, (replication,)"""
    agrees: bool
    note: str
    """Why they differ, where they do; or what else the formula tells."""
    always: bool = False
    """Is the note told also where they agree?"""


class _Seen:
    """What the runs saw in the first year, in the teams of one kind: float64, (replication,)."""

    def __init__(self, yearly: Yearly, teams: Set[str]) -> None:
        self._yearly, self.teams = yearly, teams
        self._first = yearly.year == YEAR
        self._weeks = yearly["lists"].months[self._first] * YEAR_WEEKS / 12

    def total(self, table: str, *columns: str, **also: str | Set[str]) -> np.ndarray:
        """Sum of columns over the year."""
        return np.asarray(self._yearly[table].sum(*columns, where=self._own(table, also))[self._first])

    def mean(self, table: str, *columns: str, **also: str | Set[str]) -> np.ndarray:
        """Sum of columns at a month's end, mean over the year's months."""
        return np.asarray(self.total(table, *columns, **also) / self._yearly[table].months[self._first])

    def weekly(self, table: str, *columns: str, **also: str | Set[str]) -> np.ndarray:
        """Sum of columns in a week."""
        return np.asarray(self.total(table, *columns, **also) / self._weeks)

    def list(self) -> np.ndarray:
        """People waiting for assessment or treatment, mean of months' ends."""
        return self.mean("lists", "waiting_assessment", "waiting_treatment")

    def joined(self) -> np.ndarray:
        """People in a week who join the list for treatment, those excepted of whom it turns out that they need none."""
        return self.weekly("waits", "joined", **self._by_team("treatment"))

    def within_standard(self) -> np.ndarray:
        """Share of those treated who were treated within the standard."""
        table, own = self._yearly["waits"], self._own("waits", self._by_team("treatment"))
        seen = table.values("completed")
        in_time = np.where(seen > 0, table.values("completed_within_standard"), 0.0) * seen
        return np.asarray(over(table.sum(in_time, where=own), table.sum("completed", where=own))[self._first])

    def _by_team(self, clock: str) -> dict[str, str | Set[str]]:
        return {"clock": clock, "by": "team", "span": "year", "value": self.teams}

    def _own(self, table: str, also: Mapping[str, str | Set[str]]) -> np.ndarray:
        found = self._yearly[table]
        chosen = {**({} if table == "waits" else {"team": self.teams}), **also}
        where = np.ones(len(found.place), dtype=bool)
        for column, wanted in chosen.items():
            where &= np.isin(found.text(column), [wanted] if isinstance(wanted, str) else sorted(wanted))
        return where


def cross_checks(scenario: Scenario, names: Names, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """CHECK_COLUMNS of one scenario, kind by kind of team. `low`, `high`: 95 % interval of the runs' mean."""
    yearly, pool, rows = Yearly(tables), pooled(scenario), []
    for number, kind in enumerate(kinds(pool)):
        teams = {team for team, own in zip(names.teams, names.kind_of_team, strict=True) if own == number}
        for found in _checks(with_own_staff(pool, kind), len(names.kinds) == 1, _Seen(yearly, teams)):
            simulated = t_interval(found.simulated)
            if np.isnan(found.by_hand).any() or np.isnan(simulated.mean):
                continue  # nobody to whom it could apply
            rows.append(
                (
                    scenario.name, kind if len(names.kinds) > 1 else "", found.check, found.about, found.unit,
                    float(found.by_hand.mean()), float(simulated.mean), float(simulated.low), float(simulated.high),
                    found.agrees, "" if found.agrees and not found.always else found.note,
                )
            )  # fmt: skip
    return pd.DataFrame(rows, columns=CHECK_COLUMNS)


def _checks(team: Scenario, alone: bool, seen: _Seen) -> Iterator[Check]:
    """All checks of one kind of team; `alone`: does nobody come from teams of other kinds?"""
    yield _list(seen)
    yield _within_standard(team, seen)
    yield _queue_size(team, seen)
    if alone and tasks(team):
        yield _clinical_time(team, seen)
    yield _capa(seen)
    for place in places(team):
        if place.weeks > 0 and place.starts > 0:
            if _missed(place, team) < 1:
                yield _caseload(place, team, seen)
            if any(team.workforce.roles[role].caseload for role in place.roles):
                yield _starts(place, seen)


def _list(seen: _Seen) -> Check:
    """The list at months' ends, and the weeks that people were on it: counted apart, one by Little's law the other."""
    joined = seen.weekly("flows", "referred") - seen.weekly("flows", "declined")
    weeks = seen.weekly("flows", "days_waiting_assessment", "days_waiting_treatment") / WEEK_DAYS
    by_hand, there = theory.little(joined, over(weeks, joined)), seen.list()
    return Check(
        "Little's law", "waiting list: people who join in a week x weeks spent waiting for each", "people",
        by_hand, there, _near(by_hand, there, NEAR), "months' ends are not the whole month, if the list moves fast",
    )  # fmt: skip


def _within_standard(team: Scenario, seen: _Seen) -> Check:
    """The share within the standard that goes with such a list, if waits were exponential."""
    standard = _standard(team)
    wait = over(seen.list(), seen.joined())
    by_hand, share = 1 - np.exp(-standard / np.maximum(wait, 1e-9)), seen.within_standard()
    return Check(
        "Exponential waits", "share treated within the standard: 1 - exp(-standard x people joining / list)", "share",
        by_hand, share, _near(by_hand, share, 2 * NEAR),
        "waits are not exponential: who is next depends on severity, notice, places and who may treat whom",
    )  # fmt: skip


def _queue_size(team: Scenario, seen: _Seen) -> Check:
    """The list with which the standard is kept for nearly all."""
    standard, demand, there = _standard(team), seen.joined(), seen.list()
    fits = theory.target_queue(1.0, standard) * demand
    kept, long = _mean(seen.within_standard()) >= 1 - theory.share_beyond_target() - NEAR, _mean(there) > _mean(fits)
    relief = theory.relief_capacity(_mean(demand), _mean(there), _mean(fits), RELIEF_WEEKS)
    told = "in some replication nobody joined the list"
    if demand.all():
        told = (
            f"the list is {_mean(over(there, fits)):.1f} times what fits a standard of {standard:.3g} weeks; down to "
            f"that in {RELIEF_WEEKS:.0f} weeks takes {relief:.1f} starts a week, where {_mean(demand):.1f} people join"
        )
    return Check(
        "Queue size (Fong)",
        "waiting list with which the standard is kept",
        "people",
        fits,
        there,
        kept != long,
        told,
        always=True,
    )


def _clinical_time(team: Scenario, seen: _Seen) -> Check:
    """Hours spent: the lesser of what is asked for and what there is."""
    asked, there = sum(task.hours for task in tasks(team)), seen.weekly("time_use", "available_hours", "overtime_hours")
    by_hand, spent = np.minimum(asked, there), seen.weekly("time_use", *_SPENT)
    told = f"{_mean(there):.0f} hours there, {asked:.0f} asked for"
    told += f": a staffing ratio of {_mean(there) / asked:.2f}" if asked else ""
    return Check(
        "WISN", "clinical hours a week: as many as are asked for, or as there are", "hours", by_hand, spent,
        _near(by_hand, spent, NEAR), f"{told}; not everybody may do everything, and places may be full",
        always=True,
    )  # fmt: skip


_SPENT = tuple(
    f"{what}_hours" for what in ("attended", "missed", "triage", "assessment", "assessment_missed", "crisis")
)


def _capa(seen: _Seen) -> Check:
    """Starts a quarter from the hours of contacts, as CAPA plans, with the contacts that people have here."""
    starts, contacts = (seen.weekly("flows", column) * YEAR_WEEKS / 4 for column in ("started", "contacts"))
    hours = seen.weekly("time_use", "attended_hours", "missed_hours")
    each, held = over(contacts, starts), over(hours * YEAR_WEEKS / 4, contacts)
    by_hand = theory.CAPA_PARTNERSHIPS_PER_HOUR * hours * theory.CAPA_CONTACTS / each
    return Check(
        "CAPA", "treatments begun in a quarter: 0.86 x hours of contacts a week x 7.5 / contacts for each", "people",
        by_hand, starts, _near(by_hand, starts, 2 * NEAR),
        f"CAPA counts 1.75 hours for a contact; here it takes {_mean(held):.2f}, missed ones included"
        if contacts.all()
        else "in some replication no contact was held",
    )  # fmt: skip


def _caseload(place: Places, team: Scenario, seen: _Seen) -> Check:
    """A caseload from those who start and how long a course takes with contacts missed and late."""
    lead = team.packages[place.package].lead
    late = over(seen.total("flows", "delay_days"), seen.total("flows", "contacts", "contacts_missed"))
    weeks = place.weeks * (1 + _mean(np.nan_to_num(late)) / mean(lead.every)) / (1 - _missed(place, team))
    by_hand = seen.weekly("packages", "started", package=place.package) * theory.little(1.0, weeks)
    held = seen.mean("packages", "in_treatment", package=place.package)
    return Check(
        "Little's law", f"caseload of {place.package}: starts in a week x {weeks:.0f} weeks of a course", "people",
        by_hand, held, _near(by_hand, held, 2 * NEAR),
        "people drop out, or the caseload of the first day is not yet what these starts make it",
    )  # fmt: skip


def _missed(place: Places, team: Scenario) -> float:
    """The share of contacts with the named clinician that is missed."""
    own = team.packages[place.package].lead.dna
    return team.did_not_attend.contacts if own is None else own


def _starts(place: Places, seen: _Seen) -> Check:
    """The most that can start with the places there are."""
    started, there = (
        seen.weekly("packages", "started", package=place.package),
        seen.mean("workforce", "places", role=set(place.roles)),
    )
    stay = place.needed / place.starts
    most = theory.most_starts(1.0, stay) * there
    wait = [theory.erlang_wait(rate, stay, round(own)) for rate, own in zip(started, there, strict=True)]
    asked = f"{_mean(started) * stay:.0f} of {_mean(there):.0f} places taken up"
    queue = (
        f"with random arrivals a wait of {np.mean(wait):.1f} weeks for a place"
        if np.isfinite(wait).all()
        else "no more than that"
    )
    return Check(
        "Places (Erlang)", f"starts a week of {place.package}: at most, with the places of those in post", "people",
        most, started, _mean(started) <= _mean(most) * (1 + NEAR), f"{asked}: {queue}", always=True,
    )  # fmt: skip


def _standard(team: Scenario) -> float:
    """Weeks; the mean where severities have their own."""
    return float(np.mean(list(team.waiting.standard.values()))) / WEEK_DAYS


def _near(by_hand: np.ndarray, simulated: np.ndarray, share: float) -> bool:
    """Within such a share of each other, or of what chance leaves open."""
    found, hand = t_interval(simulated), _mean(by_hand)
    return bool(abs(hand - found.mean) <= share * abs(found.mean) or found.low <= hand <= found.high)


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values))
