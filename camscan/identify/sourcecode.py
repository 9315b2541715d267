"""Which code it is: a hash of sources of this package, for what is kept only until they change."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def code_digest(names: Iterable[str]) -> str:
    """One hash of these files and folders of the package; "" where their sources are not there to be looked at."""
    digest = sha256()
    for file in (file for name in names for file in _sources(_PACKAGE / name)):
        if not file.is_file():
            return ""
        digest.update(f"\n{file.relative_to(_PACKAGE)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _sources(path: Path) -> Iterable[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else (path,)
