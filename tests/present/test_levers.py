"""Levers on paper: the command, the manual's table and the explanation of a scenario tell what the files say."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from tests.scenario.small import small
from tests.scenario.test_levers import OWN
from workforce_sim.cli import main
from workforce_sim.present.explain import explain
from workforce_sim.present.levers import with_table
from workforce_sim.scenario.lever_files import shipped_lever, shipped_levers
from workforce_sim.scenario.reader import read_scenario, read_scenario_text

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(path.name for path in (ROOT / "scenarios").glob("*.yaml"))


def said(*arguments: str) -> str:
    """What the command says on one line."""
    result = CliRunner().invoke(main, ["levers", *arguments])
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def test_the_list_names_every_lever_by_theme() -> None:
    """Without a name, all levers are listed under their themes."""
    text = said()
    assert all(name in text for name in shipped_levers())
    assert text.index("A1 Early") < text.index("A17 Retention as a whole") < text.index("retain.bundle")


@pytest.mark.parametrize("name", sorted(shipped_levers()))
def test_a_sheet_tells_everything_about_a_lever(name: str) -> None:
    """With a name, mechanism, parameters, sources and what is not known are told in full."""
    lever, text = shipped_lever(name), said(name)
    told = (
        lever.title,
        lever.mechanism,
        lever.unknown,
        *lever.sources,
        *(p.meaning for p in lever.parameters.values()),
    )
    assert all(" ".join(part.split()) in text for part in told)
    assert all(change.path in text for change in lever.changes)


def test_a_misspelt_name_is_answered_with_likely_ones() -> None:
    """The exit code is 2, and the nearest names are told."""
    result = CliRunner().invoke(main, ["levers", "retain.bundel"])
    assert result.exit_code == 2
    assert 'Did you mean "retain.bundle" or "retain.career"?' in result.stderr


def test_levers_of_ones_own_are_listed_too(tmp_path: Path) -> None:
    """A folder is judged file by file; a name that is taken is refused."""
    (tmp_path / "own.lever.yaml").write_text(OWN, encoding="utf-8")
    assert "Our own lever" in said("--folder", str(tmp_path))
    (tmp_path / "retain.bundle.yaml").write_text(OWN, encoding="utf-8")
    assert CliRunner().invoke(main, ["levers", "--folder", str(tmp_path)]).exit_code == 2
    assert CliRunner().invoke(main, ["levers", "--folder", str(tmp_path / "none")]).exit_code == 2


def test_the_manual_has_the_table_of_today() -> None:
    """If not: python -m workforce_sim.present.levers docs/levers.md."""
    page = (ROOT / "docs" / "levers.md").read_text(encoding="utf-8")
    assert with_table(page) == page


def test_the_examples_of_the_manual_are_sound(tmp_path: Path) -> None:
    """The scenario shown can be read beside the example team, and the lever shown can be used."""
    page = (ROOT / "docs" / "levers.md").read_text(encoding="utf-8")
    (scenario,), (lever,) = (re.findall(rf"```{kind}\n(.*?)```", page, flags=re.DOTALL) for kind in ("yaml", "text"))
    base = (ROOT / "scenarios" / "adult_community.yaml").read_text(encoding="utf-8")
    (tmp_path / "adult_community.yaml").write_text(base, encoding="utf-8")
    (tmp_path / "my_levers").mkdir()
    (tmp_path / "my_levers" / "retain.parking.yaml").write_text(lever, encoding="utf-8")
    (tmp_path / "shown.yaml").write_text(
        f"lever_folder: my_levers\n{scenario}  - {{lever: retain.parking, from: 2026-07-01, role: '*'}}\n",
        encoding="utf-8",
    )
    read = read_scenario(tmp_path / "shown.yaml")
    assert len(read.levers) == 7
    assert read.money.programmes == {"recruit_rounds": 0.0, "retain_parking": 0.0}


def test_the_explanation_tells_the_levers_used() -> None:
    """Their effect, range and grade in this scenario, and what is not known."""
    entry = "{lever: retain.bundle, from: 2026-07-01, effect: 6%}"
    out = io.StringIO()
    Console(file=out, width=200).print(explain(read_scenario_text(small(more=f"levers: [{entry}]\n"))))
    row = next(line for line in out.getvalue().splitlines() if "retain.bundle" in line)
    assert row.split() == ["retain.bundle", "2026-07-01", "6%", "4%", "to", "15%", "B", "70", "weeks"]
    assert shipped_lever("retain.bundle").unknown in out.getvalue()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_is_sound(name: str) -> None:
    """Each can be read, and is short in time."""
    assert len(read_scenario(ROOT / "scenarios" / name).epochs()) <= 45
