"""The container has one form, and no other is read."""

from __future__ import annotations

import gzip
import io
import random
import struct
import subprocess
import tracemalloc
import zipfile
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest
from support.needs import needs

from camscan.errors import EvidenceError, HostError
from camscan.evidence import container, writing
from camscan.evidence.archive import Archive
from camscan.evidence.container import Entry, is_name
from camscan.evidence.writing import Writer

PARTS = {
    "scan.json": b'{"id":"4f2a"}\n',
    "empty": b"",
    "rules/1/makers/x.yaml": b"maker: X\n",
    "lines.jsonl.gz": b"1\n2\n",
}


def made(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    writer = Writer(file)
    for name, data in parts.items():
        writer.add(name, data)
    writer.finish()
    return file.getvalue()


DATA = made(PARTS)


def zipped(name: str | zipfile.ZipInfo, data: bytes = b"x", method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as other:
        other.writestr(name, data)
    return file.getvalue()


def fault(data: bytes) -> str:
    with pytest.raises(EvidenceError) as caught:
        whole(data)
    return str(caught.value)


def whole(data: bytes) -> dict[str, bytes]:
    """Everything in an archive, and its checksums checked."""
    opened = Archive(io.BytesIO(data))
    for entry in opened.entries:
        opened.measure(entry.name)
    return {entry.name: b"".join(opened.lines(entry.name)) for entry in opened.entries}


def test_what_is_written_is_read() -> None:
    assert whole(DATA) == PARTS
    assert Archive(io.BytesIO(DATA)).read("scan.json", 100) == PARTS["scan.json"]


def test_other_programs_read_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(DATA)) as other:
        assert other.testzip() is None
        assert other.namelist() == list(PARTS)
        assert gzip.decompress(other.read("lines.jsonl.gz")) == b"1\n2\n"
    needs("unzip")
    (tmp_path / "x.zip").write_bytes(DATA)
    done = subprocess.run(["unzip", "-t", "x.zip"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert "No errors detected" in done.stdout


def test_the_same_parts_make_the_same_bytes() -> None:
    assert made(PARTS) == DATA


def test_every_single_bit_counts() -> None:
    listed = {part.name: part for part in (Archive(io.BytesIO(DATA)).measure(name) for name in PARTS)}
    for at in range(len(DATA)):
        for bit in range(8):
            altered = DATA[:at] + bytes([DATA[at] ^ 1 << bit]) + DATA[at + 1 :]
            try:
                opened = Archive(io.BytesIO(altered))
                found = {entry.name: opened.measure(entry.name) for entry in opened.entries}
            except EvidenceError:
                continue
            pytest.fail(f"bit {bit} of byte {at} of {len(DATA)} can be altered: {found == listed}")


def test_a_cut_or_a_byte_more_is_seen() -> None:
    for length in range(len(DATA)):
        fault(DATA[:length])
    for more in (b"\0", b"PK\x05\x06", DATA):
        fault(DATA + more)
        fault(more + DATA)
        fault(DATA[:40] + more + DATA[40:])


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        "C:x",
        "a\\b",
        "a\0b",
        ".x",
        "a/.x",
        "",
        "x" * 201,
        "é",
        "a b",
        "-x",
    ],
)
def test_names_that_lead_elsewhere(name: str) -> None:
    assert not is_name(name)
    if name and "\0" not in name:
        assert fault(zipped(name)).startswith("the archive: ")


def test_other_forms_of_an_archive_are_not_read() -> None:
    link = zipfile.ZipInfo("link", (1980, 1, 1, 0, 0, 0))
    link.external_attr = 0o120777 << 16
    comment = io.BytesIO()
    with zipfile.ZipFile(comment, "w") as other:
        other.comment = b"x"
    today = zipfile.ZipInfo("x", (2026, 1, 1, 0, 0, 0))
    for data in (
        zipped(link, b"/etc/passwd"),
        zipped(today),
        zipped("x", b"x" * 99, zipfile.ZIP_DEFLATED),
        comment.getvalue(),
    ):
        fault(data)


def test_a_name_that_is_there_twice() -> None:
    file = io.BytesIO()
    writer = Writer(file)
    writer.add("x", b"1")
    writer.add("x", b"2")
    writer.finish()
    assert fault(file.getvalue()) == "x: appears twice"


def test_two_parts_over_the_same_bytes() -> None:
    one = Entry("a", 0, 0, 0)
    two = Entry("b", 0, 0, 0)
    directory = one.central + two.central
    data = one.local + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), len(one.local), 0)
    assert fault(data) == "b: its entry in the directory is not as camscan writes it"


