from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from support.pages import Element, Reader, read
from support.sample import make_report

import camscan.reports
from camscan.records import (
    NO_BYTES,
    Device,
    Evidence,
    Identification,
    Judged,
    Level,
    Origin,
    Outcome,
    Report,
    ScanStatus,
    Verdict,
)
from camscan.reports import Page
from camscan.reports.charts import BARS, PALETTE
from camscan.reports.html import SHOWN_ROWS, page, render
from camscan.reports.view import view
from camscan.summaries import Citation

TEMPLATES = Path(camscan.reports.__file__).parent / "templates"


def written(report: Report) -> str:
    return "".join(render(report, Page()))


def parsed(report: Report) -> Reader:
    return read(written(report))


def one(reader: Reader, tag: str, **attributes: str) -> Element:
    (found,) = (e for e in reader.elements if e.tag == tag and attributes.items() <= e.attributes.items())
    return found


@pytest.fixture(scope="module")
def reader(report: Report) -> Reader:
    return parsed(report)


def test_the_policy_allows_the_own_style_and_script_and_nothing_else(reader: Reader) -> None:
    style, script = one(reader, "style"), one(reader, "script")

    def digest(element: Element) -> str:
        return base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()

    assert one(reader, "meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest(style)}'; script-src 'sha256-{digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    head = [element.tag for element in reader.elements[:5]]
    assert head == ["html", "head", "meta", "meta", "meta"]
    assert "http-equiv" in reader.elements[3].attributes  # before anything that it is to govern


@pytest.mark.parametrize(
    ("origin", "channels", "told"),
    [
        (Origin.SCAN, ("http",), "Each address was asked on several channels, without any login"),
        (Origin.SCAN, ("http", "login"), "only devices that were enrolled for it were asked again with their login."),
        (Origin.DISCOVER, ("wsd",), "Devices were asked by multicast and broadcast alone, without any login"),
        (Origin.LISTEN, ("sadp",), "Nothing was sent: what devices announce by themselves was matched against rules"),
        (Origin.IMPORT, ("nmap",), "Nothing was sent: what other programs have recorded, in their own ways, was"),
    ],
)
def test_the_method_claims_nothing_that_was_not_done(
    report: Report, origin: Origin, channels: tuple[str, ...], told: str
) -> None:
    scan = replace(report.scan, channels=channels, settings={"origin": origin})
    words = parsed(replace(report, scan=scan)).root.words
    assert told in words
    assert ("Each address was asked" in words) is (origin is Origin.SCAN)


def test_one_address_is_no_addresses() -> None:
    made = make_report(devices=(), ledger={"": {Outcome.REFUSED: 1}}, targets=1, networks=())
    assert "1 address asked, 0 silent." in parsed(made).root.words


def test_the_page_asks_nobody(reader: Reader) -> None:
    assert not [e for e in reader.elements if e.tag in {"link", "img", "iframe", "object", "embed", "base", "form"}]
    assert not [e for e in reader.elements if {"src", "srcset", "style", "action"} & e.attributes.keys()]
    style = one(reader, "style").text
    assert "url(" not in style
    assert "@import" not in style


def test_the_script_is_small_and_writes_text_only() -> None:
    script = (TEMPLATES / "script.js").read_text()
    assert len(script.encode()) < 8 * 1024
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(|fetch|XMLHttp|import\b|setAttribute\(\"on"
    )
    assert not re.search(forbidden, script)


def test_links_stay_in_the_page_or_lead_to_a_policy(report: Report, reader: Reader) -> None:
    ids = [e.attributes["id"] for e in reader.elements if "id" in e.attributes]
    links = [e.attributes["href"] for e in reader.elements if "href" in e.attributes]
    assert len(set(ids)) == len(ids)
    assert {link for link in links if not link.startswith("#")} == {report.citations[0].url}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x.example", "HTTPS:x", " https://x"])
def test_only_web_addresses_become_links(url: str) -> None:
    found = parsed(make_report(citations=(Citation("uk-nil", "t", "c", url, ""),)))
    assert not [e for e in found.elements if not e.attributes.get("href", "#").startswith("#")]
    assert url.strip() in one(found, "main").words


def test_it_can_be_read_without_eyes_or_mouse(reader: Reader) -> None:
    assert one(reader, "html").attributes == {"lang": "en"}
    levels = [int(e.tag[1]) for e in reader.elements if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    for table in reader.root.all("table"):
        assert [e.tag for e in table.inside[:2]] == ["caption", "thead"]
        assert table.inside[0].text.strip()
        assert all(head.attributes.get("scope") in {"col", "row"} for head in table.all("th"))
    for drawing in reader.root.all("svg"):
        assert drawing.attributes.get("aria-hidden") == "true" or drawing.attributes["aria-label"]
    for link in reader.root.all("a"):
        assert link.words
    assert "label" in one(reader, "input").above
    assert next(reader.root.all("a")).attributes["href"] == "#devices"  # past the map, for the keyboard


def test_the_first_screen_says_it_all(reader: Reader) -> None:
    assert one(reader, "h1").words == "2 listed devices found: 1 made by Dahua, 1 by Hikvision"
    meaning, inventory = (e.words for e in reader.elements if e.attributes.get("class") == "lead")
    assert meaning == (
        "Listed means that a policy names the maker ( uk-nil : 1, us-ndaa-889 : 2), whatever the label says."
        " 1 more needs a look at the label."
    )
    assert inventory == "cameras.xlsx : 3 undeclared , 1 matched ."
    alerts = list(one(reader, "ul", **{"class": "alerts"}).all("li"))
    assert [(alert.attributes.get("class"), alert.words) for alert in alerts] == [
        (
            "grave",
            (
                "1 listed device is on a sensitive site"
                " \u201cNot onto sensitive sites.\u201d (uk-nil, HCWS386, 2022-11-24)"
            ),
        ),
        ("grave", "RETURNED: 1 device recorded as removed is back: 10.0.0.7"),
        (None, "The scan is partial There may be more than it shows."),
    ]
    assert [tile.words[:12] for tile in one(reader, "ul", **{"class": "tiles"}).all("li")] == [
        *("2 listed a p", "1 suspected ", "1 unidentifi", "1 not listed")
    ]
    coverage = next(one(reader, "section", **{"class": "coverage"}).all("p"))
    assert coverage.words == "249 addresses asked, 230 silent, 4 unreachable, 6 not sent, 1 excluded."


def test_a_map_says_that_it_counts_addresses(report: Report) -> None:
    (listed,) = (judged for judged in report.devices if judged.device.address == "10.0.0.7")
    found = parsed(make_report(devices=(listed, listed)))
    section = one(found, "section", id="map")
    caption = next(iter(section.all("figcaption"))).words
    assert "1 listed" in caption
    assert "2 listed" not in caption
    assert "The map counts addresses, not devices" in section.words


def test_a_map_links_each_device_and_says_who_it_is(reader: Reader) -> None:
    maps = [e for e in reader.elements if e.tag == "figure" and e.attributes["class"] == "map"]
    told = [[(a.attributes["href"], a.words) for a in drawing.all("a")] for drawing in maps]
    assert told == [
        [
            ("#d0", "10.0.0.7: listed, DHI-NVR4104HS-P-4KS2/L-with-a-very-long-name, Dahua"),
            ("#d2", "10.0.0.9: suspected, Hikvision"),
            ("#d1", "10.0.0.25: listed, IPC-B140H, HiLook, Hikvision"),
            ("#d3", "10.0.0.101: not listed, P3245-LVE, Axis"),
        ],
        [("#d4", "fd00::1:2: unidentified")],
    ]


def test_evidence_is_folded_with_rule_channel_field_value_and_bytes(reader: Reader) -> None:
    group = one(reader, "tbody", id="d3")
    (details,) = group.all("details")
    assert "open" not in details.attributes
    (proof,) = details.all("li")
    text = proof.words
    assert text.startswith("certain http.body \\x1b]0;owned\\x07=1+1 <b>[red]=1+1")
    (code,) = (e for e in proof.all("code") if e.attributes.get("class") == "hex")
    assert code.text.startswith("1b 5d 30 3b 6f 77 6e 65 64 07 3d")
    assert text.endswith(
        "http 443, by axis-vapix; answer 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )


def test_what_rests_on_no_bytes_has_no_hash() -> None:
    rule = Identification("by-port", Level.HINT, "A", None, {}, (Evidence("tcp", 8, "tcp.port", "8", NO_BYTES),))
    made = make_report(devices=(Judged(Device("10.0.0.1", (), maker="A", identifications=(rule,)), Verdict.SUSPECTED),))
    [proof] = one(parsed(made), "tbody", id="d0").all("li")
    assert proof.words == "hint tcp.port 8 tcp 8, by by-port; no bytes of an answer are stored"


def test_a_suspected_device_says_what_to_look_for_and_its_conflict(reader: Reader) -> None:
    paragraphs = {e.attributes.get("class"): e.words for e in one(reader, "tbody", id="d2").all("p")}
    assert paragraphs["conflict"] == "10.0.0.9 answered with two MAC addresses"
    assert paragraphs["advice"].startswith("Look at the label for the name Hikvision, and note model and serial")


def test_text_in_every_cell_is_text() -> None:
    device = Device("10.0.0.5", ("10.0.0.5",), model="<b>&amp;\u202e{{7*7}}", brand="<i>", maker="M", camera_like=True)
    found = parsed(make_report(devices=(Judged(device, Verdict.NOT_LISTED),)))
    row = one(found, "tbody", id="d0")
    assert [head.words for head in row.all("th")] == ["10.0.0.5"], "by which a screen reader names each cell of the row"
    assert [cell.words for cell in row.all("td")][:2] == ["<b>&amp;\\u202e{{7*7}}", "<i> made by M"]


def test_rows_beyond_the_first_are_text_to_a_browser_that_runs_scripts() -> None:
    count = SHOWN_ROWS + 2
    devices = tuple(Judged(Device(f"10.0.{n >> 8}.{n & 255}", ()), Verdict.LISTED) for n in range(count))
    found = parsed(make_report(devices=devices))
    folded = [("noscript" in e.above) for e in found.elements if re.fullmatch(r"d\d+", e.attributes.get("id", ""))]
    assert folded == [False] * SHOWN_ROWS + [True] * 2


def test_maps_beyond_the_first_are_text_to_a_browser_that_runs_scripts() -> None:
    outcomes = {f"10.0.{n}.1": Outcome.ANSWERED for n in range(8)}
    found = parsed(make_report(devices=(), outcomes=outcomes))
    maps = [("noscript" in e.above, "details" in e.above) for e in found.elements if e.tag == "figure"]
    assert maps == [(False, False)] * 7 + [(True, True)] * 2  # the burn-down is one, too


def test_only_what_behaves_like_a_camera_is_said_to() -> None:
    camera, printer = (
        Judged(Device(address, (address,), camera_like=alike), Verdict.UNIDENTIFIED)
        for address, alike in (("10.0.0.1", True), ("10.0.0.2", False))
    )
    words = parsed(make_report(devices=(camera, printer))).root.words
    assert "They behave like" not in words
    assert words.count("It answers like a camera; no rule matches.") == 1
    assert "They behave like" in parsed(make_report(devices=(camera,))).root.words


def test_what_is_left_out_is_said(report: Report) -> None:
    text = "".join(page(view(report, most=1)))
    assert "1 more are not shown here; html, xlsx, csv and json contain all of them." in text
    assert 'id="d1"' not in text


def test_nothing_found_is_told_from_nothing_asked(report: Report) -> None:
    nothing = parsed(make_report(devices=(), outcomes={}, ledger={"": {Outcome.SILENT: 255, Outcome.REFUSED: 1}}))
    assert one(nothing, "h1").words == "None found: no address that was asked shows a surveillance device."
    blind = parsed(make_report(devices=(), outcomes={}, ledger={}))
    assert one(blind, "h1").words == "Nothing can be said: no address could be asked."
    silent = parsed(make_report(devices=(), outcomes={}, ledger={"": {Outcome.SILENT: 256}}))
    assert one(silent, "h1").words.startswith("Nothing can be said: no address that was asked gave a sign of life")
    complete = parsed(make_report(scan=replace(report.scan, status=ScanStatus.COMPLETE), devices=()))
    assert not [e for e in complete.elements if e.attributes.get("class") == "alerts"]


def test_the_same_report_is_the_same_page(report: Report) -> None:
    assert written(report) == written(replace(report, devices=report.devices[::-1]))


# WCAG 2.2, 1.4.3 and 1.4.11: contrast of text and of signs.


def schemes() -> dict[str, dict[str, str]]:
    style = (TEMPLATES / "style.css").read_text()
    blocks = re.findall(r"(?s):root \{(.*?)\}", style)[:2]
    light, dark = (dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in blocks)
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXTS = ("text", "muted", "link", "listed", "suspected", "not-listed", "unidentified")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(scheme: str) -> None:
    colours = schemes()[scheme]
    faint = {
        (name, ground): round(contrast(colours[name], colours[ground]), 2)
        for ground in ("page", "surface")
        for names, least in ((TEXTS, 4.5), ([kind.value for kind in Outcome if kind.value in PALETTE], 3.0))
        for name in names
        if contrast(colours[name], colours[ground]) < least
    }
    assert faint == {}
    assert contrast(colours["suspected"], colours["suspected-tint"]) >= 4.5
    assert contrast(colours["listed"], colours["listed-tint"]) >= 4.5
    assert contrast(colours["text"], colours["listed-tint"]) >= 4.5
    assert contrast(colours["text"], colours["unidentified-tint"]) >= 4.5


def test_drawings_have_the_colours_of_the_style_sheet() -> None:
    light = schemes()["light"]
    assert {kind: light[kind] for kind in PALETTE} == dict(PALETTE)
    assert {kind: light.get(f"bar-{kind}", light[kind]) for kind in BARS} == dict(BARS)


def test_the_contents_lead_to_every_section_that_is_there(reader: Reader) -> None:
    bare = parsed(make_report(devices=(), outcomes={}, networks=(), policies=(), progress=None, reconciled=None))
    for found, count in ((reader, 10), (bare, 4)):
        links = [link.attributes["href"] for link in one(found, "nav").all("a")]
        sections = [e.attributes.get("id") for e in found.elements if e.tag == "section" and e.above[-1] != "section"]
        assert {*links} == {f"#{name}" for name in sections if name}
        assert len(links) == count


def test_the_burn_down_is_a_sentence_a_drawing_with_its_text_and_a_table(reader: Reader) -> None:
    drawing = one(reader, "svg", role="img")
    assert drawing.attributes["aria-label"] == (
        "Listed devices that remain, from 2026-03-01 to 2026-11-20: 9 at first, 4 at last"
    )
    told = "4 of 9 listed devices are removed, 1 exempt, 4 remain; at 1.8 a week, the last will be gone on 2026-12-10 ."
    assert told in reader.root.words
    tables = [e for e in reader.elements if e.tag == "table" and "that remain, by day" in e.words]
    assert [row.words for row in tables[0].all("tr")][1:] == ["2026-03-01 9", "2026-09-30 5", "2026-11-20 4"]


def test_an_inventory_is_shown_by_class_and_what_is_left_out_is_said(reader: Reader) -> None:
    words = reader.root.words
    assert "cameras.xlsx: 4 rows against 3 devices. Completeness" in words
    assert "No estimate: the overlap is too small." in words
    assert "Address Reason 10.0.0.7 no row names it" in words  # no row of the list, so no column for it
    assert "2 more are not shown here; camscan reconcile shows all of them. Matched 1 Found as the list says." in words


def test_without_history_and_inventory_there_is_neither() -> None:
    words = parsed(make_report(progress=None, reconciled=None)).root.words
    assert "Burn-down" not in words
    assert "Completeness" not in words
