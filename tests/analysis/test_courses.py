"""What the figures show, by hand: courses, the way through the service, groups, roles, shocks and wait curves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.analysis.by_hand import monthly, table
from workforce_sim.analysis.flow import patient_flow
from workforce_sim.analysis.groups import waits_by_group, worst_over_best
from workforce_sim.analysis.roles import caseload_by_role, staff_by_role, starters_and_leavers, time_use
from workforce_sim.analysis.series import course, course_difference, last_year
from workforce_sim.analysis.shocks import recoveries
from workforce_sim.analysis.wait_curves import wait_curve
from workforce_sim.results.tables import WITHIN_WEEKS

LIST = {"waiting_assessment": 0.0, "waiting_treatment": 0.0, "unallocated": 0.0}
TEN = [float(n) for n in (7, 3, 10, 1, 9, 5, 2, 8, 6, 4)]


def test_a_course_tells_the_mean_and_the_middle_of_replications() -> None:
    """Of lists of 1 to 10 people the mean is 5.5; the middle 80 % reach from 1 to 9, the middle half from 3 to 8."""
    lists = monthly(range(2), **LIST | {"waiting_treatment": TEN})
    before = monthly(range(-1, 0), **LIST | {"waiting_treatment": TEN})
    found = course({"lists": pd.concat([before, lists])}, "waiting_list")
    assert found["at"].tolist() == [pd.Timestamp("2026-05-01"), pd.Timestamp("2026-06-01")]  # the warm-up left out
    row = found.iloc[0]
    assert row["line"] == 5.5
    assert row[["band_low", "inner_low", "inner_high", "band_high"]].tolist() == [1, 3, 8, 9]
    half = 2.262157 * np.std(TEN, ddof=1) / np.sqrt(10)  # Student's t, nine degrees of freedom
    assert (row["low"], row["high"]) == pytest.approx((5.5 - half, 5.5 + half), rel=1e-6)


@pytest.mark.parametrize(("people", "few"), [(9.5, True), (10.0, False)])
def test_under_ten_people_are_few(people: float, few: bool) -> None:
    """On average over replications, in every team together."""
    teams = [monthly(range(1), **LIST | {"waiting_assessment": people / 2}) for _ in range(2)]
    assert course({"lists": pd.concat(teams)}, "waiting_list")["few"].tolist() == [few]


def quarterly(**columns: object) -> pd.DataFrame:
    """Waits for treatment of everybody in one quarter, and what is not to be looked at."""
    own = {"clock": "treatment", "by": "all", "span": "quarter"}
    other = ({"clock": "assessment"}, {"by": "team"}, {"span": "year"})
    wrong = dict.fromkeys(columns, 700.0)
    return pd.concat([monthly([0], **own | columns), *(monthly([0], **own | each | wrong) for each in other)])


def test_the_median_wait_is_that_of_the_middle_replication_in_weeks() -> None:
    """Waits of 7, 14 and never: the middle replication waits two weeks, and the quarter ends in July."""
    (row,) = course({"waits": quarterly(median=[14.0, np.nan, 7.0], joined=[30.0, 30.0, 30.0])}, "wait_median").to_dict(
        "records"
    )
    assert row["line"] == 2.0
    assert row["at"] == pd.Timestamp("2026-07-01")
    assert (row["band_low"], row["band_high"]) == (1.0, np.inf)
    assert not row["few"]
    waits = quarterly(median=[14.0, np.nan, np.nan], joined=[9.0, 9.0, 9.0])
    assert np.isnan(course({"waits": waits}, "wait_median")["line"][0])
    assert course({"waits": waits}, "wait_median")["few"][0]


def test_caseloads_are_over_those_in_post_who_hold_one() -> None:
    """Sixty people of two roles over four WTE are fifteen; a role without caseloads does not count."""
    holding = [monthly([0], holds_caseload=True, caseload=30.0, in_post_wte=wte) for wte in (1.0, 3.0)]
    staff = pd.concat([*holding, monthly([0], holds_caseload=False, caseload=5.0, in_post_wte=9.0)])
    assert course({"workforce": staff}, "caseload_per_wte")["line"].tolist() == [15.0]
    assert course({"workforce": staff}, "in_post")["line"].tolist() == [13.0]
    nobody = monthly([0], holds_caseload=True, caseload=30.0, in_post_wte=0.0)
    assert course({"workforce": nobody}, "caseload_per_wte")["line"].isna().all()


def test_scenarios_are_compared_in_the_last_year_that_all_have() -> None:
    """Three years beside two: the second."""
    both = pd.concat([monthly(range(36), x=1), monthly(range(24), scenario="Short", x=1)])
    assert last_year(both) == 2


def test_differences_of_courses_are_paired() -> None:
    """Five more in one replication and seven in the other: six more, however unlike the replications are."""
    lists = pd.concat(
        [
            monthly([0], **LIST | {"unallocated": [10.0, 90.0]}),
            monthly([0, 1], scenario="More", **LIST | {"unallocated": [15.0, 97.0]}),
        ]
    )
    found = course_difference({"lists": lists}, "waiting_list", "Base")
    assert found["scenario"].tolist() == ["More", "More"]
    half = 12.706205 * 1.0  # Student's t with one degree of freedom, and a standard error of one
    assert found.loc[0, ["difference", "low", "high"]].tolist() == pytest.approx([6.0, 6 - half, 6 + half], rel=1e-6)
    assert np.isnan(found.loc[1, "difference"])  # the baseline has no such month


FLOWS = {
    "referred": 10, "returned": 2, "transferred_in": 1, "declined": 1, "no_response": 1, "closed_with_advice": 1,
    "closed_not_attended": 1, "gave_up": 1, "allocated": 4, "completed": 2, "dropped_out": 1,
    "discharged_not_attended": 0.5, "transferred": 2,
}  # fmt: skip
STOCKS = ("waiting_assessment", "waiting_treatment", "in_treatment", "unallocated", "waiting_step")


def ways(years: int) -> dict[str, float]:
    """Way → people in the last year: ten referred a month, of whom two are known, and so on as in FLOWS."""
    before, after = (dict(zip(STOCKS, counts, strict=True)) for counts in ((25, 15, 80, 6, 4), (35, 25, 70, 5, 3)))
    lists = pd.concat([monthly(range(12 * years - 12), **before), monthly(range(12 * years - 12, 12 * years), **after)])
    found = patient_flow({"flows": monthly(range(12 * years), team="team", **FLOWS), "lists": lists})
    return found.set_index("way")["people"].to_dict()


def test_the_way_through_a_year_by_hand() -> None:
    """From 40 on the list 132 come and 168 leave or stay, so four went to other teams; of 24 transfers 20 remain."""
    found = ways(2)
    assert {name: found[name] for name in ("new", "returned", "transferred_in", "allocated", "completed")} == {
        "new": 96, "returned": 24, "transferred_in": 12, "allocated": 48, "completed": 24,
    }  # fmt: skip
    assert (found["list_before"], found["list_after"], found["list_transferred"]) == (40, 60, 4)
    assert (found["treated_before"], found["treated_after"], found["treated_transferred"]) == (90, 78, 20)


def test_the_first_year_begins_with_whoever_must_have_been_there() -> None:
    """168 left or stayed of whom 132 came: 36 were there; in treatment 24 + 12 + 6 + 24 + 78, of whom 48 came."""
    found = ways(1)
    assert (found["list_before"], found["list_transferred"]) == (36, 0)
    assert (found["treated_before"], found["treated_transferred"]) == (96, 24)


SUMMARY = """
scenario year measure                                       unit  mean low high
Base     1    wait.treatment.median.group.near              weeks 9    9   9
Base     1    equity.median_wait                            ratio 9    9   9
Base     2    wait.treatment.median.group.near              weeks 5    4   6
Base     2    wait.treatment.median.group.far               weeks 8    7   9
Base     2    wait.treatment.within_18_weeks.group.near     share 0.8  0.7 0.9
Base     2    wait.treatment.within_18_weeks.group.far      share 0.5  0.4 0.6
Base     2    equity.median_wait                            ratio 1.6  1.2 2.0
Base     2    waiting_list                                  people 50  40  60
"""
JOINED = """
scenario replication clock      by    value span    year joined
Base     0           treatment  group near  year    2    9
Base     1           treatment  group near  year    2    11
Base     0           treatment  group far   year    2    9
Base     1           treatment  group far   year    2    10
Base     0           treatment  group far   year    1    900
Base     0           treatment  group far   quarter 2    900
Base     0           assessment group far   year    2    900
Base     0           treatment  team  far   year    2    900
"""


def test_groups_are_told_in_the_last_year_with_who_stands_behind_them() -> None:
    """The median wait of each group; ten a year on average are enough to compare, nine and a half are few."""
    found = waits_by_group(table(SUMMARY), {"waits": table(JOINED)}).set_index("group")
    assert found["mean"].to_dict() == {"near": 5, "far": 8}
    assert found["few"].to_dict() == {"near": False, "far": True}
    never = table(SUMMARY.replace("weeks 8    7   9", "weeks -    -   -"))
    found = waits_by_group(never, {"waits": table(JOINED)}).set_index("group")
    assert found["mean"].to_dict() == {"near": 0.8, "far": 0.5}  # where a median is not reached, the share in 18 weeks
    assert set(found["measure"]) == {"wait.treatment.within_18_weeks"}


def test_equity_is_told_of_the_last_year() -> None:
    """One ratio, not that of the year before and no other measure."""
    assert worst_over_best(table(SUMMARY)).to_numpy().tolist() == [["Base", "equity.median_wait", 1.6, 1.2, 2.0]]


def test_staff_by_role_are_added_over_teams() -> None:
    """Two teams of two nurses each in post, of three funded: four of six; the warm-up is left out."""
    nurses = {"role": "nurse", "in_post_wte": 2.0, "funded_wte": 3.0, "starters_wte": 0.5, "leavers_wte": 0.25}
    staff = pd.concat([monthly(range(-1, 12), team=team, **nurses) for team in ("north", "south")])
    found = staff_by_role({"workforce": staff})
    assert len(found) == 12
    assert set(found["line"]) == {4.0}
    assert set(found["funded"]) == {6.0}
    assert found["at"].min() == pd.Timestamp("2026-05-01")
    assert starters_and_leavers({"workforce": staff}).to_numpy().tolist() == [["Base", 1, 12.0, 6.0]]


def test_caseloads_by_role_are_by_weight_and_wte() -> None:
    """Thirty places' worth of people and forty places over two nurses: fifteen of twenty; over nobody, untold."""
    nurses = {"role": "nurse", "holds_caseload": True, "caseload_weighted": 30.0, "places": 40.0}
    support = monthly([0], **nurses | {"role": "support", "holds_caseload": False}, in_post_wte=2.0)
    found = caseload_by_role({"workforce": pd.concat([monthly([0], **nurses, in_post_wte=2.0), support])})
    assert found[["role", "line", "places"]].to_numpy().tolist() == [["nurse", 15.0, 20.0]]
    some = caseload_by_role({"workforce": monthly([0], **nurses, in_post_wte=[0.0, 2.0])})
    assert some["line"].tolist() == [15.0]
    assert caseload_by_role({"workforce": monthly([0], **nurses, in_post_wte=0.0)})["line"].isna().all()


