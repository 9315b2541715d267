from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
from support.answers import answer

from camscan.identify.library import Library
from camscan.identify.resolve import resolve
from camscan.identify.rules import Contents
from camscan.records import Identification

Build = Callable[..., Library]

Claim = tuple[str, str, str | None]


def claims(found: Sequence[Identification]) -> list[Claim]:
    return [(item.rule, str(item.level), item.maker) for item in found if item.rule.startswith("brand:")]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("onvif.manufacturer", "HiLook", [("brand:HiLook", "likely", "Hikvision")]),
        ("onvif.manufacturer", " hi-look ", [("brand:HiLook", "likely", "Hikvision")]),
        ("onvif.manufacturer", "HiLook DS-1", []),
        ("onvif.manufacturer", "HiLook Co., Ltd.", [("brand:HiLook", "likely", "Hikvision")]),
        ("onvif.manufacturer", "Hi-Look GmbH", [("brand:HiLook", "likely", "Hikvision")]),
        ("onvif.manufacturer", "Co., Ltd.", []),
        ("onvif.manufacturer", "HiLook Incident", []),
        ("http.title", "HiLook", [("brand:HiLook", "likely", "Hikvision")]),
        ("http.title", "HiLook login", [("brand:HiLook", "likely", "Hikvision")]),
        ("http.title", "HiLook cameras", []),
        ("http.server", "HiLook", []),
        ("onvif.manufacturer", "ANNKE", [("brand:Annke", "hint", "Hikvision"), ("brand:?Annke", "hint", "Dahua")]),
        (
            "onvif.manufacturer",
            "Annke Innovation",
            [("brand:Annke", "hint", "Hikvision"), ("brand:?Annke", "hint", "Dahua")],
        ),
        ("onvif.manufacturer", "Honeywell", [("brand:Honeywell", "hint", "Hikvision")]),
        ("onvif.manufacturer", "Dahua", [("brand:Dahua", "hint", None)]),
        ("onvif.manufacturer", "Nobody", []),
        ("onvif.manufacturer", "H" * 200, []),
        ("onvif.manufacturer", "Capture", [("brand:Capture", "likely", "Dahua")]),
        ("http.title", "Capture", []),
        ("http.title", "Capture - Login", []),
        ("onvif.scope.name", "HILOOK IPC-B140H", [("brand:HiLook", "likely", "Hikvision")]),
        ("onvif.scope.name", "HiLook_IPC-B140H", [("brand:HiLook", "likely", "Hikvision")]),
        ("onvif.scope.name", "TP-LINK Tapo C200", [("brand:TP-Link", "hint", None)]),
        ("onvif.scope.name", "Hi Look", [("brand:HiLook", "likely", "Hikvision")]),
        ("onvif.scope.name", "IPC HiLook", []),
        ("onvif.scope.name", "HiLook_Proxy", []),
        ("onvif.scope.name", "HiLook compatible IPC", []),
        *(("onvif.scope.name", f"HiLook NVR {word}", []) for word in ("viewer", "relay", "Client", "adapter")),
        ("onvif.scope.name", "HiLooks 1", []),
        ("onvif.scope.name", "Capture 12", []),
        ("onvif.scope.name", "Capture", [("brand:Capture", "likely", "Dahua")]),
    ],
)
def test_where_a_brand_is_seen(build: Build, field: str, value: str, expected: list[Claim]) -> None:
    found = build().identify([answer({field: value})])
    assert claims(found) == expected
    assert all((item.evidence[0].field, item.evidence[0].value[:9]) == (field, value[:9]) for item in found)


def test_the_longest_name_that_fits_and_no_short_one(build: Build) -> None:
    edge = "edges: [{maker: Dahua, scope: full, sure: H, source: x}]"
    brands = "".join(f"\n  - {{name: {name}, {edge}}}" for name in ("Bosch", "Bosch Divar", "ATS", "3xLogic"))
    library = build(brands=f"brands:{brands}\n")
    names = ("Bosch Divar 5000", "Bosch 5000", "ATS 5000", "3xLOGIC 1")
    assert [[item.brand for item in library.identify([answer({"onvif.scope.name": name})])] for name in names] == [
        ["Bosch Divar"],
        ["Bosch"],
        [],
        ["3xLogic"],
    ]


def test_a_brand_is_one_identification_with_all_its_evidence(build: Build) -> None:
    found = build().identify([answer({"http.title": "HiLook"}, port=port) for port in range(1, 20)])
    assert [len(item.evidence) for item in found] == [8]


