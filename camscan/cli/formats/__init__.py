"""The formats of results that are no scan: changes between scans, and a reconciliation."""
