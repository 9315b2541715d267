"""What records and programs say of a server or of a certificate by name, wherever that stands among other things."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from camscan.codecs import html, http, rtsp
from camscan.codecs.layout import fields as as_fields
from camscan.imports.forms import certificate
from camscan.imports.forms.base import Answer, answer, fields_of
from camscan.imports.forms.singles import title_fields
from camscan.imports.writings.base import MAX_JSON, objects

MAX_NOTED = 16  # of one text

_SERVER = re.compile(
    r"""(?<![\w-])["'`]?(rtsp|https?|web)[_. -]?(server|realm)(?:[_. -]?(?:header|name|banner))?["'`]?"""
    r"""[ \t]{0,4}(?::|=>?)[ \t]{0,4}["'`]([^"'`\r\n]{2,200})["'`]""",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"(?<=[^\s#/*])[ \t]{0,4}[\"'`(> \t]Server: ?([A-Za-z][^\r\n\"'`\\<>|,;\t]{1,80}?)(?=[ \t]*+(?:[\"'`\\]|\t|\r?$))",
    re.IGNORECASE | re.MULTILINE,
)
"""The header within a line, with what follows up to the end of that or of a quotation."""
_UPNP = re.compile(r"[\"'`]([^\"'`\r\n]{0,60}UPnP/1\.[01],? [^\"'`\r\n]{2,80})[\"'`]")
"""The server of UPnP, which always names that between the system and the product (UPnP Device Architecture, 1.3.3)."""
_QUERY = re.compile(r"(?<![\w.-])(?:[a-z]{1,16}\.|in)?title:\"([^\"\r\n]{2,120})\"")
"""The title that a query of a search engine asks for."""
_NAME = re.compile(
    r"""(?<![\w-])["'`]?(?:tls|ssl|x509|cert(?:ificate)?)[_.]?(subject|issuer)(?:[_.]?(?:dn|name))?["'`]?"""
    r"""[ \t]{0,4}(?::|=>?)[ \t]{0,4}(["'`])([^"'`\r\n]{0,8}=[^"'`\r\n]{2,500})\2""",
    re.IGNORECASE,
)
_SENT = re.compile(r"(?:HTTP|RTSP)/\d\.\d[ \t]\d{3}")


def servers(text: str) -> Iterator[Answer]:
    """Servers and realms that stand under a name with their protocol: "rtsp_server", "httpServer", "http_realm"."""
    if _SENT.search(text):
        return  # the answer itself, which says it
    for protocol, kind, value in islice(_SERVER.findall(text), MAX_NOTED):
        line = f"Server: {value}" if kind.lower() == "server" else f'WWW-Authenticate: Digest realm="{value}"'
        if protocol.lower() == "rtsp":
            yield from answer("rtsp", fields_of(rtsp.decode_headers, line))
        else:
            yield from answer("http", fields_of(http.decode_headers, line))
    for value in islice(_HEADER.findall(text), MAX_NOTED):
        yield from answer("http", fields_of(http.decode_headers, f"Server: {value.strip()}"))
        yield from answer("banner", fields_of(rtsp.decode_headers, f"Server: {value.strip()}"))


def products(text: str) -> Iterator[Answer]:
    """Servers of UPnP in quotes, and titles that queries of search engines ask for."""
    if _SENT.search(text):
        return
    for value in islice(_UPNP.findall(text), MAX_NOTED):
        yield from answer("ssdp", as_fields([("ssdp.server", value.strip())]))
    for value in islice(_QUERY.findall(text), MAX_NOTED):
        yield from answer("http", title_fields(value))


def titles(text: str) -> Iterator[Answer]:
    """The titles of pages that records of search engines hold beside the head of an answer."""
    if text.lstrip()[:1] not in ("{", "[") or '"http"' not in text or len(text) > MAX_JSON:
        return
    with suppress(ValueError, RecursionError):
        told = (record.get("http") for record in islice(objects(json.loads(text, strict=False)), MAX_NOTED))
        for title in (one.get("title") for one in told if isinstance(one, dict)):
            if isinstance(title, str) and title.strip():
                yield from answer("http", html.decode(f"<title>{title}</title>"))


def certificates(text: str) -> Iterator[Answer]:
    """The names of a certificate that stand under "tls_subject", "ssl_issuer" and the like."""
    told = [f"{name.lower()}: {value}" for name, _, value in islice(_NAME.findall(text), MAX_NOTED)]
    if told:
        yield from certificate.names("\n".join(told))
