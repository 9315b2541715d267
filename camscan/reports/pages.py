"""Fills the templates of HTML pages: self-contained, without a request to anywhere, safe against every name in them.

Every value that a template writes passes two gates: `escape.terminal`, then autoescaping; no link leads to a device.
A Content-Security-Policy (CSP level 3, delivered by `meta`) allows the page's own style sheet and script, by their
hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from camscan.records import Verdict
from camscan.reports import charts
from camscan.reports.document import FOLDED, MAX_TEXT
from camscan.reports.escape import terminal
from camscan.reports.findings import alerts
from camscan.reports.limits import ending, limits, passive
from camscan.reports.method import how, method
from camscan.reports.words import moment
from camscan.text.wording import heading

_TEMPLATES = Path(__file__).parent / "templates"
_BUFFERED = 256  # pieces of the template that are written at once
_SENTENCE = 4_000  # characters of a sentence that quotes a policy
_HYPHENED = re.compile(r"\b[\w.]{1,20}(?:-[\w.]{1,20}){1,3}\b")
_BRIEF = 120  # characters of a name in a table
_HINTS = {
    Verdict.LISTED: "a policy names their maker",
    Verdict.SUSPECTED: "go and look at the label",
    Verdict.UNIDENTIFIED: "nothing says who made them",
    Verdict.NOT_LISTED: "no policy names their maker",
}
_MAPS_AT_FIRST = 6  # blocks that are drawn unfolded


def filled(template: str, **given: object) -> Iterator[str]:
    """A template with what is given to it, in pieces."""
    style, script = _asset("style.css"), _asset("script.js")
    whole = {"style": style, "script": script, "policy": _policy(style, script), **given}
    stream = _environment().get_template(template).stream(whole)
    stream.enable_buffering(_BUFFERED)
    return stream


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _sign(kind: str, *offsets: int) -> str:
    return Markup(charts.sign(kind, *offsets))  # noqa: S704 - made of numbers, and longer than a text may be


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        alerts=alerts,
        ending=ending,
        how=how,
        limits=limits,
        method=method,
        passive=passive,
        hints=_HINTS,
        maps_at_first=_MAPS_AT_FIRST,
        folded=FOLDED,
        box=charts.CURVE,
        sign=_sign,
        palette=charts.PALETTE,
        bars=charts.BARS,
        cell=charts.CELL,
        columns=charts.COLUMNS,
    )
    environment.filters.update(
        number="{:,}".format,
        words=lambda kind: kind.replace("-", " "),
        heading=heading,
        brief=lambda text: terminal(str(text), _BRIEF),
        whole=_whole,
        unbroken=_unbroken,
        moment=moment,
    )
    return environment


def _whole(text: str) -> str:
    """A sentence of ours in full, which may be longer than a text of a peer; what it quotes is cut already."""
    return escape(terminal(text, _SENTENCE))


def _unbroken(text: str) -> str:
    """A sentence of ours in which names and dates are not broken at their hyphens."""
    return Markup(_HYPHENED.sub(r'<span class="one">\g<0></span>', str(_whole(text))))  # noqa: S704 - escaped


def _shown(value: object) -> object:
    """What the template may write: text is made visible and short; markup of the template's own macros stays."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return terminal(value, MAX_TEXT)
    return "" if value is None else value
