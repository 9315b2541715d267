"""One line an event, whatever is in it."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from camscan.sweeps.eventlog import EventFormatter, log_event


def line(caplog: pytest.LogCaptureFixture, *, as_json: bool = False) -> str:
    return EventFormatter(as_json=as_json).format(caplog.records[-1])


def test_an_event_as_text_and_as_json(caplog: pytest.LogCaptureFixture) -> None:
    log_event("device.new", logging.WARNING, site="hq", count=2, gone=None, model='a "b" c')
    shown = line(caplog)
    assert shown.split(" ", 1)[1] == r'warning device.new site=hq count=2 model="a \"b\" c"'
    found = json.loads(line(caplog, as_json=True))
    assert found.pop("at") == shown.split(" ", 1)[0]
    assert found == {"level": "warning", "event": "device.new", "site": "hq", "count": 2, "model": 'a "b" c'}


def test_where_no_formatter_shows_the_values_the_message_has_them(caplog: pytest.LogCaptureFixture) -> None:
    log_event("alert.failed", logging.ERROR, site="hq", reason="HTTP 500", none=None)
    assert caplog.messages == ['alert.failed site=hq reason="HTTP 500"']


@pytest.mark.parametrize("evil", ["\n2026 info sweep.end", "\x1b[2J", "\u202e\u2028", "\ud83d", "", "x" * 10_000])
@pytest.mark.parametrize("as_json", [False, True])
def test_nothing_breaks_the_line(caplog: pytest.LogCaptureFixture, evil: str, *, as_json: bool) -> None:
    log_event("device.new", logging.WARNING, model=evil)
    shown = line(caplog, as_json=as_json)
    assert shown.isascii()
    assert shown.isprintable()


def test_names_in_any_script_can_be_read_and_read_back(caplog: pytest.LogCaptureFixture) -> None:
    log_event(
        "device.new",
        logging.WARNING,
        site="M\xfcnchen",
        model="\u6444\u50cf\u673a 1",
        name="\U0001f3a5\xa0e" + 9 * "\u0301",
    )
    shown = line(caplog)
    assert 'site="M\xfcnchen" model="\u6444\u50cf\u673a 1" name="\U0001f3a5\\u00a0e' in shown
    assert shown.count("\u0301") == 4
    assert shown.isprintable()
    quoted = shown[shown.index("name=") + len("name=") :]
    assert json.loads(quoted) == "\U0001f3a5\xa0e" + 9 * "\u0301"
    assert line(caplog, as_json=True).isascii()


def test_what_others_log_becomes_an_event(caplog: pytest.LogCaptureFixture) -> None:
    try:
        int("a bug")
    except ValueError:
        logging.getLogger("camscan.engine").error("probe crashed", exc_info=sys.exc_info())
    found = json.loads(line(caplog, as_json=True))
    assert (found["event"], found["logger"]) == ("log", "camscan.engine")
    assert found["message"].startswith("probe crashed\nTraceback")
    assert "\n" not in line(caplog)
