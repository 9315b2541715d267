from __future__ import annotations

from math import exp, inf, isclose, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.inventory.statistics import chao, chapman, sample_size, wilson


def test_wilson_against_published_values() -> None:
    # Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
    for count, total, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        rate = wilson(count, total)
        assert rate is not None
        assert isclose(rate.low, low, abs_tol=5e-5)
        assert isclose(rate.high, high, abs_tol=5e-5)
    full = wilson(29, 29)
    assert full is not None
    assert isclose(full.low, 0.8830, abs_tol=5e-5)
    assert full.high == 1.0
    assert wilson(0, 0) is None


@pytest.mark.parametrize(
    ("population", "confidence", "tolerance", "size"),
    [
        (10**9, 0.95, 0.05, 385),
        (254, 0.95, 0.05, 154),
        (10_000, 0.95, 0.05, 370),
        (10_000, 0.99, 0.03, 1557),
        (5, 0.95, 0.05, 5),
        (1, 0.95, 0.05, 1),
        (0, 0.95, 0.05, 0),
    ],
)
def test_sample_sizes(population: int, confidence: float, tolerance: float, size: int) -> None:
    assert sample_size(population, confidence, tolerance) == size


def test_chapman_against_a_worked_example() -> None:
    # Seber, "The Estimation of Animal Abundance" (1982), section 3.1: 200, 250 and 55 give 896.
    found = chapman(200, 250, 55)
    assert isclose(found.value, 201 * 251 / 56 - 1)
    assert found.low > 395
    assert found.low < found.value < found.high


def test_chao_by_hand() -> None:
    found = chao([5, 3, 2], twice=4, seen=20)
    assert isclose(found.value, 20 + (5 * 3 + 5 * 2 + 3 * 2) / 5)
    variance = 6.2 + (5 * 5**2 + 7 * 7 * 3 + 8 * 8 * 2) / 25 + (6.2 / 5) ** 2 * 4
    factor = exp(1.959964 * sqrt(log(1 + variance / 6.2**2)))
    assert isclose(found.low, 20 + 6.2 / factor, rel_tol=1e-6)
    assert isclose(found.high, 20 + 6.2 * factor, rel_tol=1e-6)


def test_chao_of_two_sources_is_chapmans_and_of_equal_ones_that_of_1987() -> None:
    assert isclose(chao([60, 40], twice=30, seen=130).value, chapman(90, 70, 30).value)
    assert isclose(chao([10, 10, 10], twice=9, seen=50).value, 50 + 2 / 3 * 30**2 / (2 * 10))


def test_full_agreement_is_no_certainty() -> None:
    assert (chapman(50, 80, 50).value, chapman(50, 80, 50).low) == (80, 80)
    assert isclose(chapman(50, 80, 50).high, 80 / 0.928650, abs_tol=1e-3)
    assert (chao([0, 0, 30], 20, 80).value, chao([0, 0, 30], 20, 80).low) == (80, 80)
    assert isclose(chao([0, 0, 30], 20, 80).high, 80 / 0.928650, abs_tol=1e-3)


def test_no_overlap_bounds_nothing() -> None:
    assert chapman(5, 0, 0).high == inf
    assert chapman(500, 500, 0).high > 10**5


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_intervals_hold_their_estimate(first: int, second: int, both: int, more: int) -> None:
    size = chapman(first + both, second + both, both)
    assert first + second + both <= size.low <= size.value <= size.high
    other = chao([first, second, 0], both, first + second + both + more)
    assert first + second + both + more <= other.low <= other.value <= other.high


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_wilson_holds_the_share(count: int, more: int) -> None:
    rate = wilson(count, count + more)
    assert rate is not None
    assert 0 <= rate.low <= rate.value <= rate.high <= 1
