"""Durations and names."""

from __future__ import annotations

import pytest

from camscan.sweeps.config import Site
from camscan.sweeps.configtypes import seconds


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


@pytest.mark.parametrize(
    ("core", "networks"),
    [(False, ()), (True, ("10.0.0.0/24", "10.0.1.0/24")), (["10.0.1.0/26"], ("10.0.1.0/26",)), ([], ())],
)
def test_all_of_a_site_or_some_of_its_networks_are_core(core: object, networks: tuple[str, ...]) -> None:
    site = Site.model_validate({"name": "a", "networks": ["10.0.0.0/24", "10.0.1.0/24"], "core": core})
    assert site.core_networks == networks


@pytest.mark.parametrize("core", ["yes", 1, [1], [""], None, {"a": 1}])
def test_what_core_cannot_be(core: object) -> None:
    with pytest.raises(ValueError, match="neither true, false nor a list of networks"):
        Site.model_validate({"name": "a", "networks": ["10.0.0.0/24"], "core": core})
