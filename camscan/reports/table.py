"""The report for people at a terminal: what was found, what was covered, then a line or two a device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style

from camscan.records import Device, Judged, Report, Verdict
from camscan.reports.base import Page
from camscan.reports.columns import GAP, cut, fitted, line, widths
from camscan.reports.escape import terminal
from camscan.reports.findings import PLACES, findings, summary, urgent
from camscan.reports.limits import channels, limits, whence
from camscan.reports.order import rank
from camscan.reports.rows import makers
from camscan.reports.words import switch_port_text
from camscan.summaries import Slot, State
from camscan.text.wording import joined

_HEADS = ("verdict", "address", "maker", "brand", "model", "level")
_LABEL = (3, 4)
"""Brand and model: they are cut where room is short, and stand on the line below where they had less than `_LEAST`."""
_LEAST = 10
_MIN_WIDTH = 40  # a narrower terminal wraps the lines itself
_ROOM_BESIDE = 40
"""Columns that must be left for the evidence to stand beside the others; else it stands below, on a line of its own. So
it does where several reasons would be cut."""
_SEP = "; "  # between what is told of a device
_MAX_VALUE = 60
_MAX_PLACE = 100
_MAX_OTHERS = 3  # other addresses of a device, and other makers, that are named

_STYLES = {
    Verdict.LISTED: Style(color="red", bold=True),
    Verdict.SUSPECTED: Style(color="yellow", bold=True),
    Verdict.NOT_LISTED: Style(color="green"),
    Verdict.UNIDENTIFIED: Style(dim=True),
}


def render(report: Report, page: Page) -> Iterator[str]:
    """The sentences, then the devices: listed ones first, and by address.

    Whoever chose some of a scan's devices is told how far it looked, and not what is true of its networks.
    """
    room = max(page.width, _MIN_WIDTH)
    if page.part:
        yield "\n"
    is_part = report.devices and any(report.left_out.values())
    covered = (
        (*summary(report), whence(report.scan)) if is_part else (findings(report), *urgent(report), *limits(report))
    )
    for sentence in covered:
        yield from (f"{text}\n" for text in wrap(sentence, room, break_on_hyphens=False))
    if not report.devices:
        return
    rows = [_cells(judged) for judged in report.devices]
    order = sorted(zip(report.devices, rows, strict=True), key=lambda row: rank(row[0]))
    natural = widths([_HEADS, *rows])
    least = [min(width, _LEAST) if column in _LABEL else width for column, width in enumerate(natural)]
    if sum(least) + len(GAP) * len(least[1:]) > room:
        yield from _narrow(order, natural, page, room)
        return
    chosen = fitted(natural, room, _LABEL)
    beside = room - sum(chosen) - len(GAP) * len(chosen)
    fits = beside >= _ROOM_BESIDE and all(_fit(_reasons(judged), beside) for judged in report.devices)
    yield f"\n{line(_HEADS, chosen, 'evidence' if fits else '')}\n"
    for judged, cells in order:
        shown = line(cells, chosen, cut(_SEP.join(_reasons(judged)), beside) if fits else "")
        yield _painted(judged.verdict, shown, page)
        if not fits:
            yield from _below(_reasons(judged), chosen[0], room)


def _fit(reasons: Sequence[str], room: int) -> bool:
    """Whether one line of that width shows all of several reasons; a single one may be cut."""
    return len(reasons) < 2 or cell_len(_SEP.join(reasons)) <= room


def _narrow(
    order: Sequence[tuple[Judged, Sequence[str]]], natural: Sequence[int], page: Page, room: int
) -> Iterator[str]:
    """Two lines a device, so that the maker need not be cut: what is on the label begins the second one."""
    chosen = fitted([width for column, width in enumerate(natural) if column not in _LABEL], room, (2,))
    yield f"\n{line([head for column, head in enumerate(_HEADS) if column not in _LABEL], chosen)}\n"
    for judged, cells in order:
        first = [text for column, text in enumerate(cells) if column not in _LABEL]
        yield _painted(judged.verdict, line(first, chosen), page)
        label = " ".join(cells[column] for column in _LABEL if cells[column] not in {"-", first[2]})
        yield from _below([label, *_reasons(judged)] if label else _reasons(judged), chosen[0], room)


def _below(reasons: Sequence[str], verdict: int, room: int) -> Iterator[str]:
    """A line below a device, which begins under its address; two where one has no room for what was found."""
    indent = " " * verdict + GAP
    room -= len(indent)
    first = 1
    while first < len(reasons) and cell_len(_SEP.join(reasons[: first + 1])) <= room:
        first += 1
    for some in (reasons[:first], reasons[first:]):
        if some:
            yield f"{indent}{cut(_SEP.join(some), room)}\n"


def _cells(judged: Judged) -> tuple[str, ...]:
    device = judged.device
    texts = (device.place, device.maker, device.brand, device.model)
    level = "-" if device.level is None else str(device.level)
    return (judged.verdict.value, *(terminal(text) if text else "-" for text in texts), level)


def _painted(verdict: Verdict, shown: str, page: Page) -> str:
    if not page.colour:
        return f"{shown}\n"
    painted = _STYLES[verdict].render(verdict.value, color_system=ColorSystem.STANDARD)
    return f"{painted}{shown.removeprefix(verdict.value)}\n"


def _reasons(judged: Judged) -> list[str]:
    """What is special about the device, and why it is taken for what it is, each in few words."""
    device = judged.device
    reasons = [judged.state.upper() if judged.state is State.RETURNED else judged.state] if judged.state else []
    reasons += [f"on {place}" for place in dict.fromkeys(PLACES[offence.place] for offence in judged.offends)]
    reasons += [f"conflict: {terminal(conflict, _MAX_VALUE)}" for conflict in device.conflicts[:1]]
    if judged.verdict is Verdict.SUSPECTED and (others := [maker for maker in makers(device) if maker != device.maker]):
        reasons.append(f"the evidence also names {joined(list(map(terminal, others)), _MAX_OTHERS)}")
    reasons += [terminal(switch_port_text(judged.switch_port), _MAX_PLACE)] if judged.switch_port else []
    if device.behind:
        reasons.append(_where(device, device.behind))
    proofs = [(rule.level, proof) for rule in device.identifications for proof in rule.evidence]
    if proofs:
        _, best = max(proofs, key=lambda pair: pair[0])
        values = len({(proof.channel, proof.port, proof.field, proof.value) for _, proof in proofs})
        more = f" (+{values - 1})" if values > 1 else ""  # as many as other reports show
        reasons.append(f"{terminal(best.field)}: {terminal(best.value, _MAX_VALUE)}{more}")
    elif device.camera_like and not device.behind:
        reasons.append("answers like a camera")
    if len(device.addresses) > 1:
        reasons.append(f"also at {joined(list(map(terminal, device.addresses[1:])), _MAX_OTHERS)}")
    if device.slots:
        reasons.append(channels(device.slots))
    elif device.hidden_channels:
        reasons.append(f"states {device.hidden_channels} attached cameras")
    return reasons


def _where(device: Device, slot: Slot) -> str:
    """What the recorder calls a camera, the private address that it names, and whether the camera answers it."""
    address = device.address if device.address != device.place else ""
    told = (terminal(slot.name, _MAX_VALUE), terminal(address), "offline" if slot.online is False else "")
    return ", ".join(filter(None, told)) or "nothing else is known"
