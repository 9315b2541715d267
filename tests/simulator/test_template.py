from __future__ import annotations

import re

from support.site import filler, persona

from camscan.simulator.schema import Answer
from camscan.simulator.template import Filler

CAMERA = persona(
    mac="44:19:B6:5A:C2:0E",
    serial="SN1",
    truth={"maker": None, "model": "M1", "firmware": "V2", "kind": "camera"},
    values={"variant": '<"{address}">'},
)


def test_facts_of_the_device() -> None:
    text = "{address} {address_hex} {mac} {mac_lower} {mac_dashed} {mac_plain} {mac_plain_lower}"
    assert filler(CAMERA).fill(text) == (
        "127.77.0.9 0x09004D7F 44:19:B6:5A:C2:0E 44:19:b6:5a:c2:0e 44-19-b6-5a-c2-0e 4419B65AC20E 4419b65ac20e"
    )
    assert filler(CAMERA).fill("{serial} {model} {firmware}") == "SN1 M1 V2"


def test_the_uuid_stays_and_the_nonce_changes() -> None:
    fill = filler(CAMERA).fill
    assert fill("{uuid}") == fill("{uuid}")
    assert re.fullmatch(r"[0-9a-f]{32}", fill("{nonce}"))
    assert fill("{nonce}") != fill("{nonce}")


def test_values_of_the_moment() -> None:
    assert filler(CAMERA).fill("{cseq}", {"cseq": "7"}) == "7"


def test_values_of_its_own_are_filled_and_escaped() -> None:
    fill = filler(CAMERA).fill
    assert fill("{variant}") == '<"127.77.0.9">'
    assert fill("{variant_xml}") == "&lt;&quot;127.77.0.9&quot;&gt;"
    assert fill("{variant_json}") == '<\\"127.77.0.9\\">'


def test_ports_are_where_they_can_be_found() -> None:
    moved = Filler(CAMERA, "127.77.0.9", {80: 8080, 443: 443, 8000: 8000})
    assert moved.fill("{port:80} {port:443} {port:37777}") == "8080 443 37777"
    assert moved.fill("{authority:80}") == "127.77.0.9:8080"
    assert moved.fill("{authority:443}") == "127.77.0.9"
    assert moved.fill("{authority:8000}") == "127.77.0.9:8000"


def test_padding() -> None:
    assert filler(CAMERA).fill("{padding:5}") == "AAAAA"


def test_other_braces_stay() -> None:
    text = '{"a":{}} {unknown} {unknown:5} {{7*7}} ${x} {Address}'
    assert filler(CAMERA).fill(text) == text


def test_an_answer_knows_the_length_of_its_body_in_bytes() -> None:
    answer = Answer(head="HTTP/1.1 200 OK\nContent-Length: {length}\n", body="é{serial}\n")
    assert filler(CAMERA).answer(answer) == b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\xc3\xa9SN1\n"
    assert filler(CAMERA).answer(answer, with_body=False).endswith(b"Content-Length: 6\r\n\r\n")


def test_lines_that_end_in_lf_alone() -> None:
    assert filler(CAMERA).answer(Answer(head="HTTP/1.1 200 OK\n", crlf=False)) == b"HTTP/1.1 200 OK\n\n"


def test_an_encoding_of_its_own() -> None:
    answer = Answer(head="HTTP/1.0 200 OK\n", body="海康", encoding="gb2312")
    assert filler(CAMERA).answer(answer) == b"HTTP/1.0 200 OK\r\n\r\n" + "海康".encode("gb2312")


def test_a_value_may_be_repeated_and_name_values_of_the_moment() -> None:
    fill = filler(persona(values={"again": "ab", "variant": "<{asker}>{again:3}"})).fill
    assert fill("{variant}", {"asker": "me"}) == "<me>ababab"


def test_what_an_asker_says_is_no_placeholder() -> None:
    """Or one small question would make an answer of gigabytes."""
    fill = filler(persona(values={"variant": "<{asker}>"})).fill
    assert fill("{asker} {variant} {mac}", {"asker": "{padding:9}{mac}{asker}"}).startswith(
        "{padding:9}{mac}{asker} <{padding:9}{mac}{asker}> "
    )


def test_what_a_recorder_says_of_each_channel() -> None:
    cameras = [
        {"at": 1, "count": 2, "address": "10.1.1.{n}", "name": 'Gate "{n}" & 海'},
        {"at": 4, "online": False},
    ]
    each = "{camera_number}/{camera_index} {camera_address} {camera_status} {camera_state} {camera_name_xml}"
    answer = Answer(head="HTTP/1.1 200 OK", body="[{cameras}] {serial}", each=each, between=";")
    sent = filler(persona(cameras=cameras, serial="S")).answer(answer).decode().partition("\r\n\r\n")[2]
    assert sent == (
        "[1/0 10.1.1.1 1 Connected Gate &quot;1&quot; &amp; 海;2/1 10.1.1.2 1 Connected Gate &quot;2&quot; &amp; 海;"
        "4/3  0 Empty ] S"
    )
