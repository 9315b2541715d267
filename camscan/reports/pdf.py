"""The HTML report on A4 pages, through WeasyPrint: a part of its own, which `camscan[pdf]` installs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import NoReturn

from camscan.errors import HostError, brought_by
from camscan.records import Report
from camscan.reports.base import Page
from camscan.reports.html import page
from camscan.reports.view import view

_MOST_ROWS = 100  # devices of one verdict: laying out takes some 40 ms and 1 MB each, and nobody reads more on paper
_MOST_MAPS = 16


def check() -> None:
    """See that the document could be made. Raises HostError if WeasyPrint, or the Pango that it needs, is missing."""
    try:
        import weasyprint  # noqa: F401, PLC0415 - an extra; importing it loads the library too
    except (ImportError, OSError) as error:
        raise HostError(
            f"cannot write pdf: {error}: run {brought_by('pdf')}, and install the Pango library"
            " (apt install libpangoft2-1.0-0), or print the html format from a browser"
        ) from error


def render(report: Report, shown_on: Page) -> Iterator[bytes]:
    """The document, in one piece, tagged so that it can be read to somebody.

    Raises HostError if WeasyPrint, or the Pango library that it needs, is not there.
    """
    check()
    from weasyprint import HTML  # noqa: PLC0415 - an extra

    if not logging.root.isEnabledFor(logging.DEBUG):  # it warns of each line that is for screens alone
        logging.getLogger("weasyprint").setLevel(logging.ERROR)
    text = "".join(page(view(report, _MOST_ROWS, _MOST_MAPS, whole=shown_on.whole)))
    document: bytes = HTML(string=text, url_fetcher=_refuse).write_pdf(pdf_tags=True)
    yield document


def _refuse(url: str, *_args: object, **_options: object) -> NoReturn:
    """Fetch nothing: the page needs nothing, and no name in it may ask for anything."""
    raise ValueError(f"not fetched: {url}")
