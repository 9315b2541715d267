"""The names of the settings that the record of a scan holds, and what each says."""

from __future__ import annotations

ORIGIN = "origin"  # how the scan came about; without it, by asking
CHOICES = "choices"
"""What the user chose to ask and how, as JSON; only of a scan that asked addresses, as the next three."""
SPECS = "specs"  # its targets as they were written, with files read in, a line each
SEED = "seed"  # in which order they are asked
METHOD = "method"  # how open ports are found, and why so
SWEEP = "sweep"  # that it is a sweep's: scans that people made by hand are not compared with those
GATEWAYS = "gateways"  # those of its targets by which the host that asked reaches other networks
LOST = "lost"  # why nothing can be said of some that were asked, in whichever run of it
MISSED = "missed"  # the decoys which it missed, where it is partial for nothing else
SWITCH_PORTS = "switch-ports"  # that it holds tables of switches, which say where devices are connected
THINNED = "thinned"  # when it was thinned
MERGED = "merged"  # when it was merged from another store, and from which
MERGING = "merging"  # that only a part of it was merged yet
PASTED, DISCOVERED = "pasted", "discover"
"""In place of an ID: that it is reported and not stored, a file or pasted answer, or what answered a multicast."""
UNSTORED = frozenset((PASTED, DISCOVERED))
