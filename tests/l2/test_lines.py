from __future__ import annotations

import json
from io import BytesIO

import pytest

from camscan.l2.lines import FAILED, Lines, run


def test_a_line_is_an_object_and_bytes_are_base64() -> None:
    out = BytesIO()
    lines = Lines(out)
    lines.emit("packet", payload=b"\x00\xff\n", source="10.0.0.5", at=1.5, whole=True)
    lines.emit("error", message="broken\n\x1b[31m\u202e")
    first, second = out.getvalue().splitlines()
    assert first == b'{"type":"packet","payload":"AP8K","source":"10.0.0.5","at":1.5,"whole":true}'
    assert second.isascii()
    assert json.loads(second)["message"] == "broken\n\x1b[31m\u202e"


def test_a_host_without_memory_is_told_in_a_line(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    def work(_lines: Lines) -> None:
        raise MemoryError

    assert run(work) == FAILED
    (line,) = capfdbinary.readouterr().out.splitlines()
    assert json.loads(line)["message"].startswith("there is not enough memory: ")
