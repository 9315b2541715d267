"""Workbooks, unpacked by a process of their own (see `camscan.inventory.unpack`)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from camscan.errors import UsageError
from camscan.inventory.tables import Sheet, line

_PROGRAM = Path(__file__).with_name("unpack.py")


def read_workbook(path: Path) -> Iterator[Sheet]:
    """The sheets of a workbook, in order; each is to be read before the next one.

    Raises UsageError if the file is no workbook, is protected by a password, or unfolds to more than is allowed.
    """
    # -I: neither the working directory nor the environment decides what the process imports.
    command = [sys.executable, "-I", str(_PROGRAM), str(path.resolve())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603  all ours
        try:
            yield from _sheets(_items(process, path))
        finally:
            process.kill()


def _items(process: subprocess.Popen[bytes], path: Path) -> Iterator[Any]:
    assert process.stdout is not None  # noqa: S101  it is a pipe
    for text in process.stdout:
        if not text.endswith(b"\n"):  # killed while it wrote
            break
        item = json.loads(text)
        if isinstance(item, dict) and "error" in item:
            raise UsageError(f"cannot read {path}: {item['error']}")
        if isinstance(item, dict) and "end" in item:
            return
        yield item
    raise UsageError(f"cannot read {path}: unpacking it takes too much memory or time: save the list as CSV")


def _sheets(items: Iterator[Any]) -> Iterator[Sheet]:
    for head, group in groupby(_under_heads(items), key=itemgetter(0)):
        rows = (line(*item) for _, item in group if item is not head)
        yield Sheet(head["sheet"], rows, [head["note"]] if head["note"] else [])


def _under_heads(items: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
    head = None
    for item in items:
        head = item if isinstance(item, dict) else head
        yield head, item
