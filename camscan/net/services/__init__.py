"""What the operator named and nobody scans: receivers of alerts, and a time-stamping authority."""
