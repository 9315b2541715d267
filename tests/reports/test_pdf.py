from __future__ import annotations

import logging
import sys
from types import ModuleType

import pytest

from camscan.errors import HostError
from camscan.records import Report
from camscan.reports import Page
from camscan.reports.pdf import check, render


class Engine(ModuleType):
    """Stands in for WeasyPrint."""

    def __init__(self) -> None:
        super().__init__("weasyprint")
        self.given: dict[str, object] = {}

    def HTML(self, **given: object) -> Engine:  # noqa: N802 - its name there
        self.given = given
        return self

    def write_pdf(self, **options: object) -> bytes:
        self.given |= options
        logging.getLogger("weasyprint").warning("Ignored `position: sticky`")
        return b"%PDF-1.7"


def test_the_page_is_handed_over_and_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, report: Report) -> None:
    engine = Engine()
    monkeypatch.setitem(sys.modules, "weasyprint", engine)
    assert list(render(report, Page())) == [b"%PDF-1.7"]
    assert str(engine.given["string"]).startswith("<!doctype html>")
    assert "<body>" in str(engine.given["string"])
    assert engine.given["pdf_tags"], "else a screen reader finds neither headings nor tables"
    list(render(report, Page(whole=True)))
    assert '<body class="whole">' in str(engine.given["string"])
    with pytest.raises(ValueError, match="not fetched: file:///etc/passwd"):
        engine.given["url_fetcher"]("file:///etc/passwd", timeout=10)  # type: ignore[operator]


@pytest.mark.parametrize("level", [logging.WARNING, logging.INFO, logging.DEBUG])
def test_that_paper_is_no_screen_is_told_only_to_those_who_want_every_detail(
    level: int, monkeypatch: pytest.MonkeyPatch, report: Report, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", Engine())
    caplog.set_level(logging.NOTSET, "weasyprint")
    caplog.set_level(level)
    list(render(report, Page()))
    assert bool(caplog.messages) == (level == logging.DEBUG)


def test_without_the_engine_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, report: Report) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(
        HostError, match=r"cannot write pdf: .*pip install 'camscan\[pdf\]'.*html format from a browser"
    ):
        list(render(report, Page()))


def test_what_is_missing_is_known_before_a_report_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(HostError, match="cannot write pdf"):
        check()
    monkeypatch.setitem(sys.modules, "weasyprint", Engine())
    check()
