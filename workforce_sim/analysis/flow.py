"""Where people come from and go to in a year: through the waiting list, then through treatment.

In: the tables `flows` and `lists`. Out: how many take each way in the last year, mean over replications. Nobody is
lost: what comes onto the waiting list, with those already there, leaves it or is still there at the end;
and so in treatment.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workforce_sim.analysis.series import last_year

IN, LIST, TREATMENT, OUT = range(4)
"""Where a stream begins or ends: outside, on the list, in treatment, and outside again."""

_WAITING = ["waiting_assessment", "waiting_treatment"]
_TREATED = ["in_treatment", "unallocated", "waiting_step"]

WAYS = (
    ("list_before", "On the list as the year begins", IN, LIST),
    ("new", "Referred, new", IN, LIST),
    ("returned", "Referred, known from before", IN, LIST),
    ("transferred_in", "From other teams", IN, LIST),
    ("declined", "Declined at triage", LIST, OUT),
    ("no_response", "Did not answer the invitation", LIST, OUT),
    ("closed_with_advice", "Assessed, closed with advice", LIST, OUT),
    ("closed_not_attended", "Closed for not attending", LIST, OUT),
    ("gave_up", "Gave up waiting", LIST, OUT),
    ("list_transferred", "From the list to other teams", LIST, OUT),
    ("list_after", "On the list as it ends", LIST, OUT),
    ("treated_before", "In treatment as the year begins", IN, TREATMENT),
    ("allocated", "Joined a caseload", LIST, TREATMENT),
    ("completed", "Completed", TREATMENT, OUT),
    ("dropped_out", "Dropped out", TREATMENT, OUT),
    ("discharged_not_attended", "Discharged for not attending", TREATMENT, OUT),
    ("treated_transferred", "From treatment to other teams", TREATMENT, OUT),
    ("treated_after", "In treatment as it ends", TREATMENT, OUT),
)
"""Name, in words, from, to."""


def patient_flow(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Each way in the last year: scenario, way, people."""
    flows, lists = tables["flows"], tables["lists"]
    year = last_year(flows)
    keys = ["scenario", "replication"]
    columns = [
        name for name in flows.columns if name not in (*keys, "period_start", "year", "team", "severity", "group")
    ]
    flow = flows[flows["year"] == year].groupby(keys)[columns].sum()
    stock = lists[lists["year"] <= year].groupby([*keys, "period_start"])[_WAITING + _TREATED].sum()
    waiting, treated = stock[_WAITING].sum(axis=1), stock[_TREATED].sum(axis=1)
    first = flows.loc[flows["year"] == year].groupby("scenario")["period_start"].min()
    found = flow.assign(
        new=flow["referred"] - flow["returned"],
        list_before=_before(waiting, first),
        treated_before=_before(treated, first),
        list_after=waiting.groupby(keys).last(),
        treated_after=treated.groupby(keys).last(),
    )
    unseen = found[["declined", "no_response", "closed_with_advice", "closed_not_attended", "gave_up", "allocated"]]
    came = found["referred"] + found["transferred_in"]
    away = unseen.sum(axis=1) + found["list_after"]
    found["list_before"] = found["list_before"].fillna(away - came)
    found["list_transferred"] = found["list_before"] + came - away
    found["treated_transferred"] = found["transferred"] - found["list_transferred"]
    left = found[["completed", "dropped_out", "discharged_not_attended", "treated_transferred", "treated_after"]]
    found["treated_before"] = found["treated_before"].fillna(left.sum(axis=1) - found["allocated"])
    means: pd.DataFrame = found[[name for name, *_ in WAYS]].groupby("scenario").mean()
    means.columns.name = "way"
    return pd.DataFrame({"people": means.stack()}).reset_index()  # noqa: PD013 tidy again


def _before(stock: pd.Series, first: pd.Series) -> pd.Series:
    """The stock at the end of the month before the first one; NaN where the run begins with it."""
    frame = stock.rename("people").reset_index()
    earlier = frame[frame["period_start"] < frame["scenario"].map(first)]
    return (
        earlier.groupby(["scenario", "replication"])["people"]
        .last()
        .reindex(pd.MultiIndex.from_frame(frame[["scenario", "replication"]].drop_duplicates()))
    )
