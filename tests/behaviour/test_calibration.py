"""The shipped adult base starts like a middling English adult community team.

Bands: interquartile ranges of providers (MHSDS referral spells, July to September 2024), and workforce statistics; the
figures and their sources are in docs/calibration.md.
"""

from __future__ import annotations

import pandas as pd
import pytest

from workforce_sim.run import run

WEEKS_PER_YEAR = 365.25 / 7
COORDINATORS = ("mhwp", "nurse", "occupational_therapist", "social_worker")


@pytest.mark.slow
def test_the_first_year_of_the_adult_base_is_in_its_bands() -> None:
    """In year 1 each calibration measure of the base, as a mean of 50 replications, lies in its band."""
    study = run(["scenarios/adult_community.yaml"], replications=50, seed=1, workers=2)
    first = study.summary.query("year == '1' or year == 1").set_index("measure")["mean"]
    caseload = pd.Series({role: first[f"caseload_per_wte.{role}"] for role in COORDINATORS if role != "mhwp"})
    waiting = first["waiting_list"]
    open_spells = first["caseload"] + waiting
    found = {
        "median still waiting for a second contact, days": (7 * first["wait.second_contact.waiting_median"], 45, 83),
        "share of open spells still waiting": (waiting / open_spells, 0.2, 0.36),
        "mean spell, weeks": (open_spells / (first["accepted"] / WEEKS_PER_YEAR), 27, 42),
        "closed over started": (first["closes"] / first["accepted"], 0.85, 0.95),
        "caseload per coordinator": (caseload.mean(), 24, 32),
        "vacancy": (first["vacancy"], 0.08, 0.15),
        "turnover": (first["turnover"], 0.14, 0.19),
    }
    outside = {name: band for name, band in found.items() if not band[1] <= band[0] <= band[2]}
    assert not outside, f"(value, low, high): {outside}; all: {found}"
