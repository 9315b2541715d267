"""What nmap found: its XML as a stream, its text, and what its scripts and probes made devices say."""
