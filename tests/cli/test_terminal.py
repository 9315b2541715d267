"""What a terminal is sent, byte for byte, while hostile devices are scanned and looked at."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import struct
import sys
import termios
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.hostile import LIVE
from support.site import free_network

from camscan.records import Scan
from camscan.simulator import make_site, rogues
from camscan.store.store import Store

OWN = re.compile(r"\x1b\[(?:\?25[lh]|\d{0,2}[AGK]|[0-9;]*m)|[\r\n]")
"""Colours and the cursor of our own progress bar; line ends."""
PAYLOADS = ("\x1b]", "\x1b[2J", "\x1b[31mred", "\x07", "\x9b")
INJECTIONS = [persona for persona in rogues() if persona.name.startswith("injection-")]
COMMANDS = (
    ("report",),
    ("report", "--format", "csv"),
    ("report", "--format", "markdown"),
    ("devices",),
    ("identify",),
    ("db", "check"),
)


async def on_a_terminal(*words: str, columns: int = 140) -> tuple[int, str]:
    """Run a command whose output, errors and input are one terminal; its exit code and all that it wrote there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    environment["TERM"] = "xterm-256color"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "camscan", *words), stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    written = bytearray()

    def read() -> None:
        try:
            written.extend(os.read(ours, 65_536))
        except OSError:  # the other end is closed
            asyncio.get_running_loop().remove_reader(ours)

    asyncio.get_running_loop().add_reader(ours, read)
    code = await asyncio.wait_for(process.wait(), 120)
    await asyncio.sleep(0.1)
    asyncio.get_running_loop().remove_reader(ours)
    os.close(ours)
    return code, written.decode()


def assert_tame(written: str) -> None:
    assert not [payload for payload in PAYLOADS if payload in written]
    assert not LIVE.search(OWN.sub("", written))


@pytest.mark.slow
async def test_nothing_of_a_device_moves_the_cursor_or_rings_the_bell(tmp_path: Path) -> None:
    db = str(tmp_path / "s.db")
    async with make_site(INJECTIONS, free_network()) as site:
        targets = [device.address for device in site.devices]
        code, written = await on_a_terminal("scan", *targets, "--db", db, "--rate", "4000", "--all")
    assert code == 0
    assert_tame(written)
    assert "\x1b[" in written, "the progress bar and colours are there, so it took itself for a terminal"
    assert "\\x1b]0;owned" in written, "what was said is shown, made visible"
    for words in COMMANDS:
        code, written = await on_a_terminal(*words, "--db", db)
        assert code == 0, written
        assert_tame(written)


@pytest.mark.parametrize(
    "words",
    [("plan", "10.20.0.0/24"), ("scans",), ("fingerprints", "brands", "Lorex"), ("policy", "list"), ("doctor",)],
)
async def test_a_narrow_terminal_breaks_no_word(tmp_path: Path, words: tuple[str, ...]) -> None:
    database = ("--db", str(tmp_path / "s.db")) if words == ("scans",) else ()
    if database:
        with Store.open(database[1]) as store:
            for number in range(3):
                at = datetime(2026, 11, 24, number, tzinfo=UTC)
                store.begin(Scan(f"4f2a0{number}", at, ("10.20.0.0/24", "10.20.1.0/24"), ("http",), "headquarters"))
    code, written = await on_a_terminal(*words, *database, columns=60)
    assert code == 0 or words == ("doctor",)  # which tells of the host
    assert max(len(OWN.sub("", line)) for line in written.splitlines()) <= 60


async def test_a_sweep_shows_how_far_it_is_to_people_alone(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    network = free_network().replace("/24", "/28")
    site = f'[[site]]\nname = "hq"\nnetworks = ["{network}"]\nchannels = ["http"]\nrate = 400\n'
    config.write_text(f'[store]\nurl = "c.db"\n{site}', encoding="ascii")
    code, written = await on_a_terminal("sweep", "--config", str(config))
    assert code == 0, written
    assert "14" in written
    assert "packets/s" in written
    code, written = await on_a_terminal("sweep", "--config", str(config), "--log-json")
    assert code == 0, written
    assert "packets/s" not in written
