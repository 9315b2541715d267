"""Output of packet dissectors, browsers, media players, and other clients."""

from __future__ import annotations

import re
from urllib.parse import quote

from camscan.imports.notations.base import MANY, MAX_LINES, unquoted

_VERBOSE = re.compile(r"^< (?:HTTP|RTSP)/", re.MULTILINE)
_TALK = re.compile(r"^(?:[>*] .*\n|[{}] \[\d+ bytes data\]\s*\n|>?\r?\n|<(?: |\r?$))", re.MULTILINE)
_TELNET = re.compile(
    r"^(?:Trying |Connected to |Escape character is |Connection closed by )[^\r\n]*\r?\n?", re.MULTILINE
)
_PACKET = re.compile(r"^[TU] \S{3,80} -> \S{3,80}(?: \[[A-Z]*\])?(?: #\d+)?[ \t]*\r?$", re.MULTILINE)
_SHOWN_END = re.compile(r"\\r(?:\\n)?\s*\Z")
_FOLDED = re.compile(
    r"^([ \t]*[A-Za-z][\w-]{1,40}: (?:(?!\\r)[^\r\n])*+)\r?\n(?![\w-]{1,40}:)(?=\S[^\r\n]*\\r(?:\\n)?[ \t]*$)",
    re.MULTILINE,
)
_DISSECTED = re.compile(r"\s*(?:(?:Response|Request|Status-Line):[ \t]+)?(.*?)[ \t]*")
_DESCRIBED = re.compile(r"\s*[A-Z][\w ,/-]{2,60} \(([vosietbamc])\): (.*)")
_TRACED = re.compile(
    r"^(?:\[\w+ @ 0x[0-9a-f]+\] line=|(?:[^'\r\n]{0,200}Processing SDP )?line )'(.*)'\]?\s*?$", re.MULTILINE
)
"""A line in a trace of ffmpeg, or in the log of a recorder program."""
_PLAYED = re.compile(
    r"^(?:Input #0, (?:rtsp|sdp)|Output #0, \w{2,20})\b.*?^ {2,8}title +: ([^\r\n]{1,200})", re.MULTILINE | re.DOTALL
)
_NAMED = re.compile(r"""\bsession_name: *"((?:[^"\\]|\\.){1,200})\"""")
_TOLD = re.compile(r"""\bAttribute \{ key: "([\w-]{1,40})", value: (?:None|Some\("((?:[^"\\]|\\.){0,1024}+)"\)) \}""")
"""An attribute of a session description, as Rust prints one."""
_OFFERED = re.compile(
    r"""\b(?:a-(?=\w)|(?=x-\w))([\w-]{2,40})=\(string\)(?:"((?:[^"\\]|\\.){0,1024}+)"|([^\s,;"]{1,1024}+))"""
)
_LISTED = re.compile(
    r"^[ \t]*-[ \t](urn:uuid:[0-9a-f-]{32,40})[ \t]*\r?\n[ \t]+-[ \t](\S[^\r\n]{0,95}?)[ \t]*\r?\n"
    r"[ \t]+-[ \t](https?://[^\s/]{3,80}/\S{0,120})",
    re.IGNORECASE | re.MULTILINE,
)
"""A device found by an ONVIF search: its endpoint, name and address."""
_DOTTED = re.compile(r"^(?:HTTP|RTSP)/\d\.\d \d{3} [^\r\n]*?\.\.[A-Z][\w-]{1,40}: ?.*$", re.MULTILINE)
_CAPTURED = re.compile(
    r"^(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d{1,9} IP6? (?=[^\r\n]*?\blength \d)[^\r\n]*+\r?\n", re.MULTILINE
)
_CARRIED = re.compile(r"^[E`][^\r\n]{16,200}?(?=(?:HTTP|RTSP)/\d\.\d \d{3} )", re.MULTILINE)


def curl_or_telnet(text: str) -> str:
    """An answer without the other output of curl or telnet."""
    if _VERBOSE.search(text):
        text = _TALK.sub("", text)
    return _TELNET.sub("", text).strip() if "\nEscape character is " in text else text


def wireshark(text: str) -> str:
    """A packet as Wireshark shows it, with the line ends written as escapes; or a session description alone."""
    if "\\r" not in text and " (v): " not in text:
        return text
    lines = _FOLDED.sub(r"\1 ", text).splitlines()[:MAX_LINES]  # mail folds long lines
    sent = [_SHOWN_END.sub("", line) for line in lines if _SHOWN_END.search(line)]
    body = [f"{match[1]}={match[2]}" for line in lines if (match := _DESCRIBED.fullmatch(line))]
    if len(sent) < 2:
        return "\r\n".join(body) if body[:1] == ["v=0"] else text
    heads = [match[1] for line in sent if (match := _DISSECTED.fullmatch(line)) and not match[1].startswith("[")]
    return "\r\n".join([*heads, *([""] if body and heads[-1:] != [""] else []), *body])


def player(text: str) -> str:
    """An answer in a trace of ffmpeg, or what ffmpeg or retina shows of a session description."""
    if (" @ 0x" in text or "line 'v=0'" in text) and len(lines := _TRACED.findall(text)) >= MANY:
        return "\r\n".join(lines)
    played = _PLAYED.search(text) if "put #0, " in text else None
    if not (played := played or (_NAMED.search(text) if "session_name" in text else None)):
        return text
    told = [f"a={name}" + f":{unquoted(value)}" * bool(value) for name, value in _TOLD.findall(text)[:MAX_LINES]]
    return "\r\n".join(["v=0", f"s={unquoted(played[1])}", *told, ""])


def gstreamer(text: str) -> str:
    """Attributes of a session description in the capabilities that GStreamer prints, perhaps escaped."""
    if "application/x-rtp" not in text:
        return text
    plain = text.replace("\\", "") if "\\(string\\)" in text else text
    found = [f"a={name}:" + (quoted or bare).replace("\\", "") for name, quoted, bare in _OFFERED.findall(plain)]
    kept = list(dict.fromkeys(line.removesuffix(":") for line in found))
    return "\r\n".join(["v=0", "m=video 0 RTP/AVP 96", *kept[:MAX_LINES], ""]) if kept else text


def onvif_search(text: str) -> str:
    """The only device in the list of an ONVIF search, with its own name."""
    found = _LISTED.findall(text)
    if len(found) != 1:
        return text
    endpoint, name, address = found[0]
    return f"{endpoint}\nonvif://www.onvif.org/name/{quote(name)}\n{address}"


def packet_printer(text: str) -> str:
    """Packets as ngrep and tcpdump print them: with a full stop for each control character, perhaps folded."""
    if " IP" in text and _CAPTURED.search(text) and _CARRIED.search(text):
        return _CARRIED.sub("", _CAPTURED.sub("", text))
    if not (" -> " in text and _PACKET.search(text)) and ("\n" in text.strip() or not _DOTTED.match(text.strip())):
        return text
    if _DOTTED.search(text):  # not folded
        return "\r\n".join(found.replace("..", "\r\n") for found in _DOTTED.findall(text))
    parts = _PACKET.split(text)[1:]
    joined = ("".join(line[2:] for line in part.splitlines() if line.startswith("  ")) for part in parts)
    return "\r\n".join(packet.replace("..", "\r\n") for packet in joined)
