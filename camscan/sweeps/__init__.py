"""Sweeps: scheduled scans of configured sites, with comparison to earlier sweeps, alerts, and metrics."""
