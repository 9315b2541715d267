"""Small libraries."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from camscan.identify.library import Library
from camscan.identify.load import load

VOCABULARY = """
fields: [http.server, http.title, http.body, http.path, http.realm, onvif.scope.name, onvif.manufacturer, sadp.mac,
         sadp.device_sn, sadp.device_description, sadp.channels, tcp.port, mac.prefix]
attributes: [model, firmware, serial, mac, kind, hostname, channels]
kinds: [camera, recorder]
brand_fields: [onvif.scope.name, onvif.manufacturer, http.title]
makers: [Hikvision, Dahua, Honeywell, TP-Link]
"""

BRANDS = """
brands:
  - name: HiLook
    edges: [{maker: Hikvision, scope: full, sure: H, source: x}]
  - name: Annke
    aliases: [Annke Innovation]
    edges:
      - {maker: Hikvision, scope: partial, sure: H, source: x, note: since 2017}
      - {maker: Dahua, scope: partial, sure: L, source: y}
  - name: Honeywell
    edges: [{maker: Hikvision, scope: partial, sure: L, source: x}]
  - name: Capture
    generic: true
    edges: [{maker: Dahua, scope: full, sure: M, source: x}]
"""

Write = Callable[..., Path]
Build = Callable[..., Library]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a folder of rule files: the rules of one maker's file, a brand file, a vocabulary."""

    def _write(rules: str = "", brands: str = "", vocabulary: str = VOCABULARY, name: str = "library") -> Path:
        folder = tmp_path / name
        for path, text in (
            ("makers/hikvision.yaml", rules),
            ("brands/all.yaml", brands),
            ("vocabulary.yaml", vocabulary),
        ):
            if text:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text)
        return folder

    return _write


@pytest.fixture
def build(write: Write) -> Build:
    """Load a library of the given rules; every rule gets what the grammar demands and the test does not care about."""

    def _build(*rules: Mapping[str, object], brands: str = BRANDS) -> Library:
        lines = ["maker: Hikvision", "rules:"]
        for number, rule in enumerate(rules):
            level = {} if "doubt" in rule else {"level": "likely"}
            whole = {"id": f"rule-{number}", **level, "source": "x", "confirmed": "2026-10", **rule}
            if "examples" not in whole:
                whole["examples"] = ["x"] if "field" in whole else [{"fields": {"http.server": "x"}}]
            lines.append(f"  - {json.dumps(whole)}")
        return load([write("\n".join(lines), brands)], strict=True)

    return _build
