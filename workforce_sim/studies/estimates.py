"""Estimates from few replications: a covariance of many measures, and what noisy derivatives tell.

In: values by replication. Out: float64 matrices.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg


def shrunk(samples: np.ndarray) -> np.ndarray:
    """Covariance of samples, float64 (sample, variable), with correlations shrunk towards none.

    The share of shrinking is that of Schaefer and Strimmer (2005), target D: sum of the variances of the correlations
    over the sum of their squares.
    """
    n, k = samples.shape
    sd = samples.std(axis=0, ddof=1)
    z = (samples - samples.mean(axis=0)) / np.where(sd > 0, sd, 1.0)
    products = np.einsum("ri,rj->rij", z, z)
    correlation = products.sum(axis=0) / (n - 1)
    variance = n / (n - 1) ** 3 * ((products - products.mean(axis=0)) ** 2).sum(axis=0)
    off = ~np.eye(k, dtype=bool)
    squares = float((correlation[off] ** 2).sum())
    share = min(1.0, float(variance[off].sum()) / squares) if squares > 0 else 1.0
    return np.asarray(np.where(off, (1 - share) * correlation, 1.0) * np.outer(sd, sd))


def data_information(derivatives: np.ndarray) -> np.ndarray:
    """Information of the data on the unknowns: float64, (unknown, unknown).

    `derivatives`: (unknown, replication, block), in units of luck. The mean derivative is noisy, and its square too
    large by the noise's variance, which is taken out; what then is negative is none.
    """
    n = derivatives.shape[1]
    mean = derivatives.mean(axis=1)
    centred = derivatives - mean[:, None, :]
    noise = np.einsum("arb,crb->ac", centred, centred) / (n * (n - 1))
    values, vectors = linalg.eigh(mean @ mean.T - noise)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)


def without_noise(derivatives: np.ndarray) -> np.ndarray:
    """Mean derivatives, float64 (unknown, block), each unknown's made smaller by what of its square is noise.

    An unknown of which the data tell nothing has none left, so that a search does not follow its noise.
    """
    mean = derivatives.mean(axis=1)
    squares = (mean**2).sum(axis=1)
    noise = derivatives.var(axis=1, ddof=1).sum(axis=1) / derivatives.shape[1]
    left = np.maximum(squares - noise, 0.0) / np.where(squares > 0, squares, 1.0)
    return np.asarray(mean * np.sqrt(left)[:, None])
