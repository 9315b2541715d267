"""Which addresses live: asked one by one, by segment, or by a sweep of ports."""
