"""The house keeps its plan: who may import whom, where sockets and SQL live, and how large things may grow."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from camscan.app.judging.criteria import library

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "camscan"

MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
    "records": {"scansettings", "summaries"},
    "answers": {"records"},
    "summaries": set(),
    "scansettings": set(),
    "networks": {"records", "scansettings"},
    "errors": set(),
    "text": set(),
    "system": {"errors"},
    "rulefiles": {"errors"},
    "targets": {"text", "errors"},
    "codecs": {"records", "errors", "rulefiles"},
    "net": {"system", "records", "errors"},
    "l2": set(),
    "syn": {"l2", "system"},
    "probes": {"codecs", "net", "records", "errors"},
    "engine": {"net", "probes", "records"},
    "identify": {"answers", "records", "rulefiles", "text", "system", "errors"},
    "devices": {"answers", "codecs", "records", "summaries", "text", "errors"},
    "policy": {"records", "summaries", "rulefiles", "text", "errors"},
    "inventory": {"records", "networks", "text", "errors"},
    "store": {"records", "scansettings", "summaries", "text", "system", "errors"},
    "reports": {"records", "scansettings", "summaries", "networks", "text", "errors"},
    "imports": {"codecs", "net", "records", "text", "errors"},
    "evaluation": {"imports", "identify", "devices", "policy", "text", "records", "errors"},
    "sweeps": {"records", "networks", "text", "errors"},
    "evidence": {"codecs", "records", "summaries", "text", "errors"},
    "credentials": {"codecs", "net", "system", "records", "text", "errors"},
    "register": {"records", "networks", "summaries", "sweeps", "text"},
    "simulator": {"codecs", "records", "errors"},
}
"""Room -> rooms that it may import, itself aside. `app` joins them all, and `cli` may import everything."""

HOMES: dict[str, set[str]] = {
    "click": {"cli"},
    "scapy": {"l2"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "aiohttp": {"net"},
    "apprise": {"net"},
    "requests": {"net"},
    "socket": {"net", "simulator", "l2", "syn", "system"},
    "nmap": {"imports"},
    "yaml": {"rulefiles", "simulator"},
    "re2": {"identify"},
    "rfc3161_client": {"evidence"},
    "zeep": {"codecs"},
    "lxml": {"codecs"},
    "pyrage": {"credentials"},
}
"""Library -> the only rooms that it may be imported in."""

ONLY_SEAM = {
    "probes": {"camscan.net.base"},
    "engine": {"camscan.net.base"},
    "imports": {"camscan.net.programs.l2"},
    "credentials": {"camscan.net.base"},
}
"""Probes and engine know the net by its interface alone; imports read captures through the program below IP."""

NET_ROOMS = ("kernel", "exchange", "pacing", "programs", "discovery")
"""The rooms of the net, each of which may build on those before it; `services` builds on none of them."""

APP_ROOMS = ("judging", "planning", "scanning", "reporting", "sweeping", "archiving")
"""The rooms of the app, each of which may build on those before it."""

CLI_ROOMS = {"parameters", "terminal", "formats"}
"""What commands share; beside these rooms lie commands alone."""

MAX_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_COMMAND_LINES = 60
"""A command's parameters and help take their lines too."""


@cache
def sources() -> tuple[Path, ...]:
    return tuple(sorted(PACKAGE.rglob("*.py")))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(text_of(path))))


