"""The data: what each honest device says is what the codecs read, and what it says is what comes over the wire."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from support.site import GET, ask, filler, free_network, talk
from support.vocabulary import VOCABULARY

from camscan.codecs import cgi, dhip, dvrip, http, isapi, lapi, netcommon, onvif, rtsp, sadp, ssdp, wsdiscovery
from camscan.simulator import Device, Persona, enrolled, honest, make_site, rogues, template
from camscan.simulator.counters import Request
from camscan.simulator.datagrams import WSD_PORT, services
from camscan.simulator.schema import Answer, Web
from camscan.simulator.web import choose

HONEST = honest()
BY_LAW = {"Hikvision", "Dahua", "Uniview", "TVT", "Xiongmai", "Reolink", "TP-Link", "Foscam", "Hichip"}
SINGLE = [persona for persona in enrolled() if not persona.name.endswith("-recorder")]
"""Devices with a login; recorders have places of their own, one for each camera."""
PLACES = {
    *("address", "address_hex", "mac", "mac_lower", "mac_dashed", "mac_plain", "mac_plain_lower", "serial", "model"),
    *("firmware", "uuid", "bom", "nonce", "date", "message_id", "port", "authority", "padding", "again"),
    *(
        "challenges",
        "issued",
        "lock",
        *(f"clock_{part}" for part in ("year", "month", "day", "hour", "minute", "second")),
    ),
    *("length", "cseq", "url", "target", "relates", "asker", "types", "question"),
    *("variant", "variant_xml", "variant_json"),
}
ASKER = "0A1B2C3D-0000-4000-8000-00000000000A"


def having(part: str) -> list[Persona]:
    return [persona for persona in HONEST if getattr(persona, part)]


def answers(of: Persona, port: int, question: bytes) -> list[bytes]:
    (service,) = (service for service in services(of) if service.port == port)
    return list(service.answers(question, filler(of)))


def pages(of: Persona) -> Iterator[tuple[Web, str, Answer]]:
    return ((web, route, answer) for web in of.web for route, answer in web.routes.items())


def test_there_are_enough_of_each_kind() -> None:
    kinds = [persona.truth.kind for persona in HONEST]
    assert len(HONEST) >= 30
    assert sum(persona.truth.listed for persona in HONEST) >= 25
    assert kinds.count("other") >= 8
    assert {"camera", "recorder", "door-station", "access-control"} <= set(kinds)
    assert len(rogues()) >= 50


def test_every_place_in_braces_can_be_filled() -> None:
    for persona in (*HONEST, *rogues(), *SINGLE):
        found = re.findall(r"\{([a-z_]+)(?::[0-9]+)?\}", persona.model_dump_json())
        assert set(found) <= PLACES, persona.name


def test_no_two_share_a_serial_or_a_mac() -> None:
    everybody = (*HONEST, *rogues(), *enrolled())
    macs = [persona.mac for persona in everybody]
    serials = [persona.serial for persona in everybody if persona.serial and not persona.values]
    assert len(set(macs)) == len(macs)
    assert len(set(serials)) == len(serials)


@pytest.mark.parametrize("persona", HONEST, ids=lambda persona: persona.name)
def test_the_truth_is_told_in_the_words_of_the_vocabulary(persona: Persona) -> None:
    assert persona.truth.maker is None or persona.truth.maker in VOCABULARY["makers"]
    assert persona.truth.listed == (persona.truth.maker in BY_LAW)


@pytest.mark.parametrize("persona", enrolled(), ids=lambda persona: persona.name)
def test_what_is_behind_a_login_is_not_before_it(persona: Persona) -> None:
    assert persona.login
    for web in persona.web:
        for target in web.behind:
            assert choose(web, Request(80, "GET", target, "")) != web.behind[target]
        if web.onvif:
            assert not set(web.onvif.behind) & set(web.onvif.answers)


@pytest.mark.parametrize("persona", having("sadp"), ids=lambda persona: persona.name)
def test_sadp_tells_model_serial_and_mac(persona: Persona) -> None:
    assert persona.sadp
    for types in persona.sadp.types:
        for data in answers(persona, sadp.PORT, sadp.encode_inquiry(ASKER, types)):
            found = sadp.decode(data)
            assert found["sadp.device_description"] == (persona.truth.model,)
            assert found["sadp.device_sn"] == (persona.serial,)
            assert found["sadp.mac"] == (persona.mac,)
            assert re.sub(r"\s*build", " build", found["sadp.software_version"][0]).startswith(
                persona.truth.firmware or ""
            )
            assert len(data) < 2_600


@pytest.mark.parametrize("persona", having("dhip"), ids=lambda persona: persona.name)
def test_dhip_tells_model_serial_firmware_and_mac(persona: Persona) -> None:
    (data,) = answers(persona, dhip.PORT, dhip.SEARCH)
    found = dhip.decode(data)
    assert found["dhip.method"] == ("client.notifyDevInfo",)
    assert found["dhip.device_type"] == (persona.truth.model,)
    assert found["dhip.serial_no"] == (persona.serial,)
    assert found["dhip.version"] == (persona.truth.firmware,)
    assert found["dhip.mac"] == (persona.mac,)


@pytest.mark.parametrize("persona", having("wsd"), ids=lambda persona: persona.name)
def test_wsd_tells_cameras_from_others(persona: Persona) -> None:
    assert persona.wsd
    dialect = next(types for types in wsdiscovery.DIALECTS if types.rpartition(":")[2] in persona.wsd.types)
    (data,) = answers(persona, WSD_PORT, wsdiscovery.encode_probe(ASKER, dialect))
    (found,) = wsdiscovery.decode(data, [f"urn:uuid:{ASKER}"])
    assert found["wsd.action"] == ("ProbeMatches",)
    assert "wsd.unsolicited" not in found
    says_onvif = any(value.startswith("onvif://") for value in found.get("onvif.scope", ()))
    assert says_onvif is (persona.truth.kind != "other")
    assert found.get("onvif.scope.hardware", (persona.truth.model,)) == (persona.truth.model,)


def test_the_other_discoveries_tell_who_it_is() -> None:
    (recorder,) = having("netcommon")
    found = netcommon.decode(answers(recorder, netcommon.PORT, netcommon.SEARCH)[0])
    assert (found["netcommon.mac"], found["netcommon.ipv4_address"]) == ((recorder.mac,), ("127.77.0.9",))
    (old,) = having("discovery")
    told = dvrip.decode_discovery(answers(old, dvrip.DISCOVERY_PORT, dvrip.DISCOVERY)[0])
    assert (told["dvrip.model"], told["dvrip.serial"]) == ((old.truth.model,), (old.serial,))
    for persona in having("ssdp"):
        (answer,) = answers(persona, 1900, ssdp.SEARCH)
        assert ssdp.decode(answer)["ssdp.location"][0].startswith("http://127.77.0.9:")


@pytest.mark.parametrize("persona", having("web"), ids=lambda persona: persona.name)
def test_every_page_is_http_and_as_long_as_it_says(persona: Persona) -> None:
    for _, route, answer in pages(persona):
        data = filler(persona).answer(answer, {"target": route})
        assert re.fullmatch("[2345][0-9]{2}", http.decode(data)["http.status"][0])
        lengths = re.findall(rb"content-length: *([0-9]+)", data, re.IGNORECASE)
        assert lengths in ([], [str(len(data.partition(b"\r\n\r\n")[2])).encode()])


def interface(of: Persona, web: Web, path: str) -> dict[str, tuple[str, ...]]:
    """What the codec reads in the answer to a path of one of the makers' interfaces."""
    return http.decode(filler(of).answer(choose(web, Request(80, "GET", path, "")), {"target": path}), path)


