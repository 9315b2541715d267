"""Small bundles of evidence, and everything that somebody may do to one."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import chain

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from camscan.app.archiving.bundling import derive
from camscan.app.reporting.annotating import with_states_by
from camscan.evidence import canonical, export, keys, manifest
from camscan.evidence.export import Contents, Derivation
from camscan.evidence.manifest import About, Chain, Manifest
from camscan.evidence.verify import Trust, Verified, verify
from camscan.evidence.writing import Writer
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus, Vantage
from camscan.summaries import State, StateChange

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
SCAN = Scan(
    "4f2a00",
    AT,
    ("10.0.0.0/24",),
    ("http", "tcp"),
    "North",
    AT + timedelta(minutes=5),
    ScanStatus.COMPLETE,
    vantage=Vantage("scanner", ("eth0",), (("eth0", "192.0.2.1"),)),
    settings={"seed": "7", "choices": '{"rate": 10, "snmp_community": "s3cret"}'},
)
ABOUT = About("2026-11-24T13:00:00.000000Z", "J. Doe", "Order 17", {"source": "unknown"}, {"camscan": "0"})
FILES = {
    "rules/1/vocabulary.yaml": b"makers: [Northlight, Southlight]\nfields: [http.server, http.title, tcp.port]\n",
    "rules/1/makers/northlight.yaml": rb"""maker: Northlight
rules:
  - id: northlight-http-server
    field: http.server
    pattern: '^NL-Embedded/[\d.]+$'
    level: likely
    examples: ['NL-Embedded/2.3']
    near_misses: ['NL-Embedded']
    source: own capture
    confirmed: 2026-11
""",
    "policies/001-own.yaml": b"""id: own
title: Own list
jurisdiction: here
citation: Order 17
url: https://example.org/17
since: 2026-01-01
entities:
  - {name: 'Northlight Ltd', makers: [Northlight]}
""",
}
SIGNER = keys.Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KNOWN = Trust(SIGNER.public.fingerprint)
FOLLOW = Derivation(derive, with_states_by)
CHANGES = tuple(
    StateChange("North", at, at, state, "J. Roe", "as agreed", AT + timedelta(hours=1), (name,), number=number)
    for number, (at, state, name) in enumerate(
        (
            ("10.0.0.3", State.CONFIRMED, "place 10.0.0.3 northlight"),
            ("10.0.0.3", State.EXEMPT, "place 10.0.0.3 northlight"),
            ("10.0.0.250", State.REMOVED, "serial nl-250"),
        ),
        start=1,
    )
)
"""What people said: of a camera of the scan, and of one that is there no more."""


def observations(hosts: int) -> Iterator[Observation]:
    """Of each host an open port and a page; every third is a camera on the list, every fifth is silent beside it."""
    for number in range(1, hosts + 1):
        target = f"10.0.{number // 256}.{number % 256}"
        server = f"NL-Embedded/2.{number}" if number % 3 == 0 else f"nginx/1.{number}"
        page = f"HTTP/1.1 200 OK\r\nServer: {server}\r\nContent-Length: 5\r\n\r\nhello".encode()
        yield Observation(target, "tcp", Outcome.ANSWERED, AT, 80, fields={"tcp.port": ("80",)})
        yield Observation(target, "http", Outcome.ANSWERED, AT + timedelta(seconds=number), 80, "GET /", {}, page)
        if number % 5 == 0:
            yield Observation(target, "http", Outcome.SILENT, AT, 8080, "GET /", reason="no answer within 3 s")


def ledger(hosts: int) -> Iterator[LedgerEntry]:
    """What became of them."""
    for seen in observations(hosts):
        if seen.channel == "tcp":
            yield LedgerEntry(seen.target, {"tcp": Outcome.ANSWERED, "http": Outcome.ANSWERED}, {"http": "said hello"})


def bundle(
    hosts: int = 6,
    about: About = ABOUT,
    stamp: Callable[[bytes], bytes] = bytes,
    files: Mapping[str, bytes] = FILES,
    *,
    scan: Scan = SCAN,
    more: Sequence[Observation] = (),
) -> bytes:
    """A bundle that holds; `more` was seen, too."""
    file = io.BytesIO()
    seen = chain(observations(hosts), more)
    export.export(file, Contents(scan, seen, ledger(hosts), files, about, lambda _: CHANGES), SIGNER, FOLLOW, stamp)
    return file.getvalue()


def checked(data: bytes, trust: Trust = KNOWN) -> Verified:
    """The bundle, verified."""
    return verify(io.BytesIO(data), trust, FOLLOW)


def parts_of(data: bytes) -> dict[str, bytes]:
    """The contents of a bundle, unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        raw = {name: archive.read(name) for name in archive.namelist()}
    return {name: gzip.decompress(text) if name.endswith(".gz") else text for name, text in raw.items()}


