"""The fields that codecs emit and the fields that rules may match are the same closed list."""

from __future__ import annotations

import pkgutil
from collections import Counter
from importlib import import_module

import pytest
from support.vocabulary import VOCABULARY

import camscan.codecs

CODECS: dict[str, tuple[str, ...]] = {
    module.name: fields
    for module in pkgutil.iter_modules(camscan.codecs.__path__)
    if (fields := getattr(import_module(f"camscan.codecs.{module.name}"), "FIELDS", None)) is not None
}
EMITTED = {field for fields in CODECS.values() for field in fields}


def test_codecs_are_found() -> None:
    assert {"http", "html", "favicon", "isapi", "lapi", "tls"} <= CODECS.keys()


@pytest.mark.parametrize("codec", CODECS)
def test_every_field_is_in_the_vocabulary(codec: str) -> None:
    assert [field for field in CODECS[codec] if field not in VOCABULARY["fields"]] == []


@pytest.mark.parametrize("codec", CODECS)
def test_no_field_is_named_twice(codec: str) -> None:
    assert [field for field, count in Counter(CODECS[codec]).items() if count > 1] == []


def test_the_vocabulary_promises_no_field_that_its_codec_never_emits() -> None:
    spoken = {field.partition(".")[0] for field in EMITTED}
    assert [field for field in VOCABULARY["fields"] if field.partition(".")[0] in spoken and field not in EMITTED] == []
