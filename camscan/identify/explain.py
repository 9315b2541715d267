"""Explains in lines of text why a device was identified as it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC

from camscan.identify.doubts import is_about_others
from camscan.identify.labels import PREFIX
from camscan.identify.library import Library
from camscan.identify.rules import BrandEdge
from camscan.records import NO_BYTES, READ_IN, Device, Evidence, Identification, Level, Observation
from camscan.text.wording import plural

_MAX_VALUE = 120  # characters shown of a value: enough to recognise it on a line or two
_MAX_ANSWER = 2_000  # characters shown of a value if the answers are shown as well
_DOUBTED = "no more than hints"
_CONFIDENCE = {"H": "high", "M": "medium", "L": "low", "B": "unconfirmed"}


def explain(
    library: Library, observations: Sequence[Observation], device: Device, *, answers: bool = False
) -> list[str]:
    """The observations, the rules for the maker and for others, the level, and who builds for the brand.

    With `answers`, all values of the observations are shown. The lines contain no control characters.
    """
    lines = [f"device {device.address}", "observations:"]
    is_doubted = _is_doubted(library, device)
    for observation in observations:
        lines += [f"  {_observation(observation)}", *(_doubts(library, observation) if is_doubted else ())]
        lines += _fields(observation) if answers else ()
    lines += [] if observations else ["  none"]
    own = [found for found in device.identifications if found.maker is not None and found.maker == device.maker]
    others = [found for found in device.identifications if found.maker not in (None, device.maker)]
    silent = [found for found in device.identifications if found.maker is None]
    for title, group in ((f"for {device.maker}:", own), ("for another maker:", others), ("naming no maker:", silent)):
        lines += [title, *_rules(library, group)] if group else []
    lines += _brand(library, device)
    lines += _conclusion(device)
    return [_plain(line) for line in lines]


def _observation(observation: Observation) -> str:
    asked = f" {observation.asked}" if observation.asked else ""
    reason = f" ({observation.reason})" if observation.reason else ""
    count = len(observation.fields)
    seen = f", {plural(count, 'field')}" if count else ""
    place = f"{observation.target}{_port(observation.port)} {observation.channel}{asked}"
    return f"{place}: {observation.outcome}{reason}{seen}, {observation.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _is_doubted(library: Library, device: Device) -> bool:
    """Whether a rule or label says less of it than it would: only then are doubts looked for, which takes all rules."""
    levels = {rule.id: rule.level for rule in library.rules}
    return any(
        (_label_level(library, found) or levels.get(found.rule, found.level)) > found.level
        for found in device.identifications
    )


def _label_level(library: Library, found: Identification) -> Level | None:
    """How far the label carries by which a maker was found; None where it was found by a rule."""
    if not found.rule.startswith(PREFIX) or found.maker is None:
        return None
    brand = library.labels.find(found.brand or "")
    return brand.level if brand else None


def _doubts(library: Library, observation: Observation) -> Iterator[str]:
    if is_about_others(observation.fields):
        yield f"    {_DOUBTED}: it is about other devices"
    for rule in library.doubts(observation.fields):
        yield f"    {_DOUBTED}: {rule.doubt}, by {rule.id} ({rule.file}:{rule.line})"


def _fields(observation: Observation) -> Iterator[str]:
    for field, found in observation.fields.items():
        yield from (f"    {field} = {_shown(value, _MAX_ANSWER)}" for value in found)


def _shown(value: str, most: int) -> str:
    return repr(value if len(value) <= most else f"{value[:most]}...")


def _port(port: int | None) -> str:
    return "" if port is None else f" port {port}"


def _rules(library: Library, group: Sequence[Identification]) -> Iterator[str]:
    written = {rule.id: f" ({rule.file}:{rule.line})" for rule in library.rules}
    for found in sorted(group, key=lambda found: -found.level):
        brand = {"brand": found.brand} if found.brand and not found.rule.startswith(PREFIX) else {}
        gives = "".join(f", {name} {text}" for name, text in {**brand, **found.attributes}.items())
        maker = f" {found.maker}" if found.maker else ""
        yield f"  {found.level}{maker} by {found.rule}{written.get(found.rule, '')}{gives}"
        yield from (f"    {_evidence(item)}" for item in found.evidence)


def _evidence(item: Evidence) -> str:
    asked = f" {item.asked}" if item.asked else ""
    value = _shown(item.value, _MAX_VALUE)
    rests_on = "no bytes of an answer" if item.sha256 == NO_BYTES else f"sha256 {item.sha256[:16]}"
    file = f", {READ_IN}{item.file}" if item.file else ""
    return f"{item.channel}{_port(item.port)}{asked}: {item.field} = {value}, {rests_on}{file}"


def _brand(library: Library, device: Device) -> Iterator[str]:
    brand = library.labels.find(device.brand or "")
    if brand is None:
        return
    yield f"brand {brand.name}:"
    yield from (f"  {built_by(edge)}" for edge in brand.edges)
    if not brand.edges:
        yield "  no brand file says who builds for it"


def built_by(edge: BrandEdge) -> str:
    """Who builds for a brand: as "every device built by Axis, confidence high (source); note"."""
    scope = "every device" if edge.full else "some devices"
    note = f"; {edge.note}" if edge.note else ""
    return f"{scope} built by {edge.maker}, confidence {_CONFIDENCE[edge.sure]} ({edge.source}){note}"


def _conclusion(device: Device) -> Iterator[str]:
    yield from (f"conflict: {conflict}" for conflict in device.conflicts)
    if device.maker is None:
        yield "conclusion: no maker"
    else:
        yield f"conclusion: {device.maker}, level {device.level}{', brand ' + device.brand if device.brand else ''}"


def _plain(line: str) -> str:
    """The line with all control characters escaped."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line)
