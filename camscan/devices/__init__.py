"""Merges observations into devices: which answers come from one physical device, and which conflicts remain."""

from camscan.devices.hosts import Host
from camscan.devices.merge import hosts_of, merge, merge_hosts

__all__ = ["Host", "hosts_of", "merge", "merge_hosts"]