def test_hours_of_use_are_those_of_a_week() -> None:
    """365.25 hours a month are 84 a week; a third of them attended and two thirds unused."""
    none = dict.fromkeys(("assessment", "crisis", "triage", "missed", "assessment_missed"), 0.0)
    hours = {f"{use}_hours": value for use, value in {**none, "attended": 121.75, "unused": 243.5}.items()}
    use = pd.concat([monthly(range(12), role="nurse", **hours), monthly(range(12, 18), role="nurse", **hours)])
    found = time_use({"time_use": use}).set_index(["role", "use"])
    assert found.loc[("nurse", "attended"), ["hours", "share"]].tolist() == pytest.approx([28.0, 1 / 3])
    assert found.loc[("nurse", "unused"), ["hours", "share"]].tolist() == pytest.approx([56.0, 2 / 3])


def shocked(differences: list[float]) -> list[object]:
    """The recovery of a service whose list is 20 and so much more, month by month; a shock from June to August."""
    months = range(len(differences))
    base = monthly(months, **LIST | {"waiting_treatment": 20.0})
    more = base.assign(scenario="Shock", waiting_treatment=20.0 + np.tile(differences, 2))
    passing = {"Shock": [{"from": "2026-06-01", "until": "2026-07-01"}, {"from": "2026-07-01", "until": "2026-09-01"}]}
    return recoveries({"lists": pd.concat([base, more])}, "Base", {**passing, "Base": passing["Shock"], "Same": []})


