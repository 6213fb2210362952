"""Levers: ready-made changes with their evidence, and what a scenario makes of them."""

from __future__ import annotations

import pickle
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.scenario.adult_levers import CHOSEN
from tests.scenario.small import small
from workforce_sim.errors import ScenarioError
from workforce_sim.scenario import Scenario, read_scenario, read_scenario_text
from workforce_sim.scenario.amounts import Amount, Span
from workforce_sim.scenario.lever_files import THEMES, shipped_lever, shipped_levers
from workforce_sim.scenario.numbers import numbers

ADULT = Path(__file__).parents[2] / "scenarios" / "adult_community.yaml"
NAMES = sorted(shipped_levers())

OTHERWISE = {
    "demand.severity_drift": "demand: {severity_drift: {severe: +0.1 points per year, taken_from: mild}}",
    "mode.remote_share": "remote: {share: 0%, saves: 20 minutes}",
    "mode.setup": "remote: {fails: 5%}",
    "substitution.support": "description: without the item's own share",
}
"""Lever → what must stand otherwise in the example team, which stands already where the lever would put it."""
EFFECTS = [
    (name, effect) for name in NAMES for effect in (("low", "default", "high") if shipped_lever(name).effect else ("",))
]


def adults(folder: Path, lever: str, more: str = "") -> Scenario:
    """The example team with one lever, beginning on 1 July 2026."""
    text = ADULT.read_text(encoding="utf-8")
    if lever == "substitution.support":
        text = text.replace("up to 25%}", "up to 20%}")
    (folder / "base.yaml").write_text(text, encoding="utf-8")
    keys = ", ".join(filter(None, (f"lever: {lever}", "from: 2026-07-01", CHOSEN.get(lever), more)))
    child = f"extends: base.yaml\n{OTHERWISE.get(lever, '')}\nlevers:\n  - {{{keys}}}\n"
    (folder / "with.yaml").write_text(child, encoding="utf-8")
    return read_scenario(folder / "with.yaml")


def with_levers(*entries: str, edits: tuple[tuple[str, str], ...] = (), more: str = "") -> Scenario:
    """The small scenario with levers."""
    return read_scenario_text(
        small(*edits, more=more + "levers:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries))
    )


# --- shipped levers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_lever_is_complete(name: str) -> None:
    """It has a theme, says how it works and what is not known, and is graded U where it has no source."""
    lever = shipped_lever(name)
    assert lever.name == name
    assert lever.mechanism.endswith(".")
    assert lever.unknown.endswith(".")
    assert lever.sources or lever.grade == "U"


def test_every_theme_has_a_lever() -> None:
    """No row of the evidence table is forgotten."""
    assert {shipped_lever(name).theme for name in NAMES} == set(THEMES)


@pytest.mark.parametrize(("name", "effect"), EFFECTS)
def test_every_lever_fits_the_example_team(name: str, effect: str, tmp_path: Path) -> None:
    """With its low, usual and high effect the plan is sound; unless the effect is nothing, some number differs."""
    scenario = adults(tmp_path, name, f"effect: {effect}" if effect else "")
    plain = read_scenario(tmp_path / "base.yaml") if name not in OTHERWISE else None
    (used,) = scenario.levers
    assert used.lever.name == name
    assert all(change.evidence is not None and change.lever == name for change in scenario.changes)
    assert len(scenario.epochs()) <= 45
    days = [day for day in scenario.epochs() if day >= date(2026, 7, 1)]
    moved = any(scenario.tree_at(day) != scenario.tree for day in days)
    assert moved or (plain is not None and scenario.tree != plain.tree) or used.effect in {"0%", "+0 points per year"}


# --- use -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "reached"), [("low", 0.04), ("default", 0.08), ("high", 0.15), ("6%", 0.06), ("11.5%", 0.115)]
)
def test_an_effect_is_named_or_lies_between(effect: str, reached: float) -> None:
    """Between low, default and high everything goes in straight lines; the evidence keeps the whole range."""
    s = with_levers(f"lever: retain.bundle, from: 2026-07-01, effect: {effect}")
    assert s.at(date(2027, 11, 3)).workforce.retention.bundle == pytest.approx(reached)
    (change,) = s.changes
    assert change.evidence is not None
    assert change.evidence.range == (0.04, 0.15)
    assert (change.evidence.grade, change.evidence.source) == ("B", shipped_lever("retain.bundle").source)


