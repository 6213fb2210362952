"""What all tests share: markers, and how many examples hypothesis tries.

Profiles, chosen with `--hypothesis-profile`: `default` is quick; `ci` compares the kernel with its twin on 300 worlds;
`plain` is for NUMBA_DISABLE_JIT=1, where the kernel runs as plain Python; `mutation` is for benchmarks/mutation.py: the
same worlds each time, and the first failure is enough. Tests that want the profile's number of examples set none
themselves.
"""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

WORLDS = {"default": 25, "ci": 300, "plain": 40, "mutation": 40}
"""Profile → examples of each property."""

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    config.addinivalue_line("markers", "slow: takes longer than a few seconds; not part of the README's test command")
    config.addinivalue_line("markers", "browser: needs Chromium; slow as well, and a step of its own in .ci/run")


def _register_profiles() -> None:
    for name, examples in WORLDS.items():
        settings.register_profile(
            name,
            max_examples=examples,
            deadline=None,  # the first example of a test may compile
            print_blob=True,  # how to repeat a failure
            derandomize="CI" in os.environ,  # in CI a failure is a change, not luck
            suppress_health_check=[HealthCheck.too_slow],  # a world of years takes a while
        )
    settings.register_profile(
        "mutation",
        settings.get_profile("mutation"),
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),  # nobody reads the failure: no smaller one is looked for
        report_multiple_bugs=False,
    )
    settings.load_profile("default")


_register_profiles()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The browser of the system; nothing is fetched."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "the tests of the page need Chromium: apt-get install chromium"
    return {"executable_path": path, "args": ARGUMENTS}
