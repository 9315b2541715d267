"""The table of contents: all commands by what they are for, and what its first clause says of each.

It stands here so that `camscan --help`, and a shell that completes a word, need not import them all.
"""

from __future__ import annotations

from collections.abc import Mapping

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Scan a network": {
        "scan": "Scan networks and name the makers of the devices that answer",
        "discover": (
            "Ask by multicast and broadcast on every interface, and show devices as they answer, "
            "in less than ten seconds"
        ),
        "listen": "Listen to what devices announce, without sending anything, and name their makers",
        "ports": "Find open TCP ports and write them as JSON lines",
        "plan": "Print what a scan would send",
    },
    "Work with stored and imported results": {
        "scans": "List the stored scans, newest first",
        "devices": "List the devices of a stored scan, judged by today's fingerprints and policies",
        "report": "Write a report on a stored scan",
        "diff": "Show what changed between two scans",
        "identify": (
            "Judge a stored scan again by today's rules, or name the devices behind a pasted answer or on a list"
        ),
        "import": "Store what other tools found as a scan, so that every command for stored scans works on it",
    },
    "Audit an inventory, and prove the findings": {
        "reconcile": "Compare a manual inventory with stored scans",
        "sample": "Draw a random sample of addresses, or of the rows of an inventory, to inspect by hand",
        "evidence": "Make and verify signed bundles of evidence",
    },
    "Track removal": {
        "state": "Record the state of a device on its way to removal, show its history, or list devices by state",
        "progress": (
            "Show for each site how many listed devices were found, removed and remain, and when the last will be gone"
        ),
    },
    "Run every night": {
        "init": "Write a configuration for `camscan sweep`, with a comment on every key",
        "config": "Check the configuration of sweeps",
        "sweep": "Scan the configured sites, compare them with earlier sweeps, and send alerts",
        "status": "Show for each site when it last had a complete sweep, what was seen, and which alerts are waiting",
        "notify": "Test the receivers of alerts, and deliver waiting alerts",
        "cron": "Run sweeps regularly, by cron or systemd",
        "db": "Maintain the store",
    },
    "Rules and policies": {
        "fingerprints": "List, check and explain the fingerprints",
        "policy": "Show and check policies",
    },
    "Enrolled logins": {
        "credentials": "Manage enrolled logins",
    },
    "Try it, and check this host": {
        "simulate": "Run a simulated site on 127.77.0.0/24 until interrupted, or for as long as COMMAND runs",
        "doctor": "Show what this host can and cannot do",
    },
}

CLAUSES = {name: clause for listed in SECTIONS.values() for name, clause in listed.items()}
