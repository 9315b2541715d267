"""Values that stand in a text by themselves."""

from __future__ import annotations

import pytest

from camscan.imports.writings.registry import sent


@pytest.mark.parametrize(
    "text",
    [
        'let raw = r#"Maker M-1 (a)"#;',
        'const SAMPLE_TEXT: &str = "Maker M-1 (a)";',
        "answer = 'Maker M-1 (a)'",
        "const a = 'Maker M-1 (a)';",
        "answer: Maker M-1 (a)",
        "**Maker M-1 (a)**",
        "2026-01-02 03:04:05,678 DEBUG (main) [client] Maker M-1 (a)",
        "It says:\n\n```text\nMaker M-1 (a)\n```\nWhat is it?",
    ],
)
def test_a_value_by_itself(text: str) -> None:
    assert sent(text) == "Maker M-1 (a)"


@pytest.mark.parametrize(
    "text",
    [
        'realm="Maker M-1"',
        "Model: Maker M-1 (a)",
        "answer: Maker\nmodel: M-1",
        'body = "a" + "b"',
    ],
)
def test_what_says_more_stays(text: str) -> None:
    assert sent(text) == text
