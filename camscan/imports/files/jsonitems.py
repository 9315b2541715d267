"""Reads a JSON array, or JSON values one after another, in any layout."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from camscan.imports.files.base import Summary
from camscan.text.jsonwindow import Window

MAX_OBJECT = 64 * 1024  # characters of one object; masscan's longest, a certificate in base64, has below 6 KiB
CUT_OFF = "the list has no end: its writer was stopped, or the file was cut off"
_PIECE = 4 * MAX_OBJECT  # bytes that are read at a time

_GAP = re.compile(r"[\s,]*")
_NEXT = re.compile(r"(?:\}|(?<![\[:\s,])(?>[\s,]*?\n)|(?<=[\[:])(?>[\s,]+?\n))[\s,]*+(?=\{)")
"""Where an object may begin after an invalid one: not inside a list or a member.

A run of blanks is only tried at its first character, so that time is linear.
"""
_LEVELS = 256  # of an invalid value, from which on it is nested too deeply
_DEEP = re.compile(rf"(?:[^\[{{]*+[\[{{]){{{_LEVELS}}}")
"""The first levels of a value that is nested too deeply: what begins in them is no item, and as deep."""
_OVER = re.compile(r"\](?![\s,]*\[)|\{finished: 1\}[\s,]*\Z")
"""The end: of the last list, or what older versions of masscan write after their last record, which is not JSON."""
_BETWEEN = re.compile(r"\][\s,]*\[|\{finished: 1\}")
"""Where one list ends and another begins, as in a file to which a later run was appended."""

_decoder = json.JSONDecoder()


def items(stream: BinaryIO, summary: Summary, most: int = MAX_OBJECT) -> Iterator[object]:
    """All valid items. An invalid one, or one that is larger, is counted and skipped; a list without its end is cut."""
    window = _window(stream, most)
    window.skip(_GAP)
    is_list = not window.text.startswith("{", window.at)
    window.at += window.text.startswith("[", window.at)
    while True:
        window.skip(_GAP)
        if _OVER.match(window.text, window.at):
            return
        if _BETWEEN.match(window.text, window.at):
            window.skip(_BETWEEN)
            continue
        if window.at == len(window.text):
            break
        window.forget()
        try:
            item, end = _decoder.raw_decode(window.text, window.at)
        except (ValueError, RecursionError) as error:
            summary.broken += 1
            _skip_begun(error, window)
            window.skip(_NEXT)
        else:
            window.at = end
            is_list = is_list or window.text.startswith(",", end)
            yield item
    if is_list and not window.text.rstrip().endswith("]"):
        summary.cut = CUT_OFF


def _skip_begun(error: ValueError | RecursionError, window: Window) -> None:
    """Skip what cannot begin an item, of a value that could not be read.

    That is more than one character where it is nested too deeply. How deep Python reads depends on its version.
    """
    if isinstance(error, json.JSONDecodeError):
        begun, ended = (sum(window.text.count(mark, window.at, error.pos) for mark in marks) for marks in ("[{", "]}"))
        window.at = error.pos if begun - ended >= _LEVELS else window.at + 1
    elif isinstance(error, RecursionError):
        window.skip(_DEEP)
    else:
        window.at += 1


def _window(stream: BinaryIO, size: int) -> Window:
    decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode

    def read() -> str:
        text = ""
        while not text and (piece := stream.read(_PIECE)):  # the first bytes of a character are no text yet
            text = decode(piece)
        return text

    return Window(read, size)
