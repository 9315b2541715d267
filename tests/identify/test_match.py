from collections.abc import Callable
from dataclasses import replace

import pytest
from support.answers import answer

from camscan.identify.attributes import MAX_ATTRIBUTE
from camscan.identify.evidence import MAX_EVIDENCE, MAX_TEXT
from camscan.identify.library import Library
from camscan.records import Identification, Level

Build = Callable[..., Library]
FAKE = {"doubt": "it imitates", "field": "http.server", "pattern": r"\(fake\)"}


def rules(found: tuple[Identification, ...]) -> list[str]:
    return [item.rule for item in found]


def test_one_identification_for_a_rule_with_its_evidence(build: Build) -> None:
    library = build(
        {"field": "http.server", "pattern": "^(?P<model>[A-Z]+)/$", "sets": {"kind": "camera"}},
        {"field": "http.server", "pattern": "^other$"},
    )
    (found,) = library.identify([answer({"http.server": "CAM/", "http.title": "x"})])
    assert (found.rule, found.level, found.maker, found.brand) == ("rule-0", Level.LIKELY, "Hikvision", None)
    assert found.attributes == {"model": "CAM", "kind": "camera"}
    (evidence,) = found.evidence
    assert (evidence.channel, evidence.port, evidence.field, evidence.value) == ("http", 80, "http.server", "CAM/")


def test_several_answers_are_one_identification_and_the_first_speaks(build: Build) -> None:
    library = build({"field": "http.server", "pattern": "^(?P<model>[A-Z]+)/(?P<firmware>[0-9]*)"})
    (found,) = library.identify(
        [answer({"http.server": "A/"}, port=80), answer({"http.server": "B/2"}, port=81), answer({"http.server": "A/"})]
    )
    assert found.attributes == {"model": "A", "firmware": "2"}
    assert [(item.port, item.value) for item in found.evidence] == [(80, "A/"), (81, "B/2")]


def test_what_one_answer_shows_is_no_evidence_of_the_label_in_another(build: Build) -> None:
    """As where a router hands on ports of its address to several devices: their order decides nothing."""
    library = build(
        {
            "field": "http.server",
            "pattern": "^(?P<brand>Annke|HiLook)(?: (?P<model>.*))?$",
            "maker": None,
            "level": "hint",
        },
        {"field": "http.server", "pattern": "^Annke", "maker": "Dahua"},
    )
    said = [answer({"http.server": text}, port=port) for port, text in enumerate(("Annke 1", "HiLook 2", "Annke"), 80)]
    for seen in (said, said[::-1]):
        ports = {
            (found.rule, found.brand): sorted(item.port or 0 for item in found.evidence)
            for found in library.identify(seen)
        }
        assert ports == {
            ("rule-0", "Annke"): [80, 82],
            ("rule-0", "HiLook"): [81],
            ("rule-1", None): [80, 82],
            ("brand:Annke", "Annke"): [80, 82],
            ("brand:HiLook", "HiLook"): [81],
        }


@pytest.mark.parametrize("first", [80, 8080])
@pytest.mark.parametrize("across", ["device", None])
def test_a_doubtful_answer_takes_nothing_from_a_sound_one(build: Build, first: int, across: str | None) -> None:
    """As of a camera of which one port is handed on by a program, or is imitated by one."""
    rule = {"all": [{"field": "http.server", "pattern": "^(?P<model>[A-Z]+)/"}]}
    library = build(rule | ({"across": across} if across else {}), FAKE)
    sound, doubtful = answer({"http.server": "A/"}), answer({"http.server": "B/ (fake)"}, port=8080)
    doubtful = replace(doubtful, raw=b"other")
    (found,) = library.identify([sound, doubtful] if first == 80 else [doubtful, sound])
    assert (found.level, found.attributes, found.evidence[0].port) == (Level.LIKELY, {"model": "A"}, 80)
    (alone,) = library.identify([doubtful])
    assert alone.level is Level.HINT


def test_an_answer_about_another_device_hints_at_a_maker_and_tells_nothing_else(build: Build) -> None:
    library = build(
        {"field": "http.server", "pattern": "^(?P<brand>Annke) (?P<model>[A-Z0-9]+)$", "sets": {"kind": "camera"}},
        {"field": "http.server", "pattern": "^(?P<brand>Annke)", "maker": None},
    )
    said = {"http.server": "Annke C800"}
    own, label, *_ = library.identify([answer(said)])
    assert (own.level, own.brand, own.attributes, label.brand) == (
        Level.LIKELY,
        "Annke",
        {"kind": "camera", "model": "C800"},
        "Annke",
    )
    (found,) = library.identify([answer({**said, "mdns.relayed": "10.0.9.8"})])
    assert (found.maker, found.level, found.brand, found.attributes) == (own.maker, Level.HINT, None, {})


