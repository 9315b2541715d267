"""A host that lets no further thread start, as where a user or a container has as many processes as it may."""

from __future__ import annotations


def no_thread(*_: object) -> None:
    """Put in the place of `threading.Thread.start`."""
    raise RuntimeError("can't start new thread")
