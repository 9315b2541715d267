"""Services that the operator configured: receivers of alerts, and a time-stamping authority. They are not scanned."""
