"""How often the 95 % intervals of a calibration hold what is true, over many synthetic data sets.

    PYTHONPATH=. python benchmarks/calibration_coverage.py [DATA_SETS]

For each of the synthetic services of tests/studies/service.py many years of weekly counts are made. Each is fitted in
one step from the truth (Gauss-Newton, with the luck and the derivatives there), which is what a full search ends in
where the model is nearly straight: so noise, prior and intervals are tested, and the search is not.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace

import numpy as np
from scipy import linalg, stats

from tests.studies.service import COUNTED, TRUTHS, base, seen_in
from workforce_sim.scenario.numbers import Number, numbers
from workforce_sim.studies.calibrate import PRIOR_SD, STEP, Options, Trial, luck_at
from workforce_sim.studies.estimates import data_information
from workforce_sim.studies.unknowns import chosen_unknowns, usual_unknowns, with_values
from workforce_sim.studies.weekly import weekly_counts


def covered(name: str, sets: int) -> tuple[Counter, int]:
    """Unknown -> in how many data sets its interval holds the truth."""
    values: dict[Number, float] = {}
    for unknown in chosen_unknowns(base(), list(TRUTHS[name])):
        values |= unknown.values(TRUTHS[name][unknown.name])
    truth = with_values(base(), values, "truth")
    data = [seen_in(weekly_counts(truth, seed=4000, replication=r)[COUNTED]) for r in range(sets)]
    unknowns = usual_unknowns(truth, data[0])
    assert {n.path for n in numbers(truth)} >= {n.path for u in unknowns for n in u.numbers}
    options = Options(60, seed=1)
    first = Trial(truth, data[0], unknowns, {}, options)
    point = np.zeros(len(unknowns))
    luck = luck_at(first, point)
    ((told, _),) = first.tell([point], options.replications)
    mean = np.sqrt(told).mean(axis=0)
    slopes = luck.white(first.derivatives(point, near=STEP))
    information, prior = data_information(slopes), np.eye(len(point)) / PRIOR_SD**2
    hits: Counter = Counter()
    for seen in data:
        trial = Trial(truth, seen, unknowns, {}, options)
        off = replace(luck, data=np.sqrt([b.value for b in trial.blocks]))
        white = luck.white(off.data - mean)
        covariance = linalg.inv(information + prior)
        step = covariance @ (slopes.mean(axis=1) @ white + prior @ trial.prior)
        rest = white - slopes.mean(axis=1).T @ step
        freedom = len(white) - len(point)
        half = stats.t.ppf(0.975, max(5, options.replications - len(white))) * np.sqrt(np.diag(covariance))
        half *= np.sqrt(max(1.0, float(rest @ rest) / freedom))
        hits.update({u.name: int(abs(s) <= h) for u, s, h in zip(unknowns, step, half, strict=True)})
    return hits, sets


if __name__ == "__main__":
    for service in TRUTHS:
        found, of = covered(service, int(sys.argv[1]) if len(sys.argv) > 1 else 100)
        print(service, {name: f"{100 * n / of:.0f} %" for name, n in found.items()})
        print(f"  all: {100 * sum(found.values()) / of / len(found):.1f} %", flush=True)