def packed(parts: list[tuple[str, bytes]]) -> bytes:
    """An archive of the one form, of these parts."""
    file = io.BytesIO()
    writer = Writer(file)
    for name, data in parts:
        writer.add(name, data)
    writer.finish()
    return file.getvalue()


def resealed(parts: Mapping[str, bytes], signer: keys.Signer | None, *, chained: bool = True) -> bytes:
    """A bundle with these contents, as somebody would make it who knows how.

    Every hash is right, the chain is closed anew where `chained`, and `signer` signs it; without one the old signature
    stays.
    """
    made = manifest.load(parts[manifest.MANIFEST])
    contents = {name: data for name, data in parts.items() if not name.startswith("manifest.")}
    if chained:
        contents[export.OBSERVATIONS] = linked(contents[export.OBSERVATIONS], contents[export.SCAN])
    if signer is not None:
        contents[export.KEY] = signer.public.pem
    data = manifest.dump(_listing(made, contents, signer))
    signature = signer.sign(data) if signer is not None else parts[manifest.SIGNATURE]
    return packed([*contents.items(), (manifest.MANIFEST, data), (manifest.SIGNATURE, signature)])


def _listing(made: Manifest, contents: Mapping[str, bytes], signer: keys.Signer | None) -> Manifest:
    writer = Writer(io.BytesIO())
    for name, data in contents.items():
        writer.add(name, data)
    lines = contents[export.OBSERVATIONS].splitlines(keepends=True)
    chain = Chain(len(lines), sha256(lines[-1] if lines else contents[export.SCAN]).hexdigest())
    key = made.key if signer is None else signer.public.fingerprint
    return replace(made, parts=tuple(writer.parts), chain=chain, key=key)


def linked(text: bytes, scan: bytes) -> bytes:
    """The lines of observations as one chain again."""
    head, lines = sha256(scan).hexdigest(), []
    for line in text.splitlines():
        lines.append(canonical.dump({**json.loads(line), "previous": head}))
        head = sha256(lines[-1]).hexdigest()
    return b"".join(lines)


def bytes_altered(data: bytes, draw: random.Random) -> bytes:
    """One edit, cut or move of bytes anywhere in the file."""
    at, length = draw.randrange(len(data)), draw.randint(1, 200)
    here, rest = data[:at], data[at:]
    ways = (
        here + bytes([data[at] ^ 1 << draw.randrange(8)]) + rest[1:],
        here,
        here + rest[length:],
        here + draw.randbytes(length) + rest,
        here + rest[length : 2 * length] + rest[:length] + rest[2 * length :],
        here + rest[:length] + rest,
        here + bytes(min(length, len(rest))) + rest[length:],
    )
    return draw.choice(ways)


def parts_altered(data: bytes, draw: random.Random) -> bytes:
    """One part edited, dropped, added, renamed, doubled or moved in a sound archive; hashes made right again or not."""
    parts = list(parts_of(data).items())
    at, kind = draw.randrange(len(parts)), draw.randrange(7)
    name, text = parts[at]
    if kind == 0:
        parts[at] = name, bytes_altered(text, draw)
    elif kind == 1:
        del parts[at]
    elif kind == 2:
        parts.insert(at, (f"rules/1/makers/x{draw.randrange(99)}.yaml", b"maker: Southlight\nrules: []\n"))
    elif kind == 3:
        parts[at] = f"{name}x", text
    elif kind == 4:
        parts.insert(draw.randrange(len(parts)), (name, text))
    elif kind == 5:
        parts.insert(draw.randrange(len(parts)), parts.pop(at))
    else:
        changed = dict(parts)
        listed = [key for key in changed if not key.startswith("manifest.")]
        name = draw.choice(listed)
        changed[name] = bytes_altered(changed[name], draw)
        return resealed(changed, None, chained=False)
    return packed(parts)