def test_a_shock_by_hand() -> None:
    """The list peaks at the end of August, stays above for five months, two of them after, and ends shorter."""
    (found,) = shocked([40, 40, 10, 20, 30, 12, 0.5, 0, -0.5])
    assert (found.begins, found.ends) == (pd.Timestamp("2026-06-01"), pd.Timestamp("2026-09-01"))
    assert (found.peak, found.peak_at) == (30.0, pd.Timestamp("2026-09-01"))
    assert (found.months_above, found.months_after, found.at_end) == (5, 2, "shorter")
    assert shocked([0, 0, 1, 1, 0.5])[0].at_end == "longer"
    assert shocked([0, 0, 1, 1, 0])[0].at_end == "not told apart"


def test_a_wait_curve_is_of_the_first_and_the_last_year() -> None:
    """It begins with nobody seen, tells everybody's wait for treatment, and says where few joined."""
    shares = {f"within_{week}_weeks": week / 100 for week in WITHIN_WEEKS}
    own = {"clock": "treatment", "by": "all", "span": "year"}
    years = [monthly([12 * year], **own, **shares, joined=9.5 + year / 4) for year in range(-1, 3)]
    other = [monthly([0], **own | each, **dict.fromkeys(shares, 0.9), joined=99.0)
             for each in ({"clock": "assessment"}, {"by": "team"}, {"span": "quarter"})]  # fmt: skip
    found = wait_curve({"waits": pd.concat(years + other)})
    assert found["year"].unique().tolist() == [1, 3]
    first = found[found["year"] == 1]
    assert first["week"].tolist() == [0, *WITHIN_WEEKS]
    for column in ("share", "low", "high"):
        assert first[column].tolist() == pytest.approx([0.0, *(week / 100 for week in WITHIN_WEEKS)])
    assert found.groupby("year")["few"].all().to_dict() == {1: True, 3: False}


def test_the_bands_of_a_hundred_replications() -> None:
    """The tenth and the ninetieth, the twenty-fifth and the seventy-fifth of them in order."""
    lists = monthly([0], **LIST | {"waiting_treatment": [float(n) for n in range(100, 0, -1)]})
    row = course({"lists": lists}, "waiting_list").iloc[0]
    assert row[["band_low", "inner_low", "inner_high", "band_high"]].tolist() == [10, 25, 75, 90]


def test_the_share_within_the_standard_is_told_by_quarter() -> None:
    """The mean over replications as it is, at the quarter's end; few where under ten joined."""
    found = course({"waits": quarterly(within_standard=[0.5, 0.7], joined=[9.0, 12.0])}, "within_standard")
    assert found[["at", "line", "few"]].to_numpy().tolist() == [[pd.Timestamp("2026-07-01"), 0.6, False]]
