"""The first year of the shipped bases beside national bands (MHSDS referral spells, workforce statistics).

In: nothing. Out: `result()`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from outside import ROOT, SEED, Result, Row, sheet

from workforce_sim.run import Study, run

TEXT = """
# National bands for the two bases

**Published.** Interquartile ranges of providers, tabulated from the published referral spells of the Mental Health Services
Data Set, July to September 2024; audits of caseloads; workforce statistics as reported. Each band with its source stands
in [calibration](../calibration.md).

**Inputs.** `scenarios/adult_community.yaml` and `scenarios/cyp_community.yaml` as shipped.

**Here.** Year 1, {replications} replications. Adults are still waiting for their second contact (everybody on the list; clock
`second_contact`), children for their first (those waiting for assessment; clock `assessment`), as the published metrics
count.

{table}

{figure}

**What it shows, and what it does not.** The bases were tuned to these bands, so that this is calibration and no test of
the model's foresight; half of all providers lie outside an interquartile range. What each base does beyond its first
year rests on its assumptions.
"""

REPLICATIONS = 50
WEEKS_PER_YEAR = 365.25 / 7
COORDINATORS = ("nurse", "occupational_therapist", "social_worker")
"""Roles that hold cases of any severity."""

STAFF_BANDS = {"vacancy": (0.08, 0.15), "turnover": (0.14, 0.19)}
BANDS = {
    "adult_community": {
        "median still waiting, days": (45, 83),
        "share of open spells still waiting": (0.20, 0.36),
        "mean spell, weeks": (27, 42),
        "closed over started": (0.85, 0.95),
        "caseload per coordinator": (24, 32),
        **STAFF_BANDS,
    },
    "cyp_community": {
        "median still waiting, days": (60, 265),
        "share of open spells still waiting": (0.17, 0.45),
        "mean spell, weeks": (34, 64),
        "closed over started": (0.85, 0.95),
        "caseload per coordinator": (15, 30),
        **STAFF_BANDS,
    },
}
"""Base → measure → lowest and highest value in year 1."""

STILL_WAITING = {
    "adult_community": ("wait.second_contact.waiting_median", "waiting_list"),
    "cyp_community": ("wait.assessment.waiting_median", "waiting.assessment"),
}
"""Base → measures of the wait so far, and of how many are still waiting, for the contact that its metric counts."""


def coordinators_caseload(study: Study) -> np.ndarray:
    """People per WTE in post at the end of year 1, all roles that coordinate together: by replication."""
    staff = study.tables["workforce"].query("year == 1 and role in @COORDINATORS")
    end = staff[staff["period_start"] == staff["period_start"].max()]
    by = end.groupby("replication")[["caseload", "in_post_wte"]].sum()
    return np.asarray(by["caseload"] / by["in_post_wte"])


def found_in_year_1(base: str) -> dict[str, np.ndarray]:
    """Each measure of a base by replication, in the order of its bands."""
    study = run([ROOT / "scenarios" / f"{base}.yaml"], replications=REPLICATIONS, seed=SEED, workers=1)
    first: pd.DataFrame = study.tables["measures"].query("year == 1").pivot_table(
        index="replication", columns="measure", values="value"
    )  # fmt: skip
    waited, waiting = STILL_WAITING[base]
    open_spells = first["caseload"] + first["waiting_list"]
    found = {
        "median still waiting, days": 7 * first[waited],
        "share of open spells still waiting": first[waiting] / open_spells,
        "mean spell, weeks": open_spells / (first["accepted"] / WEEKS_PER_YEAR),
        "closed over started": first["closes"] / first["accepted"],
        "caseload per coordinator": coordinators_caseload(study),
        "vacancy": first["vacancy"],
        "turnover": first["turnover"],
    }
    return {name: np.asarray(values) for name, values in found.items()}


def result() -> Result:
    """Both bases beside their bands."""
    rows = []
    for base, bands in BANDS.items():
        found = found_in_year_1(base)
        kind = "adults" if base.startswith("adult") else "children and young people"
        rows += [
            Row(f"{kind}: {name}", f"{low:g} to {high:g}", low, high, found[name], write="{:.4g}")
            for name, (low, high) in bands.items()
        ]
    text = TEXT.replace("{replications}", str(REPLICATIONS))
    alt = "Each measure of both bases within its band, drawn from the band's lower to its upper end."
    return Result("national_bands", text, rows, lambda: drawn(rows), alt)


def drawn(rows: list[Row]) -> Figure:
    """Where each mean lies between the ends of its band, with its interval."""
    picture = sheet(5.2)
    axes = picture.subplots()
    found = np.array([[(value - row.low) / (row.high - row.low) for value in row.interval] for row in rows])
    at = np.arange(len(rows))[::-1]
    axes.axvspan(0, 1, alpha=0.12, linewidth=0)
    axes.errorbar(found[:, 0], at, xerr=[found[:, 0] - found[:, 1], found[:, 2] - found[:, 0]], fmt="o", capsize=3)
    axes.set(yticks=at, yticklabels=[row.what for row in rows], xlim=(-0.3, 1.3), xticks=[0, 1],
             xticklabels=["lower end of the band", "upper end"])  # fmt: skip
    axes.grid(visible=False)
    return picture
