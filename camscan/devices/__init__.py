"""From observations to devices: which answers come from one physical box, and what speaks against it."""

from camscan.devices.build import ResolutionLike
from camscan.devices.merge import merge

__all__ = ["ResolutionLike", "merge"]
