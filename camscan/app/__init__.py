"""What the commands do: the rooms joined into scans, sweeps, audits and bundles. No click, nothing on a terminal."""