def test_amounts_of_one_unit_are_interpolated_whatever_they_measure() -> None:
    """A position between −1 and 1 is found from one amount and gives another, rising or falling."""
    effect = Span(*map(Amount.read, ("0%", "15%", "30%")))
    factor = Span(*map(Amount.read, ("x1", "x0.85", "x0.7")))
    position = effect.position(Amount.read("20 %".replace(" ", "")))
    assert position == pytest.approx(1 / 3)
    assert factor.at(position or 0).written() == "x0.8"
    assert [factor.at(where).written() for where in (-1, -0.5, 0, 1)] == ["x1", "x0.925", "x0.85", "x0.7"]
    assert effect.position(Amount.read("31%")) is None
    assert effect.position(Amount.read("x1")) is None
    assert Amount.read("+£12,000 per year").written() == "+£12000 per year"
    assert Amount.read("up to 25%").written() == "up to 25%"


def test_the_log_names_the_lever() -> None:
    """What a lever changes is told like any change, with the lever's name."""
    s = with_levers("lever: retain.bundle, from: 2026-07-01, until: 2027-07-01")
    assert s.change_log() == (
        "2026-07-01 workforce.retention.bundle: 0% → 8%, over 70 weeks, until 2027-07-01 (lever retain.bundle)",
    )


def test_a_lever_takes_time_and_costs_money() -> None:
    """Courses take time at work while they last; costs become a programme and a sum spent once."""
    s = with_levers("lever: training.tic, from: 2026-07-01, costs: {once: '£8,000', per_year: £2k per year}")
    course, refreshers = s.at(date(2026, 12, 29)), s.at(date(2026, 12, 30))
    assert (course.workforce.programme_time, refreshers.workforce.programme_time) == (0.0231, 0.0019)
    assert (s.money.programmes, course.money.programmes) == ({"training_tic": 0.0}, {"training_tic": 2000.0})
    (once,) = s.money.once
    assert (once.on, once.amount) == (date(2026, 7, 1), 8000.0)


def test_a_lever_may_put_a_structure_into_the_scenario() -> None:
    """A training route begins on the lever's date, with the parameters chosen and the lever's evidence."""
    s = with_levers("lever: pipeline.mhwp, from: 2026-09-01, role: peer, places: 6, until: 2027-12-31")
    route = s.workforce.training["pipeline_mhwp"]
    assert (route.into, route.places, route.first, route.last) == ("peer", 6, date(2026, 9, 1), date(2027, 12, 31))
    assert (route.attrition, s.evidence["workforce.training.pipeline_mhwp.attrition"].grade) == (0.12, "U")


def test_one_lever_may_be_used_twice_under_two_names() -> None:
    """Each use has its own parameters, dates and structures."""
    s = with_levers(
        "lever: pipeline.mhwp, from: 2026-09-01, role: peer",
        "lever: pipeline.mhwp, from: 2027-03-01, role: nurse, name: spring",
    )
    assert {name: route.into for name, route in s.workforce.training.items()} == {
        "pipeline_mhwp": "peer",
        "spring": "nurse",
    }
    assert [used.name for used in s.levers] == ["pipeline_mhwp", "spring"]


def test_what_would_begin_after_the_run_is_left_out() -> None:
    """A lever with a delay beyond the horizon changes only what comes before."""
    s = with_levers("lever: roles.mhwp, from: 2027-10-01, role: nurse")
    assert [change.path for change in s.changes] == ["workforce.roles.nurse.heaviest"]


def test_reminders_fade_as_they_did_in_dublin() -> None:
    """Missed appointments fall to x0.75 at first, and stand at x0.87 two years later."""
    s = with_levers(
        "lever: dna.reminder, from: 2026-07-01",
        edits=(("horizon: 2 years", "horizon: 4 years"),),
        more="did_not_attend: {assessment: 20%, contacts: 20%}\n",
    )
    full = date(2026, 7, 29)
    shares = [s.at(day).did_not_attend.contacts for day in (full, full + timedelta(weeks=104))]
    assert shares == pytest.approx([0.15, 0.174], abs=1e-4)


