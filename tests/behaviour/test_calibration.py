"""The shipped bases start like middling English services: community teams for adults and children, Talking Therapies.

Bands: interquartile ranges of providers (MHSDS referral spells, July to September 2024), and workforce statistics; the
figures and their sources are in docs/calibration.md. The published metric differs: adults are still waiting for their
second contact (here all on the waiting list; their wait so far on the clock `second_contact`), children for their first
(here those waiting for assessment; clock `assessment`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from tests.behaviour.paired import ROOT
from tests.behaviour.worlds import changed, inputs_of, scenario_of
from workforce_sim.engine.simulate import simulate
from workforce_sim.inputs.codes import NOT_YET
from workforce_sim.run import Study, run
from workforce_sim.scenario import read_scenario

WEEKS_PER_YEAR = 365.25 / 7
COORDINATORS = ("nurse", "occupational_therapist", "social_worker")
"""Roles that hold cases of any severity."""

STAFF_BANDS = {"vacancy": (0.08, 0.15), "turnover": (0.14, 0.19)}
BANDS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "adult_community": {
        "median still waiting, days": (45, 83),
        "share of open spells still waiting": (0.2, 0.36),
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


def coordinators_caseload(study: Study) -> float:
    """People per WTE in post at the end of year 1, all roles that coordinate together: one role's post may be empty."""
    staff = study.tables["workforce"].query("year == 1 and role in @COORDINATORS")
    end = staff[staff["period_start"] == staff["period_start"].max()]
    return float(end["caseload"].sum() / end["in_post_wte"].sum())


def found_in_year_1(study: Study, base: str) -> dict[str, float]:
    """Each calibration measure of a base, in the order of its bands."""
    first = study.summary.query("year == 1").set_index("measure")["mean"]
    waited, waiting = STILL_WAITING[base]
    open_spells = first["caseload"] + first["waiting_list"]
    return {
        "median still waiting, days": 7 * first[waited],
        "share of open spells still waiting": first[waiting] / open_spells,
        "mean spell, weeks": open_spells / (first["accepted"] / WEEKS_PER_YEAR),
        "closed over started": first["closes"] / first["accepted"],
        "caseload per coordinator": coordinators_caseload(study),
        "vacancy": first["vacancy"],
        "turnover": first["turnover"],
    }


@pytest.mark.slow
@pytest.mark.parametrize("base", BANDS)
def test_the_first_year_of_a_base_is_in_its_bands(base: str) -> None:
    """In year 1 each calibration measure of a base, as a mean of 50 replications, lies in its band."""
    found = found_in_year_1(run([f"scenarios/{base}.yaml"], replications=50, seed=1, workers=1), base)
    bands = BANDS[base]
    assert set(found) == set(bands)
    outside = {name: bands[name] for name, value in found.items() if not bands[name][0] <= value <= bands[name][1]}
    assert not outside, f"(low, high): {outside}; all: {found}"


@pytest.mark.slow
def test_growth_beats_flat_staffing_in_the_cyp_base() -> None:
    """With as many posts as today and 8 % more children a year the list more than doubles from year 1 to 5; if none
    were added it would grow by less than half, and more would be seen within the standard."""
    tree = read_scenario("scenarios/cyp_community.yaml").tree
    flat = [(f"demand.sources.{source}.growth", "0% per year") for source in tree["demand"]["sources"]]
    worlds = {"growth": scenario_of(tree), "none": scenario_of(changed(tree, ("name", "No growth"), *flat))}
    summary = run(list(worlds.values()), replications=20, seed=1, workers=1).summary

    def mean(world: str, measure: str, year: int) -> float:
        rows: pd.DataFrame = summary[summary["scenario"] == worlds[world].name]
        return float(rows.set_index(["measure", "year"])["mean"][measure, year])

    assert mean("growth", "waiting_list", 5) > 2 * mean("growth", "waiting_list", 1)
    assert mean("none", "waiting_list", 5) < 1.5 * mean("none", "waiting_list", 1)
    for clock in ("assessment", "treatment"):
        seen = f"wait.{clock}.within_standard"
        assert mean("growth", seen, 5) < 0.75 * mean("none", seen, 5)


# --- Talking Therapies ------------------------------------------------------------------------------------------------

REFERENCES: Mapping[str, tuple[float, float]] = {
    "referred in a year": (5300, 5850),
    "of those referred, assessed": (0.62, 0.70),
    "of those assessed, started": (0.53, 0.61),
    "of those referred, finished": (0.34, 0.40),
    "sessions, step 2": (5.0, 6.0),
    "sessions, step 3": (8.2, 9.2),
    "started within 6 weeks": (0.75, 0.95),
    "started within 18 weeks": (0.95, 1.0),
}
"""Measure of the first year → lowest and highest value: around the figures of docs/calibration.md."""


def found_in_talking_therapies(replications: int) -> dict[str, float]:
    """What becomes of those referred in the first year; finished means two contacts of treatment and more."""
    scenario = read_scenario(ROOT / "scenarios" / "talking_therapies.yaml")
    inputs = inputs_of(changed(scenario.tree, ("horizon", "3 years")))
    packages = inputs.names.packages
    log = np.concatenate([simulate(inputs, 1, replication).log for replication in range(replications)])
    log = log[(log["referral_day"] >= 0) & (log["referral_day"] < 365)]
    assessed, started = log["assessed_day"] != NOT_YET, log["start_day"] != NOT_YET
    treated = log["contacts"] - assessed
    finished = treated >= 2
    low = np.isin(log["package"], [packages.index(name) for name in ("guided_self_help", "group")])
    wait = (log["start_day"] - log["referral_day"])[started]
    return {
        "referred in a year": len(log) / replications,
        "of those referred, assessed": float(assessed.mean()),
        "of those assessed, started": float(started.sum() / assessed.sum()),
        "of those referred, finished": float(finished.mean()),
        "sessions, step 2": float(treated[finished & low].mean()),
        "sessions, step 3": float(treated[finished & ~low].mean()),
        "started within 6 weeks": float((wait <= 6 * 7).mean()),
        "started within 18 weeks": float((wait <= 18 * 7).mean()),
    }


def test_talking_therapies_are_like_the_national_figures() -> None:
    """In year 1 of the Talking Therapies service each measure, over 8 replications, lies near its reference."""
    found = found_in_talking_therapies(8)
    assert {
        name: value for name, value in found.items() if not REFERENCES[name][0] <= value <= REFERENCES[name][1]
    } == {}
