"""Programs that run beside this one: below IP, the sweep of ports, nmap."""
