"""A real server for the tests of the page."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ADULT = ROOT / "scenarios" / "adult_community.yaml"
WHATIF = ROOT / "scenarios" / "recruitment_drive.yaml"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server with the example team, started as a planner starts it."""
    command = [sys.executable, "-m", "workforce_sim.cli", "app", str(ADULT), str(WHATIF), "--port", "0"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("Open ").strip()
        try:
            _until_healthy(address)
            yield address
        finally:
            process.terminate()


def _until_healthy(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}_stcore/health", timeout=5):  # noqa: S310  our own server
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not start")
