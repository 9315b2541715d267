"""Merges observations into devices: which answers come from one physical device, and which conflicts remain."""

from camscan.devices.build import ResolutionLike
from camscan.devices.hosts import Host
from camscan.devices.merge import hosts_of, merge, merge_hosts

__all__ = ["Host", "ResolutionLike", "hosts_of", "merge", "merge_hosts"]
