"""CycloneDX 1.6 (ECMA-424, 1st edition, 2024) in JSON: a bill of the hardware on a network.

- A device is a component of type `device`. `name` is its model, `group` and `manufacturer` its maker; its firmware is a
  component of its own within it.
- Serial and MAC are properties of the official taxonomy (`cdx:device`); the names of what that lacks begin with
  `camscan:`.
- `evidence.identity` holds what maker, model and firmware rest on. The confidences only rank the levels of the rules:
  how often these are right is measured in docs/accuracy.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5

from camscan.records import NO_BYTES, Device, Evidence, Identification, Judged, Level, Report
from camscan.reports.base import Page
from camscan.reports.document import MAX_TEXT, Object, notes, status
from camscan.reports.json import dumps, items
from camscan.reports.order import ranked
from camscan.reports.words import switch_port_text
from camscan.text.timestamps import utc
from camscan.text.wording import shortened

SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
CONFIDENCE: Mapping[Level, float] = {Level.HINT: 0.4, Level.LIKELY: 0.9, Level.CERTAIN: 0.99}
_TOOL = "camscan"  # the reference of this program, by which evidence names it


def render(report: Report, _page: Page) -> Iterator[str]:
    """The bill, with each device on a line of its own. A scan that is judged alike again has the same serial number."""
    tools = (f"{n} {v}" for n, v in sorted(report.tools.items()))
    judgement = " ".join((report.scan.id, *report.policies, *tools, *(one.device.place for one in report.devices)))
    number = uuid5(NAMESPACE_URL, judgement.encode("utf-8", "replace").decode())
    yield f'{{"$schema": "{SCHEMA}",\n "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,\n'
    yield f' "serialNumber": "urn:uuid:{number}",\n "metadata": {dumps(_metadata(report))},\n "components": ['
    taken: Counter[str] = Counter()
    yield from items(_component(one, _reference(one.device, taken)) for one in ranked(report.devices))
    yield "]}\n"


def _metadata(report: Report) -> Object:
    scan = report.scan
    tool: Object = {"type": "application", "bom-ref": _TOOL, "name": _TOOL}
    if version := report.tools.get(_TOOL):
        tool["version"] = version
    told = (
        *(("scan", scan.id), ("status", status(scan).value), ("site", scan.site)),
        *(("target", target) for target in scan.targets),
        *(("excluded", target) for target in scan.excluded),
        *(("policy", policy) for policy in report.policies),
        *(("note", note) for note in notes(report)),
    )
    return {
        "timestamp": utc(scan.ended_at),
        "lifecycles": [{"phase": "discovery"}],
        "tools": {"components": [tool]},
        "properties": _properties((f"camscan:{name}", text) for name, text in told),
    }


def _reference(device: Device, taken: Counter[str]) -> str:
    """Where the device is, with a number where several answer there: references are unique within a bill."""
    name = f"device {shortened(device.place, MAX_TEXT)}"
    taken[name] += 1
    return name if taken[name] == 1 else f"{name} ({taken[name]})"


def _component(judged: Judged, reference: str) -> Object:
    device = judged.device
    name = shortened(device.model or _unnamed(device), MAX_TEXT)
    found: Object = {"type": "device", "bom-ref": reference, "name": name}
    if device.maker:
        found |= {"group": device.maker, "manufacturer": {"name": device.maker}}
    if device.firmware:
        found["components"] = [_firmware(device, device.firmware, reference)]
    if identity := [*_maker(device), *_model(device)]:
        found["evidence"] = {"identity": identity}
    found["properties"] = _properties(_told(judged))
    found["tags"] = [judged.verdict.value]
    return found


def _unnamed(device: Device) -> str:
    """What a device is called of which no model is known, since every component has a name."""
    return f"{device.brand or device.maker or 'unidentified'} {device.kind or 'device'}"


def _firmware(device: Device, version: str, reference: str) -> Object:
    rules = [rule for rule in device.identifications if rule.attributes.get("firmware") == version]
    found: Object = {
        "type": "firmware",
        "bom-ref": f"{reference} firmware",
        "name": f"firmware of {shortened(device.model or _unnamed(device), MAX_TEXT)}",
        "version": shortened(version, MAX_TEXT),
    }
    if identity := list(_identity("version", version, rules)):
        found["evidence"] = {"identity": identity}
    return found


def _maker(device: Device) -> Iterator[Object]:
    named = [rule for rule in device.identifications if rule.maker == device.maker]
    return _identity("group", device.maker, named)


def _model(device: Device) -> Iterator[Object]:
    named = [rule for rule in device.identifications if rule.attributes.get("model") == device.model]
    return _identity("name", device.model, named)


def _identity(field: str, value: str | None, rules: Sequence[Identification]) -> Iterator[Object]:
    """What one field rests on; nothing where it is not known, or no rule says where from."""
    proofs: dict[Evidence, Identification] = {}
    for rule in sorted(rules, key=lambda rule: -rule.level):
        for proof in rule.evidence:
            proofs.setdefault(proof._replace(asked="", file=""), rule)  # several questions may bring the same answer
    if value is None or not proofs:
        return
    yield {
        "field": field,
        "confidence": max(CONFIDENCE[rule.level] for rule in proofs.values()),
        "concludedValue": shortened(value, MAX_TEXT),
        "methods": [_method(proof, rule) for proof, rule in proofs.items()],
        "tools": [_TOOL],
    }


def _method(proof: Evidence, rule: Identification) -> Object:
    port = "" if proof.port is None else f" port {proof.port}"
    rests_on = "no bytes of an answer" if proof.sha256 == NO_BYTES else f"sha256 {proof.sha256}"
    where = f"({proof.channel}{port}; rule {rule.rule}; {rests_on})"
    return {
        "technique": "dynamic-analysis",
        "confidence": CONFIDENCE[rule.level],
        "value": f"{proof.field}: {shortened(proof.value, MAX_TEXT)} {where}",
    }


def _told(judged: Judged) -> Iterator[tuple[str, str | None]]:
    device = judged.device
    yield "cdx:device:serialNumber", device.serial
    yield "cdx:device:macAddress", device.mac
    yield "cdx:device:function", device.kind
    yield "camscan:verdict", judged.verdict.value
    yield "camscan:level", None if device.level is None else str(device.level)
    yield "camscan:brand", device.brand
    yield "camscan:hostname", device.hostname
    # A camera behind a recorder has none at which it answers; its recorder may tell a private one.
    private = (device.address,) if device.address != device.place else ()
    yield from (("camscan:address", address) for address in (*device.addresses, *private))
    yield from (("camscan:port", str(port)) for port in device.ports)
    yield from (("camscan:listed", f"{by.policy}: {by.entity}, since {by.since}") for by in judged.listed_by)
    yield from (("camscan:conflict", conflict) for conflict in device.conflicts)
    if device.behind:
        yield "camscan:behind", f"{device.behind.recorder}, channel {device.behind.number}"
    yield (
        "camscan:switch-port",
        switch_port_text(judged.switch_port).removeprefix("switch port ") if judged.switch_port else None,
    )
    yield "camscan:state", judged.state.value if judged.state else None


def _properties(told: Iterable[tuple[str, str | None]]) -> list[Object]:
    return [{"name": name, "value": shortened(text, MAX_TEXT)} for name, text in told if text is not None]
