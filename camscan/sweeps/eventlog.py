"""The log of a sweep: one line for each event, for people and log collectors."""

from __future__ import annotations

import json
import logging
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from camscan.sweeps.sightings import MAX_TEXT

_log = logging.getLogger("camscan.sweep")
_MAX_MARKS = 4  # combining marks on one character: a flood of them paints over other lines


def log_event(event: str, level: int = logging.INFO, **values: object) -> None:
    """Log an event with its values; None is left out."""
    known = {name: value for name, value in values.items() if value is not None}
    # Outside a sweep no `EventFormatter` shows the values, so the message has them too.
    _log.log(level, "%s", _told(event, known), extra={"event": event, "values": known})


class EventFormatter(logging.Formatter):
    """One line for each record: `time level event name=value`, or one JSON object. What others log becomes an event."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """One line of printable characters, whatever a peer has put into its values; as JSON, of ASCII alone."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        values: Mapping[str, object] = getattr(record, "values", {})
        event = getattr(record, "event", "log")
        if event == "log":
            values = {"logger": record.name, "message": self._message(record)}
        if self._as_json:
            return json.dumps({"at": at, "level": record.levelname.lower(), "event": event, **values}, default=str)
        return " ".join((at, record.levelname.lower(), _told(event, values)))

    def _message(self, record: logging.LogRecord) -> str:
        if record.exc_info:
            return f"{record.getMessage()}\n{self.formatException(record.exc_info)}"
        return record.getMessage()


def show_events(*, as_json: bool = False, quiet: bool = False) -> None:
    """From now on, one line an event on stderr, whoever logs it."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(EventFormatter(as_json=as_json))
    _log.setLevel(logging.WARNING if quiet else logging.INFO)


def _told(event: str, values: Mapping[str, object]) -> str:
    return " ".join((event, *(f"{name}={_quoted(value)}" for name, value in values.items())))


def _quoted(value: object) -> str:
    """A value without blanks as it stands, any other as a JSON string, so that a line can be read back."""
    text = str(value)
    if text and text.isascii() and text.isprintable() and not set(text) & set(' "=\\'):
        return text
    cut = text if len(text) <= 10 * MAX_TEXT else f"{text[: 10 * MAX_TEXT]}..."
    return "".join(_readable(json.dumps(cut, ensure_ascii=False)))


def _readable(quoted: str) -> Iterator[str]:
    """The characters of a JSON string in any script, or JSON's escape where a terminal may obey one, or not show it."""
    marks = 0
    for character in quoted:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        plain = character.isprintable() and marks <= _MAX_MARKS
        yield character if plain else json.dumps(character)[1:-1]