def test_a_dozen_levers_from_one_date_stay_few_epochs(tmp_path: Path) -> None:
    """Five years with twelve levers compile to at most 45 stretches of days."""
    adults(tmp_path, "retain.bundle")
    chosen = [
        "retain.bundle", "retain.mentoring", "wellbeing.programme", "recruit.rounds", "dna.reminder", "training.tic",
        "mode.remote_share, effect: 40%", "rom.coverage", "improve.cycle", "partner.vcse", "coproduction", "roles.psw",
    ]  # fmt: skip
    entries = "".join(f"  - {{lever: {name}, from: 2026-07-01}}\n" for name in chosen)
    (tmp_path / "all.yaml").write_text(f"extends: base.yaml\nlevers:\n{entries}", encoding="utf-8")
    assert len(read_scenario(tmp_path / "all.yaml").epochs()) <= 45


def test_scenarios_with_levers_travel() -> None:
    """They are pickled with their levers, and equal what was sent."""
    s = with_levers("lever: retain.bundle, from: 2026-07-01")
    back = pickle.loads(pickle.dumps(s))
    assert back == s
    assert back.levers == s.levers


# --- layers and own levers -------------------------------------------------------------------------------------------

OWN = """\
name: own.lever
theme: A17
title: Our own lever
mechanism: People stay.
changes:
  - {set: workforce.retention.bundle, to: 3%}
grade: U
unknown: All of it.
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files; returns the path of the first."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / next(iter(files))


def test_levers_of_the_parent_come_first(tmp_path: Path) -> None:
    """Levers of all layers add up; they do not replace each other."""
    parent = small(more="levers: [{lever: retain.career, from: 2026-07-01}]\n")
    child = "extends: base.yaml\nlevers: [{lever: retain.flexible, from: 2026-10-01}]\n"
    s = read_scenario(write(tmp_path, {"child.yaml": child, "base.yaml": parent}))
    assert [used.lever.name for used in s.levers] == ["retain.career", "retain.flexible"]


def test_levers_of_ones_own_lie_in_a_folder_beside_the_scenario(tmp_path: Path) -> None:
    """They are used like shipped ones, by the scenario that names the folder and by those that extend it."""
    own = small(more="lever_folder: mine\nlevers: [{lever: own.lever, from: 2026-07-01}]\n")
    child = "extends: base.yaml\nlevers: [{lever: own.lever, from: 2027-07-01, name: again}]\n"
    child += "workforce: {retention: {cap: 10%}}\n"
    files = {"base.yaml": own, "mine/own.lever.yaml": OWN}
    assert read_scenario(write(tmp_path, files)).at(date(2026, 7, 1)).workforce.retention.bundle == 0.03
    with pytest.raises(ScenarioError, match="which stands so already"):
        read_scenario(write(tmp_path, {"child.yaml": child, **files}))


@pytest.mark.parametrize("wanted", ["../mine", "/etc", "http://example.org/mine", "link", "'mine\\own'", "nowhere"])
def test_no_levers_are_read_from_elsewhere(tmp_path: Path, wanted: str) -> None:
    """Neither dots, absolute paths, addresses nor links lead out of the folder."""
    write(tmp_path, {"mine/own.lever.yaml": OWN})
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link").symlink_to(tmp_path / "mine")
    path = write(tmp_path / "inside", {"a.yaml": small(more=f"lever_folder: {wanted}\n")})
    with pytest.raises(ScenarioError, match=r"a\.yaml:19:15: lever_folder: found"):
        read_scenario(path)


def test_own_levers_do_not_hide_shipped_ones(tmp_path: Path) -> None:
    """A lever of one's own with the name of a shipped one is refused, so that a name means the same everywhere."""
    files = {"a.yaml": small(more="lever_folder: mine\n"), "mine/retain.bundle.yaml": OWN}
    with pytest.raises(ScenarioError, match=r'found "retain\.bundle\.yaml" in it; expected another name'):
        read_scenario(write(tmp_path, files))


def test_faults_of_own_levers_are_told_in_their_file(tmp_path: Path) -> None:
    """File, line and column are those of the lever."""
    own = small(more="lever_folder: mine\nlevers: [{lever: own.lever, from: 2026-07-01}]\n")
    files = {"a.yaml": own, "mine/own.lever.yaml": OWN.replace("grade: U", "grade: E")}
    with pytest.raises(ScenarioError, match=r'mine/own\.lever\.yaml:7:8: grade: found "E"'):
        read_scenario(write(tmp_path, files))


def test_every_number_added_has_evidence(tmp_path: Path) -> None:
    """Reports can tell how sure each number is that a lever brought in."""
    s = adults(tmp_path, "pipeline.nurse")
    added = [number.path for number in numbers(s) if number.path.startswith("workforce.training.pipeline_nurse")]
    assert added
    assert set(added) <= set(s.evidence)
