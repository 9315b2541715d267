"""Texts about devices that no device sent."""

from __future__ import annotations

import pytest
from support.costs import costs_less_than

from camscan.imports import pasted
from camscan.imports.writings.hearsay import is_hearsay

METRICS = (
    '# HELP camera_info Cameras\n# TYPE camera_info gauge\ncamera_info{manufacturer="Hikvision",model="DS-2CD1"} 1'
)


@pytest.mark.parametrize(
    "text",
    [
        METRICS,
        'probe_success{target="http://192.0.2.1/"} 1',
        'up 1\nonvif_info{vendor="Dahua",}  1.0 1700000000',
        'Hikvision cameras usually answer with "Server: App-webs/" on port 80.',
        'If the header reads "Server: DNVRS-Webs", the device is a recorder of Hikvision.',
        'To find them, search a search engine for "Server: Hikvision-Webs".',
        'A value of "Server: App-webs/" indicates that the target is a camera',
        "info:\n  severity: info\n  metadata:\n    shodan-query: http.favicon.hash:2019488876",
        'matchers:\n  - type: word\n    words: ["<title>Hikvision</title>", "App-webs/"]',
    ],
)
def test_hearsay_is_a_banner_and_nothing_else(text: str) -> None:
    assert is_hearsay(text)
    assert [sorted(one.fields) for one in pasted.read(text, "http")] == [["banner.text"]]


@pytest.mark.parametrize(
    "text",
    [
        "HTTP/1.1 200 OK\nServer: App-webs/\n\nif the cameras answer with it",
        'The camera at 192.0.2.1 answered with "Server: App-webs/" again.',
        'camera_info{manufacturer="Hikvision"} 1\nServer: App-webs/',
        "Server: Hikvision-Webs",
        '{"manufacturer": "Hikvision"}',
        "up 1",
        "matchers: a\nServer: App-webs/",
        "Severity: high\nServer: App-webs/",
    ],
)
def test_other_texts_are_read(text: str) -> None:
    assert not is_hearsay(text)


@pytest.mark.parametrize("part", ["a", 'a{b="', "cameras ", "if the ", "# HELP a\n"])
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(0.5):
        is_hearsay(part * 20_000)
