"""Scans from beginning to end, and what else asks or listens."""