def test_what_the_first_reading_of_a_text_doubts_the_next_does_too(build: Build) -> None:
    library = build(
        {"fields": ["http.server", "http.body"], "pattern": "x$", "examples": [{"fields": {"http.body": "x"}}]}, FAKE
    )
    fake, body = answer({"http.server": "(fake) x"}), answer({"http.body": "x"})
    assert [found.level for found in library.identify([fake, body])] == [Level.HINT]
    assert [found.level for found in library.identify([body, fake])] == [Level.LIKELY]
    assert [found.level for found in library.identify([fake, replace(body, raw=b"other")])] == [Level.LIKELY]
    without = [replace(one, raw=b"") for one in (fake, body)]
    assert [found.level for found in library.identify(without)] == [Level.LIKELY]


def test_of_a_long_page_the_part_is_shown_that_decided(build: Build) -> None:
    library = build(
        {"field": "http.body", "pattern": "(?i)ds-[0-9]+ é"},
        {"field": "http.body", "pattern": "^ü"},
        {"field": "http.body", "pattern": '"cam": 1', "examples": ['"cam": 1']},
    )
    page = "ü" * 3000 + " DS-12 É " + "x" * 3000 + ' {"cam": 1}'
    shown = [found.evidence[0].value for found in library.identify([answer({"http.body": page})])]
    assert ["DS-12 É" in text for text in shown] == [True, False, False]
    assert [len(text) for text in shown] == [MAX_TEXT] * 3
    assert shown[1].startswith("üü")
    assert shown[2].endswith('{"cam": 1}')


def test_evidence_is_bounded(build: Build) -> None:
    library = build({"field": "http.server", "pattern": "^x$"})
    (found,) = library.identify([answer({"http.server": "x"}, port=port) for port in range(1, 40)])
    assert [item.port for item in found.evidence] == list(range(1, MAX_EVIDENCE + 1))


def test_a_body_in_json_is_also_searched_in_its_shortest_form(build: Build) -> None:
    library = build({"field": "http.body", "pattern": '"type":"(?P<model>[^"]+)","url":"/a/b"'})
    body = '{\n  "type" : "X-1",\n  "url" : "\\/a\\/b"\n}'
    (found,) = library.identify([answer({"http.body": body})])
    assert found.attributes == {"model": "X-1"}
    assert [item.value for item in found.evidence] == [body]
    assert rules(library.identify([answer({"http.title": body})])) == []


def test_rules_come_in_the_order_of_the_library(build: Build) -> None:
    library = build(
        {"all": [{"field": "http.server", "pattern": "x"}], "across": "device"},
        {"field": "http.title", "pattern": "y"},
        {"field": "http.server", "pattern": "x"},
    )
    found = library.identify([answer({"http.server": "x"}), answer({"http.title": "y"})])
    assert rules(found) == ["rule-0", "rule-1", "rule-2"]


def test_all_conditions_must_be_met_by_one_answer(build: Build) -> None:
    library = build({"all": [{"field": "http.server", "pattern": "x"}, {"field": "http.title", "pattern": "y"}]})
    assert rules(library.identify([answer({"http.server": "x", "http.title": "y"})])) == ["rule-0"]
    assert rules(library.identify([answer({"http.server": "x"}), answer({"http.title": "y"})])) == []


def test_across_device_several_answers_may_meet_them(build: Build) -> None:
    library = build(
        {
            "all": [
                {"field": "http.server", "pattern": "(?P<model>x)"},
                {"field": "sadp.mac", "pattern": "^44"},
                {"absent": "http.title"},
            ],
            "across": "device",
            "extract": {"serial": "sadp.device_sn"},
        }
    )
    web, sadp = answer({"http.server": "x"}, "http"), answer({"sadp.mac": "44", "sadp.device_sn": "s"}, "sadp", 37020)
    (found,) = library.identify([web, sadp])
    assert found.attributes == {"model": "x", "serial": "s"}
    assert [(item.channel, item.field) for item in found.evidence] == [("http", "http.server"), ("sadp", "sadp.mac")]
    assert rules(library.identify([web])) == []
    assert rules(library.identify([web, sadp, answer({"http.title": "z"})])) == []


