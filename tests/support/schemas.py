"""The published JSON Schemas, as a reader of the documents would load them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

FOLDER = Path(__file__).parents[2] / "docs" / "schema"


def schema(name: str) -> dict[str, Any]:
    """The schema in `docs/schema/<name>.json`."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def validator(name: str, part: str = "") -> Draft202012Validator:
    """A validator of a schema, or of one of its definitions; schemas find each other by file name."""
    files = ((path.name, Resource.from_contents(json.loads(path.read_text()))) for path in FOLDER.glob("*.json"))
    wanted = {"$ref": f"{name}.json#/$defs/{part}"} if part else {"$ref": f"{name}.json"}
    return Draft202012Validator(wanted, registry=Registry().with_resources(files))
