"""Indices against theory: Ishigami's function, additive games, and tables with known parts of variance."""

from __future__ import annotations

import numpy as np
import pytest

from workforce_sim.errors import UsageError
from workforce_sim.studies.contributions import exact_shapley, sampled_shapley
from workforce_sim.studies.globally import morris_indices, sobol_indices
from workforce_sim.studies.uncertainty import drawn, share_interval, variance_parts

NAMES = ["x1", "x2", "x3"]
A, B = 7.0, 0.1


def ishigami(cube: np.ndarray) -> np.ndarray:
    """Ishigami and Homma (1990), of shares of probability."""
    x = np.pi * (2 * cube - 1)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_theory() -> dict[str, tuple[float, float]]:
    """First-order and total indices in closed form."""
    first = (1 + B * np.pi**4 / 5) ** 2 / 2
    second = A**2 / 8
    both = B**2 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = first + second + both
    return {
        "x1": (first / whole, (first + both) / whole),
        "x2": (second / whole, second / whole),
        "x3": (0.0, both / whole),
    }


def test_sobol_indices_of_ishigami_are_those_of_theory() -> None:
    """Every first-order and total index lies within its interval, widened a little: six 95 % intervals at once."""
    found = sobol_indices(ishigami, NAMES, 1024, 1).set_index("parameter")
    for name, (first, total) in ishigami_theory().items():
        row = found.loc[name]
        for kind, truth in (("first", first), ("total", total)):
            half = row[f"{kind}_high"] - row[kind]
            assert abs(row[kind] - truth) <= 1.4 * half, (name, kind)
            assert half < 0.15


def test_morris_of_a_linear_model_is_its_slopes() -> None:
    """Without curves and interactions mu* is the slope over the whole range, and sigma nothing."""
    found = morris_indices(lambda x: x @ np.array([3.0, -2.0, 0.0]), NAMES, 6, 1).set_index("parameter")
    assert found["mu_star"].to_dict() == pytest.approx({"x1": 3.0, "x2": 2.0, "x3": 0.0}, abs=1e-9)
    assert found.loc["x2", "mu"] == pytest.approx(-2.0)
    assert found["sigma"].max() == pytest.approx(0.0, abs=1e-9)


def test_the_global_generator_is_left_as_it_was() -> None:
    """SALib seeds numpy's global generator; whoever else uses it does not notice, and the seed alone decides."""
    np.random.seed(5)  # noqa: NPY002  it is the one that must be left alone
    wanted = np.random.random()  # noqa: NPY002  as above
    np.random.seed(5)  # noqa: NPY002  as above
    first = sobol_indices(ishigami, NAMES, 64, 3)
    assert np.random.random() == wanted  # noqa: NPY002  as above
    assert first.equals(sobol_indices(ishigami, NAMES, 64, 3))


def test_sobol_refuses_what_has_no_answer() -> None:
    """Points that are no power of two, and a model that nothing moves."""
    with pytest.raises(UsageError, match="power of two"):
        sobol_indices(ishigami, NAMES, 50, 1)
    with pytest.raises(UsageError, match="same at every point"):
        sobol_indices(lambda x: np.ones(len(x)), NAMES, 8, 1)


def test_shapley_of_a_game_with_an_interaction() -> None:
    """Two who are worth nothing alone and 6 together get 3 each; a third who adds 1 always gets 1."""

    def worth(coalition: frozenset[int]) -> np.ndarray:
        return np.array([6.0 * ({0, 1} <= coalition) + 1.0 * (2 in coalition), 0.0])

    every = [frozenset(p for p in range(3) if bits >> p & 1) for bits in range(8)]
    values = {coalition: worth(coalition) for coalition in every}
    assert exact_shapley(values, 3)[:, 0].tolist() == pytest.approx([3.0, 3.0, 1.0])
    orders = [[0, 1, 2], [2, 1, 0]]
    sampled = sampled_shapley(values, orders)
    assert sampled.sum(axis=0).tolist() == pytest.approx([7.0, 0.0])


def test_variance_is_told_apart() -> None:
    """On tables of known parts the estimator is right on average, the share mostly within its interval."""
    luck = np.random.default_rng(1)
    shares, covered, inputs = [], 0, []
    for _ in range(60):
        table = (
            luck.normal(0, 2, (40, 1)) + luck.normal(0, 1, (1, 12)) + luck.normal(0, 1.5, (40, 12))
        )  # inputs 4, chance 1 + 2.25
        inputs.append(variance_parts(table).inputs)
        share, low, high = share_interval(table)
        shares.append(share)
        covered += low <= 4 / 7.25 <= high
    assert np.mean(inputs) == pytest.approx(4.0, rel=0.1)
    assert np.mean(shares) == pytest.approx(4 / 7.25, rel=0.1)
    assert covered >= 54


def test_a_latin_hypercube_has_one_point_in_every_stratum() -> None:
    """Each tenth of each number's law is drawn from once."""
    cube = drawn(10, 3, 1)
    assert (np.sort((cube * 10).astype(int), axis=0) == np.arange(10)[:, None]).all()
