"""The configuration, and the store that it names. Light, for commands that scan and judge nothing."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from camscan.errors import UsageError
from camscan.sweeps.config import Config
from camscan.sweeps.configfile import Document, read
from camscan.system.files import is_there

PLACES = (Path("camscan.toml"), Path("/etc/camscan/camscan.toml"))
"""Where a configuration is looked for that is not named."""


def configuration(file: Path | None, *, with_faults: bool = False) -> Document:
    """The configuration in a file, or the first of `PLACES`; see `read`. Raises UsageError, a line for each fault."""
    if found := file or usual_place():
        return read(found, with_faults=with_faults)
    here, there = PLACES
    raise UsageError(f"found neither {here} here nor {there}: create one with `camscan init`, or give its path")


def usual_place() -> Path | None:
    """The first of `PLACES` at which there is a configuration."""
    return next((place for place in PLACES if is_there(place)), None)


def database(config: Config) -> str | None:
    """Where the scans are kept, as `Store.open` takes it; the name of a file is relative to the configuration.

    A variable that is empty counts as none, as for commands that read no configuration.
    """
    url = config.store.url
    if url is None:
        return os.environ.get("CAMSCAN_DB") or None
    return url if "://" in url else str(config.path(url))


def store_option(target: str) -> str:
    """The option that leads a later command to a store; a URL, which may hold a password, is not repeated."""
    return f" --db {'URL' if '://' in target else shlex.quote(target)}" if target else ""
