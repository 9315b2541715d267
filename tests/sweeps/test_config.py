"""Durations and names."""

from __future__ import annotations

import pytest

from camscan.sweeps.config import Site, seconds


@pytest.mark.parametrize(
    ("text", "value"), [("90s", 90), (" 10 m ", 600), ("5h", 18_000), ("1d", 86_400), ("0.5s", 0.5)]
)
def test_durations(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("value", ["", "5", "h", "0s", "-5s", "5 hours", "1e3s", "nan s", "inf", 5, None, "9999999s"])
def test_what_is_no_duration(value: object) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        seconds(value)


@pytest.mark.parametrize("name", ["", " a", "a ", "a\nb", "a\x1b", "x" * 65])
def test_names_that_no_site_has(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        Site(name=name, networks=("10.0.0.0/24",))
