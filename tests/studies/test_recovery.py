"""Calibration finds what is true of synthetic services again, within the intervals that it states."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.studies.service import TRUTHS, base, counts_of
from workforce_sim.studies.calibrate import Calibration, Options, calibrate
from workforce_sim.studies.weekly import read_weekly


def recovered(name: str, folder: Path, seed: int = 770, replications: int = 60) -> tuple[Calibration, pd.DataFrame]:
    """The calibration of a service from its weekly counts, and its factors beside the true ones."""
    file = folder / f"{name}.csv"
    counts_of(TRUTHS[name], seed + list(TRUTHS).index(name)).to_csv(file, index=False)
    found = calibrate(base(), read_weekly(file), options=Options(replications, seed=1, workers=1))
    factors = found.factors.assign(true=found.factors["unknown"].map(TRUTHS[name]).fillna(1.0))
    return found, factors


@pytest.mark.slow
@pytest.mark.parametrize("name", TRUTHS)
def test_what_is_true_of_a_service_is_found_again(name: str, tmp_path: Path) -> None:
    """From a year of weekly counts each factor that is true of a service lies in its 95 % interval, at most one of the
    eight excepted by chance, which is near it; and the data lie within what luck explains."""
    found, factors = recovered(name, tmp_path)
    outside = factors[(factors["true"] < factors["low"]) | (factors["true"] > factors["high"])]
    assert len(outside) <= 1, factors.to_string()
    near = (outside["true"] > 0.9 * outside["low"]) & (outside["true"] < 1.1 * outside["high"])
    assert near.all(), factors.to_string()
    assert found.chance > 0.01
