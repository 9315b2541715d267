"""Answers of devices' own web interfaces, as people copy them after a login."""

from __future__ import annotations

import pytest
from support.costs import costs_less_than
from support.imported import fields

from camscan.imports.forms.interfaces import carried, challenged, described, is_envelope, is_lines, lines, own, system

SYSTEM = "appAutoStart=true\r\ndeviceType={}\r\nprocessor=ST7108\r\nserialNumber=4F00000PAZ00001\r\nupdateSerial={}\r\n"
PIECE = (
    "<model>DS-KH6320-WTE1</model>\n<serialNumber>A1</serialNumber>\n<macAddress>98:df:82:00:00:01</macAddress>\n"
    "<firmwareVersion>V2.1.34</firmwareVersion>\n<firmwareReleasedDate>build 211118</firmwareReleasedDate>\n"
    "</DeviceInfo>"
)
MAPPING = (
    "10:52:07 DEBUG [api]\n{'DeviceInfo': {'@version': '2.0', '@xmlns': 'http://www.isapi.org/ver20/XMLSchema', "
    "'model': 'DS-KV8213-WME1(C)', 'firmwareVersion': 'V2.2.77', 'firmwareReleasedDate': 'build 240515'}}"
)


@pytest.mark.parametrize(
    ("device_type", "update", "model"),
    [("AD410", "DB6I", "AD410"), ("31", "NVR2X-4KS3", "NVR2X-4KS3"), ("IP Camera", "IPC-HDW1", "IPC-HDW1")],
)
@pytest.mark.parametrize("head", ["", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"])
@pytest.mark.parametrize("hint", ["http", ""])
def test_system_information(device_type: str, update: str, model: str, head: str, hint: str) -> None:
    found = fields(head + SYSTEM.format(device_type, update), hint)
    assert found["cgi.device_type"] == (model,)
    assert found["cgi.serial"] == ("4F00000PAZ00001",)


@pytest.mark.parametrize(
    "text",
    [
        "type=DH-XVR5108C-X ",
        "Vendor=IntelBras",
        "table.General.MachineName=NVR\ntable.General.LocalNo=8",
        "system_info_modelname='IB9389-EH'",
        "root.Brand.Brand=AXIS",
    ],
)
def test_other_lines_are_a_body(text: str) -> None:
    assert is_lines(text)
    found = fields(text, "http")
    assert found["http.body"] == (text.strip(),)
    assert "cgi.device_type" not in found


@pytest.mark.parametrize(
    "text", ["v=0\no=- 1 1 IN IP4 0.0.0.0\ns=A", "CN=a,O=b", "colour=red", "type=a\nand more", "Server: a", ""]
)
def test_other_text_is_no_lines(text: str) -> None:
    assert not is_lines(text)


@pytest.mark.parametrize(
    ("text", "model"), [("type=N841A82\r\n", ("N841A82",)), ("type=router", ()), ("type=A100\na=1", ())]
)
def test_the_answer_to_the_question_for_the_type_is_a_model(text: str, model: tuple[str, ...]) -> None:
    assert fields(text, "http").get("onvif.model", ()) == model


@pytest.mark.parametrize("head", ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nCONNECTION: close\r\n\r\n"])
def test_lines_that_an_answer_carries_tell_what_they_tell_alone(head: str) -> None:
    told = fields(head + "deviceType=IPC-HFW2231S\r\nserialNumber=ABC\r\n", "http")
    assert (told["onvif.model"], told["onvif.serial"]) == (("IPC-HFW2231S",), ("ABC",))


@pytest.mark.parametrize(
    "text", ["HTTP/1.1 404 Not Found\r\n\r\ndeviceType=X1\r\n", "HTTP/1.1 200 OK\r\n\r\ncolor=red\r\n"]
)
def test_other_answers_carry_no_lines(text: str) -> None:
    assert not list(carried(text))


def test_keys_that_anybody_may_have_say_nothing() -> None:
    assert system("deviceType=camera-1\nserialNumber=A1") == {}


@pytest.mark.parametrize("hint", ["http", "", "nonsense"])
def test_a_piece_of_a_description(hint: str) -> None:
    found = fields(PIECE, hint)
    assert found["isapi.model"] == ("DS-KH6320-WTE1",)
    assert found["isapi.firmware"] == ("V2.1.34 build 211118",)
    assert found["isapi.mac"] == ("98:DF:82:00:00:01",)
    assert "isapi.namespace" not in found


@pytest.mark.parametrize("hint", ["http", "", "isapi"])
def test_a_description_as_a_client_prints_it(hint: str) -> None:
    found = fields(MAPPING, hint)
    assert found["isapi.namespace"] == ("http://www.isapi.org/ver20/XMLSchema",)
    assert found["isapi.model"] == ("DS-KV8213-WME1(C)",)
    assert found["isapi.firmware"] == ("V2.2.77 build 240515",)


def test_a_description_whose_name_stands_before_the_mapping() -> None:
    text = MAPPING.replace("{'DeviceInfo': {", "GET /a {").replace("}}", "}")
    assert described(text)["isapi.firmware"] == ("V2.2.77 build 240515",)
    assert described(text)["isapi.root"] == ("DeviceInfo",)


def test_any_envelope_as_a_client_prints_it() -> None:
    found = described(
        "[PUT] /b {'ResponseStatus': {'@version': '2.0', '@xmlns': 'http://www.isapi.org/ver20/XMLSchema', "
        "'statusCode': '1'}}"
    )
    assert found["isapi.root"] == ("ResponseStatus",)
    assert found["isapi.status_code"] == ("1",)
    assert described("{'a': {'@version': '2.0', '@xmlns': 'http://example.org/a'}}") == {}


def test_an_envelope_of_another_maker_in_json() -> None:
    text = '{"userCheck": {"statusValue": "200", "statusString": "OK"}}'
    assert described(text)["isapi.root"] == ("userCheck",)
    assert described(text.replace("}}", ', "passwdLeftValue": "5"}}')) == {}


def test_the_first_of_elements_with_the_same_name_counts() -> None:
    assert described("<DeviceInfo><model>A1</model></DeviceInfo><DeviceInfo><model>B1</model>")["isapi.model"] == (
        "A1",
    )


def test_the_beginning_of_a_description() -> None:
    found = described(
        "<deviceName>Network Video Recorder</deviceName>\n<deviceID>48</deviceID>\n<model>A4-40</model>\n<serial"
    )
    assert found["isapi.root"] == ("DeviceInfo",)
    assert found["isapi.device_name"] == ("Network Video Recorder",)
    assert found["isapi.model"] == ("A4-40",)
    assert not described("<deviceName>NVR</deviceName>\n<model>A4-40</model>")


def test_the_end_of_a_description() -> None:
    found = described("<deviceType>VIS</deviceType>\n<OEMCode>1</OEMCode>\n</DeviceInfo>")
    assert found["isapi.device_type"] == ("VIS",)
    assert described("<deviceType>VIS</deviceType>\n</DeviceInfo>") == {}


@pytest.mark.parametrize("text", ["<model>A1</model>", "<DeviceInfo></DeviceInfo>", '{"deviceInfo": {"model": "A1"}}'])
def test_other_text_is_no_envelope(text: str) -> None:
    assert not is_envelope(text)


def test_a_mapping_whose_serial_number_begins_with_its_model() -> None:
    text = '{"deviceName":"A","model":"DS-7816H-SNH","serialNumber":"DS-7816H-SNH1620140125AACH400000000WCVU"}'
    assert described(text)["isapi.model"] == ("DS-7816H-SNH",)
    assert described(text.replace('"DS-7816H-SNH1620', '"1620')) == {}
    assert described(text.replace("deviceName", "name")) == {}


CHALLENGE = '{{"result":false,"params":{{"realm":"{}","random":"29757655","encryption":"Default"}},"id":0,"session":1}}'


@pytest.mark.parametrize("around", ["{}", "[BEGIN RECV (192.0.2.5)]\n20000000|44484950|d710c601\n{}\n[ END  RECV]"])
@pytest.mark.parametrize("hint", ["dhip", "http", ""])
def test_a_login_challenge_in_json_has_the_realm_of_a_header(around: str, hint: str) -> None:
    found = fields(around.format(CHALLENGE.format("Login to ASI1201E")), hint)
    assert found["http.realm"] == ("Login to ASI1201E",)
    assert found["http.auth"] == ("digest",)


@pytest.mark.parametrize("text", ['{"realm":"Login to A1"}', CHALLENGE.format("Users"), '{"random":"1"}', ""])
def test_other_json_challenges_nobody(text: str) -> None:
    assert not challenged(text)


def test_a_remark_below_lines_of_settings() -> None:
    assert is_lines("type=A\nname=B\n\nConnection closed by foreign host.")
    for text in ("type=A\nConnection closed.", "type=A\nname=B\none\ntwo", "one\ntype=A\nname=B"):
        assert not is_lines(text)


def test_settings_are_kept_to_their_end() -> None:
    text = "\n".join(f"root.Image.I{number}.Name=camera number {number}" for number in range(100))
    (one,) = lines(f"{text}\nroot.Properties.System.SerialNumber=ACCC8E000001")
    assert one.fields["http.body"][0].endswith("SerialNumber=ACCC8E000001")


def test_a_mapping_whose_attributes_stand_behind_its_children() -> None:
    text = (
        '{"IOPortStatus": {"ioPortID": "1", "@xmlns": "http://www.hikvision.com/ver20/XMLSchema", "@version": "2.0"}}'
    )
    found = described(text)
    assert found["isapi.root"] == ("IOPortStatus",)
    assert found["isapi.namespace"] == ("http://www.hikvision.com/ver20/XMLSchema",)


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("{'userCheck': {'statusValue': '200', 'statusString': 'OK'}}", "userCheck"),
        ('{"userCheck": {"statusValue": 401, "lockStatus": "unlock"}}', "userCheck"),
        ("{ SessionLoginCap: { sessionID: 'ab', challenge: 'cd' } }", "SessionLoginCap"),
        ("{'ResponseStatus': {'statusCode': '4', 'subStatusCode': 'notSupport'}}", "ResponseStatus"),
    ],
)
def test_reads_a_mapped_root_without_attributes(text: str, root: str) -> None:
    assert described(text)["isapi.root"] == (root,)


@pytest.mark.parametrize(
    "text", ["{'ResponseStatus': {'statusCode': '4'}}", "{'userCheck': {'name': 'a'}}", "{'statusValue': '200'}"]
)
def test_takes_no_other_mapping_for_a_root(text: str) -> None:
    assert described(text) == {}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a=1\ntable.RemoteDevice.uuid:X_0.DeviceType=IPC-A1\nb=2", "a=1\n\nb=2"),
        ("camera[0].DeviceInfo.DeviceType=IPC-A1", ""),
        ("<L><InputProxyChannel><id>1</id><model>A1</model></InputProxyChannel></L>", "<L></L>"),
        ("<a><sourceInputPortDescriptor>\n<model>A1</model>\n</sourceInputPortDescriptor></a>", "<a></a>"),
        ("<L><InputProxyChannel><id>1</id><model>A1", "<L>"),
        ("deviceType=IPC-A1", "deviceType=IPC-A1"),
    ],
)
def test_leaves_out_what_a_recorder_tells_of_its_channels(text: str, left: str) -> None:
    assert own(text) == left


def test_channels_without_their_ends_are_left_out_one_by_one() -> None:
    text = "<InputProxyChannel>" * 13_000
    with costs_less_than(0.5):
        assert own(text + " " * 9_000) == "<InputProxyChannel>" + " " * 9_000