def test_absent_means_no_value_in_this_answer(build: Build) -> None:
    library = build({"all": [{"field": "http.server", "pattern": "x"}, {"absent": "http.title"}]})
    assert rules(library.identify([answer({"http.server": "x"}), answer({"http.title": "y"})])) == ["rule-0"]
    assert rules(library.identify([answer({"http.server": "x", "http.title": ()})])) == ["rule-0"]
    assert rules(library.identify([answer({"http.server": "x", "http.title": "y"})])) == []


def test_of_any_the_first_that_is_met_counts(build: Build) -> None:
    either = [{"field": "http.title", "pattern": "^(?P<model>y)"}, {"field": "http.body", "pattern": "(?P<model>z)"}]
    library = build({"all": [{"field": "http.server", "pattern": "x"}, {"any": either}]})
    (found,) = library.identify([answer({"http.server": "x", "http.body": "z", "http.title": "y"})])
    assert (found.attributes, [item.field for item in found.evidence]) == (
        {"model": "y"},
        ["http.server", "http.title"],
    )
    (found,) = library.identify([answer({"http.server": "x", "http.body": "z"})])
    assert found.attributes == {"model": "z"}
    assert rules(library.identify([answer({"http.server": "x"})])) == []


def test_each_value_of_a_field_is_searched(build: Build) -> None:
    library = build({"field": "tcp.port", "pattern": "^34567$"})
    ports = tuple(str(port) for port in range(200))
    (found,) = library.identify([answer({"tcp.port": (*ports, "34567")})])
    assert found.evidence[0].value == "34567"
    assert rules(library.identify([answer({"tcp.port": (*ports, *ports, "34567")})])) == []


def test_open_ports_say_nothing_where_those_of_rivals_are_all_open(build: Build) -> None:
    """As behind a firewall that accepts whatever is asked, and in whatever a scan or another tool recorded it."""
    library = build({"field": "tcp.port", "pattern": "^37777$"}, {"field": "http.server", "pattern": "x"})
    rivals = ("6036", "34567", "35000")
    one_each = [answer({"tcp.port": port}) for port in (*rivals, "37777")]
    assert rules(library.identify(one_each[1:])) == ["rule-0"]
    assert rules(library.identify(one_each)) == []
    assert rules(library.identify([*one_each, answer({"http.server": "x"})])) == ["rule-1"]
    assert rules(library.identify([answer({"http.server": "x", "tcp.port": (*rivals, "37777")})])) == ["rule-1"]


def test_a_group_comes_before_extract(build: Build) -> None:
    library = build(
        {"field": "http.title", "pattern": "^x(?P<model>[0-9]*)", "extract": {"model": "sadp.device_description"}}
    )
    other = {"sadp.device_description": (" DS-1 ", "DS-2")}
    assert library.identify([answer({"http.title": "x9", **other})])[0].attributes == {"model": "9"}
    assert library.identify([answer({"http.title": "x", **other})])[0].attributes == {"model": "DS-1"}


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        ("44:19:b6:00:00:0a", {"mac": "44:19:B6:00:00:0A"}),
        ("44-19-b6-00-00-0a", {"mac": "44:19:B6:00:00:0A"}),
        ("4419b600000a", {"mac": "44:19:B6:00:00:0A"}),
        ("4419.b600.000a", {"mac": "44:19:B6:00:00:0A"}),
        ("4419b600000", {}),
        ("4419b600000g", {}),
    ],
)
def test_a_mac_has_one_spelling(build: Build, text: str, mac: dict[str, str]) -> None:
    library = build({"field": "http.server", "pattern": "^x$", "extract": {"mac": "sadp.mac"}})
    assert library.identify([answer({"http.server": "x", "sadp.mac": text})])[0].attributes == mac


@pytest.mark.parametrize(("text", "channels"), [("16", {"channels": "16"}), ("many", {}), ("-1", {}), ("१", {})])
def test_channels_are_a_count(build: Build, text: str, channels: dict[str, str]) -> None:
    library = build({"field": "http.server", "pattern": "^x$", "extract": {"channels": "sadp.channels"}})
    assert library.identify([answer({"http.server": "x", "sadp.channels": text})])[0].attributes == channels


