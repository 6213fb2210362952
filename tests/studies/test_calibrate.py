"""Calibration: what it refuses, what it says of data that tell nothing, and the layer that it writes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.studies.service import COUNTED, SERVICE, base, seen_in
from workforce_sim.cli import main
from workforce_sim.errors import UsageError
from workforce_sim.run import run
from workforce_sim.scenario import read_scenario
from workforce_sim.studies.blocks import blocks_of, fitted_blocks, modelled
from workforce_sim.studies.calibrate import Calibration, Options, calibrate
from workforce_sim.studies.estimates import data_information, shrunk
from workforce_sim.studies.layer import save_calibration
from workforce_sim.studies.observed import Observed
from workforce_sim.studies.unknowns import chosen_unknowns, usual_unknowns, with_values
from workforce_sim.studies.weekly import read_weekly, weekly_counts

QUICK = Options(20, seed=1, workers=1)


def year_of(folder: Path, columns: list[str] = COUNTED, weeks: int = 52) -> Observed:
    """Weekly counts of the base itself, some columns of them."""
    path = folder / "weekly.csv"
    weekly_counts(base(), seed=5)[columns].head(weeks).to_csv(path, index=False)
    return read_weekly(path)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    """A quick calibration of the base to flows of referrals alone, of a share that they tell nothing of, too."""
    folder = tmp_path_factory.mktemp("service")
    (folder / "base.yaml").write_text(SERVICE, encoding="utf-8")
    seen = year_of(folder, ["week", "referrals", "accepted"])
    return calibrate(read_scenario(folder / "base.yaml"), seen, ["referrals", "assessment.to_treatment"], QUICK)


def test_modelled_blocks_are_what_the_run_counted() -> None:
    """What the monthly tables of one replication tell of a year's blocks is what that replication counted by week: the
    same referrals and treatments in all, and the same caseload to within one in a hundred."""
    scenario = base()
    counts = weekly_counts(scenario, seed=5, replication=1)
    study = run([scenario], replications=2, seed=5, workers=1)
    columns = ["week", "referrals", "starts", "closes", "caseload", "in_post.nurse"]
    rows = {name: counts[name].to_numpy(dtype=float) for name in columns[1:]}
    blocks = blocks_of(seen_in(counts[columns]), 1)
    told = modelled(study.tables, scenario, blocks)[1]
    for block, value in zip(blocks, told, strict=True):
        own = rows[block.measure]
        if block.per > 1:
            assert value == pytest.approx(own.sum())
        else:
            assert value == pytest.approx(own.mean(), rel=0.01)


def test_blocks_are_as_fine_as_the_replications_bear(tmp_path: Path) -> None:
    """Three replications stand behind each block, staff has one block a role, and a list does not count twice."""
    seen = year_of(tmp_path, [*COUNTED, "list"])
    for replications in (30, 60, 200):
        blocks = fitted_blocks(seen, replications)
        assert 3 * len(blocks) <= replications
        assert [block.measure for block in blocks].count("in_post.nurse") == 1
        assert "list" not in {block.measure for block in blocks}


@pytest.mark.slow
def test_a_calibration_that_was_stopped_goes_on_from_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all trials kept, the same command simulates nothing and finds the same."""
    (tmp_path / "base.yaml").write_text(SERVICE, encoding="utf-8")
    year_of(tmp_path, ["week", "referrals", "accepted"])
    asked = ["calibrate", str(tmp_path / "base.yaml"), "--data", str(tmp_path / "weekly.csv"), "--fit", "referrals"]
    asked += ["--replications", "20", "--workers", "1", "--store", str(tmp_path / "kept")]
    first = CliRunner().invoke(main, asked)
    assert first.exit_code == 0, first.output
    monkeypatch.setattr("workforce_sim.engine.simulate.simulate", None)
    again = CliRunner().invoke(main, asked)
    assert again.exit_code == 0, again.output
    assert again.stdout == first.stdout


@pytest.mark.slow
def test_data_that_tell_nothing_of_an_unknown_are_said_to(found: Calibration) -> None:
    """Counts of referrals identify referrals and not who goes on to treatment, whose interval stays wide."""
    factors = found.factors.set_index("unknown")
    assert factors.loc["referrals", "identifiable"]
    assert factors.loc["referrals", "low"] < 1 < factors.loc["referrals", "high"]
    share = factors.loc["assessment.to_treatment"]
    assert not share["identifiable"]
    assert share["low"] < 1 < share["high"]
    assert share["high"] > 2 * share["low"]


