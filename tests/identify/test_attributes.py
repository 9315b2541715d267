import pytest

from camscan.identify.attributes import MAX_ATTRIBUTE, cleaned
from camscan.identify.labels import Labels
from camscan.identify.rules import Vocabulary

LABELS = Labels((), Vocabulary(makers=("Hikvision", "TP-Link"), not_models=("IP Camera", "IPC")))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("model", "DS-2CD2032-I", "DS-2CD2032-I"),
        ("model", 'IPC-HDW3849H-AS-PV"', "IPC-HDW3849H-AS-PV"),
        ("model", "'IPC-T1',", "IPC-T1"),
        ("model", "Room Alert\u00ae 32E/W", "Room Alert 32E/W"),
        ("model", "IP_CAMERA", None),
        ("model", "ipc", None),
        ("model", "IPC-T1", "IPC-T1"),
        ("model", "tp-link", None),
        ("model", "TP-Link C100", "TP-Link C100"),
        ("model", "=", None),
        ("model", "Unknown", None),
        ("firmware", "...``.", None),
        ("firmware", "N/A", None),
        ("firmware", "V5.7.1 build 211130", "V5.7.1 build 211130"),
        ("firmware", "IPC", "IPC"),
        ("firmware", "firmware", None),
        ("firmware", "serial", "serial"),
        ("serial", "Serial Number", None),
        ("serial", "undefined", None),
        ("model", "ModelName", None),
        ("serial", "**REDACTED**", None),
        ("serial", "`4J00000PAG00001`", "4J00000PAG00001"),
        ("hostname", "unknown", "unknown"),
        ("hostname", "", None),
    ],
)
def test_what_is_no_value_is_left_out(name: str, text: str, value: str | None) -> None:
    assert dict(cleaned({name: text}, LABELS)) == ({name: value} if value else {})


def test_attributes_are_clipped() -> None:
    assert dict(cleaned({"model": "m" * 999}, LABELS)) == {"model": "m" * MAX_ATTRIBUTE}
