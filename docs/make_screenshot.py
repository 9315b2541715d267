"""Takes the picture of a report for the documentation: `make screenshot` does it with the simulated site's.

    python docs/make_screenshot.py out/demo.html docs/report.png

Needs Debian's Chromium and the development dependencies.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.browser import browsing, opened  # noqa: E402  the checkout is put on the path first


def main(report: str, picture: str) -> None:
    """The first screen of the report, as a desktop shows it."""
    with browsing() as browser, opened(browser, Path(report).resolve()) as tab:
        tab.page.screenshot(path=picture)


if __name__ == "__main__":
    main(*sys.argv[1:3])
