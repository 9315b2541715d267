"""One exchange with one peer: TCP, TLS, UDP and HTTP, with every byte kept as it came."""
