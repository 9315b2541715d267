"""A time-stamping authority of the tests' own: `openssl ts`, behind HTTP on 127.0.0.1 where need be."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

from support.needs import needs

CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Test authority
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = one
[one]
serial = ./serial
crypto_device = builtin
signer_cert = ./tsa.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""
_NEW = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-config", "tsa.cnf")


class Authority:
    """An authority in a folder; `root` is the certificate that vouches for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "tsa.cnf").write_text(CONFIG)
        (folder / "serial").write_text("01\n")
        subject = ("-subj", "/CN=Test root")
        self._openssl("req", "-x509", *_NEW, *subject, "-keyout", "ca.key", "-out", "ca.pem", "-extensions", "root")
        self._openssl("req", *_NEW, "-keyout", "tsa.key", "-out", "tsa.csr")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "tsa.cnf", "-extensions", "leaf")
        self._openssl("x509", "-req", "-in", "tsa.csr", *signed, "-out", "tsa.pem")
        self.root = folder / "ca.pem"

    def reply(self, query: bytes) -> bytes:
        """The reply to a query."""
        (self._folder / "query").write_bytes(query)
        self._openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
        return (self._folder / "reply").read_bytes()

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """Reply over HTTP during the body, to one query; gives the URL."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(30)
            thread = threading.Thread(target=self._serve, args=(server,))
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.getsockname()[1]}/tsr"
            finally:
                with contextlib.suppress(OSError):
                    socket.create_connection(server.getsockname(), 1).close()
                thread.join()

    def _serve(self, server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, connection.makefile("rwb") as stream:
            length, kind = 0, ""
            while (line := stream.readline().decode().strip()) or kind:
                name, _, value = line.partition(": ")
                length = int(value) if name.lower() == "content-length" else length
                kind = value if name.lower() == "content-type" else kind
                if not line:
                    break
            if kind != "application/timestamp-query":
                return
            reply = self.reply(stream.read(length))
            head = (
                f"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {len(reply)}\r\n\r\n"
            )
            stream.write(head.encode() + reply)

    def _openssl(self, *words: str) -> None:
        openssl(self._folder, *words)


def openssl(folder: Path, *words: str) -> bytes:
    """What openssl writes when it is run there; the test is left out where it is not installed."""
    needs("openssl")
    return subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True).stdout
