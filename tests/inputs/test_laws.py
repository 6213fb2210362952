"""Laws of chance as integer tables: the right law, in whole days, to within 2**-31."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from workforce_sim.inputs import laws
from workforce_sim.inputs.laws import Law, LawBook, mean, probabilities, value_at
from workforce_sim.streams import CERTAIN, Purpose, luck_of_many

CLOSE = 2.0**-31

ALL: dict[str, Law] = {
    "fixed": laws.fixed(14.0),
    "fixed between": laws.fixed(9.8),
    "fixed by a hair below": laws.fixed(10.0 - 1e-12),
    "rounded": laws.rounded(22.0, 9.0, 1),
    "rounded and wide": laws.rounded(5.0, 15.0, 1),
    "rounded without spread": laws.rounded(6.5, 0.0, 1),
    "quantiles": laws.from_quantiles(28.0, 70.0),
    "quantiles and wide": laws.from_quantiles(84.0, 400.0),
    "quantiles and narrow": laws.from_quantiles(100.0, 100.0001),
    "geometric": laws.geometric(0.01),
    "geometric and certain": laws.geometric(1.0),
    "never": laws.geometric(0.0),
    "exponential": laws.exponential(273.0),
    "uniform": laws.uniform(182.0),
    "uniform of a day": laws.uniform(1.0),
    "uniform residual": laws.uniform_residual(182.0),
    "length-biased": laws.length_biased(laws.rounded(22.0, 9.0, 1)),
}


def cumulative(law: Law) -> tuple[np.ndarray, np.ndarray]:
    """(values, P(X <= value)), the last value left out: it takes the rest."""
    values, chance = probabilities(law)
    return values[:-1], np.cumsum(chance)[:-1]


def quantile(law: Law, share: float) -> int:
    """The least value that the law stays at or below with that chance."""
    values, chance = probabilities(law)
    return int(values[np.searchsorted(np.cumsum(chance), share - 1e-12)])


@pytest.mark.parametrize("name", ALL)
def test_thresholds_rise_within_luck(name: str) -> None:
    """Thresholds are whole numbers in 0 .. 2**32, never falling, so that more luck never means less."""
    _, thresholds = ALL[name]
    assert all(isinstance(threshold, int) for threshold in thresholds)
    assert list(thresholds) == sorted(thresholds)
    assert all(0 <= threshold < CERTAIN for threshold in thresholds)
    assert probabilities(ALL[name])[1].sum() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(
    ("law", "exact"),
    [
        (laws.rounded(22.0, 9.0, 1), lambda k: stats.gamma.cdf(k + 0.5, (22 / 9) ** 2, scale=81 / 22)),
        (laws.rounded(70.0, 20.0, 0), lambda k: stats.gamma.cdf(k + 0.5, 3.5**2, scale=400 / 70)),
        (laws.from_quantiles(28.0, 70.0),
         lambda k: stats.lognorm.cdf(k + 0.5, np.log(2.5) / stats.norm.ppf(0.9), scale=28.0)),
        (laws.geometric(0.01), lambda k: stats.geom.cdf(k, 0.01)),
        (laws.geometric(0.25), lambda k: stats.geom.cdf(k, 0.25)),
        (laws.exponential(273.0), lambda k: stats.expon.cdf(k + 0.5, scale=273.0 / np.log(2))),
        (laws.uniform(182.0), lambda k: stats.randint.cdf(k, 1, 183)),
    ],
)  # fmt: skip
def test_tables_match_scipy(law: Law, exact: object) -> None:
    """P(X <= k) of the table is that of SciPy's law of the whole day k, to within 2**-31."""
    values, below = cumulative(law)
    assert np.abs(below - exact(values)).max() < CLOSE  # type: ignore[operator]


@pytest.mark.parametrize(
    ("law", "truth", "slack"),
    [
        (laws.fixed(9.8), 9.8, 1e-6),
        (laws.fixed(10.0 - 1e-12), 10.0, 1e-6),
        (laws.fixed(3.0), 3.0, 0.0),
        (laws.rounded(22.0, 9.0, 1), 22.0, 0.02),  # what lies below 1 is 1
        (laws.geometric(0.01), 100.0, 1e-4),
        (laws.uniform(182.0), 91.5, 1e-6),
        (laws.exponential(39 * 7.0), 39 * 7.0 / np.log(2), 0.01),
        (laws.uniform_residual(1000.0), 1000 / 3, 1.0),
    ],
)
def test_means_are_as_given(law: Law, truth: float, slack: float) -> None:
    """The mean of a table is the mean that was asked for."""
    assert mean(law) == pytest.approx(truth, abs=slack)


