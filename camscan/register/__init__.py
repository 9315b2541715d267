"""The register of devices: what all scans say of each, the states that people gave it, and how fast they go. Pure."""
