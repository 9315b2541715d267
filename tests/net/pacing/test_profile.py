from __future__ import annotations

import pytest

from camscan.errors import UsageError
from camscan.net.pacing.profile import PROFILES, Profile, profile


def test_the_promised_paces() -> None:
    assert profile("default") == Profile("default", 1_000, 20, 2, 1_024, None)
    assert profile("gentle") == Profile("gentle", 200, 10, 2, 256, 1_000)
    assert profile("fast") == Profile("fast", 10_000, 20, 2, 32_768, None)
    assert len({p.name for p in PROFILES}) == len(PROFILES) == 3


def test_an_unknown_name_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no profile is called 'quick': choose one of default, gentle, fast"):
        profile("quick")


@pytest.mark.parametrize(("rate", "half_open"), [(1, 1_024), (1_000, 1_024), (5_000, 5_000), (10**6, 32_768)])
def test_a_rate_changes_only_what_it_must(rate: int, half_open: int) -> None:
    assert profile("default").at_rate(rate) == Profile("default", rate, 20, 2, half_open, None)
    assert profile("gentle").at_rate(rate).router_flows == 1_000
