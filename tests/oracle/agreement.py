"""Runs a world twice, with the compiled kernel and with the slow twin, and says where they part.

In: compiled inputs, seed and replication. Out: nothing, or an AssertionError that names the first difference.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.oracle.twin import Twin
from workforce_sim.engine.simulate import Compiled, run_service
from workforce_sim.inputs.rules import Inputs

TABLES = ("flow", "stock_record", "package_record", "use")


def twin(inputs: Inputs, luck: tuple[int, int], arrivals: Any, staff: np.ndarray, roster: np.ndarray) -> Twin:
    """The twin, made like `Compiled`."""
    return Twin(inputs, *luck, *arrivals, staff, roster)


def assert_agree(inputs: Inputs, seed: int, replication: int) -> None:
    """Every day's tallies, every spell's clocks, clinician, contacts and ending, and every career must be equal."""
    kernel, kernel_staff, kernel_office = run_service(inputs, seed, replication, Compiled)
    slow, slow_staff, slow_office = run_service(inputs, seed, replication, twin)
    for name in TABLES:
        expected = getattr(slow, name)
        found = getattr(kernel.world, name).reshape(expected.shape)
        for at in np.argwhere(found != expected):
            raise AssertionError(f"{name}{at.tolist()}: kernel {found[tuple(at)]}, twin {expected[tuple(at)]}")
    found, expected = np.sort(kernel.log), np.sort(slow.log)
    assert len(found) == len(expected), f"kernel logged {len(found)} spells, twin {len(expected)}"
    for row, other in zip(found, expected, strict=True):
        assert row == other, f"spell of {row['key']}: kernel {row}, twin {other}"
    assert np.array_equal(kernel_staff.careers(), slow_staff.careers())
    assert np.array_equal(kernel_staff.staffing, slow_staff.staffing)
    assert np.array_equal(kernel_office.fired(), slow_office.fired())
