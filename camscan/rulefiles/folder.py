"""The folder of the fingerprint library: where it lies (packed into the wheel, or beside the package in a checkout)."""

from __future__ import annotations

from pathlib import Path

from camscan.errors import HostError

MAX_BYTES = 4 * 1024 * 1024  # of one file of rules or of a policy; the longest here has a fifth of a megabyte
OVERLAY = "oui-overlay.csv"
"""In the fingerprint library, blocks of MAC addresses: prefix (6, 7 or 9 hex digits), organization, source."""


def fingerprints_folder() -> Path:
    """The folder of the built-in fingerprints. Raises HostError if the package was installed without its data."""
    package = Path(__file__).parent.parent
    for folder in (package / "fingerprints", package.parent / "fingerprints"):
        if (folder / "vocabulary.yaml").is_file():
            return folder
    raise HostError(f"the fingerprint library is missing from {package}: reinstall camscan")