def test_the_interfaces_answer_as_their_codecs_expect() -> None:
    checked = Counter[str]()
    for persona in HONEST:
        for web, route, _ in pages(persona):
            checked[route] += 1
            if route == "/LAPI/*":
                assert interface(persona, web, lapi.REQUESTS[0])["lapi.response_url"] == (lapi.REQUESTS[0],)
            elif route == "/cgi-bin/*":
                assert interface(persona, web, cgi.REQUESTS[0])["http.realm"][0].startswith("Login to ")
            elif route == isapi.REQUESTS[0]:
                assert interface(persona, web, route)["isapi.activated"] == ("true",)
    assert min(checked["/LAPI/*"], checked["/cgi-bin/*"], checked[isapi.REQUESTS[0]]) >= 2


@pytest.mark.parametrize("persona", having("rtsp"), ids=lambda persona: persona.name)
def test_rtsp_answers_are_rtsp(persona: Persona) -> None:
    assert persona.rtsp
    for method, answer in (("OPTIONS", persona.rtsp.options), ("DESCRIBE", persona.rtsp.describe)):
        found = rtsp.decode(filler(persona).answer(answer, {"cseq": "1", "url": "rtsp://a"}), method)
        assert found["rtsp.status"][0] in ("200", "401", "404")
        assert rtsp.auth_required(found) == ("rtsp.realm" in found)


