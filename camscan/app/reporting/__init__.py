"""What is said of devices: reports, reconciliations, the register of devices, and their states in it."""
