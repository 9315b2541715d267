import pytest
from support.answers import says

from camscan.answers import Resolution
from camscan.identify.resolve import resolve
from camscan.records import Evidence, Identification, Level

HINT, LIKELY, CERTAIN = Level.HINT, Level.LIKELY, Level.CERTAIN


def test_nothing_says_nothing() -> None:
    assert resolve([]) == Resolution(None, None, None, {}, ())


def test_a_label_without_a_maker() -> None:
    found = [says("brand:Tapo", HINT, None, "Tapo"), says("generic", LIKELY, None, None, model="C200")]
    assert resolve(found) == Resolution(None, "Tapo", None, {"model": "C200"}, ())


def test_the_highest_level_wins_over_any_number_below() -> None:
    found = [
        says("a", HINT, "Dahua", None, "http"),
        says("b", HINT, "Dahua", None, "rtsp"),
        says("c", LIKELY, "Hikvision", None, "http"),
    ]
    assert resolve(found) == Resolution("Hikvision", None, LIKELY)


def test_hints_that_agree_stay_a_hint() -> None:
    found = [says("a", HINT, "Dahua", None, "http"), says("b", HINT, "Dahua", None, "mac")]
    assert resolve(found) == Resolution("Dahua", None, HINT)


def test_of_disagreeing_hints_the_one_on_more_channels_is_named() -> None:
    found = [
        says("a", HINT, "Axis", None, "http"),
        says("a2", HINT, "Axis", None, "http"),
        says("b", HINT, "Dahua", None, "http", "mac"),
    ]
    assert resolve(found) == Resolution("Dahua", None, HINT)


def test_undecided_hints_name_nobody() -> None:
    found = [says("brand:Annke", HINT, "Hikvision", "Annke"), says("brand:Annke", HINT, "Dahua", "Annke")]
    assert resolve(found) == Resolution(
        None, "Annke", None, {}, ("several makers at level hint: Hikvision by brand:Annke; Dahua by brand:Annke",)
    )


def test_two_likely_makers_are_a_conflict_even_where_one_has_more_channels() -> None:
    found = [
        says("a", LIKELY, "Hikvision", None, "http", serial="h"),
        says("b", LIKELY, "Dahua", None, "rtsp", serial="d1"),
        says("c", LIKELY, "Dahua", None, "onvif", model="d2"),
    ]
    assert resolve(found) == Resolution(
        "Dahua",
        None,
        LIKELY,
        {"serial": "d1", "model": "d2"},
        ("several makers at level likely: Hikvision by a; Dahua by b, c",),
    )


def test_values_of_several_makers_in_one_field_of_one_answer_name_nobody() -> None:
    def saw(rule: str, maker: str, value: str, *fields: str, port: int | None = 80) -> Identification:
        evidence = tuple(Evidence(field.partition(".")[0], port, field, value, "a" * 64) for field in fields)
        return Identification(rule, LIKELY, maker, None, {}, evidence)

    one = saw("a", "Dahua", "Dahua Rtsp Server", "rtsp.server")
    both = saw("b", "Hikvision", "Hikvision-Webs", "rtsp.server", "http.server")
    assert resolve([one, both]).maker is None
    assert resolve([one, both]).conflicts == ("several makers at level likely: Dahua by a; Hikvision by b",)
    on_another_port = saw("b", "Hikvision", "Hikvision-Webs", "rtsp.server", "http.server", port=81)
    assert resolve([one, on_another_port]).maker == "Hikvision"


def test_a_list_names_nobody_however_sure_one_of_its_values_is() -> None:
    def saw(rule: str, level: Level, maker: str, value: str, field: str = "onvif.manufacturer") -> Identification:
        return Identification(rule, level, maker, None, {}, (Evidence("onvif", 80, field, value, "a" * 64),))

    first, second = saw("a", CERTAIN, "Dahua", "Dahua"), saw("b", LIKELY, "Axis", "AXIS")
    assert resolve([first, second]).maker is None
    assert resolve([first, second]).conflicts == ("Dahua is certain, but b says Axis (likely)",)
    assert resolve([first, saw("b", HINT, "Axis", "AXIS")]).maker == "Dahua"
    assert resolve([first, saw("b", LIKELY, "Axis", "M1", "onvif.model")]).maker == "Dahua"


