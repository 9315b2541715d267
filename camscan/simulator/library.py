"""The personas that come with camscan, and how any file of personas is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from camscan.errors import UsageError
from camscan.simulator.schema import Persona

HONEST = ("hikvision", "dahua", "oem", "others", "non-targets", "look-alikes")
ROGUES = ("rogues", "rogues-http", "rogues-tls", "rogues-rtsp", "rogues-onvif", "rogues-discovery", "rogues-binary")
ENROLLED = ("enrolled", "recorders")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML was built with it
_FOLDER = Path(__file__).parent / "personas"


def honest() -> tuple[Persona, ...]:
    """The devices that behave as their makers meant them to."""
    return load([_FOLDER / f"{name}.yaml" for name in HONEST])


def rogues() -> tuple[Persona, ...]:
    """The devices that misbehave, by defect or on purpose."""
    return load([_FOLDER / f"{name}.yaml" for name in ROGUES])


def enrolled() -> tuple[Persona, ...]:
    """The devices that tell more to whoever may log in."""
    return load([_FOLDER / f"{name}.yaml" for name in ENROLLED])


def decoy() -> Persona:
    """The device that is planted so that a scan has something to see."""
    (only,) = load([_FOLDER / "decoy.yaml"])
    return only


def load(files: Sequence[Path]) -> tuple[Persona, ...]:
    """The personas of these files, in their order.

    Raises UsageError for a file that cannot be read, a persona that does not fit the schema, or a name given twice.
    """
    found: dict[str, Persona] = {}
    for file in files:
        for raw in _expanded(file):
            persona = _persona(raw, file)
            if persona.name in found:
                raise UsageError(f"{file}: persona {persona.name} is there twice: give one of them another name")
            found[persona.name] = persona
    return tuple(found.values())


def _expanded(file: Path) -> Iterator[dict[str, Any]]:
    """The personas of a file as YAML has them, with one for each of its `variants` where a persona has some."""
    try:
        listed = yaml.load(file.read_text(encoding="utf-8"), _LOADER)["personas"]  # noqa: S506 - both are safe loaders
        entries = [dict(raw) for raw in listed]
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{file}: no list of personas can be read from it ({error})") from error
    for raw in entries:
        variants = raw.pop("variants", None)
        if not isinstance(variants, dict):
            yield raw
            continue
        for number, (name, value) in enumerate(variants.items(), 1):
            mac = f"{str(raw.get('mac'))[:-2]}{number:02X}"
            yield raw | {"name": f"{raw.get('name')}-{name}", "mac": mac} | _variant(value)


def _variant(value: object) -> dict[str, Any]:
    """What a variant says of itself: its text, or a mapping with further values, and the `ends` that are its own."""
    if not isinstance(value, dict):
        return {"values": {"variant": value}}
    return {"values": {k: v for k, v in value.items() if k != "ends"}} | (
        {"ends": value["ends"]} if "ends" in value else {}
    )


def _persona(raw: dict[str, Any], file: Path) -> Persona:
    try:
        return Persona.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"{file}: persona {raw.get('name')}: {where}: {first['msg']}") from error
