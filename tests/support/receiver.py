"""A receiver of webhooks on 127.0.0.1 that behaves as it is told, in a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
FAILING = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HANGING = b""


def redirecting(url: str, status: int = 307) -> bytes:
    """An answer that sends the asker elsewhere."""
    return f"HTTP/1.1 {status} See\r\nLocation: {url}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


@dataclass
class Receiver:
    """`url` leads to it; `requests` holds the head and the body of each request."""

    url: str
    requests: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[bytes]:
        """The bodies, in the order in which they came."""
        return [body for _, body in self.requests]


@contextlib.contextmanager
def receiving(answers: Sequence[bytes]) -> Iterator[Receiver]:
    """Receive during the body; the answers come one after the other, the last one from then on. `HANGING` is none."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.getsockname()[1]}/hook")
        over = threading.Event()
        thread = threading.Thread(target=_serve, args=(server, receiver, answers, over))
        thread.start()
        try:
            yield receiver
        finally:
            over.set()
            thread.join()


def _serve(server: socket.socket, receiver: Receiver, answers: Sequence[bytes], over: threading.Event) -> None:
    server.settimeout(0.05)
    with contextlib.ExitStack() as held:
        while not over.is_set():
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                held.enter_context(connection)
                connection.settimeout(30)
                number = len(receiver.requests)
                receiver.requests.append(_request(connection))
                if answer := answers[min(number, len(answers) - 1)]:
                    connection.sendall(answer)
                    connection.close()


def _request(connection: socket.socket) -> tuple[str, bytes]:
    """One whole request. Raises ConnectionError where the asker goes away before that."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    length = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")), 0)
    while len(body) < length:
        body += _more(connection)
    return head.decode(), body


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    if not data:
        raise ConnectionError("the request was broken off")
    return data