def test_two_certain_makers_on_as_many_channels_name_nobody() -> None:
    found = [says("a", CERTAIN, "Hikvision", None, "sadp"), says("b", CERTAIN, "Dahua", None, "dhip")]
    assert resolve(found) == Resolution(
        None, None, None, {}, ("several makers at level certain: Hikvision by a; Dahua by b",)
    )


def test_certain_stays_where_likely_contradicts_but_says_so() -> None:
    found = [
        says("a", CERTAIN, "Hikvision", None, "sadp"),
        says("b", LIKELY, "Dahua", None, "http"),
        says("c", HINT, "Axis", None, "mac"),
    ]
    assert resolve(found) == Resolution(
        "Hikvision", None, CERTAIN, {}, ("Hikvision is certain, but b says Dahua (likely)",)
    )


def test_a_likely_maker_that_is_a_label_of_the_certain_one_is_no_conflict() -> None:
    found = [
        says("a", CERTAIN, "Hikvision", None, "sadp"),
        says("b", LIKELY, "Honeywell", None, "http"),
        says("brand:Honeywell", HINT, "Hikvision", "Honeywell", "http"),
    ]
    assert resolve(found) == Resolution("Hikvision", "Honeywell", CERTAIN)


def test_a_likely_rule_whose_brand_is_a_label_of_the_certain_maker_is_no_conflict() -> None:
    found = [
        says("a", CERTAIN, "Hikvision", None, "sadp"),
        says("b", LIKELY, "Dahua", "Annke", "http"),
        says("brand:Annke", HINT, "Hikvision", "Annke", "http"),
    ]
    assert resolve(found) == Resolution("Hikvision", "Annke", CERTAIN)


def test_of_two_likely_makers_the_label_gives_way_to_the_builder() -> None:
    found = [
        says("a", LIKELY, "Honeywell", None, "http", "tls"),
        says("b", LIKELY, "Hikvision", None, "rtsp"),
        says("brand:Honeywell", HINT, "Hikvision", "Honeywell", "http"),
    ]
    assert resolve(found) == Resolution(
        "Hikvision", "Honeywell", LIKELY, {}, ("several makers at level likely: Honeywell by a; Hikvision by b",)
    )


def test_a_label_that_is_only_hinted_at_does_not_give_way() -> None:
    found = [
        says("oui", HINT, "Honeywell", None, "mac"),
        says("brand:Honeywell", HINT, "Hikvision", "Honeywell", "http"),
    ]
    assert resolve(found) == Resolution(
        None, "Honeywell", None, {}, ("several makers at level hint: Honeywell by oui; Hikvision by brand:Honeywell",)
    )


def test_of_all_who_build_for_a_label_the_one_that_a_rule_names_is_named() -> None:
    found = [
        says("icon", HINT, "Hikvision", "TruVision", "http"),
        says("brand:TruVision", HINT, "Hikvision", "TruVision", "http"),
        says("brand:TruVision", HINT, "TVT", "TruVision", "http"),
    ]
    assert resolve(found) == Resolution("Hikvision", "TruVision", HINT)


def test_a_label_that_is_a_makers_own_name_speaks_for_that_maker_first() -> None:
    found = [says("brand:Foscam", HINT, maker, "Foscam", "http") for maker in ("Uniview", "Foscam")]
    assert resolve(found) == Resolution("Foscam", "Foscam", HINT)


