"""Hostile text in every text field of every format: nothing that a reader's program obeys comes out."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from support import pages, workbooks
from support.hostile import FORMULA, HOSTILE, LIVE, every_example, hostile, poisoned
from support.sample import sample

import camscan.reports
from camscan.records import Outcome, Report
from camscan.reports import FORMATS, Page
from camscan.reports.csv import COLUMNS
from camscan.reports.escape import terminal

TEMPLATES = Path(camscan.reports.__file__).parent / "templates"
STYLE, SCRIPT = ((TEMPLATES / name).read_text() for name in ("style.css", "script.js"))
VALIDATOR = Draft202012Validator(json.loads((Path(__file__).parents[2] / "docs/schema/camscan-1.json").read_text()))


def expected(text: str) -> str:
    """What a parser reads back from JSON where a peer gave `text`."""
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return text if len(text) <= 500 else text[:499] + "…"


def made_of(text: str) -> Report:
    """The report with this text for all that peers say.

    It is no argument of a test: of each example that is given, hypothesis writes down all arguments, which takes longer
    than most formats do.
    """
    made: Report = poisoned(sample(), text)
    return made


def rendered(report: Report, name: str, page: Page) -> str:
    pieces = FORMATS[name].render(report, page)
    return "".join(piece if isinstance(piece, str) else piece.decode() for piece in pieces)


def test_every_text_of_the_report_is_replaced(report: Report) -> None:
    left = {str(word) for word in re.findall(r"'((?:[^'\\]|\\.)*)'", repr(poisoned(report, "POISON")))}
    assert left - {"POISON", ""} <= {outcome.value for outcome in Outcome} | {"listed", "suspected", "not-listed"} | {
        *("unidentified", "partial", "ticketed", "removed", "returned", "sensitive")
    }


@pytest.mark.parametrize("width", [80, 140])
@hostile
@every_example
@given(HOSTILE)
def test_table(width: int, text: str) -> None:
    written = rendered(made_of(text), "table", Page(width))
    assert not LIVE.search(written)
    assert len(written) < 20_000
    sentences, table = written.split("\n\n")
    assert sentences.startswith("2 devices are listed")
    verdicts = [line.split()[0] for line in table.splitlines() if not line.startswith(" ")]
    assert verdicts == ["verdict", "listed", "listed", "suspected", "not-listed", "unidentified"]


@hostile
@every_example
@given(HOSTILE)
def test_csv(text: str) -> None:
    written = rendered(made_of(text), "csv", Page())
    assert not LIVE.search(written.replace("\r\n", ""))
    assert len(written) < 50_000
    rows = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    assert [len(row) for row in rows] == [len(COLUMNS)] * 6
    assert not [value for row in rows for value in row if FORMULA.search(value)]


@hostile
@every_example
@given(HOSTILE)
def test_json(text: str) -> None:
    written = rendered(made_of(text), "json", Page())
    assert re.fullmatch(r"[ -~\n]*", written)
    assert written.count("\n") == 9
    document = json.loads(written)
    camera = document["devices"][2]
    assert {camera[key] for key in ("id", "address", "mac", "hostname", "brand", "model", "serial")} == {expected(text)}
    assert camera["evidence"][0]["value"] == expected(text)
    for device in document["devices"]:
        device["kind"] = None  # a closed list, which was poisoned too
    VALIDATOR.validate(document)


@hostile
@every_example
@given(HOSTILE)
def test_jsonl(text: str) -> None:
    written = rendered(made_of(text), "jsonl", Page())
    assert re.fullmatch(r"[ -~\n]*", written)
    assert [json.loads(line)["hostname"] for line in written.split("\n")[:-1]] == [
        *(None, expected(text), expected(text), None, None)
    ]


ELEMENTS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "script",
        "body",
        "a",
        "header",
        "nav",
        "footer",
        "main",
        "section",
        "div",
        "p",
    ),
    *("b", "i", "span", "small", "h1", "h2", "h3", "ul", "li", "dl", "dt", "dd", "label", "input", "table", "caption"),
    *("thead", "tbody", "tr", "th", "td", "details", "summary", "code", "svg", "path", "rect", "text", "figure"),
    "figcaption",
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "aria-labelledby", "aria-hidden"),
    *("aria-label", "role", "viewbox", "width", "height", "fill", "fill-rule", "d", "x", "y", "preserveaspectratio"),
    *(
        "text-anchor",
        "font-size",
        "scope",
        "colspan",
        "data-k",
        "stroke",
        "stroke-width",
        "rel",
        "type",
        "autocomplete",
    ),
    *("spellcheck", "placeholder"),
}


@hostile
@every_example
@given(HOSTILE)
def test_html(text: str) -> None:
    written = rendered(made_of(text), "html", Page())
    assert not LIVE.search(written)
    assert len(written) < 150_000
    page = pages.read(written)
    assert {element.tag for element in page.elements} <= ELEMENTS
    assert {name for element in page.elements for name in element.attributes} <= ATTRIBUTES
    own = [(element.tag, element.text) for element in page.elements if element.tag in {"script", "style"}]
    assert own == [("style", STYLE), ("script", SCRIPT)]
    hrefs = [element.attributes["href"] for element in page.elements if "href" in element.attributes]
    assert all(re.fullmatch(r"#[a-z-]+\d*|https?://.*", href) for href in hrefs)
    for element in page.elements:
        for name in ("class", "id", "d", "fill", "scope", "role"):
            assert re.fullmatch(r"[\w #.-]*", element.attributes.get(name, ""))
    shown = page.root.words
    assert "2 listed devices found" in shown
    assert " ".join(terminal(text, 100)[:20].split()) in shown


@hostile
@every_example
@given(HOSTILE)
def test_xlsx(text: str) -> None:
    render = FORMATS["xlsx"].render
    written = b"".join(piece for piece in render(made_of(text), Page()) if isinstance(piece, bytes))
    book = workbooks.read(written)  # which fails at a formula or a link
    assert {name: len(rows) for name, rows in book.items()} == {
        "Summary": len(book["Summary"]),
        "Devices": 6,
        "Evidence": 6,
        "Coverage": 2,
        "Networks": 4,
        "Addresses": 2,
        "Inventory": 2,
        "Burn-down": 4,
    }
    values = [value for rows in book.values() for row in rows for value in row.values() if isinstance(value, str)]
    assert not [value for value in values if LIVE.search(value) or len(value) > 8_000]  # escapes may lengthen
    assert re.sub("_(?=x....(?:_|\\x5f))", r"\\x5f", terminal(text, 2_000)) in values


@hostile
@every_example
@given(HOSTILE)
def test_markdown(text: str) -> None:
    written = rendered(made_of(text), "markdown", Page())
    assert not LIVE.search(written)
    for line in written.splitlines():
        outside = re.sub(r"`[^`]*`|\\.", "", line)
        assert not re.search(r"[<>\[\]@`*_]|://|www\.", outside.removeprefix("- "))
    for table in re.findall(r"(?:^\|.*\n)+", written, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
    assert [line for line in written.splitlines() if line.startswith("#")][1:5] == [
        *("## Listed: 2", "## Suspected: 1", "## Unidentified: 1", "## Not listed: 1")
    ]


@hostile
@every_example
@given(HOSTILE)
def test_sarif(text: str) -> None:
    written = rendered(made_of(text), "sarif", Page())
    assert re.fullmatch(r"[ -~\n]*", written)
    (run,) = json.loads(written)["runs"]
    assert [result["level"] for result in run["results"]] == ["error", "error", "warning"]
    for result in run["results"]:
        assert not re.search(r"[\[\]{}]", result["message"]["text"])
        assert re.fullmatch(r"devices/[\w.~%-]+", result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
    assert all(re.fullmatch(r"https?://[!-~]*", t.get("informationUri", "http://")) for t in run["taxonomies"])


@hostile
@every_example
@given(HOSTILE)
def test_netbox(text: str) -> None:
    written = rendered(made_of(text), "netbox", Page())
    assert not LIVE.search(written.replace("\r\n", ""))
    rows = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    assert [len(row) for row in rows] == [9] * 6
    assert not [value for row in rows for value in row if FORMULA.search(value)]
    assert len({row[0].casefold() for row in rows}) == 6
    assert all(len(row[0]) <= 64 and len(row[4]) <= 50 for row in rows)