@pytest.mark.parametrize(("more", "hidden"), [(0, b"hidden"), (1, b""), (-1, b"")])
def test_nothing_lies_between_the_parts_and_their_directory(more: int, hidden: bytes) -> None:
    count, length, start = container.END.unpack(DATA[-container.END.size :])[4:7]
    end = container.end(count + more, length, start + len(hidden))
    data = DATA[:start] + hidden + DATA[start : start + length] + end
    assert fault(data) == "the archive: holds more or less than its parts"


def directory_of(count: int, length: int) -> bytes:
    """An archive whose directory is said to be so large, and is."""
    return bytes(length) + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, length, 0, 0)


@pytest.mark.parametrize(
    ("count", "length"), [(65_535, 3_000_000), (0, 50_000_000), (10_000, 50_000_000), (1, 47), (1, 45)]
)
def test_a_huge_directory_is_not_read(count: int, length: int) -> None:
    data = directory_of(count, length)
    tracemalloc.start()
    fault(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def bomb(size: int) -> bytes:
    """A gzip file of zeros."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as file:
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))
    return packed.getvalue()


def test_what_unfolds_to_one_line_without_an_end_is_left() -> None:
    inner = bomb(64 << 20)
    file = io.BytesIO()
    writer = Writer(file)
    with writer.part("lines.jsonl") as sink:
        sink.write(inner)
    writer.finish()
    data = file.getvalue().replace(b"lines.jsonl", b"lines.js.gz")
    tracemalloc.start()
    with pytest.raises(EvidenceError, match=r"lines.js.gz: unpacks to more than camscan writes"):
        deque(Archive(io.BytesIO(data)).lines("lines.js.gz"), maxlen=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * container.MAX_LINE


def test_what_cannot_be_unpacked() -> None:
    packed = gzip.compress(b"1\n")
    for inner in (b"", packed[:2], packed[:-3], packed + b"junk", b"no gzip file", packed[:10] + b"\xff" * 20):
        data = made({"lines.jsonlxx": inner}).replace(b"lines.jsonlxx", b"lines.json.gz")
        if inner:
            assert fault(data).startswith("lines.json.gz: cannot be unpacked")
        else:
            assert whole(data) == {"lines.json.gz": b""}


def test_a_line_that_does_not_end() -> None:
    assert fault(made({"x.jsonl.gz": b"1\n2"})) == "x.jsonl.gz: its last line does not end"


def test_what_is_larger_than_one_who_reads_wants() -> None:
    opened = Archive(io.BytesIO(DATA))
    with pytest.raises(EvidenceError, match=r"scan.json: has 14 bytes, but no more than 13 are read"):
        opened.read("scan.json", 13)
    with pytest.raises(EvidenceError, match="nothing: is missing"):
        opened.read("nothing", 1)


def test_a_bundle_ends_below_four_gibibytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MAX_BYTES", 100)
    with pytest.raises(HostError, match="4 GiB"):
        made({"x": bytes(101)})


def test_junk_is_no_archive() -> None:
    draw = random.Random(7)
    for length in (0, 1, 21, 22, 23, 100, 5_000):
        fault(draw.randbytes(length))


@pytest.mark.parametrize("alter", [lambda data: data[:-2] + b"\1\0", lambda data: b"\0" + data])
def test_a_directory_that_is_elsewhere(alter: Callable[[bytes], bytes]) -> None:
    fault(alter(DATA))
