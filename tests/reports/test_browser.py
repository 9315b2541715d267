"""What a real browser makes of the HTML report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser
from support.browser import DESKTOP, PHONE, Tab, browsing, opened
from support.crowd import HOSTILE
from support.sample import make_report, sample

from camscan.records import Outcome, Report, Verdict
from camscan.register.progress import progress
from camscan.reports import FORMATS, Page
from camscan.reports.html import SHOWN_ROWS, render

A4_WIDTH = 680
"""CSS pixels between the margins of an A4 page at 96 a inch."""
CUT = "tables => tables.filter(t => t.getBoundingClientRect().right > innerWidth + 1).length"
"""How many tables are wider than the page."""
BROKEN = """cells => cells.filter(cell => {
    const text = document.createRange(); text.selectNodeContents(cell); return text.getClientRects().length > 1;
}).map(cell => cell.textContent)"""
"""Which cells have more than one line."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def large() -> Report:
    """With names that are markup, formulas and escape sequences among its devices."""
    return sample(400)


@pytest.fixture(scope="module")
def file(large: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("report") / "report.html"
    made.write_text("".join(render(large, Page())), encoding="utf-8")
    return made


@pytest.fixture
def tab(browser: Browser, file: Path) -> Iterator[Tab]:
    with opened(browser, file) as shown:
        yield shown
        assert shown.heard == [file.as_uri()], "one request, for the page itself; no dialog, no message"


def visible(tab: Tab) -> int:
    return tab.page.locator("table.devices tbody:visible").count()


def test_nothing_in_it_is_live(tab: Tab) -> None:
    assert tab.page.evaluate("document.scripts.length") == 1
    live = "img, iframe, object, embed, form, link, base, [onerror], [onload], [onclick], [style*='url(']"
    assert tab.page.locator(live).count() == 0
    assert (
        tab.page.locator("a[href]").evaluate_all(
            "links => links.filter(link => !/^(#|https?:)/.test(link.getAttribute('href'))).length"
        )
        == 0
    )


def test_the_filter_finds_what_is_typed(tab: Tab, large: Report) -> None:
    address = large.devices[-1].device.address
    before = visible(tab)
    tab.seek(address)
    assert 1 <= visible(tab) < before
    assert address in tab.page.locator("table.devices tbody:visible").first.inner_text()
    assert tab.page.locator("#found").inner_text().endswith("found")
    tab.page.locator("#filter").press("Escape")
    tab.settle()
    assert visible(tab) == before


def test_tables_sort_both_ways_and_say_so(tab: Tab) -> None:
    heads = tab.page.locator("table.devices").first.locator("th")
    column = "table => [...table.tBodies].filter(g => !g.className).map(g => g.rows[0].cells[1].textContent.trim())"
    heads.nth(1).locator("button").click()
    tab.settle()
    assert heads.nth(1).get_attribute("aria-sort") == "ascending"
    up = tab.page.locator("table.devices").first.evaluate(column)
    heads.nth(1).locator("button").press("Enter")
    tab.settle()
    assert heads.nth(1).get_attribute("aria-sort") == "descending"
    down = tab.page.locator("table.devices").first.evaluate(column)
    assert up != down
    assert up[0].lower() <= up[-1].lower()


def test_what_is_held_back_is_shown_on_demand(tab: Tab) -> None:
    more = tab.page.locator("button.more:visible")
    assert visible(tab) <= SHOWN_ROWS * 4
    while more.count():
        more.first.click()
        tab.settle()
    assert visible(tab) == 400


def test_a_page_of_rows_is_all_that_the_browser_has_to_lay_out(tab: Tab, large: Report) -> None:
    rows = "table.devices tbody"
    most = tab.page.locator(rows).count()
    assert most < 400
    for text in (large.devices[-1].device.address, "hikvision", ""):
        tab.seek(text)
        assert tab.page.locator(rows).count() <= most


def test_a_device_of_the_map_is_shown_wherever_it_stands(tab: Tab, large: Report) -> None:
    tab.seek("no such device")
    links = tab.page.locator(".map a")
    for n in (0, links.count() - 1):
        link = links.nth(n)
        named = link.get_attribute("href") or ""
        tab.page.evaluate("hash => { location.hash = hash; }", named)
        tab.settle()
        group = tab.page.locator(f"tbody{named}")
        assert group.is_visible()
        assert group.evaluate("group => group.matches(':target') && group.querySelector('details')?.open !== false")


def test_names_in_rows_that_are_made_later_are_no_more_live_than_the_others(tab: Tab) -> None:
    more = tab.page.locator("button.more:visible")
    while more.count():
        more.first.click()
        tab.settle()
    test_nothing_in_it_is_live(tab)
    shown = tab.page.locator("table.devices").first.inner_text()
    for name in (HOSTILE[0], HOSTILE[4]):
        assert name in shown


def test_rows_in_the_page_and_those_still_in_text_sort_by_the_same_keys(tab: Tab, large: Report) -> None:
    """Sorted before and after all rows are elements: their order is the same."""
    column = "table => [...table.tBodies].map(group => group.id)"
    table = tab.page.locator("table.devices").first
    for number in range(6):
        head = table.locator("th button").nth(number)
        head.click()
        tab.settle()
        before = table.evaluate(column)
        tab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        head.click()
        head.click()
        tab.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert table.evaluate(column) == before, number


def test_maps_that_are_folded_are_drawn_when_they_are_opened(browser: Browser, tmp_path: Path) -> None:
    many = tmp_path / "many.html"
    many.write_text("".join(render(sample(900), Page())), encoding="utf-8")
    with opened(browser, many) as tab:
        maps = tab.page.locator(".map svg")
        assert maps.count() == 6
        tab.page.locator("details.more summary").click()
        tab.settle()
        assert maps.count() > 6
        link = maps.last.locator("a").first
        assert link.get_attribute("tabindex") == "0"
        link.focus()
        assert tab.page.locator("#told").inner_text() == link.locator("title").text_content()
        assert tab.heard == [many.as_uri()]


def test_everything_that_fits_is_printed(tab: Tab) -> None:
    rows = "table.devices tbody"
    shown = tab.page.locator(rows).count()
    tab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.page.locator(rows).count() == 400
    tab.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.page.locator(rows).count() == shown
    tab.seek("hikvision")
    fitting = int(tab.page.locator("#found").inner_text().split()[0])
    tab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.page.locator(f"{rows}:visible").count() == fitting > shown / 4


def test_paper_says_that_a_filter_left_devices_out(tab: Tab) -> None:
    found = tab.page.locator("#found")
    said = "found => getComputedStyle(found, '::after').content"
    tab.page.emulate_media(media="print")
    assert not found.is_visible()
    tab.page.emulate_media(media="screen")
    tab.seek("hikvision")
    assert re.fullmatch(r"[1-9][0-9]* of 400 found", found.inner_text())
    assert found.evaluate(said) == "none"
    tab.page.emulate_media(media="print")
    assert found.is_visible()
    assert found.evaluate(said).replace("\\", "") == '" by the filter "hikvision"; the others are not printed."'
    assert not tab.page.locator("#filter").is_visible()


def test_evidence_opens_from_the_keyboard(tab: Tab) -> None:
    fold = tab.page.locator("table.devices details:visible").first
    assert not fold.evaluate("fold => fold.open")
    fold.locator("summary").press("Enter")
    assert fold.evaluate("fold => fold.open")


def test_every_chart_has_its_text(tab: Tab) -> None:
    bare = """charts => charts.filter(chart => !chart.closest('[aria-hidden=true]')
        && !chart.getAttribute('aria-label') && !chart.querySelector('title')).length"""
    assert tab.page.locator("svg").count() > 0
    assert tab.page.locator("svg").evaluate_all(bare) == 0


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_runs_off_the_screen(
    browser: Browser, file: Path, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, file, size, scheme=scheme) as tab:
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        ink, paper = tab.page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert ink != paper


@pytest.mark.parametrize("width", [770, 1000, 1100, 1280])
def test_no_cell_spills_into_the_next(browser: Browser, file: Path, width: int) -> None:
    with opened(browser, file, (width, 900)) as tab:
        spilling = """cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth)
            .map(cell => cell.textContent)"""
        assert tab.page.locator("table.devices tbody > tr:first-child > *").evaluate_all(spilling) == []


@pytest.mark.parametrize("width", [770, 1000, 1280])
def test_the_cells_of_a_row_stand_below_their_heads(browser: Browser, file: Path, width: int) -> None:
    with opened(browser, file, (width, 900)) as tab:
        heads, cells = tab.page.locator("table.devices").first.evaluate(
            """table => [table.tHead.rows[0], table.tBodies[0].rows[0]].map(row => [...row.cells].map(cell =>
                Math.round(cell.getBoundingClientRect().left + parseFloat(getComputedStyle(cell).paddingLeft))))"""
        )
        assert heads == cells


def test_what_goes_on_beside_a_phones_screen_shows_that_it_does(browser: Browser, file: Path) -> None:
    """It scrolls by itself, and phones show no bar before it does."""
    with opened(browser, file, PHONE) as tab:
        plain = """places => places.filter(place => place.scrollWidth > place.clientWidth
            && !getComputedStyle(place).backgroundAttachment.includes("local")).map(place => place.outerHTML)"""
        assert tab.page.locator("nav, .scroll").evaluate_all(plain) == []
        assert tab.page.locator(".map .scroll").evaluate_all("places => places[0].scrollWidth > places[0].clientWidth")
        assert tab.page.locator(".ledger tbody th").evaluate_all(BROKEN) == []


def test_on_paper_a_list_of_any_length_goes_on_where_a_page_ends(browser: Browser, file: Path) -> None:
    """What is to stay on one page, and is longer than one, leaves the page before it blank."""
    with opened(browser, file) as tab:
        tab.page.emulate_media(media="print")
        whole = "tables => tables.map(table => getComputedStyle(table).breakInside)"
        assert set(tab.page.locator("table.rows").evaluate_all(whole)) == {"auto"}
        assert set(tab.page.locator("table.ledger:not(.rows)").evaluate_all(whole)) == {"avoid"}


def test_it_reads_without_scripts(browser: Browser, file: Path) -> None:
    with opened(browser, file, scripts=False) as tab:
        assert tab.page.locator("table.devices tbody").count() == 400
        assert tab.page.locator("table.devices tbody").last.is_visible()


@pytest.mark.parametrize("whole", [False, True])
def test_paper_gets_what_decides_and_all_evidence_on_request(
    browser: Browser, tmp_path: Path, report: Report, whole: bool
) -> None:
    file = tmp_path / "printed.html"
    file.write_text("".join(render(report, Page(whole=whole))), encoding="utf-8")
    with opened(browser, file, (A4_WIDTH, 900)) as tab:
        told = tab.page.locator("#listed .on-paper")
        assert not told.first.is_visible()
        tab.page.emulate_media(media="print")
        tab.settle()
        row = tab.page.locator("tbody", has_text="IPC-B140H").first
        assert row.locator(".proofs li", has_text="sadp.device_description").is_visible()
        assert row.locator(".proofs li", has_text="App-webs/").is_visible() == whole
        assert told.first.is_visible() == (not whole)
        assert told.first.text_content() == "1 more proof is not printed."


def test_no_table_is_cut_on_paper(browser: Browser, file: Path) -> None:
    with opened(browser, file, (A4_WIDTH, 900)) as tab:
        tab.page.emulate_media(media="print")
        tab.settle()
        assert tab.page.locator("table").evaluate_all(CUT) == 0


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Sites with names as long as they may be; of all of them, every column is known."""
    names = ("depot", "Verwaltungsgebäude Nord-West, drittes Obergeschoss, Zimmer 317/b", "x" * 64)
    reports = [make_report(left_out={Verdict.LISTED: 1}, progress=progress(None, [], date(2026, 11, 1)))] * len(names)
    named = [replace(one, scan=replace(one.scan, site=name)) for one, name in zip(reports, names, strict=True)]
    file = tmp_path / "estate.html"
    file.write_text("".join(map(str, FORMATS["html"].render_each(named, Page()))), encoding="utf-8")
    return file


def test_of_a_page_of_sites_no_column_is_cut_on_paper(browser: Browser, estate: Path) -> None:
    with opened(browser, estate, (A4_WIDTH, 900)) as tab:
        assert tab.page.locator(".sites thead th").count() == 14
        tab.page.emulate_media(media="print")
        tab.settle()
        assert tab.page.locator("table").evaluate_all(CUT) == 0


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_of_a_page_of_sites_words_stay_whole(browser: Browser, estate: Path, size: tuple[int, int]) -> None:
    with opened(browser, estate, size) as tab:
        assert tab.page.locator(".sites td", has_text="complete").evaluate_all(BROKEN) == []
        assert tab.page.locator(".sites tbody th a", has_text="depot").evaluate_all(BROKEN) == []
        widths = tab.page.locator(".sites tbody th").evaluate_all("cells => cells.map(cell => cell.clientWidth)")
        assert max(widths) < 200


def test_a_ledger_with_every_outcome_is_not_cut_on_paper(browser: Browser, tmp_path: Path) -> None:
    every = {channel: {outcome.value: 65_536 for outcome in Outcome} for channel in ("", "http")}
    file = tmp_path / "every.html"
    file.write_text("".join(render(make_report(ledger=every), Page())), encoding="utf-8")
    with opened(browser, file, (A4_WIDTH, 900)) as tab:
        tab.page.emulate_media(media="print")
        tab.settle()
        assert tab.page.locator("table").evaluate_all(CUT) == 0


def test_the_golden_site_opens_too(browser: Browser, tmp_path: Path, report: Report) -> None:
    file = tmp_path / "small.html"
    file.write_text("".join(render(report, Page())), encoding="utf-8")
    with opened(browser, file) as tab:
        assert tab.heard == [file.as_uri()]
