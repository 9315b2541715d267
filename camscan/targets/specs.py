"""Reads targets as people write them.

A number that programs read in different ways (`010.0.0.1`, `127.1`, `0x7f000001`) is refused, never guessed. A mask
(`10.0.0.0/255.255.255.0`, in a file also with a space) has one reading; by itself it is no address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import islice
from typing import TypeAlias

from camscan.errors import TargetError
from camscan.targets.addresses import Address, Range, TargetSet, key, unmapped

MAX_SPECS = 1_000_000  # specs in all; whoever has more of them has networks
MAX_TEXT = 32 * 1024 * 1024  # characters of one target file: `MAX_SPECS` lines of 32 characters
MAX_SPEC = 300  # characters of one spec: the longest host name has 253
MAX_FAULTS = 10  # specs that cannot be used, of which one message tells

Resolve: TypeAlias = Callable[[str], Sequence[str]]  # gives all addresses of a host name; may raise OSError

_PREFIX = re.compile(r"0|[1-9][0-9]{0,2}")
_MASK = re.compile(r"255(?:\.[0-9]{1,3}){3}")
_BRACKETS = re.compile(r"\[([^\[\]]*)\](/[^/]*)?")
_BARE_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]+")

# A host name in lower case. One without a letter is a spoilt range, one whose last label is a number a spoilt IPv4
# address (WHATWG URL, "ends in a number").
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.*[a-z])(?!.*(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$)(?=.{{1,253}}$)(?:{_LABEL}\.)*{_LABEL}")

# In a line of a file: its bullet, number or mark of a citation; then what stands apart and belongs together, an address
# and its mask, the two ends of a range.
_APART = (
    (re.compile(r"^\s*(?:[-*>\u2013\u2014\u2022]+|[0-9]+[.)])\s+"), ""),
    (re.compile(rf"(?<!\S)([0-9]+(?:\.[0-9]+){{3}})\s+(?={_MASK.pattern}(?!\S))"), r"\1/"),
    (re.compile(r"(?<=\S)\s+[-\u2013\u2014]\s+(?=\S)|[\u2013\u2014]"), "-"),
)

_BETWEEN = str.maketrans(",;\"'<>", "      ")
"""What may stand between the targets of a list and around them, as blanks; no target holds it."""
_LOGIN = re.compile(r"//\S*@")  # the user name and password of a URL

_LINK_LOCAL = IPv6Network("fe80::/10")
_ONE_LINK = "use 'camscan discover' to look at one link"

_FORMS = "write an address (10.0.0.5), a network (10.0.0.0/24), a range (10.0.0.1-50) or a host name"
_ONE_EACH = "write one target each, with a space or a new line between them"
_ADVICE = (
    (re.compile(r"://|/.*/"), "leave out the scheme and the path of the URL"),
    (re.compile(r"[^\x00-\x7f]"), "write it in ASCII (an international host name in its xn-- form)"),
    (re.compile(r"[\s,;]"), _ONE_EACH),
    (re.compile(r"^[^:]+:[0-9]+$|\]:"), "leave out the port"),
    (re.compile(r"^[0-9.]*\*|^[0-9.]+-[0-9]+\."), "write a network (10.0.0.0/24) or a range (10.0.0.1-10.0.0.50)"),
    (re.compile(r"^[0-9]+(\.[0-9]+){1,2}\.?(/[0-9]+)?$"), "an IPv4 address is four numbers, a network 10.0.0.0/24"),
    (re.compile(r"^[0-9][0-9a-fA-FxX.]*(?:[/-]|$)"), "an IPv4 address is four numbers from 0 to 255, no leading zeros"),
)


@dataclass(frozen=True, slots=True)
class Spec:
    """One target as it was written, and where: "hosts.txt:3", "stdin:3", or nothing for the command line."""

    text: str
    origin: str = ""

    def error(self, why: str) -> TargetError:
        """The error that says which target cannot be used, where it stands, and `why`."""
        text = _without_login(self.text)
        shown = repr(text if len(text) <= MAX_SPEC else f"{text[:60]}…")
        return TargetError(f"{self.origin and self.origin + ': '}cannot use {shown} as a target: {why}")


def expand(specs: Sequence[str], read: Callable[[str], str]) -> list[Spec]:
    """Replace `@file` and `-` by the specs that stand in them.

    `read` gives the text of a file, and of standard input for "-". Specs are separated by white space, commas and
    semicolons, also in one word of the command line, except for an address and its mask and for the ends of a range;
    they may stand in quotes or angle brackets, and behind a bullet. In a file, "#" at the start of a word begins a
    comment. Raises TargetError if a file cannot be read, names another file, or holds too much.
    """
    found: list[Spec] = []
    for text in map(str.strip, specs):
        listed = _listed(text.removeprefix("@"), read) if _names_file(text) else map(Spec, _words(text) or [text])
        found.extend(islice(listed, MAX_SPECS + 1 - len(found)))
        if len(found) > MAX_SPECS:
            raise TargetError(f"more than {MAX_SPECS:,} targets: write networks instead of single addresses")
    return found


def parse(specs: Iterable[str | Spec], *, resolve: Resolve | None = None, whole_networks: bool = False) -> TargetSet:
    """Read targets or, with `whole_networks`, exclusions.

    An IPv4 network up to /30 stands for its hosts; `whole_networks` keeps its network and broadcast address in. A host
    name stands for all its addresses, and is looked up once. Link-local IPv6 addresses can be excluded alone: each of
    them may exist on every link, so that nobody knows where a packet to one of them would go. Raises TargetError if
    specs cannot be used (a line for each), or a host name cannot be resolved.
    """
    ranges: list[Range] = []
    named: dict[str, Spec] = {}
    faults: list[str] = []
    for item in specs:
        spec = item if isinstance(item, Spec) else Spec(item.strip())
        try:
            meant = _meant(spec, whole=whole_networks)
        except TargetError as error:
            faults.append(str(error))
            if len(faults) == MAX_FAULTS:
                break
            continue
        if isinstance(meant, str):
            named.setdefault(meant, spec)
        else:
            ranges.append(meant)
    if faults:
        raise TargetError("\n".join(faults))
    names = {name: _resolved(spec, name, resolve, whole=whole_networks) for name, spec in named.items()}
    places = (key(ip_address(address)) for addresses in names.values() for address in addresses)
    return TargetSet.of([*ranges, *((place, place) for place in places)], names)


def known_addresses(specs: Iterable[str], *, whole_networks: bool = False) -> TargetSet:
    """What those specs stand for that can be read without looking up a name; the others count for nothing."""
    ranges: list[Range] = []
    for spec in specs:
        with suppress(TargetError):
            ranges += parse([spec], whole_networks=whole_networks).ranges
    return TargetSet.of(ranges)


def _is_link_local(span: Range) -> bool:
    return key(_LINK_LOCAL[0]) <= span[0] <= key(_LINK_LOCAL[-1])


def _names_file(text: str) -> bool:
    return text == "-" or text.startswith("@")


def _listed(name: str, read: Callable[[str], str]) -> Iterator[Spec]:
    """The specs of one file, or of standard input."""
    shown = "stdin" if name == "-" else name
    try:
        text = read(name)
    except OSError as error:
        remedy = "check its name and permissions"
        raise TargetError(f"cannot read {shown!r}: {error.strerror}: {remedy}") from error
    except UnicodeError as error:
        raise TargetError(f"cannot read {shown!r}: it is not UTF-8 text: save it as that") from error
    if len(text) > MAX_TEXT:
        raise TargetError(f"{shown} has more than {MAX_TEXT:,} characters: write networks, not single addresses")
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        for word in _words(line):
            if word.startswith("#"):
                break
            spec = Spec(word, f"{shown}:{number}")
            if _names_file(word):
                raise spec.error("a target file cannot include another one: give both on the command line")
            yield spec


def _words(line: str) -> list[str]:
    return _joined(_without_login(line)).translate(_BETWEEN).split()


def _without_login(text: str) -> str:
    """A text of which no message can repeat the user name or password of a URL; what has one is no target anyhow."""
    return _LOGIN.sub("//…@", text) if "@" in text else text


def _joined(line: str) -> str:
    if line.isascii() and len(line.split(None, 1)) < 2:  # as nearly all of a million lines
        return line
    for apart, together in _APART:
        line = apart.sub(together, line)
    return line


def _meant(spec: Spec, *, whole: bool) -> Range | str:
    """What `_read` finds, unless only an exclusion can mean it."""
    meant = _read(spec, edge=0 if whole else 1)
    if not whole and not isinstance(meant, str) and _is_link_local(meant):
        raise spec.error(f"a link-local address does not say on which link it is: {_ONE_LINK}")
    return meant


def _read(spec: Spec, edge: int) -> Range | str:
    """The range that a spec stands for, or its host name. `edge` is what an IPv4 network loses at either end."""
    if len(spec.text) > MAX_SPEC:
        raise spec.error(f"it is longer than {MAX_SPEC} characters: {_FORMS}")
    text = _joined(spec.text)
    if bracketed := _BRACKETS.fullmatch(text):
        text = bracketed[1] + (bracketed[2] or "")
        if ":" not in text:
            raise spec.error("only IPv6 addresses go in brackets: leave them out")
    for separator, read in (("/", _network), ("-", _span)):
        head, found, tail = text.partition(separator)
        if found and (first := _literal(spec, head)):
            return read(spec, first, tail, edge)
    if address := _literal(spec, text):
        if text.startswith(("0.", "255.")) and text not in ("0.0.0.0", "255.255.255.255"):  # noqa: S104 - not bound
            raise spec.error("it is a mask and no address: write the network with its length, as in 10.0.0.0/24")
        return key(address), key(address)
    return _host_name(spec, text)


def _literal(spec: Spec, text: str) -> Address | None:
    """The address that `text` writes in full, if it does."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise spec.error(f"a zone cannot be a target: {_ONE_LINK}")
    if address != unmapped(address):
        raise spec.error(f"it is an IPv4 address inside IPv6: write {unmapped(address)}")
    return address


