"""apprise reaches what the operator named, and is held to the rules of the webhook whatever it would do itself."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.receiver import FAILING, HANGING, OK, Receiver, receiving, redirecting

from camscan.net.services import notifier
from camscan.net.services.delivery import Delivery
from camscan.net.services.notifier import deliver

SECRET = "T0pSecretT0ken"


def at(receiver: Receiver, more: str = "") -> str:
    """The receiver as apprise names one that takes JSON."""
    return f"{receiver.url.replace('http:', 'json:')}/{SECRET}{more}"


async def to(url: str, **options: object) -> Delivery:
    return await deliver(url, "title", "one\ntwo", **{"timeout": 30.0, "allow_private": True, **options})  # type: ignore[arg-type]


async def test_a_message_is_brought() -> None:
    with receiving([OK]) as receiver:
        assert await to(at(receiver)) == Delivery(taken=True)
    [(head, body)] = receiver.requests
    assert head.startswith(f"POST /hook/{SECRET} HTTP/1.1")
    assert (json.loads(body)["title"], json.loads(body)["message"]) == ("title", "one\ntwo")


@pytest.mark.parametrize(("more", "parts"), [("", 2), ("?overflow=truncate", 1)])
async def test_what_is_longer_than_a_service_takes_is_brought_in_parts_unless_the_url_says_otherwise(
    more: str, parts: int
) -> None:
    """A service refuses what is too long, and the alert with it."""
    with receiving([OK]) as receiver:
        ended = await deliver(at(receiver, more), "title", "camera\n" * 6_000, timeout=30, allow_private=True)
        assert ended == Delivery(taken=True)
    assert [len(json.loads(body)["message"]) <= 32_768 for _, body in receiver.requests] == [True] * parts


@contextmanager
def smtp() -> Iterator[tuple[int, list[str]]]:
    """A mail server for one message."""
    lines: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)

        def serve() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rw", newline="\r\n") as talk:
                answers = {"DATA": "354 go on", ".": "250 taken", "QUIT": "221 bye"}
                in_data, said = False, "220 mail.test"
                while said:
                    talk.write(f"{said}\r\n")
                    talk.flush()
                    line = talk.readline().rstrip("\r\n")
                    while in_data and line != ".":
                        lines.append(line)
                        line = talk.readline().rstrip("\r\n")
                    in_data = line.upper() == "DATA"
                    said = answers.get(line.upper(), "250 good") if line else ""

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], lines
        thread.join(30)


async def test_mail() -> None:
    with smtp() as (port, lines):
        url = f"mailto://127.0.0.1:{port}?from=a@example.org&to=b@example.org&mode=insecure"
        assert await to(url) == Delivery(taken=True)
    assert "Subject: title" in lines
    assert "one" in "\n".join(lines)


async def test_no_text_adds_a_header_to_a_mail() -> None:
    """Text of devices is one line each before it comes here; this is what lies behind that."""
    forged = "Bcc: victim@example.org"
    with smtp() as (port, lines):
        url = f"mailto://127.0.0.1:{port}?from=a@example.org&to=b@example.org&mode=insecure"
        text = f"one\r\n.\r\n{forged}"
        await deliver(url, f"title\r\n{forged}\r\n\r\n{forged}", text, timeout=30.0, allow_private=True)
    head = lines[: lines.index("")]
    assert any(line.startswith("Subject: ") for line in head)
    assert [line for line in head if line.lower().startswith("bcc:")] == []


async def test_a_service_that_fails_may_be_asked_again_and_no_secret_is_told() -> None:
    with receiving([FAILING]) as receiver:
        assert await to(at(receiver)) == Delivery(taken=False, reason="HTTP 500", again=True)
    with receiving([b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"]) as receiver:
        assert await to(at(receiver)) == Delivery(taken=False, reason="HTTP 403")
    ended = await to(at(receiver))
    assert ended == Delivery(taken=False, reason="JSON could not be reached", again=True)


@pytest.mark.parametrize("more", ["", "?redirect=yes"])
async def test_a_redirect_is_never_followed(more: str) -> None:
    with receiving([OK]) as elsewhere:
        for target in ("http://169.254.169.254/latest/meta-data/", elsewhere.url):
            with receiving([redirecting(target)]) as receiver:
                ended = await to(at(receiver, more))
            assert ended == Delivery(taken=False, reason="HTTP 307: redirects are not followed")
            assert len(receiver.requests) == 1
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("url", "private", "said"),
    [
        ("json://169.254.169.254/latest/meta-data", True, "169.254.169.254 is never connected to"),
        ("json://[::ffff:169.254.169.254]/", True, "never connected to"),
        ("json://2852039166/", True, "169.254.169.254 is never connected to"),
        ("json://127.0.0.1:9/", False, "127.0.0.1 is private: set allow_private = true"),
        ("mailto://me:pw@127.0.0.1:9?smtp=127.0.0.1&from=a@b.example&to=c@b.example", False, "127.0.0.1 is private"),
    ],
)
async def test_addresses_that_are_not_connected_to(url: str, private: bool, said: str) -> None:
    ended = await to(url, allow_private=private)
    assert (ended.taken, ended.again) == (False, False)
    assert said in ended.reason


@pytest.mark.parametrize(
    "url", ["syslog://", "rsyslog://127.0.0.1", "dbus://", "mqtt://127.0.0.1/topic", "nonsense", ""]
)
async def test_services_that_cannot_be_watched_are_refused(url: str) -> None:
    ended = await to(url)
    assert (ended.taken, ended.again) == (False, False)
    assert "speaks neither HTTP nor SMTP" in ended.reason or "cannot read the URL" in ended.reason


async def test_a_service_that_hangs_costs_the_timeout_and_its_process_is_gone() -> None:
    with receiving([HANGING]) as receiver:
        started = time.monotonic()
        ended = await to(at(receiver), timeout=2.0)  # the service itself is asked for four seconds
        assert time.monotonic() - started < 30
    assert ended == Delivery(taken=False, reason="no answer within 2 s", again=True)


async def test_neither_a_proxy_nor_a_password_of_the_environment_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    with receiving([OK]) as proxy, receiving([OK]) as receiver:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert (await to(at(receiver))).taken
    assert proxy.requests == []
    assert "authorization" not in receiver.requests[0][0].lower()
    assert os.listdir(tmp_path) == [".netrc"], "nothing is written to the disk"  # noqa: PTH208 - in an async test


async def test_without_apprise_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifier, "is_installed", lambda: False)
    assert await to("json://x") == Delivery(taken=False, reason=notifier.MISSING)
    assert f"run {sys.executable} -m pip install 'camscan[notify]'" in notifier.MISSING


async def test_a_host_that_lets_no_program_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifier, "_PYTHON", ("/nonexistent",))
    assert await to("json://x") == Delivery(
        taken=False, reason="apprise cannot be started: No such file or directory", again=True
    )


def test_a_program_is_not_started_and_only_the_network_is_connected_to(tmp_path: Path) -> None:
    code = (
        "import os, socket, subprocess\n"
        "from camscan.net.services.notifier import _guard\n"
        "_guard([], allow_private=True)\n"
        "for act in (lambda: subprocess.run(['true']), lambda: os.system('true'), lambda: os.fork(),\n"
        f"            lambda: socket.socket(socket.AF_UNIX).connect({str(tmp_path / 's')!r}),\n"
        "            lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('169.254.169.254', 9))):\n"
        "    try:\n        act()\n    except OSError as error:\n        print(type(error).__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.split() == 5 * ["_RefusedError"]
