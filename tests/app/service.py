"""A small service in a folder, for tests of the page: a base, and a what-if that extends it."""

from __future__ import annotations

from pathlib import Path

from tests.scenario.small import small

LEAVERS = ("leavers: 10% per year", "leavers: {value: 10% per year, range: [8% per year, 15% per year], grade: C}")
MORE = """
name: More nurses
extends: small.yaml
levers:
  - {lever: retain.bundle, from: 2026-07-01}
changes:
  - {from: 2026-04-01, set: workforce.roles.nurse.funded, to: 7 wte}
"""


def written(folder: Path) -> list[Path]:
    """The files of the service, the base first."""
    files = {"small.yaml": small(LEAVERS), "more.yaml": MORE}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]
