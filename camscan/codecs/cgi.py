"""The device CGI that answers a question without login by a challenge whose realm names the device."""

from __future__ import annotations

REQUESTS = ("/cgi-bin/magicBox.cgi?action=getSystemInfo",)
"""The paths that may be asked for without login. The answer's challenge is read by `camscan.codecs.http`."""