def test_a_label_alone_with_several_builders_names_nobody() -> None:
    found = [says("brand:TruVision", HINT, maker, "TruVision", "http") for maker in ("Hikvision", "TVT")]
    assert resolve(found).maker is None
    assert resolve(found).brand == "TruVision"


def test_of_all_who_build_for_a_label_the_surest_is_named() -> None:
    found = [
        says("brand:TruVision", HINT, "Hikvision", "TruVision", "http"),
        says("brand:?TruVision", HINT, "TVT", "TruVision", "http"),
    ]
    assert resolve(found) == Resolution("Hikvision", "TruVision", HINT)
    found.append(says("oui", HINT, "TVT", None, "mac"))
    assert resolve(found) == Resolution("TVT", "TruVision", HINT), "what is seen on more channels goes before it"


def test_makers_that_are_labels_of_each_other_stay_undecided() -> None:
    found = [
        says("a", LIKELY, "Bosch", None, "http"),
        says("b", LIKELY, "Dahua", None, "rtsp"),
        says("brand:Bosch", HINT, "Dahua", "Bosch", "http"),
        says("brand:Dahua", HINT, "Bosch", "Dahua", "rtsp"),
    ]
    assert resolve(found) == Resolution(
        None, "Bosch", None, {}, ("several makers at level likely: Bosch by a; Dahua by b",)
    )


def test_the_brand_is_the_most_specific_label() -> None:
    found = [
        says("brand:Hikvision", LIKELY, "Hikvision", "Hikvision", "onvif", "http"),
        says("brand:HiLook", HINT, "Hikvision", "HiLook", "http"),
        says("brand:Lorex", LIKELY, None, "Lorex", "http", "onvif", "tls"),
    ]
    assert resolve(found).brand == "HiLook"
    assert resolve(found[::2]).brand == "Hikvision"
    assert resolve(found[2:]).brand == "Lorex"


def test_a_label_that_the_device_spells_out_goes_before_one_that_a_model_or_a_mac_implies() -> None:
    def label(brand: str, level: Level, field: str, value: str) -> Identification:
        evidence = (Evidence("sadp", 37020, field, value, "0"),)
        return Identification(f"brand:{brand}", level, "Hikvision", brand, {}, evidence)

    explicit = label("HiWatch", HINT, "onvif.manufacturer", "HIWATCH")
    by_model = label("HiLook", LIKELY, "onvif.model", "IPC-T620-Z")
    by_mac = label("EZVIZ", LIKELY, "mac.organization", "Hangzhou Ezviz Software Co.,Ltd.")
    assert resolve([by_model, explicit]).brand == "HiWatch"
    assert resolve([by_mac, explicit]).brand == "HiWatch"
    assert resolve([by_mac]).brand == "EZVIZ"


def test_attributes_come_from_the_highest_level_that_agrees() -> None:
    found = [
        says("hint", HINT, "Hikvision", None, model="hint", serial="hint", kind="camera"),
        says("generic", LIKELY, None, None, model="generic", firmware="generic"),
        says("likely", LIKELY, "Hikvision", None, model="likely"),
        says("other", LIKELY, "Dahua", None, model="other", hostname="other"),
        says("certain", CERTAIN, "Hikvision", None, mac="certain"),
    ]
    assert resolve(found).attributes == {
        "mac": "certain",
        "model": "likely",
        "firmware": "generic",
        "serial": "hint",
        "kind": "camera",
    }


