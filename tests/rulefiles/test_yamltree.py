import pytest

from camscan.errors import RuleError
from camscan.rulefiles.folder import MAX_BYTES
from camscan.rulefiles.yamltree import LINE, line_of, read_yaml


def test_scalars_stay_text_and_mappings_know_their_line() -> None:
    tree = read_yaml(b"version: 1.10\nyes: no\nday: 2026-10-01\nlist:\n  - {a: 'x'}\n  - null\n", "f")
    assert tree == {
        LINE: 1,
        "version": "1.10",
        "yes": "no",
        "day": "2026-10-01",
        "list": [{LINE: 5, "a": "x"}, None],
    }


@pytest.mark.parametrize(("text", "value"), [("~", None), ("null", None), ("", None), ("'null'", "null"), ("''", "")])
def test_only_a_plain_null_is_none(text: str, value: str | None) -> None:
    assert read_yaml(f"a: {text}\n".encode(), "f") == {LINE: 1, "a": value}


def test_an_empty_file_is_none() -> None:
    assert read_yaml(b"# nothing\n", "f") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a: &x 1\nb: 2\n", "f:1: an anchor or alias: "),
        (b"a: 1\nb: *x\n", "f:2: an anchor or alias: "),
        (b"a: &x [1]\n", "f:1: an anchor or alias: "),
        (b"&x a: 1\n", "f:1: a key that is not plain text: "),
        (b"a: 1\nb: 2\na: 3\n", "f:3: 'a' is given twice: "),
        (b"__line__: 7\n", "f:1: '__line__' is given twice: "),
        (b"? [a]\n: b\n", "f:1: a key that is not plain text: "),
        (b"a: 1\n--- \nb: 2\n", "f:2: a second document: "),
        (b"a: [1\nb: 2\n", "f:2: not YAML: "),
        (b"\xff\xfe\x00", "f:1: not YAML: "),
        (b"a: \x01", "f:1: not YAML: "),
        (b"[" * 13 + b"]" * 13, "f:1: nested more than 12 deep: "),
        (b"[" * 100_000, "f:1: "),
        (b"a: " * 100_000, "f:1: "),
    ],
)
def test_what_is_refused(text: bytes, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        read_yaml(text, "f")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (b"a:\n\t- b\n", "indent with spaces, not with tabs; quote a value that begins with @, % or `"),
        (b"a: @b\n", "indent with spaces, not with tabs; quote a value that begins with @, % or `"),
        (b'a: "^NL\\d$"\n', "write the value in single quotes, which keep backslashes"),
        (b"a: b: c\n", "quote a value that holds a colon and a space, or fix the indentation"),
        (b"a: [b\n", "quote the value or fix the indentation"),
    ],
)
def test_what_is_not_yaml_is_told_with_a_remedy(text: bytes, remedy: str) -> None:
    with pytest.raises(RuleError) as caught:
        read_yaml(text, "f")
    assert str(caught.value).endswith(f": {remedy}")


def test_twelve_levels_are_read() -> None:
    assert read_yaml(b"[" * 12 + b"]" * 12, "f") == [[[[[[[[[[[[]]]]]]]]]]]]


def test_a_file_over_the_cap_is_refused() -> None:
    with pytest.raises(RuleError, match="larger than 4194304 bytes: split the file"):
        read_yaml(b"#" * (MAX_BYTES + 1), "f")


def test_a_tag_constructs_nothing() -> None:
    assert read_yaml(b"a: !!python/object/apply:os.system ['true']\n", "f") == {LINE: 1, "a": ["true"]}


def test_the_line_of_any_value_is_found_and_of_what_is_nearest_where_it_is_missing() -> None:
    data = b"a: 1\nb:\n  - c: 2\n  -\n    d: 3\n"
    places: tuple[tuple[str | int, ...], ...] = (
        *((), ("a",), ("b", 0, "c"), ("b", 1), ("b", 1, "x", "y"), ("b", 7), ("a", "x")),
    )
    assert [line_of(data, place) for place in places] == [1, 1, 3, 5, 5, 3, 1]
    assert line_of(b"", ("a",)) == 1
