"""The log of events follows vidigi's rules and those of process mining, and says nothing that spells do not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from tests.scenario.small import small
from workforce_sim.cli import main
from workforce_sim.errors import UsageError
from workforce_sim.results.events import (
    ARRIVAL_DEPARTURE,
    COLUMNS,
    QUEUE,
    RESOURCE_USE,
    RESOURCE_USE_END,
    event_log,
)
from workforce_sim.run import Study, run
from workforce_sim.scenario import read_scenario, read_scenario_text
from workforce_sim.scenario.scenario import Scenario

ROOT = Path(__file__).parents[2]
TODAY = "today: {waiting: {assessment: 20, therapy: 10}, caseload: 60}\n"


def first_days(*scenarios: Scenario) -> dict[str, date]:
    """Name → date of day 0."""
    return {scenario.name: scenario.first_day for scenario in scenarios}


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    """A small team, and one with a warm-up."""
    warm = (
        ("Small team", "Warm team"),
        ("horizon: 2 years", "horizon: 2 years\nopening_state: warm_up\nwarm_up: 1 year"),
    )
    return [read_scenario_text(small(more=TODAY)), read_scenario_text(small(*warm))]


@pytest.fixture(scope="module")
def study(scenarios: list[Scenario]) -> Study:
    """Both, with spells."""
    return run(scenarios, replications=2, seed=3, workers=1, spells=True)


@pytest.fixture(scope="module")
def log(study: Study, scenarios: list[Scenario]) -> pd.DataFrame:
    """The events of replication 1."""
    return event_log(study.tables["spells"], first_days(*scenarios), 1)


def chosen(study: Study) -> pd.DataFrame:
    """The spells that the log is made of."""
    spells = study.tables["spells"]
    return spells[spells["replication"] == 1]


def test_the_log_has_what_vidigi_asks_for(log: pd.DataFrame) -> None:
    """Each entity arrives once, before all else; times never fall; it departs last, once, if it left at all."""
    assert list(log.columns) == list(COLUMNS)
    assert set(log["event_type"]) == {ARRIVAL_DEPARTURE, QUEUE, RESOURCE_USE, RESOURCE_USE_END}
    for _, own in log.groupby(["scenario", "entity_id"]):
        events = own["event"].tolist()
        assert events[0] == "arrival"
        assert events.count("arrival") == 1
        assert events.count("depart") == (own["end"].iloc[0] != "open") == (events[-1] == "depart")
        assert own["time"].is_monotonic_increasing
        assert own["time:timestamp"].is_monotonic_increasing
        assert own["time:timestamp"].is_unique


def test_every_use_of_a_place_ends_unless_it_goes_on(log: pd.DataFrame) -> None:
    """Uses and ends alternate at one place of an entity; only those still open have a use without an end."""
    uses = log[log["event_type"].isin([RESOURCE_USE, RESOURCE_USE_END])]
    assert uses["resource_id"].notna().all()
    assert log["resource_id"][~log.index.isin(uses.index)].isna().all()
    for _, own in uses.groupby(["scenario", "entity_id"]):
        kinds = own["event_type"].tolist()
        assert kinds == ([RESOURCE_USE, RESOURCE_USE_END] * len(kinds))[: len(kinds)]
        assert (len(kinds) % 2 == 1) == (own["end"].iloc[0] == "open")
        assert len(set(own["resource_id"])) == 1


def test_nobody_shares_a_place(log: pd.DataFrame) -> None:
    """On no day do two people hold the same place of a team and package; places are numbered from 1 without need."""
    held = log[log["event_type"].isin([RESOURCE_USE, RESOURCE_USE_END])]
    until = held["time"].where(held["end"] != "open", 10**6)
    keys = [held[name] for name in ("scenario", "team", "package", "resource_id", "entity_id")]
    spans = pd.DataFrame({"min": held["time"].groupby(keys).min(), "max": until.groupby(keys).max()})
    for _, own in spans.groupby(["scenario", "team", "package", "resource_id"]):
        ordered = own.sort_values(["min", "max"])
        assert (ordered["min"].to_numpy()[1:] >= ordered["max"].to_numpy()[:-1]).all()
    greatest = held.groupby("scenario")["resource_id"].max()
    peak = held.assign(step=held["event"].map({"on caseload": 1, "end of treatment": -1, "left caseload unseen": -1}))
    at_once = peak.dropna(subset="step").sort_values(["time", "step"]).groupby("scenario")["step"].cumsum()
    assert (greatest == at_once.groupby(peak["scenario"]).max()).all()


def test_the_log_counts_what_the_spells_count(log: pd.DataFrame, study: Study) -> None:
    """As many arrivals, assessments, starts and departures as the table of spells has, on the same days."""
    spells = chosen(study)
    for event, day in {
        "arrival": "referral_day", "assessed": "assessed_day", "on caseload": "allocated_day",
        "in treatment": "start_day", "first treatment contact": "start_day", "depart": "end_day",
    }.items():  # fmt: skip
        assert sorted(log["time"][log["event"] == event]) == sorted(spells[day].dropna().astype(int))
        assert (log["event"] == event).any()
    assert not set(log[log["event"] == "waits for assessment"]["end"]) & {"declined"}
    waiting = log[log["event"] == "waits for treatment"]
    assert (waiting["package"] != "").all()


def test_dates_are_counted_from_the_first_day(log: pd.DataFrame, scenarios: list[Scenario]) -> None:
    """The timestamp is the date of the day, warm-up included; a case is a person and an episode."""
    for scenario in scenarios:
        own = log[log["scenario"] == scenario.name]
        days = (own["time:timestamp"].dt.normalize() - pd.Timestamp(scenario.first_day)).dt.days
        assert (days == own["time"]).all()
        assert own.groupby("case:concept:name")["entity_id"].nunique().eq(1).all()
        assert own["case:concept:name"].nunique() == own["entity_id"].nunique()


def test_linked_teams_hand_people_on() -> None:
    """Who goes to another team leaves the one and arrives at the other: two cases of one person, the next day."""
    scenario = read_scenario(ROOT / "scenarios" / "linked_adult_system.yaml")
    spells = run(scenario, replications=1, workers=1, spells=True).tables["spells"]
    log = event_log(spells, first_days(scenario), 0)
    moved = log[(log["end"] == "transferred") & (log["event"] == "depart")]
    assert len(moved)
    people = moved["case:concept:name"].str.split("-").str[0]
    arrivals = log[log["event"] == "arrival"]
    arrived = set(zip(arrivals["case:concept:name"].str.split("-").str[0], arrivals["time"], strict=True))
    last = log["time"].max()
    assert all((who, day + 1) in arrived for who, day in zip(people, moved["time"], strict=True) if day < last)


def test_the_page_tells_every_column_and_event(log: pd.DataFrame) -> None:
    """docs/animation.md names all that the log holds, each event with its type."""
    page = (ROOT / "docs" / "animation.md").read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in page] == []
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    told = {(event, row[1]) for row in rows for event in row[0].split(", ")}
    assert set(zip(log["event"], log["event_type"], strict=True)) <= told


def test_an_unknown_replication_is_refused(study: Study, scenarios: list[Scenario]) -> None:
    """What was not run has no events."""
    with pytest.raises(UsageError, match="numbered 0 to 1"):
        event_log(study.tables["spells"], first_days(*scenarios), 2)


def test_the_command_saves_the_log(tmp_path: Path) -> None:
    """`--events` writes events.parquet beside the tables, spells stay out unless asked for; wrong use is told."""
    (tmp_path / "team.yaml").write_text(small(more=TODAY), encoding="utf-8")
    out = tmp_path / "out"
    call = ["run", str(tmp_path / "team.yaml"), "--replications", "2", "--workers", "1"]
    done = CliRunner().invoke(main, [*call, "--events", "--events-of", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    saved = pd.read_parquet(out / "events.parquet")
    assert set(saved["replication"]) == {1}
    assert not (out / "tables" / "spells.parquet").exists()
    again = CliRunner().invoke(main, [*call, "--force", "--out", str(out)])
    assert again.exit_code == 0
    assert not (out / "events.parquet").exists(), "results of another run are all replaced"
    for wrong, told in (
        (["--events"], "--events needs --out"),
        (["--events-of", "1", "--out", str(out)], "belongs to --events"),
        (["--events", "--events-of", "2", "--out", str(tmp_path / "new")], "numbered 0 to 1"),
    ):
        refused = CliRunner().invoke(main, [*call, *wrong])
        assert refused.exit_code == 2
        assert told in refused.output
