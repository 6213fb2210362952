"""docs/tutorial.md: a newcomer who types what it says, in an empty folder, gets to the end."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from workforce_sim.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line)[1:]
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]
INSTALL, FOLDER = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)


def test_it_installs_as_the_readme_does() -> None:
    """The first command is the beginning of the README's, which CI runs."""
    assert INSTALL.strip() in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_newcomer_gets_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command does its work, with few replications; what the page says is written, is there."""
    for name in re.findall(r"scenarios/(\w+\.yaml)", FOLDER):
        shutil.copy(ROOT / "scenarios" / name, tmp_path)
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (name,) = re.findall(r"Save this as `(\S+)`", PAGE)
    (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for words in COMMANDS:
        few = ["2" if before == "--replications" else word for before, word in zip(["", *words], words, strict=False)]
        alone = ["--workers", "1"] if "--replications" in words else []
        result = CliRunner().invoke(main, [*few, *alone])
        assert result.exit_code == 0, f"{words}: {result.output}"
    made = ("first/comparison.csv", "second/report.html", "our_team.xlsx", "second.xlsx", "tornado/manifest.json")
    assert not [file for file in made if not (tmp_path / file).exists()], sorted(tmp_path.rglob("*.*"))


@pytest.mark.slow
def test_the_mistake_it_suggests_is_told_with_the_right_name(tmp_path: Path) -> None:
    """Mistype `nurse`, and the message names it."""
    shutil.copy(ROOT / "scenarios" / "adult_community.yaml", tmp_path)
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "wrong.yaml").write_text(text.replace("roles.nurse", "roles.nusre"), encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(tmp_path / "wrong.yaml")])
    assert result.exit_code == 2
    assert "nurse" in result.output
