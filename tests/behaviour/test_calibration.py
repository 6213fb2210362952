"""What the shipped bases do beyond their first year, and Talking Therapies beside national figures.

That the community teams start within national bands is made, and tested, in docs/validation/national_bands.py.
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
from workforce_sim.run import run
from workforce_sim.scenario import read_scenario


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
