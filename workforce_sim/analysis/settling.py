"""How long a service takes to settle when it begins empty: MSER-5.

In: a course over time, averaged over replications. Out: how much of its beginning to leave out.
"""

from __future__ import annotations

import numpy as np

BATCH = 5
"""Values are averaged in fives (White, Cobb and Spratt, *Winter Simulation Conference* 2000, 755-761)."""


def leave_out(values: np.ndarray, batch: int = BATCH) -> int | None:
    """How many of the first values to leave out; None if the course has not settled by its middle.

    MSER (White, *Simulation* 69, 1997, 323-334): the beginning is cut where the standard error of the mean of what is
    left, the cut counted against it, is least; of batch means, which are less alike than neighbours. `values`: float64,
    (time,).
    """
    n = len(values) // batch
    if n < 2:
        return None
    means = np.asarray(values[: n * batch], dtype=float).reshape(n, batch).mean(axis=1)
    errors = [means[cut:].var() / (n - cut) for cut in range(n // 2 + 1)]
    best = int(np.argmin(errors))
    return best * batch if best < n // 2 else None
