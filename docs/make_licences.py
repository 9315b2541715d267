"""List the licences of the locked dependencies, and fail where one does not go with GPL-3.0-or-later.

Run it where requirements.lock is installed, as `make check-deps` does.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

LOCK = Path(__file__).parent.parent / "requirements.lock"

COMPATIBLE = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0"),
    *("GPL-2.0-or-later", "GPL-3.0-or-later", "LGPL-2.1-or-later", "LGPL-3.0-or-later", "Unlicense", "Zlib"),
}
"""SPDX identifiers that the Free Software Foundation lists as compatible with GPL-3.0."""

NAMES = {
    "apache 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "gnu general public license (gpl)": "GPL-3.0-or-later",  # python-nmap; its licence file says which
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
"""What older metadata calls a licence -> its SPDX identifier."""

STATED_ELSEWHERE = {"pyrage": "MIT"}
"""Packages whose metadata names no licence; their repositories do."""

APART = {"scapy": "GPL-2.0-only"}
"""Packages that share no process with camscan (see NOTICE), so that their licence need not go with its own."""


def main() -> None:
    """Print the list; exit 1 if a licence does not fit or is not known."""
    unfit = []
    for name in locked():
        licence = licence_of(name)
        fits = licence is None or is_compatible(licence) or APART.get(name) == licence
        unfit += [] if fits else [name]
        told = "not installed on this platform" if licence is None else licence
        sys.stdout.write(f"{name:<24}{told}{'' if fits else '   <- does not fit'}\n")
    if unfit:
        sys.exit(f"Not compatible with GPL-3.0-or-later, or not known: {', '.join(unfit)}")


def locked() -> Iterator[str]:
    """The names of the packages in the lock, each once."""
    yield from dict.fromkeys(re.findall(r"^([a-z0-9._-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))


def licence_of(name: str) -> str | None:
    """The licence that a package states, as an SPDX expression; None where it is not installed, "" for none stated."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    classifiers = [text.rpartition(":: ")[2] for text in told.get_all("Classifier") or [] if text.startswith("License")]
    stated = [told.get("License-Expression"), *classifiers, told.get("License"), STATED_ELSEWHERE.get(name)]
    found = [NAMES.get(text.lower(), text.partition("\n")[0]) for text in stated if text]
    return next(filter(is_compatible, found), found[0] if found else "")


def is_compatible(expression: str) -> bool:
    """Whether one of the alternatives holds nothing but compatible licences; brackets are not needed for that."""
    plain = expression.replace("(", "").replace(")", "")
    return any(set(choice.split(" AND ")) <= COMPATIBLE for choice in plain.split(" OR "))


if __name__ == "__main__":
    main()
