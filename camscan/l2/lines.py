"""The output of this program: one JSON object a line on standard output, and an exit code.

`begin`   the first line, once the task can be done
`arp`     an ARP packet: address, mac, interface, at, payload
`at`      how far a sweep is, whenever it pauses after some requests: sent
`packet`  a datagram, or the beginning of a TCP answer: channel, source, port, mac, interface, at, payload, whole, asked
`end`     the last line if all went well: counters
`error`   the last line otherwise: message

`at` is in seconds since 1970, `payload` is base64, `whole` is false if the payload is incomplete.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Callable
from typing import BinaryIO

DONE, FAILED, WRONG_USE, NO_PRIVILEGE = 0, 1, 2, 77  # exit codes

_NO_MEMORY = "there is not enough memory: free some, or raise the limit (ulimit -v, or the container's or service's)"


class RefusalError(Exception):
    """Why this program cannot do its task; `code` is the exit code."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


class Lines:
    """Writes lines to a buffer, and sends them when `flush` is called."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def emit(self, kind: str, **values: object) -> None:
        """Write one line; bytes become base64."""
        plain = {name: _encoded(value) for name, value in values.items()}
        self._out.write(json.dumps({"type": kind, **plain}, separators=(",", ":")).encode("ascii") + b"\n")

    def flush(self) -> None:
        """Send all lines written so far."""
        self._out.flush()


def run(work: Callable[[Lines], None]) -> int:
    """Run a program that writes its lines to standard output; returns the exit code."""
    lines, code = Lines(sys.stdout.buffer), DONE
    try:
        try:
            work(lines)
        except RefusalError as error:
            lines.emit("error", message=str(error))
            code = error.code
        except MemoryError:
            lines.emit("error", message=_NO_MEMORY)
            code = FAILED
        lines.flush()
    except BrokenPipeError:  # nobody reads any more, and Python must not try to write the rest at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _encoded(value: object) -> object:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
