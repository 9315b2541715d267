"""What clients, pages and people call the parts of device information."""

from __future__ import annotations

from types import MappingProxyType

from camscan.text.columnnames import MAKES, MODELS, SERIALS
from camscan.text.folding import compact

_NAMES = {
    "onvif.manufacturer": f"{MAKES} vendor devicevendor devvendor виробник nhasanxuat",
    "onvif.model": f"{MODELS} productclass",
    "onvif.firmware": """
        firmwareversion firmware fwversion firmwarerevision fw firmver softwareversion swversion sw firmwareversie
        versaodofirmware versiondefirmware versiondufirmware micrologiciel versionefirmware прошивка версияпрошивки
        версіяпрошивки wersjafirmware yazilimsurumu phienbanfirmware 固件版本 软件版本 펌웨어 ファームウェア
    """,
    "onvif.serial": f"{SERIALS} серійнийномер serino soserial 设备序列号 시리얼",
    "onvif.hardware_id": "hardwareid",
}

INFORMATION = MappingProxyType({compact(name): field for field, names in _NAMES.items() for name in names.split()})
"""Name, without case, accents and punctuation -> field."""
