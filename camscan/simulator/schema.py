"""The schema of the files in `personas/`.

Text in a persona is sent as written, after its placeholders in braces have been filled (see `template`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from camscan.records import Outcome

Port = Annotated[int, Field(ge=1, le=65_535)]
Hex = Annotated[bytes, BeforeValidator(lambda value: bytes.fromhex(value) if isinstance(value, str) else value)]
Mac = Annotated[str, Field(pattern=r"^[0-9A-F]{2}(:[0-9A-F]{2}){5}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Truth(_Part):
    """What the device really is, whatever it claims.

    `maker` is null where nobody can know it. `listed` says whether the maker is a company subject to the law of the
    People's Republic of China, which is what the widest policy asks for.
    """

    maker: str | None
    brand: str | None = None
    model: str | None = None
    firmware: str | None = None
    kind: Literal["camera", "recorder", "door-station", "access-control", "encoder", "other"]
    listed: bool = False


class ChannelCamera(_Part):
    """A camera on a channel of a recorder, or `count` equal ones on consecutive channels; `{n}` is the channel number.

    `maker` and `listed` are the truth (see `Truth`); the rest is what the recorder says. A channel without address is
    empty.
    """

    at: Annotated[int, Field(ge=1)]
    count: Annotated[int, Field(ge=1)] = 1
    maker: str | None = None
    listed: bool = False
    address: str = ""
    protocol: str = ""
    vendor: str = ""
    model: str = ""
    firmware: str = ""
    serial: str = ""
    mac: str = ""
    name: str = ""
    online: bool = True


class Answer(_Part):
    """An HTTP or RTSP answer. Lines of the head end in CRLF on the wire, those of the body as they stand here.

    `{cameras}` in the body is `each`, once for every channel of the persona, with `between` between them. What the
    recorder says of a camera stands in places such as `{camera_model}`, `{camera_number}` (from 1), `{camera_index}`
    (from 0) and `{camera_status}` ("1" where it is online); each text also as `..._xml` and `..._json`.
    """

    head: str
    body: str = ""
    each: str = ""
    between: str = ""
    encoding: str = "utf-8"
    crlf: bool = True


class Certificate(_Part):
    """A certificate by its names (RFC 4514, most specific first); self-signed where no issuer is named."""

    subject: str
    issuer: str = ""
    names: tuple[str, ...] = ()
    more_names: int = 0  # how many further names are generated, to make it larger
    key: Literal["ec", "rsa-1024", "rsa-2048"] = "ec"
    since: int = 2020
    until: int = 2040
    oldest_tls: bool = False  # whether only TLS 1.0 is supported


class Login(_Part):
    """The valid login, and how the device demands it.

    A denial may contain `{challenges}` (the lines of all WWW-Authenticate headers) and `{lock}` ("lock" after
    `locks_after` wrong logins, else "unlock"); `{issued}` in a challenge is its nonce, which is valid for `nonce_uses`
    answers.
    """

    user: str
    password: str
    challenges: tuple[str, ...] = ()
    tokens: bool = False  # whether a WS-UsernameToken is accepted as well
    denied: Answer
    nonce_uses: int | None = None
    locks_after: int = 5
    clock: int = 0
    """Seconds by which its clock is ahead; the placeholders `{clock_year}` to `{clock_second}` are its time."""


class Onvif(_Part):
    """The device service: SOAP bodies by operation, all behind one head, and the answer to every other operation.

    `behind` are operations that need the persona's login; without it they have the answer `otherwise`.
    """

    path: str = "/onvif/device_service"
    head: str = "HTTP/1.1 200 OK\nContent-Type: application/soap+xml; charset=utf-8\nContent-Length: {length}\n"
    answers: dict[str, str] = {}
    behind: dict[str, str] = {}
    otherwise: Answer


class Web(_Part):
    """A web server. Routes are tried as written, then without the query, then those ending in `*`, longest first."""

    ports: tuple[Port, ...] = ()
    tls_ports: tuple[Port, ...] = ()
    certificate: Certificate | None = None
    routes: dict[str, Answer]
    behind: dict[str, Answer] = {}  # routes that need the persona's login; they are tried before the others
    onvif: Onvif | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Web:
        if "*" not in self.routes:
            raise ValueError("a web server needs a route * for everything else")
        if bool(self.tls_ports) != (self.certificate is not None):
            raise ValueError("tls_ports and certificate need each other")
        return self


class Rtsp(_Part):
    """An RTSP server: its answers to OPTIONS, to DESCRIBE, to every other method, and to strangers that speak HTTP."""

    ports: tuple[Port, ...] = (554,)
    options: Answer
    describe: Answer
    otherwise: Answer = Answer(head="RTSP/1.0 405 Method Not Allowed\nCSeq: {cseq}\n")
    stranger: Answer | None = None


class Dvrip(_Part):
    """The SDK port, which sends its realm on request."""

    ports: tuple[Port, ...] = (37777,)
    realm: str


class Raw(_Part):
    """A port with neither HTTP nor RTSP. `behaviour` says what it does; the rest are its parameters.

    - hold: accepts, sends `first`, answers whatever comes with `answer`, and closes after `seconds`
    - drip: after a request, or at once where `asked` is false, sends `content` a byte every `seconds`, forever
    - endless: sends `content`, then `chunk` without end
    - verbatim: after a request sends `content`, and closes
    - bomb: an HTTP answer whose body of `size` zero bytes is compressed
    - reset: after a request sends `content`, and resets the connection; at once where `asked` is false
    - echo: sends back whatever comes
    """

    ports: tuple[Port, ...]
    behaviour: Literal["hold", "drip", "endless", "verbatim", "bomb", "reset", "echo"]
    certificate: Certificate | None = None  # if given, the port uses TLS
    first: Hex = b""
    answer: Hex = b""
    content: str = ""
    next_contents: tuple[str, ...] = ()
    """What `verbatim` sends on the second connection and later ones, in turn with `content`."""
    crlf: bool = True
    chunk: str = ""
    seconds: float = 20.0
    size: int = 0
    asked: bool = True


class Reply(_Part):
    """A datagram. It is cut after `cut` bytes, and sent `copies` times."""

    answer: str
    cut: int | None = None
    copies: int = 1


class RawReply(Reply):
    """A datagram that goes back for whatever comes to a port: text in Latin-1, or what its hexadecimal digits say."""

    port: Port
    is_hex: bool = False


class Wsd(Reply):
    """WS-Discovery: the answer to Probes for one of `types` by local name; "" is a Probe without types."""

    types: tuple[str, ...] = ("NetworkVideoTransmitter", "Device", "")


class Sadp(Reply):
    """SADP: the answer to inquiries of these types."""

    types: tuple[str, ...] = ("inquiry", "inquiry_v32")


class Dhip(Reply):
    """DHIP: the JSON behind the header. `claims` is added to the length that the header states."""

    claims: int = 0


class Ssdp(Reply):
    """SSDP: the answer to searches for one of these targets."""

    targets: tuple[str, ...] = ("upnp:rootdevice", "ssdp:all")


class Announced(_Part):
    """One service in multicast DNS."""

    service: str
    instance: str
    host: str
    port: Port
    txt: tuple[str, ...] = ()


class Discovery(_Part):
    """The older binary discovery of DVRIP (UDP 5050)."""

    type: str
    model: str
    name: str
    version: tuple[int, int, int, int] = (0, 0, 0, 0)


class Limits(_Part):
    """The limits of a fragile device: it fails if they are exceeded."""

    per_second: int
    at_once: int


class Persona(_Part):
    """One simulated device."""

    name: Name
    does: str = ""  # what is hostile about it, in a line; empty for honest devices
    ends: dict[str, Outcome] = {}  # channel -> the outcome that a scan must record for it
    truth: Truth
    mac: Mac
    serial: str = ""
    values: dict[str, str] = {}  # further placeholders for its texts; each also as `NAME_xml` and `NAME_json`, escaped
    login: Login | None = None
    cameras: tuple[ChannelCamera, ...] = ()  # the cameras on the channels of a recorder
    web: tuple[Web, ...] = ()
    rtsp: Rtsp | None = None
    dvrip: Dvrip | None = None
    raw: tuple[Raw, ...] = ()
    raw_udp: tuple[RawReply, ...] = ()
    wsd: Wsd | None = None
    sadp: Sadp | None = None
    dhip: Dhip | None = None
    netcommon: Reply | None = None
    ssdp: Ssdp | None = None
    mdns: tuple[Announced, ...] = ()
    discovery: Discovery | None = None
    limits: Limits | None = None
    fades_after: int | None = None  # after so many connections it goes silent: it neither refuses nor answers