def rebuilt(data: bytes, draw: random.Random) -> bytes:
    """Another story, told consistently: every hash right, the chain closed, signed by a key of the teller's own."""
    parts = parts_of(data)
    lines = parts[export.OBSERVATIONS].splitlines(keepends=True)
    at, kind = draw.randrange(len(lines)), draw.randrange(5)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(draw.randrange(len(lines)), lines.pop(at))
    elif kind == 2:
        lines.insert(at, lines[at])
    elif kind == 3:
        value = json.loads(lines[at])
        lines[at] = canonical.dump({**value, "target": f"10.9.9.{draw.randrange(256)}"})
    else:
        value = json.loads(lines[at])
        lines[at] = canonical.dump({**value, "raw": "SFRUUC8xLjEgMjAwIE9LDQoNCg==", "fields": {}})
    return resealed({**parts, export.OBSERVATIONS: b"".join(lines)}, _stranger(draw))


def concluded(data: bytes, draw: random.Random) -> bytes:
    """Another conclusion from the same bytes, or a chain left open; signed by a key of the teller's own."""
    parts = parts_of(data)
    kind = draw.randrange(7)
    if kind == 6:  # what was said last of a device
        first, _, rest = parts[export.STATES].splitlines(keepends=True)
        other = canonical.change_object(replace(CHANGES[1], state=State.TICKETED))
        told = first + draw.choice((b"", canonical.dump(other))) + rest
        return resealed({**parts, export.STATES: told}, _stranger(draw))
    if kind == 0:  # what the bytes say of the server
        lines = parts[export.OBSERVATIONS].splitlines(keepends=True)
        pages = [number for number, line in enumerate(lines) if b'"raw":"SFRU' in line]
        at = draw.choice(pages)
        value = json.loads(lines[at])
        value["fields"]["http.server"] = [f"NL-Embedded/9.{draw.randrange(1000)}"]
        lines[at] = canonical.dump(value)
        return resealed({**parts, export.OBSERVATIONS: b"".join(lines)}, _stranger(draw))
    if kind == 1:  # the chain
        lines = parts[export.OBSERVATIONS].splitlines(keepends=True)
        del lines[draw.randrange(len(lines) - 1)]
        return resealed({**parts, export.OBSERVATIONS: b"".join(lines)}, _stranger(draw), chained=False)
    name = (export.VERDICTS, export.IDENTIFICATIONS)[kind % 2]
    lines = parts[name].splitlines(keepends=True)
    at = draw.randrange(len(lines))
    if kind in {2, 3}:
        del lines[at]
    else:
        value = json.loads(lines[at])
        value["maker"] = draw.choice([maker for maker in ("Northlight", "Southlight", None) if maker != value["maker"]])
        lines[at] = canonical.dump(value)
    return resealed({**parts, name: b"".join(lines)}, _stranger(draw))


def _stranger(draw: random.Random) -> keys.Signer:
    pem = keys.generate().pem() if draw.random() < 0.01 else _STRANGER
    return keys.load_private(pem, "a stranger's key")


_STRANGER = keys.generate().pem()

KINDS: Mapping[str, tuple[Callable[[bytes, random.Random], bytes], Trust]] = {
    "bytes altered": (bytes_altered, KNOWN),
    "parts altered": (parts_altered, KNOWN),
    "rebuilt by a stranger": (rebuilt, KNOWN),
    "concluded otherwise by a stranger, key not known": (concluded, Trust()),
}
"""What is done to a bundle, and what its reader knows, with which it must be found."""