@pytest.mark.parametrize(
    "persona", [p for p in HONEST if any(w.onvif for w in p.web)], ids=lambda persona: persona.name
)
def test_the_device_service_speaks_onvif(persona: Persona) -> None:
    for service in (web.onvif for web in persona.web if web.onvif):
        for action, body in service.answers.items():
            found = onvif.decode(filler(persona).fill(body).encode(), action)
            assert len(found) > 1
            assert "onvif.fault" not in found
            assert set(found.get("onvif.model", (persona.truth.model,))) == {persona.truth.model}
        denied = http.decode(filler(persona).answer(service.otherwise))
        denial = onvif.decode(service.otherwise.body.encode()) if service.otherwise.body else {}
        assert denied["http.status"] == ("401",) or onvif.is_denied(denial) or "Authority" in str(denial)


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nonces, dates and ids that stay, so that bytes can be compared."""
    monkeypatch.setattr(
        template, "_MOMENTARY", {"nonce": lambda: "0" * 32, "date": lambda: "now", "message_id": lambda: "1"}
    )


async def check_web(device: Device) -> int:
    checked = 0
    for web in device.persona.web:
        expected = device._filler.answer(choose(web, Request(80, "GET", "/", "")), {"target": "/"})
        for port in (*web.ports, *web.tls_ports):
            assert (
                await talk(device.address, device.ports[port], GET, tls=port in web.tls_ports, limit=len(expected))
                == expected
            )
            checked += 1
    return checked


async def check_rtsp(device: Device) -> int:
    told = device.persona.rtsp
    url = f"rtsp://{device.address}/"
    values = ({"cseq": "1", "url": url.rstrip("/")}, {"cseq": "2", "url": url.rstrip("/")})
    for port in told.ports if told else ():
        assert told
        expected = device._filler.answer(told.options, values[0]) + device._filler.answer(told.describe, values[1])
        requests = rtsp.encode_options(url, 1) + rtsp.encode_describe(url, 2)
        assert await talk(device.address, device.ports[port], requests, limit=len(expected)) == expected
    return len(told.ports) if told else 0


async def check_datagrams(device: Device) -> int:
    questions = {
        WSD_PORT: wsdiscovery.encode_probe(ASKER, "dn:NetworkVideoTransmitter"),
        sadp.PORT: sadp.encode_inquiry(ASKER),
        dhip.PORT: dhip.SEARCH,
    }
    for service in services(device.persona):
        if service.port in questions:
            expected = list(service.answers(questions[service.port], device._filler))
            assert await ask(device.address, service.port, questions[service.port], len(expected)) == expected
    return len(device.counters.datagrams)


@pytest.mark.privileged_ports
@pytest.mark.usefixtures("frozen")
async def test_what_they_say_comes_over_the_wire() -> None:
    async with make_site(HONEST, free_network()) as site:
        assert site.notes == ()
        for check, least in ((check_web, 60), (check_rtsp, 35), (check_datagrams, 30)):
            assert sum(await asyncio.gather(*map(check, site.devices))) >= least
        assert [d.name for d in site.devices if d.counters.user_names or d.counters.violations] == []
        assert all(request.authorization is None for device in site.devices for request in device.counters.requests)