@pytest.mark.slow
def test_the_calibrated_layer_reads_and_reproduces_the_fit(found: Calibration, tmp_path: Path) -> None:
    """What is saved reads without a finding with the fitted values, ranges and sources; what is not identifiable is
    graded an assumption; and results that are there are not overwritten."""
    path = save_calibration(found, tmp_path / "out")
    scenario = read_scenario(path)
    rows = found.numbers.set_index("path")
    known = scenario.evidence["demand.sources.gp.referrals"]
    assert scenario.demand.sources["gp"].referrals == pytest.approx(
        rows.loc["demand.sources.gp.referrals", "value"], rel=1e-3
    )
    assert known.grade == "D"
    assert known.range is not None
    assert "calibrated to weekly.csv" in known.source
    assert "52 weeks" in known.source
    assert scenario.evidence["assessment.to_treatment.mild"].grade == "U"
    assert scenario.first_day == date(2025, 4, 7)
    with pytest.raises(UsageError, match="--force"):
        save_calibration(found, tmp_path / "out")
    assert save_calibration(found, Path(found.base.file).parent, force=True).parent == Path(found.base.file).parent


def test_a_scenario_with_other_values_keeps_the_rest() -> None:
    """Only the numbers given differ, and with assessment time the time for treatment."""
    (unknown,) = chosen_unknowns(base(), ["assessment_time"])
    other = with_values(base(), unknown.values(1.5), "other")
    nurse = other.workforce.roles["nurse"].job_plan
    assert (nurse.assessment, nurse.treatment) == pytest.approx((0.33, 0.67))
    assert other.tree["demand"] == base().tree["demand"]


def test_leaving_is_fitted_only_with_leavers_enough(tmp_path: Path) -> None:
    """A year of a small team has too few leavers; the usual unknowns leave leaving out."""
    seen = year_of(tmp_path, [*COUNTED, "leavers"])
    names = [unknown.name for unknown in usual_unknowns(base(), seen)]
    assert "leavers" not in names
    assert {"referrals", "declined", "to_treatment", "contacts", "opening_caseload"} <= set(names)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["referals"], 'Did you mean "referrals"'),
        (["assessment.to_treatmnt"], "is nothing that can be fitted"),
        (["packages.*.caseload_weight.no"], "expected one of referrals"),
        (["referrals", "demand.sources.gp.referrals"], "is fitted already"),
        (["demand.sources.*.growth"], "it is 0"),
    ],
)
def test_what_cannot_be_fitted_is_refused(asked: list[str], told: str) -> None:
    """A misspelt unknown brings the nearest; nothing is fitted twice, and no factor on 0."""
    with pytest.raises(UsageError) as error:
        chosen_unknowns(base(), asked)
    assert told in str(error.value)


def test_data_that_do_not_fit_the_base_are_refused(tmp_path: Path) -> None:
    """A role that is not in the base, too few weeks, and data of nothing usual end with a message and exit code 2."""
    (tmp_path / "base.yaml").write_text(SERVICE, encoding="utf-8")
    weeks = "".join(f"{day}/04/2025,3\n" for day in ("07", "14", "21"))
    for header, told in (("nurses in post", 'Did you mean "nurse"'), ("referrals", "at least 8")):
        rows = weeks if told == "at least 8" else weeks + "".join(f"{d:02}/06/2025,3\n" for d in (2, 9, 16, 23, 30))
        (tmp_path / "data.csv").write_text(f"week,{header}\n{rows}", encoding="utf-8")
        done = CliRunner().invoke(
            main, ["calibrate", str(tmp_path / "base.yaml"), "--data", str(tmp_path / "data.csv")]
        )
        assert done.exit_code == 2
        assert told in done.output


def test_shrinking_leaves_variances_and_tames_correlations() -> None:
    """A shrunk covariance has the samples' variances, smaller correlations, and is positive definite even with fewer
    samples than variables."""
    samples = np.random.default_rng(1).normal(size=(10, 15))
    shrunken, plain = shrunk(samples), np.cov(samples.T)
    np.testing.assert_allclose(np.diag(shrunken), np.diag(plain))
    assert (np.abs(shrunken - np.diag(np.diag(shrunken))) <= np.abs(plain) + 1e-12).all()
    assert np.linalg.eigvalsh(shrunken).min() > 0


def test_noise_is_no_information() -> None:
    """Derivatives that are noise around nothing tell next to nothing, those around something what it is."""
    luck = np.random.default_rng(2)
    noise = luck.normal(size=(2, 400, 30))
    assert np.trace(data_information(noise)) < 0.1
    signal = np.ones((2, 1, 30)) * np.array([1.0, 0.0])[:, None, None]
    assert data_information(noise + signal)[0, 0] == pytest.approx(30, rel=0.15)
