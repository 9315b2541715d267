"""A user's files: whether one is there, and replacing one as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from camscan.system.files import is_there, replacing


def test_what_has_a_name_is_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "dangling").symlink_to("nowhere")
    assert is_there(tmp_path / "file")
    assert is_there(tmp_path)
    for name in ("nothing", "dangling", "file/below", "nothing/below"):
        assert not is_there(tmp_path / name)


def test_where_nobody_can_look_is_told(tmp_path: Path) -> None:
    (tmp_path / "ring").symlink_to("ring")
    for name in ("ring/below", "x" * 300):  # as in a closed folder, which root is not kept out of
        with pytest.raises(OSError, match=r"(?i)too (many|long)"):
            is_there(tmp_path / name)


def test_a_file_that_is_given_up_leaves_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    with pytest.raises(TypeError), replacing(file) as half:
        half.writelines([b"ha", None])  # type: ignore[list-item]
    assert file.read_bytes() == b"old"
    with replacing(file, 0o640) as whole:
        whole.write(b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    assert [*tmp_path.iterdir()] == [file]
