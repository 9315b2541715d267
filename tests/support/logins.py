"""Logins for tests, and peers that listen for them."""

from __future__ import annotations

import asyncio
import base64
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from support.peers import UNHURRIED

from camscan.codecs import onvif
from camscan.credentials.broker import CredentialBroker
from camscan.credentials.enrolment import Enrolment, SiteBook
from camscan.credentials.pins import Pins, fingerprint
from camscan.credentials.sighting import Sighting
from camscan.net.base import Enrolled, HttpRequest
from camscan.net.live import LiveNet
from camscan.net.scope import Scope
from camscan.simulator import certificates
from camscan.simulator.schema import Certificate
from camscan.targets import parse

USER, SECRET = "auditor-7f3a", "canary-Passw0rd-81c2"
MAC, SERIAL = "02:00:00:00:00:01", "E12345678"
ADDRESS = "127.88.77.1"
ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PAGE = HttpRequest("/ISAPI/System/deviceInfo")
SOAP = HttpRequest(onvif.PATH, onvif.encode("GetDeviceInformation", header=True), onvif.CONTENT_TYPE, token=True)
FAULT = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value>'
    "<s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code></s:Fault></s:Body></s:Envelope>"
)
_LOOPBACK = parse(["127.0.0.0/8"], whole_networks=True)
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)

Script = Callable[[int, str], str]
"""Takes the number of a request, from 0 on, and the request; gives the answer, "" to hang up without one."""


def denial(*challenges: str, status: str = "401 Unauthorized", body: str = "", more: str = "") -> str:
    """An answer that asks for a login."""
    lines = "".join(f"WWW-Authenticate: {challenge}\r\n" for challenge in challenges)
    return f"HTTP/1.1 {status}\r\n{lines}{more}Content-Length: {len(body.encode())}\r\n\r\n{body}"


def digest(nonce: str = "4e6f6e6365", more: str = ', qop="auth"') -> str:
    """A Digest challenge."""
    return f'Digest realm="IP Camera(C1234)", nonce="{nonce}"{more}'


def once_logged_in(denied: str, answer: str = ANSWER, *, sign: str = "Authorization") -> Script:
    """A device that gives its answer to whoever shows a sign of a login, and denies it to everybody else."""
    return lambda _number, text: answer if sign in text else denied


@dataclass
class Peer:
    """Answers by a script and keeps every byte that came."""

    script: Script
    address: str = ADDRESS
    port: int = 0
    heard: bytearray = field(default_factory=bytearray)
    requests: list[str] = field(default_factory=list)

    @property
    def logins(self) -> int:
        """How many requests carried a login, of whichever kind."""
        return sum("authorization:" in text.lower() or "UsernameToken" in text for text in self.requests)

    def assert_heard_nothing(self) -> None:
        """Not a byte of a login: no secret, no user name, nothing that is made from them."""
        assert self.logins == 0
        for trace in (SECRET, USER, base64.b64encode(f"{USER}:{SECRET}".encode()).decode()):
            assert trace.encode() not in self.heard

    async def answer(self, request: str) -> str:
        """What comes back to a request."""
        return self.script(len(self.requests) - 1, request)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                self.heard += head + body
                self.requests.append((head + body).decode("latin-1"))
                answer = await self.answer(self.requests[-1])
                if not answer:
                    break
                writer.write(answer.encode("utf-8", "surrogateescape"))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.transport.abort()


def named(name: str) -> ssl.SSLContext:
    """A server context whose certificate carries this name."""
    return certificates.context(Certificate(subject=f"CN={name}"))


async def certificate_at(address: str, port: int) -> str:
    """The fingerprint of the certificate that is shown there."""
    text = await asyncio.to_thread(ssl.get_server_certificate, (address, port))
    return fingerprint(ssl.PEM_cert_to_DER_cert(text))


@asynccontextmanager
async def listening(peer: Peer, context: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    """The peer at its address, at the port that it names or any other."""
    sock = socket.create_server((peer.address, peer.port))
    peer.port = sock.getsockname()[1]
    server = await asyncio.start_server(peer.talk, sock=sock, ssl=context)
    try:
        yield peer
    finally:
        server.close()
        await asyncio.sleep(0.01)


def enrolment(**given: Any) -> Enrolment:
    """An enrolment of the device at `ADDRESS` by its MAC, with what a test says otherwise."""
    bound = {} if given.keys() & {"network", "mac", "serial", "certificate"} else {"mac": MAC}
    place = {} if "network" in given or "address" in given else {"address": ADDRESS}
    return Enrolment.model_validate({"user": USER, "secret": SECRET, **place, **bound, **given})


def broker(
    folder: Path,
    *enrolments: Enrolment,
    sighting: Sighting | None = None,
    site: str | None = None,
    read: Callable[[Enrolment], SecretStr] | None = None,
) -> CredentialBroker:
    """A broker for one device, or for what is enrolled; those of one folder share their pins."""
    seen = sighting or Sighting(macs=(MAC,), serials=(SERIAL,))
    book = SiteBook(one for one in enrolments or (enrolment(),) if one.site == site)
    return CredentialBroker(site, book, Pins(folder / "pins"), lambda _address, _seen: seen, read or _secret)


def _secret(of: Enrolment) -> SecretStr:
    assert of.secret is not None
    return of.secret


@asynccontextmanager
async def net_with(logins: CredentialBroker) -> AsyncIterator[LiveNet]:
    """A net over loopback that nothing holds up."""
    async with LiveNet(Scope(_LOOPBACK), UNHURRIED, broker=logins) as net:
        yield net


@asynccontextmanager
async def device_at(
    logins: CredentialBroker, port: int, *, address: str = ADDRESS, tls: bool = False
) -> AsyncIterator[Enrolled]:
    """The enrolled device behind a port."""
    async with net_with(logins) as net, net.enrolled(address, port, (), tls=tls) as device:
        assert device is not None
        yield device
