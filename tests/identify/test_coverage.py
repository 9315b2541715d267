from collections.abc import Callable

from camscan.identify.coverage import Count, coverage
from camscan.identify.library import Library


def test_rules_and_examples_by_maker_and_channel(build: Callable[..., Library]) -> None:
    library = build(
        {"field": "sadp.mac", "pattern": "^x$", "examples": ["x"]},
        {"field": "http.server", "pattern": "^x$", "examples": ["x", "x"]},
        {"all": [{"field": "http.server", "pattern": "x"}, {"field": "http.title", "pattern": "x"}]},
        {"field": "http.server", "pattern": "^x$", "maker": None, "sets": {"kind": "camera"}},
        {"field": "tcp.port", "pattern": "^x$", "maker": "Dahua"},
    )
    matrix = coverage(library)
    assert matrix == {
        "Hikvision": {"http": Count(2, 3), "sadp": Count(1, 1)},
        "Dahua": {"tcp": Count(1, 1)},
        "Honeywell": {},
        "TP-Link": {},
    }
    assert list(matrix["Hikvision"]) == ["http", "sadp"]


def test_an_example_counts_on_the_channels_of_its_own_fields_alone(build: Callable[..., Library]) -> None:
    rule = {"fields": ["http.server", "sadp.mac"], "pattern": "^x$", "examples": [{"fields": {"http.server": "x"}}]}
    assert coverage(build(rule))["Hikvision"] == {"http": Count(1, 1), "sadp": Count(1, 0)}