def _network(spec: Spec, address: Address, prefix: str, edge: int) -> Range:
    if "," in prefix:
        raise spec.error(_ONE_EACH)
    if address.version == 4 and _MASK.fullmatch(prefix):
        prefix = _prefix_length(spec, prefix)
    if not _PREFIX.fullmatch(prefix):
        raise spec.error(f"the slash must be followed by a prefix length, as in {address}/24")
    if int(prefix) > address.max_prefixlen:
        raise spec.error(f"a prefix length is at most {address.max_prefixlen}")
    network = ip_network((address, int(prefix)), strict=False)
    if network.version == 6 or network.num_addresses < 4:
        edge = 0
    return key(network[0]) + edge, key(network[-1]) - edge


def _prefix_length(spec: Spec, mask: str) -> str:
    try:
        return str(ip_network(f"0.0.0.0/{mask}").prefixlen)
    except ValueError as error:
        raise spec.error("a mask is all ones and then all zeros, as in 255.255.255.0") from error


def _span(spec: Spec, first: Address, end: str, _edge: int) -> Range:
    if first.version == 4 and "." not in end:
        end = f"{str(first).rpartition('.')[0]}.{end}"
    last = _literal(spec, end)
    if "," in end:
        raise spec.error(_ONE_EACH)
    if last is None and first.version == 4 and end.replace(".", "").isdecimal() and end[-1] != ".":
        raise spec.error(f"the range's end would be {end}, which is no address")
    if last is None or last.version != first.version:
        raise spec.error("a range is written as 10.0.0.1-50, 10.0.0.1-10.0.0.50 or fd00::1-fd00::50")
    if int(last) < int(first):
        raise spec.error(f"the range ends before it begins: write {last}-{first}")
    return key(first), key(last)


