"""A reconciliation in words, for a terminal and for a ticket."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from textwrap import wrap
from typing import TypeAlias

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style

from camscan.app.reporting.reconciling import Reconciliation
from camscan.inventory.completeness import sentences
from camscan.inventory.makes import described
from camscan.inventory.reconcile import Class, Result
from camscan.inventory.rows import Row
from camscan.inventory.statistics import CONFIDENCE, Rate
from camscan.records import ScanStatus
from camscan.reports import Page
from camscan.reports.columns import GAP, fitted, line, lines, widths
from camscan.reports.escape import terminal
from camscan.reports.limits import ending
from camscan.reports.markdown import code, table
from camscan.reports.words import switch_port_details
from camscan.summaries import Group, Reconciled
from camscan.text.wording import are, heading, joined, plural

Quoted: TypeAlias = Callable[[str], str]  # makes a name harmless for where it is shown

_ORDER = (
    *(Class.UNDECLARED, Class.CONFLICT, Class.MOVED, Class.NOT_FOUND, Class.NOT_COVERED, Class.DUPLICATE),
    *(Class.UNUSABLE, Class.RETIRED, Class.MATCHED, Class.OTHER_SITE),
)
_COUNTED = frozenset((Class.OTHER_SITE,))  # classes of which no page for people lists the rows
_MEANING: Mapping[Class, str] = {
    Class.UNDECLARED: "Found, but not in the list.",
    Class.CONFLICT: "Found, but different from what its row says.",
    Class.MOVED: "Found in a different place from what its row says.",
    Class.NOT_FOUND: "In the list, but silent or gone: the scan did look.",
    Class.NOT_COVERED: "In the list, but the scan could not look.",
    Class.DUPLICATE: "Rows for a device that another row is for, too.",
    Class.UNUSABLE: "Rows that do not identify a device in a way that can be looked for.",
    Class.RETIRED: "In the list as no longer in use, and not found.",
    Class.MATCHED: "Found as the list says.",
    Class.OTHER_SITE: "Rows of sites that were not asked about.",
}
_STYLES = {
    Class.UNDECLARED: Style(color="red", bold=True),
    Class.CONFLICT: Style(color="red", bold=True),
    Class.MOVED: Style(color="yellow", bold=True),
    Class.NOT_FOUND: Style(color="yellow", bold=True),
    Class.MATCHED: Style(color="green"),
}
_HEADS = ("class", "address", "site", "row", "inventory", "device", "score")
_WIDEST = 26
_SITE = 2  # the column that is left out where all scans are of one site
_FLEXIBLE = (-3, -2)  # the columns that are cut where room is short
_MOST = 500  # results of one class that a page beside a scan shows
_ASSUMED = "An estimate holds as far as this does:"
_MIN_WIDTH = 60
_LONG = 2_000  # characters of a reason: made of several texts of the inventory and the device
_MAX_SCANS = 8  # scans that are named; with --each-site there may be thousands


def findings(made: Reconciliation, quoted: Quoted) -> Iterator[str]:
    """What came of it, a sentence each."""
    summary = made.summary
    named = [f"{quoted(scan.id)} ({quoted(scan.site)})" if scan.site else quoted(scan.id) for scan in made.scans]
    beside = summary.counts[Class.OTHER_SITE]
    rows, devices = plural(summary.rows - beside, "row"), plural(summary.devices, "device")
    yield f"{quoted(made.file.name)}: {rows} against {devices} of scan {joined(named, _MAX_SCANS)}."
    if made.inventory.is_cut:
        yield "The list seems to be cut off: devices that are called undeclared may be in the part that is missing."
    if beside:
        yield f"Not counted {are(beside)} {plural(beside, 'row')} of other sites."
    counted = (f"{summary.counts[cls]:,} {cls}" for cls in _ORDER if summary.counts[cls] and cls not in _COUNTED)
    yield f"Of these: {', '.join(counted) or 'none'}."
    if summary.is_mostly_elsewhere:
        yield f"More than half of the rows could not be checked: {_elsewhere(made, quoted)}."
    if others := made.beside:
        yield f"Not counted {are(others)} {plural(others, 'device')} of other kinds (see --all)."
    yield from _rated("Recall: {} devices found are in the list as in use", summary.recall)
    once = ", and that no row above names" if summary.counts[Class.DUPLICATE] else ""
    yield from _rated(
        f"Precision: {{}} rows that could be checked name a device that was found{once}", summary.precision
    )
    yield from _rated("Accuracy: {} rows whose device was found are right in every respect", summary.accuracy)
    partial = [scan for scan in made.scans if scan.status is not ScanStatus.COMPLETE]
    for scan in partial[:_MAX_SCANS]:
        ended = ending(scan.status)
        yield f"Scan {quoted(scan.id)} is {ended}: there may be more devices, and rows that it did not reach."
    if (more := len(partial) - _MAX_SCANS) > 0:
        yield f"{plural(more, 'more scan')} did not complete either."


def _elsewhere(made: Reconciliation, quoted: Quoted) -> str:
    """Where more of the rows could be checked."""
    if made.elsewhere is None:
        return "other scans may tell more (--scan, --each-site)"
    scan, rows = made.elsewhere
    return f"scan {quoted(scan)} knows {rows:,} of them (--scan {quoted(scan)}; repeat --scan for each scan to be used)"


def digest(made: Reconciliation) -> Reconciled:
    """A reconciliation for a page on a scan: raw texts, and of each class that needs somebody its first results."""
    groups = (
        Group(cls.value, _MEANING[cls], count, tuple(_rows_of(made, cls)))
        for cls in _ORDER
        if (count := made.summary.counts[cls])
    )
    return Reconciled(
        made.file.name,
        tuple(findings(made, str)),
        tuple(sentences(one, str) for one in made.completeness.estimates),
        made.completeness.assumptions,
        (*_columns(made, _HEADS)[1:], "reason"),
        tuple(groups),
    )


def _rows_of(made: Reconciliation, cls: Class) -> Iterator[tuple[str, ...]]:
    unlisted = {*_COUNTED, Class.MATCHED}
    wanted = (result for result in made.results if result.cls is cls and cls not in unlisted)
    return ((*_columns(made, _cells(result))[1:], result.reason) for result in islice(wanted, _MOST))


def _columns(made: Reconciliation, cells: tuple[str, ...]) -> tuple[str, ...]:
    """The cells of a row, or the heads, of the columns that are shown."""
    several = len({scan.site for scan in made.scans}) > 1
    return cells if several else (*cells[:_SITE], *cells[_SITE + 1 :])


def render_table(made: Reconciliation, page: Page) -> Iterator[str]:
    """The sentences, then the results: those that need somebody first, and the matched ones last."""
    room = max(page.width, _MIN_WIDTH)
    yield from _wrapped(findings(made, terminal), room)
    yield "\n"
    yield from _wrapped(["Completeness: how many devices has neither the list nor the scan seen?"], room)
    yield from _wrapped((sentences(one, terminal) for one in made.completeness.estimates), room)
    if made.completeness.assumptions:
        yield from _wrapped([_ASSUMED, *(f"- {text}" for text in made.completeness.assumptions)], room)
    yield from _matrix(made, room)
    results = [result for cls in _ORDER for result in made.results if result.cls is cls and cls not in _COUNTED]
    heads = _columns(made, _HEADS)
    flexible = [len(heads) + at for at in _FLEXIBLE]
    rows = [tuple(terminal(text) for text in _columns(made, _cells(result))) for result in results]
    chosen = fitted([min(width, _WIDEST) for width in widths([heads, *rows])], room, flexible, _WIDEST)
    indent = chosen[0] + len(GAP)
    yield f"\n{line(heads, chosen)}\n{' ' * indent}reason\n"
    for result, cells in zip(results, rows, strict=True):
        shown = line(cells, chosen)
        yield (_painted(result.cls, shown) if page.colour else shown) + "\n"
        cut = [i for i in flexible if cell_len(cells[i]) > chosen[i]]
        whole = [f"{heads[i]}: {cells[i]}" for i in cut]
        yield from _wrapped([*whole, terminal(result.reason, _LONG), *_switch_port(result)], room, " " * indent)


def _switch_port(result: Result) -> Iterator[str]:
    if result.judged and result.judged.switch_port:
        yield terminal(switch_port_details(result.judged.switch_port), _LONG)


def render_markdown(made: Reconciliation, _page: Page) -> Iterator[str]:
    """A reconciliation as Markdown; what the list or a device says stands in code spans alone."""
    yield "# Inventory against network\n\n"
    yield from (f"- {text}\n" for text in findings(made, code))
    yield "\n## Completeness\n\n"
    yield from (f"{sentences(one, code)}\n\n" for one in made.completeness.estimates)
    if made.completeness.assumptions:
        yield f"{_ASSUMED}\n\n"
        yield from (f"- {text}\n" for text in made.completeness.assumptions)
    if names := tuple(made.completeness.overlap):
        yield "\n"
        yield from table(("seen by", *names), ((one, *counts) for one, counts in _counts(made)))
    for cls in _ORDER:
        if cls not in _COUNTED and (count := made.summary.counts[cls]):
            yield f"\n## {heading(cls.value)}: {count:,}\n\n{_MEANING[cls]}\n\n"
            found = (result for result in made.results if result.cls is cls)
            yield from table((*_columns(made, _HEADS)[1:], "reason"), (_codes(made, one) for one in found))


def _codes(made: Reconciliation, result: Result) -> tuple[str, ...]:
    return (*map(code, _columns(made, _cells(result))[1:]), "; ".join(map(code, result.reason.split("; "))))


def _matrix(made: Reconciliation, room: int) -> Iterator[str]:
    """How many devices each two sources share, and in the diagonal how many each has seen.

    Where the names of the sources are too long to stand above the columns, numbers stand for them.
    """
    if not made.completeness.overlap:
        return
    names, counts = list(made.completeness.overlap), [counts for _, counts in _counts(made)]
    if len(GAP.join(("seen by", *names))) + max(map(cell_len, names)) > room:
        heads, names = [str(n) for n in range(1, len(names) + 1)], [f"{n} {name}" for n, name in enumerate(names, 1)]
    else:
        heads = names
    yield "\n"
    yield from lines([("seen by", *heads), *((name, *row) for name, row in zip(names, counts, strict=True))])


def _counts(made: Reconciliation) -> Iterator[tuple[str, list[str]]]:
    for one, shared in made.completeness.overlap.items():
        yield one, [f"{count:,}" for count in shared.values()]


def _cells(result: Result) -> tuple[str, ...]:
    row, judged = result.row, result.judged
    said = (" ".join(filter(None, (row.make, row.model))) or row.make_model or row.name or "-") if row else "-"
    device = judged.device if judged else None
    is_ = " ".join(filter(None, (described(device), device.model))) if device else "-"
    score = "-" if result.score is None else f"{result.score:.2f}"
    return (result.cls.value, result.address or "-", result.site or "-", _number(row) if row else "-", said, is_, score)


def _number(row: Row) -> str:
    """Where a row stands in the list, and what the list calls it by, as "Gym:12 (C003)"."""
    number = f"{row.sheet}:{row.number}" if row.sheet else str(row.number)
    return f"{number} ({row.asset})" if row.asset else number


def _rated(text: str, rate: Rate | None) -> Iterator[str]:
    if rate:
        interval = f"{CONFIDENCE:.0%} interval {rate.low:.1%} to {rate.high:.1%}"
        yield f"{text.format(f'{rate.count:,} of {rate.total:,}')}: {rate.value:.1%} ({interval})."


def _wrapped(texts: Iterable[str], room: int, indent: str = "") -> Iterator[str]:
    for text in texts:
        parts = wrap(text, room, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
        yield from (f"{wrapped}\n" for wrapped in parts)


def _painted(cls: Class, line: str) -> str:
    style = _STYLES.get(cls, Style.null())
    return style.render(cls.value, color_system=ColorSystem.STANDARD) + line.removeprefix(cls.value)
