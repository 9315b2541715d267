from __future__ import annotations

import pytest

from camscan.errors import TargetError
from camscan.targets.lists import MAX_SPECS, MAX_TEXT, Spec, expand


def test_files_give_their_words_with_their_lines() -> None:
    files = {"hosts.txt": "\ufeff# doors\r\n\r\n10.0.0.1  fd00::1 # gate\n\t10.0.0.0/24\n", "-": "10.0.0.9"}
    assert expand(["10.0.0.7", "@hosts.txt", "-"], files.__getitem__) == [
        Spec("10.0.0.7"),
        Spec("10.0.0.1", "hosts.txt:3"),
        Spec("fd00::1", "hosts.txt:3"),
        Spec("10.0.0.0/24", "hosts.txt:4"),
        Spec("10.0.0.9", "stdin:1"),
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("10.0.0.0 255.255.255.0", ["10.0.0.0/255.255.255.0"]),
        ("10.0.0.0\t255.255.255.0\r", ["10.0.0.0/255.255.255.0"]),
        ("10.0.0.0 255.255.255.0 10.0.1.0 255.255.255.128", ["10.0.0.0/255.255.255.0", "10.0.1.0/255.255.255.128"]),
        ("10.0.0.1 - 10.0.0.9 fd00::1", ["10.0.0.1-10.0.0.9", "fd00::1"]),
        ("10.0.0.1 \u2013 10.0.0.9", ["10.0.0.1-10.0.0.9"]),
        ("10.0.0.1\u201320", ["10.0.0.1-20"]),
        ("10.0.0.1 # 10.0.0.0 255.255.255.0 - 10.0.0.9", ["10.0.0.1"]),
        ("10.0.0.1 255.example", ["10.0.0.1", "255.example"]),
        ("10.0.0.1; 10.0.0.3,10.0.0.4-6;", ["10.0.0.1", "10.0.0.3", "10.0.0.4-6"]),
        ("10.0.0.1,5", ["10.0.0.1", "5"]),
        ('"10.0.0.1", "cam.example" <10.0.0.3>', ["10.0.0.1", "cam.example", "10.0.0.3"]),
        ("- 10.0.0.1 - 10.0.0.9", ["10.0.0.1-10.0.0.9"]),
        (" \u2022\u00a010.0.0.1", ["10.0.0.1"]),
        ("\u2013 10.0.0.1", ["10.0.0.1"]),
        ("> > 10.0.0.1", ["10.0.0.1"]),
        ("12. 10.0.0.1", ["10.0.0.1"]),
        ("12.10.0.1", ["12.10.0.1"]),
    ],
)
def test_what_a_line_writes_apart_belongs_together(line: str, words: list[str]) -> None:
    assert [spec.text for spec in expand(["@f"], lambda _: line)] == words


def test_a_word_of_the_command_line_may_hold_several_like_a_line() -> None:
    words = ["10.0.0.1,10.0.0.2;cam.example,", " 10.0.0.3 - 10.0.0.4 10.0.0.5", ",", ""]
    found = [spec.text for spec in expand(words, lambda _: "")]
    assert found == ["10.0.0.1", "10.0.0.2", "cam.example", "10.0.0.3-10.0.0.4", "10.0.0.5", ",", ""]


def test_only_line_feeds_count_lines() -> None:
    assert expand(["@f"], lambda _: "a\x0bb\x85c\u2028d\ne")[-1] == Spec("e", "f:2")


@pytest.mark.parametrize("word", ["@more.txt", "-"])
def test_a_file_names_no_other(word: str) -> None:
    with pytest.raises(TargetError, match=r"^f:2: cannot use .* cannot include another one"):
        expand(["@f"], lambda _: f"10.0.0.1\n{word}\n")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FileNotFoundError(2, "No such file"), "No such file: check its name and permissions"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "it is not UTF-8 text: save it as that"),
    ],
)
@pytest.mark.parametrize(("spec", "name"), [("@f", "f"), ("-", "stdin")])
def test_a_file_that_cannot_be_read(error: Exception, told: str, spec: str, name: str) -> None:
    def read(_: str) -> str:
        raise error

    with pytest.raises(TargetError, match=rf"^cannot read '{name}': {told}$"):
        expand([spec], read)


def test_sizes_are_bounded() -> None:
    with pytest.raises(TargetError, match=f"more than {MAX_TEXT:,} characters"):
        expand(["@f"], lambda _: " " * (MAX_TEXT + 1))
    with pytest.raises(TargetError, match=f"more than {MAX_SPECS:,} targets"):
        expand(["@f"], lambda _: "a " * (MAX_SPECS + 1))


def test_no_message_repeats_a_part_of_a_login_with_a_comma() -> None:
    found = expand(["http://admin:pass,word@10.0.0.1/ 10.0.0.2"], str)
    assert [spec.text for spec in found] == ["http://…@10.0.0.1/", "10.0.0.2"]
