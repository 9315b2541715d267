"""What a browser makes of the HTML report: time to open, filter and sort, and that it asks nobody and runs nothing.

Beside the time that passes stands what it cost the page's main thread, which other work on the machine hardly changes.

Needs Playwright and a Chromium: pip install playwright. Run: python benchmarks/report_browser.py [DEVICES] [CHROMIUM]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page as Tab
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.sample import sample  # noqa: E402  the checkout is put on the path first

from camscan.reports import Page  # noqa: E402
from camscan.reports.html import render  # noqa: E402

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def main(count: int, chromium: str = "/usr/bin/chromium") -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "report.html"
        report = sample(count)
        last = report.devices[-1].device.address
        file.write_text("".join(render(report, Page())), encoding="utf-8")
        print(f"{count:,} devices, {file.stat().st_size / 1e6:.1f} MB")
        tab = playwright.chromium.launch(executable_path=chromium, args=FLAGS).new_page()
        watch = Watch(tab)
        heard: list[str] = []
        tab.on("console", lambda message: heard.append(f"console: {message.text}"))
        tab.on("pageerror", lambda error: heard.append(f"error: {error}"))
        tab.on("dialog", lambda dialog: heard.append(f"dialog: {dialog.message}"))
        tab.on("request", lambda request: heard.append(request.url))
        watch.timed("open", lambda: opened(tab, file))
        watch.timed("filter at once", lambda: sought(tab, "hilook"))
        tab.wait_for_timeout(3_000)  # as long as a reader takes before typing, at least
        watch.timed("filter", lambda: sought(tab, "amcrest"))
        watch.timed("filter by an address", lambda: sought(tab, last))
        watch.timed("filter off", lambda: sought(tab, ""))
        watch.timed("sort", lambda: clicked(tab, "table.devices th:nth-child(2) button"))
        watch.timed("show more", lambda: clicked(tab, "button.more:visible"))
        print(f"   JavaScript heap {tab.evaluate('performance.memory.usedJSHeapSize') / 1e6:.0f} MB")
        assert heard == [file.as_uri()], heard
        assert tab.evaluate("document.scripts.length") == 1
        assert tab.evaluate("document.querySelectorAll('img, iframe, object, embed, form, [onerror]').length") == 0
        print("   one request, for the page itself; no dialog, no message, no script but its own")


def sought(tab: Tab, text: str) -> None:
    tab.locator("#filter").fill(text, timeout=120_000)
    tab.wait_for_timeout(65)  # as long as the page waits for the next letter
    laid_out(tab)


def opened(tab: Tab, file: Path) -> None:
    tab.goto(file.as_uri(), wait_until="load", timeout=120_000)
    laid_out(tab)


def clicked(tab: Tab, selector: str) -> None:
    button = tab.locator(selector)
    if button.count():
        button.first.click(timeout=120_000)
    laid_out(tab)


def laid_out(tab: Tab) -> None:
    """Wait until what was asked for is on the screen."""
    tab.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


class Watch:
    """Tells what each step takes, and what it costs the page."""

    def __init__(self, tab: Tab) -> None:
        self._session = tab.context.new_cdp_session(tab)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def timed(self, name: str, action: Callable[[], object]) -> None:
        costs, began = self._costs(), time.perf_counter()
        action()
        taken = (time.perf_counter() - began) * 1000
        spent = {part: (cost - costs[part]) * 1000 for part, cost in self._costs().items()}
        whole = spent.pop("Task")
        parts = ", ".join(f"{part.lower()} {cost:.0f}" for part, cost in spent.items())
        print(f"   {name:<22}{taken:8.0f} ms; {whole:.0f} ms of the main thread: {parts}")

    def _costs(self) -> dict[str, float]:
        """Seconds of CPU so far."""
        told = self._session.send("Performance.getMetrics")["metrics"]
        return {part: _only(told, f"{part}Duration") for part in ("Task", "Script", "Layout", "RecalcStyle")}


def _only(told: list[dict[str, Any]], name: str) -> float:
    return next(float(metric["value"]) for metric in told if metric["name"] == name)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 20_000, *sys.argv[2:3])
