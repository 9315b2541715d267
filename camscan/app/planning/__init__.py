"""What a scan is to do: its targets, its pace and ports, its logins, and what it would send."""
