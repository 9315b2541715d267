from __future__ import annotations

import os
import subprocess
import sys

import numpy as np

from camscan.syn.cookies import _INITIAL, Cookies, siphash

MESSAGES = [b"12345678", b"\0" * 7 + b"\1", bytes(range(8)), b"\xff" * 8]


def test_it_is_siphash_1_3() -> None:
    """Python hashes bytes by SipHash-1-3, with a key of zeros where it is told not to randomize."""
    code = f"print([hash(message) for message in {MESSAGES!r}])"
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, text=True)
    words = np.array([int.from_bytes(message, "little") for message in MESSAGES], np.uint64)
    found = siphash(words, tuple(map(np.uint64, _INITIAL))).astype(np.int64)
    assert found.tolist() == [int(word) for word in done.stdout.strip("[]\n").split(",")]


def of(cookies: Cookies, address: int = 1, port: int = 2, source_port: int = 3) -> int:
    found = cookies.of(np.array([address], np.uint32), np.array([port], np.uint32), np.uint32(source_port))
    return int(found[0])


def test_each_part_of_the_question_and_the_key_count() -> None:
    cookies = Cookies(b"k" * 16)
    assert of(cookies) == of(Cookies(b"k" * 16))
    others = [of(Cookies(b"l" * 16)), of(cookies, address=2), of(cookies, port=3), of(cookies, source_port=4)]
    assert len({of(cookies), *others}) == 5


def test_without_a_key_each_run_has_its_own() -> None:
    assert of(Cookies()) != of(Cookies())


def test_a_batch_is_as_one_by_one() -> None:
    cookies = Cookies(b"k" * 16)
    addresses, ports = np.arange(50, dtype=np.uint32), np.arange(50, dtype=np.uint32) + 1
    both = cookies.of(addresses, ports, np.full(50, 7, np.uint32))
    assert both.tolist() == [of(cookies, number, number + 1, 7) for number in range(50)]
    assert cookies.of(addresses, ports, np.uint32(7)).tolist() == both.tolist()