def imports(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def trespasses(path: Path) -> Iterator[str]:
    here = room(path)
    if here == "cli":
        return
    allowed = {*MAY_IMPORT, here} - {"cli", "__main__"} if here == "app" else MAY_IMPORT[here] | {here}
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "camscan" or len(parts) == 1:
            continue
        is_room = (PACKAGE / parts[1]).exists() or (PACKAGE / f"{parts[1]}.py").exists()
        beside_seam = here in ONLY_SEAM and parts[1] == "net" and not name.startswith(tuple(ONLY_SEAM[here]))
        if beside_seam or (is_room and parts[1] not in allowed):
            yield f"{path.relative_to(PACKAGE)} may not import {name}"


def test_each_room_imports_only_what_it_may() -> None:
    assert [fault for path in sources() for fault in trespasses(path)] == []


def test_the_rooms_of_the_net_build_on_each_other_in_order() -> None:
    """What `dialer.py` and `live.py` join, they build on themselves, but for the dialer, by which discovery sends."""
    for path in sources():
        inside = path.relative_to(PACKAGE).parts
        if inside[0] == "net" and len(inside) == 3:
            below = NET_ROOMS[: NET_ROOMS.index(inside[1])] if inside[1] in NET_ROOMS else ()
            used = {name.split(".")[2] for name in imports(path) if name.startswith("camscan.net.")}
            found = used & {*NET_ROOMS, "services", "dialer", "live"} - {inside[1]}
            allowed = {*below, "dialer"} if inside[1] == "discovery" else {*below}
            assert found <= allowed, f"{path} may not import {sorted(found - allowed)}"


def test_the_rooms_of_the_app_build_on_each_other_in_order() -> None:
    """And all files are in one of them."""
    for path in sources():
        inside = path.relative_to(PACKAGE).parts
        if inside[0] == "app" and path != PACKAGE / "app" / "__init__.py":
            below = APP_ROOMS[: APP_ROOMS.index(inside[1]) + 1]
            used = {name.split(".")[2] for name in imports(path) if name.startswith("camscan.app.")}
            assert used <= {*below}, f"{path} may not import {sorted(used - {*below})}"


def is_command(path: Path) -> bool:
    """Whether a file holds the command that is called as the file is."""
    named = (node for node in nodes(path) if isinstance(node, ast.FunctionDef) and node.name == path.stem)
    return any(re.match(r"click\.(command|group)\b", ast.unparse(by)) for it in named for by in it.decorator_list)


def test_beside_what_commands_share_lie_commands_alone() -> None:
    for path in sources():
        inside = path.relative_to(PACKAGE).parts
        if inside[0] == "cli" and len(inside) == 2:
            assert is_command(path) or path.stem in {"__init__", "main", "contents"}, path


def test_what_commands_share_uses_no_command() -> None:
    for path in sources():
        inside = path.relative_to(PACKAGE).parts
        if inside[0] == "cli" and len(inside) == 3:
            used = {name.split(".")[2] for name in imports(path) if name.startswith("camscan.cli.")}
            assert inside[1] in CLI_ROOMS, path
            assert used <= CLI_ROOMS, f"{path} may not import {sorted(used - CLI_ROOMS)}"


def test_each_library_stays_at_home() -> None:
    found = [(path, name, HOMES.get(name.split(".")[0])) for path in sources() for name in imports(path)]
    assert [
        f"{name} of {path} belongs in {homes}" for path, name, homes in found if homes and room(path) not in homes
    ] == []


def test_the_helper_below_ip_stands_alone() -> None:
    """scapy is GPL-2.0-only: its program shares a process with nothing but the standard library."""
    for path in sources():
        if room(path) == "l2":
            for name in imports(path):
                top = name.split(".")[0]
                own = name.startswith("camscan.l2")
                assert own or top == "scapy" or top in sys.stdlib_module_names, f"{path.name} imports {name}"


SHARED_BELOW_IP = {f"camscan.system.{name}" for name in ("carrier", "icmperrors", "exhaustion")} | {
    f"camscan.l2.{name}" for name in ("bpf", "lines", "sockets")
}
"""What the sweeping program uses of others; it loads no scapy."""


def test_the_sweeping_program_loads_little() -> None:
    """Arithmetic on batches, and AES for them."""
    for path in sources():
        if room(path) == "syn":
            for name in imports(path):
                top = name.split(".")[0]
                own = name.startswith(("camscan.syn", *SHARED_BELOW_IP))
                third = top in ("numpy", "cryptography")
                assert own or third or top in sys.stdlib_module_names, f"{path.name} imports {name}"


def test_logins_are_made_in_one_place_alone() -> None:
    """Whoever could sign a request could log in: only the room that holds the rules of use may."""
    signing = ("camscan.codecs.digest", "camscan.codecs.wsse")
    for path in sources():
        names = {name for name in imports(path) if name.startswith(signing)}
        assert not names or room(path) == "credentials", f"{path} imports {names}"
    header = [path for path in sources() if '"Authorization"' in text_of(path)]
    assert [str(path.relative_to(PACKAGE)) for path in header] == ["net/exchange/http.py"]


def test_one_place_makes_lines_on_stderr_harmless() -> None:
    """The others ask a question, wrap sentences to the width of a terminal, and count seconds on one line."""
    said = {str(path.relative_to(PACKAGE)) for path in sources() if ", err=True" in text_of(path)}
    assert said == {"cli/terminal/telling.py", "cli/terminal/writing.py", "cli/terminal/waiting.py"}


def makers() -> re.Pattern[str]:
    """Those that may stand anywhere, as their first word does: a pattern of all makers takes seconds."""
    words = set(re.findall(r"\w+", "\n".join(map(text_of, sources())).lower()))
    names = [name for name in library().vocabulary.makers if len(name) > 4]
    possible = [re.escape(name) for name in names if words.issuperset(re.findall(r"\w+", name.lower()))]
    return re.compile(rf"\b(?:{'|'.join(possible)})\b", re.IGNORECASE)


NAMED_ON_PURPOSE = {"codecs", "simulator"}
"""Codecs of a maker's own protocol, and the personas of the simulated site."""

ORDINARY_WORDS = {"option", "apple", "canon", "cisco", "microsoft", "linksys", "generic", "truen", "google"}


def test_no_maker_is_named_outside_the_fingerprints() -> None:
    anywhere = makers()
    for path in sources():
        if room(path) not in NAMED_ON_PURPOSE:
            found = {match.lower() for match in anywhere.findall(text_of(path))} - ORDINARY_WORDS
            assert not found, path


def sizes(path: Path) -> Iterator[tuple[str, int, int]]:
    """What there is in a file, how many lines it has, and how many it may have."""
    yield str(path), text_of(path).count("\n"), MAX_LINES
    limit = MAX_COMMAND_LINES if room(path) == "cli" else MAX_FUNCTION_LINES
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path}: {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1, limit


def test_files_and_functions_stay_short() -> None:
    every = (size for path in sources() for size in sizes(path))
    assert [f"{what} has {lines} lines" for what, lines, limit in every if lines > limit] == []


def test_every_room_is_in_the_table() -> None:
    assert {room(path) for path in sources()} <= {*MAY_IMPORT, "app", "cli"}
