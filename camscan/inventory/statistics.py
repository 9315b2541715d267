"""The statistics of an audit: rates with intervals, sample sizes, and how many devices no source has seen.

Sources: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
W. G. Cochran, "Sampling Techniques", 3rd edition (1977), section 4.4. D. G. Chapman, "Some properties of the
hypergeometric distribution with applications to zoological censuses" (1951), with the variance of G. A. F. Seber
(1970). A. Chao, "Estimating the population size for capture-recapture data with unequal catchability", Biometrics 43
(1987), with its log-normal interval, and "Estimating population size for sparse data in capture-recapture experiments",
Biometrics 45 (1989), for sources of unequal strength. D. S. Robson and H. A. Regier, "Sample size in Petersen
mark-recapture experiments" (1964): at seven recaptures the bias is negligible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, inf, log, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
MIN_OVERLAP = 7
"""Devices that two sources must share (Robson and Regier)."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of `count` in `total`, with its interval."""

    count: int
    total: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Size:
    """How many there are, with an interval. `low` is never less than what was seen."""

    value: float
    low: float
    high: float


def _quantile(confidence: float) -> float:
    """The two-sided normal quantile: 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


_Z = _quantile(CONFIDENCE)


def wilson(count: int, total: int) -> Rate | None:
    """The share and its Wilson score interval; None where there is nothing to count."""
    if total == 0:
        return None
    share = count / total
    scale = 1 + _Z * _Z / total
    middle = (share + _Z * _Z / (2 * total)) / scale
    half = _Z / scale * sqrt(share * (1 - share) / total + _Z * _Z / (4 * total * total))
    low = 0.0 if count == 0 else max(middle - half, 0.0)
    high = 1.0 if count == total else min(middle + half, 1.0)
    return Rate(count, total, share, low, high)


def sample_size(population: int, confidence: float, tolerance: float) -> int:
    """How many to inspect, so that a share is known to within `tolerance` (0.05: five points) at `confidence`.

    For the worst case, a share of one half, and with the correction for finite populations (Cochran 1977, 4.4).
    """
    if population == 0:
        return 0
    endless = _quantile(confidence) ** 2 / (4 * tolerance * tolerance)
    return min(population, ceil(round(endless / (1 + (endless - 1) / population), 9)))


def chapman(first: int, second: int, both: int) -> Size:
    """How many there are, of whom two independent sources have seen `first` and `second`, and `both` together."""
    unseen = (first - both) * (second - both) / (both + 1)  # (first + 1) (second + 1) / (both + 1) - 1, less the seen
    variance = unseen * (first + 1) * (second + 1) / ((both + 1) * (both + 2))
    return _log_normal(first + second - both, both, (unseen, variance))


def chao(only: Sequence[int], twice: int, seen: int) -> Size:
    """The least number there are, of whom `seen` were seen by any of several sources, and `twice` by just two of them.

    `only` holds for each source how many it alone has seen. Sources may be of unequal strength; where devices differ in
    how well they can be seen, and alike for all sources, there are more than the estimate. For two sources it is
    Chapman's; for sources of equal strength the one of Chao (1987).
    """
    once = sum(only)
    unseen = (once * once - sum(count * count for count in only)) / (2 * (twice + 1))
    slopes = sum(((once - count) / (twice + 1)) ** 2 * count for count in only)
    variance = unseen + slopes + (unseen / (twice + 1)) ** 2 * twice
    return _log_normal(seen, seen - once, (unseen, variance))


def _log_normal(seen: int, shared: int, estimate: tuple[float, float]) -> Size:
    """An interval for what was not seen, as a log-normal quantity (Chao 1987): it never reaches below what was `seen`.

    `shared` were seen by more than one source; `estimate` holds the mean and the variance of what was not seen.
    """
    unseen, variance = estimate
    if unseen <= 0:
        # One source has seen all that the others have. The formula is sure of it then; the share that it sees is not.
        share = wilson(shared, shared)
        return Size(float(seen), float(seen), seen / share.low if share else inf)
    try:
        factor = exp(_Z * sqrt(log(1 + variance / unseen**2)))
    except OverflowError:
        factor = inf
    return Size(seen + unseen, seen + unseen / factor, seen + unseen * factor)
