"""The register: every device across all scans, its state as people set it, and the rate of removal. Pure."""