def _host_name(spec: Spec, text: str) -> str:
    name = text.lower().removesuffix(".")
    if _NAME.fullmatch(name):
        return name
    if _BARE_NUMBER.fullmatch(text) and (number := int(text, 16 if text[1:2] in {"x", "X"} else 10)) < 1 << 32:
        remedy = "begin a comment with #" if spec.origin else f"write {IPv4Address(number)} if that is meant"
        raise spec.error(f"it is a bare number: {remedy}")
    raise spec.error(next((advice for pattern, advice in _ADVICE if pattern.search(text)), _FORMS))


def _resolved(spec: Spec, name: str, resolve: Resolve | None, *, whole: bool) -> tuple[str, ...]:
    """The addresses of a host name in their usual spelling, in the resolver's order, each once.

    All of them for the `whole`, as exclusions are meant; as targets without those that exist on every link.
    """
    if resolve is None:
        raise spec.error("host names are not looked up here: write its address")
    try:
        addresses = [unmapped(ip_address(text.partition("%")[0])) for text in resolve(name)]
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        remedy = "write its address, or begin a comment with #" if spec.origin else "or write its address"
        raise spec.error(f"the name cannot be resolved ({why}): check it, {remedy}") from error
    usable = [address for address in addresses if whole or not _is_link_local((key(address), key(address)))]
    if not usable:
        why = f" but link-local ones: {_ONE_LINK}" if addresses else ": check it, or write its address"
        raise spec.error(f"the name has no address{why}")
    return tuple(dict.fromkeys(map(str, usable)))
