"""Files bred from the shipped scenarios by harm and chance: read, or refused in words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("fuzz_scenarios.py")


@pytest.mark.slow
def test_no_bred_file_gets_anything_but_an_answer_or_a_message() -> None:
    """Of 500 files none ends in a traceback, takes more than 5 s or dies, and both answers and messages are given."""
    command = [sys.executable, str(SCRIPT), "--files", "500", "--first", "20000"]  # not those of the long run
    done = subprocess.run(command, capture_output=True, text=True, timeout=580, check=False)
    assert done.returncode == 0, done.stderr[-5_000:]
    counts = json.loads(done.stdout)
    assert counts["refused"] + counts["compiled"] + counts.get("simulated", 0) == 500
    assert min(counts["refused"], counts["compiled"]) > 30
