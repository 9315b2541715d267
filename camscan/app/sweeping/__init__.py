"""The sweeps of a configuration: its sites, what changed at them, who is told, and how long it is kept."""
