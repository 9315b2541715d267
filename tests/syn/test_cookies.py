from __future__ import annotations

import sys

import numpy as np

from camscan.syn.cookies import Cookies


def test_it_is_aes() -> None:
    """The first of the known answers for variable keys in NIST's AES Algorithm Validation Suite: zeros, encrypted."""
    known = int.from_bytes(bytes.fromhex("0edd33d3"), sys.byteorder)
    assert of(Cookies(b"\x80" + bytes(15)), address=0, port=0, source_port=0) == known


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
