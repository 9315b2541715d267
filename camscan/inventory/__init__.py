"""Manual inventories: read them, hold them against what was found, and estimate what neither has seen."""
