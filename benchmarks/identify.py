"""How long the identify room takes: loading, compiling, matching a device, and hostile text; beside a plain `re` loop.

Run: python benchmarks/identify.py
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from math import inf
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from camscan.identify import patterns as compiling  # noqa: E402
from camscan.identify.check import check  # noqa: E402
from camscan.identify.library import Library  # noqa: E402
from camscan.identify.load import load  # noqa: E402
from camscan.identify.rules import Contents  # noqa: E402
from camscan.records import Fields, Observation, Outcome  # noqa: E402
from camscan.rulefiles.folder import fingerprints_folder  # noqa: E402  the checkout is put on the path first

RULES = 1000
DEVICES = 200
HOSTILE = 64 * 1024
LETTERS = "abcdefghijklmnopqrstuvwxyz"

SHAPES: Mapping[str, tuple[int, Sequence[str]]] = {
    # field -> how many of 1,000 rules, and the shapes of their patterns ({w}: a word that only this rule has)
    "http.body": (
        150,
        (r"(?i){w}\.js\?v=(?P<firmware>[\d.]+)", "/{w}/{w}", r"(?i)<title>[^<]*{w}[^<]*</title>", "{w}.{{0,40}}{w}"),
    ),
    "http.title": (120, ("(?i)^{w}$", "(?i)^{w} (?P<model>[A-Z0-9-]+)$", "(?i)^web {w}")),
    "http.server": (100, ("(?i)^{w}-webs/?$", r"^{w}/(?P<firmware>[\d.]+)", "^{w}$")),
    "http.realm": (80, ("(?i)^{w}$", "^Login to {w}$", "^{w}_(?P<model>[A-Z0-9-]+)")),
    "http.header": (40, ("^x-{w}: ", "^server: {w}")),
    "http.resource": (50, (r"/{w}\.js$", "(?i)/{w}/{w}")),
    "http.favicon.mmh3": (60, ("^-?{d}$",)),
    "mac.prefix": (150, ("^(?:{h}|{h}|{h})$",)),
    "onvif.scope.hardware": (60, ("(?i)^(?P<model>{w}-[A-Z0-9-]+)$", "^(?P<model>{w}[0-9]+)")),
    "onvif.scope.name": (50, ("(?i)^{w}", "(?i)^{w} (?P<model>.+)$")),
    "rtsp.server": (40, (r"^{w}/(?P<firmware>[\d.]+)", "(?i){w} rtsp server")),
    "tls.subject.cn": (30, ("(?i)^{w}$", r"\.{w}\.com$")),
    "snmp.sys_descr": (30, ("(?i)^{w} ", r"{w} (?P<model>\S+)")),
    "mdns.txt": (40, ("^{w}=(?P<model>.+)",)),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        synthetic = Path(folder) / "rules"
        words = write_synthetic(synthetic)
        print(f"== {RULES} synthetic rules")
        library = timed_load(synthetic)
        report(library, words, hostile_texts(library))
        print("== the built-in library")
        library = timed_load(fingerprints_folder())
        report(library, {}, hostile_texts(library))


def timed_load(folder: Path) -> Library:
    show("load, patterns not seen before", lambda: load([folder]).rules)
    show("load again", lambda: load([folder]).rules, times=5)
    library = load([folder])
    print(f"   {len(library.rules)} rules, {len(library.brands)} brands")
    return library


def report(library: Library, words: Mapping[str, Sequence[str]], texts: Mapping[str, Mapping[str, str]]) -> None:
    device, *others = [typical(words, number) for number in range(DEVICES + 1)]
    fields = {match.field for rule in library.rules for match in rule.matches}
    show("compile all patterns", lambda: warmed(load_again(library), fields))
    library.identify(device)
    unseen = iter(others)
    show(f"match a device of {len(device)} observations", lambda: library.identify(next(unseen)), times=DEVICES)
    naive = naive_patterns(library)
    show("   the same by a plain re loop", lambda: naive_match(naive, device), times=10)
    slowest: dict[str, tuple[float, str]] = {}
    for field, named in texts.items():
        for name, text in named.items():
            spent = first_sight(library, field, text)
            slowest[field] = max(slowest.get(field, (0.0, "")), (spent, name))
    worst = sorted(slowest.items(), key=lambda item: -item[1][0])[:4]
    for field, (spent, name) in worst:
        print(f"   {spent * 1e3:9.3f} ms  hostile {HOSTILE // 1024} KiB, first sight: {name} in {field}")
    show("check the library", lambda: list(check(library)))


def first_sight(library: Library, field: str, text: str) -> float:
    """Seconds to match a text that the automata have not met before (they remember those they have).

    The best of three, if it takes a millisecond.
    """
    answer = [Observation("192.0.2.1", "x", Outcome.ANSWERED, datetime.now(UTC), fields={field: (text,)})]
    best = inf
    for _ in range(3):
        best = min(best, seconds(partial(warmed(load_again(library), (field,)).identify, answer)))
        if best < 0.001:
            break
    return best


def load_again(library: Library) -> Library:
    """The same library with nothing compiled yet."""
    return Library(lambda: Contents(library.vocabulary, library.rules, library.brands))


def warmed(library: Library, fields: Iterable[str]) -> Library:
    """The same library with the patterns on some fields compiled: each has met one letter, and no automaton any."""
    seen = dict.fromkeys(fields, ("-",))
    library.identify([Observation("192.0.2.1", "x", Outcome.ANSWERED, datetime.now(UTC), fields=seen)])
    compiling._compiled.cache_clear()  # noqa: SLF001 - of all libraries together
    for found in filter(None, map(library._matcher._sets.get, seen)):  # noqa: SLF001 - a scan compiles them as needed
        for match, literals in found._literals.items():  # noqa: SLF001
            assert not literals or compiling._compiled(match.pattern)  # noqa: SLF001
        for share in found._shares:  # noqa: SLF001
            assert share._automata  # noqa: SLF001
    return library


def seconds(call: Callable[[], object]) -> float:
    start = time.process_time()  # not the clock: others may use the machine
    call()
    return time.process_time() - start


def show(what: str, call: Callable[[], object], times: int = 1) -> None:
    spent = sorted(seconds(call) for _ in range(times))[times // 2]
    print(f"   {spent * 1e3:9.3f} ms  {what}")


def naive_patterns(library: Library) -> Mapping[str, list[re.Pattern[str]]]:
    patterns: defaultdict[str, list[re.Pattern[str]]] = defaultdict(list)
    for rule in library.rules:
        for match in rule.matches:
            with suppress(re.error):  # a few are RE2 only
                patterns[match.field].append(re.compile(match.pattern.replace(r"\z", r"\Z")))
    return patterns


def naive_match(patterns: Mapping[str, list[re.Pattern[str]]], device: Sequence[Observation]) -> int:
    found = 0
    for observation in device:
        for field, values in observation.fields.items():
            for value in values:
                found += sum(1 for pattern in patterns.get(field, ()) if pattern.search(value))
    return found


def write_synthetic(folder: Path) -> Mapping[str, list[str]]:
    """Rules of every shape, with examples and near misses; returns the values that they match, by field."""
    chance = random.Random(1)
    word = lambda: "".join(chance.choice(LETTERS) for _ in range(7))  # noqa: E731  one line, used below only
    (folder / "makers").mkdir(parents=True)
    (folder / "vocabulary.yaml").write_text((fingerprints_folder() / "vocabulary.yaml").read_text())
    values: defaultdict[str, list[str]] = defaultdict(list)
    lines = ["maker: Hikvision", "rules:"]
    for field, (count, shapes) in SHAPES.items():
        for number in range(count):
            shape = chance.choice(shapes)
            digits, hexes = str(chance.randrange(10**8, 10**9)), f"{chance.randrange(16**6):06X}"
            pattern, value = fill(shape, word, digits, hexes)
            values[field].append(value)
            lines += [
                f"  - id: synthetic-{field.replace('.', '-').replace('_', '-')}-{number}",
                f"    field: {field}",
                f"    pattern: '{pattern}'",
                "    level: likely",
                "    sets: {kind: camera}",
                f"    examples: ['{value}', {{value: '{value}', gives: {{kind: camera}}}}]",
                "    near_misses: ['Network Camera', 'nginx/1.18.0']",
                "    source: made up for measuring; two sources as in real rules",
                "    confirmed: 2026-10",
            ]
    (folder / "makers" / "synthetic.yaml").write_text("\n".join(lines))
    return values


def fill(shape: str, word: Callable[[], str], digits: str, hexes: str) -> tuple[str, str]:
    """A pattern of this shape, and a value that it matches."""
    pattern = value = shape
    while "{w}" in pattern:
        one = word()
        pattern, value = pattern.replace("{w}", one, 1), value.replace("{w}", one, 1)
    pattern = pattern.replace("{d}", digits).replace("{h}", hexes).replace("{{", "{").replace("}}", "}")
    value = re.sub(r"\(\?P<\w+>[^()]*\)", "1", value.replace("{d}", digits).replace("{h}", hexes))
    value = re.sub(
        r"\(\?:([^|]*)\|.*\)", r"\1", value.replace("(?i)", "").replace(".{{0,40}}", " ").replace("[^<]*", "")
    )
    return pattern, re.sub(r"\\(.)", r"\1", value.replace("-?", "").replace("/?$", "")).strip("^$")


def typical(words: Mapping[str, Sequence[str]], number: int) -> list[Observation]:
    """What one camera says on a dozen channels: a page of its own, and values of which rules know a few."""
    known = {field: values[0] for field, values in words.items()}
    page = "<html><head><title>index</title><script src='/doc/script/jquery.js'></script></head>" + "<p>text</p>" * 200
    page += f"<!-- {number} -->"
    headers = (
        "server: App-webs/",
        "content-type: text/html",
        "connection: close",
        "x-frame-options: SAMEORIGIN",
        "etag: 1",
    )
    http = {
        "http.status": ("200",), "http.server": (known.get("http.server", "App-webs/"),), "http.title": ("index",),
        "http.body": (page,), "http.header": headers, "http.header_order": ("Server,Date,Content-Type",),
        "http.resource": ("/doc/script/jquery.js", "/doc/css/ui.css"), "http.content_type": ("text/html",),
    }  # fmt: skip
    refused = {**http, "http.status": ("401",), "http.realm": ("IP Camera(C6496)",), "http.auth": ("digest",)}
    scopes = tuple(f"onvif://www.onvif.org/scope/{number}" for number in range(20))
    wsd = {
        "onvif.scope": scopes,
        "onvif.scope.name": ("HIKVISION DS-2CD2385G1-I",),
        "onvif.scope.hardware": ("DS-2CD2385G1-I",),
    }
    rtsp = {"rtsp.status": ("401",), "rtsp.server": ("Rtsp Server/2.0",), "rtsp.realm": ("IP Camera(C6496)",)}
    sadp = {"sadp.device_description": ("DS-2CD2385G1-I",), "sadp.device_sn": ("DS-2CD2385G1-I20180101AAWR1",)}
    tls = {"tls.subject.cn": ("192.0.2.1",), "tls.issuer.cn": ("192.0.2.1",), "tls.key": ("rsa-2048",)}
    mac = {"mac.address": ("44:19:B6:00:00:01",), "mac.prefix": (known.get("mac.prefix", "4419B6"), "4419B60")}
    ports = {"tcp.port": ("80", "443", "554", "8000")}
    mdns = {"mdns.txt": ("path=/", "vs=1"), "mdns.instance": ("camera",)}
    answers: list[Fields] = [http, refused, http, refused, wsd, rtsp, rtsp, sadp, tls, mac, ports, mdns]
    return [
        Observation(
            "192.0.2.1",
            next(iter(fields)).split(".")[0],
            Outcome.ANSWERED,
            datetime.now(UTC),
            80,
            "GET /",
            fields,
            page.encode(),
        )
        for fields in answers
    ]


def hostile_texts(library: Library) -> Mapping[str, Mapping[str, str]]:
    """For each field, 64 KiB made to hurt the patterns on it: their literals and examples, whole and in part."""
    chance = random.Random(2)
    literals: defaultdict[str, list[str]] = defaultdict(list)
    for rule in library.rules:
        for match in rule.matches:
            literals[match.field] += re.findall(
                r"[\w/<>=: -]{3,}", re.sub(r"\(\?\w+\)|\(\?P<\w+>|\(\?:|\[[^\]]*\]", "", match.pattern)
            )
    examples: defaultdict[str, list[str]] = defaultdict(list)
    for rule in library.rules:
        for example in rule.examples:
            for field in {match.field for match in rule.matches if not match.comparison}:
                examples[field] += example.fields.get(field, ())
    return {
        field: _texts(pieces or ["x"], list(filter(None, examples[field])) or ["x"], chance)
        for field, pieces in literals.items()
    }


def _texts(pieces: Sequence[str], examples: Sequence[str], chance: random.Random) -> Mapping[str, str]:
    some = [chance.sample(examples, min(count, len(examples))) for count in (1, 1, 3, 3, 10, 10, 30, 30)]

    def repeat(make: Callable[[], str]) -> str:
        text: list[str] = []
        size = 0
        while size < HOSTILE:
            text.append(make())
            size += len(text[-1])
        return "".join(text)[:HOSTILE]

    return {
        "one letter": "a" * HOSTILE,
        "random letters": repeat(lambda: chance.choice(LETTERS)),
        "any characters": repeat(lambda: chr(chance.randrange(1, 0xD7FF))),
        "whole literals": repeat(lambda: chance.choice(pieces)),
        "literals and gaps": repeat(lambda: chance.choice(pieces) + " " * chance.randrange(8)),
        "beginnings": repeat(lambda: chance.choice(pieces)[: chance.randrange(1, 9)]),
        "literals in capitals": repeat(lambda: chance.choice(pieces).upper()),
        "the first over and over": (pieces[0] * HOSTILE)[:HOSTILE],
        "examples": repeat(lambda: chance.choice(examples)),
        "beginnings of examples": repeat(lambda: _begun(chance.choice(examples), chance)),
        "short beginnings of examples": repeat(lambda: chance.choice(examples)[: chance.randrange(3, 15)]),
        **{
            f"beginnings of {len(few)} examples and gaps ({number})": repeat(partial(_begun_and_gap, few, chance))
            for number, few in enumerate(some)
        },
        "many lines": repeat(lambda: _begun(chance.choice(examples), chance) + "\r\n"),
        "NULs": repeat(lambda: chance.choice(examples) + "\0"),
    }


def _begun(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(1, len(text) + 1)]


def _begun_and_gap(texts: Sequence[str], chance: random.Random) -> str:
    return _begun(chance.choice(texts), chance) + chance.choice(' a"><') * chance.randrange(8)


if __name__ == "__main__":
    main()
