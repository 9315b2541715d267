"""Where a user's own files lie where nothing else is named: the folders of the XDG base directory specification."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path

from camscan.errors import HostError


def data_file(name: str) -> Path:
    """The file or folder of that name among the user's data. Raises HostError if nobody knows where that would be."""
    return _below(user_data_path, "XDG_DATA_HOME") / name


def config_file(name: str) -> Path:
    """The file of that name among the user's configuration. Raises HostError if nobody knows where that would be."""
    return _below(user_config_path, "XDG_CONFIG_HOME") / name


def cache_file(name: str) -> Path:
    """The file of that name among what can be made again. Raises HostError if nobody knows where that would be."""
    return _below(user_cache_path, "XDG_CACHE_HOME") / name


def _below(path: Callable[..., Path], variable: str) -> Path:
    try:
        return path("camscan", appauthor=False)
    except RuntimeError as error:  # as in a container, under a number that no user has
        raise HostError(
            f"this user has no home directory, so files have no default place: set HOME or {variable}, or give the file"
        ) from error
