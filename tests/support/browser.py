"""A real browser, headless, that reads report files and tells everything that it was asked to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from support.needs import needs

_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
DESKTOP = (1280, 900)
PHONE = (390, 844)


@dataclass
class Tab:
    """One open report. `heard` holds console messages, errors, dialogs and requests, as they came."""

    page: Page
    runs_scripts: bool = True
    heard: list[str] = field(default_factory=list)

    def open(self, file: Path) -> None:
        """Load a file and wait until it is laid out."""
        self.page.goto(file.as_uri(), wait_until="load")
        self.settle()

    def settle(self) -> None:
        """Wait until what was asked for is on the screen."""
        if self.runs_scripts:
            self.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")

    def seek(self, text: str) -> None:
        """Type into the filter; the page waits a moment for the next letter."""
        self.page.locator("#filter").fill(text)
        self.page.wait_for_timeout(130)
        self.settle()


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """Debian's Chromium, for as long as it is needed."""
    (chromium,) = needs("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def opened(
    browser: Browser,
    file: Path,
    size: tuple[int, int] = DESKTOP,
    *,
    scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
) -> Iterator[Tab]:
    """A report in a tab of its own."""
    viewport: ViewportSize = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, color_scheme=scheme, java_script_enabled=scripts)
    tab = Tab(context.new_page(), scripts)
    tab.page.on("console", lambda message: tab.heard.append(f"console: {message.text}"))
    tab.page.on("pageerror", lambda error: tab.heard.append(f"error: {error}"))
    tab.page.on("dialog", lambda dialog: tab.heard.append(f"dialog: {dialog.message}"))
    tab.page.on("request", lambda request: tab.heard.append(request.url))
    try:
        tab.open(file)
        yield tab
    finally:
        context.close()
