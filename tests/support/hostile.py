"""Hostile text for every text field of a report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from hypothesis import HealthCheck, example, settings
from hypothesis import strategies as st

LIVE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
FORMULA = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
PAYLOADS = (
    *("=cmd|' /C calc'!A0", "  +1", "-1", "@SUM(1)", "\t=1", "\r=1", "\uff1d1", "\u200b=1", "=1\n=1", '",=1,"', ";=1"),
    *("\x1b]0;owned\x07", "\x1b[2J", "\x9b2J", "\x1b]8;;http://x\x1b\\", "\r", "\r\n", "\n", "\x00", "\x7f", "\x85"),
    *("\u202egnp", "\u2066", "\u200b", "\u2028", "\ufeff", "\ud800", "\udcff", "\U000e0041", "a" + "\u0301" * 400),
    *(
        "[red]x[/red]",
        "[link=http://x]",
        "<script>alert(1)</script>",
        "</script>",
        "{{7*7}}",
        "%s%n",
        "'; DROP TABLE x--",
    ),
    *('" onmouseover="alert(3)" x="', "<img src=x onerror=alert(2)>", "-->", "]]>", "&lt;b&gt;&#x3c;b>", "{0}", "${x}"),
    *("[a](javascript:alert(4))", "![a](//x/y)", "` | `x`", "\\`", "\\|", "@everyone", "javascript:alert(5)", "| a |"),
    *(
        'https://x/"><script>alert(6)</script>',
        "www.x.example",
        "https://x.example",
        "# x",
        "> x",
        "1. x",
        "_x005F_x0041_",
    ),
    *("../../etc/passwd", "\\u001b", "\\", '"', "'", "...", "海" * 500, "A" * 1_000_000),
)
HOSTILE = st.one_of(
    st.sampled_from(PAYLOADS),
    st.lists(st.sampled_from(PAYLOADS[:-1]), min_size=2, max_size=4).map("".join),
    st.text(st.characters(exclude_categories=()), min_size=1, max_size=40),
)


def poisoned(value: Any, text: str) -> Any:
    """`value` with every text in it replaced, except words of closed lists and the ledger's key for all channels."""
    if isinstance(value, str):
        return value if isinstance(value, Enum) or not value else text
    if isinstance(value, tuple):
        parts = [poisoned(item, text) for item in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, Mapping):
        return {poisoned(key, text): poisoned(item, text) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{part.name: poisoned(getattr(value, part.name), text) for part in fields(value)})
    return value


def every_example(test: Any) -> Any:
    """Try each of the payloads by itself, whatever is drawn besides."""
    for payload in PAYLOADS:
        test = example(payload)(test)
    return test


hostile = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
