"""The command line of the program."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from io import BufferedReader, FileIO

from camscan.l2 import arp, listen, pcap, spans
from camscan.l2.lines import Lines, RefusalError, run
from camscan.l2.sockets import ANY, until_stopped


def main() -> int:
    """Run the command that the arguments name."""
    # scapy would load it, nothing here needs it, and no needless code is to run with CAP_NET_RAW.
    sys.modules["cryptography"] = None  # type: ignore[assignment]
    return run(partial(_do, _arguments()))


def _do(chosen: argparse.Namespace, lines: Lines) -> None:
    with until_stopped() as stop:
        if chosen.command == "arp":
            targets = spans.read_targets(sys.stdin.buffer.read(spans.MAX_INPUT + 1))
            arp.sweep(chosen.interface, chosen.rate, targets, lines, stop)
        elif chosen.command == "listen":
            listen.listen(chosen.interface, chosen.seconds, lines, stop)
        else:
            with _opened(chosen.file) as file:
                pcap.replay(file, lines, stop)


def _opened(name: str) -> BufferedReader:
    try:
        return BufferedReader(FileIO(sys.stdin.fileno() if name == "-" else name))
    except OSError as error:
        raise RefusalError(f"{name}: cannot be read: {error.strerror}") from error


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m camscan.l2", description=sys.modules["camscan.l2"].__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    sweep = commands.add_parser("arp", help="ask the IPv4 addresses given as JSON [[first, last], ...] on stdin")
    sweep.add_argument("--interface", required=True)
    sweep.add_argument("--rate", required=True, type=_positive, help="requests a second")
    hear = commands.add_parser("listen", help="report what devices announce")
    hear.add_argument("--interface", default=ANY)
    hear.add_argument("--seconds", required=True, type=_positive)
    commands.add_parser("pcap", help="read a capture file").add_argument("file", help="or - for stdin")
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