@pytest.mark.parametrize(
    ("rule", "label", "expected"),
    [
        ({"maker": "Hikvision", "level": "certain"}, "HiLook", [("brand:HiLook", "likely", "Hikvision")]),
        ({"maker": "Dahua", "level": "likely"}, "HiLook", [("brand:HiLook", "hint", None)]),
        ({"maker": "Dahua", "level": "hint"}, "HiLook", [("brand:HiLook", "likely", "Hikvision")]),
        ({"maker": "Dahua", "level": "likely"}, "Annke", [("brand:Annke", "hint", "Dahua")]),
        (
            {"maker": "Dahua", "level": "hint"},
            "Annke",
            [("brand:Annke", "hint", "Hikvision"), ("brand:?Annke", "hint", "Dahua")],
        ),
    ],
)
def test_where_a_rule_names_the_maker_a_brand_repeats_it_or_is_a_label(
    build: Build, rule: Mapping[str, str], label: str, expected: list[Claim]
) -> None:
    library = build({"field": "http.server", "pattern": "^x$", **rule})
    found = library.identify([answer({"http.server": "x", "http.title": label})])
    assert claims(found) == expected
    assert found[-1].brand == label


@pytest.mark.parametrize(
    ("label", "raw", "expected"),
    [
        ("HiLook", b"other", [("brand:HiLook", "likely", "Hikvision")]),
        ("HiLook", b"raw", [("brand:HiLook", "hint", None)]),  # the rule's own answer
        ("Annke", b"other", [("brand:Annke", "hint", "Dahua")]),  # several build for it
        ("Capture", b"other", []),  # a word of any title
        ("HiLook (fake)", b"other", []),
    ],
)
def test_a_brand_of_one_maker_in_another_answer_than_a_rule_reads_names_it(
    build: Build, label: str, raw: bytes, expected: list[Claim]
) -> None:
    """As where a router hands on ports of its address to two devices, of which one tells nothing but its label."""
    library = build({"field": "http.server", "pattern": "^x$", "maker": "Dahua"})
    shown = replace(answer({"http.title": label}), raw=raw)
    found = library.identify([answer({"http.server": "x"}), shown])
    assert claims(found) == expected
    resolution = resolve(found)
    assert resolution.maker == "Dahua"
    told = ("several makers at level likely: Dahua by rule-0; Hikvision by brand:HiLook",)
    assert resolution.conflicts == (told if ("brand:HiLook", "likely", "Hikvision") in expected else ())


def test_a_brand_that_a_rule_sets_names_its_maker(build: Build) -> None:
    library = build({"field": "http.server", "pattern": "^x$", "maker": None, "sets": {"brand": "HiLook"}})
    found = library.identify([answer({"http.server": "x"})])
    assert [(item.rule, item.maker, item.brand) for item in found] == [
        ("rule-0", None, "HiLook"),
        ("brand:HiLook", "Hikvision", "HiLook"),
    ]
    assert found[1].evidence == found[0].evidence


def test_a_brand_carries_its_maker_no_further_than_the_rule_that_set_it(build: Build) -> None:
    rule = {"field": "mac.prefix", "pattern": "^54C415$", "level": "hint", "sets": {"brand": "HiLook"}}
    found = build(rule).identify([answer({"mac.prefix": "54C415"})])
    assert claims(found) == [("brand:HiLook", "hint", "Hikvision")]


def test_a_maker_that_is_a_label_of_another_gives_way_to_it(build: Build) -> None:
    library = build(
        {"field": "http.server", "pattern": "^h$", "maker": "Honeywell"},
        {"field": "sadp.mac", "pattern": "^44", "level": "certain"},
    )
    alone = library.identify([answer({"http.server": "h"})])
    both = library.identify([answer({"http.server": "h"}), answer({"sadp.mac": "44"})])
    assert claims(alone) == []
    assert claims(both) == [("brand:Honeywell", "hint", "Hikvision")]
    assert [item.field for item in both[-1].evidence] == ["http.server"]


def test_the_name_of_a_host_gives_way_to_whatever_else_names_a_maker(build: Build) -> None:
    """As where a router shows its label, and hands on a port of its address to a camera of which little is known."""
    built = build(
        {"field": "http.realm", "pattern": "^d$", "level": "hint", "maker": "Dahua"},
        {"field": "http.server", "pattern": "^t$", "level": "hint", "maker": "TP-Link"},
        brands="brands: [{name: HiLook, edges: [{maker: Hikvision, scope: full, source: x, sure: L}]}]",
    )
    library = Library(lambda: Contents(replace(built.vocabulary, hosts=("TP-Link",)), built.rules, built.brands))
    shown = answer({"http.title": "TP-Link"})
    own, others = [("brand:TP-Link", "hint", "TP-Link")], [("brand:TP-Link", "hint", None)]
    assert claims(library.identify([shown])) == own
    assert claims(library.identify([shown, answer({"http.server": "t"})])) == own
    found = library.identify([shown, answer({"http.realm": "d"}, "rtsp", 554)])
    assert claims(found) == others
    assert (resolve(found).maker, resolve(found).brand, resolve(found).conflicts) == ("Dahua", "TP-Link", ())
    both = library.identify([shown, answer({"onvif.manufacturer": "HiLook"}, "onvif", 8080)])
    assert sorted(claims(both)) == [("brand:HiLook", "hint", "Hikvision"), *others]
