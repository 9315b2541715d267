"""What a sweep adds to a scan: sites from a file, what changed since the sweeps before, alerts, and a sign of life."""
