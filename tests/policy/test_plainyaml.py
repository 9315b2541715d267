"""YAML is read with its lines, and bombs are not read at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from camscan.errors import RuleError
from camscan.policy.plainyaml import MAX_BYTES, MAX_DEPTH, read


def test_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\nb:\n  - c: 2\n  -\n    d: 3\n")
    document = read(file)
    assert document.value == {"a": 1, "b": [{"c": 2}, {"d": 3}]}
    places = [(), ("a",), ("b", 0, "c"), ("b", 1), ("b", 1, "x", "y"), ("b", 7), ("a", "x")]
    assert [document.at(place) for place in places] == [f"{file}:{line}" for line in (1, 1, 3, 5, 5, 3, 1)]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"a: \xff", "not UTF-8 at byte 3: save it as UTF-8"),
        (b"a: 1\n--- \nb: 2\n", "2: but found another document: mend the YAML there"),
        (b"a: !!python/object/apply:os.system [id]", "could not determine a constructor for the tag"),
        (b"a: [&x [1, 1], *x]", "1: an alias: mend the YAML there"),
        (b"&a a: {*a : 1}", "1: an alias: mend the YAML there"),
        (b"a: \x00", "not YAML: unacceptable character"),
        (b"a: 2022-13-45", "not YAML: month must be in 1..12"),
        (b"[" * (MAX_DEPTH + 1), "1: nested too deep: mend the YAML there"),
        (b"[" * 50000, "1: exceeded maximum nesting depth: mend the YAML there"),
        (b"a" * (MAX_BYTES + 1), f"larger than {MAX_BYTES} bytes"),
    ],
)
def test_refused(tmp_path: Path, data: bytes, fault: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(data)
    with pytest.raises(RuleError) as error:
        read(file)
    assert str(error.value).startswith(f"{file}:")
    assert fault in str(error.value)
