"""Manual inventories: reading them, comparing them with scans, and estimating what neither has seen."""