def test_attributes_are_clipped_and_never_empty(build: Build) -> None:
    library = build(
        {"field": "http.server", "pattern": "^x$", "extract": {"model": "http.title", "serial": "http.body"}}
    )
    (found,) = library.identify([answer({"http.server": "x", "http.title": "m" * 999, "http.body": " "})])
    assert found.attributes == {"model": "m" * MAX_ATTRIBUTE}


def test_a_brand_that_no_file_knows_is_dropped(build: Build) -> None:
    library = build({"field": "http.server", "pattern": "^(?P<brand>.+)/$", "maker": None})
    assert library.identify([answer({"http.server": "hi-look/"})])[0].brand == "HiLook"
    assert library.identify([answer({"http.server": "Nobody/"})]) == ()


def test_a_captured_name_counts_for_the_maker_with_whose_name_it_begins(build: Build) -> None:
    library = build({"field": "http.server", "pattern": "^(?P<brand>.+)/$", "maker": None})
    assert library.identify([answer({"http.server": "TP-Link Companion/"})])[0].brand == "TP-Link"
    assert library.identify([answer({"http.server": "Companion TP-Link/"})]) == ()
    assert library.identify([answer({"http.server": "HiLook Companion/"})]) == (), "a label for which another builds"


def test_a_captured_brand_that_is_a_word_counts_only_beside_a_maker(build: Build) -> None:
    capture = {"field": "http.server", "pattern": "^(?P<brand>.+)/$"}
    (found, *_) = build({**capture}).identify([answer({"http.server": "Capture/"})])
    assert (found.maker, found.brand) == ("Hikvision", "Capture")
    alone = build({**capture, "maker": None})
    assert alone.identify([answer({"http.server": "Capture/"})]) == ()
    (found, *_) = build(
        {"field": "http.server", "pattern": "^(?P<model>c)", "maker": None, "sets": {"brand": "Capture"}}
    ).identify([answer({"http.server": "c"})])
    assert (found.brand, found.attributes) == ("Capture", {"model": "c"})


def test_the_captured_name_of_a_company_that_sells_the_devices_of_others_as_surely_says_nothing(build: Build) -> None:
    edge = "{{maker: {}, scope: partial, sure: M, source: x}}"
    company = f"brands: [{{name: Honeywell, edges: [{edge.format('Honeywell')}, {edge.format('Dahua')}]}}]\n"
    library = build({"field": "http.server", "pattern": "^(?P<brand>.+)/$", "maker": None}, brands=company)
    assert library.identify([answer({"http.server": "Honeywell/"})]) == ()


def test_the_captured_name_of_a_company_points_at_itself_where_that_is_surer(build: Build) -> None:
    edge = "{{maker: {}, scope: partial, sure: {}, source: x}}"
    company = f"brands: [{{name: Honeywell, edges: [{edge.format('Honeywell', 'H')}, {edge.format('Dahua', 'M')}]}}]\n"
    library = build({"field": "http.server", "pattern": "^(?P<brand>.+)/$", "maker": None}, brands=company)
    (found,) = library.identify([answer({"http.server": "Honeywell/"})])
    assert (found.maker, found.brand, found.level) == ("Honeywell", None, Level.HINT)


def test_a_captured_label_of_several_makers_names_each_of_them(build: Build) -> None:
    library = build({"field": "http.server", "pattern": "^(?P<brand>.+)/$", "maker": None})
    found = library.identify([answer({"http.server": "Annke/"})])
    assert [(item.maker, item.brand) for item in found] == [
        (None, "Annke"),
        ("Hikvision", "Annke"),
        ("Dahua", "Annke"),
    ]


def test_observations_without_fields_say_nothing(build: Build) -> None:
    assert build({"all": [{"field": "http.server", "pattern": "x"}]}).identify([answer({})]) == ()


def test_a_title_is_searched_for_the_name_in_it_too(build: Build) -> None:
    library = build(
        {"field": "http.title", "pattern": "^(?P<model>CAM [0-9]+)$"}, {"field": "http.title", "pattern": "Login"}
    )
    found = library.identify([answer({"http.title": "CAM 12 - Login"})])
    assert rules(found) == ["rule-0", "rule-1"]
    assert (found[0].attributes, found[0].evidence[0].value) == ({"model": "CAM 12"}, "CAM 12 - Login")
    assert library.identify([answer({"http.server": "CAM 12 - Login"})]) == (), "other fields are what they are"
