from __future__ import annotations

import pytest
from pydantic import ValidationError
from support.site import persona

from camscan.simulator.schema import Certificate, Raw, Web

ANSWER = {"head": "HTTP/1.1 200 OK\n"}


def test_a_persona_is_small_where_it_says_little() -> None:
    small = persona()
    assert small.web == ()
    assert small.rtsp is None
    assert small.truth.listed is False


def test_the_letters_of_hex_are_bytes() -> None:
    raw = Raw.model_validate({"ports": [8000], "behaviour": "hold", "answer": "00000010 0000000d"})
    assert raw.answer == b"\0\0\0\x10\0\0\0\x0d"


@pytest.mark.parametrize(
    "part",
    [
        {"mac": "00-11-22-33-44-55"},
        {"mac": "00:11:22:33:44:5f"},
        {"name": "With Spaces"},
        {"unknown": 1},
        {"truth": {"maker": None, "kind": "toaster"}},
        {"raw": [{"ports": [70000], "behaviour": "hold"}]},
        {"raw": [{"ports": [80], "behaviour": "explode"}]},
    ],
)
def test_what_does_not_fit_is_refused(part: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        persona(**part)


def test_a_web_server_answers_everything() -> None:
    with pytest.raises(ValidationError, match="route \\*"):
        Web.model_validate({"ports": [80], "routes": {"/": ANSWER}})


def test_tls_and_certificate_need_each_other() -> None:
    routes = {"*": ANSWER}
    with pytest.raises(ValidationError, match="need each other"):
        Web.model_validate({"tls_ports": [443], "routes": routes})
    with pytest.raises(ValidationError, match="need each other"):
        Web.model_validate({"ports": [80], "certificate": {"subject": "CN=a"}, "routes": routes})


def test_parts_are_frozen_and_can_be_keys() -> None:
    certificate = Certificate(subject="CN=a", names=("b",))
    assert {certificate: 1}[Certificate(subject="CN=a", names=("b",))] == 1
    with pytest.raises(ValidationError):
        certificate.subject = "CN=c"
