import pytest

from camscan.identify import patterns
from camscan.identify.patterns import MAX_LONG_VALUE, MAX_VALUE, encoded
from camscan.identify.patternset import PatternSet
from camscan.identify.rules import Match


def search(patterns: list[str], value: str, field: str = "http.server") -> list[str]:
    found = PatternSet(field, [Match(field, pattern) for pattern in patterns]).search(value)
    return sorted(match.pattern for match in found)


def test_all_patterns_that_are_found() -> None:
    patterns = ["^App", "webs", "(?i)^dnvrs", "Webs$", "a.*b", "a[^x]*c"]
    assert search(patterns, "App-webs/") == ["^App", "webs"]
    assert search(patterns, "DNVRS-Webs") == ["(?i)^dnvrs", "Webs$"]
    assert search(patterns, "a--b-c") == ["a.*b", "a[^x]*c"]
    assert search(patterns, "") == []


@pytest.mark.parametrize("shape", ["(?i)^{}$", "{}", "(?i){}.*[^<]*{}", "{}.{{0,40}}{}"])
def test_none_is_missed_among_thousands(shape: str) -> None:
    words = [f"{number:05}word" for number in range(2500)]
    found = PatternSet("http.server", [Match("http.server", shape.format(word, word)) for word in words])
    for word in words[::50]:
        value = word if shape.count("{}") == 1 else f"{word} {word}"
        assert [match.pattern for match in found.search(value)] == [shape.format(word, word)]


@pytest.mark.parametrize("value", [" Rtsp  Server", "Rtsp   Server  ", "Rtsp Server"])
def test_blanks_more_or_less_do_not_count(value: str) -> None:
    assert search(["^Rtsp Server$", "  "], value) == ["^Rtsp Server$"]


@pytest.mark.parametrize("field", ["http.header", "rtsp.header", "http.body", "rtsp.sdp"])
def test_blanks_count_where_they_are_a_mark(field: str) -> None:
    assert search(["^session:  1$", "^session: 1$"], "session:  1", field) == ["^session:  1$"]


def test_a_pattern_given_twice_is_found_once() -> None:
    assert search(["x", "x"], "x") == ["x"]


@pytest.mark.parametrize(("field", "limit"), [("http.server", MAX_VALUE), ("http.body", MAX_LONG_VALUE)])
def test_only_the_first_bytes_are_searched(field: str, limit: int) -> None:
    assert search(["x"], "-" * (limit - 1) + "x", field) == ["x"]
    assert search(["x"], "-" * limit + "x", field) == []
    assert len(encoded(field, "é" * limit)) == limit


def test_of_a_text_of_the_literals_of_very_many_patterns_the_beginning_is_searched() -> None:
    patterns = [f"marker{number}[0-9]*x" for number in range(100, 300)]
    page = "<p>" + " ".join(f"{pattern[:9]}x" for pattern in patterns)
    assert search(patterns, page[:400], "http.body") == patterns[:36]
    assert search(patterns[:60], page, "http.body") == patterns[:60], "far more than any answer in the corpus has"
    beginning = search(patterns, page + " " * 400, "http.body")
    assert 0 < len(beginning) < len(patterns) / 5
    assert beginning == patterns[: len(beginning)]


@pytest.mark.parametrize("pattern", ["Abcdef", "(?i)abcdef", "Abcde[f]", r"Abcdef\b"])
@pytest.mark.parametrize("value", ["Abcdef", "--Abcdef-", "ABCDEF"])
def test_a_pattern_that_is_a_text_is_found_as_others_are(pattern: str, value: str) -> None:
    assert search([pattern], value) == ([pattern] if value != "ABCDEF" or pattern.startswith("(?i)") else [])


@pytest.mark.parametrize("flag", ["", "(?i)"])
def test_a_long_text_is_found_whole(flag: str) -> None:
    text = "To use this application, enable scripts in your browser"
    assert search([flag + text], f"<p>{text}") == [flag + text]
    assert search([flag + text], f"<p>{text[:-1]}") == []


@pytest.mark.parametrize(
    ("pattern", "met", "missed"),
    [
        ("a.{0,40}b", "a" + "-" * 40 + "b", "a" + "-" * 41 + "b"),
        ("(?i)^[A-Z]{2,12}[0-9]$", "abcdefghijkl1", "abcdefghijklm1"),
        ("x(?P<model>[0-9]{1,10}?)x", "x1234567890x", "x12345678901x"),
        ("[{1,20}]{1,10};$|z", "}" * 10 + ";", "a;"),
        (r"x\{1,20}$", "x{1,20}", "x{1,21}"),
        (r"\Qx{1,20}\E$", "x{1,20}", "xx"),
    ],
)
def test_the_bound_of_a_repetition_counts(pattern: str, met: str, missed: str) -> None:
    assert search([pattern, "-y"], met) == [pattern]
    assert search([pattern, "-y"], missed) == []


def test_an_automaton_holds_no_states_for_long_bounded_repetitions(monkeypatch: pytest.MonkeyPatch) -> None:
    """It took five times the memory, and one that does not fit into what is allowed is halved until it does."""
    monkeypatch.setattr(patterns, "_MEMORY", 48 * 1024)
    texts = [f"(?i).{{0,60}}é{number:02}[0-9a-f]{{1,40}}$" for number in range(32)]
    found = PatternSet("http.title", [Match("http.title", text) for text in texts])
    assert [len(share._automata) for share in found._shares] == [1] * 4
    assert len(found.search("x é07abc")) == 1


def test_a_page_that_one_device_sends_several_times_is_searched_once_and_few_pages_are_kept() -> None:
    pages = [f"{'x' * 4000}{number}" for number in range(9)]
    patterns = PatternSet("http.body", [Match("http.body", "x")])
    first = patterns.search(pages[0])
    assert patterns.search("".join(pages[0])) is first
    for page in pages[1:]:
        patterns.search(page)
    assert patterns.search(pages[0]) is not first


def test_text_that_is_no_utf8_is_searched_too() -> None:
    assert search(["^a.b$"], "a\udc80b") == ["^a.b$"]
    assert search(["^.é$"], "中é") == ["^.é$"]