def test_spread_is_as_given() -> None:
    """Standard deviation of a rounded law: as given, but for the rounding's 1/12."""
    values, chance = probabilities(laws.rounded(60.0, 20.0, 0))
    variance = float(chance @ (values - chance @ values) ** 2)
    assert variance == pytest.approx(400 + 1 / 12, abs=0.1)


@pytest.mark.parametrize(("median", "p90"), [(28.0, 70.0), (112.0, 315.0), (7.0, 8.0), (84.0, 400.0)])
def test_quantiles_are_as_given(median: float, p90: float) -> None:
    """Half are at or below the median, nine in ten at or below the 90th percentile, to the day."""
    law = laws.from_quantiles(median, p90)
    assert abs(quantile(law, 0.5) - median) <= 1
    assert abs(quantile(law, 0.9) - p90) <= 1


def test_half_come_back_by_the_median() -> None:
    """Of an exponential law half the days are at or below its median."""
    assert abs(quantile(laws.exponential(273.0), 0.5) - 273) <= 1


def test_nothing_is_below_the_least() -> None:
    """A course has at least one contact, however small the mean; what does not happen comes after a million days."""
    for mean_contacts, sd in [(1.0, 5.0), (0.3, 0.2), (22.0, 9.0)]:
        assert laws.rounded(mean_contacts, sd, 1)[0] == 1
    assert probabilities(laws.geometric(0.0))[0].tolist() == [laws.NEVER]
    assert probabilities(laws.geometric(1.0))[0].min() == 1


def test_a_course_found_is_length_biased() -> None:
    """A course of n contacts lasts n - 1 intervals, and is found as much more often as it lasts longer."""
    law = laws.rounded(22.0, 9.0, 1)
    values, chance = probabilities(law)
    biased_values, biased = probabilities(laws.length_biased(law))
    stay = values - 1  # intervals between the first contact and the last
    expected = stay * chance / (stay @ chance)
    np.testing.assert_allclose(biased[: len(values)], expected[: len(biased)], atol=1e-8)
    assert mean(laws.length_biased(law)) == pytest.approx(values * stay @ chance / (stay @ chance), rel=1e-6)
    assert biased_values[0] == values[0]
    for contacts in (1.0, 7.0):
        assert probabilities(laws.length_biased(laws.fixed(contacts))) == ([contacts], [1.0])


def test_the_rest_of_a_uniform_delay() -> None:
    """What is left of a uniform delay found under way: P(rest = k) in proportion to P(delay >= k)."""
    values, chance = probabilities(laws.uniform_residual(10.0))
    longer = np.array([(10 - k + 1) / 10 for k in range(1, 11)])
    found = longer / longer.sum()
    # the law is the continuous one, (1 - F) / mean, cut into days: within half a day of the discrete one
    assert values.tolist() == list(range(1, 11))
    assert abs(chance @ values - found @ values) < 0.5
    assert (np.diff(chance) < 0).all()


def test_the_book_numbers_each_law_once() -> None:
    """The same law has one number; tables give every law back; a word's value is base + thresholds at or below it."""
    book = LawBook()
    numbers = {name: book.number(law) for name, law in ALL.items()}
    assert [book.number(law) for law in ALL.values()] == list(numbers.values())
    assert len(set(numbers.values())) == len(set(ALL.values()))
    law, thresholds = book.tables()
    words = np.concatenate(
        [[0, 1, CERTAIN // 2, CERTAIN - 1], luck_of_many(1, 0, np.arange(500), Purpose.COURSE, 0)[0]]
    )
    for name, number in numbers.items():
        base, own = ALL[name]
        expected = [base + sum(threshold <= word for threshold in own) for word in words[:60]]
        assert value_at(law, thresholds, number, words)[:60].tolist() == expected
    many = np.resize(list(numbers.values()), len(words))
    one_by_one = [value_at(law, thresholds, int(n), words[i : i + 1])[0] for i, n in enumerate(many)]
    assert value_at(law, thresholds, many, words).tolist() == one_by_one


@pytest.mark.parametrize("name", ["rounded", "quantiles", "geometric", "exponential", "uniform", "fixed between"])
def test_draws_follow_the_law(name: str) -> None:
    """Values read off luck have the law's mean, within 4.5 standard errors."""
    law = ALL[name]
    book = LawBook()
    number = book.number(law)
    words = luck_of_many(3, 0, np.arange(100_000), Purpose.COURSE, 0)[0]
    found = value_at(*book.tables(), number, words)
    values, chance = probabilities(law)
    centre = values @ chance
    error = np.sqrt(chance @ (values - centre) ** 2 / len(found))
    assert abs(found.mean() - centre) < 4.5 * error + 1e-9