def test_what_names_no_maker_says_nothing_if_it_rests_on_a_neighbours_answer() -> None:
    """As behind a router that hands on one port of its address to a camera, and another one to a second camera."""

    def saw(port: int, rule: str, level: Level, maker: str | None, **attributes: str) -> Identification:
        evidence = Evidence("http", port, "http.title", rule, f"{port}")
        return Identification(rule, level, maker, None, attributes, (evidence,))

    own = saw(80, "own", CERTAIN, "Hikvision", kind="camera")
    neighbour = saw(81, "neighbour", LIKELY, "Axis", model="M1065")
    nobodys = saw(81, "nobody's", HINT, None, model="M1065", firmware="9.80")
    for found in ([own, neighbour, nobodys], [nobodys, neighbour, own]):
        resolution = resolve(found)
        assert (resolution.maker, resolution.attributes, resolution.agreeing) == (
            "Hikvision",
            {"kind": "camera"},
            (own,),
        )
    for shared in (saw(81, "own, too", HINT, "Hikvision"), saw(80, "nobody's", HINT, None)):
        assert nobodys in resolve([own, shared, saw(80, "neighbour", LIKELY, "Axis"), nobodys]).agreeing
    assert resolve([own, saw(81, "hint", HINT, "Axis"), nobodys]).attributes["model"] == "M1065"
    assert resolve([neighbour, saw(80, "likely", LIKELY, "Hikvision"), nobodys]).agreeing == (
        neighbour,
        saw(80, "likely", LIKELY, "Hikvision"),
        nobodys,
    )


def _at(
    port: int | None, field: str, rule: str, level: Level, maker: str | None, *, brand: str | None = None
) -> Identification:
    return Identification(rule, level, maker, brand, {}, (Evidence(field[:4], port, field, "X", f"{port} {field}"),))


def test_makers_at_ports_of_their_own_may_be_devices_behind_a_router() -> None:
    found = [
        _at(37777, "dvrip.realm", "a", CERTAIN, "Dahua"),
        _at(8082, "http.realm", "b", LIKELY, "Dahua"),
        _at(8090, "http.title", "c", LIKELY, "Axis", brand="Axis"),
        _at(8090, "http.title", "word", HINT, None, brand="Axis"),
        _at(554, "rtsp.realm", "d", LIKELY, "Hikvision"),
    ]
    resolution = resolve(found)
    assert (resolution.maker, resolution.brand) == ("Dahua", None)
    assert resolution.conflicts[0] == (
        "may be several devices, as behind a router that forwards ports: Dahua at 8082, 37777; Axis at 8090;"
        " Hikvision at 554"
    )
    shared = [*found, _at(8090, "http.server", "e", LIKELY, "Dahua")]
    assert resolve(shared).brand == "Axis", "its own port says so"
    assert not any("several devices" in text for text in resolve(shared).conflicts)


@pytest.mark.parametrize(("port", "field"), [(None, "http.realm"), (37020, "sadp.mac")])
def test_an_answer_at_no_port_that_routers_forward_keeps_makers_together(port: int | None, field: str) -> None:
    found = [
        _at(port, field, "a", CERTAIN, "Dahua"),
        _at(8090, "http.title", "c", LIKELY, "Axis", brand="Axis"),
    ]
    assert resolve(found).brand == "Axis"
    assert not any("several devices" in text for text in resolve(found).conflicts)


def test_labels_of_one_builder_are_one_device() -> None:
    found = [
        _at(37777, "dvrip.realm", "a", CERTAIN, "Dahua"),
        _at(80, "http.title", "c", LIKELY, "Bosch"),
        _at(80, "http.title", "brand:Bosch", LIKELY, "Dahua", brand="Bosch"),
    ]
    assert (resolve(found).brand, resolve(found).conflicts) == ("Bosch", ())


def test_of_two_models_of_a_level_the_fuller_is_taken() -> None:
    short, full = (says("a", LIKELY, "A", None, model="D-7608"), says("b", LIKELY, "A", None, model="D-7608/8P"))
    assert resolve([short, full]).attributes == resolve([full, short]).attributes == {"model": "D-7608/8P"}
    for other in ("D-7608 http:123", "D-9"):
        assert resolve([short, says("b", LIKELY, "A", None, model=other)]).attributes == {"model": "D-7608"}
    assert resolve([short, says("b", HINT, "A", None, model="D-7608/8P")]).attributes == {"model": "D-7608"}
