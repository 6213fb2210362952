"""docs/reference: the pages are what the code says of itself today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from workforce_sim.cli import main
from workforce_sim.results.tables import data_dictionary
from workforce_sim.scenario.lever_files import shipped_levers

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"


def texts(folder: Path) -> dict[str, str]:
    """Pages by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}


def test_the_reference_is_what_the_script_writes(tmp_path: Path) -> None:
    """If not: python docs/make_reference.py."""
    made = subprocess.run([sys.executable, str(ROOT / "docs" / "make_reference.py"), str(tmp_path)],
                          cwd=tmp_path, capture_output=True, text=True, check=False)  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert texts(tmp_path) == texts(FOLDER)


def test_nothing_is_left_out() -> None:
    """Every lever, column, command and base has its place in the reference."""
    pages = texts(FOLDER)
    assert not [name for name in shipped_levers() if f"### {name}\n" not in pages["levers.md"]]
    assert not [each.column for each in data_dictionary().itertuples() if f"`{each.column}`" not in pages["tables.md"]]
    assert not [name for name in main.commands if f"\n## {name}\n" not in pages["commands.md"]]
    for path in ("workforce.roles.<name>", "`leavers`", "`demand.overdispersion`", "`waiting.standard", "`horizon`"):
        assert path in pages["scenario.md"], path
