"""A file that extends another is put over it, and cannot reach beyond its own folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.small import small
from workforce_sim.errors import ScenarioError
from workforce_sim.scenario import Scenario, read_scenario


def write(folder: Path, **files: str) -> Path:
    """Write files into a folder; returns the path of the first."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder / f"{next(iter(files))}.yaml"


def refusal(path: Path) -> str:
    """What is said about a file."""
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    return str(caught.value)


def test_mappings_merge_and_everything_else_replaces(tmp_path: Path) -> None:
    """A child says only what differs, and every difference is told as path: old → new."""
    child = "extends: base.yaml\nname: Child\nworkforce: {roles: {nurse: {funded: 6 wte}}}\nremote: {share: 10%}\n"
    scenario = read_scenario(write(tmp_path, child=child, base=small()))
    assert scenario.workforce.roles["nurse"].funded == 6
    assert scenario.workforce.roles["nurse"].caseload == 30
    assert [str(override) for override in scenario.overrides] == [
        "name: Small team → Child",
        "workforce.roles.nurse.funded: 5 wte → 6 wte",
        "remote: not given → {share: 10%}",
    ]


def test_changes_of_the_parent_come_first(tmp_path: Path) -> None:
    """Changes concatenate; they do not replace each other."""
    grow = "changes:\n  - {{from: 2026-10-01, set: workforce.roles.{role}.funded, to: 9 wte}}\n"
    child = "extends: base.yaml\n" + grow.format(role="peer")
    scenario = read_scenario(write(tmp_path, child=child, base=small(more=grow.format(role="nurse"))))
    assert [change.path for change in scenario.changes] == [
        "workforce.roles.nurse.funded",
        "workforce.roles.peer.funded",
    ]


def test_evidence_never_outlives_the_value_it_was_for(tmp_path: Path) -> None:
    """A long-hand number is replaced as a whole, and a distribution by another kind of distribution too."""
    base = small(
        ("leavers: 10% per year", "leavers: {value: 10% per year, grade: A, source: trial}"),
        ("contacts: 10", "contacts: 10"),
        ("every: 2 weeks", "every: {mean: 2 weeks, sd: 1 week}"),
    )
    child = (
        "extends: base.yaml\nworkforce: {roles: {nurse: {leavers: 12% per year}}}\n"
        "packages: {therapy: {lead: {every: {median: 2 weeks, p90: 3 weeks}}}}\n"
    )
    scenario = read_scenario(write(tmp_path, child=child, base=base))
    assert scenario.evidence == {}
    assert scenario.packages["therapy"].lead.every.kind == "median_p90"


def test_a_fault_is_told_in_the_file_where_it_stands(tmp_path: Path) -> None:
    """What the parent got wrong is told with the parent's file, line and column."""
    child = write(tmp_path, child="extends: base.yaml\nremote: {share: 200%}\n", base=small(("5 wte", "5")))
    told = refusal(child)
    assert f"{tmp_path}/base.yaml:17:21: workforce.roles.nurse.funded: found 5" in told
    assert f'{tmp_path}/child.yaml:2:17: remote.share: found "200%"' in told


def test_circles_are_named(tmp_path: Path) -> None:
    """Files that extend each other are refused, with the whole circle."""
    path = write(tmp_path, a="extends: b.yaml\n", b="extends: c.yaml\n", c="extends: a.yaml\n")
    assert "a circle, a.yaml -> b.yaml -> c.yaml -> a.yaml" in refusal(path)
    assert "a circle, me.yaml -> me.yaml" in refusal(write(tmp_path, me="extends: me.yaml\n"))


def test_chains_are_short(tmp_path: Path) -> None:
    """Ten files may extend each other, not eleven."""
    files = {f"s{i}": f"extends: s{i + 1}.yaml\n" for i in range(9)} | {"s9": small()}
    assert isinstance(read_scenario(write(tmp_path, **files)), Scenario)
    longer = {f"s{i}": f"extends: s{i + 1}.yaml\n" for i in range(10)} | {"s10": small()}
    assert "a chain of more than 10 files" in refusal(write(tmp_path, **longer))


@pytest.mark.parametrize(
    "wanted",
    ["../secret.yaml", "/etc/passwd", "http://example.org/a.yaml", "link.yaml", "'a\\b.yaml'", "sub/../../secret.yaml"],
)
def test_nothing_outside_the_folder_is_read(tmp_path: Path, wanted: str) -> None:
    """Neither dots, absolute paths, addresses nor links lead out of the folder; contents are never echoed."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("secret: hunter2\n", encoding="utf-8")
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    told = refusal(write(folder, a=f"extends: {wanted}\n"))
    assert "a.yaml:1:10: extends: found" in told
    assert "hunter2" not in told


def test_a_parent_that_does_not_exist_is_told_where_it_is_named(tmp_path: Path) -> None:
    """The place is that of the `extends` line."""
    told = refusal(write(tmp_path, a="extends: b.yaml\n"))
    assert told.endswith('a.yaml:1:10: extends: found "b.yaml"; expected a scenario file that exists.')
