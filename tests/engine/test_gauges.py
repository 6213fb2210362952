"""What standing rules watch: each measure by hand, from a clinic and a staff that are made up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.engine.test_workforce import a_role
from workforce_sim.engine.gauges import CLOSES, Gauges, Tallies
from workforce_sim.engine.posts import Status
from workforce_sim.engine.state import STAFF
from workforce_sim.inputs.codes import NOT_YET, Flow, StaffKind, Stock, Use

DAYS = ("referral_day", "assessed_day", "second_contact_day", "start_day")
TODAY = 1000


def tallies(stock: Any = (), flow: Any = (), use: Any = ()) -> Tallies:
    """Nothing but what is given: (code, number), of time (role, code, number)."""
    found = Tallies(*(np.zeros(n, dtype=np.int64) for n in (Stock.N, Flow.N)), np.zeros((2, Use.N), dtype=np.int64))
    for code, number in stock:
        found.stock[code] = number
    for code, number in flow:
        found.flow[code] = number
    for role, code, number in use:
        found.use[role, code] = number
    return found


def gauges(*weeks: Tallies, people: Any = (), workforce: Any = None) -> Gauges:
    """After these weekly looks; `people`: the days of DAYS of everybody open, None for what has not come."""
    spells = np.array(
        [tuple(NOT_YET if day is None else day for day in days) for days in people],
        dtype=[(name, np.int64) for name in DAYS],
    )
    looks = iter(weeks)
    clinic = SimpleNamespace(tallies=lambda: next(looks), open_spells=lambda: spells)
    names = SimpleNamespace(roles=("nurse", "peer"), teams=("team",))
    found = Gauges(SimpleNamespace(names=names), workforce or SimpleNamespace(today=TODAY), clinic)  # type: ignore[arg-type]
    for _ in weeks:
        found.look()
    return found


def test_stocks_are_those_of_this_week() -> None:
    """The list is everybody waiting or unallocated; the week before does not matter."""
    now = tallies(stock=[(Stock.WAITING_ASSESSMENT, 1), (Stock.WAITING_TREATMENT, 20), (Stock.UNALLOCATED, 300),
                         (Stock.IN_TREATMENT, 4000)])  # fmt: skip
    read = gauges(tallies(stock=[(Stock.UNALLOCATED, 9)]), now).read
    assert [read(name) for name in ("waiting_list", "waiting.treatment", "caseload")] == [321, 20, 4000]


@pytest.mark.parametrize("weeks", [51, 52, 53, 60])
def test_a_years_count_is_of_the_last_52_weeks(weeks: int) -> None:
    """Ten are referred and one declined each week; before a year is over there is no such count."""
    looks = [tallies(flow=[(Flow.REFERRED, 10 * week), (Flow.DECLINED, week)]) for week in range(weeks + 1)]
    read = gauges(*looks).read
    assert read("referrals") == (520 if weeks >= 52 else None)
    assert read("accepted") == (468 if weeks >= 52 else None)


def test_closes_are_all_ways_out() -> None:
    """One person by each way is as many as there are ways."""
    end = tallies(flow=[(code, 1) for code in CLOSES])
    assert gauges(*[tallies()] * 52, end).read("closes") == len(CLOSES) == 7


def test_long_waits_are_of_those_still_waiting_for_treatment() -> None:
    """127 days are over 18 weeks and 126 are not; who has started waits no more."""
    people = [(TODAY - 126, None, None, None), (TODAY - 127, None, None, None), (TODAY - 728, 500, None, None),
              (TODAY - 729, None, 600, None), (TODAY - 900, 500, 600, 700)]  # fmt: skip
    read = gauges(tallies(), people=people).read
    assert [read(f"waiting.over_{weeks}_weeks") for weeks in (18, 52, 104)] == [3, 2, 1]


def test_waits_so_far_by_clock() -> None:
    """From referral, or from assessment where it is the hidden wait, to today: median, mean and nine in ten."""
    people = [(TODAY - 10 * n, TODAY - n, None, None) for n in range(1, 12)] + [(TODAY - 5, None, None, None)]
    read = gauges(tallies(), people=people).read
    assert read("wait.internal.waiting_median") == 6
    assert read("wait.internal.waiting_mean") == 6
    assert read("wait.internal.waiting_p90") == 10
    assert read("wait.treatment.waiting_median") == 55
    assert read("wait.assessment.waiting_mean") == 5
    assert gauges(tallies()).read("wait.treatment.waiting_mean") is None  # nobody waits


def test_contacts_missed_and_late_are_shares_of_those_booked() -> None:
    """Of 100 booked in the year 20 are missed; they are late by 300 days together. Without contacts there is none."""
    before = tallies(flow=[(Flow.CONTACTS, 7), (Flow.CONTACTS_MISSED, 7), (Flow.DELAY_DAYS, 7)])
    now = tallies(flow=[(Flow.CONTACTS, 87), (Flow.CONTACTS_MISSED, 27), (Flow.DELAY_DAYS, 307)])
    read = gauges(before, *[before] * 51, now).read
    assert (read("contacts.missed_share"), read("contact_delay")) == (0.2, 3.0)
    assert gauges(tallies()).read("contact_delay") is None
    early = tallies(flow=[(Flow.CONTACTS, 80), (Flow.CONTACTS_MISSED, 20)])
    assert gauges(tallies(), early).read("contacts.missed_share") == 0.2  # before a year is over, since day 0


def staffed() -> Any:
    """Two nurses of 1 and 0.5 WTE, one peer of 1 WTE, a nurse's post of 0.5 that is vacant, and agency staff."""
    staff = np.zeros(5, dtype=STAFF)
    staff["occupied"] = [1, 1, 1, 0, 1]
    staff["kind"] = [StaffKind.IN_POST] * 4 + [StaffKind.IN_POST + 1]
    staff["wte"] = [100, 50, 100, 50, 900]
    staff["cases"] = [20, 10, 7, 0, 90]
    staff["held"], staff["places"] = [22_000, 11_001, 0, 0, 90_000], [20_000, 10_000, 0, 0, 1]
    funded, held = {(0, 0): 200, (0, 1): 100}, {(0, 0): 150, (0, 1): 100}
    return SimpleNamespace(
        today=TODAY,
        staff=staff,
        exhaustion=np.array([0.2, 0.5, 0.4, 0.9, 0.9]),
        rules=SimpleNamespace(exhaustion=True, roles=(a_role(), a_role(places=0))),
        cell=[(0, 0), (0, 0), (0, 1), (0, 0)],
        status=[Status.HELD, Status.ON_NOTICE, Status.HELD, Status.EMPTY],
        wte=[100, 50, 100, 50],
        recruitment=SimpleNamespace(funded=funded.get, vacant=lambda cell: funded[cell] - held[cell]),
    )


