"""What the network, its routers and each host are spared."""
