"""docs/validation: the pages are what their scripts write, and nothing in them is left unexplained."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "validation"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ("make", "outside"))


def rows(page: str) -> list[list[str]]:
    """The cells of each row of the table of results."""
    lines = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| |")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_script_has_its_page_and_figure() -> None:
    """Six results, each with a script, a page and a figure."""
    assert len(NAMES) == 6
    assert not [name for name in NAMES for kind in ("md", "svg") if not (FOLDER / f"{name}.{kind}").exists()]


OPEN = {"acute, 26 beds of which 8 are pooled", "pooling shortens the mean wait by (pilot)"}
"""Rows that differ for reasons that nothing here shows; the pages say so."""


@pytest.mark.parametrize("name", NAMES)
def test_differences_are_explained_or_said_to_be_open(name: str) -> None:
    """Every row agrees with what was published or names the choice that makes it differ, but for two known ones."""
    found = rows((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    assert len(found) >= 3
    other = {what for what, *_, verdict in found if verdict != "agrees" and not verdict.startswith("explained: ")}
    assert other <= OPEN
    assert sum(verdict == "agrees" for *_, verdict in found) >= len(found) / 2


def test_the_bases_lie_in_their_bands() -> None:
    """In year 1 the mean of each calibration measure lies in its band, not only its interval."""
    found = rows((FOLDER / "national_bands.md").read_text(encoding="utf-8"))
    assert len(found) == 14
    for what, band, mean, *_ in found:
        low, high = map(float, band.split(" to "))
        assert low <= float(mean) <= high, what


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_what_its_script_writes(name: str, tmp_path: Path) -> None:
    """Made again, the page is the same to the last character."""
    command = [sys.executable, str(FOLDER / "make.py"), name, "--out", str(tmp_path)]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    assert (tmp_path / f"{name}.md").read_text(encoding="utf-8") == (FOLDER / f"{name}.md").read_text(encoding="utf-8")