def test_staff_by_hand() -> None:
    """Of three WTE funded 2.5 are in post; the role that is named alone is read alone."""
    read = gauges(tallies(), workforce=staffed()).read
    assert [read(name) for name in ("funded_wte", "in_post_wte", "vacancy")] == [3.0, 2.5, pytest.approx(1 / 6)]
    assert [read(f"vacancy.{role}") for role in ("nurse", "peer")] == [0.25, 0.0]
    assert read("over_cap") == 1  # over a tenth more than the places; agency staff are not meant


def test_caseloads_are_over_those_who_hold_them() -> None:
    """Thirty people, or 33 places' worth, over 1.5 WTE of nurses; peers hold none."""
    read = gauges(tallies(), workforce=staffed()).read
    assert read("caseload_per_wte") == read("caseload_per_wte.nurse") == 20
    assert read("caseload_weighted_per_wte") == pytest.approx(33.001 / 1.5)
    assert read("caseload_per_wte.peer") is None


def test_exhaustion_is_a_mean_by_wte() -> None:
    """0.2 at one WTE, 0.5 at a half and 0.4 at one: 0.34; not defined without the loop, or with nobody in post."""
    workforce = staffed()
    assert gauges(tallies(), workforce=workforce).read("exhaustion") == pytest.approx(0.85 / 2.5)
    workforce.rules.exhaustion = None
    assert gauges(tallies(), workforce=workforce).read("exhaustion") is None
    nobody = staffed()
    nobody.staff["occupied"] = 0
    assert gauges(tallies(), workforce=nobody).read("exhaustion") is None


def test_utilisation_is_of_the_year_and_of_the_role() -> None:
    """Sixty hours spent of a hundred there; of nurses, forty of fifty."""
    before = tallies(use=[(0, Use.AVAILABLE, 1000), (0, Use.ATTENDED, 1000)])
    now = tallies(use=[(0, Use.AVAILABLE, 1050), (1, Use.AVAILABLE, 50), (0, Use.ATTENDED, 1010), (0, Use.CRISIS, 30),
                       (1, Use.TRIAGE, 20)])  # fmt: skip
    read = gauges(before, *[before] * 51, now, workforce=staffed()).read
    assert (read("utilisation"), read("utilisation.nurse")) == (0.6, 0.8)
